//! The cloud in the title bar: whether everything here is safe at the server.

use leptos::prelude::*;

use super::Icon;

/// How this device and the server stand. Never mixed with the stage of a ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SyncState {
    #[default]
    Fine,
    Waiting,
    Sending,
    Offline,
    Conflict,
    Failed,
}

impl SyncState {
    /// The value of `data-state`.
    pub fn name(self) -> &'static str {
        match self {
            SyncState::Fine => "fine",
            SyncState::Waiting => "waiting",
            SyncState::Sending => "sending",
            SyncState::Offline => "offline",
            SyncState::Conflict => "conflict",
            SyncState::Failed => "failed",
        }
    }

    /// The cloud that says it.
    pub fn icon(self) -> Icon {
        match self {
            SyncState::Fine => Icon::CloudDone,
            SyncState::Waiting | SyncState::Sending => Icon::CloudUp,
            SyncState::Offline => Icon::CloudOff,
            SyncState::Conflict | SyncState::Failed => Icon::CloudAlert,
        }
    }
}

/// A cloud and how much waits, leading to the outbox.
#[component]
pub fn SyncChip(
    #[prop(into)] state: Signal<SyncState>,
    #[prop(into)] count: Signal<u32>,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] href: Signal<String>,
) -> impl IntoView {
    view! {
        <a
            class="sync-chip"
            href=href
            aria-label=label
            title=label
            data-name="sync"
            data-state=move || state.get().name()
        >
            {move || state.get().icon().svg()}
            {move || (count.get() > 0).then(|| count.get())}
        </a>
    }
}
