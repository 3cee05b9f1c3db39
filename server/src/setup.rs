//! The first visit of an empty server: whoever runs it gives the organisation its name and its first administrator.
//!
//! A stranger on the network could be faster; so the server prints a code to its own terminal and asks for it.

use axum::{extract::State as Shared, http::HeaderMap, response::Response};
use domain::{
    Id,
    user::{Role, SYSTEM, User},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    State, accounts,
    body::Body,
    code,
    error::Error,
    session::{self, Peer},
};

/// How many letters the code has that is printed.
pub const LETTERS: usize = 10;
/// The longest name of an organisation.
const NAME_CHARS_MAX: usize = 60;

/// The answers of the first page.
#[derive(Deserialize)]
pub(crate) struct First {
    code: String,
    organisation: String,
    name: String,
    login: String,
    password: String,
    /// What else the administrator does; a small office has one person for all of it.
    #[serde(default)]
    roles: Vec<Role>,
}

/// `POST /api/v1/setup`: once, while nobody can sign in.
pub(crate) async fn claim(
    Shared(state): Shared<State>,
    peer: Peer,
    headers: HeaderMap,
    Body(first): Body<First>,
) -> Result<Response, Error> {
    let wanted =
        state.config.setup.as_deref().ok_or(Error::Conflict("somebody was here before"))?;
    state.throttle.admit_guess("setup", peer.0)?;
    if !code::same(&code::plain(&first.code), wanted) {
        return Err(Error::BadCode("code_unknown"));
    }
    state.throttle.forgive_guess("setup", peer.0);
    let organisation = first.organisation.trim().to_owned();
    let length = organisation.chars().count();
    if !(1..=NAME_CHARS_MAX).contains(&length) || organisation.chars().any(char::is_control) {
        return Err(Error::BadRequest("an organisation has a name of 1 to 60 characters"));
    }
    let mut roles = vec![Role::Administrator];
    roles.extend(first.roles.into_iter().filter(|role| *role != Role::Administrator));
    let user = User {
        id: Id::new(Uuid::now_v7()),
        name: first.name.trim().to_owned(),
        roles,
        ..User::system()
    };
    accounts::add_first(&state.store, SYSTEM, &user, &first.login, &first.password, organisation)
        .await?;
    tracing::info!("the organisation has its first administrator");
    session::begin(&state, user, &headers).await
}
