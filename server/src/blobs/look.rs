//! Whether every photo that rows name is here and is what it is called.

use std::collections::BTreeMap;

use domain::{Kind, Row, Timestamp, photo};

use super::{Blobs, sum};
use crate::{
    check::{self, Check, Report},
    clock,
    error::Error,
    store::Store,
};

/// How long a photo may be on its way before somebody has to look for the phone that has it.
const ON_THE_WAY_DAYS: i64 = 14;

/// A blob as rows speak of it.
pub(crate) struct Wanted {
    pub(crate) row: String,
    pub(crate) taken_at: Option<Timestamp>,
}

/// Checks the database, and every file beside it.
///
/// # Errors
/// Where the database or the folder cannot be read. What is read and wrong is a finding, not an error.
pub async fn run(store: &Store, blobs: &Blobs) -> Result<Report, Error> {
    let mut report = check::run(store).await?;
    report.checks.extend(files(store, blobs).await?);
    Ok(report)
}

async fn files(store: &Store, blobs: &Blobs) -> Result<[Check; 2], Error> {
    let wanted = wanted(store).await?;
    let blobs = blobs.clone();
    let looked = tokio::task::spawn_blocking(move || look(&wanted, &blobs, clock::now()));
    looked.await.map_err(Error::internal)
}

fn look(wanted: &BTreeMap<String, Wanted>, blobs: &Blobs, now: Timestamp) -> [Check; 2] {
    let mut whole = Check::of("every photo that is here is what it is called");
    let mut here = Check::of("every photo is here fourteen days after it was taken");
    for (name, Wanted { row, taken_at }) in wanted {
        let file = blobs.file(name);
        if file.exists() {
            whole.expect(sum(&file).is_ok_and(|sum| sum == *name), || format!("{name} of {row}"));
            here.expect(true, String::new);
        } else {
            let due = taken_at.map(|at| at.plus_minutes(ON_THE_WAY_DAYS * 24 * 60));
            here.expect(due.is_none_or(|due| now < due), || format!("{name} of {row}"));
        }
    }
    [whole, here]
}

/// Everything that rows name, each once.
///
/// # Errors
/// Where the database cannot be read.
pub(crate) async fn wanted(store: &Store) -> Result<BTreeMap<String, Wanted>, Error> {
    let read = store.read(|reading| {
        let mut wanted = BTreeMap::new();
        reading.each_kept(Kind::Ticket.word(), |kept| {
            // A row that cannot be read is a finding of its own.
            let Ok(row) = Row::from_json(Kind::Ticket, &kept.body) else { return Ok(()) };
            let Row::Ticket(ticket) = &row else { return Ok(()) };
            let taken: BTreeMap<&str, Timestamp> = (ticket.visits.iter())
                .flat_map(|visit| &visit.photos)
                .flat_map(|p| [&p.sha256, &p.thumbnail.sha256].map(|n| (n.as_str(), p.taken_at)))
                .collect();
            for (name, _) in photo::named(&row) {
                let (row, taken_at) = (row.key().to_string(), taken.get(name).copied());
                wanted.insert(name.to_owned(), Wanted { row, taken_at });
            }
            Ok(())
        })?;
        Ok(wanted)
    });
    read.await
}
