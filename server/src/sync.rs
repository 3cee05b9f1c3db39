//! The one handler that changes rows: envelopes up, verdicts and rows down. What comes of them is decided by
//! [`domain::ledger`]; this file only takes the request in and packs the answer.

use std::io::Write;

use axum::{
    extract::State as Shared,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response as Answer},
};
use domain::{
    Id, ledger,
    user::User,
    wire::{ENVELOPES_MAX, PROTO, Push, Request, Response},
};
use flate2::{Compression, write::GzEncoder};

use crate::{State, body::Body, clock, error::Error, session::Sender, site};

/// Below this packing gains nothing.
const PACKED_BYTES_MIN: usize = 1400;
/// From here on the disk and the network wait longer than the processor.
const LARGE_BYTES_MIN: usize = 64 * 1024;
/// How often a device that only asks is noted as seen.
const SEEN_MINUTES: i64 = 10;

/// `POST /api/v1/sync`
pub(crate) async fn sync(
    Shared(state): Shared<State>,
    sender: Sender,
    headers: HeaderMap,
    Body(request): Body<Request>,
) -> Result<Answer, Error> {
    let received = clock::now();
    let by = sender.actor.user.id;
    check(&request, by)?;
    let packing = Packing::of(&headers);
    let id = request.replica;
    let known = state
        .store
        .read(move |reading| Ok((reading.replica(id)?, reading.is_revoked(id)?, reading.head()?)));
    let (known, revoked, head) = known.await?;
    if known.as_ref().is_some_and(|known| known.user != by) {
        return Err(Error::ForeignReplica);
    }
    if sender.ended || sender.has_left() || revoked {
        return shut_out(state, sender, request, revoked, packing).await;
    }
    let grants = sender.actor.grants();
    let ahead = request.cursor.epoch == Some(head.epoch) && request.cursor.v > head.v;
    let resting = known.as_ref().is_some_and(|known| {
        request.prev_seq <= known.last_seq && known.last_seen.plus_minutes(SEEN_MINUTES) > received
    });
    // Most requests only ask what is new; they do not trouble the writer.
    let push = if request.envelopes.is_empty() && resting && !ahead {
        Push::Done
    } else {
        state.doomed.push(&state.store, by, &request, received).await?
    };
    let answered = state.store.read(move |reading| {
        packing.pack(&ledger::answer(reading, &request, push, Some(&grants), clock::now())?)
    });
    Ok(packed(answered.await?))
}

/// What a device or a person gets that was shut out: whatever was done before they knew is kept for somebody to
/// look at, nothing of it happens, and they hear no rows. A session that only ended, say because of a new
/// password, hears that; its work waits on the device until its person signs in again.
async fn shut_out(
    state: State,
    sender: Sender,
    request: Request,
    revoked: bool,
    packing: Packing,
) -> Result<Answer, Error> {
    let nothing = request.envelopes.is_empty();
    if (!revoked && !sender.has_left()) || (nothing && (sender.ended || sender.has_left())) {
        return Err(Error::SessionRevoked);
    }
    let (by, received, sent) = (sender.actor.user.id, clock::now(), request.clone());
    let pushed =
        state.store.write(move |writing| ledger::push(writing, by, &sent, received, &|_| true));
    let push = pushed.await?;
    let answered = state.store.read(move |reading| {
        packing.pack(&ledger::answer(reading, &request, push, None, clock::now())?)
    });
    Ok(packed(answered.await?))
}

fn packed((bytes, encoding): (Vec<u8>, Option<&'static str>)) -> Answer {
    let mut response = ([(header::CONTENT_TYPE, "application/json")], bytes).into_response();
    if let Some(encoding) = encoding {
        let value = HeaderValue::from_static(encoding);
        response.headers_mut().insert(header::CONTENT_ENCODING, value);
    }
    response
}

/// How an answer is packed. Tickets shrink to a quarter.
#[derive(Clone, Copy)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    fn of(headers: &HeaderMap) -> Self {
        if site::accepts(headers, "zstd") {
            Self::Zstd
        } else if site::accepts(headers, "gzip") {
            Self::Gzip
        } else {
            Self::Plain
        }
    }

    /// The answer's bytes, and the name of their encoding.
    fn pack(self, response: &Response) -> Result<(Vec<u8>, Option<&'static str>), Error> {
        let plain = serde_json::to_vec(response).map_err(Error::internal)?;
        if plain.len() < PACKED_BYTES_MIN {
            return Ok((plain, None));
        }
        let large = plain.len() >= LARGE_BYTES_MIN;
        match self {
            Self::Plain => Ok((plain, None)),
            Self::Gzip => {
                let level = Compression::new(if large { 6 } else { 4 });
                let mut packer = GzEncoder::new(Vec::new(), level);
                packer.write_all(&plain).map_err(Error::internal)?;
                Ok((packer.finish().map_err(Error::internal)?, Some("gzip")))
            }
            Self::Zstd => {
                let level = if large { 7 } else { 3 };
                let packed = zstd::bulk::compress(&plain, level).map_err(Error::internal)?;
                Ok((packed, Some("zstd")))
            }
        }
    }
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
