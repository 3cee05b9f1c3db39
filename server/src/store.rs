//! Everything that is kept: one writer with group commit, readers beside it. All SQL lives here and below.

mod accounts;
mod journal;
mod pull;
mod schema;
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
    time::Duration,
};

use domain::{
    Id, Key, Kind, Row, Rows, Timestamp, rows::Noun, scope::Scope, user::User, wire::Outcome,
};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};
use uuid::Uuid;

use crate::error::Error;

pub use accounts::{Account, SessionRow, Who};
pub(crate) use journal::Entry;
pub use journal::{ReplicaRow, Stored};
pub use pull::Pull;
pub use writing::Writing;

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
    readers: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    pokes: broadcast::Sender<Poke>,
    folder: PathBuf,
    temporary: bool,
}

/// What a commit touched, for whoever listens.
#[derive(Clone, Debug)]
pub struct Poke {
    pub v: u64,
    pub scopes: Arc<BTreeSet<Scope>>,
}

/// Where the history stands.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Names this server's data.
    pub server: Uuid,
    /// Names this history; another one after a restore.
    pub epoch: Uuid,
    pub v: u64,
}

/// An order from inside the server: its id, when it happened, what is to be done.
pub type Order = (Uuid, Timestamp, domain::Command);

/// A fresh id for an order.
pub fn new_mid() -> Uuid {
    Uuid::now_v7()
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull, SystemIoFailure};
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked | DiskFull | SystemIoFailure) => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::internal(error),
        }
    }
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
        let file = folder.join("doorstep.sqlite");
        let mut connection = Connection::open(&file)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // What was acknowledged is on the disk, also after a power cut.
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(64);
        schema::migrate(&mut connection)?;

        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let reader = Connection::open_with_flags(&file, flags)?;
            reader.busy_timeout(Duration::from_secs(5))?;
            reader.set_prepared_statement_cache_capacity(64);
            readers.push(reader);
        }
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (pokes, _) = broadcast::channel(256);
        let speaker = pokes.clone();
        let writer = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || writer::run(connection, jobs, &speaker))
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
        let (tell, told) = oneshot::channel();
        let job = writer::Job::new(work, tell);
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
            let connection = pool().pop().ok_or_else(|| Error::internal("no reader is free"))?;
            let mut reader = Returned { connection: Some(connection), inner: &inner };
            let Some(connection) = reader.connection.as_mut() else {
                return Err(Error::internal("no reader is free"));
            };
            let tx = connection.transaction()?;
            let seen = look(&Reading { tx: &tx });
            tx.finish()?;
            seen
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
            outcomes
                .extend(self.write(move |writing| crate::carry::orders(writing, by, &part)).await?);
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
    connection: Option<Connection>,
    inner: &'a Inner,
}

impl Drop for Returned<'_> {
    fn drop(&mut self) {
        let mut pool = self.inner.readers.lock().unwrap_or_else(|poison| poison.into_inner());
        pool.extend(self.connection.take());
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
    tx: &'a Connection,
}

impl Reading<'_> {
    /// Where the history stands.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn head(&self) -> Result<Head, Error> {
        let mut statement = self.tx.prepare_cached("select server, epoch, v from head")?;
        let (server, epoch, v) = statement.query_row([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
        })?;
        Ok(Head { server: uuid(&server)?, epoch: uuid(&epoch)?, v: unsigned(v) })
    }

    /// The noun with this id, if there is one.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn find<T: Noun>(&self, id: Id<T>) -> Result<Option<T>, Error> {
        let row = read_row(self.tx, Key::of(id))?;
        Ok(row.as_ref().and_then(T::of).cloned())
    }

    /// Every row of one kind.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn rows_of(&self, kind: Kind) -> Result<Rows, Error> {
        let mut statement = self.tx.prepare_cached("select body from rows where kind = ?1")?;
        let bodies = statement.query_map([kind.word()], |row| row.get::<_, String>(0))?;
        let mut rows = Rows::new();
        for body in bodies {
            let row = Row::from_json(kind, &body?).map_err(Error::internal)?;
            rows.insert(row.key(), Arc::new(row));
        }
        Ok(rows)
    }
}

fn read_row(connection: &Connection, key: Key) -> Result<Option<Row>, Error> {
    let mut statement =
        connection.prepare_cached("select body from rows where kind = ?1 and id = ?2")?;
    let body: Option<String> = statement
        .query_row(params![key.kind.word(), key.id.simple().to_string()], |row| row.get(0))
        .optional()?;
    body.map(|body| Row::from_json(key.kind, &body).map_err(Error::internal)).transpose()
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
