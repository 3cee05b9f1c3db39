//! Machines: one installed unit with a serial number.

use serde::{Deserialize, Serialize};

use crate::{
    Id, Refusal,
    customer::Customer,
    user::{Role, User},
    values,
};

/// One installed unit (机器).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    pub id: Id<Machine>,
    #[serde(default)]
    pub customer: Option<Id<Customer>>,
    /// 产品型号, as printed on the nameplate.
    pub model: String,
    #[serde(default)]
    pub serial: String,
    /// 购买日期 as `YYYY-MM-DD`, or empty.
    #[serde(default)]
    pub purchased_on: String,
    #[serde(default)]
    pub warranty: Warranty,
    /// Where it stands: building, floor, room.
    #[serde(default)]
    pub place: String,
}

/// 保修状态.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warranty {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    /// 保内
    In,
    /// 保外
    Out,
    /// 合同
    Contract,
}

/// What is done to machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Adds the machine, or changes what is known about it.
    Save { machine: Box<Machine> },
}

/// The machine after `command`, or why not.
pub fn next(id: Id<Machine>, command: &Command, by: &User) -> Result<Machine, Refusal> {
    let Command::Save { machine } = command;
    if !by.is_any(&[Role::Agent, Role::Coordinator, Role::Supervisor, Role::System]) {
        return Err(Refusal::NotYourRole);
    }
    if machine.id != id {
        return Err(Refusal::Malformed);
    }
    machine.check()?;
    Ok((**machine).clone())
}

impl Machine {
    /// Whether the nameplate says enough to find the unit again.
    pub fn check(&self) -> Result<(), Refusal> {
        values::required(&self.model, Refusal::ModelMissing)?;
        for line in [&self.model, &self.serial, &self.place] {
            values::line(line)?;
        }
        date(&self.purchased_on)
    }
}

/// Checks a calendar date `YYYY-MM-DD`, or nothing.
pub fn date(text: &str) -> Result<(), Refusal> {
    if text.is_empty() || text.parse::<chrono::NaiveDate>().is_ok() {
        Ok(())
    } else {
        Err(Refusal::DateMalformed)
    }
}
