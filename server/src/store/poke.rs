//! The poke between processes that share a database: soon by `notify` after the commit, always by looking at
//! the head twice a second. Nothing depends on a poke; one that is lost only makes something come later.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::{Duration, Instant},
};

use domain::{Id, scope::Scope};
use tokio::sync::broadcast;
use tokio_postgres::Config;
use uuid::Uuid;

use super::{Poke, postgres::Session};
use crate::error::Error;

/// What processes call to each other on.
const CHANNEL: &str = "doorstep";
/// Calls are at least this far apart, so that there are twenty a second at most: each takes a lock that all
/// commits of the database share.
const APART: Duration = Duration::from_millis(50);
/// How often the head is looked at, whatever was heard.
const LOOK: Duration = Duration::from_millis(500);
/// What fits into a call: Postgres takes 8,000 bytes.
const BYTES_MAX: usize = 7_000;

/// Which revisions the listeners of this process have been told of.
#[derive(Debug, Default)]
struct Told {
    /// Of all up to here.
    upto: u64,
    /// And of these beyond, from after the first up to the second.
    ahead: BTreeMap<u64, u64>,
    /// The head at the last look, when it was not told of yet.
    seen: Option<u64>,
}

impl Told {
    fn from(v: u64) -> Self {
        Self { upto: v, ..Self::default() }
    }

    /// Notes that the listeners were told of what is after one revision up to another.
    fn note(&mut self, after: u64, v: u64) {
        let to = self.ahead.entry(after).or_insert(v);
        *to = v.max(*to);
        while let Some(first) = self.ahead.first_entry()
            && *first.key() <= self.upto
        {
            self.upto = self.upto.max(first.remove());
        }
    }

    /// Looks at the head; says after which revision and up to which nobody called anything out.
    ///
    /// With `patience` it waits for the next look first: a call may be on its way.
    fn missed(&mut self, v: u64, patience: bool) -> Option<(u64, u64)> {
        let known = if patience { self.seen.take() } else { Some(v) };
        let missed = known.filter(|known| *known > self.upto).map(|known| (self.upto, known));
        if let Some((after, to)) = missed {
            self.note(after, to);
        }
        self.seen = (v > self.upto).then_some(v);
        missed
    }
}

/// What this process tells its own listeners, whoever wrote.
pub(super) struct Crier {
    pokes: broadcast::Sender<Poke>,
    told: Mutex<Told>,
    /// Names this process in its calls.
    name: Uuid,
}

impl Crier {
    pub(super) fn new(pokes: broadcast::Sender<Poke>, v: u64) -> Self {
        Self { pokes, told: Mutex::new(Told::from(v)), name: Uuid::now_v7() }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    /// Tells the listeners of this process.
    pub(super) fn tell(&self, poke: Poke) {
        self.told().note(poke.after, poke.v);
        // Nobody may be listening.
        let _ = self.pokes.send(poke);
    }
}

/// Starts calling and hearing; what is sent to the answer is called out.
///
/// # Errors
/// Where there are no threads left.
pub(super) fn start(
    config: Config,
    crier: &Arc<Crier>,
    over: &Arc<AtomicBool>,
) -> Result<Sender<Poke>, Error> {
    let (calls, written) = channel();
    let thread = |name: &str| std::thread::Builder::new().name(name.into());
    let (to, caller) = (config.clone(), crier.clone());
    thread("caller").spawn(move || call(&to, &caller, &written)).map_err(Error::internal)?;
    let (hearer, over) = (crier.clone(), over.clone());
    thread("hearer").spawn(move || hear(&config, &hearer, &over)).map_err(Error::internal)?;
    Ok(calls)
}

/// Calls out to the other processes what this one wrote, until it stops.
fn call(config: &Config, crier: &Crier, written: &Receiver<Poke>) {
    let mut speaker: Option<Session> = None;
    let mut calls: Vec<Poke> = written.recv().into_iter().collect();
    while !calls.is_empty() {
        if speaker.as_ref().is_none_or(Session::is_closed) {
            speaker = Session::open(config, false).ok();
        }
        if let Some(speaker) = &speaker {
            let text = spoken(crier.name, &calls);
            // Not every database can; then the others look.
            let _ = speaker.call(CHANNEL, &text);
        }
        // What comes within the pause goes together; after a longer one the next goes at once.
        calls.clear();
        let until = Instant::now() + APART;
        loop {
            match written.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(poke) => calls.push(poke),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        if calls.is_empty() {
            calls.extend(written.recv());
        }
    }
}

/// Hears the other processes, until this one stops.
fn hear(config: &Config, crier: &Crier, over: &AtomicBool) {
    let mut ear: Option<(Session, bool)> = None;
    while !over.load(Ordering::Relaxed) {
        let Some((session, listens)) = &ear else {
            ear = Session::open(config, false).ok().map(|session| {
                let listens = session.command(&format!("listen {CHANNEL}")).is_ok();
                (session, listens)
            });
            if ear.is_none() {
                std::thread::park_timeout(LOOK);
            }
            continue;
        };
        let until = Instant::now() + LOOK;
        while !session.is_closed() && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            if let Some(call) = session.heard(left) {
                crier.hear(&call);
            }
        }
        match session.shown("select v from head").map(|v| v.and_then(|v| v.parse().ok())) {
            Ok(Some(v)) => crier.look(v, *listens),
            _ => ear = None,
        }
    }
}

impl Crier {
    /// Passes on what another process calls out.
    fn hear(&self, text: &str) {
        match understood(text) {
            Some((name, poke)) if name != self.name => self.tell(poke),
            _ => {}
        }
    }

    /// Passes on what nobody called out although the head has moved.
    fn look(&self, v: u64, listens: bool) {
        let missed = self.told().missed(v, listens);
        if let Some((after, v)) = missed {
            let _ = self.pokes.send(Poke { after, v, scopes: None });
        }
    }
}

/// `name after v scope scope …`; without scopes where there are too many, which means: anybody.
fn spoken(name: Uuid, calls: &[Poke]) -> String {
    let after = calls.iter().map(|poke| poke.after).min().unwrap_or_default();
    let v = calls.iter().map(|poke| poke.v).max().unwrap_or_default();
    let head = format!("{} {after} {v}", name.simple());
    let mut scopes = BTreeSet::new();
    for poke in calls {
        let Some(touched) = &poke.scopes else { return head };
        scopes.extend(touched.iter().map(Scope::text));
    }
    let mut text = head.clone();
    for scope in &scopes {
        text.push(' ');
        text.push_str(scope);
        if text.len() > BYTES_MAX {
            return head;
        }
    }
    text
}

fn understood(text: &str) -> Option<(Uuid, Poke)> {
    let mut words = text.split(' ');
    let name = Uuid::parse_str(words.next()?).ok()?;
    let (after, v) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let scopes: Option<BTreeSet<Scope>> = words.map(scope).collect();
    // A scope of another version of this program: then it may be anybody's.
    let scopes = scopes.filter(|scopes| !scopes.is_empty()).map(Arc::new);
    Some((name, Poke { after, v, scopes }))
}

fn scope(text: &str) -> Option<Scope> {
    Some(match text {
        "all" => Scope::All,
        "desk" => Scope::Desk,
        "parts" => Scope::Parts,
        _ => Scope::Person(Id::new(Uuid::parse_str(text.strip_prefix("u:")?).ok()?)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poke(after: u64, v: u64, scopes: &[Scope]) -> Poke {
        Poke { after, v, scopes: Some(Arc::new(scopes.iter().cloned().collect())) }
    }

    #[test]
    fn what_was_called_out_is_not_told_again() {
        let mut told = Told::from(10);
        told.note(10, 12);
        told.note(14, 15);
        assert_eq!(told.missed(12, true), None);
        told.note(12, 14);
        assert_eq!((told.missed(15, true), told.missed(15, true), told.upto), (None, None, 15));
    }

    #[test]
    fn a_call_that_is_late_has_until_the_next_look_and_one_that_is_lost_is_made_up_for() {
        let mut told = Told::from(10);
        assert_eq!(told.missed(11, true), None);
        told.note(10, 11);
        assert_eq!(told.missed(13, true), None);
        // Ours after theirs: what is missing lies before it.
        told.note(13, 14);
        assert_eq!(told.missed(14, true), Some((11, 13)));
        assert_eq!((told.missed(14, true), told.upto), (None, 14));
        // Where nobody can call there is nothing to wait for.
        assert_eq!(told.missed(20, false), Some((14, 20)));
    }

    #[test]
    fn a_call_says_who_when_and_whom_it_concerns() {
        let (name, person) = (Uuid::now_v7(), Scope::Person(Id::derived("somebody")));
        let calls = [poke(3, 4, &[Scope::Desk]), poke(4, 9, std::slice::from_ref(&person))];
        let (heard, all) = understood(&spoken(name, &calls)).unwrap();
        assert_eq!((heard, all.after, all.v), (name, 3, 9));
        assert!(all.concerns(&[person].into()) && !all.concerns(&[Scope::Parts].into()));
        let many: Vec<Scope> =
            (0..300).map(|n| Scope::Person(Id::derived(&n.to_string()))).collect();
        let text = spoken(name, &[poke(1, 2, &many)]);
        assert!(text.len() < BYTES_MAX && understood(&text).unwrap().1.scopes.is_none());
        assert!(understood("something else").is_none());
    }
}
