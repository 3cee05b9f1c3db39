//! A phone with a browser, its network and its server, slowed down as far as wanted.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::link::Link;
use crate::{
    bench::{
        seed,
        server_process::{Data, Server},
    },
    browser::{
        driven::{Browser, Size},
        engine::Engine,
    },
};

pub const LOGIN: &str = "li";
/// Phones are this much slower than this machine.
pub const SLOWER: f64 = 4.0;

/// A server with an engineer's tickets, and the way there.
pub struct Place {
    pub server: Option<Server>,
    pub link: Link,
    _data: TempDir,
}

impl Place {
    pub async fn with(tickets: usize) -> Self {
        let data = tempfile::tempdir().expect("room for the data");
        seed::phone(data.path(), LOGIN, tickets).await;
        let server = Server::start(&Data::Folder(data.path().to_owned())).await;
        let link = Link::to(server.address).await;
        Self { server: Some(server), link, _data: data }
    }

    /// A phone nobody has used yet.
    pub async fn new_phone(&self) -> Browser {
        Browser::new(Engine::Chromium, Size::Phone, self.link.port).await
    }

    /// A phone that has everything and was closed since.
    pub async fn phone(&self, tickets: usize) -> Browser {
        let mut phone = self.new_phone().await;
        phone.open("/sign-in").await;
        sign_in(&phone).await;
        phone.see_installed().await;
        phone.see_synced().await;
        phone.go("/tickets").await;
        whole(&phone, tickets).await;
        phone.quit().await;
        phone.start().await;
        phone.open("/").await;
        phone.see_synced().await;
        phone
    }
}

/// Signs the engineer in on the page that shows the form.
pub async fn sign_in(phone: &Browser) {
    phone.fill("#login", LOGIN).await;
    phone.fill("#password", seed::PASSWORD).await;
    phone.press("sign-in").await;
}

/// Waits until the list of all tickets, which is on the screen or will be, names so many.
pub async fn whole(phone: &Browser, tickets: usize) {
    // A script may take half a minute at most, and a slow network longer.
    for _ in 0..8 {
        if phone.js(WHOLE, &[json!(tickets), json!(20_000)]).await {
            return;
        }
    }
    panic!("not all tickets arrive:\n{}", phone.screen().await);
}

const WHOLE: &str = "
const [tickets, most] = args;
const ends = performance.now() + most;
return new Promise((done) => {
    const look = () => {
        const said = document.querySelector('p[role=status].num')?.textContent ?? '';
        const well = document.querySelector('[data-name=sync]')?.dataset.state === 'fine';
        if (well && Number(said.replace(/[^0-9]/g, '')) >= tickets) done(true);
        else if (performance.now() > ends) done(false);
        else setTimeout(look, 50);
    };
    look();
});";

/// Makes its scripts run so many times slower, until the browser is closed.
pub async fn slow_down(phone: &Browser, times: f64) {
    cdp(phone, "Emulation.setCPUThrottlingRate", json!({ "rate": times })).await;
}

/// Has the script run in every page before anything of the page's own.
pub async fn on_every_page(phone: &Browser, script: &str) {
    cdp(phone, "Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
}

async fn cdp(phone: &Browser, method: &str, words: Value) {
    phone.web().cdp().send_raw(method, words).await.expect("Chromium knows this");
}
