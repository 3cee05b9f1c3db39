//! What is true in after-sales service: the nouns, what people may do to them, and how devices agree.
//!
//! A person does something: a [`Command`], sealed in an [`Envelope`]. One pure function, [`apply`],
//! turns the stored rows plus an envelope into new rows, or a [`Refusal`]. Phone and server run the
//! same function. This crate has no clock, no randomness, no I/O and no `await`: times, ids and
//! random values arrive inside the envelope.
//!
//! Reading order: [`ticket`] and [`visit`] (the life of a repair), [`command`] (the one rule),
//! [`replica`] (how a device keeps what it did), [`wire`] (what travels), [`talk`] (when a device asks),
//! [`ledger`] (what the server answers), [`walk`] (how a view is gone through). Beside the rule stands advice:
//! [`dispatch`] says who should go.

pub mod canary;
pub mod command;
pub mod copy;
pub mod custody;
pub mod customer;
pub mod dispatch;
pub mod flag;
pub mod handout;
pub mod id;
pub mod json;
pub mod ledger;
pub mod machine;
pub mod model;
pub mod number;
pub mod part;
pub mod part_request;
pub mod photo;
pub mod rating;
pub mod refusal;
pub mod replica;
pub mod rows;
pub mod scope;
pub mod search;
pub mod sheet;
pub mod stock;
pub mod talk;
pub mod team;
pub mod ticket;
pub mod user;
pub mod values;
pub mod visit;
pub mod walk;
pub mod wire;
#[cfg(test)]
mod world;

pub use command::{Amendment, Applied, Command, Envelope, Reaction, apply, check, react};
pub use id::{Id, Timestamp};
pub use refusal::Refusal;
pub use rows::{Key, Kind, Lookup, Row, Rows};
