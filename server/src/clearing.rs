//! Clears the log of what left whose sight, once it is so old that walking the view is no loss for whoever missed it.
//!
//! The log of changes only says what left a scope; rows are found without it. A device that has heard less than the
//! floor is not told wrong things: it walks the view instead. The journal of envelopes is never cleared.

use std::time::Duration;

use domain::Timestamp;

use crate::{
    clock,
    error::Error,
    store::{CLEARED_MAX, Store},
};

/// How long the log is kept: as long as phones keep what was answered.
const DAYS: i64 = 30;
/// How often somebody looks.
const EVERY: Duration = Duration::from_secs(6 * 3600);
/// The writer's rest between two portions, in which phones have their turn.
const REST: Duration = Duration::from_millis(50);

/// Looks now and a few times a day, for as long as it is let.
pub(crate) async fn keep(store: Store) {
    loop {
        match run(&store, clock::now()).await {
            Ok(0) => {}
            Ok(lines) => tracing::info!(lines, "old lines of the log were cleared"),
            Err(error) => tracing::error!(%error, "the log could not be cleared"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Clears what is older than thirty days by `now`; says how many lines went.
///
/// # Errors
/// Where the database cannot be read or written. What was cleared until then stays cleared.
pub async fn run(store: &Store, now: Timestamp) -> Result<u64, Error> {
    let old = now.plus_minutes(-DAYS * 24 * 60);
    let reached = store.read(move |reading| reading.reached_by(old)).await?;
    // First it is said, then it is done: nobody reads a log with a hole above the floor.
    let floor = store.write(move |writing| Ok(writing.raise_floor(reached))).await?;
    let (mut lines, mut scope) = (0, String::new());
    loop {
        let before = scope.clone();
        let Some(next) = store.read(move |reading| reading.next_logged(&before)).await? else {
            return Ok(lines);
        };
        scope = next;
        loop {
            let sought = scope.clone();
            let cleared = store.write(move |writing| writing.clear_log(&sought, floor)).await?;
            lines += cleared;
            if cleared < CLEARED_MAX {
                break;
            }
            tokio::time::sleep(REST).await;
        }
    }
}
