//! Customers: who owns the machines and calls when they break.

use serde::{Deserialize, Serialize};

use crate::{
    Id, Refusal,
    user::{Role, User},
    values,
};

/// A person or company that owns machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    pub id: Id<Customer>,
    /// `C` + date + four digits, given by the server.
    #[serde(default)]
    pub number: Option<String>,
    pub name: String,
    #[serde(default)]
    pub company: String,
    #[serde(default)]
    pub salutation: Salutation,
    pub phone: String,
    #[serde(default)]
    pub address: String,
    /// How to get in: gate code, parking, whom to ask for (进场说明).
    #[serde(default)]
    pub access_note: String,
    #[serde(default)]
    pub level: Level,
    #[serde(default)]
    pub note: String,
}

/// 称谓.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Salutation {
    #[default]
    None,
    /// 先生
    Mr,
    /// 女士
    Ms,
}

/// 客户等级
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    #[default]
    Normal,
    Vip,
    Key,
}

/// What is done to customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Adds the customer, or changes the file.
    Save { customer: Box<Customer> },
    /// Gives the number; the server's doing.
    Number { number: String },
}

/// The customer after `command`, or why not.
pub fn next(
    id: Id<Customer>,
    customer: Option<&Customer>,
    command: &Command,
    by: &User,
) -> Result<Customer, Refusal> {
    match command {
        Command::Save { customer: new } => {
            if !by.is_any(&[Role::Agent, Role::Coordinator, Role::Supervisor, Role::System]) {
                return Err(Refusal::NotYourRole);
            }
            if new.id != id {
                return Err(Refusal::Malformed);
            }
            new.check()?;
            // The number is the server's; nobody edits it away.
            let number = customer.and_then(|customer| customer.number.clone());
            Ok(Customer { number, ..(**new).clone() })
        }
        Command::Number { number } => {
            if !by.is_any(&[Role::System]) {
                return Err(Refusal::NotYourRole);
            }
            let customer = customer.ok_or(Refusal::NotFound)?;
            Ok(Customer { number: Some(number.clone()), ..customer.clone() })
        }
    }
}

impl Customer {
    /// Whether the file says who this is and how to reach them.
    pub fn check(&self) -> Result<(), Refusal> {
        values::required(&self.name, Refusal::NameMissing)?;
        if !values::dialable(&self.phone) {
            return Err(Refusal::PhoneMissing);
        }
        for line in [&self.name, &self.company, &self.address, &self.access_note] {
            values::line(line)?;
        }
        values::text(&self.note)
    }
}
