//! What clients asked, heard and saw, with the times of one clock: the material of the history check.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use uuid::Uuid;

/// Something a client did or noticed.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Nanoseconds since the beginning.
    pub at: u64,
    pub client: usize,
    pub what: What,
}

/// What it was.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// An entry was written on the device; its next questions carry it.
    Invoke { note: Uuid, ticket: Uuid },
    /// The server said yes to it, at this revision.
    Ok { note: Uuid, v: u64 },
    /// A question got no answer: nobody knows what became of what it carried.
    Info,
    /// A question goes out.
    Ask,
    /// The history of a ticket as it arrived: so many entries as known before, then these.
    Saw { ticket: Uuid, v: u64, kept: usize, added: Vec<Uuid> },
    /// Everything there was to hear up to this revision has arrived.
    Heard { v: u64 },
    /// The person's own entry is not on their screen.
    Unseen { note: Uuid },
}

/// One client's knowledge at the end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Final {
    /// Whether this client may see every ticket.
    pub sees_all: bool,
    /// Each ticket with a digest of the whole row.
    pub tickets: Vec<(Uuid, u64)>,
}

/// Everything that was recorded.
#[derive(Debug, Default)]
pub struct History {
    pub events: Vec<Event>,
    /// By client.
    pub finals: Vec<Final>,
}

/// Where clients write it down. The lock makes the order of the events the order of their times.
#[derive(Clone)]
pub struct Recorder {
    start: Instant,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Recorder {
    pub fn new() -> Self {
        Self { start: Instant::now(), events: Arc::default() }
    }

    /// Writes down what happened now.
    pub fn note(&self, client: usize, what: What) {
        let mut events = self.events.lock().unwrap_or_else(|poison| poison.into_inner());
        let at = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        events.push(Event { at, client, what });
    }

    /// All of it.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(|poison| poison.into_inner()))
    }
}
