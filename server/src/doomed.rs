//! Commands that make the server fail: counted, and given up in the end, so that none blocks a device for ever.
//!
//! What the rules refuse is no failure, and neither is a full disk or a database that is away: that is weather and
//! passes. A failure is a bug of ours, or something the database will never take.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use domain::{
    Command, Id, Timestamp, ledger,
    user::User,
    wire::{Push, Request},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    error::Error,
    store::{Store, Wants},
};

/// A command that failed so often is given up.
const FAILURES: u32 = 5;
/// But not before it has been failing for so long: a server that is being replaced makes many mistakes in a second.
const MINUTES: i64 = 10;
/// How many failing commands are remembered; beyond that the oldest is forgotten and may try as often again.
const REMEMBERED: usize = 10_000;

/// How often each command failed, and since when.
#[derive(Debug, Default)]
pub(crate) struct Doomed(Mutex<HashMap<Uuid, Failures>>);

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    since: Timestamp,
}

impl Failures {
    fn doomed(self, now: Timestamp) -> bool {
        self.count >= FAILURES && self.since.plus_minutes(MINUTES) <= now
    }
}

impl Doomed {
    /// Notes that a command made the server fail; says whether it is given up now.
    fn failed(&self, mid: Uuid, now: Timestamp) -> bool {
        let mut known = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        if known.len() >= REMEMBERED
            && !known.contains_key(&mid)
            && let Some(oldest) = known.iter().min_by_key(|(_, failures)| failures.since)
        {
            let oldest = *oldest.0;
            known.remove(&oldest);
        }
        let failures = known.entry(mid).or_insert(Failures { count: 0, since: now });
        failures.count += 1;
        failures.doomed(now)
    }

    /// The ones among these that are given up.
    fn among(&self, request: &Request, now: Timestamp) -> Vec<Uuid> {
        let known = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        let mids = request.envelopes.iter().map(|sent| sent.mid);
        mids.filter(|mid| known.get(mid).is_some_and(|failures| failures.doomed(now))).collect()
    }

    /// Decides every envelope of a request. Where one makes the server fail, those before it are kept, and it is
    /// counted; once it is given up it gets the verdict `quarantined` and those behind it have their turn.
    ///
    /// # Errors
    /// Where the database cannot be written, and for the first envelope that fails.
    pub(crate) async fn push(
        &self,
        store: &Store,
        by: Id<User>,
        request: &Arc<Request>,
        received: Timestamp,
    ) -> Result<Push, Error> {
        let whole = self.write(store, by, request.clone(), received).await;
        if !matches!(whole, Err(Error::Internal(_))) || request.envelopes.is_empty() {
            return whole;
        }
        let frame = Request { envelopes: Vec::new(), ..Request::clone(request) };
        for sent in &request.envelopes {
            let one = Arc::new(Request {
                prev_seq: sent.seq.saturating_sub(1),
                envelopes: vec![sent.clone()],
                ..frame.clone()
            });
            let mut done = self.write(store, by, one.clone(), received).await;
            if let Err(Error::Internal(cause)) = &done {
                let doomed = self.failed(sent.mid, received);
                tracing::error!(mid = %sent.mid, doomed, %cause, "a command makes the server fail");
                if doomed {
                    done = self.write(store, by, one, received).await;
                }
            }
            let pushed = done?;
            if pushed != Push::Done {
                return Ok(pushed);
            }
        }
        Ok(Push::Done)
    }

    async fn write(
        &self,
        store: &Store,
        by: Id<User>,
        request: Arc<Request>,
        received: Timestamp,
    ) -> Result<Push, Error> {
        let doomed = self.among(&request, received);
        let wants = wants(&request);
        let pushed = store.write_wanting(wants, move |writing| {
            ledger::push(writing, by, &request, received, &|mid| doomed.contains(&mid))
        });
        pushed.await
    }
}

/// What deciding this request will look up.
fn wants(request: &Request) -> Wants {
    let commands = request.envelopes.iter();
    let commands = commands.filter_map(|sent| Command::deserialize(&sent.command).ok());
    let mut keys: Vec<domain::Key> = commands.flat_map(|command| command.keys()).collect();
    keys.extend(request.envelopes.first().map(|sent| domain::Key::of(sent.by)));
    Wants {
        replicas: vec![request.replica],
        mids: request.envelopes.iter().map(|sent| sent.mid).collect(),
        keys,
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Command,
        team::{self, Team},
        wire::{PROTO, Sent},
    };

    use super::*;
    use crate::clock;

    #[test]
    fn a_command_is_given_up_after_five_failures_and_not_within_ten_minutes() {
        let (doomed, mid, start) = (Doomed::default(), Uuid::now_v7(), Timestamp(0));
        assert!((0..20).all(|_| !doomed.failed(mid, start)));
        assert!(!doomed.failed(mid, start.plus_minutes(MINUTES - 1)));
        assert!(doomed.failed(mid, start.plus_minutes(MINUTES)));
        let late = Uuid::now_v7();
        let times = [0, 20, 40, 60, 80].map(|minutes| start.plus_minutes(minutes));
        assert_eq!(times.map(|at| doomed.failed(late, at)), [false, false, false, false, true]);
    }

    #[test]
    fn what_is_remembered_has_a_limit() {
        let doomed = Doomed::default();
        for at in 0..i64::try_from(REMEMBERED).unwrap() + 10 {
            doomed.failed(Uuid::now_v7(), Timestamp(at));
        }
        assert_eq!(doomed.0.lock().unwrap().len(), REMEMBERED);
    }

    fn save(replica: &ledger::ReplicaRow, seq: u64, name: &str) -> Sent {
        let id = Id::derived(name);
        let team = Team { id, name: name.into(), region: String::new() };
        let command = Command::Team(id, team::Command::Save { team });
        Sent {
            seq,
            mid: Id::<Team>::derived(&format!("mid {name}")).uuid(),
            by: replica.user,
            at: clock::now(),
            command: serde_json::to_value(command).unwrap(),
        }
    }

    #[tokio::test]
    async fn a_command_the_database_never_takes_costs_only_itself() {
        let store = Store::temporary().unwrap();
        let by = domain::user::SYSTEM;
        store.poison().await.unwrap();
        let replica = store.write(move |writing| writing.internal(by)).await.unwrap();
        let names = ["one", "two", "poison", "three"];
        let envelopes: Vec<Sent> =
            names.iter().zip(1..).map(|(name, seq)| save(&replica, seq, name)).collect();
        let request = |prev_seq: u64| {
            let left = &envelopes[usize::try_from(prev_seq).unwrap()..];
            let request = serde_json::json!({
                "proto": PROTO, "replica": replica.id, "now": clock::now(),
                "prev_seq": prev_seq, "envelopes": left,
            });
            Arc::new(serde_json::from_value(request).unwrap())
        };
        let (doomed, start) = (Doomed::default(), clock::now());
        let failed = doomed.push(&store, by, &request(0), start).await;
        assert!(matches!(failed, Err(Error::Internal(_))), "{failed:?}");
        let id = replica.id;
        let reached = || store.read(move |reading| Ok(reading.replica(id)?.unwrap().last_seq));
        assert_eq!(reached().await.unwrap(), 2, "what was before it is kept");
        for minutes in [3, 6, 9] {
            assert!(
                doomed.push(&store, by, &request(2), start.plus_minutes(minutes)).await.is_err()
            );
        }
        let pushed = doomed.push(&store, by, &request(2), start.plus_minutes(12)).await;
        assert_eq!(pushed.unwrap(), Push::Done);
        let verdicts = store.read(move |reading| reading.verdicts(id, 0, 4)).await.unwrap();
        assert!(matches!(verdicts[2].outcome, domain::wire::Outcome::Quarantined), "{verdicts:?}");
        assert!(matches!(verdicts[3].outcome, domain::wire::Outcome::Applied { .. }));
        assert_eq!(doomed.push(&store, by, &request(0), start).await.unwrap(), Push::Done);
    }
}
