//! Building the app with Trunk, but only when something it is made of changed.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::{
    postbuild,
    shell::{self, Done},
    tools,
};

/// How the app is compiled.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Profile {
    /// As people get it: small.
    Shipped,
    /// For trying things out: larger, but sooner there.
    Quick,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Profile::Shipped => "web-release",
            Profile::Quick => "web-quick",
        }
    }
}

/// Everything the built app depends on.
const INPUTS: [&str; 13] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "app",
    "domain",
    "public",
    "rust-toolchain.toml",
    "scanner",
    "style",
    "xtask/Cargo.toml",
    "xtask/src/postbuild.rs",
    "xtask/src/styles.rs",
];

/// The folder with the built app.
pub(crate) fn dist() -> PathBuf {
    shell::root().join("dist")
}

/// Builds the app into [`dist`] and answers with its build id.
pub(crate) fn build(profile: Profile) -> Done<String> {
    let stamp_file = shell::target().join("xtask").join("app.stamp");
    let stamp = stamp(profile)?;
    if shell::read(&stamp_file).is_ok_and(|earlier| earlier == stamp)
        && let Ok(id) = postbuild::build_id(&dist())
    {
        println!("The app is up to date (build {id}).");
        return Ok(id);
    }
    let path = tools::ready()?;
    shell::timed("Fetching the libraries", || {
        shell::run(&mut shell::cargo("fetch --locked --quiet"))
    })?;
    shell::timed("Building the app (a few minutes the first time)", || {
        let words = ["build", "--release", "--cargo-profile", profile.name()];
        shell::run(shell::command("trunk", words).env("PATH", path))
    })?;
    let id = postbuild::build_id(&dist())?;
    shell::write(&stamp_file, stamp)?;
    Ok(id)
}

/// A fingerprint of the profile and all inputs.
fn stamp(profile: Profile) -> Done<String> {
    let root = shell::root();
    let mut hash = Sha256::new();
    hash.update(profile.name());
    for input in INPUTS {
        let path = root.join(input);
        let files = if path.is_dir() { shell::files(&path)? } else { vec![path] };
        for file in files {
            let bytes =
                std::fs::read(&file).map_err(|why| format!("{}: {why}.", file.display()))?;
            hash.update(file.to_string_lossy().as_bytes());
            hash.update(Sha256::digest(&bytes));
        }
    }
    Ok(postbuild::hex(&hash.finalize()))
}
