//! The journal's side of a ticket: for each line of its history, which device told it, when that device said it
//! happened, and when it arrived here.

use axum::{
    Json,
    extract::{Path, State as Shared},
};
use domain::{Id, Row, Timestamp, scope, ticket::Ticket, user::User, wire::Outcome};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{State, error::Error, session::Actor};

/// An envelope that had an effect on the ticket, as it lies in the journal.
#[derive(Serialize)]
pub(crate) struct Entry {
    mid: Uuid,
    /// Its place in the journal.
    n: u64,
    /// Empty where the server itself did it.
    device_code: String,
    by: Id<User>,
    /// The author's clock.
    claimed: Timestamp,
    /// When it counts as having happened.
    at: Timestamp,
    doubtful: bool,
    received: Timestamp,
    command: Box<RawValue>,
    outcome: Outcome,
    /// Who brought it in from a file.
    carrier: Option<Id<User>>,
}

/// `GET /api/v1/tickets/{ticket}/journal`: for whoever may see the ticket.
pub(crate) async fn list(
    Shared(state): Shared<State>,
    actor: Actor,
    Path(ticket): Path<String>,
) -> Result<Json<Vec<Entry>>, Error> {
    let id: Id<Ticket> = ticket.parse().map_err(|_| Error::NotFound)?;
    let grants = actor.grants();
    let listed = state.store.read(move |reading| {
        let ticket: Ticket = reading.find(id)?.ok_or(Error::NotFound)?;
        let mut mids: Vec<Uuid> = ticket.log.iter().map(|entry| entry.id).collect();
        mids.extend(ticket.flags.iter().map(|flag| flag.id));
        if !scope::visible(&Row::from(ticket), &grants) {
            // Whoever may not see it learns nothing of it.
            return Err(Error::NotFound);
        }
        mids.sort_unstable();
        mids.dedup();
        let entries = reading.journal_of(&mids)?.into_iter().map(|found| {
            Ok(Entry {
                mid: found.mid,
                n: found.n,
                device_code: found.device_code,
                by: found.by,
                claimed: found.claimed,
                at: found.at,
                doubtful: found.doubtful,
                received: found.received,
                command: RawValue::from_string(found.command).map_err(Error::internal)?,
                outcome: found.outcome,
                carrier: found.carrier,
            })
        });
        entries.collect::<Result<Vec<_>, Error>>()
    });
    Ok(Json(listed.await?))
}
