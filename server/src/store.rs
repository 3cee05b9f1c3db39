//! Everything that is kept: one writer with group commit, readers beside it. All SQL lives here and below.

mod accounts;
pub(crate) mod backup;
mod books;
pub(crate) mod check;
mod clearing;
mod door;
mod due;
mod enrolments;
mod journal;
mod pending;
mod poke;
mod postgres;
mod scan;
mod schema;
mod sql;
mod sqlite;
mod watch;
mod writer;
mod writing;

#[cfg(test)]
mod tests;

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs,
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use domain::{
    Id, Key, Kind, Row, Rows,
    copy::Sealer,
    ledger::ReplicaRow,
    replica::Replica,
    rows::Noun,
    scope::Scope,
    user::{SYSTEM, User},
    wire::Outcome,
};
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};
use uuid::Uuid;

use self::{
    poke::Crier,
    postgres::Postgres,
    sql::{Line, Sql, values},
    sqlite::Sqlite,
    writing::{Span, Stand},
};
use crate::{
    error::Error,
    seal::{self, SealKey},
};

pub use accounts::{Account, SessionRow, Who};
pub use clearing::CLEARED_MAX;
pub use door::Knock;
pub use enrolments::Enrolment;
pub use sqlite::Care;
pub(crate) use sqlite::FILE;
pub(crate) use writing::number;
pub use writing::{Wants, Writing};

/// How many pulls read at the same time.
const READERS: usize = 4;
/// How many jobs may wait for the writer before new ones wait outside.
const QUEUE: usize = 1024;
/// How many orders one transaction carries, so that phones never wait long behind an import.
const ORDERS_MAX: usize = 500;

/// How many threads serve: one more than there are cores, because those that look at the file wait for the disk.
pub fn serving_threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get) + 1
}

/// The key that countersigns sheets, made where there is none. Of two processes that make one, the first is heard.
fn key(line: &mut dyn Line) -> Result<SealKey, Error> {
    let fresh = seal::new_secret()?;
    let mut secret = None;
    let mut known = |sql: &dyn Sql| {
        let text = "select value from secret where name = 'seal'";
        secret = sql.one(text, &[], |row| Ok(row.text(0)?.to_owned()))?;
        Ok::<_, Error>(secret.is_some())
    };
    let mut there = false;
    line.read(&mut |sql| {
        there = known(sql)?;
        Ok(())
    })?;
    if !there {
        line.write(&mut |sql| {
            let stand = Stand::read(sql)?;
            let text =
                "insert into secret (name, value) values ('seal', ?1) on conflict do nothing";
            sql.run(text, &values![&fresh])?;
            Ok(Span { began: stand.clone(), left: stand })
        })?;
        line.read(&mut |sql| known(sql).map(drop))?;
    }
    let missing = || Error::internal("the database has no key for countersignatures");
    SealKey::of(&secret.ok_or_else(missing)?)
}

/// The door to the database.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    queue: Option<mpsc::Sender<writer::Job>>,
    writer: Option<JoinHandle<()>>,
    readers: Mutex<Vec<Box<dyn Line>>>,
    permits: Arc<Semaphore>,
    /// How many may look without another thread.
    at_once: Semaphore,
    pokes: broadcast::Sender<Poke>,
    /// Turns true when nobody needs to listen to other processes any more.
    over: Arc<AtomicBool>,
    place: Place,
    key: Arc<SealKey>,
    /// What goes away with the store.
    rubbish: Option<Rubbish>,
}

/// Where the data lies.
#[derive(Clone)]
pub enum Place {
    /// A folder of this machine, with a SQLite database in it.
    Folder(PathBuf),
    /// A Postgres database, by its address `postgres://user@host/name`. It may hold a password.
    Database(String),
}

impl<T: AsRef<Path>> From<T> for Place {
    fn from(place: T) -> Self {
        match place.as_ref().to_str() {
            Some(address) if postgres::is_address(address) => Self::Database(address.to_owned()),
            _ => Self::Folder(place.as_ref().to_owned()),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            // Its address may hold a password.
            Self::Database(_) => f.write_str("The database"),
        }
    }
}

/// What an empty store for tests leaves behind.
enum Rubbish {
    Folder(PathBuf),
    Schema { address: String, name: String },
}

/// The connections of a store, before anybody uses them.
struct Lines {
    writer: Box<dyn Line>,
    readers: Vec<Box<dyn Line>>,
    /// Where other processes may write too.
    shared: Option<tokio_postgres::Config>,
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
    /// Opens the data in a folder or a database, making or migrating it where needed.
    ///
    /// # Errors
    /// Where it cannot be reached or written, is in use, or belongs to a newer program.
    pub fn open(place: impl Into<Place>) -> Result<Self, Error> {
        Self::open_at(&place.into(), None, Care::Full)
    }

    /// The same, as sure of what is acknowledged as `care` says.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(place: impl Into<Place>, care: Care) -> Result<Self, Error> {
        Self::open_at(&place.into(), None, care)
    }

    /// Opens an empty store that goes away with its last handle. For tests and trials.
    ///
    /// With the address of a Postgres database in `DOORSTEP_TEST_POSTGRES` it is a schema of its own there, so that
    /// the same tests hold both databases to the same word.
    ///
    /// # Errors
    /// Where there is no room for it.
    pub fn temporary() -> Result<Self, Error> {
        let name = format!("doorstep_{}", Uuid::now_v7().simple());
        match std::env::var("DOORSTEP_TEST_POSTGRES") {
            Ok(address) => {
                let place = Place::Database(aside(|| postgres::make_schema(&address, &name))?);
                Self::open_at(&place, Some(Rubbish::Schema { address, name }), Care::Full)
            }
            Err(_) => {
                let folder = std::env::temp_dir().join(name);
                let place = Place::Folder(folder.clone());
                Self::open_at(&place, Some(Rubbish::Folder(folder)), Care::Full)
            }
        }
    }

    fn open_at(place: &Place, rubbish: Option<Rubbish>, care: Care) -> Result<Self, Error> {
        // Connections to a database wait, and must not do so where other tasks run.
        aside(|| Self::open_here(place, rubbish, care))
    }

    fn open_here(place: &Place, rubbish: Option<Rubbish>, care: Care) -> Result<Self, Error> {
        let Lines { mut writer, mut readers, shared } = match place {
            Place::Folder(folder) => Self::lines_to_file(folder, care)?,
            Place::Database(address) => Self::lines_to_database(address)?,
        };
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (pokes, _) = broadcast::channel(256);
        let over = Arc::new(AtomicBool::new(false));
        let mut head = 0;
        if let Some(reader) = readers.first_mut() {
            reader.read(&mut |sql| {
                head = Stand::read(sql)?.head.v;
                Ok(())
            })?;
        }
        let key = Arc::new(key(&mut *writer)?);
        let crier = Arc::new(Crier::new(pokes.clone(), head));
        let calls = shared.map(|config| poke::start(config, &crier, &over)).transpose()?;
        let sealer = key.clone();
        let writer = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || {
                writer::run(writer, &sealer, jobs, |poke| {
                    if let Some(calls) = &calls {
                        // Without it the others hear a little later.
                        let _ = calls.send(poke.clone());
                    }
                    crier.tell(poke);
                });
            })
            .map_err(Error::internal)?;
        Ok(Self(Arc::new(Inner {
            queue: Some(queue),
            writer: Some(writer),
            readers: Mutex::new(readers),
            permits: Arc::new(Semaphore::new(READERS)),
            at_once: Semaphore::new(serving_threads() - 1),
            pokes,
            over,
            place: place.clone(),
            key,
            rubbish,
        })))
    }

    fn lines_to_file(folder: &Path, care: Care) -> Result<Lines, Error> {
        let why = |error| Error::internal(format!("{}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(why)?;
        let file = folder.join(sqlite::FILE);
        let writer = Box::new(Sqlite::writer(&file, care)?);
        let reader = || Sqlite::reader(&file).map(|line| -> Box<dyn Line> { Box::new(line) });
        let readers = (0..READERS).map(|_| reader()).collect::<Result<_, _>>()?;
        Ok(Lines { writer, readers, shared: None })
    }

    fn lines_to_database(address: &str) -> Result<Lines, Error> {
        let config = postgres::config(address)?;
        let writer = Box::new(Postgres::writer(&config)?);
        let reader = || -> Box<dyn Line> { Box::new(Postgres::reader(&config)) };
        let readers = (0..READERS).map(|_| reader()).collect();
        Ok(Lines { writer, readers, shared: Some(config) })
    }

    /// The version of the schema this program writes.
    pub fn schema_version() -> usize {
        schema::version()
    }

    /// What countersigns sheets, for books beside this store that must say the same.
    pub fn sealer(&self) -> Arc<dyn Sealer> {
        self.0.key.clone()
    }

    /// The key that countersigns sheets.
    pub(crate) fn key(&self) -> &SealKey {
        &self.0.key
    }

    /// Where the data lies.
    pub fn place(&self) -> &Place {
        &self.0.place
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
            inner.read(look)
        });
        seen.await.map_err(Error::internal)?
    }

    /// The same; where the look is `short` and the data lies in a file of this machine, it is had at once: waking
    /// another thread for it, and this one again, costs more than the look. Not more of them at a time than leave one
    /// of the threads that serve to everybody else, so that a slow disk does not hold up all who do not read from it.
    ///
    /// # Errors
    /// What `look` says.
    pub async fn look<T: Send + 'static>(
        &self,
        short: bool,
        look: impl FnOnce(&Reading<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let near = matches!(self.0.place, Place::Folder(_));
        let (Ok(_here), true) = (self.0.at_once.try_acquire(), short && near) else {
            return self.read(look).await;
        };
        let _permit = self.0.permits.acquire().await.map_err(Error::internal)?;
        let seen = catch_unwind(AssertUnwindSafe(|| self.0.read(look)));
        seen.unwrap_or_else(|_| Err(Error::internal("a look panicked")))
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
            let mut keys: Vec<Key> =
                part.iter().flat_map(|(_, _, command)| command.keys()).collect();
            keys.push(Key::of(by));
            let wants = Wants {
                replicas: vec![writing::internal_replica(by), writing::internal_replica(SYSTEM)],
                mids: part.iter().map(|(mid, ..)| *mid).collect(),
                keys,
            };
            let done = self.write_wanting(wants, move |writing| writing.orders(by, &part)).await?;
            outcomes.extend(done);
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

impl Inner {
    /// Looks through a connection of the pool. Whoever calls this holds a permit.
    fn read<T>(&self, look: impl FnOnce(&Reading<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let pool = || self.readers.lock().unwrap_or_else(|poison| poison.into_inner());
        let line = pool().pop().ok_or_else(|| Error::internal("no reader is free"))?;
        let mut reader = Returned { line: Some(line), inner: self };
        let Some(line) = reader.line.as_mut() else {
            return Err(Error::internal("no reader is free"));
        };
        let (mut look, mut seen) = (Some(look), None);
        line.read(&mut |sql| {
            let look = look.take().ok_or_else(|| Error::internal("looked twice"))?;
            seen = Some(look(&Reading::on(sql))?);
            Ok(())
        })?;
        seen.ok_or_else(|| Error::internal("nobody looked"))
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
        self.over.store(true, Ordering::Relaxed);
        let readers = self.readers.get_mut().map(std::mem::take).unwrap_or_default();
        let rubbish = self.rubbish.take();
        // Nobody can be told here that something stayed behind.
        let _ = aside(move || {
            drop(readers);
            match rubbish {
                Some(Rubbish::Folder(folder)) => {
                    fs::remove_dir_all(folder).map_err(Error::internal)
                }
                Some(Rubbish::Schema { address, name }) => postgres::drop_schema(&address, &name),
                None => Ok(()),
            }
        });
    }
}

/// Does something that waits on a thread that waits for nothing else.
fn aside<T: Send>(work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    std::thread::scope(|scope| {
        let done = scope.spawn(work).join();
        done.unwrap_or_else(|_| Err(Error::internal("the database's thread panicked")))
    })
}

/// One snapshot of the data.
pub struct Reading<'a> {
    sql: &'a dyn Sql,
    seen: RefCell<Seen>,
}

/// What was looked up together at the beginning of a snapshot, in which it cannot change.
#[derive(Default)]
struct Seen {
    head: Option<Head>,
    replica: Option<(Id<Replica>, Option<ReplicaRow>)>,
}

impl<'a> Reading<'a> {
    fn on(sql: &'a dyn Sql) -> Self {
        Self { sql, seen: RefCell::default() }
    }
}

impl Reading<'_> {
    fn remember(&self, head: Head, id: Id<Replica>, replica: Option<ReplicaRow>) {
        self.seen.replace(Seen { head: Some(head), replica: Some((id, replica)) });
    }

    /// Where the history stands.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn head(&self) -> Result<Head, Error> {
        match self.seen.borrow().head {
            Some(head) => Ok(head),
            None => Ok(Stand::read(self.sql)?.head),
        }
    }

    /// The noun with this id, if there is one.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn find<T: Noun>(&self, id: Id<T>) -> Result<Option<T>, Error> {
        let row = read_row(self.sql, Key::of(id))?;
        Ok(row.as_ref().and_then(T::of).cloned())
    }

    /// The row under this key, if there is one.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn row(&self, key: Key) -> Result<Option<Row>, Error> {
        read_row(self.sql, key)
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
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| char::from(DIGITS[usize::from(n)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
