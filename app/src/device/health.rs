//! What keeps this device's memory well: opening it, room in reserve, and naming what was lost.

use std::{cell::Cell, collections::BTreeMap, rc::Rc, sync::Arc, time::Duration};

use domain::{
    Row, Rows, Timestamp, json,
    replica::{Arrived, Head, Plan, Replica},
};
use futures::{
    channel::oneshot,
    future::{join, select},
};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::spawn_local;

use super::{
    Device, PLANS_MAX, Trouble,
    twice::{envelopes, forms_of_lost, opening},
};
use crate::{
    clock,
    marker::{self, Found, Marker},
    second::{self, Second},
    session::Owner,
    storage,
    store::{self, Store},
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
/// How long reading the rest waits for the first screen to be painted.
const PAINT_MS: u32 = 400;

thread_local! {
    static MARKING: Cell<bool> = const { Cell::new(false) };
    static BALLAST_ASKED: Cell<bool> = const { Cell::new(false) };
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
        let opening = opening().await;
        match (lost, marker) {
            (Some(cause), Some(marker)) => self.recover(&name, cause, &marker, replica).await,
            _ => {
                let found = replica.is_some();
                self.view.set(replica);
                spawn_local(async move {
                    let read = async {
                        self.read_second(&name).await;
                        drop(opening);
                    };
                    join(read, self.read_rest()).await;
                    self.compare_second().await;
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
        self.recall_taken_away(&store).await;
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
        let first = self.view.with_untracked(|view| view.clone().filter(|view| !view.is_whole()));
        let (Some(store), Some(first)) = (self.store.get_value(), first) else { return };
        let Ok(rest) = store.load_rest(&first).await else {
            // Another tab wrote meanwhile, or it could not be read. Where it still cannot, the next that is done reads.
            let _read = self.see_whole().await;
            return;
        };
        let more = !rest.is_empty();
        self.view.update_untracked(|view| {
            if let Some(view) = view {
                view.fill(rest);
            }
        });
        if more {
            self.view.notify();
        }
    }

    /// A rule must see every row: what lies in storage and is not read yet is read now. Whoever calls this has the turn.
    pub(super) async fn see_whole(self) -> Result<(), Trouble> {
        let lacks = |view: &Option<Replica>| view.as_ref().is_some_and(|view| !view.is_whole());
        if self.view.with_untracked(lacks) { self.reload().await } else { Ok(()) }
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
                let plan = replica.adopt(envelopes(&read.sealed));
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
        // The forms that are on the screen now need not wait for it.
        spawn_local(self.fold_second());
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
            let Some(mut plan) = replica.adopt(envelopes(&read.sealed)) else {
                return Ok((replica, 0));
            };
            let forms = forms_of_lost(&read.sealed, &replica);
            let recovered = plan.entries.len();
            if replica.confirmed().is_empty() {
                plan.puts.extend(oneself(marker));
            }
            // With the room in reserve: on a full disk it is for this as well.
            match self.keep_once(&store, &plan, &forms, || {}).await {
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

    pub(super) fn name_loss(self, loss: Loss) {
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

    pub(super) async fn keep_once(
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
    pub(super) async fn free_ballast(self) -> bool {
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

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        Self::Storage(error)
    }
}
