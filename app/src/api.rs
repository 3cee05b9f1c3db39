//! Every call to the server, typed. The only file that knows fetch.

use domain::{
    Key, Timestamp,
    copy::{Judgement, PublicKey},
    json,
    user::User,
    wire::{Blob, NOW_HEADER, Outcome, Registered, Request, Response, Session, SignIn},
};
use futures::future::{Either, select};
use gloo_net::http::{Method, RequestBuilder};
use gloo_timers::future::TimeoutFuture;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, CompressionFormat, CompressionStream};

pub use domain::talk::Fault;

/// What the server says about itself to anybody.
#[derive(Clone, Debug, Deserialize)]
pub struct Hello {
    #[serde(default)]
    pub build: Option<String>,
    /// Whether this is a demonstration with known accounts.
    #[serde(default)]
    pub demo: bool,
    #[serde(default)]
    pub demo_accounts: Vec<DemoAccount>,
    /// What the organisation is called.
    #[serde(default)]
    pub organisation: Option<String>,
    /// Whether nobody can sign in yet.
    #[serde(default)]
    pub unclaimed: bool,
}

/// An account of the demonstration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DemoAccount {
    pub login: String,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub password: String,
}

/// What an import did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ImportReport {
    /// The form it was read as; none where the file is no form at all.
    #[serde(default)]
    pub kind: Option<String>,
    pub read: u32,
    pub added: u32,
    pub changed: u32,
    pub unchanged: u32,
    pub refused: u32,
    #[serde(default)]
    pub rows: Vec<BadRow>,
    /// Columns that were not read because the server does not know them.
    #[serde(default)]
    pub ignored: Vec<String>,
    #[serde(default)]
    pub dry: bool,
}

/// A line of a file that cannot be taken over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BadRow {
    pub line: u32,
    #[serde(default)]
    pub column: Option<String>,
    pub code: String,
    #[serde(default)]
    pub value: String,
}

/// What became of a file with unsent work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Brought {
    pub applied: u32,
    pub amended: u32,
    pub noop: u32,
    /// Envelopes the server had already.
    pub known: u32,
    pub refused: u32,
    pub quarantined: u32,
}

/// An account, as the administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Account {
    pub user: domain::Id<User>,
    pub login: String,
    pub active: bool,
    #[serde(default)]
    pub last_seen: Option<domain::Timestamp>,
    #[serde(default)]
    pub replicas: Vec<AccountReplica>,
    /// Whether there is a password.
    #[serde(default)]
    pub password: bool,
    /// The newest login card.
    #[serde(default)]
    pub card: Option<CardStanding>,
}

/// How a login card stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CardStanding {
    pub expires: domain::Timestamp,
    #[serde(default)]
    pub used: Option<domain::Timestamp>,
    #[serde(default)]
    pub revoked: Option<domain::Timestamp>,
}

/// A login card as it is made, with its code; nobody can ask for that again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LoginCard {
    pub user: domain::Id<User>,
    pub name: String,
    pub login: String,
    pub code: String,
    pub link: String,
    pub expires: domain::Timestamp,
}

/// Whom a login card is for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CardHolder {
    pub name: String,
    pub login: String,
    #[serde(default)]
    pub roles: Vec<domain::user::Role>,
    #[serde(default)]
    pub organisation: Option<String>,
}

/// What the first administrator says about the organisation and about themselves.
#[derive(Clone, Debug, Serialize)]
pub struct First {
    pub code: String,
    pub organisation: String,
    pub name: String,
    pub login: String,
    pub password: String,
    pub roles: Vec<domain::user::Role>,
}

/// A device of an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AccountReplica {
    pub device_code: String,
    #[serde(default)]
    pub last_seq: u64,
    #[serde(default)]
    pub last_seen: Option<domain::Timestamp>,
}

/// A browser profile somebody works with, as the office sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OfficeDevice {
    pub replica: domain::Id<domain::replica::Replica>,
    pub user: domain::Id<User>,
    #[serde(default)]
    pub name: String,
    pub device_code: String,
    pub last_seen: domain::Timestamp,
    #[serde(default)]
    pub build: String,
    /// How much it still held when it was last heard; nothing where it never said.
    #[serde(default)]
    pub waiting: Option<u64>,
    #[serde(default)]
    pub waiting_since: Option<domain::Timestamp>,
    /// How much of its room is in use, and whether its browser promised not to clear it; nothing where it never said.
    #[serde(default)]
    pub full_percent: Option<u8>,
    #[serde(default)]
    pub lasting: Option<bool>,
    /// When it was shut out.
    #[serde(default)]
    pub revoked: Option<domain::Timestamp>,
}

/// An envelope that had no effect.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Unapplied {
    pub n: u64,
    #[serde(default)]
    pub device_code: String,
    pub by: domain::Id<User>,
    #[serde(default)]
    pub name: String,
    /// The author's clock.
    pub at: domain::Timestamp,
    pub received: domain::Timestamp,
    /// As it was sent; it may be a command this app does not know.
    pub command: serde_json::Value,
    pub outcome: Outcome,
    /// Who brought it in from a file.
    #[serde(default)]
    pub carrier: Option<domain::Id<User>>,
}

/// A page of such envelopes, the newest first.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct UnappliedPage {
    pub entries: Vec<Unapplied>,
    /// What to ask for to go on; nothing at the end.
    #[serde(default)]
    pub next: Option<u64>,
}

/// An envelope of a ticket's history, as it lies in the server's journal.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Journaled {
    pub n: u64,
    pub mid: uuid::Uuid,
    /// Empty where the server itself did it.
    #[serde(default)]
    pub device_code: String,
    pub by: domain::Id<User>,
    /// The author's clock.
    pub claimed: domain::Timestamp,
    /// When it counts as having happened.
    pub at: domain::Timestamp,
    #[serde(default)]
    pub doubtful: bool,
    pub received: domain::Timestamp,
    pub command: serde_json::Value,
    pub outcome: Outcome,
    #[serde(default)]
    pub carrier: Option<domain::Id<User>>,
}

/// Where the server says that there is news, as server-sent events.
pub(crate) const LIVE: &str = "/api/v1/live";

const PROTO_HEADER: &str = "doorstep-proto";
const FIRST_BYTE_MS: u32 = 10_000;
/// The slowest network worth waiting for, in bytes per millisecond.
const SLOWEST: u32 = 2;
const IMPORT_MS: u32 = 180_000;
const BLOB_MS: u32 = 60_000;
/// Below this packing gains nothing.
const PACKED_BYTES_MIN: usize = 1024;

/// What the server says about itself.
///
/// # Errors
/// Why there is no usable answer.
pub async fn hello() -> Result<Hello, Fault> {
    json(Method::GET, "/api/v1/hello", None, FIRST_BYTE_MS).await
}

pub(crate) async fn sign_in(login: &str, password: &str) -> Result<Session, Fault> {
    let body = SignIn { login: login.trim().into(), password: password.into() };
    json(Method::POST, "/api/v1/session", Some(encode(&body)), FIRST_BYTE_MS).await
}

pub(crate) async fn session() -> Result<Session, Fault> {
    json(Method::GET, "/api/v1/session", None, FIRST_BYTE_MS / 2).await
}

pub(crate) async fn sign_out() -> Result<(), Fault> {
    match empty(Method::DELETE, "/api/v1/session", None).await {
        // Nobody was signed in: that is what was wanted.
        Err(Fault::Problem { status: 401, .. }) => Ok(()),
        other => other,
    }
}

pub(crate) async fn register() -> Result<Registered, Fault> {
    json(Method::POST, "/api/v1/replicas", Some("{}".into()), FIRST_BYTE_MS).await
}

pub(crate) async fn sync(asked: &Request) -> Result<Response, Fault> {
    let body = encode(asked);
    // A slow network is given time for every byte, but not for ever.
    let bytes = u32::try_from(body.len()).unwrap_or(u32::MAX / 4);
    let milliseconds = FIRST_BYTE_MS.saturating_add(bytes / SLOWEST);
    let (builder, deadline) = prepared(Method::POST, "/api/v1/sync", milliseconds);
    let builder = builder.header("content-type", "application/json");
    let request = match packed(&body).await {
        Some(packed) => builder.header("content-encoding", "gzip").body(packed),
        None => builder.body(body),
    };
    let body = answered(request.map_err(|_| Fault::Unreadable)?, deadline).await?;
    // Without a body it is only the server's clock, and nothing new.
    match body.parse() {
        Ok(now) => Ok(Response::nothing_new(asked, Timestamp(now))),
        Err(_) => read(body).await,
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

/// The keys that countersignatures are checked with. Anybody may ask.
///
/// # Errors
/// Why there is no usable answer.
pub async fn seal_keys() -> Result<Vec<PublicKey>, Fault> {
    json(Method::GET, "/api/v1/seal", None, FIRST_BYTE_MS).await
}

/// What the server can say of a customer copy. Anybody may ask.
///
/// # Errors
/// Why there is no usable answer.
pub async fn verify_copy(code: &str) -> Result<Judgement, Fault> {
    let path = format!("/api/v1/verify?c={}", js_sys::encode_uri_component(code));
    json(Method::GET, &path, None, FIRST_BYTE_MS).await
}

/// Changes one's own password.
///
/// # Errors
/// Why there is no usable answer; a wrong old password is `wrong_password`.
pub async fn change_password(old: &str, new: &str) -> Result<(), Fault> {
    let body = serde_json::json!({ "old": old, "new": new }).to_string();
    empty(Method::POST, "/api/v1/session/password", Some(body)).await
}

/// Sends a file of customers, machines, parts or tickets; `dry` only looks what would happen.
///
/// # Errors
/// Why there is no usable answer.
pub async fn import_file(
    kind: &str,
    file: &web_sys::File,
    dry: bool,
) -> Result<ImportReport, Fault> {
    let name = js_sys::encode_uri_component(&file.name());
    let path = format!("/api/v1/import/{kind}?name={name}{}", if dry { "&dry=1" } else { "" });
    let (builder, deadline) = prepared(Method::POST, &path, IMPORT_MS);
    let request = builder
        .header("content-type", "application/octet-stream")
        .body(JsValue::from(file))
        .map_err(|_| Fault::Unreadable)?;
    read(answered(request, deadline).await?).await
}

/// Sends the unsent work that another device saved to a file.
///
/// # Errors
/// Why there is no usable answer.
pub async fn bring_unsent(file: &web_sys::File) -> Result<Brought, Fault> {
    let (builder, deadline) = prepared(Method::POST, "/api/v1/unsent", IMPORT_MS);
    let request = builder
        .header("content-type", "application/json")
        .body(JsValue::from(file))
        .map_err(|_| Fault::Unreadable)?;
    read(answered(request, deadline).await?).await
}

/// Sends a piece of a photo that a row of this key names. An empty one asks how far it has come.
///
/// # Errors
/// Why there is no usable answer; `digest_differs` where it was whole and is something else.
pub async fn send_blob(sha256: &str, of: Key, offset: u32, piece: &[u8]) -> Result<Blob, Fault> {
    let path = format!("{}&offset={offset}", blob_path(sha256, of));
    let bytes = u32::try_from(piece.len()).unwrap_or(u32::MAX / 4);
    let (builder, deadline) = prepared(Method::PUT, &path, FIRST_BYTE_MS + bytes / SLOWEST);
    let request = builder
        .header("content-type", "application/octet-stream")
        .body(JsValue::from(js_sys::Uint8Array::from(piece)))
        .map_err(|_| Fault::Unreadable)?;
    read(answered(request, deadline).await?).await
}

/// A photo that a row of this key names; `None` while it is on its way.
///
/// # Errors
/// Why there is no usable answer.
pub async fn blob(sha256: &str, of: Key) -> Result<Option<Vec<u8>>, Fault> {
    let (builder, deadline) = prepared(Method::GET, &blob_path(sha256, of), BLOB_MS);
    let request = builder.build().map_err(|_| Fault::Unreadable)?;
    let fetched = async {
        let response = request.send().await.map_err(|_| Fault::Unreachable)?;
        let status = response.status();
        let picture = response.headers().get("content-type").is_some_and(|it| it == "image/jpeg");
        match status {
            200 if picture => response.binary().await.map(Some).map_err(|_| Fault::Unreachable),
            204 if response.headers().get(PROTO_HEADER).is_some() => Ok(None),
            200 | 204 => Err(Fault::Portal),
            status => {
                Err(Fault::Problem { status, code: String::new(), retry_after_seconds: None })
            }
        }
    };
    let timer = TimeoutFuture::new(deadline.milliseconds);
    match select(std::pin::pin!(fetched), timer).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => {
            if let Some(abort) = deadline.abort {
                abort.abort();
            }
            Err(Fault::Unreachable)
        }
    }
}

fn blob_path(sha256: &str, of: Key) -> String {
    format!("/api/v1/blobs/{sha256}?of={of}")
}

/// Where the template for a kind of file lies.
pub fn import_template(kind: &str) -> String {
    format!("/api/v1/import/template/{kind}.csv")
}

/// Every account, for the administrator.
///
/// # Errors
/// Why there is no usable answer.
pub async fn accounts() -> Result<Vec<Account>, Fault> {
    json(Method::GET, "/api/v1/accounts", None, FIRST_BYTE_MS).await
}

/// Adds a person with a login and a first password, or without one: a card lets them in then.
///
/// # Errors
/// Why there is no usable answer; a login that is taken is `conflict`.
pub async fn add_account(user: &User, login: &str, password: Option<&str>) -> Result<(), Fault> {
    let body = serde_json::json!({ "user": user, "login": login, "password": password });
    empty(Method::POST, "/api/v1/accounts", Some(body.to_string())).await
}

/// Gives a person a new password; their sessions end.
///
/// # Errors
/// Why there is no usable answer.
pub async fn set_password(user: domain::Id<User>, password: &str) -> Result<(), Fault> {
    let body = serde_json::json!({ "password": password }).to_string();
    empty(Method::PUT, &format!("/api/v1/accounts/{user}/password"), Some(body)).await
}

/// Makes login cards; `page` is where their codes are typed, with the address of this server.
///
/// # Errors
/// Why there is no usable answer.
pub async fn make_cards(users: &[domain::Id<User>], page: &str) -> Result<Vec<LoginCard>, Fault> {
    let body = serde_json::json!({ "users": users, "page": page }).to_string();
    json(Method::POST, "/api/v1/enrolments", Some(body), IMPORT_MS).await
}

/// Makes a person's login card good for nothing.
///
/// # Errors
/// Why there is no usable answer; `not_found` where there was none.
pub async fn revoke_card(user: domain::Id<User>) -> Result<(), Fault> {
    empty(Method::DELETE, &format!("/api/v1/enrolments/{user}"), None).await
}

/// Whom a card is for. It stays good.
///
/// # Errors
/// Why there is no usable answer: `code_unknown`, `code_used`, `code_revoked`, `code_expired`, or the usual.
pub async fn look_at_card(code: &str) -> Result<CardHolder, Fault> {
    let body = serde_json::json!({ "code": code }).to_string();
    json(Method::POST, "/api/v1/enrol/look", Some(body), FIRST_BYTE_MS).await
}

pub(crate) async fn enrol(code: &str, password: &str) -> Result<Session, Fault> {
    let body = serde_json::json!({ "code": code, "password": password }).to_string();
    json(Method::POST, "/api/v1/enrol", Some(body), FIRST_BYTE_MS).await
}

pub(crate) async fn set_up(first: &First) -> Result<Session, Fault> {
    json(Method::POST, "/api/v1/setup", Some(encode(first)), FIRST_BYTE_MS).await
}

/// Every device with what waited on it, for the office.
///
/// # Errors
/// Why there is no usable answer.
pub async fn devices() -> Result<Vec<OfficeDevice>, Fault> {
    json(Method::GET, "/api/v1/devices", None, FIRST_BYTE_MS).await
}

/// Shuts a lost device out; for administrators.
///
/// # Errors
/// Why it is not shut out.
pub async fn revoke_device(replica: domain::Id<domain::replica::Replica>) -> Result<(), Fault> {
    empty(Method::POST, &format!("/api/v1/devices/{replica}/revoke"), None).await
}

/// What was refused or could not be decided, a page before this place.
///
/// # Errors
/// Why there is no usable answer.
pub async fn unapplied(before: Option<u64>) -> Result<UnappliedPage, Fault> {
    let path = match before {
        Some(before) => format!("/api/v1/attention?before={before}"),
        None => "/api/v1/attention".to_owned(),
    };
    json(Method::GET, &path, None, FIRST_BYTE_MS).await
}

/// The journal's side of a ticket's history, in the order of arrival.
///
/// # Errors
/// Why there is no usable answer.
pub async fn journal(ticket: domain::Id<domain::ticket::Ticket>) -> Result<Vec<Journaled>, Fault> {
    json(Method::GET, &format!("/api/v1/tickets/{ticket}/journal"), None, FIRST_BYTE_MS).await
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    code: String,
}

/// Ends a request that takes too long.
struct Deadline {
    abort: Option<AbortController>,
    milliseconds: u32,
}

async fn json<T: DeserializeOwned>(
    method: Method,
    path: &str,
    body: Option<String>,
    deadline_ms: u32,
) -> Result<T, Fault> {
    read(call(method, path, body, deadline_ms).await?).await
}

async fn empty(method: Method, path: &str, body: Option<String>) -> Result<(), Fault> {
    call(method, path, body, FIRST_BYTE_MS).await.map(drop)
}

async fn call(
    method: Method,
    path: &str,
    body: Option<String>,
    deadline_ms: u32,
) -> Result<String, Fault> {
    let (builder, deadline) = prepared(method, path, deadline_ms);
    let request = match body {
        Some(body) => builder.header("content-type", "application/json").body(body),
        None => builder.build(),
    };
    answered(request.map_err(|_| Fault::Unreadable)?, deadline).await
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

/// The body of a good answer, whole; the server's clock where there is nothing new and so no body.
async fn answered(request: gloo_net::http::Request, deadline: Deadline) -> Result<String, Fault> {
    let work = std::pin::pin!(exchange(request));
    let timer = TimeoutFuture::new(deadline.milliseconds);
    match select(work, timer).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => {
            if let Some(abort) = deadline.abort {
                abort.abort();
            }
            Err(Fault::Unreachable)
        }
    }
}

async fn exchange(request: gloo_net::http::Request) -> Result<String, Fault> {
    let response = request.send().await.map_err(|_| Fault::Unreachable)?;
    let headers = response.headers();
    // Every answer of ours carries the header; hotels and stations do not know it.
    let ours = headers.get(PROTO_HEADER).is_some();
    let retry_after_seconds = headers.get("retry-after").and_then(|text| text.parse().ok());
    let (status, ok) = (response.status(), response.ok());
    let now = headers.get(NOW_HEADER).filter(|_| status == 204);
    let body = response.text().await.map_err(|_| Fault::Unreachable)?;
    if ok && ours {
        return Ok(now.unwrap_or(body));
    }
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

async fn read<T: DeserializeOwned>(body: String) -> Result<T, Fault> {
    json::read(&body).map_err(|_| Fault::Unreadable)
}

fn encode<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
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

/// Asks the service worker to keep that reader too, as it keeps a program of the app.
///
/// # Errors
/// Where this browser keeps nothing.
pub async fn keep_scanner() -> Result<(), JsValue> {
    let window = leptos::prelude::window();
    let noted = JsFuture::from(window.caches()?.open("doorstep-faces")).await?;
    let noted: web_sys::Cache = noted.unchecked_into();
    JsFuture::from(noted.put_with_str("/scanner", &web_sys::Response::new()?)).await?;
    if let Some(worker) = window.navigator().service_worker().controller() {
        worker.post_message(&"KEEP_FACES".into())?;
    }
    Ok(())
}
