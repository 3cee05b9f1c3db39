//! From opening the app, with no network and a new browser process, to the painted list.

use serde_json::json;

use super::phone::{Place, SLOWER, on_every_page, slow_down};
use crate::{
    bench::report::{Figure, Report, Times, headline},
    browser::driven::Browser,
};

const BENCH: &str = "start";
const TICKETS: usize = 5_000;
const TIMES: usize = 7;

pub async fn run(report: &mut Report) {
    headline(&format!("Offline start in a new browser process, {TICKETS} tickets"));
    let mut place = Place::with(TICKETS).await;
    let mut phone = place.phone(TICKETS).await;
    if let Some(server) = place.server.take() {
        server.kill();
    }
    for (times, slower, goal) in [(TIMES, 1.0, f64::INFINITY), (TIMES, SLOWER, 1600.0)] {
        let (mut listed, mut mounted, mut floor) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..times {
            phone.quit().await;
            phone.start().await;
            slow_down(&phone, slower).await;
            on_every_page(&phone, WATCH).await;
            phone.open("/").await;
            let named = "return new Promise((done) => { const look = () => {
                const [mark] = performance.getEntriesByName(args[0]);
                if (mark) done(mark.startTime); else setTimeout(look, 20);
            }; look(); })";
            listed.push(phone.js(named, &[json!("bench:list")]).await);
            mounted.push(phone.js(named, &[json!("doorstep:mounted")]).await);
            floor.push(read_all(&phone).await);
        }
        let (listed, mounted, floor) = (Times::new(listed), Times::new(mounted), Times::new(floor));
        let pace = format!("{slower:.0}× CPU");
        let what = format!("limit: reading and parsing {TICKETS} rows, {pace}");
        report.add(Figure::new(BENCH, what, floor.at(0.5), "ms"));
        let figure =
            Figure::new(BENCH, format!("opened to painted list, {pace}"), listed.at(0.5), "ms");
        let note = format!("slowest {:.0}, first screen {:.0}", listed.at(1.0), mounted.at(0.5));
        let figure = figure.beside("bare read", floor.at(0.5)).at_most(goal).note(note);
        report.add(figure.goal_if(goal.is_finite()));
    }
}

/// Marks the moment when the first card of a list has been painted.
const WATCH: &str = "
const look = () => {
    if (!document.querySelector('[data-name=list] [data-name=ticket]')) {
        requestAnimationFrame(look);
        return;
    }
    const painted = new MessageChannel();
    painted.port1.onmessage = () => performance.mark('bench:list');
    requestAnimationFrame(() => painted.port2.postMessage(0));
};
requestAnimationFrame(look);";

/// Milliseconds to read and parse every stored row, with nothing of the app in the way.
async fn read_all(phone: &Browser) -> f64 {
    phone.js(READ_ALL, &[]).await
}

const READ_ALL: &str = "
return (async () => {
    const begun = performance.now();
    for (const { name } of await indexedDB.databases()) {
        const open = indexedDB.open(name);
        await new Promise((done) => { open.onsuccess = done; });
        if (!open.result.objectStoreNames.contains('entity')) { open.result.close(); continue; }
        const all = open.result.transaction('entity').objectStore('entity').getAll();
        await new Promise((done) => { all.onsuccess = done; });
        const decoder = new TextDecoder();
        for (const row of all.result) {
            const text = typeof row === 'string' ? row : decoder.decode(row);
            try { JSON.parse(text); } catch { JSON.parse(text.slice(text.indexOf('{'))); }
        }
        open.result.close();
    }
    return performance.now() - begun;
})();";
