//! The tables, and how older data becomes newer data.

use rusqlite::{Connection, TransactionBehavior, params};
use uuid::Uuid;

use crate::error::Error;

/// One text for each step of the schema, never changed once released.
const STEPS: &[&str] = &[include_str!("0001_rows.sql"), include_str!("0002_engine.sql")];

/// The steps after those, each one text for both databases: `text` and `bigint`, nothing of one dialect alone. A column
/// added to one of the first tables is an `integer`, the only word for a number that both take there.
pub(super) const SHARED: &[&str] = &[
    include_str!("0003_enrolment.sql"),
    include_str!("0004_seal.sql"),
    include_str!("0005_room.sql"),
];

/// Brings the database to the schema of this program, each step in one transaction.
///
/// # Errors
/// For a database of a newer program, and where the disk does not play along.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Error> {
    while known(connection)? < version() {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Asked again under the lock: another process may be at it too.
        let step = known(&tx)?;
        let Some(text) = STEPS.iter().chain(SHARED).nth(step) else { break };
        tx.execute_batch(text)?;
        if step == 0 {
            tx.execute(
                "insert into head (one, server, epoch, v, devices, chain) values (1, ?1, ?2, 0, 0, '')",
                params![Uuid::now_v7().to_string(), Uuid::now_v7().to_string()],
            )?;
        }
        tx.pragma_update(None, "user_version", i64::try_from(step + 1).unwrap_or(i64::MAX))?;
        tx.commit()?;
    }
    Ok(())
}

/// How many steps the database has behind it.
fn known(connection: &Connection) -> Result<usize, Error> {
    let known: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
    let known = usize::try_from(known).unwrap_or(usize::MAX);
    if known > version() {
        return Err(Error::internal(
            "the data was written by a newer version of this program; use that one",
        ));
    }
    Ok(known)
}

/// What the schema is called in `doorstep migrate`.
pub(super) fn version() -> usize {
    STEPS.len() + SHARED.len()
}
