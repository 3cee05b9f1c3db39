//! Teams and departments that work is given to.

use serde::{Deserialize, Serialize};

use crate::{
    Id, Refusal,
    user::{Role, User},
    values,
};

/// A department or service point, for example 售后技术部 or 区域服务网点.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Team {
    pub id: Id<Team>,
    pub name: String,
    #[serde(default)]
    pub region: String,
}

/// What is done to teams.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Adds the team, or renames it.
    Save { team: Team },
}

/// The team after `command`, or why not.
pub fn next(id: Id<Team>, command: &Command, by: &User) -> Result<Team, Refusal> {
    let Command::Save { team } = command;
    if !by.is_any(&[Role::Administrator, Role::System]) {
        return Err(Refusal::NotYourRole);
    }
    if team.id != id {
        return Err(Refusal::Malformed);
    }
    values::required(&team.name, Refusal::NameMissing)?;
    values::line(&team.name)?;
    values::line(&team.region)?;
    Ok(team.clone())
}
