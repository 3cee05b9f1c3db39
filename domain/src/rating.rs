//! A rating (评价): what the customer thought of the service, apart from the sheet.
//!
//! It is said to the office. It travels in the same command as the signature and lies in a row of its own, which no
//! engineer is given: what a device does not get, nobody reads there.

use serde::{Deserialize, Serialize};

use crate::{
    Id, Timestamp,
    sheet::{Ratings, Sheet},
    ticket::Ticket,
    user::User,
};

#[cfg(test)]
mod tests;

/// What the customer thought, with whom and what it is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// The sheet's id: there is one rating for each.
    pub id: Id<Rating>,
    pub ticket: Id<Ticket>,
    pub engineer: Id<User>,
    pub ratings: Ratings,
    pub at: Timestamp,
}

impl Rating {
    /// The id of the rating that was given with this sheet.
    pub fn id_of(sheet: Id<Sheet>) -> Id<Self> {
        Id::new(sheet.uuid())
    }
}
