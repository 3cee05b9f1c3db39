//! What was refused or could not be decided, with who, when, where and why: nothing depends on the one who sent it
//! reading his phone.

use axum::{
    Json,
    extract::{Query, State as Shared},
};
use domain::{Id, Timestamp, replica::Replica, user::User, wire::Outcome};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{State, devices::office, error::Error, session::Actor};

/// How many entries a page has when nobody says.
const PAGE: usize = 50;
/// And at most.
const PAGE_MAX: usize = 200;

/// Which page.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// The place of the last entry of the page before.
    before: Option<u64>,
    limit: Option<usize>,
}

/// A page, the newest entry first.
#[derive(Serialize)]
pub(crate) struct Page {
    entries: Vec<Entry>,
    /// What to ask for as `before` to go on; nothing at the end.
    next: Option<u64>,
}

/// An envelope that had no effect, whole.
#[derive(Serialize)]
pub(crate) struct Entry {
    n: u64,
    mid: Uuid,
    replica: Id<Replica>,
    device_code: String,
    by: Id<User>,
    name: String,
    /// The author's clock.
    at: Timestamp,
    received: Timestamp,
    command: Box<RawValue>,
    outcome: Outcome,
    /// Who brought it in from a file.
    carrier: Option<Id<User>>,
}

/// `GET /api/v1/attention`
pub(crate) async fn list(
    Shared(state): Shared<State>,
    actor: Actor,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Page>, Error> {
    office(&actor)?;
    let Ok(Query(asked)) = asked else { return Err(Error::BadRequest("before and limit")) };
    let most = asked.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let before = asked.before.unwrap_or(u64::MAX);
    let page = state.store.read(move |reading| {
        let found = reading.unapplied(before, most)?;
        let next = (found.len() == most).then(|| found.last().map(|last| last.n)).flatten();
        let entries = found.into_iter().map(|found| {
            let author: Option<User> = reading.find(found.by)?;
            Ok(Entry {
                n: found.n,
                mid: found.mid,
                replica: found.replica,
                device_code: found.device_code,
                by: found.by,
                name: author.map(|author| author.name).unwrap_or_default(),
                at: found.claimed,
                received: found.received,
                command: RawValue::from_string(found.command).map_err(Error::internal)?,
                outcome: found.outcome,
                carrier: found.carrier,
            })
        });
        Ok(Page { entries: entries.collect::<Result<_, Error>>()?, next })
    });
    Ok(Json(page.await?))
}
