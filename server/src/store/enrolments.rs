//! One-time codes for new devices, and the organisation's name, as they are kept.

use domain::{Id, Timestamp, user::User};

use super::{
    Reading, Writing,
    sql::{Columns, values},
    uuid,
};
use crate::error::Error;

/// A one-time code as stored.
#[derive(Clone, Debug)]
pub struct Enrolment {
    pub user: Id<User>,
    pub made: Timestamp,
    pub expires: Timestamp,
    pub used: Option<Timestamp>,
    pub revoked: Option<Timestamp>,
}

impl Reading<'_> {
    /// The enrolment with this code, as it is kept.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn enrolment(&self, code: &str) -> Result<Option<Enrolment>, Error> {
        let text = r#"select "user", made, expires, used, revoked from enrolment where code = ?1"#;
        self.sql.one(text, &values![code], enrolment)
    }

    /// Every enrolment, the newest first.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn enrolments(&self) -> Result<Vec<Enrolment>, Error> {
        let text =
            r#"select "user", made, expires, used, revoked from enrolment order by made desc"#;
        self.sql.all(text, &[], enrolment)
    }

    /// What the organisation is called; nothing where nobody has said so.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn organisation(&self) -> Result<Option<String>, Error> {
        self.sql.one("select name from organisation", &[], |row| Ok(row.text(0)?.to_owned()))
    }

    /// Whether nobody can sign in: the data is new.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn is_unclaimed(&self) -> Result<bool, Error> {
        let count = self.sql.one("select count(*) from account", &[], |row| row.int(0))?;
        Ok(count.unwrap_or_default() == 0)
    }
}

impl Writing<'_> {
    /// Keeps a new code for a person, and forgets the codes that ended before `old`.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn add_enrolment(
        &mut self,
        code: &str,
        user: Id<User>,
        at: Timestamp,
        expires: Timestamp,
        old: Timestamp,
    ) -> Result<(), Error> {
        self.run(
            r#"insert into enrolment (code, "user", made, expires, used, revoked)
             values (?1, ?2, ?3, ?4, 0, 0)"#,
            &values![code, user, at, expires],
        )?;
        self.run("delete from enrolment where expires < ?1", &values![old])?;
        Ok(())
    }

    /// Takes back every code of a person that nobody has used; says whether there was one.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn revoke_enrolments(&mut self, user: Id<User>, at: Timestamp) -> Result<bool, Error> {
        let revoked = self.run(
            r#"update enrolment set revoked = ?2
             where "user" = ?1 and used = 0 and revoked = 0 and expires > ?2"#,
            &values![user, at],
        )?;
        Ok(revoked > 0)
    }

    /// Uses a code up; says whether this was the first time.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn use_enrolment(&mut self, code: &str, at: Timestamp) -> Result<bool, Error> {
        let used = self.run(
            "update enrolment set used = ?2
             where code = ?1 and used = 0 and revoked = 0 and expires > ?2",
            &values![code, at],
        )?;
        Ok(used > 0)
    }

    /// Lets every card that is still good end at this moment.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn let_cards_expire(&mut self, at: Timestamp) -> Result<(), Error> {
        self.run("update enrolment set expires = ?1 where expires > ?1", &values![at])?;
        Ok(())
    }

    /// Says what the organisation is called.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn name_organisation(&mut self, name: &str) -> Result<(), Error> {
        self.run(
            "insert into organisation (one, name) values (1, ?1)
             on conflict (one) do update set name = excluded.name",
            &values![name],
        )?;
        Ok(())
    }
}

fn enrolment(row: &dyn Columns) -> Result<Enrolment, Error> {
    let moment = |at: i64| (at > 0).then_some(Timestamp(at));
    Ok(Enrolment {
        user: Id::new(uuid(row.text(0)?)?),
        made: Timestamp(row.int(1)?),
        expires: Timestamp(row.int(2)?),
        used: moment(row.int(3)?),
        revoked: moment(row.int(4)?),
    })
}
