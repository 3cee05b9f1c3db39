//! What this device knows and did: plan, persist, publish.
//!
//! Every change is planned by [`domain::replica`], written by [`crate::store`] in one transaction, and only
//! then shown. A tab that dies in between has either done nothing or saved it whole.

mod arranged;
mod drafts;
mod health;
mod held;
mod twice;
mod update;

use std::{cell::Cell, collections::BTreeSet, rc::Rc};

use domain::{
    Command, Envelope, Id, Key, Kind, Lookup, Refusal, Timestamp, number,
    replica::{Entry, Plan, Replica, Waiting},
    rows::Noun,
    talk::{Talk, Turn, Wake},
    user::{SYSTEM, User},
    wire::{Registered, Request, Response},
};
use futures::lock::Mutex;
use leptos::prelude::*;
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;

use crate::{
    clock, locale, photos,
    pin::Handed,
    second::Second,
    session::{self, Owner, SessionState},
    storage::StorageReport,
    store::{self, Store},
    sync::{self, Network},
    tabs,
};

pub use arranged::{Arranged, Narrowed, SavedView, TakenAway};
pub use health::{Cause, Loss, StorageTrouble};
pub use held::Held;
pub use update::FormOpen;

/// This device and the person who works with it. A handle: copying it costs nothing.
#[derive(Clone, Copy)]
pub struct Device {
    /// What the screen shows; `None` while nobody's data is open.
    pub(crate) view: RwSignal<Option<Replica>>,
    /// Everybody this device knows, in the order of their ids. They seldom change, and names stand everywhere.
    people: Memo<Vec<Held<User>>>,
    pub(crate) owner: RwSignal<Option<Owner>>,
    pub(crate) session: RwSignal<SessionState>,
    pub(crate) network: RwSignal<Network>,
    pub(crate) handed: RwSignal<Option<Handed>>,
    pub(crate) has_pin: RwSignal<bool>,
    pub(crate) store: StoredValue<Option<Rc<Store>>, LocalStorage>,
    /// Unsent entries once more; `None` where the browser has no place for them.
    second: StoredValue<Option<Rc<Second>>, LocalStorage>,
    /// Whether the second journal works; `None` until it is known.
    twice: RwSignal<Option<bool>>,
    trouble: RwSignal<Option<StorageTrouble>>,
    loss: RwSignal<Option<Loss>>,
    storage: StorageReport,
    turn: StoredValue<Rc<Mutex<()>>, LocalStorage>,
    drafts: StoredValue<drafts::Drafts, LocalStorage>,
    draft_saved: RwSignal<Option<Timestamp>>,
    update_ready: RwSignal<bool>,
    /// Whether a new version took over while this page had a reason not to reload.
    taken_over: RwSignal<bool>,
    open_forms: RwSignal<u32>,
    /// What the person arranged here.
    arranged: RwSignal<Arranged>,
    /// The jobs that left this device while they were the person's.
    taken_away: RwSignal<Vec<TakenAway>>,
    /// Whether this document is a customer's: it holds what is handed out, and talks to nobody.
    pub(crate) handed_out: bool,
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

/// Makes a plan of what is known, or `None` where there is nothing to do any more.
type Planner<'a> = &'a dyn Fn(&Replica) -> Result<Option<Plan>, Trouble>;

/// How often a plan is made again because another tab was faster.
const PLANS_MAX: u32 = 20;

thread_local! {
    static DEVICE: Cell<Option<Device>> = const { Cell::new(None) };
    /// Whether somebody waits for the turn to read what another tab wrote.
    static CATCHING_UP: Cell<bool> = const { Cell::new(false) };
}

/// The device.
pub fn device() -> Device {
    DEVICE.get().expect("the outermost component starts the device before any page is drawn")
}

impl Device {
    /// Opens what is kept here and starts to sync. Called once, by the outermost component. A document that is
    /// `handed_out` to a customer opens the one sheet, and leaves everything else to the next document.
    pub(crate) fn start(handed_out: bool) -> Self {
        let view = RwSignal::new(None::<Replica>);
        let people = move || {
            let rows = view.with(|view| view.as_ref().map(|view| view.rows(Kind::User)));
            rows.unwrap_or_default().into_iter().filter_map(Held::of).collect()
        };
        let device = Self {
            view,
            people: Memo::new(move |_| people()),
            owner: RwSignal::new(None),
            session: RwSignal::new(SessionState::Unknown),
            network: RwSignal::new(Network::default()),
            handed: RwSignal::new(Handed::marked()),
            has_pin: RwSignal::new(false),
            store: StoredValue::new_local(None),
            second: StoredValue::new_local(None),
            twice: RwSignal::new(None),
            trouble: RwSignal::new(None),
            loss: RwSignal::new(None),
            storage: StorageReport::start(),
            turn: StoredValue::new_local(Rc::default()),
            drafts: StoredValue::new_local(drafts::Drafts::default()),
            draft_saved: RwSignal::new(None),
            update_ready: RwSignal::new(false),
            taken_over: RwSignal::new(false),
            open_forms: RwSignal::new(0),
            arranged: RwSignal::default(),
            taken_away: RwSignal::default(),
            handed_out,
        };
        DEVICE.set(Some(device));
        device.watch_updates();
        device.watch_drafts();
        device.watch_arranged();
        tabs::listen(device);
        photos::start(device);
        spawn_local(async move {
            device.open_last().await;
            if !handed_out {
                device.look_for_losses().await;
                sync::start(device);
            }
        });
        device
    }

    // ---- Reading (all tracked)

    /// The person who works here.
    pub fn me(self) -> User {
        let owner = self.owner.get();
        let Some(owner) = owner else { return nobody() };
        self.person(owner.user.id, User::clone).unwrap_or(owner.user)
    }

    /// What `told` says of a person this device knows. What reads it runs again only when people change.
    fn person<T>(self, id: Id<User>, told: impl Fn(&User) -> T) -> Option<T> {
        self.people.with(|people| {
            let place = people.binary_search_by_key(&id, |user| user.id).ok()?;
            people.get(place).map(|user| told(user))
        })
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

    /// The same without copying them, for lists of thousands.
    pub fn held<T: Noun>(self) -> Vec<Held<T>> {
        let rows = self.view.with(|view| view.as_ref().map(|view| view.rows(T::KIND)));
        rows.unwrap_or_default().into_iter().filter_map(Held::of).collect()
    }

    /// How many rows of the server's this device holds.
    pub fn rows_held(self) -> usize {
        self.view.with(|view| view.as_ref().map_or(0, |view| view.confirmed().len()))
    }

    /// A person's name.
    pub fn name(self, id: Id<User>) -> String {
        if id == SYSTEM {
            return locale::text().frame.system.into();
        }
        let known = self.person(id, |user| user.name.clone());
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

    /// The same for what one press does, each on what those before it make of the rows.
    ///
    /// # Errors
    /// The first refusal.
    pub fn would_all(self, commands: Vec<Command>) -> Result<(), Refusal> {
        self.view.with(|view| match view {
            Some(view) => view.would_all(clock::now(), commands),
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

    /// Whether anything was done here, as far as the journal goes back.
    pub fn has_entries(self) -> bool {
        self.view.with(|view| view.as_ref().is_some_and(|view| !view.journal().is_empty()))
    }

    /// What waits for the server's answer, newest first.
    pub fn unsent(self) -> Vec<(u64, Entry)> {
        self.view.with(|view| newest_first(view.iter().flat_map(Replica::unanswered)))
    }

    /// What was answered so that somebody must read it, newest first.
    pub fn unread(self) -> Vec<(u64, Entry)> {
        self.view.with(|view| newest_first(view.iter().flat_map(Replica::unread)))
    }

    /// The ids of what waits for the server's answer.
    pub fn unanswered(self) -> BTreeSet<Uuid> {
        self.unsent().into_iter().map(|(_, entry)| entry.envelope.mid).collect()
    }

    /// Why a waiting envelope no longer fits what is known here, if it does not.
    pub fn doubt(self, seq: u64) -> Option<Refusal> {
        self.view.with(|view| {
            // Before the server was heard nothing is known that an entry could contradict.
            let view = view.as_ref().filter(|view| view.head().heard_at.is_some())?;
            view.doubt(seq)
        })
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
    /// Use it up with [`Device::send_of`].
    pub fn provisional_number(self) -> String {
        number::provisional(&self.code(), self.numbers() + 1)
    }

    /// The next fault label of this device. Use it up with [`Device::send_of`].
    pub fn fault_label(self) -> String {
        number::fault_label(&self.code(), self.numbers() + 1)
    }

    fn numbers(self) -> u32 {
        self.view.with(|view| view.as_ref().map(|view| view.head().numbers).unwrap_or_default())
    }

    /// What the browser says about storage and installing.
    pub fn storage_report(self) -> StorageReport {
        self.storage
    }

    /// Asks the browser never to clear the data by itself.
    pub fn request_persist(self) {
        self.storage.request_persist(|| {});
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
        self.send_of(vec![command], 0, None).await
    }

    /// The same, for what one press does: all of it is saved, or nothing. The first of the `commands` bears `numbers` of
    /// the numbers this device gives. What was written in a `form` is no draft any more in the moment in which it is
    /// saved.
    ///
    /// # Errors
    /// Why it is not saved.
    pub async fn send_of(
        self,
        commands: Vec<Command>,
        numbers: u32,
        form: Option<&str>,
    ) -> Result<(), Trouble> {
        let sealed = commands.into_iter().map(|command| (Uuid::now_v7(), command));
        self.seal(sealed.collect(), numbers, form).await
    }

    /// The same, where the deeds have their ids already: what has been done under such an id is not done again.
    ///
    /// # Errors
    /// Why it is not saved.
    pub(crate) async fn seal(
        self,
        deeds: Vec<(Uuid, Command)>,
        numbers: u32,
        form: Option<&str>,
    ) -> Result<(), Trouble> {
        let by = self.owner.get_untracked().ok_or(Trouble::NobodyHere)?.user.id;
        // Sealed once: a plan that is made again is still the same deed.
        let at = clock::device();
        let seal = |(mid, command)| Envelope { mid, by, at, doubtful: false, command };
        let envelopes: Vec<Envelope> = deeds.into_iter().map(seal).collect();
        let plan = |view: &Replica| {
            // After a commit of unknown fate the reloaded journal may hold them already, or some of them where
            // another tab took back what it found in the second journal.
            let mut due = envelopes.clone();
            due.retain(|envelope| !view.has_written(envelope.mid));
            let Some(first) = due.first() else { return Ok(None) };
            let numbers = if first == &envelopes[0] { numbers } else { 0 };
            view.send_all(&due, numbers).map(Some).map_err(Trouble::Refused)
        };
        self.second_opened().await;
        let saving = self.carry_out(form.as_slice(), &plan);
        match form {
            Some(form) => self.saving_form(form, saving).await?,
            None => saving.await?,
        }
        sync::nudge(Wake::Journal);
        // Now there is work worth protecting from a browser that tidies up.
        self.storage.protect();
        Ok(())
    }

    /// Notes that the person has read an answer.
    pub fn mark_read(self, seq: u64) {
        spawn_local(async move {
            // Where it could not be noted, the answer stays on the list: nothing is lost.
            let _noted = self.carry_out(&[], &|view| Ok(Some(view.read(seq)))).await;
        });
    }

    /// What the talk with the server wants now; `None` while nobody's data is open.
    pub(crate) fn turn_of(self, talk: &Talk) -> Option<Turn> {
        let turn = |view: &Replica| talk.turn(view, session::build(), clock::device());
        self.view.with_untracked(|view| view.as_ref().map(turn))
    }

    /// Takes over what the server said to this request.
    ///
    /// # Errors
    /// Where this device could not store it.
    pub(crate) async fn merge(self, asked: &Request, response: Response) -> Result<(), Trouble> {
        let heard = clock::device();
        self.carry_out(&[], &|view| Ok(view.merge(asked, response.clone(), heard))).await
    }

    /// Goes on as a new replica after a fork.
    ///
    /// # Errors
    /// Where this device could not store it.
    pub(crate) async fn rechain(self, registered: Registered) -> Result<(), Trouble> {
        self.carry_out(&[], &|view| Ok(Some(view.rechain(registered.clone())))).await
    }

    /// Plan, persist, publish: one plan at a time, made on every row and on everything that was done here before. What
    /// was written in `forms` leaves the drafts with the same transaction.
    async fn carry_out(self, forms: &[&str], plan: Planner<'_>) -> Result<(), Trouble> {
        let turn = self.turn.get_value();
        let _turn = turn.lock().await;
        self.make_whole().await?;
        self.carry_out_now(forms, plan).await
    }

    /// The same for whoever has the turn. A plan another tab made stale is made again.
    async fn carry_out_now(self, forms: &[&str], plan: Planner<'_>) -> Result<(), Trouble> {
        for _ in 0..PLANS_MAX {
            let store = self.store.get_value().ok_or(Trouble::NobodyHere)?;
            let planned = self
                .view
                .with_untracked(|view| view.as_ref().ok_or(Trouble::NobodyHere).and_then(plan))?;
            let Some(planned) = planned else { return Ok(()) };
            self.note_taken_away(&store, &planned).await;
            match self.keep(&store, &planned, forms).await {
                Ok(()) => {
                    self.well(&store);
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
        // One that waits for its turn reads for all who called meanwhile.
        if CATCHING_UP.replace(true) {
            return;
        }
        let turn = self.turn.get_value();
        let _turn = turn.lock().await;
        CATCHING_UP.set(false);
        // Where it cannot be read now, the next write notices.
        let _read = self.reload().await;
    }

    async fn reload(self) -> Result<(), Trouble> {
        let store = self.store.get_value().ok_or(Trouble::NobodyHere)?;
        if store.is_in_memory() {
            // What this page holds is all there is.
            return Ok(());
        }
        let replica = if self.handed_out {
            // An empty one says that the sheet is not here.
            store.load_handout().await.map(|found| Some(found.unwrap_or_default()))
        } else {
            store.load().await
        };
        self.recall_taken_away(&store).await;
        self.view.set(replica.map_err(|error| self.cannot_save(error))?);
        Ok(())
    }

    fn published(self) {
        tabs::tell_changed();
        self.mark();
    }

    fn well(self, store: &Store) {
        let trouble = store.is_in_memory().then_some(StorageTrouble::InMemory);
        if self.trouble.get_untracked() != trouble {
            self.trouble.set(trouble);
        }
    }

    fn cannot_save(self, error: store::Error) -> Trouble {
        self.trouble.set(Some(match error {
            store::Error::MovedOn => StorageTrouble::MovedOn,
            _ => StorageTrouble::NotSaving,
        }));
        Trouble::Storage(error)
    }

    /// The turn, for whoever opens or closes somebody's data.
    pub(crate) fn turn(self) -> Rc<Mutex<()>> {
        self.turn.get_value()
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

fn newest_first<'a>(
    entries: impl DoubleEndedIterator<Item = (u64, &'a Entry)>,
) -> Vec<(u64, Entry)> {
    entries.rev().map(|(seq, entry)| (seq, entry.clone())).collect()
}
