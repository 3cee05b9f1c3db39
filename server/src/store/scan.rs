//! The ways through the rows in somebody's sight: by revision, by key, and those that left.

use std::collections::BTreeSet;

use domain::{Key, Kind, scope::Scope};
use uuid::Uuid;

use super::{
    Reading,
    sql::{Many, Type, Value, values},
    unsigned, uuid,
};
use crate::error::Error;

static BODIES: Many = Many {
    text: "select kind, id, v, body from rows where kind = ?1 and id = ?2",
    types: &[Type::Text, Type::Text],
};

impl Reading<'_> {
    /// Shows the first `limit` rows of each scope with a revision after `after`, by revision.
    ///
    /// # Errors
    /// Where the database cannot be read, or what `see` says.
    pub fn changed(
        &self,
        scopes: &BTreeSet<Scope>,
        after: u64,
        limit: usize,
        see: &mut dyn FnMut(u64, Key) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let text = "select v, kind, id from row_scope where scope = ?1 and v > ?2
                    order by v, kind, id limit ?3";
        let list = |scope: &Scope| values![scope.text(), after, limit as u64].to_vec();
        let lists: Vec<Vec<Value<'_>>> = scopes.iter().map(list).collect();
        self.sql.each_in_turn(text, &lists, &mut |row| {
            see(unsigned(row.int(0)?), key_of(row.text(1)?, row.text(2)?)?)
        })
    }

    /// Shows at most `limit` rows of one kind in each scope, newest id first, with ids below `below`.
    ///
    /// # Errors
    /// Where the database cannot be read, or what `see` says.
    pub fn walk(
        &self,
        scopes: &BTreeSet<Scope>,
        kind: Kind,
        below: Option<Uuid>,
        limit: usize,
        see: &mut dyn FnMut(u64, Key) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let text = "select v, kind, id from row_scope where scope = ?1 and kind = ?2 and id < ?3
                    order by scope desc, kind desc, id desc limit ?4";
        // No id is as large as this text.
        let below = below.map_or_else(|| "g".into(), |id| id.simple().to_string());
        let list =
            |scope: &Scope| values![scope.text(), kind.word(), &below, limit as u64].to_vec();
        let lists: Vec<Vec<Value<'_>>> = scopes.iter().map(list).collect();
        self.sql.each_in_turn(text, &lists, &mut |row| {
            see(unsigned(row.int(0)?), key_of(row.text(1)?, row.text(2)?)?)
        })
    }

    /// Shows the rows that left one of these scopes after one revision up to another; they may have come back.
    ///
    /// # Errors
    /// Where the database cannot be read, or what `see` says.
    pub fn left(
        &self,
        scopes: &BTreeSet<Scope>,
        after: u64,
        to: u64,
        see: &mut dyn FnMut(Key) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let text = "select kind, id from change
                    where scope = ?1 and v > ?2 and v <= ?3 and stays = 0";
        let list = |scope: &Scope| values![scope.text(), after, to].to_vec();
        let lists: Vec<Vec<Value<'_>>> = scopes.iter().map(list).collect();
        self.sql.each_in_turn(text, &lists, &mut |row| see(key_of(row.text(0)?, row.text(1)?)?))
    }

    /// Shows revision and JSON of each of these rows, in no particular order; those that are not there are left out.
    ///
    /// # Errors
    /// Where the database cannot be read, or what `see` says.
    pub fn bodies(
        &self,
        keys: impl IntoIterator<Item = Key>,
        see: &mut dyn FnMut(Key, u64, &str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let list = |key: Key| values![key.kind.word(), key.id.simple().to_string()].to_vec();
        let lists: Vec<Vec<Value<'_>>> = keys.into_iter().map(list).collect();
        if lists.is_empty() {
            return Ok(());
        }
        self.sql.each_of(&BODIES, &lists, &mut |row| {
            let key = key_of(row.text(0)?, row.text(1)?)?;
            see(key, unsigned(row.int(2)?), row.text(3)?)
        })
    }
}

pub(super) fn key_of(kind: &str, id: &str) -> Result<Key, Error> {
    let kind = kind.parse().map_err(|_| Error::internal("a row of an unknown kind"))?;
    Ok(Key { kind, id: uuid(id)? })
}
