//! How far the visit is, on one line: a short bar, the step whose turn it is, and the way to the work page.

use leptos::prelude::*;

use crate::{
    locale::text,
    ui::{Icon, Step, StepState},
};

/// The steps as a bar. With `href` the whole line leads to the work page.
#[component]
pub fn Progress(
    #[prop(into)] steps: Signal<Vec<Step>>,
    #[prop(optional, into)] href: Option<String>,
) -> impl IntoView {
    let bar = move || {
        let mark =
            |step: Step| view! { <i class="progress__step" data-state=step.state.name()></i> };
        steps.get().into_iter().map(mark).collect_view()
    };
    let said = move || {
        let words = &text().engineer.ticket;
        steps.with(|steps| {
            // What was called off ends with a step nobody took; nothing of it was passed over.
            let off = steps.last().is_some_and(|step| step.state == StepState::Skipped);
            let passed = |step: &&Step| match step.state {
                StepState::Done => true,
                StepState::Skipped => !off,
                _ => false,
            };
            let done = steps.iter().filter(passed).count();
            match steps.iter().find(|step| step.state == StepState::Now) {
                Some(now) => (words.next_of)(now.label.clone(), done + 1, steps.len()),
                None => (words.done_of)(done, steps.len()),
            }
        })
    };
    let inside = view! {
        <span class="progress__bar" aria-hidden="true">{bar}</span>
        <span class="progress__text">{said}</span>
    };
    match href {
        Some(href) => view! {
            <a class="progress" href=href data-name="work">
                {inside}
                <span class="progress__to">
                    {move || text().engineer.ticket.work}
                    {Icon::Chevron.svg()}
                </span>
            </a>
        }
        .into_any(),
        None => view! { <div class="progress">{inside}</div> }.into_any(),
    }
}
