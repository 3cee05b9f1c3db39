//! `disk-full-server`: the disk has no room, a write fails, or a sync fails; then all is well again.
//!
//! Proves that nothing is acknowledged that is not on the disk, that `/healthz` says so within five seconds
//! while the disk is full, that the server goes on by itself once there is room, and that a failed sync ends
//! the process: a kernel forgets blocks whose sync failed, so "try again" would say yes to what is lost. Every
//! run ends with a power cut, so that whatever only the memory knew shows as lost. Reads never fail here.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    Campaign, Done,
    audit::{Tally, audit},
    crowd::Crowd,
    line::Line,
    lossy::{Call, Dice, Disk, Fault, Keep},
    server::{Place, Server, free_address},
};

/// How long the health may stay green on a full disk.
const RED_WITHIN: Duration = Duration::from_secs(5);
/// How long the server may take to be well again.
const WELL_WITHIN: Duration = Duration::from_secs(10);

/// One run. Answers with what is wrong.
///
/// # Errors
/// Where it could not be carried out.
pub async fn run(campaign: &Campaign, seed: u64, tally: &mut Tally) -> Done<Vec<String>> {
    let mut dice = Dice::new(seed);
    let why = |why: std::io::Error| format!("the lossy disk: {why}");
    let folder = campaign.folder()?;
    let place = Place::Folder(folder.path().to_owned());
    let disk = Disk::filled_from(campaign.ground.path()).map_err(why)?;
    let mut mount = disk.mount(folder.path()).map_err(why)?;
    let address = free_address();
    let mut server = Server::start(&campaign.program, &place, address).await?;
    let crowd = Crowd::start(&campaign.people, address, seed).await?;
    let mut faults = Vec::new();

    match seed % 3 {
        0 => {
            disk.room(Some(disk.used() + dice.between(0, 400) * 1024));
            if !becomes(false, address, RED_WITHIN + filling()).await {
                faults.push(format!("GREEN on a full disk after {:?}", disk.counts()));
            }
            disk.room(None);
        }
        1 => {
            // Some writes in a row fail, wherever the server stands then.
            let (after, times) = (dice.between(0, 2000), dice.between(1, 60));
            disk.fault(Some(Fault { call: Call::Write, after, times, full: dice.percent(50) }));
            happened(&disk, &mut server).await?;
            disk.fault(None);
        }
        _ => {
            let (after, times) = (dice.between(0, 200), dice.between(1, 3));
            disk.fault(Some(Fault { call: Call::Sync, after, times, full: dice.percent(20) }));
            happened(&disk, &mut server).await?;
            if !ends(&mut server).await {
                faults.push("GOES ON after a failed sync".to_owned());
            }
            disk.fault(None);
            // Whoever runs a server lets it be started again when it ends.
            server = Server::start(&campaign.program, &place, address).await?;
        }
    }
    if !becomes(true, address, WELL_WITHIN).await {
        // A write error may end the process as well; then it is started again.
        if server.lives() {
            faults.push("NOT WELL although the disk is".to_owned());
        }
        server.kill();
        server = Server::start(&campaign.program, &place, address).await?;
    }
    tokio::time::sleep(Duration::from_millis(dice.between(20, 300))).await;
    disk.cut(Keep::Synced);
    server.kill();
    drop(mount);
    mount = disk.mount(folder.path()).map_err(why)?;
    let (mut devices, refused) = crowd.stop().await?;
    tally.refused += refused;
    match Server::start(&campaign.program, &place, address).await {
        Ok(server) => {
            let found = audit(server.address, &mut devices, campaign.reader(), tally).await?;
            faults.extend(found);
        }
        Err(why) => faults.push(format!("NOT SOUND: {why}")),
    }
    faults.extend(campaign.sound(&place).await);
    drop(mount);
    Ok(faults)
}

/// How long it may take until the people have filled what room there was.
fn filling() -> Duration {
    Duration::from_secs(10)
}

/// Waits until the planned fault has been met: a slow machine takes its time for two thousand writes, and a run has a
/// limit of its own.
///
/// # Errors
/// Where the server ends before: then nobody writes any more, and it will never be met.
async fn happened(disk: &Disk, server: &mut Server) -> Done {
    loop {
        // Asked first: the fault may be what ends it.
        let lives = server.lives();
        if disk.counts().failed > 0 {
            return Ok(());
        }
        if !lives {
            return Err("the server ended before the planned fault was met".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether the process ends by itself.
async fn ends(server: &mut Server) -> bool {
    let start = Instant::now();
    while server.lives() {
        if start.elapsed() > RED_WITHIN {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    true
}

/// Whether `/healthz` turns green or red in time.
async fn becomes(green: bool, address: SocketAddr, within: Duration) -> bool {
    let start = Instant::now();
    while start.elapsed() < within {
        let mut line = Line::to(address);
        if line.call("GET", "/healthz", "", "").await.is_ok() == green {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}
