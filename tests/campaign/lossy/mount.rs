//! The disk as a folder of this machine, through FUSE.

use std::{
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use fuser::{
    BackgroundSession, BsdFileFlags, Config, Errno, FileAttr, FileHandle, FileType, Filesystem,
    FopenFlags, Generation, INodeNo, LockOwner, MountOption, OpenFlags, RenameFlags, ReplyAttr,
    ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs,
    ReplyWrite, Request, TimeOrNow, WriteFlags,
};

use super::tree::{Body, File, Folder, Tree, locked};

/// How long the kernel may remember a name or a size. Nobody but the kernel changes them.
const TTL: Duration = Duration::from_secs(60);

/// The disk in its place. Dropping it takes the disk away, also when programs still hold files of it.
pub struct Mount {
    session: Option<BackgroundSession>,
    folder: PathBuf,
}

impl Mount {
    pub(super) fn new(tree: Arc<Mutex<Tree>>, folder: &Path) -> io::Result<Self> {
        let life = locked(&tree).life;
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("lossy".into()), MountOption::NoAtime];
        let session = fuser::spawn_mount(Files { tree, life }, folder, &config)?;
        Ok(Self { session: Some(session), folder: folder.to_owned() })
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily first: a process that dies at this moment may still hold a file.
        let _ =
            Command::new("umount").arg("--lazy").arg(&self.folder).stderr(Stdio::null()).status();
        if let Some(session) = self.session.take() {
            let _ = session.umount_and_join();
        }
    }
}

/// One life of the disk, as the kernel sees it.
struct Files {
    tree: Arc<Mutex<Tree>>,
    life: u64,
}

impl Files {
    /// The disk, unless its power was cut since.
    fn tree(&self) -> Result<MutexGuard<'_, Tree>, Errno> {
        let tree = locked(&self.tree);
        if tree.life == self.life { Ok(tree) } else { Err(Errno::EIO) }
    }

    fn look(&self, number: u64) -> Result<FileAttr, Errno> {
        attributes(&*self.tree()?, number)
    }

    /// Makes something and says what it is.
    fn make(
        &self,
        folder: INodeNo,
        name: &OsStr,
        body: Body,
        perm: u32,
    ) -> Result<FileAttr, Errno> {
        let mut tree = self.tree()?;
        let made = tree.make(folder.0, name, body, (perm & 0o7777) as u16)?;
        attributes(&tree, made)
    }
}

fn attributes(tree: &Tree, number: u64) -> Result<FileAttr, Errno> {
    let node = tree.node(number)?;
    let (kind, size) = match &node.body {
        Body::File(file) => (FileType::RegularFile, file.live.len() as u64),
        Body::Folder(_) => (FileType::Directory, 4096),
        Body::Link(target) => (FileType::Symlink, target.as_os_str().len() as u64),
    };
    Ok(FileAttr {
        ino: INodeNo(number),
        size,
        blocks: size.div_ceil(512),
        atime: node.changed,
        mtime: node.changed,
        ctime: node.changed,
        crtime: node.changed,
        kind,
        perm: node.perm,
        nlink: if kind == FileType::Directory { 2 } else { 1 },
        uid: 0,
        gid: 0,
        rdev: 0,
        blksize: 4096,
        flags: 0,
    })
}

fn entry(found: Result<FileAttr, Errno>, reply: ReplyEntry) {
    match found {
        Ok(found) => reply.entry(&TTL, &found, Generation(0)),
        Err(no) => reply.error(no),
    }
}

fn empty(done: Result<(), Errno>, reply: ReplyEmpty) {
    match done {
        Ok(()) => reply.ok(),
        Err(no) => reply.error(no),
    }
}

impl Filesystem for Files {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let found = self.tree().and_then(|tree| {
            let number = tree.find(parent.0, name)?;
            attributes(&tree, number)
        });
        entry(found, reply);
    }

    fn getattr(&self, _: &Request, node: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.look(node.0) {
            Ok(found) => reply.attr(&TTL, &found),
            Err(no) => reply.error(no),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        node: INodeNo,
        mode: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let set = self.tree().and_then(|mut tree| {
            if let Some(size) = size {
                tree.resize(node.0, usize::try_from(size).map_err(|_| Errno::EFBIG)?)?;
            }
            let found = tree.node_mut(node.0)?;
            if let Some(mode) = mode {
                found.perm = (mode & 0o7777) as u16;
            }
            match mtime {
                Some(TimeOrNow::SpecificTime(time)) => found.changed = time,
                Some(TimeOrNow::Now) => found.changed = SystemTime::now(),
                None => {}
            }
            attributes(&tree, node.0)
        });
        match set {
            Ok(found) => reply.attr(&TTL, &found),
            Err(no) => reply.error(no),
        }
    }

    fn readlink(&self, _: &Request, node: INodeNo, reply: ReplyData) {
        let target = self.tree().and_then(|tree| match &tree.node(node.0)?.body {
            Body::Link(target) => Ok(target.clone()),
            Body::File(_) | Body::Folder(_) => Err(Errno::EINVAL),
        });
        match target {
            Ok(target) => reply.data(target.as_os_str().as_encoded_bytes()),
            Err(no) => reply.error(no),
        }
    }

    fn mkdir(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        entry(self.make(parent, name, Body::Folder(Folder::default()), mode & !umask), reply);
    }

    fn symlink(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        target: &Path,
        reply: ReplyEntry,
    ) {
        entry(self.make(parent, name, Body::Link(target.to_owned()), 0o777), reply);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(self.tree().and_then(|mut tree| tree.remove(parent.0, name)), reply);
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(self.tree().and_then(|mut tree| tree.remove(parent.0, name)), reply);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let renamed = self.tree().and_then(|mut tree| {
            let taken = tree.find(new_parent.0, new_name).is_ok();
            if flags.contains(RenameFlags::RENAME_NOREPLACE) && taken {
                return Err(Errno::EEXIST);
            }
            if flags.contains(RenameFlags::RENAME_EXCHANGE) {
                return Err(Errno::EINVAL);
            }
            tree.rename((parent.0, name), (new_parent.0, new_name))
        });
        empty(renamed, reply);
    }

    fn open(&self, _: &Request, node: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        match self.look(node.0) {
            Ok(_) => reply.opened(FileHandle(0), FopenFlags::empty()),
            Err(no) => reply.error(no),
        }
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        match self.make(parent, name, Body::File(File::default()), mode & !umask) {
            Ok(made) => {
                reply.created(&TTL, &made, Generation(0), FileHandle(0), FopenFlags::empty());
            }
            Err(no) => reply.error(no),
        }
    }

    fn read(
        &self,
        _: &Request,
        node: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let tree = match self.tree() {
            Ok(tree) => tree,
            Err(no) => return reply.error(no),
        };
        match tree.file(node.0) {
            Ok(file) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX).min(file.live.len());
                let to = from.saturating_add(size as usize).min(file.live.len());
                reply.data(&file.live[from..to]);
            }
            Err(no) => reply.error(no),
        }
    }

    fn write(
        &self,
        _: &Request,
        node: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let written = self.tree().and_then(|mut tree| {
            tree.write(node.0, usize::try_from(offset).map_err(|_| Errno::EFBIG)?, data)
        });
        match written {
            Ok(()) => reply.written(u32::try_from(data.len()).unwrap_or(u32::MAX)),
            Err(no) => reply.error(no),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, node: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        empty(self.tree().and_then(|mut tree| tree.sync(node.0)), reply);
    }

    fn fsyncdir(&self, _: &Request, node: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        empty(self.tree().and_then(|mut tree| tree.sync(node.0)), reply);
    }

    fn readdir(
        &self,
        _: &Request,
        node: INodeNo,
        _: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let listed = self.tree().and_then(|tree| {
            let mut listed = vec![(node.0, FileType::Directory, ".".into())];
            listed.push((node.0, FileType::Directory, "..".into()));
            for (name, number) in &tree.folder(node.0)?.live {
                listed.push((*number, attributes(&tree, *number)?.kind, name.clone()));
            }
            Ok(listed)
        });
        match listed {
            Ok(listed) => {
                let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
                for (place, (number, kind, name)) in listed.into_iter().enumerate().skip(skipped) {
                    if reply.add(INodeNo(number), place as u64 + 1, kind, name) {
                        break;
                    }
                }
                reply.ok();
            }
            Err(no) => reply.error(no),
        }
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        let (room, used) = match self.tree() {
            Ok(tree) => (tree.room.unwrap_or(1 << 34), tree.used),
            Err(no) => return reply.error(no),
        };
        let (all, free) = (room / 4096, room.saturating_sub(used) / 4096);
        reply.statfs(all, free, free, 1 << 20, 1 << 20, 4096, 255, 4096);
    }
}
