//! What this device knows and did: plan, persist, publish.
//!
//! Every change is planned by [`domain::replica`], written by [`crate::store`] in one transaction, and only
//! then shown. A tab that dies in between has either done nothing or saved it whole.

use std::{cell::Cell, rc::Rc, time::Duration};

use domain::{
    Command, Envelope, Id, Key, Lookup, Refusal, Timestamp, number,
    replica::{Entry, Plan, Replica, Waiting},
    rows::Noun,
    user::{SYSTEM, User},
    wire::{Cursor, Registered, Request, Response},
};
use futures::lock::Mutex;
use leptos::prelude::*;
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;

use crate::{
    clock, locale,
    pin::Handed,
    session::{self, Owner, SessionState},
    storage::StorageReport,
    store::{self, Store},
    sync::{self, Network},
    tabs,
};

/// This device and the person who works with it. A handle: copying it costs nothing.
#[derive(Clone, Copy)]
pub struct Device {
    /// What the screen shows; `None` while nobody's data is open.
    pub(crate) view: RwSignal<Option<Replica>>,
    pub(crate) owner: RwSignal<Option<Owner>>,
    pub(crate) session: RwSignal<SessionState>,
    pub(crate) network: RwSignal<Network>,
    pub(crate) handed: RwSignal<Option<Handed>>,
    pub(crate) has_pin: RwSignal<bool>,
    pub(crate) store: StoredValue<Option<Rc<Store>>, LocalStorage>,
    trouble: RwSignal<Option<StorageTrouble>>,
    storage: StorageReport,
    turn: StoredValue<Rc<Mutex<()>>, LocalStorage>,
    drafts: StoredValue<Drafts, LocalStorage>,
    draft_saved: RwSignal<Option<Timestamp>>,
    update_ready: RwSignal<bool>,
    /// Whether a new version took over while this page had a reason not to reload.
    taken_over: RwSignal<bool>,
    open_forms: RwSignal<u32>,
}

/// Why something that was meant to be saved is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The rules say no.
    Refused(Refusal),
    /// This device could not store it.
    Storage(store::Error),
    /// Nobody's data is open.
    NobodyHere,
}

/// What keeps this device from saving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageTrouble {
    /// The last attempt to save failed.
    NotSaving,
    /// A newer version of the app took the database over: open the page again.
    MovedOn,
}

/// While this lives, a form is being filled in: no update reloads the page.
pub struct FormOpen(RwSignal<u32>);

#[derive(Default)]
struct Drafts {
    /// What was typed and is not stored yet; `None` forgets the draft.
    unsaved: Vec<(String, Option<String>)>,
    timer: Option<TimeoutHandle>,
}

const DRAFT_MS: u64 = 400;
/// How often a plan is made again because another tab was faster.
const PLANS_MAX: u32 = 20;

thread_local! {
    static DEVICE: Cell<Option<Device>> = const { Cell::new(None) };
}

/// The device.
pub fn device() -> Device {
    DEVICE.get().expect("the outermost component starts the device before any page is drawn")
}

impl Device {
    /// Opens what is kept here and starts to sync. Called once, by the outermost component.
    pub(crate) fn start() -> Self {
        let device = Self {
            view: RwSignal::new(None),
            owner: RwSignal::new(None),
            session: RwSignal::new(SessionState::Unknown),
            network: RwSignal::new(Network::default()),
            handed: RwSignal::new(Handed::marked()),
            has_pin: RwSignal::new(false),
            store: StoredValue::new_local(None),
            trouble: RwSignal::new(None),
            storage: StorageReport::start(),
            turn: StoredValue::new_local(Rc::default()),
            drafts: StoredValue::new_local(Drafts::default()),
            draft_saved: RwSignal::new(None),
            update_ready: RwSignal::new(false),
            taken_over: RwSignal::new(false),
            open_forms: RwSignal::new(0),
        };
        DEVICE.set(Some(device));
        device.watch_updates();
        device.watch_drafts();
        tabs::listen(device);
        spawn_local(async move {
            device.open_last().await;
            sync::start(device);
        });
        device
    }

    // ---- Reading (all tracked)

    /// The person who works here.
    pub fn me(self) -> User {
        let owner = self.owner.get();
        let Some(owner) = owner else { return nobody() };
        self.view
            .with(|view| view.as_ref().and_then(|view| view.find(owner.user.id)))
            .unwrap_or(owner.user)
    }

    /// The time as the server would say. Not tracked; [`Device::minute`] is.
    pub fn now(self) -> Timestamp {
        clock::now()
    }

    /// The same, tracked: what reads it runs again a few times a minute.
    pub fn minute(self) -> Timestamp {
        clock::minute()
    }

    /// A new id.
    pub fn new_id<T>(self) -> Id<T> {
        Id::new(Uuid::now_v7())
    }

    /// The noun with this id, as it is shown: confirmed, with unsent work on top.
    pub fn find<T: Noun>(self, id: Id<T>) -> Option<T> {
        self.view.with(|view| view.as_ref().and_then(|view| view.find(id)))
    }

    /// Every noun of a kind that this device holds, in the order of their ids.
    pub fn all<T: Noun>(self) -> Vec<T> {
        self.view.with(|view| view.as_ref().map(Replica::all).unwrap_or_default())
    }

    /// A person's name.
    pub fn name(self, id: Id<User>) -> String {
        if id == SYSTEM {
            return locale::text().frame.system.into();
        }
        let known = self.find(id).map(|user| user.name);
        let me =
            || self.owner.get().filter(|owner| owner.user.id == id).map(|owner| owner.user.name);
        known.or_else(me).unwrap_or_else(|| locale::text().frame.unknown_person.into())
    }

    /// Whether the person could do this now.
    ///
    /// # Errors
    /// The refusal a button shows.
    pub fn would(self, command: &Command) -> Result<(), Refusal> {
        self.view.with(|view| match view {
            Some(view) => view.would(clock::now(), command),
            None => Err(Refusal::NotActive),
        })
    }

    /// How much unsent work there is.
    pub fn waiting(self) -> Waiting {
        self.view.with(|view| view.as_ref().map(Replica::waiting).unwrap_or_default())
    }

    /// When the server was last heard.
    pub fn heard_at(self) -> Option<Timestamp> {
        self.view.with(|view| view.as_ref().and_then(|view| view.head().heard_at))
    }

    /// Every envelope of this device with its answer, newest first.
    pub fn entries(self) -> Vec<(u64, Entry)> {
        self.view.with(|view| {
            let journal = view.as_ref().map(Replica::journal);
            let entries = journal.into_iter().flatten().rev();
            entries.map(|(seq, entry)| (*seq, entry.clone())).collect()
        })
    }

    /// Why a waiting envelope no longer fits what is known here, if it does not.
    pub fn doubt(self, seq: u64) -> Option<Refusal> {
        self.view.with(|view| view.as_ref().and_then(|view| view.doubt(seq)))
    }

    /// Whether unsent work changes this row.
    pub fn is_pending(self, key: Key) -> bool {
        self.view.with(|view| view.as_ref().is_some_and(|view| !view.is_confirmed(key)))
    }

    /// The three characters that stand for this device in numbers it gives.
    pub fn code(self) -> String {
        let code = |view: &Replica| view.head().device_code.clone();
        self.view.with(|view| view.as_ref().map(code).unwrap_or_default())
    }

    /// The number the next ticket made here would bear until the server gives one.
    /// Use it up with [`Device::send_using`].
    pub fn provisional_number(self) -> String {
        number::provisional(&self.code(), self.numbers() + 1)
    }

    /// The next fault label of this device. Use it up with [`Device::send_using`].
    pub fn fault_label(self) -> String {
        number::fault_label(&self.code(), self.numbers() + 1)
    }

    fn numbers(self) -> u32 {
        self.view.with(|view| view.as_ref().map(|view| view.head().numbers).unwrap_or_default())
    }

    /// What keeps this device from saving, if something does.
    pub fn storage_trouble(self) -> Option<StorageTrouble> {
        self.trouble.get()
    }

    /// What the browser says about storage and installing.
    pub fn storage_report(self) -> StorageReport {
        self.storage
    }

    /// Asks the browser never to clear the data by itself.
    pub fn request_persist(self) {
        self.storage.request_persist();
    }

    /// Shows the browser's own question whether to install the app.
    pub fn install(self) {
        self.storage.install();
    }

    // ---- Doing

    /// Does something. When this returns `Ok`, it is saved on this device.
    ///
    /// # Errors
    /// Why it is not.
    pub async fn send(self, command: Command) -> Result<(), Trouble> {
        self.send_using(command, 0).await
    }

    /// The same, for a command that bears `numbers` of the numbers this device gives.
    ///
    /// # Errors
    /// Why it is not saved.
    pub async fn send_using(self, command: Command, numbers: u32) -> Result<(), Trouble> {
        let by = self.owner.get_untracked().ok_or(Trouble::NobodyHere)?.user.id;
        // Sealed once: a plan that is made again is still the same deed.
        let (mid, at) = (Uuid::now_v7(), clock::device());
        let envelope = Envelope { mid, by, at, doubtful: false, command };
        let plan = |view: &Replica| {
            // After a commit of unknown fate the reloaded journal may hold it already.
            if view.has_written(envelope.mid) {
                return Ok(None);
            }
            view.send(envelope.clone(), numbers).map(Some).map_err(Trouble::Refused)
        };
        self.carry_out(plan).await?;
        sync::nudge(sync::Wake::Journal);
        // Now there is work worth protecting from a browser that tidies up.
        self.storage.protect();
        Ok(())
    }

    /// Notes that the person has read an answer.
    pub fn mark_read(self, seq: u64) {
        spawn_local(async move {
            // Where it could not be noted, the answer stays on the list: nothing is lost.
            let _noted = self.carry_out(|view| Ok(Some(view.read(seq)))).await;
        });
    }

    /// What to ask the server, from this number of the chain or from where it has heard.
    pub(crate) fn request(self, from: Option<u64>) -> Option<Request> {
        let build = session::build();
        self.view.with_untracked(|view| {
            let view = view.as_ref()?;
            Some(match from {
                Some(from) => view.request_from(from, build, clock::device()),
                None => view.request(build, clock::device()),
            })
        })
    }

    /// Takes over what the server said.
    ///
    /// # Errors
    /// Where this device could not store it.
    pub(crate) async fn merge(self, asked: Cursor, response: Response) -> Result<(), Trouble> {
        let heard = clock::device();
        self.carry_out(|view| Ok(view.merge(&asked, response.clone(), heard))).await
    }

    /// Goes on as a new replica after a fork.
    ///
    /// # Errors
    /// Where this device could not store it.
    pub(crate) async fn rechain(self, registered: Registered) -> Result<(), Trouble> {
        self.carry_out(|view| Ok(Some(view.rechain(registered.clone())))).await
    }

    /// Plan, persist, publish. One plan at a time; a plan another tab made stale is made again.
    async fn carry_out(
        self,
        plan: impl Fn(&Replica) -> Result<Option<Plan>, Trouble>,
    ) -> Result<(), Trouble> {
        let turn = self.turn.get_value();
        let _turn = turn.lock().await;
        for _ in 0..PLANS_MAX {
            let store = self.store.get_value().ok_or(Trouble::NobodyHere)?;
            let planned = self
                .view
                .with_untracked(|view| view.as_ref().ok_or(Trouble::NobodyHere).and_then(&plan))?;
            let Some(planned) = planned else { return Ok(()) };
            match store.write(&planned).await {
                Ok(()) => {
                    self.trouble.set(None);
                    self.view.update(|view| {
                        if let Some(view) = view {
                            view.commit(planned);
                        }
                    });
                    self.published();
                    return Ok(());
                }
                Err(store::Error::Stale) => self.reload().await?,
                Err(error) => return Err(self.cannot_save(error)),
            }
        }
        Err(Trouble::Storage(store::Error::Stale))
    }

    /// Reads everything again, because another tab wrote.
    pub(crate) async fn catch_up(self) {
        let turn = self.turn.get_value();
        let _turn = turn.lock().await;
        // Where it cannot be read now, the next write notices.
        let _read = self.reload().await;
    }

    async fn reload(self) -> Result<(), Trouble> {
        let store = self.store.get_value().ok_or(Trouble::NobodyHere)?;
        let replica = store.load().await.map_err(|error| self.cannot_save(error))?;
        self.view.set(replica);
        Ok(())
    }

    fn published(self) {
        tabs::tell_changed();
        session::note_unsent(self);
    }

    fn cannot_save(self, error: store::Error) -> Trouble {
        self.trouble.set(Some(match error {
            store::Error::MovedOn => StorageTrouble::MovedOn,
            _ => StorageTrouble::NotSaving,
        }));
        Trouble::Storage(error)
    }

    pub(crate) fn moved_on(self) {
        self.trouble.set(Some(StorageTrouble::MovedOn));
    }

    /// The turn, for whoever opens or closes somebody's data.
    pub(crate) fn turn(self) -> Rc<Mutex<()>> {
        self.turn.get_value()
    }

    // ---- Drafts

    /// What was typed into a form before, as the page's own JSON.
    pub async fn draft(self, form: &str) -> Option<String> {
        let unsaved = self.drafts.with_value(|drafts| {
            let found = drafts.unsaved.iter().find(|(name, _)| name == form);
            found.map(|(_, json)| json.clone())
        });
        match unsaved {
            Some(json) => json,
            None => self.store.get_value()?.draft(form).await.ok().flatten(),
        }
    }

    /// Keeps what is typed into a form. Cheap enough for every keystroke.
    pub fn save_draft(self, form: &str, json: String) {
        self.note_draft(form, Some(json));
        let old = self.drafts.try_update_value(|drafts| drafts.timer.take()).flatten();
        if let Some(old) = old {
            old.clear();
        }
        let timer =
            set_timeout_with_handle(move || self.flush_drafts(), Duration::from_millis(DRAFT_MS));
        self.drafts.update_value(|drafts| drafts.timer = timer.ok());
    }

    /// Forgets a draft: it was sent, or thrown away by the person.
    pub fn drop_draft(self, form: &str) {
        self.note_draft(form, None);
        self.flush_drafts();
    }

    /// When a draft was last saved on this device (tracked).
    pub fn draft_saved_at(self) -> Option<Timestamp> {
        self.draft_saved.get()
    }

    fn note_draft(self, form: &str, json: Option<String>) {
        self.drafts.update_value(|drafts| {
            drafts.unsaved.retain(|(name, _)| name != form);
            drafts.unsaved.push((form.to_owned(), json));
        });
    }

    fn flush_drafts(self) {
        let unsaved = self.drafts.with_value(|drafts| drafts.unsaved.clone());
        let Some(store) = self.store.get_value() else { return };
        if unsaved.is_empty() {
            return;
        }
        spawn_local(async move {
            for (form, json) in unsaved {
                match store.keep_draft(&form, json.as_deref()).await {
                    Ok(()) => {
                        self.drafts.update_value(|drafts| {
                            drafts.unsaved.retain(|typed| *typed != (form.clone(), json.clone()));
                        });
                        if json.is_some() {
                            self.draft_saved.set(Some(clock::now()));
                        }
                    }
                    Err(error) => drop(self.cannot_save(error)),
                }
            }
        });
    }

    fn watch_drafts(self) {
        // The last moment a phone lets a page do something.
        let hidden = leptos::ev::Custom::<web_sys::Event>::new("visibilitychange");
        let _watch = window_event_listener(hidden, move |_| {
            if document().visibility_state() == web_sys::VisibilityState::Hidden {
                self.flush_drafts();
            }
        });
        let leaving = leptos::ev::Custom::<web_sys::Event>::new("pagehide");
        let _watch = window_event_listener(leaving, move |_| self.flush_drafts());
    }

    // ---- Updates of the app

    /// Whether a new version waits (tracked).
    pub fn update_ready(self) -> bool {
        self.update_ready.get()
    }

    /// Whether a form is being filled in somewhere on this page (tracked).
    pub fn form_is_open(self) -> bool {
        self.open_forms.get() > 0
    }

    /// Marks that a form is being filled in, for as long as the answer lives.
    pub fn keep_form_open(self) -> FormOpen {
        self.open_forms.update(|open| *open += 1);
        FormOpen(self.open_forms)
    }

    /// Lets the new version take over; the page reloads. Does nothing while a form is open.
    pub fn apply_update(self) {
        if self.open_forms.get_untracked() > 0 {
            return;
        }
        self.flush_drafts();
        if self.taken_over.get_untracked() {
            // The browser reloads or closes the page; there is nothing to do about a no.
            let _asked = window().location().reload();
            return;
        }
        let update = js_sys::Reflect::get(&window(), &"doorstepUpdate".into()).ok();
        if let Some(update) = update.and_then(|it| wasm_bindgen::JsCast::dyn_into(it).ok()) {
            let update: js_sys::Function = update;
            // The page reloads when the new version has taken over.
            let _asked = update.call0(&window());
        }
    }

    fn watch_updates(self) {
        let root = document().document_element();
        let already = root.and_then(|root| root.get_attribute("data-update"));
        self.update_ready.set(already.as_deref() == Some("ready"));
        let ready = leptos::ev::Custom::<web_sys::Event>::new("doorstep:update");
        let _watch = window_event_listener(ready, move |_| self.update_ready.set(true));
        let reload = leptos::ev::Custom::<web_sys::Event>::new("doorstep:reload");
        let _watch = window_event_listener(reload, move |event| {
            // Another tab asked for the update; this one reloads when its form is done.
            if self.open_forms.get_untracked() > 0 || self.handed.get_untracked().is_some() {
                event.prevent_default();
                self.taken_over.set(true);
                self.update_ready.set(true);
            }
        });
    }
}

impl Drop for FormOpen {
    fn drop(&mut self) {
        // The page may be gone with its signals already.
        let _closed = self.0.try_update(|open| *open = open.saturating_sub(1));
    }
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        Self::Storage(error)
    }
}

/// Stands in where nobody is signed in.
fn nobody() -> User {
    User {
        id: SYSTEM,
        name: String::new(),
        roles: Vec::new(),
        team: None,
        phone: String::new(),
        skills: Vec::new(),
        regions: Vec::new(),
        active: false,
    }
}
