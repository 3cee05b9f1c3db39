//! From a key pressed in the search field until what was found is painted.

use serde_json::json;

use super::phone::{Place, SLOWER, slow_down};
use crate::bench::report::{Figure, Report, Times, headline};

const BENCH: &str = "search";
const TICKETS: usize = 10_000;
/// What people look for: a model, a name, a street, a telephone number.
const WORDS: [&str; 5] = ["KFR-72", "王国华", "知春路 1", "1385", "SN00"];

pub async fn run(report: &mut Report) {
    headline(&format!("Search over {TICKETS} tickets on a phone"));
    let place = Place::with(TICKETS).await;
    let phone = place.phone(TICKETS).await;
    phone.go("/tickets").await;
    phone.see_control("list").await;
    for slower in [1.0, SLOWER] {
        slow_down(&phone, slower).await;
        let floor: Vec<f64> = phone.js(FLOOR, &[json!(TICKETS)]).await;
        let mut took: Vec<f64> = Vec::new();
        for word in WORDS {
            took.extend(phone.js::<Vec<f64>>(SEARCH, &[json!(word)]).await);
        }
        let note = format!("{} keys", took.len());
        let (floor, took) = (Times::new(floor), Times::new(took));
        let pace = format!("{slower:.0}× CPU");
        let what = format!("limit: a bare scan and one frame, {pace}, p95");
        report.add(Figure::new(BENCH, what, floor.at(0.95), "ms"));
        for (share, name, most) in [(0.5, "p50", f64::INFINITY), (0.95, "p95", 50.0)] {
            let what = format!("key to painted, {pace}, {name}");
            let figure = Figure::new(BENCH, what, took.at(share), "ms");
            let figure = figure.beside("bare scan", floor.at(share)).at_most(most);
            report.add(figure.goal_if(slower > 1.0 && most.is_finite()).note(note.clone()));
        }
    }
}

/// Types a word letter by letter and takes it back; a key that changes nothing is not counted.
const SEARCH: &str = "
const [word] = args;
return (async () => {
    const field = document.querySelector('input[type=search]');
    const results = document.querySelector('main') ?? document.body;
    const keys = [...word].map((_, n) => word.slice(0, n + 1));
    keys.push(...keys.slice(0, -1).reverse(), '');
    const took = [];
    for (const text of keys) {
        await new Promise((go) => setTimeout(go, 120));
        let changed = false;
        const watch = new MutationObserver(() => { changed = true; });
        watch.observe(results, { childList: true, subtree: true, characterData: true });
        const begun = performance.now();
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        let painted;
        do {
            painted = await new Promise((done) => {
                const channel = new MessageChannel();
                channel.port1.onmessage = () => done(performance.now());
                requestAnimationFrame(() => channel.port2.postMessage(0));
            });
        } while (!changed && painted - begun < 500);
        watch.disconnect();
        if (changed) took.push(painted - begun);
    }
    return took;
})();";

/// The least it could take: look through as many texts, and wait for the next frame.
const FLOOR: &str = "
const [count] = args;
return (async () => {
    const texts = Array.from({ length: count }, (_, n) =>
        `kfr-35gw 不制冷 ${n} 王国华 海淀区知春路 ${n} 号 13${n}00000 sn${n} `.repeat(2));
    const took = [];
    for (let n = 0; n < 40; n++) {
        await new Promise((go) => setTimeout(go, 30));
        const begun = performance.now();
        const found = texts.filter((text) => text.includes(`${n}7`));
        await new Promise((done) => {
            const channel = new MessageChannel();
            channel.port1.onmessage = done;
            requestAnimationFrame(() => channel.port2.postMessage(found.length));
        });
        took.push(performance.now() - begun);
    }
    return took;
})();";
