//! One write transaction: rows as they are in it, and what it changes.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    Id, Key, Kind, Lookup, Row,
    scope::{self, Scope},
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Head, Poke, Reading, read_row, signed, unsigned};
use crate::error::Error;

/// How many rows the writer remembers between transactions.
const CACHE_MAX: usize = 4096;

/// Rows the writer has seen; `None` is known to be absent.
#[derive(Default)]
pub(super) struct Cache {
    rows: RefCell<HashMap<Key, Option<Arc<Row>>>>,
    /// A number that changes when another connection commits.
    data_version: Cell<i64>,
}

impl Cache {
    pub(super) fn forget(&self) {
        self.rows.borrow_mut().clear();
    }

    /// Makes sure, inside a transaction, that what is remembered is still true.
    fn trust(&self, tx: &Connection) -> Result<(), Error> {
        let seen = tx.query_row("pragma data_version", [], |row| row.get(0))?;
        // Somebody else wrote, say `doorstep user` beside the server.
        if self.data_version.replace(seen) != seen || self.rows.borrow().len() > CACHE_MAX {
            self.forget();
        }
        Ok(())
    }
}

/// A write transaction in progress.
pub struct Writing<'a> {
    pub(super) tx: &'a Connection,
    cache: &'a Cache,
    /// The first database error of a look-up; the rules cannot carry it.
    fault: RefCell<Option<Error>>,
    pub(super) head: Head,
    began_at: u64,
    touched: BTreeSet<Scope>,
}

impl Lookup for Writing<'_> {
    fn row(&self, key: Key) -> Option<Arc<Row>> {
        if let Some(known) = self.cache.rows.borrow().get(&key) {
            return known.clone();
        }
        match read_row(self.tx, key) {
            Ok(row) => {
                let row = row.map(Arc::new);
                self.cache.rows.borrow_mut().insert(key, row.clone());
                row
            }
            Err(error) => {
                self.fault.borrow_mut().get_or_insert(error);
                None
            }
        }
    }
}

impl<'a> Writing<'a> {
    pub(super) fn begin(tx: &'a Connection, cache: &'a Cache) -> Result<Self, Error> {
        cache.trust(tx)?;
        let head = Reading { tx }.head()?;
        let (fault, touched, began_at) = (RefCell::new(None), BTreeSet::new(), head.v);
        Ok(Self { tx, cache, fault, head, began_at, touched })
    }

    /// Writes where the history stands now; says what to tell the listeners.
    pub(super) fn end(self) -> Result<Option<Poke>, Error> {
        self.sound()?;
        if self.head.v == self.began_at {
            return Ok(None);
        }
        self.tx.execute("update head set v = ?1", [signed(self.head.v)])?;
        Ok(Some(Poke { v: self.head.v, scopes: Arc::new(self.touched) }))
    }

    /// The same transaction, for reading.
    pub fn reading(&self) -> Reading<'_> {
        Reading { tx: self.tx }
    }

    /// Whether every look-up so far could be answered.
    ///
    /// # Errors
    /// The first one that could not.
    pub fn sound(&self) -> Result<(), Error> {
        self.fault.borrow_mut().take().map_or(Ok(()), Err)
    }

    /// The next running number of a write. Given under the writer's lock, which is held to the commit.
    pub fn next_v(&mut self) -> u64 {
        self.head.v += 1;
        self.head.v
    }

    /// Stores a row as it is at revision `v`, and who may hold it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn put(&mut self, row: &Row, v: u64) -> Result<(), Error> {
        let key = row.key();
        let (kind, id) = (key.kind.word(), key.id.simple().to_string());
        let before = self.row(key).map(|before| scope::scopes(&before)).unwrap_or_default();
        let after = scope::scopes(row);
        let body = row.to_json().map_err(Error::internal)?;
        let v = signed(v);
        self.run(
            "insert into rows (kind, id, v, body) values (?1, ?2, ?3, ?4)
             on conflict (kind, id) do update set v = excluded.v, body = excluded.body",
            params![kind, id, v, body],
        )?;
        for scope in before.union(&after) {
            let stays = after.contains(scope);
            let scope = scope.text();
            if stays {
                self.run(
                    "insert into row_scope (kind, id, scope, v) values (?1, ?2, ?3, ?4)
                     on conflict (kind, id, scope) do update set v = excluded.v",
                    params![kind, id, scope, v],
                )?;
            } else {
                self.run(
                    "delete from row_scope where kind = ?1 and id = ?2 and scope = ?3",
                    params![kind, id, scope],
                )?;
            }
            self.run(
                "insert into change (scope, v, kind, id, stays) values (?1, ?2, ?3, ?4, ?5)
                 on conflict (scope, v, kind, id) do update set stays = excluded.stays",
                params![scope, v, kind, id, stays],
            )?;
        }
        if let Some(number) = number(row) {
            self.run(
                "insert into number (number, kind, id) values (?1, ?2, ?3)
                 on conflict (number, kind) do nothing",
                params![number, kind, id],
            )?;
        }
        self.touched.extend(before);
        self.touched.extend(after);
        self.cache.rows.borrow_mut().insert(key, Some(Arc::new(row.clone())));
        Ok(())
    }

    /// The next number of the day that nothing of this kind carries yet.
    ///
    /// # Errors
    /// Where the counter cannot be written.
    pub fn next_number(
        &mut self,
        kind: Kind,
        day: &str,
        format: impl Fn(&str, u32) -> String,
    ) -> Result<String, Error> {
        loop {
            let n: i64 = self
                .tx
                .prepare_cached(
                    "insert into counter (name, day, n) values (?1, ?2, 1)
                 on conflict (name, day) do update set n = n + 1 returning n",
                )?
                .query_row(params![kind.word(), day], |row| row.get(0))?;
            let number = format(day, u32::try_from(n).unwrap_or(u32::MAX));
            let taken: Option<i64> = self
                .tx
                .prepare_cached("select 1 from number where number = ?1 and kind = ?2")?
                .query_row(params![number, kind.word()], |row| row.get(0))
                .optional()?;
            if taken.is_none() {
                return Ok(number);
            }
        }
    }

    /// The running number of the next device, which is never given again.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn next_device(&mut self) -> Result<u32, Error> {
        let n: i64 = self.tx.query_row(
            "update head set devices = devices + 1 returning devices",
            [],
            |row| row.get(0),
        )?;
        Ok(u32::try_from(unsigned(n)).unwrap_or(u32::MAX))
    }

    pub(super) fn run(&self, sql: &str, params: impl rusqlite::Params) -> Result<usize, Error> {
        Ok(self.tx.prepare_cached(sql)?.execute(params)?)
    }
}

/// The number people call this row by.
fn number(row: &Row) -> Option<&str> {
    match row {
        Row::Ticket(ticket) => ticket.number.as_deref(),
        Row::Customer(customer) => customer.number.as_deref(),
        Row::PartRequest(request) => request.number.as_deref(),
        _ => None,
    }
}

/// The server's own replica for somebody: imports, the command line, numbers.
pub(crate) fn internal_replica(by: Id<domain::user::User>) -> Id<domain::replica::Replica> {
    Id::derived(&format!("internal:{by}"))
}
