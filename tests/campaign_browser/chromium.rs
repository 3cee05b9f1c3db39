//! A real Chromium on a profile folder that outlives it: started, closed as a person does, or killed.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{Done, page::Page, pipe::Pipe};
use crate::{processes::end_group, server::named};

const FLAGS: [&str; 15] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-startup-window",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Two tabs press at the same time; a screen would show only one of them.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--window-size=390,844",
    "--lang=zh-CN",
];
/// How long a browser may take to close, and what it said last to be heard.
const END_MAX: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// A running browser. Dropping it is how it is killed: all its processes at once.
pub struct Chromium {
    process: Child,
    pub pipe: Arc<Pipe>,
}

impl Chromium {
    /// Opens a browser with whatever the profile holds.
    ///
    /// # Errors
    /// Why it does not start.
    pub fn start(profile: &Path) -> Done<Self> {
        // A killed browser leaves its lock behind.
        for lock in ["SingletonLock", "SingletonSocket", "SingletonCookie"] {
            let _ = fs::remove_file(profile.join(lock));
        }
        // Chromium listens at 3 and answers at 4.
        let mut process = Command::new("sh")
            .args(["-c", r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#, "sh"])
            .arg(named("CHROMIUM"))
            .args(FLAGS)
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={}", profile.display()))
            .env("TZ", "Asia/Shanghai")
            .env("LANGUAGE", "zh_CN")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|why| format!("Chromium does not start: {why}"))?;
        let (Some(to), Some(from)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("Chromium has no pipes".into());
        };
        let pipe = Arc::new(Pipe::new(to));
        let listener = pipe.clone();
        thread::spawn(move || listener.listen(from));
        let chromium = Self { process, pipe };
        chromium.pipe.call(None, "Browser.getVersion", json!({}))?;
        Ok(chromium)
    }

    /// Opens a tab.
    ///
    /// # Errors
    /// What Chromium does not like.
    pub fn tab(&self) -> Done<Page> {
        Page::open_tab(self.pipe.clone())
    }

    /// Closes the browser as a person does: everything gets a chance to be written.
    ///
    /// # Errors
    /// That it does not close.
    pub fn close(mut self) -> Done {
        self.pipe.call(None, "Browser.close", json!({}))?;
        let begun = Instant::now();
        while begun.elapsed() < END_MAX {
            if self.process.try_wait().is_ok_and(|status| status.is_some()) {
                return Ok(());
            }
            thread::sleep(LOOK_AGAIN);
        }
        Err("Chromium does not close".into())
    }

    /// The battery is out: nothing gets a chance to say goodbye. Returns when every process is gone and what was
    /// said before is heard.
    fn end(&mut self) {
        end_group(&mut self.process);
        let begun = Instant::now();
        while !self.pipe.is_over() && begun.elapsed() < END_MAX {
            thread::sleep(LOOK_AGAIN);
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.end();
    }
}
