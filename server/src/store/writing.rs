//! One write transaction: rows as they are in it, and what it changes.
//!
//! Changes wait in memory and reach the database together at the end. What is asked here sees them.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    Id, Key, Kind, Lookup, Row, Timestamp,
    ledger::{ReplicaRow, Stored},
    replica::Replica,
    scope::{self, Scope},
    ticket::Ticket,
    user::User,
};
use uuid::Uuid;

use super::{
    Head, Poke, Reading,
    pending::Pending,
    read_row,
    scan::key_of,
    sql::{Columns, Many, Sql, Type, Value, values},
    unsigned, uuid,
};
use crate::{error::Error, seal::SealKey};

/// How many rows the writer remembers between transactions.
const CACHE_MAX: usize = 4096;

static BODIES: Many = Many {
    text: "select kind, id, body from rows where kind = ?1 and id = ?2",
    types: &[Type::Text, Type::Text],
};

/// Rows the writer has seen; `None` is known to be absent.
pub(super) struct Cache<'k> {
    /// What countersigns sheets.
    key: &'k SealKey,
    rows: RefCell<HashMap<Key, Option<Arc<Row>>>>,
    /// The head of the last transaction that was committed here.
    seen: RefCell<Option<Stand>>,
    /// The head that the transaction in progress leaves behind.
    next: Cell<Option<Stand>>,
}

impl<'k> Cache<'k> {
    /// Empty, with the key that countersigns.
    pub(super) fn with(key: &'k SealKey) -> Self {
        Self { key, rows: RefCell::default(), seen: RefCell::default(), next: Cell::default() }
    }

    /// After a commit: what is remembered is what stands there.
    pub(super) fn committed(&self) {
        self.seen.replace(self.next.take());
    }

    /// After a failure: it may hold rows that were never committed.
    pub(super) fn forget(&self) {
        self.rows.borrow_mut().clear();
        self.seen.replace(None);
    }

    /// Makes sure that what is remembered is still true.
    ///
    /// Whoever changes a row, in whichever process, moves the head on. So a head that stands where this
    /// process left it proves that nobody did.
    fn trust(&self, stand: &Stand) {
        let same = self.seen.borrow().as_ref().is_some_and(|seen| seen == stand);
        if !same || self.rows.borrow().len() > CACHE_MAX {
            self.rows.borrow_mut().clear();
        }
    }
}

/// The head row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stand {
    pub(super) head: Head,
    pub(super) devices: u64,
    pub(super) chain: String,
    pub(super) entries: u64,
}

impl Stand {
    /// In a write transaction this takes the head's lock, which is held to the commit.
    pub(super) const TEXT: &str =
        "select server, epoch, v, log_floor, devices, chain, entries from head /*for update*/";

    /// Reads the head. In a write transaction this takes its lock, which is held to the commit.
    pub(super) fn read(sql: &dyn Sql) -> Result<Self, Error> {
        let stand = sql.one(Self::TEXT, &[], Self::of)?;
        stand.ok_or_else(|| Error::internal("the database has no head"))
    }

    /// The head in a row of that statement's answer.
    pub(super) fn of(row: &dyn Columns) -> Result<Self, Error> {
        let head = Head {
            server: uuid(row.text(0)?)?,
            epoch: uuid(row.text(1)?)?,
            v: unsigned(row.int(2)?),
            log_floor: unsigned(row.int(3)?),
        };
        let (devices, chain) = (unsigned(row.int(4)?), row.text(5)?.to_owned());
        Ok(Self { head, devices, chain, entries: unsigned(row.int(6)?) })
    }
}

/// Where a transaction found the head and where it leaves it.
pub(super) struct Span {
    pub(super) began: Stand,
    pub(super) left: Stand,
}

/// What a write will ask for. A database at a distance is asked once for all of it.
#[derive(Clone, Debug, Default)]
pub struct Wants {
    pub replicas: Vec<Id<Replica>>,
    /// Ids of envelopes that may have a verdict already.
    pub mids: Vec<Uuid>,
    pub keys: Vec<Key>,
}

/// What this transaction has read or written of replicas and envelopes; `None` is known to be absent.
#[derive(Default)]
pub(super) struct Known {
    pub(super) replicas: HashMap<Id<Replica>, Option<ReplicaRow>>,
    pub(super) mids: HashMap<Uuid, Option<Stored>>,
    pub(super) entries: HashMap<(Id<Replica>, u64), Stored>,
}

/// A write transaction in progress.
pub struct Writing<'a> {
    pub(super) sql: &'a dyn Sql,
    cache: &'a Cache<'a>,
    /// The first database error of a look-up; the rules cannot carry it.
    fault: RefCell<Option<Error>>,
    pub(super) stand: Stand,
    began: Stand,
    pub(super) pending: RefCell<Pending>,
    pub(super) known: RefCell<Known>,
    touched: BTreeSet<Scope>,
}

impl Lookup for Writing<'_> {
    fn row(&self, key: Key) -> Option<Arc<Row>> {
        if let Some(known) = self.cache.rows.borrow().get(&key) {
            return known.clone();
        }
        match read_row(self.sql, key) {
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
    pub(super) fn begin(sql: &'a dyn Sql, cache: &'a Cache<'a>) -> Result<Self, Error> {
        let stand = Stand::read(sql)?;
        cache.trust(&stand);
        Ok(Self {
            sql,
            cache,
            fault: RefCell::default(),
            began: stand.clone(),
            stand,
            pending: RefCell::default(),
            known: RefCell::default(),
            touched: BTreeSet::new(),
        })
    }

    /// Fetches together what the jobs of this transaction will ask for.
    pub(super) fn fetch<'w>(
        &mut self,
        wants: impl Iterator<Item = &'w Wants> + Clone,
    ) -> Result<(), Error> {
        if !self.sql.far() {
            return Ok(());
        }
        self.fetch_replicas(wants.clone().flat_map(|wants| &wants.replicas).copied().collect())?;
        self.fetch_mids(wants.clone().flat_map(|wants| &wants.mids).copied().collect())?;
        let mut keys: BTreeSet<Key> = wants.flat_map(|wants| &wants.keys).copied().collect();
        let mut rows = self.cache.rows.borrow_mut();
        keys.retain(|key| !rows.contains_key(key));
        if keys.is_empty() {
            return Ok(());
        }
        let lists: Vec<Vec<Value<'_>>> = keys
            .iter()
            .map(|key| values![key.kind.word(), key.id.simple().to_string()].to_vec())
            .collect();
        self.sql.each_of(&BODIES, &lists, &mut |row| {
            let key = key_of(row.text(0)?, row.text(1)?)?;
            let row = Row::from_json(key.kind, row.text(2)?).map_err(Error::internal)?;
            keys.remove(&key);
            rows.insert(key, Some(Arc::new(row)));
            Ok(())
        })?;
        rows.extend(keys.into_iter().map(|key| (key, None)));
        Ok(())
    }

    /// Tells the database everything, and where the history stands now; says what to tell the listeners.
    pub(super) fn end(self) -> Result<(Span, Option<Poke>), Error> {
        self.sound()?;
        let Stand { head, devices, chain, entries } = &self.stand;
        let mut pending = self.pending.take();
        if self.stand != self.began {
            let (floor, one) = (head.log_floor, 1i64);
            let values = values![head.v, *devices, chain.clone(), *entries, head.epoch, floor, one];
            pending.head = Some(values.to_vec());
        }
        pending.flush(self.sql)?;
        let (after, v) = (self.began.head.v, head.v);
        let poke = (v > after).then(|| Poke { after, v, scopes: Some(Arc::new(self.touched)) });
        self.cache.next.set(Some(self.stand.clone()));
        Ok((Span { began: self.began, left: self.stand }, poke))
    }

    /// What countersigns sheets.
    pub(super) fn key(&self) -> &SealKey {
        self.cache.key
    }

    /// Where the history stands inside this transaction.
    pub fn head(&self) -> Head {
        self.stand.head
    }

    /// The same transaction, for reading with all that was changed so far.
    pub fn reading(&self) -> Reading<'_> {
        if let Err(error) = self.pending.borrow_mut().flush(self.sql) {
            self.fault.borrow_mut().get_or_insert(error);
        }
        Reading::on(self.sql)
    }

    /// Whether every look-up so far could be answered.
    ///
    /// # Errors
    /// The first one that could not.
    pub fn sound(&self) -> Result<(), Error> {
        self.fault.borrow_mut().take().map_or(Ok(()), Err)
    }

    /// The next running number of a write. Given under the lock of the head, which is held to the commit.
    pub fn next_v(&mut self) -> u64 {
        self.stand.head.v += 1;
        self.stand.head.v
    }

    /// Begins another history under the same data: a device has heard of a revision that was lost here.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn new_epoch(&mut self) -> Result<(), Error> {
        tracing::error!(
            v = self.stand.head.v,
            "a device has heard of writes that are not here: older data was put back; every device walks again"
        );
        self.begin_epoch(crate::clock::now()).map(drop)
    }

    /// Stores a row as it is at revision `v`, and who may hold it.
    ///
    /// # Errors
    /// Never here: what cannot be told in JSON fails at the end of the transaction.
    pub fn put(&mut self, row: &Row, v: u64) -> Result<(), Error> {
        let key = row.key();
        let before = self.row(key);
        let due = scope::ages_at(row);
        if before.as_deref().and_then(scope::ages_at) != due {
            self.due(key, due);
        }
        let alias_before = before.as_deref().and_then(alias).map(str::to_owned);
        let before = before.map(|before| scope::scopes(&before)).unwrap_or_default();
        let after = scope::scopes(row);
        let new_alias = alias(row).filter(|alias| Some(*alias) != alias_before.as_deref());
        let row = Arc::new(row.clone());
        let pending = self.pending.get_mut();
        pending.rows.insert(key, (v, row.clone()));
        for scope in before.union(&after) {
            let stays = after.contains(scope);
            pending.scopes.insert((key, scope.clone()), stays.then_some(v));
            pending.changes.insert((scope.clone(), v, key), stays);
        }
        let registered = number(&row).into_iter().chain(new_alias);
        for number in registered {
            pending.numbers.entry((number.to_owned(), key.kind)).or_insert(key);
        }
        self.touched.extend(before);
        self.touched.extend(after);
        self.cache.rows.borrow_mut().insert(key, Some(row));
        Ok(())
    }

    /// Registers the number that its device gave a ticket, so that it is found by it.
    pub(crate) fn know_by_alias(&mut self, ticket: Id<Ticket>) {
        let Some(row) = self.row(Key::of(ticket)) else { return };
        if let Some(alias) = alias(&row) {
            let number = (alias.to_owned(), Kind::Ticket);
            self.pending.get_mut().numbers.entry(number).or_insert(Key::of(ticket));
        }
    }

    /// Notes when a row has to be looked at again, or that it has not.
    pub fn due(&mut self, key: Key, at: Option<Timestamp>) {
        self.pending.get_mut().due.insert(key, at);
    }

    /// The next number of the day that nothing of this kind carries yet.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn next_number(
        &mut self,
        kind: Kind,
        day: &str,
        format: impl Fn(&str, u32) -> String,
    ) -> Result<String, Error> {
        let name = (kind, day.to_owned());
        let known = self.pending.get_mut().counters.get(&name).copied();
        let mut n = match known {
            Some(n) => n,
            None => {
                let text = "select n from counter where name = ?1 and day = ?2";
                let stored = self.sql.one(text, &values![kind.word(), day], |row| row.int(0))?;
                stored.unwrap_or_default()
            }
        };
        loop {
            n += 1;
            let number = format(day, u32::try_from(n).unwrap_or(u32::MAX));
            let text = "select id from number where number = ?1 and kind = ?2";
            let given = (number, kind);
            let taken = self.pending.get_mut().numbers.contains_key(&given)
                || self.sql.one(text, &values![&given.0, kind.word()], |_| Ok(()))?.is_some();
            if !taken {
                self.pending.get_mut().counters.insert(name, n);
                return Ok(given.0);
            }
        }
    }

    /// Has something written, so that the commit shows whether the database still takes it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn prove(&mut self) -> Result<(), Error> {
        // The value must change: a row that stays as it is would not reach the disk.
        let text = "insert into counter (name, day, n) values ('health', '', 1)
                    on conflict (name, day) do update set n = 1 - counter.n";
        self.sql.run(text, &[]).map(drop)
    }

    /// The running number of the next device, which is never given again.
    ///
    /// # Errors
    /// Where there are no numbers left.
    pub fn next_device(&mut self) -> Result<u32, Error> {
        self.stand.devices += 1;
        u32::try_from(self.stand.devices).map_err(Error::internal)
    }

    /// Carries out a statement at once. It does not see changes that still wait.
    pub(super) fn run(&self, text: &'static str, values: &[Value<'_>]) -> Result<u64, Error> {
        self.sql.run(text, values)
    }
}

/// The number people call this row by.
pub(crate) fn number(row: &Row) -> Option<&str> {
    match row {
        Row::Ticket(ticket) => ticket.number.as_deref(),
        Row::Customer(customer) => customer.number.as_deref(),
        Row::PartRequest(request) => request.number.as_deref(),
        _ => None,
    }
}

/// The number its device gave it, by which it is still found.
fn alias(row: &Row) -> Option<&str> {
    match row {
        Row::Ticket(ticket) => ticket.provisional.as_deref(),
        _ => None,
    }
}

/// The server's own replica for somebody: imports, the command line, numbers.
pub(crate) fn internal_replica(by: Id<User>) -> Id<Replica> {
    Id::derived(&format!("internal:{by}"))
}
