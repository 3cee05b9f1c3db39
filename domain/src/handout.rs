//! What a device holds while a customer has it: one sheet and who answers for it, and nothing else to look at.
//!
//! It is made from the view in the moment the device is given away. Whatever is opened in the customer's hands is
//! opened from it, so what it does not hold is not in that program's memory.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Envelope, Id, Key, Lookup, Row, Rows,
    replica::{Confirmed, Entry, Head, Replica},
    ticket::{Contact, Nameplate, Ticket},
    user::User,
    visit::Visit,
};

#[cfg(test)]
mod tests;

/// The sheet that is handed out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handout {
    pub ticket: Id<Ticket>,
    pub visit: Id<Visit>,
    /// The last number of the journal in that moment. What the customer answers has a higher one.
    #[serde(default)]
    pub seq: u64,
    /// The id under which the customer's answer is sealed, however often the page that asks for it dies in that moment:
    /// one answer that only the second journal has and one that was given again are the same deed.
    #[serde(default)]
    pub answer: Option<Uuid>,
    /// The ticket, cut down to what answering asks for; `None` in what an older app wrote.
    #[serde(default)]
    cut: Option<Ticket>,
    #[serde(default)]
    engineer: Option<User>,
}

impl Handout {
    /// What the customer gets of this view, to be answered under this id; `None` where there is no such visit.
    pub fn of(view: &Replica, ticket: Id<Ticket>, visit: Id<Visit>, answer: Uuid) -> Option<Self> {
        let cut = cut(&view.find(ticket)?, visit)?;
        let head = view.head();
        let engineer = view.find(head.user).map(|user| User { phone: String::new(), ..user });
        Some(Self { ticket, visit, seq: head.seq, answer: Some(answer), cut: Some(cut), engineer })
    }

    /// The device with this and nothing else. `head` is the stored one, `since` the journal behind [`Handout::seq`].
    pub fn opened(self, head: Head, since: BTreeMap<u64, Entry>) -> Replica {
        let (ticket, era) = (self.ticket, head.era);
        let mut confirmed = BTreeMap::new();
        let rows = [self.cut.map(Row::from), self.engineer.map(Row::from)];
        for row in rows.into_iter().flatten() {
            confirmed.insert(row.key(), Confirmed { v: 0, era, row: Arc::new(row) });
        }
        // The rows are those of that moment: what was done since lies on top, answered or not.
        let since = since
            .into_iter()
            .filter(|(_, entry)| is_about(&entry.envelope, ticket))
            .map(|(seq, entry)| (seq, Entry { outcome: None, ..entry }))
            .collect();
        Replica::restore(head, confirmed, Rows::new(), since)
    }
}

fn is_about(envelope: &Envelope, ticket: Id<Ticket>) -> bool {
    envelope.command.keys().contains(&Key::of(ticket))
}

/// The ticket with this visit alone, and of it what a signature, a refusal or a photo is judged by. What the
/// customer reads stands in the lock; notes, history and the other visits are the office's.
fn cut(ticket: &Ticket, visit: Id<Visit>) -> Option<Ticket> {
    let visit = ticket.visit(visit)?.clone();
    let visit = Visit {
        appointment: None,
        inspection: None,
        talk: None,
        steps: Vec::new(),
        parts: Vec::new(),
        ..visit
    };
    Some(Ticket {
        title: String::new(),
        description: String::new(),
        submitter: String::new(),
        transferred_by: String::new(),
        contact: Contact::default(),
        machine: Nameplate::default(),
        triage: None,
        custody: None,
        visits: vec![visit],
        log: Vec::new(),
        flags: Vec::new(),
        ..ticket.clone()
    })
}
