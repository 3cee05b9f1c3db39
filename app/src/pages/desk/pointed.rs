//! A list keeps still while somebody points at it; what changed meanwhile waits behind a number.

use std::time::Duration;

use leptos::prelude::*;

use crate::{device::device, locale::text, ui::Icon};

/// After so long without a movement nobody points any more: a pointer that was left lying on a list must not
/// keep it from the news for ever.
const RESTING_MS: i64 = 15_000;

/// Whether somebody points at a list, and which turn of the list they have seen.
#[derive(Clone, Copy)]
pub(super) struct Pointed {
    on: RwSignal<bool>,
    turn: RwSignal<u32>,
    moved: StoredValue<i64>,
}

impl Pointed {
    /// The pointer moved on the list.
    pub(super) fn touch(self) {
        self.moved.set_value(device().now().0);
        if !self.on.get_untracked() {
            self.on.set(true);
        }
    }

    /// The pointer left the list.
    pub(super) fn leave(self) {
        if self.on.get_untracked() {
            self.on.set(false);
        }
    }

    /// Whether the list must keep still (tracked).
    pub(super) fn is_on(self) -> bool {
        self.on.get()
    }

    /// A number that changes whenever the list may change all the same (tracked).
    pub(super) fn turn(self) -> u32 {
        self.turn.get()
    }

    fn catch_up(self) {
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
    }
}

/// Watches the pointer over a list; `busy` says that it is at work although it does not move.
pub(super) fn pointed(busy: impl Fn() -> bool + 'static) -> Pointed {
    let device = device();
    let pointed =
        Pointed { on: RwSignal::new(false), turn: RwSignal::new(0), moved: StoredValue::new(0) };
    let look = move || {
        let resting = device.now().0 - pointed.moved.get_value() > RESTING_MS;
        if resting && !busy() {
            pointed.leave();
        }
    };
    if let Ok(timer) = set_interval_with_handle(look, Duration::from_secs(2)) {
        on_cleanup(move || timer.clear());
    }
    // What a person does here is seen at once.
    Effect::new(move |before: Option<usize>| {
        let unsent = device.waiting().unanswered;
        if before.is_some_and(|before| unsent > before) {
            pointed.catch_up();
        }
        unsent
    });
    pointed
}

/// How much changed meanwhile; a press shows it.
pub(super) fn chip(news: Memo<usize>, pointed: Pointed) -> AnyView {
    view! {
        <Show when=move || news.get() != 0>
            <button class="news" type="button" data-name="news" on:click=move |_| pointed.catch_up()>
                {Icon::Refresh.svg()}
                <span role="status">{move || (text().board.news)(news.get())}</span>
            </button>
        </Show>
    }
    .into_any()
}
