//! The server's side of the exchange: what it decides, and what it answers. Pure, as the device's side is.
//!
//! The server keeps [`Books`]: rows with revisions, who may hold them, what changed, and the journal of every
//! envelope with its verdict. [`push`] decides envelopes inside one write transaction (a [`Ledger`]); [`answer`]
//! reads one snapshot. Whoever stores the books, a database or a test's memory, gives them these two traits.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use serde::Deserialize;
use uuid::Uuid;

use crate::{
    Applied, Command, Envelope, Id, Key, Kind, Lookup, Reaction, Refusal, Row, Timestamp, apply,
    canary::Canary,
    copy::{self, Sealer},
    customer, json, number, part_request, react,
    replica::Replica,
    scope::{self, Scope},
    ticket,
    user::{SYSTEM, User},
    walk::Sum,
    wire::{
        Ask, Cursor, Held, Mode, Outcome, PROTO, PROTO_HEARS, Push, Put, ROWS_MAX, Request,
        Response, Room, Sent, Stretch, Verdict,
    },
};

pub mod memory;

#[cfg(test)]
mod tests;

/// Where the history stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// Names this history; another one after a restore.
    pub epoch: Uuid,
    /// The revision of the newest write.
    pub v: u64,
    /// Changes up to this revision may have been cleared away.
    pub floor: u64,
}

/// What is known about a replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaRow {
    pub id: Id<Replica>,
    pub user: Id<User>,
    /// Empty for the server's own.
    pub device_code: String,
    /// The number of its last envelope with a verdict.
    pub last_seq: u64,
    /// When its last envelope happened.
    pub last_at: Timestamp,
    pub last_seen: Timestamp,
}

/// An envelope as it was sent, in the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub seq: u64,
    pub mid: Uuid,
    pub by: Id<User>,
    /// The device's clock, as it was told.
    pub claimed: Timestamp,
    /// The command's JSON.
    pub command: String,
    pub outcome: Outcome,
}

/// An entry on its way into the journal.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub replica: Id<Replica>,
    pub seq: u64,
    pub mid: Uuid,
    pub by: Id<User>,
    pub claimed: Timestamp,
    pub at: Timestamp,
    pub doubtful: bool,
    pub received: Timestamp,
    pub command: &'a str,
    pub outcome: &'a Outcome,
    /// Whether this is where the command had its effect, not a repeat in another chain.
    pub first: bool,
    /// Who carried it in, where it did not come from its author's own device.
    pub carrier: Option<Id<User>>,
}

/// What deciding and answering both look up.
pub trait Journal {
    /// What can go wrong in reading.
    type Fault;

    /// Where the history stands.
    ///
    /// # Errors
    /// Where it cannot be read; so for all that follow.
    fn history(&self) -> Result<History, Self::Fault>;

    /// The replica with this id.
    fn replica(&self, id: Id<Replica>) -> Result<Option<ReplicaRow>, Self::Fault>;

    /// An envelope of a replica's journal.
    fn stored(&self, id: Id<Replica>, seq: u64) -> Result<Option<Stored>, Self::Fault>;

    /// The envelope by which the command with this id had its effect.
    fn stored_by_mid(&self, mid: Uuid) -> Result<Option<Stored>, Self::Fault>;

    /// What to say about a row that cannot be read: our mistake or the disk's.
    fn unreadable(error: serde_json::Error) -> Self::Fault;
}

/// One snapshot of what the server keeps.
pub trait Books: Journal {
    /// The verdicts on a replica's envelopes after one number up to another, in their order.
    ///
    /// # Errors
    /// Where they cannot be read; so for all that follow.
    fn verdicts(&self, id: Id<Replica>, after: u64, to: u64) -> Result<Vec<Verdict>, Self::Fault>;

    /// The keys of rows in any of these scopes with a revision after `from`, oldest first, at most `limit`.
    fn changed(
        &self,
        grants: &BTreeSet<Scope>,
        from: u64,
        limit: usize,
    ) -> Result<BTreeSet<(u64, Key)>, Self::Fault>;

    /// The keys that left one of these scopes after revision `from`. They may have come back, or be in another.
    fn left(&self, grants: &BTreeSet<Scope>, from: u64) -> Result<BTreeSet<Key>, Self::Fault>;

    /// The keys of one kind in any of these scopes with an id before `before`, newest id first, at most `limit`,
    /// with the revisions of their rows.
    fn along(
        &self,
        grants: &BTreeSet<Scope>,
        kind: Kind,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<(Uuid, u64)>, Self::Fault>;

    /// The revisions and the JSON of these rows, in any order, without those that are not there.
    fn bodies(&self, keys: &[Key]) -> Result<Vec<(Key, u64, String)>, Self::Fault>;
}

/// One write transaction. Whoever holds it is alone, from the first look to the commit.
pub trait Ledger: Journal + Lookup {
    /// The next running number of a write.
    fn next_v(&mut self) -> u64;

    /// Stores a row as it is at revision `v`, and who may hold it.
    ///
    /// # Errors
    /// Where it cannot be written; so for all that follow.
    fn put(&mut self, row: &Row, v: u64) -> Result<(), Self::Fault>;

    /// Writes an envelope and its verdict down for ever.
    fn record(&mut self, entry: &Entry<'_>) -> Result<(), Self::Fault>;

    /// Notes how far a replica has come, and what its request told about the device.
    fn advance(&mut self, row: &ReplicaRow, told: Option<Told<'_>>) -> Result<(), Self::Fault>;

    /// The server's own replica for somebody, made at its first use.
    fn internal(&mut self, by: Id<User>) -> Result<ReplicaRow, Self::Fault>;

    /// The next number of the day that nothing of this kind carries yet.
    fn next_number(
        &mut self,
        kind: Kind,
        day: &str,
        format: fn(&str, u32) -> String,
    ) -> Result<String, Self::Fault>;

    /// What countersigns sheets.
    fn sealer(&self) -> &dyn Sealer;

    /// Begins another history under the same data: a device has heard of a revision that was lost here.
    fn new_epoch(&mut self) -> Result<(), Self::Fault>;

    /// Whether every look-up so far could be answered.
    fn sound(&self) -> Result<(), Self::Fault>;
}

/// What a request tells about its device.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub build: &'a str,
    pub waiting: Option<&'a Held>,
    pub room: Option<Room>,
}

/// How far ahead of its arrival something may have happened.
const AHEAD_MINUTES: i64 = 2;
/// How far a device's clock may be off before its times are doubted.
const OFFSET_MS_MAX: i64 = 3_600_000;
/// How long a device may have kept something to itself before its time is doubted.
const OLD_DAYS: i64 = 180;
/// Network delay moves a device's times a little; that is no reason for doubt.
const JITTER_MS: i64 = 60_000;
/// How many keys are fetched at once in a walk, at most.
const STRIDE: usize = 1000;
/// And how many rows, as many as may still fit into the answer: what does not fit was read and judged for nothing.
const HANDFUL: std::ops::RangeInclusive<usize> = 16..=200;
/// How large a row is taken for before one was seen.
const ROW_BYTES: usize = 1000;
/// How many rows one stretch goes through at most.
const STRETCH_MAX: usize = 20_000;
/// How many bytes of rows a stretch carries when the device does not say.
const BUDGET_DEFAULT: usize = 64 * 1024;
/// And at most.
const BUDGET_MAX: usize = 4 * 1024 * 1024;

// ---- Deciding

/// Decides every envelope of a request that has no verdict yet. `doomed` names commands that made the server
/// fail so often that they are kept undecided, for a person to look at.
///
/// # Errors
/// Where the books cannot be read or written. Then nothing of this transaction may be kept.
pub fn push<L: Ledger>(
    ledger: &mut L,
    by: Id<User>,
    request: &Request,
    received: Timestamp,
    doomed: &dyn Fn(Uuid) -> bool,
) -> Result<Push, L::Fault> {
    let history = ledger.history()?;
    if request.cursor.epoch == Some(history.epoch) && request.cursor.v > history.v {
        // The device has heard what is not here: somebody put older data back without saying so.
        ledger.new_epoch()?;
    }
    let known = ledger.replica(request.replica)?.filter(|known| known.user == by);
    let Some(mut replica) = known else {
        // Registered in a history that was lost: it goes on under a new name.
        return Ok(Push::Fork);
    };
    replica.last_seen = received;
    let told =
        Told { build: build(request), waiting: request.waiting.as_ref(), room: request.room };
    if request.prev_seq > replica.last_seq && !Canary::BatchContinuesAfterGap.planted() {
        ledger.advance(&replica, Some(told))?;
        return Ok(Push::NeedFrom(replica.last_seq + 1));
    }
    let (repeated, fresh): (Vec<&Sent>, Vec<&Sent>) =
        request.envelopes.iter().partition(|sent| sent.seq <= replica.last_seq);
    for sent in repeated {
        let stored = ledger.stored(replica.id, sent.seq)?;
        let repeats = stored.is_some_and(|stored| same(&stored, sent));
        if !repeats && !Canary::ForkUnnoticed.planted() {
            return Ok(Push::Fork);
        }
    }
    let offset = received.0.saturating_sub(request.now.0);
    for sent in fresh {
        let sealed = Sealed { sent, offset, received, doomed: doomed(sent.mid), carrier: None };
        decide(ledger, &mut replica, &sealed)?;
    }
    ledger.advance(&replica, Some(told))?;
    Ok(Push::Done)
}

/// An envelope as it arrived.
#[derive(Clone, Copy)]
pub struct Sealed<'a> {
    pub sent: &'a Sent,
    /// What the device's clock is behind the server's, in milliseconds.
    pub offset: i64,
    pub received: Timestamp,
    /// Whether it is kept undecided.
    pub doomed: bool,
    /// Who carried it in, where it did not come from its author's own device.
    pub carrier: Option<Id<User>>,
}

/// Gives one envelope its verdict. Whatever the verdict is, the replica has come a number further.
///
/// # Errors
/// Where the books cannot be read or written.
pub fn decide<L: Ledger>(
    ledger: &mut L,
    replica: &mut ReplicaRow,
    sealed: &Sealed<'_>,
) -> Result<Outcome, L::Fault> {
    let Sealed { sent, offset, received, doomed, carrier } = *sealed;
    let (at, doubtful) = happened(sent.at, offset, replica.last_at, received);
    let before = replica.last_seq;
    replica.last_seq = sent.seq;
    replica.last_at = at;
    let text = sent.command.to_string();
    let origin = Origin {
        replica: replica.id,
        seq: sent.seq,
        claimed: sent.at,
        received,
        command: &text,
        carrier,
    };
    let known = ledger.stored_by_mid(sent.mid)?.filter(|_| !Canary::MidCheckRemoved.planted());
    let (mid, by) = (sent.mid, sent.by);
    let seal = Seal { mid, by, at, doubtful };
    let outcome = match (known, read(&sent.command)) {
        // The same command in another chain: it had its effect there.
        (Some(known), _) => {
            let outcome = if same(&known, sent) {
                known.outcome
            } else {
                Outcome::Refused { refusal: Refusal::Malformed }
            };
            record(ledger, origin, seal, &outcome, false)?;
            outcome
        }
        (None, _) if doomed => {
            record(ledger, origin, seal, &Outcome::Quarantined, true)?;
            Outcome::Quarantined
        }
        (None, None) => {
            let outcome = Outcome::Refused { refusal: Refusal::Unreadable };
            record(ledger, origin, seal, &outcome, true)?;
            outcome
        }
        (None, Some(command)) => {
            let envelope = Envelope { mid, by, at, doubtful, command };
            carry_out(ledger, origin, &envelope)?
        }
    };
    if matches!(outcome, Outcome::Refused { .. }) && Canary::RefusalDoesNotAdvance.planted() {
        replica.last_seq = before;
    }
    Ok(outcome)
}

/// Where an envelope comes from.
#[derive(Clone, Copy)]
struct Origin<'a> {
    replica: Id<Replica>,
    seq: u64,
    claimed: Timestamp,
    received: Timestamp,
    command: &'a str,
    carrier: Option<Id<User>>,
}

/// An envelope without its command, which may be one that cannot be read.
#[derive(Clone, Copy)]
struct Seal {
    mid: Uuid,
    by: Id<User>,
    at: Timestamp,
    doubtful: bool,
}

/// Carries out an envelope that has no verdict yet, and writes both down.
fn carry_out<L: Ledger>(
    ledger: &mut L,
    origin: Origin<'_>,
    envelope: &Envelope,
) -> Result<Outcome, L::Fault> {
    // The rules are pure: a bug in them leaves nothing behind, spoils no other envelope and stops no device.
    let decided = catch_unwind(AssertUnwindSafe(|| {
        let applied = apply(&*ledger, envelope)?;
        let reactions = react(&applied);
        Ok::<_, Refusal>((applied, reactions))
    }));
    ledger.sound()?;
    let (outcome, reactions) = match decided {
        Err(_) => (Outcome::Quarantined, Vec::new()),
        Ok(Err(refusal)) => (Outcome::Refused { refusal }, Vec::new()),
        Ok(Ok((Applied { rows, amendment: None }, _))) if rows.is_empty() => {
            (Outcome::Noop, Vec::new())
        }
        Ok(Ok((Applied { rows, amendment }, reactions))) => {
            let v = ledger.next_v();
            for row in &rows {
                ledger.put(row, v)?;
            }
            let outcome = match amendment {
                None => Outcome::Applied { v },
                Some(amendment) => Outcome::Amended { v, amendment },
            };
            (outcome, reactions)
        }
    };
    let Envelope { mid, by, at, doubtful, .. } = *envelope;
    record(ledger, origin, Seal { mid, by, at, doubtful }, &outcome, true)?;
    for reaction in reactions {
        follow(ledger, origin, envelope, reaction)?;
    }
    Ok(outcome)
}

fn record<L: Ledger>(
    ledger: &mut L,
    origin: Origin<'_>,
    seal: Seal,
    outcome: &Outcome,
    first: bool,
) -> Result<(), L::Fault> {
    let Seal { mid, by, at, doubtful } = seal;
    let Origin { replica, seq, claimed, received, command, carrier } = origin;
    ledger.record(&Entry {
        replica,
        seq,
        mid,
        by,
        claimed,
        at,
        doubtful,
        received,
        command,
        outcome,
        first,
        carrier,
    })
}

/// Does what follows, as the server's own actor: gives a new thing its number, a new sheet its countersignature.
fn follow<L: Ledger>(
    ledger: &mut L,
    cause: Origin<'_>,
    envelope: &Envelope,
    reaction: Reaction,
) -> Result<(), L::Fault> {
    // An impossible clock must not put its date on paper.
    let day = if envelope.doubtful { cause.received } else { envelope.at }.date_digits();
    let (named, command) = match reaction {
        Reaction::NumberTicket(id) => {
            let number = ledger.next_number(Kind::Ticket, &day, number::ticket)?;
            (id.uuid(), Command::Ticket(id, ticket::Command::Number { number }))
        }
        Reaction::NumberCustomer(id) => {
            let number = ledger.next_number(Kind::Customer, &day, number::customer)?;
            (id.uuid(), Command::Customer(id, customer::Command::Number { number }))
        }
        Reaction::NumberPartRequest(id) => {
            let number = ledger.next_number(Kind::PartRequest, &day, number::part_request)?;
            (id.uuid(), Command::PartRequest(id, part_request::Command::Number { number }))
        }
        Reaction::Countersign(id) => {
            let Some(sheet) = ledger.find(id) else { return Ok(()) };
            let seal = sheet.statement().sealed_by(ledger.sealer(), cause.received).into();
            (id.uuid(), Command::Sheet(id, copy::Command::Countersign { seal }))
        }
    };
    // Derived, so that the same cause gives the same command the same id.
    let mid = Id::<Envelope>::derived(&format!("number:{}:{named}", envelope.mid)).uuid();
    order(ledger, SYSTEM, &(mid, envelope.at, command), cause.received).map(drop)
}

/// An order from inside the server: its id, when it happened, what is to be done.
pub type Order = (Uuid, Timestamp, Command);

/// Carries out an order from inside the server as `by`, through the same rule as everybody's. An order whose
/// id is known answers what it answered then.
///
/// # Errors
/// Where the books cannot be read or written.
pub fn order<L: Ledger>(
    ledger: &mut L,
    by: Id<User>,
    (mid, at, command): &Order,
    received: Timestamp,
) -> Result<Outcome, L::Fault> {
    if let Some(known) = ledger.stored_by_mid(*mid)? {
        return Ok(known.outcome);
    }
    let mut replica = ledger.internal(by)?;
    replica.last_seq += 1;
    (replica.last_at, replica.last_seen) = (*at, received);
    ledger.advance(&replica, None)?;
    let text = serde_json::to_string(command).map_err(L::unreadable)?;
    let origin = Origin {
        replica: replica.id,
        seq: replica.last_seq,
        claimed: *at,
        received,
        command: &text,
        carrier: None,
    };
    let envelope = Envelope { mid: *mid, by, at: *at, doubtful: false, command: command.clone() };
    carry_out(ledger, origin, &envelope)
}

/// When something happened, as well as the server can tell, and whether the device's clock is to be doubted.
///
/// Nothing is refused for a clock, and what one device did stays in its order.
fn happened(
    claimed: Timestamp,
    offset: i64,
    previous: Timestamp,
    received: Timestamp,
) -> (Timestamp, bool) {
    let estimate = claimed.0.saturating_add(offset);
    let latest = received.plus_minutes(AHEAD_MINUTES).0.max(previous.0);
    let at = estimate.max(previous.0).min(latest);
    let moved = at.abs_diff(estimate) > JITTER_MS.unsigned_abs();
    let old = received.plus_minutes(-OLD_DAYS * 24 * 60).0 > at;
    (Timestamp(at), moved || old || offset.unsigned_abs() > OFFSET_MS_MAX.unsigned_abs())
}

/// Whether what is stored is what was sent. A newer app may write the same command a little differently.
fn same(stored: &Stored, sent: &Sent) -> bool {
    if stored.mid != sent.mid || stored.by != sent.by || stored.claimed != sent.at {
        return false;
    }
    let text = sent.command.to_string();
    if stored.command == text {
        return true;
    }
    let stored: Option<Command> = json::read(&stored.command).ok();
    stored.is_some() && stored == read(&sent.command)
}

/// The command, if this version knows it.
fn read(command: &serde_json::Value) -> Option<Command> {
    Command::deserialize(command).ok()
}

/// The app's build as it names itself, cut to what is worth keeping.
fn build(request: &Request) -> &str {
    let end = request.build.char_indices().nth(40).map_or(request.build.len(), |(end, _)| end);
    &request.build[..end]
}

// ---- Answering

/// What the device hears. Verdicts and rows come from one snapshot: no effect arrives before its verdict.
/// Who was shut out has no grants, and hears verdicts only.
///
/// # Errors
/// Where the books cannot be read.
pub fn answer<B: Books>(
    books: &B,
    request: &Request,
    push: Push,
    grants: Option<&BTreeSet<Scope>>,
    now: Timestamp,
) -> Result<Response, B::Fault> {
    let mut response = Response {
        proto: PROTO,
        now,
        push,
        server_seq: request.prev_seq,
        verdicts: Vec::new(),
        mode: Mode::News,
        puts: Vec::new(),
        gone: Vec::new(),
        cursor: request.cursor.clone(),
        more: true,
        sums: None,
        too_old: false,
        revoked: false,
    };
    if push == Push::Fork {
        // What others may have sent under these numbers is not this device's to hear.
        return Ok(response);
    }
    response.server_seq = books.replica(request.replica)?.map_or(0, |known| known.last_seq);
    response.verdicts = books.verdicts(request.replica, request.prev_seq, response.server_seq)?;
    response.more = matches!(push, Push::NeedFrom(_));
    match grants {
        None => response.revoked = true,
        Some(_) if request.proto < PROTO_HEARS => response.too_old = true,
        Some(grants) => hear(books, request, grants, &mut response)?,
    }
    Ok(response)
}

/// The part of the answer that tells of rows.
fn hear<B: Books>(
    books: &B,
    request: &Request,
    grants: &BTreeSet<Scope>,
    response: &mut Response,
) -> Result<(), B::Fault> {
    let history = books.history()?;
    let goal = Cursor { epoch: Some(history.epoch), v: history.v, grants: scope::name(grants) };
    let own = |cursor: &Cursor| {
        let same_epoch = cursor.epoch == goal.epoch
            || (cursor.epoch.is_some() && Canary::EpochIgnored.planted());
        let same_grants = cursor.grants == goal.grants || Canary::GrantsIgnored.planted();
        (same_epoch, same_grants)
    };
    // A snapshot behind one that this device has heard of: nothing new yet, whatever the grants were then.
    let goal_asked = request.stretch.as_ref().and_then(|ask| ask.goal.as_ref());
    let heard = [Some(&request.cursor), goal_asked];
    if heard.into_iter().flatten().any(|heard| own(heard).0 && heard.v > history.v) {
        response.more = request.stretch.is_some() || response.more;
        return Ok(());
    }
    if let Some(ask) = &request.stretch {
        let valid = ask.goal.as_ref().filter(|goal| own(goal) == (true, true));
        return match valid {
            Some(begun) => {
                let begun =
                    if Canary::WalkWithoutGoal.planted() { goal.clone() } else { begun.clone() };
                stretch(books, grants, ask, begun, response)
            }
            None => {
                let since = restart_since(&request.cursor, own(&request.cursor).0);
                let ask = Ask { after: None, since, goal: None, budget: ask.budget };
                stretch(books, grants, &ask, goal, response)
            }
        };
    }
    let cursor = &request.cursor;
    let (same_epoch, same_grants) = own(cursor);
    if same_epoch && same_grants && cursor.v == history.v && !request.sums {
        // It stands where the history stands: the most frequent answer asks the books for nothing.
        response.cursor = goal;
        return Ok(());
    }
    if same_epoch && same_grants && cursor.v >= history.floor {
        let changed = books.changed(grants, cursor.v, ROWS_MAX + 1)?;
        if changed.len() <= ROWS_MAX {
            let changed: Vec<Key> = changed.into_iter().map(|(_, key)| key).collect();
            response.puts = puts(books, &changed, grants)?;
            let left: Vec<Key> = books.left(grants, cursor.v)?.into_iter().collect();
            let back = puts(books, &left, grants)?;
            let back: BTreeSet<Key> = back.iter().filter_map(Put::key).collect();
            response.gone = left.into_iter().filter(|key| !back.contains(key)).collect();
            response.cursor = goal;
            if request.sums {
                response.sums = Some(sums(books, grants)?);
            }
            return Ok(());
        }
    }
    let ask = Ask { since: restart_since(cursor, same_epoch), ..Ask::default() };
    stretch(books, grants, &ask, goal, response)
}

/// Up to which revision a device that has to walk holds what it should.
fn restart_since(cursor: &Cursor, same_epoch: bool) -> u64 {
    if same_epoch { cursor.v } else { 0 }
}

/// A part of everything visible, from where the device stands, as much as its budget allows.
fn stretch<B: Books>(
    books: &B,
    grants: &BTreeSet<Scope>,
    ask: &Ask,
    goal: Cursor,
    response: &mut Response,
) -> Result<(), B::Fault> {
    let budget = match ask.budget as usize {
        0 => BUDGET_DEFAULT,
        bytes => bytes.min(BUDGET_MAX),
    };
    let (mut bytes, mut sum, mut to, mut last) = (0_usize, Sum::default(), None, ask.after);
    let behind = |kind: &&Kind| ask.after.is_none_or(|after| after.kind <= **kind);
    'view: for kind in Kind::ALL.iter().copied().filter(|kind| behind(&kind)) {
        let mut before = ask.after.filter(|after| after.kind == kind).map(|after| after.id);
        // A short answer needs few keys, unless most rows are held already.
        let mut stride = match ask.since {
            0 => (budget / ROW_BYTES).clamp(*HANDFUL.start(), STRIDE),
            _ => STRIDE,
        };
        loop {
            let keys = books.along(grants, kind, before, stride)?;
            let mut rest = keys.as_slice();
            while !rest.is_empty() {
                let each = bytes.checked_div(response.puts.len()).unwrap_or(ROW_BYTES).max(1);
                let fit = budget.saturating_sub(bytes) / each + 1;
                let fit = fit.clamp(*HANDFUL.start(), *HANDFUL.end()).min(rest.len());
                let (handful, after) = rest.split_at(fit);
                rest = after;
                let unheld = handful.iter().filter(|(_, v)| *v > ask.since);
                let unheld: Vec<Key> = unheld.map(|(id, _)| Key { kind, id: *id }).collect();
                let mut found: BTreeMap<Uuid, Put> =
                    puts(books, &unheld, grants)?.into_iter().map(|put| (put.id, put)).collect();
                for (id, v) in handful {
                    let key = Key { kind, id: *id };
                    let found = found.remove(id);
                    let size = found.as_ref().map_or(0, |put| put.body.get().len());
                    let full = bytes > 0 && bytes + size > budget;
                    if full || sum.count >= STRETCH_MAX as u64 {
                        to = last;
                        break 'view;
                    }
                    bytes += size;
                    sum.add(key, *v);
                    response.puts.extend(found);
                    (before, last) = (Some(*id), Some(key));
                }
            }
            if keys.len() < stride {
                break;
            }
            stride = (stride * 2).min(STRIDE);
        }
    }
    response.more = to.is_some() || response.more;
    response.mode = Mode::Stretch(Stretch { after: ask.after, to, since: ask.since, sum, goal });
    Ok(())
}

/// The sums of everything visible, by kind.
fn sums<B: Books>(books: &B, grants: &BTreeSet<Scope>) -> Result<Vec<(String, Sum)>, B::Fault> {
    let mut sums = Vec::with_capacity(Kind::ALL.len());
    for &kind in Kind::ALL {
        let (mut sum, mut before) = (Sum::default(), None);
        loop {
            let keys = books.along(grants, kind, before, STRIDE)?;
            let ends = keys.len() < STRIDE;
            for (id, v) in keys {
                sum.add(Key { kind, id }, v);
                before = Some(id);
            }
            if ends {
                break;
            }
        }
        sums.push((kind.word().to_owned(), sum));
    }
    Ok(sums)
}

/// These rows as they leave the house, if the grants cover the rows themselves: an index only says where to look.
fn puts<B: Books>(books: &B, keys: &[Key], grants: &BTreeSet<Scope>) -> Result<Vec<Put>, B::Fault> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut puts = Vec::with_capacity(keys.len());
    for (key, v, body) in books.bodies(keys)? {
        let row = Row::from_json(key.kind, &body).map_err(B::unreadable)?;
        if scope::visible(&row, grants) {
            puts.push(Put::new(key, v, body).map_err(B::unreadable)?);
        }
    }
    Ok(puts)
}
