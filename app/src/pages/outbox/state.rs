//! The one sentence on top: whether everything is at the server, and if not, why.

use domain::{
    Timestamp,
    replica::{Entry, Waiting},
    wire::Outcome,
};
use leptos::prelude::*;

use crate::{
    device::{Device, device},
    locale::{self, text},
    route::Route,
    session::SessionState,
    ui::{Button, ButtonKind, ButtonLink, Icon, SyncState, Tone},
};

/// Work that waits longer than this is no longer calm.
const LATE_MINUTES: i64 = 24 * 60;

/// The one sentence on top, and what it is made of.
struct Headline {
    tone: Tone,
    icon: Icon,
    text: String,
    sign_in: bool,
}

/// What the sentence says. A function of a few facts, so that it cannot say what is not so.
fn headline(
    waiting: &Waiting,
    only_read: bool,
    photos: usize,
    state: SyncState,
    session: SessionState,
    heard: Option<Timestamp>,
    now: Timestamp,
) -> Headline {
    let words = &text().person.outbox;
    let signed_out = matches!(session, SessionState::SignedOut | SessionState::Expired);
    let late = waiting.oldest.is_some_and(|oldest| oldest.plus_minutes(LATE_MINUTES) < now);
    let count = waiting.unanswered;
    let (tone, icon, text) = if waiting.attention > 0 && !only_read {
        (Tone::Danger, Icon::CloudAlert, (words.needs)(waiting.attention))
    } else if count > 0 {
        let tone = if late { Tone::Danger } else { Tone::Warning };
        if signed_out {
            (tone, Icon::CloudOff, (words.kept_signed_out)(count))
        } else {
            match state {
                SyncState::Sending => (Tone::Primary, Icon::CloudUp, (words.sending)(count)),
                SyncState::Offline => (tone, Icon::CloudOff, (words.kept_offline)(count)),
                SyncState::Failed => (tone, Icon::CloudAlert, (words.kept_failed)(count)),
                _ => (tone, Icon::CloudUp, (words.unsent)(count)),
            }
        }
    } else if waiting.attention > 0 {
        (Tone::Primary, Icon::Message, (words.to_read)(waiting.attention))
    } else if photos > 0 {
        (Tone::Warning, Icon::CloudUp, (text().photo.text_is_there)(photos))
    } else if signed_out {
        (Tone::Warning, Icon::CloudOff, words.fine_signed_out.into())
    } else {
        match (state, heard) {
            (_, None) => (Tone::Neutral, Icon::CloudOff, words.never_heard.into()),
            (SyncState::Offline, _) => (Tone::Neutral, Icon::CloudOff, words.fine_offline.into()),
            (SyncState::Failed, _) => (Tone::Warning, Icon::CloudAlert, words.fine_failed.into()),
            (_, Some(heard)) => {
                let today = locale::day_number(heard) == locale::day_number(now);
                let heard = if today { locale::time(heard) } else { locale::moment(heard) };
                (Tone::Success, Icon::CloudDone, (words.fine)(&heard))
            }
        }
    };
    Headline { tone, icon, text, sign_in: signed_out }
}

/// Whether every answer somebody must read asks for nothing more: what was done is kept (tracked).
fn only_read(device: Device) -> bool {
    let kept = |entry: &Entry| matches!(entry.outcome, Some(Outcome::Amended { .. }));
    device.unread().iter().all(|(_, entry)| kept(entry))
}

#[component]
pub fn State() -> impl IntoView {
    let device = device();
    let state = move || {
        headline(
            &device.waiting(),
            only_read(device),
            device.photos_waiting(),
            device.sync_state(),
            device.session_state(),
            device.heard_at(),
            crate::clock::minute(),
        )
    };
    let note = move || {
        let words = &text().person.outbox;
        let waiting = device.waiting();
        let mut parts: Vec<String> = Vec::new();
        if waiting.attention > 0 && waiting.unanswered > 0 {
            let more = if only_read(device) {
                (words.to_read)(waiting.attention)
            } else {
                (words.unsent)(waiting.unanswered)
            };
            parts.push(more);
        }
        let photos = device.photos_waiting();
        if waiting.unanswered > 0 && photos > 0 {
            parts.push((text().photo.behind_text)(photos));
        }
        if let Some(oldest) = waiting.oldest {
            parts.push((words.oldest)(&locale::moment(oldest)));
        }
        let fine = waiting.attention == 0 && waiting.unanswered == 0;
        if let Some(heard) = device.heard_at()
            && !(fine && device.sync_state() == SyncState::Fine)
        {
            parts.push((words.heard)(&locale::moment(heard)));
        }
        parts.join(" · ")
    };
    let busy = Signal::derive(move || device.sync_state() == SyncState::Sending);
    move || {
        let Headline { tone, icon, text: sentence, sign_in } = state();
        view! {
            <section class="outbox-state" data-tone=tone.name() role="status">
                {icon.svg()}
                <p class="outbox-state__text" data-name="outbox-state">{sentence}</p>
                <p class="outbox-state__note">{note}</p>
                {if sign_in {
                    view! {
                        <ButtonLink
                            text=move || text().person.outbox.sign_in
                            kind=ButtonKind::Primary
                            href=Route::SignIn.href()
                            name="go-sign-in"
                        />
                    }
                    .into_any()
                } else {
                    view! {
                        <Button
                            text=move || text().person.outbox.sync_now
                            icon=Icon::Refresh
                            busy
                            name="sync-now"
                            on_press=move || device.sync_now()
                        />
                    }
                    .into_any()
                }}
            </section>
        }
    }
}
