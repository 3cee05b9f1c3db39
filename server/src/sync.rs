//! The one handler that changes rows: envelopes up, verdicts and rows down.

use axum::{Json, extract::State as Shared};
use domain::{
    Command, Envelope, Id, Refusal, Timestamp,
    user::User,
    wire::{ENVELOPES_MAX, Outcome, PROTO, Push, Request, Response, Sent},
};

use crate::{
    State,
    body::Body,
    carry::{self, Origin, Seal},
    clock,
    error::Error,
    session::Actor,
    store::{ReplicaRow, Stored, Writing},
};

/// How far ahead of its arrival something may have happened.
const AHEAD_MINUTES: i64 = 2;
/// How far a device's clock may be off before its times are doubted.
const OFFSET_MS_MAX: i64 = 3_600_000;
/// Network delay moves a device's times a little; that is no reason for doubt.
const JITTER_MS: i64 = 60_000;
/// How often a device that only asks is noted as seen.
const SEEN_MINUTES: i64 = 10;

/// `POST /api/v1/sync`
pub(crate) async fn sync(
    Shared(state): Shared<State>,
    actor: Actor,
    Body(request): Body<Request>,
) -> Result<Json<Response>, Error> {
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
    let answer = state.store.read(move |reading| {
        let known = reading.replica(request.replica)?;
        if push == Push::Fork {
            // What others may have sent under these numbers is not this device's to hear.
            let Request { cursor, prev_seq, .. } = request;
            return Ok(Response {
                proto: PROTO,
                now: clock::now(),
                push,
                server_seq: prev_seq,
                verdicts: Vec::new(),
                reset: false,
                puts: Vec::new(),
                gone: Vec::new(),
                cursor,
                more: true,
            });
        }
        // Verdicts and rows come from one snapshot: no effect arrives before its verdict.
        let server_seq = known.map_or(0, |known| known.last_seq);
        let verdicts = reading.verdicts(request.replica, request.prev_seq, server_seq)?;
        let pull = reading.pull(&grants, &request.cursor)?;
        Ok(Response {
            proto: PROTO,
            now: clock::now(),
            push,
            server_seq,
            verdicts,
            reset: pull.reset,
            puts: pull.puts,
            gone: pull.gone,
            cursor: pull.cursor,
            more: pull.more || matches!(push, Push::NeedFrom(_)),
        })
    });
    Ok(Json(answer.await?))
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
    let Some(mut replica) = writing.reading().replica(request.replica)? else {
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
        let stored = writing.reading().stored(replica.id, sent.seq)?;
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
    let known = writing.reading().stored_by_mid(sent.mid)?;
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
    (Timestamp(at), moved || offset.unsigned_abs() > OFFSET_MS_MAX.unsigned_abs())
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
