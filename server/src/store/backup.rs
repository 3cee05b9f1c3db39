//! The database file as a whole: copied while it is in use, looked over before it is believed, and a history
//! that goes on after a part of it was lost.

use std::path::Path;

use domain::{Kind, Timestamp};
use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};
use uuid::Uuid;

use super::{Writing, sql::values, sqlite::FILE};
use crate::error::Error;

/// How many device codes and numbers of a day are left out after a part of the history was lost: they may be
/// on phones and on paper already.
const LEFT_OUT: u64 = 500;
/// How many days back numbers are left out at the most.
const DAYS_MAX: i64 = 400;

/// Copies a folder's database, as it is at this moment, into a new file. Whoever writes goes on writing.
///
/// # Errors
/// Where there is no database, or no room for a second one.
pub(crate) fn copy(folder: &Path, to: &Path) -> Result<(), Error> {
    let file = folder.join(FILE);
    if !file.is_file() {
        return Err(Error::internal(format!("there is no database in {}", folder.display())));
    }
    let from = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut to = Connection::open(to)?;
    // All pages in one step are one snapshot, however long it takes.
    let copied = Backup::new(&from, &mut to)?.step(-1)?;
    if copied != StepResult::Done {
        return Err(Error::Unavailable("the database is busy".into()));
    }
    settle_connection(&to)
}

/// Makes the database one file, without a log beside it, and sees it onto the disk.
///
/// # Errors
/// Where somebody has it open, or it cannot be written.
pub(crate) fn settle(file: &Path) -> Result<(), Error> {
    settle_connection(&Connection::open(file)?)?;
    std::fs::File::open(file).and_then(|file| file.sync_all()).map_err(Error::internal)
}

fn settle_connection(connection: &Connection) -> Result<(), Error> {
    let mode: String =
        connection.query_row("pragma journal_mode = delete", [], |row| row.get(0))?;
    if mode == "delete" { Ok(()) } else { Err(Error::internal("somebody has the database open")) }
}

/// The version of the schema of a database file whose every page has been looked at.
///
/// # Errors
/// With the first damage that was found.
pub(crate) fn examine(file: &Path) -> Result<usize, Error> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found: String = connection.query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(Error::internal(format!("the database is damaged: {found}")));
    }
    let version: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
    usize::try_from(version).map_err(Error::internal)
}

impl Writing<'_> {
    /// Names the history anew, because what came after this point may have been lost: every device starts
    /// again from zero and sends again what it had sent. Cards for new devices end. Numbers that may have been given
    /// since are left out.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn begin_epoch(&mut self, now: Timestamp) -> Result<Uuid, Error> {
        self.stand.head.epoch = Uuid::now_v7();
        // A card may have been used since; in this history it would be good a second time.
        self.let_cards_expire(now)?;
        self.stand.devices += LEFT_OUT;
        let text = "select coalesce(max(day), '') from counter";
        let last = self.sql.one(text, &[], |row| Ok(row.text(0)?.to_owned()))?.unwrap_or_default();
        for days in 0..DAYS_MAX {
            let day = now.plus_minutes(-days * 24 * 60).date_digits();
            if days > 0 && (day < last || last.is_empty()) {
                break;
            }
            for kind in [Kind::Ticket, Kind::Customer, Kind::PartRequest] {
                self.leave_out(kind, &day)?;
            }
        }
        Ok(self.stand.head.epoch)
    }

    fn leave_out(&mut self, kind: Kind, day: &str) -> Result<(), Error> {
        let text = "select n from counter where name = ?1 and day = ?2";
        let given = self.sql.one(text, &values![kind.word(), day], |row| row.int(0))?;
        let counters = &mut self.pending.get_mut().counters;
        let n = counters.entry((kind, day.to_owned())).or_insert(given.unwrap_or_default());
        *n = n.saturating_add_unsigned(LEFT_OUT);
        Ok(())
    }
}
