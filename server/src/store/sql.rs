//! The little that is asked of a database: one open transaction that takes SQL text and gives rows.
//!
//! Every statement is written once, as SQLite reads it, with the placeholders `?1`, `?2`, …. Where Postgres wants
//! other words, `store/postgres.rs` changes the text by rule. Columns hold whole numbers or text, nothing else.

use std::borrow::Cow;

use domain::{Id, Timestamp};
use uuid::Uuid;

use super::writing::Span;
use crate::error::Error;

/// What stands in a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
}

impl Value<'_> {
    /// The number, if it is one.
    pub(super) fn int(&self) -> Option<i64> {
        if let Self::Int(n) = self { Some(*n) } else { None }
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// What a column of a [`Many`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Int,
    Text,
}

/// One statement for many lists of values: in one go where every statement is a journey to another process.
///
/// The text is that for one list. It says `values (?1, …)` to insert, and otherwise ` where a = ?1 and …`.
#[derive(Debug)]
pub(crate) struct Many {
    pub(crate) text: &'static str,
    pub(crate) types: &'static [Type],
}

/// One row of an answer.
pub(crate) trait Columns {
    /// The text in this column, counted from 0; nothing where it is null.
    fn maybe_text(&self, at: usize) -> Result<Option<&str>, Error>;

    /// The number in this column, counted from 0; nothing where it is null.
    fn maybe_int(&self, at: usize) -> Result<Option<i64>, Error>;

    /// The text in this column, counted from 0.
    fn text(&self, at: usize) -> Result<&str, Error> {
        self.maybe_text(at)?.ok_or_else(|| Error::internal(format!("column {at} is null")))
    }

    /// The number in this column, counted from 0.
    fn int(&self, at: usize) -> Result<i64, Error> {
        self.maybe_int(at)?.ok_or_else(|| Error::internal(format!("column {at} is null")))
    }
}

/// What looks at each row of an answer. It must not ask the database for anything else meanwhile.
pub(crate) type See<'a> = &'a mut dyn FnMut(&dyn Columns) -> Result<(), Error>;

/// An open transaction or snapshot.
pub(crate) trait Sql {
    /// Shows every row of the answer, in its order.
    fn each(&self, text: &'static str, values: &[Value<'_>], see: See<'_>) -> Result<(), Error>;

    /// Shows the rows of the answers to several statements, each with its statement's place among them.
    fn each_together(
        &self,
        asked: &[(&'static str, &[Value<'_>])],
        see: &mut dyn FnMut(usize, &dyn Columns) -> Result<(), Error>,
    ) -> Result<(), Error>;

    /// Carries the statement out; says how many rows it touched.
    fn run(&self, text: &'static str, values: &[Value<'_>]) -> Result<u64, Error>;

    /// Shows the rows of the answers for all these lists of values, in no particular order.
    fn each_of(
        &self,
        many: &'static Many,
        lists: &[Vec<Value<'_>>],
        see: See<'_>,
    ) -> Result<(), Error>;

    /// Shows the rows of the answer for each of these lists of values, in their order.
    fn each_in_turn(
        &self,
        text: &'static str,
        lists: &[Vec<Value<'_>>],
        see: See<'_>,
    ) -> Result<(), Error>;

    /// Carries each statement out for all its lists of values, no two of which may meet the same row.
    fn run_all(&self, all: &[(&'static Many, Vec<Vec<Value<'_>>>)]) -> Result<(), Error>;

    /// Whether each statement is a journey, so that it pays to fetch together what will be needed.
    fn far(&self) -> bool;
}

impl dyn Sql + '_ {
    /// The first row of the answer as `read` understands it.
    pub(crate) fn one<T>(
        &self,
        text: &'static str,
        values: &[Value<'_>],
        read: impl Fn(&dyn Columns) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut found = None;
        self.each(text, values, &mut |row| {
            if found.is_none() {
                found = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Every row of the answer as `read` understands it.
    pub(crate) fn all<T>(
        &self,
        text: &'static str,
        values: &[Value<'_>],
        read: impl Fn(&dyn Columns) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        self.each(text, values, &mut |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }
}

/// A connection to a database.
pub(super) trait Line: Send {
    /// Runs `work` inside a write transaction that holds the head to its end, and commits it.
    ///
    /// `work` may run several times: where the database asks for it, all is undone and done again.
    ///
    /// # Errors
    /// What `work` says, and where the database cannot promise that it was written.
    fn write(&mut self, work: &mut dyn FnMut(&dyn Sql) -> Result<Span, Error>)
    -> Result<(), Error>;

    /// Runs `look` on one snapshot.
    ///
    /// # Errors
    /// What `look` says, and where the database cannot be reached.
    fn read(&mut self, look: &mut dyn FnMut(&dyn Sql) -> Result<(), Error>) -> Result<(), Error>;
}

/// A list of values, each made from what stands there.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::store::sql::Value::from($value)),*] };
}
pub(crate) use values;

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Value<'_> {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<u64> for Value<'_> {
    fn from(n: u64) -> Self {
        Self::Int(super::signed(n))
    }
}

impl From<bool> for Value<'_> {
    fn from(yes: bool) -> Self {
        Self::Int(yes.into())
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.0)
    }
}

impl From<Uuid> for Value<'_> {
    fn from(id: Uuid) -> Self {
        id.to_string().into()
    }
}

impl<T> From<Id<T>> for Value<'_> {
    fn from(id: Id<T>) -> Self {
        id.uuid().into()
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
