//! The one handler that changes rows: envelopes up, verdicts and rows down. What comes of them is decided by
//! [`domain::ledger`]; this file only takes the request in and packs the answer.

use std::{cell::RefCell, io::Write, sync::Arc};

use axum::{
    extract::{FromRequest, Request as Asked, State as Shared},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response as Answer},
};
use domain::{
    Timestamp, ledger,
    wire::{ENVELOPES_MAX, NOW_HEADER, PROTO, Push, Request, Response},
};
use flate2::{Compression, write::GzEncoder};
use zstd::bulk::Compressor;

use crate::{
    State,
    body::Body,
    clock,
    error::Error,
    session::{self, Sender},
    site,
    store::{Knock, Reading},
};

/// Below this packing gains nothing.
const PACKED_BYTES_MIN: usize = 1400;
/// From here on the disk and the network wait longer than the processor.
const LARGE_BYTES_MIN: usize = 64 * 1024;
/// Up to here the packer's tables are kept: making them costs more than packing. Beyond they would fill the memory.
const KEPT_BYTES_MAX: usize = 256 * 1024;
/// Up to here a body is read before anybody asks whose it is: one look at the database is saved.
const SMALL_BYTES_MAX: usize = 16 * 1024;
/// How often a device that only asks is noted as seen.
const SEEN_MINUTES: i64 = 10;

/// `POST /api/v1/sync`
pub(crate) async fn sync(Shared(state): Shared<State>, asked: Asked) -> Result<Answer, Error> {
    let headers = asked.headers().clone();
    let token = session::presented(&headers)?;
    let packing = Packing::of(&headers);
    if !is_small(&headers) {
        // Nobody reads a megabyte for a stranger.
        session::sender(&state.store, token.clone()).await?;
    }
    let Body(request) = Body::<Request>::from_request(asked, &state).await?;
    check(&request)?;
    let request = Arc::new(request);
    let received = clock::now();
    let (read, short) = (request.clone(), is_short(&request));
    let looking = move |reading: &Reading<'_>| look(reading, &read, token, packing, received);
    let looked = state.store.look(short, looking).await?;
    let Looked { sender, stale, revoked, answer } = looked;
    if stale {
        session::keep(&state.store, &sender, received).await?;
    }
    if sender.ended || sender.has_left() || revoked {
        return shut_out(state, sender, request, revoked, packing).await;
    }
    if let Some(packed) = answer {
        return Ok(packed.into_response());
    }
    let push = state.doomed.push(&state.store, sender.actor.user.id, &request, received).await?;
    let answered = state.store.look(short, move |reading| {
        reading.foresee(request.replica)?;
        let grants = sender.actor.grants();
        let response = ledger::answer(reading, &request, push, Some(&grants), clock::now())?;
        packing.pack(&request, &response)
    });
    Ok(answered.await?.into_response())
}

/// Whether the answer is the news of a while: a device that begins or walks is told far more.
fn is_short(request: &Request) -> bool {
    request.cursor.epoch.is_some() && request.stretch.is_none() && !request.sums
}

/// What the first snapshot tells about a request.
struct Looked {
    sender: Sender,
    /// Whether the session's last use was noted too long ago.
    stale: bool,
    /// Whether the device was shut out.
    revoked: bool,
    /// The whole answer, where nothing has to be written first.
    answer: Option<Packed>,
}

/// Most requests only ask what is new: one snapshot answers them, and they do not trouble the writer.
fn look(
    reading: &Reading<'_>,
    request: &Request,
    token: String,
    packing: Packing,
    received: Timestamp,
) -> Result<Looked, Error> {
    let Knock { session, replica, revoked, head } = reading.knock(&token, request.replica)?;
    let (sender, stale) = session::judge(session, token, received)?;
    let by = sender.actor.user.id;
    if request.envelopes.iter().any(|sent| sent.by != by) {
        return Err(Error::ForgedActor);
    }
    if replica.as_ref().is_some_and(|known| known.user != by) {
        return Err(Error::ForeignReplica);
    }
    let ahead = request.cursor.epoch == Some(head.epoch) && request.cursor.v > head.v;
    let resting = replica.as_ref().is_some_and(|known| {
        request.prev_seq <= known.last_seq && known.last_seen.plus_minutes(SEEN_MINUTES) > received
    });
    let welcome = !sender.ended && !sender.has_left() && !revoked;
    let answer = if welcome && request.envelopes.is_empty() && resting && !ahead {
        let grants = sender.actor.grants();
        let response = ledger::answer(reading, request, Push::Done, Some(&grants), received)?;
        Some(packing.pack(request, &response)?)
    } else {
        None
    };
    Ok(Looked { sender, stale, revoked, answer })
}

/// What a device or a person gets that was shut out: whatever was done before they knew is kept for somebody to
/// look at, nothing of it happens, and they hear no rows. A session that only ended, say because of a new
/// password, hears that; its work waits on the device until its person signs in again.
async fn shut_out(
    state: State,
    sender: Sender,
    request: Arc<Request>,
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
        let response = ledger::answer(reading, &request, push, None, clock::now())?;
        packing.pack(&request, &response)
    });
    Ok(answered.await?.into_response())
}

/// Whether the headers say that the body is no more than a few taps.
fn is_small(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse::<usize>().ok());
    length.is_some_and(|length| length <= SMALL_BYTES_MAX)
        && !headers.contains_key(header::CONTENT_ENCODING)
}

/// An answer as it leaves the house.
enum Packed {
    /// Nothing is new, said by the status alone; the device hears what time it is.
    Nothing(Timestamp),
    /// The bytes, and the name of their encoding.
    Bytes(Vec<u8>, Option<&'static str>),
}

impl IntoResponse for Packed {
    fn into_response(self) -> Answer {
        match self {
            Self::Nothing(now) => {
                (StatusCode::NO_CONTENT, [(NOW_HEADER, now.0.to_string())]).into_response()
            }
            Self::Bytes(bytes, encoding) => {
                let kind = [(header::CONTENT_TYPE, "application/json")];
                let mut response = (kind, bytes).into_response();
                if let Some(encoding) = encoding {
                    let value = HeaderValue::from_static(encoding);
                    response.headers_mut().insert(header::CONTENT_ENCODING, value);
                }
                response
            }
        }
    }
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

    fn pack(self, asked: &Request, response: &Response) -> Result<Packed, Error> {
        if response.is_nothing_new(asked) {
            return Ok(Packed::Nothing(response.now));
        }
        let plain = serde_json::to_vec(response).map_err(Error::internal)?;
        if plain.len() < PACKED_BYTES_MIN {
            return Ok(Packed::Bytes(plain, None));
        }
        let large = plain.len() >= LARGE_BYTES_MIN;
        match self {
            Self::Plain => Ok(Packed::Bytes(plain, None)),
            Self::Gzip => {
                let level = Compression::new(if large { 6 } else { 4 });
                let mut packer = GzEncoder::new(Vec::new(), level);
                packer.write_all(&plain).map_err(Error::internal)?;
                let packed = packer.finish().map_err(Error::internal)?;
                Ok(Packed::Bytes(packed, Some("gzip")))
            }
            Self::Zstd => {
                let level = if large { 7 } else { 3 };
                let packed = squeeze(&plain, level).map_err(Error::internal)?;
                Ok(Packed::Bytes(packed, Some("zstd")))
            }
        }
    }
}

thread_local! {
    /// The packer of each thread that answers; it goes away with its thread.
    static PACKER: RefCell<Compressor<'static>> = RefCell::default();
}

fn squeeze(plain: &[u8], level: i32) -> std::io::Result<Vec<u8>> {
    if plain.len() > KEPT_BYTES_MAX {
        return zstd::bulk::compress(plain, level);
    }
    PACKER.with_borrow_mut(|packer| {
        packer.set_compression_level(level)?;
        packer.compress(plain)
    })
}

/// What no honest device sends. Nothing of such a request is carried out.
fn check(request: &Request) -> Result<(), Error> {
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
    Ok(())
}
