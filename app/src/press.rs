//! What a button does: ask the rule, send, and say in words what did not work.

use domain::{Command, Refusal};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::{
    device::{Device, Trouble},
    locale::text,
    session::SessionState,
    sync::Network,
    ui::{SyncState, Tone, toast},
};

impl Device {
    /// Why a button is off, in words; `None` while it is on.
    pub fn why_not(
        self,
        command: impl Fn() -> Command + Send + Sync + 'static,
    ) -> Signal<Option<String>> {
        in_words(move || self.would(&command()))
    }

    /// The same for a button that does several things in one press.
    pub fn why_not_all(
        self,
        commands: impl Fn() -> Vec<Command> + Send + Sync + 'static,
    ) -> Signal<Option<String>> {
        in_words(move || self.would_all(commands()))
    }

    /// Does something; says so only when it did not work.
    pub fn press(self, command: Command) {
        self.press_then(command, || {});
    }

    /// Does something, and `then` goes on once it is saved.
    pub fn press_then(self, command: Command, then: impl FnOnce() + 'static) {
        self.press_of(vec![command], 0, None, then);
    }

    /// The same, for commands of which the first bears `numbers` of the numbers this device gives, written in a form.
    pub fn press_of(
        self,
        commands: Vec<Command>,
        numbers: u32,
        form: Option<&'static str>,
        then: impl FnOnce() + 'static,
    ) {
        spawn_local(async move {
            match self.send_of(commands, numbers, form).await {
                Ok(()) => then(),
                Err(trouble) => toast(Tone::Danger, trouble.words()),
            }
        });
    }

    /// How this device and the server stand, for the cloud in the title bar (tracked).
    pub fn sync_state(self) -> SyncState {
        let waiting = self.waiting();
        if waiting.attention > 0 {
            return SyncState::Conflict;
        }
        // A photo that is not at the server is unsent work like any other.
        let pending = waiting.unanswered > 0 || self.photos_waiting() > 0;
        match self.network.get() {
            Network::Sending if pending => SyncState::Sending,
            Network::Offline | Network::Portal => SyncState::Offline,
            Network::Failing | Network::TooOld => SyncState::Failed,
            // Where nothing waits, nothing is heard either.
            _ if self.session_state() == SessionState::Expired => SyncState::Failed,
            _ if pending => SyncState::Waiting,
            _ => SyncState::Fine,
        }
    }
}

fn in_words(
    would: impl Fn() -> Result<(), Refusal> + Send + Sync + 'static,
) -> Signal<Option<String>> {
    // A button asks several times, and the answer seldom changes.
    let why_not = Memo::new(move |_| Some(text().words.refusal(would().err()?).to_owned()));
    why_not.into()
}

impl Trouble {
    /// Why something is not saved, in the reader's language.
    pub fn words(&self) -> String {
        let text = text();
        match self {
            Self::Refused(refusal) => text.words.refusal(*refusal).into(),
            Self::Storage(_) => text.frame.not_saved.into(),
            Self::NobodyHere => text.frame.not_signed_in.into(),
        }
    }
}
