//! A ticket (工单): the customer's problem, from the call to the archive.
//!
//! The row embeds its visits and small snapshots of customer and machine, so that this one row is enough
//! to work in a basement.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Id, Refusal, Timestamp,
    custody::{Custody, Proof, Standing},
    customer::{Customer, Salutation},
    flag::{self, Decision, Flag},
    machine::{self, Machine, Warranty},
    team::Team,
    user::{Role, User},
    values,
    visit::{self, Appointment, Visit},
};

#[cfg(test)]
mod tests;

/// The customer's problem and everything done about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    pub id: Id<Ticket>,
    /// Given by the server.
    #[serde(default)]
    pub number: Option<String>,
    /// The number a device gave without a network; stays searchable for ever.
    #[serde(default)]
    pub provisional: Option<String>,
    pub title: String,
    pub description: String,
    pub request: Request,
    pub channel: Channel,
    pub urgency: Urgency,
    /// 接收时间
    pub received_at: Timestamp,
    /// 提交人, where it is not the customer.
    #[serde(default)]
    pub submitter: String,
    /// 转交人, department and name.
    #[serde(default)]
    pub transferred_by: String,
    /// 客户期望时间
    #[serde(default)]
    pub expected_by: Option<Timestamp>,
    pub registered_by: Id<User>,
    pub registered_at: Timestamp,
    pub contact: Contact,
    pub machine: Nameplate,
    #[serde(default)]
    pub triage: Option<Triage>,
    pub stage: Stage,
    #[serde(default)]
    pub visits: Vec<Visit>,
    #[serde(default)]
    pub log: Vec<Entry>,
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// Left out where the machine was never with us: such a ticket reads as it always did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custody: Option<Custody>,
    /// How long we waited for the customer in all, in milliseconds; the promised solution moves by as much.
    #[serde(default, skip_serializing_if = "never_waited")]
    pub waited_ms: i64,
    /// Set when it left the phones of those who worked on it, long after everything was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aged_out: Option<Timestamp>,
}

fn never_waited(waited_ms: &i64) -> bool {
    *waited_ms == 0
}

/// Where a ticket stands (domain model 3.3.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 已受理
    Received,
    /// 已分诊
    Triaged,
    /// 待派单
    PendingDispatch { since: Timestamp },
    /// 已派单
    Dispatched { since: Timestamp },
    /// 处理中
    InProgress { since: Timestamp },
    /// 挂起
    OnHold { reason: HoldReason, since: Timestamp },
    /// 待确认
    PendingConfirmation { since: Timestamp },
    /// 已完成
    Completed { method: Confirmation, at: Timestamp },
    /// 待回访
    PendingFollowUp { since: Timestamp },
    /// 已关闭
    Closed { at: Timestamp },
    /// 已取消
    Cancelled { by: Id<User>, at: Timestamp, reason: String },
}

/// The customer as the ticket knows them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    #[serde(default)]
    pub customer: Option<Id<Customer>>,
    pub name: String,
    #[serde(default)]
    pub company: String,
    #[serde(default)]
    pub salutation: Salutation,
    pub phone: String,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub access_note: String,
}

/// The machine as the ticket knows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Nameplate {
    #[serde(default)]
    pub machine: Option<Id<Machine>>,
    pub model: String,
    #[serde(default)]
    pub serial: String,
    /// `YYYY-MM-DD`, or empty.
    #[serde(default)]
    pub purchased_on: String,
    #[serde(default)]
    pub warranty: Warranty,
    #[serde(default)]
    pub place: String,
}

/// What was decided about the problem before anybody went (GD-02).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Triage {
    pub category: Category,
    pub priority: Priority,
    pub method: Method,
    /// 影响范围
    #[serde(default)]
    pub impact: String,
    #[serde(default)]
    pub team: Option<Id<Team>>,
    /// 判断步骤
    #[serde(default)]
    pub judgement: String,
    /// 解决方法建议
    #[serde(default)]
    pub suggestion: String,
    pub by: Id<User>,
    pub at: Timestamp,
}

/// A line of the ticket's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The `mid` of the envelope.
    pub id: Uuid,
    pub at: Timestamp,
    pub by: Id<User>,
    pub act: Act,
    #[serde(default)]
    pub text: String,
    /// Whether the customer may read it.
    #[serde(default)]
    pub visible: bool,
    /// Whether the device's clock was not to be trusted (K-12).
    #[serde(default)]
    pub doubtful: bool,
}

impl Entry {
    /// What an entry is known by: one envelope can do several things.
    #[must_use]
    pub fn key(&self) -> (Uuid, u8) {
        (self.id, self.act as u8)
    }
}

/// What a history line says was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Registered,
    Imported,
    Numbered,
    Triaged,
    HandedOver,
    SolvedByPhone,
    Dispatched,
    Reassigned,
    Recalled,
    TookOn,
    Accepted,
    Declined,
    Appointed,
    Called,
    Prepared,
    Departed,
    Arrived,
    Consented,
    Inspected,
    Talked,
    StartedRepair,
    Progressed,
    UsedPart,
    RemovedPart,
    Charged,
    Photographed,
    WithdrewPhoto,
    Finished,
    LeftUnfinished,
    LockedSheet,
    UnlockedSheet,
    Signed,
    SignatureRefused,
    CustomerAbsent,
    HandedIn,
    Verified,
    KeptMachine,
    HandedBack,
    Noted,
    ContactEdited,
    MachineEdited,
    Held,
    Resumed,
    Confirmed,
    Objected,
    FollowUpOpened,
    FollowedUp,
    Closed,
    Reopened,
    Cancelled,
    Settled,
}

/// 请求类型 (code list 3.10)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    Repair,
    Consult,
    Policy,
    ReturnExchange,
    Complaint,
    Suggestion,
    Install,
    Configure,
    Debug,
    Design,
    Maintain,
    Other,
}

/// 问题分类
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Hardware,
    Software,
    System,
    Application,
    Usage,
    None,
    Other,
}

/// 反馈渠道
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    #[serde(rename = "phone_400")]
    Phone400,
    OnlineChat,
    App,
    MiniProgram,
    OfficialAccount,
    Wechat,
    Email,
    WebForm,
    Social,
    Shop,
    Mail,
    Fax,
    Ivr,
    Staff,
    Qr,
}

/// 客户紧急程度
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// 一般
    Normal,
    /// 紧急
    Urgent,
    /// 特急
    Critical,
}

/// 优先级
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    P1,
    P2,
    P3,
}

/// 服务方式
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Onsite,
    DropOff,
    MailIn,
    Paid,
    Phone,
    Remote,
}

/// 挂起原因
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    WaitingCustomer,
    WaitingParts,
    WaitingEscalation,
    WaitingApproval,
    SecondVisit,
}

/// How the customer confirmed (GD-24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    Signature,
    Phone,
    Video,
    Onsite,
    Automatic,
}

/// What is done to tickets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// T-01: writes down the problem.
    Register {
        intake: Box<Intake>,
    },
    /// An old ticket from a file (form 2, R-039).
    Import {
        import: Box<Import>,
    },
    /// Gives the number; the server's doing.
    Number {
        number: String,
    },
    /// T-02
    Triage {
        triage: Box<Triage>,
    },
    /// T-04: passes the ticket to the coordinators.
    HandOver,
    /// T-03
    SolveByPhone {
        solution: String,
    },
    /// T-05, and W-13 where somebody else has the job: then `reason` says why.
    Dispatch {
        visit: Id<Visit>,
        engineer: Id<User>,
        #[serde(default)]
        appointment: Option<Appointment>,
        #[serde(default)]
        reason: String,
    },
    /// Takes a visit back before anybody has left for it: the ticket waits to be dispatched again.
    Recall {
        visit: Id<Visit>,
        #[serde(default)]
        reason: String,
    },
    /// T-05a: the engineer who registered it works on it at once.
    TakeOn {
        visit: Id<Visit>,
    },
    /// Evidence: what somebody saw, heard or said.
    Note {
        text: String,
        #[serde(default)]
        visible: bool,
    },
    /// W-08a: the machine stays with us, or goes along with the engineer; the customer gets a pick-up slip.
    /// Said again, it corrects what the slip says.
    KeepMachine {
        reason: String,
        #[serde(default)]
        accessories: String,
        #[serde(default)]
        ready_on: String,
        /// 已讲明
        explained: bool,
    },
    /// The customer has the machine again.
    HandBack {
        to: String,
        proof: Proof,
        #[serde(default)]
        note: String,
    },
    EditContact {
        contact: Box<Contact>,
        seen: Box<Contact>,
    },
    EditMachine {
        machine: Box<Nameplate>,
        seen: Box<Nameplate>,
    },
    /// T-08
    Hold {
        reason: HoldReason,
        note: String,
    },
    /// T-09
    Resume,
    /// T-11, by staff for the customer.
    Confirm {
        method: Confirmation,
        note: String,
    },
    /// T-12
    Object {
        text: String,
    },
    /// T-14
    OpenFollowUp,
    /// T-16: the call after the repair.
    FollowUp {
        satisfied: bool,
        note: String,
    },
    /// T-15
    Close,
    /// T-18
    Reopen {
        reason: String,
    },
    /// T-19
    Cancel {
        reason: String,
    },
    /// Takes a ticket that is long over off the phones; the server's doing. The desk keeps it.
    AgeOut,
    /// Answers a flag.
    Settle {
        flag: Uuid,
        decision: Decision,
        #[serde(default)]
        note: String,
    },
}

/// What is asked when a customer calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intake {
    #[serde(default)]
    pub provisional: Option<String>,
    pub title: String,
    pub description: String,
    pub request: Request,
    pub channel: Channel,
    pub urgency: Urgency,
    pub received_at: Timestamp,
    #[serde(default)]
    pub submitter: String,
    #[serde(default)]
    pub transferred_by: String,
    #[serde(default)]
    pub expected_by: Option<Timestamp>,
    pub contact: Contact,
    pub machine: Nameplate,
}

/// A row of form 2, 售后工单处理跟踪表.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    pub number: String,
    pub intake: Intake,
    pub stage: ImportStage,
    /// 处理人, where the name is one of ours.
    #[serde(default)]
    pub engineer: Option<Id<User>>,
    /// 处理人 as written.
    #[serde(default)]
    pub handler: String,
    #[serde(default)]
    pub solution: String,
    /// 客户确认 as written.
    #[serde(default)]
    pub confirmation: String,
    #[serde(default)]
    pub estimated_done_at: Option<Timestamp>,
    #[serde(default)]
    pub done_at: Option<Timestamp>,
}

/// 处理状态 of an imported ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStage {
    Received,
    PendingDispatch,
    InProgress,
    PendingConfirmation,
    Completed,
    Closed,
    Cancelled,
}

/// How long after closing a ticket may be opened again: seven days (T-18).
pub const REOPEN_MINUTES_MAX: i64 = 7 * 24 * 60;

/// How long phones keep what is over: fourteen days, twice the time in which it may be opened again.
pub const AGE_OUT_MINUTES: i64 = 14 * 24 * 60;

impl Request {
    /// Whether it cannot be understood without knowing which machine: people, policies and ideas have no nameplate (GD-01).
    pub fn is_about_a_machine(self) -> bool {
        !matches!(self, Self::Policy | Self::Complaint | Self::Suggestion)
    }
}

impl Command {
    /// Whether this tells what happened. Evidence is never refused for what others did meanwhile.
    pub fn is_evidence(&self) -> bool {
        matches!(self, Self::Note { .. } | Self::KeepMachine { .. } | Self::HandBack { .. })
    }
}

impl Intake {
    /// GD-01: everything that is needed to understand the problem and reach the customer.
    pub fn check(&self) -> Result<(), Refusal> {
        values::required(&self.contact.name, Refusal::NameMissing)?;
        if !values::dialable(&self.contact.phone) {
            return Err(Refusal::PhoneMissing);
        }
        if self.request.is_about_a_machine() {
            values::required(&self.machine.model, Refusal::ModelMissing)?;
        }
        values::required(&self.description, Refusal::DescriptionMissing)?;
        values::required(&self.title, Refusal::TitleMissing)?;
        for line in [&self.title, &self.submitter, &self.transferred_by] {
            values::line(line)?;
        }
        if let Some(number) = &self.provisional {
            values::line(number)?;
        }
        self.contact.check()?;
        self.machine.is_legible()
    }
}

/// The fields that changed, in one line of the history: each by its word in braces, which a page puts into its language,
/// and what it says now. A value that is not told is nothing.
fn news<const N: usize>(fields: [(&str, bool, Option<&str>); N]) -> String {
    let told =
        fields.into_iter().filter(|(_, changed, _)| *changed).map(|(word, _, value)| match value {
            Some("") => format!("{{{word}}} —"),
            Some(value) => format!("{{{word}}} {value}"),
            None => format!("{{{word}}}"),
        });
    told.collect::<Vec<_>>().join(" · ")
}

impl Contact {
    /// Whether every line is of a length that can be kept, and somebody can be called.
    pub fn check(&self) -> Result<(), Refusal> {
        values::required(&self.name, Refusal::NameMissing)?;
        if !values::dialable(&self.phone) {
            return Err(Refusal::PhoneMissing);
        }
        [&self.name, &self.company, &self.address, &self.access_note]
            .into_iter()
            .try_for_each(|line| values::line(line))
    }

    /// What changed since `seen`, for the history. The history is for ever: where somebody lives and how one gets in is
    /// not told there, and a telephone number only as lists show it.
    pub fn told_since(&self, seen: &Self) -> String {
        let phone = values::masked_phone(&self.phone);
        news([
            ("name", self.name != seen.name, Some(&self.name)),
            ("salutation", self.salutation != seen.salutation, None),
            ("company", self.company != seen.company, Some(&self.company)),
            ("phone", self.phone != seen.phone, Some(&phone)),
            ("address", self.address != seen.address, None),
            ("access_note", self.access_note != seen.access_note, None),
        ])
    }

    /// Name and company in one line.
    pub fn label(&self) -> String {
        if self.company.is_empty() {
            self.name.clone()
        } else {
            format!("{} · {}", self.company, self.name)
        }
    }
}

impl Nameplate {
    /// Whether the nameplate can be kept and says a model.
    pub fn check(&self) -> Result<(), Refusal> {
        values::required(&self.model, Refusal::ModelMissing)?;
        self.is_legible()
    }

    /// What changed since `seen`, for the history.
    pub fn told_since(&self, seen: &Self) -> String {
        news([
            ("model", self.model != seen.model, Some(&self.model)),
            ("serial", self.serial != seen.serial, Some(&self.serial)),
            ("purchased_on", self.purchased_on != seen.purchased_on, Some(&self.purchased_on)),
            ("warranty", self.warranty != seen.warranty, None),
            ("place", self.place != seen.place, Some(&self.place)),
        ])
    }

    /// Whether the nameplate can be kept.
    fn is_legible(&self) -> Result<(), Refusal> {
        for line in [&self.model, &self.serial, &self.place] {
            values::line(line)?;
        }
        machine::date(&self.purchased_on)
    }
}

impl Priority {
    /// Minutes until the first contact and until the solution, of the standard preset (domain model 3.7).
    pub fn promised_minutes(self) -> (i64, i64) {
        match self {
            Self::P1 => (120, 1440),
            Self::P2 => (240, 2880),
            Self::P3 => (480, 4320),
        }
    }
}

impl Stage {
    /// The stage's name for attributes and filters, as in its serialised form.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Triaged => "triaged",
            Self::PendingDispatch { .. } => "pending_dispatch",
            Self::Dispatched { .. } => "dispatched",
            Self::InProgress { .. } => "in_progress",
            Self::OnHold { .. } => "on_hold",
            Self::PendingConfirmation { .. } => "pending_confirmation",
            Self::Completed { .. } => "completed",
            Self::PendingFollowUp { .. } => "pending_follow_up",
            Self::Closed { .. } => "closed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Whether nobody has to do anything for the customer's machine any more.
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Completed { .. }
                | Self::PendingFollowUp { .. }
                | Self::Closed { .. }
                | Self::Cancelled { .. }
        )
    }
}

impl Ticket {
    /// The number people say: the final one, else the provisional one, else nothing yet.
    pub fn spoken_number(&self) -> &str {
        self.number.as_deref().or(self.provisional.as_deref()).unwrap_or("")
    }

    /// The visit that counts: the newest that was not called off.
    pub fn active_visit(&self) -> Option<&Visit> {
        self.visits.iter().rev().find(|visit| visit.called_off.is_none())
    }

    /// The visit with this id.
    pub fn visit(&self, id: Id<Visit>) -> Option<&Visit> {
        self.visits.iter().find(|visit| visit.id == id)
    }

    /// The newest visit of this engineer, called off or not.
    pub fn visit_of(&self, engineer: Id<User>) -> Option<&Visit> {
        self.visits.iter().rev().find(|visit| visit.engineer == engineer)
    }

    /// When the customer was promised a first contact and a solution, counted around the clock from the registration.
    /// The solution waits as long as the customer keeps us waiting (3.7).
    pub fn promised(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let (contact, solution) = self.triage.as_ref()?.priority.promised_minutes();
        let start = self.registered_at;
        let waits = self.waits_since().map_or(0, |since| (now.0 - since.0).max(0));
        let solution = start.plus_minutes(solution).0.saturating_add(self.waited_ms + waits);
        Some((start.plus_minutes(contact), Timestamp(solution)))
    }

    /// Since when we wait for the customer. Parts, approvals and second visits are our own affair: they stop no clock.
    /// Nor does what comes after the work was finished: the promise was kept or missed by then.
    pub fn waits_since(&self) -> Option<Timestamp> {
        let finished = |visit: &Visit| visit.stage == visit::Stage::Finished;
        match self.stage {
            Stage::OnHold { reason: HoldReason::WaitingCustomer, since }
                if !self.active_visit().is_some_and(finished) =>
            {
                Some(since)
            }
            _ => None,
        }
    }

    /// When one of us first spoke with the customer, as far as it was written down (3.7): that is the response.
    /// A window that the office sets may be only proposed; the engineer's is agreed on.
    pub fn contacted_at(&self) -> Option<Timestamp> {
        let spoken = |entry: &&Entry| match entry.act {
            Act::Called
            | Act::SolvedByPhone
            | Act::Arrived
            | Act::Consented
            | Act::Talked
            | Act::Finished
            | Act::LeftUnfinished
            | Act::Signed
            | Act::Confirmed
            | Act::Objected => true,
            Act::Appointed => self.visit_of(entry.by).is_some(),
            _ => false,
        };
        self.log.iter().filter(spoken).map(|entry| entry.at).min()
    }

    /// When the work was finished that stands: the first time somebody said so of the visit that counts. Finishing
    /// again corrects a word, and an earlier visit did not solve it.
    pub fn solved_at(&self) -> Option<Timestamp> {
        let visit = self.active_visit();
        let stands = |entry: &Entry| {
            visit.is_none_or(|visit| entry.by == visit.engineer && entry.at >= visit.dispatched_at)
        };
        let first = |acts: &[Act]| {
            let told = self.log.iter().filter(|entry| acts.contains(&entry.act) && stands(entry));
            told.map(|entry| entry.at).min()
        };
        first(&[Act::Finished, Act::SolvedByPhone])
            .or_else(|| first(&[Act::Signed, Act::SignatureRefused, Act::CustomerAbsent]))
    }

    /// The customer's machine, while it is with us.
    pub fn machine_with_us(&self) -> Option<&Custody> {
        self.custody.as_ref().filter(|custody| custody.lasts())
    }

    /// How the customer's machine stands `today`, a day as `YYYY-MM-DD`, while it is with us.
    pub fn machine_stands(&self, today: &str) -> Option<Standing> {
        let custody = self.machine_with_us()?;
        let repaired = |visit: &Visit| {
            visit.finished_at.is_some_and(|at| at >= custody.since)
                && matches!(
                    visit.outcome,
                    Some(visit::Outcome::Repaired { .. } | visit::Outcome::NoFault { .. })
                )
        };
        let objected = |flag: &Flag| {
            flag.settled.is_none() && matches!(flag.reason, flag::Reason::Objection { .. })
        };
        let to_do = matches!(self.stage, Stage::PendingDispatch { .. } | Stage::OnHold { .. });
        let ready = self.active_visit().is_some_and(repaired);
        Some(if ready && !to_do && !self.flags.iter().any(objected) {
            Standing::Ready
        } else if custody.is_late(today) {
            Standing::Late
        } else {
            Standing::Kept
        })
    }

    /// When it leaves the phones, if nobody does anything about it until then.
    pub fn ages_at(&self) -> Option<Timestamp> {
        match &self.stage {
            _ if self.machine_with_us().is_some() => None,
            Stage::Closed { at } | Stage::Cancelled { at, .. } if self.aged_out.is_none() => {
                Some(at.plus_minutes(AGE_OUT_MINUTES))
            }
            _ => None,
        }
    }

    /// Whether a person must decide something.
    pub fn has_open_flags(&self) -> bool {
        self.flags.iter().any(|flag| flag.settled.is_none())
    }

    /// Whether a customer signed for any visit.
    pub fn is_signed(&self) -> bool {
        self.visits.iter().any(|visit| !visit.sheets.is_empty())
    }
}

/// Who may do this to the ticket, and whether its stage lets it happen now.
pub fn check(
    ticket: Option<&Ticket>,
    command: &Command,
    by: &User,
    at: Timestamp,
) -> Result<(), Refusal> {
    valid(command)?;
    permitted(ticket, command, by)?;
    let Some(ticket) = ticket else {
        return match command {
            Command::Register { .. } | Command::Import { .. } => Ok(()),
            _ => Err(Refusal::NotFound),
        };
    };
    fits(ticket, command, by, at)
}

/// Whether the command makes sense by itself.
pub fn valid(command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Register { intake } => intake.check(),
        Command::Import { import } => {
            values::required(&import.number, Refusal::Malformed)?;
            for line in [&import.number, &import.handler] {
                values::line(line)?;
            }
            values::text(&import.solution)?;
            values::text(&import.confirmation)?;
            // Old forms are often incomplete; a name and a description are the least.
            values::required(&import.intake.contact.name, Refusal::NameMissing)?;
            values::required(&import.intake.description, Refusal::DescriptionMissing)?;
            values::line(&import.intake.title)
        }
        Command::Number { number } => values::line(number),
        Command::Triage { triage } => {
            values::line(&triage.impact)?;
            values::text(&triage.judgement)?;
            values::text(&triage.suggestion)
        }
        Command::SolveByPhone { solution } => values::required(solution, Refusal::SolutionMissing),
        Command::Dispatch { appointment, reason, .. } => {
            values::text(reason)?;
            match appointment {
                Some(window) if window.from >= window.to => Err(Refusal::AppointmentMalformed),
                _ => Ok(()),
            }
        }
        Command::Recall { reason, .. } => values::text(reason),
        Command::Note { text, .. } | Command::Object { text } => {
            values::required(text, Refusal::TextMissing)
        }
        Command::KeepMachine { reason, accessories, ready_on, explained } => {
            values::required(reason, Refusal::ReasonMissing)?;
            values::line(accessories)?;
            machine::date(ready_on)?;
            // GD-10
            if *explained { Ok(()) } else { Err(Refusal::ExplanationMissing) }
        }
        Command::HandBack { to, proof, note } => {
            values::required(to, Refusal::NameMissing)?;
            values::line(to)?;
            // GD-22
            match proof {
                Proof::Identity => values::required(note, Refusal::IdentityMissing),
                Proof::Slip | Proof::Copy | Proof::Delivered => values::text(note),
            }
        }
        Command::EditContact { contact, .. } => contact.check(),
        Command::EditMachine { machine, .. } => machine.check(),
        Command::Hold { note, .. } => values::required(note, Refusal::ReasonMissing),
        Command::Confirm { note, .. } => values::text(note),
        Command::FollowUp { note, .. } => values::required(note, Refusal::TextMissing),
        Command::Reopen { reason } | Command::Cancel { reason } => {
            values::required(reason, Refusal::ReasonMissing)
        }
        Command::Settle { note, decision, .. } => {
            if *decision == Decision::Void {
                values::required(note, Refusal::ReasonMissing)
            } else {
                values::text(note)
            }
        }
        Command::HandOver
        | Command::TakeOn { .. }
        | Command::Resume
        | Command::OpenFollowUp
        | Command::AgeOut
        | Command::Close => Ok(()),
    }
}

/// Domain model 3.5, for the roles that exist so far.
pub fn permitted(ticket: Option<&Ticket>, command: &Command, by: &User) -> Result<(), Refusal> {
    use Role::{Agent, Coordinator, Engineer, Keeper, Supervisor, System};
    let own = ticket
        .is_some_and(|ticket| ticket.registered_by == by.id || ticket.visit_of(by.id).is_some());
    let assigned = ticket.and_then(Ticket::active_visit).is_some_and(|v| v.engineer == by.id);
    let registered = ticket.is_some_and(|ticket| ticket.registered_by == by.id);
    let allowed = match command {
        Command::Register { .. } => by.is_any(&[Engineer, Agent, Coordinator, Supervisor, System]),
        Command::Import { .. } => by.is_any(&[Coordinator, Supervisor, System]),
        Command::Number { .. } | Command::AgeOut => by.is_any(&[System]),
        Command::Triage { .. } => {
            by.is_any(&[Agent, Coordinator, Supervisor]) || (by.is_any(&[Engineer]) && registered)
        }
        Command::HandOver | Command::SolveByPhone { .. } => {
            by.is_any(&[Agent, Coordinator, Supervisor])
        }
        Command::Dispatch { .. } | Command::Recall { .. } => by.is_any(&[Coordinator, Supervisor]),
        Command::TakeOn { .. } => by.is_any(&[Engineer]) && registered,
        Command::Note { .. } => own || by.is_any(&[Agent, Coordinator, Supervisor, Keeper, System]),
        Command::KeepMachine { .. } | Command::HandBack { .. } => {
            ticket.is_some_and(|ticket| ticket.visit_of(by.id).is_some())
                || by.is_any(&[Agent, Coordinator, Supervisor])
        }
        Command::EditContact { .. } | Command::EditMachine { .. } => {
            assigned || by.is_any(&[Agent, Coordinator, Supervisor])
        }
        Command::Hold { .. } | Command::Resume => assigned || by.is_any(&[Coordinator, Supervisor]),
        Command::Confirm { .. } | Command::Object { .. } => {
            by.is_any(&[Agent, Coordinator, Supervisor])
        }
        Command::OpenFollowUp => by.is_any(&[Coordinator, Supervisor, System]),
        Command::FollowUp { .. } => by.is_any(&[Agent, Coordinator, Supervisor]),
        Command::Close => by.is_any(&[Supervisor, System]),
        Command::Reopen { .. } => by.is_any(&[Supervisor]),
        Command::Cancel { .. } => {
            by.is_any(&[Coordinator, Supervisor])
                || (by.is_any(&[Agent]) && ticket.is_some_and(|ticket| ticket.visits.is_empty()))
        }
        Command::Settle { .. } => by.is_any(&[Coordinator, Supervisor]),
    };
    if allowed { Ok(()) } else { Err(Refusal::NotYourRole) }
}

/// The transitions T-01 to T-19.
fn fits(ticket: &Ticket, command: &Command, by: &User, at: Timestamp) -> Result<(), Refusal> {
    let stage = &ticket.stage;
    match (command, stage) {
        (Command::Register { .. } | Command::Import { .. }, _) => Err(Refusal::AlreadyExists),
        (Command::Number { .. } | Command::Note { .. }, _) => Ok(()),

        (Command::KeepMachine { .. }, stage) if stage.is_over() => Err(Refusal::AlreadyOver),
        (Command::KeepMachine { .. }, _) => {
            // Whoever is on the way has not seen the machine; at the counter the customer brings it.
            let counter = by.is_any(&[Role::Agent, Role::Coordinator, Role::Supervisor]);
            let there = |visit: &Visit| visit.stage >= visit::Stage::Arrived;
            if counter || ticket.visit_of(by.id).is_some_and(there) {
                Ok(())
            } else {
                Err(Refusal::NotArrived)
            }
        }
        (Command::HandBack { .. }, _) if ticket.machine_with_us().is_none() => {
            Err(Refusal::MachineNotWithUs)
        }
        (Command::HandBack { .. }, _) => Ok(()),

        (Command::AgeOut, _) => match ticket.ages_at() {
            Some(due) if at < due => Err(Refusal::NotClosed),
            None if ticket.aged_out.is_none() => Err(Refusal::NotClosed),
            _ => Ok(()),
        },

        (_, Stage::Cancelled { .. })
            if !matches!(command, Command::Settle { .. } | Command::Number { .. }) =>
        {
            Err(Refusal::AlreadyOver)
        }

        (Command::Triage { .. }, Stage::Received | Stage::Triaged) => Ok(()),
        (Command::Triage { .. }, Stage::PendingDispatch { .. }) => Ok(()),
        (Command::Triage { .. }, _) => Err(Refusal::AlreadyDispatched),

        (Command::HandOver | Command::SolveByPhone { .. }, Stage::Triaged) => Ok(()),
        (Command::HandOver | Command::SolveByPhone { .. }, Stage::Received) => {
            Err(Refusal::NotTriaged)
        }
        (Command::HandOver | Command::SolveByPhone { .. }, _) => Err(Refusal::AlreadyDispatched),

        (Command::Dispatch { .. }, Stage::Received) => Err(Refusal::NotTriaged),
        (
            Command::Dispatch { engineer, reason, .. },
            Stage::Triaged
            | Stage::PendingDispatch { .. }
            | Stage::Dispatched { .. }
            | Stage::InProgress { .. }
            | Stage::OnHold { .. },
        ) => match ticket.active_visit().filter(|visit| visit.is_open()) {
            None => Ok(()),
            Some(visit) if visit.engineer == *engineer => Err(Refusal::SameEngineer),
            Some(_) if reason.trim().is_empty() => Err(Refusal::ReasonMissing),
            Some(_) => Ok(()),
        },
        (Command::Dispatch { .. }, _) => Err(Refusal::NotDispatchable),

        (
            Command::Recall { visit, reason },
            Stage::Dispatched { .. } | Stage::InProgress { .. },
        ) => match ticket.active_visit().filter(|open| open.is_open() && open.id == *visit) {
            None => Err(Refusal::CalledOff),
            Some(open) if open.stage >= visit::Stage::EnRoute => Err(Refusal::AlreadyDone),
            // Who has said yes is owed a word.
            Some(open) if open.stage >= visit::Stage::Accepted && reason.trim().is_empty() => {
                Err(Refusal::ReasonMissing)
            }
            Some(_) => Ok(()),
        },
        (Command::Recall { .. }, _) => Err(Refusal::NotDispatchable),

        (Command::TakeOn { .. }, Stage::Received) => Err(Refusal::NotTriaged),
        (Command::TakeOn { .. }, Stage::Triaged) => Ok(()),
        (Command::TakeOn { .. }, _) => Err(Refusal::AlreadyDispatched),

        (Command::EditContact { .. } | Command::EditMachine { .. }, stage) if stage.is_over() => {
            Err(Refusal::AlreadyOver)
        }
        (Command::EditContact { .. } | Command::EditMachine { .. }, _) => Ok(()),

        (Command::Hold { .. }, Stage::InProgress { .. }) => Ok(()),
        (Command::Hold { .. }, _) => Err(Refusal::NotInProgress),
        (Command::Resume, Stage::OnHold { .. }) => Ok(()),
        (Command::Resume, _) => Err(Refusal::NotOnHold),

        (Command::Confirm { method: Confirmation::Signature | Confirmation::Automatic, .. }, _)
            if !by.is_any(&[Role::System]) =>
        {
            Err(Refusal::ConfirmationMissing)
        }
        (Command::Confirm { .. } | Command::Object { .. }, Stage::PendingConfirmation { .. }) => {
            Ok(())
        }
        (Command::Confirm { .. } | Command::Object { .. }, _) => {
            Err(Refusal::NotWaitingForConfirmation)
        }

        (Command::OpenFollowUp, Stage::Completed { .. }) => Ok(()),
        (Command::OpenFollowUp, _) => Err(Refusal::NotCompleted),
        // T-17: it is work again, whatever is still open.
        (Command::FollowUp { satisfied: false, .. }, Stage::PendingFollowUp { .. }) => Ok(()),
        // T-16: who cannot be reached in the end keeps no ticket open for ever.
        (Command::Close, Stage::Completed { .. } | Stage::PendingFollowUp { .. })
        | (Command::FollowUp { .. }, Stage::PendingFollowUp { .. }) => settled(ticket),
        (Command::Close | Command::FollowUp { .. }, _) => Err(Refusal::NotCompleted),

        (Command::Reopen { .. }, Stage::Closed { at: closed }) => {
            if at <= closed.plus_minutes(REOPEN_MINUTES_MAX) {
                Ok(())
            } else {
                Err(Refusal::TooLateToReopen)
            }
        }
        (Command::Reopen { .. }, _) => Err(Refusal::NotClosed),

        (Command::Cancel { .. }, _) if ticket.is_signed() => Err(Refusal::AlreadySigned),
        (Command::Cancel { .. }, stage)
            if ticket.machine_with_us().is_some() && !stage.is_over() =>
        {
            Err(Refusal::MachineWithUs)
        }
        (
            Command::Cancel { .. },
            Stage::Received
            | Stage::Triaged
            | Stage::PendingDispatch { .. }
            | Stage::Dispatched { .. }
            | Stage::InProgress { .. }
            | Stage::OnHold { .. },
        ) => Ok(()),
        (Command::Cancel { .. }, _) => Err(Refusal::AlreadyOver),

        (Command::Settle { flag, decision, .. }, _) => {
            let Some(flag) = ticket.flags.iter().find(|candidate| candidate.id == *flag) else {
                return Err(Refusal::NoSuchFlag);
            };
            if flag.settled.is_some() {
                return Err(Refusal::AlreadySettled);
            }
            if flag.reason.decisions().contains(decision) {
                Ok(())
            } else {
                Err(Refusal::NoSuchDecision)
            }
        }
    }
}

/// GD-15 and GD-25: nothing is open that somebody must still decide, sign or bring back, and nothing of the
/// customer's is still with us.
fn settled(ticket: &Ticket) -> Result<(), Refusal> {
    if ticket.machine_with_us().is_some() {
        return Err(Refusal::MachineWithUs);
    }
    let open_visit = ticket.visits.iter().any(|visit| {
        let owes_parts = visit.parts.iter().any(|used| used.replaced && used.returnable);
        visit.is_open()
            || (owes_parts
                && visit.called_off.is_none()
                && visit.stage < crate::visit::Stage::HandedIn)
    });
    if open_visit || ticket.has_open_flags() { Err(Refusal::StillOpen) } else { Ok(()) }
}
