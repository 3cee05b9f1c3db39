//! The one handler that changes rows: envelopes up, verdicts and rows down.

use std::{collections::BTreeSet, io::Write};

use axum::{
    extract::State as Shared,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response as Answer},
};
use domain::{
    Command, Envelope, Id, Refusal, Timestamp,
    scope::Scope,
    user::User,
    wire::{ENVELOPES_MAX, Outcome, PROTO, Push, Request, Response, Sent},
};
use flate2::{Compression, write::GzEncoder};

use crate::{
    State,
    body::Body,
    carry::{self, Origin, Seal},
    clock,
    error::Error,
    session::Actor,
    site,
    store::{Pull, Reading, ReplicaRow, Stored, Writing},
};

/// How far ahead of its arrival something may have happened.
const AHEAD_MINUTES: i64 = 2;
/// How far a device's clock may be off before its times are doubted.
const OFFSET_MS_MAX: i64 = 3_600_000;
/// How long a device may have kept something to itself before its time is doubted.
const OLD_DAYS: i64 = 180;
/// Network delay moves a device's times a little; that is no reason for doubt.
const JITTER_MS: i64 = 60_000;
/// Below this packing gains nothing.
const PACKED_BYTES_MIN: usize = 1400;
/// How often a device that only asks is noted as seen.
const SEEN_MINUTES: i64 = 10;

/// `POST /api/v1/sync`
pub(crate) async fn sync(
    Shared(state): Shared<State>,
    actor: Actor,
    headers: HeaderMap,
    Body(request): Body<Request>,
) -> Result<Answer, Error> {
    let received = clock::now();
    check(&request, actor.user.id)?;
    let known = state.store.read({
        let id = request.replica;
        move |reading| reading.replica(id)
    });
    let known = known.await?;
    if known.as_ref().is_some_and(|known| known.user != actor.user.id) {
        return Err(Error::ForeignReplica);
    }
    let resting = known.as_ref().is_some_and(|known| {
        request.prev_seq <= known.last_seq && known.last_seen.plus_minutes(SEEN_MINUTES) > received
    });
    // Most requests only ask what is new; they do not trouble the writer.
    let push = if request.envelopes.is_empty() && resting {
        Push::Done
    } else {
        let (request, by) = (request.clone(), actor.user.id);
        state.store.write(move |writing| push(writing, by, &request, received)).await?
    };
    let grants = actor.grants();
    let small = site::accepts(&headers, "gzip");
    let answered =
        state.store.read(move |reading| write(&answer(reading, &request, push, &grants)?, small));
    let (bytes, packed) = answered.await?;
    let mut response = ([(header::CONTENT_TYPE, "application/json")], bytes).into_response();
    if packed {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// What the device hears. Verdicts and rows come from one snapshot: no effect arrives before its verdict.
fn answer(
    reading: &Reading<'_>,
    request: &Request,
    push: Push,
    grants: &BTreeSet<Scope>,
) -> Result<Response, Error> {
    if push == Push::Fork {
        // What others may have sent under these numbers is not this device's to hear.
        return Ok(Response {
            proto: PROTO,
            now: clock::now(),
            push,
            server_seq: request.prev_seq,
            verdicts: Vec::new(),
            reset: false,
            puts: Vec::new(),
            gone: Vec::new(),
            cursor: request.cursor.clone(),
            more: true,
        });
    }
    let server_seq = reading.replica(request.replica)?.map_or(0, |known| known.last_seq);
    let verdicts = reading.verdicts(request.replica, request.prev_seq, server_seq)?;
    let Pull { reset, puts, gone, cursor, more } = reading.pull(grants, &request.cursor)?;
    let more = more || matches!(push, Push::NeedFrom(_));
    let now = clock::now();
    Ok(Response { proto: PROTO, now, push, server_seq, verdicts, reset, puts, gone, cursor, more })
}

/// The answer's bytes, and whether they are packed. Tickets shrink to a tenth.
fn write(response: &Response, small: bool) -> Result<(Vec<u8>, bool), Error> {
    let plain = serde_json::to_vec(response).map_err(Error::internal)?;
    if !small || plain.len() < PACKED_BYTES_MIN {
        return Ok((plain, false));
    }
    let mut packer = GzEncoder::new(Vec::new(), Compression::new(4));
    packer.write_all(&plain).map_err(Error::internal)?;
    Ok((packer.finish().map_err(Error::internal)?, true))
}

/// What no honest device sends. Nothing of such a request is carried out.
fn check(request: &Request, by: Id<User>) -> Result<(), Error> {
    if request.proto == 0 || request.proto > PROTO {
        return Err(Error::BadRequest("proto"));
    }
    if request.envelopes.len() > ENVELOPES_MAX {
        return Err(Error::BadRequest("envelopes"));
    }
    let numbered = (request.envelopes.iter().zip(1..))
        .all(|(sent, place)| request.prev_seq.checked_add(place) == Some(sent.seq));
    if !numbered || request.prev_seq > u64::try_from(i64::MAX).unwrap_or_default() {
        return Err(Error::BadRequest("seq"));
    }
    if request.envelopes.iter().any(|sent| sent.by != by) {
        return Err(Error::ForgedActor);
    }
    Ok(())
}

/// Decides every envelope that has no verdict yet.
fn push(
    writing: &mut Writing<'_>,
    by: Id<User>,
    request: &Request,
    received: Timestamp,
) -> Result<Push, Error> {
    let Some(mut replica) = writing.replica(request.replica)? else {
        // Registered in a history that was lost: it goes on under a new name.
        return Ok(Push::Fork);
    };
    if replica.user != by {
        return Err(Error::ForeignReplica);
    }
    replica.last_seen = received;
    if request.prev_seq > replica.last_seq {
        writing.advance(&replica, Some(build(request)))?;
        return Ok(Push::NeedFrom(replica.last_seq + 1));
    }
    let (repeated, fresh): (Vec<&Sent>, Vec<&Sent>) =
        request.envelopes.iter().partition(|sent| sent.seq <= replica.last_seq);
    for sent in repeated {
        let stored = writing.stored(replica.id, sent.seq)?;
        if !stored.is_some_and(|stored| same(&stored, sent)) {
            return Ok(Push::Fork);
        }
    }
    let offset = received.0.saturating_sub(request.now.0);
    for sent in fresh {
        decide(writing, &mut replica, sent, offset, received)?;
    }
    writing.advance(&replica, Some(build(request)))?;
    Ok(Push::Done)
}

/// Gives one envelope its verdict.
fn decide(
    writing: &mut Writing<'_>,
    replica: &mut ReplicaRow,
    sent: &Sent,
    offset: i64,
    received: Timestamp,
) -> Result<(), Error> {
    let (at, doubtful) = happened(sent.at, offset, replica.last_at, received);
    replica.last_seq = sent.seq;
    replica.last_at = at;
    let text = sent.command.to_string();
    let origin =
        Origin { replica: replica.id, seq: sent.seq, claimed: sent.at, received, command: &text };
    let known = writing.stored_by_mid(sent.mid)?;
    let command = read(&sent.command);
    let (mid, by) = (sent.mid, sent.by);
    let seal = Seal { mid, by, at, doubtful };
    match (known, command) {
        // The same command in another chain: it had its effect there.
        (Some(known), _) => {
            let outcome = if same(&known, sent) {
                known.outcome
            } else {
                Outcome::Refused { refusal: Refusal::Malformed }
            };
            carry::record(writing, origin, seal, &outcome, false)
        }
        (None, None) => {
            let outcome = Outcome::Refused { refusal: Refusal::Unreadable };
            carry::record(writing, origin, seal, &outcome, true)
        }
        (None, Some(command)) => {
            let envelope = Envelope { mid, by, at, doubtful, command };
            carry::carry_out(writing, origin, &envelope).map(drop)
        }
    }
}

/// When something happened, as well as the server can tell, and whether the device's clock is to be doubted.
///
/// Nothing is refused for a clock, and what one device did stays in its order.
fn happened(
    claimed: Timestamp,
    offset: i64,
    previous: Timestamp,
    received: Timestamp,
) -> (Timestamp, bool) {
    let estimate = claimed.0.saturating_add(offset);
    let latest = received.plus_minutes(AHEAD_MINUTES).0.max(previous.0);
    let at = estimate.max(previous.0).min(latest);
    let moved = at.abs_diff(estimate) > JITTER_MS.unsigned_abs();
    let old = received.plus_minutes(-OLD_DAYS * 24 * 60).0 > at;
    (Timestamp(at), moved || old || offset.unsigned_abs() > OFFSET_MS_MAX.unsigned_abs())
}

/// Whether what is stored is what was sent. A newer app may write the same command a little differently.
fn same(stored: &Stored, sent: &Sent) -> bool {
    if stored.mid != sent.mid || stored.by != sent.by || stored.claimed != sent.at {
        return false;
    }
    let text = sent.command.to_string();
    if stored.command == text {
        return true;
    }
    let stored: Option<Command> = serde_json::from_str(&stored.command).ok();
    stored.is_some() && stored == read(&sent.command)
}

/// The command, if this version knows it.
fn read(command: &serde_json::Value) -> Option<Command> {
    serde_json::from_value(command.clone()).ok()
}

/// The app's build as it names itself, cut to what is worth keeping.
fn build(request: &Request) -> &str {
    let end = request.build.char_indices().nth(40).map_or(request.build.len(), |(end, _)| end);
    &request.build[..end]
}
