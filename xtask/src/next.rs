//! A newer build of the same app, made in a second: what an update looks like to a phone.

use std::path::PathBuf;

use crate::{
    postbuild,
    shell::{self, Done},
    web,
};

/// Copies the built app beside itself under another build id, and answers with the folder.
pub(crate) fn build() -> Done<PathBuf> {
    let now = web::dist();
    let next = shell::target().join("dist-next");
    if next.exists() {
        std::fs::remove_dir_all(&next).map_err(|why| format!("{}: {why}.", next.display()))?;
    }
    for file in shell::files(&now)? {
        let inside = file.strip_prefix(&now).unwrap_or(&file);
        let bytes = std::fs::read(&file).map_err(|why| format!("{}: {why}.", file.display()))?;
        shell::write(&next.join(inside), bytes)?;
    }
    let id = format!("{}-next", postbuild::build_id(&now)?);
    postbuild::finish(&next, Some(&id))?;
    println!("A newer build ({id}) is in {}.", next.display());
    Ok(next)
}
