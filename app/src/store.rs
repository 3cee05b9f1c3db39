//! The phone's memory: IndexedDB, and nothing else in the app touches it.
//!
//! A plan is written in one strict transaction: first the head is read and compared with what the plan
//! expects, then every write is issued without waiting, then only the commit is awaited. Whatever breaks in
//! between, the plan is there whole or not at all.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use domain::{
    Id, Key, Row, json,
    replica::{Arrived, Confirmed, Entry, Found, Head, Plan},
    user::User,
};
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use indexed_db_futures::{
    database::Database,
    error::{DomException, UnexpectedDataError},
    object_store::ObjectStore,
    prelude::*,
    transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions},
};
use js_sys::Uint8Array;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

// Named in full, so that the tests can take this file by itself.
#[path = "store/load.rs"]
mod load;
#[path = "store/versions.rs"]
mod versions;

use versions::{DRAFT, ENTITY, FROZEN, JOURNAL, META};

/// Why something could not be kept or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Another tab wrote first: read again, plan again.
    Stale,
    /// A newer version of the app holds the database: this page must be opened again.
    MovedOn,
    /// The browser gave the write up, as it does where there is no room. Nothing is written.
    Full,
    /// The browser did not store it (no room, private mode, broken profile).
    Unavailable(String),
}

/// What happens to a database from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A newer version of the app took it over.
    MovedOn,
    /// It waits for pages of an older version to be closed.
    Blocked,
}

/// One person's database on this device.
pub struct Store {
    name: String,
    database: RefCell<Option<Database>>,
    moved_on: Cell<bool>,
    on_change: Rc<dyn Fn(Change)>,
    /// Small records and drafts, where the browser cannot open the database.
    memory: Option<RefCell<BTreeMap<String, String>>>,
}

/// A confirmed row as it lies in the store: revision, era, and the body byte for byte as the server sent it.
#[derive(Deserialize)]
struct Stored<'a> {
    v: u64,
    #[serde(default)]
    e: u32,
    #[serde(borrow)]
    b: &'a RawValue,
}

const HEAD: &str = "head";
/// The small record of what a customer holds the device for.
pub const HANDED: &str = "handed";
const WRITE_TRIES: u32 = 4;
const OPEN_TRIES: u32 = 4;
/// A browser that neither opens a database nor says why is not waited for longer.
const OPEN_MS: u32 = 8_000;

/// The name of a person's database of this server.
pub fn name(server: Uuid, user: Id<User>) -> String {
    format!("doorstep-{}-{}", server.simple(), user.uuid().simple())
}

/// The server a database of this name belongs to, if it is one of ours.
pub fn server_of(name: &str) -> Option<Uuid> {
    let mut parts = name.strip_prefix("doorstep-")?.split('-');
    let (server, _user) = (Uuid::parse_str(parts.next()?).ok()?, parts.next()?);
    parts.next().is_none().then_some(server)
}

impl Store {
    /// Opens the database of this name. `on_change` hears what other pages do to it.
    ///
    /// # Errors
    /// Where the browser does not let us, also after some tries.
    pub async fn open_named(
        name: String,
        on_change: impl Fn(Change) + 'static,
    ) -> Result<Rc<Self>, Error> {
        let store = Rc::new(Self {
            name,
            database: RefCell::new(None),
            moved_on: Cell::new(false),
            on_change: Rc::new(on_change),
            memory: None,
        });
        let mut tries = 0;
        loop {
            tries += 1;
            match store.database().await {
                Err(Error::Unavailable(_)) if tries < OPEN_TRIES => {
                    TimeoutFuture::new(50 << tries).await;
                }
                opened => return opened.map(|_| store),
            }
        }
    }

    /// Stands in for a database that cannot be opened: nothing in it outlives the page.
    pub fn in_memory(name: String) -> Rc<Self> {
        Rc::new(Self {
            name,
            database: RefCell::new(None),
            moved_on: Cell::new(false),
            on_change: Rc::new(|_| ()),
            memory: Some(RefCell::default()),
        })
    }

    /// Whether nothing written here outlives the page.
    pub fn is_in_memory(&self) -> bool {
        self.memory.is_some()
    }

    /// The name the browser knows the database by.
    pub fn database_name(&self) -> &str {
        &self.name
    }

    /// Removes the database, because a person asked for it.
    pub async fn destroy(&self) {
        self.drop_connection();
        if let Ok(gone) = Database::delete_by_name(&self.name) {
            // Where even that fails, the next start finds it as it was.
            let _gone = gone.await;
        }
    }

    /// Writes the head of a replica that was just registered.
    ///
    /// # Errors
    /// [`Error::Stale`] when another tab registered first.
    pub async fn create(self: &Rc<Self>, head: &Head) -> Result<(), Error> {
        if self.is_in_memory() {
            return Ok(());
        }
        let database = self.database().await?;
        let transaction = strict(&database, &[META])?;
        let meta = transaction.object_store(META)?;
        if meta.get::<JsValue, _, _>(HEAD).primitive()?.await?.is_some() {
            return Err(Error::Stale);
        }
        put(&meta, &HEAD.into(), head)?;
        transaction.commit().await?;
        Ok(())
    }

    /// Writes a plan, whole or not at all. When this returns `Ok`, it has reached the disk.
    ///
    /// # Errors
    /// [`Error::Stale`] when another tab was faster; nothing is written then.
    pub async fn write(self: &Rc<Self>, plan: &Plan) -> Result<(), Error> {
        self.write_of(plan, &[], || {}).await
    }

    /// The same, and in the same transaction the drafts of the `forms` this was written in are forgotten: no death in
    /// between brings words back that were sent. `issued` is called each time the plan is on its way to the disk,
    /// while this page has nothing to do.
    ///
    /// # Errors
    /// [`Error::Stale`] when another tab was faster; nothing is written then, and nothing was issued.
    pub async fn write_of(
        self: &Rc<Self>,
        plan: &Plan,
        forms: &[&str],
        issued: impl Fn(),
    ) -> Result<(), Error> {
        if let Some(memory) = &self.memory {
            memory.borrow_mut().retain(|key, _| !forms.contains(&key.as_str()));
            issued();
            return Ok(());
        }
        let mut last = Error::Stale;
        for attempt in 0..WRITE_TRIES {
            match self.try_write(plan, forms, &issued).await {
                Ok(()) => return Ok(()),
                Err(error @ (Error::Stale | Error::MovedOn | Error::Full)) => return Err(error),
                // What became of it is unknown: a connection can break after the commit reached the disk.
                Err(error) => last = error,
            }
            self.drop_connection();
            TimeoutFuture::new(100 << attempt).await;
            match self.found(plan).await {
                Ok(Found::Written) => return Ok(()),
                Ok(Found::Other) => return Err(Error::Stale),
                Ok(Found::Nothing) | Err(Error::Unavailable(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    async fn try_write(
        self: &Rc<Self>,
        plan: &Plan,
        forms: &[&str],
        issued: impl Fn(),
    ) -> Result<(), Error> {
        // Everything is encoded before the transaction starts: it would end while we think.
        let head = bytes(&plan.head)?;
        let mut entries = Vec::with_capacity(plan.entries.len());
        for (seq, entry) in &plan.entries {
            entries.push((key_number(*seq), bytes(entry)?));
        }
        let mut puts = Vec::with_capacity(plan.puts.len());
        let era = plan.head.era;
        for Arrived { key, v, body, .. } in &plan.puts {
            let row = format!("{{\"v\":{v},\"e\":{era},\"b\":{body}}}");
            puts.push((key_text(*key), bytes_of(&row)));
        }
        let mut frozen = Vec::with_capacity(plan.frozen.len());
        for (key, row) in &plan.frozen {
            frozen.push((key_text(*key), bytes_of(&row.to_json().map_err(unreadable)?)));
        }

        let database = self.database().await?;
        let names = [META, ENTITY, JOURNAL, FROZEN, DRAFT];
        // A form that is being typed does not wait for what has no draft.
        let names = &names[..names.len() - usize::from(forms.is_empty())];
        let transaction = strict(&database, names)?;
        let meta = transaction.object_store(META)?;
        let found = meta.get::<JsValue, _, _>(HEAD).primitive()?.await?;
        if found.as_ref().and_then(decode::<Head>).as_ref() != Some(&plan.expected) {
            return Err(Error::Stale);
        }
        send(&meta, &HEAD.into(), head)?;
        let journal = transaction.object_store(JOURNAL)?;
        for (key, value) in entries {
            send(&journal, &key, value)?;
        }
        for seq in &plan.pruned {
            journal.delete(key_number(*seq)).primitive()?;
        }
        let entity = transaction.object_store(ENTITY)?;
        for key in &plan.gone {
            entity.delete(key_text(*key)).primitive()?;
        }
        for (key, value) in puts {
            send(&entity, &key, value)?;
        }
        let kept = transaction.object_store(FROZEN)?;
        for key in &plan.thawed {
            kept.delete(key_text(*key)).primitive()?;
        }
        for (key, value) in frozen {
            send(&kept, &key, value)?;
        }
        for form in forms {
            transaction.object_store(DRAFT)?.delete((*form).to_owned()).primitive()?;
        }
        let committed = transaction.commit();
        issued();
        committed.await?;
        Ok(())
    }

    /// What became of a plan whose commit gave no clear answer.
    async fn found(self: &Rc<Self>, plan: &Plan) -> Result<Found, Error> {
        let database = self.database().await?;
        let transaction = database.transaction([META, JOURNAL]).build()?;
        let head = transaction.object_store(META)?.get::<JsValue, _, _>(HEAD).primitive()?.await?;
        let head = head.as_ref().and_then(decode::<Head>);
        let journal = transaction.object_store(JOURNAL)?;
        let mut entries = BTreeMap::new();
        for (seq, _) in &plan.entries {
            let found = journal.get::<JsValue, _, _>(key_number(*seq)).primitive()?.await?;
            if let Some(entry) = found.as_ref().and_then(decode::<Entry>) {
                entries.insert(*seq, entry);
            }
        }
        Ok(plan.found(head.as_ref(), |seq| entries.get(&seq).cloned()))
    }

    /// A small record: the PIN, the hand-over.
    ///
    /// # Errors
    /// Where the browser does not let us read.
    pub async fn small<T: DeserializeOwned>(
        self: &Rc<Self>,
        key: &str,
    ) -> Result<Option<T>, Error> {
        if let Some(memory) = &self.memory {
            let memory = memory.borrow();
            return Ok(memory.get(key).and_then(|json| json::read(json).ok()));
        }
        let database = self.database().await?;
        let transaction = database.transaction(META).build()?;
        let found = transaction.object_store(META)?.get::<JsValue, _, _>(key).primitive()?.await?;
        Ok(found.as_ref().and_then(decode))
    }

    /// Keeps a small record, or forgets it.
    ///
    /// # Errors
    /// Where the browser does not let us write.
    pub async fn keep_small<T: Serialize>(
        self: &Rc<Self>,
        key: &str,
        value: Option<&T>,
    ) -> Result<(), Error> {
        let json = value.map(serde_json::to_string).transpose().map_err(unreadable)?;
        self.keep(META, key, json.as_deref()).await
    }

    /// The draft of a form.
    ///
    /// # Errors
    /// Where the browser does not let us read.
    pub async fn draft(self: &Rc<Self>, form: &str) -> Result<Option<String>, Error> {
        if let Some(memory) = &self.memory {
            return Ok(memory.borrow().get(form).cloned());
        }
        let database = self.database().await?;
        let transaction = database.transaction(DRAFT).build()?;
        let found =
            transaction.object_store(DRAFT)?.get::<JsValue, _, _>(form).primitive()?.await?;
        Ok(found.as_ref().and_then(text))
    }

    /// Keeps the draft of a form, or forgets it.
    ///
    /// # Errors
    /// Where the browser does not let us write.
    pub async fn keep_draft(self: &Rc<Self>, form: &str, json: Option<&str>) -> Result<(), Error> {
        self.keep(DRAFT, form, json).await
    }

    /// Empties the database of somebody who signed out, unless unsent work or an unfinished form is there. Answers which
    /// envelopes were in it, all of them answered.
    ///
    /// # Errors
    /// [`Error::Stale`] when something is; nothing is removed then.
    pub async fn clear(self: &Rc<Self>) -> Result<BTreeSet<Uuid>, Error> {
        if self.is_in_memory() {
            return Err(Error::Stale);
        }
        let database = self.database().await?;
        let transaction = strict(&database, &[META, ENTITY, JOURNAL, DRAFT, FROZEN])?;
        let head = transaction.object_store(META)?.get::<JsValue, _, _>(HEAD).primitive()?.await?;
        // What a restored server forgot waits again, although its answer lies here.
        let heard = head.as_ref().and_then(decode::<Head>).map(|head| head.base + head.server_seq);
        let journal = transaction.object_store(JOURNAL)?;
        let (keys, values) = (journal.get_all_keys::<JsValue>(), journal.get_all::<JsValue>());
        let (keys, values) = (keys.primitive()?, values.primitive()?);
        let mut answered = BTreeSet::new();
        for (key, value) in keys.await?.zip(values.await?) {
            let heard = number(&key?).is_some_and(|seq| heard.is_some_and(|heard| seq <= heard));
            match decode::<Entry>(&value?) {
                Some(entry) if heard && entry.outcome.is_some() => {
                    answered.insert(entry.envelope.mid)
                }
                _ => return Err(Error::Stale),
            };
        }
        if transaction.object_store(DRAFT)?.count().primitive()?.await? > 0 {
            return Err(Error::Stale);
        }
        for name in [META, ENTITY, JOURNAL, FROZEN] {
            transaction.object_store(name)?.clear()?;
        }
        transaction.commit().await?;
        Ok(answered)
    }

    async fn keep(
        self: &Rc<Self>,
        store: &str,
        key: &str,
        json: Option<&str>,
    ) -> Result<(), Error> {
        if let Some(memory) = &self.memory {
            match json {
                Some(json) => memory.borrow_mut().insert(key.to_owned(), json.to_owned()),
                None => memory.borrow_mut().remove(key),
            };
            return Ok(());
        }
        let database = self.database().await?;
        let transaction = strict(&database, &[store])?;
        let records = transaction.object_store(store)?;
        match json.map(bytes_of) {
            Some(value) => send(&records, &key.into(), value)?,
            None => {
                records.delete(key.to_owned()).primitive()?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The open database, opened again where the connection was lost.
    async fn database(self: &Rc<Self>) -> Result<Database, Error> {
        if self.moved_on.get() {
            return Err(Error::MovedOn);
        }
        if let Some(database) = self.database.borrow().clone() {
            return Ok(database);
        }
        let database = self.open_now().await?;
        self.database.replace(Some(database.clone()));
        let (store, watched) = (self.clone(), database.clone());
        spawn_local(async move {
            let Ok(mut changes) = watched.version_changes() else { return };
            if changes.recv().await.is_some() {
                // A newer app wants the database: step aside at once, and say so.
                store.moved_on.set(true);
                (store.on_change)(Change::MovedOn);
            }
            store.drop_connection();
        });
        Ok(database)
    }

    async fn open_now(&self) -> Result<Database, Error> {
        let blocked = Rc::new(Cell::new(false));
        let (told, on_change) = (blocked.clone(), self.on_change.clone());
        let open = versions::open(&self.name, move || {
            told.set(true);
            on_change(Change::Blocked);
        });
        match select(std::pin::pin!(open), TimeoutFuture::new(OPEN_MS)).await {
            Either::Left((opened, _)) => opened,
            // Only the person can close the other pages: that is waited for.
            Either::Right((_, open)) if blocked.get() => open.await,
            Either::Right(_) => Err(Error::Unavailable("no answer".into())),
        }
    }

    fn drop_connection(&self) {
        if let Some(database) = self.database.borrow_mut().take() {
            database.close();
        }
    }
}

pub(crate) fn strict<'a>(
    database: &'a Database,
    stores: &[&str],
) -> Result<Transaction<'a>, Error> {
    let options = TransactionOptions::new().with_durability(TransactionDurability::Strict);
    let names: Vec<String> = stores.iter().map(|&name| name.to_owned()).collect();
    let transaction = database.transaction(names);
    Ok(transaction.with_mode(TransactionMode::Readwrite).with_options(options).build()?)
}

fn put<T: Serialize>(store: &ObjectStore<'_>, key: &JsValue, value: &T) -> Result<(), Error> {
    send(store, key, bytes(value)?)
}

/// Issues a write without waiting for it; the commit speaks for all of them.
pub(crate) fn send(store: &ObjectStore<'_>, key: &JsValue, value: JsValue) -> Result<(), Error> {
    let _request = store.put(value).with_key(key.clone()).without_key_type().primitive()?;
    Ok(())
}

fn key_text(key: Key) -> JsValue {
    JsValue::from_str(&key.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "no device seals 2^53 envelopes")]
fn key_number(seq: u64) -> JsValue {
    JsValue::from_f64(seq as f64)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "keys are whole numbers that this file wrote"
)]
fn number(key: &JsValue) -> Option<u64> {
    key.as_f64().map(|key| key as u64)
}

pub(crate) fn bytes<T: Serialize>(value: &T) -> Result<JsValue, Error> {
    Ok(bytes_of(&serde_json::to_string(value).map_err(unreadable)?))
}

/// Bytes rather than objects: they load twice as fast, and an older or newer app can still read the JSON.
fn bytes_of(json: &str) -> JsValue {
    Uint8Array::from(json.as_bytes()).into()
}

/// A row this version cannot read stays in the store for the version that can.
fn stored(key: Key, value: &JsValue) -> Option<Confirmed> {
    let text = text(value)?;
    let Stored { v, e, b } = json::read(&text).ok()?;
    let row = Row::from_json(key.kind, b.get()).ok()?;
    Some(Confirmed { v, era: e, row: Arc::new(row) })
}

fn text(value: &JsValue) -> Option<String> {
    String::from_utf8(value.dyn_ref::<Uint8Array>()?.to_vec()).ok()
}

pub(crate) fn decode<T: DeserializeOwned>(value: &JsValue) -> Option<T> {
    json::read(&text(value)?).ok()
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::Unavailable(error.to_string())
}

impl From<indexed_db_futures::error::Error> for Error {
    fn from(error: indexed_db_futures::error::Error) -> Self {
        use indexed_db_futures::error::Error as Cause;
        match error {
            // A transaction at the quota ends without a word of why; nothing else of ours ends like that.
            Cause::MissingData(UnexpectedDataError::TransactionAborted) => Self::Full,
            Cause::DomException(DomException::Other(it)) if it.name() == "QuotaExceededError" => {
                Self::Full
            }
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<indexed_db_futures::error::OpenDbError> for Error {
    fn from(error: indexed_db_futures::error::OpenDbError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
