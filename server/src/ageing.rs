//! Takes what is long over off the phones: by commands of the server's own actor, in the log like everybody's.

use std::time::Duration;

use domain::{Key, Lookup, Row, Timestamp, scope, user::SYSTEM, wire::Outcome};

use crate::{
    clock,
    error::Error,
    store::{Store, Writing, new_mid},
};

/// How many rows one transaction looks at, so that no phone waits behind this.
const PORTION: usize = 200;
/// How often somebody looks.
const EVERY: Duration = Duration::from_secs(3600);
/// How long what cannot leave yet is left alone.
const LATER_MINUTES: i64 = 24 * 60;

/// Looks now and every hour, for as long as it is let.
pub(crate) async fn keep(store: Store) {
    loop {
        match run(&store, clock::now()).await {
            Ok(0) => {}
            Ok(aged) => tracing::info!(aged, "what is long over has left the phones"),
            Err(error) => tracing::error!(%error, "nothing could be taken off the phones"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Ages out everything whose time has come by `now`; says how many rows left the phones.
///
/// # Errors
/// Where the database cannot be read or written. What was done until then stays done.
pub async fn run(store: &Store, now: Timestamp) -> Result<usize, Error> {
    let mut aged = 0;
    loop {
        let mut due = store.read(move |reading| reading.due(now, PORTION)).await?;
        if due.is_empty() {
            return Ok(aged);
        }
        // Tickets first: their part requests go after them.
        due.sort_unstable();
        let portion = store.write(move |writing| {
            let left = due.iter().map(|key| age_out(writing, *key, now));
            left.collect::<Result<Vec<bool>, Error>>()
        });
        aged += portion.await?.into_iter().filter(|left| *left).count();
    }
}

/// Whether this row has left the phones now; otherwise it is looked at again later, or never.
fn age_out(writing: &mut Writing<'_>, key: Key, now: Timestamp) -> Result<bool, Error> {
    let row = writing.row(key);
    writing.sound()?;
    if let Some(Row::Sheet(sheet)) = row.as_deref() {
        // From before there were countersignatures.
        if sheet.seal.is_none() && sheet.is_sound() {
            writing.countersign(sheet, now)?;
            writing.know_by_alias(sheet.ticket);
        }
        writing.due(key, None);
        return Ok(false);
    }
    let time = row.as_deref().and_then(|row| waits_until(writing, row, now));
    let (Some(row), Some(time)) = (row, time) else {
        writing.due(key, None);
        return Ok(false);
    };
    if time > now {
        writing.due(key, Some(time));
        return Ok(false);
    }
    let Some(command) = scope::age_out(&row) else { return Ok(false) };
    let outcomes = writing.orders(SYSTEM, &[(new_mid(), now, command)])?;
    if matches!(outcomes.first(), Some(Outcome::Applied { .. })) {
        return Ok(true);
    }
    // A rule that does not agree must not keep this busy for ever.
    tracing::warn!(%key, ?outcomes, "this did not leave the phones");
    writing.due(key, Some(now.plus_minutes(LATER_MINUTES)));
    Ok(false)
}

/// When this row may leave, as far as can be told now; nothing for one that stays.
fn waits_until(writing: &Writing<'_>, row: &Row, now: Timestamp) -> Option<Timestamp> {
    let time = scope::ages_at(row)?;
    if let Row::PartRequest(request) = row
        && let Some(ticket) = writing.find(request.ticket)
        && ticket.aged_out.is_none()
    {
        let later = now.plus_minutes(LATER_MINUTES);
        return Some(time.max(ticket.ages_at().unwrap_or(later)).max(now.plus_minutes(60)));
    }
    Some(time)
}
