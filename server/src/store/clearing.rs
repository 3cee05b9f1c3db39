//! What is needed to clear the log of changes: how far an hour reached, and the lines below a floor in portions.

use domain::Timestamp;

use super::{Reading, Writing, signed, sql::values, unsigned};
use crate::error::Error;

/// How many lines of the log one transaction clears at the most: a few milliseconds of the writer.
pub const CLEARED_MAX: u64 = 500;

impl Reading<'_> {
    /// The revision that the newest envelope received by `at` left behind; 0 where there was none.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn reached_by(&self, at: Timestamp) -> Result<u64, Error> {
        // The journal is in the order of arrival, and without gaps: a few looks find the place in millions.
        let text = "select n, received from envelope where n >= ?1 order by n limit 1";
        let newest = self.sql.one("select entries from head", &[], |row| row.int(0))?;
        let (mut low, mut high) = (0, newest.unwrap_or_default());
        while low < high {
            let middle = low + (high - low + 1) / 2;
            let found =
                self.sql.one(text, &values![middle], |row| Ok((row.int(0)?, row.int(1)?)))?;
            match found {
                Some((_, received)) if received <= at.0 => low = middle,
                _ => high = middle - 1,
            }
        }
        let text = "select v from envelope where n <= ?1 and v is not null order by n desc limit 1";
        let reached = self.sql.one(text, &values![low], |row| row.int(0))?;
        Ok(reached.map_or(0, unsigned))
    }

    /// The next scope after this one that the log tells of.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn next_logged(&self, scope: &str) -> Result<Option<String>, Error> {
        let text = "select min(scope) from change where scope > ?1";
        let next =
            self.sql.one(text, &values![scope], |row| Ok(row.maybe_text(0)?.map(str::to_owned)))?;
        Ok(next.flatten())
    }
}

impl Writing<'_> {
    /// Lets the log begin behind this revision, if it does not begin later already; says where it begins now.
    pub fn raise_floor(&mut self, floor: u64) -> u64 {
        let head = &mut self.stand.head;
        head.log_floor = head.log_floor.max(floor.min(head.v));
        head.log_floor
    }

    /// Clears lines of one scope up to the floor, the oldest first and [`CLEARED_MAX`] at the most; says how many.
    ///
    /// # Errors
    /// Where they cannot be cleared.
    pub fn clear_log(&mut self, scope: &str, floor: u64) -> Result<u64, Error> {
        let floor = floor.min(self.stand.head.log_floor);
        self.run(
            "delete from change where scope = ?1 and (v, kind, id) in
             (select v, kind, id from change where scope = ?1 and v <= ?2 order by v, kind, id limit ?3)",
            &values![scope, signed(floor), signed(CLEARED_MAX)],
        )
    }
}
