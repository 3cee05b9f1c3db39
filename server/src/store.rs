//! Everything that is kept: one writer with group commit, readers beside it. All SQL lives here and below.

mod accounts;
mod books;
mod journal;
mod pending;
mod scan;
mod schema;
mod sql;
mod sqlite;
mod writer;
mod writing;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread::JoinHandle,
};

use domain::{Id, Key, Kind, Row, Rows, rows::Noun, scope::Scope, user::User, wire::Outcome};
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};
use uuid::Uuid;

use self::{
    sql::{Line, Sql, values},
    sqlite::Sqlite,
    writing::Stand,
};
use crate::error::Error;

pub use accounts::{Account, SessionRow, Who};
pub use writing::{Wants, Writing};

/// How many pulls read at the same time.
const READERS: usize = 4;
/// How many jobs may wait for the writer before new ones wait outside.
const QUEUE: usize = 1024;
/// How many orders one transaction carries, so that phones never wait long behind an import.
const ORDERS_MAX: usize = 500;

/// The door to the database.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    queue: Option<mpsc::Sender<writer::Job>>,
    writer: Option<JoinHandle<()>>,
    readers: Mutex<Vec<Box<dyn Line>>>,
    permits: Arc<Semaphore>,
    pokes: broadcast::Sender<Poke>,
    folder: PathBuf,
    temporary: bool,
}

/// What a commit touched, for whoever listens.
#[derive(Clone, Debug)]
pub struct Poke {
    /// The revision before it.
    pub after: u64,
    pub v: u64,
    /// Nothing where it is not known, because another process wrote.
    pub scopes: Option<Arc<BTreeSet<Scope>>>,
}

impl Poke {
    /// Whether somebody with these grants may have something new.
    pub fn concerns(&self, grants: &BTreeSet<Scope>) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| !scopes.is_disjoint(grants))
    }
}

/// Where the history stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Names this server's data.
    pub server: Uuid,
    /// Names this history; another one after a restore.
    pub epoch: Uuid,
    pub v: u64,
    /// Who has heard less cannot be told what left, because the log was cut here.
    pub log_floor: u64,
}

pub use domain::ledger::Order;

/// A fresh id for an order.
pub fn new_mid() -> Uuid {
    Uuid::now_v7()
}

impl Store {
    /// Opens the data in a folder, making or migrating it where needed.
    ///
    /// # Errors
    /// Where the folder cannot be written, is in use, or belongs to a newer program.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        Self::open_in(folder, false)
    }

    /// Opens an empty database in a folder of its own that goes away with the store. For tests and trials.
    ///
    /// # Errors
    /// Where there is no room for it.
    pub fn temporary() -> Result<Self, Error> {
        let folder = std::env::temp_dir().join(format!("doorstep-{}", Uuid::now_v7()));
        Self::open_in(&folder, true)
    }

    fn open_in(folder: &Path, temporary: bool) -> Result<Self, Error> {
        let why = |error| Error::internal(format!("{}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(why)?;
        let file = folder.join(sqlite::FILE);
        let writer = Box::new(Sqlite::writer(&file)?);
        let mut readers: Vec<Box<dyn Line>> = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            readers.push(Box::new(Sqlite::reader(&file)?));
        }
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (pokes, _) = broadcast::channel(256);
        let speaker = pokes.clone();
        let writer = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || {
                writer::run(writer, jobs, |poke| {
                    // Nobody may be listening.
                    let _ = speaker.send(poke);
                });
            })
            .map_err(Error::internal)?;
        Ok(Self(Arc::new(Inner {
            queue: Some(queue),
            writer: Some(writer),
            readers: Mutex::new(readers),
            permits: Arc::new(Semaphore::new(READERS)),
            pokes,
            folder: folder.to_owned(),
            temporary,
        })))
    }

    /// The version of the schema this program writes.
    pub fn schema_version() -> usize {
        schema::version()
    }

    /// Hears of every commit from now on.
    pub fn listen(&self) -> broadcast::Receiver<Poke> {
        self.0.pokes.subscribe()
    }

    /// Runs `work` inside a write transaction, which it shares with whoever writes at the same moment.
    ///
    /// `work` may run twice: when another job of the same transaction fails, all are undone and run alone.
    ///
    /// # Errors
    /// What `work` says; then nothing of it was written. Nothing is known to be written before this returns.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Writing<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.write_wanting(Wants::default(), work).await
    }

    /// Like [`Store::write`], and says before what `work` is going to look up, which a database at a distance
    /// then fetches together for everybody in the transaction.
    ///
    /// # Errors
    /// Those of [`Store::write`].
    pub async fn write_wanting<T: Send + 'static>(
        &self,
        wants: Wants,
        work: impl Fn(&mut Writing<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (tell, told) = oneshot::channel();
        let job = writer::Job::new(wants, work, tell);
        let stopped = || Error::Unavailable("the writer has stopped".into());
        let queue = self.0.queue.as_ref().ok_or_else(stopped)?;
        queue.send(job).await.map_err(|_| stopped())?;
        told.await.map_err(|_| stopped())?
    }

    /// Runs `look` on one snapshot of the data.
    ///
    /// # Errors
    /// What `look` says.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Reading<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = self.0.permits.clone().acquire_owned().await.map_err(Error::internal)?;
        let inner = self.0.clone();
        let seen = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let pool = || inner.readers.lock().unwrap_or_else(|poison| poison.into_inner());
            let line = pool().pop().ok_or_else(|| Error::internal("no reader is free"))?;
            let mut reader = Returned { line: Some(line), inner: &inner };
            let Some(line) = reader.line.as_mut() else {
                return Err(Error::internal("no reader is free"));
            };
            let (mut look, mut seen) = (Some(look), None);
            line.read(&mut |sql| {
                let look = look.take().ok_or_else(|| Error::internal("looked twice"))?;
                seen = Some(look(&Reading { sql })?);
                Ok(())
            })?;
            seen.ok_or_else(|| Error::internal("nobody looked"))
        });
        seen.await.map_err(Error::internal)?
    }

    /// Carries out orders from inside the server as `by`, through the same rule as everybody's.
    ///
    /// The times are taken as given; an order whose id is known already answers what it answered then.
    ///
    /// # Errors
    /// Where they could not be written. A refused order is an outcome, not an error.
    pub async fn carry_out(&self, by: Id<User>, orders: Vec<Order>) -> Result<Vec<Outcome>, Error> {
        let mut outcomes = Vec::with_capacity(orders.len());
        for part in orders.chunks(ORDERS_MAX) {
            let part = part.to_vec();
            outcomes.extend(self.write(move |writing| writing.orders(by, &part)).await?);
        }
        Ok(outcomes)
    }

    /// Every row of one kind, from one snapshot.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn rows_of(&self, kind: Kind) -> Result<Rows, Error> {
        self.read(move |reading| reading.rows_of(kind)).await
    }

    /// The noun with this id, if there is one.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn find<T: Noun + Send + 'static>(&self, id: Id<T>) -> Result<Option<T>, Error> {
        self.read(move |reading| reading.find(id)).await
    }

    /// Where the history stands.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn head(&self) -> Result<Head, Error> {
        self.read(|reading| reading.head()).await
    }
}

/// Gives the connection back to the pool, also when the reader panics.
struct Returned<'a> {
    line: Option<Box<dyn Line>>,
    inner: &'a Inner,
}

impl Drop for Returned<'_> {
    fn drop(&mut self) {
        let mut pool = self.inner.readers.lock().unwrap_or_else(|poison| poison.into_inner());
        pool.extend(self.line.take());
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(writer) = self.writer.take() {
            // What waits in the queue is still written.
            let _ = writer.join();
        }
        if self.temporary {
            self.readers.get_mut().map(Vec::clear).unwrap_or_default();
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// One snapshot of the data.
pub struct Reading<'a> {
    sql: &'a dyn Sql,
}

impl Reading<'_> {
    /// Where the history stands.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn head(&self) -> Result<Head, Error> {
        Ok(Stand::read(self.sql)?.head)
    }

    /// The noun with this id, if there is one.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn find<T: Noun>(&self, id: Id<T>) -> Result<Option<T>, Error> {
        let row = read_row(self.sql, Key::of(id))?;
        Ok(row.as_ref().and_then(T::of).cloned())
    }

    /// Every row of one kind.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn rows_of(&self, kind: Kind) -> Result<Rows, Error> {
        let mut rows = Rows::new();
        let text = "select body from rows where kind = ?1";
        self.sql.each(text, &values![kind.word()], &mut |row| {
            let row = Row::from_json(kind, row.text(0)?).map_err(Error::internal)?;
            rows.insert(row.key(), Arc::new(row));
            Ok(())
        })?;
        Ok(rows)
    }
}

fn read_row(sql: &dyn Sql, key: Key) -> Result<Option<Row>, Error> {
    let text = "select body from rows where kind = ?1 and id = ?2";
    sql.one(text, &values![key.kind.word(), key.id.simple().to_string()], |row| {
        Row::from_json(key.kind, row.text(0)?).map_err(Error::internal)
    })
}

/// Numbers here are never negative and never near the limit; the database knows only signed ones.
fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn uuid(text: &str) -> Result<Uuid, Error> {
    Uuid::parse_str(text).map_err(Error::internal)
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
