//! A visit (任务单): one dispatched piece of work on a ticket, from the assignment to the verified sheet.
//!
//! What the engineer did is evidence and only ever adds: `stage` never moves backwards, and a visit the
//! office called off meanwhile keeps telling what happened at the machine.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Id, Refusal, Timestamp,
    part::Part,
    photo::{self, Photo, PhotoLine, Slot},
    sheet::{Content, Digest, Lock, Ratings, Sheet, Signature},
    stock,
    user::{Role, User},
    values::{self, Money},
};

#[cfg(test)]
mod tests;

/// One dispatched piece of work. Lives inside its ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    pub id: Id<Visit>,
    /// 第几次服务, from 1.
    pub sequence: u32,
    pub engineer: Id<User>,
    pub dispatched_by: Id<User>,
    pub dispatched_at: Timestamp,
    pub stage: Stage,
    #[serde(default)]
    pub called_off: Option<CalledOff>,
    #[serde(default)]
    pub appointment: Option<Appointment>,
    #[serde(default)]
    pub accepted_at: Option<Timestamp>,
    #[serde(default)]
    pub departed_at: Option<Timestamp>,
    #[serde(default)]
    pub arrived_at: Option<Timestamp>,
    /// When the customer agreed to the inspection (GD-06, R-107).
    #[serde(default)]
    pub consent_at: Option<Timestamp>,
    #[serde(default)]
    pub inspection: Option<Inspection>,
    /// The talk before the repair (GD-07, R-108).
    #[serde(default)]
    pub talk: Option<Talk>,
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    #[serde(default)]
    pub steps: Vec<Step>,
    #[serde(default)]
    pub parts: Vec<PartUse>,
    #[serde(default)]
    pub charges: Charges,
    /// Oldest first. Left out while there is none: a visit without photos reads as it always did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
    #[serde(default)]
    pub outcome: Option<Outcome>,
    #[serde(default)]
    pub finished_at: Option<Timestamp>,
    #[serde(default)]
    pub lock: Option<Lock>,
    /// The signed sheets, oldest first.
    #[serde(default)]
    pub sheets: Vec<Id<Sheet>>,
    #[serde(default)]
    pub handed_in_at: Option<Timestamp>,
    #[serde(default)]
    pub verified_by: Option<Id<User>>,
}

/// How far the work is (domain model 3.3.2). Ordered; never moves backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 已派
    Assigned,
    /// 已接
    Accepted,
    /// 已备料
    Prepared,
    /// 在途
    EnRoute,
    /// 已到达
    Arrived,
    /// 检查中
    Inspecting,
    /// 维修中
    Repairing,
    /// 维修完成
    Finished,
    /// 未完成
    Unfinished,
    /// 已签字, or the refusal of it recorded
    Signed,
    /// 已交单
    HandedIn,
    /// 已核销
    Verified,
}

/// Why a visit no longer counts for the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalledOff {
    pub how: How,
    pub by: Id<User>,
    pub at: Timestamp,
    pub reason: String,
}

/// The three ways a visit is called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// 已拒
    Declined,
    /// 已改派
    Superseded,
    /// 已取消
    Cancelled,
}

/// The window agreed with the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Appointment {
    pub from: Timestamp,
    pub to: Timestamp,
    /// Who at the customer's agreed; empty while it is only proposed.
    #[serde(default)]
    pub agreed_with: String,
}

/// What was found at the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    pub findings: String,
    /// 故障重现
    #[serde(default)]
    pub reproduced: Option<bool>,
    /// 配置
    #[serde(default)]
    pub configuration: String,
    pub at: Timestamp,
}

/// What was told to the customer before the repair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Talk {
    pub summary: String,
    /// Whether the price, or that there is none, was told (GD-23).
    #[serde(default)]
    pub price_told: bool,
    pub at: Timestamp,
}

/// One thing done, as the sheet lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub id: Uuid,
    pub text: String,
    pub at: Timestamp,
}

/// A part that went into the machine (用件记录).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartUse {
    pub id: Uuid,
    /// `None` for a part the catalogue does not have.
    #[serde(default)]
    pub part: Option<Id<Part>>,
    #[serde(default)]
    pub code: String,
    pub name: String,
    pub quantity: i64,
    #[serde(default)]
    pub price: Money,
    /// Whether it replaced an old one.
    #[serde(default)]
    pub replaced: bool,
    /// Whether the old one must come back.
    #[serde(default)]
    pub returnable: bool,
    #[serde(default)]
    pub old_serial: String,
    #[serde(default)]
    pub new_serial: String,
    /// 故障标签 on the old part (GD-14).
    #[serde(default)]
    pub label: String,
    /// Why there is no old part to label; 遗失 needs a reason.
    #[serde(default)]
    pub lost_reason: String,
}

/// What the customer pays besides parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charges {
    pub labour: Money,
    pub travel: Money,
    /// What is not charged: warranty, contract, goodwill.
    pub waived: Money,
}

/// How the work ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 修复
    Repaired { cause: Cause, cause_text: String, solution: String },
    /// 无故障
    NoFault { explanation: String },
    /// 未修复
    NotRepaired { reason: String, next_step: NextStep },
}

/// 故障原因
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    PartFailure,
    Wear,
    Installation,
    Operation,
    Software,
    Power,
    Environment,
    Transport,
    /// Blocks finishing, not saving (GD-12).
    Unknown,
}

/// What follows when the machine is not repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// 二次上门
    SecondVisit,
    /// 转送修
    DropOff,
    /// 疑难升级
    Escalate,
    /// 退换申请
    ReturnExchange,
    /// 放弃维修
    Abandon,
}

/// What is done on a visit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Takes the job. An intention: somebody else may have it by now.
    Accept,
    Decline {
        reason: String,
    },
    /// Agrees on a window; `seen` is what the person was looking at.
    Appoint {
        appointment: Appointment,
        #[serde(default)]
        seen: Option<Appointment>,
    },
    /// A call with the customer, as it went.
    LogCall {
        summary: String,
    },
    /// Tools and parts are in the bag.
    Prepare {
        #[serde(default)]
        note: String,
    },
    Depart,
    /// At the customer's door, dressed and introduced (上门规范); perhaps already with consent.
    Arrive {
        consent: bool,
    },
    /// The customer agrees to the inspection.
    Consent,
    Inspect {
        findings: String,
        #[serde(default)]
        reproduced: Option<bool>,
        #[serde(default)]
        configuration: String,
    },
    /// The talk before the repair.
    Talk {
        summary: String,
        price_told: bool,
    },
    StartRepair,
    /// Writes down one thing done.
    Progress {
        text: String,
    },
    UsePart {
        part_use: Box<PartUse>,
    },
    /// Takes back a part entered by mistake.
    RemovePart {
        part_use: Uuid,
    },
    Charge {
        charges: Charges,
    },
    /// A picture was taken. Its bytes follow by themselves.
    AddPhoto {
        photo: Box<Photo>,
    },
    /// Takes a photo out of the sheet; the picture stays.
    WithdrawPhoto {
        photo: Uuid,
    },
    /// The machine works, or never failed.
    Finish {
        outcome: Outcome,
        /// 客户验机
        checked: bool,
        /// 恢复现场
        restored: bool,
    },
    LeaveUnfinished {
        reason: String,
        /// 已讲明
        explained: bool,
        next_step: NextStep,
    },
    /// Freezes what the customer will read.
    LockSheet {
        content: Box<Content>,
    },
    UnlockSheet,
    /// The customer's answer, with what it was given for: one command, so that neither travels alone.
    Sign {
        sheet: Id<Sheet>,
        content: Box<Content>,
        digest: Digest,
        signature: Box<Signature>,
        /// What the customer thought; it is kept apart from the sheet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ratings: Option<Ratings>,
    },
    /// Sheet and old parts are back at base.
    HandIn,
    /// The office has checked what was handed in.
    Verify,
}

impl Command {
    /// Whether this tells what happened in the field. Evidence is never refused for what others did meanwhile.
    pub fn is_evidence(&self) -> bool {
        !matches!(self, Self::Accept | Self::Decline { .. } | Self::Appoint { .. } | Self::Verify)
    }

    /// Whether this is done on the way to the machine or at it, up to the end of the work.
    pub(crate) fn is_work(&self) -> bool {
        matches!(
            self,
            Self::Depart
                | Self::Arrive { .. }
                | Self::Consent
                | Self::Inspect { .. }
                | Self::Talk { .. }
                | Self::StartRepair
                | Self::UsePart { .. }
                | Self::Finish { .. }
                | Self::LeaveUnfinished { .. }
        )
    }
}

impl Visit {
    /// A visit as it is when it is dispatched.
    pub fn dispatched(
        id: Id<Visit>,
        sequence: u32,
        engineer: Id<User>,
        by: Id<User>,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            sequence,
            engineer,
            dispatched_by: by,
            dispatched_at: at,
            stage: Stage::Assigned,
            called_off: None,
            appointment: None,
            accepted_at: None,
            departed_at: None,
            arrived_at: None,
            consent_at: None,
            inspection: None,
            talk: None,
            started_at: None,
            steps: Vec::new(),
            parts: Vec::new(),
            charges: Charges::default(),
            photos: Vec::new(),
            outcome: None,
            finished_at: None,
            lock: None,
            sheets: Vec::new(),
            handed_in_at: None,
            verified_by: None,
        }
    }

    /// The revision the next sheet has, from 1.
    pub fn revision(&self) -> u32 {
        u32::try_from(self.sheets.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Whether the visit still counts and its sheet is not answered yet.
    pub fn is_open(&self) -> bool {
        self.called_off.is_none() && self.stage < Stage::Signed
    }

    /// What the parts cost together.
    pub fn parts_total(&self) -> Money {
        self.parts.iter().fold(Money(0), |sum, used| sum.plus(used.price.times(used.quantity)))
    }

    fn reach(&mut self, stage: Stage) {
        self.stage = self.stage.max(stage);
    }
}

impl Charges {
    /// What the customer pays for parts that cost `parts`: never less than nothing.
    pub fn total(self, parts: Money) -> Money {
        let gross = parts.plus(self.labour).plus(self.travel);
        Money(gross.0.saturating_sub(self.waived.0).max(0))
    }
}

/// Whether the command makes sense by itself, whatever the visit's stage.
pub fn valid(command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Decline { reason } => values::required(reason, Refusal::ReasonMissing),
        Command::Appoint { appointment, .. } => {
            values::line(&appointment.agreed_with)?;
            if appointment.from < appointment.to {
                Ok(())
            } else {
                Err(Refusal::AppointmentMalformed)
            }
        }
        Command::LogCall { summary } => values::required(summary, Refusal::TextMissing),
        Command::Prepare { note } => values::text(note),
        Command::Inspect { findings, configuration, .. } => {
            values::text(configuration)?;
            values::required(findings, Refusal::TextMissing)
        }
        Command::Talk { summary, .. } => values::required(summary, Refusal::TextMissing),
        Command::Progress { text } => values::required(text, Refusal::TextMissing),
        Command::UsePart { part_use } => {
            values::required(&part_use.name, Refusal::PartMissing)?;
            for line in [
                &part_use.name,
                &part_use.code,
                &part_use.old_serial,
                &part_use.new_serial,
                &part_use.label,
                &part_use.lost_reason,
            ] {
                values::line(line)?;
            }
            if !(1..=stock::QUANTITY_MAX).contains(&part_use.quantity) {
                return Err(Refusal::QuantityImplausible);
            }
            if !part_use.price.plausible() {
                return Err(Refusal::AmountImplausible);
            }
            let unlabelled =
                part_use.label.trim().is_empty() && part_use.lost_reason.trim().is_empty();
            if part_use.replaced && part_use.returnable && unlabelled {
                return Err(Refusal::LabelMissing);
            }
            Ok(())
        }
        Command::Charge { charges } => {
            if [charges.labour, charges.travel, charges.waived].iter().all(|m| m.plausible()) {
                Ok(())
            } else {
                Err(Refusal::AmountImplausible)
            }
        }
        Command::AddPhoto { photo } => photo.check(),
        Command::Finish { outcome, checked, restored } => {
            match outcome {
                Outcome::Repaired { cause, cause_text, solution } => {
                    values::text(cause_text)?;
                    // GD-12: "unknown" and one-word causes explain nothing to the next engineer.
                    if *cause == Cause::Unknown || cause_text.trim().chars().count() < 4 {
                        return Err(Refusal::CauseMissing);
                    }
                    values::required(solution, Refusal::SolutionMissing)?;
                }
                Outcome::NoFault { explanation } => {
                    values::required(explanation, Refusal::SolutionMissing)?;
                }
                Outcome::NotRepaired { .. } => return Err(Refusal::Malformed),
            }
            if *checked && *restored { Ok(()) } else { Err(Refusal::CheckMissing) }
        }
        Command::LeaveUnfinished { reason, explained, .. } => {
            values::required(reason, Refusal::ReasonMissing)?;
            if *explained { Ok(()) } else { Err(Refusal::ExplanationMissing) }
        }
        Command::LockSheet { content } => content_bounded(content),
        Command::Sign { content, digest, signature, ratings, .. } => {
            content_bounded(content)?;
            values::line(digest)?;
            ratings.map_or(Ok(()), Ratings::check)?;
            signature.check()
        }
        Command::Accept
        | Command::Depart
        | Command::Arrive { .. }
        | Command::Consent
        | Command::StartRepair
        | Command::RemovePart { .. }
        | Command::WithdrawPhoto { .. }
        | Command::UnlockSheet
        | Command::HandIn
        | Command::Verify => Ok(()),
    }
}

/// The most steps and part lines one sheet may have.
const SHEET_LINES_MAX: usize = 200;

fn content_bounded(content: &Content) -> Result<(), Refusal> {
    if content.steps.len() > SHEET_LINES_MAX || content.parts.len() > SHEET_LINES_MAX {
        return Err(Refusal::TextTooLong);
    }
    if content.photos.len() > photo::PHOTOS_MAX {
        return Err(Refusal::TooManyPhotos);
    }
    content.photos.iter().try_for_each(PhotoLine::check)?;
    content.steps.iter().try_for_each(|step| values::text(step))
}

/// Whether `by` is a person this visit takes such a command from.
pub fn entitled(visit: &Visit, command: &Command, by: &User) -> Result<(), Refusal> {
    let office = by.is_any(&[Role::Coordinator, Role::Supervisor]);
    let allowed = match command {
        Command::Verify => {
            return if office || by.is_any(&[Role::Keeper]) {
                Ok(())
            } else {
                Err(Refusal::NotYourRole)
            };
        }
        Command::Appoint { .. } | Command::LogCall { .. } => {
            visit.engineer == by.id || office || by.is_any(&[Role::Agent])
        }
        _ => visit.engineer == by.id,
    };
    if allowed { Ok(()) } else { Err(Refusal::NotYours) }
}

/// Whether the visit's stage lets the command happen now: the guards of domain model 3.3.2 and 3.3.3.
pub fn fits(visit: &Visit, command: &Command) -> Result<(), Refusal> {
    // Whoever is at the machine may finish telling what happens there, up to the customer's signature.
    let at_work = command.is_evidence() && visit.stage >= Stage::Inspecting;
    if visit.called_off.is_some() && !at_work {
        return Err(Refusal::CalledOff);
    }
    let stage = visit.stage;
    let locked = visit.lock.is_some();
    match command {
        Command::Accept | Command::Decline { .. } if stage > Stage::Assigned => {
            Err(Refusal::AlreadyDone)
        }
        Command::Accept | Command::Decline { .. } => Ok(()),

        Command::Appoint { .. } | Command::LogCall { .. } if stage >= Stage::Signed => {
            Err(Refusal::AlreadySignedVisit)
        }
        Command::Appoint { .. } | Command::LogCall { .. } => Ok(()),

        Command::Verify if stage < Stage::HandedIn => Err(Refusal::NotHandedIn),
        Command::Verify if stage == Stage::Verified => Err(Refusal::AlreadyDone),
        Command::Verify => Ok(()),
        Command::HandIn if stage < Stage::Signed => Err(Refusal::NotSigned),
        Command::HandIn if stage > Stage::Signed => Err(Refusal::AlreadyDone),
        Command::HandIn => Ok(()),

        _ if stage < Stage::Accepted => Err(Refusal::NotAccepted),
        _ if stage >= Stage::Signed => Err(Refusal::AlreadySignedVisit),

        Command::Prepare { .. } | Command::Depart | Command::Arrive { .. } => {
            let reached = match command {
                Command::Prepare { .. } => Stage::Prepared,
                Command::Depart => Stage::EnRoute,
                _ => Stage::Arrived,
            };
            if stage < reached { Ok(()) } else { Err(Refusal::AlreadyDone) }
        }

        Command::Consent if stage < Stage::Arrived => Err(Refusal::NotArrived),
        Command::Consent if visit.consent_at.is_some() => Err(Refusal::AlreadyDone),
        Command::Consent => Ok(()),

        Command::Sign { .. } if !locked => Err(Refusal::SheetNotLocked),
        Command::Sign { digest, .. }
            if visit.lock.as_ref().is_some_and(|l| l.digest != *digest) =>
        {
            Err(Refusal::SheetDiffers)
        }
        Command::Sign { .. } => Ok(()),
        Command::UnlockSheet if !locked => Err(Refusal::SheetNotLocked),
        Command::UnlockSheet => Ok(()),

        // The customer reads what was locked; what is photographed now belongs to the answer.
        Command::AddPhoto { photo } if locked && photo.slot != Slot::Other => {
            Err(Refusal::SheetLocked)
        }
        Command::WithdrawPhoto { photo } if locked && !is_of_the_answer(visit, *photo) => {
            Err(Refusal::SheetLocked)
        }
        Command::AddPhoto { .. } | Command::WithdrawPhoto { .. } => fits_photo(visit, command),
        _ if locked => Err(Refusal::SheetLocked),
        Command::LockSheet { .. } if visit.outcome.is_none() => Err(Refusal::NotFinished),
        Command::LockSheet { .. } => Ok(()),

        Command::Progress { .. } => Ok(()),
        _ if stage < Stage::Arrived => Err(Refusal::NotArrived),
        Command::Inspect { .. } if visit.consent_at.is_none() => Err(Refusal::ConsentMissing),
        Command::Inspect { .. } => Ok(()),
        _ if stage < Stage::Inspecting => Err(Refusal::NotInspected),
        Command::Talk { .. } | Command::LeaveUnfinished { .. } => Ok(()),
        Command::StartRepair if stage >= Stage::Repairing => Err(Refusal::AlreadyDone),
        Command::StartRepair if visit.talk.is_none() => Err(Refusal::TalkMissing),
        Command::StartRepair => Ok(()),
        Command::RemovePart { part_use } if !visit.parts.iter().any(|p| p.id == *part_use) => {
            Err(Refusal::NotFound)
        }
        // "No fault found" needs no repair, everything else does.
        Command::Finish { outcome: Outcome::NoFault { .. }, .. } => Ok(()),
        Command::Charge { .. } => Ok(()),
        Command::UsePart { .. } | Command::RemovePart { .. } | Command::Finish { .. }
            if stage < Stage::Repairing =>
        {
            Err(Refusal::NotRepairing)
        }
        Command::UsePart { .. } | Command::RemovePart { .. } | Command::Finish { .. } => Ok(()),
    }
}

fn fits_photo(visit: &Visit, command: &Command) -> Result<(), Refusal> {
    match command {
        Command::AddPhoto { .. } if visit.photos.len() >= photo::PHOTOS_MAX => {
            Err(Refusal::TooManyPhotos)
        }
        Command::WithdrawPhoto { photo } => match visit.photos.iter().find(|p| p.id == *photo) {
            None => Err(Refusal::NotFound),
            Some(photo) if photo.withdrawn => Err(Refusal::AlreadyDone),
            Some(_) => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Whether the locked sheet is without this photo. One that is not known is nobody's.
fn is_of_the_answer(visit: &Visit, photo: Uuid) -> bool {
    let bound = |photo: &Photo| visit.lock.as_ref().is_some_and(|lock| lock.binds(photo));
    !visit.photos.iter().any(|kept| kept.id == photo && bound(kept))
}

/// Writes the command into the visit. Total: what happened is written down, whatever [`fits`] thought of it.
///
/// `mid` is the envelope's id, which names the step it makes.
pub fn carry_out(visit: &mut Visit, command: &Command, mid: Uuid, at: Timestamp) {
    match command {
        Command::Accept => {
            visit.accepted_at.get_or_insert(at);
            visit.reach(Stage::Accepted);
        }
        Command::Decline { .. } | Command::LogCall { .. } => {}
        Command::Appoint { appointment, .. } => visit.appointment = Some(appointment.clone()),
        Command::Prepare { .. } => visit.reach(Stage::Prepared),
        Command::Depart => {
            visit.departed_at.get_or_insert(at);
            visit.reach(Stage::EnRoute);
        }
        Command::Arrive { consent } => {
            visit.arrived_at.get_or_insert(at);
            if *consent {
                visit.consent_at.get_or_insert(at);
            }
            visit.reach(Stage::Arrived);
        }
        Command::Consent => {
            visit.consent_at.get_or_insert(at);
        }
        Command::Inspect { findings, reproduced, configuration } => {
            visit.inspection = Some(Inspection {
                findings: findings.clone(),
                reproduced: *reproduced,
                configuration: configuration.clone(),
                at,
            });
            visit.reach(Stage::Inspecting);
        }
        Command::Talk { summary, price_told } => {
            visit.talk = Some(Talk { summary: summary.clone(), price_told: *price_told, at });
        }
        Command::StartRepair => {
            visit.started_at.get_or_insert(at);
            visit.reach(Stage::Repairing);
        }
        Command::Progress { text } => visit.steps.push(Step { id: mid, text: text.clone(), at }),
        Command::UsePart { part_use } => {
            if !visit.parts.iter().any(|used| used.id == part_use.id) {
                visit.parts.push((**part_use).clone());
            }
        }
        Command::RemovePart { part_use } => visit.parts.retain(|used| used.id != *part_use),
        Command::Charge { charges } => visit.charges = *charges,
        Command::AddPhoto { photo } => {
            // The same picture in the same place is the same photo.
            let known = |kept: &Photo| {
                let same = kept.slot == photo.slot && kept.sha256 == photo.sha256;
                kept.id == photo.id || (same && !kept.withdrawn)
            };
            if !visit.photos.iter().any(known) {
                visit.photos.push((**photo).clone());
            }
        }
        Command::WithdrawPhoto { photo } => {
            if let Some(photo) = visit.photos.iter_mut().find(|kept| kept.id == *photo) {
                photo.withdrawn = true;
            }
        }
        Command::Finish { outcome, .. } => {
            visit.outcome = Some(outcome.clone());
            visit.finished_at = Some(at);
            if visit.stage < Stage::Signed {
                visit.stage = Stage::Finished;
            }
        }
        Command::LeaveUnfinished { reason, next_step, .. } => {
            visit.outcome =
                Some(Outcome::NotRepaired { reason: reason.clone(), next_step: *next_step });
            visit.finished_at = Some(at);
            if visit.stage < Stage::Signed {
                visit.stage = Stage::Unfinished;
            }
        }
        Command::LockSheet { content } => {
            let digest = crate::sheet::digest(content);
            visit.lock = Some(Lock { content: (**content).clone(), digest, at });
        }
        Command::UnlockSheet => visit.lock = None,
        Command::Sign { sheet, content, .. } => {
            if !visit.sheets.contains(sheet) {
                visit.sheets.push(*sheet);
            }
            // What was signed is what was done, even where the entries that say so are still on their way.
            visit.outcome.get_or_insert_with(|| content.outcome.clone());
            visit.lock = None;
            visit.reach(Stage::Signed);
        }
        Command::HandIn => {
            visit.handed_in_at.get_or_insert(at);
            visit.reach(Stage::HandedIn);
        }
        Command::Verify => visit.reach(Stage::Verified),
    }
}
