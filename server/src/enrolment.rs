//! Enrolment: a card with a one-time code lets a person's new device in, without anybody telling them a password.

use argon2::Argon2;
use axum::{
    Json,
    extract::{Path, State as Shared},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::{
    Id, Timestamp,
    user::{Role, User},
};
use serde::{Deserialize, Serialize};

use crate::{
    State, accounts,
    body::Body,
    clock, code,
    error::Error,
    session::{self, Actor, Peer},
    store::{Enrolment, Reading, Who, hex},
};

/// How long a card is good for.
const DAYS: i64 = 7;
/// How long one can still be told that a card was used or is too old.
const REMEMBERED_DAYS: i64 = 30;
/// 46 bits: nobody guesses that through a door which takes twenty wrong tries in a quarter of an hour.
const LETTERS: usize = 10;
/// How many cards are made at a time.
const CARDS_MAX: usize = 100;
/// The longest address a card leads to.
const ADDRESS_CHARS_MAX: usize = 200;

/// Whose cards to make, and the page that takes the code.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    users: Vec<Id<User>>,
    /// `https://doorstep.example/enrol`, as the administrator's browser reaches it.
    page: String,
}

/// A card. The code is shown this once; the server cannot say it again.
#[derive(Serialize)]
pub(crate) struct Card {
    user: Id<User>,
    name: String,
    login: String,
    code: String,
    link: String,
    expires: Timestamp,
}

/// `POST /api/v1/enrolments`: new cards; a person's older one is good for nothing then.
pub(crate) async fn make(
    Shared(state): Shared<State>,
    actor: Actor,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Vec<Card>>), Error> {
    accounts::administrator(&actor)?;
    let page = page(&wanted.page)?;
    if wanted.users.len() > CARDS_MAX {
        return Err(Error::BadRequest("a hundred cards at a time"));
    }
    let salt = salt(&state).await?;
    let mut cards = Vec::with_capacity(wanted.users.len());
    for user in wanted.users {
        let code = code::random(LETTERS)?;
        let kept = kept(&code, salt.clone()).await?;
        let now = clock::now();
        let expires = now.plus_minutes(DAYS * 24 * 60);
        let made = state.store.write(move |writing| {
            let reading = writing.reading();
            let account = reading.account_of(user)?.ok_or(Error::NotFound)?;
            let person: Option<User> = reading.find(user)?;
            let person = person.filter(|person| person.active).ok_or(Error::NotFound)?;
            let old = now.plus_minutes(-REMEMBERED_DAYS * 24 * 60);
            writing.revoke_enrolments(user, now)?;
            writing.add_enrolment(&kept, user, now, expires, old)?;
            Ok((person.name, account.login))
        });
        let (name, login) = made.await?;
        let link = format!("{page}#{code}");
        cards.push(Card { user, name, login, code: code::grouped(&code), link, expires });
    }
    Ok((StatusCode::CREATED, Json(cards)))
}

/// `DELETE /api/v1/enrolments/{user}`: a card that was lost opens nothing any more.
pub(crate) async fn revoke(
    Shared(state): Shared<State>,
    actor: Actor,
    Path(user): Path<String>,
) -> Result<StatusCode, Error> {
    accounts::administrator(&actor)?;
    let user: Id<User> = user.parse().map_err(|_| Error::NotFound)?;
    let now = clock::now();
    let revoked = state.store.write(move |writing| writing.revoke_enrolments(user, now));
    if revoked.await? { Ok(StatusCode::NO_CONTENT) } else { Err(Error::NotFound) }
}

/// A code somebody scanned or typed.
#[derive(Deserialize)]
pub(crate) struct Asked {
    code: String,
}

/// Whom a code is for.
#[derive(Serialize)]
pub(crate) struct Holder {
    name: String,
    login: String,
    roles: Vec<Role>,
    organisation: Option<String>,
    expires: Timestamp,
}

/// `POST /api/v1/enrol/look`: whom the code is for. It stays good.
pub(crate) async fn look(
    Shared(state): Shared<State>,
    peer: Peer,
    Body(asked): Body<Asked>,
) -> Result<Json<Holder>, Error> {
    state.throttle.admit_guess("enrol", peer.0)?;
    let (_, enrolment) = find(&state, &asked.code).await?;
    state.throttle.forgive_guess("enrol", peer.0);
    let holder = state.store.read(move |reading| {
        let account = reading.account_of(enrolment.user)?.ok_or(Error::BadCode("code_revoked"))?;
        let user: User = reading.find(enrolment.user)?.ok_or(Error::BadCode("code_revoked"))?;
        Ok(Holder {
            name: user.name,
            login: account.login,
            roles: user.roles,
            organisation: reading.organisation()?,
            expires: enrolment.expires,
        })
    });
    Ok(Json(holder.await?))
}

/// A code and the password its holder chose.
#[derive(Deserialize)]
pub(crate) struct Enrolling {
    code: String,
    password: String,
}

/// `POST /api/v1/enrol`: uses the code up, sets the password and signs in. Sessions elsewhere end: whoever gets a new
/// card has a new device, or lost the old one.
pub(crate) async fn enrol(
    Shared(state): Shared<State>,
    peer: Peer,
    headers: HeaderMap,
    Body(asked): Body<Enrolling>,
) -> Result<Response, Error> {
    state.throttle.admit_guess("enrol", peer.0)?;
    let (kept, enrolment) = find(&state, &asked.code).await?;
    state.throttle.forgive_guess("enrol", peer.0);
    let hash = accounts::hash(&asked.password).await?;
    let user: User =
        state.store.find(enrolment.user).await?.ok_or(Error::BadCode("code_revoked"))?;
    let (id, now) = (user.id, clock::now());
    let used = state.store.write(move |writing| {
        // Two phones may come at the same moment; the first has it.
        if !writing.use_enrolment(&kept, now)? {
            return Err(Error::BadCode("code_used"));
        }
        if !writing.set_password(id, &hash)? {
            return Err(Error::BadCode("code_revoked"));
        }
        writing.revoke_sessions(&Who::All(id))
    });
    used.await?;
    session::begin(&state, user, &headers).await
}

/// The enrolment with this code, if it is still good.
async fn find(state: &State, typed: &str) -> Result<(String, Enrolment), Error> {
    let typed = code::plain(typed);
    if typed.len() != LETTERS {
        return Err(Error::BadCode("code_unknown"));
    }
    let kept = kept(&typed, salt(state).await?).await?;
    let sought = kept.clone();
    let now = clock::now();
    let found = state.store.read(move |reading| {
        let enrolment = reading.enrolment(&sought)?.ok_or(Error::BadCode("code_unknown"))?;
        let user: Option<User> = reading.find(enrolment.user)?;
        let here = user.is_some_and(|user| user.active);
        if enrolment.used.is_some() {
            return Err(Error::BadCode("code_used"));
        }
        if enrolment.revoked.is_some() || !here {
            return Err(Error::BadCode("code_revoked"));
        }
        if enrolment.expires <= now {
            return Err(Error::BadCode("code_expired"));
        }
        Ok(enrolment)
    });
    Ok((kept, found.await?))
}

/// How a person's newest card stands, for the list of accounts.
#[derive(Clone, Serialize)]
pub(crate) struct Standing {
    made: Timestamp,
    expires: Timestamp,
    used: Option<Timestamp>,
    revoked: Option<Timestamp>,
}

/// The newest card of everybody who was given one.
pub(crate) fn newest(reading: &Reading<'_>) -> Result<Vec<(Id<User>, Standing)>, Error> {
    let mut newest: Vec<(Id<User>, Standing)> = Vec::new();
    for Enrolment { user, made, expires, used, revoked } in reading.enrolments()? {
        if newest.iter().all(|(known, _)| *known != user) {
            newest.push((user, Standing { made, expires, used, revoked }));
        }
    }
    Ok(newest)
}

async fn salt(state: &State) -> Result<Vec<u8>, Error> {
    Ok(state.store.head().await?.server.as_bytes().to_vec())
}

/// A code as it is kept. It has to be found again, so the salt is the server's and not the row's; and it is short, so
/// the digest costs as much as that of a password: a stolen backup opens nothing within seven days.
async fn kept(code: &str, salt: Vec<u8>) -> Result<String, Error> {
    let code = code.to_owned();
    accounts::heavy(move || {
        let mut digest = [0u8; 32];
        Argon2::default()
            .hash_password_into(code.as_bytes(), &salt, &mut digest)
            .map_err(Error::internal)?;
        Ok(hex(&digest))
    })
    .await
}

/// The address of the page that takes the code, without anything behind it.
fn page(address: &str) -> Result<&str, Error> {
    let plain = address.len() <= ADDRESS_CHARS_MAX
        && (address.starts_with("https://") || address.starts_with("http://"))
        && address.chars().all(|c| c.is_ascii_graphic() && !"#?\"<>".contains(c));
    if plain { Ok(address) } else { Err(Error::BadRequest("the page is no address")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_goes_onto_a_card() {
        assert!(page("https://doorstep.example/enrol").is_ok());
        assert!(page("http://192.168.1.8:8080/enrol").is_ok());
        for bad in
            ["", "javascript:alert(1)", "https://a/#b", "https://a b", "https://a/\"><script>"]
        {
            assert!(page(bad).is_err(), "{bad}");
        }
    }
}
