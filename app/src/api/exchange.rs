//! One request and its answer: how it is sent, how long it is waited for, and who it was that answered. The only file
//! that knows fetch.

use std::pin::pin;

use domain::{Timestamp, json, talk::Fault, wire::NOW_HEADER};
use futures::future::{Either, select};
use gloo_net::http::{Method, Request, RequestBuilder, Response};
use gloo_timers::future::TimeoutFuture;
use serde::{Deserialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, CompressionFormat, CompressionStream};

/// What our server says where it does not say no.
pub(super) enum Answer {
    /// In words, whole.
    Body(String),
    /// By the status alone: nothing is new, and what time it is there.
    NothingNew(Timestamp),
}

impl Answer {
    /// What the body says.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, Fault> {
        match self {
            Self::Body(body) => json::read(&body).map_err(|_| Fault::Unreadable),
            Self::NothingNew(_) => Err(Fault::Unreadable),
        }
    }
}

/// Kinds of content.
pub(super) const JSON: &str = "application/json";
pub(super) const BYTES: &str = "application/octet-stream";

const PROTO_HEADER: &str = "doorstep-proto";
/// Below this packing gains nothing.
const PACKED_BYTES_MIN: usize = 1024;

/// Asks without a body.
pub(super) async fn ask(method: Method, path: &str, deadline_ms: u32) -> Result<Answer, Fault> {
    let (builder, deadline) = prepared(method, path, deadline_ms);
    answered(builder.build(), deadline, said).await
}

/// Sends a body of this kind.
pub(super) async fn send(
    method: Method,
    path: &str,
    kind: &str,
    body: JsValue,
    deadline_ms: u32,
) -> Result<Answer, Fault> {
    let (builder, deadline) = prepared(method, path, deadline_ms);
    answered(builder.header("content-type", kind).body(body), deadline, said).await
}

/// Posts JSON, in gzip where that makes it smaller and the browser can.
pub(super) async fn post_packed(
    path: &str,
    body: String,
    deadline_ms: u32,
) -> Result<Answer, Fault> {
    let (builder, deadline) = prepared(Method::POST, path, deadline_ms);
    let builder = builder.header("content-type", JSON);
    let request = match packed(&body).await {
        Some(packed) => builder.header("content-encoding", "gzip").body(packed),
        None => builder.body(body),
    };
    answered(request, deadline, said).await
}

/// Fetches a picture; `None` while it is on its way.
pub(super) async fn picture(path: &str, deadline_ms: u32) -> Result<Option<Vec<u8>>, Fault> {
    let (builder, deadline) = prepared(Method::GET, path, deadline_ms);
    let shown = async |response: Response| match response.status() {
        204 => Ok(None),
        _ => response.binary().await.map(Some).map_err(|_| Fault::Unreachable),
    };
    answered(builder.build(), deadline, shown).await
}

/// The reader of codes, for a browser that has none of its own.
///
/// # Errors
/// Where it is not kept here and the server cannot be reached.
pub async fn scanner() -> Result<Vec<u8>, Fault> {
    let answer = RequestBuilder::new("/scanner.wasm").send().await;
    let answer = answer.map_err(|_| Fault::Unreachable)?;
    if !answer.ok() {
        return Err(Fault::Unreachable);
    }
    answer.binary().await.map_err(|_| Fault::Unreachable)
}

/// Ends a request that takes too long.
struct Deadline {
    abort: Option<AbortController>,
    milliseconds: u32,
}

fn prepared(method: Method, path: &str, milliseconds: u32) -> (RequestBuilder, Deadline) {
    let abort = AbortController::new().ok();
    let signal = abort.as_ref().map(AbortController::signal);
    let builder = RequestBuilder::new(path)
        .method(method)
        .credentials(web_sys::RequestCredentials::SameOrigin)
        .abort_signal(signal.as_ref());
    (builder, Deadline { abort, milliseconds })
}

/// What is taken from the answer to this request, if it is a good one and whole before the deadline.
async fn answered<T>(
    request: Result<Request, gloo_net::Error>,
    deadline: Deadline,
    take: impl AsyncFnOnce(Response) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let request = request.map_err(|_| Fault::Unreadable)?;
    let exchange = async {
        let response = request.send().await.map_err(|_| Fault::Unreachable)?;
        take(good(response).await?).await
    };
    match select(pin!(exchange), TimeoutFuture::new(deadline.milliseconds)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => {
            if let Some(abort) = deadline.abort {
                abort.abort();
            }
            Err(Fault::Unreachable)
        }
    }
}

/// The answer, if it comes from our server and is no problem.
async fn good(response: Response) -> Result<Response, Fault> {
    #[derive(Deserialize)]
    struct Problem {
        #[serde(default)]
        code: String,
    }
    let headers = response.headers();
    // Every answer of ours carries the header; hotels and stations do not know it.
    let ours = headers.get(PROTO_HEADER).is_some();
    let (status, ok) = (response.status(), response.ok());
    if ok && ours {
        return Ok(response);
    }
    let retry_after_seconds = headers.get("retry-after").and_then(|text| text.parse().ok());
    let body = response.text().await.map_err(|_| Fault::Unreachable)?;
    let problem = json::read::<Problem>(&body).ok();
    let code = problem.map(|problem| problem.code).filter(|code| !code.is_empty());
    match code {
        Some(code) if !ok => Err(Fault::Problem { status, code, retry_after_seconds }),
        // A proxy on the way, or a server that is just restarting.
        _ if status >= 400 => {
            Err(Fault::Problem { status, code: "unavailable".into(), retry_after_seconds })
        }
        _ => Err(Fault::Portal),
    }
}

/// What a good answer says.
async fn said(response: Response) -> Result<Answer, Fault> {
    let now = response.headers().get(NOW_HEADER).and_then(|now| now.parse().ok());
    match now {
        Some(now) if response.status() == 204 => Ok(Answer::NothingNew(Timestamp(now))),
        _ => response.text().await.map(Answer::Body).map_err(|_| Fault::Unreachable),
    }
}

/// The body in gzip, where that makes it smaller and the browser can.
async fn packed(body: &str) -> Option<JsValue> {
    if body.len() < PACKED_BYTES_MIN {
        return None;
    }
    let packer = CompressionStream::new(CompressionFormat::Gzip).ok()?;
    let parts = js_sys::Array::of1(&body.into());
    let plain = web_sys::Blob::new_with_str_sequence(&parts).ok()?.stream();
    let pair = web_sys::ReadableWritablePair::new(&packer.readable(), &packer.writable());
    let packed = web_sys::Response::new_with_opt_readable_stream(Some(&plain.pipe_through(&pair)));
    let packed = packed.ok()?.array_buffer().ok()?;
    JsFuture::from(packed).await.ok()
}
