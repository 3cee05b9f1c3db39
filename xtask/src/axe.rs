//! axe-core, whose accessibility rules the browser stories ask: fetched through npm, pinned by its digest.
//!
//! It is a tool of the tests (MPL-2.0) and no part of what is shipped, so it is not kept in the repository.

use std::path::{Path, PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha512};

use crate::{
    browser,
    shell::{self, Done},
};

const VERSION: &str = "4.14.1";

/// What npm calls the integrity of the package: a SHA-512.
const INTEGRITY: &str =
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==";

const HOW: &str =
    "The accessibility stories need npm once, to fetch axe-core. On Debian: apt-get install npm";

/// The script with the rules, fetched if it is not there yet.
pub(crate) fn ready() -> Done<PathBuf> {
    let folder = shell::target().join("tools").join(format!("axe-core-{VERSION}"));
    let script = folder.join("package").join("axe.min.js");
    if script.is_file() {
        return Ok(script);
    }
    shell::timed(&format!("Fetching axe-core {VERSION}"), || fetch(&folder))
        .map_err(|why| format!("{why}\n{HOW}"))?;
    script.is_file().then_some(script).ok_or_else(|| "axe-core came without its script.".to_owned())
}

fn fetch(folder: &Path) -> Done {
    if shell::answer(&mut shell::command("npm", ["--version"])).is_none() {
        browser::install("npm")?;
    }
    std::fs::create_dir_all(folder).map_err(|why| format!("{}: {why}.", folder.display()))?;
    let package = format!("axe-core@{VERSION}");
    let words = ["pack", package.as_str(), "--silent", "--pack-destination"];
    shell::run(shell::command("npm", words).arg(folder))?;
    let archive = folder.join(format!("axe-core-{VERSION}.tgz"));
    let bytes = std::fs::read(&archive).map_err(|why| format!("{}: {why}.", archive.display()))?;
    if !is_ours(&bytes) {
        // What is not what was reviewed is not unpacked, and not found here the next time.
        let _gone = std::fs::remove_file(&archive);
        return Err(format!("{package} is not the package this repository was tested with."));
    }
    // Under its name only when it is whole: an interrupted run must not leave half a script.
    let half = folder.join("half");
    std::fs::create_dir_all(&half).map_err(|why| format!("{}: {why}.", half.display()))?;
    shell::run(shell::command("tar", ["-xzf"]).arg(&archive).arg("-C").arg(&half))?;
    let package = folder.join("package");
    // What an older run left.
    let _gone = std::fs::remove_dir_all(&package);
    std::fs::rename(half.join("package"), &package)
        .map_err(|why| format!("{}: {why}.", folder.display()))?;
    // Empty now; if it stays, it is in nobody's way.
    let _gone = std::fs::remove_dir(&half);
    Ok(())
}

fn is_ours(archive: &[u8]) -> bool {
    BASE64_STANDARD.encode(Sha512::digest(archive)) == INTEGRITY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_package_is_not_taken() {
        assert!(!is_ours(b"another package"));
    }
}
