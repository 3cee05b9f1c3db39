//! What changed since a cursor, for one person.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Key, Row,
    scope::{self, Scope},
    wire::{Cursor, Put, ROWS_MAX},
};
use sha2::{Digest, Sha256};

use super::{Reading, hex};
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
        let mut shown = self.shown(found.iter().map(|(_, key)| *key), grants)?;
        for (v, key) in found {
            let Some(body) = shown.remove(&key) else { continue };
            puts.push(Put { kind: key.kind.word().to_owned(), id: key.id, v, body });
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
        for scope in grants {
            self.changed(scope, from, limit, &mut |v, key| {
                found.insert((v, key));
                Ok(())
            })?;
        }
        while found.len() > limit {
            found.pop_last();
        }
        Ok(found)
    }

    /// The rows as they leave the house, of those that these grants cover.
    fn shown(
        &self,
        keys: impl IntoIterator<Item = Key>,
        grants: &BTreeSet<Scope>,
    ) -> Result<BTreeMap<Key, serde_json::Value>, Error> {
        let mut shown = BTreeMap::new();
        self.bodies(keys, &mut |key, _, body| {
            let row = Row::from_json(key.kind, body).map_err(Error::internal)?;
            // The index only says where to look; the row itself decides.
            if scope::visible(&row, grants) {
                shown.insert(key, serde_json::from_str(body).map_err(Error::internal)?);
            }
            Ok(())
        })?;
        Ok(shown)
    }

    /// The rows that left these scopes after one revision up to another, and did not come back.
    fn gone(&self, grants: &BTreeSet<Scope>, from: u64, to: u64) -> Result<Vec<Key>, Error> {
        let mut left = BTreeSet::new();
        for scope in grants {
            self.left(scope, from, to, &mut |key| {
                left.insert(key);
                Ok(())
            })?;
        }
        let shown = self.shown(left.iter().copied(), grants)?;
        left.retain(|key| !shown.contains_key(key));
        Ok(left.into_iter().collect())
    }
}
