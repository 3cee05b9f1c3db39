//! What time it is: by this device, and as the server would say.

use std::{cell::Cell, time::Duration};

use domain::Timestamp;
use leptos::prelude::*;

/// The server's clock less this device's, in milliseconds, as the best round trip told.
#[derive(Clone, Copy)]
struct Offset {
    milliseconds: i64,
    round_trip: i64,
    learned_at: i64,
}

thread_local! {
    static OFFSET: Cell<Option<Offset>> = const { Cell::new(None) };
    static TICK: Cell<Option<RwSignal<Timestamp>>> = const { Cell::new(None) };
}

const KEY: &str = "doorstep.clock";
const TICK_SECONDS: u64 = 20;
/// How long a short round trip is believed more than a longer, newer one.
const BELIEVED_MS: i64 = 10 * 60_000;

/// Starts the tick that [`minute`] follows.
pub fn start() {
    let tick = RwSignal::new(now());
    TICK.set(Some(tick));
    // The interval lives as long as the page.
    let _interval =
        set_interval_with_handle(move || tick.set(now()), Duration::from_secs(TICK_SECONDS));
}

/// This device's own clock, right or wrong; envelopes carry it.
pub fn device() -> Timestamp {
    // Milliseconds since 1970 fit an i64 for as long as there are phones.
    #[expect(clippy::cast_possible_truncation, reason = "a date in milliseconds has no fraction")]
    Timestamp(js_sys::Date::now() as i64)
}

/// The time as the server would say.
pub fn now() -> Timestamp {
    Timestamp(device().0.saturating_add(offset()))
}

/// The same, tracked: what reads it runs again a few times a minute.
pub fn minute() -> Timestamp {
    TICK.get().map_or_else(now, |tick| tick.get())
}

/// Learns from an answer that carried the server's clock.
pub fn learn(asked: Timestamp, answered: Timestamp, server: Timestamp) {
    let round_trip = (answered.0 - asked.0).max(0);
    let better = OFFSET.get().is_none_or(|known| {
        round_trip <= known.round_trip || answered.0 - known.learned_at > BELIEVED_MS
    });
    if better {
        let milliseconds = server.0 - (asked.0 + round_trip / 2);
        OFFSET.set(Some(Offset { milliseconds, round_trip, learned_at: answered.0 }));
        crate::storage::remember(KEY, &milliseconds.to_string());
    }
}

fn offset() -> i64 {
    let known = OFFSET.get().unwrap_or_else(|| {
        // What an earlier session learned, until an answer says better.
        let remembered = crate::storage::recall(KEY).and_then(|text| text.parse().ok());
        Offset {
            milliseconds: remembered.unwrap_or(0),
            round_trip: i64::MAX,
            learned_at: device().0,
        }
    });
    OFFSET.set(Some(known));
    known.milliseconds
}
