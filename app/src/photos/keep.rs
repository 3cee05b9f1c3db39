//! Where photos lie on this device: a database of their own, so that no photo can harm the journal.
//!
//! Bytes lie in pieces below 64 KiB: what is larger, browsers put into files beside the database, which cleaners
//! delete and power cuts tear. What was said to be kept and has not arrived at the server is never removed here, but for a
//! photo whose loss somebody has read.

use std::{cell::RefCell, rc::Rc};

use domain::{Id, photo::Photo, ticket::Ticket, visit::Visit};
use indexed_db_futures::{
    KeyRange,
    database::{Database, VersionChangeEvent},
    prelude::*,
};
use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wasm_bindgen::JsValue;

use crate::store::{Error, bytes, decode, send, strict};

/// A photo that was taken here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub ticket: Id<Ticket>,
    pub visit: Id<Visit>,
    pub photo: Photo,
    /// The history of the server in which it has arrived whole. A restored server is another history.
    #[serde(default)]
    pub arrived: Option<Uuid>,
    /// Whether its bytes are no longer what was taken.
    #[serde(default)]
    pub lost: bool,
}

/// A photo of somebody else that was looked at here.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Seen {
    sha256: String,
    bytes: u32,
    /// When it was fetched, in milliseconds.
    at: i64,
}

/// The photos of one person on this device.
pub struct Keep {
    name: String,
    database: RefCell<Option<Database>>,
}

const NOTE: &str = "photo";
const PIECE: &str = "piece";
const SEEN: &str = "seen";
const VERSION: u32 = 1;
const PIECE_BYTES: usize = 60_000;

impl Keep {
    /// The photos beside the database of this name.
    ///
    /// # Errors
    /// Where the browser does not let us.
    pub async fn open(beside: &str) -> Result<Rc<Self>, Error> {
        let keep = Self { name: format!("{beside}-photos"), database: RefCell::new(None) };
        keep.database().await?;
        Ok(Rc::new(keep))
    }

    /// Keeps a photo, whole or not at all. When this returns `Ok`, it has reached the disk.
    ///
    /// # Errors
    /// [`Error::Full`] where there is no room.
    pub async fn add(&self, kept: &Kept, full: &[u8], thumbnail: &[u8]) -> Result<(), Error> {
        let note = bytes(kept)?;
        let pieces: Vec<(String, JsValue)> = pieces(&kept.photo.sha256, full)
            .chain(pieces(&kept.photo.thumbnail.sha256, thumbnail))
            .collect();
        let written = async {
            let database = self.database().await?;
            let transaction = strict(&database, &[NOTE, PIECE])?;
            let store = transaction.object_store(PIECE)?;
            for (key, piece) in pieces {
                send(&store, &key.into(), piece)?;
            }
            send(&transaction.object_store(NOTE)?, &key(kept), note)?;
            transaction.commit().await?;
            Ok(())
        };
        self.noted(written.await)
    }

    /// Writes down what became of a photo.
    ///
    /// # Errors
    /// Where the browser does not let us write.
    pub async fn note(&self, kept: &Kept) -> Result<(), Error> {
        let note = bytes(kept)?;
        let written = async {
            let database = self.database().await?;
            let transaction = strict(&database, &[NOTE])?;
            send(&transaction.object_store(NOTE)?, &key(kept), note)?;
            transaction.commit().await?;
            Ok(())
        };
        self.noted(written.await)
    }

    /// Every photo that was taken here, oldest first.
    ///
    /// # Errors
    /// Where the browser does not let us read.
    pub async fn notes(&self) -> Result<Vec<Kept>, Error> {
        let read = async {
            let database = self.database().await?;
            let transaction = database.transaction(NOTE).build()?;
            let store = transaction.object_store(NOTE)?;
            let found = store.get_all::<JsValue>().primitive()?.await?;
            Ok(found.filter_map(|value| decode(&value.ok()?)).collect())
        };
        let mut notes: Vec<Kept> = self.noted(read.await)?;
        notes.sort_by_key(|kept| (kept.photo.taken_at, kept.photo.id));
        Ok(notes)
    }

    /// The bytes of this name, as they lie here.
    ///
    /// # Errors
    /// Where the browser does not let us read.
    pub async fn bytes(&self, sha256: &str) -> Result<Option<Vec<u8>>, Error> {
        let read = async {
            let database = self.database().await?;
            let transaction = database.transaction(PIECE).build()?;
            let store = transaction.object_store(PIECE)?;
            let pieces = store.get_all::<JsValue>().with_query::<String, _>(range(sha256));
            let mut whole = Vec::new();
            for piece in pieces.primitive()?.await? {
                let piece: Uint8Array = piece?.into();
                whole.extend(piece.to_vec());
            }
            Ok((!whole.is_empty()).then_some(whole))
        };
        self.noted(read.await)
    }

    /// Lets a photo go: it has arrived, or could not be saved as the person was told.
    ///
    /// # Errors
    /// Where the browser does not let us write.
    pub async fn remove(&self, kept: &Kept) -> Result<(), Error> {
        let names = [&kept.photo.sha256, &kept.photo.thumbnail.sha256];
        let others: Vec<Kept> = self
            .notes()
            .await?
            .into_iter()
            .filter(|other| other.photo.id != kept.photo.id)
            .collect();
        let written = async {
            let database = self.database().await?;
            let transaction = strict(&database, &[NOTE, PIECE])?;
            transaction.object_store(NOTE)?.delete(key(kept)).primitive()?;
            let store = transaction.object_store(PIECE)?;
            for name in names {
                let shared = |other: &Kept| {
                    other.photo.sha256 == *name || other.photo.thumbnail.sha256 == *name
                };
                if !others.iter().any(shared) {
                    store.delete::<String, _>(range(name)).primitive()?;
                }
            }
            transaction.commit().await?;
            Ok(())
        };
        self.noted(written.await)
    }

    /// Keeps what somebody else took, for the next look, with at most so many bytes together. What was fetched
    /// longest ago gives way.
    ///
    /// # Errors
    /// Where the browser does not let us write, or has no room; then it is fetched again the next time.
    pub async fn remember(
        &self,
        sha256: &str,
        bytes: &[u8],
        now: i64,
        most: u64,
    ) -> Result<(), Error> {
        let mut seen = self.seen().await?;
        seen.retain(|seen| seen.sha256 != sha256);
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        seen.push(Seen { sha256: sha256.to_owned(), bytes: size, at: now });
        seen.sort_by_key(|seen| seen.at);
        let mut total: u64 = seen.iter().map(|seen| u64::from(seen.bytes)).sum();
        let newest = seen.pop();
        let mut going = Vec::new();
        for seen in seen {
            if total > most {
                total -= u64::from(seen.bytes);
                going.push(seen.sha256);
            }
        }
        self.forget(&going).await?;
        let Some(newest) = newest else { return Ok(()) };
        let note = crate::store::bytes(&newest)?;
        let pieces: Vec<(String, JsValue)> = pieces(sha256, bytes).collect();
        let written = async {
            let database = self.database().await?;
            let transaction = database
                .transaction([SEEN, PIECE])
                .with_mode(indexed_db_futures::transaction::TransactionMode::Readwrite)
                .build()?;
            let store = transaction.object_store(PIECE)?;
            for (key, piece) in pieces {
                send(&store, &key.into(), piece)?;
            }
            send(&transaction.object_store(SEEN)?, &sha256.into(), note)?;
            transaction.commit().await?;
            Ok(())
        };
        self.noted(written.await)
    }

    /// Gives back the room of everything that others took.
    ///
    /// # Errors
    /// Where the browser does not let us write.
    pub async fn forget_seen(&self) -> Result<bool, Error> {
        let names: Vec<String> = self.seen().await?.into_iter().map(|seen| seen.sha256).collect();
        self.forget(&names).await?;
        Ok(!names.is_empty())
    }

    /// Empties it, because its person signed out and nothing here is unsent.
    ///
    /// # Errors
    /// Where the browser does not let us write.
    pub async fn clear(&self) -> Result<(), Error> {
        let database = self.database().await?;
        let transaction = strict(&database, &[NOTE, PIECE, SEEN])?;
        for name in [NOTE, PIECE, SEEN] {
            transaction.object_store(name)?.clear()?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn seen(&self) -> Result<Vec<Seen>, Error> {
        let database = self.database().await?;
        let transaction = database.transaction(SEEN).build()?;
        let store = transaction.object_store(SEEN)?;
        let found = store.get_all::<JsValue>().primitive()?.await?;
        Ok(found.filter_map(|value| decode(&value.ok()?)).collect())
    }

    async fn forget(&self, names: &[String]) -> Result<(), Error> {
        if names.is_empty() {
            return Ok(());
        }
        // What was also taken here is not only a copy.
        let notes = self.notes().await?;
        let own = |name: &String| {
            notes.iter().any(|n| n.photo.sha256 == *name || n.photo.thumbnail.sha256 == *name)
        };
        let database = self.database().await?;
        let transaction = strict(&database, &[PIECE, SEEN])?;
        let (pieces, seen) = (transaction.object_store(PIECE)?, transaction.object_store(SEEN)?);
        for name in names {
            seen.delete(name.clone()).primitive()?;
            if !own(name) {
                pieces.delete::<String, _>(range(name)).primitive()?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn database(&self) -> Result<Database, Error> {
        if let Some(database) = self.database.borrow().clone() {
            return Ok(database);
        }
        let database = Database::open(self.name.clone())
            .with_version(VERSION)
            .with_on_upgrade_needed(step)
            .await?;
        self.database.replace(Some(database.clone()));
        Ok(database)
    }

    /// After a failure the connection may be dead; the next one opens another.
    fn noted<T>(&self, done: Result<T, Error>) -> Result<T, Error> {
        if matches!(done, Err(Error::Unavailable(_)))
            && let Some(database) = self.database.borrow_mut().take()
        {
            database.close();
        }
        done
    }
}

fn step(
    event: VersionChangeEvent,
    database: Database,
) -> Result<(), indexed_db_futures::error::Error> {
    if event.old_version() < 1.0 {
        for name in [NOTE, PIECE, SEEN] {
            database.create_object_store(name).build()?;
        }
    }
    Ok(())
}

fn key(kept: &Kept) -> JsValue {
    kept.photo.id.simple().to_string().into()
}

fn pieces<'a>(name: &'a str, bytes: &'a [u8]) -> impl Iterator<Item = (String, JsValue)> + 'a {
    let piece = move |(n, piece): (usize, &[u8])| {
        (format!("{name}:{n:04}"), JsValue::from(Uint8Array::from(piece)))
    };
    bytes.chunks(PIECE_BYTES).enumerate().map(piece)
}

fn range(name: &str) -> KeyRange<String> {
    // `;` is the character behind `:`.
    KeyRange::Bound(format!("{name}:"), false, format!("{name};"), true)
}
