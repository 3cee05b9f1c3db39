//! Photos on their way to the server: behind the text, one at a time, from where the line broke.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use domain::{Key, wire::Blob};
use futures::{
    StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    Photos, epoch_of, is_old, is_owed, is_untold,
    keep::{Keep, Kept},
    photos, sha256,
};
use crate::{
    api::{self, Fault},
    clock,
    device::Device,
    session::SessionState,
    tabs,
};

const LOCK: &str = "doorstep-photos";
/// How much one request carries at first. On a bad line little is lost with it, on a good one it grows.
const PIECE_BYTES: usize = 128 * 1024;
const PIECE_BYTES_MIN: usize = 16 * 1024;
const PIECE_BYTES_MAX: usize = 512 * 1024;
/// A piece that takes less was too small, and one that takes more too large.
const PIECE_MS: std::ops::Range<i64> = 1_000..8_000;
const AGAIN_MS: u32 = 2_000;
const AGAIN_MS_MAX: u32 = 60_000;
/// Another tab is sending; somebody has to look when it is closed in the middle.
const BUSY_MS: u32 = 10_000;

thread_local! {
    static PIECE: Cell<usize> = const { Cell::new(PIECE_BYTES) };
    static LOOP: RefCell<Option<UnboundedSender<()>>> = const { RefCell::new(None) };
}

/// Why a photo is not at the server yet.
enum Stop {
    /// Text goes first, or nobody is signed in. Somebody nudges when that is over.
    Later,
    /// The line is bad, or the disk of this device does not answer.
    Line,
    /// The server does not take this one now; the others may go.
    Refused,
}

/// Wakes the loop: there is a photo, or the text is gone.
pub(crate) fn nudge() {
    LOOP.with_borrow(|waker| {
        if let Some(waker) = waker {
            // The loop lives as long as the page.
            let _sent = waker.unbounded_send(());
        }
    });
}

pub(super) fn start(device: Device) {
    let (waker, wakes) = unbounded();
    LOOP.set(Some(waker));
    spawn_local(run(device, wakes));
}

async fn run(device: Device, mut wakes: UnboundedReceiver<()>) {
    let mut failed = 0;
    loop {
        let pause = match round(device).await {
            Ok(()) => {
                failed = 0;
                i32::MAX as u32
            }
            Err(Stop::Later) => i32::MAX as u32,
            Err(Stop::Line | Stop::Refused) => {
                failed += 1;
                (AGAIN_MS << failed.min(5)).min(AGAIN_MS_MAX)
            }
        };
        let timer = TimeoutFuture::new(pause);
        if let Either::Left((woken, _)) = select(wakes.next(), timer).await
            && woken.is_none()
        {
            return;
        }
        while wakes.try_recv().is_ok() {}
    }
}

/// Sends what is owed, smallest first, until nothing is or something is in the way.
async fn round(device: Device) -> Result<(), Stop> {
    let Some(photos) = photos() else { return Ok(()) };
    let Some(keep) = photos.opened(device).await else { return Err(Stop::Later) };
    photos.reload().await;
    let epoch = device.view.with_untracked(epoch_of);
    let mut owed: Vec<Kept> = photos.kept.get_untracked();
    // One that is just being taken is kept before its command is written: the server does not know its name yet.
    let told = |kept: &Kept| {
        device.view.with_untracked(|view| view.as_ref().is_none_or(|view| !is_untold(view, kept)))
    };
    owed.retain(|kept| is_owed(kept, epoch) && told(kept));
    tidy(device, photos, &keep).await;
    if owed.is_empty() {
        return Ok(());
    }
    if !may_send(device) {
        return Err(Stop::Later);
    }
    let Some(_held) = tabs::hold(LOCK).await else {
        TimeoutFuture::new(BUSY_MS).await;
        nudge();
        return Err(Stop::Later);
    };
    owed.sort_by_key(|kept| kept.photo.bytes);
    let mut end = Ok(());
    // First everybody sees what it is about, then the pictures themselves.
    for kept in &owed {
        let thumbnail = &kept.photo.thumbnail;
        match send(device, &keep, kept, &thumbnail.sha256, |_| ()).await {
            Err(Stop::Refused) => end = Err(Stop::Refused),
            other => other?,
        }
    }
    for kept in owed {
        let id = kept.photo.id;
        let come = |received| photos.sending.set(Some((id, received)));
        let sent = send(device, &keep, &kept, &kept.photo.sha256, come).await;
        photos.sending.set(None);
        match sent {
            Ok(()) => {
                let arrived = device.view.with_untracked(epoch_of);
                // Where it could not be noted, the server says "ready" once more the next time.
                drop(keep.note(&Kept { arrived, ..kept }).await);
                photos.reload().await;
                tabs::tell_changed();
            }
            Err(Stop::Refused) => end = Err(Stop::Refused),
            Err(stop) => return Err(stop),
        }
    }
    end
}

fn may_send(device: Device) -> bool {
    let text = device
        .view
        .with_untracked(|view| view.as_ref().map_or(1, |view| view.waiting().unanswered));
    text == 0 && device.session.get_untracked() == SessionState::SignedIn
}

async fn send(
    device: Device,
    keep: &Rc<Keep>,
    kept: &Kept,
    name: &str,
    come: impl Fn(u32),
) -> Result<(), Stop> {
    let of = Key::of(kept.ticket);
    let mut said = stop(api::send_blob(name, of, 0, &[]).await)?;
    if said.ready {
        return Ok(());
    }
    // What cannot be read just now is not damaged: it is tried again.
    let bytes = keep.bytes(name).await.map_err(|_| Stop::Line)?;
    let Some(bytes) = bytes.filter(|bytes| sha256(bytes) == name) else {
        // Damaged between the start and now.
        drop(keep.note(&Kept { lost: true, ..kept.clone() }).await);
        return Err(Stop::Refused);
    };
    while !said.ready {
        if !may_send(device) {
            return Err(Stop::Later);
        }
        come(said.received);
        let from = usize::try_from(said.received).unwrap_or(usize::MAX).min(bytes.len());
        let to = from.saturating_add(PIECE.get()).min(bytes.len());
        let (before, begun) = (said.received, clock::device().0);
        let answer = api::send_blob(name, of, said.received, &bytes[from..to]).await;
        measure(answer.is_ok(), clock::device().0 - begun);
        said = stop(answer)?;
        if !said.ready && said.received == before {
            // Nothing moved: the server is busy with another sender of the same.
            return Err(Stop::Line);
        }
    }
    Ok(())
}

/// Learns from one piece how large the next should be.
fn measure(arrived: bool, milliseconds: i64) {
    let piece = PIECE.get();
    PIECE.set(if !arrived || milliseconds >= PIECE_MS.end {
        (piece / 2).max(PIECE_BYTES_MIN)
    } else if milliseconds < PIECE_MS.start {
        (piece * 2).min(PIECE_BYTES_MAX)
    } else {
        piece
    });
}

fn stop(answer: Result<Blob, Fault>) -> Result<Blob, Stop> {
    answer.map_err(|fault| match fault {
        Fault::Unreachable | Fault::Portal | Fault::Unreadable => Stop::Line,
        Fault::Problem { status: 401, .. } => Stop::Later,
        Fault::Problem { status: 400..=499, .. } => Stop::Refused,
        Fault::Problem { .. } => Stop::Line,
    })
}

/// Lets go what has been at the server for a week.
async fn tidy(device: Device, photos: Photos, keep: &Keep) {
    let (epoch, now) = (device.view.with_untracked(epoch_of), clock::now());
    for kept in photos.kept.get_untracked() {
        let arrived = kept.arrived.is_some() && kept.arrived == epoch;
        if arrived && is_old(&kept, now) && keep.remove(&kept).await.is_ok() {
            photos.reload().await;
        }
    }
}
