//! No signature, and why: the customer will not sign, or is not there. A photo may say more than the reason.
//!
//! The camera is `answer-photo`. The album is not offered: it is the engineer's, and a customer may hold the device.

use domain::{
    photo::{Photo, Slot},
    sheet::{Answer, Lock},
    values::{LINE_CHARS_MAX, TEXT_CHARS_MAX},
    visit::Visit,
};
use leptos::prelude::*;

use super::{Scene, Screen, sign::Trouble};
use crate::{
    locale::text,
    pages::photo::{Camera, Gallery, Leaving},
    ui::{Button, ButtonKind, Field, PhotoInput, TextArea},
};

/// Why there is no signature; `absent` where the engineer writes it for a customer who is not there.
#[component]
pub fn Decline(scene: Scene, lock: Lock, absent: bool) -> impl IntoView {
    let answers = scene.answers;
    let number = lock.content.ticket_number.clone();
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
                    max_length=TEXT_CHARS_MAX
                    id="reason"
                />
                <Field
                    label=move || text().handover.witness
                    hint=move || text().handover.witness_hint
                    value=answers.witness
                    max_length=LINE_CHARS_MAX
                    id="witness"
                />
            </section>
            {photos(scene, number, absent)}
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

/// The camera, and what was taken with it for this answer.
fn photos(scene: Scene, number: String, absent: bool) -> impl IntoView {
    let Scene { device, ticket, visit, .. } = scene;
    let taken = Memo::new(move |_| {
        let ticket = device.find(ticket);
        let visit = ticket.as_ref().and_then(|ticket| ticket.visit(visit));
        let photos = visit.map(Visit::answer_photos).unwrap_or_default();
        photos.into_iter().cloned().collect::<Vec<Photo>>()
    });
    let number = Signal::stored(number);
    let camera = Camera { device, ticket, visit, number, busy: RwSignal::new(0) };
    let leaving = Leaving::new(device, (ticket, visit));
    let hint = move || {
        let words = &text().handover;
        if absent { words.absent_photo } else { words.refuse_photo }
    };
    view! {
        <section class="handover__block" data-name="answer-photos">
            <h2>{move || text().handover.photo}</h2>
            <p class="muted">{hint}</p>
            <div class="photo-slot__bar">
                <PhotoInput
                    text=move || text().photo.take
                    label=move || text().handover.take_photo
                    capture=true
                    name="answer-photo".into()
                    on_files=move |files| camera.take(Slot::Other, files, true)
                />
            </div>
            <p class="muted" role="status">
                {move || (camera.busy.get() > 0).then(|| (text().photo.busy)(camera.busy.get()))}
            </p>
            <Show when=move || taken.with(|taken| !taken.is_empty())>
                <Gallery ticket number photos=taken bar=leaving.bar()/>
            </Show>
            {leaving.question()}
        </section>
    }
}
