//! A real Chromium with a profile that outlives it: started, killed, and asked with scripts.

mod hands;
mod places;
mod sight;

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
    ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver,
    error::WebDriverError,
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

/// Ends the driver and every process it started: they are one group.
fn end(mut driver: Child) {
    let group = format!("-{}", driver.id());
    // All may have ended by themselves.
    let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    let _ = driver.wait();
}
