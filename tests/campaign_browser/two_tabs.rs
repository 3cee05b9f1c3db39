//! `two-tabs`: two tabs of one browser press at the same time, and one of them freezes or dies now and then.
//!
//! Proves: two tabs are one device. Whatever was on either screen as saved arrives once, nothing arrives twice,
//! and at rest both tabs show the same, also when the network came and went, a tab was frozen in the middle of
//! whatever it did, or its process crashed. Does not prove anything about two browsers: they are two devices.

use std::{collections::BTreeSet, thread, time::Duration};

use serde_json::json;

use super::{Campaign, Done, kill::mine, page::Page, pick, stage::Phone};
use crate::lossy::Dice;

/// More than can be pressed in one run.
const MANY: u32 = 400;

/// A tab and how often it had to be opened.
struct Tab {
    page: Page,
    name: char,
    lives: u32,
}

/// Both tabs press while things happen to them; then everything must be everywhere, once.
///
/// # Errors
/// What was lost, doubled, or shown differently.
pub fn run(campaign: &mut Campaign, prefix: &str, dice: &mut Dice) -> Done<String> {
    let stage = campaign.stage()?;
    let ticket = pick(dice, &stage.tickets).clone();
    let phone = &mut stage.phone;
    phone.line.mend();
    phone.close()?;
    phone.start()?;
    let mut saved = BTreeSet::new();
    let mut tabs = [Tab::open(phone, 'a', &ticket)?, Tab::open(phone, 'b', &ticket)?];
    for tab in &tabs {
        tab.press(prefix, dice)?;
    }
    let mut done = [0; 3];
    for _ in 0..dice.between(4, 9) {
        thread::sleep(Duration::from_millis(dice.between(60, 260)));
        match dice.between(0, 5) {
            0 | 1 => phone.line.cut(),
            2 => phone.line.mend(),
            3 | 4 => {
                let tab = pick(dice, &tabs);
                tab.page.freeze(true)?;
                thread::sleep(Duration::from_millis(dice.between(60, 400)));
                tab.page.freeze(false)?;
                done[0] += 1;
            }
            _ => {
                let tab = &mut tabs[dice.between(0, 1) as usize];
                if dice.percent(50) {
                    tab.page.crash()?;
                    done[1] += 1;
                } else {
                    tab.page.close()?;
                    done[2] += 1;
                }
                saved.extend(mine(prefix, tab.page.saved()));
                // A crashed tab is closed by the person who sees it.
                let _gone = tab.page.close();
                *tab = Tab { lives: tab.lives + 1, ..Tab::open(phone, tab.name, &ticket)? };
                tab.press(prefix, dice)?;
            }
        }
    }
    phone.line.mend();
    for tab in &tabs {
        tab.page.js::<bool>("campaign.stop()")?;
    }
    let shown = "campaign.resting() && ['fine', 'conflict'].includes(campaign.state())";
    for tab in &tabs {
        tab.page.until(
            "the tab rests, and nothing waits",
            &format!("{shown} || (window.dispatchEvent(new Event('online')), false)"),
        )?;
        saved.extend(mine(prefix, tab.page.saved()));
    }
    stage.office.hear()?;
    let mut arrived = mine(prefix, stage.office.notes(prefix));
    arrived.sort();
    for tab in &tabs {
        let name = tab.name;
        let same = format!(
            "campaign.history().then((notes) => notes.filter((note) => note.startsWith({})).length === {})",
            json!(format!("{prefix}-")),
            arrived.len()
        );
        tab.page.until(&format!("tab {name} shows the {} that arrived", arrived.len()), &same)?;
        let mut shown = mine(prefix, tab.page.js("campaign.history()")?);
        shown.sort();
        if shown != arrived {
            return Err(format!("tab {name} shows {shown:?}, the server has {arrived:?}"));
        }
    }
    let once: BTreeSet<String> = arrived.iter().cloned().collect();
    if once.len() != arrived.len() {
        return Err(format!("twice at the server: {arrived:?}"));
    }
    let lost: Vec<_> = saved.difference(&once).collect();
    if !lost.is_empty() {
        return Err(format!("{} of {} saved notes are lost: {lost:?}", lost.len(), saved.len()));
    }
    let [frozen, crashed, closed] = done;
    Ok(format!(
        "{} saved, {} arrived; frozen {frozen}, crashed {crashed}, closed {closed}",
        saved.len(),
        arrived.len()
    ))
}

impl Tab {
    fn open(phone: &Phone, name: char, ticket: &str) -> Done<Self> {
        let page = phone.new_tab()?;
        page.open(&phone.address(&format!("/tickets/{ticket}")))?;
        page.until("the ticket is there", "!!document.querySelector('#note')")?;
        Ok(Self { page, name, lives: 0 })
    }

    fn press(&self, prefix: &str, dice: &mut Dice) -> Done {
        let own = format!("{prefix}-{}{}", self.name, self.lives);
        let gap = dice.between(0, 120);
        self.page.start(&format!("campaign.press({}, {MANY}, {gap})", json!(own)))
    }
}
