//! What is kept twice: unsent entries once more beside the database, and what of them is taken back from there.

use std::{cell::Cell, pin::pin, rc::Rc, slice, sync::Arc};

use domain::{
    Envelope,
    replica::{Plan, Replica},
    talk::Wake,
};
use futures::{
    channel::oneshot,
    future::select,
    lock::{Mutex, OwnedMutexGuard},
};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{Cause, Device, Loss, Trouble};
use crate::{
    clock,
    second::{self, Sealed, Second},
    store::{self, Store},
    sync,
};

/// How long saving waits for the second journal to be opened.
const OPENING_MS: u32 = 2_000;

thread_local! {
    /// Held until it is known what the second journal holds.
    static OPENING: Arc<Mutex<()>> = Arc::default();
}

impl Device {
    /// Whether unsent entries are kept twice (tracked); `None` until it is known.
    pub fn keeps_twice(self) -> Option<bool> {
        self.twice.get()
    }

    // ---- Writing

    /// Writes a plan into the database, and its new envelopes into the second journal at the same time. Only the
    /// first is waited for.
    ///
    /// # Errors
    /// [`store::Error::Stale`] when another tab was faster; anything else means that it is not saved.
    pub(super) async fn keep(
        self,
        store: &Rc<Store>,
        plan: &Plan,
        forms: &[&str],
    ) -> Result<(), store::Error> {
        let Some(second) = self.second.get_value() else {
            return self.keep_once(store, plan, forms, || {}).await;
        };
        let sealed = plan.entries.iter().filter(|(seq, _)| *seq > plan.expected.seq);
        let sealed = sealed.map(|(_, entry)| &entry.envelope);
        // What was found in the second journal lies there until it is answered, whatever comes of this.
        let sealed = sealed.filter(|envelope| !second.has_found(envelope.mid));
        let sealed: Vec<Envelope> = sealed.cloned().collect();
        if sealed.is_empty() {
            return self.keep_once(store, plan, forms, || {}).await;
        }
        // Nobody seals what was written in several forms at once.
        let form = forms.first().map(|form| (*form).to_owned());
        // The browser takes its time to accept an entry for its cache: the strict write goes before.
        let (tell, issued) = oneshot::channel::<()>();
        let (tell_kept, kept) = oneshot::channel();
        let (end, ended) = oneshot::channel::<()>();
        let cache = second.clone();
        spawn_local(async move {
            if issued.await.is_ok() {
                self.keep_twice(&second, &sealed, form.as_deref(), kept).await;
            }
            drop(end);
        });
        let tell = Cell::new(Some(tell));
        let issue = || {
            // Told once; who hears it lives as long as this.
            let _told = tell.take().map(|tell| tell.send(()));
        };
        let kept = self.keep_once(store, plan, forms, issue).await;
        drop(tell);
        let _told = tell_kept.send(kept.is_ok());
        if (kept.is_err() && cache.works()) || store.is_in_memory() {
            // Nobody is told "not saved" of what could come back, and beside a database that cannot be opened the
            // second journal is the only place. Otherwise it is for another day, and nobody waits for it; nor for a
            // cache that does not answer.
            let _ended = ended.await;
        }
        kept
    }

    /// Adds to the second journal what is on its way to the disk, and takes it back where it turns out not `kept` there.
    async fn keep_twice(
        self,
        second: &Second,
        sealed: &[Envelope],
        form: Option<&str>,
        kept: oneshot::Receiver<bool>,
    ) {
        let mut twice = second.add(sealed, form).await;
        if twice == Err(second::Trouble::Full) && self.free_ballast().await {
            twice = second.add(sealed, form).await;
        }
        // Once is enough for "saved"; twice is for the day the first is damaged. Half of a press is worse than nothing.
        let half = twice.is_err() && sealed.len() > 1;
        if kept.await == Ok(false) || half {
            // Either the person is told that it is not saved, and it must not come back by itself; or another tab was
            // faster, and the plan is made again or refused.
            for envelope in sealed {
                let _withdrawn = second.withdraw(envelope.mid).await;
            }
        }
    }

    // ---- Opening

    /// Waits until it is known what the second journal holds, however long that takes.
    pub(crate) async fn second_read(self) {
        let _read = opening().await;
    }

    /// The same for the first tap of a start, which can be faster: not for ever.
    pub(super) async fn second_opened(self) {
        let _opened = select(pin!(opening()), TimeoutFuture::new(OPENING_MS)).await;
    }

    /// Opens the second journal and reads what it holds; nothing where the browser has none.
    pub(super) async fn open_second(self, name: &str) -> second::Read {
        let opened = Second::open(name, move |works| self.tell_twice(works)).await;
        let Ok((second, read)) = opened else {
            self.close_second();
            return second::Read::default();
        };
        self.second.set_value(Some(second));
        read
    }

    /// Opens the second journal of a database that is well. What only it holds is left in it for now, and the words it
    /// was made of are no draft: they would be sent twice.
    pub(super) async fn read_second(self, name: &str) {
        let here = || self.store.get_value().is_some_and(|store| store.database_name() == name);
        if !here() {
            return;
        }
        let read = self.open_second(name).await;
        if !here() {
            // Somebody else works here now: nothing of theirs goes there.
            return self.close_second();
        }
        let Some(second) = self.second.get_value() else { return };
        // Where nobody's data is open yet, all of it is.
        let known =
            |view: &Option<Replica>, mid| view.as_ref().is_some_and(|it| it.has_written(mid));
        let lost =
            |sealed: &Sealed| self.view.with_untracked(|view| !known(view, sealed.envelope.mid));
        second.leave(read.sealed.into_iter().filter(lost).collect());
    }

    // ---- Taking back

    /// Takes back what only the second journal holds, and leaves in it what waits. What cannot be taken back now waits
    /// there for the next thing that is saved, or for another start.
    pub(super) async fn compare_second(self) {
        let turn = self.turn();
        let turn = turn.lock().await;
        if self.make_whole().await.is_ok() {
            let folding = self.fold_second();
            drop(turn);
            folding.await;
        }
    }

    /// What has to be so before anything is judged: every row is read, and what was done before is here. Whoever calls
    /// this has the turn.
    ///
    /// # Errors
    /// Where it cannot be read or taken back now.
    pub(crate) async fn make_whole(self) -> Result<(), Trouble> {
        self.see_whole().await?;
        self.adopt_left().await
    }

    /// Takes back what was left in the second journal: the app died in the moment in which it was sealed, or the browser
    /// gave back an older state of the database that looks well. Nothing is saved before it: it was done before.
    async fn adopt_left(self) -> Result<(), Trouble> {
        let Some(second) = self.second.get_value() else { return Ok(()) };
        let left = second.left();
        if left.is_empty() || self.adopt(&second, &left).await.is_ok() {
            return Ok(());
        }
        // Where there is no room for all of it there may be for the first. They stay in their order: what was done later
        // may be about what was done before.
        while let Some(first) = second.left().first() {
            self.adopt(&second, slice::from_ref(first)).await?;
        }
        Ok(())
    }

    async fn adopt(self, second: &Second, sealed: &[Sealed]) -> Result<(), Trouble> {
        let forms = self.view.with_untracked(|view| {
            view.iter().flat_map(|view| forms_of_lost(sealed, view)).collect::<Vec<_>>()
        });
        let adopted = Cell::new(0);
        let plan = |view: &Replica| {
            let plan = view.adopt(envelopes(sealed));
            adopted.set(plan.as_ref().map_or(0, |plan| plan.entries.len()));
            Ok(plan)
        };
        self.hold_drafts(&forms, self.carry_out_now(&forms, &plan)).await?;
        second.taken_back(sealed);
        if adopted.get() > 0 {
            sync::nudge(Wake::Journal);
            let device_code = self.view.with_untracked(|view| {
                view.as_ref().map(|view| view.head().device_code.clone()).unwrap_or_default()
            });
            // What was named of this device and not read yet stays named.
            let named = self.loss.get_untracked().filter(|named| named.device_code == device_code);
            let mut loss = named.unwrap_or_else(|| Loss {
                cause: Cause::Behind,
                device_code,
                at: clock::device(),
                recovered: 0,
                missing: 0,
                missing_at: Vec::new(),
            });
            loss.recovered += adopted.get();
            let missed = loss.missing_at.len();
            loss.missing_at.retain(|at| sealed.iter().all(|sealed| sealed.envelope.at != *at));
            loss.missing = loss.missing.saturating_sub(missed - loss.missing_at.len());
            self.name_loss(loss);
        }
        Ok(())
    }

    /// Whether the words that lie here as the draft of a form are those of an entry that was left in the second journal.
    pub(super) fn lies_in_second(self, form: &str) -> bool {
        self.second.get_value().is_some_and(|second| second.has_words_of(form))
    }

    /// Makes room for other words in such a form: what lies here goes first, for the second journal has it, then its
    /// entry is noted as made without a form. So a start at any moment finds no words that are sealed, and takes none
    /// for sealed that are not.
    ///
    /// # Errors
    /// Where the browser does not let us write.
    pub(super) async fn part_from_second(
        self,
        store: &Rc<Store>,
        form: &str,
    ) -> Result<(), store::Error> {
        let second = self.second.get_value().filter(|second| second.has_words_of(form));
        if let Some(second) = second {
            store.keep_draft(form, None).await?;
            let mut parted = second.part_from(form).await;
            if parted == Err(second::Trouble::Full) && self.free_ballast().await {
                parted = second.part_from(form).await;
            }
            // A later start would take the new words for the entry's.
            parted.map_err(|_| store::Error::Full)?;
        }
        Ok(())
    }

    pub(super) fn fold_second(self) -> impl Future<Output = ()> {
        let folding = self.second.get_value().map(|second| {
            let waiting = self
                .view
                .with_untracked(|view| view.iter().flat_map(unanswered).cloned().collect());
            second.fold(waiting)
        });
        async {
            if let Some(folding) = folding {
                // A file that could not be written anew is only longer than it need be.
                let _folded = folding.await;
            }
        }
    }

    pub(super) fn shorten_second(self) {
        // What else waits is not known in a hand-over.
        if self.handed_out {
            return;
        }
        let Some(second) = self.second.get_value() else { return };
        let stale = self.view.with_untracked(|view| second.stale(view.iter().flat_map(unanswered)));
        if let Some(left) = stale {
            let folding = second.fold(left);
            spawn_local(async {
                let _folded = folding.await;
            });
        }
    }

    pub(crate) fn close_second(self) {
        self.second.set_value(None);
        self.tell_twice(false);
    }

    pub(super) fn tell_twice(self, works: bool) {
        self.twice.set(Some(works));
        if let Some(root) = document().document_element() {
            // An element of ours takes any attribute.
            let _set = root.set_attribute("data-journal", if works { "ready" } else { "off" });
        }
    }
}

/// Held by whoever opens the second journal, until it is known what lies there.
pub(super) async fn opening() -> OwnedMutexGuard<()> {
    OPENING.with(Arc::clone).lock_owned().await
}

/// What was found in the second journal.
pub(super) fn envelopes(sealed: &[Sealed]) -> impl Iterator<Item = Envelope> {
    sealed.iter().map(|sealed| sealed.envelope.clone())
}

/// The forms of those that this replica does not hold: once it does, their words are no draft any more.
pub(super) fn forms_of_lost<'a>(sealed: &'a [Sealed], replica: &Replica) -> Vec<&'a str> {
    let lost = sealed.iter().filter(|sealed| !replica.has_written(sealed.envelope.mid));
    lost.filter_map(|sealed| sealed.form.as_deref()).collect()
}

fn unanswered(view: &Replica) -> impl Iterator<Item = &Envelope> {
    view.unanswered().map(|(_, entry)| &entry.envelope)
}
