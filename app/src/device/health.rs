//! What keeps this device's memory well: a second journal, room in reserve, and naming what was lost.

use std::{cell::Cell, collections::BTreeMap, rc::Rc, sync::Arc, time::Duration};

use domain::{
    Envelope, Row, Rows, Timestamp, json,
    replica::{Arrived, Entry, Head, Plan, Replica},
    talk::Wake,
};
use futures::{channel::oneshot, future::select, lock::Mutex};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::spawn_local;

use super::{Device, PLANS_MAX, Trouble};
use crate::{
    clock,
    marker::{self, Found, Marker},
    second::{self, Second},
    session::Owner,
    storage,
    store::{self, Store},
    sync,
};

/// What keeps this device from saving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageTrouble {
    /// The last attempt to save failed.
    NotSaving,
    /// A newer version of the app took the database over: open the page again.
    MovedOn,
    /// Other pages of an older version hold the database: close them.
    Blocked,
    /// The browser cannot open the database. Work goes on in memory, and in the second journal where it works.
    InMemory,
}

/// What this browser lost, until a person has taken note of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    pub cause: Cause,
    pub device_code: String,
    /// When the database was last known to be well.
    pub at: Timestamp,
    /// Unsent entries that came back from the second journal.
    pub recovered: usize,
    /// Unsent entries that did not.
    pub missing: usize,
    /// When these were made, as far as it is known.
    pub missing_at: Vec<Timestamp>,
}

/// How the data was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// The browser opened an empty database where there was a full one.
    Emptied,
    /// The browser opened an older state of it.
    Behind,
    /// The browser cleared everything this app had stored.
    Evicted,
    /// The browser cannot open it.
    Unopenable,
}

const LOSS: &str = "doorstep.loss";
const FREED: &str = "doorstep.ballast-freed";
/// After it was needed, the reserve is not built anew for so long.
const FREED_MS: i64 = 10 * 60_000;
/// The browser takes a moment to notice that room was given back.
const ROOM_MS: [u32; 3] = [60, 250, 800];
const MARK_MS: u64 = 200;
/// How long saving waits for the second journal to be opened.
const OPENING_MS: u32 = 2_000;
/// How long reading the rest waits for the first screen to be painted.
const PAINT_MS: u32 = 400;

thread_local! {
    static MARKING: Cell<bool> = const { Cell::new(false) };
    static BALLAST_ASKED: Cell<bool> = const { Cell::new(false) };
    /// Held while the second journal is being opened.
    static OPENING: Arc<Mutex<()>> = Arc::default();
}

impl Device {
    /// What keeps this device from saving, if something does (tracked).
    pub fn storage_trouble(self) -> Option<StorageTrouble> {
        self.trouble.get()
    }

    /// What this browser lost, if nobody has taken note of it yet (tracked).
    pub fn loss(self) -> Option<Loss> {
        self.loss.get()
    }

    /// A person has taken note.
    pub fn dismiss_loss(self) {
        storage::forget(LOSS);
        self.loss.set(None);
    }

    /// Whether unsent entries are kept twice (tracked); `None` until it is known.
    pub fn keeps_twice(self) -> Option<bool> {
        self.twice.get()
    }

    /// Throws this browser's damaged database away. What the second journal holds comes back.
    pub async fn reset_storage(self) {
        let turn = self.turn();
        let _turn = turn.lock().await;
        if let Some(store) = self.store.get_value() {
            store.destroy().await;
        }
        // The browser reloads or closes the page; there is nothing to do about a no.
        let _asked = window().location().reload();
    }

    // ---- Opening

    /// Opens a person's database, or what can be had instead; `false` where there is nothing.
    ///
    /// # Errors
    /// Where the browser does not let somebody new begin, or a newer app has taken over.
    pub(crate) async fn open_local(self, owner: &Owner) -> Result<bool, store::Error> {
        let marker = marker::find(owner.server, owner.user.id);
        let name = store::name(owner.server, owner.user.id);
        let opened = self.open_store(&name).await;
        if self.handed_out || self.handed.get_untracked().is_some() {
            return self.open_handout(&name, opened).await;
        }
        let opened = match opened {
            Ok(store) => store.load_first().await.map(|replica| (store, replica)),
            Err(error) => Err(error),
        };
        let (store, replica, lost) = match opened {
            Ok((store, replica)) => {
                let lost = match marker::compare(replica.as_ref(), marker.as_ref()) {
                    Found::New | Found::Well => None,
                    Found::Emptied => Some(Cause::Emptied),
                    Found::Behind => Some(Cause::Behind),
                };
                // What is left of it is read whole, before anything is added.
                let replica = if lost.is_some() { store.load().await? } else { replica };
                (store, replica, lost)
            }
            Err(store::Error::MovedOn) => return Err(store::Error::MovedOn),
            Err(error) if marker.is_none() => return Err(error),
            Err(_) => (Store::in_memory(name.clone()), None, Some(Cause::Unopenable)),
        };
        self.trouble.set(store.is_in_memory().then_some(StorageTrouble::InMemory));
        self.store.set_value(Some(store));
        self.close_second();
        self.note_sealed(&[]);
        match (lost, marker) {
            (Some(cause), Some(marker)) => self.recover(&name, cause, &marker, replica).await,
            _ => {
                let found = replica.is_some();
                let opening = OPENING.with(Arc::clone).lock_owned().await;
                self.view.set(replica);
                spawn_local(async move {
                    self.read_rest().await;
                    self.check_second(&name).await;
                    drop(opening);
                });
                return Ok(found);
            }
        }
        Ok(true)
    }

    /// Opens the database, and learns whether a customer holds the device before a row of it is read.
    async fn open_store(self, name: &str) -> Result<Rc<Store>, store::Error> {
        let on_change = move |change| match change {
            store::Change::MovedOn => self.trouble.set(Some(StorageTrouble::MovedOn)),
            store::Change::Blocked => self.trouble.set(Some(StorageTrouble::Blocked)),
        };
        let store = Store::open_named(name.to_owned(), on_change).await?;
        self.open_locks(&store).await;
        Ok(store)
    }

    /// Opens what a customer may see. Any other document opens nothing then: it is about to be left.
    async fn open_handout(
        self,
        name: &str,
        opened: Result<Rc<Store>, store::Error>,
    ) -> Result<bool, store::Error> {
        let store = match opened {
            Err(store::Error::MovedOn) => return Err(store::Error::MovedOn),
            // The sheet is not here then, and the engineer gets the device back to see what is wrong.
            opened => opened.unwrap_or_else(|_| Store::in_memory(name.to_owned())),
        };
        let handout = match self.handed_out {
            true => store.load_handout().await.ok().flatten(),
            false => None,
        };
        self.store.set_value(Some(store));
        self.close_second();
        if self.handed_out && self.handed.get_untracked().is_some() {
            let second = Second::open_unread(name, move |works| self.tell_twice(works)).await.ok();
            self.tell_twice(second.is_some());
            self.second.set_value(second);
            // Last: whatever is drawn with it finds the rest open.
            self.view.set(Some(handout.unwrap_or_default()));
        }
        Ok(true)
    }

    /// Reads what the first screen did not need. Until then nobody writes: a rule must see every row.
    async fn read_rest(self) {
        let turn = self.turn();
        let _turn = turn.lock().await;
        painted().await;
        let first = self.view.with_untracked(Clone::clone);
        let (Some(store), Some(first)) = (self.store.get_value(), first) else { return };
        match store.load_rest(&first).await {
            Ok(rest) if rest.is_empty() => {}
            Ok(rest) => self.view.update(|view| {
                if let Some(view) = view {
                    view.fill(rest);
                }
            }),
            // Another tab wrote meanwhile, or it could not be read. Half a view must not be worked on: read
            // again, whole, or say that it cannot be.
            Err(_) => drop(self.reload().await),
        }
    }

    /// Goes on after a loss: with what the second journal holds, and with what is left of the database.
    async fn recover(self, name: &str, cause: Cause, marker: &Marker, found: Option<Replica>) {
        let read = self.open_second(name).await;
        let mut cause = cause;
        let (replica, recovered) = match self.rebuild(marker, found.clone(), &read).await {
            Ok(rebuilt) => rebuilt,
            Err(_) => {
                cause = Cause::Unopenable;
                let store = Store::in_memory(name.to_owned());
                self.store.set_value(Some(store));
                self.trouble.set(Some(StorageTrouble::InMemory));
                let mut replica = found.unwrap_or_else(|| fresh(marker.fresh_head()));
                let plan = replica.adopt(envelopes(&read));
                let recovered = plan.as_ref().map_or(0, |plan| plan.entries.len());
                plan.into_iter().for_each(|plan| replica.commit(plan));
                (replica, recovered)
            }
        };
        let missing = marker.waiting.iter().filter(|(mid, _)| !replica.has_written(*mid));
        let missing_at: Vec<Timestamp> = missing.map(|(_, at)| *at).collect();
        let unnamed = marker.unsent.saturating_sub(marker.waiting.len() + recovered);
        self.name_loss(Loss {
            cause,
            device_code: marker.device_code.clone(),
            at: marker.at,
            recovered,
            missing: missing_at.len() + unnamed,
            missing_at,
        });
        self.view.set(Some(replica));
        self.fold_second().await;
    }

    async fn rebuild(
        self,
        marker: &Marker,
        found: Option<Replica>,
        read: &second::Read,
    ) -> Result<(Replica, usize), store::Error> {
        let store = self.store.get_value().ok_or(store::Error::Stale)?;
        let mut replica = match found {
            Some(replica) => replica,
            None => {
                let head = marker.fresh_head();
                match store.create(&head).await {
                    Ok(()) => fresh(head),
                    // Another tab was faster; what it made is ours too.
                    Err(store::Error::Stale) => store.load().await?.ok_or(store::Error::Stale)?,
                    Err(error) => return Err(error),
                }
            }
        };
        for _ in 0..PLANS_MAX {
            let Some(mut plan) = replica.adopt(envelopes(read)) else {
                return Ok((replica, 0));
            };
            let forms = forms_of_lost(read, &replica);
            let recovered = plan.entries.len();
            if replica.confirmed().is_empty() {
                plan.puts.extend(oneself(marker));
            }
            match store.write_of(&plan, &forms, || {}).await {
                Ok(()) => {
                    replica.commit(plan);
                    return Ok((replica, recovered));
                }
                Err(store::Error::Stale) => {
                    replica = store.load().await?.ok_or(store::Error::Stale)?;
                }
                Err(error) => return Err(error),
            }
        }
        Err(store::Error::Stale)
    }

    fn name_loss(self, loss: Loss) {
        storage::remember(LOSS, &serde_json::to_string(&loss).unwrap_or_default());
        self.loss.set(Some(loss));
    }

    /// Takes up a loss that was named before, or whose only trace is a cookie.
    pub(crate) async fn look_for_losses(self) {
        let named = storage::recall(LOSS).and_then(|text| json::read(&text).ok());
        if let Some(loss) = named {
            self.loss.set(Some(loss));
            return;
        }
        let traces = marker::traces();
        if traces.is_empty() {
            return;
        }
        // Somebody may have cleared the small notes alone.
        let Some(databases) = storage::databases().await else { return };
        for trace in traces {
            if !databases.iter().any(|name| name.ends_with(&trace.name_end)) {
                self.name_loss(Loss {
                    cause: Cause::Evicted,
                    device_code: trace.device_code,
                    at: trace.at,
                    recovered: 0,
                    missing: trace.unsent,
                    missing_at: Vec::new(),
                });
            }
        }
        marker::forget_traces();
    }

    // ---- Keeping

    /// Writes a plan into the database, and its new envelopes into the second journal at the same time. Only the
    /// first is waited for.
    ///
    /// # Errors
    /// [`store::Error::Stale`] when another tab was faster; anything else means that it is not saved.
    pub(super) async fn keep(
        self,
        store: &Rc<Store>,
        plan: &Plan,
        forms: &[&str],
    ) -> Result<(), store::Error> {
        let Some(second) = self.second.get_value() else {
            return self.keep_once(store, plan, forms, || {}).await;
        };
        let sealed = plan.entries.iter().filter(|(seq, _)| *seq > plan.expected.seq);
        let sealed = sealed.map(|(_, entry)| &entry.envelope);
        // What was found in the second journal lies there until it is answered, whatever comes of this.
        let sealed = sealed.filter(|envelope| !second.has_found(envelope.mid));
        let sealed: Vec<Envelope> = sealed.cloned().collect();
        if sealed.is_empty() {
            return self.keep_once(store, plan, forms, || {}).await;
        }
        // Nobody seals what was written in several forms at once.
        let form = forms.first().map(|form| (*form).to_owned());
        // The browser takes its time to accept an entry for its cache: the strict write goes before.
        let (tell, issued) = oneshot::channel::<()>();
        let (tell_kept, kept) = oneshot::channel();
        let (end, ended) = oneshot::channel::<()>();
        let cache = second.clone();
        spawn_local(async move {
            if issued.await.is_ok() {
                self.keep_twice(&second, &sealed, form.as_deref(), kept).await;
            }
            drop(end);
        });
        let tell = Cell::new(Some(tell));
        let issue = || {
            // Told once; who hears it lives as long as this.
            let _told = tell.take().map(|tell| tell.send(()));
        };
        let kept = self.keep_once(store, plan, forms, issue).await;
        drop(tell);
        let _told = tell_kept.send(kept.is_ok());
        if (kept.is_err() && cache.works()) || store.is_in_memory() {
            // Nobody is told "not saved" of what could come back, and beside a database that cannot be opened the
            // second journal is the only place. Otherwise it is for another day, and nobody waits for it; nor for a
            // cache that does not answer.
            let _ended = ended.await;
        }
        kept
    }

    /// Adds to the second journal what is on its way to the disk, and takes it back where it turns out not `kept` there.
    async fn keep_twice(
        self,
        second: &Second,
        sealed: &[Envelope],
        form: Option<&str>,
        kept: oneshot::Receiver<bool>,
    ) {
        let twice = second.add(sealed, form).await;
        if twice == Err(second::Trouble::Full) && self.free_ballast().await {
            // Once is enough for "saved"; twice is for the day the first is damaged.
            let _kept_twice = second.add(sealed, form).await;
        }
        if kept.await == Ok(false) {
            // Either the person is told that it is not saved, and it must not come back by itself; or another tab was
            // faster, and the plan is made again or refused.
            for envelope in sealed {
                let _withdrawn = second.withdraw(envelope.mid).await;
            }
        }
    }

    /// Whether the second journal was not compared with the database yet.
    pub(super) fn is_opening_second(self) -> bool {
        OPENING.with(|opening| opening.try_lock().is_none())
    }

    /// Waits until the second journal was compared with the database, however long that takes.
    pub(super) async fn second_compared(self) {
        let _compared = OPENING.with(Arc::clone).lock_owned().await;
    }

    /// Waits until the second journal is open: the first tap of a start can be faster.
    pub(super) async fn second_opened(self) {
        let opening = OPENING.with(Arc::clone).lock_owned();
        let _opened = select(opening, TimeoutFuture::new(OPENING_MS)).await;
    }

    async fn keep_once(
        self,
        store: &Rc<Store>,
        plan: &Plan,
        forms: &[&str],
        issued: impl Fn(),
    ) -> Result<(), store::Error> {
        let mut kept = store.write_of(plan, forms, &issued).await;
        if kept != Err(store::Error::Full) {
            return kept;
        }
        // The reserve is for this, and photos give way before text does.
        let (reserve, photos) = (self.free_ballast().await, self.make_room().await);
        if !reserve && !photos {
            return kept;
        }
        for pause in ROOM_MS {
            TimeoutFuture::new(pause).await;
            kept = store.write_of(plan, forms, &issued).await;
            if kept != Err(store::Error::Full) {
                break;
            }
        }
        kept
    }

    /// Gives up the room kept in reserve.
    async fn free_ballast(self) -> bool {
        storage::remember(FREED, &clock::device().0.to_string());
        second::ballast(0).await.is_ok()
    }

    /// Builds the reserve, once in the life of a page, when there is nothing else to do.
    pub(crate) fn keep_ballast(self) {
        let freed = storage::recall(FREED).and_then(|text| text.parse::<i64>().ok());
        let now = clock::device().0;
        if freed.is_some_and(|freed| now - freed < FREED_MS) || BALLAST_ASKED.replace(true) {
            return;
        }
        spawn_local(async move {
            // Without room there is no reserve.
            let _built = second::ballast(second::BALLAST).await;
        });
    }

    /// After something was published: remembers it beside the database, and shortens the second journal.
    pub(super) fn mark(self) {
        self.shorten_second();
        if !MARKING.replace(true) {
            set_timeout(move || self.mark_now(), Duration::from_millis(MARK_MS));
        }
    }

    pub(crate) fn mark_now(self) {
        MARKING.set(false);
        let Some(Owner { server, user }) = self.owner.get_untracked() else { return };
        let marker = self.view.with_untracked(|view| {
            let (view, now) = (view.as_ref()?, clock::device());
            if self.handed_out {
                return Some(marker::find(server, user.id)?.and(view, now));
            }
            Some(Marker::of(server, user, view, now))
        });
        if let Some(marker) = marker {
            marker::note(marker);
        }
    }

    // ---- The second journal

    /// Opens the second journal and reads what it holds; nothing where the browser has none.
    async fn open_second(self, name: &str) -> second::Read {
        let opened = Second::open(name, move |works| self.tell_twice(works)).await;
        let Ok((second, read)) = opened else {
            self.close_second();
            return second::Read::default();
        };
        self.second.set_value(Some(second));
        read
    }

    /// Opens the second journal of a database that is well, and compares the two.
    async fn check_second(self, name: &str) {
        let here = |device: Self| {
            device.store.get_value().is_some_and(|store| store.database_name() == name)
        };
        if !here(self) {
            return;
        }
        let read = self.open_second(name).await;
        if !here(self) {
            return;
        }
        // What was sealed and is not in the database is done now: the app died in that moment, or the browser
        // gave back an older state of the database that looks well.
        let forms = self.view.with_untracked(|view| {
            view.iter().flat_map(|view| forms_of_lost(&read, view)).collect::<Vec<_>>()
        });
        let adopted = Cell::new(0);
        let done = self.carry_out(&forms, |view| {
            let plan = view.adopt(envelopes(&read));
            adopted.set(plan.as_ref().map_or(0, |plan| plan.entries.len()));
            Ok(plan)
        });
        if done.await.is_err() {
            if let Some(second) = self.second.get_value() {
                second.leave_found();
            }
            return;
        }
        if adopted.get() > 0 {
            self.note_sealed(&forms);
            sync::nudge(Wake::Journal);
            self.name_loss(Loss {
                cause: Cause::Behind,
                device_code: self.view.with_untracked(|view| {
                    view.as_ref().map(|view| view.head().device_code.clone()).unwrap_or_default()
                }),
                at: clock::device(),
                recovered: adopted.get(),
                missing: 0,
                missing_at: Vec::new(),
            });
        }
        self.fold_second().await;
    }

    async fn fold_second(self) {
        let Some(second) = self.second.get_value() else { return };
        let waiting: Vec<Envelope> =
            self.view.with_untracked(|view| view.iter().flat_map(unanswered).cloned().collect());
        // A file that could not be written anew is only longer than it need be.
        let _folded = second.fold(&waiting).await;
    }

    fn shorten_second(self) {
        if self.handed_out {
            // What else waits is not known here.
            return;
        }
        let Some(second) = self.second.get_value() else { return };
        let stale = self.view.with_untracked(|view| second.stale(view.iter().flat_map(unanswered)));
        if let Some(left) = stale {
            spawn_local(async move {
                let _folded = second.fold(&left).await;
            });
        }
    }

    /// The second journal of whoever works here.
    pub(crate) fn second_journal(self) -> Option<Rc<Second>> {
        self.second.get_value()
    }

    pub(crate) fn close_second(self) {
        self.second.set_value(None);
        self.tell_twice(false);
    }

    fn tell_twice(self, works: bool) {
        self.twice.set(Some(works));
        if let Some(root) = document().document_element() {
            // An element of ours takes any attribute.
            let _set = root.set_attribute("data-journal", if works { "ready" } else { "off" });
        }
    }
}

/// Waits until what was published last is on the screen. A page nobody looks at is not painted, and not waited for.
async fn painted() {
    let (tell, told) = oneshot::channel::<()>();
    request_animation_frame(move || drop(tell));
    let _painted = select(told, TimeoutFuture::new(PAINT_MS)).await;
    // A frame is painted behind what asked for it.
    TimeoutFuture::new(0).await;
}

/// The row of the person, so that work can go on before the server is heard. Any revision of it is newer.
fn oneself(marker: &Marker) -> Option<Arrived> {
    let row = Row::from(marker.user.clone());
    Some(Arrived { key: row.key(), v: 0, body: row.to_json().ok()?, row: Arc::new(row) })
}

/// A replica that holds nothing but its head.
fn fresh(head: Head) -> Replica {
    Replica::restore(head, BTreeMap::new(), Rows::new(), BTreeMap::new())
}

/// What was found in the second journal.
fn envelopes(read: &second::Read) -> impl Iterator<Item = Envelope> {
    read.sealed.iter().map(|sealed| sealed.envelope.clone())
}

/// The forms of those that this replica does not hold: once it does, their words are no draft any more.
fn forms_of_lost<'a>(read: &'a second::Read, replica: &Replica) -> Vec<&'a str> {
    let lost = read.sealed.iter().filter(|sealed| !replica.has_written(sealed.envelope.mid));
    lost.filter_map(|sealed| sealed.form.as_deref()).collect()
}

/// What waits for a verdict, oldest first: also what a restored server forgot.
pub(crate) fn unanswered(view: &Replica) -> impl Iterator<Item = &Envelope> {
    let head = view.head();
    let heard = head.base + head.server_seq;
    let waits = move |(seq, entry): &(&u64, &Entry)| entry.outcome.is_none() || **seq > heard;
    view.journal().iter().filter(waits).map(|(_, entry)| &entry.envelope)
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        Self::Storage(error)
    }
}
