//! A section of the work page: what is done, or the form to do it, or why its turn has not come.

use leptos::prelude::*;

use crate::{locale::text, ui::Icon};

/// Folded, it says what was done; unfolded, it is the form. It unfolds by itself when it is due.
#[component]
pub fn Section(
    id: &'static str,
    #[prop(into)] title: Signal<String>,
    /// Why its turn has not come, if it has not.
    turn: Signal<Option<String>>,
    done: Signal<bool>,
    /// Whether this is what one does now.
    #[prop(optional, into)]
    due: Signal<bool>,
    /// What the person chose: open, folded, or nothing yet.
    chosen: RwSignal<Option<bool>>,
    name: &'static str,
    #[prop(into)] summary: ViewFn,
    children: ChildrenFn,
) -> impl IntoView {
    let open = Memo::new(move |_| chosen.get().unwrap_or_else(|| due.get()));
    let toggle = move |_| chosen.set(Some(!open.get_untracked()));
    let state = Memo::new(move |_| match (done.get(), due.get()) {
        (true, _) => "done",
        (false, true) => "now",
        (false, false) => "todo",
    });
    // Why its turn has not come is said where it would be opened, not on a page of its own.
    let said = move || {
        let words = &text().engineer.work;
        match (done.get(), turn.get()) {
            (true, _) => words.done.to_owned(),
            (false, Some(why)) => why,
            (false, None) => String::new(),
        }
    };
    let summary = StoredValue::new(summary);
    let children = StoredValue::new(children);
    view! {
        <section class="card sheet-step" id=id tabindex="-1" data-state=state data-open=open>
            <h2 class="sheet-step__title">
                <button
                    class="sheet-step__head"
                    type="button"
                    data-name=name
                    aria-expanded=move || open.get().to_string()
                    on:click=toggle
                >
                    <span class="sheet-step__mark" aria-hidden="true">
                        {move || done.get().then(|| Icon::Check.svg())}
                    </span>
                    <span class="sheet-step__text">
                        <span>{title}</span>
                        <span class="sheet-step__said">{said}</span>
                    </span>
                    {Icon::ChevronDown.svg()}
                </button>
            </h2>
            <Show when=move || !open.get() && done.get()>{summary.with_value(ViewFn::run)}</Show>
            <Show when=move || open.get()>{children.with_value(|children| children())}</Show>
        </section>
    }
}
