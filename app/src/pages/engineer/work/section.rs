//! A section of the work page: what is done, or the form to do it, or why its turn has not come.

use leptos::prelude::*;

use crate::{
    locale::text,
    ui::{Button, ButtonKind, Icon, Tag, Tone},
};

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
    let toggle = move || chosen.set(Some(!open.get_untracked()));
    let word = move || {
        let words = &text().engineer.work;
        match (open.get(), done.get()) {
            (true, _) => words.fold,
            (false, true) => words.change,
            (false, false) => words.fill_in,
        }
    };
    let summary = StoredValue::new(summary);
    let children = StoredValue::new(children);
    view! {
        <section class="card sheet-step" id=id tabindex="-1" data-done=done data-open=open>
            <header class="card__head">
                <h2 class="card__title">{title}</h2>
                <Show when=move || done.get()>
                    <Tag
                        text=move || text().engineer.work.done
                        tone=Tone::Success
                        icon=Some(Icon::Check)
                    />
                </Show>
            </header>
            <Show when=move || !open.get()>
                {summary.with_value(ViewFn::run)}
                {move || {
                    turn.get()
                        .filter(|_| !done.get())
                        .map(|why| view! { <p class="faint">{why}</p> })
                }}
            </Show>
            <Show when=move || open.get()>{children.with_value(|children| children())}</Show>
            <div class="row" data-align="end">
                <Button text=word kind=ButtonKind::Quiet name on_press=toggle/>
            </div>
        </section>
    }
}
