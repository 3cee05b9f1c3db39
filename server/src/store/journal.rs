//! The journal: every envelope of every replica with its verdict, and the replicas themselves.

use domain::{
    Id, Timestamp,
    replica::Replica,
    user::User,
    wire::{Outcome, Verdict},
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Reading, Writing, signed, unsigned, uuid, writing::internal_replica};
use crate::error::Error;

/// What is known about a replica.
#[derive(Clone, Debug)]
pub struct ReplicaRow {
    pub id: Id<Replica>,
    pub user: Id<User>,
    /// Empty for the server's own.
    pub device_code: String,
    /// The number of its last envelope with a verdict.
    pub last_seq: u64,
    /// When its last envelope happened.
    pub last_at: Timestamp,
    pub last_seen: Timestamp,
}

/// An envelope as it was sent, for the journal.
#[derive(Clone, Debug)]
pub struct Stored {
    pub seq: u64,
    pub mid: Uuid,
    pub by: Id<User>,
    /// The device's clock, as it was told.
    pub claimed: Timestamp,
    /// The command's JSON.
    pub command: String,
    pub outcome: Outcome,
}

/// An entry on its way into the journal.
pub(crate) struct Entry<'a> {
    pub(crate) replica: Id<Replica>,
    pub(crate) seq: u64,
    pub(crate) mid: Uuid,
    pub(crate) by: Id<User>,
    pub(crate) claimed: Timestamp,
    pub(crate) at: Timestamp,
    pub(crate) doubtful: bool,
    pub(crate) received: Timestamp,
    pub(crate) command: &'a str,
    pub(crate) outcome: &'a Outcome,
    /// Whether this is where the command had its effect, not a repeat in another chain.
    pub(crate) first: bool,
}

impl Reading<'_> {
    /// The replica with this id.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn replica(&self, id: Id<Replica>) -> Result<Option<ReplicaRow>, Error> {
        replica(self.tx, id)
    }

    /// The replicas of every person, for the administrator.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn replicas(&self) -> Result<Vec<ReplicaRow>, Error> {
        let mut statement = self.tx.prepare_cached(
            "select id, user, device_code, last_seq, last_at, last_seen from replica
             where device_code <> '' order by last_seen desc",
        )?;
        let found = statement.query_map([], raw_replica)?;
        found.map(|raw| replica_row(raw?)).collect()
    }

    /// The verdicts on the envelopes of a replica after one number up to another.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn verdicts(&self, id: Id<Replica>, after: u64, to: u64) -> Result<Vec<Verdict>, Error> {
        let mut statement = self.tx.prepare_cached(
            "select seq, mid, outcome from envelope
             where replica = ?1 and seq > ?2 and seq <= ?3 order by seq",
        )?;
        let found = statement.query_map(params![text(id), signed(after), signed(to)], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })?;
        found
            .map(|raw| {
                let (seq, mid, outcome) = raw?;
                let outcome = serde_json::from_str(&outcome).map_err(Error::internal)?;
                Ok(Verdict { seq: unsigned(seq), mid: uuid(&mid)?, outcome })
            })
            .collect()
    }

    /// An envelope of a replica's journal.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn stored(&self, id: Id<Replica>, seq: u64) -> Result<Option<Stored>, Error> {
        let mut statement = self.tx.prepare_cached(
            "select seq, mid, user, claimed, command, outcome from envelope
             where replica = ?1 and seq = ?2",
        )?;
        let raw = statement.query_row(params![text(id), signed(seq)], raw_stored).optional()?;
        raw.map(stored).transpose()
    }

    /// Where the command with this id had its effect.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn stored_by_mid(&self, mid: Uuid) -> Result<Option<Stored>, Error> {
        let mut statement = self.tx.prepare_cached(
            "select seq, mid, user, claimed, command, outcome from envelope
             where mid = ?1 and first = 1",
        )?;
        let raw = statement.query_row([mid.to_string()], raw_stored).optional()?;
        raw.map(stored).transpose()
    }
}

impl Writing<'_> {
    /// Gives a person's browser profile its replica.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn register(&mut self, row: &ReplicaRow, build: &str) -> Result<(), Error> {
        let ReplicaRow { id, user, device_code, last_seq, last_at, last_seen } = row;
        self.run(
            "insert into replica (id, user, device_code, last_seq, last_at, last_seen, build)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict (id) do nothing",
            params![
                text(*id),
                text(*user),
                device_code,
                signed(*last_seq),
                last_at.0,
                last_seen.0,
                build
            ],
        )?;
        Ok(())
    }

    /// The server's own replica for somebody, made at its first use.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn internal(&mut self, by: Id<User>) -> Result<ReplicaRow, Error> {
        let id = internal_replica(by);
        if let Some(known) = replica(self.tx, id)? {
            return Ok(known);
        }
        let none = Timestamp::default();
        let row = ReplicaRow {
            id,
            user: by,
            device_code: String::new(),
            last_seq: 0,
            last_at: none,
            last_seen: none,
        };
        self.register(&row, "")?;
        Ok(row)
    }

    /// Notes how far a replica has come.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn advance(&mut self, row: &ReplicaRow, build: Option<&str>) -> Result<(), Error> {
        self.run(
            "update replica set last_seq = ?2, last_at = ?3, last_seen = ?4,
             build = coalesce(?5, build) where id = ?1",
            params![text(row.id), signed(row.last_seq), row.last_at.0, row.last_seen.0, build],
        )?;
        Ok(())
    }

    /// Writes an envelope and its verdict down for ever.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn record(&mut self, entry: &Entry<'_>) -> Result<(), Error> {
        let outcome = serde_json::to_string(entry.outcome).map_err(Error::internal)?;
        let hash = sha(&[&text(entry.by), &entry.claimed.0.to_string(), entry.command]);
        let before: String =
            self.tx.prepare_cached("select chain from head")?.query_row([], |row| row.get(0))?;
        let (replica, mid) = (text(entry.replica), entry.mid.to_string());
        let chain = sha(&[&before, &replica, &entry.seq.to_string(), &mid, &hash, &outcome]);
        self.run(
            "insert into envelope (replica, seq, mid, first, user, claimed, at, doubtful, received,
             command, hash, outcome, v, chain)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            params![
                replica,
                signed(entry.seq),
                mid,
                entry.first,
                text(entry.by),
                entry.claimed.0,
                entry.at.0,
                entry.doubtful,
                entry.received.0,
                entry.command,
                hash,
                outcome,
                entry.outcome.v().map(signed),
                chain
            ],
        )?;
        self.run("update head set chain = ?1", [chain])?;
        Ok(())
    }
}

type RawReplica = (String, String, String, i64, i64, i64);
type RawStored = (i64, String, String, i64, String, String);

fn raw_replica(row: &Row<'_>) -> rusqlite::Result<RawReplica> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn replica_row(raw: RawReplica) -> Result<ReplicaRow, Error> {
    let (id, user, device_code, last_seq, last_at, last_seen) = raw;
    Ok(ReplicaRow {
        id: Id::new(uuid(&id)?),
        user: Id::new(uuid(&user)?),
        device_code,
        last_seq: unsigned(last_seq),
        last_at: Timestamp(last_at),
        last_seen: Timestamp(last_seen),
    })
}

fn replica(tx: &Connection, id: Id<Replica>) -> Result<Option<ReplicaRow>, Error> {
    let mut statement = tx.prepare_cached(
        "select id, user, device_code, last_seq, last_at, last_seen from replica where id = ?1",
    )?;
    let raw = statement.query_row([text(id)], raw_replica).optional()?;
    raw.map(replica_row).transpose()
}

fn raw_stored(row: &Row<'_>) -> rusqlite::Result<RawStored> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn stored(raw: RawStored) -> Result<Stored, Error> {
    let (seq, mid, by, claimed, command, outcome) = raw;
    Ok(Stored {
        seq: unsigned(seq),
        mid: uuid(&mid)?,
        by: Id::new(uuid(&by)?),
        claimed: Timestamp(claimed),
        command,
        outcome: serde_json::from_str(&outcome).map_err(Error::internal)?,
    })
}

fn text<T>(id: Id<T>) -> String {
    id.uuid().to_string()
}

/// SHA-256 over the parts, each with its length, as hexadecimal digits.
fn sha(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    super::hex(&hasher.finalize())
}
