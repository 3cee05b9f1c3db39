//! One run: everything that exists, the queue of what happens next, and the dice that order it.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque},
};

use domain::{
    Id, ledger,
    talk::Fault,
    user::{SYSTEM, User},
};
use uuid::Uuid;

use crate::{
    cast::{self, START, moment},
    counts::Counts,
    deeds::Known,
    dice::{Dice, stir},
    disk::Wrote,
    memory::Memory,
    phone::Phone,
    server::{Done, Letter, Process, Reply, Server},
    weather::Weather,
};

/// One run of the simulation.
pub struct World {
    pub dice: Dice,
    pub weather: Weather,
    /// Milliseconds since the run began, on the true clock.
    pub now: u64,
    pub phones: Vec<Phone>,
    pub server: Server,
    pub known: Known,
    pub counts: Counts,
    /// What people did, by the envelope's id.
    pub deeds: BTreeMap<Uuid, Deed>,
    /// Envelopes whose command only a newer server could read.
    pub strange: BTreeSet<Uuid>,
    /// Whether the faults are over and nobody does anything new.
    pub healing: bool,
    /// The first promise that was broken.
    pub broken: Option<String>,
    /// A hash over everything that happened.
    pub trace: u64,
    /// Whether to print each step.
    pub aloud: bool,
    /// The real store beside the books in memory.
    #[cfg(feature = "sqlite")]
    pub mirror: Option<crate::mirror::Mirror>,
    queue: BinaryHeap<Reverse<Due>>,
    lives: u64,
}

/// What somebody did, and what the device told them about it.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    pub phone: usize,
    pub saved: bool,
    /// Whether the only copies went with a disk that was lost.
    pub lost: bool,
    /// Whether it leaves a line in the ticket's history with the envelope's id.
    pub note: Option<domain::Key>,
}

/// Something that happens.
pub enum Event {
    /// A person does something.
    Act {
        phone: usize,
    },
    Open {
        phone: usize,
    },
    SignIn {
        phone: usize,
    },
    Turn {
        phone: usize,
        life: u64,
    },
    Alarm {
        phone: usize,
        life: u64,
        alarm: u64,
    },
    Deadline {
        phone: usize,
        life: u64,
        number: u64,
    },
    Hear {
        phone: usize,
        life: u64,
        number: u64,
        reply: Result<Reply, Fault>,
    },
    /// The browser runs a write.
    Write {
        phone: usize,
        life: u64,
    },
    /// The tab hears what became of it.
    Wrote {
        phone: usize,
        life: u64,
        wrote: Wrote,
    },
    /// The tab reads again what became of it.
    Look {
        phone: usize,
        life: u64,
    },
    /// The tab reads the rows behind its first screen.
    Rest {
        phone: usize,
        life: u64,
    },
    /// Another tab wrote.
    Tell {
        phone: usize,
        life: u64,
    },
    Poke {
        phone: usize,
        v: u64,
    },
    Reach {
        letter: Letter,
    },
    Begin {
        process: usize,
    },
    Commit {
        process: usize,
        life: u64,
    },
    Say {
        process: usize,
        life: u64,
        letter: Letter,
        done: Done,
    },
    Restart {
        process: usize,
    },
    Trouble,
}

struct Due {
    at: u64,
    tie: u64,
    event: Event,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.tie).cmp(&(other.at, other.tie))
    }
}

/// Without the real store there is nothing to compare with.
#[cfg(not(feature = "sqlite"))]
mod no_mirror {
    use domain::{Id, Timestamp, ledger::Order, user::User, wire};
    use uuid::Uuid;

    use super::{Done, Letter, World};

    impl World {
        pub fn look_into_the_mirror(&mut self, _sqlite: bool) {}
        pub fn mirror_orders(&mut self, _: Id<User>, _: &[Order], _: Timestamp) {}
        pub fn mirror_commit(&mut self, _: &[(Letter, Done)], _: Timestamp, _: Vec<Uuid>) {}
        pub fn mirror_answer(
            &mut self,
            _: &Letter,
            _: &wire::Request,
            _: wire::Push,
            _: &wire::Response,
        ) {
        }
    }
}

/// How a run ended.
pub struct Report {
    pub seed: u64,
    pub counts: Counts,
    pub trace: u64,
    pub broken: Option<String>,
}

/// How much happens before everything is mended.
const STEPS_MAX: u64 = 4_000;

impl World {
    /// The world of a seed, at rest: a server with the first rows, and phones that nobody has used.
    pub fn new(seed: u64, sqlite: bool) -> Self {
        let mut dice = Dice::new(seed, 1);
        let weather = Weather::of(&mut dice);
        let people = cast::people(&mut dice);
        let mut server = Server {
            memory: Memory::new(dice.id(START)),
            processes: Vec::new(),
            lock: None,
            waiting: VecDeque::new(),
            sessions: BTreeMap::new(),
            poison: BTreeSet::new(),
            failed: BTreeMap::new(),
            backups: Vec::new(),
            devices: 0,
        };
        for _ in 0..weather.server.processes {
            server.processes.push(Process { alive: true, ..Process::default() });
        }
        let known =
            Known { people: people.iter().map(|user| user.id).collect(), ..Known::default() };
        let mut phones: Vec<Phone> = people.iter().map(|user| Phone::new(user.id)).collect();
        // Somebody has a second device.
        let twin = dice.place(phones.len());
        phones.push(Phone::new(phones[twin].user));
        let mut world = Self {
            dice,
            weather,
            now: 0,
            phones,
            server,
            known,
            counts: Counts::default(),
            deeds: BTreeMap::new(),
            strange: BTreeSet::new(),
            healing: false,
            broken: None,
            trace: 0,
            aloud: false,
            #[cfg(feature = "sqlite")]
            mirror: None,
            queue: BinaryHeap::new(),
            lives: 0,
        };
        world.look_into_the_mirror(sqlite);
        world.order_now(SYSTEM, cast::opening(&people));
        for _ in 0..world.dice.between(1, 4) {
            world.open_a_ticket(&people);
        }
        world.server.backups.push((world.server.memory.newest(), 0));
        for phone in 0..world.phones.len() {
            let pause = world.dice.pause(1_000);
            world.after(pause, Event::SignIn { phone });
            let pause = world.dice.pause(5_000);
            world.after(pause, Event::Act { phone });
        }
        let pause = world.dice.pause(20_000);
        world.after(pause, Event::Trouble);
        world
    }

    /// Runs to the end: the storm, the calm, and what must be true then.
    pub fn run(mut self, seed: u64) -> Report {
        let calm_at = self.dice.between(60, 260);
        while self.broken.is_none()
            && self.counts.deliveries < calm_at
            && self.counts.steps < STEPS_MAX
            && self.step()
        {}
        if self.broken.is_none() {
            self.rest();
        }
        if let Some(why) = &self.broken
            && self.aloud
        {
            println!("BROKEN {why}");
        }
        self.trace = stir(self.trace, self.server.memory.newest() as u64);
        Report { seed, counts: self.counts, trace: self.trace, broken: self.broken }
    }

    /// Carries out orders of the server itself, at once.
    pub fn order_now(&mut self, by: Id<User>, commands: Vec<domain::Command>) {
        let now = moment(self.now);
        let orders: Vec<ledger::Order> =
            commands.into_iter().map(|command| (self.dice.id(now.0), now, command)).collect();
        let epoch = self.dice.id(now.0);
        let mut writing = self.server.memory.begin(&self.server.poison, epoch);
        for order in &orders {
            if let Err(fault) = ledger::order(&mut writing, by, order, now) {
                self.broken = Some(format!("an order of the server failed: {fault:?}"));
                return;
            }
        }
        let draft = writing.draft;
        self.server.memory.commit(draft);
        self.mirror_orders(by, &orders, now);
    }

    /// A number no tab has had.
    pub fn next_life(&mut self) -> u64 {
        self.lives += 1;
        self.lives
    }

    /// Has something happen after so many milliseconds.
    pub fn after(&mut self, pause: u64, event: Event) {
        let tie = self.dice.next();
        self.queue.push(Reverse(Due { at: self.now + pause, tie, event }));
    }

    /// Notes that a promise was broken; the first one counts.
    pub fn broke(&mut self, why: String) {
        self.broken.get_or_insert(why);
    }

    /// The device's clock.
    pub fn clock(&self, phone: usize) -> domain::Timestamp {
        domain::Timestamp(moment(self.now).0 + self.phones[phone].clock_ahead)
    }

    /// Lets the next thing happen; `false` where nothing is left to happen.
    pub fn step(&mut self) -> bool {
        let Some(Reverse(Due { at, event, .. })) = self.queue.pop() else { return false };
        self.now = self.now.max(at);
        self.counts.steps += 1;
        let event = match self.postponed(event) {
            Some(event) => event,
            None => return true,
        };
        let (name, place, number) = event.brief();
        self.trace = stir(self.trace, self.now ^ (name.len() as u64) << 56 ^ place << 48 ^ number);
        if self.aloud {
            println!("{:>12} {name} {place} {number}", self.now);
        }
        match event {
            Event::Act { phone } => self.act(phone),
            Event::Open { phone } => self.open(phone),
            Event::SignIn { phone } => self.sign_in(phone),
            Event::Turn { phone, life } => self.turn(phone, life),
            Event::Alarm { phone, life, alarm } => self.alarm(phone, life, alarm),
            Event::Deadline { phone, life, number } => {
                self.hear(phone, life, number, Err(Fault::Unreachable));
            }
            Event::Hear { phone, life, number, reply } => self.hear(phone, life, number, reply),
            Event::Write { phone, life } => self.write(phone, life),
            Event::Wrote { phone, life, wrote } => self.wrote(phone, life, wrote),
            Event::Look { phone, life } => self.look(phone, life),
            Event::Rest { phone, life } => self.read_rest(phone, life),
            Event::Tell { phone, life } => self.told(phone, life),
            Event::Poke { phone, v } => self.poked(phone, v),
            Event::Reach { letter } => self.reach(letter),
            Event::Begin { process } => self.begin(process),
            Event::Commit { process, life } => self.commit(process, life),
            Event::Say { process, life, letter, done } => self.say(process, life, letter, done),
            Event::Restart { process } => {
                self.server.processes[process].alive = true;
                self.after(0, Event::Begin { process });
            }
            Event::Trouble => self.trouble(),
        }
        true
    }

    /// What a frozen tab would hear waits until it thaws.
    fn postponed(&mut self, event: Event) -> Option<Event> {
        let Some((phone, life)) = event.tab() else { return Some(event) };
        let until = self.phones[phone].tab(life)?.frozen_until;
        if until <= self.now {
            return Some(event);
        }
        let pause = until - self.now + self.dice.between(0, 300);
        self.after(pause, event);
        None
    }

    /// What tabs have slept through happens soon.
    pub fn hasten(&mut self) {
        let queue = std::mem::take(&mut self.queue);
        for Reverse(mut due) in queue.into_sorted_vec() {
            if due.event.tab().is_some() && due.at > self.now + 60_000 {
                due.at = self.now + self.dice.below(60_000);
            }
            self.queue.push(Reverse(due));
        }
    }

    /// Everything that is still on its way to the server, however late: delivered now.
    pub fn deliver_ghosts(&mut self) {
        let queue = std::mem::take(&mut self.queue);
        for Reverse(mut due) in queue.into_sorted_vec() {
            if matches!(due.event, Event::Reach { .. } | Event::Hear { .. }) {
                due.at = due.at.min(self.now);
            }
            self.queue.push(Reverse(due));
        }
    }
}

impl Event {
    /// The tab it happens in, if it does.
    fn tab(&self) -> Option<(usize, u64)> {
        match self {
            Self::Turn { phone, life }
            | Self::Alarm { phone, life, .. }
            | Self::Deadline { phone, life, .. }
            | Self::Hear { phone, life, .. }
            | Self::Wrote { phone, life, .. }
            | Self::Look { phone, life }
            | Self::Rest { phone, life }
            | Self::Tell { phone, life } => Some((*phone, *life)),
            _ => None,
        }
    }

    /// Its name, where it happens, and which of several it is: for the trace and for a story.
    fn brief(&self) -> (&'static str, u64, u64) {
        match self {
            Self::Act { phone } => ("a person acts", *phone as u64, 0),
            Self::Open { phone } => ("open", *phone as u64, 0),
            Self::SignIn { phone } => ("sign in", *phone as u64, 0),
            Self::Turn { phone, life } => ("turn", *phone as u64, *life),
            Self::Alarm { phone, life, .. } => ("alarm", *phone as u64, *life),
            Self::Deadline { phone, life, .. } => ("deadline", *phone as u64, *life),
            Self::Hear { phone, life, reply, .. } => {
                let name = match reply {
                    Ok(Reply::Answer(_)) => "hear an answer",
                    Ok(Reply::Registered(_)) => "hear of a registration",
                    Err(_) => "hear of a fault",
                };
                (name, *phone as u64, *life)
            }
            Self::Write { phone, life } => ("write", *phone as u64, *life),
            Self::Wrote { phone, life, wrote } => {
                let name = match wrote {
                    Wrote::Done => "written",
                    Wrote::Stale => "stale",
                    Wrote::Failed => "not written",
                    Wrote::Full => "disk full",
                    Wrote::Unknown => "perhaps written",
                };
                (name, *phone as u64, *life)
            }
            Self::Look { phone, life } => ("look again", *phone as u64, *life),
            Self::Rest { phone, life } => ("read the rest", *phone as u64, *life),
            Self::Tell { phone, life } => ("told of another tab", *phone as u64, *life),
            Self::Poke { phone, v } => ("poke", *phone as u64, *v),
            Self::Reach { letter } => ("reach the server", letter.phone as u64, letter.number),
            Self::Begin { process } => ("begin", *process as u64, 0),
            Self::Commit { process, life } => ("commit", *process as u64, *life),
            Self::Say { process, letter, .. } => ("answer", *process as u64, letter.number),
            Self::Restart { process } => ("restart", *process as u64, 0),
            Self::Trouble => ("trouble", 0, 0),
        }
    }
}
