//! What the command line does about bad days: copies, takes back, checks, and says in plain words what came of it.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use server::{Blobs, Error, Store, backup, blobs};

/// What to put back, and where.
#[derive(Args)]
pub(crate) struct Restoring {
    /// The backup, with its manifest FILE.json beside it.
    #[arg(required_unless_present = "new_epoch", conflicts_with = "new_epoch")]
    file: Option<PathBuf>,
    /// Put it back although `doorstep check` finds something wrong in it.
    #[arg(long)]
    despite_findings: bool,
    /// Only begin a new history: after the database itself was put back by other means, say by pg_restore.
    #[arg(long)]
    pub(crate) new_epoch: bool,
}

/// Copies the data of a folder. Exit code 1 when the copy was made but something in it is wrong.
pub(crate) async fn back_up(data: &Path, file: &Path) -> Result<ExitCode, Error> {
    let (manifest, report) = backup::backup(data, file).await?;
    let photos = manifest.photos;
    println!(
        "{} holds everything up to revision {} ({} bytes); {}.json beside it belongs to it.",
        file.display(),
        manifest.v,
        manifest.bytes,
        file.display()
    );
    if photos > 0 {
        println!(
            "The {photos} photos it names lie in the folder blobs beside it, with those of other backups."
        );
    }
    if manifest.photos_missing > 0 {
        println!("{} photos are not here: on their way, or lost.", manifest.photos_missing);
    }
    if report.failed() > 0 {
        println!("The data it was made of is not sound:");
        println!("{report}");
        return Ok(ExitCode::FAILURE);
    }
    println!("The copy was opened and checked: {} passed, 0 failed.", report.passed());
    Ok(ExitCode::SUCCESS)
}

/// Puts a backup in the place of a folder's database.
pub(crate) async fn restore(data: &Path, restoring: &Restoring) -> Result<ExitCode, Error> {
    let Some(file) = &restoring.file else {
        return Err(Error::BadRequest("there is nothing to restore"));
    };
    let restored = backup::restore(data, file, restoring.despite_findings).await?;
    println!("{} now holds the backup up to revision {}.", data.display(), restored.manifest.v);
    let photos = restored.photos;
    if photos.here + photos.missing > 0 {
        println!("{} photos are here, {} are not.", photos.here, photos.missing);
    }
    match &restored.before {
        Some(before) => println!("What was there before lies in {}.", before.display()),
        None => println!("There was no database before."),
    }
    say_epoch();
    Ok(ExitCode::SUCCESS)
}

/// Begins a new history on a database that was put back by other means.
pub(crate) async fn begin_epoch(store: &Store) -> Result<ExitCode, Error> {
    backup::begin_epoch(store).await?;
    println!("The history has a new name.");
    say_epoch();
    Ok(ExitCode::SUCCESS)
}

fn say_epoch() {
    println!(
        "Every phone will notice at its next contact, send again what it has done in the last"
    );
    println!("30 days, and fetch everything anew. Nobody has to do anything on the phones.");
}

/// Prints every check. Exit code 1 where one failed.
pub(crate) async fn check(store: &Store, files: &Blobs) -> Result<ExitCode, Error> {
    let report = blobs::look::run(store, files).await?;
    println!("{report}");
    Ok(if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
