//! On the way and at the door: dressed, introduced, and with the customer's consent (GD-06).

use domain::{Timestamp, visit};
use leptos::prelude::*;

use super::{Job, section::Section};
use crate::{
    locale::{moment, text},
    pages::engineer::{draft::Draft, step::Step},
    ui::{Button, ButtonKind, CheckRow, Fact, Facts, Icon},
};

/// From the bag to the door.
#[component]
pub fn ArrivalSection(job: Job) -> impl IntoView {
    let chosen = RwSignal::new(None);
    let dressed = RwSignal::new(false);
    let introduced = RwSignal::new(false);
    let agreed = RwSignal::new(false);
    let draft = Draft::new(
        format!("arrive:{}", job.visit),
        vec![
            ("dressed", dressed.into()),
            ("introduced", introduced.into()),
            ("agreed", agreed.into()),
        ],
    );
    let may = move |command: visit::Command| job.device.would(&job.command(command)).is_ok();
    let can_prepare = Memo::new(move |_| may(visit::Command::Prepare { note: String::new() }));
    let arrived = job.done(Step::Arrive);
    let arrive = move || job.command(visit::Command::Arrive { consent: agreed.get() });
    let arrive_blocked = job.device.why_not(arrive);
    let consent_blocked = job.device.why_not(move || job.command(visit::Command::Consent));
    let send = move || {
        draft.send(untrack(arrive), 0, move || {
            draft.settle();
            let _gone = chosen.try_set(None);
        });
    };
    let done = Memo::new(move |_| job.done(Step::Arrive).get() && job.done(Step::Consent).get());
    // Arrived, but not asked yet: what is left is the customer's yes.
    let (to_arrive, to_ask) = (job.turn(Step::Arrive), job.turn(Step::Consent));
    let turn = Signal::derive(move || if arrived.get() { to_ask.get() } else { to_arrive.get() });
    let facts = move || {
        let visit = job.here.get()?;
        let words = &text().engineer.work;
        let fact = |label: &'static str, at: Option<Timestamp>| {
            at.map(|at| view! { <Fact label value=moment(at)/> })
        };
        Some(view! {
            <Facts>
                {fact(words.accepted_at, visit.accepted_at)}
                {fact(words.departed_at, visit.departed_at)}
                {fact(words.arrived_at, visit.arrived_at)}
                {fact(words.consent_at, visit.consent_at)}
            </Facts>
        })
    };
    view! {
        <Section
            id="arrival"
            title=move || text().engineer.work.arrival_title
            turn
            done=done.into()
            due=job.due("arrival")
            chosen
            name="open-arrival"
            summary=facts
        >
            {facts}
            <Show when=move || can_prepare.get()>
                <div class="row">
                    <Button
                        text=move || text().engineer.work.prepare
                        icon=Icon::Package
                        name="prepare"
                        on_press=move || {
                            job.device.press(job.command(visit::Command::Prepare { note: String::new() }));
                        }
                    />
                </div>
            </Show>
            <Show
                when=move || !arrived.get()
                fallback=move || {
                    view! {
                        <p class="note">{move || text().engineer.work.consent_script}</p>
                        <Button
                            text=move || text().engineer.work.consent
                            icon=Icon::Hand
                            kind=ButtonKind::Primary
                            wide=true
                            name="consent"
                            why_not=consent_blocked
                            on_press=move || job.device.press(job.command(visit::Command::Consent))
                        />
                    }
                }
            >
                <CheckRow
                    label=move || text().engineer.work.dressed
                    hint=move || text().engineer.work.dressed_hint
                    checked=dressed
                />
                <CheckRow
                    label=move || text().engineer.work.introduced
                    hint=move || (text().engineer.work.introduction)(job.device.me().name)
                    checked=introduced
                />
                <CheckRow
                    label=move || text().engineer.work.agreed
                    hint=move || text().engineer.work.consent_script
                    checked=agreed
                />
                <Button
                    text=move || text().engineer.step.arrive
                    icon=Icon::Location
                    kind=ButtonKind::Primary
                    wide=true
                    name="arrive"
                    why_not=arrive_blocked
                    busy=draft.busy()
                    on_press=send
                />
            </Show>
        </Section>
    }
}
