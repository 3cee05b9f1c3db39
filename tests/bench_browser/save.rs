//! From the tap on "add note" until the note is durable and on the screen, beside the browser's own write.

use serde_json::json;

use super::phone::{Place, SLOWER, slow_down};
use crate::bench::report::{Figure, Report, Times, headline};

const BENCH: &str = "save";
const TICKETS: usize = 5_000;
const SAVES: usize = 80;

pub async fn run(report: &mut Report) {
    headline(&format!("A note saved on a phone with {TICKETS} tickets, {SLOWER:.0}× CPU"));
    let place = Place::with(TICKETS).await;
    let phone = place.phone(TICKETS).await;
    phone.go("/tickets").await;
    let first = "return document.querySelector('[data-name=list] a[href]')?.getAttribute('href')";
    phone.until("a ticket", &first.replace("return", "return !!"), &[]).await;
    let ticket: String = phone.js(first, &[]).await;
    phone.go(&ticket).await;
    phone.see_control("save-note").await;
    for slower in [1.0, SLOWER] {
        slow_down(&phone, slower).await;
        let took: Vec<(f64, f64)> = phone.js(SAVE, &[json!(SAVES)]).await;
        let (floor, saved): (Vec<f64>, Vec<f64>) = took.into_iter().skip(5).unzip();
        let (floor, saved) = (Times::new(floor), Times::new(saved));
        let pace = format!("{slower:.0}× CPU");
        for (share, name, most) in [(0.5, "p50", 5.0), (0.95, "p95", 16.0)] {
            let what = format!("limit: the browser's own strict write, {pace}, {name}");
            report.add(Figure::new(BENCH, what, floor.at(share), "ms"));
            let what = format!("tap to durable and shown, {pace}, {name}");
            let figure = Figure::new(BENCH, what, saved.at(share), "ms");
            report.add(figure.beside("own strict write", floor.at(share)));
            let more = saved.at(share) - floor.at(share);
            let what = format!("  on top of the browser's own, {pace}, {name}");
            report.add(Figure::new(BENCH, what, more, "ms").at_most(most).goal_if(slower > 1.0));
        }
    }
}

/// In turns: a bare strict write of a note's size, and a note from the tap until its text is in the history.
const SAVE: &str = "
const times = args[0];
return (async () => {
    const open = indexedDB.open('bench-floor', 1);
    open.onupgradeneeded = () => open.result.createObjectStore('rows');
    await new Promise((done) => { open.onsuccess = done; });
    const calm = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go, 60)));
    const took = [];
    for (let n = 0; n < times; n++) {
        await calm();
        const bare = performance.now();
        const write = open.result.transaction('rows', 'readwrite', { durability: 'strict' });
        write.objectStore('rows').put(new Uint8Array(600).map(() => Math.random() * 256), n);
        await new Promise((done) => { write.oncomplete = done; });
        const floor = performance.now() - bare;

        const text = `第 ${n} 句 ${Math.random()}`;
        const field = document.querySelector('#note');
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        await calm();
        const shown = new Promise((done) => {
            const watch = new MutationObserver(() => {
                const lists = [...document.querySelectorAll('.timeline')];
                if (lists.some((list) => list.textContent.includes(text))) {
                    watch.disconnect();
                    done();
                }
            });
            watch.observe(document.body, { childList: true, subtree: true, characterData: true });
        });
        const begun = performance.now();
        document.querySelector('[data-name=save-note]').click();
        await shown;
        took.push([floor, performance.now() - begun]);
    }
    open.result.close();
    indexedDB.deleteDatabase('bench-floor');
    return took;
})();";
