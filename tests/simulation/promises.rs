//! The promises: the cheap ones looked at after every step that could break them, all of them at rest.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Applied, Command, Envelope, Id, Key, Lookup, Refusal, Row, Rows, apply,
    ledger::Journal,
    replica::{Confirmed, Entry, Replica},
    scope::Scope,
    user::User,
    wire::{Outcome, Response},
};
use uuid::Uuid;

use crate::{
    memory::{Record, Version},
    world::{Event, World},
};

const MINUTE_MS: u64 = 60_000;
/// How long after the last fault everything must have come to rest. A command that makes the server fail is given
/// up after ten minutes at the earliest, by each of up to three servers, and one chain may hold several.
const CALM_MS: u64 = 4 * 60 * MINUTE_MS;
/// And after how many steps: asking in a tight circle is no rest.
const CALM_STEPS: u64 = 40_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

impl World {
    /// I1: what was said to be saved is there when the app starts again.
    pub fn still_there(&mut self, phone: usize, replica: &Replica) {
        let kept: BTreeSet<Uuid> =
            replica.journal().values().map(|entry| entry.envelope.mid).collect();
        let second = &self.phones[phone].disk.second;
        let gone = self.deeds.iter().find(|(mid, deed)| {
            let answered = self.server.memory.ever.contains_key(mid);
            let there = kept.contains(mid) || second.contains_key(mid) || answered;
            deed.phone == phone && deed.saved && !deed.lost && !there
        });
        if let Some((mid, _)) = gone {
            self.broke(format!("I1: phone {phone} had saved {mid}, and it is not there any more"));
        }
    }

    /// Nobody is told a lie: an answer on a device is one the server gave, after it had made it true.
    pub fn not_lied_to(&mut self, phone: usize, entries: &[Entry]) {
        for entry in entries {
            let (mid, Some(outcome)) = (entry.envelope.mid, &entry.outcome) else { continue };
            let given = self.server.memory.ever.get(&mid);
            if !given.is_some_and(|given| given.contains(outcome)) {
                return self.broke(format!(
                    "R2: phone {phone} was told {outcome:?} about {mid}, which no server ever committed"
                ));
            }
        }
    }

    /// I6: with nothing under way, what a device holds is what its person may see at its cursor.
    pub fn holds_its_view(&mut self, phone: usize) {
        let it = &self.phones[phone];
        let Some(head) = &it.disk.kept.head else { return };
        let memory = &self.server.memory;
        if it.damaged || head.walk.is_some() || head.cursor.epoch != Some(memory.epoch) {
            return;
        }
        let v = head.cursor.v;
        let newer = |row: &Confirmed| row.revision(head.era) > v;
        if it.disk.kept.rows.values().any(newer) {
            // A walk that has just ended brought it; a snapshot behind that walk cannot say more.
            return;
        }
        let Some(commit) = memory.commit_of(v) else {
            return self.broke(format!("I5: phone {phone} has heard of {v}, which nobody wrote"));
        };
        let books = memory.as_of(commit);
        let grants = books.grants(it.user);
        let mut rows = it.disk.kept.rows.iter();
        let view: Vec<(Key, &Version)> = books.view(&grants).collect();
        let mut view = view.into_iter();
        let why = loop {
            let (held, wanted) = (rows.next(), view.next());
            break match (held, wanted) {
                (None, None) => return,
                (Some((key, row)), Some((wanted, version)))
                    if *key == wanted && row.v == version.v && row.era == head.era =>
                {
                    if *row.row != *version.row {
                        format!("{key} at {} differs", row.v)
                    } else {
                        continue;
                    }
                }
                (held, wanted) => {
                    let held = held.map(|(key, row)| format!("{key} at {}", row.v));
                    let wanted = wanted.map(|(key, version)| format!("{key} at {}", version.v));
                    format!("held {held:?}, should be {wanted:?}")
                }
            };
        };
        self.broke(format!("I6: phone {phone} at {v}: {why}"));
    }

    /// I13: no answer holds a row its person may not see.
    pub fn tainted(&mut self, response: &Response, user: Id<User>, commit: usize) {
        let books = self.server.memory.as_of(commit);
        let grants: BTreeSet<Scope> = books.grants(user);
        for put in &response.puts {
            let version = put.key().and_then(|key| books.version(key));
            let fair = version
                .is_some_and(|version| version.v == put.v && !version.scopes.is_disjoint(&grants));
            if !fair {
                let (kind, id) = (&put.kind, put.id);
                return self.broke(format!("I13: {kind}:{id} was sent to {user}"));
            }
        }
        if response.puts.len() > 20_000 || response.verdicts.len() > 100_000 {
            self.broke("I20: an answer without bounds".into());
        }
    }

    /// What I did I still see, once: a note that waits is in the ticket's history on the screen.
    pub fn still_shown(&mut self, phone: usize, life: u64) {
        let Some(tab) = self.phones[phone].tabs.iter().find(|tab| tab.life == life) else { return };
        let Some(replica) = &tab.replica else { return };
        let answered = replica.head().base + replica.head().server_seq;
        let waiting = replica.journal().range(answered + 1..);
        // What was answered once and is asked again after a restore may have been refused.
        let waiting = waiting.filter(|(_, entry)| entry.outcome.is_none());
        for (seq, Entry { envelope, .. }) in waiting {
            let Some(key) = self.deeds.get(&envelope.mid).and_then(|deed| deed.note) else {
                continue;
            };
            let row = replica.row(key);
            let seen = row.as_ref().is_some_and(|row| has_line(row, envelope.mid));
            if !seen && replica.doubt(*seq).is_none() {
                let mid = envelope.mid;
                return self.broke(format!("R1: phone {phone} does not show its own note {mid}"));
            }
            if let Some(mid) = row.as_deref().and_then(twice) {
                return self.broke(format!("I3: phone {phone} shows {mid} twice"));
            }
        }
    }

    /// A tab that has just read what is kept shows one moment: rows, journal and head belong together.
    pub fn of_one_moment(&mut self, phone: usize, life: u64) {
        let it = &self.phones[phone];
        let Some(tab) = it.tabs.iter().find(|tab| tab.life == life) else { return };
        let Some(replica) = &tab.replica else { return };
        let kept = &it.disk.kept;
        if kept.head.as_ref() != Some(replica.head()) || kept.rows != *replica.confirmed() {
            self.broke(format!("I6: tab {life} of phone {phone} shows rows of two moments"));
        }
    }

    /// Mends everything, and sees what must be true when all is quiet.
    pub fn rest(&mut self) {
        self.healing = true;
        self.weather = self.weather.fine();
        self.bring_back();
        for process in 0..self.server.processes.len() {
            self.server.processes[process].alive = true;
            self.after(0, Event::Begin { process });
        }
        for phone in 0..self.phones.len() {
            let it = &mut self.phones[phone];
            it.offline_until = 0;
            (it.disk.blocked_until, it.disk.full_until) = (0, 0);
            it.tabs.iter_mut().for_each(|tab| tab.frozen_until = 0);
            if it.session.is_none() {
                self.after(1, Event::SignIn { phone });
            }
            if self.phones[phone].tabs.is_empty() {
                self.after(2, Event::Open { phone });
            }
            let lives: Vec<u64> = self.phones[phone].tabs.iter().map(|tab| tab.life).collect();
            for life in lives {
                self.wake(phone, life, domain::talk::Wake::World);
            }
        }
        self.hasten();
        self.come_to_rest();
        // Whatever was still on its way arrives now, and does no harm.
        if self.broken.is_none() {
            self.deliver_ghosts();
            self.come_to_rest();
        }
        if self.broken.is_none() {
            self.all_kept();
        }
        for _ in 0..2 {
            if self.broken.is_none() {
                self.both_ways();
            }
        }
        if self.broken.is_none() && self.phones.iter().any(|phone| phone.damaged) {
            self.a_day_later();
        }
        self.counts.healed += u64::from(self.broken.is_none());
    }

    /// I9, I10: with nothing in the way, everybody is heard, and everybody has heard, within hours.
    fn come_to_rest(&mut self) {
        let (until, steps) = (self.now + CALM_MS, self.counts.steps + CALM_STEPS);
        while self.broken.is_none() && self.now < until && self.counts.steps < steps {
            if !self.step() {
                break;
            }
            if self.is_quiet() {
                return;
            }
        }
        if self.broken.is_none() && !self.is_quiet() {
            let stuck = self.phones.iter().position(|phone| !self.is_up_to_date(phone));
            let why = stuck.map(|phone| self.describe(phone));
            self.broke(format!("I9/I10: no rest long after the last fault: {why:?}"));
        }
    }

    fn is_quiet(&self) -> bool {
        let idle =
            |process: &crate::server::Process| process.letters.is_empty() && process.open.is_none();
        self.server.processes.iter().all(idle)
            && self.phones.iter().all(|phone| self.is_up_to_date(phone))
    }

    fn is_up_to_date(&self, phone: &crate::phone::Phone) -> bool {
        let Ok(history) = self.server.memory.now().history() else { return false };
        let current = |tab: &crate::phone::Tab| {
            let head = tab.replica.as_ref().map(Replica::head);
            tab.is_quiet()
                && !tab.stopped
                && head.is_some_and(|head| {
                    head.cursor.epoch == Some(history.epoch) && head.cursor.v == history.v
                })
        };
        !phone.tabs.is_empty() && phone.tabs.iter().all(current)
    }

    fn describe(&self, phone: usize) -> String {
        let it = &self.phones[phone];
        let head = it.disk.kept.head.as_ref();
        let waits = it.disk.load().map(|replica| replica.waiting().unanswered);
        let tabs: Vec<String> = (it.tabs.iter())
            .map(|tab| {
                let (asked, stopped, asleep) = (tab.asked.is_some(), tab.stopped, tab.asleep);
                let wishes = tab.wishes.len();
                format!("tab {}: asked {asked}, stopped {stopped}, asleep {asleep}, wishes {wishes}, {:?}", tab.life, tab.talk)
            })
            .collect();
        let history = self.server.memory.now().history();
        format!(
            "phone {phone} session {:?} waits {waits:?} {head:?} {tabs:?}, server at {history:?}",
            it.session
        )
    }

    /// Rows that were lost behind our back are found by the sums and brought again.
    fn a_day_later(&mut self) {
        self.now += DAY_MS + MINUTE_MS;
        let (until, steps) = (self.now + 20 * MINUTE_MS, self.counts.steps + CALM_STEPS);
        while self.broken.is_none() && self.now < until && self.counts.steps < steps {
            if !self.step() {
                break;
            }
        }
        for phone in 0..self.phones.len() {
            self.phones[phone].damaged = false;
            self.holds_its_view(phone);
        }
    }

    /// Everything that must be true at rest.
    fn all_kept(&mut self) {
        for phone in 0..self.phones.len() {
            self.holds_its_view(phone);
        }
        for check in [
            Self::answers_agree,
            Self::deeds_are_there,
            Self::chains_have_no_holes,
            Self::replay_agrees,
        ] {
            if self.broken.is_none()
                && let Err(why) = check(self)
            {
                self.broke(why);
            }
        }
    }

    /// I2, I11: each journal and the server say the same about each envelope.
    fn answers_agree(&mut self) -> Result<(), String> {
        for (phone, it) in self.phones.iter().enumerate() {
            let Some(head) = &it.disk.kept.head else { continue };
            for (seq, entry) in &it.disk.kept.journal {
                let mid = entry.envelope.mid;
                let Some(record) = self.server.memory.first(mid) else {
                    return Err(format!(
                        "I2: phone {phone} holds {mid} ({seq}), the server does not ({head:?})"
                    ));
                };
                if entry.outcome.as_ref() != Some(&record.stored.outcome) {
                    let (told, is) = (&entry.outcome, &record.stored.outcome);
                    return Err(format!(
                        "I11: phone {phone} says {told:?} about {mid}, the server {is:?}"
                    ));
                }
            }
        }
        Ok(())
    }

    /// R1: whatever anybody was told is saved reached the server.
    fn deeds_are_there(&mut self) -> Result<(), String> {
        let restored = self.counts.restored > 0;
        for (mid, deed) in &self.deeds {
            if !deed.saved || deed.lost {
                continue;
            }
            let here = self.server.memory.first(*mid).is_some();
            // After a restore only the phones can bring back what is not in the backup.
            let pruned = restored && self.server.memory.ever.contains_key(mid);
            if !here && !pruned {
                return Err(format!(
                    "R1: {mid} was saved on phone {} and reached nobody",
                    deed.phone
                ));
            }
        }
        for mid in self.server.memory.ever.keys() {
            match self.server.memory.first(*mid).map(|record| &record.stored.outcome) {
                Some(Outcome::Applied { .. }) => self.counts.applied += 1,
                Some(Outcome::Noop) => self.counts.noop += 1,
                Some(Outcome::Amended { .. }) => self.counts.amended += 1,
                Some(Outcome::Refused { refusal: Refusal::Unreadable }) => {
                    self.counts.unreadable += 1
                }
                Some(Outcome::Refused { .. }) => self.counts.refused += 1,
                Some(Outcome::Quarantined) => self.counts.quarantined += 1,
                None => {}
            }
        }
        Ok(())
    }

    /// I4: the envelopes of a replica are decided in their order, with none left out.
    fn chains_have_no_holes(&mut self) -> Result<(), String> {
        let mut last: BTreeMap<Id<Replica>, u64> = BTreeMap::new();
        let mut firsts: BTreeSet<Uuid> = BTreeSet::new();
        let mut moved = 0;
        for Record { replica, first, stored, .. } in self.server.memory.serial() {
            let before = last.insert(*replica, stored.seq).unwrap_or(0);
            if stored.seq != before + 1 {
                return Err(format!("I4: {replica} has {} after {before}", stored.seq));
            }
            if *first && !firsts.insert(stored.mid) {
                return Err(format!("I3: {} had its effect twice", stored.mid));
            }
            moved += u64::from(!first);
        }
        self.counts.moved_chain += moved;
        Ok(())
    }

    /// The serial list of envelopes, replayed on an empty map, gives the same verdicts and the same rows.
    fn replay_agrees(&mut self) -> Result<(), String> {
        let mut rows = Rows::new();
        for Record { at, doubtful, first, stored, .. } in self.server.memory.serial() {
            let unread = Outcome::Refused { refusal: Refusal::Unreadable };
            if !first || [Outcome::Quarantined, unread].contains(&stored.outcome) {
                continue;
            }
            let command: Command =
                serde_json::from_str(&stored.command).map_err(|why| why.to_string())?;
            let (mid, by) = (stored.mid, stored.by);
            let envelope = Envelope { mid, by, at: *at, doubtful: *doubtful, command };
            let agrees = match (apply(&rows, &envelope), &stored.outcome) {
                (Err(refusal), Outcome::Refused { refusal: told }) => refusal == *told,
                (Ok(Applied { rows: changed, .. }), Outcome::Noop) => changed.is_empty(),
                (Ok(applied), Outcome::Applied { .. }) => {
                    let plain = applied.amendment.is_none();
                    take(&mut rows, applied);
                    plain
                }
                (Ok(applied), Outcome::Amended { amendment, .. }) => {
                    let same = applied.amendment.as_ref() == Some(amendment);
                    take(&mut rows, applied);
                    same
                }
                _ => false,
            };
            if !agrees {
                return Err(format!("oracle: {mid} was answered {:?}", stored.outcome));
            }
        }
        let now = self.server.memory.now();
        let mut stored = now.all();
        for (key, row) in &rows {
            match stored.next() {
                Some((other, version)) if other == *key && *version.row == **row => {}
                _ => return Err(format!("oracle: {key} is not what the envelopes say")),
            }
            if let Some(mid) = twice(row) {
                return Err(format!("I3: {mid} is in the history of {key} twice"));
            }
        }
        match stored.next() {
            Some((key, _)) => Err(format!("oracle: nobody made {key}")),
            None => Ok(()),
        }
    }
}

fn take(rows: &mut Rows, applied: Applied) {
    for row in applied.rows {
        rows.insert(row.key(), row.into());
    }
}

fn has_line(row: &Row, mid: Uuid) -> bool {
    matches!(row, Row::Ticket(ticket) if ticket.log.iter().any(|line| line.id == mid))
}

/// A line that stands in a ticket's history twice.
fn twice(row: &Row) -> Option<Uuid> {
    let Row::Ticket(ticket) = row else { return None };
    let mut seen = BTreeSet::new();
    ticket.log.iter().map(|line| line.id).find(|id| !seen.insert(*id))
}
