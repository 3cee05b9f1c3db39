//! The last resort: a phone that cannot reach the server saved its unsent work to a file, and somebody carries the
//! file here. Its entries are decided as their author's own. Twice is harmless, and so is the phone sending later.

use std::collections::BTreeMap;

use axum::{Json, extract::State as Shared};
use domain::{
    Command, Id, Lookup, Timestamp,
    ledger::{self, ReplicaRow, Sealed},
    replica::Replica,
    user::{Role, SYSTEM, User},
    wire::{Outcome, Sent},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    State,
    body::Body,
    clock,
    devices::office,
    error::Error,
    session::Actor,
    store::{Store, Writing},
};

/// The largest file, in bytes.
pub(crate) const BYTES_MAX: usize = 16 * 1024 * 1024;
/// The version of the file that is read here.
const VERSION: u32 = 1;
/// How many entries one transaction decides.
const PORTION: usize = 200;

/// A file as a phone saves it, after its name and version were looked at.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct File {
    replica: Id<Replica>,
    /// Whose work it is.
    user: Id<User>,
    envelopes: Vec<Saved>,
}

/// An entry in it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Saved {
    mid: Uuid,
    by: Id<User>,
    at: Timestamp,
    command: Value,
}

/// What came of a file.
#[derive(Serialize)]
pub(crate) struct Report {
    read: usize,
    /// How many were here already, and are not counted below.
    known: usize,
    applied: usize,
    amended: usize,
    noop: usize,
    refused: usize,
    quarantined: usize,
    /// In the file's order.
    entries: Vec<Fate>,
}

/// What came of one entry.
#[derive(Serialize)]
pub(crate) struct Fate {
    mid: Uuid,
    outcome: Outcome,
    /// Whether it was here already.
    known: bool,
}

/// `POST /api/v1/unsent`
pub(crate) async fn carry_in(
    Shared(state): Shared<State>,
    actor: Actor,
    Body(file): Body<Value>,
) -> Result<Json<Report>, Error> {
    office(&actor)?;
    let file = read(file)?;
    let sender = file.replica;
    let known = state.store.read(move |reading| reading.replica(sender)).await?;
    if known.is_some_and(|known| known.user != file.user) {
        return Err(Error::BadRequest("the device in this file belongs to somebody else"));
    }
    let fates = decide(&state.store, file, actor.user, clock::now()).await?;
    Ok(Json(report(fates)))
}

/// The file, if it is one of ours.
fn read(file: Value) -> Result<File, Error> {
    if file["doorstep"] != "unsent" {
        return Err(Error::BadRequest("this is no file of unsent work"));
    }
    if file["version"].as_u64().is_none_or(|version| version > u64::from(VERSION)) {
        return Err(Error::BadRequest("this file was saved by a newer app than this server knows"));
    }
    serde_json::from_value(file).map_err(|error| Error::UnreadableJson(error.to_string()))
}

/// Decides every entry. Where that fails in the middle, carrying the file in again goes on there.
async fn decide(
    store: &Store,
    file: File,
    carrier: User,
    received: Timestamp,
) -> Result<Vec<Fate>, Error> {
    let mut fates = Vec::with_capacity(file.envelopes.len());
    let chain = Chain { replica: file.replica, user: file.user, carrier, received };
    for portion in file.envelopes.chunks(PORTION) {
        match chain.write(store, portion, false).await {
            // One of them makes the server fail: each on its own, and that one for a person to look at.
            Err(Error::Internal(cause)) => {
                tracing::error!(%cause, "entries of a file make the server fail");
                for one in portion.chunks(1) {
                    let decided = match chain.write(store, one, false).await {
                        Err(Error::Internal(_)) => chain.write(store, one, true).await,
                        decided => decided,
                    };
                    fates.extend(decided?);
                }
            }
            decided => fates.extend(decided?),
        }
    }
    Ok(fates)
}

/// The replica that stands for a file: the entries of a device that come this way have numbers of their own.
#[derive(Clone)]
struct Chain {
    replica: Id<Replica>,
    user: Id<User>,
    carrier: User,
    received: Timestamp,
}

impl Chain {
    /// Decides these entries in one transaction; as `doomed` they are kept undecided.
    async fn write(
        &self,
        store: &Store,
        entries: &[Saved],
        doomed: bool,
    ) -> Result<Vec<Fate>, Error> {
        let (chain, entries) = (self.clone(), entries.to_vec());
        store.write(move |writing| chain.go_on(writing, &entries, doomed)).await
    }

    fn go_on(
        &self,
        writing: &mut Writing<'_>,
        entries: &[Saved],
        doomed: bool,
    ) -> Result<Vec<Fate>, Error> {
        let id = Id::derived(&format!("file:{}:{}", self.replica, self.user));
        let mut replica = match writing.replica(id)? {
            Some(known) => known,
            None => {
                let none = Timestamp::default();
                let row = ReplicaRow {
                    id,
                    user: self.user,
                    device_code: String::new(),
                    last_seq: 0,
                    last_at: none,
                    last_seen: none,
                };
                writing.register(&row, "")?;
                row
            }
        };
        replica.last_seen = self.received;
        let mut fates = Vec::with_capacity(entries.len());
        for saved in entries {
            fates.push(self.settle(writing, &mut replica, saved, doomed)?);
        }
        writing.advance(&replica, None)?;
        Ok(fates)
    }

    fn settle(
        &self,
        writing: &mut Writing<'_>,
        replica: &mut ReplicaRow,
        saved: &Saved,
        doomed: bool,
    ) -> Result<Fate, Error> {
        let Saved { mid, by, at, command } = saved.clone();
        if let Some(known) = writing.stored_by_mid(mid)? {
            let same = known.by == by
                && known.claimed == at
                && serde_json::from_str::<Value>(&known.command).ok().as_ref() == Some(&command);
            if same {
                return Ok(Fate { mid, outcome: known.outcome, known: true });
            }
        }
        let doomed = doomed || !self.vouched(writing, saved);
        writing.sound()?;
        let sent = Sent { seq: replica.last_seq + 1, mid, by, at, command };
        let sealed = Sealed {
            sent: &sent,
            offset: 0,
            received: self.received,
            doomed,
            carrier: Some(self.carrier.id),
        };
        let outcome = ledger::decide(writing, replica, &sealed)?;
        Ok(Fate { mid, outcome, known: false })
    }

    /// Whether a file is enough to do this in the author's name. Nobody signed in as the author here, so nobody
    /// gains more than field work by writing a file himself; the rest waits for a person to look.
    fn vouched(&self, writing: &Writing<'_>, saved: &Saved) -> bool {
        let own = saved.by == self.user && saved.by != SYSTEM;
        let here = writing.find(saved.by).is_some_and(|author: User| author.active);
        let command: Option<Command> = serde_json::from_value(saved.command.clone()).ok();
        let about_people = matches!(command, Some(Command::User(..) | Command::Team(..)));
        own && here && (!about_people || self.carrier.is_any(&[Role::Administrator]))
    }
}

fn report(entries: Vec<Fate>) -> Report {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for fate in entries.iter().filter(|fate| !fate.known) {
        let word = match fate.outcome {
            Outcome::Applied { .. } => "applied",
            Outcome::Amended { .. } => "amended",
            Outcome::Noop => "noop",
            Outcome::Refused { .. } => "refused",
            Outcome::Quarantined => "quarantined",
        };
        *counts.entry(word).or_default() += 1;
    }
    let count = |word| counts.get(word).copied().unwrap_or_default();
    Report {
        read: entries.len(),
        known: entries.iter().filter(|fate| fate.known).count(),
        applied: count("applied"),
        amended: count("amended"),
        noop: count("noop"),
        refused: count("refused"),
        quarantined: count("quarantined"),
        entries,
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        team::{self, Team},
        user,
    };

    use super::*;
    use crate::store::new_mid;

    #[tokio::test]
    async fn an_entry_the_database_never_takes_costs_only_itself() {
        let store = Store::temporary().unwrap();
        let id = Id::derived("administrator");
        let roles = vec![Role::Administrator];
        let admin = User { id, name: "郑洁".into(), roles, ..User::system() };
        let save = user::Command::Save { user: admin.clone().into() };
        let order = (new_mid(), clock::now(), Command::User(id, save));
        store.carry_out(SYSTEM, vec![order]).await.unwrap();
        store.poison().await.unwrap();
        let envelopes = ["one", "poison", "two"].map(|name| {
            let team = Team { id: Id::derived(name), name: name.into(), region: String::new() };
            let command = Command::Team(team.id, team::Command::Save { team });
            let command = serde_json::to_value(command).unwrap();
            Saved { mid: new_mid(), by: id, at: clock::now(), command }
        });
        let file = File { replica: Id::derived("phone"), user: id, envelopes: envelopes.into() };
        for known in [false, true] {
            let fates = decide(&store, file.clone(), admin.clone(), clock::now()).await.unwrap();
            assert!(fates.iter().all(|fate| fate.known == known));
            let outcomes: Vec<&Outcome> = fates.iter().map(|fate| &fate.outcome).collect();
            assert!(
                matches!(
                    outcomes[..],
                    [Outcome::Applied { .. }, Outcome::Quarantined, Outcome::Applied { .. }]
                ),
                "{outcomes:?}"
            );
        }
    }
}
