//! The one writer: takes the jobs that wait, runs them in one transaction, commits once, answers all.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
};

use tokio::sync::{mpsc, oneshot};

use super::{
    Poke,
    sql::Line,
    writing::{Cache, Wants, Writing},
};
use crate::{error::Error, seal::SealKey};

/// The most jobs one commit carries.
const BATCH_MAX: usize = 64;
/// From so many envelopes on nothing is added to a commit: it costs little for each of them then, and until it is
/// done all of them are in memory, several times over.
const ENVELOPES_ENOUGH: usize = 1000;

type Work = Box<dyn Fn(&mut Writing<'_>) -> Result<(), Error> + Send>;
type Tell = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// Something to write, and whom to tell when it is on the disk.
pub(super) struct Job {
    wants: Wants,
    work: Work,
    tell: Tell,
}

impl Job {
    pub(super) fn new<T: Send + 'static>(
        wants: Wants,
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
        Self { wants, work, tell }
    }
}

/// Runs until nobody can write any more.
pub(super) fn run(
    mut line: Box<dyn Line>,
    key: &SealKey,
    mut jobs: mpsc::Receiver<Job>,
    announce: impl Fn(Poke),
) {
    let cache = Cache::with(key);
    while let Some(first) = jobs.blocking_recv() {
        // While one batch is on its way to the disk the next one gathers: nobody has to wait on purpose.
        let mut envelopes = first.wants.mids.len();
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX
            && envelopes < ENVELOPES_ENOUGH
            && let Ok(job) = jobs.try_recv()
        {
            envelopes += job.wants.mids.len();
            batch.push(job);
        }
        match commit(&mut *line, &cache, &batch) {
            Ok(poke) => {
                for job in batch {
                    (job.tell)(Ok(()));
                }
                poke.into_iter().for_each(&announce);
            }
            Err(error) if batch.len() == 1 => {
                for job in batch {
                    (job.tell)(Err(error.clone()));
                }
            }
            // One of them failed: each on its own, so that it spoils no others.
            Err(_) => {
                let mut away: Option<Error> = None;
                for job in batch {
                    let done = match &away {
                        None => commit(&mut *line, &cache, std::slice::from_ref(&job)),
                        Some(error) => Err(error.clone()),
                    };
                    match done {
                        Ok(poke) => {
                            (job.tell)(Ok(()));
                            poke.into_iter().for_each(&announce);
                        }
                        Err(error) => {
                            // No job's fault: the others would only wait as long for the same answer.
                            if matches!(error, Error::Unavailable(_)) {
                                away = Some(error.clone());
                            }
                            (job.tell)(Err(error));
                        }
                    }
                }
            }
        }
    }
}

/// Runs the jobs in one transaction. On any error nothing of them is written.
fn commit(line: &mut dyn Line, cache: &Cache<'_>, batch: &[Job]) -> Result<Option<Poke>, Error> {
    let (mut poke, mut again) = (None, false);
    let done = line.write(&mut |sql| {
        if std::mem::replace(&mut again, true) {
            // What the first try put there was undone.
            cache.forget();
        }
        let mut writing = Writing::begin(sql, cache)?;
        writing.fetch(batch.iter().map(|job| &job.wants))?;
        for job in batch {
            let ran = catch_unwind(AssertUnwindSafe(|| (job.work)(&mut writing)));
            ran.map_err(|_| Error::internal("a write panicked"))??;
        }
        let (span, told) = writing.end()?;
        poke = told;
        Ok(span)
    });
    match done {
        Ok(()) => {
            cache.committed();
            Ok(poke)
        }
        Err(error) => {
            cache.forget();
            Err(error)
        }
    }
}
