//! Browsers and their drivers for the stories: found, or installed through the system.

use std::{
    env,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::{
    shell::{self, Done},
    tools,
};

/// A browser and the driver that steers it.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Finds both, and installs them where the system lets us.
pub(crate) fn ready() -> Done<Browser> {
    if let Some(browser) = find() {
        return Ok(browser);
    }
    shell::timed("Installing Chromium, its driver and a Chinese font", || install(PACKAGES))
        .map_err(|why| format!("{why}\n{HOW}"))?;
    find().ok_or_else(|| HOW.to_owned())
}

const PACKAGES: &str = "chromium chromium-driver fonts-noto-cjk";

const HOW: &str = "\
The browser tests need Chromium and chromedriver of the same version.
On Debian:  apt-get install chromium chromium-driver fonts-noto-cjk
Elsewhere:  install both and name them in the variables CHROMIUM and CHROMEDRIVER.
Everything but the browser tests:  cargo xtask test format lint rules app";

/// Firefox, and WebKit as GTK has it: what iPhones run is of the same engine.
pub(crate) struct Others {
    pub(crate) firefox: PathBuf,
    pub(crate) gecko_driver: PathBuf,
    pub(crate) webkit: PathBuf,
    pub(crate) webkit_driver: PathBuf,
}

const OTHER_PACKAGES: &str = "firefox-esr webkit2gtk-driver xvfb";

const OTHER_HOW: &str = "\
The stories in the other engines need Firefox, WebKitGTK with its driver, and a screen nobody looks at.
On Debian:  apt-get install firefox-esr webkit2gtk-driver xvfb
Elsewhere:  name them in the variables FIREFOX, WEBKIT (its MiniBrowser) and WEBKITDRIVER, with Xvfb on the PATH.";

/// Finds the other engines, and installs them where the system lets us.
pub(crate) fn others() -> Done<Others> {
    let gecko_driver = tools::geckodriver()?;
    let found = || {
        program("XVFB", &["Xvfb"])?;
        Some(Others {
            firefox: program("FIREFOX", &["firefox-esr", "firefox"])?,
            gecko_driver: gecko_driver.clone(),
            webkit: program("WEBKIT", &["MiniBrowser"]).or_else(mini_browser)?,
            webkit_driver: program("WEBKITDRIVER", &["WebKitWebDriver"])?,
        })
    };
    if let Some(others) = found() {
        return Ok(others);
    }
    shell::timed("Installing Firefox, WebKitGTK and a screen for it", || install(OTHER_PACKAGES))
        .map_err(|why| format!("{why}\n{OTHER_HOW}"))?;
    found().ok_or_else(|| OTHER_HOW.to_owned())
}

/// WebKit's own small browser, which distributions keep beside its library and not on the PATH.
fn mini_browser() -> Option<PathBuf> {
    let folders = ["/usr/libexec", "/usr/lib"].into_iter().map(PathBuf::from);
    let libraries = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let folders = folders.chain(libraries.map(|entry| entry.path()));
    folders
        .flat_map(|folder| {
            ["webkitgtk-6.0", "webkit2gtk-4.1", "webkit2gtk-4.0"].map(|name| folder.join(name))
        })
        .map(|folder| folder.join("MiniBrowser"))
        .find(|program| program.is_file())
}

fn find() -> Option<Browser> {
    let chromium = program("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"])?;
    let driver = program("CHROMEDRIVER", &["chromedriver"])?;
    Some(Browser { chromium, driver })
}

/// The program a variable names, or the first of `names` on the PATH.
fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file()) {
        return Some(named);
    }
    let path = env::var_os("PATH")?;
    let mut places = names.iter().flat_map(|name| {
        env::split_paths(&path).map(|folder| folder.join(name)).collect::<Vec<_>>()
    });
    places.find(|place| place.is_file())
}

/// How long the lists of packages may be in somebody else's hands.
const RENEWAL: Duration = Duration::from_mins(2);

/// Installs packages of the system, where it lets us.
pub(crate) fn install(packages: &str) -> Done {
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err("There is no apt-get here.".to_owned());
    }
    let root = shell::answer(&mut shell::command("id", ["-u"])).is_some_and(|id| id == "0");
    let sudo = shell::answer(&mut shell::command("sudo", ["-n", "true"])).is_some();
    let before: &[&str] = match (root, sudo) {
        (true, _) => &[],
        (false, true) => &["sudo", "-n"],
        (false, false) => return Err("Installing needs root.".to_owned()),
    };
    let apt = |words: &str| {
        let words = before.iter().copied().chain(["apt-get"]).chain(words.split_whitespace());
        let words: Vec<&str> = words.collect();
        shell::run(
            shell::command(words[0], words[1..].iter().copied())
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    };
    // New lists are only for packages that the old ones do not name, so installing may well go without them: a machine
    // that was just started may be renewing itself and hold their lock, for which nothing waits by itself.
    let begun = Instant::now();
    while apt("update --quiet").is_err() && begun.elapsed() < RENEWAL {
        std::thread::sleep(Duration::from_secs(5));
    }
    apt(&format!(
        "-o DPkg::Lock::Timeout=600 install --quiet --yes --no-install-recommends {packages}"
    ))
}
