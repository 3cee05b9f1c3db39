//! Flags: what happened in the field met something else the office did, and a person must decide.
//!
//! Evidence is never refused; where it contradicts the plan it raises one of these on the ticket.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Id, Timestamp,
    part::Part,
    ticket::{Contact, Nameplate},
    user::User,
    visit::{Appointment, Visit},
};

/// A question to the coordinator, with its answer once given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// The `mid` of the envelope that raised it.
    pub id: Uuid,
    pub reason: Reason,
    pub by: Id<User>,
    pub at: Timestamp,
    #[serde(default)]
    pub settled: Option<Settlement>,
}

/// Why a person must look (sync rules, section 8; K-01 to K-09).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The office cancelled, but the customer had signed for the finished work (K-02).
    CancelVsSigned { visit: Id<Visit>, cancelled_by: Id<User>, cancelled_at: Timestamp },
    /// Work arrived for a visit that was called off; it is kept for settlement.
    LateWork { visit: Id<Visit> },
    /// The job was given to somebody else while the first engineer was already at the machine (K-01).
    DoubleDispatch { visit: Id<Visit>, other: Id<Visit> },
    /// Two people changed the same thing; the first stays, this is the second's proposal (K-03).
    FieldConflict {
        kept: Box<Value>,
        proposed: Box<Value>,
        /// What the second had before their eyes when they changed it; flags raised before it was noted have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<Box<Value>>,
    },
    /// The customer says it is not solved (T-12).
    Objection { text: String },
    /// More was used than the books had (K-06).
    StockShort { part: Id<Part>, name: String },
    /// What the customer signed is not what was locked or what its digest says.
    SheetDiffers { visit: Id<Visit> },
    /// An entry came out of order; it is kept as it was told.
    OutOfOrder { visit: Id<Visit> },
}

/// What two people can both change, with what they wanted it to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Appointment(Id<Visit>, Appointment),
    Contact(Contact),
    Machine(Nameplate),
}

/// How a flag was settled, by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settlement {
    pub decision: Decision,
    #[serde(default)]
    pub note: String,
    pub by: Id<User>,
    pub at: Timestamp,
}

/// The prepared answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The signed work is billed as usual.
    Bill,
    /// The signed work is a courtesy.
    Goodwill,
    /// The sheet does not count; needs a reason.
    Void,
    /// What stands, stands.
    Keep,
    /// The second value is taken.
    TakeProposal,
    /// Read and understood.
    Acknowledge,
}

impl Reason {
    /// The answers that fit this question, the usual one first.
    pub fn decisions(&self) -> &'static [Decision] {
        match self {
            Self::CancelVsSigned { .. } => &[Decision::Bill, Decision::Goodwill, Decision::Void],
            Self::FieldConflict { .. } => &[Decision::Keep, Decision::TakeProposal],
            Self::LateWork { .. } | Self::DoubleDispatch { .. } => {
                &[Decision::Acknowledge, Decision::Bill, Decision::Goodwill]
            }
            Self::Objection { .. }
            | Self::StockShort { .. }
            | Self::SheetDiffers { .. }
            | Self::OutOfOrder { .. } => &[Decision::Acknowledge],
        }
    }
}
