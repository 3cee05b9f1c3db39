//! Accounts: logins and passwords of people, and the administrator's calls about them.

use std::sync::LazyLock;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use axum::{
    Json,
    extract::{Path, State as Shared},
    http::StatusCode,
};
use domain::{
    Command, Id, Timestamp,
    user::{self, Role, User},
    wire::Outcome,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::{
    State,
    body::Body,
    clock, enrolment,
    error::Error,
    session::Actor,
    store::{Account, Store, Who, new_mid},
};

/// The shortest password that is taken.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// The longest password that is looked at.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// The longest login.
pub const LOGIN_CHARS_MAX: usize = 64;

/// Hashing takes 19 MiB and a core; more at a time would stand in everybody's way.
static HASHING: Semaphore = Semaphore::const_new(2);

/// What is checked for unknown logins, so that they take as long as known ones.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

/// Gives a person a login: saves the person through the rule, then the account, in one transaction.
///
/// # Errors
/// [`Error::Conflict`] for a login or person that has one, [`Error::Refused`] where the rules say no.
pub async fn add(
    store: &Store,
    by: Id<User>,
    user: &User,
    login: &str,
    password: &str,
) -> Result<(), Error> {
    let hash = hash(password).await?;
    open(store, by, user, login, hash, None).await
}

/// Gives a person a login without a password: a card lets them in, and there they choose one.
///
/// # Errors
/// As [`add`].
pub async fn invite(store: &Store, by: Id<User>, user: &User, login: &str) -> Result<(), Error> {
    open(store, by, user, login, String::new(), None).await
}

/// The first person of all, who also says what the organisation is called.
///
/// # Errors
/// As [`add`]; [`Error::Conflict`] where somebody has a login already.
pub(crate) async fn add_first(
    store: &Store,
    by: Id<User>,
    user: &User,
    login: &str,
    password: &str,
    organisation: String,
) -> Result<(), Error> {
    let hash = hash(password).await?;
    open(store, by, user, login, hash, Some(organisation)).await
}

async fn open(
    store: &Store,
    by: Id<User>,
    user: &User,
    login: &str,
    hash: String,
    first_of: Option<String>,
) -> Result<(), Error> {
    let login = parse_login(login)?;
    let user = user.clone();
    let mid = new_mid();
    let added = store.write(move |writing| {
        if let Some(organisation) = &first_of {
            if !writing.reading().is_unclaimed()? {
                return Err(Error::Conflict("somebody was here before"));
            }
            writing.name_organisation(organisation)?;
        }
        if writing.reading().account(&login)?.is_some() {
            return Err(Error::Conflict("this login is taken"));
        }
        if writing.reading().account_of(user.id)?.is_some() {
            return Err(Error::Conflict("this person has a login"));
        }
        let now = clock::now();
        let save = user::Command::Save { user: Box::new(user.clone()) };
        let outcomes = writing.orders(by, &[(mid, now, Command::User(user.id, save))])?;
        match outcomes.first() {
            Some(Outcome::Applied { .. } | Outcome::Noop | Outcome::Amended { .. }) => {}
            Some(Outcome::Refused { refusal }) => return Err(Error::Refused(*refusal)),
            Some(Outcome::Quarantined) | None => return Err(Error::internal("not carried out")),
        }
        let account = Account { user: user.id, login: login.clone(), hash: hash.clone() };
        writing.open_account(&account, now)
    });
    added.await
}

/// Whether somebody has this login.
///
/// # Errors
/// Where the database cannot be read.
pub async fn known(store: &Store, login: &str) -> Result<bool, Error> {
    let login = parse_login(login)?;
    Ok(store.read(move |reading| reading.account(&login)).await?.is_some())
}

/// Sets a person's password; all their sessions but `keep` end.
///
/// # Errors
/// [`Error::NotFound`] for people without an account.
pub async fn set_password(
    store: &Store,
    user: Id<User>,
    password: &str,
    keep: Option<String>,
) -> Result<(), Error> {
    let hash = hash(password).await?;
    let who = match keep {
        None => Who::All(user),
        Some(token) => Who::AllBut(user, token),
    };
    let set = store.write(move |writing| {
        if !writing.set_password(user, &hash)? {
            return Err(Error::NotFound);
        }
        writing.revoke_sessions(&who)
    });
    set.await
}

/// Who has this login and password. Takes equally long whether the login exists or not.
///
/// # Errors
/// [`Error::WrongPassword`], also for people who have left.
pub async fn verify(store: &Store, login: &str, password: &str) -> Result<User, Error> {
    let login = login.trim().to_lowercase();
    let account = store.read(move |reading| reading.account(&login)).await?;
    // Who never had a password cannot have typed the right one.
    let (user, hash) = match account {
        Some(account) if !account.hash.is_empty() => (Some(account.user), account.hash),
        Some(_) | None => (None, String::new()),
    };
    if password.chars().count() > PASSWORD_CHARS_MAX {
        return Err(Error::WrongPassword);
    }
    let password = password.to_owned();
    let right = heavy(move || {
        let hash = if hash.is_empty() { NOBODY.as_str() } else { hash.as_str() };
        Ok(Argon2::default().verify_password(password.as_bytes(), hash).is_ok())
    })
    .await?;
    let user = user.filter(|_| right).ok_or(Error::WrongPassword)?;
    let user = store.find(user).await?.filter(|user| user.active);
    user.ok_or(Error::WrongPassword)
}

fn parse_login(login: &str) -> Result<String, Error> {
    let login = login.trim().to_lowercase();
    let fits = (1..=LOGIN_CHARS_MAX).contains(&login.chars().count())
        && login.chars().all(|c| c.is_alphanumeric() || "._-@+".contains(c));
    if fits {
        Ok(login)
    } else {
        Err(Error::BadRequest("a login has 1 to 64 letters, digits, or . _ - @ +"))
    }
}

pub(crate) async fn hash(password: &str) -> Result<String, Error> {
    let length = password.chars().count();
    if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&length) {
        return Err(Error::BadRequest("a password has 8 to 200 characters"));
    }
    let password = password.to_owned();
    heavy(move || hash_now(&password)).await
}

/// Argon2id with 19 MiB, two passes, one lane, and a random salt.
fn hash_now(password: &str) -> Result<String, Error> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// Does what takes a core for a while where it stands in nobody's way.
pub(crate) async fn heavy<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let _permit = HASHING.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

/// An account as the administrator sees it.
#[derive(Serialize)]
pub(crate) struct Listed {
    user: Id<User>,
    login: String,
    active: bool,
    last_seen: Option<Timestamp>,
    replicas: Vec<Device>,
    /// Whether there is a password; who has none yet waits for a card.
    password: bool,
    /// The newest card.
    card: Option<enrolment::Standing>,
}

/// One of a person's devices.
#[derive(Serialize)]
pub(crate) struct Device {
    device_code: String,
    last_seq: u64,
    last_seen: Timestamp,
}

/// A new account.
#[derive(Deserialize)]
pub(crate) struct New {
    user: User,
    login: String,
    /// Without one the person is let in by a card.
    #[serde(default)]
    password: Option<String>,
}

/// A new password.
#[derive(Deserialize)]
pub(crate) struct Password {
    password: String,
}

/// # Errors
/// [`Error::Forbidden`] for everybody but administrators.
pub(crate) fn administrator(actor: &Actor) -> Result<(), Error> {
    if actor.user.is_any(&[Role::Administrator]) { Ok(()) } else { Err(Error::Forbidden) }
}

/// `GET /api/v1/accounts`
pub(crate) async fn list(
    Shared(state): Shared<State>,
    actor: Actor,
) -> Result<Json<Vec<Listed>>, Error> {
    administrator(&actor)?;
    let listed = state.store.read(|reading| {
        let replicas = reading.replicas()?;
        let cards = enrolment::newest(reading)?;
        let listed = reading.accounts()?.into_iter().map(|account| {
            let user: Option<User> = reading.find(account.user)?;
            let own = replicas.iter().filter(|replica| replica.user == account.user);
            let replicas: Vec<Device> = own
                .map(|replica| Device {
                    device_code: replica.device_code.clone(),
                    last_seq: replica.last_seq,
                    last_seen: replica.last_seen,
                })
                .collect();
            let synced = replicas.iter().map(|device| device.last_seen).max();
            Ok(Listed {
                user: account.user,
                login: account.login,
                active: user.is_some_and(|user| user.active),
                last_seen: reading.last_seen(account.user)?.max(synced),
                replicas,
                password: !account.hash.is_empty(),
                card: cards
                    .iter()
                    .find(|(user, _)| *user == account.user)
                    .map(|(_, card)| card.clone()),
            })
        });
        listed.collect::<Result<Vec<_>, Error>>()
    });
    Ok(Json(listed.await?))
}

/// `POST /api/v1/accounts`
pub(crate) async fn create(
    Shared(state): Shared<State>,
    actor: Actor,
    Body(new): Body<New>,
) -> Result<StatusCode, Error> {
    administrator(&actor)?;
    let (store, by) = (&state.store, actor.user.id);
    match &new.password {
        Some(password) => add(store, by, &new.user, &new.login, password).await?,
        None => invite(store, by, &new.user, &new.login).await?,
    }
    Ok(StatusCode::CREATED)
}

/// `PUT /api/v1/accounts/{user}/password`
pub(crate) async fn reset_password(
    Shared(state): Shared<State>,
    actor: Actor,
    Path(user): Path<String>,
    Body(new): Body<Password>,
) -> Result<StatusCode, Error> {
    administrator(&actor)?;
    let user: Id<User> = user.parse().map_err(|_| Error::NotFound)?;
    // Setting one's own password this way would end the session that is doing it.
    let keep = (user == actor.user.id).then(|| actor.token.clone());
    set_password(&state.store, user, &new.password, keep).await?;
    Ok(StatusCode::NO_CONTENT)
}
