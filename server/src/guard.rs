//! What holds for every request: same origin, a deadline, no panic gets out, headers, one line in the log.

use std::{
    panic::AssertUnwindSafe,
    sync::MutexGuard,
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::{Request, State as Shared},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::wire::PROTO;
use futures::FutureExt;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tracing::Instrument;
use uuid::Uuid;

use crate::{State, error::Error, live, verify};

/// How long a request may take. A large file on a slow line takes its time.
const DEADLINE: Duration = Duration::from_secs(120);

/// Tells answers of this server from those of a captive portal.
const PROTO_HEADER: HeaderName = HeaderName::from_static("doorstep-proto");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Set on everything that may be shown as a page. Only what the app needs is allowed.
const SECURITY: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
         worker-src 'self'; form-action 'none'; base-uri 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    (
        "permissions-policy",
        "camera=(self), geolocation=(self), screen-wake-lock=(self), microphone=(), payment=(), \
         usb=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-frame-options", "DENY"),
];

/// And on the page for strangers, which runs nothing and may ask its own question again.
const SECURITY_OF_PAPER: &[(&str, &str)] = &[(
    "content-security-policy",
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
)];

/// Set on data that somebody could open as a page by its address.
const SECURITY_OF_DATA: &[(&str, &str)] = &[
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Set on answers to what no address opens: a phone's smallest exchange should not be mostly headers. Another site
/// cannot ask them ([`same_origin`]), and with this header no browser takes JSON for anything else.
const SECURITY_OF_ANSWERS: &[(&str, &str)] = &[("x-content-type-options", "nosniff")];

/// Goes around every handler.
pub(crate) async fn guard(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let id = Uuid::now_v7();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let api = path.starts_with("/api/");
    let https = state.config.behind_proxy
        && request.headers().get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    // No query, no body, no address, no person: the log holds nothing about anybody.
    let span = tracing::info_span!("request", %id, %method, path = route_only(&path));
    let began = std::time::Instant::now();
    let answer = async {
        if api && !same_origin(&method, request.headers()) {
            return Error::Forbidden.into_response();
        }
        let run = AssertUnwindSafe(next.run(request)).catch_unwind();
        if path == live::PATH {
            return run.await.unwrap_or_else(|_| panicked());
        }
        match tokio::time::timeout(DEADLINE, run).await {
            Ok(ran) => ran.unwrap_or_else(|_| panicked()),
            Err(_) => Error::TookTooLong.into_response(),
        }
    };
    let mut response = answer.instrument(span.clone()).await;
    if api && is_plain_failure(&response) {
        response = Error::BadRequest("address").into_response();
    }
    let status = response.status().as_u16();
    if api && response.status() == StatusCode::SERVICE_UNAVAILABLE {
        *state.pulse.failed() = Some(Instant::now());
    }
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status, ms, "answered"));

    let headers = response.headers_mut();
    let policy = if path == verify::PATH { SECURITY_OF_PAPER } else { &[] };
    let opened = method.is_safe();
    let bare = !headers.contains_key(header::CONTENT_TYPE);
    let security = match (api, opened) {
        (false, _) => SECURITY,
        (true, true) => SECURITY_OF_DATA,
        (true, false) if bare => &[],
        (true, false) => SECURITY_OF_ANSWERS,
    };
    for (name, value) in security.iter().chain(policy) {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    if api {
        headers.insert(PROTO_HEADER, PROTO.into());
        if opened {
            // Nobody keeps the answer to anything else.
            headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        }
    }
    // Whoever reports a failure can name it; a success needs no name.
    let failed = status >= 400;
    if let (true, Ok(id)) = (failed, HeaderValue::from_str(&id.to_string())) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// Whether the router itself could not read the address; it says so in plain text.
fn is_plain_failure(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    response.status().is_client_error()
        && kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

fn panicked() -> Response {
    Error::internal("a handler panicked").into_response()
}

/// Whether a request that changes something comes from our own pages, as far as the browser says.
fn same_origin(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return true;
    }
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = said(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match (said(header::ORIGIN), said(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => false,
    }
}

/// A path without what identifies anybody: the ids in it.
fn route_only(path: &str) -> String {
    let mut parts = path.split('/').map(|part| match Uuid::parse_str(part) {
        Ok(_) => ":id",
        Err(_) if domain::photo::is_digest(part) => ":sha256",
        Err(_) => part,
    });
    let mut short = parts.next().unwrap_or_default().to_owned();
    for part in parts.take(8) {
        short.push('/');
        short.extend(part.chars().take(64));
    }
    short
}

/// How the database does.
#[derive(Default)]
pub(crate) struct Pulse {
    /// Whether it took the last trial write, and when that was.
    felt: Mutex<Option<(Instant, bool)>>,
    /// When somebody was last told that it cannot answer just now.
    failed: std::sync::Mutex<Option<Instant>>,
}

/// How long a trial answers for the present: anybody may ask for the health, and each write costs a sync.
const PULSE: Duration = Duration::from_secs(1);
/// How long after a failure the health is doubted: the last corner of a disk takes small writes and no large ones.
const DOUBT: Duration = Duration::from_secs(4);

impl Pulse {
    fn failed(&self) -> MutexGuard<'_, Option<Instant>> {
        self.failed.lock().unwrap_or_else(|poison| poison.into_inner())
    }
}

/// `GET /healthz`: whether the database answers and still takes what is written.
pub(crate) async fn health(Shared(state): Shared<State>) -> Result<Json<Value>, Error> {
    let doubted = state.pulse.failed().is_some_and(|failed| failed.elapsed() < DOUBT);
    let mut pulse = state.pulse.felt.lock().await;
    let known = pulse.filter(|(felt, _)| felt.elapsed() < PULSE).map(|(_, well)| well);
    let well = match known {
        Some(well) => well,
        None => {
            let read = state.store.head().await;
            let written = state.store.write(|writing| writing.prove()).await;
            let sick = read.err().or(written.err());
            if let Some(error) = &sick {
                tracing::warn!(%error, "not well");
            }
            *pulse = Some((Instant::now(), sick.is_none()));
            sick.is_none()
        }
    };
    let well = well && !doubted;
    let sick = || Error::Unavailable("the database does not take what is written".into());
    well.then(|| Json(json!({ "status": "ok" }))).ok_or_else(sick)
}
