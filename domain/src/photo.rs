//! A photo (照片): what the machine looked like, as the phone saw it. The row keeps what it is called by, never its bytes.
//!
//! The bytes travel apart from the envelopes, under their SHA-256. Whoever may hold a row that names a photo may
//! fetch it; names stand nowhere but in rows.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Refusal, Row, Timestamp,
    sheet::{Digest, Lock},
    visit::Visit,
};

#[cfg(test)]
mod tests;

/// A picture taken on a visit. Lives inside the visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    pub id: Uuid,
    pub slot: Slot,
    /// SHA-256 of the JPEG, which is what the server keeps it under.
    pub sha256: Digest,
    pub bytes: u32,
    pub width: u32,
    pub height: u32,
    pub taken_at: Timestamp,
    /// The same picture for lists, a few kilobytes.
    pub thumbnail: Thumbnail,
    /// Whether the engineer took it out of the sheet. The picture itself stays: it is evidence.
    #[serde(default, skip_serializing_if = "is_no")]
    pub withdrawn: bool,
}

/// A small copy of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thumbnail {
    pub sha256: Digest,
    pub bytes: u32,
}

/// What a photo shows, in the order of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// 维修前
    Before,
    /// 铭牌
    Nameplate,
    /// 维修后
    After,
    /// 旧件
    OldPart,
    /// 其他
    Other,
}

/// A photo as a sheet lists it: what the customer signs is bound to the picture by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoLine {
    pub slot: Slot,
    pub sha256: Digest,
    pub taken_at: Timestamp,
}

/// The largest picture that is kept, in bytes. A down-scaled photo has a twentieth of it.
pub const BYTES_MAX: u32 = 8 * 1024 * 1024;
/// The largest thumbnail.
pub const THUMBNAIL_BYTES_MAX: u32 = 256 * 1024;
/// The longest edge a picture may claim, in pixels.
pub const EDGE_MAX: u32 = 20_000;
/// The most photos of one visit, so that its ticket stays a row that travels easily.
pub const PHOTOS_MAX: usize = 60;

impl Slot {
    /// Every slot, in the order of the work.
    pub const ALL: [Self; 5] =
        [Self::Before, Self::Nameplate, Self::After, Self::OldPart, Self::Other];

    /// Whether a visit like this one should have such a photo. Advice: nothing is refused for a missing photo.
    pub fn is_wanted(self, visit: &Visit) -> bool {
        match self {
            Self::Before | Self::Nameplate | Self::After => true,
            Self::OldPart => visit.parts.iter().any(|used| used.replaced),
            Self::Other => false,
        }
    }
}

impl Photo {
    /// Whether this can be a photo at all.
    pub fn check(&self) -> Result<(), Refusal> {
        let edges = [self.width, self.height].iter().all(|edge| (1..=EDGE_MAX).contains(edge));
        let sized = (1..=BYTES_MAX).contains(&self.bytes)
            && (1..=THUMBNAIL_BYTES_MAX).contains(&self.thumbnail.bytes);
        let named = is_digest(&self.sha256) && is_digest(&self.thumbnail.sha256);
        // A photo that begins its life withdrawn would be one nobody ever saw.
        if edges && sized && named && !self.withdrawn { Ok(()) } else { Err(Refusal::Malformed) }
    }

    /// The photo as the sheet lists it.
    pub fn line(&self) -> PhotoLine {
        PhotoLine { slot: self.slot, sha256: self.sha256.clone(), taken_at: self.taken_at }
    }
}

impl PhotoLine {
    /// Whether this can be the line of a photo.
    pub fn check(&self) -> Result<(), Refusal> {
        if is_digest(&self.sha256) { Ok(()) } else { Err(Refusal::Malformed) }
    }
}

impl Lock {
    /// Whether the customer reads a sheet with this photo on it.
    pub fn binds(&self, photo: &Photo) -> bool {
        self.content.photos.iter().any(|line| *line == photo.line())
    }
}

impl Visit {
    /// The photos that count, in the order of the work.
    pub fn shown_photos(&self) -> Vec<&Photo> {
        let mut photos: Vec<&Photo> = self.photos.iter().filter(|p| !p.withdrawn).collect();
        photos.sort_by_key(|photo| (photo.slot, photo.taken_at, photo.id));
        photos
    }

    /// What was photographed since the sheet was locked: it belongs to the customer's answer, not to what they read.
    pub fn answer_photos(&self) -> Vec<&Photo> {
        let Some(lock) = &self.lock else { return Vec::new() };
        let mut photos = self.shown_photos();
        photos.retain(|photo| !lock.binds(photo));
        photos
    }

    /// The slots that should have a photo and have none.
    pub fn missing_photos(&self) -> Vec<Slot> {
        let taken = |slot| self.photos.iter().any(|photo| photo.slot == slot && !photo.withdrawn);
        Slot::ALL.into_iter().filter(|slot| slot.is_wanted(self) && !taken(*slot)).collect()
    }
}

/// Whether this is a SHA-256 as it is written here: 64 lower-case hexadecimal digits.
pub fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Everything a row names, with its size in bytes; a sheet knows no sizes.
pub fn named(row: &Row) -> Vec<(&str, Option<u32>)> {
    match row {
        Row::Ticket(ticket) => (ticket.visits.iter())
            .flat_map(|visit| &visit.photos)
            .flat_map(|photo| {
                let thumbnail = &photo.thumbnail;
                [
                    (photo.sha256.as_str(), Some(photo.bytes)),
                    (thumbnail.sha256.as_str(), Some(thumbnail.bytes)),
                ]
            })
            .collect(),
        Row::Sheet(sheet) => (sheet.content.photos.iter())
            .chain(&sheet.signature.photos)
            .map(|line| (line.sha256.as_str(), None))
            .collect(),
        _ => Vec::new(),
    }
}

fn is_no(flag: &bool) -> bool {
    !flag
}
