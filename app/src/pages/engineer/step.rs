//! What comes next on a visit: the first step of the natural order that is neither done nor refused.

use std::time::Duration;

use domain::{
    Command, Id, Timestamp, sheet,
    ticket::Ticket,
    values::Language,
    visit::{self, Outcome, Stage, Visit},
};

use leptos::prelude::*;

use crate::{device::Device, locale::text, ui};

/// The steps of a visit on site, in their natural order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Accept,
    Depart,
    Arrive,
    Consent,
    Inspect,
    Talk,
    StartRepair,
    Finish,
    Lock,
    Customer,
    HandIn,
}

impl Step {
    const ALL: [Step; 11] = [
        Step::Accept,
        Step::Depart,
        Step::Arrive,
        Step::Consent,
        Step::Inspect,
        Step::Talk,
        Step::StartRepair,
        Step::Finish,
        Step::Lock,
        Step::Customer,
        Step::HandIn,
    ];

    /// What the one big button says.
    pub fn word(self) -> &'static str {
        let words = &text().engineer.step;
        match self {
            Step::Accept => words.accept,
            Step::Depart => words.depart,
            Step::Arrive => words.arrive,
            Step::Consent => words.consent,
            Step::Inspect => words.inspect,
            Step::Talk => words.talk,
            Step::StartRepair => words.start_repair,
            Step::Finish => words.finish,
            Step::Lock => words.lock,
            Step::Customer => words.customer,
            Step::HandIn => words.hand_in,
        }
    }

    /// The name of the button for those who look for it by name.
    pub fn name(self) -> &'static str {
        match self {
            Step::Accept => "accept",
            Step::Depart => "depart",
            Step::StartRepair => "start-repair",
            Step::HandIn => "hand-in",
            _ => "next-step",
        }
    }

    pub fn icon(self) -> ui::Icon {
        match self {
            Step::Accept => ui::Icon::Check,
            Step::Depart => ui::Icon::Navigation,
            Step::Arrive => ui::Icon::Location,
            Step::Consent => ui::Icon::Hand,
            Step::Inspect => ui::Icon::Search,
            Step::Talk => ui::Icon::Message,
            Step::StartRepair => ui::Icon::Wrench,
            Step::Finish => ui::Icon::CheckCircle,
            Step::Lock => ui::Icon::Sheet,
            Step::Customer => ui::Icon::Pen,
            Step::HandIn => ui::Icon::Inbox,
        }
    }

    /// The command that is this step, where one tap says everything there is to say.
    pub fn tap(self) -> Option<visit::Command> {
        match self {
            Step::Accept => Some(visit::Command::Accept),
            Step::Depart => Some(visit::Command::Depart),
            Step::StartRepair => Some(visit::Command::StartRepair),
            Step::HandIn => Some(visit::Command::HandIn),
            _ => None,
        }
    }

    /// The section of the work page where this step is done.
    pub fn section(self) -> &'static str {
        match self {
            Step::Accept | Step::Depart | Step::Arrive | Step::Consent => "arrival",
            Step::Inspect => "inspection",
            Step::Talk => "talk",
            Step::StartRepair => "repair",
            Step::Finish => "outcome",
            Step::Lock | Step::Customer | Step::HandIn => "sheet",
        }
    }

    /// Whether the visit already tells of this step.
    pub fn is_done(self, visit: &Visit) -> bool {
        match self {
            Step::Accept => visit.stage >= Stage::Accepted,
            Step::Depart => visit.departed_at.is_some(),
            Step::Arrive => visit.arrived_at.is_some(),
            Step::Consent => visit.consent_at.is_some(),
            Step::Inspect => visit.inspection.is_some(),
            Step::Talk => visit.talk.is_some(),
            Step::StartRepair => visit.started_at.is_some(),
            Step::Finish => visit.outcome.is_some(),
            Step::Lock => visit.lock.is_some() || visit.stage >= Stage::Signed,
            Step::Customer => visit.stage >= Stage::Signed,
            Step::HandIn => visit.handed_in_at.is_some(),
        }
    }

    /// Whether the work went on without it: a machine without a fault is not repaired.
    fn is_skipped(self, visit: &Visit) -> bool {
        let passed = match self {
            Step::Depart => visit.arrived_at.is_some(),
            Step::Talk | Step::StartRepair => visit.outcome.is_some(),
            _ => false,
        };
        passed && !self.is_done(visit)
    }

    /// The step with as little in it as the rule needs to say whether its turn has come.
    fn probe(self, ticket: &Ticket, visit: &Visit, at: Timestamp) -> Option<visit::Command> {
        let something = || "…".to_owned();
        Some(match self {
            Step::Accept => visit::Command::Accept,
            Step::Depart => visit::Command::Depart,
            Step::Arrive => visit::Command::Arrive { consent: false },
            Step::Consent => visit::Command::Consent,
            Step::Inspect => visit::Command::Inspect {
                findings: something(),
                reproduced: None,
                configuration: String::new(),
            },
            Step::Talk => visit::Command::Talk { summary: something(), price_told: true },
            Step::StartRepair => visit::Command::StartRepair,
            Step::Finish => visit::Command::Finish {
                outcome: Outcome::NoFault { explanation: something() },
                checked: true,
                restored: true,
            },
            Step::Lock => {
                let nobody = domain::user::User::system();
                let content = sheet::draft(ticket, visit, &nobody, Language::Chinese, at)?;
                visit::Command::LockSheet { content: Box::new(content) }
            }
            // What can be unlocked can be signed.
            Step::Customer => visit::Command::UnlockSheet,
            Step::HandIn => visit::Command::HandIn,
        })
    }

    /// Why the step's turn has not come, in words; `None` when it has.
    pub fn why_not(self, device: Device, ticket: &Ticket, visit: &Visit) -> Option<String> {
        let Some(probe) = self.probe(ticket, visit, device.now()) else {
            return Some(text().words.refusal(domain::Refusal::NotFinished).to_string());
        };
        let refusal = device.would(&on(ticket.id, visit.id, probe)).err()?;
        Some(text().words.refusal(refusal).to_string())
    }
}

/// The next step, if there is one for this person on this visit.
pub fn next(device: Device, ticket: &Ticket, visit: &Visit) -> Option<Step> {
    Step::ALL.into_iter().find(|step| {
        !step.is_done(visit)
            && !step.is_skipped(visit)
            && step
                .probe(ticket, visit, device.now())
                .is_some_and(|probe| device.would(&on(ticket.id, visit.id, probe)).is_ok())
    })
}

/// So long after the big button has turned into another step it does nothing: the second tap of a double tap was meant
/// for the step before.
const SETTLE: Duration = Duration::from_millis(400);

/// Whether the big button has just turned into another step. A handle: copying it costs nothing.
#[derive(Clone, Copy, Default)]
pub struct Settling {
    busy: RwSignal<bool>,
    /// The step on the button, and the number of the last pause: the end of an older one ends nothing.
    last: StoredValue<(Option<Step>, u32)>,
}

impl Settling {
    /// The button shows this step now.
    pub fn shows(self, step: Step) {
        let before = self.last.try_update_value(|(shown, _)| shown.replace(step)).flatten();
        if before.is_some_and(|before| before != step) {
            self.begin();
        }
    }

    /// The step on the button was said.
    pub fn begin(self) {
        self.busy.set(true);
        let pause = self.last.try_update_value(|(_, pause)| {
            *pause += 1;
            *pause
        });
        let end = move || {
            // The page may be gone by then.
            if self.last.try_with_value(|(_, last)| Some(*last)) == Some(pause) {
                let _gone = self.busy.try_set(false);
            }
        };
        set_timeout(end, SETTLE);
    }
}

impl From<Settling> for Signal<bool> {
    fn from(settling: Settling) -> Self {
        settling.busy.into()
    }
}

/// The visit command as a command.
pub fn on(ticket: Id<Ticket>, visit: Id<Visit>, command: visit::Command) -> Command {
    Command::Visit(ticket, visit, command)
}

/// All steps for the row that shows how far the visit is.
pub fn progress(device: Device, ticket: &Ticket, visit: &Visit) -> Vec<ui::Step> {
    let now = next(device, ticket, visit);
    Step::ALL
        .into_iter()
        .filter(|step| !matches!(step, Step::Consent | Step::Lock))
        .map(|step| {
            let here = match now {
                Some(Step::Consent) => step == Step::Inspect,
                Some(Step::Lock) => step == Step::Customer,
                now => now == Some(step),
            };
            let state = if step.is_done(visit) {
                ui::StepState::Done
            } else if here {
                ui::StepState::Now
            } else if step.is_skipped(visit) || visit.called_off.is_some() {
                ui::StepState::Skipped
            } else {
                ui::StepState::Todo
            };
            ui::Step::new(step.short(), state)
        })
        .collect()
}

impl Step {
    /// The step's name in the row of steps.
    pub fn short(self) -> &'static str {
        let words = &text().engineer.short;
        match self {
            Step::Accept => words.accept,
            Step::Depart => words.depart,
            Step::Arrive => words.arrive,
            Step::Consent => words.consent,
            Step::Inspect => words.inspect,
            Step::Talk => words.talk,
            Step::StartRepair => words.start_repair,
            Step::Finish => words.finish,
            Step::Lock => words.lock,
            Step::Customer => words.customer,
            Step::HandIn => words.hand_in,
        }
    }
}
