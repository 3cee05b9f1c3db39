//! Postgres: a database that several server processes share.
//!
//! What is asked of it is small on purpose: tables with `bigint` and `text` columns, `insert … on conflict`,
//! `select … for update` on one row, `unnest` of array parameters, and two kinds of transaction. Writing needs
//! `read committed`, because every write transaction begins by locking the head row and so there is only one at
//! a time; reading needs a snapshot (`repeatable read`). There are no advisory locks, no sequences, no triggers,
//! and `listen` only makes pokes come sooner. Statements are prepared, so a pooler in between must keep sessions.
//!
//! A database that speaks the protocol and runs writes in an order that agrees with the lock of the head row should
//! serve: managed PostgreSQL, a standby that was promoted without loss, YugabyteDB, CockroachDB, AlloyDB, Aurora.
//! **What was run:** PostgreSQL 15, by `cargo xtask test postgres`. None of the others was run. CockroachDB has no
//! `listen` and may undo any transaction (`40001`); both are provided for, but not proven there.
//!
//! Why the lock: with eight writers on PostgreSQL 15 for five seconds, a reader whose cursor was a sequence missed
//! 3,319 of 7,249 rows; with the head's lock it missed none of 623.
//!
//! The connection is not encrypted: let it be a Unix socket, this machine, a network of your own, or a tunnel that ends
//! on this machine. An address that asks for encryption is refused.

mod dialect;
mod session;

use std::{str::FromStr, time::Duration};

use tokio_postgres::Config;
use uuid::Uuid;

pub(super) use self::session::Session;
use self::session::cause;
use super::{
    sql::{Line, Sql},
    writing::{Span, Stand},
};
use crate::error::Error;

/// What a new schema begins with, which equals that of SQLite after its step of the same number. The steps of
/// `schema::SHARED` follow.
const SCHEMA: (i64, &str) = (2, include_str!("postgres.sql"));
/// How often a transaction is run that the database undid, or whose connection broke.
const TRIES: u32 = 5;
/// How long to wait for an answer to the first knock.
const CONNECT: Duration = Duration::from_secs(5);
/// A dead network is noticed after this long.
const SILENCE: Duration = Duration::from_secs(20);

/// Whether this names a Postgres database rather than a folder.
pub(super) fn is_address(place: &str) -> bool {
    place.starts_with("postgres://") || place.starts_with("postgresql://")
}

/// The word by which an address insists on encryption, if it does.
fn encryption(address: &str) -> Option<&str> {
    let (_, options) = address.split_once('?')?;
    let mut said = options.split('&').filter_map(|option| option.strip_prefix("sslmode="));
    said.find(|mode| !matches!(*mode, "disable" | "allow" | "prefer"))
}

/// How to reach the database at this address.
///
/// # Errors
/// Where the address cannot be read.
pub(super) fn config(address: &str) -> Result<Config, Error> {
    if let Some(wanted) = encryption(address) {
        return Err(Error::internal(format!(
            "the database's address asks for sslmode={wanted}, and this program does not encrypt the connection to \
             the database; it would rather not start than talk in the open. Use a Unix socket, or a tunnel that \
             ends on this machine, and leave sslmode out"
        )));
    }
    // What is wrong with it is said; the address itself may hold a password.
    let mut config = Config::from_str(address)
        .map_err(|error| Error::internal(format!("the database's address: {}", cause(&error))))?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    config.tcp_user_timeout(SILENCE).keepalives_idle(SILENCE);
    if config.get_application_name().is_none() {
        config.application_name("doorstep");
    }
    Ok(config)
}

/// Makes an empty schema for a test; answers the address that leads into it.
///
/// # Errors
/// Where the database does not allow it.
pub(super) fn make_schema(address: &str, name: &str) -> Result<String, Error> {
    let session = Session::open(&config(address)?, true)?;
    session.command(&format!("create schema {name}")).map_err(|error| session.told(&error))?;
    let sign = if address.contains('?') { '&' } else { '?' };
    Ok(format!("{address}{sign}application_name={name}&options=-c%20search_path%3D{name}"))
}

/// Drops the schema of a test with everything in it.
///
/// # Errors
/// Where the database does not allow it.
pub(super) fn drop_schema(address: &str, name: &str) -> Result<(), Error> {
    let session = Session::open(&config(address)?, true)?;
    session.command(&format!("drop schema {name} cascade")).map_err(|error| session.told(&error))
}

/// A connection that is made again when it breaks.
pub(super) struct Postgres {
    config: Config,
    session: Option<Session>,
    writes: bool,
}

impl Postgres {
    /// The connection that writes; makes the tables where there are none.
    ///
    /// # Errors
    /// Where there is no database, it belongs to a newer program, or does not keep what it acknowledges.
    pub(super) fn writer(config: &Config) -> Result<Self, Error> {
        let session = Session::open(config, true)?;
        keeps_its_word(&session)?;
        migrate(&session)?;
        Ok(Self { config: config.clone(), session: Some(session), writes: true })
    }

    /// A connection that only reads. It is made at its first use.
    pub(super) fn reader(config: &Config) -> Self {
        Self { config: config.clone(), session: None, writes: false }
    }

    /// Begins a transaction, on a new connection where the old one is known to be broken.
    fn begin(&mut self, text: &'static str) -> Result<&Session, Error> {
        let known = self.session.take().filter(Session::lives);
        let session = match known {
            Some(session) => session,
            None => Session::open(&self.config, self.writes)?,
        };
        session.begin(text);
        Ok(self.session.insert(session))
    }

    /// Ends a transaction that shall leave nothing behind.
    fn undo(&self) {
        if let Some(session) = &self.session {
            session.undo();
        }
    }

    /// Finds out on a new connection what became of a commit that nobody answered.
    ///
    /// The head's lock is free only when the old transaction has ended, so what is read then is final.
    fn look_back(&mut self, span: &Span) -> Fate {
        self.session = None;
        let Ok(session) = self.begin(WRITE) else { return Fate::Unknown };
        let stand = Stand::read(session);
        self.undo();
        // Only an entry in the chain is unmistakable: no two transactions can write the same one.
        match stand {
            Ok(_) if span.left.entries == span.began.entries => Fate::Unknown,
            Ok(stand) if stand == span.left => Fate::Written,
            Ok(stand) if stand == span.began => Fate::Undone,
            _ => Fate::Unknown,
        }
    }
}

const WRITE: &str = "begin isolation level read committed";
const READ: &str = "begin isolation level repeatable read, read only";

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Written,
    /// It left nothing and may be run again.
    Undone,
    Unknown,
}

impl Line for Postgres {
    fn write(
        &mut self,
        work: &mut dyn FnMut(&dyn Sql) -> Result<Span, Error>,
    ) -> Result<(), Error> {
        let mut last = Error::Unavailable("the database undid it again and again".into());
        for _ in 0..TRIES {
            let session = self.begin(WRITE)?;
            let span = match work(session) {
                Ok(span) => span,
                Err(error) => {
                    let again = session.again();
                    self.undo();
                    if !again {
                        return Err(error);
                    }
                    last = error;
                    continue;
                }
            };
            let Err(error) = session.command("commit") else { return Ok(()) };
            last = session.told(&error);
            let fate = if session.lost(&error) || error.code().is_none() {
                self.look_back(&span)
            } else if session.again() {
                Fate::Undone
            } else {
                return Err(last);
            };
            match fate {
                Fate::Written => return Ok(()),
                Fate::Undone => {}
                // Never a yes that may be wrong: whoever asked sends again, under the same ids.
                Fate::Unknown => return Err(Error::Unavailable(last.to_string())),
            }
        }
        Err(Error::Unavailable(last.to_string()))
    }

    fn read(&mut self, look: &mut dyn FnMut(&dyn Sql) -> Result<(), Error>) -> Result<(), Error> {
        let session = self.begin(READ)?;
        let seen = look(session);
        self.undo();
        seen
    }
}

/// Refuses a database that answers before the disk has it.
fn keeps_its_word(session: &Session) -> Result<(), Error> {
    for setting in ["synchronous_commit", "fsync", "full_page_writes"] {
        // Engines that are not Postgres itself do not have all of these.
        let shown = session.shown(&format!("show {setting}")).ok().flatten();
        if shown.as_deref() == Some("off") {
            return Err(Error::internal(format!(
                "the database has {setting} = off and may forget what it acknowledged; set it to on",
            )));
        }
    }
    Ok(())
}

/// Makes the tables where there are none, and brings older ones to this program's schema, each step in one
/// transaction. Two processes may try at the same moment.
fn migrate(session: &Session) -> Result<(), Error> {
    let newest = i64::try_from(super::schema::version()).map_err(Error::internal)?;
    // Each step is one of them, and where two processes are at it, so is each that the other had done first.
    for _ in 0..TRIES as usize + super::schema::version() {
        let known = match session.shown("select n from schema_version") {
            Ok(n) => n.and_then(|n| n.parse::<i64>().ok()),
            Err(error) if error.code().is_some_and(|code| code.code() == "42P01") => Some(0),
            Err(error) => return Err(session.told(&error)),
        };
        let made = match known {
            Some(0) => session.command(&begun()),
            Some(known) if known == newest => return Ok(()),
            Some(known) if (SCHEMA.0..newest).contains(&known) => session.command(&grown(known)),
            _ => {
                return Err(Error::internal(
                    "the data was written by another version of this program; use that one",
                ));
            }
        };
        if let Err(error) = made {
            // Somebody else was faster, or we may not make tables.
            session.command("rollback").map_err(|error| session.told(&error))?;
            if error.code().is_none_or(|code| code.code() == "42501") {
                return Err(session.told(&error));
            }
        }
    }
    Err(Error::internal("the tables could not be made"))
}

/// The statements that make a new schema whole.
fn begun() -> String {
    let (server, epoch) = (Uuid::now_v7(), Uuid::now_v7());
    let (version, schema) = SCHEMA;
    let shared = super::schema::SHARED.join("\n");
    let newest = super::schema::version();
    debug_assert_eq!(
        usize::try_from(version).ok(),
        newest.checked_sub(super::schema::SHARED.len())
    );
    format!(
        "begin;
         create table schema_version (one bigint primary key check (one = 1), n bigint not null);
         insert into schema_version (one, n) values (1, {newest});
         {schema}
         {shared}
         insert into head (one, server, epoch, v, devices, chain, log_floor, entries)
         values (1, '{server}', '{epoch}', 0, 0, '', 0, 0);
         commit"
    )
}

/// The statements of the step after `known`. Whoever comes second finds the tables there and begins again.
fn grown(known: i64) -> String {
    let at = usize::try_from(known - SCHEMA.0).unwrap_or_default();
    let step = super::schema::SHARED.get(at).copied().unwrap_or_default();
    let next = known + 1;
    format!(
        "begin;
         {step}
         update schema_version set n = {next} where one = 1;
         commit"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_is_an_address() {
        assert!(is_address("postgres://me@here/doorstep") && is_address("postgresql:///doorstep"));
        assert!(!is_address("data") && !is_address("/var/lib/postgres"));
        assert!(config("postgres://me@here:port/doorstep").is_err());
    }

    #[test]
    fn who_asks_for_encryption_is_told_that_there_is_none() {
        for mode in ["require", "verify-ca", "verify-full"] {
            for address in ["here/doorstep?", "%2Frun%2Fpostgresql/doorstep?application_name=me&"] {
                let address = format!("postgres://me:secret@{address}sslmode={mode}");
                let said = config(&address).unwrap_err().to_string();
                assert!(said.contains("does not encrypt") && said.contains(mode), "{said}");
                assert!(!said.contains("secret"), "{said}");
            }
        }
        assert!(config("postgres://me@here/doorstep?sslmode=disable").is_ok());
        assert!(config("postgres://me@here/doorstep?sslmode=prefer").is_ok());
        assert!(config("postgres://me@here/doorstep").is_ok());
    }
}
