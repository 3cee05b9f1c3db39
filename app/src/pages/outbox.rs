//! The outbox: what waits, what became of what was sent, and how this device stands.
//!
//! Controls, by `data-name`: `outbox-state`, `sync-now`, `go-sign-in`, `mark-read`, `mark-amended-read`, `open-ticket`, `send-as-note`,
//! `persist`, `install-guide`, and those of `health.rs`.

pub mod answered;
pub mod said;
pub mod state;
pub mod storage;
pub mod waiting;

use domain::user::Role;
use leptos::prelude::*;

use self::{
    answered::NeedsYou,
    state::State,
    storage::{StorageCells, ThisDevice},
    waiting::WaitingList,
};
use crate::{
    device::device,
    locale::text,
    pages::{
        photo::WaitingPhotos,
        shell::{DeskShell, PhoneDetail},
    },
    route::Route,
};

pub use said::{said, ticket_of, title_of};
pub use storage::size;

/// The outbox page, for every role.
#[component]
pub fn Outbox() -> impl IntoView {
    let device = device();
    device.storage_report().refresh();
    let desk = Memo::new(move |_| !device.me().is_any(&[Role::Engineer]));
    move || {
        if desk.get() {
            view! {
                <DeskShell title=move || text().person.outbox.title>
                    <div class="own-page"><Body/></div>
                </DeskShell>
            }
            .into_any()
        } else {
            view! {
                <PhoneDetail title=move || text().person.outbox.title back=Route::Me.href()>
                    <Body/>
                </PhoneDetail>
            }
            .into_any()
        }
    }
}

#[component]
fn Body() -> impl IntoView {
    view! {
        <State/>
        <NeedsYou/>
        <WaitingList/>
        <WaitingPhotos/>
        <ThisDevice/>
        <StorageCells/>
    }
}
