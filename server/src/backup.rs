//! A copy of the data for bad days: made while the server runs, checked before it is believed, taken back whole.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    blobs::{
        Blobs, FOLDER,
        copy::{self, Copied},
    },
    check::{self, Report},
    clock,
    error::Error,
    lock::{self, Lock},
    store::{self, Store, hex},
};

/// What lies beside a backup and says what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `backup`.
    pub doorstep: String,
    /// The version of this description.
    pub version: u32,
    /// The version of the program that made it.
    pub program: String,
    pub schema: usize,
    /// Names the organisation's data.
    pub server: Uuid,
    pub epoch: Uuid,
    /// The revision the backup ends with.
    pub v: u64,
    pub made_at: Timestamp,
    pub bytes: u64,
    pub sha256: String,
    /// Photos its rows name that lie in the folder of files beside it.
    #[serde(default)]
    pub photos: u64,
    /// Photos its rows name that were not there: on their way, or lost.
    #[serde(default)]
    pub photos_missing: u64,
}

/// What a restore did.
#[derive(Debug)]
pub struct Restored {
    pub manifest: Manifest,
    /// Where the database that was there before lies now.
    pub before: Option<PathBuf>,
    /// The name of the history from now on.
    pub epoch: Uuid,
    /// What became of the photos that its rows name.
    pub photos: Copied,
}

const MANIFEST: u32 = 1;

/// Copies a folder's data into `file`, whether or not a server runs on it, and checks the copy.
///
/// # Errors
/// Where the file exists, there is no room, or the copy is damaged. Then there is no file. What the check of the
/// copy finds is reported: data that is not sound is worth a copy all the more.
pub async fn backup(folder: &Path, file: &Path) -> Result<(Manifest, Report), Error> {
    lock::sound(folder)?;
    if file.exists() || beside(file).exists() {
        return Err(said(file, "exists already; a backup is never written over"));
    }
    let partial = Partial::new(with(file, ".partial"))?;
    store::backup::copy(folder, &partial.database())?;
    let schema = store::backup::examine(&partial.database())?;
    if schema > Store::schema_version() {
        return Err(said(folder, "was written by a newer version of this program; use that one"));
    }
    let (head, report) = partial.look_over().await?;
    let photos = {
        let here = Blobs::at(folder.join(FOLDER));
        copy::all(&Store::open(&partial.0)?, &here, &copy::beside(file)).await?
    };
    store::backup::settle(&partial.database())?;
    let (bytes, sha256) = sum(&partial.database())?;
    let manifest = Manifest {
        doorstep: "backup".into(),
        version: MANIFEST,
        program: env!("CARGO_PKG_VERSION").into(),
        schema: Store::schema_version(),
        server: head.server,
        epoch: head.epoch,
        v: head.v,
        made_at: clock::now(),
        bytes,
        sha256,
        photos: photos.here,
        photos_missing: photos.missing,
    };
    let text = serde_json::to_string_pretty(&manifest).map_err(Error::internal)?;
    write_whole(&beside(file), &text).map_err(|error| said(file, error))?;
    // The manifest first: a database without one is not taken for a backup.
    fs::rename(partial.database(), file).map_err(|error| said(file, error))?;
    sync_folder_of(file).map_err(|error| said(file, error))?;
    Ok((manifest, report))
}

/// Puts a backup in the place of a folder's database, under a new epoch.
///
/// Everything is verified on a copy before the folder is touched; the old database is kept beside it. What
/// `doorstep check` finds in the backup stops it, unless `despite_findings`.
///
/// # Errors
/// Where a server runs on the folder, or the backup is not what its manifest says. Then nothing was changed.
pub async fn restore(
    folder: &Path,
    file: &Path,
    despite_findings: bool,
) -> Result<Restored, Error> {
    let _lock = Lock::take(folder)?;
    let manifest = manifest(file)?;
    let (bytes, sha256) = sum(file)?;
    if (bytes, &sha256) != (manifest.bytes, &manifest.sha256) {
        return Err(said(file, "is not what its manifest says; it is damaged or incomplete"));
    }
    if manifest.schema > Store::schema_version() {
        return Err(said(file, "was made by a newer version of this program; use that one"));
    }
    let partial = Partial::new(folder.join("restore.partial"))?;
    fs::copy(file, partial.database()).map_err(|error| said(folder, error))?;
    store::backup::examine(&partial.database())?;
    let (head, report) = partial.look_over().await?;
    if (head.server, head.epoch, head.v) != (manifest.server, manifest.epoch, manifest.v) {
        return Err(said(file, "does not hold the history its manifest names"));
    }
    if report.failed() > 0 && !despite_findings {
        return Err(said(
            file,
            "does not pass the check; --despite-findings puts it back all the same",
        ));
    }
    let store = Store::open(&partial.0)?;
    // Files are only ever added: what came after the backup stays, and harms nobody.
    let here = Blobs::at(folder.join(FOLDER));
    let photos = copy::all(&store, &copy::beside(file), &here).await?;
    if photos.here < manifest.photos && !despite_findings {
        return Err(said(
            file,
            "names more photos than the folder blobs beside it holds; --despite-findings puts it back without them",
        ));
    }
    let epoch = begin_epoch(&store).await?;
    drop(store);
    store::backup::settle(&partial.database())?;
    let before = swap(folder, &partial.database()).map_err(|error| said(folder, error))?;
    Ok(Restored { manifest, before, epoch, photos })
}

/// Gives the history a new name, after a database was put back by other means. Devices then send again.
///
/// # Errors
/// Where it cannot be written.
pub async fn begin_epoch(store: &Store) -> Result<Uuid, Error> {
    store.write(|writing| writing.begin_epoch(clock::now())).await
}

/// The manifest beside a backup.
fn manifest(file: &Path) -> Result<Manifest, Error> {
    let path = beside(file);
    let text = fs::read_to_string(&path).map_err(|error| said(&path, error))?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(|error| said(&path, error))?;
    if manifest.doorstep != "backup" || manifest.version > MANIFEST {
        return Err(said(&path, "is no manifest this program knows"));
    }
    Ok(manifest)
}

/// Puts the new database in the place of the old one. Cut off at any point, the folder refuses to be served
/// until a restore has gone through, and the old database is there under one name or both.
fn swap(folder: &Path, new: &Path) -> io::Result<Option<PathBuf>> {
    let database = folder.join(store::FILE);
    let mark = lock::unfinished(folder);
    write_whole(&mark, "")?;
    let mut before = None;
    if database.exists() {
        let digits = clock::now().0;
        let aside = with(&database, &format!(".before-{digits}"));
        for ending in ["", "-wal"] {
            let old = with(&database, ending);
            if old.exists() {
                keep(&old, &with(&aside, ending))?;
            }
        }
        sync_folder_of(&database)?;
        // The log of the old database must never be read into the new one.
        for ending in ["-wal", "-shm"] {
            remove(&with(&database, ending))?;
        }
        sync_folder_of(&database)?;
        before = Some(aside);
    }
    fs::rename(new, &database)?;
    sync_folder_of(&database)?;
    remove(&mark)?;
    sync_folder_of(&database)?;
    Ok(before)
}

/// A second name for a file; a second file where the file system has no second names.
fn keep(file: &Path, name: &Path) -> io::Result<()> {
    fs::hard_link(file, name).or_else(|_| {
        fs::copy(file, name)?;
        File::open(name)?.sync_all()
    })
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a small file so that it is there whole or not at all.
fn write_whole(file: &Path, text: &str) -> io::Result<()> {
    let partial = with(file, ".partial");
    fs::write(&partial, text)?;
    File::open(&partial)?.sync_all()?;
    fs::rename(&partial, file)?;
    sync_folder_of(file)
}

/// A name is on the disk once its folder is.
fn sync_folder_of(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// The length of a file in bytes, and its SHA-256.
fn sum(file: &Path) -> Result<(u64, String), Error> {
    let why = |error| said(file, error);
    let mut open = File::open(file).map_err(why)?;
    let (mut hasher, mut bytes, mut part) = (Sha256::new(), 0u64, vec![0u8; 1 << 20]);
    loop {
        let n = open.read(&mut part).map_err(why)?;
        if n == 0 {
            return Ok((bytes, hex(&hasher.finalize())));
        }
        bytes += n as u64;
        hasher.update(&part[..n]);
    }
}

/// Where a backup's manifest lies.
fn beside(file: &Path) -> PathBuf {
    with(file, ".json")
}

fn with(file: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(ending);
    name.into()
}

fn said(file: &Path, what: impl std::fmt::Display) -> Error {
    Error::internal(format!("{}: {what}", file.display()))
}

/// A folder for a database that nobody believes yet; gone with it.
struct Partial(PathBuf);

impl Partial {
    fn new(folder: PathBuf) -> Result<Self, Error> {
        // What an earlier try left behind.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| said(&folder, error))?;
        Ok(Self(folder))
    }

    fn database(&self) -> PathBuf {
        self.0.join(store::FILE)
    }

    /// Opens it as this program would, and checks every invariant.
    async fn look_over(&self) -> Result<(store::Head, Report), Error> {
        let store = Store::open(&self.0)?;
        Ok((store.head().await?, check::run(&store).await?))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Command, Id,
        team::{self, Team},
        user::SYSTEM,
    };

    use super::*;
    use crate::store::new_mid;

    async fn save(store: &Store, name: &str) {
        let team = Team { id: Id::derived(name), name: name.into(), region: String::new() };
        let save = Command::Team(team.id, team::Command::Save { team });
        store.carry_out(SYSTEM, vec![(new_mid(), clock::now(), save)]).await.unwrap();
    }

    async fn knows(store: &Store, name: &str) -> bool {
        store.find::<Team>(Id::derived(name)).await.unwrap().is_some()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    #[tokio::test]
    async fn a_backup_made_while_others_write_is_one_moment_of_the_data_and_comes_back_whole() {
        let room = tempfile::tempdir().unwrap();
        let (data, file) = (room.path().join("data"), room.path().join("monday"));
        let store = Store::open(&data).unwrap();
        save(&store, "before").await;
        let writing = tokio::spawn({
            let store = store.clone();
            async move {
                for n in 0..200 {
                    save(&store, &format!("meanwhile {n}")).await;
                }
            }
        });
        let (manifest, report) = backup(&data, &file).await.unwrap();
        assert_eq!(report.failed(), 0, "{report}");
        writing.await.unwrap();
        save(&store, "after").await;
        let before = store.head().await.unwrap();
        assert!(manifest.v >= 1 && manifest.v < before.v);
        drop(store);

        let restored = restore(&data, &file, false).await.unwrap();
        let store = Store::open(&data).unwrap();
        let head = store.head().await.unwrap();
        assert_eq!((head.server, head.v), (before.server, manifest.v));
        assert_eq!(head.epoch, restored.epoch);
        assert_ne!(head.epoch, before.epoch, "phones must notice");
        assert!(knows(&store, "before").await && !knows(&store, "after").await);
        assert_eq!(check::run(&store).await.unwrap().failed(), 0);
        save(&store, "later").await;
        drop(store);

        // What was there before is there still, with everything that was written last.
        let aside = tempfile::tempdir().unwrap();
        let old = restored.before.unwrap();
        for ending in ["", "-wal"] {
            let log = with(&old, ending);
            if log.exists() {
                fs::copy(log, with(&aside.path().join(store::FILE), ending)).unwrap();
            }
        }
        assert!(knows(&Store::open(aside.path()).unwrap(), "after").await);
        let left: Vec<String> = names(&data);
        assert!(!left.iter().any(|name| name.contains("partial") || name.contains("unfinished")));
    }

    #[tokio::test]
    async fn numbers_that_may_be_on_paper_are_not_given_again_after_a_restore() {
        let room = tempfile::tempdir().unwrap();
        let (data, file) = (room.path().join("data"), room.path().join("monday"));
        async fn next(store: &Store) -> Result<(String, u32), Error> {
            let given = store.write(|writing| {
                let day = clock::now().date_digits();
                let form = domain::number::ticket;
                let number = writing.next_number(domain::Kind::Ticket, &day, form)?;
                Ok((number, writing.next_device()?))
            });
            given.await
        }
        let store = Store::open(&data).unwrap();
        next(&store).await.unwrap();
        backup(&data, &file).await.unwrap();
        let lost = next(&store).await.unwrap();
        drop(store);
        restore(&data, &file, false).await.unwrap();
        let store = Store::open(&data).unwrap();
        let given = next(&store).await.unwrap();
        assert!(given.0 > lost.0 && given.1 > lost.1, "{given:?} after {lost:?}");
    }

    #[tokio::test]
    async fn a_backup_that_is_not_what_it_says_changes_nothing() {
        let room = tempfile::tempdir().unwrap();
        let (data, file) = (room.path().join("data"), room.path().join("monday"));
        let store = Store::open(&data).unwrap();
        save(&store, "before").await;
        backup(&data, &file).await.unwrap();
        save(&store, "after").await;
        drop(store);
        let whole = fs::read(&file).unwrap();
        let said = fs::read_to_string(beside(&file)).unwrap();
        let manifest: Manifest = serde_json::from_str(&said).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        let resealed = |bytes: &[u8], manifest: &Manifest| {
            let sha256 = hex(&Sha256::digest(bytes));
            let manifest = Manifest { bytes: bytes.len() as u64, sha256, ..manifest.clone() };
            serde_json::to_string(&manifest).unwrap()
        };
        let newer = Manifest { schema: 99, ..manifest.clone() };
        let other = Manifest { v: manifest.v + 1, ..manifest.clone() };
        let half = &whole[..whole.len() / 2];
        let cases: [(&[u8], String); 7] = [
            (&flipped, said.clone()),
            (half, said.clone()),
            (half, resealed(half, &manifest)),
            (b"", said.clone()),
            (&whole, "{}".into()),
            (&whole, resealed(&whole, &newer)),
            (&whole, resealed(&whole, &other)),
        ];
        for (bytes, said) in cases {
            fs::write(&file, bytes).unwrap();
            fs::write(beside(&file), &said).unwrap();
            assert!(restore(&data, &file, false).await.is_err(), "{said}");
            let store = Store::open(&data).unwrap();
            assert!(knows(&store, "after").await, "the data was touched: {said}");
            assert!(!names(&data).iter().any(|name| name.contains("before-")));
        }
        fs::remove_file(beside(&file)).unwrap();
        assert!(restore(&data, &file, false).await.is_err());
    }

    #[tokio::test]
    async fn nothing_is_restored_under_a_running_server_and_no_backup_is_written_over() {
        let room = tempfile::tempdir().unwrap();
        let (data, file) = (room.path().join("data"), room.path().join("monday"));
        let serving = Lock::take(&data).unwrap();
        let store = Store::open(&data).unwrap();
        save(&store, "before").await;
        backup(&data, &file).await.unwrap();
        assert!(restore(&data, &file, false).await.is_err());
        assert!(backup(&data, &file).await.is_err());
        assert!(backup(room.path(), &room.path().join("nothing")).await.is_err());
        drop((serving, store));
        restore(&data, &file, false).await.unwrap();
    }

    #[tokio::test]
    async fn a_restore_that_was_cut_off_is_noticed_and_can_be_done_again() {
        let room = tempfile::tempdir().unwrap();
        let (data, file) = (room.path().join("data"), room.path().join("monday"));
        let store = Store::open(&data).unwrap();
        save(&store, "before").await;
        drop(store);
        backup(&data, &file).await.unwrap();
        fs::write(lock::unfinished(&data), "").unwrap();
        fs::remove_file(data.join(store::FILE)).unwrap();
        assert!(lock::sound(&data).is_err(), "an empty database must not be served");
        restore(&data, &file, false).await.unwrap();
        lock::sound(&data).unwrap();
        assert!(knows(&Store::open(&data).unwrap(), "before").await);
    }
}
