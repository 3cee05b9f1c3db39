//! What an exchange looks up before anything else, asked in one go: where the database is another process, every
//! question is a journey.

use domain::{Id, Kind, Row, ledger::ReplicaRow, replica::Replica, rows::Noun, user::User};

use super::{
    Head, Reading,
    accounts::{SESSION, SessionRow, session},
    journal::{REPLICA, replica},
    sql::{Columns, values},
    writing::Stand,
};
use crate::error::Error;

/// Who knocks, with what, and what is new.
#[derive(Debug)]
pub struct Knock {
    /// The session, and the person it is of, where that person is known.
    pub session: Option<(SessionRow, Option<User>)>,
    pub replica: Option<ReplicaRow>,
    /// Whether the device was shut out.
    pub revoked: bool,
    pub head: Head,
}

impl Reading<'_> {
    /// The session with this token digest, the replica with this id, and the head.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn knock(&self, token: &str, id: Id<Replica>) -> Result<Knock, Error> {
        let (by_token, by_id) = (values![token], values![id]);
        let asked = [(Stand::TEXT, &[][..]), (REPLICA, &by_id[..]), (SESSION, &by_token[..])];
        let (mut head, mut known, mut revoked, mut who) = (None, None, false, None);
        self.sql.each_together(&asked, &mut |at, row| {
            match at {
                0 => head = Some(Stand::of(row)?.head),
                1 => (known, revoked) = (Some(replica(row)?), row.int(6)? != 0),
                _ => who = Some((session(row)?, person(row)?)),
            }
            Ok(())
        })?;
        let head = head.ok_or_else(|| Error::internal("the database has no head"))?;
        self.remember(head, id, known.clone());
        Ok(Knock { session: who, replica: known, revoked, head })
    }

    /// The session with this token digest, and its person.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn session(&self, token: &str) -> Result<Option<(SessionRow, Option<User>)>, Error> {
        self.sql.one(SESSION, &values![token], |row| Ok((session(row)?, person(row)?)))
    }

    /// Looks up together what [`domain::ledger::answer`] asks about this replica first.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn foresee(&self, id: Id<Replica>) -> Result<(), Error> {
        let by_id = values![id];
        let (mut head, mut known) = (None, None);
        self.sql.each_together(&[(Stand::TEXT, &[]), (REPLICA, &by_id)], &mut |at, row| {
            match at {
                0 => head = Some(Stand::of(row)?.head),
                _ => known = Some(replica(row)?),
            }
            Ok(())
        })?;
        let head = head.ok_or_else(|| Error::internal("the database has no head"))?;
        self.remember(head, id, known);
        Ok(())
    }
}

/// The person beside a session.
fn person(row: &dyn Columns) -> Result<Option<User>, Error> {
    let Some(body) = row.maybe_text(4)? else { return Ok(None) };
    let row = Row::from_json(Kind::User, body).map_err(Error::internal)?;
    Ok(User::of(&row).cloned())
}
