//! How the work ended: repaired, no fault, or not repaired with a next step (GD-09 to GD-12).

use domain::{
    Command, Refusal,
    values::TEXT_CHARS_MAX,
    visit::{self, Cause, NextStep, Outcome},
};
use leptos::prelude::*;

use super::{Job, section::Section};
use crate::{
    locale::{moment, text, words},
    pages::engineer::{choices, draft::Draft, step::Step},
    ui::{
        Button, ButtonKind, CheckRow, Choice, Fact, Facts, Icon, RadioRows, Segmented, Select,
        TextArea, lead_to,
    },
};

#[derive(Clone, Copy)]
pub struct Fields {
    kind: RwSignal<String>,
    cause: RwSignal<String>,
    cause_text: RwSignal<String>,
    solution: RwSignal<String>,
    checked: RwSignal<bool>,
    restored: RwSignal<bool>,
    explanation: RwSignal<String>,
    reason: RwSignal<String>,
    explained: RwSignal<bool>,
    next_step: RwSignal<String>,
}

const REPAIRED: &str = "repaired";
const NO_FAULT: &str = "no_fault";
const NOT_REPAIRED: &str = "not_repaired";

impl Fields {
    /// What was entered before, to be corrected; else empty.
    fn new(before: Option<Outcome>) -> Fields {
        let text = |text: &str| RwSignal::new(text.to_owned());
        let told = before.is_some();
        let fields = Fields {
            kind: text(REPAIRED),
            cause: text(""),
            cause_text: text(""),
            solution: text(""),
            checked: RwSignal::new(told),
            restored: RwSignal::new(told),
            explanation: text(""),
            reason: text(""),
            explained: RwSignal::new(told),
            next_step: text(&words::code(&NextStep::SecondVisit)),
        };
        match before {
            Some(Outcome::Repaired { cause, cause_text, solution }) => {
                fields.cause.set(words::code(&cause));
                fields.cause_text.set(cause_text);
                fields.solution.set(solution);
            }
            Some(Outcome::NoFault { explanation }) => {
                fields.kind.set(NO_FAULT.into());
                fields.explanation.set(explanation);
            }
            Some(Outcome::NotRepaired { reason, next_step }) => {
                fields.kind.set(NOT_REPAIRED.into());
                fields.reason.set(reason);
                fields.next_step.set(words::code(&next_step));
            }
            None => {}
        }
        fields
    }

    fn draft(self, job: Job) -> Draft {
        let name = format!("finish:{}", job.visit);
        Draft::new(
            name,
            vec![
                ("kind", self.kind.into()),
                ("cause", self.cause.into()),
                ("cause_text", self.cause_text.into()),
                ("solution", self.solution.into()),
                ("checked", self.checked.into()),
                ("restored", self.restored.into()),
                ("explanation", self.explanation.into()),
                ("reason", self.reason.into()),
                ("explained", self.explained.into()),
                ("next_step", self.next_step.into()),
            ],
        )
    }

    fn command(self, job: Job) -> Command {
        let (checked, restored) = (self.checked.get(), self.restored.get());
        job.command(match self.kind.get().as_str() {
            NOT_REPAIRED => visit::Command::LeaveUnfinished {
                reason: self.reason.get(),
                explained: self.explained.get(),
                next_step: words::from_code(&self.next_step.get()).unwrap_or(NextStep::SecondVisit),
            },
            NO_FAULT => visit::Command::Finish {
                outcome: Outcome::NoFault { explanation: self.explanation.get() },
                checked,
                restored,
            },
            _ => visit::Command::Finish {
                outcome: Outcome::Repaired {
                    cause: words::from_code(&self.cause.get()).unwrap_or(Cause::Unknown),
                    cause_text: self.cause_text.get(),
                    solution: self.solution.get(),
                },
                checked,
                restored,
            },
        })
    }

    /// The field a refusal is about.
    fn place(self, refusal: Refusal) -> &'static str {
        let kind = self.kind.get_untracked();
        match refusal {
            Refusal::CauseMissing if self.cause.with_untracked(String::is_empty) => "finish-cause",
            Refusal::CauseMissing => "finish-cause-text",
            Refusal::SolutionMissing if kind == NO_FAULT => "finish-explanation",
            Refusal::SolutionMissing => "finish-solution",
            Refusal::CheckMissing if !self.checked.get_untracked() => "finish-checked",
            Refusal::CheckMissing => "finish-restored",
            Refusal::ReasonMissing => "unfinished-reason",
            Refusal::ExplanationMissing => "unfinished-explained",
            Refusal::NotRepairing => "repair",
            Refusal::NotInspected | Refusal::ConsentMissing => "inspection",
            Refusal::TalkMissing => "talk",
            Refusal::NotArrived | Refusal::NotAccepted => "arrival",
            Refusal::SheetLocked => "sheet",
            _ => "outcome",
        }
    }
}

/// The result of the work.
#[component]
pub fn OutcomeSection(job: Job) -> impl IntoView {
    let chosen = RwSignal::new(None);
    let fields = Fields::new(job.untracked().and_then(|visit| visit.outcome));
    let draft = fields.draft(job);
    let why_not = job.device.why_not(move || fields.command(job));
    let send = move || {
        draft.send(untrack(move || fields.command(job)), 0, move || {
            draft.settle();
            let _gone = chosen.try_set(None);
            lead_to("sheet");
        });
    };
    let lead = move || {
        if let Err(refusal) = job.device.would(&untrack(move || fields.command(job))) {
            lead_to(fields.place(refusal));
        }
    };
    let kinds = move || {
        let words = &text().engineer.work;
        vec![
            Choice::new(REPAIRED, words.repaired),
            Choice::new(NO_FAULT, words.no_fault),
            Choice::new(NOT_REPAIRED, words.not_repaired),
        ]
    };
    let is = move |kind: &'static str| move || fields.kind.with(|now| now == kind);
    let returns =
        move || fields.next_step.with(|next| *next == words::code(&NextStep::ReturnExchange));
    view! {
        <Section
            id="outcome"
            title=move || text().engineer.work.outcome_title
            turn=job.turn(Step::Finish)
            done=job.done(Step::Finish)
            due=job.due("outcome")
            chosen
            name="open-outcome"
            summary=move || told(job)
        >
            <div class="form">
                <Segmented
                    label=move || text().engineer.work.outcome_title
                    hide_label=true
                    value=fields.kind
                    options=kinds
                    id="outcome-kind"
                />
                <Show when=is(REPAIRED)>
                    <Select
                        label=move || text().engineer.work.cause
                        value=fields.cause
                        empty=move || text().engineer.say.choose
                        options=move || choices(words::ALL_CAUSES, |one| text().words.cause(one))
                        required=true
                        id="finish-cause"
                    />
                    <TextArea
                        label=move || text().engineer.work.cause_text
                        hint=move || text().engineer.work.cause_hint
                        value=fields.cause_text
                        rows=2
                        required=true
                        max_length=TEXT_CHARS_MAX
                        id="finish-cause-text"
                    />
                    <TextArea
                        label=move || text().engineer.work.solution
                        value=fields.solution
                        required=true
                        max_length=TEXT_CHARS_MAX
                        id="finish-solution"
                    />
                </Show>
                <Show when=is(NO_FAULT)>
                    <TextArea
                        label=move || text().engineer.work.explanation
                        hint=move || text().engineer.work.explanation_hint
                        value=fields.explanation
                        required=true
                        max_length=TEXT_CHARS_MAX
                        id="finish-explanation"
                    />
                </Show>
                <Show
                    when=is(NOT_REPAIRED)
                    fallback=move || {
                        view! {
                            <CheckRow
                                label=move || text().engineer.work.checked
                                checked=fields.checked
                                id="finish-checked"
                            />
                            <CheckRow
                                label=move || text().engineer.work.restored
                                checked=fields.restored
                                id="finish-restored"
                            />
                        }
                    }
                >
                    <TextArea
                        label=move || text().engineer.work.unfinished_reason
                        hint=move || text().engineer.work.unfinished_hint
                        value=fields.reason
                        required=true
                        max_length=TEXT_CHARS_MAX
                        id="unfinished-reason"
                    />
                    <RadioRows
                        label=move || text().engineer.work.next_step
                        value=fields.next_step
                        options=move || {
                            choices(words::ALL_NEXT_STEPS, |one| text().words.next_step(one))
                        }
                    />
                    <Show when=returns>
                        <p class="note" data-tone="warning">{move || text().engineer.work.no_promise}</p>
                    </Show>
                    <CheckRow
                        label=move || text().engineer.work.explained
                        checked=fields.explained
                        id="unfinished-explained"
                    />
                </Show>
                <Show
                    when=is(NOT_REPAIRED)
                    fallback=move || {
                        view! {
                            <Button
                                text=move || text().engineer.work.finish
                                icon=Icon::CheckCircle
                                kind=ButtonKind::Primary
                                wide=true
                                name="finish"
                                why_not
                                busy=draft.busy()
                                on_blocked=lead
                                on_press=send
                            />
                        }
                    }
                >
                    <Button
                        text=move || text().engineer.work.leave_unfinished
                        icon=Icon::Rotate
                        kind=ButtonKind::Primary
                        wide=true
                        name="leave-unfinished"
                        why_not
                        busy=draft.busy()
                        on_blocked=lead
                        on_press=send
                    />
                </Show>
            </div>
        </Section>
    }
}

/// The result as it was entered.
fn told(job: Job) -> Option<impl IntoView> {
    let visit = job.here.get()?;
    let outcome = visit.outcome?;
    let words = &text().engineer.work;
    let facts = match outcome {
        Outcome::Repaired { cause, cause_text, solution } => view! {
            <Fact label=words.result value=words.repaired/>
            <Fact label=words.cause value=text().words.cause(cause)/>
            <Fact label=words.cause_text value=cause_text/>
            <Fact label=words.solution value=solution/>
        }
        .into_any(),
        Outcome::NoFault { explanation } => view! {
            <Fact label=words.result value=words.no_fault/>
            <Fact label=words.explanation value=explanation/>
        }
        .into_any(),
        Outcome::NotRepaired { reason, next_step } => view! {
            <Fact label=words.result value=words.not_repaired/>
            <Fact label=words.unfinished_reason value=reason/>
            <Fact label=words.next_step value=text().words.next_step(next_step)/>
        }
        .into_any(),
    };
    let at = visit.finished_at.map(|at| view! { <Fact label=words.at value=moment(at)/> });
    Some(view! { <Facts>{facts} {at}</Facts> })
}
