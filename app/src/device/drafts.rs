//! What is typed and not sent yet: kept at every pause, and in the last moment before a page goes away.

use std::{collections::BTreeSet, time::Duration};

use domain::Timestamp;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{Device, Trouble};
use crate::clock;

/// What is typed into the forms of this page.
#[derive(Default)]
pub(super) struct Drafts {
    /// What was typed and is not stored yet, once for each form.
    unsaved: Vec<Words>,
    /// The forms of which something lies in the store.
    stored: BTreeSet<String>,
    /// The forms that are on their way into the journal. Words written behind that write would outlive it.
    sending: BTreeSet<String>,
    /// The forms whose words were found to be sealed when this page was opened.
    sealed: BTreeSet<String>,
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
        if self.lies_in_second(form) {
            return None;
        }
        let unsaved = self.drafts.with_value(|drafts| drafts.words(form).cloned());
        match unsaved {
            Some((_, json)) => json,
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
        self.part_from_second(form);
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
        if self.lies_in_second(form) {
            // What is stored goes with the entry; what is not must not be stored behind it.
            return self.drafts.update_value(|drafts| drafts.unsaved.retain(|(it, _)| it != form));
        }
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
            drafts.sending.insert(form.to_owned());
            drafts.words(form).cloned()
        });
        let saved = saving.await;
        self.drafts.update_value(|drafts| {
            drafts.sending.remove(form);
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

    /// Whether words that lay here as a draft, when this page was opened, were found to be sealed. To be asked as soon
    /// as they were read; the answer takes as long as it takes to compare the second journal with the database.
    pub async fn turned_out_sealed(self, form: &str) -> bool {
        if !self.is_opening_second() {
            return false;
        }
        self.second_compared().await;
        self.drafts.with_value(|drafts| drafts.sealed.contains(form))
    }

    /// Notes the forms whose words this opening of the database found sealed.
    pub(super) fn note_sealed(self, forms: &[&str]) {
        let sealed = forms.iter().map(|form| (*form).to_owned()).collect();
        self.drafts.update_value(|drafts| drafts.sealed = sealed);
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
        let Some(store) = self.store.get_value() else { return };
        for words in self.drafts.with_value(|drafts| drafts.unsaved.clone()) {
            // Where it cannot be stored, nothing can be done for it any more.
            let _kept = store.keep_draft(&words.0, words.1.as_deref()).await;
        }
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
        let unsaved = self.drafts.with_value(|drafts| drafts.unsaved.clone());
        let Some(store) = self.store.get_value() else { return };
        if unsaved.is_empty() {
            return;
        }
        spawn_local(async move {
            for words in unsaved {
                let (form, json) = &words;
                // Changed in the meantime, or on its way into the journal.
                let due = |drafts: &Drafts| {
                    drafts.unsaved.contains(&words) && !drafts.sending.contains(form)
                };
                if !self.drafts.with_value(due) {
                    continue;
                }
                match store.keep_draft(form, json.as_deref()).await {
                    Ok(()) => {
                        self.drafts.update_value(|drafts| drafts.is_kept(&words));
                        if json.is_some() {
                            self.draft_saved.set(Some(clock::now()));
                            self.note_parted(form).await;
                        }
                    }
                    Err(error) => drop(self.cannot_save(error)),
                }
            }
        });
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
