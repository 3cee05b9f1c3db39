//! The database as the exchange wants it: the books to read, and the ledger to write.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Command, Id, Key, Kind, Row, Timestamp,
    copy::{self, Sealer},
    ledger::{self, Books, Entry, History, Journal, Ledger, Order, ReplicaRow, Stored, Told},
    replica::Replica,
    scope::Scope,
    sheet::Sheet,
    user::{SYSTEM, User},
    wire::{Outcome, Verdict},
};
use uuid::Uuid;

use super::{Head, Reading, Writing, new_mid};
use crate::{clock, error::Error};

impl From<Head> for History {
    fn from(head: Head) -> Self {
        Self { epoch: head.epoch, v: head.v, floor: head.log_floor }
    }
}

impl Journal for Reading<'_> {
    type Fault = Error;

    fn history(&self) -> Result<History, Error> {
        Ok(self.head()?.into())
    }

    fn replica(&self, id: Id<Replica>) -> Result<Option<ReplicaRow>, Error> {
        self.replica(id)
    }

    fn stored(&self, id: Id<Replica>, seq: u64) -> Result<Option<Stored>, Error> {
        self.stored(id, seq)
    }

    fn stored_by_mid(&self, mid: Uuid) -> Result<Option<Stored>, Error> {
        self.stored_by_mid(mid)
    }

    fn unreadable(error: serde_json::Error) -> Error {
        Error::internal(error)
    }
}

impl Books for Reading<'_> {
    fn verdicts(&self, id: Id<Replica>, after: u64, to: u64) -> Result<Vec<Verdict>, Error> {
        if after >= to { Ok(Vec::new()) } else { self.verdicts(id, after, to) }
    }

    fn changed(
        &self,
        grants: &BTreeSet<Scope>,
        from: u64,
        limit: usize,
    ) -> Result<BTreeSet<(u64, Key)>, Error> {
        let mut found = BTreeSet::new();
        self.changed(grants, from, limit, &mut |v, key| {
            found.insert((v, key));
            Ok(())
        })?;
        while found.len() > limit {
            found.pop_last();
        }
        Ok(found)
    }

    fn left(&self, grants: &BTreeSet<Scope>, from: u64) -> Result<BTreeSet<Key>, Error> {
        let mut left = BTreeSet::new();
        self.left(grants, from, i64::MAX.unsigned_abs(), &mut |key| {
            left.insert(key);
            Ok(())
        })?;
        Ok(left)
    }

    fn along(
        &self,
        grants: &BTreeSet<Scope>,
        kind: Kind,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<(Uuid, u64)>, Error> {
        let mut found = BTreeMap::new();
        self.walk(grants, kind, before, limit, &mut |v, key| {
            found.insert(key.id, v);
            Ok(())
        })?;
        Ok(found.into_iter().rev().take(limit).collect())
    }

    fn bodies(&self, keys: &[Key]) -> Result<Vec<(Key, u64, String)>, Error> {
        let mut found = Vec::with_capacity(keys.len());
        self.bodies(keys.iter().copied(), &mut |key, v, body| {
            found.push((key, v, body.to_owned()));
            Ok(())
        })?;
        Ok(found)
    }
}

impl Journal for Writing<'_> {
    type Fault = Error;

    fn history(&self) -> Result<History, Error> {
        Ok(self.head().into())
    }

    fn replica(&self, id: Id<Replica>) -> Result<Option<ReplicaRow>, Error> {
        self.replica(id)
    }

    fn stored(&self, id: Id<Replica>, seq: u64) -> Result<Option<Stored>, Error> {
        self.stored(id, seq)
    }

    fn stored_by_mid(&self, mid: Uuid) -> Result<Option<Stored>, Error> {
        self.stored_by_mid(mid)
    }

    fn unreadable(error: serde_json::Error) -> Error {
        Error::internal(error)
    }
}

impl Writing<'_> {
    /// Carries out orders from inside the server as `by`, in their order.
    ///
    /// # Errors
    /// Where they cannot be written. A refused order is an outcome, not an error.
    pub fn orders(&mut self, by: Id<User>, orders: &[Order]) -> Result<Vec<Outcome>, Error> {
        let received = clock::now();
        orders.iter().map(|order| ledger::order(self, by, order, received)).collect()
    }

    /// Puts the server's signature beside the customer's on a sheet that has none.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn countersign(&mut self, sheet: &Sheet, now: Timestamp) -> Result<(), Error> {
        let seal = sheet.statement().sealed_by(self.key(), now).into();
        let command = Command::Sheet(sheet.id, copy::Command::Countersign { seal });
        self.orders(SYSTEM, &[(new_mid(), now, command)]).map(drop)
    }
}

impl Ledger for Writing<'_> {
    fn next_v(&mut self) -> u64 {
        self.next_v()
    }

    fn put(&mut self, row: &Row, v: u64) -> Result<(), Error> {
        self.put(row, v)
    }

    fn record(&mut self, entry: &Entry<'_>) -> Result<(), Error> {
        self.record(entry)
    }

    fn advance(&mut self, row: &ReplicaRow, told: Option<Told<'_>>) -> Result<(), Error> {
        self.advance(row, told)
    }

    fn internal(&mut self, by: Id<User>) -> Result<ReplicaRow, Error> {
        self.internal(by)
    }

    fn next_number(
        &mut self,
        kind: Kind,
        day: &str,
        format: fn(&str, u32) -> String,
    ) -> Result<String, Error> {
        self.next_number(kind, day, format)
    }

    fn sealer(&self) -> &dyn Sealer {
        self.key()
    }

    fn new_epoch(&mut self) -> Result<(), Error> {
        self.new_epoch()
    }

    fn sound(&self) -> Result<(), Error> {
        self.sound()
    }
}
