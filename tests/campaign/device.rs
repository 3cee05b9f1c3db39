//! A person's phone: the app's own replica over a real connection, without a disk of its own.

use std::{collections::BTreeMap, net::SocketAddr};

use domain::{
    Command, Envelope, Id, Lookup, Timestamp,
    replica::{Plan, Replica},
    ticket::{self, Act, Ticket},
    wire::{Mode, Outcome, Push, Registered, Response},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    ground::Person,
    line::{Line, Trouble},
};

/// How many questions a device asks in a row before it is clear that it gets nowhere.
const ROUNDS_MAX: usize = 500;

/// A phone.
pub struct Device {
    pub person: Person,
    pub replica: Replica,
    line: Line,
    /// Everything that was done here, in order.
    pub written: Vec<Written>,
    /// The first answer to each entry, whatever the server says or forgets later.
    pub heard: BTreeMap<Uuid, Outcome>,
}

/// An entry of a ticket's history that this device made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    pub mid: Uuid,
    pub ticket: Id<Ticket>,
    /// Its number in the journal.
    pub seq: u64,
}

impl Device {
    /// A new device of this person, which has heard all there is.
    ///
    /// # Errors
    /// Where the server does not register it.
    pub async fn ready(person: &Person, address: SocketAddr) -> Result<Self, Trouble> {
        let mut device = Self::fresh(person, address).await?;
        device.settle().await?;
        Ok(device)
    }

    /// A new device of this person, which has heard nothing yet.
    ///
    /// # Errors
    /// Where the server does not register it.
    pub async fn fresh(person: &Person, address: SocketAddr) -> Result<Self, Trouble> {
        let mut line = Line::to(address);
        let registered = register(&mut line, person).await?;
        let replica = Replica::new(person.user.id, registered);
        Ok(Self {
            person: person.clone(),
            replica,
            line,
            written: Vec::new(),
            heard: BTreeMap::new(),
        })
    }

    /// Registers a ticket.
    ///
    /// # Errors
    /// Where the rules say no, which they never should here.
    pub fn open_ticket(&mut self) -> Result<Written, String> {
        let intake: ticket::Intake = serde_json::from_value(json!({
            "title": "空调不制冷", "description": "制冷效果差", "request": "repair",
            "channel": "phone_400", "urgency": "normal", "received_at": now(),
            "contact": {"name": "陈国华", "phone": "13812345678", "address": "学院路 1 号"},
            "machine": {"model": "KFR-35GW", "serial": "SN001"},
        }))
        .map_err(|why| format!("an intake: {why}"))?;
        let command = ticket::Command::Register { intake: Box::new(intake) };
        self.write(Id::new(Uuid::now_v7()), command)
    }

    /// Notes something on a ticket.
    ///
    /// # Errors
    /// Where the rules say no, which they never should here.
    pub fn note(&mut self, ticket: Id<Ticket>) -> Result<Written, String> {
        let text = format!("已联系客户 {}", self.written.len());
        self.write(ticket, ticket::Command::Note { text, visible: false })
    }

    fn write(&mut self, ticket: Id<Ticket>, command: ticket::Command) -> Result<Written, String> {
        let (mid, by, at) = (Uuid::now_v7(), self.person.user.id, now());
        let command = Command::Ticket(ticket, command);
        let envelope = Envelope { mid, by, at, doubtful: false, command };
        let plan = self.replica.send(envelope, 0);
        self.replica.commit(plan.map_err(|refusal| format!("refused here: {refusal:?}"))?);
        let written = Written { mid, ticket, seq: self.replica.head().seq };
        self.written.push(written);
        Ok(written)
    }

    /// One question and its answer. Says what the answer changed.
    ///
    /// # Errors
    /// See [`Trouble`]; the question may have been heard all the same.
    pub async fn round(&mut self) -> Result<Heard, Trouble> {
        let request = self.replica.request("campaign", now());
        let body = serde_json::to_string(&request).map_err(nonsense)?;
        let answer = self.line.call("POST", "/api/v1/sync", &self.person.cookie, &body).await?;
        let response: Response = match answer.now() {
            Some(now) if answer.body.is_empty() => Response::nothing_new(&request, now),
            _ => serde_json::from_slice(&answer.body).map_err(nonsense)?,
        };
        let (more, push) = (response.more, response.push);
        // A walk through the view ends where it began in time; the news since come with the next answer.
        let whole = !more && response.mode == Mode::News;
        if push == Push::Fork {
            let registered = register(&mut self.line, &self.person).await?;
            let plan = self.replica.rechain(registered);
            self.replica.commit(plan);
            return Ok(Heard { more: true, whole: false, plan: None, answered: Vec::new() });
        }
        let plan = self.replica.merge(&request, response, now());
        let plan = plan.ok_or_else(|| nonsense("an answer to a question nobody asked"))?;
        let mut answered = Vec::new();
        for (_, entry) in &plan.entries {
            let (mid, outcome) = (entry.envelope.mid, entry.outcome.clone());
            let Some(outcome) = outcome.filter(|_| !self.heard.contains_key(&mid)) else {
                continue;
            };
            answered.extend(outcome.v().map(|v| (mid, v)));
            self.heard.insert(mid, outcome);
        }
        self.replica.commit(plan.clone());
        Ok(Heard { more, whole, plan: Some(plan), answered })
    }

    /// Asks, and hangs up before the answer.
    pub async fn ask_and_hang_up(&mut self) {
        let request = self.replica.request("campaign", now());
        let body = serde_json::to_string(&request).unwrap_or_default();
        self.line.call_and_hang_up("/api/v1/sync", &self.person.cookie, &body).await;
    }

    /// Talks until everything is answered and heard.
    ///
    /// # Errors
    /// Where a question is not answered, or it never comes to an end.
    pub async fn settle(&mut self) -> Result<(), Trouble> {
        for _ in 0..ROUNDS_MAX {
            if !self.round().await?.more && self.replica.waiting().unanswered == 0 {
                return Ok(());
            }
        }
        Err(nonsense(format!("still unsettled after {ROUNDS_MAX} questions")))
    }

    /// Turns to a server at this address from now on.
    pub fn turn_to(&mut self, address: SocketAddr) {
        self.line.turn_to(address);
    }

    /// What the server first answered to an entry, if it was heard.
    pub fn outcome(&self, written: &Written) -> Option<&Outcome> {
        self.heard.get(&written.mid)
    }

    /// What was acknowledged with a yes.
    pub fn acknowledged(&self) -> impl Iterator<Item = &Written> {
        let yes = |outcome: &Outcome| {
            matches!(outcome, Outcome::Applied { .. } | Outcome::Amended { .. })
        };
        self.written.iter().filter(move |written| self.outcome(written).is_some_and(yes))
    }

    /// Whether the person sees this entry on this device now.
    pub fn shows(&self, written: &Written) -> bool {
        let ticket: Option<Ticket> = self.replica.find(written.ticket);
        ticket.is_some_and(|ticket| entries(&ticket).any(|mid| mid == written.mid))
    }
}

/// What an answer brought.
pub struct Heard {
    /// Whether there is more to hear.
    pub more: bool,
    /// Whether it said everything that was news when the question was asked.
    pub whole: bool,
    plan: Option<Plan>,
    answered: Vec<(Uuid, u64)>,
}

impl Heard {
    /// The tickets that arrived, with their revisions.
    pub fn tickets(&self) -> impl Iterator<Item = (u64, &Ticket)> {
        let puts = self.plan.iter().flat_map(|plan| &plan.puts);
        puts.filter_map(|put| match &*put.row {
            domain::Row::Ticket(ticket) => Some((put.v, ticket)),
            _ => None,
        })
    }

    /// Entries the server said yes to for the first time, with the revisions of their effects.
    pub fn answered(&self) -> impl Iterator<Item = (Uuid, u64)> {
        self.answered.iter().copied()
    }
}

/// The entries of a ticket's history that devices made, in the server's order.
pub fn entries(ticket: &Ticket) -> impl Iterator<Item = Uuid> {
    let ours = |entry: &&ticket::Entry| matches!(entry.act, Act::Registered | Act::Noted);
    ticket.log.iter().filter(ours).map(|entry| entry.id)
}

async fn register(line: &mut Line, person: &Person) -> Result<Registered, Trouble> {
    let answer = line.call("POST", "/api/v1/replicas", &person.cookie, "null").await?;
    serde_json::from_slice(&answer.body).map_err(nonsense)
}

fn nonsense(why: impl std::fmt::Display) -> Trouble {
    Trouble::Nonsense(why.to_string())
}

/// This machine's clock.
pub fn now() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp_millis())
}
