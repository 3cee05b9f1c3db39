//! Spare parts: the catalogue.

use serde::{Deserialize, Serialize};

use crate::{
    Id, Refusal,
    user::{Role, User},
    values::{self, Money},
};

/// A spare part of the catalogue (备件).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub id: Id<Part>,
    /// 编号
    pub code: String,
    pub name: String,
    /// Models it fits, as a text people wrote.
    #[serde(default)]
    pub model: String,
    /// What one of it is: 个, 套, 米.
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub price: Money,
    /// 须返还: the replaced part must come back with a fault label (GD-14).
    #[serde(default)]
    pub returnable: bool,
}

impl Part {
    /// The id every import gives the part with this code.
    pub fn id_of(code: &str) -> Id<Part> {
        Id::derived(&format!("part:{}", code.trim().to_uppercase()))
    }
}

/// What is done to the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Adds the part, or changes it.
    Save { part: Box<Part> },
}

/// The part after `command`, or why not.
pub fn next(id: Id<Part>, command: &Command, by: &User) -> Result<Part, Refusal> {
    let Command::Save { part } = command;
    if !by.is_any(&[Role::Keeper, Role::Coordinator, Role::Supervisor, Role::System]) {
        return Err(Refusal::NotYourRole);
    }
    if part.id != id {
        return Err(Refusal::Malformed);
    }
    values::required(&part.code, Refusal::PartMissing)?;
    values::required(&part.name, Refusal::NameMissing)?;
    for line in [&part.code, &part.name, &part.model, &part.unit] {
        values::line(line)?;
    }
    if !part.price.plausible() {
        return Err(Refusal::AmountImplausible);
    }
    Ok((**part).clone())
}
