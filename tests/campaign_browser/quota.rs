//! `quota-browser`: the browser runs out of room in the middle of an engineer's day.
//!
//! Proves, at random limits and with text that cannot be compressed: a note is saved whole or not at all, what
//! was saved before stays, the person reads "not saved" while the words are still in the field, and everything
//! goes on when there is room again. When something big has filled the room, the ballast the app holds still
//! makes room for dozens of long notes. Proves nothing about a full disk of the phone itself, which Chromium
//! reports in other ways.

use serde_json::{Value, json};

use super::{Campaign, Done, kill::mine, page::Page, pick};
use crate::lossy::Dice;

/// Notes that must still fit after something else took all the room.
const MUST_FIT: u64 = 50;
/// Never so many are needed.
const MANY: u64 = 400;

/// Fill up, be told, get room, go on.
///
/// # Errors
/// What was lost, or not told.
pub fn run(campaign: &mut Campaign, prefix: &str, dice: &mut Dice) -> Done<String> {
    let stage = campaign.stage()?;
    let ticket = pick(dice, &stage.tickets).clone();
    let phone = &mut stage.phone;
    phone.line.cut();
    if !phone.is_open() {
        phone.start()?;
    }
    phone.open_ticket(&ticket)?;
    let page = phone.page()?;
    let origin = phone.address("");
    let usage = usage(page, &origin)?;
    let hog = dice.percent(50);
    let room = if hog { 3_000_000 } else { dice.between(20_000, 250_000) };
    limit(page, &origin, Some(usage + room))?;
    if hog {
        page.until("the ballast lies ready", "campaign.named('never') || true")?;
        let filled: String = page.js(HOG)?;
        if filled != "full" {
            return Err(format!("the room could not be filled: {filled}"));
        }
    }
    let (mut saved, mut refused) = (Vec::new(), None);
    for n in 0..MANY {
        let note = format!("{prefix}-{n}");
        let write = format!("campaign.write({} + ' ' + campaign.noise(3900))", json!(note));
        match page.js::<String>(&write)?.as_str() {
            "saved" => saved.push(note),
            "refused" => {
                refused = Some(note);
                break;
            }
            other => {
                return Err(format!("note {n} of 12 kB: {other}; the person was told nothing"));
            }
        }
        if hog && saved.len() as u64 > MUST_FIT {
            break;
        }
    }
    if hog && (saved.len() as u64) < MUST_FIT {
        return Err(format!("only {} long notes fitted after the room was taken", saved.len()));
    }
    if !hog && refused.is_none() {
        return Err(format!("{} notes fitted into {room} bytes", saved.len()));
    }
    if let Some(note) = &refused {
        let kept: bool =
            page.js(&format!("document.querySelector('#note').value.startsWith({})", json!(note)))?;
        if !kept {
            return Err("what was not saved is gone from the field".into());
        }
    }
    // Still without room: what was saved is there, what was refused is not.
    phone.open_ticket(&ticket)?;
    let page = phone.page()?;
    let mut held = mine(prefix, page.js("campaign.history()")?);
    held.sort();
    let mut expected = saved.clone();
    expected.sort();
    if held != expected {
        return Err(format!("saved {expected:?}, and after a new start there are {held:?}"));
    }
    limit(page, &origin, None)?;
    if hog {
        page.js::<bool>("caches.delete('hog')")?;
    }
    let last = format!("{prefix}-{MANY}");
    let write =
        format!("campaign.fill('#note', '') && campaign.write({})", json!(format!("{last} after")));
    let answer: String = page.js(&write)?;
    if answer != "saved" {
        return Err(format!("with room again a note is {answer}"));
    }
    expected.push(last);
    phone.send_all()?;
    stage.office.hear()?;
    let mut arrived = mine(prefix, stage.office.notes(prefix));
    arrived.sort();
    expected.sort();
    if arrived != expected {
        return Err(format!("saved {expected:?}, arrived {arrived:?}"));
    }
    let what = if hog { "after something took the rest" } else { "then told" };
    Ok(format!("room for {room} bytes: {} long notes saved, {what}, all arrived", saved.len()))
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

fn usage(page: &Page, origin: &str) -> Done<u64> {
    let known = page.call("Storage.getUsageAndQuota", json!({ "origin": origin }))?;
    known["usage"].as_f64().map(|usage| usage as u64).ok_or_else(|| format!("no usage in {known}"))
}

fn limit(page: &Page, origin: &str, bytes: Option<u64>) -> Done {
    let mut asked = json!({ "origin": origin });
    if let Some(bytes) = bytes {
        asked["quotaSize"] = Value::from(bytes);
    }
    page.call("Storage.overrideQuotaForOrigin", asked).map(drop)
}
