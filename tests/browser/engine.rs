//! The browser engines people have, and how each is started for a story.

use std::{
    io::{BufRead, BufReader},
    net::TcpStream,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use thirtyfour::Capabilities;

use super::{driven::Size, ports::free_port, processes::end_group, server::named};

/// How long a driver may take to listen on a busy machine.
const START_MAX: Duration = Duration::from_secs(20);

const CHROMIUM_FLAGS: [&str; 10] = [
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Chromium,
    Firefox,
    /// Safari's engine, as GTK has it.
    WebKit,
}

/// A driver that listens, and the screen it draws on where it needs one.
pub struct Driver {
    process: Child,
    screen: Option<Child>,
    pub port: u16,
}

impl Engine {
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// Whether what a browser stored is there when it is started again. WebKit forgets a driven session.
    pub fn keeps_profile(self) -> bool {
        self != Self::WebKit
    }

    /// Whether the driver shows a size by emulation, and can be told about the network.
    pub fn emulates(self) -> bool {
        self == Self::Chromium
    }

    /// Starts the driver and waits until it listens.
    pub fn drive(self) -> Driver {
        let (port, mut screen) = (free_port(), None);
        let mut driver = match self {
            Self::Chromium => {
                let mut driver = Command::new(named("CHROMEDRIVER"));
                driver.arg(format!("--port={port}"));
                driver
            }
            Self::Firefox => {
                let mut driver = Command::new(named("GECKODRIVER"));
                // Its own connection to the browser finds a port by itself.
                driver.args(["--port", &port.to_string(), "--websocket-port", "0"]);
                driver.env("MOZ_HEADLESS", "1");
                driver
            }
            Self::WebKit => {
                let (process, display) = a_screen();
                screen = Some(process);
                let mut driver = Command::new(named("WEBKITDRIVER"));
                driver.arg(format!("--port={port}")).env("DISPLAY", display);
                // Its sandbox wants rights that a container does not give.
                driver.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
                driver
            }
        };
        let process = driver
            // Where the demo organisation works.
            .env("TZ", "Asia/Shanghai")
            .env("LANGUAGE", "zh_CN")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|why| panic!("the driver of {} does not start: {why}", self.name()));
        let driver = Driver { process, screen, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < START_MAX, "the driver of {} does not listen", self.name());
            std::thread::sleep(Duration::from_millis(10));
        }
        driver
    }

    /// What the driver is asked for: a browser of this size, on this profile.
    pub fn capabilities(self, size: Size, profile: &Path) -> Capabilities {
        let mut capabilities = Capabilities::new();
        let options: Vec<(&str, Value)> = match self {
            Self::Chromium => {
                let own = format!("--user-data-dir={}", profile.display());
                let args: Vec<&str> = CHROMIUM_FLAGS.into_iter().chain([own.as_str()]).collect();
                vec![
                    ("browserName", json!("chrome")),
                    (
                        "goog:chromeOptions",
                        json!({
                            "binary": named("CHROMIUM"),
                            "args": args,
                            "mobileEmulation": { "deviceMetrics": size.metrics() },
                        }),
                    ),
                    ("goog:loggingPrefs", json!({ "browser": "ALL" })),
                ]
            }
            Self::Firefox => vec![
                ("browserName", json!("firefox")),
                (
                    "moz:firefoxOptions",
                    json!({
                        "binary": named("FIREFOX"),
                        "args": ["-headless", "-profile", profile],
                        "prefs": { "intl.accept_languages": "zh-CN" },
                    }),
                ),
            ],
            Self::WebKit => vec![
                ("browserName", json!("MiniBrowser")),
                (
                    "webkitgtk:browserOptions",
                    json!({ "binary": named("WEBKIT"), "args": ["--automation"] }),
                ),
            ],
        };
        for (key, value) in options {
            capabilities.set(key, value).expect("JSON is JSON");
        }
        capabilities
    }
}

/// A screen nobody looks at, and its name.
fn a_screen() -> (Child, String) {
    let mut process = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1600x1300x24", "-nolisten", "tcp"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("Xvfb starts");
    let output = process.stdout.take().expect("its output");
    let number = BufReader::new(output).lines().map_while(Result::ok).next();
    (process, format!(":{}", number.expect("the number of the screen").trim()))
}

impl Drop for Driver {
    /// Ends the driver and every process it started: they are one group.
    fn drop(&mut self) {
        end_group(&mut self.process);
        if let Some(screen) = &mut self.screen {
            end_group(screen);
        }
    }
}
