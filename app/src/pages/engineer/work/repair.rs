//! The repair itself: its start, and what was done, one line after the other.

use domain::{Refusal, values::TEXT_CHARS_MAX, visit};
use leptos::prelude::*;

use super::{Job, section::Section};
use crate::{
    locale::{text, time},
    pages::engineer::{draft::Draft, step::Step},
    ui::{Button, Icon, TextArea, lead_to},
};

/// The repair log.
#[component]
pub fn RepairSection(job: Job) -> impl IntoView {
    let chosen = RwSignal::new(None);
    let said = RwSignal::new(String::new());
    let draft = Draft::new(format!("progress:{}", job.visit), vec![("text", said.into())]);
    let started = job.done(Step::StartRepair);
    let finished = job.done(Step::Finish);
    let command = move || job.command(visit::Command::Progress { text: said.get() });
    let asked = job.device.why_not(command);
    // An empty line needs no reproach; the button leads to it.
    let empty = move || said.with(|said| said.trim().is_empty());
    let why_not = Signal::derive(move || if empty() { None } else { asked.get() });
    let send = move || {
        if untrack(empty) {
            lead_to("progress-text");
            return;
        }
        draft.send(untrack(command), 0, move || {
            draft.clear();
            lead_to("progress-text");
        });
    };
    let lead = move || match job.device.would(&untrack(command)) {
        Err(Refusal::SheetLocked) => lead_to("sheet"),
        Err(Refusal::NotAccepted) => lead_to("arrival"),
        _ => lead_to("progress-text"),
    };
    let steps = move || {
        let steps = job.here.get()?.steps;
        if steps.is_empty() {
            return None;
        }
        Some(view! {
            <ol class="timeline" data-name="steps">
                {steps
                    .into_iter()
                    .rev()
                    .map(|step| {
                        view! {
                            <li class="moment">
                                <span class="moment__dot"></span>
                                <div class="moment__body">
                                    <p>{step.text}</p>
                                    <p class="moment__meta num">{time(step.at)}</p>
                                </div>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        })
    };
    // Once it has begun or ended, nothing stands before it.
    let begins = job.turn(Step::StartRepair);
    let turn =
        Signal::derive(move || if started.get() || finished.get() { None } else { begins.get() });
    // The log stays open while the work goes on, and folds when it has a result.
    let done = Signal::derive(move || finished.get() && started.get());
    let (starting, ending) = (job.due("repair"), job.due("outcome"));
    let due = Signal::derive(move || starting.get() || (ending.get() && started.get()));
    view! {
        <Section
            id="repair"
            title=move || text().engineer.work.repair_title
            turn
            done
            due
            chosen
            name="open-repair"
            summary=steps
        >
            <Show when=move || starting.get()>
                <p class="note">{move || text().engineer.work.start_below}</p>
            </Show>
            <div class="form">
                <TextArea
                    label=move || text().engineer.work.progress
                    hint=move || text().engineer.work.progress_hint
                    value=said
                    rows=2
                    max_length=TEXT_CHARS_MAX
                    id="progress-text"
                />
                <Button
                    text=move || text().engineer.work.add_progress
                    icon=Icon::Add
                    wide=true
                    name="progress"
                    why_not
                    busy=draft.busy()
                    on_blocked=lead
                    on_press=send
                />
            </div>
            {steps}
        </Section>
    }
}
