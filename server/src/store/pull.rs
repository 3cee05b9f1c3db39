//! What changed since a cursor, for one person.

use std::collections::BTreeSet;

use domain::{
    Key, Row,
    scope::{self, Scope},
    wire::{Cursor, Put, ROWS_MAX},
};
use rusqlite::params;
use sha2::{Digest, Sha256};

use super::{Reading, hex, signed, unsigned, uuid};
use crate::error::Error;

/// What a replica hears: rows to put, rows that are no longer its, and how far it has heard then.
#[derive(Clone, Debug)]
pub struct Pull {
    pub reset: bool,
    pub puts: Vec<Put>,
    pub gone: Vec<Key>,
    pub cursor: Cursor,
    pub more: bool,
}

/// A name for what somebody may see; a replica starts from zero when it changes.
fn grants_name(grants: &BTreeSet<Scope>) -> String {
    let texts: Vec<String> = grants.iter().map(Scope::text).collect();
    hex(&Sha256::digest(texts.join(" ").as_bytes())[..8])
}

impl Reading<'_> {
    /// Everything visible with these grants that changed after the cursor, oldest first, at most a page of it.
    ///
    /// The head and the rows come from one snapshot, and `v` is given under the lock that is held to the
    /// commit, so what a cursor has passed is complete.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn pull(&self, grants: &BTreeSet<Scope>, cursor: &Cursor) -> Result<Pull, Error> {
        let head = self.head()?;
        let name = grants_name(grants);
        let known = cursor.v > 0 || cursor.epoch.is_some();
        // A cursor ahead of the head comes from a history that was lost.
        let same = cursor.epoch == Some(head.epoch) && cursor.grants == name && cursor.v <= head.v;
        let (reset, from) = if same { (false, cursor.v) } else { (known, 0) };

        let mut limit = ROWS_MAX;
        let (found, to) = loop {
            let mut found = self.after(grants, from, limit + 1)?;
            if found.len() <= limit {
                break (found, head.v);
            }
            // All rows of one command arrive together: cut before the command that does not fit.
            let cut = found.iter().nth(limit).map_or(head.v, |(v, _)| *v);
            found.retain(|(v, _)| *v < cut);
            if !found.is_empty() {
                break (found, cut - 1);
            }
            limit *= 2;
        };

        let mut puts = Vec::with_capacity(found.len());
        for (v, key) in found {
            puts.extend(self.put_of(key, v, grants)?);
        }
        let gone = if from == 0 { Vec::new() } else { self.gone(grants, from, to)? };
        let cursor = Cursor { epoch: Some(head.epoch), v: to, grants: name };
        Ok(Pull { reset, puts, gone, cursor, more: to < head.v })
    }

    /// The first `limit` rows in these scopes with a revision after `from`, by revision.
    fn after(
        &self,
        grants: &BTreeSet<Scope>,
        from: u64,
        limit: usize,
    ) -> Result<BTreeSet<(u64, Key)>, Error> {
        let mut found = BTreeSet::new();
        let mut statement = self.tx.prepare_cached(
            "select v, kind, id from row_scope where scope = ?1 and v > ?2
             order by v, kind, id limit ?3",
        )?;
        let limit_sql = i64::try_from(limit).unwrap_or(i64::MAX);
        for scope in grants {
            let mut rows = statement.query(params![scope.text(), signed(from), limit_sql])?;
            while let Some(row) = rows.next()? {
                let key = key(&row.get::<_, String>(1)?, &row.get::<_, String>(2)?)?;
                found.insert((unsigned(row.get(0)?), key));
            }
        }
        while found.len() > limit {
            found.pop_last();
        }
        Ok(found)
    }

    /// The row as it leaves the house, if these grants cover the row itself.
    fn put_of(&self, key: Key, v: u64, grants: &BTreeSet<Scope>) -> Result<Option<Put>, Error> {
        let mut statement =
            self.tx.prepare_cached("select body from rows where kind = ?1 and id = ?2")?;
        let body: String = statement
            .query_row(params![key.kind.word(), key.id.simple().to_string()], |row| row.get(0))?;
        let row = Row::from_json(key.kind, &body).map_err(Error::internal)?;
        // The index only says where to look; the row itself decides.
        if !scope::visible(&row, grants) {
            return Ok(None);
        }
        let body = serde_json::from_str(&body).map_err(Error::internal)?;
        Ok(Some(Put { kind: key.kind.word().to_owned(), id: key.id, v, body }))
    }

    /// The rows that left these scopes after one revision up to another, and did not come back.
    fn gone(&self, grants: &BTreeSet<Scope>, from: u64, to: u64) -> Result<Vec<Key>, Error> {
        let mut left = BTreeSet::new();
        let mut statement = self.tx.prepare_cached(
            "select kind, id from change where scope = ?1 and v > ?2 and v <= ?3 and stays = 0",
        )?;
        for scope in grants {
            let mut rows = statement.query(params![scope.text(), signed(from), signed(to)])?;
            while let Some(row) = rows.next()? {
                left.insert(key(&row.get::<_, String>(0)?, &row.get::<_, String>(1)?)?);
            }
        }
        let mut gone = Vec::new();
        for key in left {
            if self.put_of(key, 0, grants)?.is_none() {
                gone.push(key);
            }
        }
        Ok(gone)
    }
}

fn key(kind: &str, id: &str) -> Result<Key, Error> {
    let kind = kind.parse().map_err(|_| Error::internal("a row of an unknown kind"))?;
    Ok(Key { kind, id: uuid(id)? })
}
