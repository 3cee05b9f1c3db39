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
    Envelope, Id, Key, Kind, Lookup, Refusal, Row, Rows, Timestamp, apply,
    canary::Canary,
    check,
    command::Command,
    json,
    user::User,
    walk::{self, Sum},
    wire::{
        Ask, Cursor, ENVELOPES_MAX, Held, Mode, Outcome, PROTO, Push, Put, Registered, Request,
        Response, Sent, Stretch, Verdict,
    },
};

mod shown;

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
    /// Whether rows that lie in storage are not read yet.
    lacking: bool,
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
    /// The walk through the view that is under way, if the cursor cannot lead on.
    #[serde(default)]
    pub walk: Option<Walk>,
    /// How many histories of the server this replica has lived in. Revisions of an earlier one mean nothing.
    #[serde(default)]
    pub era: u32,
    /// When the sums were last compared, by the device's clock.
    #[serde(default)]
    pub summed_at: Option<Timestamp>,
    /// How often the sums did not agree. Must stay 0; anything else is our mistake or the disk's.
    #[serde(default)]
    pub diverged: u32,
}

/// Where a walk through the view has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// The cursor that holds when the walk is done.
    pub goal: Cursor,
    /// The last key that is agreed on.
    pub after: Option<Key>,
    /// Rows up to this revision are not sent again where the sums agree.
    pub since: u64,
    /// Whether the sums did not agree, so that the next stretch must be sent whole.
    pub whole: bool,
}

/// A row as the server sent it, with its revision and the era that belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed {
    pub v: u64,
    pub era: u32,
    pub row: Arc<Row>,
}

/// A row on its way into storage.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrived {
    pub key: Key,
    pub v: u64,
    pub row: Arc<Row>,
    /// The JSON byte for byte as the server sent it: fields this version does not know survive in it.
    pub body: String,
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
    /// When the answer came, by the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// The era in which the answer came: its revision means nothing in another.
    #[serde(default)]
    pub era: u32,
}

/// One atomic step of a device's stored state. Everything in it is written, or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The head as it must be found in storage; if it is not, another tab was faster.
    pub expected: Head,
    pub head: Head,
    /// Journal entries to write, by number.
    pub entries: Vec<(u64, Entry)>,
    /// Journal entries nobody will ask for again.
    pub pruned: Vec<u64>,
    /// Confirmed rows to write; they belong to the era of `head`.
    pub puts: Vec<Arrived>,
    /// Confirmed rows to remove.
    pub gone: Vec<Key>,
    /// Rows to keep although they are gone, because work on them waits.
    pub frozen: Vec<(Key, Arc<Row>)>,
    /// Frozen rows nobody needs any more.
    pub thawed: Vec<Key>,
}

/// What became of a write that gave no clear answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is there, whole.
    Written,
    /// Nothing of it is there; writing it again does no harm.
    Nothing,
    /// Somebody else wrote since: read everything again.
    Other,
}

impl Plan {
    /// Tells from what is in storage whether the plan was written.
    pub fn found(&self, head: Option<&Head>, entry: impl Fn(u64) -> Option<Entry>) -> Found {
        if head == Some(&self.expected) && self.expected != self.head {
            return Found::Nothing;
        }
        if head != Some(&self.head) {
            return Found::Other;
        }
        let whole = self.entries.iter().all(|(seq, wanted)| entry(*seq).as_ref() == Some(wanted));
        if whole { Found::Written } else { Found::Nothing }
    }
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
            walk: None,
            era: 0,
            summed_at: None,
            diverged: 0,
        }
    }
}

impl Head {
    /// Goes over to another history of the server, if it is one: what is held belongs to an earlier era then,
    /// and no revision of it counts. Says whether there was an earlier one.
    fn enter(&mut self, epoch: Option<uuid::Uuid>) -> bool {
        let another = self.cursor.epoch.is_some() && self.cursor.epoch != epoch;
        if self.cursor.epoch != epoch {
            self.era += u32::from(another);
            self.cursor = Cursor { epoch, ..Cursor::default() };
        }
        another
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

    /// The same, of which some rows were left in storage to show the first screen sooner.
    pub fn lacking_rows(self) -> Self {
        Self { lacking: true, ..self }
    }

    /// Adds the confirmed rows that were left in storage.
    pub fn fill(&mut self, rows: impl IntoIterator<Item = (Key, Confirmed)>) {
        for (key, confirmed) in rows {
            self.confirmed.entry(key).or_insert(confirmed);
        }
        self.lacking = false;
        self.replay();
    }

    /// Whether every row that is stored was read. Until then nothing is judged: a rule must see them all.
    pub fn is_whole(&self) -> bool {
        !self.lacking
    }

    /// The small facts.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Every envelope of this device with its answer, oldest first.
    pub fn journal(&self) -> &BTreeMap<u64, Entry> {
        &self.journal
    }

    /// The rows as the server last sent them.
    pub fn confirmed(&self) -> &BTreeMap<Key, Confirmed> {
        &self.confirmed
    }

    /// Rows the person lost access to while work on them waits.
    pub fn frozen(&self) -> &Rows {
        &self.frozen
    }

    /// Whether the journal still holds what the server has to hear next. If not, the replica goes on as a new one.
    pub fn reaches(&self) -> bool {
        let next = self.head.base + self.head.server_seq + 1;
        next > self.head.seq || self.journal.contains_key(&next)
    }

    /// Whether there is more to talk about: unanswered envelopes or a walk that is not done.
    pub fn is_owed(&self) -> bool {
        self.head.walk.is_some()
            || self.head.cursor.epoch.is_none()
            || self.head.base + self.head.server_seq < self.head.seq
    }

    /// Why an unanswered envelope no longer fits what is known here, if it does not.
    pub fn doubt(&self, seq: u64) -> Option<Refusal> {
        self.doubted.get(&seq).copied()
    }

    /// The rows of the view of one kind, in the order of their ids.
    pub fn all<T: crate::rows::Noun>(&self) -> Vec<T> {
        self.rows(T::KIND).iter().filter_map(|row| T::of(row).cloned()).collect()
    }

    /// The same without copying them.
    pub fn rows(&self, kind: Kind) -> Vec<Arc<Row>> {
        let first = Key { kind, id: uuid::Uuid::nil() };
        let last = Key { kind, id: uuid::Uuid::max() };
        // Few rows lie on top or are frozen: those keys are put in between the many.
        let mut above: Vec<Key> = (self.frozen.range(first..=last).map(|(key, _)| *key))
            .chain(self.overlay.range(first..=last).map(|(key, _)| *key))
            .collect();
        above.sort_unstable();
        above.dedup();
        let mut above = above.into_iter().peekable();
        let mut rows = Vec::new();
        for (key, confirmed) in self.confirmed.range(first..=last) {
            while let Some(before) = above.next_if(|above| above < key) {
                rows.extend(self.row(before));
            }
            match above.next_if_eq(key) {
                Some(_) => rows.extend(self.row(*key)),
                None => rows.push(confirmed.row.clone()),
            }
        }
        rows.extend(above.filter_map(|key| self.row(key)));
        rows
    }

    /// Whether the server knows this row as it is shown; false while work on it waits.
    pub fn is_confirmed(&self, key: Key) -> bool {
        !self.overlay.contains_key(&key)
    }

    /// The entries of the journal that wait for an answer, oldest first. What a restored server forgot waits again.
    pub fn unanswered(&self) -> impl DoubleEndedIterator<Item = (u64, &Entry)> {
        let waits = |(seq, entry): &(&u64, &Entry)| self.answer(**seq, entry).is_none();
        self.journal.iter().filter(waits).map(|(seq, entry)| (*seq, entry))
    }

    /// The entries whose answer somebody must read and has not read, oldest first.
    pub fn unread(&self) -> impl DoubleEndedIterator<Item = (u64, &Entry)> {
        let needs = |(seq, entry): &(&u64, &Entry)| {
            !entry.read && self.answer(**seq, entry).is_some_and(Outcome::needs_attention)
        };
        self.journal.iter().filter(needs).map(|(seq, entry)| (*seq, entry))
    }

    /// How much work waits, and since when.
    pub fn waiting(&self) -> Waiting {
        Waiting {
            unanswered: self.unanswered().count(),
            oldest: self.unanswered().map(|(_, entry)| entry.envelope.at).min(),
            attention: self.unread().count(),
        }
    }

    /// Whether the person could do this now, on what this device knows.
    ///
    /// # Errors
    /// The refusal a button shows.
    pub fn would(&self, at: Timestamp, command: &Command) -> Result<(), Refusal> {
        check(&self.supposing(None), self.head.user, at, command)
    }

    /// The same for what one press does.
    ///
    /// # Errors
    /// The first refusal.
    pub fn would_all(&self, at: Timestamp, commands: Vec<Command>) -> Result<(), Refusal> {
        let (mid, by) = (uuid::Uuid::nil(), self.head.user);
        let seal = |command| Envelope { mid, by, at, doubtful: false, command };
        self.follow(&commands.into_iter().map(seal).collect::<Vec<_>>())
    }

    /// Whether all this can be done, each on what those before it make of the rows.
    fn follow(&self, envelopes: &[Envelope]) -> Result<(), Refusal> {
        let mut after = self.supposing(None);
        for envelope in envelopes {
            check(&after, self.head.user, envelope.at, &envelope.command)?;
            let applied = apply(&after, envelope)?;
            after.rows.extend(applied.rows.into_iter().map(|row| (row.key(), Some(row.into()))));
        }
        Ok(())
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
        self.send_all(&[envelope], numbers)
    }

    /// Plans to do several things in one step, each on what those before it make of the rows: all of them, or none.
    ///
    /// # Errors
    /// The first refusal.
    pub fn send_all(&self, envelopes: &[Envelope], numbers: u32) -> Result<Plan, Refusal> {
        self.follow(envelopes)?;
        let mut plan = self.plan();
        plan.head.numbers += numbers;
        for envelope in envelopes {
            plan.head.seq += 1;
            plan.entries.push((plan.head.seq, Entry::new(envelope.clone())));
        }
        Ok(plan)
    }

    /// Plans to take back what was sealed here and got lost: envelopes found in the second journal or in a file.
    ///
    /// Returns `None` when all of them are known.
    pub fn adopt(&self, envelopes: impl IntoIterator<Item = Envelope>) -> Option<Plan> {
        let mut known: BTreeSet<uuid::Uuid> =
            self.journal.values().map(|entry| entry.envelope.mid).collect();
        let mut plan = self.plan();
        for envelope in envelopes {
            if known.insert(envelope.mid) {
                plan.head.seq += 1;
                // It may have used up numbers that the lost head counted.
                plan.head.numbers += 1;
                plan.entries.push((plan.head.seq, Entry::new(envelope)));
            }
        }
        (!plan.entries.is_empty()).then_some(plan)
    }

    /// Plans to note that the person has read an answer.
    pub fn read(&self, seq: u64) -> Plan {
        let mut plan = self.plan();
        if let Some(entry) = self.journal.get(&seq) {
            plan.entries.push((seq, Entry { read: true, ..entry.clone() }));
        }
        plan
    }

    /// What to ask the server: the unanswered envelopes, as many as fit, and what changed since the cursor or,
    /// where that leads nowhere, the next stretch of the view.
    pub fn request(&self, build: &str, now: Timestamp) -> Request {
        self.request_from(self.head.server_seq + 1, build, now)
    }

    /// The same from another number of the chain.
    pub fn request_from(&self, from: u64, build: &str, now: Timestamp) -> Request {
        let from = from.max(1);
        let base = self.head.base;
        let mut bytes = 0;
        let mut envelopes = Vec::new();
        for (seq, entry) in self.journal.range(base + from..).take(ENVELOPES_MAX) {
            let Envelope { mid, by, at, ref command, .. } = entry.envelope;
            let json = serde_json::to_string(command).unwrap_or_default();
            bytes += json.len();
            // One large envelope still travels, alone.
            if bytes > REQUEST_BYTES_WANTED && !envelopes.is_empty() {
                break;
            }
            let command = json::read(&json).unwrap_or_default();
            envelopes.push(Sent { seq: seq - base, mid, by, at, command });
        }
        let last = base + from + envelopes.len() as u64;
        let behind = self.journal.range(last..).map(|(_, entry)| entry.envelope.at);
        let (count, oldest) = (u32::try_from(behind.clone().count()), behind.min());
        let count = count.unwrap_or(u32::MAX);
        let stretch = self.ask();
        let summed = self.head.summed_at;
        let sums = stretch.is_none()
            && summed.is_none_or(|at| at.0.abs_diff(now.0) >= SUMS_MS.unsigned_abs());
        Request {
            proto: PROTO,
            build: build.to_owned(),
            replica: self.head.replica,
            now,
            prev_seq: from - 1,
            brief: envelopes.is_empty(),
            envelopes,
            cursor: self.head.cursor.clone(),
            stretch,
            sums,
            waiting: (count > 0).then_some(Held { count, oldest }),
            room: None,
        }
    }

    /// Where the walk goes on, if one is needed.
    fn ask(&self) -> Option<Ask> {
        match &self.head.walk {
            Some(walk) => Some(Ask {
                after: walk.after,
                since: if walk.whole { 0 } else { walk.since },
                goal: Some(walk.goal.clone()),
                budget: 0,
            }),
            None if self.head.cursor.epoch.is_none() => Some(Ask::default()),
            None => None,
        }
    }

    /// Whether this is still the question to ask; if not, another round was faster than its answer.
    fn is_asking(&self, asked: &Request) -> bool {
        let place = |ask: &Ask| (ask.after, ask.since);
        asked.replica == self.head.replica
            && asked.cursor == self.head.cursor
            && asked.stretch.as_ref().map(place) == self.ask().as_ref().map(place)
    }

    /// Plans to take over what the server said to a request.
    ///
    /// Returns `None` for an answer to an older question: another round was faster.
    pub fn merge(&self, asked: &Request, response: Response, now: Timestamp) -> Option<Plan> {
        if !self.is_asking(asked) && !Canary::LateAnswerTaken.planted() {
            return None;
        }
        let mut plan = self.plan();
        plan.head.heard_at = Some(now);
        let entered = match &response.mode {
            Mode::Stretch(stretch) => plan.head.enter(stretch.goal.epoch),
            Mode::News => false,
        };
        self.hear_verdicts(&mut plan, asked, &response);
        if entered {
            // Something on its way since before the restore may have been decided anew, and otherwise than
            // then: every verdict that is still kept is asked for again.
            let oldest = self.journal.keys().next().map_or(self.head.seq, |seq| seq - 1);
            let before = oldest.saturating_sub(self.head.base);
            plan.head.server_seq = plan.head.server_seq.min(before);
        }
        self.prune(&mut plan, response.now);
        let Response { mode, puts, gone, cursor, sums, .. } = response;
        let puts = puts.iter().filter_map(arrived).collect();
        match mode {
            Mode::News => {
                plan.head.cursor = cursor;
                self.take(&mut plan, puts, gone.into_iter().collect());
                if let Some(sums) = sums {
                    self.compare(&mut plan, &sums, now);
                }
            }
            Mode::Stretch(stretch) => self.hear_stretch(&mut plan, asked, stretch, puts)?,
        }
        Some(plan)
    }

    fn hear_verdicts(&self, plan: &mut Plan, asked: &Request, response: &Response) {
        for Verdict { seq, mid, outcome } in &response.verdicts {
            let seq = seq + self.head.base;
            let Some(entry) = self.journal.get(&seq) else { continue };
            // A different envelope under this number is a fork, which the server says by itself.
            let same = entry.outcome.as_ref() == Some(outcome);
            if entry.envelope.mid == *mid && !(same && entry.era == plan.head.era) {
                let read = entry.read && same;
                let (outcome, answered_at) = (Some(outcome.clone()), Some(response.now));
                let era = plan.head.era;
                let entry = Entry { outcome, read, answered_at, era, ..entry.clone() };
                plan.entries.push((seq, entry));
            }
        }
        match response.push {
            Push::Done => {
                // A twin of this phone may have pushed under its name; what was not written here does not
                // count, so that the next envelope is sent, and the server says that it is a fork.
                let ours = |told: &Verdict, n: u64| {
                    let entry = self.journal.get(&(self.head.base + n));
                    told.seq == n && entry.is_some_and(|entry| entry.envelope.mid == told.mid)
                };
                let told = response.verdicts.iter().zip(asked.prev_seq + 1..);
                let agreed = told.take_while(|(told, n)| ours(told, *n)).count() as u64;
                let heard = response.server_seq.min(asked.prev_seq + agreed);
                plan.head.server_seq = heard.max(plan.head.server_seq);
            }
            // A restored server has heard less than before. What it forgot counts as unanswered again.
            Push::NeedFrom(from) if asked.prev_seq == self.head.server_seq => {
                plan.head.server_seq = from.saturating_sub(1).min(self.head.server_seq);
            }
            Push::NeedFrom(_) | Push::Fork => {}
        }
        if Canary::AckDropsEntry.planted() {
            plan.pruned.extend(plan.entries.iter().map(|(seq, _)| *seq));
        }
    }

    /// Lets go of the oldest entries: answered, read, and so long ago that no restored server asks for them.
    fn prune(&self, plan: &mut Plan, now: Timestamp) {
        let settled = |(seq, entry): &(&u64, &Entry)| {
            let Some(outcome) = self.answer(**seq, entry) else { return false };
            let heard = outcome.v().is_none_or(|v| v <= self.head.cursor.v);
            let read = entry.read || !outcome.needs_attention();
            let old = entry.answered_at.is_some_and(|at| at.0.saturating_add(KEPT_MS) < now.0);
            heard && read && old
        };
        let told: BTreeSet<u64> = plan.entries.iter().map(|(seq, _)| *seq).collect();
        let old = self.journal.iter().take(PRUNED_MAX).take_while(settled).map(|(seq, _)| *seq);
        let forgotten = self.head.base + plan.head.server_seq;
        plan.pruned.extend(old.take_while(|seq| !told.contains(seq) && *seq <= forgotten));
    }

    fn hear_stretch(
        &self,
        plan: &mut Plan,
        asked: &Request,
        stretch: Stretch,
        puts: Vec<Arrived>,
    ) -> Option<()> {
        let Stretch { after, to, since, sum, goal } = stretch;
        let begun = self.head.walk.clone().filter(|walk| walk.goal == goal && walk.after == after);
        let walk = match begun {
            Some(walk) => walk,
            None if after.is_none() => Walk { goal, after, since, whole: since == 0 },
            None => return None,
        };
        // What was asked for in full and comes in part is no answer to the question.
        if walk.whole && since != 0 && asked.stretch.as_ref().is_some_and(|ask| ask.since == 0) {
            return None;
        }
        let inside = |key: &Key| walk::within(*key, after, to);
        let whole = since == 0;
        let mut gone = BTreeSet::new();
        if whole {
            let listed: BTreeSet<Key> = puts.iter().map(|put| put.key).collect();
            let held = self.confirmed.keys().copied().filter(inside);
            gone.extend(held.filter(|key| !listed.contains(key)));
        }
        self.take(plan, puts, gone);
        let agreed =
            whole || Canary::SumsNotCompared.planted() || self.sum_after(plan, inside) == sum;
        let head = &mut plan.head;
        if !agreed {
            head.walk = Some(Walk { whole: true, ..walk });
        } else if to.is_some() {
            // A walk that has to send everything goes on so; one that only fills gaps goes on with sums.
            head.walk = Some(Walk { after: to, whole: walk.since == 0, ..walk });
        } else {
            head.walk = None;
            head.cursor = walk.goal;
        }
        Some(())
    }

    /// Puts rows into the plan and takes others out, freezing what unanswered work is about.
    fn take(&self, plan: &mut Plan, puts: Vec<Arrived>, mut gone: BTreeSet<Key>) {
        let era = plan.head.era;
        for put in puts {
            gone.remove(&put.key);
            let held = self.confirmed.get(&put.key).map_or(0, |held| held.revision(era));
            if held <= put.v || Canary::OlderRowsTaken.planted() {
                plan.puts.push(put);
            }
        }
        let needed = self.needed(plan);
        for key in gone {
            let Some(confirmed) = self.confirmed.get(&key) else { continue };
            plan.gone.push(key);
            if needed.contains(&key) && !Canary::PurgeIgnoresPending.planted() {
                plan.frozen.push((key, confirmed.row.clone()));
            }
        }
        plan.thawed = (self.frozen.keys().copied())
            .filter(|key| !needed.contains(key) || plan.puts.iter().any(|put| put.key == *key))
            .collect();
    }

    /// Compares what is held, once the plan is taken over, with what the server says it should be.
    fn compare(&self, plan: &mut Plan, sums: &[(String, Sum)], now: Timestamp) {
        plan.head.summed_at = Some(now);
        let agreed = sums.iter().all(|(word, sum)| {
            // A kind this version does not know is not held.
            let Ok(kind) = word.parse() else { return true };
            Canary::SumsAdopted.planted() || self.sum_after(plan, |key| key.kind == kind) == *sum
        });
        if !agreed {
            plan.head.diverged += 1;
            let goal = plan.head.cursor.clone();
            let since = goal.v;
            plan.head.walk = Some(Walk { goal, after: None, since, whole: false });
        }
    }

    /// The sum over the held rows that `inside` picks, once the plan is taken over.
    fn sum_after(&self, plan: &Plan, inside: impl Fn(&Key) -> bool) -> Sum {
        let era = plan.head.era;
        let mut held: BTreeMap<Key, u64> = (self.confirmed.iter())
            .filter(|(key, _)| inside(key))
            .map(|(key, confirmed)| (*key, confirmed.revision(era)))
            .collect();
        for key in &plan.gone {
            held.remove(key);
        }
        held.extend(plan.puts.iter().filter(|put| inside(&put.key)).map(|put| (put.key, put.v)));
        let mut sum = Sum::default();
        held.into_iter().for_each(|(key, v)| sum.add(key, v));
        sum
    }

    /// Plans to go on as a new replica, after a fork or where the server does not know this one: everything
    /// the journal holds is sent again in a new chain. The envelopes keep their ids, so each has its effect once.
    pub fn rechain(&self, registered: Registered) -> Plan {
        let mut plan = self.plan();
        let lost = |(_, entry): &(&u64, &Entry)| {
            entry.outcome.is_none() || !Canary::RestoreForgotten.planted()
        };
        let first = self.journal.iter().find(lost);
        plan.head.base = first.map_or(self.head.seq, |(seq, _)| seq - 1);
        plan.head.server_seq = 0;
        plan.head.replica = registered.replica;
        plan.head.device_code = registered.device_code;
        plan
    }

    /// Takes over a plan that is now safely stored.
    pub fn commit(&mut self, plan: Plan) {
        let next = self.head.seq + 1;
        let appended = plan.puts.is_empty()
            && plan.gone.is_empty()
            && plan.entries.first().is_some_and(|(seq, _)| *seq == next)
            && plan.entries.iter().all(|(_, entry)| entry.outcome.is_none());
        self.head = plan.head;
        if appended {
            for (seq, entry) in plan.entries {
                self.overlay(seq, &entry);
                self.journal.insert(seq, entry);
            }
            return;
        }
        self.journal.extend(plan.entries);
        for seq in plan.pruned {
            self.journal.remove(&seq);
        }
        for key in plan.gone {
            self.confirmed.remove(&key);
        }
        let era = self.head.era;
        for Arrived { key, v, row, .. } in plan.puts {
            self.confirmed.insert(key, Confirmed { v, era, row });
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
            pruned: Vec::new(),
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

    /// The answer to an entry of the journal that counts: one the server still knows of.
    fn answer<'a>(&self, seq: u64, entry: &'a Entry) -> Option<&'a Outcome> {
        entry.outcome.as_ref().filter(|_| seq <= self.head.base + self.head.server_seq)
    }

    /// Rows that unanswered envelopes are about, once the plan is taken over.
    fn needed(&self, plan: &Plan) -> BTreeSet<Key> {
        let told: BTreeSet<u64> = plan.entries.iter().map(|(seq, _)| *seq).collect();
        let answered = plan.head.base + plan.head.server_seq;
        let waits = |(seq, entry): &(&u64, &Entry)| {
            **seq > answered || (entry.outcome.is_none() && !told.contains(*seq))
        };
        let waiting = self.journal.iter().filter(waits);
        waiting.flat_map(|(_, entry)| entry.envelope.command.keys()).collect()
    }
}

impl Entry {
    /// An envelope that waits for its verdict.
    pub fn new(envelope: Envelope) -> Self {
        Self { envelope, outcome: None, read: false, answered_at: None, era: 0 }
    }
}

impl Confirmed {
    /// The revision in this era; one of an earlier era counts as nothing.
    pub fn revision(&self, era: u32) -> u64 {
        if self.era == era { self.v } else { 0 }
    }
}

/// A row that came, if this version can read it; otherwise it is left to the next version.
fn arrived(put: &Put) -> Option<Arrived> {
    let key = put.key()?;
    let body = put.body.get().to_owned();
    let row = Arc::new(Row::from_json(key.kind, &body).ok()?);
    Some(Arrived { key, v: put.v, row, body })
}

/// How many bytes of commands one request should carry: a slow network answers small requests sooner.
const REQUEST_BYTES_WANTED: usize = 128 * 1024;
/// How often the sums are compared.
const SUMS_MS: i64 = 24 * 3_600_000;
/// How long an answered envelope is kept, in case the server is restored from a backup.
const KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// How many entries one answer lets go of.
const PRUNED_MAX: usize = 500;
