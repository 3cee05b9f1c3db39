//! A phone with a browser, its network and its server, slowed down as far as wanted.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::link::Link;
use crate::{
    bench::{
        seed,
        server_process::{Data, Server},
    },
    browser::chromium::{Browser, Size},
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
        Browser::new(Size::Phone, self.link.port).await
    }

    /// A phone that has everything and was closed since.
    pub async fn phone(&self) -> Browser {
        let mut phone = self.new_phone().await;
        phone.open("/sign-in").await;
        sign_in(&phone).await;
        phone.see_installed().await;
        synced(&phone).await;
        phone.quit().await;
        phone.start().await;
        phone.open("/").await;
        synced(&phone).await;
        phone
    }
}

/// Signs the engineer in on the page that shows the form.
pub async fn sign_in(phone: &Browser) {
    phone.fill("#login", LOGIN).await;
    phone.fill("#password", seed::PASSWORD).await;
    phone.press("sign-in").await;
}

/// Waits until everything is here; thousands of tickets take longer than the stories' patience.
pub async fn synced(phone: &Browser) {
    let _: bool = phone.js(SYNCED, &[json!(60_000)]).await;
}

/// Waits in the page until the cloud says that all is well; answers when that was.
pub const SYNCED: &str = "
const ends = performance.now() + args[0];
return new Promise((done, fail) => {
    const look = () => {
        const cloud = document.querySelector('[data-name=sync]');
        if (cloud?.dataset.state === 'fine') done(true);
        else if (performance.now() > ends) fail(new Error(`still ${cloud?.dataset.state}`));
        else setTimeout(look, 20);
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
