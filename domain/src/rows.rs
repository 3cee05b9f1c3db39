//! Rows: the stored things, whole, and how to look one up.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize, de};
use uuid::Uuid;

use crate::{
    Id, Refusal,
    customer::Customer,
    json,
    machine::Machine,
    model::Model,
    part::Part,
    part_request::PartRequest,
    rating::Rating,
    sheet::Sheet,
    stock::Stock,
    team::Team,
    ticket::Ticket,
    user::{SYSTEM, User},
};

macro_rules! kinds {
    ($($kind:ident $word:literal),* $(,)?) => {
        /// What a row is. The order is the one in which a new device needs them (see [`crate::walk`]).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($kind),* }

        impl Kind {
            /// Every kind, in that order.
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];

            /// The kind's name in keys and tables.
            pub const fn word(self) -> &'static str {
                match self { $(Kind::$kind => $word),* }
            }
        }

        /// A stored thing, whole.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Row { $($kind($kind)),* }

        impl Row {
            /// Where the row is kept.
            pub fn key(&self) -> Key {
                match self { $(Row::$kind(row) => Key { kind: Kind::$kind, id: row.id.uuid() }),* }
            }

            /// The row's JSON, as stored and sent.
            ///
            /// # Errors
            /// Never for rows of this crate: all their maps have string keys.
            pub fn to_json(&self) -> Result<String, serde_json::Error> {
                match self { $(Row::$kind(row) => serde_json::to_string(row)),* }
            }

            /// Reads a row back.
            ///
            /// # Errors
            /// Where the text is no such row, for example one of a newer version.
            pub fn from_json(kind: Kind, json: &str) -> Result<Row, serde_json::Error> {
                match kind { $(Kind::$kind => json::read(json).map(Row::$kind)),* }
            }
        }

        $(
            impl From<$kind> for Row {
                fn from(row: $kind) -> Row { Row::$kind(row) }
            }

            impl Noun for $kind {
                const KIND: Kind = Kind::$kind;
                fn of(row: &Row) -> Option<&$kind> {
                    match row { Row::$kind(row) => Some(row), _ => None }
                }
            }
        )*
    };
}

/// A type that is kept in rows.
pub trait Noun: Sized + Clone + Into<Row> {
    /// The kind of its rows.
    const KIND: Kind;
    /// The noun inside the row, if it is of this kind.
    fn of(row: &Row) -> Option<&Self>;
}

kinds! {
    User "user",
    Team "team",
    Ticket "ticket",
    PartRequest "part_request",
    Stock "stock",
    Part "part",
    Sheet "sheet",
    Model "model",
    Customer "customer",
    Machine "machine",
    Rating "rating",
}

/// Where a row is kept: `kind:uuid` with the UUID as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub kind: Kind,
    pub id: Uuid,
}

impl Key {
    /// The key of the noun with this id.
    pub fn of<T: Noun>(id: Id<T>) -> Key {
        Key { kind: T::KIND, id: id.uuid() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.word(), self.id.simple())
    }
}

impl FromStr for Key {
    type Err = Refusal;
    fn from_str(text: &str) -> Result<Key, Refusal> {
        let (word, id) = text.split_once(':').ok_or(Refusal::Malformed)?;
        Ok(Key { kind: word.parse()?, id: Uuid::parse_str(id).map_err(|_| Refusal::Malformed)? })
    }
}

impl FromStr for Kind {
    type Err = Refusal;
    fn from_str(word: &str) -> Result<Kind, Refusal> {
        let kind = Kind::ALL.iter().find(|kind| kind.word() == word);
        kind.copied().ok_or(Refusal::Malformed)
    }
}

impl Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom("not a row key"))
    }
}

/// Rows in memory.
pub type Rows = BTreeMap<Key, Arc<Row>>;

/// Something rows can be read from: a map in memory, a device's view, the server's database.
pub trait Lookup {
    /// The row under this key, if there is one.
    fn row(&self, key: Key) -> Option<Arc<Row>>;

    /// The noun with this id, if there is one.
    fn find<T: Noun>(&self, id: Id<T>) -> Option<T> {
        self.row(Key::of(id)).as_deref().and_then(T::of).cloned()
    }

    /// The person who acts.
    ///
    /// # Errors
    /// [`Refusal::NotActive`] for people who are unknown or have left.
    fn actor(&self, id: Id<User>) -> Result<User, Refusal> {
        if id == SYSTEM {
            return Ok(User::system());
        }
        self.find(id).filter(|user| user.active).ok_or(Refusal::NotActive)
    }
}

impl Lookup for Rows {
    fn row(&self, key: Key) -> Option<Arc<Row>> {
        self.get(&key).cloned()
    }
}
