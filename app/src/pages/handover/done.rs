//! After the answer: it is safe, here is the customer copy as a code, and the device goes back.

use domain::sheet::{Answer, Sheet};
use leptos::prelude::*;

use super::Scene;
use crate::{
    locale::text,
    route,
    ui::{Button, ButtonKind, Icon, Nameplate, Plate, QrCode},
};

/// The answer is kept; the device goes back.
#[component]
pub fn Done(scene: Scene, sheet: Sheet) -> impl IntoView {
    let statement = sheet.statement();
    let code = statement.check_code();
    let address = route::checking(&statement.code());
    let number = statement.number;
    // Where the customer is not there, the engineer holds the device already.
    let there = !matches!(sheet.signature.answer, Answer::Absent { .. });
    let answer = StoredValue::new(sheet.signature.answer);
    let title = move || {
        let words = &text().handover;
        answer.with_value(|answer| match answer {
            Answer::Signed { .. } => words.signed_title,
            Answer::Refused { .. } => words.refused_title,
            Answer::Absent { .. } => words.absent_recorded,
        })
    };
    view! {
        <main class="handover__main">
            <section class="done" data-tone="success">
                {Icon::CheckCircle.large()}
                <h1 class="done__title" tabindex="-1" data-name="saved">{title}</h1>
                {there.then(|| view! { <p>{move || text().handover.thanks}</p> })}
            </section>
            <div class="done__copy">
                <QrCode text=address label=move || text().handover.code/>
                <Nameplate>
                    <Plate label=move || text().handover.sheet.number value=number mono=true wide=true/>
                    <Plate label=move || text().handover.check_code value=code mono=true/>
                </Nameplate>
            </div>
            {there.then(|| view! { <p class="muted">{move || text().handover.check_hint}</p> })}
            <p class="muted">{move || text().handover.sent_later}</p>
        </main>
        <footer class="handover__bar">
            {there
                .then(|| view! { <p class="handover__back">{move || text().handover.give_back}</p> })}
            <Button
                text=move || text().handover.take_back
                kind=ButtonKind::Primary
                icon=Icon::Key
                large=true
                wide=true
                name="take-back"
                on_press=move || scene.taking_back.set(true)
            />
        </footer>
    }
}
