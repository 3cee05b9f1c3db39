//! Photos: kept beside the database under their SHA-256, taken in pieces, given to whoever holds a row that names them.
//!
//! A file under its final name is whole, hashes to that name and has reached the disk; nothing changes or removes it.
//! What is still arriving lies in a `.partial` beside it, which a broken line costs nothing and a wrong hash everything.

pub mod copy;
pub mod look;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path as FilePath, PathBuf},
    time::{Duration, SystemTime},
};

use axum::{
    Json,
    extract::{Path, Query, Request, State as Shared},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{Key, Row, photo, scope, wire::Blob};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    State,
    body::bytes,
    error::Error,
    session::Actor,
    store::{Place, Store, hex},
};

/// The largest piece one request may carry. Phones send half of it at the most.
pub const PIECE_BYTES_MAX: usize = 1024 * 1024;
/// How every JPEG begins. Nothing else is kept: what a browser would run must not lie here.
const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];
/// What nobody went on sending for so long is thrown away; the phone then begins again.
const PARTIAL_DAYS: u64 = 30;

/// The folder of the files.
#[derive(Clone, Debug)]
pub struct Blobs(PathBuf);

/// What the address says besides the name.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// The row that names it, as `kind:uuid`.
    of: Key,
    /// Where the piece begins.
    #[serde(default)]
    offset: u32,
}

/// `PUT /api/v1/blobs/{sha256}?of=…&offset=…`: one piece. Says how far it has come; an empty piece only asks.
pub(crate) async fn put(
    Shared(state): Shared<State>,
    actor: Actor,
    Path(sha256): Path<String>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Json<Blob>, Error> {
    let row = named(&state.store, asked.of, &sha256).await?;
    // Evidence outlives the job: its engineer may send it although the ticket was given to somebody else.
    let took = match &row {
        Row::Ticket(ticket) => ticket.visits.iter().any(|visit| visit.engineer == actor.user.id),
        _ => false,
    };
    if !took && !scope::visible(&row, &actor.grants()) {
        return Err(Error::NotFound);
    }
    let size = photo::named(&row).into_iter().find(|(name, _)| *name == sha256);
    let size = size.and_then(|(_, bytes)| bytes).ok_or(Error::NotFound)?;
    let piece = bytes(request, &state).await?;
    let blobs = state.blobs.clone();
    let taken =
        tokio::task::spawn_blocking(move || blobs.take(&sha256, size, asked.offset, &piece));
    Ok(Json(taken.await.map_err(Error::internal)??))
}

/// `GET /api/v1/blobs/{sha256}?of=…`: 204 while it is on its way.
pub(crate) async fn get(
    Shared(state): Shared<State>,
    actor: Actor,
    Path(sha256): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let row = named(&state.store, asked.of, &sha256).await?;
    if !scope::visible(&row, &actor.grants()) {
        return Err(Error::NotFound);
    }
    // Shared devices have one cache for all who sign in: it asks every time, and may then keep what it has.
    let tag = HeaderValue::from_str(&format!("\"{sha256}\"")).map_err(Error::internal)?;
    let kept = headers.get(header::IF_NONE_MATCH) == Some(&tag);
    let told = [(header::ETAG, tag), (header::CACHE_CONTROL, PRIVATE)];
    let file = state.blobs.file(&sha256);
    if kept && file.is_file() {
        return Ok((StatusCode::NOT_MODIFIED, told).into_response());
    }
    match tokio::fs::read(&file).await {
        Ok(bytes) => Ok((told, [(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response()),
        // Named, and on its way.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok((StatusCode::NO_CONTENT, told).into_response())
        }
        Err(error) => Err(Error::Unavailable(error.to_string())),
    }
}

const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The row under this key, if it names this blob. Whether there is no such row, or it names something else, is
/// nobody's business.
async fn named(store: &Store, of: Key, sha256: &str) -> Result<Row, Error> {
    let row = store.read(move |reading| reading.row(of)).await?;
    row.filter(|row| photo::named(row).iter().any(|(name, _)| *name == sha256))
        .ok_or(Error::NotFound)
}

impl Blobs {
    /// The files in this folder, which is made when the first one comes.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// Where the files of this data lie, if nothing else was said.
    pub(crate) fn beside(place: &Place) -> Self {
        match place {
            Place::Folder(folder) => Self::at(folder.join(FOLDER)),
            // Only tests open a database without saying where its files are.
            Place::Database(address) => {
                let name = hex(&Sha256::digest(address.as_bytes()));
                Self::at(std::env::temp_dir().join(format!("doorstep-{FOLDER}-{name}")))
            }
        }
    }

    /// Where a blob lies once it is whole.
    pub fn file(&self, sha256: &str) -> PathBuf {
        self.0.join(sha256.get(..2).unwrap_or_default()).join(sha256)
    }

    /// Takes the piece of a blob of `size` bytes that begins at `offset`, if that is where it goes on.
    ///
    /// # Errors
    /// [`Error::DigestDiffers`] where the last piece makes it whole and it is something else; it is then gone, and
    /// sent again from the beginning.
    pub fn take(&self, sha256: &str, size: u32, offset: u32, piece: &[u8]) -> Result<Blob, Error> {
        let file = self.file(sha256);
        let ready = Blob { received: size, ready: true };
        let folder = file.parent().unwrap_or(&self.0);
        if file.is_file() {
            // Whoever put it there may have ended before this.
            self.settle(folder).map_err(full)?;
            return Ok(ready);
        }
        let partial = file.with_extension("partial");
        fs::create_dir_all(folder).map_err(full)?;
        let mut open =
            OpenOptions::new().read(true).append(true).create(true).open(&partial).map_err(full)?;
        // Two tabs, or two servers on one folder, take turns.
        open.lock().map_err(full)?;
        if file.is_file() {
            drop(fs::remove_file(&partial));
            self.settle(folder).map_err(full)?;
            return Ok(ready);
        }
        let received = u32::try_from(open.metadata().map_err(full)?.len()).unwrap_or(u32::MAX);
        if received > size {
            // Somebody else's idea of how long it is. It can only be begun again.
            open.set_len(0).map_err(full)?;
            return Ok(Blob { received: 0, ready: false });
        }
        if offset != received || (piece.is_empty() && received < size) {
            return Ok(Blob { received, ready: false });
        }
        let after = u32::try_from(piece.len()).ok().and_then(|length| received.checked_add(length));
        let after = after.filter(|after| *after <= size).ok_or(Error::BadRequest("size"))?;
        if offset == 0 && !piece.starts_with(&JPEG) {
            return Err(Error::UnsupportedMediaType);
        }
        open.write_all(piece).map_err(full)?;
        if after < size {
            return Ok(Blob { received: after, ready: false });
        }
        if sum(&partial).map_err(full)? != sha256 {
            open.set_len(0).map_err(full)?;
            return Err(Error::DigestDiffers);
        }
        open.sync_all().map_err(full)?;
        fs::rename(&partial, &file).map_err(full)?;
        self.settle(folder).map_err(full)?;
        Ok(ready)
    }

    /// Sees the names down to what lies in this folder onto the disk.
    fn settle(&self, folder: &FilePath) -> io::Result<()> {
        sync_folder(folder)?;
        sync_folder(&self.0)?;
        let above = self.0.parent().filter(|above| !above.as_os_str().is_empty());
        above.map_or(Ok(()), sync_folder)
    }

    /// Throws away what nobody has gone on sending for a month.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn sweep(&self) -> io::Result<()> {
        for path in self.all()? {
            let old = || path.metadata()?.modified();
            let age = old().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
            let left = path.extension().is_some_and(|ending| ending == "partial");
            if left && age.is_some_and(|age| age > Duration::from_secs(PARTIAL_DAYS * 86_400)) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Every file, whole or not.
    fn all(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let folders = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            folders => folders?,
        };
        for folder in folders {
            let folder = folder?.path();
            if folder.is_dir() {
                for entry in fs::read_dir(folder)? {
                    found.push(entry?.path());
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

/// The name of the folder, beside the database and beside a backup.
pub const FOLDER: &str = "blobs";

/// The SHA-256 of a file.
fn sum(file: &FilePath) -> io::Result<String> {
    let (mut open, mut hasher) = (File::open(file)?, Sha256::new());
    let mut part = vec![0u8; 1 << 16];
    loop {
        match open.read(&mut part)? {
            0 => return Ok(hex(&hasher.finalize())),
            n => hasher.update(&part[..n]),
        }
    }
}

/// A name is on the disk once its folder is.
fn sync_folder(folder: &FilePath) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// The disk did not take it. Phones keep theirs and try again.
fn full(error: io::Error) -> Error {
    Error::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(fill: u8) -> (Vec<u8>, String) {
        let mut bytes = JPEG.to_vec();
        bytes.resize(1000, fill);
        let name = hex(&Sha256::digest(&bytes));
        (bytes, name)
    }

    fn take(blobs: &Blobs, name: &str, offset: u32, piece: &[u8]) -> Result<Blob, Error> {
        blobs.take(name, 1000, offset, piece)
    }

    #[test]
    fn a_blob_goes_on_where_the_line_broke_and_is_whole_only_when_it_hashes_to_its_name() {
        let room = tempfile::tempdir().unwrap();
        let blobs = Blobs::at(room.path());
        let (bytes, name) = picture(1);
        let so_far = |received| Blob { received, ready: false };
        assert_eq!(take(&blobs, &name, 0, &[]).unwrap(), so_far(0));
        assert_eq!(take(&blobs, &name, 0, &bytes[..400]).unwrap(), so_far(400));
        // The answer was lost, and the phone sends it again: or a second tab is behind.
        assert_eq!(take(&blobs, &name, 0, &bytes[..400]).unwrap(), so_far(400));
        assert_eq!(take(&blobs, &name, 700, &bytes[700..]).unwrap(), so_far(400));
        assert!(!blobs.file(&name).exists());
        let ready = Blob { received: 1000, ready: true };
        assert_eq!(take(&blobs, &name, 400, &bytes[400..]).unwrap(), ready);
        assert_eq!(take(&blobs, &name, 0, &bytes).unwrap(), ready, "twice is harmless");
        assert_eq!(fs::read(blobs.file(&name)).unwrap(), bytes);
        assert_eq!(blobs.all().unwrap(), [blobs.file(&name)], "nothing else is left");
    }

    #[test]
    fn what_hashes_to_something_else_is_thrown_away_and_begun_again() {
        let room = tempfile::tempdir().unwrap();
        let blobs = Blobs::at(room.path());
        let (bytes, name) = picture(1);
        let mut damaged = bytes.clone();
        damaged[500] ^= 1;
        assert!(matches!(take(&blobs, &name, 0, &damaged), Err(Error::DigestDiffers)));
        assert!(!blobs.file(&name).exists());
        assert_eq!(take(&blobs, &name, 0, &[]).unwrap().received, 0);
        assert!(take(&blobs, &name, 0, &bytes).unwrap().ready);
    }

    #[test]
    fn a_page_is_no_picture_and_more_than_was_said_is_too_much() {
        let room = tempfile::tempdir().unwrap();
        let blobs = Blobs::at(room.path());
        let (bytes, name) = picture(1);
        let page = take(&blobs, &name, 0, b"<script>alert(1)</script>");
        assert!(matches!(page, Err(Error::UnsupportedMediaType)));
        let more = [bytes, vec![0; 1]].concat();
        assert!(matches!(take(&blobs, &name, 0, &more), Err(Error::BadRequest("size"))));
        assert_eq!(take(&blobs, &name, 0, &[]).unwrap().received, 0);
    }

    #[test]
    fn two_at_once_make_one_whole_blob() {
        let room = tempfile::tempdir().unwrap();
        let blobs = Blobs::at(room.path());
        let (bytes, name) = picture(7);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let mut at = 0;
                    for _ in 0..10_000 {
                        let to = (at as usize + 90).min(1000);
                        let answer = take(&blobs, &name, at, &bytes[at as usize..to]).unwrap();
                        if answer.ready {
                            return;
                        }
                        at = answer.received;
                    }
                    panic!("never whole");
                });
            }
        });
        assert_eq!(fs::read(blobs.file(&name)).unwrap(), bytes);
        assert_eq!(blobs.all().unwrap().len(), 1);
    }

    #[test]
    fn only_what_was_forgotten_for_a_month_is_swept_away() {
        let room = tempfile::tempdir().unwrap();
        let blobs = Blobs::at(room.path());
        let (bytes, name) = picture(1);
        let (other, begun) = picture(2);
        let (third, fresh) = picture(3);
        assert!(take(&blobs, &name, 0, &bytes).unwrap().ready);
        take(&blobs, &begun, 0, &other[..10]).unwrap();
        take(&blobs, &fresh, 0, &third[..10]).unwrap();
        let month = Duration::from_secs((PARTIAL_DAYS + 1) * 86_400);
        for name in [&name, &begun] {
            let whole = blobs.file(name);
            let file = if whole.exists() { whole } else { whole.with_extension("partial") };
            let open = File::options().write(true).open(file).unwrap();
            open.set_modified(SystemTime::now() - month).unwrap();
        }
        blobs.sweep().unwrap();
        assert_eq!(take(&blobs, &begun, 0, &[]).unwrap().received, 0);
        assert_eq!(take(&blobs, &fresh, 0, &[]).unwrap().received, 10);
        assert!(blobs.file(&name).exists());
    }
}
