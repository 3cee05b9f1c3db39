//! A form that survives: what is typed is kept on the phone until it is sent.

use std::{collections::BTreeMap, time::Duration};

use domain::{Command, json};
use leptos::{prelude::*, task::spawn_local};

use super::Saved;
use crate::{
    device::{Device, device},
    ui::{Tone, toast},
};

/// What a form keeps.
#[derive(Clone, Copy)]
pub enum Slot {
    Text(RwSignal<String>),
    Tick(RwSignal<bool>),
    Count(RwSignal<i64>),
}

impl From<RwSignal<String>> for Slot {
    fn from(signal: RwSignal<String>) -> Slot {
        Slot::Text(signal)
    }
}
impl From<RwSignal<bool>> for Slot {
    fn from(signal: RwSignal<bool>) -> Slot {
        Slot::Tick(signal)
    }
}
impl From<RwSignal<i64>> for Slot {
    fn from(signal: RwSignal<i64>) -> Slot {
        Slot::Count(signal)
    }
}

impl Slot {
    fn read(self) -> Option<String> {
        match self {
            Slot::Text(signal) => signal.try_get(),
            Slot::Tick(signal) => signal.try_get().map(|tick| tick.to_string()),
            Slot::Count(signal) => signal.try_get().map(|count| count.to_string()),
        }
    }

    fn peek(self) -> Option<String> {
        match self {
            Slot::Text(signal) => signal.try_get_untracked(),
            Slot::Tick(signal) => signal.try_get_untracked().map(|tick| tick.to_string()),
            Slot::Count(signal) => signal.try_get_untracked().map(|count| count.to_string()),
        }
    }

    // The page may be gone by the time storage answers; then there is nothing to fill.
    fn write(self, kept: &str) {
        let _gone = match self {
            Slot::Text(signal) => signal.try_set(kept.to_owned()).is_some(),
            Slot::Tick(signal) => signal.try_set(kept == "true").is_some(),
            Slot::Count(signal) => {
                kept.parse().ok().and_then(|count| signal.try_set(count)).is_some()
            }
        };
    }
}

type Kept = BTreeMap<&'static str, String>;

/// A form's fields, its place in storage, and whether it is being sent.
#[derive(Clone, Copy)]
pub struct Draft {
    device: Device,
    saved: Option<Saved>,
    form: StoredValue<String>,
    fields: StoredValue<Vec<(&'static str, Slot)>>,
    /// What the fields said when there was nothing to keep.
    clean: RwSignal<Kept>,
    blank: StoredValue<Kept>,
    ready: RwSignal<bool>,
    busy: RwSignal<bool>,
    /// Whether sending takes so long that one wonders.
    slow: RwSignal<bool>,
}

/// What is done sooner than this needs no sign that it is being done.
const SLOW_MS: u64 = 150;

impl Draft {
    /// Watches the fields; brings back what was typed before the page was left or the phone died.
    pub fn new(form: String, fields: Vec<(&'static str, Slot)>) -> Draft {
        let device = device();
        let values = peek(&fields);
        let draft = Draft {
            device,
            saved: use_context::<Saved>(),
            form: StoredValue::new(form.clone()),
            fields: StoredValue::new(fields),
            clean: RwSignal::new(values.clone()),
            blank: StoredValue::new(values),
            ready: RwSignal::new(false),
            busy: RwSignal::new(false),
            slow: RwSignal::new(false),
        };
        spawn_local(async move {
            let kept = device.draft(&form).await;
            let kept = kept.and_then(|json| json::read::<BTreeMap<String, String>>(&json).ok());
            if let (Some(kept), Some(false)) = (kept, draft.try_dirty()) {
                let _gone = draft.fields.try_with_value(|fields| {
                    for (name, slot) in fields {
                        if let Some(value) = kept.get(*name) {
                            slot.write(value);
                        }
                    }
                });
            }
            let _gone = draft.ready.try_set(true);
        });
        let held = StoredValue::new_local(None);
        Effect::new(move |was_dirty: Option<bool>| {
            let now = draft.fields.with_value(|fields| read(fields));
            let dirty = draft.clean.with(|clean| *clean != now);
            held.update_value(|held| match (dirty, held.is_some()) {
                (true, false) => *held = Some(device.keep_form_open()),
                (false, true) => *held = None,
                _ => {}
            });
            if !draft.ready.get() {
                return false;
            }
            let form = draft.form.get_value();
            match serde_json::to_string(&now) {
                Ok(json) if dirty => device.save_draft(&form, json),
                _ if was_dirty == Some(true) => device.drop_draft(&form),
                _ => {}
            }
            dirty
        });
        draft
    }

    fn try_dirty(self) -> Option<bool> {
        let now = self.fields.try_with_value(|fields| peek(fields))?;
        self.clean.try_with_untracked(|clean| *clean != now)
    }

    /// Whether something is typed that was not sent.
    pub fn dirty(self) -> bool {
        let now = self.fields.with_value(|fields| read(fields));
        self.clean.with(|clean| *clean != now)
    }

    /// Whether the form is on its way into the journal, and that takes a while.
    pub fn busy(self) -> Signal<bool> {
        self.slow.into()
    }

    /// What is in the fields is kept elsewhere now.
    pub fn settle(self) {
        let Some(now) = self.fields.try_with_value(|fields| peek(fields)) else { return };
        let _gone = self.clean.try_set(now);
        self.forget();
    }

    /// Empties the form, as it was when it was opened the first time.
    pub fn clear(self) {
        let Some(blank) = self.blank.try_get_value() else { return };
        let _gone = self.fields.try_with_value(|fields| {
            for (name, slot) in fields {
                slot.write(blank.get(name).map_or("", String::as_str));
            }
        });
        let _gone = self.clean.try_set(blank);
        self.forget();
    }

    /// A form that is sent is no draft any more, even where its page closes at once.
    fn forget(self) {
        if let Some(form) = self.form.try_get_value() {
            self.device.drop_draft(&form);
        }
    }

    /// Sends the form once, however often it is tapped. `then` runs when it is safely kept.
    pub fn send(self, command: Command, numbers: u32, then: impl FnOnce() + 'static) {
        self.send_all(vec![command], numbers, Box::new(then));
    }

    /// The same for a form that says several things: they are kept together or not at all.
    pub fn send_all(self, commands: Vec<Command>, numbers: u32, then: Box<dyn FnOnce()>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let wonder = move || {
            if self.busy.try_get_untracked() == Some(true) {
                self.slow.set(true);
            }
        };
        let timer = set_timeout_with_handle(wonder, Duration::from_millis(SLOW_MS));
        spawn_local(async move {
            let form = self.form.try_get_value();
            let sent = self.device.send_of(commands, numbers, form.as_deref()).await;
            timer.into_iter().for_each(|timer| timer.clear());
            let _gone = self.busy.try_set(false);
            if self.slow.try_get_untracked() == Some(true) {
                self.slow.set(false);
            }
            match sent {
                Ok(()) => {
                    if let Some(saved) = self.saved {
                        saved.note(self.device.now());
                    }
                    then();
                }
                Err(trouble) => toast(Tone::Danger, trouble.words()),
            }
        });
    }
}

fn read(fields: &[(&'static str, Slot)]) -> Kept {
    fields.iter().filter_map(|(name, slot)| Some((*name, slot.read()?))).collect()
}

fn peek(fields: &[(&'static str, Slot)]) -> Kept {
    fields.iter().filter_map(|(name, slot)| Some((*name, slot.peek()?))).collect()
}
