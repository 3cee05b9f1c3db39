//! A server with its books in memory and a phone for everybody, without any network between them.

use std::collections::BTreeMap;

use domain::{
    Amendment, Command, Envelope, Id, Key, Lookup, Timestamp, apply,
    ledger::{self, memory::Memory},
    replica::Replica,
    scope,
    user::{SYSTEM, User},
    wire::{Push, Registered, Request},
};
use uuid::Uuid;

use crate::{
    cast,
    deeds::{Known, Mind},
    dice::Dice,
    weather,
};

/// What came of a deed, as far as its author is told.
#[derive(Debug, PartialEq)]
pub struct Applied {
    pub amendment: Option<Amendment>,
    /// Whether anything had to change.
    pub some: bool,
}

pub struct Office {
    /// What the phone made of its newest deed.
    pub predicted: Option<Applied>,
    pub books: Memory,
    pub people: Vec<Person>,
    /// Whether every deed is sealed by a clock that is years off.
    pub wild_clocks: bool,
    dice: Dice,
    order: Dice,
    clocks: Dice,
    known: Known,
    habits: weather::Office,
    minute: i64,
}

#[derive(Clone)]
pub struct Person {
    pub user: Id<User>,
    pub replica: Replica,
}

impl Person {
    pub fn ask(&self) -> Request {
        self.replica.request("", Timestamp(cast::START))
    }
}

impl Office {
    /// The organisation of this seed on its first morning, with everything on every phone.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 1);
        let users = cast::people(&mut dice);
        let habits = weather::Weather::of(&mut dice).office;
        let mut books = Memory::new(Uuid::from_u128(9));
        let mut draft = books.begin();
        for (n, command) in (0u128..).zip(cast::opening(&users)) {
            let order = (Uuid::from_u128(0x10_0000 + n), Timestamp(cast::START), command);
            ledger::order(&mut draft, SYSTEM, &order, Timestamp(cast::START)).unwrap();
        }
        let changes = draft.done();
        books.commit(changes);
        let people = (1..).zip(&users).map(|(n, user)| {
            let replica = Id::new(Uuid::from_u128(n));
            let device_code = format!("D{n}");
            books.register(replica, user.id, &device_code);
            Person {
                user: user.id,
                replica: Replica::new(user.id, Registered { replica, device_code }),
            }
        });
        let people: Vec<Person> = people.collect();
        let known =
            Known { people: users.iter().map(|user| user.id).collect(), ..Known::default() };
        let (order, clocks) = (Dice::new(seed, 2), Dice::new(seed, 3));
        let (wild_clocks, predicted) = (false, None);
        let mut office = Self {
            predicted,
            books,
            people,
            wild_clocks,
            dice,
            order,
            clocks,
            known,
            habits,
            minute: 0,
        };
        (0..office.people.len()).for_each(|n| office.sync(n));
        office
    }

    /// Somebody.
    pub fn anybody(&mut self) -> usize {
        self.order.place(self.people.len())
    }

    /// What comes to this person's mind.
    pub fn think(&mut self, n: usize) -> Option<(Uuid, Command, u32)> {
        let now = self.now();
        let person = &self.people[n];
        let me: User = person.replica.find(person.user)?;
        let (known, view, office) = (&mut self.known, &person.replica, &self.habits);
        let mind = Mind { dice: &mut self.dice, known, view, me: &me, now, office };
        let (command, numbers) = mind.think()?;
        Some((self.dice.id(now.0), command, numbers))
    }

    /// Does it, if the rules allow it on what this phone knows.
    pub fn carry(&mut self, n: usize, deed: Option<(Uuid, Command, u32)>) -> bool {
        let Some((mid, command, numbers)) = deed else { return false };
        let mut at = self.now();
        self.minute += 1;
        if self.wild_clocks {
            let years = self.clocks.between(0, 20) as i64 - 10;
            at = at.plus_minutes(years * 366 * 24 * 60);
        }
        if let Command::Ticket(id, domain::ticket::Command::Register { .. }) = &command {
            self.known.tickets.push(*id);
        }
        if let Command::PartRequest(id, domain::part_request::Command::Submit { .. }) = &command {
            self.known.requests.push(*id);
        }
        let person = &mut self.people[n];
        let envelope = Envelope { mid, by: person.user, at, doubtful: false, command };
        self.predicted = apply(&person.replica, &envelope)
            .ok()
            .map(|done| Applied { amendment: done.amendment, some: !done.rows.is_empty() });
        let Ok(plan) = person.replica.send(envelope, numbers) else { return false };
        person.replica.commit(plan);
        true
    }

    /// Thinks of something and does it.
    pub fn act(&mut self, n: usize) -> bool {
        let deed = self.think(n);
        self.carry(n, deed)
    }

    /// A request reaches the server; nobody hears the answer.
    pub fn push(&mut self, n: usize, request: &Request) -> Push {
        let by = self.people[n].user;
        let received = self.now();
        let mut draft = self.books.begin();
        let push = ledger::push(&mut draft, by, request, received, &|_| false).unwrap();
        let changes = draft.done();
        self.books.commit(changes);
        push
    }

    /// Rounds until everything is said.
    pub fn sync(&mut self, n: usize) {
        let mut person = self.people[n].clone();
        loop {
            let request = person.ask();
            let push = self.push(n, &request);
            let response = self.answer(&person, &request, push);
            let more = response.more;
            let plan = person.replica.merge(&request, response, self.now()).unwrap();
            person.replica.commit(plan);
            if !more && !person.replica.is_owed() {
                break;
            }
        }
        self.people[n] = person;
    }

    /// Rounds that only listen.
    pub fn listen(&self, person: &mut Person, budget: Option<u32>) {
        loop {
            let mut request = person.ask();
            request.envelopes.clear();
            if let (Some(ask), Some(budget)) = (&mut request.stretch, budget) {
                ask.budget = budget;
            }
            let response = self.answer(person, &request, Push::Done);
            let more = response.more;
            let plan = person.replica.merge(&request, response, self.now()).unwrap();
            person.replica.commit(plan);
            if !more && person.replica.head().walk.is_none() {
                break;
            }
        }
    }

    /// Which rows this person should hold.
    pub fn view(&self, n: usize) -> BTreeMap<Key, u64> {
        let user: User = self.books.find(self.people[n].user).unwrap();
        let view = self.books.view(&scope::grants(&user));
        view.into_iter().map(|(key, (v, _))| (key, v)).collect()
    }

    fn answer(&self, person: &Person, request: &Request, push: Push) -> domain::wire::Response {
        let user: User = self.books.find(person.user).unwrap();
        let grants = scope::grants(&user);
        ledger::answer(&self.books, request, push, Some(&grants), self.now()).unwrap()
    }

    fn now(&self) -> Timestamp {
        Timestamp(cast::START).plus_minutes(self.minute)
    }
}
