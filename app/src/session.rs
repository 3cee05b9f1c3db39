//! Who works on this device: signing in, working on without a network, signing out.
//!
//! A session is only needed to talk to the server. An expired one stops sending, never working.

use std::sync::OnceLock;

use domain::{
    Lookup, json,
    replica::Replica,
    talk::Wake,
    user::User,
    wire::{Registered, Session},
};
use futures::future::LocalBoxFuture;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{self, Fault},
    device::Device,
    marker,
    pin::Pin,
    seal, second, storage,
    store::{self, Store},
    sync,
};

/// The shortest password the server takes.
pub const PASSWORD_CHARS_MIN: usize = 8;

/// The build of this app, for support: what the page it was started from says.
pub fn build() -> &'static str {
    static BUILD: OnceLock<String> = OnceLock::new();
    BUILD.get_or_init(|| {
        let root = document().document_element();
        root.and_then(|root| root.get_attribute("data-build")).unwrap_or_else(|| "dev".into())
    })
}

/// How this device stands with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Not asked yet: there was no network since the app was opened.
    Unknown,
    /// Nobody works here.
    SignedOut,
    SignedIn,
    /// Work goes on; sending waits for the person to sign in again.
    Expired,
}

/// Whose data is open, of which server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Owner {
    pub server: Uuid,
    pub user: User,
}

/// Work somebody else left on this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftBehind {
    pub name: String,
    pub unsent: usize,
}

/// What somebody gets in with.
#[derive(Clone, Debug)]
pub enum Credentials {
    Password {
        login: String,
        password: String,
    },
    /// A login card, the password its holder chose, and the PIN of an engineer's device.
    Card {
        code: String,
        password: String,
        pin: Option<String>,
    },
    /// An empty server's first administrator.
    First(api::First),
}

/// How this program lets somebody in whose credentials a form has collected. In the context of every form that does.
#[derive(Clone, Copy)]
pub struct LetIn(pub fn(Credentials) -> LocalBoxFuture<'static, Result<(), SignInTrouble>>);

/// Why somebody could not sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInTrouble {
    WrongPassword,
    /// Too many attempts: wait that long.
    TooMany {
        seconds: u32,
    },
    /// The server could not be reached.
    Unreachable,
    /// The network wants its own sign-in first (hotel, station).
    Portal,
    /// The server had another problem.
    Server,
    /// The server says no, with this code: a login card that is good for nothing, a wrong setup code.
    Refused(String),
    /// This device could not open its storage.
    Storage,
}

pub(crate) const LAST: &str = "doorstep.last";
const ENTERED: &str = "doorstep.entered";
/// How many times the data of somebody who was let in are tried to be opened, each with the patience of one exchange.
const OPEN_TRIES: usize = 3;
/// Signed out without a network: the server is told as soon as it can be.
const FAREWELL: &str = "doorstep.farewell";
/// In the database of somebody who signed out and left something there.
const LOCKED: &str = "locked";

impl Credentials {
    /// The session that the server gives for them.
    pub(crate) async fn present(&self) -> Result<Session, Fault> {
        let session = match self {
            Self::Password { login, password } => api::sign_in(login, password).await,
            Self::Card { code, password, .. } => api::enrol(code, password).await,
            Self::First(first) => api::set_up(first).await,
        }?;
        storage::forget(FAREWELL);
        Ok(session)
    }

    /// The PIN that was chosen along with them.
    pub(crate) fn pin(&self) -> Option<&str> {
        match self {
            Self::Card { pin, .. } => pin.as_deref(),
            Self::Password { .. } | Self::First(_) => None,
        }
    }
}

/// Somebody who got a session at the door, and whose data no program has opened yet.
#[derive(Serialize, Deserialize)]
pub(crate) struct Entered {
    session: Session,
    pin: Option<Pin>,
}

impl Entered {
    /// Leaves them to the program that follows.
    pub(crate) fn leave(session: Session, pin: Option<&str>) {
        let entered = Self { session, pin: pin.map(Pin::of) };
        storage::remember(ENTERED, &serde_json::to_string(&entered).unwrap_or_default());
    }

    fn waiting() -> Option<Self> {
        json::read(&storage::recall(ENTERED)?).ok()
    }

    fn forget() {
        storage::forget(ENTERED);
    }
}

/// The session that the browser still holds although the notes of this device are gone.
pub(crate) async fn standing() -> Option<Session> {
    match storage::recall(FAREWELL) {
        Some(_) => None,
        None => api::session().await.ok(),
    }
}

impl Device {
    /// How this device stands with the server (tracked).
    pub fn session_state(self) -> SessionState {
        self.session.get()
    }

    /// Unsent work of other people on this device.
    pub fn left_behind(self) -> Vec<LeftBehind> {
        let here = self.owner.get();
        let others = marker::all().into_iter().filter(|marker| {
            marker.unsent > 0
                && here.as_ref().is_none_or(|here| {
                    (here.server, here.user.id) != (marker.server, marker.user.id)
                })
        });
        others.map(|marker| LeftBehind { name: marker.user.name, unsent: marker.unsent }).collect()
    }

    /// Signs in, and opens the person's data on this device.
    ///
    /// # Errors
    /// Why it did not work.
    pub async fn let_in(self, with: &Credentials) -> Result<(), SignInTrouble> {
        let session = with.present().await?;
        self.enter(session).await?;
        if let Some(pin) = with.pin() {
            // Without it the PIN is asked for when the device is first given away.
            let _kept = self.set_pin(pin).await;
        }
        Ok(())
    }

    async fn enter(self, session: Session) -> Result<(), SignInTrouble> {
        let Session { user, server } = session;
        self.open(Owner { server, user }).await?;
        Entered::forget();
        self.session.set(SessionState::SignedIn);
        sync::nudge(Wake::Person);
        spawn_local(seal::learn());
        Ok(())
    }

    /// Opens the data of whoever came in at the door, if somebody did.
    async fn open_entered(self) -> bool {
        let Some(Entered { session, pin }) = Entered::waiting() else { return false };
        // The server has said yes: a gap in the network is no reason to ask for the password again.
        for _ in 0..OPEN_TRIES {
            match self.enter(session.clone()).await {
                Ok(()) => {
                    if let Some(pin) = pin {
                        // Without it the PIN is asked for when the device is first given away.
                        let _kept = self.keep_pin(&pin).await;
                    }
                    return true;
                }
                // The next start tries again.
                Err(SignInTrouble::Unreachable) => {}
                Err(_) => {
                    Entered::forget();
                    return false;
                }
            }
        }
        false
    }

    /// Signs in as the person whose data is open; anybody else is sent away.
    ///
    /// # Errors
    /// Why it did not work.
    pub(crate) async fn sign_in_again(
        self,
        login: &str,
        password: &str,
    ) -> Result<(), SignInTrouble> {
        let session = api::sign_in(login, password).await?;
        let here = self.owner.get_untracked();
        if here.is_some_and(|here| here.user.id != session.user.id) {
            // The browser holds one session, and now it is the wrong one.
            let _ended = api::sign_out().await;
            self.session.set(SessionState::Expired);
            return Err(SignInTrouble::WrongPassword);
        }
        self.session.set(SessionState::SignedIn);
        sync::nudge(Wake::Person);
        Ok(())
    }

    /// Signs out. Unsent work stays on this device, locked away until its person signs in again; without
    /// any, and unless `keep`, the data is removed.
    pub async fn sign_out(self, keep: bool) {
        self.second_read().await;
        let turn = self.turn();
        let _turn = turn.lock().await;
        // What could not be taken back is unsent work too.
        let left = self.make_whole().await.is_err();
        self.mark_now();
        self.store_drafts().await;
        let unsent = self
            .view
            .with_untracked(|view| view.as_ref().is_some_and(|view| view.waiting().unanswered > 0));
        let (store, owner) = (self.store.get_value(), self.owner.get_untracked());
        // A photo that is not at the server is unsent work too.
        let unsent = unsent || left || keep || !self.clear_photos().await;
        self.lock_database(true).await;
        storage::forget(LAST);
        storage::remember(FAREWELL, "1");
        self.close();
        if let (Some(store), Some(owner)) = (store, owner)
            && !unsent
            // Refused where another tab added work in this very moment; then it stays.
            && let Ok(answered) = store.clear().await
        {
            marker::forget(owner.server, owner.user.id);
            // What lies there still would look like a loss at the next sign-in.
            let _gone = second::forget(store.database_name(), &answered).await;
        }
        self.say_farewell().await;
    }

    /// Opens the data of who worked here last, without asking anybody.
    pub(crate) async fn open_last(self) {
        if self.open_entered().await {
            return;
        }
        let owner = match last() {
            Some(owner) => Some(owner),
            // A browser that dies soon after the sign-in forgets the small notes; the database it does not.
            None if storage::recall(FAREWELL).is_none() => self.owner_by_database().await,
            None => None,
        };
        if let Some(owner) = owner {
            match self.open_local(&owner).await {
                Ok(true) => {
                    self.owner.set(Some(owner));
                    self.mark_now();
                    return;
                }
                // The browser cleared the data: start again from the server.
                Ok(false) | Err(_) => self.owner.set(None),
            }
        }
        if storage::recall(FAREWELL).is_some() {
            self.say_farewell().await;
            self.session.set(SessionState::SignedOut);
            return;
        }
        let opened = match standing().await {
            Some(Session { user, server }) => self.open(Owner { server, user }).await.is_ok(),
            None => false,
        };
        let state = if opened { SessionState::SignedIn } else { SessionState::SignedOut };
        self.session.set(state);
    }

    /// Whose database lies here, if the database itself says so and its person did not sign out.
    async fn owner_by_database(self) -> Option<Owner> {
        for name in storage::databases().await.unwrap_or_default() {
            let Some(server) = store::server_of(&name) else { continue };
            let Ok(store) = Store::open_named(name, |_| {}).await else { continue };
            let locked = store.small::<bool>(LOCKED).await;
            let found = store.load_first().await;
            let (Ok(None | Some(false)), Ok(Some(view))) = (locked, found) else { continue };
            if let Some(user) = view.find::<User>(view.head().user) {
                let owner = Owner { server, user };
                storage::remember(LAST, &serde_json::to_string(&owner).unwrap_or_default());
                return Some(owner);
            }
        }
        None
    }

    /// The account was closed: lock the app, keep what is unsent.
    pub(crate) async fn lock(self) {
        let turn = self.turn();
        let _turn = turn.lock().await;
        self.mark_now();
        self.store_drafts().await;
        self.lock_database(true).await;
        storage::forget(LAST);
        self.close();
    }

    /// Notes in the database itself whether its person has signed out.
    async fn lock_database(self, locked: bool) {
        if let Some(store) = self.store.get_value() {
            // The note beside the database says the same.
            let _noted = store.keep_small(LOCKED, locked.then_some(&true)).await;
        }
    }

    /// Whether another tab signed somebody else in, or this person out.
    pub(crate) fn is_somebody_else(self) -> bool {
        let (here, now) = (self.owner.get_untracked(), last());
        let id = |owner: &Owner| (owner.server, owner.user.id);
        here.as_ref().map(id) != now.as_ref().map(id)
    }

    fn close(self) {
        self.store.set_value(None);
        self.close_second();
        self.forget_drafts();
        self.view.set(None);
        self.owner.set(None);
        self.has_pin.set(false);
        self.session.set(SessionState::SignedOut);
    }

    async fn say_farewell(self) {
        if api::sign_out().await.is_ok() {
            storage::forget(FAREWELL);
        }
    }

    /// Opens somebody's data; a person new on this device is registered first.
    async fn open(self, owner: Owner) -> Result<(), SignInTrouble> {
        let same = |here: &Owner| here.server == owner.server && here.user.id == owner.user.id;
        let open_already = self.owner.get_untracked().as_ref().is_some_and(same)
            && self.view.with_untracked(Option::is_some);
        let remembered = serde_json::to_string(&owner).unwrap_or_default();
        if open_already {
            self.owner.set(Some(owner));
            storage::remember(LAST, &remembered);
        } else {
            let turn = self.turn();
            let _turn = turn.lock().await;
            if !self.open_local(&owner).await? {
                self.register(&owner).await?;
            }
            self.owner.set(Some(owner));
            self.lock_database(false).await;
            storage::remember(LAST, &remembered);
        }
        self.mark_now();
        Ok(())
    }

    async fn register(self, owner: &Owner) -> Result<(), SignInTrouble> {
        let registered: Registered = api::register().await?;
        let replica = Replica::new(owner.user.id, registered);
        let Some(store) = self.store.get_value() else { return Err(SignInTrouble::Storage) };
        match store.create(replica.head()).await {
            Ok(()) => self.view.set(Some(replica)),
            // Another tab registered at the same moment; its replica is ours too.
            Err(store::Error::Stale) => self.view.set(store.load().await?),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

fn last() -> Option<Owner> {
    json::read(&storage::recall(LAST)?).ok()
}

impl From<Fault> for SignInTrouble {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unreachable => Self::Unreachable,
            Fault::Portal => Self::Portal,
            Fault::Problem { status: 429, retry_after_seconds, .. } => {
                Self::TooMany { seconds: retry_after_seconds.unwrap_or(60) }
            }
            Fault::Problem { status: 401, .. } => Self::WrongPassword,
            Fault::Problem { status: 400..=499, code, .. } => Self::Refused(code),
            Fault::Problem { .. } | Fault::Unreadable => Self::Server,
        }
    }
}

impl From<store::Error> for SignInTrouble {
    fn from(_: store::Error) -> Self {
        Self::Storage
    }
}
