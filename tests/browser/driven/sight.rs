//! What a person sees, waits for, and would complain about.

use std::path::PathBuf;

use serde_json::json;

use super::{Browser, Size, pictures};

impl Browser {
    /// Waits until `text` can be read on the screen.
    pub async fn see(&self, text: &str) {
        self.until(&format!("“{text}” can be read"), "return reads(args[0])", &[json!(text)]).await;
    }

    /// Waits until the control with this `data-name` is gone.
    pub async fn see_control_gone(&self, name: &str) {
        self.until(&format!("{name} is gone"), "return !named(args[0])", &[json!(name)]).await;
    }

    /// Waits until the control with this `data-name` is on the screen.
    pub async fn see_control(&self, name: &str) {
        self.until(&format!("{name} is there"), "return !!named(args[0])", &[json!(name)]).await;
    }

    /// Waits until nothing lies over the page.
    pub async fn see_closed(&self) {
        self.until("nothing lies over the page", "return seen('dialog[open]').length === 0", &[])
            .await;
    }

    /// Waits until everything here is at the server.
    pub async fn see_synced(&self) {
        self.until(
            "everything is at the server",
            "return seen('[data-name=sync]')[0]?.dataset.state === 'fine'",
            &[],
        )
        .await;
    }

    /// Waits until nothing waits to be sent.
    pub async fn see_all_sent(&self) {
        let script =
            "return ['fine', 'conflict'].includes(seen('[data-name=sync]')[0]?.dataset.state)";
        self.until("nothing waits", script, &[]).await;
    }

    /// Waits until the app could be started without a network.
    pub async fn see_installed(&self) {
        let script = "return navigator.serviceWorker.getRegistration().then((r) => r?.active?.state === 'activated')";
        self.until("the service worker holds the app", script, &[]).await;
    }

    /// Whether the control with this `data-name` is there and not blocked.
    pub async fn may(&self, name: &str) -> bool {
        self.js("const e = named(args[0]); return !!e && bring(e) === null", &[json!(name)]).await
    }

    /// Whether `text` can be read right now.
    pub async fn reads(&self, text: &str) -> bool {
        self.js("return reads(args[0])", &[json!(text)]).await
    }

    /// Whether the control with this `data-name` is on the screen right now.
    pub async fn has(&self, name: &str) -> bool {
        self.js("return !!named(args[0])", &[json!(name)]).await
    }

    /// How many times `text` can be read.
    pub async fn times(&self, text: &str) -> usize {
        self.screen().await.matches(text).count()
    }

    /// Which build of the app is running.
    pub async fn build(&self) -> String {
        self.js("return document.documentElement.dataset.build", &[]).await
    }

    /// Waits until this text is among the drafts the browser keeps.
    pub async fn see_draft_kept(&self, text: &str) {
        let script = "return keptDrafts().then((drafts) => drafts.includes(args[0]))";
        self.until(&format!("“{text}” is kept"), script, &[json!(text)]).await;
    }

    /// Waits until this text is no draft any more.
    pub async fn see_draft_gone(&self, text: &str) {
        let script = "return keptDrafts().then((drafts) => !drafts.includes(args[0]))";
        self.until(&format!("“{text}” is no draft"), script, &[json!(text)]).await;
    }

    /// How many visible elements fit a selector.
    pub async fn count(&self, selector: &str) -> usize {
        self.js("return seen(args[0]).length", &[json!(selector)]).await
    }

    /// The text of the first visible element that fits a selector.
    pub async fn text(&self, selector: &str) -> String {
        self.until(
            &format!("{selector} is there"),
            "return seen(args[0]).length > 0",
            &[json!(selector)],
        )
        .await;
        self.js("return seen(args[0])[0].innerText.trim()", &[json!(selector)]).await
    }

    /// Everything that can be read.
    pub async fn screen(&self) -> String {
        self.js("return document.body.innerText", &[]).await
    }

    /// Turns or changes the screen while the page stays.
    pub async fn resize(&mut self, size: Size) {
        self.size = size;
        let mut metrics = size.metrics();
        metrics["deviceScaleFactor"] = json!(1);
        let cdp = self.web().cdp();
        cdp.send_raw("Emulation.setDeviceMetricsOverride", metrics).await.expect("another size");
        let (width, _) = size.pixels();
        self.until(
            "the page has the size",
            "return document.documentElement.clientWidth === args[0]",
            &[json!(width)],
        )
        .await;
    }

    /// Shows the page in a light or dark room; empty is what the system says.
    pub async fn light(&self, light: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": light });
        let cdp = self.web().cdp();
        cdp.send_raw("Emulation.setEmulatedMedia", json!({ "features": [feature] }))
            .await
            .expect("another light");
    }

    /// Remembers a setting as the app does.
    pub async fn remember(&self, key: &str, value: &str) {
        self.js::<Option<bool>>(
            "localStorage.setItem(args[0], args[1])",
            &[json!(key), json!(value)],
        )
        .await;
    }

    /// Waits until the page has drawn its data and nothing moves any more.
    pub async fn settled(&self) {
        let script = "return seen('.skeleton, [aria-busy=true]').every((e) => e.closest('[data-group]')) \
            && document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getTiming().iterations === Infinity)";
        self.until("the page is drawn", script, &[]).await;
    }

    /// Keeps a picture, and complains where something on it is clipped, unnamed or untranslated.
    pub async fn look(&self, name: &str, english: bool) {
        self.settled().await;
        self.picture(name).await;
        let found = self.faults(english).await;
        assert!(found.is_empty(), "{name} on the {}:\n{}", self.size.name(), found.join("\n"));
    }

    /// What is clipped, unnamed or untranslated on the page.
    pub async fn faults(&self, english: bool) -> Vec<String> {
        self.js("return complaints(args[0])", &[json!(english)]).await
    }

    /// Keeps a picture of the page from top to bottom.
    pub async fn whole_picture(&self, name: &str) {
        let height: u32 =
            self.js("return Math.min(6000, Math.max(innerHeight, document.documentElement.scrollHeight))", &[]).await;
        let (width, own) = self.size.pixels();
        let grow = height > own;
        let cdp = self.web().cdp();
        let metrics = |height: u32| json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": self.size.touch() });
        if grow {
            let _ = cdp.send_raw("Emulation.setDeviceMetricsOverride", metrics(height)).await;
        }
        self.picture(name).await;
        if grow {
            let _ = cdp.send_raw("Emulation.setDeviceMetricsOverride", metrics(own)).await;
        }
    }

    /// Keeps a picture of the screen.
    pub async fn picture(&self, name: &str) -> PathBuf {
        let folder = pictures();
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        let path = folder.join(format!("{name}.png"));
        let picture = self.web().screenshot_as_png().await.expect("a picture");
        std::fs::write(&path, picture).expect("room for a picture");
        path
    }

    /// What the page complained about since the last look, except that the network was away.
    pub(super) async fn complaints(&self) -> Vec<String> {
        let entries = self.web().browser_log().await.unwrap_or_default();
        let loud = entries.into_iter().filter(|entry| {
            let network = entry.source.as_deref() == Some("network");
            // Signing in with a wrong password, or after the session ended, is no bug.
            let expected = entry.message.contains("net::ERR_") || entry.message.contains(" 401 ");
            entry.level == "SEVERE" && !(network && expected)
        });
        loud.map(|entry| entry.message).collect()
    }

    /// No script error, no violated content security policy, nothing that could not be loaded.
    pub async fn assert_calm(&self) {
        if self.is_open() {
            let complaints = self.complaints().await;
            assert!(complaints.is_empty(), "on the {}: {complaints:#?}", self.size.name());
        }
    }
}
