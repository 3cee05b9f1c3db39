//! People who work with Doorstep, and what their roles let them do.

use serde::{Deserialize, Serialize};

use crate::{Id, Refusal, Timestamp, team::Team, values};

/// A member of the service organisation. The account (login, password) lives in the server only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub id: Id<User>,
    pub name: String,
    pub roles: Vec<Role>,
    #[serde(default)]
    pub team: Option<Id<Team>>,
    #[serde(default)]
    pub phone: String,
    /// What the person can repair, in the organisation's own words.
    #[serde(default)]
    pub skills: Vec<String>,
    #[serde(default)]
    pub regions: Vec<String>,
    pub active: bool,
}

/// What a person does in the organisation (domain model 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 现场工程师
    Engineer,
    /// 话务代表
    Agent,
    /// 协调员
    Coordinator,
    /// 主管
    Supervisor,
    /// 备件管理员
    Keeper,
    /// 管理员
    Administrator,
    /// The server itself: numbers, clocks, imports. Nobody signs in with it.
    System,
}

/// The server's own actor.
pub const SYSTEM: Id<User> = Id::new(uuid::Uuid::nil());

impl User {
    /// Whether the person has any of these roles.
    pub fn is_any(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }

    /// Whether the person can be sent to a customer (GD-04).
    pub fn can_be_sent(&self) -> bool {
        self.active && self.is_any(&[Role::Engineer])
    }

    /// The server's own actor, as a user.
    pub fn system() -> Self {
        Self {
            id: SYSTEM,
            name: String::new(),
            roles: vec![Role::System],
            team: None,
            phone: String::new(),
            skills: Vec::new(),
            regions: Vec::new(),
            active: true,
        }
    }
}

/// What is done to users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Adds the person, or changes everything known about them.
    Save { user: Box<User> },
}

/// The user after `command`, or why not.
pub fn next(
    id: Id<User>,
    user: Option<&User>,
    command: &Command,
    by: &User,
    _at: Timestamp,
) -> Result<User, Refusal> {
    let Command::Save { user: new } = command;
    if !by.is_any(&[Role::Administrator, Role::System]) {
        return Err(Refusal::NotYourRole);
    }
    if new.id != id || id == SYSTEM || new.roles.contains(&Role::System) {
        return Err(Refusal::Malformed);
    }
    values::required(&new.name, Refusal::NameMissing)?;
    values::line(&new.name)?;
    values::line(&new.phone)?;
    for word in new.skills.iter().chain(&new.regions) {
        values::line(word)?;
    }
    if new.roles.is_empty() {
        return Err(Refusal::RoleMissing);
    }
    // An administrator who locks himself out would need the database to get back in.
    let was_admin = user.is_some_and(|user| user.is_any(&[Role::Administrator]));
    if was_admin && by.id == id && (!new.active || !new.is_any(&[Role::Administrator])) {
        return Err(Refusal::OwnAccount);
    }
    Ok((**new).clone())
}
