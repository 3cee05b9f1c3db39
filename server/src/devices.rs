//! The devices people work with: who holds how much unsent work since when, and shutting one out.

use axum::{
    Json,
    extract::{Path, State as Shared},
    http::StatusCode,
};
use domain::{
    Id, Timestamp,
    replica::Replica,
    user::{Role, User},
    wire::Room,
};
use serde::Serialize;

use crate::{State, clock, error::Error, session::Actor, store::Who};

/// A device as the office sees it.
#[derive(Serialize)]
pub(crate) struct Device {
    replica: Id<Replica>,
    user: Id<User>,
    name: String,
    device_code: String,
    last_seq: u64,
    last_seen: Timestamp,
    build: String,
    /// How many entries it still held when it was last seen; nothing where it never said.
    waiting: Option<u64>,
    waiting_since: Option<Timestamp>,
    /// How safely it keeps what it holds; what its browser does not say is left out.
    #[serde(flatten)]
    room: Room,
    revoked: Option<Timestamp>,
}

/// Whether this person looks after what others have not sent or could not send.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else.
pub(crate) fn office(actor: &Actor) -> Result<(), Error> {
    let roles = [Role::Coordinator, Role::Supervisor, Role::Administrator];
    if actor.user.is_any(&roles) { Ok(()) } else { Err(Error::Forbidden) }
}

/// `GET /api/v1/devices`: the last seen first.
pub(crate) async fn list(
    Shared(state): Shared<State>,
    actor: Actor,
) -> Result<Json<Vec<Device>>, Error> {
    office(&actor)?;
    let listed = state.store.read(|reading| {
        let devices = reading.devices()?.into_iter().map(|row| {
            let user: Option<User> = reading.find(row.user)?;
            Ok(Device {
                replica: row.replica,
                user: row.user,
                name: user.map(|user| user.name).unwrap_or_default(),
                device_code: row.device_code,
                last_seq: row.last_seq,
                last_seen: row.last_seen,
                build: row.build,
                waiting: row.waiting,
                waiting_since: row.waiting_since,
                room: row.room,
                revoked: row.revoked,
            })
        });
        devices.collect::<Result<Vec<_>, Error>>()
    });
    Ok(Json(listed.await?))
}

/// `POST /api/v1/devices/{replica}/revoke`: for a device that was lost or stolen. It hears nothing any more; what
/// it still sends is kept for a person to look at. Its person signs in again on the others.
pub(crate) async fn revoke(
    Shared(state): Shared<State>,
    actor: Actor,
    Path(replica): Path<String>,
) -> Result<StatusCode, Error> {
    if !actor.user.is_any(&[Role::Administrator]) {
        return Err(Error::Forbidden);
    }
    let replica: Id<Replica> = replica.parse().map_err(|_| Error::NotFound)?;
    let now = clock::now();
    let keep = (actor.user.id, actor.token.clone());
    let revoked = state.store.write(move |writing| {
        let user = writing.revoke_device(replica, now)?.ok_or(Error::NotFound)?;
        // Nobody knows which session is the lost device's. An administrator who does this is not on it.
        let who = if user == keep.0 { Who::AllBut(user, keep.1.clone()) } else { Who::All(user) };
        writing.revoke_sessions(&who)
    });
    revoked.await?;
    Ok(StatusCode::NO_CONTENT)
}
