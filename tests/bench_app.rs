//! `cargo xtask bench start`: how long the app takes to be there and to save, in a real browser.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

// The bench steers the same browser as the stories, with fewer of its hands.
#[allow(dead_code, reason = "the stories use the rest")]
mod browser {
    pub mod chromium;
    pub mod line;
    pub mod server;
    pub mod work;
    pub mod world;
}

use browser::{
    chromium::{Browser, Size},
    work,
    world::{LI, Language, World},
};
use serde_json::json;

const TIMES: usize = 7;
const SAVES: usize = 60;

#[tokio::main]
async fn main() {
    let mut world = World::new(Language::Chinese);

    let mut cold = Vec::new();
    for _ in 0..TIMES {
        let mut phone = world.new_device(Size::Phone).await;
        phone.open("/").await;
        cold.push(mounted(&phone).await);
        phone.quit().await;
    }
    print("first start, from the server", cold);

    let mut phone = world.device_of(LI, Size::Phone).await;
    let mut kept = Vec::new();
    for _ in 0..TIMES {
        phone.open("/").await;
        kept.push(mounted(&phone).await);
    }
    print("start from the service worker, with a person's data", kept);

    world.server.kill();
    let mut dead = Vec::new();
    for _ in 0..TIMES {
        phone.quit().await;
        phone.start().await;
        phone.open("/").await;
        dead.push(mounted(&phone).await);
    }
    print("start after the browser was closed, server dead", dead);

    let ticket = work::some_ticket(&phone).await;
    phone.go(&format!("/tickets/{ticket}")).await;
    phone.see_control("save-note").await;
    phone.js::<serde_json::Value>(SAVE, &[json!(SAVES)]).await;
    phone.until("all saved", "return window.took?.length >= args[0]", &[json!(SAVES)]).await;
    print("tap on \"add note\" to saved and shown", phone.js("return window.took", &[]).await);
    phone.js::<serde_json::Value>(FLOOR, &[json!(SAVES)]).await;
    phone.until("all stored", "return window.floor?.length >= args[0]", &[json!(SAVES)]).await;
    print("limit: the browser's own strict write", phone.js("return window.floor", &[]).await);
}

/// Milliseconds from the navigation until the app stood there.
async fn mounted(phone: &Browser) -> f64 {
    phone.ready().await;
    phone.js("return performance.getEntriesByName('doorstep:mounted')[0].startTime", &[]).await
}

/// Writes notes one after another, and measures from each tap until its text is on the screen.
const SAVE: &str = "
const times = args[0];
const took = [];
window.took = null;
(async () => {
    for (let n = 0; n < times; n++) {
        const text = `第 ${n} 句 ${Math.random()}`;
        const field = document.querySelector('#note');
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((go) => requestAnimationFrame(() => setTimeout(go, 30)));
        const shown = new Promise((done) => {
            const watch = new MutationObserver(() => {
                if ([...document.querySelectorAll('.timeline')].some((list) => list.textContent.includes(text))) {
                    watch.disconnect();
                    done();
                }
            });
            watch.observe(document.body, { childList: true, subtree: true, characterData: true });
        });
        const begun = performance.now();
        document.querySelector('[data-name=save-note]').click();
        await shown;
        took.push(performance.now() - begun);
    }
    window.took = took;
})();
return null;";

/// The same number of small strict writes to a database of its own.
const FLOOR: &str = "
const times = args[0];
const floor = [];
window.floor = null;
const open = indexedDB.open('bench-floor', 1);
open.onupgradeneeded = () => open.result.createObjectStore('rows');
open.onsuccess = async () => {
    for (let n = 0; n < times; n++) {
        const begun = performance.now();
        const write = open.result.transaction('rows', 'readwrite', { durability: 'strict' });
        write.objectStore('rows').put(new Uint8Array(600), n);
        await new Promise((done) => { write.oncomplete = done; });
        floor.push(performance.now() - begun);
    }
    window.floor = floor;
};
return null;";

fn print(what: &str, mut took: Vec<f64>) {
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share).round() as usize];
    println!("{what:<54} p50 {:>7.1} ms   p95 {:>7.1} ms", at(0.5), at(0.95));
}
