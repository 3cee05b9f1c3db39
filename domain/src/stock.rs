//! Stock: what lies where. One row for each part in each place.

use serde::{Deserialize, Serialize};

use crate::{
    Id, Refusal, Timestamp,
    part::Part,
    user::{Role, User},
};

/// How many pieces of a part lie in a place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stock {
    pub id: Id<Stock>,
    pub place: Place,
    pub part: Id<Part>,
    /// May be negative: a part used in the field is a fact, whatever the books say (K-06).
    pub quantity: i64,
    /// Set while the books and the facts disagree; the keeper counts and clears it.
    #[serde(default)]
    pub query: bool,
    pub counted_at: Timestamp,
}

/// Where stock lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// 总库
    Store,
    /// 个人库: an engineer's bag or car.
    Person(Id<User>),
}

/// The most pieces one command may move.
pub const QUANTITY_MAX: i64 = 100_000;

impl Stock {
    /// The id of the row for `part` in `place`, the same on every device.
    pub fn id_of(place: Place, part: Id<Part>) -> Id<Stock> {
        match place {
            Place::Store => Id::derived(&format!("stock:store:{part}")),
            Place::Person(user) => Id::derived(&format!("stock:{user}:{part}")),
        }
    }

    /// An empty shelf.
    pub fn empty(place: Place, part: Id<Part>, at: Timestamp) -> Self {
        let id = Self::id_of(place, part);
        Self { id, place, part, quantity: 0, query: false, counted_at: at }
    }

    /// The row after `quantity` pieces came (positive) or went (negative). Below zero raises the query.
    pub fn moved(&self, quantity: i64) -> Self {
        let quantity = self.quantity.saturating_add(quantity);
        Self { quantity, query: self.query || quantity < 0, ..self.clone() }
    }
}

/// What is done to stock by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// 盘点: says how many there are.
    Count { quantity: i64 },
}

/// The stock after `command`, or why not.
pub fn next(stock: Stock, command: &Command, by: &User, at: Timestamp) -> Result<Stock, Refusal> {
    let Command::Count { quantity } = command;
    if !by.is_any(&[Role::Keeper, Role::System]) {
        return Err(Refusal::NotYourRole);
    }
    if !(0..=QUANTITY_MAX).contains(quantity) {
        return Err(Refusal::QuantityImplausible);
    }
    Ok(Stock { quantity: *quantity, query: false, counted_at: at, ..stock })
}
