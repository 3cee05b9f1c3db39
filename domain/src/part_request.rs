//! Part requests: what an engineer asks for, from the basement to the bag (domain model 3.3.4).

use serde::{Deserialize, Serialize};

use crate::{
    Id, Refusal, Timestamp,
    part::Part,
    stock,
    ticket::{AGE_OUT_MINUTES, Ticket},
    user::{Role, User},
    values,
};

/// What an engineer asks for (备件申请).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartRequest {
    pub id: Id<PartRequest>,
    /// `PR` + date + four digits, given by the server.
    #[serde(default)]
    pub number: Option<String>,
    pub ticket: Id<Ticket>,
    /// The ticket's number and customer as the requester saw them, for the keeper who does not see tickets.
    pub ticket_number: String,
    pub requester: Id<User>,
    pub lines: Vec<Line>,
    #[serde(default)]
    pub needed_by: Option<Timestamp>,
    #[serde(default)]
    pub urgent: bool,
    #[serde(default)]
    pub note: String,
    pub requested_at: Timestamp,
    pub stage: Stage,
    /// Set when it left the requester's phone, after its ticket had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aged_out: Option<Timestamp>,
}

/// One wanted part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// `None` for something the catalogue does not have; `name` then says what.
    #[serde(default)]
    pub part: Option<Id<Part>>,
    #[serde(default)]
    pub code: String,
    pub name: String,
    pub quantity: i64,
    /// 用途
    #[serde(default)]
    pub reason: String,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 已提交
    Submitted,
    /// 已批
    Approved { by: Id<User>, at: Timestamp },
    /// 未批
    Rejected { by: Id<User>, at: Timestamp, reason: String },
    /// 已出库
    Issued { by: Id<User>, at: Timestamp },
    /// 已领
    Received { at: Timestamp },
    /// 已撤回
    Cancelled { by: Id<User>, at: Timestamp, reason: String },
}

/// What is done to part requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Asks for parts for a ticket.
    Submit {
        ticket: Id<Ticket>,
        ticket_number: String,
        lines: Vec<Line>,
        #[serde(default)]
        needed_by: Option<Timestamp>,
        #[serde(default)]
        urgent: bool,
        #[serde(default)]
        note: String,
    },
    Approve,
    Reject {
        reason: String,
    },
    /// The parts leave the store. Evidence: what was handed out is out.
    Issue,
    /// The engineer has them. Evidence.
    Receive,
    Cancel {
        reason: String,
    },
    /// Gives the number; the server's doing.
    Number {
        number: String,
    },
    /// Takes a request that is long over off its requester's phone; the server's doing.
    AgeOut,
}

impl Command {
    /// Whether this tells what happened, so that it is never refused for what others did meanwhile.
    pub fn is_evidence(&self) -> bool {
        matches!(self, Self::Issue | Self::Receive)
    }
}

impl PartRequest {
    /// When it may leave the requester's phone, if nobody does anything about it until then.
    pub fn ages_at(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Received { at } | Stage::Rejected { at, .. } | Stage::Cancelled { at, .. }
                if self.aged_out.is_none() =>
            {
                Some(at.plus_minutes(AGE_OUT_MINUTES))
            }
            _ => None,
        }
    }
}

/// The most lines one request may have.
pub const LINES_MAX: usize = 50;

/// Whether `by` may do `command` now.
pub fn check(
    request: Option<&PartRequest>,
    command: &Command,
    by: &User,
    at: Timestamp,
) -> Result<(), Refusal> {
    let Some(request) = request else {
        let Command::Submit { ticket_number, lines, note, .. } = command else {
            return Err(Refusal::NotFound);
        };
        if !by.is_any(&[Role::Engineer, Role::Coordinator, Role::Supervisor, Role::Keeper]) {
            return Err(Refusal::NotYourRole);
        }
        if lines.is_empty() {
            return Err(Refusal::LinesMissing);
        }
        if lines.len() > LINES_MAX {
            return Err(Refusal::TextTooLong);
        }
        for Line { code, name, quantity, reason, .. } in lines {
            values::required(name, Refusal::PartMissing)?;
            for text in [code, name, reason] {
                values::line(text)?;
            }
            if !(1..=stock::QUANTITY_MAX).contains(quantity) {
                return Err(Refusal::QuantityImplausible);
            }
        }
        values::line(ticket_number)?;
        return values::text(note);
    };
    let decides = by.is_any(&[Role::Keeper, Role::Coordinator, Role::Supervisor]);
    match (&request.stage, command) {
        (_, Command::Submit { .. }) => Err(Refusal::AlreadyExists),

        (_, Command::Approve | Command::Reject { .. }) if !decides => Err(Refusal::NotYourRole),
        (_, Command::Reject { reason }) if reason.trim().is_empty() => Err(Refusal::ReasonMissing),
        (Stage::Submitted, Command::Approve) => Ok(()),
        (Stage::Submitted, Command::Reject { reason }) => values::text(reason),
        (_, Command::Approve | Command::Reject { .. }) => Err(Refusal::NotSubmitted),

        (_, Command::Issue) if !by.is_any(&[Role::Keeper]) => Err(Refusal::NotYourRole),
        (Stage::Approved { .. }, Command::Issue) => Ok(()),
        (_, Command::Issue) => Err(Refusal::NotApproved),

        (_, Command::Receive) if request.requester != by.id => Err(Refusal::NotYours),
        (Stage::Issued { .. }, Command::Receive) => Ok(()),
        (_, Command::Receive) => Err(Refusal::NotIssued),

        (_, Command::Cancel { .. }) if request.requester != by.id && !decides => {
            Err(Refusal::NotYours)
        }
        (_, Command::Cancel { reason }) if reason.trim().is_empty() => Err(Refusal::ReasonMissing),
        (Stage::Submitted | Stage::Approved { .. }, Command::Cancel { reason }) => {
            values::text(reason)
        }
        (_, Command::Cancel { .. }) => Err(Refusal::AlreadyOver),

        (_, Command::Number { .. } | Command::AgeOut) if !by.is_any(&[Role::System]) => {
            Err(Refusal::NotYourRole)
        }
        (_, Command::Number { number }) => values::line(number),
        (_, Command::AgeOut) => match request.ages_at() {
            Some(due) if at < due => Err(Refusal::StillOpen),
            None if request.aged_out.is_none() => Err(Refusal::StillOpen),
            _ => Ok(()),
        },
    }
}

/// The request after `command`, whatever [`check`] said; `None` if there is nothing to change.
pub fn carry_out(
    id: Id<PartRequest>,
    request: Option<&PartRequest>,
    command: &Command,
    by: &User,
    at: Timestamp,
) -> Option<PartRequest> {
    if let Command::Submit { ticket, ticket_number, lines, needed_by, urgent, note } = command {
        return Some(PartRequest {
            id,
            number: None,
            ticket: *ticket,
            ticket_number: ticket_number.clone(),
            requester: by.id,
            lines: lines.clone(),
            needed_by: *needed_by,
            urgent: *urgent,
            note: note.clone(),
            requested_at: at,
            stage: Stage::Submitted,
            aged_out: None,
        });
    }
    let mut request = request?.clone();
    let by = by.id;
    match command {
        Command::Submit { .. } => {}
        Command::Approve => request.stage = Stage::Approved { by, at },
        Command::Reject { reason } => {
            request.stage = Stage::Rejected { by, at, reason: reason.clone() };
        }
        Command::Issue => request.stage = Stage::Issued { by, at },
        Command::Receive => request.stage = Stage::Received { at },
        Command::Cancel { reason } => {
            request.stage = Stage::Cancelled { by, at, reason: reason.clone() };
        }
        Command::Number { number } => request.number = Some(number.clone()),
        Command::AgeOut => request.aged_out = request.aged_out.or(Some(at)),
    }
    Some(request)
}
