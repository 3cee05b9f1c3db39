//! How far a visit has come: all its steps in a row.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Icon;

/// Where one step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepState {
    Done,
    Now,
    #[default]
    Todo,
    Skipped,
    Failed,
}

impl StepState {
    /// The value of `data-state`.
    pub fn name(self) -> &'static str {
        match self {
            StepState::Done => "done",
            StepState::Now => "now",
            StepState::Todo => "todo",
            StepState::Skipped => "skipped",
            StepState::Failed => "failed",
        }
    }
}

/// One step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    pub label: String,
    pub state: StepState,
}

impl Step {
    pub fn new(label: impl Into<String>, state: StepState) -> Step {
        Step { label: label.into(), state }
    }
}

/// The steps in a row; on a narrow screen the row is scrolled to where the work is.
#[component]
pub fn Steps(
    #[prop(into)] items: Signal<Vec<Step>>,
    #[prop(optional, into)] label: Signal<String>,
) -> impl IntoView {
    // Asking where an element stands makes the browser lay the page out: only when the steps did change.
    let items = Memo::new(move |_| items.get());
    let node = NodeRef::<html::Ol>::new();
    Effect::new(move |_| {
        items.track();
        if let Some(row) = node.get() {
            request_animation_frame(move || centre_current(&row));
        }
    });
    let list = move || {
        items
            .get()
            .into_iter()
            .enumerate()
            .map(|(at, Step { label, state })| {
                let mark = match state {
                    StepState::Done => Icon::Check.svg().into_any(),
                    StepState::Failed => Icon::Close.svg().into_any(),
                    StepState::Now | StepState::Todo | StepState::Skipped => (at + 1).into_any(),
                };
                view! {
                    <li
                        class="step"
                        data-state=state.name()
                        aria-current=(state == StepState::Now).then_some("step")
                    >
                        <span class="step__mark" aria-hidden="true">{mark}</span>
                        <span>{label}</span>
                    </li>
                }
            })
            .collect_view()
    };
    view! { <ol class="steps" aria-label=label tabindex="0" node_ref=node>{list}</ol> }
}

fn centre_current(row: &web_sys::HtmlOListElement) {
    let current = row.query_selector("[aria-current]").ok().flatten();
    if let Some(current) = current.and_then(|current| current.dyn_into::<HtmlElement>().ok()) {
        let middle = current.offset_left() + current.offset_width() / 2 - row.offset_left();
        row.set_scroll_left((middle - row.client_width() / 2).into());
    }
}
