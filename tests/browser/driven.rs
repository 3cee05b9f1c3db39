//! A driven browser with a profile that outlives it: started, killed, and asked with scripts.

mod hands;
mod places;
mod sight;

use std::{
    cell::Cell,
    fmt::Debug,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{WebDriver, error::WebDriverError};

use super::{
    engine::{Driver, Engine},
    line::Line,
};

/// How long anything on the screen may take to appear on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(40);

/// Finds things the way a person does: in front, visible, the last opened dialog first.
const EYES: &str = include_str!("eyes.js");

/// What kind of screen the browser has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Phone,
    /// The narrowest phone people still have.
    Narrow,
    Tablet,
    /// The tablet, turned.
    Wide,
    Desk,
    /// The desk's screen at 200 %.
    Enlarged,
}

impl Size {
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Narrow => "narrow phone",
            Self::Tablet => "tablet",
            Self::Wide => "wide",
            Self::Desk => "desk",
            Self::Enlarged => "enlarged desk",
        }
    }

    pub fn pixels(self) -> (u32, u32) {
        match self {
            Self::Phone => (390, 844),
            Self::Narrow => (320, 640),
            Self::Tablet => (820, 1180),
            Self::Wide => (1180, 820),
            Self::Desk => (1440, 900),
            Self::Enlarged => (720, 450),
        }
    }

    pub fn touch(self) -> bool {
        !matches!(self, Self::Desk | Self::Enlarged)
    }

    pub fn metrics(self) -> Value {
        let ((width, height), touch) = (self.pixels(), self.touch());
        json!({ "width": width, "height": height, "pixelRatio": 1.0, "mobile": touch, "touch": touch })
    }
}

/// One browser on one device. Dropping it ends all its processes.
pub struct Browser {
    pub line: Line,
    engine: Engine,
    size: Size,
    profile: TempDir,
    running: Option<Running>,
    /// Whether the browser was told that there is no network; a new start must be told again.
    offline: Cell<bool>,
}

struct Running {
    web: WebDriver,
    /// Dropping it ends the browser and all its processes.
    _driver: Driver,
}

impl Browser {
    /// A browser nobody has used yet, with its own line to the server.
    pub async fn new(engine: Engine, size: Size, server_port: u16) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let mut browser = Self {
            line: Line::to(server_port),
            engine,
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
        for lock in ["SingletonLock", "SingletonSocket", "SingletonCookie", "lock", ".parentlock"] {
            let _ = std::fs::remove_file(self.profile.path().join(lock));
        }
        let driver = self.engine.drive();
        let capabilities = self.engine.capabilities(self.size, self.profile.path());
        let web = WebDriver::new(format!("http://127.0.0.1:{}", driver.port), capabilities).await;
        let web = web.unwrap_or_else(|why| panic!("{} does not start: {why}", self.engine.name()));
        if !self.engine.emulates() {
            let (width, height) = self.size.pixels();
            web.set_window_rect(0, 0, width, height).await.expect("a window of this size");
        }
        self.running = Some(Running { web, _driver: driver });
        if self.offline.get() {
            self.tell_network(true).await;
        }
    }

    /// The battery is out and comes back. Where the engine would forget everything with it, the app is only left.
    pub async fn die_and_start(&mut self) {
        if self.engine.keeps_profile() {
            self.kill().await;
            self.start().await;
        } else {
            self.web().goto("about:blank").await.expect("an empty page opens");
        }
    }

    /// The day before is over: the browser is closed, and opened again in the morning.
    pub async fn close_and_start(&mut self) {
        if self.engine.keeps_profile() {
            self.quit().await;
            self.start().await;
        }
    }

    /// Closes the browser as a person does.
    pub async fn quit(&mut self) {
        self.assert_calm().await;
        if let Some(Running { web, _driver }) = self.running.take() {
            web.quit().await.expect("the browser closes");
        }
    }

    /// The battery is out: nothing gets a chance to say goodbye.
    pub async fn kill(&mut self) {
        self.assert_calm().await;
        self.end();
    }

    fn end(&mut self) {
        if let Some(Running { web, _driver }) = self.running.take() {
            let _ = web.leak();
        }
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    fn is_open(&self) -> bool {
        self.running.is_some()
    }

    /// The driver itself, for what only a bench wants.
    pub fn web(&self) -> &WebDriver {
        &self.running.as_ref().expect("the browser is open").web
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
