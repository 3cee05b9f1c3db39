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
use crate::server::named;

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
/// How long the processes of a killed browser may take to be gone.
const END_MAX: Duration = Duration::from_secs(10);
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
        let group = self.process.id();
        // All may have ended by themselves.
        let all = format!("-{group}");
        let _ = Command::new("kill").args(["-KILL", "--", &all]).stderr(Stdio::null()).status();
        let _ = self.process.wait();
        let begun = Instant::now();
        while begun.elapsed() < END_MAX && (lives(group) || !self.pipe.is_over()) {
            thread::sleep(LOOK_AGAIN);
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.end();
    }
}

/// Whether a process of this group still runs; what has ended and was not waited for does not.
fn lives(group: u32) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else { return false };
    processes.flatten().any(|process| {
        let stat = fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        // After the name in brackets: state, parent, group.
        let mut rest = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let state = rest.next();
        state != Some("Z") && state != Some("X") && rest.nth(1) == Some(&group.to_string())
    })
}
