//! `quota-browser`: the browser runs out of room in the middle of an engineer's day.
//!
//! Proves, at random limits and with text that cannot be compressed: a note is saved whole or not at all, what
//! was saved before stays, the person reads "not saved" while the words are still in the field, and everything
//! goes on when there is room again. Where something big has taken all the room, as photos would, the ballast
//! the app lets go still holds fifty long notes, each as large as a sheet with a signature. Proves nothing
//! about a full disk of the phone itself, which Chromium reports in other ways.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{Campaign, Done, kill::mine, page::Page, stage::Phone};
use crate::lossy::Dice;

/// Notes that must still fit after something else took all the room.
const MUST_FIT: usize = 50;
/// Never so many fit: each is 12 kB, and there may be the ballast to let go besides the room.
const MANY: usize = 250;
/// After so many notes the room is measured again: what was taken away before counts as used for a while.
const MEASURED_AGAIN: usize = 30;
/// The notes one ticket takes, so that none grows beyond what an engineer would write.
const ON_A_TICKET: usize = 12;
/// These runs leave much behind, and the ballast that one let go is not put in again for a while.
const RUNS_ON_A_STAGE: u32 = 1;
/// What the app keeps for bad times, in bytes, and how long after its start it may take to.
const BALLAST: u64 = 2_000_000;
const BALLAST_MAX: Duration = Duration::from_secs(20);

/// Fill up, be told, get room, go on.
///
/// # Errors
/// What was lost, or not told.
pub fn run(campaign: &mut Campaign, prefix: &str, dice: &mut Dice) -> Done<String> {
    // In turn, so that a small number of runs meets both.
    let hog = campaign.runs % 2 == 1;
    let stage = campaign.stage_for(RUNS_ON_A_STAGE)?;
    let phone = &mut stage.phone;
    // The app puts its ballast in after a good talk with the server.
    phone.line.mend();
    if !phone.is_open() {
        phone.start()?;
    }
    let mut paper = Paper { tickets: &stage.tickets, prefix, written: 0 };
    paper.turn(phone)?;
    let page = phone.page()?;
    let origin = phone.address("");
    let usage = if hog { with_ballast(page, &origin)? } else { usage(page, &origin)?.0 };
    phone.line.cut();
    let room = if hog { 3_000_000 } else { dice.between(20_000, 250_000) };
    limit(page, &origin, Some(usage + room))?;
    if hog {
        let filled: String = page.js(HOG)?;
        if filled != "full" {
            return Err(format!("the room could not be filled: {filled}"));
        }
    }

    let (mut saved, mut refused) = (Vec::new(), None);
    while refused.is_none() && saved.len() < if hog { MUST_FIT } else { MANY } {
        if !hog && saved.len() % MEASURED_AGAIN == MEASURED_AGAIN - 1 {
            limit(page, &origin, Some(self::usage(page, &origin)?.0 + room))?;
        }
        let (note, answer) = paper.write(phone)?;
        match answer.as_str() {
            "saved" => saved.push(note),
            "refused" => refused = Some(note),
            other => return Err(format!("{note} of 12 kB: {other}; the person was told nothing")),
        }
    }
    match (&refused, hog) {
        (Some(_), true) => {
            return Err(format!("only {} notes fitted after the room was taken", saved.len()));
        }
        (None, false) => return Err(format!("{} notes fitted into {room} bytes", saved.len())),
        (Some(note), false) => {
            let begins =
                format!("document.querySelector('#note').value.startsWith({})", json!(note));
            if !page.js::<bool>(&begins)? {
                return Err("what was not saved is gone from the field".into());
            }
        }
        (None, true) => {}
    }
    // Still without room: what was saved is there, what was refused is not.
    page.open(&phone.address("/outbox"))?;
    let listed = format!("campaign.outbox().length >= {}", saved.len());
    page.until("the outbox lists what was saved", &listed)?;
    same(&saved, mine(prefix, page.js("campaign.outbox()")?), "in the outbox after a new start")?;

    limit(page, &origin, None)?;
    if hog {
        page.js::<bool>("caches.delete('hog')")?;
    }
    let (note, answer) = paper.write(phone)?;
    if answer != "saved" {
        return Err(format!("with room again a note is {answer}"));
    }
    saved.push(note);
    phone.send_all()?;
    stage.office.hear()?;
    same(&saved, mine(prefix, stage.office.notes(prefix)), "at the server")?;
    let what = if hog { "after something took all the room" } else { "before the person was told" };
    Ok(format!("{} notes of 12 kB saved {what}", saved.len() - 1))
}

/// Where the engineer writes: another ticket after a dozen notes.
struct Paper<'a> {
    tickets: &'a [String],
    prefix: &'a str,
    written: usize,
}

impl Paper<'_> {
    fn turn(&self, phone: &Phone) -> Done {
        let ticket = &self.tickets[self.written / ON_A_TICKET % self.tickets.len()];
        phone.open_ticket(ticket)
    }

    /// Writes one long note; its name and what the screen said.
    fn write(&mut self, phone: &Phone) -> Done<(String, String)> {
        let note = format!("{}-{}", self.prefix, self.written);
        let page = phone.page()?;
        let on_paper = page.js::<bool>("!!document.querySelector('#note')")?;
        if !on_paper || self.written.is_multiple_of(ON_A_TICKET) {
            self.turn(phone)?;
        }
        self.written += 1;
        let write = format!(
            "campaign.fill('#note', '') && campaign.write({} + ' ' + campaign.noise(3900))",
            json!(note)
        );
        Ok((note, page.js(&write)?))
    }
}

/// The same notes, each once.
fn same(saved: &[String], mut found: Vec<String>, place: &str) -> Done {
    let mut saved = saved.to_vec();
    saved.sort();
    found.sort();
    if saved == found {
        return Ok(());
    }
    let lost: Vec<_> = saved.iter().filter(|note| !found.contains(note)).collect();
    let more: Vec<_> = found.iter().filter(|note| !saved.contains(note)).collect();
    Err(format!(
        "{} were saved, {} are {place}; missing {lost:?}, refused or twice {more:?}",
        saved.len(),
        found.len()
    ))
}

/// Fills what room there is with something big, as photos would.
const HOG: &str = "
(async () => {
    const cache = await caches.open('hog');
    let size = 1 << 20;
    for (let n = 0; n < 4000; n += 1) {
        const bytes = new Uint8Array(size);
        for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
        try {
            await cache.put(`/hog/${n}`, new Response(bytes));
        } catch (error) {
            if (error.name !== 'QuotaExceededError') return String(error);
            if (size <= 4096) return 'full';
            size = size / 4;
        }
    }
    return 'never full';
})()";

/// Bytes in use: all, and those of the app's own data without the program.
fn usage(page: &Page, origin: &str) -> Done<(u64, u64)> {
    let known = page.call("Storage.getUsageAndQuota", json!({ "origin": origin }))?;
    let all = known["usage"].as_f64().ok_or_else(|| format!("no usage in {known}"))?;
    let kinds = known["usageBreakdown"].as_array().map(Vec::as_slice).unwrap_or_default();
    let own = kinds
        .iter()
        .filter(|kind| matches!(kind["storageType"].as_str(), Some("indexeddb" | "file_systems")));
    let own: f64 = own.filter_map(|kind| kind["usage"].as_f64()).sum();
    Ok((all as u64, own as u64))
}

/// Waits until the app has put its ballast in, and answers with the bytes in use.
fn with_ballast(page: &Page, origin: &str) -> Done<u64> {
    let begun = Instant::now();
    loop {
        let (all, own) = usage(page, origin)?;
        if own >= BALLAST {
            return Ok(all);
        }
        if begun.elapsed() > BALLAST_MAX {
            return Err(format!("no ballast: the app's own data take {own} bytes"));
        }
        thread::sleep(Duration::from_millis(100));
    }
}

fn limit(page: &Page, origin: &str, bytes: Option<u64>) -> Done {
    let mut asked = json!({ "origin": origin });
    if let Some(bytes) = bytes {
        asked["quotaSize"] = Value::from(bytes);
    }
    page.call("Storage.overrideQuotaForOrigin", asked).map(drop)
}
