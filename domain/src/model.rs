//! Product models.

use serde::{Deserialize, Serialize};

use crate::{
    Id, Refusal,
    user::{Role, User},
    values,
};

/// A product model (产品型号), for example KFR-35GW.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub id: Id<Model>,
    pub code: String,
    #[serde(default)]
    pub name: String,
    /// 品类
    #[serde(default)]
    pub category: String,
    /// How long repairs are free after purchase, in months.
    #[serde(default)]
    pub warranty_months: u32,
}

impl Model {
    /// The id every device gives the model with this code, so that nobody creates it twice.
    pub fn id_of(code: &str) -> Id<Model> {
        Id::derived(&format!("model:{}", code.trim().to_uppercase()))
    }
}

/// What is done to models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Adds the model, or changes it.
    Save { model: Model },
}

/// The model after `command`, or why not.
pub fn next(id: Id<Model>, command: &Command, by: &User) -> Result<Model, Refusal> {
    let Command::Save { model } = command;
    if !by.is_any(&[
        Role::Agent,
        Role::Coordinator,
        Role::Supervisor,
        Role::Administrator,
        Role::System,
    ]) {
        return Err(Refusal::NotYourRole);
    }
    if model.id != id {
        return Err(Refusal::Malformed);
    }
    values::required(&model.code, Refusal::ModelMissing)?;
    for line in [&model.code, &model.name, &model.category] {
        values::line(line)?;
    }
    Ok(model.clone())
}
