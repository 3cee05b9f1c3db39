//! Files and folders in two states: as programs see them, and as they are on the platter.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard},
    time::SystemTime,
};

use fuser::Errno;

use super::{Call, Counts, Dice, Fault, Keep, Names};

/// The number of the outermost folder.
pub(super) const ROOT: u64 = 1;
/// What a disk writes whole, mostly.
const BLOCK: usize = 4096;
/// What a disk writes whole, always.
const SECTOR: u64 = 512;

type Done<T = ()> = Result<T, Errno>;

/// A lock that a panic elsewhere does not spoil.
pub(super) fn locked(tree: &Mutex<Tree>) -> MutexGuard<'_, Tree> {
    tree.lock().unwrap_or_else(|poison| poison.into_inner())
}

/// The contents of a file.
#[derive(Default)]
pub(super) struct File {
    pub(super) live: Vec<u8>,
    synced: Vec<u8>,
    /// Blocks that were written since the last sync.
    dirty: BTreeSet<usize>,
}

/// Names and the numbers of their nodes.
#[derive(Default)]
pub(super) struct Folder {
    pub(super) live: BTreeMap<OsString, u64>,
    synced: BTreeMap<OsString, u64>,
}

pub(super) enum Body {
    File(File),
    Folder(Folder),
    Link(PathBuf),
}

pub(super) struct Node {
    pub(super) body: Body,
    pub(super) perm: u16,
    pub(super) changed: SystemTime,
}

/// A name that now means another node, or none.
struct Change {
    folder: u64,
    name: OsString,
    node: Option<u64>,
}

/// Everything on the disk.
pub(super) struct Tree {
    nodes: BTreeMap<u64, Node>,
    next: u64,
    /// Changes of names since their folders were synced; those of one call last together.
    renamed: Vec<Vec<Change>>,
    /// Grows with each cut; who mounted the disk before has nothing to say any more.
    pub(super) life: u64,
    pub(super) names: Names,
    pub(super) room: Option<u64>,
    pub(super) used: u64,
    pub(super) fault: Option<Fault>,
    pub(super) counts: Counts,
}

impl Tree {
    pub(super) fn new() -> Self {
        let mut tree = Self {
            nodes: BTreeMap::new(),
            next: ROOT,
            renamed: Vec::new(),
            life: 0,
            names: Names::FolderSync,
            room: None,
            used: 0,
            fault: None,
            counts: Counts::default(),
        };
        tree.add(Body::Folder(Folder::default()), 0o755);
        tree
    }

    fn add(&mut self, body: Body, perm: u16) -> u64 {
        let number = self.next;
        self.next += 1;
        self.nodes.insert(number, Node { body, perm, changed: SystemTime::now() });
        number
    }

    pub(super) fn node(&self, number: u64) -> Done<&Node> {
        self.nodes.get(&number).ok_or(Errno::ENOENT)
    }

    pub(super) fn node_mut(&mut self, number: u64) -> Done<&mut Node> {
        self.nodes.get_mut(&number).ok_or(Errno::ENOENT)
    }

    pub(super) fn folder(&self, number: u64) -> Done<&Folder> {
        match &self.node(number)?.body {
            Body::Folder(folder) => Ok(folder),
            Body::File(_) | Body::Link(_) => Err(Errno::ENOTDIR),
        }
    }

    pub(super) fn file(&self, number: u64) -> Done<&File> {
        match &self.node(number)?.body {
            Body::File(file) => Ok(file),
            Body::Folder(_) => Err(Errno::EISDIR),
            Body::Link(_) => Err(Errno::EINVAL),
        }
    }

    /// The node of a name.
    pub(super) fn find(&self, folder: u64, name: &OsStr) -> Done<u64> {
        self.folder(folder)?.live.get(name).copied().ok_or(Errno::ENOENT)
    }

    /// Makes a node under a name that is free.
    pub(super) fn make(&mut self, folder: u64, name: &OsStr, body: Body, perm: u16) -> Done<u64> {
        if self.folder(folder)?.live.contains_key(name) {
            return Err(Errno::EEXIST);
        }
        self.admit(Call::Write, 0)?;
        let node = self.add(body, perm);
        self.rename_all(vec![Change { folder, name: name.to_owned(), node: Some(node) }]);
        Ok(node)
    }

    /// Takes a name away.
    pub(super) fn remove(&mut self, folder: u64, name: &OsStr) -> Done {
        let node = self.find(folder, name)?;
        if let Body::Folder(inner) = &self.node(node)?.body
            && !inner.live.is_empty()
        {
            return Err(Errno::ENOTEMPTY);
        }
        if let Body::File(file) = &self.node(node)?.body {
            self.used = self.used.saturating_sub(file.live.len() as u64);
        }
        self.rename_all(vec![Change { folder, name: name.to_owned(), node: None }]);
        Ok(())
    }

    /// Gives a node another name, in the place of what had it.
    pub(super) fn rename(&mut self, from: (u64, &OsStr), to: (u64, &OsStr)) -> Done {
        let node = self.find(from.0, from.1)?;
        if let Ok(replaced) = self.find(to.0, to.1) {
            if replaced == node {
                return Ok(());
            }
            match &self.node(replaced)?.body {
                Body::Folder(inner) if !inner.live.is_empty() => return Err(Errno::ENOTEMPTY),
                Body::File(file) => self.used = self.used.saturating_sub(file.live.len() as u64),
                Body::Folder(_) | Body::Link(_) => {}
            }
        }
        self.rename_all(vec![
            Change { folder: from.0, name: from.1.to_owned(), node: None },
            Change { folder: to.0, name: to.1.to_owned(), node: Some(node) },
        ]);
        Ok(())
    }

    fn rename_all(&mut self, changes: Vec<Change>) {
        for change in &changes {
            let Some(Node { body: Body::Folder(folder), .. }) = self.nodes.get_mut(&change.folder)
            else {
                continue;
            };
            match change.node {
                Some(node) => folder.live.insert(change.name.clone(), node),
                None => folder.live.remove(&change.name),
            };
        }
        self.renamed.push(changes);
    }

    pub(super) fn write(&mut self, number: u64, offset: usize, bytes: &[u8]) -> Done {
        let end = offset + bytes.len();
        let grows = end.saturating_sub(self.file(number)?.live.len()) as u64;
        self.admit(Call::Write, grows)?;
        self.used += grows;
        let node = self.node_mut(number)?;
        node.changed = SystemTime::now();
        if let Body::File(file) = &mut node.body {
            let first = offset.min(file.live.len()) / BLOCK;
            if file.live.len() < end {
                file.live.resize(end, 0);
            }
            file.live[offset..end].copy_from_slice(bytes);
            file.dirty.extend(first..end.div_ceil(BLOCK));
        }
        Ok(())
    }

    pub(super) fn resize(&mut self, number: u64, bytes: usize) -> Done {
        let before = self.file(number)?.live.len();
        let grows = bytes.saturating_sub(before) as u64;
        self.admit(Call::Write, grows)?;
        self.used = (self.used + bytes as u64).saturating_sub(before as u64);
        let node = self.node_mut(number)?;
        node.changed = SystemTime::now();
        if let Body::File(file) = &mut node.body {
            file.live.resize(bytes, 0);
            file.dirty.extend(bytes.min(before) / BLOCK..bytes.max(before).div_ceil(BLOCK));
        }
        Ok(())
    }

    /// Brings a file or a folder to the platter.
    pub(super) fn sync(&mut self, number: u64) -> Done {
        let admitted = self.admit(Call::Sync, 0);
        match &mut self.node_mut(number)?.body {
            Body::File(file) if admitted.is_err() => file.dirty.clear(),
            Body::File(file) => file.sync(),
            Body::Folder(_) if admitted.is_ok() => self.sync_names(Some(number)),
            Body::Folder(_) | Body::Link(_) => {}
        }
        if admitted.is_ok() && self.names == Names::AnySync {
            self.sync_names(None);
        }
        admitted
    }

    /// Makes the changes of names last that touch this folder, or all.
    fn sync_names(&mut self, folder: Option<u64>) {
        let touches = |changes: &Vec<Change>| {
            folder.is_none_or(|folder| changes.iter().any(|change| change.folder == folder))
        };
        let (synced, rest) = std::mem::take(&mut self.renamed).into_iter().partition(touches);
        self.renamed = rest;
        self.fix(synced);
    }

    fn fix(&mut self, changes: Vec<Vec<Change>>) {
        for Change { folder, name, node } in changes.into_iter().flatten() {
            let Some(Node { body: Body::Folder(folder), .. }) = self.nodes.get_mut(&folder) else {
                continue;
            };
            match node {
                Some(node) => folder.synced.insert(name, node),
                None => folder.synced.remove(&name),
            };
        }
    }

    pub(super) fn sync_all(&mut self) {
        self.sync_names(None);
        for node in self.nodes.values_mut() {
            if let Body::File(file) = &mut node.body {
                file.sync();
            }
        }
    }

    /// Whether this call may work, with so many more bytes to keep.
    fn admit(&mut self, call: Call, bytes: u64) -> Done {
        match call {
            Call::Write => self.counts.writes += 1,
            Call::Sync => self.counts.syncs += 1,
        }
        if bytes > 0 && self.room.is_some_and(|room| self.used + bytes > room) {
            self.counts.failed += 1;
            return Err(Errno::ENOSPC);
        }
        let Some(fault) = self.fault.as_mut().filter(|fault| fault.call == call) else {
            return Ok(());
        };
        if fault.after > 0 {
            fault.after -= 1;
        } else if fault.times > 0 {
            fault.times -= 1;
            let no = if fault.full { Errno::ENOSPC } else { Errno::EIO };
            self.counts.failed += 1;
            return Err(no);
        }
        Ok(())
    }

    /// Ends this life of the disk: what is on the platter is all there is.
    pub(super) fn cut(&mut self, keep: Keep) {
        self.life += 1;
        (self.room, self.fault, self.counts.dropped) = (None, None, 0);
        let mut dice = match keep {
            Keep::Synced => None,
            Keep::Torn(seed) => Some(Dice::new(seed)),
        };
        let mut renamed = std::mem::take(&mut self.renamed);
        let kept = dice.as_mut().map_or(0, |dice| dice.between(0, renamed.len() as u64));
        let lost = renamed.split_off(usize::try_from(kept).unwrap_or_default());
        self.counts.dropped += lost.len() as u64;
        self.fix(renamed);
        for node in self.nodes.values_mut() {
            match &mut node.body {
                Body::Folder(folder) => folder.live.clone_from(&folder.synced),
                Body::File(file) => self.counts.dropped += file.cut(dice.as_mut()),
                Body::Link(_) => {}
            }
        }
        let mut reached = BTreeSet::new();
        self.reach(ROOT, &mut reached);
        self.nodes.retain(|number, _| reached.contains(number));
        let sizes = self.nodes.values().map(|node| match &node.body {
            Body::File(file) => file.live.len() as u64,
            Body::Folder(_) | Body::Link(_) => 0,
        });
        self.used = sizes.sum();
    }

    fn reach(&self, number: u64, reached: &mut BTreeSet<u64>) {
        reached.insert(number);
        let inner = self.folder(number).map(|folder| folder.live.values().copied().collect());
        for number in inner.unwrap_or_else(|_| Vec::new()) {
            self.reach(number, reached);
        }
    }

    /// Takes in what is in an ordinary folder.
    pub(super) fn load(&mut self, number: u64, from: &Path) -> io::Result<()> {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let (kind, perm) = (entry.file_type()?, entry.metadata()?.permissions().mode());
            let body = if kind.is_dir() {
                Body::Folder(Folder::default())
            } else if kind.is_symlink() {
                Body::Link(fs::read_link(entry.path())?)
            } else if kind.is_file() {
                let live = fs::read(entry.path())?;
                self.used += live.len() as u64;
                let dirty = (0..live.len().div_ceil(BLOCK)).collect();
                Body::File(File { live, synced: Vec::new(), dirty })
            } else {
                continue; // A socket means nothing to the next life.
            };
            let made = self.make(number, &entry.file_name(), body, (perm & 0o7777) as u16);
            let made = made.map_err(|no| io::Error::from_raw_os_error(no.code()))?;
            if kind.is_dir() {
                self.load(made, &entry.path())?;
            }
        }
        Ok(())
    }

    /// Writes what is in a folder of the disk into an ordinary one.
    pub(super) fn pour(&self, number: u64, to: &Path) -> io::Result<()> {
        let Ok(folder) = self.folder(number) else { return Ok(()) };
        for (name, number) in &folder.live {
            let (Ok(node), path) = (self.node(*number), to.join(name)) else { continue };
            match &node.body {
                Body::Folder(_) => {
                    fs::create_dir_all(&path)?;
                    self.pour(*number, &path)?;
                }
                Body::File(file) => {
                    fs::write(&path, &file.live)?;
                    fs::set_permissions(&path, fs::Permissions::from_mode(node.perm.into()))?;
                }
                Body::Link(target) => std::os::unix::fs::symlink(target, &path)?,
            }
        }
        Ok(())
    }
}

impl File {
    fn sync(&mut self) {
        self.synced.resize(self.live.len(), 0);
        for block in std::mem::take(&mut self.dirty) {
            let (from, to) = (block * BLOCK, ((block + 1) * BLOCK).min(self.live.len()));
            if from < to {
                self.synced[from..to].copy_from_slice(&self.live[from..to]);
            }
        }
    }

    /// Forgets what was not synced, but for what the dice keep; says how many blocks are lost.
    fn cut(&mut self, dice: Option<&mut Dice>) -> u64 {
        let mut lost = 0;
        if let Some(dice) = dice {
            // Some files fare well, some badly, some in between.
            let share = [0, 50, 90, 100][(dice.any() % 4) as usize];
            for block in std::mem::take(&mut self.dirty) {
                let (from, whole) = (block * BLOCK, ((block + 1) * BLOCK).min(self.live.len()));
                if from >= whole || !dice.percent(share) {
                    lost += 1;
                    continue;
                }
                let torn = from + (SECTOR * dice.between(1, 8)) as usize;
                let to = if dice.percent(20) { torn.min(whole) } else { whole };
                if self.synced.len() < to {
                    self.synced.resize(to, 0);
                }
                self.synced[from..to].copy_from_slice(&self.live[from..to]);
            }
            if self.live.len() < self.synced.len() && dice.percent(share) {
                self.synced.truncate(self.live.len());
            }
        } else {
            lost = std::mem::take(&mut self.dirty).len() as u64;
        }
        self.live.clone_from(&self.synced);
        lost
    }
}
