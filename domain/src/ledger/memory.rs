//! The books in memory: what a server keeps, small enough to read. For tests and for the simulation.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    sync::Arc,
};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Books, Entry, History, Journal, Ledger, ReplicaRow, Stored, Told};
use crate::{
    Id, Key, Kind, Lookup, Row, Timestamp,
    copy::{Sealer, to_base64},
    replica::Replica,
    scope::{self, Scope},
    user::User,
    wire::Verdict,
};

/// What was committed. A clone is a backup, or a snapshot.
#[derive(Clone, Debug)]
pub struct Memory {
    pub history: History,
    /// Rows with their revisions.
    pub rows: BTreeMap<Key, (u64, Arc<Row>)>,
    /// Who holds what: for each scope the keys with the revision of their rows.
    held: BTreeMap<Scope, BTreeMap<Key, u64>>,
    /// What each write touched: the scopes before and after, and whether the row stays in the scope.
    changes: BTreeMap<u64, Vec<(Scope, Key, bool)>>,
    pub replicas: BTreeMap<Id<Replica>, ReplicaRow>,
    /// Every envelope with its verdict, by replica and number.
    pub journal: BTreeMap<(Id<Replica>, u64), Stored>,
    /// Where each command had its effect.
    pub effects: BTreeMap<Uuid, (Id<Replica>, u64)>,
    counters: BTreeMap<(Kind, String), u32>,
}

/// One write transaction over the books. Nothing of it counts until its changes are committed.
#[derive(Debug)]
pub struct Draft<'a> {
    books: &'a Memory,
    changes: Changes,
}

/// What a transaction wrote.
#[derive(Clone, Debug)]
pub struct Changes {
    pub history: History,
    pub rows: BTreeMap<Key, (u64, Arc<Row>)>,
    pub replicas: BTreeMap<Id<Replica>, ReplicaRow>,
    pub journal: BTreeMap<(Id<Replica>, u64), Stored>,
    effects: BTreeMap<Uuid, (Id<Replica>, u64)>,
    touched: BTreeMap<u64, Vec<(Scope, Key, bool)>>,
    counters: BTreeMap<(Kind, String), u32>,
}

impl Changes {
    /// The scopes of everything it touched, for the poke.
    pub fn scopes(&self) -> BTreeSet<Scope> {
        self.touched.values().flatten().map(|(scope, ..)| scope.clone()).collect()
    }
}

impl Memory {
    /// Empty books of this history, at revision 0.
    pub fn new(epoch: Uuid) -> Self {
        Self {
            history: History { epoch, v: 0, floor: 0 },
            rows: BTreeMap::new(),
            held: BTreeMap::new(),
            changes: BTreeMap::new(),
            replicas: BTreeMap::new(),
            journal: BTreeMap::new(),
            effects: BTreeMap::new(),
            counters: BTreeMap::new(),
        }
    }

    /// Begins a write transaction.
    pub fn begin(&self) -> Draft<'_> {
        let changes = Changes {
            history: self.history,
            rows: BTreeMap::new(),
            replicas: BTreeMap::new(),
            journal: BTreeMap::new(),
            effects: BTreeMap::new(),
            touched: BTreeMap::new(),
            counters: BTreeMap::new(),
        };
        Draft { books: self, changes }
    }

    /// Takes over what a transaction wrote.
    pub fn commit(&mut self, changes: Changes) {
        let Changes { history, rows, replicas, journal, effects, touched, counters } = changes;
        self.history = History { v: history.v.max(self.history.v), ..history };
        for (v, touched) in touched {
            for (scope, key, stays) in &touched {
                let held = self.held.entry(scope.clone()).or_default();
                if *stays {
                    held.insert(*key, v);
                } else {
                    held.remove(key);
                }
            }
            self.changes.insert(v, touched);
        }
        self.rows.extend(rows);
        self.replicas.extend(replicas);
        self.journal.extend(journal);
        self.effects.extend(effects);
        self.counters.extend(counters);
    }

    /// Clears away what changed up to a revision: whoever has heard less walks the view.
    pub fn forget_changes(&mut self, floor: u64) {
        self.history.floor = floor.min(self.history.v);
        self.changes = self.changes.split_off(&(self.history.floor + 1));
    }

    /// Registers a replica.
    pub fn register(&mut self, id: Id<Replica>, user: Id<User>, device_code: &str) {
        let none = Timestamp::default();
        let device_code = device_code.to_owned();
        let row = ReplicaRow { id, user, device_code, last_seq: 0, last_at: none, last_seen: none };
        self.replicas.entry(id).or_insert(row);
    }

    /// The rows these grants may see, with their revisions: what every device with them must hold at rest.
    pub fn view(&self, grants: &BTreeSet<Scope>) -> BTreeMap<Key, (u64, Arc<Row>)> {
        let visible = self.rows.iter().filter(|(_, (_, row))| scope::visible(row, grants));
        visible.map(|(key, row)| (*key, row.clone())).collect()
    }
}

/// Stands in for a key where nobody checks: its signatures have the right form, and anybody can make them.
#[derive(Clone, Copy, Debug)]
pub struct NoKey;

impl Sealer for NoKey {
    fn key(&self) -> &str {
        "00000000"
    }

    fn sign(&self, text: &str) -> String {
        let digest = Sha256::digest(text.as_bytes());
        to_base64(&[&digest[..], &digest[..]].concat())
    }
}

impl Lookup for Memory {
    fn row(&self, key: Key) -> Option<Arc<Row>> {
        self.rows.get(&key).map(|(_, row)| row.clone())
    }
}

impl Journal for Memory {
    type Fault = Infallible;

    fn history(&self) -> Result<History, Infallible> {
        Ok(self.history)
    }

    fn replica(&self, id: Id<Replica>) -> Result<Option<ReplicaRow>, Infallible> {
        Ok(self.replicas.get(&id).cloned())
    }

    fn stored(&self, id: Id<Replica>, seq: u64) -> Result<Option<Stored>, Infallible> {
        Ok(self.journal.get(&(id, seq)).cloned())
    }

    fn stored_by_mid(&self, mid: Uuid) -> Result<Option<Stored>, Infallible> {
        Ok(self.effects.get(&mid).and_then(|place| self.journal.get(place)).cloned())
    }

    fn unreadable(error: serde_json::Error) -> Infallible {
        unreachable!("what was written here can be read: {error}")
    }
}

impl Books for Memory {
    fn verdicts(&self, id: Id<Replica>, after: u64, to: u64) -> Result<Vec<Verdict>, Infallible> {
        if after >= to {
            return Ok(Vec::new());
        }
        let found = self.journal.range((id, after + 1)..=(id, to));
        let verdict = |stored: &Stored| {
            let Stored { seq, mid, ref outcome, .. } = *stored;
            Verdict { seq, mid, outcome: outcome.clone() }
        };
        Ok(found.map(|(_, stored)| verdict(stored)).collect())
    }

    fn changed(
        &self,
        grants: &BTreeSet<Scope>,
        from: u64,
        limit: usize,
    ) -> Result<BTreeSet<(u64, Key)>, Infallible> {
        let held = grants.iter().filter_map(|scope| self.held.get(scope)).flatten();
        let changed: BTreeSet<(u64, Key)> =
            held.filter(|(_, v)| **v > from).map(|(key, v)| (*v, *key)).collect();
        Ok(changed.into_iter().take(limit).collect())
    }

    fn left(&self, grants: &BTreeSet<Scope>, from: u64) -> Result<BTreeSet<Key>, Infallible> {
        let since = self.changes.range(from + 1..).flat_map(|(_, touched)| touched);
        let left = since.filter(|(scope, _, stays)| !stays && grants.contains(scope));
        Ok(left.map(|(_, key, _)| *key).collect())
    }

    fn along(
        &self,
        grants: &BTreeSet<Scope>,
        kind: Kind,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<(Uuid, u64)>, Infallible> {
        let (first, last) = (Key { kind, id: Uuid::nil() }, Key { kind, id: Uuid::max() });
        let last = before.map_or(last, |id| Key { kind, id });
        let held = grants.iter().filter_map(|scope| self.held.get(scope));
        let keys: BTreeMap<Uuid, u64> = held
            .flat_map(|held| held.range(first..=last))
            .filter(|(key, _)| Some(key.id) != before)
            .map(|(key, v)| (key.id, *v))
            .collect();
        Ok(keys.into_iter().rev().take(limit).collect())
    }

    fn bodies(&self, keys: &[Key]) -> Result<Vec<(Key, u64, String)>, Infallible> {
        let found = keys.iter().filter_map(|key| Some((*key, self.rows.get(key)?)));
        Ok(found.map(|(key, (v, row))| (key, *v, row.to_json().unwrap_or_default())).collect())
    }
}

impl Draft<'_> {
    /// What it wrote, to be committed.
    pub fn done(self) -> Changes {
        self.changes
    }
}

impl Lookup for Draft<'_> {
    fn row(&self, key: Key) -> Option<Arc<Row>> {
        let written = self.changes.rows.get(&key).map(|(_, row)| row.clone());
        written.or_else(|| self.books.row(key))
    }
}

impl Journal for Draft<'_> {
    type Fault = Infallible;

    fn history(&self) -> Result<History, Infallible> {
        Ok(self.changes.history)
    }

    fn replica(&self, id: Id<Replica>) -> Result<Option<ReplicaRow>, Infallible> {
        let written = self.changes.replicas.get(&id).cloned();
        written.map_or_else(|| self.books.replica(id), |row| Ok(Some(row)))
    }

    fn stored(&self, id: Id<Replica>, seq: u64) -> Result<Option<Stored>, Infallible> {
        let written = self.changes.journal.get(&(id, seq)).cloned();
        written.map_or_else(|| self.books.stored(id, seq), |stored| Ok(Some(stored)))
    }

    fn stored_by_mid(&self, mid: Uuid) -> Result<Option<Stored>, Infallible> {
        match self.changes.effects.get(&mid) {
            Some((replica, seq)) => self.stored(*replica, *seq),
            None => self.books.stored_by_mid(mid),
        }
    }

    fn unreadable(error: serde_json::Error) -> Infallible {
        Memory::unreadable(error)
    }
}

impl Ledger for Draft<'_> {
    fn next_v(&mut self) -> u64 {
        self.changes.history.v += 1;
        self.changes.history.v
    }

    fn put(&mut self, row: &Row, v: u64) -> Result<(), Infallible> {
        let key = row.key();
        let before = self.row(key).map(|before| scope::scopes(&before)).unwrap_or_default();
        let after = scope::scopes(row);
        let touched = self.changes.touched.entry(v).or_default();
        for scope in before.union(&after) {
            touched.push((scope.clone(), key, after.contains(scope)));
        }
        self.changes.rows.insert(key, (v, Arc::new(row.clone())));
        Ok(())
    }

    fn record(&mut self, entry: &Entry<'_>) -> Result<(), Infallible> {
        let Entry { replica, seq, mid, by, claimed, command, outcome, first, .. } = *entry;
        let (command, outcome) = (command.to_owned(), outcome.clone());
        if first {
            self.changes.effects.insert(mid, (replica, seq));
        }
        let stored = Stored { seq, mid, by, claimed, command, outcome };
        self.changes.journal.insert((replica, seq), stored);
        Ok(())
    }

    fn advance(&mut self, row: &ReplicaRow, _: Option<Told<'_>>) -> Result<(), Infallible> {
        self.changes.replicas.insert(row.id, row.clone());
        Ok(())
    }

    fn internal(&mut self, by: Id<User>) -> Result<ReplicaRow, Infallible> {
        let id = Id::derived(&format!("internal:{by}"));
        if let Some(known) = self.replica(id)? {
            return Ok(known);
        }
        let none = Timestamp::default();
        let device_code = String::new();
        let row =
            ReplicaRow { id, user: by, device_code, last_seq: 0, last_at: none, last_seen: none };
        self.changes.replicas.insert(id, row.clone());
        Ok(row)
    }

    fn next_number(
        &mut self,
        kind: Kind,
        day: &str,
        format: fn(&str, u32) -> String,
    ) -> Result<String, Infallible> {
        let place = (kind, day.to_owned());
        let before = self.changes.counters.get(&place).or_else(|| self.books.counters.get(&place));
        let n = before.copied().unwrap_or(0) + 1;
        self.changes.counters.insert(place, n);
        Ok(format(day, n))
    }

    fn sealer(&self) -> &dyn Sealer {
        &NoKey
    }

    fn new_epoch(&mut self) -> Result<(), Infallible> {
        let epoch = self.changes.history.epoch;
        self.changes.history.epoch = Id::<History>::derived(&format!("after:{epoch}")).uuid();
        Ok(())
    }

    fn sound(&self) -> Result<(), Infallible> {
        Ok(())
    }
}
