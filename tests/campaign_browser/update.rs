//! `update`: a newer build of the app appears while entries wait, and the phone dies in the middle of it.
//!
//! Proves: whether the browser is killed while the new build is fetched, while it waits, while it takes over or
//! while entries travel, everything saved under one build is sent, once, by whichever build runs afterwards; a
//! page with words in a form is not reloaded under the person's hands. The two builds are the same program
//! under two names, so this does not prove that a future change of the database is carried out well.

use std::{thread, time::Duration};

use serde_json::json;

use super::{Campaign, Done, kill::mine, page::Page, pick};
use crate::{lossy::Dice, server::named};

/// Where the update is interrupted.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Fetching,
    Waiting,
    TakingOver,
    Sending,
    /// Not killed: a form is open, then the update goes through.
    Form,
}

const MOMENTS: [Moment; 5] =
    [Moment::Fetching, Moment::Waiting, Moment::TakingOver, Moment::Sending, Moment::Form];
const BUILD: &str = "document.documentElement.dataset.build";
const LOOK: &str = "navigator.serviceWorker.getRegistration().then((r) => r.update())";
const OFFERED: &str = "campaign.named('update')";

/// Write, deploy, die at a chosen moment, come back, finish the update, send.
///
/// # Errors
/// What was lost, or reloaded under a person's hands.
pub fn run(campaign: &mut Campaign, prefix: &str, dice: &mut Dice) -> Done<String> {
    // In turn, so that a small number of runs meets every moment.
    let moment = MOMENTS[campaign.runs as usize % MOMENTS.len()];
    let first = campaign.runs == 0;
    let stage = campaign.stage()?;
    let ticket = pick(dice, &stage.tickets).clone();
    let phone = &mut stage.phone;
    phone.line.mend();
    // Not in a page that another run left in the background.
    if first {
        phone.close()?;
    }
    if !phone.is_open() {
        phone.start()?;
    }
    // Files come through and work does not, so that there is something to lose.
    phone.page()?.hold_back_api(true)?;
    phone.open_ticket(&ticket)?;
    let page = phone.page()?;
    let before: String = page.js(BUILD)?;
    let count = dice.between(3, 9);
    let end: String = page.js(&format!("campaign.press({}, {count})", json!(prefix)))?;
    if end != "done" {
        return Err(format!("the notes were not saved: {end}"));
    }
    let next = if before.ends_with("-next") { "DOORSTEP_DIST" } else { "DOORSTEP_DIST_NEXT" };
    stage.server.deploy(named(next));

    let pause = |dice: &mut Dice, ms| thread::sleep(Duration::from_millis(dice.between(0, ms)));
    match moment {
        Moment::Fetching => {
            page.start(LOOK)?;
            pause(dice, 500);
        }
        Moment::Waiting => offered(page)?,
        Moment::TakingOver => {
            offered(page)?;
            page.press("update")?;
            pause(dice, 300);
        }
        Moment::Sending => {
            page.start(LOOK)?;
            page.hold_back_api(false)?;
            page.start("window.dispatchEvent(new Event('online'))")?;
            pause(dice, 250);
        }
        Moment::Form => {
            offered(page)?;
            under_a_form(page, &before, prefix)?;
        }
    }
    if !matches!(moment, Moment::Form) {
        phone.kill()?;
        phone.start()?;
    }
    let page = phone.page()?;
    page.hold_back_api(true)?;
    phone.open_ticket(&ticket)?;
    let mut held = mine(prefix, page.js("campaign.history()")?);
    held.sort();
    held.dedup();
    if held.len() as u64 != count {
        return Err(format!("{moment:?}: {count} saved, and the new start shows {held:?}"));
    }
    // Whatever was interrupted, the update can still be finished.
    if page.js::<String>(BUILD)? == before {
        offered(page)?;
        taken_over(page, &before)?;
    }
    let after: String = page.js(BUILD)?;
    page.hold_back_api(false)?;
    phone.send_all()?;
    stage.office.hear()?;
    let arrived = mine(prefix, stage.office.notes(prefix));
    let mut once = arrived.clone();
    once.sort();
    once.dedup();
    if arrived.len() as u64 != count || once.len() != arrived.len() {
        return Err(format!("{moment:?}: {count} saved, arrived {arrived:?}"));
    }
    Ok(format!("{moment:?}: {count} saved by {before}, sent by {after}"))
}

/// The new build lies ready and the page says so.
fn offered(page: &Page) -> Done {
    // Asked again: the one before may have been interrupted.
    page.until("the update is offered", &format!("{OFFERED} || {LOOK}.then(() => false)"))
}

/// With words in a form, the update is refused and the page stays.
fn under_a_form(page: &Page, before: &str, prefix: &str) -> Done {
    let words = format!("half a sentence {prefix}");
    page.fill("#note", &words)?;
    page.press("update")?;
    // The refusal is said in words; a reload would have begun in this time.
    thread::sleep(Duration::from_millis(400));
    let still: (String, String) =
        page.js(&format!("[{BUILD}, document.querySelector('#note')?.value ?? '']"))?;
    if still != (before.to_owned(), words) {
        return Err(format!("a form was open, and the page became {still:?}"));
    }
    page.fill("#note", "")?;
    page.press("update")?;
    taken_over(page, before)
}

/// The page was reloaded by itself, into the other build.
fn taken_over(page: &Page, before: &str) -> Done {
    let other =
        format!("{BUILD} !== {} && document.documentElement.dataset.ready === '1'", json!(before));
    // Words of a draft that came back are taken out: they would hold the update up.
    let again = "campaign.fill('#note', ''), campaign.click('update')";
    page.until("the new build runs", &format!("{other} || ({again}, false)"))
}
