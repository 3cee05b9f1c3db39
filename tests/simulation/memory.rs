//! The server's books in memory, with every version of them: a snapshot is a number, a backup is one, too.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    Id, Key, Kind, Lookup, Row, Timestamp,
    canary::Canary,
    copy::Sealer,
    ledger::{self, Books, History, Journal, Ledger, ReplicaRow, Stored, Told, memory::NoKey},
    replica::Replica,
    scope::{self, Scope},
    user::User,
    wire::{Outcome, Verdict},
};
use uuid::Uuid;

/// What can go wrong in these books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This command makes the server fail.
    Poison(Uuid),
    Unreadable(String),
}

/// A row as one commit left it.
#[derive(Clone, Debug)]
pub struct Version {
    commit: usize,
    pub v: u64,
    pub row: Arc<Row>,
    body: Arc<str>,
    pub scopes: BTreeSet<Scope>,
}

/// That a row left some scopes.
#[derive(Clone, Debug)]
struct Left {
    commit: usize,
    v: u64,
    key: Key,
    scopes: Vec<Scope>,
}

/// An envelope with its verdict, as it was written down.
#[derive(Clone, Debug)]
pub struct Record {
    pub replica: Id<Replica>,
    pub at: Timestamp,
    pub doubtful: bool,
    pub first: bool,
    pub stored: Stored,
}

/// All versions of the books.
pub struct Memory {
    pub epoch: Uuid,
    /// Countersigns sheets; with a real store beside, by its key.
    pub sealer: Arc<dyn Sealer>,
    /// Head and floor after each commit; the first is the empty database.
    commits: Vec<(u64, u64)>,
    rows: BTreeMap<Key, Vec<Version>>,
    left: Vec<Left>,
    /// Envelopes in the order they were decided, with the commit that did.
    journal: Vec<(usize, Record)>,
    by_seq: BTreeMap<(Id<Replica>, u64), usize>,
    by_mid: BTreeMap<Uuid, usize>,
    replicas: BTreeMap<Id<Replica>, Vec<(usize, ReplicaRow)>>,
    numbers: BTreeMap<(Kind, String), Vec<(usize, u32)>>,
    /// Every verdict ever committed on a command, in whatever history.
    pub ever: BTreeMap<Uuid, Vec<Outcome>>,
    /// The counter of the canary that does not take the head's lock.
    sequence: u64,
}

/// What one transaction has done so far.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    v: u64,
    epoch: Option<Uuid>,
    rows: BTreeMap<Key, Version>,
    left: Vec<Left>,
    journal: Vec<Record>,
    replicas: BTreeMap<Id<Replica>, ReplicaRow>,
    numbers: BTreeMap<(Kind, String), u32>,
}

/// One snapshot of the books.
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    memory: &'a Memory,
    commit: usize,
}

/// One write transaction.
pub struct Writing<'a> {
    base: Snapshot<'a>,
    pub draft: Draft,
    poison: &'a BTreeSet<Uuid>,
    fresh_epoch: Uuid,
    /// The next number of the canary's counter.
    sequence: u64,
}

impl Memory {
    /// Empty books.
    pub fn new(epoch: Uuid) -> Self {
        Self {
            epoch,
            sealer: Arc::new(NoKey),
            commits: vec![(0, 0)],
            rows: BTreeMap::new(),
            left: Vec::new(),
            journal: Vec::new(),
            by_seq: BTreeMap::new(),
            by_mid: BTreeMap::new(),
            replicas: BTreeMap::new(),
            numbers: BTreeMap::new(),
            ever: BTreeMap::new(),
            sequence: 0,
        }
    }

    /// The number of the newest commit.
    pub fn newest(&self) -> usize {
        self.commits.len() - 1
    }

    /// The books as they are now.
    pub fn now(&self) -> Snapshot<'_> {
        self.as_of(self.newest())
    }

    /// The books after an earlier commit.
    pub fn as_of(&self, commit: usize) -> Snapshot<'_> {
        Snapshot { memory: self, commit: commit.min(self.newest()) }
    }

    /// The newest commit whose head is `v`, if there is one.
    pub fn commit_of(&self, v: u64) -> Option<usize> {
        let place = self.commits.partition_point(|(head, _)| *head <= v);
        place.checked_sub(1).filter(|commit| self.commits[*commit].0 == v)
    }

    /// Begins a transaction. `fresh_epoch` is the name of a new history, should one have to begin.
    pub fn begin<'a>(&'a self, poison: &'a BTreeSet<Uuid>, fresh_epoch: Uuid) -> Writing<'a> {
        let base = self.now();
        let draft = Draft { v: self.commits[base.commit].0, ..Draft::default() };
        Writing { base, draft, poison, fresh_epoch, sequence: self.sequence }
    }

    /// A transaction as it was when it had drafted this.
    pub fn preview<'a>(&'a self, poison: &'a BTreeSet<Uuid>, draft: &Draft) -> Writing<'a> {
        let (draft, fresh_epoch) = (draft.clone(), self.epoch);
        Writing { base: self.now(), draft, poison, fresh_epoch, sequence: self.sequence }
    }

    /// Makes a transaction's work everybody's.
    pub fn commit(&mut self, draft: Draft) {
        let commit = self.commits.len();
        let (head, floor) = self.commits[commit - 1];
        self.epoch = draft.epoch.unwrap_or(self.epoch);
        for (key, version) in draft.rows {
            self.rows.entry(key).or_default().push(Version { commit, ..version });
        }
        self.left.extend(draft.left.into_iter().map(|left| Left { commit, ..left }));
        for record in draft.journal {
            let place = self.journal.len();
            let Record { replica, first, ref stored, .. } = record;
            self.by_seq.insert((replica, stored.seq), place);
            if first {
                self.by_mid.insert(stored.mid, place);
            }
            self.ever.entry(stored.mid).or_default().push(stored.outcome.clone());
            self.journal.push((commit, record));
        }
        for (id, row) in draft.replicas {
            self.replicas.entry(id).or_default().push((commit, row));
        }
        for (name, n) in draft.numbers {
            self.numbers.entry(name).or_default().push((commit, n));
        }
        self.commits.push((head.max(draft.v), floor));
    }

    /// Takes a number from the canary's counter away for good.
    pub fn reserve(&mut self, to: u64) {
        self.sequence = self.sequence.max(to);
    }

    /// Clears away the log of changes up to the head of an earlier commit.
    pub fn prune(&mut self, commit: usize) {
        let (floor, _) = self.commits[commit.min(self.newest())];
        let now = self.newest();
        self.commits[now].1 = self.commits[now].1.max(floor);
    }

    /// Puts a backup back, under a new epoch.
    pub fn restore(&mut self, commit: usize, epoch: Uuid) {
        self.epoch = epoch;
        self.commits.truncate(commit + 1);
        self.rows.retain(|_, versions| {
            versions.retain(|version| version.commit <= commit);
            !versions.is_empty()
        });
        self.left.retain(|left| left.commit <= commit);
        self.journal.retain(|(written, _)| *written <= commit);
        let kept = self.journal.len();
        self.by_seq.retain(|_, place| *place < kept);
        self.by_mid.retain(|_, place| *place < kept);
        self.replicas.retain(|_, versions| {
            versions.retain(|(written, _)| *written <= commit);
            !versions.is_empty()
        });
        for versions in self.numbers.values_mut() {
            versions.retain(|(written, _)| *written <= commit);
        }
        self.sequence = self.commits[commit].0;
    }

    /// Every envelope in the order it was decided.
    pub fn serial(&self) -> impl Iterator<Item = &Record> {
        self.journal.iter().map(|(_, record)| record)
    }

    /// The envelope by which a command had its effect.
    pub fn first(&self, mid: Uuid) -> Option<&Record> {
        self.by_mid.get(&mid).map(|place| &self.journal[*place].1)
    }
}

impl<'a> Snapshot<'a> {
    /// The row under a key, with its revision.
    pub fn version(&self, key: Key) -> Option<&'a Version> {
        let versions = self.memory.rows.get(&key)?;
        // Newest first: readers are hardly ever behind.
        versions.iter().rev().find(|version| version.commit <= self.commit)
    }

    /// Every row.
    pub fn all(self) -> impl Iterator<Item = (Key, &'a Version)> {
        self.memory.rows.keys().filter_map(move |key| Some((*key, self.version(*key)?)))
    }

    /// Every row that somebody with these grants may hold.
    pub fn view(self, grants: &BTreeSet<Scope>) -> impl Iterator<Item = (Key, &'a Version)> {
        self.all().filter(move |(_, version)| !version.scopes.is_disjoint(grants))
    }

    /// What a person may see; nothing, where nobody knows them.
    pub fn grants(&self, id: Id<User>) -> BTreeSet<Scope> {
        match self.version(Key::of(id)).map(|version| &*version.row) {
            Some(Row::User(user)) => scope::grants(user),
            _ => BTreeSet::new(),
        }
    }

    /// A person as they are known here.
    pub fn user(&self, id: Id<User>) -> Option<&'a User> {
        match self.version(Key::of(id)).map(|version| &*version.row) {
            Some(Row::User(user)) => Some(user),
            _ => None,
        }
    }
}

impl Journal for Snapshot<'_> {
    type Fault = Fault;

    fn history(&self) -> Result<History, Fault> {
        let (v, floor) = self.memory.commits[self.commit];
        Ok(History { epoch: self.memory.epoch, v, floor })
    }

    fn replica(&self, id: Id<Replica>) -> Result<Option<ReplicaRow>, Fault> {
        let versions = self.memory.replicas.get(&id);
        let found = versions
            .and_then(|versions| versions.iter().rev().find(|(commit, _)| *commit <= self.commit));
        Ok(found.map(|(_, row)| row.clone()))
    }

    fn stored(&self, id: Id<Replica>, seq: u64) -> Result<Option<Stored>, Fault> {
        let place = self.memory.by_seq.get(&(id, seq));
        Ok(place.and_then(|place| self.seen(*place)))
    }

    fn stored_by_mid(&self, mid: Uuid) -> Result<Option<Stored>, Fault> {
        let place = self.memory.by_mid.get(&mid);
        Ok(place.and_then(|place| self.seen(*place)))
    }

    fn unreadable(error: serde_json::Error) -> Fault {
        Fault::Unreadable(error.to_string())
    }
}

impl Books for Snapshot<'_> {
    fn verdicts(&self, id: Id<Replica>, after: u64, to: u64) -> Result<Vec<Verdict>, Fault> {
        if to <= after {
            return Ok(Vec::new());
        }
        let known = self.memory.by_seq.range((id, after + 1)..=(id, to));
        let records = known.map(|(_, place)| &self.memory.journal[*place]);
        let seen = records.filter(|(commit, _)| *commit <= self.commit);
        Ok(seen.map(|(_, record)| verdict(&record.stored)).collect())
    }

    fn changed(
        &self,
        grants: &BTreeSet<Scope>,
        from: u64,
        limit: usize,
    ) -> Result<BTreeSet<(u64, Key)>, Fault> {
        let newer = self.all().filter(|(_, version)| version.v > from);
        let mine = newer.filter(|(_, version)| !version.scopes.is_disjoint(grants));
        let mut found: BTreeSet<(u64, Key)> = mine.map(|(key, version)| (version.v, key)).collect();
        while found.len() > limit {
            found.pop_last();
        }
        Ok(found)
    }

    fn left(&self, grants: &BTreeSet<Scope>, from: u64) -> Result<BTreeSet<Key>, Fault> {
        let (_, floor) = self.memory.commits[self.commit];
        let seen = self.memory.left.iter();
        let seen = seen.filter(|left| left.commit <= self.commit && left.v > floor);
        let mine = seen
            .filter(|left| left.v > from && left.scopes.iter().any(|scope| grants.contains(scope)));
        Ok(mine.map(|left| left.key).collect())
    }

    fn along(
        &self,
        grants: &BTreeSet<Scope>,
        kind: Kind,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<(Uuid, u64)>, Fault> {
        let first = Key { kind, id: Uuid::nil() };
        let last = Key { kind, id: before.unwrap_or(Uuid::max()) };
        let keys = self.memory.rows.range(first..=last).rev().map(|(key, _)| *key);
        let found = keys
            .filter(|key| Some(key.id) != before)
            .filter_map(|key| Some((key, self.version(key)?)))
            .filter(|(_, version)| !version.scopes.is_disjoint(grants));
        Ok(found.take(limit).map(|(key, version)| (key.id, version.v)).collect())
    }

    fn bodies(&self, keys: &[Key]) -> Result<Vec<(Key, u64, String)>, Fault> {
        let found = keys.iter().filter_map(|key| Some((key, self.version(*key)?)));
        Ok(found.map(|(key, version)| (*key, version.v, version.body.to_string())).collect())
    }
}

impl Snapshot<'_> {
    fn seen(&self, place: usize) -> Option<Stored> {
        let (commit, record) = &self.memory.journal[place];
        (*commit <= self.commit).then(|| record.stored.clone())
    }
}

/// A transaction sees what it has written itself; it is asked for rows only by what goes wrong.
impl Journal for Writing<'_> {
    type Fault = Fault;

    fn history(&self) -> Result<History, Fault> {
        let History { epoch, floor, .. } = self.base.history()?;
        Ok(History { epoch: self.draft.epoch.unwrap_or(epoch), v: self.draft.v, floor })
    }

    fn replica(&self, id: Id<Replica>) -> Result<Option<ReplicaRow>, Fault> {
        match self.draft.replicas.get(&id) {
            Some(row) => Ok(Some(row.clone())),
            None => self.base.replica(id),
        }
    }

    fn stored(&self, id: Id<Replica>, seq: u64) -> Result<Option<Stored>, Fault> {
        let own = |record: &&Record| record.replica == id && record.stored.seq == seq;
        match self.draft.journal.iter().rev().find(own) {
            Some(record) => Ok(Some(record.stored.clone())),
            None => self.base.stored(id, seq),
        }
    }

    fn stored_by_mid(&self, mid: Uuid) -> Result<Option<Stored>, Fault> {
        let own = |record: &&Record| record.first && record.stored.mid == mid;
        match self.draft.journal.iter().find(own) {
            Some(record) => Ok(Some(record.stored.clone())),
            None => self.base.stored_by_mid(mid),
        }
    }

    fn unreadable(error: serde_json::Error) -> Fault {
        Fault::Unreadable(error.to_string())
    }
}

impl Books for Writing<'_> {
    fn verdicts(&self, id: Id<Replica>, after: u64, to: u64) -> Result<Vec<Verdict>, Fault> {
        let mut verdicts = self.base.verdicts(id, after, to)?;
        let own = self.draft.journal.iter().filter(|record| record.replica == id);
        let own = own.filter(|record| record.stored.seq > after && record.stored.seq <= to);
        verdicts.extend(own.map(|record| verdict(&record.stored)));
        Ok(verdicts)
    }

    fn changed(
        &self,
        grants: &BTreeSet<Scope>,
        from: u64,
        limit: usize,
    ) -> Result<BTreeSet<(u64, Key)>, Fault> {
        let mut found = self.base.changed(grants, from, limit)?;
        found.retain(|(_, key)| !self.draft.rows.contains_key(key));
        let own = self.draft.rows.iter().filter(|(_, row)| !row.scopes.is_disjoint(grants));
        found.extend(own.filter(|(_, row)| row.v > from).map(|(key, row)| (row.v, *key)));
        Ok(found)
    }

    fn left(&self, grants: &BTreeSet<Scope>, from: u64) -> Result<BTreeSet<Key>, Fault> {
        let mut found = self.base.left(grants, from)?;
        let own = self.draft.left.iter();
        let own = own.filter(|left| left.scopes.iter().any(|scope| grants.contains(scope)));
        found.extend(own.map(|left| left.key));
        Ok(found)
    }

    fn along(
        &self,
        grants: &BTreeSet<Scope>,
        kind: Kind,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<(Uuid, u64)>, Fault> {
        self.base.along(grants, kind, before, limit)
    }

    fn bodies(&self, keys: &[Key]) -> Result<Vec<(Key, u64, String)>, Fault> {
        let own = |key: &Key| self.draft.rows.get(key).or_else(|| self.base.version(*key));
        let found = keys.iter().filter_map(|key| Some((key, own(key)?)));
        Ok(found.map(|(key, version)| (*key, version.v, version.body.to_string())).collect())
    }
}

impl Lookup for Writing<'_> {
    fn row(&self, key: Key) -> Option<Arc<Row>> {
        let own = self.draft.rows.get(&key);
        own.or_else(|| self.base.version(key)).map(|version| version.row.clone())
    }
}

impl Ledger for Writing<'_> {
    fn next_v(&mut self) -> u64 {
        if Canary::SequenceCursor.planted() {
            self.sequence += 1;
            self.draft.v = self.sequence;
        } else {
            self.draft.v += 1;
        }
        self.draft.v
    }

    fn put(&mut self, row: &Row, v: u64) -> Result<(), Fault> {
        let key = row.key();
        let body = row.to_json().map_err(Self::unreadable)?;
        let scopes = scope::scopes(row);
        let before = self.draft.rows.get(&key).or_else(|| self.base.version(key));
        if let Some(before) = before {
            let gone: Vec<Scope> = before.scopes.difference(&scopes).cloned().collect();
            if !gone.is_empty() {
                self.draft.left.push(Left { commit: 0, v, key, scopes: gone });
            }
        }
        let row = Arc::new(row.clone());
        self.draft.rows.insert(key, Version { commit: 0, v, row, body: body.into(), scopes });
        Ok(())
    }

    fn record(&mut self, entry: &ledger::Entry<'_>) -> Result<(), Fault> {
        if self.poison.contains(&entry.mid) && *entry.outcome != Outcome::Quarantined {
            return Err(Fault::Poison(entry.mid));
        }
        self.draft.journal.push(Record {
            replica: entry.replica,
            at: entry.at,
            doubtful: entry.doubtful,
            first: entry.first,
            stored: Stored {
                seq: entry.seq,
                mid: entry.mid,
                by: entry.by,
                claimed: entry.claimed,
                command: entry.command.to_owned(),
                outcome: entry.outcome.clone(),
            },
        });
        Ok(())
    }

    fn advance(&mut self, row: &ReplicaRow, _told: Option<Told<'_>>) -> Result<(), Fault> {
        self.draft.replicas.insert(row.id, row.clone());
        Ok(())
    }

    fn internal(&mut self, by: Id<User>) -> Result<ReplicaRow, Fault> {
        let id = Id::derived(&format!("internal:{by}"));
        if let Some(known) = self.replica(id)? {
            return Ok(known);
        }
        let (last_at, last_seen) = (Timestamp(0), Timestamp(0));
        let device_code = String::new();
        Ok(ReplicaRow { id, user: by, device_code, last_seq: 0, last_at, last_seen })
    }

    fn next_number(
        &mut self,
        kind: Kind,
        day: &str,
        format: fn(&str, u32) -> String,
    ) -> Result<String, Fault> {
        let name = (kind, day.to_owned());
        let stored = self.base.memory.numbers.get(&name);
        let last = stored.and_then(|known| known.last()).map_or(0, |(_, n)| *n);
        let n = self.draft.numbers.get(&name).copied().unwrap_or(last) + 1;
        self.draft.numbers.insert(name, n);
        Ok(format(day, n))
    }

    fn sealer(&self) -> &dyn Sealer {
        &*self.base.memory.sealer
    }

    fn new_epoch(&mut self) -> Result<(), Fault> {
        self.draft.epoch = Some(self.fresh_epoch);
        Ok(())
    }

    fn sound(&self) -> Result<(), Fault> {
        Ok(())
    }
}

impl Draft {
    /// The revision this transaction would leave.
    pub fn v(&self) -> u64 {
        self.v
    }
}

fn verdict(stored: &Stored) -> Verdict {
    Verdict { seq: stored.seq, mid: stored.mid, outcome: stored.outcome.clone() }
}
