//! What was found at the machine, and the talk before the repair (GD-07).

use domain::{Refusal, values::TEXT_CHARS_MAX, visit};
use leptos::prelude::*;

use super::{Job, section::Section};
use crate::{
    locale::{moment, text},
    pages::engineer::{draft::Draft, step::Step},
    ui::{Button, ButtonKind, CheckRow, Choice, Fact, Facts, Icon, Segmented, TextArea, lead_to},
};

/// The inspection.
#[component]
pub fn InspectionSection(job: Job) -> impl IntoView {
    let chosen = RwSignal::new(None);
    let before = job.untracked().and_then(|visit| visit.inspection);
    let before = before.as_ref();
    let findings = RwSignal::new(before.map_or(String::new(), |i| i.findings.clone()));
    let configuration = RwSignal::new(before.map_or(String::new(), |i| i.configuration.clone()));
    let reproduced = RwSignal::new(match before.and_then(|inspection| inspection.reproduced) {
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
        None => String::new(),
    });
    let draft = Draft::new(
        format!("inspect:{}", job.visit),
        vec![
            ("findings", findings.into()),
            ("configuration", configuration.into()),
            ("reproduced", reproduced.into()),
        ],
    );
    let command = move || {
        job.command(visit::Command::Inspect {
            findings: findings.get(),
            reproduced: match reproduced.get().as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            configuration: configuration.get(),
        })
    };
    let why_not = job.device.why_not(command);
    let send = move || {
        draft.send(untrack(command), 0, move || {
            draft.settle();
            let _gone = chosen.try_set(None);
        });
    };
    let lead = move || match job.device.would(&untrack(command)) {
        Err(Refusal::ConsentMissing | Refusal::NotArrived | Refusal::NotAccepted) => {
            lead_to("arrival");
        }
        Err(Refusal::SheetLocked) => lead_to("sheet"),
        _ => lead_to("inspect-findings"),
    };
    let summary = move || {
        let found = job.here.get()?.inspection?;
        let words = &text().engineer.work;
        let told = found.reproduced.map(|yes| if yes { words.yes } else { words.no });
        Some(view! {
            <Facts>
                <Fact label=words.findings value=found.findings/>
                {told.map(|told| view! { <Fact label=words.reproduced value=told/> })}
                {(!found.configuration.is_empty())
                    .then(|| view! { <Fact label=words.configuration value=found.configuration/> })}
                <Fact label=words.at value=moment(found.at)/>
            </Facts>
        })
    };
    let answers = move || {
        let words = &text().engineer.work;
        vec![
            Choice::new("yes", words.yes),
            Choice::new("no", words.no),
            Choice::new("", words.not_tried),
        ]
    };
    view! {
        <Section
            id="inspection"
            title=move || text().engineer.work.inspection_title
            turn=job.turn(Step::Inspect)
            done=job.done(Step::Inspect)
            due=job.due("inspection")
            chosen
            name="open-inspection"
            summary
        >
            <div class="form">
                <TextArea
                    label=move || text().engineer.work.findings
                    hint=move || text().engineer.work.findings_hint
                    value=findings
                    required=true
                    max_length=TEXT_CHARS_MAX
                    id="inspect-findings"
                />
                <Segmented
                    label=move || text().engineer.work.reproduced
                    value=reproduced
                    options=answers
                />
                <TextArea
                    label=move || text().engineer.work.configuration
                    hint=move || text().engineer.work.configuration_hint
                    value=configuration
                    rows=2
                    max_length=TEXT_CHARS_MAX
                    id="inspect-configuration"
                />
                <Button
                    text=move || text().engineer.work.save_inspection
                    icon=Icon::Search
                    kind=ButtonKind::Primary
                    wide=true
                    name="inspect"
                    why_not
                    busy=draft.busy()
                    on_blocked=lead
                    on_press=send
                />
            </div>
        </Section>
    }
}

/// The talk before the repair.
#[component]
pub fn TalkSection(job: Job) -> impl IntoView {
    let chosen = RwSignal::new(None);
    let before = job.untracked().and_then(|visit| visit.talk);
    let before = before.as_ref();
    let summary = RwSignal::new(before.map_or(String::new(), |talk| talk.summary.clone()));
    let price_told = RwSignal::new(before.is_some_and(|talk| talk.price_told));
    let draft = Draft::new(
        format!("talk:{}", job.visit),
        vec![("summary", summary.into()), ("price_told", price_told.into())],
    );
    let command = move || {
        job.command(visit::Command::Talk { summary: summary.get(), price_told: price_told.get() })
    };
    let why_not = job.device.why_not(command);
    let send = move || {
        draft.send(untrack(command), 0, move || {
            draft.settle();
            let _gone = chosen.try_set(None);
        });
    };
    let lead = move || match job.device.would(&untrack(command)) {
        Err(Refusal::NotInspected) => lead_to("inspection"),
        Err(Refusal::NotArrived | Refusal::NotAccepted) => lead_to("arrival"),
        Err(Refusal::SheetLocked) => lead_to("sheet"),
        _ => lead_to("talk-summary"),
    };
    let told = move || {
        let talk = job.here.get()?.talk?;
        let words = &text().engineer.work;
        let price = if talk.price_told { words.yes } else { words.no };
        Some(view! {
            <Facts>
                <Fact label=words.talk_summary value=talk.summary/>
                <Fact label=words.price_told value=price/>
                <Fact label=words.at value=moment(talk.at)/>
            </Facts>
        })
    };
    view! {
        <Section
            id="talk"
            title=move || text().engineer.work.talk_title
            turn=job.turn(Step::Talk)
            done=job.done(Step::Talk)
            due=job.due("talk")
            chosen
            name="open-talk"
            summary=told
        >
            <div class="form">
                <p class="note">{move || text().engineer.work.talk_script}</p>
                <TextArea
                    label=move || text().engineer.work.talk_summary
                    value=summary
                    required=true
                    max_length=TEXT_CHARS_MAX
                    id="talk-summary"
                />
                <CheckRow
                    label=move || text().engineer.work.price_told
                    hint=move || text().engineer.work.price_hint
                    checked=price_told
                />
                <Button
                    text=move || text().engineer.work.save_talk
                    icon=Icon::Message
                    kind=ButtonKind::Primary
                    wide=true
                    name="talk"
                    why_not
                    busy=draft.busy()
                    on_blocked=lead
                    on_press=send
                />
            </div>
        </Section>
    }
}
