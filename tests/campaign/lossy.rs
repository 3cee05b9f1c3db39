//! A disk in memory that forgets at a power cut what was not synced, and can be full or broken.
//!
//! What it proves: a program that answers "stored" before its data and the names of its files were synced
//! loses them here, every time, and not once in a thousand crashes. What it does not prove: that a real disk
//! keeps what it says it has synced. Two kinds of cut: [`Keep::Synced`] drops everything that was not synced;
//! [`Keep::Torn`] lets a random part of it survive, as disks do that write in an order of their own: any
//! of the unsynced 4 KiB blocks, some of them only in part, and the first so many changes of names.
//!
//! A failed sync is modelled after Linux: the blocks count as written, stay readable as long as the machine
//! runs, and no later sync brings them to the disk unless they are written again.

#[path = "lossy/dice.rs"]
mod dice;
#[path = "lossy/mount.rs"]
mod mount;
#[path = "lossy/tree.rs"]
mod tree;

use std::{
    fs, io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

pub use dice::Dice;
pub use mount::Mount;
use tree::Tree;

/// What a power cut leaves.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    /// Only what was synced.
    Synced,
    /// Also a part of the rest, drawn from this seed.
    Torn(u64),
}

/// What makes the name of a new, renamed or removed file last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Only a sync of its folder, as POSIX has it.
    FolderSync,
    /// Any sync, as on a file system with one ordered journal.
    AnySync,
}

/// A call that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Write,
    Sync,
}

/// A row of calls that fail.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub call: Call,
    /// How many of these calls still work.
    pub after: u64,
    /// How many fail then.
    pub times: u64,
    /// Whether they say "no room" or "input/output error".
    pub full: bool,
}

/// How much the disk has been used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub writes: u64,
    pub syncs: u64,
    /// Calls that failed because of a [`Fault`] or for want of room.
    pub failed: u64,
    /// Blocks and changes of names the last cut threw away.
    pub dropped: u64,
}

/// The disk. Clones are the same disk.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<Tree>>);

impl Disk {
    /// A disk with nothing on it.
    pub fn empty() -> Self {
        Self(Arc::new(Mutex::new(Tree::new())))
    }

    /// A disk with the contents of a folder, which count as synced.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn filled_from(folder: &Path) -> io::Result<Self> {
        let disk = Self::empty();
        disk.tree().load(tree::ROOT, folder)?;
        disk.tree().sync_all();
        Ok(disk)
    }

    /// Puts the disk over a folder, until the mount is dropped.
    ///
    /// # Errors
    /// Where the system does not allow it: no `/dev/fuse`, no right to mount.
    pub fn mount(&self, folder: &Path) -> io::Result<Mount> {
        Mount::new(self.0.clone(), folder)
    }

    /// Pulls the plug: whatever is mounted fails from now on, and the disk holds what survived.
    pub fn cut(&self, keep: Keep) {
        self.tree().cut(keep);
    }

    /// Says what makes names last; at first only a sync of their folder does.
    pub fn names(&self, names: Names) {
        self.tree().names = names;
    }

    /// Limits how many bytes fit; without a limit all do.
    pub fn room(&self, bytes: Option<u64>) {
        self.tree().room = bytes;
    }

    /// How many bytes are on it.
    pub fn used(&self) -> u64 {
        self.tree().used
    }

    /// Plans failing calls, or takes the plan back.
    pub fn fault(&self, fault: Option<Fault>) {
        self.tree().fault = fault;
    }

    /// How much the disk has been used so far.
    pub fn counts(&self) -> Counts {
        self.tree().counts
    }

    /// Writes everything on the disk into an ordinary folder.
    ///
    /// # Errors
    /// Where that folder cannot be written.
    pub fn pour_into(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        self.tree().pour(tree::ROOT, folder)
    }

    fn tree(&self) -> MutexGuard<'_, Tree> {
        tree::locked(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, io::Write};

    use super::*;

    /// The names and contents on the disk after `work` and a cut.
    fn after(keep: Keep, work: impl FnOnce(&Path) -> io::Result<()>) -> Vec<(String, Vec<u8>)> {
        let (folder, rest) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let disk = Disk::empty();
        let mount = disk.mount(folder.path()).expect("a right to mount");
        work(folder.path()).unwrap();
        disk.cut(keep);
        drop(mount);
        disk.pour_into(rest.path()).unwrap();
        let mut left: Vec<_> = fs::read_dir(rest.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, fs::read(path).unwrap())
            })
            .collect();
        left.sort();
        left
    }

    fn sync_folder(folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    #[test]
    fn what_was_synced_survives_and_what_was_not_is_gone() {
        let left = after(Keep::Synced, |folder| {
            let mut file = File::create(folder.join("log"))?;
            file.write_all(b"first")?;
            file.sync_data()?;
            sync_folder(folder)?;
            file.write_all(b"second")?;
            fs::write(folder.join("forgotten"), b"x")
        });
        assert_eq!(left, [("log".to_owned(), b"first".to_vec())]);
    }

    #[test]
    fn a_name_lasts_only_once_its_folder_was_synced() {
        let left = after(Keep::Synced, |folder| {
            let mut file = File::create(folder.join("new"))?;
            file.write_all(b"data")?;
            file.sync_all()
        });
        assert_eq!(left, []);
        let left = after(Keep::Synced, |folder| {
            fs::write(folder.join("old"), b"data")?;
            File::open(folder.join("old"))?.sync_all()?;
            sync_folder(folder)?;
            fs::rename(folder.join("old"), folder.join("renamed"))
        });
        assert_eq!(left, [("old".to_owned(), b"data".to_vec())]);
    }

    #[test]
    fn a_torn_cut_keeps_some_of_many_blocks() {
        let left = after(Keep::Torn(3), |folder| {
            let mut file = File::create(folder.join("pages"))?;
            file.write_all(&[1; 400 * 4096])?;
            file.sync_all()?;
            sync_folder(folder)?;
            let mut file = fs::OpenOptions::new().write(true).open(folder.join("pages"))?;
            file.write_all(&[2; 400 * 4096])
        });
        let (_, bytes) = &left[0];
        let new = bytes.iter().filter(|byte| **byte == 2).count();
        assert!(0 < new && new < bytes.len(), "{new} of {}", bytes.len());
    }

    #[test]
    fn a_failed_sync_is_not_mended_by_the_next() {
        let (folder, rest) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let disk = Disk::empty();
        let mount = disk.mount(folder.path()).expect("a right to mount");
        let mut file = File::create(folder.path().join("log")).unwrap();
        sync_folder(folder.path()).unwrap();
        file.write_all(b"lost").unwrap();
        disk.fault(Some(Fault { call: Call::Sync, after: 0, times: 1, full: false }));
        assert!(file.sync_all().is_err());
        assert!(file.sync_all().is_ok());
        drop(file);
        assert_eq!(fs::read(folder.path().join("log")).unwrap(), b"lost", "while it runs");
        disk.cut(Keep::Synced);
        drop(mount);
        disk.pour_into(rest.path()).unwrap();
        assert_ne!(fs::read(rest.path().join("log")).unwrap(), b"lost", "after the cut");
    }

    #[test]
    fn a_full_disk_says_so_until_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::empty();
        let _mount = disk.mount(folder.path()).expect("a right to mount");
        disk.room(Some(10_000));
        assert!(fs::write(folder.path().join("big"), [0; 20_000]).is_err());
        disk.room(None);
        assert!(fs::write(folder.path().join("big"), [0; 20_000]).is_ok());
        assert_eq!(disk.used(), 20_000);
    }
}
