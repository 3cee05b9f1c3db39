//! `kill-server`: SIGKILL at a random moment while several people write; then the reckoning.
//!
//! Proves that an answer is given only for what another process can read afterwards, that nothing happens
//! twice when everybody sends again, and that an interrupted start is no harm. It proves nothing about power: the
//! kernel outlives a killed process and still writes what was never synced. That is `power-cut-server`.

use std::time::Duration;

use super::{
    Campaign, Done,
    audit::{Tally, audit},
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
    let folder = campaign.folder()?;
    copy_folder(campaign.ground.path(), folder.path()).map_err(|why| why.to_string())?;
    let place = Place::Folder(folder.path().to_owned());
    let address = free_address();
    let mut server = Server::start(&campaign.program, &place, address).await?;
    let crowd = Crowd::start(&campaign.people, address, seed).await?;
    for _ in 0..dice.between(1, 3) {
        tokio::time::sleep(Duration::from_millis(dice.between(20, 600))).await;
        server.kill();
        if dice.percent(30) {
            // Killed again while it starts.
            let mut early = Server::launch(&campaign.program, &place, address)?;
            tokio::time::sleep(Duration::from_millis(dice.between(0, 40))).await;
            early.kill();
        }
        server = Server::start(&campaign.program, &place, address).await?;
    }
    tokio::time::sleep(Duration::from_millis(dice.between(20, 200))).await;
    server.kill();
    let (mut devices, refused) = crowd.stop().await?;
    tally.refused += refused;
    let server = Server::start(&campaign.program, &place, address).await?;
    let faults = audit(server.address, &mut devices, campaign.reader(), tally).await?;
    drop(server);
    Ok([faults, campaign.sound(&place).await].concat())
}
