//! The ground every run starts from: a database with people who are signed in, made once and copied.

use std::path::Path;

use domain::{
    Id,
    user::{Role, User},
};
use serde_json::json;

use super::{
    Done,
    line::Line,
    server::{Place, Program, Server, free_address},
};

const PASSWORD: &str = "campaign-password";

/// Somebody with a session that outlives servers.
#[derive(Clone)]
pub struct Person {
    pub user: User,
    pub cookie: String,
}

/// Adds an administrator, then a coordinator and an engineer in turn, and signs them all in.
///
/// # Errors
/// Where the server does not play along.
pub async fn people(program: &Program, place: &Place, count: usize) -> Done<Vec<Person>> {
    let add = ["user", "add", "admin", "--name", "Admin", "--role", "administrator"];
    program.run(place, &add, &format!("{PASSWORD}\n"))?;
    let server = Server::start(program, place, free_address()).await?;
    let mut line = Line::to(server.address);
    let admin = sign_in(&mut line, "admin").await?;
    let mut people = Vec::with_capacity(count);
    for n in 0..count {
        let login = format!("person-{n}");
        let role = if n % 5 == 0 { Role::Coordinator } else { Role::Engineer };
        let user = User {
            id: Id::derived(&login),
            name: login.clone(),
            roles: vec![role],
            ..User::system()
        };
        let body = json!({"user": user, "login": login, "password": PASSWORD}).to_string();
        let made = line.call("POST", "/api/v1/accounts", &admin, &body).await;
        made.map_err(|trouble| format!("{login} gets no account: {trouble}"))?;
        let cookie = sign_in(&mut line, &login).await?;
        people.push(Person { user, cookie });
    }
    Ok(people)
}

/// The same in a folder that can be copied afterwards.
///
/// # Errors
/// Where the server does not play along.
pub async fn in_folder(program: &Program, folder: &Path, count: usize) -> Done<Vec<Person>> {
    people(program, &Place::Folder(folder.to_owned()), count).await
}

async fn sign_in(line: &mut Line, login: &str) -> Done<String> {
    let body = json!({"login": login, "password": PASSWORD}).to_string();
    let answer = line.call("POST", "/api/v1/session", "", &body).await;
    let answer = answer.map_err(|trouble| format!("{login} cannot sign in: {trouble}"))?;
    let cookie = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    let cookie = cookie.and_then(|cookie| cookie.split(';').next());
    cookie.map(str::to_owned).ok_or_else(|| format!("{login} gets no session"))
}

impl Person {
    /// Whether this person sees every ticket.
    pub fn sees_all(&self) -> bool {
        self.user.is_any(&[Role::Coordinator])
    }
}
