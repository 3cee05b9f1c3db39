//! What is shown: the confirmed rows, with every envelope on top whose effect they do not hold.

use std::{collections::BTreeMap, sync::Arc};

use super::{Confirmed, Entry, Replica};
use crate::{
    Envelope, Key, Kind, Lookup, Row, apply,
    command::Command,
    part_request::{self, PartRequest, Stage},
    ticket::{self, Ticket},
    visit::{self, PartUse},
    wire::Outcome,
};

impl Lookup for Replica {
    fn row(&self, key: Key) -> Option<Arc<Row>> {
        self.overlay.get(&key).cloned().or_else(|| self.below(key))
    }
}

/// A replica's rows, some of which are supposed to be otherwise. The rules read no others on a device.
pub(super) struct Supposed<'a> {
    replica: &'a Replica,
    /// Instead of its own; `None` where there is supposed to be none.
    pub(super) rows: BTreeMap<Key, Option<Arc<Row>>>,
}

impl Lookup for Supposed<'_> {
    fn row(&self, key: Key) -> Option<Arc<Row>> {
        self.rows.get(&key).cloned().unwrap_or_else(|| self.replica.row(key))
    }
}

impl Replica {
    pub(super) fn supposing(
        &self,
        rows: impl IntoIterator<Item = (Key, Option<Arc<Row>>)>,
    ) -> Supposed<'_> {
        Supposed { replica: self, rows: rows.into_iter().collect() }
    }

    /// Rebuilds what lies on top: every envelope without a verdict, and those whose effect has not arrived yet.
    pub(super) fn replay(&mut self) {
        self.overlay.clear();
        self.doubted.clear();
        let heard = self.head.cursor.v;
        let pending: Vec<(u64, Entry)> = self
            .journal
            .iter()
            .filter(|(seq, entry)| match self.answer(**seq, entry) {
                None => true,
                Some(outcome) => outcome.v().is_some_and(|v| v > heard),
            })
            .map(|(seq, entry)| (*seq, entry.clone()))
            .collect();
        for (seq, entry) in pending {
            self.overlay(seq, &entry);
        }
    }

    /// Lays what an entry does on top, row by row, where it is not below already.
    pub(super) fn overlay(&mut self, seq: u64, entry: &Entry) {
        let told = self.is_told_below(&entry.envelope);
        let partly = told || self.has_come(entry);
        let past = if partly { self.before(&entry.envelope) } else { None };
        let applied = apply(&self.supposing(past), &entry.envelope);
        match applied {
            Ok(applied) => {
                for row in applied.rows {
                    let key = row.key();
                    // What the customer thinks of the engineer is not shown on the engineer's device, not even
                    // while it waits there. The office gets it from the server.
                    if key.kind == Kind::Rating {
                        continue;
                    }
                    // How much less there is says nothing where it is not known how much there was.
                    if partly && key.kind == Kind::Stock && self.row(key).is_none() {
                        continue;
                    }
                    if !self.holds(key, entry, told) {
                        self.overlay.insert(key, Arc::new(row));
                    }
                }
            }
            // What once was accepted is no news to doubt.
            Err(refusal) if entry.outcome.is_none() && !told => {
                self.doubted.insert(seq, refusal);
            }
            Err(_) => {}
        }
    }

    /// Whether a ticket below tells of the envelope. Revisions do not say so while a restored server is told again what
    /// it may still know, nor where the answer was lost with the database.
    fn is_told_below(&self, envelope: &Envelope) -> bool {
        envelope.command.keys().into_iter().any(|key| match self.below(key).as_deref() {
            Some(Row::Ticket(ticket)) => {
                ticket.log.iter().rev().any(|line| line.id == envelope.mid)
                    || ticket.flags.iter().any(|flag| flag.id == envelope.mid)
                    || pictured(ticket, &envelope.command)
            }
            _ => false,
        })
    }

    /// Whether the row the entry is about came with its effect.
    fn has_come(&self, entry: &Entry) -> bool {
        let about = entry.envelope.command.keys().into_iter().next();
        let held = about.and_then(|key| self.confirmed.get(&key));
        held.is_some_and(|held| entry.is_in(held))
    }

    /// Whether this row below holds what the entry did to it; `told` says that a ticket tells of the entry. A walk
    /// brings the ticket long before its sheet: that is as the entry left it until it comes.
    fn holds(&self, key: Key, entry: &Entry, told: bool) -> bool {
        let held = self.confirmed.get(&key);
        if held.is_some_and(|held| entry.is_in(held)) {
            return true;
        }
        let older = held.is_some_and(|held| entry.era == held.era && entry.outcome.is_some());
        told && !older && self.below(key).is_some()
    }

    /// The row an envelope is about as it was before it, where the rule makes of that row what became of others: done
    /// again on what it did already, it would say nothing of the sheet, the stock or the customer that a walk has not
    /// brought yet.
    fn before(&self, envelope: &Envelope) -> Option<(Key, Option<Arc<Row>>)> {
        let command = &envelope.command;
        let key = command.keys().into_iter().next()?;
        if let Command::Ticket(
            _,
            ticket::Command::Register { .. } | ticket::Command::Import { .. },
        ) = command
        {
            return Some((key, None));
        }
        let row = match (&*self.row(key)?, command) {
            (Row::Ticket(ticket), Command::Visit(_, visit, command))
                if matches!(
                    command,
                    visit::Command::UsePart { .. }
                        | visit::Command::RemovePart { .. }
                        | visit::Command::Sign { .. }
                ) =>
            {
                let mut ticket = ticket.clone();
                let visit = ticket.visits.iter_mut().find(|it| it.id == *visit)?;
                match command {
                    visit::Command::UsePart { part_use } => {
                        visit.parts.retain(|used| used.id != part_use.id);
                    }
                    visit::Command::RemovePart { part_use } => {
                        visit.parts.extend(self.used(*part_use));
                    }
                    visit::Command::Sign { sheet, .. } => {
                        let at = visit.sheets.iter().position(|it| it == sheet)?;
                        // A later revision was not there before it either.
                        visit.sheets.truncate(at);
                    }
                    _ => return None,
                }
                Row::from(ticket)
            }
            (Row::PartRequest(request), Command::PartRequest(_, command)) => {
                let (by, at) = (envelope.by, envelope.at);
                let stage = match (command, &request.stage) {
                    (part_request::Command::Receive, Stage::Received { .. }) => {
                        Stage::Issued { by, at }
                    }
                    (
                        part_request::Command::Issue,
                        Stage::Issued { .. } | Stage::Received { .. },
                    ) => Stage::Approved { by, at },
                    _ => return None,
                };
                Row::from(PartRequest { stage, ..request.clone() })
            }
            _ => return None,
        };
        Some((key, Some(Arc::new(row))))
    }

    /// The part that was said here to be used, and taken back since.
    fn used(&self, id: uuid::Uuid) -> Option<PartUse> {
        self.journal.values().find_map(|entry| match &entry.envelope.command {
            Command::Visit(_, _, visit::Command::UsePart { part_use }) if part_use.id == id => {
                Some((**part_use).clone())
            }
            _ => None,
        })
    }
}

impl Entry {
    /// Whether a row as the server sent it holds the effect already: a walk may have brought it, or the
    /// envelope is sent again to a server that forgot it.
    fn is_in(&self, held: &Confirmed) -> bool {
        let effect = self.outcome.as_ref().and_then(Outcome::v);
        held.era == self.era && effect.is_some_and(|v| v <= held.v)
    }
}

/// Whether the ticket has the photo that this adds: of several in a row only the first is told in the history.
fn pictured(ticket: &Ticket, command: &Command) -> bool {
    let Command::Visit(_, visit, visit::Command::AddPhoto { photo }) = command else {
        return false;
    };
    let visit = ticket.visit(*visit);
    visit.is_some_and(|visit| visit.photos.iter().any(|held| held.id == photo.id))
}
