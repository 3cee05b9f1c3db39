//! Scopes: which rows a person may hold. Pure functions of the row and of the person.
//!
//! No scope depends on the clock: a row leaves a device only because a command changed it. What is over
//! for long is taken off the phones by such a command ([`ages_at`], [`age_out`]).

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::{
    Command, Id, Row, Timestamp,
    part_request::{self, PartRequest},
    sheet::Sheet,
    stock::Place,
    ticket::{self, Ticket},
    user::{Role, User},
};

/// A label on a row; people hold grants for labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everybody in the organisation: people, teams, models, the catalogue.
    All,
    /// The desk: agents, coordinators, supervisors.
    Desk,
    /// The parts keeper.
    Parts,
    /// One person.
    Person(Id<User>),
}

impl Scope {
    /// The scope as stored: `all`, `desk`, `parts`, `u:<uuid>`.
    pub fn text(&self) -> String {
        match self {
            Self::All => "all".into(),
            Self::Desk => "desk".into(),
            Self::Parts => "parts".into(),
            Self::Person(user) => format!("u:{}", user.uuid().simple()),
        }
    }
}

/// Who may hold this row.
pub fn scopes(row: &Row) -> BTreeSet<Scope> {
    match row {
        Row::User(_) | Row::Team(_) | Row::Model(_) | Row::Part(_) => [Scope::All].into(),
        Row::Customer(_) | Row::Machine(_) | Row::Rating(_) => [Scope::Desk].into(),
        Row::Ticket(Ticket { aged_out: Some(_), .. })
        | Row::Sheet(Sheet { aged_out: Some(_), .. }) => [Scope::Desk].into(),
        Row::PartRequest(PartRequest { aged_out: Some(_), .. }) => {
            [Scope::Desk, Scope::Parts].into()
        }
        Row::Ticket(ticket) => {
            let mut scopes: BTreeSet<Scope> = [Scope::Desk].into();
            // An engineer keeps a job that was called off only as long as the office has not taken it
            // further: a declined or superseded visit leaves the phone, a cancelled one stays readable.
            for visit in &ticket.visits {
                let gone = visit.called_off.as_ref().is_some_and(|off| {
                    off.how != crate::visit::How::Cancelled
                        && visit.stage < crate::visit::Stage::Inspecting
                });
                if !gone {
                    scopes.insert(Scope::Person(visit.engineer));
                }
            }
            scopes.insert(Scope::Person(ticket.registered_by));
            scopes
        }
        Row::Sheet(sheet) => [Scope::Desk, Scope::Person(sheet.engineer)].into(),
        Row::PartRequest(request) => {
            [Scope::Desk, Scope::Parts, Scope::Person(request.requester)].into()
        }
        Row::Stock(stock) => match stock.place {
            Place::Store => [Scope::Desk, Scope::Parts].into(),
            Place::Person(user) => [Scope::Desk, Scope::Parts, Scope::Person(user)].into(),
        },
    }
}

/// When a row leaves the phones, if nothing happens to it until then.
pub fn ages_at(row: &Row) -> Option<Timestamp> {
    match row {
        Row::Ticket(ticket) => ticket.ages_at(),
        Row::PartRequest(request) => request.ages_at(),
        _ => None,
    }
}

/// The command by which the server takes this row off the phones once its time has come.
///
/// A sheet goes with its ticket; a part request may go once its ticket has.
pub fn age_out(row: &Row) -> Option<Command> {
    match row {
        Row::Ticket(ticket) => Some(Command::Ticket(ticket.id, ticket::Command::AgeOut)),
        Row::PartRequest(request) => {
            Some(Command::PartRequest(request.id, part_request::Command::AgeOut))
        }
        _ => None,
    }
}

/// The scopes a person may see.
pub fn grants(user: &User) -> BTreeSet<Scope> {
    if !user.active {
        return BTreeSet::new();
    }
    let mut grants: BTreeSet<Scope> = [Scope::All, Scope::Person(user.id)].into();
    if user.is_any(&[Role::Agent, Role::Coordinator, Role::Supervisor]) {
        grants.insert(Scope::Desk);
    }
    if user.is_any(&[Role::Keeper]) {
        grants.insert(Scope::Parts);
    }
    grants
}

/// A name for what somebody may see; a replica walks the view again when it changes.
pub fn name(grants: &BTreeSet<Scope>) -> String {
    let texts: Vec<String> = grants.iter().map(Scope::text).collect();
    let digest = Sha256::digest(texts.join(" ").as_bytes());
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a person with these grants may hold this row.
pub fn visible(row: &Row, grants: &BTreeSet<Scope>) -> bool {
    !scopes(row).is_disjoint(grants)
}
