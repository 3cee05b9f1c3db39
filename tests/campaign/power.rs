//! `power-cut-server`: the data lies on a disk that forgets what was not synced; then the plug is pulled.
//!
//! Proves that the server syncs before it says yes, contents and names of files alike, and that what a cut
//! leaves, also with half of the unsynced blocks written in any order, is a sound database. With
//! `--expect-loss` the server is started so that it does not wait for the disk, and a run passes only if the
//! loss is seen: else this campaign would prove nothing. It does not prove that a real disk keeps its promises.

use std::time::Duration;

use super::{
    Campaign, Done,
    audit::{Tally, audit},
    crowd::Crowd,
    lossy::{Dice, Disk, Keep, Names},
    server::{Place, Server, free_address},
};

/// How many writes without a sync are surely more than one answered commit.
const WRITES: u64 = 200;
/// How often, every five milliseconds, the disk is looked at for them.
const LOOKS: u32 = 6_000;

/// Waits until there is something to lose: much was written, and nothing of it synced.
async fn unsynced(disk: &Disk) -> Done<()> {
    let mut since = disk.counts();
    for _ in 0..LOOKS {
        tokio::time::sleep(Duration::from_millis(5)).await;
        let now = disk.counts();
        if now.syncs != since.syncs {
            since = now;
        } else if now.writes >= since.writes + WRITES {
            return Ok(());
        }
    }
    Err("nothing is written without a sync: the server does not do what was asked".into())
}

/// One run: one to three cuts on the same disk. Answers with what is wrong.
///
/// # Errors
/// Where it could not be carried out.
pub async fn run(campaign: &Campaign, seed: u64, tally: &mut Tally) -> Done<Vec<String>> {
    let mut dice = Dice::new(seed);
    let why = |why: std::io::Error| format!("the lossy disk: {why}");
    let folder = campaign.folder()?;
    let place = Place::Folder(folder.path().to_owned());
    let disk = Disk::filled_from(campaign.ground.path()).map_err(why)?;
    // Some file systems make a new name last with any sync, some only with one of its folder.
    disk.names(if dice.percent(70) { Names::FolderSync } else { Names::AnySync });
    let mut mount = disk.mount(folder.path()).map_err(why)?;
    let address = free_address();
    let mut server = Server::start(&campaign.program, &place, address).await?;
    let crowd = Crowd::start(&campaign.people, address, seed).await?;
    let cuts = dice.between(1, 3);
    for cut in 1..=cuts {
        tokio::time::sleep(Duration::from_millis(dice.between(50, 700))).await;
        if campaign.expects_loss {
            unsynced(&disk).await?;
        }
        let keep = if dice.percent(50) { Keep::Synced } else { Keep::Torn(dice.any()) };
        disk.cut(keep);
        server.kill();
        drop(mount);
        mount = disk.mount(folder.path()).map_err(why)?;
        if cut < cuts {
            server = Server::start(&campaign.program, &place, address).await?;
        }
    }
    let (mut devices, refused) = crowd.stop().await?;
    tally.refused += refused;
    let mut faults = match Server::start(&campaign.program, &place, address).await {
        Ok(server) => audit(server.address, &mut devices, campaign.reader(), tally).await?,
        Err(why) => vec![format!("NOT SOUND: {why}")],
    };
    faults.extend(campaign.sound(&place).await);
    drop(mount);
    if !faults.is_empty() && !campaign.expects_loss {
        let kept = std::env::temp_dir().join(format!("doorstep-power-cut-{seed}"));
        disk.pour_into(&kept).map_err(why)?;
        faults.push(format!("the disk as the last server left it is in {}", kept.display()));
    }
    Ok(faults)
}
