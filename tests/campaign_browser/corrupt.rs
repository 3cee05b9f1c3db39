//! `corrupt-browser`: the browser's own database goes bad between two starts.
//!
//! Proves: whatever bit flips, file shrinks or file disappears in the folder where Chromium keeps IndexedDB,
//! the app has everything, or says that data were lost: within six seconds of its start, and within two in most of
//! the runs, because a machine may stand still once; and either way every unsent note reaches the server once.
//! Chromium opens a damaged database empty and without an error, so this rests on the second journal. Proves nothing about damage to both journals at once.

use std::{thread, time::Duration};

use serde_json::json;

use super::{Campaign, Done, damage, kill::mine, pick};
use crate::lossy::Dice;

/// Within this time of the start of the page a loss must be named, in most of the runs.
const NAMED_MS: f64 = 2000.0;
/// And in every one.
const NAMED_MS_MAX: f64 = 6000.0;
/// How long the newest note is old when the harm comes.
const SETTLED: Duration = Duration::from_millis(1_500);

/// Write, close or die, damage, start, be told, send.
///
/// # Errors
/// What was lost, or lost without a word.
pub fn run(campaign: &mut Campaign, prefix: &str, dice: &mut Dice) -> Done<String> {
    // A database that cannot be opened stays so until a person clears it: each run has a phone of its own.
    let stage = campaign.stage_for(1)?;
    let ticket = pick(dice, &stage.tickets).clone();
    let phone = &mut stage.phone;
    phone.line.cut();
    if !phone.is_open() {
        phone.start()?;
    }
    phone.open_ticket(&ticket)?;
    // An earlier loss stays on the screen until the person has taken note.
    phone.page()?.js::<bool>("campaign.click('data-lost')")?;
    let count = dice.between(4, 16);
    let written = format!("campaign.press({}, {count})", json!(prefix));
    let end: String = phone.page()?.js(&written)?;
    if end != "done" {
        return Err(format!("the notes were not saved: {end}"));
    }
    // The cache closes its files a moment after it has taken an entry; damage and death in one instant are two
    // misfortunes, and then the loss is only named.
    thread::sleep(SETTLED);
    if dice.percent(50) {
        phone.close()?;
    } else {
        phone.kill()?;
    }
    let harm = damage::harm(&phone.folder("IndexedDB"), dice)?;

    // Half of the phones start in the cellar, the others where there is a network.
    let offline = dice.percent(50);
    if !offline {
        phone.line.mend();
    }
    phone.start()?;
    let page = phone.page()?;
    let told = |why: String| format!("{harm}: {why}");
    page.open(&phone.address("/today")).map_err(told)?;
    let known = format!("campaign.named('data-lost') || campaign.waiting() === {count}");
    let known = if offline { known } else { format!("{known} || campaign.state() === 'fine'") };
    page.until("all is there, or the loss is named", &known).map_err(told)?;
    let at: Option<f64> = page.js("campaign.lostAt()")?;
    phone.send_all().map_err(told)?;
    stage.office.hear()?;
    let arrived = mine(prefix, stage.office.notes(prefix));
    let mut once = arrived.clone();
    once.sort();
    once.dedup();
    if once.len() as u64 != count || arrived.len() != once.len() {
        return Err(told(format!(
            "{count} notes were saved, {} arrived, {} different ones; named: {at:?}",
            arrived.len(),
            once.len()
        )));
    }
    campaign.named += u32::from(at.is_some());
    if let Some(at) = at.filter(|at| *at > NAMED_MS) {
        campaign.named_late += 1;
        let Campaign { named, named_late, .. } = *campaign;
        if at > NAMED_MS_MAX || (named_late > 1 && named_late * 2 > named) {
            return Err(told(format!(
                "of {named} losses {named_late} were named late, this after {at:.0} ms"
            )));
        }
    }
    let named = at.map_or("nothing to name".to_owned(), |at| format!("named after {at:.0} ms"));
    Ok(format!("{harm}, {named}, {count} of {count} arrived"))
}
