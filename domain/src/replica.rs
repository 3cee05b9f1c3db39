//! A device's copy of the data, and how it agrees with the server.
//!
//! What you see is what the server confirmed, with the unanswered envelopes replayed on top. That is the
//! whole model: nothing is rolled back, because the view is never stored.
//!
//! Each change is planned here, then persisted by the caller in one transaction, then committed here. A plan
//! that could not be persisted is dropped, and nothing has happened.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{
    Envelope, Id, Key, Lookup, Refusal, Row, Rows, Timestamp, apply, check,
    command::Command,
    user::User,
    wire::{
        Cursor, ENVELOPES_MAX, Outcome, PROTO, Push, Registered, Request, Response, Sent, Verdict,
    },
};

#[cfg(test)]
mod tests;

/// One person's local database in one browser profile, in memory.
#[derive(Clone, Debug, Default)]
pub struct Replica {
    head: Head,
    confirmed: BTreeMap<Key, Confirmed>,
    /// Rows the person lost access to while work on them waits.
    frozen: Rows,
    journal: BTreeMap<u64, Entry>,
    /// What the unanswered envelopes make of the confirmed rows.
    overlay: Rows,
    /// Unanswered envelopes that no longer fit what is known here; the server decides.
    doubted: BTreeMap<u64, Refusal>,
}

/// The small facts about a replica, stored under one key; also what two tabs compare before they write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub replica: Id<Replica>,
    pub user: Id<User>,
    pub device_code: String,
    /// The number of the last envelope in the journal.
    pub seq: u64,
    /// The number before the current chain's first envelope; not 0 after a fork.
    pub base: u64,
    /// The last number of this chain that has a verdict.
    pub server_seq: u64,
    pub cursor: Cursor,
    /// How many provisional numbers and labels were given here.
    pub numbers: u32,
    /// When the server was last heard, by the device's clock.
    pub heard_at: Option<Timestamp>,
}

/// A row exactly as the server sent it, with its revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed {
    pub v: u64,
    pub row: Arc<Row>,
}

/// An envelope of the journal and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub envelope: Envelope,
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Whether the person has read an answer that needed attention.
    #[serde(default)]
    pub read: bool,
}

/// One atomic step of a device's stored state. Everything in it is written, or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The head as it must be found in storage; if it is not, another tab was faster.
    pub expected: Head,
    pub head: Head,
    /// Journal entries to write, by number.
    pub entries: Vec<(u64, Entry)>,
    /// Confirmed rows to write: revision and body as the server sent it.
    pub puts: Vec<(Key, u64, Arc<Row>)>,
    /// Confirmed rows to remove.
    pub gone: Vec<Key>,
    /// Rows to keep although they are gone, because work on them waits.
    pub frozen: Vec<(Key, Arc<Row>)>,
    /// Frozen rows nobody needs any more.
    pub thawed: Vec<Key>,
}

/// The state of unsent work in one glance. A pure function of the journal (F14).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Envelopes without a verdict.
    pub unanswered: usize,
    /// When the oldest of them was made.
    pub oldest: Option<Timestamp>,
    /// Answers that somebody must read.
    pub attention: usize,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            replica: Id::new(uuid::Uuid::nil()),
            user: Id::new(uuid::Uuid::nil()),
            device_code: String::new(),
            seq: 0,
            base: 0,
            server_seq: 0,
            cursor: Cursor::default(),
            numbers: 0,
            heard_at: None,
        }
    }
}

impl Lookup for Replica {
    fn row(&self, key: Key) -> Option<Arc<Row>> {
        self.overlay.get(&key).cloned().or_else(|| self.below(key))
    }
}

impl Replica {
    /// A replica for a person on a device the server has just registered.
    pub fn new(user: Id<User>, registered: Registered) -> Self {
        let Registered { replica, device_code } = registered;
        Self { head: Head { replica, user, device_code, ..Head::default() }, ..Self::default() }
    }

    /// A replica as it was stored.
    pub fn restore(
        head: Head,
        confirmed: BTreeMap<Key, Confirmed>,
        frozen: Rows,
        journal: BTreeMap<u64, Entry>,
    ) -> Self {
        let mut replica = Self { head, confirmed, frozen, journal, ..Self::default() };
        replica.replay();
        replica
    }

    /// The small facts.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Every envelope of this device with its answer, oldest first.
    pub fn journal(&self) -> &BTreeMap<u64, Entry> {
        &self.journal
    }

    /// Why an unanswered envelope no longer fits what is known here, if it does not.
    pub fn doubt(&self, seq: u64) -> Option<Refusal> {
        self.doubted.get(&seq).copied()
    }

    /// The rows of the view of one kind, in the order of their ids.
    pub fn all<T: crate::rows::Noun>(&self) -> Vec<T> {
        let first = Key { kind: T::KIND, id: uuid::Uuid::nil() };
        let last = Key { kind: T::KIND, id: uuid::Uuid::max() };
        let keys: BTreeSet<Key> = (self.confirmed.range(first..=last).map(|(key, _)| *key))
            .chain(self.frozen.range(first..=last).map(|(key, _)| *key))
            .chain(self.overlay.range(first..=last).map(|(key, _)| *key))
            .collect();
        keys.into_iter()
            .filter_map(|key| self.row(key))
            .filter_map(|row| T::of(&row).cloned())
            .collect()
    }

    /// Whether the server knows this row as it is shown; false while work on it waits.
    pub fn is_confirmed(&self, key: Key) -> bool {
        !self.overlay.contains_key(&key)
    }

    /// How much work waits, and since when.
    pub fn waiting(&self) -> Waiting {
        let unanswered = || self.journal.values().filter(|entry| entry.outcome.is_none());
        let attention = (self.journal.values())
            .filter(|entry| !entry.read)
            .filter(|entry| entry.outcome.as_ref().is_some_and(Outcome::needs_attention));
        Waiting {
            unanswered: unanswered().count(),
            oldest: unanswered().map(|entry| entry.envelope.at).min(),
            attention: attention.count(),
        }
    }

    /// Whether the person could do this now, on what this device knows.
    ///
    /// # Errors
    /// The refusal a button shows.
    pub fn would(&self, at: Timestamp, command: &Command) -> Result<(), Refusal> {
        check(self, self.head.user, at, command)
    }

    /// Whether this envelope is in the journal. A plan whose fate was unknown is not made twice.
    pub fn has_written(&self, mid: uuid::Uuid) -> bool {
        self.journal.values().rev().any(|entry| entry.envelope.mid == mid)
    }

    /// Plans to do something. `numbers` is how many provisional numbers or labels the command used up.
    ///
    /// # Errors
    /// The refusal, when the rules do not allow it on what this device knows.
    pub fn send(&self, envelope: Envelope, numbers: u32) -> Result<Plan, Refusal> {
        self.would(envelope.at, &envelope.command)?;
        apply(self, &envelope)?;
        let mut plan = self.plan();
        plan.head.seq += 1;
        plan.head.numbers += numbers;
        plan.entries.push((plan.head.seq, Entry { envelope, outcome: None, read: false }));
        Ok(plan)
    }

    /// Plans to note that the person has read an answer.
    pub fn read(&self, seq: u64) -> Plan {
        let mut plan = self.plan();
        if let Some(entry) = self.journal.get(&seq) {
            plan.entries.push((seq, Entry { read: true, ..entry.clone() }));
        }
        plan
    }

    /// What to ask the server: the unanswered envelopes, as many as fit, and what changed since the cursor.
    pub fn request(&self, build: &str, now: Timestamp) -> Request {
        self.request_from(self.head.server_seq + 1, build, now)
    }

    /// The same from an earlier number of the chain, when the server asks for it.
    pub fn request_from(&self, from: u64, build: &str, now: Timestamp) -> Request {
        let from = from.max(1);
        let base = self.head.base;
        let mut bytes = 0;
        let mut envelopes = Vec::new();
        for (seq, entry) in self.journal.range(base + from..).take(ENVELOPES_MAX) {
            let Envelope { mid, by, at, ref command, .. } = entry.envelope;
            let command = serde_json::to_value(command).unwrap_or_default();
            bytes += command.to_string().len();
            // One large envelope still travels, alone.
            if bytes > REQUEST_BYTES_WANTED && !envelopes.is_empty() {
                break;
            }
            envelopes.push(Sent { seq: seq - base, mid, by, at, command });
        }
        Request {
            proto: PROTO,
            build: build.to_owned(),
            replica: self.head.replica,
            now,
            prev_seq: from - 1,
            envelopes,
            cursor: self.head.cursor.clone(),
        }
    }

    /// Plans to take over what the server said to a request that carried `asked` as its cursor.
    ///
    /// Returns `None` for an answer to an older question: another round was faster.
    pub fn merge(&self, asked: &Cursor, response: Response, now: Timestamp) -> Option<Plan> {
        if *asked != self.head.cursor {
            return None;
        }
        let mut plan = self.plan();
        for Verdict { seq, mid, outcome } in &response.verdicts {
            let seq = seq + self.head.base;
            let Some(entry) = self.journal.get(&seq) else { continue };
            // A different envelope under this number is a fork, which the server says by itself.
            if entry.envelope.mid == *mid && entry.outcome.as_ref() != Some(outcome) {
                let read = entry.read && entry.outcome.is_some();
                let entry = Entry { outcome: Some(outcome.clone()), read, ..entry.clone() };
                plan.entries.push((seq, entry));
            }
        }
        if response.push == Push::Done {
            // A twin of this phone may have pushed under its name; what was not written here does not count,
            // so that the next envelope is sent, and the server says that it is a fork.
            let written = self.head.seq - self.head.base;
            plan.head.server_seq = response.server_seq.min(written).max(plan.head.server_seq);
        }
        // A restored server has heard less than before; the chain goes on from what it knows.
        if let Push::NeedFrom(from) = response.push {
            plan.head.server_seq = plan.head.server_seq.min(from.saturating_sub(1));
        }
        plan.head.cursor = response.cursor;
        plan.head.heard_at = Some(now);

        let needed = self.needed(&plan.entries);
        let mut gone: BTreeSet<Key> = response.gone.into_iter().collect();
        if response.reset {
            gone.extend(self.confirmed.keys().copied());
        }
        for put in response.puts {
            let Some(key) = put.key() else { continue };
            let body = put.body.to_string();
            // A row of a newer version that this app cannot read is left to the next version.
            let Ok(row) = Row::from_json(key.kind, &body) else { continue };
            gone.remove(&key);
            let newer = !response.reset
                && self.confirmed.get(&key).is_some_and(|confirmed| confirmed.v > put.v);
            if !newer {
                plan.puts.push((key, put.v, Arc::new(row)));
            }
        }
        for key in gone {
            let Some(confirmed) = self.confirmed.get(&key) else { continue };
            plan.gone.push(key);
            if needed.contains(&key) {
                plan.frozen.push((key, confirmed.row.clone()));
            }
        }
        plan.thawed = (self.frozen.keys().copied())
            .filter(|key| !needed.contains(key) || plan.puts.iter().any(|(put, ..)| put == key))
            .collect();
        Some(plan)
    }

    /// Plans to go on as a new replica after a fork: the unanswered envelopes keep their ids in a new chain.
    pub fn rechain(&self, registered: Registered) -> Plan {
        let mut plan = self.plan();
        let first = self.journal.iter().find(|(_, entry)| entry.outcome.is_none());
        plan.head.base = first.map_or(self.head.seq, |(seq, _)| seq - 1);
        plan.head.server_seq = 0;
        plan.head.replica = registered.replica;
        plan.head.device_code = registered.device_code;
        plan
    }

    /// Takes over a plan that is now safely stored.
    pub fn commit(&mut self, plan: Plan) {
        let appended = plan.puts.is_empty()
            && plan.gone.is_empty()
            && plan.entries.len() == 1
            && plan.entries[0].0 == self.head.seq + 1;
        self.head = plan.head;
        if appended {
            for (seq, entry) in plan.entries {
                self.overlay(seq, &entry.envelope);
                self.journal.insert(seq, entry);
            }
            return;
        }
        self.journal.extend(plan.entries);
        for key in plan.gone {
            self.confirmed.remove(&key);
        }
        for (key, v, row) in plan.puts {
            self.confirmed.insert(key, Confirmed { v, row });
        }
        for key in plan.thawed {
            self.frozen.remove(&key);
        }
        self.frozen.extend(plan.frozen);
        self.replay();
    }

    fn plan(&self) -> Plan {
        Plan {
            expected: self.head.clone(),
            head: self.head.clone(),
            entries: Vec::new(),
            puts: Vec::new(),
            gone: Vec::new(),
            frozen: Vec::new(),
            thawed: Vec::new(),
        }
    }

    /// The row without the unanswered envelopes on top.
    fn below(&self, key: Key) -> Option<Arc<Row>> {
        let confirmed = self.confirmed.get(&key).map(|confirmed| confirmed.row.clone());
        confirmed.or_else(|| self.frozen.get(&key).cloned())
    }

    /// Rows that unanswered envelopes are about, once `entries` are taken over.
    fn needed(&self, entries: &[(u64, Entry)]) -> BTreeSet<Key> {
        let answered: BTreeSet<u64> = entries
            .iter()
            .filter(|(_, entry)| entry.outcome.is_some())
            .map(|(seq, _)| *seq)
            .collect();
        self.journal
            .iter()
            .filter(|(seq, entry)| entry.outcome.is_none() && !answered.contains(seq))
            .flat_map(|(_, entry)| entry.envelope.command.keys())
            .collect()
    }

    /// Rebuilds what lies on top: every envelope without a verdict, and those whose effect has not arrived yet.
    fn replay(&mut self) {
        self.overlay.clear();
        self.doubted.clear();
        let heard = self.head.cursor.v;
        let pending: Vec<(u64, Envelope)> = self
            .journal
            .iter()
            .filter(|(_, entry)| match &entry.outcome {
                None => true,
                Some(outcome) => outcome.v().is_some_and(|v| v > heard),
            })
            .map(|(seq, entry)| (*seq, entry.envelope.clone()))
            .collect();
        for (seq, envelope) in pending {
            self.overlay(seq, &envelope);
        }
    }

    fn overlay(&mut self, seq: u64, envelope: &Envelope) {
        match apply(self, envelope) {
            Ok(applied) => {
                for row in applied.rows {
                    self.overlay.insert(row.key(), Arc::new(row));
                }
            }
            Err(refusal) => {
                self.doubted.insert(seq, refusal);
            }
        }
    }
}

/// How many bytes of commands one request should carry: a slow network answers small requests sooner.
const REQUEST_BYTES_WANTED: usize = 128 * 1024;
