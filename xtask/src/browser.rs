//! Chromium and its driver for the browser tests: found, or installed through the system.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::shell::{self, Done};

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
    apt("update --quiet")?;
    apt(&format!("install --quiet --yes --no-install-recommends {packages}"))
}
