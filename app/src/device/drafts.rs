//! What is typed and not sent yet: kept at every pause, and in the last moment before a page goes away.

use std::{collections::BTreeSet, rc::Rc, time::Duration};

use domain::Timestamp;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{Device, Trouble};
use crate::{
    clock,
    store::{self, Store},
};

/// What is typed into the forms of this page.
#[derive(Default)]
pub(super) struct Drafts {
    /// What was typed and is not stored yet, once for each form.
    unsaved: Vec<Words>,
    /// The forms of which something lies in the store.
    stored: BTreeSet<String>,
    /// The forms that are on their way into the journal, once for each way. Words written behind that write would
    /// outlive it.
    sending: Vec<String>,
    timer: Option<TimeoutHandle>,
}

/// A form and what it says, as its page's own JSON; `None` forgets the draft.
type Words = (String, Option<String>);

const DRAFT_MS: u64 = 400;

impl Drafts {
    /// Whether there is a draft that nobody has forgotten yet.
    fn holds(&self, form: &str) -> bool {
        match self.words(form) {
            Some((_, json)) => json.is_some(),
            None => self.stored.contains(form),
        }
    }

    fn words(&self, form: &str) -> Option<&Words> {
        self.unsaved.iter().find(|(name, _)| name == form)
    }

    /// Whatever became of it, a form is no longer on this way into the journal.
    fn has_arrived(&mut self, form: &str) {
        if let Some(place) = self.sending.iter().position(|sending| sending == form) {
            self.sending.remove(place);
        }
    }

    fn is_kept(&mut self, words: &Words) {
        self.unsaved.retain(|other| other != words);
        match words {
            (form, Some(_)) => self.stored.insert(form.clone()),
            (form, None) => self.stored.remove(form),
        };
    }
}

impl Device {
    /// What was typed into a form before, as the page's own JSON.
    pub async fn draft(self, form: &str) -> Option<String> {
        // What was found sealed is no draft, although its words may lie here still.
        self.second_read().await;
        let unsaved = self.drafts.with_value(|drafts| drafts.words(form).cloned());
        match unsaved {
            Some((_, json)) => json,
            None if self.lies_in_second(form) => None,
            None => {
                let kept = self.store.get_value()?.draft(form).await.ok().flatten()?;
                self.drafts.update_value(|drafts| {
                    drafts.stored.insert(form.to_owned());
                });
                Some(kept)
            }
        }
    }

    /// Keeps what is typed into a form. Cheap enough for every keystroke.
    pub fn save_draft(self, form: &str, json: String) {
        self.note_draft(form, Some(json));
        let old = self.drafts.try_update_value(|drafts| drafts.timer.take()).flatten();
        if let Some(old) = old {
            old.clear();
        }
        let timer =
            set_timeout_with_handle(move || self.flush_drafts(), Duration::from_millis(DRAFT_MS));
        self.drafts.update_value(|drafts| drafts.timer = timer.ok());
    }

    /// Forgets a draft the person threw away.
    pub fn drop_draft(self, form: &str) {
        if !self.drafts.with_value(|drafts| drafts.holds(form)) {
            return;
        }
        self.note_draft(form, None);
        // What the person sees of it comes first; a page that goes away does it in its last moment.
        set_timeout(move || self.flush_drafts(), Duration::ZERO);
    }

    /// What a form says is saved as it is by `saving`, and its draft is forgotten by the same transaction: until then
    /// nothing of it is stored.
    ///
    /// # Errors
    /// Why it is not saved; the draft stays then.
    pub(super) async fn saving_form(
        self,
        form: &str,
        saving: impl Future<Output = Result<(), Trouble>>,
    ) -> Result<(), Trouble> {
        let sent = self.drafts.try_update_value(|drafts| {
            drafts.sending.push(form.to_owned());
            drafts.words(form).cloned()
        });
        let saved = saving.await;
        self.drafts.update_value(|drafts| {
            drafts.has_arrived(form);
            if saved.is_ok() {
                drafts.stored.remove(form);
                // What was typed since was not sent, and stays.
                if let Some(sent) = sent.flatten() {
                    drafts.unsaved.retain(|words| *words != sent);
                }
            }
        });
        self.flush_drafts();
        saved
    }

    /// While the entries made of the words in these forms are taken back, nothing else is stored there: their drafts go
    /// with the same transaction.
    pub(super) async fn hold_drafts<T>(self, forms: &[&str], saving: impl Future<Output = T>) -> T {
        let held = forms.iter().map(|form| (*form).to_owned());
        self.drafts.update_value(|drafts| drafts.sending.extend(held));
        let saved = saving.await;
        self.drafts.update_value(|drafts| forms.iter().for_each(|form| drafts.has_arrived(form)));
        self.flush_drafts();
        saved
    }

    /// When a draft was last saved on this device (tracked).
    pub fn draft_saved_at(self) -> Option<Timestamp> {
        self.draft_saved.get()
    }

    fn note_draft(self, form: &str, json: Option<String>) {
        self.drafts.update_value(|drafts| {
            drafts.unsaved.retain(|(name, _)| name != form);
            drafts.unsaved.push((form.to_owned(), json));
        });
    }

    /// Stores what is typed and not stored yet, before the page is closed to its person. Whoever calls this has the turn:
    /// what is on its way into the journal will not get there.
    pub(crate) async fn store_drafts(self) {
        self.drafts.update_value(|drafts| drafts.sending.clear());
        self.store_unsaved().await;
    }

    /// Nobody's words stay for whoever signs in next.
    pub(crate) fn forget_drafts(self) {
        self.drafts.update_value(|drafts| {
            if let Some(timer) = std::mem::take(drafts).timer {
                timer.clear();
            }
        });
    }

    pub(super) fn flush_drafts(self) {
        if self.drafts.with_value(|drafts| !drafts.unsaved.is_empty()) {
            spawn_local(self.store_unsaved());
        }
    }

    async fn store_unsaved(self) {
        let Some(store) = self.store.get_value() else { return };
        for words in self.drafts.with_value(|drafts| drafts.unsaved.clone()) {
            match self.store_words(&store, &words).await {
                Ok(true) if words.1.is_some() => self.draft_saved.set(Some(clock::now())),
                Ok(_) => {}
                Err(error) => drop(self.cannot_save(error)),
            }
        }
    }

    /// Stores what a form says; `false` where it says something else by now, or is on its way into the journal.
    async fn store_words(self, store: &Rc<Store>, words: &Words) -> Result<bool, store::Error> {
        let (form, json) = words;
        let due = || {
            self.drafts.with_value(|drafts| {
                drafts.unsaved.contains(words) && !drafts.sending.contains(form)
            })
        };
        if due() {
            self.part_from_second(store, form).await?;
        }
        if !due() {
            return Ok(false);
        }
        store.keep_draft(form, json.as_deref()).await?;
        self.drafts.update_value(|drafts| drafts.is_kept(words));
        Ok(true)
    }

    pub(super) fn watch_drafts(self) {
        // The last moment a phone lets a page do something.
        let hidden = leptos::ev::Custom::<web_sys::Event>::new("visibilitychange");
        let _watch = window_event_listener(hidden, move |_| {
            if document().visibility_state() == web_sys::VisibilityState::Hidden {
                self.flush_drafts();
            }
        });
        let leaving = leptos::ev::Custom::<web_sys::Event>::new("pagehide");
        let _watch = window_event_listener(leaving, move |_| self.flush_drafts());
    }
}
