//! `kill-browser`: the browser dies at a random moment while notes are pressed one after another.
//!
//! Proves: a note that was on the screen as saved is in the outbox or at the server after SIGKILL of the whole
//! browser, exactly once, also when the kill met a push; a note that was only pressed is there at most once,
//! whole; words that were saved do not wait in the form, to be sent again. Proves nothing about a power cut: after
//! SIGKILL the system still has every written page, so a program that never syncs passes this too. That is
//! `power-cut-browser`'s part.

use std::{collections::BTreeSet, thread, time::Duration};

use serde_json::json;

use super::{Campaign, Done, pick, stage::Stage};
use crate::lossy::Dice;

/// More than can be pressed before the kill.
const MANY: u32 = 90;

/// One life of the browser: press, die, come back, be counted.
///
/// # Errors
/// What was lost, doubled or invented.
pub fn run(campaign: &mut Campaign, prefix: &str, dice: &mut Dice) -> Done<String> {
    let stage = campaign.stage()?;
    let offline = dice.percent(70);
    let lived = press_and_die(stage, prefix, offline, dice, |_| Ok(()))?;
    let held = count(stage, prefix, offline, &lived)?;
    Ok(format!("{} saved, {held} kept", lived.saved.len()))
}

/// What the screen said before the end.
pub struct Lived {
    pub saved: Vec<String>,
}

/// Presses notes until the browser is killed; `then` does to the profile what happens with the power.
///
/// # Errors
/// What does not work.
pub fn press_and_die(
    stage: &mut Stage,
    prefix: &str,
    offline: bool,
    dice: &mut Dice,
    then: impl FnOnce(&mut Stage) -> Done,
) -> Done<Lived> {
    let ticket = pick(dice, &stage.tickets).clone();
    let phone = &mut stage.phone;
    if offline {
        phone.line.cut();
    } else {
        phone.line.mend();
    }
    if !phone.is_open() {
        phone.start()?;
    }
    phone.open_ticket(&ticket)?;
    phone.page()?.start(&format!(
        "campaign.press({}, {MANY}, {})",
        json!(prefix),
        dice.between(0, 30)
    ))?;
    thread::sleep(Duration::from_millis(dice.between(150, 1400)));
    let page = phone.kill()?;
    page.alive()?;
    // The page also told the notes of earlier runs, when it showed them.
    let saved = mine(prefix, page.saved());
    let lived = Lived { saved };
    then(stage)?;
    stage.phone.start()?;
    stage.phone.open_ticket(&ticket)?;
    Ok(lived)
}

/// Compares what is there with what was promised: first on the phone alone, then at the server.
///
/// # Errors
/// What was lost, doubled or invented.
pub fn count(stage: &mut Stage, prefix: &str, offline: bool, lived: &Lived) -> Done<usize> {
    let phone = &stage.phone;
    let page = phone.page()?;
    let held = mine(prefix, page.js("campaign.history()")?);
    lived.check("in the history", &held)?;
    let left: Vec<String> = page.js("campaign.drafts()")?;
    if let Some(note) = left.iter().find(|note| held.contains(note)) {
        return Err(format!("{note} is saved, and its words wait in the form again"));
    }
    if offline {
        page.open(&phone.address("/outbox"))?;
        let listed = format!("campaign.outbox().length >= {}", held.len());
        page.until("the outbox lists what waits", &listed)?;
        let waiting = mine(prefix, page.js("campaign.outbox()")?);
        lived.check("in the outbox", &waiting)?;
        let said: usize = page.js("campaign.waiting()")?;
        if said != held.len() {
            return Err(format!("{} wait, and the cloud says {said}", held.len()));
        }
    }
    phone.send_all()?;
    stage.office.hear()?;
    let arrived = mine(prefix, stage.office.notes(prefix));
    lived.check("at the server", &arrived)?;
    if arrived.len() < held.len() {
        return Err(format!(
            "{} were on the phone, {} are at the server",
            held.len(),
            arrived.len()
        ));
    }
    Ok(arrived.len())
}

/// The notes of this run.
pub fn mine(prefix: &str, notes: Vec<String>) -> Vec<String> {
    let own = format!("{prefix}-");
    notes.into_iter().filter(|note| note.starts_with(&own)).collect()
}

impl Lived {
    /// Every saved note once, every other at most once, and nothing nobody pressed.
    fn check(&self, place: &str, found: &[String]) -> Done {
        let once: BTreeSet<&String> = found.iter().collect();
        let lost: Vec<_> = self.saved.iter().filter(|note| !once.contains(note)).collect();
        if !lost.is_empty() {
            return Err(format!(
                "{} of {} saved notes are not {place}: {lost:?}; there are {found:?}",
                lost.len(),
                self.saved.len()
            ));
        }
        if once.len() != found.len() {
            return Err(format!("twice {place}: {found:?}"));
        }
        // What was pressed last may not have been heard of before the end.
        let pressed = |note: &&String| {
            let number = note.rsplit('-').next().and_then(|number| number.parse::<u32>().ok());
            number.is_some_and(|number| number < MANY)
        };
        match found.iter().find(|note| !pressed(note)) {
            Some(note) => Err(format!("{note} is {place}, and nobody pressed it")),
            None => Ok(()),
        }
    }
}
