//! Photos: taken, kept before anybody says "saved", sent behind the text, and fetched where they are looked at.
//!
//! The order is what makes it safe: the bytes reach this device's disk, are read back and summed, and only then the
//! command that names them is sent. A crash in between leaves bytes without a command, and the next start sends it.

pub mod keep;
mod picture;
mod send;
mod shown;

use std::{cell::Cell, rc::Rc};

use domain::{
    Command, Id, Key, Refusal, Timestamp,
    photo::{Photo, Slot, Thumbnail},
    replica::Replica,
    ticket::Ticket,
    visit::{self, Visit},
};
use leptos::prelude::*;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use self::keep::{Keep, Kept};
use crate::{
    clock,
    device::{Device, Trouble},
    session::Owner,
    store,
};

pub(crate) use send::nudge;
pub use shown::Shown;

/// The photos of the person who works here.
#[derive(Clone, Copy)]
struct Photos {
    keep: StoredValue<Option<Rc<Keep>>, LocalStorage>,
    /// What was taken here and is still here, oldest first.
    kept: RwSignal<Vec<Kept>>,
    /// What is on its way just now, and how many of its bytes the server has.
    sending: RwSignal<Option<(Uuid, u32)>>,
    /// Whether a customer holds the device: pictures are shown and taken, and the rest is not looked at.
    handed_out: bool,
}

/// A photo that was taken here, as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnPhoto {
    pub ticket: Id<Ticket>,
    pub photo: Photo,
    pub state: PhotoState,
}

/// How far a photo of this device has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoState {
    /// Safe here, and not yet at the server.
    Waiting,
    /// On its way; so many hundredths of it have arrived.
    Sending(u32),
    /// At the server; kept here a while longer.
    Arrived,
    /// Its bytes were damaged on this device before they could be sent. It must be taken again.
    Lost,
}

/// Why a photo is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhotoTrouble {
    /// This browser cannot read the file as a picture.
    Unreadable,
    /// There is no room for photos. Text still has some.
    NoRoom,
    /// What was written could not be read back as it was.
    NotKept,
    /// The rules or the journal say no.
    Refused(Trouble),
}

/// How long a photo that has arrived stays on the phone it was taken with.
const ARRIVED_DAYS: i64 = 7;

thread_local! {
    static PHOTOS: Cell<Option<Photos>> = const { Cell::new(None) };
}

/// Starts to keep and to send. Called once, with the device.
pub(crate) fn start(device: Device) {
    let photos = Photos {
        keep: StoredValue::new_local(None),
        kept: RwSignal::new(Vec::new()),
        sending: RwSignal::new(None),
        handed_out: device.handed_out,
    };
    PHOTOS.set(Some(photos));
    Effect::new(move |before: Option<Option<String>>| {
        let name = device.owner.get().map(|Owner { server, user }| store::name(server, user.id));
        if before.as_ref() != Some(&name) {
            photos.keep.set_value(None);
            photos.kept.set(Vec::new());
            if name.is_some() {
                spawn_local(photos.open(device));
            }
        }
        name
    });
    if !device.handed_out {
        send::start(device);
    }
}

impl Photos {
    async fn open(self, device: Device) {
        // Without them there is work all the same; taking one says what is wrong.
        if self.opened(device).await.is_none() || self.handed_out {
            return;
        }
        self.reload().await;
        self.look_over(device).await;
        nudge();
    }

    /// The photos, opened by now if the browser lets us.
    async fn opened(self, device: Device) -> Option<Rc<Keep>> {
        if let Some(keep) = self.keep.get_value() {
            return Some(keep);
        }
        let name = || {
            let Owner { server, user } = device.owner.get_untracked()?;
            Some(store::name(server, user.id))
        };
        let asked = name()?;
        let keep = Keep::open(&asked).await.ok()?;
        // Somebody else may be here by now.
        if name()? != asked {
            return None;
        }
        self.keep.set_value(Some(keep.clone()));
        Some(keep)
    }

    async fn reload(self) {
        if self.handed_out {
            return;
        }
        let Some(keep) = self.keep.get_value() else { return };
        if let Ok(notes) = keep.notes().await
            && self.kept.with_untracked(|kept| *kept != notes)
        {
            self.kept.set(notes);
        }
    }

    /// At every start: whether what waits is still what was taken, and whether its command was sent.
    async fn look_over(self, device: Device) {
        let Some(keep) = self.keep.get_value() else { return };
        for kept in self.kept.get_untracked() {
            if kept.arrived.is_some() || kept.lost {
                continue;
            }
            match whole(&keep, &kept.photo).await {
                Ok(true) => {}
                Ok(false) => {
                    // Said while the engineer is perhaps still at the machine.
                    drop(keep.note(&Kept { lost: true, ..kept.clone() }).await);
                    continue;
                }
                // It is summed again before it is sent, and at the next start.
                Err(_) => continue,
            }
            // Whoever opened the data is done with it then: a rule must see every row.
            drop(device.turn().lock().await);
            if device
                .view
                .with_untracked(|view| view.as_ref().is_some_and(|view| is_untold(view, &kept)))
            {
                // The app died between the picture and its command.
                drop(device.send(add(&kept)).await);
            }
        }
        self.reload().await;
    }
}

fn photos() -> Option<Photos> {
    PHOTOS.get()
}

fn add(kept: &Kept) -> Command {
    let photo = Box::new(kept.photo.clone());
    Command::Visit(kept.ticket, kept.visit, visit::Command::AddPhoto { photo })
}

/// Whether the visit is here and nobody told it of the photo.
fn is_untold(view: &Replica, kept: &Kept) -> bool {
    use domain::Lookup;
    let told = |command: &Command| {
        matches!(
            command,
            Command::Visit(_, _, visit::Command::AddPhoto { photo }) if photo.id == kept.photo.id
        )
    };
    let Some(ticket) = view.find(kept.ticket) else { return false };
    let Some(visit) = ticket.visit(kept.visit) else { return false };
    let same = |photo: &Photo| photo.id == kept.photo.id || photo.sha256 == kept.photo.sha256;
    !visit.photos.iter().any(same)
        && !view.journal().values().any(|entry| told(&entry.envelope.command))
}

/// Whether both sizes lie here as they were taken.
///
/// # Errors
/// Where the browser does not let us read just now, which says nothing about them.
async fn whole(keep: &Keep, photo: &Photo) -> Result<bool, store::Error> {
    for name in [&photo.sha256, &photo.thumbnail.sha256] {
        if keep.bytes(name).await?.is_none_or(|bytes| sha256(&bytes) != *name) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The name of these bytes.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Device {
    /// Keeps a picture as a photo of this visit, with `mark` in its corner. When this returns `Ok`, bytes and command
    /// are on this device's disk.
    ///
    /// # Errors
    /// Why it is not kept. Then nothing of it is.
    pub async fn take_photo(
        self,
        file: &File,
        (ticket, visit): (Id<Ticket>, Id<Visit>),
        slot: Slot,
        taken_at: Timestamp,
        mark: &str,
    ) -> Result<(), PhotoTrouble> {
        let photos = photos().ok_or(PhotoTrouble::NotKept)?;
        let keep = photos.opened(self).await.ok_or(PhotoTrouble::NotKept)?;
        let made = picture::made(file, mark).await.ok_or(PhotoTrouble::Unreadable)?;
        let photo = Photo {
            id: Uuid::now_v7(),
            slot,
            sha256: sha256(&made.full),
            bytes: length(&made.full),
            width: made.width,
            height: made.height,
            taken_at,
            thumbnail: Thumbnail {
                sha256: sha256(&made.thumbnail),
                bytes: length(&made.thumbnail),
            },
            withdrawn: false,
        };
        let kept = Kept { ticket, visit, photo, arrived: None, lost: false };
        let command = add(&kept);
        if let Err(refusal) = self.view.with_untracked(|view| match view {
            Some(view) => view.would(clock::now(), &command),
            None => Err(Refusal::NotActive),
        }) {
            return Err(PhotoTrouble::Refused(Trouble::Refused(refusal)));
        }
        let mut written = keep.add(&kept, &made.full, &made.thumbnail).await;
        if written == Err(store::Error::Full) && self.make_room().await {
            written = keep.add(&kept, &made.full, &made.thumbnail).await;
        }
        match written {
            Ok(()) => {}
            Err(store::Error::Full) => return Err(PhotoTrouble::NoRoom),
            Err(_) => return Err(PhotoTrouble::NotKept),
        }
        if whole(&keep, &kept.photo).await != Ok(true) {
            drop(keep.remove(&kept).await);
            return Err(PhotoTrouble::NotKept);
        }
        if let Err(trouble) = self.send(command).await {
            // The person is told that it is not kept, so it must not come back by itself.
            drop(keep.remove(&kept).await);
            return Err(PhotoTrouble::Refused(trouble));
        }
        photos.reload().await;
        nudge();
        Ok(())
    }

    /// Every photo that was taken on this device and is still here, oldest first (tracked).
    pub fn own_photos(self) -> Vec<OwnPhoto> {
        let Some(photos) = photos() else { return Vec::new() };
        let epoch = self.epoch();
        let sending = photos.sending.get();
        photos.kept.with(|kept| {
            let own = |kept: &Kept| OwnPhoto {
                ticket: kept.ticket,
                photo: kept.photo.clone(),
                state: state(kept, epoch, sending),
            };
            kept.iter().map(own).collect()
        })
    }

    /// How far the photo of this id has come; `None` where another device took it (tracked).
    pub fn photo_state(self, id: Uuid) -> Option<PhotoState> {
        let photos = photos()?;
        let (epoch, sending) = (self.epoch(), photos.sending.get());
        photos.kept.with(|kept| {
            let kept = kept.iter().find(|kept| kept.photo.id == id)?;
            Some(state(kept, epoch, sending))
        })
    }

    /// How many photos of this device are not at the server (tracked).
    pub fn photos_waiting(self) -> usize {
        let Some(photos) = photos() else { return 0 };
        let epoch = self.epoch();
        photos.kept.with(|kept| kept.iter().filter(|kept| is_owed(kept, epoch)).count())
    }

    /// The picture of this name, which a row of this key names. Fetched where it is not here (tracked).
    pub fn photo(self, of: Key, sha256: String) -> ReadSignal<Shown> {
        shown::shown(self, of, sha256)
    }

    /// Takes a photo off the list of this device, because somebody has read that it is lost.
    pub fn dismiss_photo(self, id: Uuid) {
        let Some(photos) = photos() else { return };
        spawn_local(async move {
            let kept = photos.kept.with_untracked(|kept| {
                kept.iter().find(|kept| kept.photo.id == id && kept.lost).cloned()
            });
            if let (Some(kept), Some(keep)) = (kept, photos.keep.get_value()) {
                drop(keep.remove(&kept).await);
                photos.reload().await;
            }
        });
    }

    /// Gives back the room of photos that are at the server. Says whether there was any.
    pub(crate) async fn make_room(self) -> bool {
        let Some(photos) = photos() else { return false };
        let Some(keep) = photos.opened(self).await else { return false };
        let mut freed = keep.forget_seen().await.unwrap_or(false);
        let epoch = self.view.with_untracked(epoch_of);
        for kept in keep.notes().await.unwrap_or_default() {
            if !is_owed(&kept, epoch) && !kept.lost {
                freed |= keep.remove(&kept).await.is_ok();
            }
        }
        photos.reload().await;
        freed
    }

    /// Another tab took a photo, or sent one.
    pub(crate) async fn catch_up_photos(self) {
        if let Some(photos) = photos() {
            photos.reload().await;
        }
    }

    /// Empties the photos of somebody who signed out. Refused while one is not at the server.
    pub(crate) async fn clear_photos(self) -> bool {
        let Some(photos) = photos() else { return true };
        let Some(keep) = photos.opened(self).await else { return true };
        let epoch = self.view.with_untracked(epoch_of);
        match keep.notes().await {
            Ok(notes) if !notes.iter().any(|kept| is_owed(kept, epoch)) => {
                // What could not be emptied stays until its person is here again; what arrived then goes after a week.
                drop(keep.clear().await);
                true
            }
            _ => false,
        }
    }

    fn epoch(self) -> Option<Uuid> {
        self.view.with(epoch_of)
    }
}

/// The history of the server that this device hears.
fn epoch_of(view: &Option<Replica>) -> Option<Uuid> {
    view.as_ref().and_then(|view| view.head().cursor.epoch)
}

/// Whether the server does not have it, as far as is known here. What arrived in a history that was lost is sent again.
fn is_owed(kept: &Kept, epoch: Option<Uuid>) -> bool {
    let arrived = kept.arrived.is_some() && (epoch.is_none() || kept.arrived == epoch);
    !arrived && !kept.lost
}

fn state(kept: &Kept, epoch: Option<Uuid>, sending: Option<(Uuid, u32)>) -> PhotoState {
    match sending {
        _ if kept.lost => PhotoState::Lost,
        _ if !is_owed(kept, epoch) => PhotoState::Arrived,
        Some((id, received)) if id == kept.photo.id => {
            let (received, whole) = (u64::from(received), u64::from(kept.photo.bytes.max(1)));
            PhotoState::Sending(u32::try_from(received * 100 / whole).unwrap_or(100).min(100))
        }
        _ => PhotoState::Waiting,
    }
}

/// Whether it arrived so long ago that this device need not keep it.
fn is_old(kept: &Kept, now: Timestamp) -> bool {
    kept.photo.taken_at.plus_minutes(ARRIVED_DAYS * 24 * 60) < now
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}
