//! When a row has to be looked at again, so that nobody has to look at all of them.

use domain::{Key, Timestamp};

use super::{Reading, sql::values};
use crate::error::Error;

impl Reading<'_> {
    /// What is due by now, the longest overdue first, at most so many.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn due(&self, now: Timestamp, most: usize) -> Result<Vec<Key>, Error> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let text = "select kind, id from due where at <= ?1 order by at, kind, id limit ?2";
        self.sql.all(text, &values![now, most], |row| {
            let key = format!("{}:{}", row.text(0)?, row.text(1)?);
            key.parse().map_err(|_| Error::internal(format!("{key} is due, whatever it is")))
        })
    }
}
