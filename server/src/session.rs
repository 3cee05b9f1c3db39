//! Signing in, the cookie that says who it is, and the person behind a request.

use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::{FromRequestParts, State as Shared},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{
    Id, Timestamp,
    ledger::ReplicaRow,
    number,
    scope::{self, Scope},
    user::User,
    wire::{PROTO, Registered, Session, SignIn},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    State, accounts,
    body::Body,
    clock,
    config::DemoAccount,
    error::Error,
    store::{SessionRow, Store, hex},
};

/// The cookie's name.
pub const COOKIE: &str = "doorstep_session";
/// How long a session lasts without being used.
const SESSION_DAYS: i64 = 30;
/// How old the note of the last use may get: not every request is worth a write.
const SEEN_MINUTES: i64 = 60;

/// Who makes this request; read fresh every time.
pub(crate) struct Actor {
    pub(crate) user: User,
    /// The digest of the session's token.
    pub(crate) token: String,
}

impl Actor {
    /// What this person may see.
    pub(crate) fn grants(&self) -> BTreeSet<Scope> {
        scope::grants(&self.user)
    }
}

impl FromRequestParts<State> for Actor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        who(&state.store, presented(&parts.headers)?).await
    }
}

/// Who holds a session, or held it until it was ended from outside. A device that was shut out may still hand in
/// what it did before it knew.
pub(crate) struct Sender {
    pub(crate) actor: Actor,
    /// Whether the session was ended from outside.
    pub(crate) ended: bool,
}

impl Sender {
    /// Whether the person has left.
    pub(crate) fn has_left(&self) -> bool {
        !self.actor.user.active
    }
}

impl FromRequestParts<State> for Sender {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        sender(&state.store, presented(&parts.headers)?).await
    }
}

/// Whom this session belongs to.
///
/// # Errors
/// [`Error::SessionExpired`] or [`Error::SessionRevoked`].
pub(crate) async fn who(store: &Store, token: String) -> Result<Actor, Error> {
    let sender = sender(store, token).await?;
    if sender.ended || sender.has_left() {
        return Err(Error::SessionRevoked);
    }
    Ok(sender.actor)
}

/// Whom this session belongs to or belonged to.
///
/// # Errors
/// [`Error::SessionExpired`] where its time is over, [`Error::SessionRevoked`] where its person is not known.
pub(crate) async fn sender(store: &Store, token: String) -> Result<Sender, Error> {
    let now = clock::now();
    let sought = token.clone();
    let found = store.read(move |reading| reading.session(&sought)).await?;
    let (sender, stale) = judge(found, token, now)?;
    if stale {
        keep(store, &sender, now).await?;
    }
    Ok(sender)
}

/// Whom a session that was found belongs to, and whether its last use was noted too long ago.
///
/// # Errors
/// Those of [`sender`].
pub(crate) fn judge(
    found: Option<(SessionRow, Option<User>)>,
    token: String,
    now: Timestamp,
) -> Result<(Sender, bool), Error> {
    let (row, user) = found.ok_or(Error::SessionExpired)?;
    let user = user.ok_or(Error::SessionRevoked)?;
    let ended = row.revoked;
    if row.expires < now {
        return Err(if ended { Error::SessionRevoked } else { Error::SessionExpired });
    }
    // The time of one that was ended is not made longer any more.
    let lasting = !ended && user.active;
    let stale = lasting && row.last_seen.plus_minutes(SEEN_MINUTES) < now;
    Ok((Sender { actor: Actor { user, token }, ended }, stale))
}

/// Notes that a session is in use.
///
/// # Errors
/// Where it cannot be written.
pub(crate) async fn keep(store: &Store, sender: &Sender, now: Timestamp) -> Result<(), Error> {
    let (sought, expires) = (sender.actor.token.clone(), expires(now));
    store.write(move |writing| writing.keep_session(&sought, now, expires)).await
}

/// `POST /api/v1/session`
pub(crate) async fn sign_in(
    Shared(state): Shared<State>,
    peer: Peer,
    headers: HeaderMap,
    Body(asked): Body<SignIn>,
) -> Result<Response, Error> {
    let login = asked.login.trim().to_lowercase();
    state.throttle.admit(&login, peer.0)?;
    let user = accounts::verify(&state.store, &login, &asked.password).await?;
    state.throttle.forgive(&login, peer.0);
    begin(&state, user, &headers).await
}

/// Opens a session for somebody who has proved who they are.
///
/// # Errors
/// Where it cannot be kept.
pub(crate) async fn begin(
    state: &State,
    user: User,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    let token = random_token()?;
    let (kept, id, now) = (digest(&token), user.id, clock::now());
    let opened =
        state.store.write(move |writing| writing.open_session(&kept, id, now, expires(now)));
    opened.await?;
    let server = state.store.head().await?.server;
    let https = state.config.behind_proxy
        && headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    let mut response = Json(Session { user, server }).into_response();
    set_cookie(&mut response, &token, SESSION_DAYS * 86_400, https);
    Ok(response)
}

/// `GET /api/v1/session`
pub(crate) async fn show(
    Shared(state): Shared<State>,
    actor: Actor,
) -> Result<Json<Session>, Error> {
    let server = state.store.head().await?.server;
    Ok(Json(Session { user: actor.user, server }))
}

/// `DELETE /api/v1/session`: also answers well where there was none.
pub(crate) async fn sign_out(
    Shared(state): Shared<State>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    if let Some(token) = token(&headers) {
        let token = digest(token);
        state.store.write(move |writing| writing.close_session(&token)).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, "", 0, false);
    Ok(response)
}

/// The old password and the new one.
#[derive(Deserialize)]
pub(crate) struct NewPassword {
    old: String,
    new: String,
}

/// `POST /api/v1/session/password`: ends the person's other sessions.
pub(crate) async fn change_password(
    Shared(state): Shared<State>,
    actor: Actor,
    peer: Peer,
    Body(asked): Body<NewPassword>,
) -> Result<StatusCode, Error> {
    let id = actor.user.id;
    let account = state.store.read(move |reading| reading.account_of(id)).await?;
    let login = account.ok_or(Error::NotFound)?.login;
    state.throttle.admit(&login, peer.0)?;
    accounts::verify(&state.store, &login, &asked.old).await?;
    state.throttle.forgive(&login, peer.0);
    accounts::set_password(&state.store, id, &asked.new, Some(actor.token)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/replicas`: a new browser profile gets its id and its code.
pub(crate) async fn register(
    Shared(state): Shared<State>,
    actor: Actor,
) -> Result<(StatusCode, Json<Registered>), Error> {
    let (id, user, now) = (Uuid::now_v7(), actor.user.id, clock::now());
    let registered = state.store.write(move |writing| {
        let row = ReplicaRow {
            id: Id::new(id),
            user,
            device_code: number::device_code(writing.next_device()?),
            last_seq: 0,
            last_at: Timestamp::default(),
            last_seen: now,
        };
        writing.register(&row, "")?;
        Ok(Registered { replica: row.id, device_code: row.device_code })
    });
    Ok((StatusCode::CREATED, Json(registered.await?)))
}

/// What anybody may know.
#[derive(Serialize)]
pub(crate) struct Hello {
    proto: u32,
    now: Timestamp,
    server: Uuid,
    epoch: Uuid,
    build: &'static str,
    /// Whether this is a demonstration, with these accounts.
    demo: bool,
    demo_accounts: Vec<DemoAccount>,
    /// What the organisation is called, once somebody has said so.
    organisation: Option<String>,
    /// Whether nobody can sign in yet, and the first visitor with the printed code makes the first account.
    unclaimed: bool,
}

/// `GET /api/v1/hello`: the clock, and which server this is.
pub(crate) async fn hello(Shared(state): Shared<State>) -> Result<Json<Hello>, Error> {
    let asked = state
        .store
        .read(|reading| Ok((reading.head()?, reading.organisation()?, reading.is_unclaimed()?)));
    let (head, organisation, nobody) = asked.await?;
    let build = crate::site::BUILD.unwrap_or(env!("CARGO_PKG_VERSION"));
    Ok(Json(Hello {
        proto: PROTO,
        now: clock::now(),
        server: head.server,
        epoch: head.epoch,
        build,
        demo: !state.config.demo.is_empty(),
        demo_accounts: state.config.demo.clone(),
        organisation,
        unclaimed: nobody && state.config.setup.is_some(),
    }))
}

/// The address a request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) Option<IpAddr>);

impl FromRequestParts<State> for Peer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        if state.config.behind_proxy {
            // Each proxy appends whom it saw; the last entry is the word of ours.
            let said = parts.headers.get("x-forwarded-for").and_then(|said| said.to_str().ok());
            let last = said.and_then(|said| said.rsplit(',').next());
            if let Some(address) = last.and_then(|last| last.trim().parse().ok()) {
                return Ok(Self(Some(address)));
            }
        }
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(None)))
    }
}

fn expires(now: Timestamp) -> Timestamp {
    now.plus_minutes(SESSION_DAYS * 24 * 60)
}

/// The digest of the token that a request presents.
///
/// # Errors
/// [`Error::SessionExpired`] where it presents none.
pub(crate) fn presented(headers: &HeaderMap) -> Result<String, Error> {
    token(headers).map(digest).ok_or(Error::SessionExpired)
}

/// The session's token in the request's cookies.
fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE && !value.is_empty()).then_some(value))
}

fn set_cookie(response: &mut Response, token: &str, seconds: i64, https: bool) {
    let secure = if https { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

/// 128 random bits, as hexadecimal digits: nobody guesses them, and they travel with every request.
fn random_token() -> Result<String, Error> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(hex(&bytes))
}

/// What is kept of a token: nobody can sign in with what the database holds.
fn digest(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// How long failed attempts count.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// How often a login may fail within the window.
const PER_LOGIN: usize = 10;
/// How often an address may; a whole office can share one.
const PER_ADDRESS: usize = 100;
/// How many wrong codes an address may try within the window.
const PER_GUESSER: usize = 20;
/// How many logins and addresses are watched at once.
const WATCHED_MAX: usize = 100_000;

/// Counts failed attempts by login and by address.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, Vec<Instant>>>);

impl Throttle {
    /// Counts an attempt as failed until it is forgiven.
    fn admit(&self, login: &str, peer: Option<IpAddr>) -> Result<(), Error> {
        self.count(keys(login, peer).collect())
    }

    /// The same for a code, which is nobody's name: only the address counts, and less is allowed.
    pub(crate) fn admit_guess(&self, door: &str, peer: Option<IpAddr>) -> Result<(), Error> {
        self.count(vec![(guesser(door, peer), PER_GUESSER)])
    }

    /// The code was right: the address loses this attempt.
    pub(crate) fn forgive_guess(&self, door: &str, peer: Option<IpAddr>) {
        let mut seen = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        if let Some(tries) = seen.get_mut(&guesser(door, peer)) {
            tries.pop();
        }
    }

    fn count(&self, keys: Vec<(String, usize)>) -> Result<(), Error> {
        let now = Instant::now();
        let mut seen = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        if seen.len() > WATCHED_MAX {
            seen.retain(|_, tries| tries.last().is_some_and(|last| now - *last < WINDOW));
        }
        for (key, most) in &keys {
            let tries = seen.entry(key.clone()).or_default();
            tries.retain(|tried| now - *tried < WINDOW);
            if tries.len() >= *most {
                let oldest = tries.first().map_or(WINDOW, |first| now - *first);
                let wait = WINDOW.saturating_sub(oldest).as_secs() + 1;
                return Err(Error::TooManyAttempts { retry_seconds: wait });
            }
        }
        for (key, _) in keys {
            seen.entry(key).or_default().push(now);
        }
        Ok(())
    }

    /// The attempt was right: the login starts afresh, the address loses this one.
    fn forgive(&self, login: &str, peer: Option<IpAddr>) {
        let mut seen = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        seen.remove(&format!("login {login}"));
        if let Some(peer) = peer
            && let Some(tries) = seen.get_mut(&format!("address {peer}"))
        {
            tries.pop();
        }
    }
}

fn keys(login: &str, peer: Option<IpAddr>) -> impl Iterator<Item = (String, usize)> {
    // Long logins are nobody's; they must not fill the memory.
    let login: String = login.chars().take(accounts::LOGIN_CHARS_MAX).collect();
    let address = peer.map(|peer| (format!("address {peer}"), PER_ADDRESS));
    [(format!("login {login}"), PER_LOGIN)].into_iter().chain(address)
}

fn guesser(door: &str, peer: Option<IpAddr>) -> String {
    match peer {
        Some(peer) => format!("{door} {peer}"),
        None => door.to_owned(),
    }
}
