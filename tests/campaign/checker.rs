//! The history check, in the style of Jepsen: pure, and shown to find what it looks for.
//!
//! An entry of a ticket is an element of a set. For every element and every client it checks:
//! once (acknowledged elements are there exactly once at the end, others at most once, none from nowhere),
//! read-your-writes, monotonic reads, no stale read (what was acknowledged to anybody before a question went out is
//! in its answer), the order of each device, and convergence (the same rows for the same rights).

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::history::{Event, Final, History, What};

/// How many faults are worth reading.
const FAULTS_MAX: usize = 50;

/// What is known about an element.
struct Note {
    client: usize,
    ticket: Uuid,
    /// Which one of its client.
    number: usize,
    /// Which one of its client on its ticket.
    place: usize,
    acknowledged: Option<u64>,
}

/// What a client knows.
#[derive(Default)]
struct Client {
    tickets: BTreeMap<Uuid, (u64, Vec<Uuid>)>,
    known: BTreeSet<Uuid>,
    heard: u64,
    /// How many elements had been acknowledged to anybody when it last asked.
    asked: usize,
    /// So many of them have been looked for in its answers.
    checked: usize,
    /// Its own acknowledged elements that have not been looked for.
    own: Vec<Uuid>,
    /// How many elements it wrote.
    wrote: usize,
    /// Number and revision of the last one it heard a yes to.
    last: Option<(usize, u64)>,
}

/// The state of the check.
struct Checker<'a> {
    finals: &'a [Final],
    notes: BTreeMap<Uuid, Note>,
    /// Elements in the order in which somebody heard that they were accepted.
    acknowledged: Vec<Uuid>,
    /// The elements of each client on each ticket, as they were written.
    written: BTreeMap<(usize, Uuid), Vec<Uuid>>,
    clients: Vec<Client>,
    faults: Vec<String>,
}

/// Everything that is wrong with a history.
pub fn check(history: &History) -> Vec<String> {
    let mut checker = Checker {
        finals: &history.finals,
        notes: BTreeMap::new(),
        acknowledged: Vec::new(),
        written: BTreeMap::new(),
        clients: history.finals.iter().map(|_| Client::default()).collect(),
        faults: Vec::new(),
    };
    for event in &history.events {
        checker.take(event);
        if checker.faults.len() > FAULTS_MAX {
            return checker.faults;
        }
    }
    checker.end();
    checker.faults
}

impl Checker<'_> {
    fn take(&mut self, Event { client, what, .. }: &Event) {
        let client = *client;
        match what {
            What::Invoke { note, ticket } => {
                let written = self.written.entry((client, *ticket)).or_default();
                let (ticket, place, number) = (*ticket, written.len(), self.clients[client].wrote);
                written.push(*note);
                self.clients[client].wrote += 1;
                let known = Note { client, ticket, number, place, acknowledged: None };
                self.notes.insert(*note, known);
            }
            What::Ok { note, v } => self.hear_yes(client, *note, *v),
            What::Ask => self.clients[client].asked = self.acknowledged.len(),
            What::Saw { ticket, v, kept, added } => self.see(client, *ticket, *v, *kept, added),
            What::Heard { v } => self.hear(client, *v),
            What::Unseen { note } => {
                self.faults.push(format!("UNSEEN: {note} is not on its own screen of {client}"));
            }
            What::Info => {}
        }
    }

    fn hear_yes(&mut self, client: usize, note: Uuid, v: u64) {
        let last = self.clients[client].last;
        let Some(known) = self.notes.get_mut(&note) else {
            return self.faults.push(format!("FROM NOWHERE: a yes to {note}"));
        };
        if known.acknowledged.replace(v).is_some() {
            self.faults.push(format!("TWICE: a second yes to {note}"));
        }
        let this = (known.number, v);
        if last.is_some_and(|last| this.0 <= last.0 || this.1 <= last.1) {
            self.faults
                .push(format!("OUT OF ORDER: {note} of {client} is {this:?} after {last:?}"));
        }
        self.clients[client].last = Some(this);
        self.clients[client].own.push(note);
        self.acknowledged.push(note);
    }

    fn see(&mut self, client: usize, ticket: Uuid, v: u64, kept: usize, added: &[Uuid]) {
        let held = self.clients[client].tickets.remove(&ticket);
        let (before, mut list) = held.unwrap_or_default();
        if v < before {
            self.faults.push(format!("BACKWARDS: {client} saw {ticket} at {before}, then {v}"));
        }
        let dropped = list.split_off(kept.min(list.len()));
        list.extend_from_slice(added);
        for note in dropped.iter().filter(|note| !list.contains(note)) {
            self.faults.push(format!("GONE: {client} saw {note}, and then no more"));
        }
        for note in added.iter().filter(|note| !dropped.contains(note)) {
            self.arrive(client, ticket, *note);
        }
        self.in_order(client, ticket, &list, added);
        self.clients[client].tickets.insert(ticket, (v, list));
    }

    fn arrive(&mut self, client: usize, ticket: Uuid, note: Uuid) {
        match self.notes.get(&note) {
            None => self.faults.push(format!("FROM NOWHERE: {client} saw {note}")),
            Some(known) if known.ticket != ticket => {
                self.faults.push(format!("ASTRAY: {client} saw {note} on {ticket}"));
            }
            Some(_) => {}
        }
        if !self.clients[client].known.insert(note) {
            self.faults.push(format!("TWICE: {client} saw {note} again"));
        }
    }

    /// Whether what each device wrote stands there as it was written, and nothing was left out between.
    fn in_order(&mut self, client: usize, ticket: Uuid, list: &[Uuid], added: &[Uuid]) {
        let authors: BTreeSet<usize> =
            added.iter().filter_map(|note| self.notes.get(note)).map(|note| note.client).collect();
        for author in authors {
            let of = |note: &&Uuid| self.notes.get(note).is_some_and(|note| note.client == author);
            let there = list.iter().filter(of);
            let places: Vec<usize> = there.map(|note| self.notes[note].place).collect();
            if !places.iter().copied().eq(0..places.len()) {
                self.faults.push(format!(
                    "OUT OF ORDER: {client} saw what {author} wrote on {ticket} as {places:?}"
                ));
            }
        }
    }

    fn hear(&mut self, client: usize, v: u64) {
        let known = &mut self.clients[client];
        if v < known.heard {
            self.faults.push(format!("BACKWARDS: {client} had heard {}, then {v}", known.heard));
        }
        known.heard = v;
        for note in std::mem::take(&mut known.own) {
            if !known.known.contains(&note) {
                self.faults.push(format!("OWN WRITE MISSING: {note} of {client}"));
            }
        }
        let (from, to) = (known.checked, known.asked);
        known.checked = to.max(from);
        for note in self.acknowledged.get(from..to).unwrap_or_default().to_vec() {
            if self.visible(client, note) && !self.clients[client].known.contains(&note) {
                self.faults.push(format!("STALE: {note} was there before {client} asked"));
            }
        }
    }

    /// Whether a client has the right to see this element: all, or those on tickets it registered.
    fn visible(&self, client: usize, note: Uuid) -> bool {
        let ticket = self.notes[&note].ticket;
        self.finals[client].sees_all
            || self.written.get(&(client, ticket)).is_some_and(|notes| !notes.is_empty())
    }

    fn end(&mut self) {
        for client in 0..self.clients.len() {
            let owed = self.notes.iter().filter(|(note, known)| {
                known.acknowledged.is_some() && self.visible(client, **note)
            });
            let lost = owed.filter(|(note, _)| !self.clients[client].known.contains(note));
            let lost: Vec<String> =
                lost.map(|(note, _)| format!("LOST: {client} does not see {note}")).collect();
            self.faults.extend(lost);
        }
        let Some(whole) = self.finals.iter().find(|last| last.sees_all) else { return };
        let whole: BTreeMap<Uuid, u64> = whole.tickets.iter().copied().collect();
        for (client, last) in self.finals.iter().enumerate() {
            let differs = last.tickets.iter().any(|(ticket, row)| whole.get(ticket) != Some(row));
            if differs || last.sees_all && last.tickets.len() != whole.len() {
                self.faults.push(format!("NOT THE SAME: {client} holds other rows"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    const TICKET: u128 = 1000;

    fn invoke(client: usize, note: u128) -> (usize, What) {
        (client, What::Invoke { note: id(note), ticket: id(TICKET) })
    }

    fn ok(client: usize, note: u128, v: u64) -> (usize, What) {
        (client, What::Ok { note: id(note), v })
    }

    fn saw(client: usize, v: u64, kept: usize, added: &[u128]) -> (usize, What) {
        let added = added.iter().map(|note| id(*note)).collect();
        (client, What::Saw { ticket: id(TICKET), v, kept, added })
    }

    fn heard(client: usize, v: u64) -> (usize, What) {
        (client, What::Heard { v })
    }

    /// Checks what two clients did, both with the right to see everything.
    fn check_of(events: Vec<(usize, What)>) -> Vec<String> {
        let last = Final { sees_all: true, tickets: vec![(id(TICKET), 7)] };
        let events = (0..).zip(events).map(|(at, (client, what))| Event { at, client, what });
        check(&History { events: events.collect(), finals: vec![last.clone(), last] })
    }

    fn falls(events: Vec<(usize, What)>, word: &str) {
        let faults = check_of(events);
        assert!(faults.iter().any(|fault| fault.starts_with(word)), "{word}: {faults:?}");
    }

    /// Two entries of one client, seen by both.
    fn sound() -> Vec<(usize, What)> {
        vec![
            invoke(0, 1),
            invoke(0, 2),
            ok(0, 1, 5),
            ok(0, 2, 6),
            saw(0, 6, 0, &[1, 2]),
            heard(0, 6),
            (1, What::Ask),
            saw(1, 6, 0, &[1, 2]),
            heard(1, 6),
        ]
    }

    #[test]
    fn a_sound_history_passes() {
        assert_eq!(check_of(sound()), Vec::<String>::new());
    }

    #[test]
    fn an_entry_of_unknown_fate_may_be_there_or_not() {
        let open = |seen: &[u128]| {
            vec![invoke(0, 1), (0, What::Info), saw(0, 5, 0, seen), saw(1, 5, 0, seen)]
        };
        assert_eq!(check_of(open(&[])), Vec::<String>::new());
        assert_eq!(check_of(open(&[1])), Vec::<String>::new());
    }

    #[test]
    fn a_lost_entry_falls() {
        let mut events = sound();
        events.extend([invoke(1, 3), ok(1, 3, 9)]);
        falls(events, "LOST");
    }

    #[test]
    fn a_doubled_entry_falls() {
        let mut events = sound();
        events.push(saw(1, 7, 2, &[1]));
        falls(events, "TWICE");
        let mut events = sound();
        events.push(ok(0, 1, 9));
        falls(events, "TWICE");
    }

    #[test]
    fn a_changed_order_falls() {
        falls(vec![invoke(0, 1), invoke(0, 2), saw(1, 6, 0, &[2, 1])], "OUT OF ORDER");
        falls(vec![invoke(0, 1), invoke(0, 2), saw(1, 6, 0, &[2])], "OUT OF ORDER");
        falls(vec![invoke(0, 1), invoke(0, 2), ok(0, 2, 5), ok(0, 1, 6)], "OUT OF ORDER");
    }

    #[test]
    fn a_stale_read_falls() {
        falls(
            vec![invoke(0, 1), ok(0, 1, 5), saw(0, 5, 0, &[1]), (1, What::Ask), heard(1, 5)],
            "STALE",
        );
        // Asked before it was acknowledged: not seeing it is no fault.
        let early = vec![
            invoke(0, 1),
            (1, What::Ask),
            ok(0, 1, 5),
            saw(0, 5, 0, &[1]),
            heard(1, 4),
            saw(1, 5, 0, &[1]),
        ];
        assert_eq!(check_of(early), Vec::<String>::new());
    }

    #[test]
    fn a_read_that_goes_back_falls() {
        let mut events = sound();
        events.push(saw(1, 7, 1, &[]));
        falls(events, "GONE");
        let mut events = sound();
        events.push(saw(1, 4, 2, &[]));
        falls(events, "BACKWARDS");
        let mut events = sound();
        events.push(heard(1, 3));
        falls(events, "BACKWARDS");
    }

    #[test]
    fn an_own_write_that_is_missing_falls() {
        falls(vec![invoke(0, 1), ok(0, 1, 5), heard(0, 5)], "OWN WRITE MISSING");
        falls(vec![invoke(0, 1), (0, What::Unseen { note: id(1) })], "UNSEEN");
    }

    #[test]
    fn an_entry_nobody_wrote_falls() {
        falls(vec![saw(0, 5, 0, &[1])], "FROM NOWHERE");
    }

    #[test]
    fn clients_that_end_with_other_rows_fall() {
        let last = |row| Final { sees_all: true, tickets: vec![(id(TICKET), row)] };
        let history = History { events: Vec::new(), finals: vec![last(1), last(2)] };
        assert_eq!(check(&history), ["NOT THE SAME: 1 holds other rows"]);
    }
}
