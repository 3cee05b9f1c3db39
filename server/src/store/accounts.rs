//! Accounts and sessions as they are kept. Passwords only as hashes, tokens only as digests.

use domain::{Id, Timestamp, user::User};

use super::{
    Reading, Writing,
    sql::{Columns, values},
    uuid,
};
use crate::error::Error;

/// A login of somebody.
#[derive(Clone, Debug)]
pub struct Account {
    pub user: Id<User>,
    pub login: String,
    /// In PHC notation.
    pub hash: String,
}

/// A session as stored.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub user: Id<User>,
    pub last_seen: Timestamp,
    pub expires: Timestamp,
    pub revoked: bool,
}

/// Whose sessions end.
#[derive(Clone, Debug)]
pub enum Who {
    /// All of a person, because somebody else wants it so.
    All(Id<User>),
    /// All of a person but this one.
    AllBut(Id<User>, String),
}

/// A session by its token's digest, with the row of its person. Keys of rows are written without hyphens.
pub(super) const SESSION: &str = r#"select s."user", s.last_seen, s.expires, s.revoked, r.body
    from session s left join rows r on r.kind = 'user' and r.id = replace(s."user", '-', '')
    where s.token = ?1"#;

impl Reading<'_> {
    /// The account with this login.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn account(&self, login: &str) -> Result<Option<Account>, Error> {
        let text = r#"select "user", login, hash from account where login = ?1"#;
        self.sql.one(text, &values![login], account)
    }

    /// The account of this person.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn account_of(&self, user: Id<User>) -> Result<Option<Account>, Error> {
        let text = r#"select "user", login, hash from account where "user" = ?1"#;
        self.sql.one(text, &values![user], account)
    }

    /// Every account, by login.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn accounts(&self) -> Result<Vec<Account>, Error> {
        self.sql.all(r#"select "user", login, hash from account order by login"#, &[], account)
    }

    /// When each person was last seen by the server.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn last_seen(&self, user: Id<User>) -> Result<Option<Timestamp>, Error> {
        let text = r#"select max(last_seen) from session where "user" = ?1"#;
        let seen = self.sql.one(text, &values![user], |row| row.maybe_int(0))?;
        Ok(seen.flatten().map(Timestamp))
    }
}

impl Writing<'_> {
    /// Gives a person a login.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn open_account(&mut self, account: &Account, at: Timestamp) -> Result<(), Error> {
        let Account { user, login, hash } = account;
        self.run(
            r#"insert into account ("user", login, hash, created) values (?1, ?2, ?3, ?4)"#,
            &values![*user, login, hash, at],
        )?;
        Ok(())
    }

    /// Sets the password of a person; says whether they have an account.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn set_password(&mut self, user: Id<User>, hash: &str) -> Result<bool, Error> {
        let changed =
            self.run(r#"update account set hash = ?2 where "user" = ?1"#, &values![user, hash])?;
        Ok(changed > 0)
    }

    /// Starts a session, and forgets those that ended long ago.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn open_session(
        &mut self,
        token: &str,
        user: Id<User>,
        at: Timestamp,
        expires: Timestamp,
    ) -> Result<(), Error> {
        self.run(
            r#"insert into session (token, "user", created, last_seen, expires, revoked)
             values (?1, ?2, ?3, ?3, ?4, 0)"#,
            &values![token, user, at, expires],
        )?;
        // An answer "expired" needs no row: unknown tokens get the same.
        self.run("delete from session where expires < ?1", &values![at])?;
        Ok(())
    }

    /// Notes that a session is in use, which makes it last longer.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep_session(
        &mut self,
        token: &str,
        at: Timestamp,
        expires: Timestamp,
    ) -> Result<(), Error> {
        self.run(
            "update session set last_seen = ?2, expires = ?3 where token = ?1 and revoked = 0",
            &values![token, at, expires],
        )?;
        Ok(())
    }

    /// Ends the session with this token, at its owner's wish.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn close_session(&mut self, token: &str) -> Result<(), Error> {
        self.run("delete from session where token = ?1", &values![token])?;
        Ok(())
    }

    /// Ends sessions from outside; their devices are told so.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn revoke_sessions(&mut self, who: &Who) -> Result<(), Error> {
        let (user, but) = match who {
            Who::All(user) => (user, ""),
            Who::AllBut(user, token) => (user, token.as_str()),
        };
        self.run(
            r#"update session set revoked = 1 where "user" = ?1 and token <> ?2"#,
            &values![*user, but],
        )?;
        Ok(())
    }
}

pub(super) fn session(row: &dyn Columns) -> Result<SessionRow, Error> {
    Ok(SessionRow {
        user: Id::new(uuid(row.text(0)?)?),
        last_seen: Timestamp(row.int(1)?),
        expires: Timestamp(row.int(2)?),
        revoked: row.int(3)? != 0,
    })
}

fn account(row: &dyn Columns) -> Result<Account, Error> {
    Ok(Account {
        user: Id::new(uuid(row.text(0)?)?),
        login: row.text(1)?.to_owned(),
        hash: row.text(2)?.to_owned(),
    })
}
