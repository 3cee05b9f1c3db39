//! The one writer: takes the jobs that wait, runs them in one transaction, commits once, answers all.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::{
    Poke,
    writing::{Cache, Writing},
};
use crate::error::Error;

/// The most jobs one commit carries.
const BATCH_MAX: usize = 64;

type Work = Box<dyn Fn(&mut Writing<'_>) -> Result<(), Error> + Send>;
type Tell = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// Something to write, and whom to tell when it is on the disk.
pub(super) struct Job {
    work: Work,
    tell: Tell,
}

impl Job {
    pub(super) fn new<T: Send + 'static>(
        work: impl Fn(&mut Writing<'_>) -> Result<T, Error> + Send + 'static,
        told: oneshot::Sender<Result<T, Error>>,
    ) -> Self {
        let slot = Arc::new(Mutex::new(None));
        let filled = slot.clone();
        let work = Box::new(move |writing: &mut Writing<'_>| {
            let done = work(writing)?;
            *filled.lock().unwrap_or_else(|poison| poison.into_inner()) = Some(done);
            Ok(())
        });
        let tell = Box::new(move |result: Result<(), Error>| {
            let done = slot.lock().unwrap_or_else(|poison| poison.into_inner()).take();
            let answer = result.and_then(|()| done.ok_or_else(|| Error::internal("no answer")));
            // Who asked may have gone away; it is written all the same.
            let _ = told.send(answer);
        });
        Self { work, tell }
    }
}

/// Runs until nobody can write any more.
pub(super) fn run(
    mut connection: Connection,
    mut jobs: mpsc::Receiver<Job>,
    pokes: &broadcast::Sender<Poke>,
) {
    let cache = Cache::default();
    while let Some(first) = jobs.blocking_recv() {
        // While one batch is on its way to the disk the next one gathers: nobody has to wait on purpose.
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX
            && let Ok(job) = jobs.try_recv()
        {
            batch.push(job);
        }
        match commit(&mut connection, &cache, &batch) {
            Ok(poke) => {
                for job in batch {
                    (job.tell)(Ok(()));
                }
                announce(pokes, poke);
            }
            Err(error) if batch.len() == 1 => {
                for job in batch {
                    (job.tell)(Err(error.clone()));
                }
            }
            // One of them failed: each on its own, so that it spoils no others.
            Err(_) => {
                for job in batch {
                    let done = commit(&mut connection, &cache, std::slice::from_ref(&job));
                    match done {
                        Ok(poke) => {
                            (job.tell)(Ok(()));
                            announce(pokes, poke);
                        }
                        Err(error) => (job.tell)(Err(error)),
                    }
                }
            }
        }
    }
}

fn announce(pokes: &broadcast::Sender<Poke>, poke: Option<Poke>) {
    if let Some(poke) = poke {
        // Nobody may be listening.
        let _ = pokes.send(poke);
    }
}

/// Runs the jobs in one transaction. On any error nothing of them is written.
fn commit(
    connection: &mut Connection,
    cache: &Cache,
    batch: &[Job],
) -> Result<Option<Poke>, Error> {
    let done = run_all(connection, cache, batch);
    if done.is_err() {
        // It may hold rows that were never committed.
        cache.forget();
    }
    done
}

fn run_all(
    connection: &mut Connection,
    cache: &Cache,
    batch: &[Job],
) -> Result<Option<Poke>, Error> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut writing = Writing::begin(&tx, cache)?;
    for job in batch {
        let ran = catch_unwind(AssertUnwindSafe(|| (job.work)(&mut writing)));
        ran.map_err(|_| Error::internal("a write panicked"))??;
    }
    let poke = writing.end()?;
    tx.commit()?;
    Ok(poke)
}
