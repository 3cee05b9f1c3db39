//! Photos in a backup: beside the copies of the database lies one folder of files, which every backup adds to.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{Blobs, FOLDER, look, sum};
use crate::{error::Error, store::Store};

/// What became of the files that the rows of a copy name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// How many of them the copy has.
    pub here: u64,
    /// How many were on their way, or are lost.
    pub missing: u64,
}

/// The folder of files beside a backup.
pub(crate) fn beside(backup: &Path) -> Blobs {
    Blobs::at(backup.parent().unwrap_or(Path::new("")).join(FOLDER))
}

/// Copies every file that rows of `store` name and `to` lacks. Only what hashes to its name is copied, so a damaged
/// file never takes the place of a good one.
///
/// # Errors
/// Where there is no room. What was copied until then stays: it is right, and the next time it need not be copied.
pub(crate) async fn all(store: &Store, from: &Blobs, to: &Blobs) -> Result<Copied, Error> {
    let wanted = look::wanted(store).await?;
    let (from, to) = (from.clone(), to.clone());
    let copied = tokio::task::spawn_blocking(move || {
        let mut copied = Copied::default();
        for name in wanted.keys() {
            let had = one(&from, &to, name);
            if had.map_err(|error| Error::internal(format!("{}: {error}", to.0.display())))? {
                copied.here += 1;
            } else {
                copied.missing += 1;
            }
        }
        Ok(copied)
    });
    copied.await.map_err(Error::internal)?
}

/// Whether the file is there afterwards.
fn one(from: &Blobs, to: &Blobs, name: &str) -> io::Result<bool> {
    let (from, file) = (from.file(name), to.file(name));
    if is(&file, name) {
        return Ok(true);
    }
    if !is(&from, name) {
        return Ok(false);
    }
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let partial: PathBuf = file.with_extension("partial");
    fs::copy(from, &partial)?;
    File::open(&partial)?.sync_all()?;
    fs::rename(&partial, &file)?;
    to.settle(folder)?;
    Ok(true)
}

fn is(file: &Path, name: &str) -> bool {
    file.is_file() && sum(file).is_ok_and(|sum| sum == name)
}
