//! A real Chromium with a profile that outlives it, steered like a person would: by what is on the screen.

use std::{
    cell::Cell,
    fmt::Debug,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{
    ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver, WebElement,
    WindowHandle, error::WebDriverError,
};

use super::{line::Line, server::named};

/// How long anything on the screen may take to appear on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(40);

const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
];

/// Finds things the way a person does: in front, visible, the last opened dialog first.
const EYES: &str = include_str!("eyes.js");

/// What kind of screen the browser has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Phone,
    Tablet,
    /// The tablet, turned.
    Wide,
    Desk,
}

impl Size {
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Wide => "wide",
            Self::Desk => "desk",
        }
    }

    fn pixels(self) -> (u32, u32) {
        match self {
            Self::Phone => (390, 844),
            Self::Tablet => (820, 1180),
            Self::Wide => (1180, 820),
            Self::Desk => (1440, 900),
        }
    }

    fn touch(self) -> bool {
        self != Self::Desk
    }

    fn metrics(self) -> Value {
        let ((width, height), touch) = (self.pixels(), self.touch());
        json!({ "width": width, "height": height, "pixelRatio": 1.0, "mobile": touch, "touch": touch })
    }
}

/// One browser on one device. Dropping it ends all its processes.
pub struct Browser {
    pub line: Line,
    size: Size,
    profile: TempDir,
    running: Option<Running>,
    /// Whether the browser was told that there is no network; a new start must be told again.
    offline: Cell<bool>,
}

struct Running {
    driver: Child,
    web: WebDriver,
}

impl Browser {
    /// A browser nobody has used yet, with its own line to the server.
    pub async fn new(size: Size, server_port: u16) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let mut browser = Self {
            line: Line::to(server_port),
            size,
            profile,
            running: None,
            offline: Cell::new(false),
        };
        browser.start().await;
        browser
    }

    /// Opens the browser with whatever its profile holds.
    pub async fn start(&mut self) {
        // A killed browser leaves its lock behind.
        for lock in ["SingletonLock", "SingletonSocket", "SingletonCookie"] {
            let _ = std::fs::remove_file(self.profile.path().join(lock));
        }
        let mut driver = Command::new(named("CHROMEDRIVER"))
            .arg("--port=0")
            // Where the demo organisation works.
            .env("TZ", "Asia/Shanghai")
            .env("LANGUAGE", "zh_CN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver starts");
        let output = driver.stdout.take().expect("its output");
        let port = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_suffix('.')?.rsplit_once("on port ")?.1.to_owned()))
            .expect("chromedriver names its port");
        let web = WebDriver::new(format!("http://127.0.0.1:{port}"), self.capabilities()).await;
        match web {
            Ok(web) => {
                self.running = Some(Running { driver, web });
                if self.offline.get() {
                    self.tell_network(true).await;
                }
            }
            Err(why) => {
                end(driver);
                panic!("Chromium does not start: {why}");
            }
        }
    }

    fn capabilities(&self) -> thirtyfour::ChromeCapabilities {
        let mut capabilities = DesiredCapabilities::chrome();
        let set = |capabilities: &mut thirtyfour::ChromeCapabilities| {
            capabilities.set_binary(&named("CHROMIUM").to_string_lossy())?;
            for flag in FLAGS {
                capabilities.add_arg(flag)?;
            }
            capabilities.add_arg(&format!("--user-data-dir={}", self.profile.path().display()))?;
            capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
            capabilities.add_experimental_option(
                "mobileEmulation",
                json!({ "deviceMetrics": self.size.metrics() }),
            )
        };
        set(&mut capabilities).expect("options Chromium knows");
        capabilities
    }

    /// Closes the browser as a person does.
    pub async fn quit(&mut self) {
        self.assert_calm().await;
        if let Some(Running { driver, web }) = self.running.take() {
            web.quit().await.expect("Chromium closes");
            end(driver);
        }
    }

    /// The battery is out: nothing gets a chance to say goodbye.
    pub async fn kill(&mut self) {
        self.assert_calm().await;
        self.end();
    }

    fn end(&mut self) {
        if let Some(Running { driver, web }) = self.running.take() {
            let _ = web.leak();
            end(driver);
        }
    }

    fn web(&self) -> &WebDriver {
        &self.running.as_ref().expect("the browser is open").web
    }

    // -- where one is

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

    pub async fn tab(&self) -> WindowHandle {
        self.web().window().await.expect("a tab")
    }

    pub async fn look_at(&self, tab: &WindowHandle) {
        self.web().switch_to_window(tab.clone()).await.expect("the tab is there");
    }

    // -- the network

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
    async fn tell_network(&self, offline: bool) {
        self.offline.set(offline);
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        let cdp = self.web().cdp();
        cdp.send_raw("Network.enable", ()).await.expect("Chromium listens");
        cdp.send_raw("Network.emulateNetworkConditions", conditions).await.expect("and obeys");
    }

    // -- hands

    /// Presses the control with this `data-name`.
    pub async fn press(&self, name: &str) {
        self.press_found(&format!("press {name}"), "return named(args[0])", name).await;
    }

    /// Presses the button, link or row with this text.
    pub async fn press_text(&self, text: &str) {
        self.press_found(&format!("press “{text}”"), "return pressable(args[0])", text).await;
    }

    async fn press_found(&self, what: &str, script: &str, word: &str) {
        self.attempt(what, async || {
            let found = self.run(script, &[json!(word)]).await?;
            let Ok(element) = found.element() else { return Ok(Some("it is not there".into())) };
            self.press_element(&element).await
        })
        .await;
    }

    async fn press_element(&self, element: &WebElement) -> Result<Option<String>, WebDriverError> {
        let handle = element.to_json()?;
        let refusal: Option<String> =
            self.run("return steady(args[0])", &[handle]).await?.convert()?;
        if refusal.is_some() {
            return Ok(refusal);
        }
        element.click().await.map(|()| None)
    }

    /// Unfolds a section, if what is in it cannot be seen yet.
    pub async fn unfold(&self, button: &str, inside: &str) {
        self.attempt(&format!("unfold with {button}"), async || {
            let seen = "return seen(args[0]).length > 0";
            if self.run(seen, &[json!(inside)]).await?.convert()? {
                return Ok(None);
            }
            let found = self.run("return named(args[0])", &[json!(button)]).await?;
            if let Ok(element) = found.element() {
                self.press_element(&element).await?;
                // Opening takes a moment; a second press would fold it again.
                tokio::time::sleep(LOOK_AGAIN * 5).await;
            }
            Ok(Some(format!("{inside} is not there")))
        })
        .await;
    }

    /// Presses the button inside the part with this `data-name`.
    pub async fn press_inside(&self, name: &str) {
        let script = "return named(args[0])?.querySelector('button, a') ?? null";
        self.press_found(&format!("press the button of {name}"), script, name).await;
    }

    /// Opens the row of a table that has this text.
    pub async fn press_row(&self, text: &str) {
        let script = "return seen('tr').find((row) => words(row).includes(args[0]))?.querySelector('a') ?? null";
        self.press_found(&format!("open the row of “{text}”"), script, text).await;
    }

    /// Presses every control with this `data-name`; each goes when it is pressed.
    pub async fn press_each(&self, name: &str) {
        let selector = format!("[data-name={name}]");
        for left in (0..self.count(&selector).await).rev() {
            self.press(name).await;
            let script = "return seen(args[0]).length <= args[1]";
            self.until("one less", script, &[json!(selector), json!(left)]).await;
        }
    }

    /// Presses the tab with this value.
    pub async fn press_tab(&self, value: &str) {
        let script = "return seen(`.tab[data-value=\"${args[0]}\"]`)[0] ?? null";
        self.press_found(&format!("press the tab {value}"), script, value).await;
    }

    /// Presses the control with this `data-name` in the row that has this text.
    pub async fn press_beside(&self, text: &str, name: &str) {
        let script = "const at = args[0].indexOf('|'); return beside(args[0].slice(0, at), args[0].slice(at + 1))";
        let what = format!("press {name} beside “{text}”");
        self.press_found(&what, script, &format!("{name}|{text}")).await;
    }

    /// Types into the field with this label (or `#id`), replacing what was there.
    pub async fn fill(&self, label: &str, text: &str) {
        self.attempt(&format!("fill “{label}”"), async || {
            let found = self.run("return field(args[0])", &[json!(label)]).await?;
            let Ok(element) = found.element() else { return Ok(Some("it is not there".into())) };
            let handle = element.to_json()?;
            let set: bool = self
                .run(
                    "return bring(args[0]), setTime(args[0], args[1])",
                    &[handle.clone(), json!(text)],
                )
                .await?
                .convert()?;
            if set {
                return Ok(None);
            }
            element.click().await?;
            self.run("args[0].select()", std::slice::from_ref(&handle)).await?;
            if text.is_empty() {
                element.send_keys("\u{e017}").await?;
            } else {
                element.send_keys(text).await?;
            }
            let now: String = self.run("return args[0].value", &[handle]).await?.convert()?;
            Ok((now != text).then(|| format!("it holds “{now}”")))
        })
        .await;
    }

    /// What stands in the field with this label.
    pub async fn value(&self, label: &str) -> String {
        self.see_field(label).await;
        self.js("return field(args[0]).value", &[json!(label)]).await
    }

    pub async fn see_field(&self, label: &str) {
        self.until(&format!("the field “{label}”"), "return !!field(args[0])", &[json!(label)])
            .await;
    }

    /// Picks one of the choices of a field: from a list, or among buttons.
    pub async fn pick(&self, label: &str, choice: &str) {
        self.attempt(&format!("pick “{choice}” of “{label}”"), async || {
            let found =
                self.run("return choice(args[0], args[1])", &[json!(label), json!(choice)]).await?;
            match found.json() {
                Value::Bool(true) => Ok(None),
                Value::Null => Ok(Some("it is not there".into())),
                _ => self.press_element(&found.element()?).await,
            }
        })
        .await;
    }

    /// Ticks the row with this text, if it is not ticked yet.
    pub async fn tick(&self, text: &str) {
        self.attempt(&format!("tick “{text}”"), async || {
            let found = self.run("return check(args[0])", &[json!(text)]).await?;
            match found.json() {
                Value::Bool(true) => Ok(None),
                Value::Null => Ok(Some("it is not there".into())),
                _ => self.press_element(&found.element()?).await,
            }
        })
        .await;
    }

    /// Draws something like a name on the signature pad.
    pub async fn draw_signature(&self) {
        self.attempt("draw on the pad", async || {
            let found = self.run("return seen('canvas')[0]", &[]).await?;
            let Ok(pad) = found.element() else { return Ok(Some("there is no pad".into())) };
            self.run("bring(args[0])", &[pad.to_json()?]).await?;
            for (start, bend) in [(-90, 26), (-10, -24), (60, 18)] {
                let chain =
                    self.web().action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
                let mut chain = chain.move_to_element_with_offset(&pad, start, 0).click_and_hold();
                for step in 0..12 {
                    chain =
                        chain.move_by_offset(4, if step % 4 < 2 { bend / 2 } else { -bend / 2 });
                }
                chain.release().perform().await?;
            }
            Ok(None)
        })
        .await;
    }

    // -- eyes

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

    /// Runs a script with `args` and the helpers of `eyes.js`.
    pub async fn js<T: DeserializeOwned + Debug>(&self, script: &str, args: &[Value]) -> T {
        let answer = self.run(script, args).await;
        answer.and_then(|answer| answer.convert()).unwrap_or_else(|why| panic!("{script}: {why}"))
    }

    async fn run(
        &self,
        script: &str,
        args: &[Value],
    ) -> Result<thirtyfour::session::scriptret::ScriptRet, WebDriverError> {
        let script = format!("const args = arguments;\n{EYES}\n{script}");
        self.web().execute(script, args.to_vec()).await
    }

    /// Waits until the script answers true.
    pub async fn until(&self, what: &str, script: &str, args: &[Value]) {
        self.attempt(what, async || {
            let well: bool = self.run(script, args).await?.convert()?;
            Ok((!well).then(|| "not yet".into()))
        })
        .await;
    }

    /// Tries until it works: `None` is done, `Some` says what is still missing.
    async fn attempt(
        &self,
        what: &str,
        mut work: impl AsyncFnMut() -> Result<Option<String>, WebDriverError>,
    ) {
        let begun = Instant::now();
        loop {
            let missing = match work().await {
                Ok(None) => return,
                Ok(Some(missing)) => missing,
                // The page may be drawing itself anew just now.
                Err(why) => why.to_string(),
            };
            if begun.elapsed() > PATIENCE {
                let test = std::thread::current().name().unwrap_or_default().replace("::", "-");
                let picture = self.picture(&format!("failed-{test}")).await;
                let (path, screen) = (self.path().await, self.screen().await);
                let complaints = self.complaints().await;
                panic!(
                    "{what}: {missing}\nat {path} on the {}, {}\n---\n{screen}\n---\n{complaints:#?}",
                    self.size.name(),
                    picture.display()
                );
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    // -- looks

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
        let script = "return seen('.skeleton, [aria-busy=true]').length === 0 \
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

    // -- pictures and complaints

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
    async fn complaints(&self) -> Vec<String> {
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
        if self.running.is_some() {
            let complaints = self.complaints().await;
            assert!(complaints.is_empty(), "on the {}: {complaints:#?}", self.size.name());
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.end();
    }
}

/// Where pictures are kept.
pub fn pictures() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join("target"));
    target.join("pictures")
}

/// Ends the driver and every process it started: they are one group.
fn end(mut driver: Child) {
    let group = format!("-{}", driver.id());
    // All may have ended by themselves.
    let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    let _ = driver.wait();
}
