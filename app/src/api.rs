//! Every call to the server, typed.

mod answers;
mod exchange;

use domain::{
    Id, Key,
    copy::{Judgement, PublicKey},
    replica::Replica,
    ticket::Ticket,
    user::{Role, User},
    wire::{Blob, Registered, Request, Response, Session, SignIn},
};
use gloo_net::http::Method;
use js_sys::Uint8Array;
use serde::{Serialize, de::DeserializeOwned};
use web_sys::File;

use exchange::{Answer, BYTES, JSON};

pub use answers::{
    Account, AccountReplica, BadRow, Brought, CardHolder, CardStanding, DemoAccount, Hello,
    ImportReport, Journaled, LoginCard, OfficeDevice, Unapplied, UnappliedPage,
};
pub use domain::talk::Fault;
pub use exchange::scanner;

/// What the first administrator says about the organisation and about themselves.
#[derive(Clone, Debug, Serialize)]
pub struct First {
    pub code: String,
    pub organisation: String,
    pub name: String,
    pub login: String,
    pub password: String,
    pub roles: Vec<Role>,
}

/// Where the server says that there is news, as server-sent events.
pub(crate) const LIVE: &str = "/api/v1/live";

const FIRST_BYTE_MS: u32 = 10_000;
/// The slowest network worth waiting for, in bytes per millisecond.
const SLOWEST: u32 = 2;
const IMPORT_MS: u32 = 180_000;
const BLOB_MS: u32 = 60_000;

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
    let patience = patience_ms(body.len());
    match exchange::post_packed("/api/v1/sync", body, patience).await? {
        Answer::NothingNew(now) => Ok(Response::nothing_new(asked, now)),
        answer => answer.read(),
    }
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
pub async fn import_file(kind: &str, file: &File, dry: bool) -> Result<ImportReport, Fault> {
    let name = js_sys::encode_uri_component(&file.name());
    let path = format!("/api/v1/import/{kind}?name={name}{}", if dry { "&dry=1" } else { "" });
    exchange::send(Method::POST, &path, BYTES, file.into(), IMPORT_MS).await?.read()
}

/// Sends the unsent work that another device saved to a file.
///
/// # Errors
/// Why there is no usable answer.
pub async fn bring_unsent(file: &File) -> Result<Brought, Fault> {
    exchange::send(Method::POST, "/api/v1/unsent", JSON, file.into(), IMPORT_MS).await?.read()
}

/// Sends a piece of a photo that a row of this key names. An empty one asks how far it has come.
///
/// # Errors
/// Why there is no usable answer; `digest_differs` where it was whole and is something else.
pub async fn send_blob(sha256: &str, of: Key, offset: u32, piece: &[u8]) -> Result<Blob, Fault> {
    let path = format!("{}&offset={offset}", blob_path(sha256, of));
    let bytes = Uint8Array::from(piece).into();
    exchange::send(Method::PUT, &path, BYTES, bytes, patience_ms(piece.len())).await?.read()
}

/// A photo that a row of this key names; `None` while it is on its way.
///
/// # Errors
/// Why there is no usable answer.
pub async fn blob(sha256: &str, of: Key) -> Result<Option<Vec<u8>>, Fault> {
    exchange::picture(&blob_path(sha256, of), BLOB_MS).await
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
pub async fn set_password(user: Id<User>, password: &str) -> Result<(), Fault> {
    let body = serde_json::json!({ "password": password }).to_string();
    empty(Method::PUT, &format!("/api/v1/accounts/{user}/password"), Some(body)).await
}

/// Makes login cards; `page` is where their codes are typed, with the address of this server.
///
/// # Errors
/// Why there is no usable answer.
pub async fn make_cards(users: &[Id<User>], page: &str) -> Result<Vec<LoginCard>, Fault> {
    let body = serde_json::json!({ "users": users, "page": page }).to_string();
    json(Method::POST, "/api/v1/enrolments", Some(body), IMPORT_MS).await
}

/// Makes a person's login card good for nothing.
///
/// # Errors
/// Why there is no usable answer; `not_found` where there was none.
pub async fn revoke_card(user: Id<User>) -> Result<(), Fault> {
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
pub async fn revoke_device(replica: Id<Replica>) -> Result<(), Fault> {
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
pub async fn journal(ticket: Id<Ticket>) -> Result<Vec<Journaled>, Fault> {
    json(Method::GET, &format!("/api/v1/tickets/{ticket}/journal"), None, FIRST_BYTE_MS).await
}

/// How long an answer to so many bytes may take: a slow network is given time for each of them, but not for ever.
fn patience_ms(bytes: usize) -> u32 {
    FIRST_BYTE_MS.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX) / SLOWEST)
}

async fn json<T: DeserializeOwned>(
    method: Method,
    path: &str,
    body: Option<String>,
    deadline_ms: u32,
) -> Result<T, Fault> {
    call(method, path, body, deadline_ms).await?.read()
}

async fn empty(method: Method, path: &str, body: Option<String>) -> Result<(), Fault> {
    call(method, path, body, FIRST_BYTE_MS).await.map(drop)
}

async fn call(
    method: Method,
    path: &str,
    body: Option<String>,
    deadline_ms: u32,
) -> Result<Answer, Fault> {
    match body {
        Some(body) => exchange::send(method, path, JSON, body.into(), deadline_ms).await,
        None => exchange::ask(method, path, deadline_ms).await,
    }
}

fn encode<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
