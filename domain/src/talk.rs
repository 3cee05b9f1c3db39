//! When a device talks to the server, and what it makes of the answers: a state machine without a clock.
//!
//! Whoever drives it does what [`Talk::turn`] says and tells what came of it. While something waits to be
//! sent, the answer is never "do nothing": the device is asking, or it waits for a time that is named.

use crate::{
    Timestamp,
    canary::Canary,
    replica::{Head, Replica},
    wire::{Push, Request, Response},
};

/// What to do now.
#[derive(Clone, Debug)]
pub enum Turn {
    /// Ask the server this, merge and store its answer, then tell [`Talk::heard`]; or tell [`Talk::failed`].
    Ask(Box<Request>),
    /// Register as a new replica, store the new chain, then tell [`Talk::registered`]; or tell [`Talk::failed`].
    Register,
    /// Everything is said. Ask again now and then, or when something happens.
    Rest,
    /// Something is in the way: try again after so many milliseconds, or when something happens.
    Wait(u32),
    /// Only a person can go on: nothing is sent until [`Talk::wake`].
    Stop,
}

/// Why to look now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Something was done here.
    Journal,
    /// The server has news.
    Poke,
    /// The page was shown, the network came back.
    World,
    /// A person asked, or signed in.
    Person,
}

/// Why the server gave no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No answer in time.
    Unreachable,
    /// Somebody else answered: a network that wants its own sign-in first.
    Portal,
    /// The server says no.
    Problem { status: u16, code: String, retry_after_seconds: Option<u32> },
    /// The server answered something this version cannot read.
    Unreadable,
}

impl Fault {
    /// The problem's code, or what this device saw: `unreachable`, `portal`, `unreadable`.
    pub fn code(&self) -> &str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Portal => "portal",
            Self::Problem { code, .. } => code,
            Self::Unreadable => "unreadable",
        }
    }
}

/// What a fault means to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing: it is tried again at once.
    Fine,
    /// The server did not answer.
    Offline,
    /// The network wants its own sign-in first.
    Portal,
    /// The server could not help; it is tried again.
    Failing,
    /// The server wants a newer app; sending still works.
    TooOld,
    /// Nobody is signed in any more. Everything is kept; sending goes on after signing in.
    Expired,
    /// This person or device was shut out.
    Revoked,
}

/// The talking of one tab.
#[derive(Clone, Debug)]
pub struct Talk {
    next: Next,
    /// Faults in a row.
    failures: u32,
    /// New beginnings in this round: forks, and numbers the server asked for again.
    restarts: u32,
    /// Answers in a row that led nowhere.
    stalls: u32,
    /// How many envelopes a request may carry, after the server found one too large.
    limit: usize,
    /// How many bytes of rows an answer may carry: more on a network that proved fast.
    budget: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Ask,
    Register,
    Rest,
    Wait(u32),
    Stop,
}

/// The first answer is small, so that the first tickets show at once.
pub const BUDGET_FIRST: u32 = 64 * 1024;
const BUDGET_MAX: u32 = 4 * 1024 * 1024;
const STALLS_MAX: u32 = 3;
const RESTARTS_MAX: u32 = 4;
const FIRST_MS: u32 = 1_000;
const LONGEST_MS: u32 = 60_000;
/// Faults in a row from which on the pauses may be longer.
const PATIENT_FROM: u32 = 20;
const PATIENT_MS: u32 = 5 * 60_000;

impl Default for Talk {
    fn default() -> Self {
        Self {
            next: Next::Ask,
            failures: 0,
            restarts: 0,
            stalls: 0,
            limit: usize::MAX,
            budget: BUDGET_FIRST,
        }
    }
}

impl Talk {
    /// What to do now.
    pub fn turn(&self, replica: &Replica, build: &str, now: Timestamp) -> Turn {
        match self.next {
            // The server asks for what is no longer kept here: all that is kept goes up in a new chain.
            Next::Ask if !replica.reaches() => Turn::Register,
            Next::Ask => {
                let mut request = replica.request(build, now);
                request.envelopes.truncate(self.limit);
                if let Some(ask) = &mut request.stretch {
                    ask.budget = self.budget;
                }
                Turn::Ask(Box::new(request))
            }
            Next::Register => Turn::Register,
            Next::Rest => Turn::Rest,
            Next::Wait(milliseconds) => Turn::Wait(milliseconds),
            Next::Stop => Turn::Stop,
        }
    }

    /// Notes what the server said to a request. `before` is the head the request was made from, `replica` is as
    /// it is after the answer was merged and stored.
    pub fn heard(&mut self, before: &Head, response: &Heard, replica: &Replica, dice: u32) {
        self.failures = 0;
        let after = replica.head();
        let moved = (after.server_seq, &after.cursor, &after.walk, after.replica)
            != (before.server_seq, &before.cursor, &before.walk, before.replica);
        self.stalls = if moved { 0 } else { self.stalls + 1 };
        match response.push {
            Push::Done => {
                self.limit = usize::MAX;
                self.budget = self.budget.saturating_mul(4).min(BUDGET_MAX);
            }
            Push::NeedFrom(_) | Push::Fork => self.restarts += 1,
        }
        let again = response.more || response.push != Push::Done || replica.is_owed();
        self.next = if response.halt {
            Next::Stop
        } else if self.restarts > RESTARTS_MAX || self.stalls >= STALLS_MAX && again {
            // A server that answers without getting anywhere is not asked in a tight circle.
            self.pause(dice)
        } else if response.push == Push::Fork {
            Next::Register
        } else if again {
            Next::Ask
        } else {
            Next::Rest
        };
        if self.next == Next::Rest {
            self.restarts = 0;
        }
    }

    /// Notes that the replica goes on under a new name.
    pub fn registered(&mut self) {
        self.next = Next::Ask;
    }

    /// Notes that a request of `carried` envelopes got no usable answer, and says what that means. `dice` is any
    /// random number: many phones must not come back in the same second.
    pub fn failed(&mut self, fault: &Fault, carried: usize, dice: u32) -> Standing {
        self.budget = (self.budget / 4).max(BUDGET_FIRST);
        let standing = match fault {
            Fault::Unreachable => Standing::Offline,
            Fault::Portal => Standing::Portal,
            Fault::Unreadable => Standing::Failing,
            Fault::Problem { status, code, .. } => match (*status, code.as_str()) {
                // The browser holds somebody else's session: this person must sign in again, too.
                (401 | 403, "session_expired" | "foreign_replica" | "forged_actor") => {
                    Standing::Expired
                }
                (401 | 403, "session_revoked" | "device_revoked") => Standing::Revoked,
                (413, _) if carried > 1 => Standing::Fine,
                (426, _) => Standing::TooOld,
                // A server that is being restarted behind a proxy looks like this.
                (502..=504, _) => Standing::Offline,
                _ => Standing::Failing,
            },
        };
        self.next = match (standing, fault) {
            (Standing::Fine, _) => {
                self.limit = carried / 2;
                Next::Ask
            }
            (Standing::Expired | Standing::Revoked, _) => Next::Stop,
            (_, Fault::Problem { retry_after_seconds: Some(seconds), .. }) => {
                self.failures += 1;
                Next::Wait(seconds.saturating_mul(1000).saturating_add(dice % FIRST_MS))
            }
            _ => self.pause(dice),
        };
        standing
    }

    /// Notes that an answer could not be stored on this device.
    pub fn unsaved(&mut self, dice: u32) {
        self.next = self.pause(dice);
    }

    /// Notes that another tab is talking: look again after so many milliseconds.
    pub fn busy(&mut self, milliseconds: u32) {
        self.next = Next::Wait(milliseconds);
    }

    /// Looks again, because something happened.
    pub fn wake(&mut self, wake: Wake) {
        if wake != Wake::Journal {
            self.failures = 0;
        }
        self.restarts = 0;
        self.stalls = 0;
        self.next = Next::Ask;
    }

    /// Looks again, because the pause is over.
    pub fn rested(&mut self) {
        if self.next != Next::Stop {
            self.restarts = 0;
            self.stalls = 0;
            self.next = Next::Ask;
        }
    }

    /// A random pause, longer after each failure.
    fn pause(&mut self, dice: u32) -> Next {
        self.failures += 1;
        if Canary::TimerNotRearmed.planted() {
            return Next::Rest;
        }
        let longest = if self.failures > PATIENT_FROM { PATIENT_MS } else { LONGEST_MS };
        let most = FIRST_MS.saturating_mul(1 << self.failures.min(16)).min(longest);
        Next::Wait(FIRST_MS / 4 + dice % most)
    }
}

/// What of an answer decides how the talk goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    pub push: Push,
    pub more: bool,
    /// The server wants no more questions: the app is too old, or shut out, and everything is sent.
    pub halt: bool,
}

impl Heard {
    /// What counts of this answer. Take it before the answer is merged.
    pub fn of(response: &Response, replica: &Replica) -> Self {
        let last = replica.head().seq.saturating_sub(replica.head().base);
        let sent = response.push == Push::Done && response.server_seq >= last;
        let halt = (response.too_old || response.revoked) && sent;
        Self { push: response.push, more: response.more, halt }
    }
}
