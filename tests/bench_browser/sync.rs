//! The exchange in a real browser on a slow network: the first sync, a round without news, two hundred notes.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::{
    link::SLOW_4G,
    phone::{Place, SLOWER, on_every_page, sign_in, slow_down, whole},
};
use crate::{
    bench::report::{Figure, Report, Times, headline},
    browser::driven::Browser,
};

const BENCH: &str = "sync";
const TICKETS: usize = 5_000;
const NOTES: usize = 200;
const ROUNDS: usize = 5;

pub async fn run(report: &mut Report) {
    let place = Place::with(TICKETS).await;
    headline(&format!("First sync of {TICKETS} tickets in a browser"));
    let phone = first(report, &place, false).await;
    drop(phone);
    let phone = first(report, &place, true).await;
    headline("In a browser on Slow 4G, 4× CPU");
    nothing(report, &place, &phone).await;
    notes(report, &place, &phone).await;
}

/// What the page noted while it filled.
#[derive(Debug, Deserialize)]
struct Seen {
    /// When the button was pressed, before this page was opened.
    pressed: f64,
    /// When the first sync was asked for.
    asked: f64,
    /// When fifty tickets were on the screen's list.
    fifty: f64,
    /// When everything was here.
    whole: f64,
    requests: f64,
}

/// The first sync, from the first question to the last row stored.
async fn first(report: &mut Report, place: &Place, slow: bool) -> Browser {
    let phone = place.new_phone().await;
    let pace = if slow { "Slow 4G, 4× CPU" } else { "not shaped" };
    on_every_page(&phone, WATCH).await;
    phone.open("/sign-in").await;
    // The program comes behind the form.
    phone.until("the program is here", HERE, &[]).await;
    let stored: f64 = {
        slow_down(&phone, if slow { SLOWER } else { 1.0 }).await;
        phone.js(BARE_STORE, &[json!(TICKETS)]).await
    };
    place.link.shape(slow.then_some(SLOW_4G));
    let before = place.link.bytes();
    sign_in(&phone).await;
    whole(&phone, TICKETS).await;
    let seen: Seen = phone.js("return window.seen()", &[]).await;
    let (up, down) = place.link.bytes();
    place.link.shape(None);
    slow_down(&phone, 1.0).await;
    let bytes = (up - before.0 + down - before.1) as f64;
    let what = format!("limit: storing {TICKETS} bare rows, {pace}");
    report.add(Figure::new(BENCH, what, stored, "ms"));
    let (most, note) = if slow { (8000.0, "link and bare store") } else { (1500.0, "bare store") };
    let link = if slow { bytes / 200.0 + 300.0 } else { 0.0 };
    let what = format!("first sync, {pace}");
    let figure = Figure::new(BENCH, what, seen.whole - seen.asked, "ms").at_most(most);
    let since = format!("{:.0} since the press on sign-in", seen.whole - seen.pressed);
    report.add(figure.beside(note, link.max(stored)).note(since));
    let what = format!("first sync, 50 tickets listed, {pace}");
    let figure = Figure::new(BENCH, what, seen.fifty - seen.asked, "ms").at_most(2000.0);
    let since = format!("{:.0} since the press on sign-in", seen.fifty - seen.pressed);
    report.add(figure.note(since));
    let what = format!("first sync, bytes both ways, {pace}");
    report.add(Figure::new(BENCH, what, bytes / 1e6, "MB").at_most(1.15));
    let what = format!("first sync, requests, {pace}");
    report.add(Figure::new(BENCH, what, seen.requests, ""));
    phone
}

/// Rounds in which nobody has anything to say.
async fn nothing(report: &mut Report, place: &Place, phone: &Browser) {
    slow_down(phone, SLOWER).await;
    place.link.shape(Some(SLOW_4G));
    let (mut took, mut ups, mut downs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..=ROUNDS {
        let before = place.link.bytes();
        let (_, one): (f64, f64) = phone.js(ROUND, &[]).await;
        // What still travels of this round belongs to it.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let (up, down) = place.link.bytes();
        took.push(one);
        ups.push((up - before.0) as f64);
        downs.push((down - before.1) as f64);
    }
    place.link.shape(None);
    let (up, down) = (Times::new(ups).at(0.5), Times::new(downs).at(0.5));
    let figure = Figure::new(BENCH, "nothing changed, bytes both ways", up + down, "B");
    let note = format!("{up:.0} up, {down:.0} down, HTTP/1.1 with all of Chromium's headers");
    report.add(figure.at_most(600.0).note(note));
    let figure = Figure::new(BENCH, "nothing changed, one round", Times::new(took).at(0.5), "ms");
    report.add(figure.beside("round trips of 150 ms", 150.0).at_most(300.0));
}

/// Two hundred notes made without a network, sent in one go.
async fn notes(report: &mut Report, place: &Place, phone: &Browser) {
    slow_down(phone, 1.0).await;
    let first = "return document.querySelector('[data-name=list] a[href]')?.getAttribute('href')";
    let ticket: String = phone.js(first, &[]).await;
    phone.go(&ticket).await;
    phone.see_control("save-note").await;
    phone.line.cut();
    for _ in 0..NOTES / 50 {
        let _: bool = phone.js(WRITE, &[json!(50)]).await;
    }
    slow_down(phone, SLOWER).await;
    place.link.shape(Some(SLOW_4G));
    phone.line.mend();
    let (up, _) = place.link.bytes();
    let (whole, asked): (f64, f64) = phone.js(ROUND, &[]).await;
    let (after, _) = place.link.bytes();
    place.link.shape(None);
    slow_down(phone, 1.0).await;
    let requests: f64 = phone.js("return window.lastRound.length", &[]).await;
    let up = (after - up) as f64 / 1000.0;
    report.add(Figure::new(BENCH, "200 notes out, Slow 4G, bytes up", up, "kB").at_most(25.0));
    report.add(Figure::new(BENCH, "200 notes out, Slow 4G, requests", requests, "").at_most(1.0));
    let figure = Figure::new(BENCH, "200 notes out, Slow 4G, asked to stored", asked, "ms");
    report.add(figure.at_most(900.0).note(format!("{whole:.0} since the network came back")));
}

/// Whether the program that follows has been fetched.
const HERE: &str = "return performance.getEntriesByType('resource').some((one) => /\\/field-.*wasm$/.test(one.name) && one.responseEnd > 0)";

/// Notes in every page when the press came, when fifty tickets were listed, and when all were and all was well.
const WATCH: &str = "
document.addEventListener('click', (event) => {
    if (event.target.closest?.('[data-name=sign-in]')) sessionStorage.setItem('bench:pressed', Date.now());
}, { capture: true });
const pressed = Number(sessionStorage.getItem('bench:pressed')) - performance.timeOrigin;
let went = false;
let fifty = null;
let whole = null;
const asks = () => performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/api/v1/sync'));
const look = () => {
    // From the page where one arrives to the list of everything, by the link a person would press.
    const link = document.querySelector('a[href=\"/tickets\"]');
    if (link && !went && location.pathname !== '/sign-in') {
        went = true;
        link.click();
    }
    const count = Number(document.querySelector('p[role=status].num')?.textContent.replace(/[^0-9]/g, '') ?? 0);
    if (fifty === null && count >= 50 && document.querySelector('[data-name=list] [data-name=ticket]')) fifty = performance.now();
    if (count >= 5000 && document.querySelector('[data-name=sync]')?.dataset.state === 'fine') whole = performance.now();
    if (whole === null) requestAnimationFrame(look);
};
requestAnimationFrame(look);
window.seen = () => new Promise((done) => {
    const ready = () => {
        if (whole === null) { setTimeout(ready, 20); return; }
        const all = asks();
        done({ pressed, asked: all[0].startTime, fifty, whole, requests: all.length });
    };
    ready();
});";

/// Wakes the app as a returning network does; how long until all was well, and how long since it asked.
const ROUND: &str = "
return new Promise((done) => {
    const asks = () => performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/api/v1/sync'));
    performance.setResourceTimingBufferSize(5000);
    const before = asks().length;
    const begun = performance.now();
    window.dispatchEvent(new Event('online'));
    const look = () => {
        const now = asks().slice(before);
        const well = document.querySelector('[data-name=sync]')?.dataset.state === 'fine';
        if (now.length > 0 && well) {
            window.lastRound = now.map((one) => [one.startTime, one.responseEnd]);
            const end = performance.now();
            done([end - begun, end - now[0].startTime]);
        } else {
            setTimeout(look, 5);
        }
    };
    look();
});";

/// Writes notes one after another.
const WRITE: &str = "
const [times] = args;
return (async () => {
    for (let n = 0; n < times; n++) {
        const text = `已联系客户，约好下午三点以后上门 ${n} ${Math.random()}`;
        const field = document.querySelector('#note');
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((go) => setTimeout(go, 5));
        document.querySelector('[data-name=save-note]').click();
        while (![...document.querySelectorAll('.timeline')].some((list) => list.textContent.includes(text))) {
            await new Promise((go) => setTimeout(go, 3));
        }
    }
    return true;
})();";

/// Milliseconds to put so many bare rows into a database, a thousand in each strict transaction.
const BARE_STORE: &str = "
const [count] = args;
return (async () => {
    const open = indexedDB.open('bench-floor', 1);
    open.onupgradeneeded = () => open.result.createObjectStore('rows');
    await new Promise((done) => { open.onsuccess = done; });
    const text = 'x'.repeat(1000);
    const begun = performance.now();
    for (let first = 0; first < count; first += 1000) {
        const write = open.result.transaction('rows', 'readwrite', { durability: 'strict' });
        const rows = write.objectStore('rows');
        for (let n = first; n < first + 1000; n++) rows.put(`${Math.random()}${text}`, `ticket:${n}`);
        await new Promise((done) => { write.oncomplete = done; });
    }
    const took = performance.now() - begun;
    open.result.close();
    indexedDB.deleteDatabase('bench-floor');
    return took;
})();";
