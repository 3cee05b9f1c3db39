//! Flags: what happened in the field met something else the office did, and a person must decide.
//!
//! Evidence is never refused; where it contradicts the plan it raises one of these on the ticket.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Id, Timestamp,
    part::Part,
    ticket::{Contact, Nameplate, Ticket},
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

impl Value {
    /// This proposal as its author would make it `now`: what they changed since `base`, and nothing else, so that taking
    /// one person's telephone does not take back another's address.
    #[must_use]
    pub fn on(&self, base: Option<&Self>, now: &Self) -> Self {
        match (self, base, now) {
            (Self::Contact(new), Some(Self::Contact(old)), Self::Contact(now)) => {
                Self::Contact(Contact {
                    customer: *changed(&new.customer, &old.customer, &now.customer),
                    name: changed(&new.name, &old.name, &now.name).clone(),
                    company: changed(&new.company, &old.company, &now.company).clone(),
                    salutation: *changed(&new.salutation, &old.salutation, &now.salutation),
                    phone: changed(&new.phone, &old.phone, &now.phone).clone(),
                    address: changed(&new.address, &old.address, &now.address).clone(),
                    access_note: changed(&new.access_note, &old.access_note, &now.access_note)
                        .clone(),
                })
            }
            (Self::Machine(new), Some(Self::Machine(old)), Self::Machine(now)) => {
                Self::Machine(Nameplate {
                    machine: *changed(&new.machine, &old.machine, &now.machine),
                    model: changed(&new.model, &old.model, &now.model).clone(),
                    serial: changed(&new.serial, &old.serial, &now.serial).clone(),
                    purchased_on: changed(&new.purchased_on, &old.purchased_on, &now.purchased_on)
                        .clone(),
                    warranty: *changed(&new.warranty, &old.warranty, &now.warranty),
                    place: changed(&new.place, &old.place, &now.place).clone(),
                })
            }
            // A window is one thing, and without a beginning nobody knows what was changed.
            _ => self.clone(),
        }
    }

    /// What the ticket says now about the same thing.
    #[must_use]
    pub fn standing(&self, ticket: &Ticket) -> Option<Self> {
        match self {
            Self::Appointment(id, _) => {
                let appointment = ticket.visit(*id)?.appointment.clone()?;
                Some(Self::Appointment(*id, appointment))
            }
            Self::Contact(_) => Some(Self::Contact(ticket.contact.clone())),
            Self::Machine(_) => Some(Self::Machine(ticket.machine.clone())),
        }
    }
}

/// `new` where it is not as it was, else what stands.
fn changed<'a, T: PartialEq>(new: &'a T, old: &T, now: &'a T) -> &'a T {
    if new == old { now } else { new }
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
