//! `restore`: the data is backed up while people write, goes on, is lost, and is put back from the older backup.
//!
//! Proves that everything the server ever acknowledged is there again once the phones have sent again what they
//! hold, also from a phone that was registered after the backup; once, and in the order it was made. It
//! proves nothing for phones that are lost as well, nor for what phones let go of after thirty days.

use std::time::Duration;

use super::{
    Campaign, Done,
    audit::{Tally, audit_restored},
    crowd::Crowd,
    lossy::Dice,
    server::{Place, Server, copy_folder, free_address},
};

/// One run. Answers with what is wrong.
///
/// # Errors
/// Where it could not be carried out.
pub async fn run(campaign: &Campaign, seed: u64, tally: &mut Tally) -> Done<Vec<String>> {
    let mut dice = Dice::new(seed);
    let (folder, safe) = (campaign.folder()?, campaign.folder()?);
    copy_folder(campaign.ground.path(), folder.path()).map_err(|why| why.to_string())?;
    let place = Place::Folder(folder.path().to_owned());
    let copy = safe.path().join("backup").display().to_string();
    let address = free_address();
    let mut server = Server::start(&campaign.program, &place, address).await?;
    let (early, late) = campaign.people.split_at(campaign.people.len() - 1);
    let early = Crowd::start(early, address, seed).await?;
    tokio::time::sleep(Duration::from_millis(dice.between(50, 500))).await;
    campaign.program.run_aside(&place, &["backup", &copy]).await?;
    let late = Crowd::start(late, address, seed ^ 7).await?;
    tokio::time::sleep(Duration::from_millis(dice.between(100, 800))).await;
    server.kill();
    campaign.program.run_aside(&place, &["restore", &copy]).await?;
    let server = Server::start(&campaign.program, &place, address).await?;
    tokio::time::sleep(Duration::from_millis(dice.between(0, 500))).await;
    let (mut devices, mut refused) = early.stop().await?;
    let (others, more) = late.stop().await?;
    devices.extend(others);
    refused += more;
    tally.refused += refused;
    let mut faults = audit_restored(server.address, &mut devices, campaign.reader(), tally).await?;
    // The first ones had heard of the lost history; they must have noticed that it is another one now.
    if devices.iter().all(|device| device.replica.head().era == 0) {
        faults.push("NOBODY NOTICED that older data was put back".to_owned());
    }
    drop(server);
    Ok([faults, campaign.sound(&place).await].concat())
}
