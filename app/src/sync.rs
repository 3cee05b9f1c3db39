//! When to talk to the server, and what to do about its answers.
//!
//! One loop per tab. While something waits to be sent, the loop is either talking or asleep with a time to
//! wake up; nothing ever waits for a person to press a button.

use std::cell::{Cell, RefCell};

use domain::wire::Push;
use futures::{
    StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*};
use serde::Deserialize;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, EventSource, MessageEvent, VisibilityState};

use crate::{
    api::{self, Fault},
    clock,
    device::{Device, Trouble},
    session::SessionState,
    tabs,
};

/// How the network is, as the last round found it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// Nothing known against it.
    #[default]
    Fine,
    /// A round is under way.
    Sending,
    /// The server did not answer.
    Offline,
    /// The network wants its own sign-in first.
    Portal,
    /// The server answered, but could not help; it is tried again.
    Failing,
    /// The server wants a newer app; sending still works.
    TooOld,
}

/// Why the loop should look now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// Something was done here.
    Journal,
    /// The server has news.
    Poke,
    /// The page was shown, the network came back.
    World,
    /// A person asked.
    Person,
}

/// How a round ended.
enum End {
    Done,
    /// Another tab is talking.
    Busy,
    /// Try again by the rules of backing off.
    Later(Network),
    /// Try again after so many milliseconds, as the server asked.
    After(u32),
    /// Only a person can go on.
    Stopped,
}

const LOCK: &str = "doorstep-sync";
const DEBOUNCE_MS: u32 = 150;
const BUSY_MS: u32 = 2_000;
const BUSY_ROUNDS_MAX: u32 = 45;
const STALLS_MAX: u32 = 3;
const FIRST_MS: f64 = 1_000.0;
const LONGEST_MS: f64 = 60_000.0;
/// With the live line open, asking now and then only catches what it missed.
const IDLE_LIVE_MS: u32 = 5 * 60_000;
const IDLE_MS: u32 = 30_000;

thread_local! {
    static LOOP: RefCell<Option<UnboundedSender<Wake>>> = const { RefCell::new(None) };
    static LIVE: RefCell<Option<Live>> = const { RefCell::new(None) };
    /// How often in a row another tab was talking.
    static BUSY: Cell<u32> = const { Cell::new(0) };
    /// How many envelopes a request may carry, after the server found one too large.
    static LIMIT: Cell<usize> = const { Cell::new(usize::MAX) };
}

impl Device {
    /// Talks to the server now.
    pub fn sync_now(self) {
        nudge(Wake::Person);
    }

    /// How the network is, as the last round found it (tracked).
    pub fn network(self) -> Network {
        self.network.get()
    }
}

/// Wakes the loop.
pub(crate) fn nudge(wake: Wake) {
    LOOP.with_borrow(|waker| {
        if let Some(waker) = waker {
            // The loop lives as long as the page.
            let _sent = waker.unbounded_send(wake);
        }
    });
}

/// Starts the loop and whatever wakes it.
pub(crate) fn start(device: Device) {
    let (waker, wakes) = unbounded();
    LOOP.set(Some(waker));
    let online = ev::Custom::<Event>::new("online");
    let _watch = window_event_listener(online, |_| nudge(Wake::World));
    // `visibilitychange` bubbles from the document to the window.
    let shown = ev::Custom::<Event>::new("visibilitychange");
    let _watch =
        window_event_listener(
            shown,
            move |_| {
                if visible() { nudge(Wake::World) } else { hang_up() }
            },
        );
    spawn_local(run(device, wakes));
}

async fn run(device: Device, mut wakes: UnboundedReceiver<Wake>) {
    let mut failures = 0;
    loop {
        let end = if may_talk(device) { round(device).await } else { End::Stopped };
        let pause = match end {
            End::Done => {
                failures = 0;
                settle(device, Network::Fine);
                listen(device);
                if is_live() { IDLE_LIVE_MS } else { IDLE_MS }
            }
            End::Busy => BUSY_MS,
            End::Later(network) => {
                failures += 1;
                settle(device, network);
                back_off(failures)
            }
            End::After(milliseconds) => {
                settle(device, Network::Failing);
                milliseconds.saturating_add(back_off(0))
            }
            End::Stopped => {
                settle(device, Network::Fine);
                hang_up();
                u32::MAX
            }
        };
        if let Some(Wake::World | Wake::Person | Wake::Poke) = asleep(&mut wakes, pause).await {
            failures = 0;
        }
    }
}

/// Sleeps until something happens or the pause is over.
async fn asleep(wakes: &mut UnboundedReceiver<Wake>, pause_ms: u32) -> Option<Wake> {
    // The browser counts milliseconds in 31 bits.
    let timer = TimeoutFuture::new(pause_ms.min(i32::MAX as u32));
    let first = match select(wakes.next(), timer).await {
        Either::Left((wake, _)) => wake?,
        Either::Right(_) => return None,
    };
    if first != Wake::Person {
        // A burst of taps travels together.
        TimeoutFuture::new(DEBOUNCE_MS).await;
    }
    let mut last = first;
    while let Ok(wake) = wakes.try_recv() {
        last = if last == Wake::Journal { wake } else { last };
    }
    Some(last)
}

fn may_talk(device: Device) -> bool {
    let open = device.view.with_untracked(Option::is_some);
    let state = device.session.get_untracked();
    open && matches!(state, SessionState::Unknown | SessionState::SignedIn)
}

/// Talks until both sides know everything, or something is in the way.
async fn round(device: Device) -> End {
    let lock = tabs::hold(LOCK).await;
    // A phone may freeze a tab while it holds the lock. Two tabs talking at once is only wasteful.
    if lock.is_none() && BUSY.replace(BUSY.get() + 1) < BUSY_ROUNDS_MAX {
        return End::Busy;
    }
    BUSY.set(0);
    if device.network.get_untracked() == Network::Fine {
        device.network.set(Network::Sending);
    }
    let mut from = None;
    let (mut stalls, mut from_scratch) = (0, 0);
    loop {
        let Some(mut request) = device.request(from.take()) else { return End::Stopped };
        request.envelopes.truncate(LIMIT.get());
        let asked = request.cursor.clone();
        let carried = request.envelopes.len();
        let asked_at = request.now;
        let response = match api::sync(&request).await {
            Ok(response) => response,
            Err(fault) => match refused(device, fault, carried).await {
                Some(end) => return end,
                None => continue,
            },
        };
        clock::learn(asked_at, clock::device(), response.now);
        device.session.set(SessionState::SignedIn);
        if device.network.get_untracked() != Network::Sending {
            device.network.set(Network::Sending);
        }
        let (push, more) = (response.push, response.more);
        let before = (asked.clone(), request.prev_seq);
        match device.merge(asked, response).await {
            Ok(()) => {}
            Err(Trouble::NobodyHere) => return End::Stopped,
            Err(_) => return End::Later(Network::Failing),
        }
        match push {
            Push::Done => LIMIT.set(usize::MAX),
            Push::NeedFrom(number) if from_scratch < STALLS_MAX => {
                from_scratch += 1;
                from = Some(number);
                continue;
            }
            Push::NeedFrom(_) => return End::Later(Network::Failing),
            Push::Fork if from_scratch >= STALLS_MAX => return End::Later(Network::Failing),
            Push::Fork => match api::register().await {
                Ok(registered) => {
                    if device.rechain(registered).await.is_err() {
                        return End::Later(Network::Failing);
                    }
                    from_scratch += 1;
                    continue;
                }
                Err(fault) => match refused(device, fault, 0).await {
                    Some(end) => return end,
                    None => continue,
                },
            },
        }
        let Some(next) = device.request(None) else { return End::Stopped };
        if !more && next.envelopes.is_empty() {
            return End::Done;
        }
        // A server that answers without getting anywhere is not asked in a tight circle.
        stalls = if before == (next.cursor, next.prev_seq) { stalls + 1 } else { 0 };
        if stalls >= STALLS_MAX {
            return End::Later(Network::Failing);
        }
    }
}

/// What to do about a fault; `None` to ask again at once.
async fn refused(device: Device, fault: Fault, carried: usize) -> Option<End> {
    Some(match fault {
        Fault::Unreachable => End::Later(Network::Offline),
        Fault::Portal => End::Later(Network::Portal),
        Fault::Unreadable => End::Later(Network::Failing),
        Fault::Problem { status, code, retry_after_seconds } => {
            match (status, code.as_str(), retry_after_seconds) {
                // The browser holds somebody else's session: this person must sign in again, too.
                (401 | 403, "session_expired" | "foreign_replica" | "forged_actor", _) => {
                    device.session.set(SessionState::Expired);
                    End::Stopped
                }
                (401 | 403, "session_revoked", _) => {
                    device.lock().await;
                    End::Stopped
                }
                (413, ..) if carried > 1 => {
                    LIMIT.set(carried / 2);
                    return None;
                }
                (426, ..) => End::Later(Network::TooOld),
                (429 | 503, _, Some(seconds)) => End::After(seconds.saturating_mul(1000)),
                // A server that is being restarted behind a proxy looks like this.
                (502..=504, ..) => End::Later(Network::Offline),
                _ => End::Later(Network::Failing),
            }
        }
    })
}

fn settle(device: Device, network: Network) {
    if device.network.get_untracked() != network {
        device.network.set(network);
    }
}

/// A random pause, longer after each failure: many phones must not come back in the same second.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most a minute of milliseconds"
)]
fn back_off(failures: i32) -> u32 {
    let most = (FIRST_MS * 2f64.powi(failures.min(10))).min(LONGEST_MS);
    (FIRST_MS / 4.0 + js_sys::Math::random() * most) as u32
}

fn visible() -> bool {
    document().visibility_state() != VisibilityState::Hidden
}

/// The line on which the server says that there is news.
struct Live {
    source: EventSource,
    _on_head: Closure<dyn FnMut(MessageEvent)>,
}

#[derive(Deserialize)]
struct HeadNews {
    v: u64,
}

fn is_live() -> bool {
    LIVE.with_borrow(|live| {
        live.as_ref().is_some_and(|live| live.source.ready_state() == EventSource::OPEN)
    })
}

/// Opens the line while the page is looked at. The browser opens it again by itself after a lost network.
fn listen(device: Device) {
    let open = LIVE.with_borrow(|live| {
        live.as_ref().is_some_and(|live| live.source.ready_state() != EventSource::CLOSED)
    });
    if open || !visible() || device.session.get_untracked() != SessionState::SignedIn {
        return;
    }
    let Ok(source) = EventSource::new(api::LIVE) else { return };
    let on_head = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let news = event.data().as_string();
        let news = news.and_then(|news| serde_json::from_str::<HeadNews>(&news).ok());
        let heard =
            device.view.with_untracked(|view| view.as_ref().map_or(0, |view| view.head().cursor.v));
        if news.is_none_or(|news| news.v > heard) {
            nudge(Wake::Poke);
        }
    });
    // Without the listener the timer still asks.
    let _added = source.add_event_listener_with_callback("head", on_head.as_ref().unchecked_ref());
    LIVE.set(Some(Live { source, _on_head: on_head }));
}

fn hang_up() {
    if let Some(live) = LIVE.take() {
        live.source.close();
    }
}
