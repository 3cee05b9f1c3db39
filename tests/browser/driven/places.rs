//! Where one is in the browser, and whether there is a network.

use serde_json::json;
use thirtyfour::WindowHandle;

use super::Browser;

impl Browser {
    /// Types an address into the address bar and waits until the app is there.
    pub async fn open(&self, path: &str) {
        let address = format!("http://127.0.0.1:{}{path}", self.line.port());
        self.web().goto(address).await.expect("the page opens");
        self.ready().await;
    }

    /// Goes to a page of the app, by a link on the screen where there is one.
    pub async fn go(&self, path: &str) {
        if self.path().await == path {
            return;
        }
        let script = "const link = seen('a[href]').find((a) => a.getAttribute('href') === args[0]); link?.click(); return !!link";
        if self.js(script, &[json!(path)]).await {
            self.arrives_at(path).await;
        } else {
            self.open(path).await;
        }
    }

    pub async fn reload(&self) {
        self.web().refresh().await.expect("the page opens again");
        self.ready().await;
    }

    pub async fn back(&self) {
        self.web().back().await.expect("there is a way back");
    }

    pub async fn ready(&self) {
        self.until(
            "the app is there",
            "return document.documentElement.dataset.ready === '1'",
            &[],
        )
        .await;
    }

    pub async fn path(&self) -> String {
        self.js("return location.pathname + location.search", &[]).await
    }

    /// Waits until the address has `part` in it, and answers with the whole path.
    pub async fn arrives_at(&self, part: &str) -> String {
        self.until(
            &format!("the address has {part}"),
            "return location.href.includes(args[0])",
            &[json!(part)],
        )
        .await;
        self.path().await
    }

    /// Opens another tab and looks at it.
    pub async fn new_tab(&self) -> WindowHandle {
        let tab = self.web().new_tab().await.expect("a new tab");
        self.look_at(&tab).await;
        tab
    }

    /// Closes the tab that is looked at; another must be looked at next.
    pub async fn close_tab(&self) {
        self.web().close_window().await.expect("the tab closes");
    }

    /// Every page that is opened from now on in this tab runs a script before its own.
    pub async fn begin_pages_with(&self, script: &str) {
        let cdp = self.web().cdp();
        let source = json!({ "source": script });
        cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", source)
            .await
            .expect("Chromium obeys");
    }

    pub async fn tab(&self) -> WindowHandle {
        self.web().window().await.expect("a tab")
    }

    pub async fn look_at(&self, tab: &WindowHandle) {
        self.web().switch_to_window(tab.clone()).await.expect("the tab is there");
    }

    /// No network, as the browser and as the line have it.
    pub async fn go_offline(&self) {
        self.line.cut();
        self.tell_network(true).await;
    }

    pub async fn go_online(&self) {
        self.line.mend();
        self.tell_network(false).await;
    }

    /// The browser thinks that it has a network, and everything it sends arrives, but no answer does.
    pub async fn lose_answers(&self) {
        self.line.lose_answers();
        self.tell_network(false).await;
    }

    /// Nothing goes to the server's interface, but the app's files come through.
    pub async fn hold_back_api(&self, held: bool) {
        let urls = if held { json!(["*://*/api/*"]) } else { json!([]) };
        let cdp = self.web().cdp();
        cdp.send_raw("Network.enable", ()).await.expect("Chromium listens");
        cdp.send_raw("Network.setBlockedURLs", json!({ "urls": urls })).await.expect("and obeys");
    }

    /// What a browser is told by its system when the network goes or comes.
    pub(super) async fn tell_network(&self, offline: bool) {
        self.offline.set(offline);
        if !self.engine.emulates() {
            // These drivers have no such switch; the line itself is cut, and the page is told what a system would say.
            let event = if offline { "offline" } else { "online" };
            self.js::<bool>("return window.dispatchEvent(new Event(args[0]))", &[json!(event)])
                .await;
            return;
        }
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        let cdp = self.web().cdp();
        cdp.send_raw("Network.enable", ()).await.expect("Chromium listens");
        cdp.send_raw("Network.emulateNetworkConditions", conditions).await.expect("and obeys");
    }
}
