//! The device in the customer's hands: what locks it, and the PIN that gives it back.

use std::rc::Rc;

use domain::{
    Command, Id, Refusal, Timestamp, handout::Handout, json, ticket::Ticket, visit::Visit,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    clock,
    device::{Device, Trouble},
    session::SignInTrouble,
    storage,
    store::{HANDED, Store},
};

/// What the customer holds the device for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    pub ticket: Id<Ticket>,
    pub visit: Id<Visit>,
}

/// Why the device stays with the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinTrouble {
    /// The PIN is wrong; so many tries are left before a pause.
    Wrong { left: u32 },
    /// Too many wrong tries: wait, or sign in with the password.
    Locked { until: Timestamp },
}

/// The PIN as it is kept: never the digits.
#[derive(Serialize, Deserialize)]
pub(crate) struct Pin {
    salt: Uuid,
    hash: String,
    rounds: u32,
    #[serde(default)]
    wrong: u32,
    #[serde(default)]
    locked_until: Option<Timestamp>,
}

impl Pin {
    pub(crate) fn of(digits: &str) -> Self {
        let salt = Uuid::now_v7();
        let hash = hash(digits, salt, ROUNDS);
        Self { salt, hash, rounds: ROUNDS, wrong: 0, locked_until: None }
    }
}

pub(crate) const MARK: &str = "doorstep.handed";
const PIN: &str = "pin";
const TRIES: u32 = 10;
const PAUSE_MINUTES: i64 = 15;
/// About a tenth of a second on a phone of today.
const ROUNDS: u32 = 60_000;

impl Pin {
    fn pause(&self, now: Timestamp) -> Option<PinTrouble> {
        let until = self.locked_until.filter(|until| now < *until)?;
        Some(PinTrouble::Locked { until })
    }
}

impl Handed {
    /// The mark beside the database: it holds before the database is open, and in every tab.
    pub(crate) fn marked() -> Option<Self> {
        json::read(&storage::recall(MARK)?).ok()
    }

    fn mark(self) {
        storage::remember(MARK, &serde_json::to_string(&self).unwrap_or_default());
    }
}

impl Device {
    /// What the customer holds the device for (tracked); the app shows nothing else then.
    pub fn handover(self) -> Option<Handed> {
        self.handed.get()
    }

    /// Gives the device to the customer, until the PIN is entered. What the customer will see is put aside first:
    /// the document of the hand-over opens nothing else.
    ///
    /// # Errors
    /// Where this device could not store it.
    pub async fn hand_over(self, ticket: Id<Ticket>, visit: Id<Visit>) -> Result<(), Trouble> {
        let handed = Handed { ticket, visit };
        let store = self.store.get_value().ok_or(Trouble::NobodyHere)?;
        self.second_read().await;
        // Nobody writes in between, so the number in it is the journal's.
        let turn = self.turn();
        let _turn = turn.lock().await;
        self.make_whole().await?;
        let answer = Uuid::now_v7();
        let handout =
            self.view.with_untracked(|view| Handout::of(view.as_ref()?, ticket, visit, answer));
        let handout = handout.ok_or(Trouble::Refused(Refusal::NotFound))?;
        store.keep_small(HANDED, Some(&handout)).await?;
        handed.mark();
        self.handed.set(Some(handed));
        Ok(())
    }

    /// Seals what the customer answers, under the id that was chosen for it when the device was given away.
    ///
    /// # Errors
    /// Why it is not saved.
    pub async fn answer(self, command: Command) -> Result<(), Trouble> {
        let store = self.store.get_value().ok_or(Trouble::NobodyHere)?;
        let handout = store.small::<Handout>(HANDED).await?;
        let mid = handout.and_then(|handout| handout.answer).unwrap_or_else(Uuid::now_v7);
        self.seal(vec![(mid, command)], 0, None).await
    }

    /// Why no PIN is taken just now, if it was wrong too often.
    pub async fn pin_pause(self) -> Option<PinTrouble> {
        let pin = self.store.get_value()?.small::<Pin>(PIN).await.ok()??;
        pin.pause(clock::device())
    }

    /// Takes the device back with the PIN.
    ///
    /// # Errors
    /// Why it stays with the customer.
    pub async fn take_back(self, digits: &str) -> Result<(), PinTrouble> {
        let store = self.store.get_value();
        let kept = match &store {
            Some(store) => store.small::<Pin>(PIN).await.ok().flatten(),
            None => None,
        };
        // Without a PIN nobody could have handed the device over; do not lock anybody out for it.
        let (Some(store), Some(mut pin)) = (store, kept) else {
            self.end_handover().await;
            return Ok(());
        };
        let now = clock::device();
        if let Some(pause) = pin.pause(now) {
            return Err(pause);
        }
        if hash(digits, pin.salt, pin.rounds) == pin.hash {
            pin.wrong = 0;
            pin.locked_until = None;
            let _kept = store.keep_small(PIN, Some(&pin)).await;
            self.end_handover().await;
            return Ok(());
        }
        pin.wrong += 1;
        let trouble = if pin.wrong >= TRIES {
            let until = now.plus_minutes(PAUSE_MINUTES);
            pin.locked_until = Some(until);
            pin.wrong = 0;
            PinTrouble::Locked { until }
        } else {
            PinTrouble::Wrong { left: TRIES - pin.wrong }
        };
        // A try that is not counted is worth less than a device that stays locked for ever.
        let _counted = store.keep_small(PIN, Some(&pin)).await;
        Err(trouble)
    }

    /// Takes the device back with login and password, when the PIN is forgotten. Needs a network.
    ///
    /// # Errors
    /// Why signing in did not work.
    pub async fn take_back_by_password(
        self,
        login: &str,
        password: &str,
    ) -> Result<(), SignInTrouble> {
        self.sign_in_again(login, password).await?;
        if let Some(store) = self.store.get_value() {
            let _forgotten = store.keep_small::<Pin>(PIN, None).await;
        }
        self.has_pin.set(false);
        self.end_handover().await;
        Ok(())
    }

    /// Whether a PIN is set (tracked). One must be before the device is handed over.
    pub fn has_pin(self) -> bool {
        self.has_pin.get()
    }

    /// Sets or changes the PIN: 4 to 8 digits.
    ///
    /// # Errors
    /// Where this device could not store it.
    pub async fn set_pin(self, digits: &str) -> Result<(), Trouble> {
        self.keep_pin(&Pin::of(digits)).await
    }

    pub(crate) async fn keep_pin(self, pin: &Pin) -> Result<(), Trouble> {
        let store = self.store.get_value().ok_or(Trouble::NobodyHere)?;
        store.keep_small(PIN, Some(pin)).await?;
        self.has_pin.set(true);
        Ok(())
    }

    /// Reads what this device's person had set, before their data is shown.
    pub(crate) async fn open_locks(self, store: &Rc<Store>) {
        let pin = store.small::<Pin>(PIN).await.ok().flatten();
        self.has_pin.set(pin.is_some());
        let kept = store.small::<Handed>(HANDED).await.ok().flatten();
        // Either of the two says so: a cleared note must not open the app to the customer.
        let handed = kept.or_else(Handed::marked);
        if let Some(handed) = handed {
            handed.mark();
        }
        self.handed.set(handed);
    }

    /// Another tab gave the device away or took it back.
    pub(crate) fn follow_handover(self) {
        self.handed.set(Handed::marked());
    }

    async fn end_handover(self) {
        if let Some(store) = self.store.get_value() {
            // The mark goes either way; a record left behind only asks for the PIN once more.
            let _forgotten = store.keep_small::<Handout>(HANDED, None).await;
        }
        storage::forget(MARK);
        self.handed.set(None);
    }
}

/// The longest PIN.
pub const PIN_DIGITS_MAX: usize = 8;

/// Whether this can be a PIN: 4 to 8 digits.
pub fn is_pin(digits: &str) -> bool {
    (4..=PIN_DIGITS_MAX).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn hash(digits: &str, salt: Uuid, rounds: u32) -> String {
    let mut state = Sha256::digest(format!("{salt}:{digits}").as_bytes());
    for _ in 0..rounds {
        let mut next = Sha256::new();
        next.update(state);
        next.update(salt.as_bytes());
        state = next.finalize();
    }
    state.iter().map(|byte| format!("{byte:02x}")).collect()
}
