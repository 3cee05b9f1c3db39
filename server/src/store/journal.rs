//! The journal: every envelope of every replica with its verdict, and the replicas themselves.

use std::collections::BTreeSet;

use domain::{
    Id, Timestamp,
    ledger::{Entry, ReplicaRow, Stored, Told},
    replica::Replica,
    user::User,
    wire::Verdict,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Reading, Writing,
    pending::Device,
    sql::{Columns, Many, Type, Value, values},
    unsigned, uuid,
    writing::internal_replica,
};
use crate::error::Error;

static REPLICAS: Many = Many {
    text: r#"select id, "user", device_code, last_seq, last_at, last_seen from replica where id = ?1"#,
    types: &[Type::Text],
};
/// The same for one, and whether it was shut out.
pub(super) const REPLICA: &str = r#"select id, "user", device_code, last_seq, last_at, last_seen, revoked
    from replica where id = ?1"#;
static BY_MID: Many = Many {
    text: r#"select seq, mid, "user", claimed, command, outcome from envelope
             where first = 1 and mid = ?1"#,
    types: &[Type::Text],
};

impl Reading<'_> {
    /// The replica with this id.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn replica(&self, id: Id<Replica>) -> Result<Option<ReplicaRow>, Error> {
        if let Some((_, known)) = self.seen.borrow().replica.as_ref().filter(|seen| seen.0 == id) {
            return Ok(known.clone());
        }
        self.sql.one(REPLICAS.text, &values![id], replica)
    }

    /// The replicas of every person, for the administrator.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn replicas(&self) -> Result<Vec<ReplicaRow>, Error> {
        let text = r#"select id, "user", device_code, last_seq, last_at, last_seen from replica
             where device_code <> '' order by last_seen desc"#;
        self.sql.all(text, &[], replica)
    }

    /// The verdicts on the envelopes of a replica after one number up to another.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn verdicts(&self, id: Id<Replica>, after: u64, to: u64) -> Result<Vec<Verdict>, Error> {
        let text = "select seq, mid, outcome from envelope
             where replica = ?1 and seq > ?2 and seq <= ?3 order by seq";
        self.sql.all(text, &values![id, after, to], |row| {
            let outcome = serde_json::from_str(row.text(2)?).map_err(Error::internal)?;
            Ok(Verdict { seq: unsigned(row.int(0)?), mid: uuid(row.text(1)?)?, outcome })
        })
    }

    /// An envelope of a replica's journal.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn stored(&self, id: Id<Replica>, seq: u64) -> Result<Option<Stored>, Error> {
        let text = r#"select seq, mid, "user", claimed, command, outcome from envelope
             where replica = ?1 and seq = ?2"#;
        self.sql.one(text, &values![id, seq], stored)
    }

    /// Where the command with this id had its effect.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn stored_by_mid(&self, mid: Uuid) -> Result<Option<Stored>, Error> {
        self.sql.one(BY_MID.text, &values![mid], stored)
    }
}

impl Writing<'_> {
    /// The replica with this id, as it is in this transaction.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn replica(&self, id: Id<Replica>) -> Result<Option<ReplicaRow>, Error> {
        if let Some(known) = self.known.borrow().replicas.get(&id) {
            return Ok(known.clone());
        }
        let row = Reading::on(self.sql).replica(id)?;
        self.known.borrow_mut().replicas.insert(id, row.clone());
        Ok(row)
    }

    /// An envelope of a replica's journal, as it is in this transaction.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn stored(&self, id: Id<Replica>, seq: u64) -> Result<Option<Stored>, Error> {
        if let Some(known) = self.known.borrow().entries.get(&(id, seq)) {
            return Ok(Some(known.clone()));
        }
        Reading::on(self.sql).stored(id, seq)
    }

    /// Where the command with this id had its effect, as it is in this transaction.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn stored_by_mid(&self, mid: Uuid) -> Result<Option<Stored>, Error> {
        if let Some(known) = self.known.borrow().mids.get(&mid) {
            return Ok(known.clone());
        }
        let found = Reading::on(self.sql).stored_by_mid(mid)?;
        self.known.borrow_mut().mids.insert(mid, found.clone());
        Ok(found)
    }

    /// Fetches these replicas together.
    pub(super) fn fetch_replicas(&mut self, ids: BTreeSet<Id<Replica>>) -> Result<(), Error> {
        if ids.is_empty() {
            return Ok(());
        }
        let known = &mut self.known.get_mut().replicas;
        known.extend(ids.iter().map(|id| (*id, None)));
        let lists: Vec<Vec<Value<'_>>> = ids.iter().map(|id| values![*id].to_vec()).collect();
        self.sql.each_of(&REPLICAS, &lists, &mut |row| {
            let row = replica(row)?;
            known.insert(row.id, Some(row));
            Ok(())
        })
    }

    /// Fetches the envelopes with these ids together.
    pub(super) fn fetch_mids(&mut self, mids: BTreeSet<Uuid>) -> Result<(), Error> {
        if mids.is_empty() {
            return Ok(());
        }
        let known = &mut self.known.get_mut().mids;
        known.extend(mids.iter().map(|mid| (*mid, None)));
        let lists: Vec<Vec<Value<'_>>> = mids.iter().map(|mid| values![*mid].to_vec()).collect();
        self.sql.each_of(&BY_MID, &lists, &mut |row| {
            let row = stored(row)?;
            known.insert(row.mid, Some(row));
            Ok(())
        })
    }

    /// Gives a person's browser profile its replica; one that is known stays as it is.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn register(&mut self, row: &ReplicaRow, build: &str) -> Result<(), Error> {
        if self.replica(row.id)?.is_none() {
            let told = Told { build, waiting: None, room: None };
            self.keep(row, Some(told));
        }
        Ok(())
    }

    /// The server's own replica for somebody, made at its first use.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn internal(&mut self, by: Id<User>) -> Result<ReplicaRow, Error> {
        let id = internal_replica(by);
        if let Some(known) = self.replica(id)? {
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
        self.keep(&row, None);
        Ok(row)
    }

    /// Notes how far a replica has come, and what its device told.
    ///
    /// # Errors
    /// Where the replica is not known.
    pub fn advance(&mut self, row: &ReplicaRow, told: Option<Told<'_>>) -> Result<(), Error> {
        if self.replica(row.id)?.is_none() {
            return Err(Error::internal("a replica that nobody registered"));
        }
        self.keep(row, told);
        Ok(())
    }

    fn keep(&mut self, row: &ReplicaRow, told: Option<Told<'_>>) {
        self.known.get_mut().replicas.insert(row.id, Some(row.clone()));
        let kept = (self.pending.get_mut().replicas.entry(row.id)).or_insert_with(|| Device {
            row: row.clone(),
            build: String::new(),
            waiting: None,
            room: None,
        });
        kept.row = row.clone();
        if let Some(told) = told {
            told.build.clone_into(&mut kept.build);
            kept.waiting = Some(told.waiting.cloned().unwrap_or_default());
            kept.room = told.room.or(kept.room);
        }
    }

    /// Writes an envelope and its verdict down for ever.
    ///
    /// # Errors
    /// Where the verdict cannot be told in JSON.
    pub fn record(&mut self, entry: &Entry<'_>) -> Result<(), Error> {
        let outcome = serde_json::to_string(entry.outcome).map_err(Error::internal)?;
        let hash =
            sha(&[&entry.by.uuid().to_string(), &entry.claimed.0.to_string(), entry.command]);
        let (replica, mid) = (entry.replica.uuid().to_string(), entry.mid.to_string());
        let before = &self.stand.chain;
        let chain = sha(&[before, &replica, &entry.seq.to_string(), &mid, &hash, &outcome]);
        self.stand.chain.clone_from(&chain);
        self.stand.entries += 1;
        let values = values![
            replica,
            entry.seq,
            mid,
            entry.first,
            entry.by,
            entry.claimed,
            entry.at,
            entry.doubtful,
            entry.received,
            entry.command.to_owned(),
            hash,
            outcome,
            entry.outcome.v(),
            chain,
            self.stand.entries,
            entry.carrier,
        ];
        self.pending.get_mut().envelopes.push(values.to_vec());
        let stored = Stored {
            seq: entry.seq,
            mid: entry.mid,
            by: entry.by,
            claimed: entry.claimed,
            command: entry.command.to_owned(),
            outcome: entry.outcome.clone(),
        };
        let known = self.known.get_mut();
        if entry.first {
            known.mids.insert(entry.mid, Some(stored.clone()));
        }
        known.entries.insert((entry.replica, entry.seq), stored);
        Ok(())
    }
}

pub(super) fn replica(row: &dyn Columns) -> Result<ReplicaRow, Error> {
    Ok(ReplicaRow {
        id: Id::new(uuid(row.text(0)?)?),
        user: Id::new(uuid(row.text(1)?)?),
        device_code: row.text(2)?.to_owned(),
        last_seq: unsigned(row.int(3)?),
        last_at: Timestamp(row.int(4)?),
        last_seen: Timestamp(row.int(5)?),
    })
}

fn stored(row: &dyn Columns) -> Result<Stored, Error> {
    Ok(Stored {
        seq: unsigned(row.int(0)?),
        mid: uuid(row.text(1)?)?,
        by: Id::new(uuid(row.text(2)?)?),
        claimed: Timestamp(row.int(3)?),
        command: row.text(4)?.to_owned(),
        outcome: serde_json::from_str(row.text(5)?).map_err(Error::internal)?,
    })
}

/// SHA-256 over the parts, each with its length, as hexadecimal digits.
pub(super) fn sha(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    super::hex(&hasher.finalize())
}
