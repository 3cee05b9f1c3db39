//! Custody (留修): the customer's machine in our hands, from the pick-up slip to the day it is collected.

use serde::{Deserialize, Serialize};

use crate::{Id, Timestamp, user::User};

#[cfg(test)]
mod tests;

/// The machine was left with us, or an engineer took it along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Custody {
    pub since: Timestamp,
    /// Who took it from the customer.
    pub by: Id<User>,
    /// Why it is not repaired at once, as it was explained to the customer.
    pub reason: String,
    /// 附件: what came with it and must go back with it.
    #[serde(default)]
    pub accessories: String,
    /// 预计可取日期, as `YYYY-MM-DD`, or empty.
    #[serde(default)]
    pub ready_on: String,
    #[serde(default)]
    pub returned: Option<Returned>,
}

/// The machine went back to the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Returned {
    pub at: Timestamp,
    /// Who gave it back.
    pub by: Id<User>,
    /// Who took it.
    pub to: String,
    pub proof: Proof,
    #[serde(default)]
    pub note: String,
}

/// By what it was known that the machine went to the right person (GD-22, R-135).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// 取机凭证
    Slip,
    /// 客户联
    Copy,
    /// 核对身份; needs words on what was looked at.
    Identity,
    /// 送回: brought to the customer's door.
    Delivered,
}

/// How a machine that is with us stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was put in order and waits for its owner. Who can have it today needs no reproach about yesterday.
    Ready,
    /// The day it was promised for has passed.
    Late,
    /// Neither.
    Kept,
}

impl Custody {
    /// Whether the machine is still with us.
    pub fn lasts(&self) -> bool {
        self.returned.is_none()
    }

    /// Whether it should have been ready before `today`, a day as `YYYY-MM-DD`.
    pub fn is_late(&self, today: &str) -> bool {
        self.lasts() && !self.ready_on.is_empty() && self.ready_on.as_str() < today
    }
}
