//! The server's processes over one set of books: who holds the head, who waits, what is answered when.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use domain::{
    Id, Timestamp,
    canary::Canary,
    ledger::{self, Journal, Ledger, Order, ReplicaRow},
    number,
    talk::Fault,
    user::{SYSTEM, User},
    wire::{Ask, Mode, Push, Registered, Request, Response},
};
use uuid::Uuid;

use crate::{
    cast::moment,
    memory::{self, Draft, Memory, Writing},
    world::{Event, World},
};

/// Something on its way to the server.
#[derive(Clone)]
pub struct Letter {
    pub phone: usize,
    pub life: u64,
    pub number: u64,
    pub session: Option<u64>,
    pub user: Id<User>,
    pub parcel: Parcel,
    /// Whether it has spoiled a batch and is run by itself now.
    pub alone: bool,
}

/// What a letter holds.
#[derive(Clone)]
pub enum Parcel {
    Sync(Rc<Request>),
    Register,
    /// From inside the server.
    Orders(Rc<Vec<Order>>),
}

/// What comes back.
pub enum Reply {
    Answer(Box<Response>),
    Registered(Registered),
}

/// What one letter's turn in a transaction came to.
#[derive(Clone)]
pub enum Done {
    Pushed(Push),
    Registered(Registered),
    Ordered,
}

/// One process of the server.
#[derive(Default)]
pub struct Process {
    pub alive: bool,
    /// How often it was started.
    pub life: u64,
    pub letters: VecDeque<Letter>,
    pub open: Option<Open>,
}

/// A transaction that has begun and is not committed.
pub struct Open {
    draft: Draft,
    letters: Vec<(Letter, Done)>,
    received: Timestamp,
    /// The commands that were kept undecided in it.
    doomed: Vec<Uuid>,
}

/// All of the server.
pub struct Server {
    pub memory: Memory,
    pub processes: Vec<Process>,
    /// The process that holds the head.
    pub lock: Option<usize>,
    pub waiting: VecDeque<usize>,
    pub sessions: BTreeMap<u64, Id<User>>,
    pub poison: BTreeSet<Uuid>,
    /// How often a command made the server fail, and when first.
    pub failed: BTreeMap<Uuid, (u32, u64)>,
    /// Commits that could be put back, and when they were made.
    pub backups: Vec<(usize, u64)>,
    pub devices: u32,
}

const BATCH_MAX: usize = 64;
const POISON_TRIES: u32 = 5;
const POISON_MS: u64 = 10 * 60_000;

impl Server {
    /// Whether a command has made the server fail often enough, for long enough.
    fn is_doomed(&self, mid: Uuid, now: u64) -> bool {
        let known = self.failed.get(&mid);
        known.is_some_and(|(times, since)| *times >= POISON_TRIES && now >= since + POISON_MS)
    }
}

impl World {
    /// A letter arrives at some process.
    pub fn reach(&mut self, letter: Letter) {
        let live: Vec<usize> = (0..self.server.processes.len())
            .filter(|place| self.server.processes[*place].alive)
            .collect();
        let Some(&place) = self.dice.pick(&live) else {
            let down =
                Fault::Problem { status: 502, code: String::new(), retry_after_seconds: None };
            return self.fail(&letter, down);
        };
        self.counts.deliveries += 1;
        if let Err(fault) = self.admit(&letter) {
            return self.fail(&letter, fault);
        }
        if let Parcel::Sync(request) = &letter.parcel
            && request.envelopes.is_empty()
            && self.is_resting(request)
        {
            let letter = letter.clone();
            let life = self.server.processes[place].life;
            let pause = self.dice.between(0, 5);
            self.after(
                pause,
                Event::Say { process: place, life, letter, done: Done::Pushed(Push::Done) },
            );
            return;
        }
        self.server.processes[place].letters.push_back(letter);
        let pause = self.dice.between(0, 5);
        self.after(pause, Event::Begin { process: place });
    }

    /// Who may ask at all.
    fn admit(&mut self, letter: &Letter) -> Result<(), Fault> {
        if matches!(letter.parcel, Parcel::Orders(_)) {
            return Ok(());
        }
        let no = |code: &str| Fault::Problem {
            status: 401,
            code: code.into(),
            retry_after_seconds: None,
        };
        let known = letter.session.and_then(|session| self.server.sessions.get(&session));
        if known != Some(&letter.user) {
            return Err(no("session_expired"));
        }
        let books = self.server.memory.now();
        if !books.user(letter.user).is_some_and(|user| user.active) {
            return Err(no("session_revoked"));
        }
        Ok(())
    }

    /// Whether a request without envelopes need not trouble the writer.
    fn is_resting(&self, request: &Request) -> bool {
        let books = self.server.memory.now();
        let known = books.replica(request.replica).ok().flatten();
        let ahead = books.history().is_ok_and(|history| {
            request.cursor.epoch == Some(history.epoch) && request.cursor.v > history.v
        });
        !ahead && known.is_some_and(|known| request.prev_seq <= known.last_seq)
    }

    /// A process takes what waits into one transaction, as soon as it gets the head.
    pub fn begin(&mut self, place: usize) {
        let process = &self.server.processes[place];
        if !process.alive || process.open.is_some() || process.letters.is_empty() {
            // Woken for the head and in no need of it, or dead by now: the turn is the next one's.
            if self.server.lock.is_none() {
                self.release(place);
            }
            return;
        }
        let shared = Canary::SequenceCursor.planted();
        if !shared && self.server.lock.is_some_and(|holder| holder != place) {
            self.counts.waited_for_lock += 1;
            if !self.server.waiting.contains(&place) {
                self.server.waiting.push_back(place);
            }
            return;
        }
        self.server.lock = Some(place);
        let mut batch: Vec<Letter> = Vec::new();
        let letters = &mut self.server.processes[place].letters;
        while batch.len() < BATCH_MAX
            && let Some(next) = letters.front()
            && (!next.alone || batch.is_empty())
            && let Some(letter) = letters.pop_front()
        {
            let alone = letter.alone;
            batch.push(letter);
            if alone {
                break;
            }
        }
        match self.decide(&batch) {
            Ok((draft, done)) => {
                if shared {
                    self.server.memory.reserve(draft.v());
                }
                let letters: Vec<(Letter, Done)> = batch.into_iter().zip(done).collect();
                if Canary::OutcomeBeforeCommit.planted() {
                    self.say_early(&draft, &letters);
                }
                let (received, now) = (moment(self.now), self.now);
                let failed = self.server.failed.keys().copied();
                let doomed = failed.filter(|mid| self.server.is_doomed(*mid, now)).collect();
                self.server.processes[place].open = Some(Open { draft, letters, received, doomed });
                let life = self.server.processes[place].life;
                let usual = self.dice.one([5, 5, 5, 400]);
                let pause = self.dice.pause(usual);
                self.after(pause, Event::Commit { process: place, life });
            }
            Err(fault) => self.spoiled(place, batch, fault),
        }
    }

    fn decide(&mut self, batch: &[Letter]) -> Result<(Draft, Vec<Done>), memory::Fault> {
        let (received, now) = (moment(self.now), self.now);
        let epoch = self.dice.id(received.0);
        let ids: Vec<Uuid> = batch.iter().map(|_| self.dice.id(received.0)).collect();
        let server = &self.server;
        let doomed = |mid: Uuid| server.is_doomed(mid, now);
        let (mut devices, mut repeated) = (server.devices, 0);
        let mut writing = server.memory.begin(&server.poison, epoch);
        let mut done = Vec::with_capacity(batch.len());
        for (letter, id) in batch.iter().zip(ids) {
            done.push(match &letter.parcel {
                Parcel::Sync(request) => {
                    let known = Journal::replica(&writing, request.replica)?;
                    let last = known.map_or(0, |known| known.last_seq);
                    repeated += request.envelopes.iter().filter(|sent| sent.seq <= last).count();
                    Done::Pushed(ledger::push(
                        &mut writing,
                        letter.user,
                        request,
                        received,
                        &doomed,
                    )?)
                }
                Parcel::Register => {
                    devices += 1;
                    Done::Registered(register(&mut writing, letter.user, id, devices, received)?)
                }
                Parcel::Orders(orders) => {
                    for order in orders.iter() {
                        ledger::order(&mut writing, SYSTEM, order, received)?;
                    }
                    Done::Ordered
                }
            });
        }
        let draft = writing.draft;
        self.server.devices = devices;
        self.counts.repeated += repeated as u64;
        Ok((draft, done))
    }

    /// A transaction failed: nothing of it is kept, and each letter is tried by itself.
    fn spoiled(&mut self, place: usize, batch: Vec<Letter>, fault: memory::Fault) {
        self.release(place);
        self.counts.poisoned += 1;
        if batch.len() == 1 {
            if let memory::Fault::Poison(mid) = fault {
                let known = self.server.failed.entry(mid).or_insert((0, self.now));
                known.0 += 1;
            }
            for letter in &batch {
                let fault = Fault::Problem {
                    status: 500,
                    code: "internal".into(),
                    retry_after_seconds: None,
                };
                self.fail(letter, fault);
            }
        } else {
            for letter in batch.into_iter().rev() {
                let letter = Letter { alone: true, ..letter };
                self.server.processes[place].letters.push_front(letter);
            }
        }
        self.after(1, Event::Begin { process: place });
    }

    /// What a process has decided becomes true, or is decided again.
    pub fn commit(&mut self, place: usize, life: u64) {
        let process = &self.server.processes[place];
        if !process.alive || process.life != life {
            return;
        }
        if self.dice.chance(self.weather.server.kill / 8) {
            return self.kill_process(place);
        }
        let process = &mut self.server.processes[place];
        let Some(Open { draft, letters, received, doomed }) = process.open.take() else { return };
        if self.dice.chance(self.weather.server.retry) {
            // The whole closure runs again, and reads the head again.
            self.counts.serialization += 1;
            for (letter, _) in letters.into_iter().rev() {
                self.server.processes[place].letters.push_front(letter);
            }
            self.release(place);
            self.after(1, Event::Begin { process: place });
            return;
        }
        let before = self.server.memory.now().history().map_or(0, |history| history.v);
        self.server.memory.commit(draft);
        self.mirror_commit(&letters, received, doomed);
        self.release(place);
        let after = self.server.memory.now().history().map_or(0, |history| history.v);
        if after > before {
            self.poke(after);
        }
        if !Canary::OutcomeBeforeCommit.planted() {
            for (letter, done) in letters {
                let pause = self.dice.between(0, 3);
                self.after(pause, Event::Say { process: place, life, letter, done });
            }
        }
        self.after(1, Event::Begin { process: place });
    }

    /// Gives the head to whoever waits for it.
    pub fn release(&mut self, place: usize) {
        if self.server.lock == Some(place) {
            self.server.lock = None;
        }
        if let Some(next) = self.server.waiting.pop_front() {
            self.after(0, Event::Begin { process: next });
        }
    }

    /// A process reads a snapshot and answers.
    pub fn say(&mut self, place: usize, life: u64, letter: Letter, done: Done) {
        let process = &self.server.processes[place];
        if !process.alive || process.life != life {
            return;
        }
        if self.dice.chance(self.weather.server.kill / 8) {
            return self.kill_process(place);
        }
        match (done, &letter.parcel) {
            (Done::Registered(registered), _) => {
                self.reply(&letter, Ok(Reply::Registered(registered)));
            }
            (Done::Pushed(push), Parcel::Sync(request)) => {
                let mut commit = self.server.memory.newest();
                // Whoever walks hears of newer rows than its cursor names: there an older snapshot does most.
                let times = if request.stretch.is_some() { 6 } else { 3 };
                let often = (self.weather.server.lag * times).min(900);
                if request.envelopes.is_empty() && self.dice.chance(often) {
                    // A standby that is behind, though not so far that it does not know the device.
                    let lag = self.dice.place(12);
                    let behind = commit.saturating_sub(lag);
                    let known = self.server.memory.as_of(behind).replica(request.replica);
                    if behind < commit && known.is_ok_and(|known| known.is_some()) {
                        self.counts.lagging += 1;
                        commit = behind;
                    }
                }
                match self.answer(&letter, request, push, commit) {
                    Ok(response) => self.reply(&letter, Ok(Reply::Answer(Box::new(response)))),
                    Err(fault) => self.broke(format!("the server could not answer: {fault:?}")),
                }
            }
            _ => {}
        }
    }

    fn answer(
        &mut self,
        letter: &Letter,
        request: &Request,
        push: Push,
        commit: usize,
    ) -> Result<Response, memory::Fault> {
        let books = self.server.memory.as_of(commit);
        let grants = books.grants(letter.user);
        let now = moment(self.now);
        let mut response = ledger::answer(&books, request, push, Some(&grants), now)?;
        let mut asked = None;
        if request.stretch.is_none() && matches!(response.mode, Mode::Stretch(_)) {
            // As if the server itself were more sparing with its first stretch.
            let budget = self.weather.server.stretch_bytes;
            let stretch = Some(Ask { budget, ..Ask::default() });
            let request = Request { stretch, ..request.clone() };
            response = ledger::answer(&books, &request, push, Some(&grants), now)?;
            self.counts.walk += 1;
            asked = Some(request);
        }
        self.mirror_answer(letter, asked.as_ref().unwrap_or(request), push, &response);
        self.tainted(&response, letter.user, commit);
        Ok(response)
    }

    /// The canary that answers before it has committed.
    fn say_early(&mut self, draft: &Draft, letters: &[(Letter, Done)]) {
        let mut said = Vec::new();
        for (letter, done) in letters {
            if let Done::Registered(registered) = done {
                said.push((letter.clone(), Reply::Registered(registered.clone())));
            }
            if let (Done::Pushed(push), Parcel::Sync(request)) = (done, &letter.parcel) {
                let server = &self.server;
                let writing = server.memory.preview(&server.poison, draft);
                let grants = server.memory.now().grants(letter.user);
                let now = moment(self.now);
                let answer = ledger::answer(&writing, request, *push, Some(&grants), now);
                if let Ok(response) = answer {
                    said.push((letter.clone(), Reply::Answer(Box::new(response))));
                }
            }
        }
        for (letter, reply) in said {
            self.reply(&letter, Ok(reply));
        }
    }

    /// A process dies: what it had not committed never was, who waited for it hears nothing.
    pub fn kill_process(&mut self, place: usize) {
        let process = &mut self.server.processes[place];
        if !process.alive {
            return;
        }
        self.counts.server_killed += 1;
        if process.open.take().is_some() {
            self.counts.killed_in_transaction += 1;
        }
        process.alive = false;
        process.life += 1;
        process.letters.clear();
        self.release(place);
        let pause = self.dice.pause(3_000);
        self.after(pause, Event::Restart { process: place });
    }

    /// Somebody puts a backup back: another history begins.
    pub fn restore(&mut self) {
        let young = |(_, made): &&(usize, u64)| self.now - made < 25 * 86_400_000;
        let young: Vec<(usize, u64)> = self.server.backups.iter().filter(young).copied().collect();
        let Some(&(commit, _)) = self.dice.pick(&young) else { return };
        for place in 0..self.server.processes.len() {
            self.kill_process(place);
        }
        let epoch = self.dice.id(moment(self.now).0);
        self.server.memory.restore(commit, epoch);
        self.server.backups.retain(|(made, _)| *made <= commit);
        self.server.waiting.clear();
        self.server.lock = None;
        self.counts.restored += 1;
    }
}

/// Gives a browser profile its replica.
fn register(
    writing: &mut Writing<'_>,
    user: Id<User>,
    id: Uuid,
    device: u32,
    now: Timestamp,
) -> Result<Registered, memory::Fault> {
    let device_code = number::device_code(device);
    let row = ReplicaRow {
        id: Id::new(id),
        user,
        device_code: device_code.clone(),
        last_seq: 0,
        last_at: Timestamp::default(),
        last_seen: now,
    };
    writing.advance(&row, None)?;
    Ok(Registered { replica: row.id, device_code })
}
