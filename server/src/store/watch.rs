//! What the office keeps an eye on: the devices with what waits on them, and the entries that had no effect.

use domain::{
    Id, Timestamp,
    replica::Replica,
    user::User,
    wire::{Outcome, Room},
};
use uuid::Uuid;

use super::{
    Reading, Writing,
    sql::{Columns, values},
    unsigned, uuid,
};
use crate::error::Error;

/// A browser profile that somebody works with.
#[derive(Clone, Debug)]
pub struct DeviceRow {
    pub replica: Id<Replica>,
    pub user: Id<User>,
    pub device_code: String,
    pub last_seq: u64,
    pub last_seen: Timestamp,
    pub build: String,
    /// How many envelopes it still held when it was last seen; nothing where it never said.
    pub waiting: Option<u64>,
    /// When the oldest of them was made.
    pub waiting_since: Option<Timestamp>,
    /// How safely it keeps it.
    pub room: Room,
    /// When it was shut out.
    pub revoked: Option<Timestamp>,
}

/// An envelope that had no effect: it was refused, or nobody could decide it.
#[derive(Clone, Debug)]
pub struct Unapplied {
    /// Its place in the journal; newer ones have larger ones.
    pub n: u64,
    pub replica: Id<Replica>,
    /// Empty where it did not come from a device.
    pub device_code: String,
    pub mid: Uuid,
    pub by: Id<User>,
    /// The author's clock.
    pub claimed: Timestamp,
    pub received: Timestamp,
    /// The command's JSON.
    pub command: String,
    pub outcome: Outcome,
    /// Who brought it in from a file.
    pub carrier: Option<Id<User>>,
}

/// An envelope in the journal with everything about its arrival.
#[derive(Clone, Debug)]
pub struct Journaled {
    pub n: u64,
    /// Empty where it did not come from a device.
    pub device_code: String,
    pub mid: Uuid,
    pub by: Id<User>,
    /// The author's clock.
    pub claimed: Timestamp,
    /// When it counts as having happened.
    pub at: Timestamp,
    pub doubtful: bool,
    pub received: Timestamp,
    /// The command's JSON.
    pub command: String,
    pub outcome: Outcome,
    /// Who brought it in from a file.
    pub carrier: Option<Id<User>>,
}

impl Reading<'_> {
    /// The envelopes with these ids where they had their effect, in the order of their arrival.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn journal_of(&self, mids: &[Uuid]) -> Result<Vec<Journaled>, Error> {
        let text = r#"select e.n, r.device_code, e.mid, e."user", e.claimed, e.at, e.doubtful, e.received,
             e.command, e.outcome, e.carrier
             from envelope e left join replica r on r.id = e.replica
             where e.first = 1 and e.mid = ?1"#;
        let mut found = Vec::with_capacity(mids.len());
        for mid in mids {
            found.extend(self.sql.one(text, &values![*mid], journaled)?);
        }
        found.sort_by_key(|entry: &Journaled| entry.n);
        Ok(found)
    }

    /// Every device, the last seen first.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn devices(&self) -> Result<Vec<DeviceRow>, Error> {
        let text = r#"select id, "user", device_code, last_seq, last_seen, build, waiting, waiting_since,
             revoked, cast(full_percent as bigint), cast(lasting as bigint)
             from replica where device_code <> '' order by last_seen desc"#;
        self.sql.all(text, &[], |row| {
            let revoked = row.int(8)?;
            Ok(DeviceRow {
                replica: Id::new(uuid(row.text(0)?)?),
                user: Id::new(uuid(row.text(1)?)?),
                device_code: row.text(2)?.to_owned(),
                last_seq: unsigned(row.int(3)?),
                last_seen: Timestamp(row.int(4)?),
                build: row.text(5)?.to_owned(),
                waiting: row.maybe_int(6)?.map(unsigned),
                waiting_since: row.maybe_int(7)?.map(Timestamp),
                room: Room {
                    full_percent: row.maybe_int(9)?.and_then(|full| u8::try_from(full).ok()),
                    lasting: row.maybe_int(10)?.map(|lasting| lasting != 0),
                },
                revoked: (revoked != 0).then_some(Timestamp(revoked)),
            })
        })
    }

    /// Whether this device was shut out.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn is_revoked(&self, id: Id<Replica>) -> Result<bool, Error> {
        let text = "select 1 from replica where id = ?1 and revoked <> 0";
        Ok(self.sql.one(text, &values![id], |_| Ok(()))?.is_some())
    }

    /// The newest entries before this place that had no effect, at most so many.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn unapplied(&self, before: u64, most: usize) -> Result<Vec<Unapplied>, Error> {
        let text = r#"select e.n, e.replica, r.device_code, e.mid, e."user", e.claimed, e.received,
             e.command, e.outcome, e.carrier
             from envelope e left join replica r on r.id = e.replica
             where e.v is null and e.first = 1 and e.outcome <> '"noop"' and e.n < ?1
             order by e.n desc limit ?2"#;
        self.sql.all(text, &values![before, most as u64], unapplied)
    }
}

fn unapplied(row: &dyn Columns) -> Result<Unapplied, Error> {
    let carrier = row.maybe_text(9)?.map(uuid).transpose()?;
    Ok(Unapplied {
        n: unsigned(row.int(0)?),
        replica: Id::new(uuid(row.text(1)?)?),
        device_code: row.maybe_text(2)?.unwrap_or_default().to_owned(),
        mid: uuid(row.text(3)?)?,
        by: Id::new(uuid(row.text(4)?)?),
        claimed: Timestamp(row.int(5)?),
        received: Timestamp(row.int(6)?),
        command: row.text(7)?.to_owned(),
        outcome: serde_json::from_str(row.text(8)?).map_err(Error::internal)?,
        carrier: carrier.map(Id::new),
    })
}

fn journaled(row: &dyn Columns) -> Result<Journaled, Error> {
    let carrier = row.maybe_text(10)?.map(uuid).transpose()?;
    Ok(Journaled {
        n: unsigned(row.int(0)?),
        device_code: row.maybe_text(1)?.unwrap_or_default().to_owned(),
        mid: uuid(row.text(2)?)?,
        by: Id::new(uuid(row.text(3)?)?),
        claimed: Timestamp(row.int(4)?),
        at: Timestamp(row.int(5)?),
        doubtful: row.int(6)? != 0,
        received: Timestamp(row.int(7)?),
        command: row.text(8)?.to_owned(),
        outcome: serde_json::from_str(row.text(9)?).map_err(Error::internal)?,
        carrier: carrier.map(Id::new),
    })
}

impl Writing<'_> {
    /// Shuts a device out; says whose it is, if there is such a device.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn revoke_device(
        &mut self,
        id: Id<Replica>,
        at: Timestamp,
    ) -> Result<Option<Id<User>>, Error> {
        let Some(known) = self.replica(id)?.filter(|known| !known.device_code.is_empty()) else {
            return Ok(None);
        };
        self.run(
            "update replica set revoked = ?2 where id = ?1 and revoked = 0",
            &values![id, at],
        )?;
        Ok(Some(known.user))
    }
}
