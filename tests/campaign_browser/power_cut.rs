//! `power-cut-browser`: the power goes while notes are pressed, and only what was synced stays.
//!
//! The folders where Chromium keeps IndexedDB and the origin-private file system lie on a disk that forgets
//! everything unsynced. Proves: a note that was on the screen as saved had been synced to the disk, so it
//! survives, once. `--expect-loss` shows that the harness bites: a small page of its own saves with relaxed
//! durability, Chromium's default, and the run passes only if acknowledged records are lost. Does not prove
//! that a phone's flash keeps what it says it has synced. The name of a new file lasts with the file's own
//! sync here, as on ext4 and F2FS, which phones use.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use super::{
    Campaign, Done,
    kill::{count, press_and_die},
    stage::Stage,
};
use crate::lossy::{Dice, Disk, Keep, Mount, Names};

/// Saves records one after another with relaxed durability, and tells which the browser called complete.
const RELAXED: &str = include_str!("relaxed.html");
/// The folders of the profile that the power takes from.
const FOLDERS: [&str; 2] = ["IndexedDB", "File System"];

/// The phone's disks, each over the folder it replaces.
pub struct Disks(Vec<(Disk, String, Mount)>);

impl Disks {
    /// Puts disks with the present contents over the folders. The browser is closed.
    fn insert(stage: &Stage) -> Done<Self> {
        let mut disks = Vec::new();
        for name in FOLDERS {
            let folder = stage.phone.folder(name);
            let put = || {
                fs::create_dir_all(&folder)?;
                let disk = Disk::filled_from(&folder)?;
                disk.names(Names::AnySync);
                let mount = disk.mount(&folder)?;
                Ok((disk, name.to_owned(), mount))
            };
            let put = put();
            disks.push(put.map_err(|why: std::io::Error| format!("the lossy disk: {why}"))?);
        }
        Ok(Self(disks))
    }

    /// The power goes, and comes back.
    fn cut(stage: &mut Stage, torn: Option<u64>) -> Done<u64> {
        let Some(Self(disks)) = stage.disks.take() else { return Err("no lossy disk".into()) };
        let (mut back, mut dropped) = (Vec::new(), 0);
        for (disk, name, mount) in disks {
            disk.cut(torn.map_or(Keep::Synced, Keep::Torn));
            dropped += disk.counts().dropped;
            drop(mount);
            let mount = disk.mount(&stage.phone.folder(&name)).map_err(|why| why.to_string())?;
            back.push((disk, name, mount));
        }
        stage.disks = Some(Self(back));
        Ok(dropped)
    }
}

/// One life of the phone until its power goes.
///
/// # Errors
/// What was lost, doubled or invented.
pub fn run(campaign: &mut Campaign, prefix: &str, dice: &mut Dice) -> Done<String> {
    let expect_loss = campaign.expect_loss;
    let stage = campaign.stage()?;
    if stage.disks.is_none() {
        stage.phone.close()?;
        stage.disks = Some(Disks::insert(stage)?);
    }
    if expect_loss {
        return lose(stage, dice);
    }
    let offline = dice.percent(75);
    let torn = dice.percent(50).then(|| dice.any());
    let mut dropped = 0;
    let lived = press_and_die(stage, prefix, offline, dice, |stage| {
        dropped = Disks::cut(stage, torn)?;
        Ok(())
    })?;
    let kept = count(stage, prefix, offline, &lived)?;
    let saved = lived.saved.len();
    Ok(format!("{saved} saved, {kept} kept, {dropped} unsynced writes dropped"))
}

/// The same with a page that does not ask for durability: it must lose what it called saved.
fn lose(stage: &mut Stage, dice: &mut Dice) -> Done<String> {
    if !stage.phone.is_open() {
        stage.phone.start()?;
    }
    let address = serve_relaxed().map_err(|why| why.to_string())?;
    let page = stage.phone.page()?;
    page.visit(&address)?;
    let saving = Duration::from_millis(dice.between(400, 1200));
    page.until("records are saved", "window.saved > 0")?;
    thread::sleep(saving);
    let page = stage.phone.kill()?;
    let saved = page.saved().len();
    Disks::cut(stage, None)?;
    stage.phone.start()?;
    let page = stage.phone.page()?;
    page.visit(&format!("{address}?count"))?;
    page.until("the records are counted", "window.counted !== undefined")?;
    let kept: usize = page.js("window.counted")?;
    stage.phone.kill()?;
    if kept < saved {
        Ok(format!(
            "{saved} acknowledged with relaxed durability, {} lost, as expected",
            saved - kept
        ))
    } else {
        Err(format!(
            "{saved} acknowledged with relaxed durability and none lost: the harness is blind"
        ))
    }
}

/// A server for the one page; the address it is at.
fn serve_relaxed() -> std::io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = format!("http://{}/", listener.local_addr()?);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            // Whoever hangs up gets nothing.
            let _heard = stream.read(&mut request);
            let _sent = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{RELAXED}",
                RELAXED.len()
            );
        }
    });
    Ok(address)
}
