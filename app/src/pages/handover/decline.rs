//! No signature, and why: the customer will not sign, or is not there.

use domain::sheet::{Answer, Lock};
use leptos::prelude::*;

use super::{Scene, Screen, sign::Trouble};
use crate::{
    locale::text,
    ui::{Button, ButtonKind, Field, TextArea},
};

/// Why there is no signature; `absent` where the engineer writes it for a customer who is not there.
#[component]
pub fn Decline(scene: Scene, lock: Lock, absent: bool) -> impl IntoView {
    let answers = scene.answers;
    let lock = StoredValue::new(lock);
    let why_not = Signal::derive(move || {
        answers
            .reason
            .with(|reason| reason.trim().is_empty())
            .then(|| text().handover.reason_missing.to_owned())
    });
    let record = move || {
        let reason = answers.reason.get_untracked();
        let witness = answers.witness.get_untracked();
        let answer = if absent {
            Answer::Absent { reason, witness }
        } else {
            Answer::Refused { reason, witness }
        };
        lock.with_value(|lock| scene.give(lock, answer));
    };
    let pick = move |refused: &'static str, gone: &'static str| if absent { gone } else { refused };
    view! {
        <main class="handover__main">
            <header class="stack" data-gap="small">
                <h1 class="handover__title" tabindex="-1">
                    {move || pick(text().handover.refuse_title, text().handover.absent_title)}
                </h1>
                <p class="handover__lead">
                    {move || pick(text().handover.refuse_lead, text().handover.absent_lead)}
                </p>
            </header>
            <section class="handover__block">
                <TextArea
                    label=move || pick(text().handover.refuse_reason, text().handover.absent_reason)
                    value=answers.reason
                    required=true
                    rows=4
                    max_length=2000
                    id="reason"
                />
                <Field
                    label=move || text().handover.witness
                    hint=move || text().handover.witness_hint
                    value=answers.witness
                    max_length=100
                    id="witness"
                />
            </section>
            <Trouble scene/>
        </main>
        <footer class="handover__bar">
            <Button
                text=move || text().handover.back
                large=true
                name="back"
                on_press=move || scene.go(if absent { Screen::Give } else { Screen::Read })
            />
            <Button
                text=move || pick(text().handover.record_refusal, text().handover.record_absence)
                kind=ButtonKind::Primary
                large=true
                why_not
                busy=scene.busy
                name="record"
                on_press=record
            />
        </footer>
    }
}
