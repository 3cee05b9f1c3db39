//! What a browser keeps for one person, and everything that can go wrong when it is asked to write.
//!
//! The disk also watches: it refuses, as a broken promise, whatever would delete unanswered work, change
//! what was sealed, or take a device back in time.

use std::collections::BTreeMap;

use domain::{
    Envelope, Key, Rows,
    canary::Canary,
    replica::{Confirmed, Entry, Found, Head, Plan, Replica},
};
use uuid::Uuid;

use crate::{counts::Counts, dice::Dice, weather};

/// The stored state of one database.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub head: Option<Head>,
    pub rows: BTreeMap<Key, Confirmed>,
    pub frozen: Rows,
    pub journal: BTreeMap<u64, Entry>,
}

/// A browser's storage for one person.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    pub kept: Kept,
    /// What a power cut would leave, where relaxed writes are still on their way.
    synced: Option<Box<Kept>>,
    /// Unanswered envelopes a second time, in a cache of the browser.
    pub second: BTreeMap<Uuid, Envelope>,
    /// Until when an old tab keeps the database from being opened, in milliseconds of the run.
    pub blocked_until: u64,
    /// Until when there is no room.
    pub full_until: u64,
}

/// What a tab is told about a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrote {
    Done,
    /// Another tab wrote first.
    Stale,
    /// Nothing was written, and that is known.
    Failed,
    /// No room.
    Full,
    /// Perhaps written.
    Unknown,
}

/// What will become of a write, decided before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Good,
    Fails,
    Full,
    /// Written or not, nobody is told.
    Unknown {
        written: bool,
    },
}

impl Fate {
    /// Throws the dice for one write.
    pub fn of(dice: &mut Dice, weather: &weather::Disk) -> Self {
        if dice.chance(weather.fails) {
            Self::Fails
        } else if dice.chance(weather.quota) {
            Self::Full
        } else if dice.chance(weather.unknown) || dice.chance(weather.silent) {
            Self::Unknown { written: dice.chance(600) }
        } else {
            Self::Good
        }
    }
}

impl Disk {
    /// Everything that is kept, as a tab reads it when it starts; `None` in a new database.
    pub fn load(&self) -> Option<Replica> {
        let Kept { head, rows, frozen, journal } = &self.kept;
        let head = head.clone()?;
        Some(Replica::restore(head, rows.clone(), frozen.clone(), journal.clone()))
    }

    /// What the first screen of a tab needs, which is some of the rows; `None` in a new database.
    pub fn load_first(&self, share: u64) -> Option<Replica> {
        let Kept { head, rows, frozen, journal } = &self.kept;
        let first = |(key, _): &(&Key, &Confirmed)| key.id.as_u128() % 3 < u128::from(share);
        let rows = rows.iter().filter(first).map(|(key, row)| (*key, row.clone())).collect();
        Some(Replica::restore(head.clone()?, rows, frozen.clone(), journal.clone()))
    }

    /// Adds the rows that the first screen left out. Where another tab wrote since, everything is read again.
    pub fn load_rest(&self, first: &mut Option<Replica>) {
        match first {
            Some(first)
                if self.kept.head.as_ref() == Some(first.head())
                    || Canary::RestOfAnotherMoment.planted() =>
            {
                first.fill(self.kept.rows.clone());
            }
            _ => *first = self.load(),
        }
    }

    /// Writes the head of a replica that was just registered, unless another tab was faster.
    pub fn create(&mut self, head: &Head) -> Wrote {
        if self.kept.head.is_some() {
            return Wrote::Stale;
        }
        self.synced = None;
        self.kept.head = Some(head.clone());
        Wrote::Done
    }

    /// Writes a plan in one transaction.
    ///
    /// # Errors
    /// The promise that the plan would break.
    pub fn write(
        &mut self,
        plan: &Plan,
        fate: Fate,
        relaxed: bool,
        counts: &mut Counts,
    ) -> Result<Wrote, String> {
        if self.kept.head.as_ref() != Some(&plan.expected) && !Canary::CasRemoved.planted() {
            return Ok(Wrote::Stale);
        }
        match fate {
            Fate::Fails => return Ok(Wrote::Failed),
            Fate::Full => {
                counts.quota += 1;
                let lie = Canary::QuotaIsSuccess.planted();
                return Ok(if lie { Wrote::Done } else { Wrote::Full });
            }
            Fate::Unknown { written: false } => return Ok(Wrote::Unknown),
            Fate::Good | Fate::Unknown { written: true } => {}
        }
        self.watch(plan)?;
        if relaxed && self.synced.is_none() {
            self.synced = Some(Box::new(self.kept.clone()));
        }
        if !relaxed {
            self.synced = None;
        }
        self.kept.take(plan);
        for (_, entry) in plan.entries.iter().filter(|(_, entry)| entry.outcome.is_some()) {
            self.second.remove(&entry.envelope.mid);
        }
        counts.frozen += plan.frozen.len() as u64;
        counts.thawed += plan.thawed.len() as u64;
        counts.pruned += plan.pruned.len() as u64;
        Ok(if fate == Fate::Good { Wrote::Done } else { Wrote::Unknown })
    }

    /// What a tab finds when it reads again what became of a write.
    pub fn found(&self, plan: &Plan) -> Found {
        plan.found(self.kept.head.as_ref(), |seq| self.kept.journal.get(&seq).cloned())
    }

    /// The battery is empty: what was not on the platter is gone. Says whether something was.
    pub fn power_cut(&mut self) -> bool {
        match self.synced.take() {
            Some(synced) => {
                self.kept = *synced;
                true
            }
            None => false,
        }
    }

    /// Sealed envelopes that the first journal does not have.
    pub fn only_second(&self, view: &Replica) -> Vec<Envelope> {
        let known = |mid: &Uuid| view.has_written(*mid);
        self.second.values().filter(|envelope| !known(&envelope.mid)).cloned().collect()
    }

    /// I7, I12 and the rule that what was sealed stays as it is.
    fn watch(&self, plan: &Plan) -> Result<(), String> {
        let Some(head) = &self.kept.head else { return Ok(()) };
        for seq in &plan.pruned {
            let answered = |entry: &Entry| entry.outcome.is_some();
            let told = plan.entries.iter().any(|(told, entry)| told == seq && answered(entry));
            if !told && !self.kept.journal.get(seq).is_none_or(answered) {
                return Err(format!("I12: unanswered entry {seq} would be deleted"));
            }
            if *seq > head.base + head.server_seq {
                return Err(format!("I12: entry {seq} would be deleted before it counts as heard"));
            }
            let just = self.kept.journal.get(seq).is_some_and(|entry| entry.answered_at.is_none());
            if told || just {
                return Err(format!(
                    "I2: entry {seq} is deleted with its answer, not after 30 days"
                ));
            }
        }
        for (seq, entry) in &plan.entries {
            if let Some(before) = self.kept.journal.get(seq)
                && before.envelope != entry.envelope
            {
                return Err(format!("I12: sealed envelope {seq} would be replaced by another"));
            }
        }
        let same = head.era == plan.head.era;
        if same && head.cursor.epoch == plan.head.cursor.epoch {
            let (from, to) = (head.cursor.v, plan.head.cursor.v);
            if to < from {
                return Err(format!("I7: the cursor would go back from {from} to {to}"));
            }
        }
        for put in &plan.puts {
            let held = self.kept.rows.get(&put.key).map_or(0, |held| held.revision(plan.head.era));
            if put.v < held {
                return Err(format!("I7: {} would go back from {held} to {}", put.key, put.v));
            }
        }
        for key in &plan.gone {
            let waits = |(seq, entry): (&u64, &Entry)| {
                let told = plan.entries.iter().any(|(told, _)| told == seq);
                entry.outcome.is_none() && !told && entry.envelope.command.keys().contains(key)
            };
            let kept = plan.frozen.iter().any(|(frozen, _)| frozen == key);
            if !kept && self.kept.rows.contains_key(key) && self.kept.journal.iter().any(waits) {
                return Err(format!("I12: {key} would be deleted while work on it waits"));
            }
        }
        Ok(())
    }
}

impl Kept {
    fn take(&mut self, plan: &Plan) {
        self.head = Some(plan.head.clone());
        self.journal.extend(plan.entries.iter().cloned());
        for seq in &plan.pruned {
            self.journal.remove(seq);
        }
        for key in &plan.gone {
            self.rows.remove(key);
        }
        let era = plan.head.era;
        for put in &plan.puts {
            self.rows.insert(put.key, Confirmed { v: put.v, era, row: put.row.clone() });
        }
        for key in &plan.thawed {
            self.frozen.remove(key);
        }
        self.frozen.extend(plan.frozen.iter().cloned());
    }
}
