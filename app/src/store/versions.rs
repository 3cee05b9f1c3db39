//! The shape of the database, one step per version. Steps only ever add.

use indexed_db_futures::{
    database::{Database, VersionChangeEvent},
    prelude::*,
};

use super::Error;

/// Small records under text keys, first of all `head`.
pub(super) const META: &str = "meta";
/// Confirmed rows as the server sent them, under `kind:uuid`.
pub(super) const ENTITY: &str = "entity";
/// Envelopes with their answers, under their number.
pub(super) const JOURNAL: &str = "journal";
/// Unfinished forms.
pub(super) const DRAFT: &str = "draft";
/// Rows that left the view while work on them waits.
pub(super) const FROZEN: &str = "frozen";

const VERSION: u32 = 1;

/// Opens the database; `on_blocked` hears when pages of an older version must be closed first.
pub(super) async fn open(
    name: &str,
    on_blocked: impl FnOnce() + 'static,
) -> Result<Database, Error> {
    let blocked = move |_: VersionChangeEvent| {
        on_blocked();
        Ok(())
    };
    let database = Database::open(name.to_owned())
        .with_version(VERSION)
        .with_on_blocked(blocked)
        .with_on_upgrade_needed(step)
        .await?;
    Ok(database)
}

fn step(
    event: VersionChangeEvent,
    database: Database,
) -> Result<(), indexed_db_futures::error::Error> {
    if event.old_version() < 1.0 {
        for name in [META, ENTITY, JOURNAL, DRAFT, FROZEN] {
            database.create_object_store(name).build()?;
        }
    }
    Ok(())
}
