//! Who may use a data folder: one serving process at a time, and nobody while a restore is half done.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use crate::error::Error;

/// Held by whoever serves the folder or replaces its database. The system frees it when the process ends,
/// also when it is killed.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the folder for this process.
    ///
    /// # Errors
    /// Where another process has it, or the folder cannot be written.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        let why = |error| Error::internal(format!("{}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(why)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("doorstep.lock"))
            .map_err(why)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::internal(format!(
                "a server is running on {}; stop it first",
                folder.display()
            ))),
            Err(TryLockError::Error(error)) => Err(why(error)),
        }
    }
}

/// A file that lies in the folder while its database is being replaced.
pub(crate) fn unfinished(folder: &Path) -> PathBuf {
    folder.join("restore.unfinished")
}

/// Whether the folder's database may be opened.
///
/// # Errors
/// After a restore that was cut off: an empty or half-replaced database must not be taken for the real one.
pub fn sound(folder: &Path) -> Result<(), Error> {
    if unfinished(folder).exists() {
        return Err(Error::internal(format!(
            "a restore into {} was cut off; run `doorstep restore` again",
            folder.display()
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_server_and_is_free_again_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        assert!(Lock::take(folder.path()).is_err());
        drop(lock);
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn nobody_opens_a_folder_in_the_middle_of_a_restore() {
        let folder = tempfile::tempdir().unwrap();
        sound(folder.path()).unwrap();
        fs::write(unfinished(folder.path()), "").unwrap();
        assert!(sound(folder.path()).is_err());
    }
}
