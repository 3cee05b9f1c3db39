//! Reading a database: what the first screen needs first, the rest behind it; and, for a customer, the one sheet alone.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use domain::{
    Key, Kind, Row, Rows,
    handout::Handout,
    replica::{Confirmed, Entry, Head, Replica},
};
use gloo_timers::future::TimeoutFuture;
use indexed_db_futures::{
    KeyRange, cursor::CursorDirection, object_store::ObjectStore, prelude::*,
    transaction::Transaction,
};
use leptos::prelude::document;
use wasm_bindgen::JsValue;

use super::{
    Error, HANDED, HEAD, Store, decode, key_number, number, stored, text,
    versions::{ENTITY, FROZEN, JOURNAL, META},
};

/// Tickets that are read before the first screen is painted, the newest ones.
const TICKETS_FIRST: u32 = 300;
/// Rows that are fetched and read in one go behind it.
const SLICE: u32 = 500;

/// Rows as they lie in a range of keys.
type Records = Vec<(JsValue, JsValue)>;

impl Store {
    /// Everything that is kept, or `None` in a new database. All of it is of one moment, whatever other tabs write.
    ///
    /// # Errors
    /// Where the browser does not let us read.
    pub async fn load(self: &Rc<Self>) -> Result<Option<Replica>, Error> {
        match self.load_now().await {
            // A connection can break without a word (F19).
            Err(Error::Unavailable(_)) => {
                self.drop_connection();
                self.load_now().await
            }
            loaded => loaded,
        }
    }

    async fn load_now(self: &Rc<Self>) -> Result<Option<Replica>, Error> {
        if self.is_in_memory() {
            return Ok(None);
        }
        let database = self.database().await?;
        let transaction = database.transaction([META, ENTITY, JOURNAL, FROZEN]).build()?;
        let Some(mut replica) = first(&transaction).await? else { return Ok(None) };
        let slices = rest(&transaction).await?;
        replica.fill(left_out(slices, &replica).await);
        Ok(Some(replica))
    }

    /// What the first screen needs: the journal, people and teams, and the newest tickets. It lacks rows, and says so.
    ///
    /// # Errors
    /// Where the browser does not let us read.
    pub async fn load_first(self: &Rc<Self>) -> Result<Option<Replica>, Error> {
        if self.is_in_memory() {
            return Ok(None);
        }
        let database = self.database().await?;
        let transaction = database.transaction([META, ENTITY, JOURNAL, FROZEN]).build()?;
        Ok(first(&transaction).await?.map(Replica::lacking_rows))
    }

    /// What a customer may see, or `None` where nothing is handed over. No row is read, and of the journal only what
    /// was written since.
    ///
    /// # Errors
    /// Where the browser does not let us read.
    pub async fn load_handout(self: &Rc<Self>) -> Result<Option<Replica>, Error> {
        if self.is_in_memory() {
            return Ok(None);
        }
        let database = self.database().await?;
        let transaction = database.transaction([META, JOURNAL]).build()?;
        let meta = transaction.object_store(META)?;
        let head = meta.get::<JsValue, _, _>(HEAD).primitive()?;
        let handout = meta.get::<JsValue, _, _>(HANDED).primitive()?.await?;
        let Some(handout) = handout.as_ref().and_then(decode::<Handout>) else { return Ok(None) };
        let journal = transaction.object_store(JOURNAL)?;
        let since = KeyRange::LowerBound(key_number(handout.seq), true);
        let keys = journal.get_all_keys::<JsValue>().with_query::<JsValue, _>(since.clone());
        let values = journal.get_all::<JsValue>().with_query::<JsValue, _>(since);
        let (keys, values) = (keys.primitive()?, values.primitive()?);
        let Some(head) = head.await?.as_ref().and_then(decode::<Head>) else { return Ok(None) };
        let records = paired(keys.await?, values.await?)?;
        let entry = |(key, value): &(JsValue, JsValue)| Some((number(key)?, decode(value)?));
        Ok(Some(handout.opened(head, records.iter().filter_map(entry).collect())))
    }

    /// The confirmed rows that [`Store::load_first`] left out.
    ///
    /// # Errors
    /// [`Error::Stale`] where another tab wrote since: rows of two moments are no view. Else where the browser does
    /// not let us read.
    pub async fn load_rest(
        self: &Rc<Self>,
        first: &Replica,
    ) -> Result<Vec<(Key, Confirmed)>, Error> {
        let database = self.database().await?;
        let transaction = database.transaction([META, ENTITY]).build()?;
        let head = transaction.object_store(META)?.get::<JsValue, _, _>(HEAD).primitive()?.await?;
        if head.as_ref().and_then(decode::<Head>).as_ref() != Some(first.head()) {
            return Err(Error::Stale);
        }
        let slices = rest(&transaction).await?;
        Ok(left_out(slices, first).await)
    }
}

async fn first(transaction: &Transaction<'_>) -> Result<Option<Replica>, Error> {
    // Asked for at once, awaited one after the other: the browser does not wait for us in between.
    let head = transaction.object_store(META)?.get::<JsValue, _, _>(HEAD).primitive()?;
    let journal = records(transaction, JOURNAL)?;
    let frozen = records(transaction, FROZEN)?;
    let entity = transaction.object_store(ENTITY)?;
    let people = range(&entity, of_kind(Kind::User))?;
    let teams = range(&entity, of_kind(Kind::Team))?;
    let newest = newest_tickets(&entity).await?;
    let tickets = range(&entity, newest)?;

    let Some(head) = head.await?.as_ref().and_then(decode::<Head>) else { return Ok(None) };
    let mut entries = BTreeMap::new();
    for (seq, value) in journal.await? {
        let Some(seq) = number(&seq) else { continue };
        if let Some(entry) = decode::<Entry>(&value) {
            entries.insert(seq, entry);
        }
    }
    let mut kept = Rows::new();
    for (key, value) in frozen.await? {
        let (Some(key), Some(body)) = (parsed(&key), text(&value)) else { continue };
        if let Ok(row) = Row::from_json(key.kind, &body) {
            kept.insert(key, Arc::new(row));
        }
    }
    let mut confirmed = BTreeMap::new();
    for found in [people.await?, teams.await?, tickets.await?] {
        confirmed.extend(found.iter().filter_map(|record| row(record, |_| true)));
    }
    Ok(Some(Replica::restore(head, confirmed, kept, entries)))
}

/// Every confirmed row as it lies there, slice by slice. They are only fetched here: while this transaction is open, no
/// tab can save.
async fn rest(transaction: &Transaction<'_>) -> Result<Vec<Records>, Error> {
    let entity = transaction.object_store(ENTITY)?;
    let mut slices = Vec::new();
    let mut from = KeyRange::LowerBound(String::new(), true);
    loop {
        let found = slice(&entity, from)?.await?;
        let last = found.last().and_then(|(key, _)| key.as_string());
        let whole = found.len() as u32 >= SLICE;
        slices.push(found);
        match last.filter(|_| whole) {
            Some(last) => from = KeyRange::LowerBound(last, true),
            None => return Ok(slices),
        }
    }
}

/// The rows among these that are not in `first`, read a slice at a time; in between the screen answers the person.
async fn left_out(slices: Vec<Records>, first: &Replica) -> Vec<(Key, Confirmed)> {
    let missing = |key: Key| !first.confirmed().contains_key(&key);
    let mut rows = Vec::new();
    for slice in slices {
        rows.extend(slice.iter().filter_map(|record| row(record, missing)));
        // Browsers let a page that nobody sees wait a second or a minute here.
        if !document().hidden() {
            TimeoutFuture::new(0).await;
        }
    }
    rows
}

fn of_kind(kind: Kind) -> KeyRange<String> {
    // `;` is the character behind `:`.
    KeyRange::Bound(format!("{}:", kind.word()), false, format!("{};", kind.word()), true)
}

/// The range of the newest tickets: ids grow with time.
async fn newest_tickets(entity: &ObjectStore<'_>) -> Result<KeyRange<String>, Error> {
    let all = of_kind(Kind::Ticket);
    let cursor = entity
        .open_key_cursor()
        .with_query::<String, _>(all.clone())
        .with_direction(CursorDirection::Prev)
        .primitive()?
        .await?;
    let Some(mut cursor) = cursor else { return Ok(all) };
    let newest = cursor.primary_key::<String>()?;
    cursor.advance_by(TICKETS_FIRST - 1).await?;
    let end = format!("{};", Kind::Ticket.word());
    Ok(match cursor.primary_key::<String>() {
        // Where there are not so many, browsers leave the cursor where it stood, or nowhere.
        Ok(first) if first == newest => all,
        Ok(Some(first)) => KeyRange::Bound(first, false, end, true),
        _ => all,
    })
}

/// A confirmed row, if its key is wanted and this version can read it.
fn row(
    (key, value): &(JsValue, JsValue),
    wanted: impl Fn(Key) -> bool,
) -> Option<(Key, Confirmed)> {
    let key = parsed(key).filter(|key| wanted(*key))?;
    Some((key, stored(key, value)?))
}

fn parsed(key: &JsValue) -> Option<Key> {
    key.as_string()?.parse().ok()
}

/// Keys and values of one store. They are asked for at once, and awaited later.
fn records(
    transaction: &Transaction<'_>,
    name: &str,
) -> Result<impl Future<Output = Result<Records, Error>>, Error> {
    let store = transaction.object_store(name)?;
    let keys = store.get_all_keys::<JsValue>().primitive()?;
    let values = store.get_all::<JsValue>().primitive()?;
    Ok(async {
        let (keys, values) = futures::future::join(keys, values).await;
        paired(keys?, values?)
    })
}

fn range(
    store: &ObjectStore<'_>,
    range: KeyRange<String>,
) -> Result<impl Future<Output = Result<Records, Error>> + use<>, Error> {
    let keys =
        store.get_all_keys::<JsValue>().with_query::<String, _>(range.clone()).primitive()?;
    let values = store.get_all::<JsValue>().with_query::<String, _>(range).primitive()?;
    Ok(async {
        let (keys, values) = futures::future::join(keys, values).await;
        paired(keys?, values?)
    })
}

fn slice(
    store: &ObjectStore<'_>,
    range: KeyRange<String>,
) -> Result<impl Future<Output = Result<Records, Error>> + use<>, Error> {
    let keys = store.get_all_keys::<JsValue>().with_query::<String, _>(range.clone());
    let keys = keys.with_limit(SLICE).primitive()?;
    let values = store.get_all::<JsValue>().with_query::<String, _>(range);
    let values = values.with_limit(SLICE).primitive()?;
    Ok(async {
        let (keys, values) = futures::future::join(keys, values).await;
        paired(keys?, values?)
    })
}

fn paired(
    keys: impl Iterator<Item = indexed_db_futures::Result<JsValue>>,
    values: impl Iterator<Item = indexed_db_futures::Result<JsValue>>,
) -> Result<Records, Error> {
    keys.zip(values).map(|(key, value)| Ok((key?, value?))).collect()
}
