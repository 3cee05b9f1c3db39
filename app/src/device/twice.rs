//! What is kept twice: unsent entries once more beside the database, and what of them is taken back from there.

use std::{cell::Cell, pin::pin, rc::Rc, sync::Arc};

use domain::{
    Envelope,
    replica::{Entry, Plan, Replica},
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
    /// Held while the second journal is being opened.
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
        let twice = second.add(sealed, form).await;
        if twice == Err(second::Trouble::Full) && self.free_ballast().await {
            // Once is enough for "saved"; twice is for the day the first is damaged.
            let _kept_twice = second.add(sealed, form).await;
        }
        if kept.await == Ok(false) {
            // Either the person is told that it is not saved, and it must not come back by itself; or another tab was
            // faster, and the plan is made again or refused.
            for envelope in sealed {
                let _withdrawn = second.withdraw(envelope.mid).await;
            }
        }
    }

    // ---- Opening

    /// Whether the second journal was not compared with the database yet.
    pub(super) fn is_opening_second(self) -> bool {
        OPENING.with(|opening| opening.try_lock().is_none())
    }

    /// Waits until the second journal was compared with the database, however long that takes.
    pub(crate) async fn second_compared(self) {
        let _compared = opening().await;
    }

    /// Waits until the second journal is open: the first tap of a start can be faster.
    pub(super) async fn second_opened(self) {
        let _opened = select(pin!(opening()), TimeoutFuture::new(OPENING_MS)).await;
    }

    // ---- Comparing

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

    /// Opens the second journal of a database that is well, and takes back what only it holds.
    pub(super) async fn check_second(self, name: &str) {
        let here = |device: Self| {
            device.store.get_value().is_some_and(|store| store.database_name() == name)
        };
        if !here(self) {
            return;
        }
        let read = self.open_second(name).await;
        if !here(self) {
            // Somebody else works here now: nothing of theirs goes there.
            self.close_second();
            return;
        }
        match self.adopt_first(&read.sealed).await {
            Ok(()) => self.fold_second().await,
            Err(_) => self.leave_in_second(read.sealed),
        }
    }

    async fn adopt_first(self, sealed: &[Sealed]) -> Result<(), Trouble> {
        let turn = self.turn();
        let _turn = turn.lock().await;
        self.see_whole().await?;
        self.adopt(sealed).await
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

    /// What was sealed and is not in the database is done now: the app died in that moment, or the browser gave back an
    /// older state of the database that looks well. Whoever calls this has the turn.
    async fn adopt(self, sealed: &[Sealed]) -> Result<(), Trouble> {
        let forms = self.view.with_untracked(|view| {
            view.iter().flat_map(|view| forms_of_lost(sealed, view)).collect::<Vec<_>>()
        });
        let adopted = Cell::new(0);
        let plan = |view: &Replica| {
            let plan = view.adopt(envelopes(sealed));
            adopted.set(plan.as_ref().map_or(0, |plan| plan.entries.len()));
            Ok(plan)
        };
        self.carry_out_now(&forms, &plan).await?;
        if adopted.get() > 0 {
            self.note_sealed(&forms);
            sync::nudge(Wake::Journal);
            self.name_loss(Loss {
                cause: Cause::Behind,
                device_code: self.view.with_untracked(|view| {
                    view.as_ref().map(|view| view.head().device_code.clone()).unwrap_or_default()
                }),
                at: clock::device(),
                recovered: adopted.get(),
                missing: 0,
                missing_at: Vec::new(),
            });
        }
        Ok(())
    }

    /// What this start could not take back waits in the second journal for the next thing that is saved, or for another
    /// start. The words it was made of are no draft meanwhile: they would be sent twice.
    fn leave_in_second(self, sealed: Vec<Sealed>) {
        let Some(second) = self.second.get_value() else { return };
        self.view.with_untracked(|view| {
            let Some(view) = view else { return };
            self.note_sealed(&forms_of_lost(&sealed, view));
            second.leave(lost(&sealed, view).cloned().collect());
        });
    }

    /// Takes back what was left in the second journal. Nothing is saved before it: it was done before.
    async fn adopt_left(self) -> Result<(), Trouble> {
        let Some(second) = self.second.get_value() else { return Ok(()) };
        let left = second.left();
        if left.is_empty() {
            return Ok(());
        }
        self.adopt(&left).await?;
        second.taken_back();
        Ok(())
    }

    /// Whether the words that lie here as the draft of a form are those of an entry that was left in the second journal.
    pub(super) fn lies_in_second(self, form: &str) -> bool {
        self.second.get_value().is_some_and(|second| second.has_words_of(form))
    }

    /// What is typed into such a form is another draft, which must not go when the entry is taken back.
    pub(super) fn part_from_second(self, form: &str) {
        if let Some(second) = self.second.get_value() {
            second.part_from(form);
        }
    }

    /// The same for a later start, once the other draft is stored: until then the words of the entry lie there, and must
    /// not be offered again. A start between the two takes the newer words for the entry's, and they go with it.
    pub(super) async fn note_parted(self, form: &str) {
        if let Some(second) = self.second.get_value() {
            // Where the browser does not take it, this page still knows.
            let _noted = second.note_parted(form).await;
        }
    }

    pub(super) async fn fold_second(self) {
        let Some(second) = self.second.get_value() else { return };
        let waiting: Vec<Envelope> =
            self.view.with_untracked(|view| view.iter().flat_map(unanswered).cloned().collect());
        // A file that could not be written anew is only longer than it need be.
        let _folded = second.fold(&waiting).await;
    }

    pub(super) fn shorten_second(self) {
        // What else waits is not known in a hand-over, nor what lies there alone before it was compared.
        if self.handed_out || self.is_opening_second() {
            return;
        }
        let Some(second) = self.second.get_value() else { return };
        let stale = self.view.with_untracked(|view| second.stale(view.iter().flat_map(unanswered)));
        if let Some(left) = stale {
            spawn_local(async move {
                let _folded = second.fold(&left).await;
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

/// Held by whoever opens the second journal, until it was compared with the database.
pub(super) async fn opening() -> OwnedMutexGuard<()> {
    OPENING.with(Arc::clone).lock_owned().await
}

/// What was found in the second journal.
pub(super) fn envelopes(sealed: &[Sealed]) -> impl Iterator<Item = Envelope> {
    sealed.iter().map(|sealed| sealed.envelope.clone())
}

/// The forms of those that this replica does not hold: once it does, their words are no draft any more.
pub(super) fn forms_of_lost<'a>(sealed: &'a [Sealed], replica: &Replica) -> Vec<&'a str> {
    lost(sealed, replica).filter_map(|sealed| sealed.form.as_deref()).collect()
}

fn lost<'a>(sealed: &'a [Sealed], replica: &Replica) -> impl Iterator<Item = &'a Sealed> {
    sealed.iter().filter(|sealed| !replica.has_written(sealed.envelope.mid))
}

/// What waits for a verdict, oldest first: also what a restored server forgot.
pub(crate) fn unanswered(view: &Replica) -> impl Iterator<Item = &Envelope> {
    let head = view.head();
    let heard = head.base + head.server_seq;
    let waits = move |(seq, entry): &(&u64, &Entry)| entry.outcome.is_none() || **seq > heard;
    view.journal().iter().filter(waits).map(|(_, entry)| &entry.envelope)
}
