//! SQLite: a file in the data folder, written by one connection and read by a few others.

use std::{path::Path, time::Duration};

use rusqlite::{
    Connection, OpenFlags, Statement, ToSql, TransactionBehavior,
    config::DbConfig,
    ffi,
    hooks::Wal,
    params_from_iter,
    types::{ToSqlOutput, ValueRef},
};

use super::{
    sql::{Columns, Line, Many, See, Sql, Value},
    writing::Span,
};
use crate::error::Error;

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 96;
/// How long one process waits for another that writes, say `doorstep user` beside the server.
const BUSY: Duration = Duration::from_secs(5);

/// How many pages the log may hold before they are moved into the file.
const LOG_PAGES: i32 = 1000;

/// The name of the database inside the data folder.
pub(crate) const FILE: &str = "doorstep.sqlite";

/// How sure a commit is when it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// It is on the disk.
    Full,
    /// It is with the system, and gone after a power cut. Only to show that tests notice.
    AcceptLoss,
}

/// A connection to the file.
pub(super) struct Sqlite(Connection);

impl Sqlite {
    /// The connection that writes; makes the file or brings it to this program's schema.
    ///
    /// # Errors
    /// Where the file cannot be written, is in use, or belongs to a newer program.
    pub(super) fn writer(file: &Path, care: Care) -> Result<Self, Error> {
        let mut connection = ready(Connection::open(file)?)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // What was acknowledged is on the disk, also after a power cut.
        let synchronous = if care == Care::Full { "full" } else { "normal" };
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        super::schema::migrate(&mut connection)?;
        // An earlier process may have written to the log and died because a sync failed. What is read from it
        // now may never have reached the disk; so it is written once more before anybody is told of it.
        connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(())).map_err(or_end)?;
        connection.wal_hook(Some(move_log))?;
        Ok(Self(connection))
    }

    /// A connection that only reads.
    ///
    /// # Errors
    /// Where there is no file.
    pub(super) fn reader(file: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self(ready(Connection::open_with_flags(file, flags)?)?))
    }
}

/// What every connection has.
fn ready(connection: Connection) -> rusqlite::Result<Connection> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A statement keeps its plan whatever it is asked for. Otherwise one with a bound `limit` is compiled anew at
    // every use: that was a seventh of an exchange.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

impl Line for Sqlite {
    fn write(
        &mut self,
        work: &mut dyn FnMut(&dyn Sql) -> Result<Span, Error>,
    ) -> Result<(), Error> {
        // A transaction that began as a reader could find the file changed when it wants to write.
        let tx = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        work(&Open(&tx))?;
        Ok(tx.commit().map_err(or_end)?)
    }

    fn read(&mut self, look: &mut dyn FnMut(&dyn Sql) -> Result<(), Error>) -> Result<(), Error> {
        let tx = self.0.transaction()?;
        look(&Open(&tx))?;
        Ok(tx.finish()?)
    }
}

/// Moves a long log into the file after a commit. Whoever reads may put it off; then the next commit tries again.
fn move_log(wal: &mut Wal, pages: i32) -> rusqlite::Result<()> {
    if pages >= LOG_PAGES
        && let Err(error) = wal.checkpoint().map_err(or_end)
    {
        tracing::warn!(%error, pages, "the log could not be moved into the file yet");
    }
    // The commit itself is on the disk already.
    Ok(())
}

/// Ends the process where the disk did not keep what it was given.
///
/// After a failed sync the system forgets which blocks are missing, and a second sync would say yes to what is
/// lost (R13). Only a new process that writes everything again knows where it stands.
fn or_end(error: rusqlite::Error) -> rusqlite::Error {
    let code = error.sqlite_error().map(|error| error.extended_code);
    if matches!(code, Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC)) {
        tracing::error!(%error, "the disk did not keep what it was given; the process ends, start it again");
        std::process::abort();
    }
    error
}

/// A transaction on the file.
struct Open<'a>(&'a Connection);

impl Open<'_> {
    fn show(
        statement: &mut Statement<'_>,
        values: &[Value<'_>],
        see: &mut dyn FnMut(&dyn Columns) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            see(&Shown(row))?;
        }
        Ok(())
    }
}

impl Sql for Open<'_> {
    fn each(&self, text: &'static str, values: &[Value<'_>], see: See<'_>) -> Result<(), Error> {
        Self::show(&mut *self.0.prepare_cached(text)?, values, see)
    }

    fn each_together(
        &self,
        asked: &[(&'static str, &[Value<'_>])],
        see: &mut dyn FnMut(usize, &dyn Columns) -> Result<(), Error>,
    ) -> Result<(), Error> {
        asked
            .iter()
            .enumerate()
            .try_for_each(|(at, (text, values))| self.each(text, values, &mut |row| see(at, row)))
    }

    fn run(&self, text: &'static str, values: &[Value<'_>]) -> Result<u64, Error> {
        let touched = self.0.prepare_cached(text)?.execute(params_from_iter(values))?;
        Ok(u64::try_from(touched).unwrap_or(u64::MAX))
    }

    fn each_of(
        &self,
        many: &'static Many,
        lists: &[Vec<Value<'_>>],
        see: See<'_>,
    ) -> Result<(), Error> {
        let mut statement = self.0.prepare_cached(many.text)?;
        lists.iter().try_for_each(|values| Self::show(&mut statement, values, see))
    }

    fn each_in_turn(
        &self,
        text: &'static str,
        lists: &[Vec<Value<'_>>],
        see: See<'_>,
    ) -> Result<(), Error> {
        let mut statement = self.0.prepare_cached(text)?;
        lists.iter().try_for_each(|values| Self::show(&mut statement, values, see))
    }

    fn run_all(&self, all: &[(&'static Many, Vec<Vec<Value<'_>>>)]) -> Result<(), Error> {
        for (many, lists) in all {
            let mut statement = self.0.prepare_cached(many.text)?;
            for values in lists {
                statement.execute(params_from_iter(values))?;
            }
        }
        Ok(())
    }

    fn far(&self) -> bool {
        false
    }
}

struct Shown<'a>(&'a rusqlite::Row<'a>);

impl Columns for Shown<'_> {
    fn maybe_text(&self, at: usize) -> Result<Option<&str>, Error> {
        self.0.get_ref(at)?.as_str_or_null().map_err(Error::internal)
    }

    fn maybe_int(&self, at: usize) -> Result<Option<i64>, Error> {
        self.0.get_ref(at)?.as_i64_or_null().map_err(Error::internal)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
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

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus::RePrepare;

    use super::{
        super::{accounts::SESSION, journal::REPLICA, sql::values},
        *,
    };

    #[test]
    fn a_statement_is_compiled_once_whatever_it_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Sqlite::writer(&folder.path().join(FILE), Care::Full).unwrap();
        let reader = Sqlite::reader(&folder.path().join(FILE)).unwrap();
        let limited = "select id from row_scope where scope = ?1 limit ?2";
        for Sqlite(connection) in [writer, reader] {
            for asked in 1..4_u64 {
                let name = asked.to_string();
                for text in [SESSION, REPLICA] {
                    Open(&connection).each(text, &values![&name], &mut |_| Ok(())).unwrap();
                }
                Open(&connection).each(limited, &values![&name, asked], &mut |_| Ok(())).unwrap();
            }
            for text in [SESSION, REPLICA, limited] {
                let statement = connection.prepare_cached(text).unwrap();
                assert_eq!(statement.get_status(RePrepare), 0, "{text}");
            }
        }
    }
}
