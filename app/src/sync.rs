//! The talk with the server: does what [`domain::talk`] says, and tells it what came of it.
//!
//! One loop per tab. While something waits to be sent, the loop is either talking or asleep with a time to
//! wake up; nothing ever waits for a person to press a button.

use std::cell::{Cell, RefCell};

use domain::{
    json,
    replica::Replica,
    talk::{Heard, Standing, Talk, Turn, Wake},
    wire::Request,
};
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
    photos,
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

const LOCK: &str = "doorstep-sync";
const DEBOUNCE_MS: u32 = 150;
const BUSY_MS: u32 = 2_000;
const BUSY_ROUNDS_MAX: u32 = 45;
/// With the live line open, asking now and then only catches what it missed.
const IDLE_LIVE_MS: u32 = 5 * 60_000;
const IDLE_MS: u32 = 30_000;

thread_local! {
    static LOOP: RefCell<Option<UnboundedSender<Wake>>> = const { RefCell::new(None) };
    static LIVE: RefCell<Option<Live>> = const { RefCell::new(None) };
    /// How often in a row another tab was talking.
    static BUSY: Cell<u32> = const { Cell::new(0) };
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
    let _watch = window_event_listener(shown, move |_| {
        if visible() {
            device.storage_report().refresh();
            nudge(Wake::World);
        } else {
            hang_up();
        }
    });
    spawn_local(run(device, wakes));
}

async fn run(device: Device, mut wakes: UnboundedReceiver<Wake>) {
    let mut talk = Talk::default();
    loop {
        let pause = round(device, &mut talk).await;
        match asleep(&mut wakes, pause).await {
            Some(wake) => talk.wake(wake),
            None => talk.rested(),
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

/// Talks until everything is said or something is in the way; answers how long to sleep, in milliseconds.
async fn round(device: Device, talk: &mut Talk) -> u32 {
    if !may_talk(device) {
        return stopped(device);
    }
    let lock = tabs::hold(LOCK).await;
    // A phone may freeze a tab while it holds the lock. Two tabs talking at once is only wasteful.
    if lock.is_none() && BUSY.replace(BUSY.get() + 1) < BUSY_ROUNDS_MAX {
        talk.busy(BUSY_MS);
        return BUSY_MS;
    }
    BUSY.set(0);
    if device.network.get_untracked() == Network::Fine {
        device.network.set(Network::Sending);
    }
    while may_talk(device) {
        match device.turn_of(talk) {
            Some(Turn::Ask(mut request)) => {
                request.room = Some(device.storage_report().room());
                ask(device, talk, &request).await;
            }
            Some(Turn::Register) => register(device, talk).await,
            Some(Turn::Rest) => {
                if device.network.get_untracked() != Network::TooOld {
                    settle(device, Network::Fine);
                }
                listen(device);
                // The text is gone: now the pictures.
                photos::nudge();
                device.keep_ballast();
                return if is_live() { IDLE_LIVE_MS } else { IDLE_MS };
            }
            Some(Turn::Wait(milliseconds)) => return milliseconds,
            Some(Turn::Stop) | None => break,
        }
    }
    stopped(device)
}

fn stopped(device: Device) -> u32 {
    if device.network.get_untracked() != Network::TooOld {
        settle(device, Network::Fine);
    }
    hang_up();
    u32::MAX
}

async fn ask(device: Device, talk: &mut Talk, request: &Request) {
    let response = match api::sync(request).await {
        Ok(response) => response,
        Err(fault) => return failed(device, talk, &fault, request.envelopes.len()).await,
    };
    clock::learn(request.now, clock::device(), response.now);
    if device.session.get_untracked() != SessionState::SignedIn {
        device.session.set(SessionState::SignedIn);
    }
    settle(device, if response.too_old { Network::TooOld } else { Network::Sending });
    let note = |view: &Replica| (view.head().clone(), Heard::of(&response, view));
    let noted = device.view.with_untracked(|view| view.as_ref().map(note));
    let Some((before, heard)) = noted else { return };
    let revoked = response.revoked && heard.halt;
    match device.merge(request, response).await {
        Ok(()) => device.view.with_untracked(|view| {
            if let Some(view) = view {
                talk.heard(&before, &heard, view, dice());
            }
        }),
        Err(Trouble::NobodyHere) => {}
        Err(_) => {
            settle(device, Network::Failing);
            talk.unsaved(dice());
        }
    }
    if revoked {
        // Everything is sent; what this device knows is not for it any more.
        device.lock().await;
    }
}

async fn register(device: Device, talk: &mut Talk) {
    match api::register().await {
        Ok(registered) => match device.rechain(registered).await {
            Ok(()) => talk.registered(),
            Err(_) => talk.unsaved(dice()),
        },
        Err(fault) => failed(device, talk, &fault, 0).await,
    }
}

/// What to do about a fault beside trying again.
async fn failed(device: Device, talk: &mut Talk, fault: &Fault, carried: usize) {
    match talk.failed(fault, carried, dice()) {
        Standing::Fine => {}
        Standing::Offline => settle(device, Network::Offline),
        Standing::Portal => settle(device, Network::Portal),
        Standing::Failing => settle(device, Network::Failing),
        Standing::TooOld => settle(device, Network::TooOld),
        Standing::Expired => device.session.set(SessionState::Expired),
        Standing::Revoked => device.lock().await,
    }
}

fn settle(device: Device, network: Network) {
    if device.network.get_untracked() != network {
        device.network.set(network);
    }
}

/// Any number: many phones must not come back in the same second.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^32")]
fn dice() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
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
        let news = news.and_then(|news| json::read::<HeadNews>(&news).ok());
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
