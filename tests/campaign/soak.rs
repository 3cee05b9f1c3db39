//! `soak`: many clients write and read while servers are killed every few seconds; then the history check.
//!
//! Proves the promises of `checker` for what these clients did, with real processes, sockets and a real
//! database, SQLite with one server or PostgreSQL with two of which a random one is killed. It does not prove
//! them for every order of events; the simulation goes further there, with a machine it invents.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{Id, Row, ticket::Ticket};
use uuid::Uuid;

use super::{
    Done,
    checker::check,
    device::{Device, Heard, Written, entries},
    ground::Person,
    history::{Final, History, Recorder, What},
    line::Trouble,
    lossy::Dice,
    server::{Place, Program, Server, free_address},
};

/// How many entries a ticket gets: long histories are dear to send and prove no more.
const ENTRIES_MAX: usize = 30;
/// How many open tickets a client wants to choose from.
const CHOICE: usize = 4;

/// What a soak is to do.
pub struct Soak<'a> {
    pub program: &'a Program,
    pub place: Place,
    pub people: &'a [Person],
    pub seconds: u64,
    pub seed: u64,
}

/// Runs it. Answers with what is wrong.
///
/// # Errors
/// Where it could not be carried out.
pub async fn run(soak: &Soak<'_>) -> Done<Vec<String>> {
    // Several servers share a database; a file has one.
    let count = if matches!(soak.place, Place::Database(_)) { 2 } else { 1 };
    let mut servers = Vec::new();
    for _ in 0..count {
        servers.push(Server::start(soak.program, &soak.place, free_address()).await?);
    }
    let addresses: Vec<SocketAddr> = servers.iter().map(|server| server.address).collect();
    let (recorder, stop) = (Recorder::new(), Arc::new(AtomicBool::new(false)));
    let mut work = Vec::new();
    for (number, person) in soak.people.iter().enumerate() {
        let address = addresses[number % addresses.len()];
        let device = Device::fresh(person, address).await;
        let client = Client {
            number,
            device: device.map_err(|trouble| format!("no device: {trouble}"))?,
            addresses: addresses.clone(),
            recorder: recorder.clone(),
            dice: Dice::new(soak.seed ^ ((number as u64 + 1) << 32)),
            tickets: BTreeMap::new(),
        };
        work.push(tokio::spawn(client.work(stop.clone())));
    }
    let kills = disturb(soak, &mut servers).await?;
    stop.store(true, Ordering::Relaxed);
    let mut clients = Vec::new();
    for one in work {
        clients.push(one.await.map_err(|why| why.to_string())??);
    }
    let mut finals = Vec::new();
    // Twice: what the last one had to say, the first has not heard in the first turn.
    for _ in 0..2 {
        finals.clear();
        for client in &mut clients {
            finals.push(client.finish().await?);
        }
    }
    let history = History { events: recorder.take(), finals };
    let yes = history.events.iter().filter(|event| matches!(event.what, What::Ok { .. })).count();
    let info = history.events.iter().filter(|event| event.what == What::Info).count();
    println!(
        "soak: {} clients, {} events, {yes} acknowledged, {info} questions without an answer, {kills} kills",
        clients.len(),
        history.events.len(),
    );
    if yes == 0 || kills > 2 && info == 0 {
        return Ok(vec!["nothing was put to the test".into()]);
    }
    Ok(check(&history))
}

/// Kills one of the servers every few seconds and starts it again, until the time is up.
async fn disturb(soak: &Soak<'_>, servers: &mut [Server]) -> Done<usize> {
    let (mut dice, start, mut kills) = (Dice::new(soak.seed), Instant::now(), 0);
    let time = Duration::from_secs(soak.seconds);
    while start.elapsed() < time {
        tokio::time::sleep(Duration::from_millis(dice.between(800, 3000))).await;
        let which = (dice.any() % servers.len() as u64) as usize;
        servers[which].kill();
        kills += 1;
        let address = servers[which].address;
        servers[which] = Server::start(soak.program, &soak.place, address).await?;
    }
    Ok(kills)
}

/// A client that writes down what it does and sees.
struct Client {
    number: usize,
    device: Device,
    addresses: Vec<SocketAddr>,
    recorder: Recorder,
    dice: Dice,
    /// The tickets it sees, with their entries.
    tickets: BTreeMap<Id<Ticket>, Vec<Uuid>>,
}

impl Client {
    async fn work(mut self, stop: Arc<AtomicBool>) -> Done<Self> {
        self.settle().await?;
        while !stop.load(Ordering::Relaxed) {
            if self.dice.percent(60) && self.device.replica.waiting().unanswered < 50 {
                for _ in 0..self.dice.between(1, 3) {
                    self.write()?;
                }
            }
            if self.dice.percent(3) {
                self.recorder.note(self.number, What::Info);
                self.device.ask_and_hang_up().await;
            } else {
                self.round().await?;
            }
            let pause = self.dice.between(20, 250);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Ok(self)
    }

    fn write(&mut self) -> Done {
        let open = self.tickets.iter().filter(|(_, entries)| entries.len() < ENTRIES_MAX);
        let open: Vec<Id<Ticket>> = open.map(|(ticket, _)| *ticket).collect();
        let some = self.dice.any() as usize;
        let written = if open.len() < CHOICE {
            self.device.open_ticket()?
        } else {
            self.device.note(open[some % open.len()])?
        };
        let Written { mid: note, ticket, .. } = written;
        self.tickets.entry(ticket).or_default();
        self.recorder.note(self.number, What::Invoke { note, ticket: ticket.uuid() });
        self.on_screen(&written);
        Ok(())
    }

    /// Whether the person sees what they just wrote or sent.
    fn on_screen(&self, written: &Written) {
        if !self.device.shows(written) {
            self.recorder.note(self.number, What::Unseen { note: written.mid });
        }
    }

    /// One question; whether there is more to hear. A server that is away is no fault.
    async fn round(&mut self) -> Done<bool> {
        self.recorder.note(self.number, What::Ask);
        match self.device.round().await {
            Ok(heard) => {
                self.take(&heard);
                Ok(heard.more)
            }
            Err(Trouble::Lost(_) | Trouble::No { status: 503, .. }) => {
                self.recorder.note(self.number, What::Info);
                let some = self.dice.any() as usize;
                self.device.turn_to(self.addresses[some % self.addresses.len()]);
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok(true)
            }
            Err(trouble) => Err(format!("client {}: {trouble}", self.number)),
        }
    }

    fn take(&mut self, heard: &Heard) {
        for (v, ticket) in heard.tickets() {
            let list: Vec<Uuid> = entries(ticket).collect();
            let before = self.tickets.entry(ticket.id).or_default();
            let kept = before.iter().zip(&list).take_while(|(old, new)| old == new).count();
            let saw = What::Saw { ticket: ticket.id.uuid(), v, kept, added: list[kept..].to_vec() };
            *before = list;
            self.recorder.note(self.number, saw);
        }
        for (note, v) in heard.answered() {
            self.recorder.note(self.number, What::Ok { note, v });
        }
        if heard.whole {
            let v = self.device.replica.head().cursor.v;
            self.recorder.note(self.number, What::Heard { v });
        }
        if let Some(last) = self.device.written.last() {
            self.on_screen(last);
        }
    }

    /// Asks until everything is answered and heard.
    async fn settle(&mut self) -> Done {
        let start = Instant::now();
        while self.round().await? || self.device.replica.waiting().unanswered > 0 {
            if start.elapsed() > Duration::from_secs(60) {
                return Err(format!("client {} does not settle", self.number));
            }
        }
        Ok(())
    }

    /// What it knows when all is quiet.
    async fn finish(&mut self) -> Done<Final> {
        self.settle().await?;
        let mut tickets = Vec::new();
        for ticket in self.device.replica.all::<Ticket>() {
            let id = ticket.id.uuid();
            let body = Row::Ticket(ticket).to_json().map_err(|why| why.to_string())?;
            let mut hasher = DefaultHasher::new();
            body.hash(&mut hasher);
            tickets.push((id, hasher.finish()));
        }
        Ok(Final { sees_all: self.device.person.sees_all(), tickets })
    }
}
