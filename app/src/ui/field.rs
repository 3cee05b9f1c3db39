//! Fields for text and time. They keep still while an input method is composing.

use js_sys::Date;
use leptos::prelude::*;

use super::{Icon, fresh_id, scan::object};

/// What is typed into a field: decides the keyboard and what the browser may fill in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    #[default]
    Text,
    Tel,
    Email,
    Number,
    Decimal,
    Password,
    Pin,
    Code,
    Search,
}

impl FieldKind {
    fn name(self) -> &'static str {
        match self {
            FieldKind::Text => "text",
            FieldKind::Tel => "tel",
            FieldKind::Email => "email",
            FieldKind::Number => "number",
            FieldKind::Decimal => "decimal",
            FieldKind::Password => "password",
            FieldKind::Pin => "pin",
            FieldKind::Code => "code",
            FieldKind::Search => "search",
        }
    }

    /// The input's type. Numbers stay text: a number field swallows leading zeros and wheel turns.
    fn input(self) -> &'static str {
        match self {
            FieldKind::Tel => "tel",
            FieldKind::Email => "email",
            FieldKind::Password | FieldKind::Pin => "password",
            FieldKind::Search => "search",
            FieldKind::Text | FieldKind::Number | FieldKind::Decimal | FieldKind::Code => "text",
        }
    }

    fn keyboard(self) -> Option<&'static str> {
        match self {
            FieldKind::Number | FieldKind::Pin | FieldKind::Code => Some("numeric"),
            FieldKind::Decimal => Some("decimal"),
            FieldKind::Search => Some("search"),
            _ => None,
        }
    }

    fn autocomplete(self) -> &'static str {
        match self {
            FieldKind::Code => "one-time-code",
            _ => "off",
        }
    }
}

/// The line under a label and the line under a control, found by the control through their ids.
#[derive(Clone)]
pub(super) struct Notes {
    pub(super) id: String,
    pub(super) hint: Signal<String>,
    pub(super) error: Signal<String>,
}

impl Notes {
    pub(super) fn new(
        id: Option<&'static str>,
        part: &str,
        hint: Signal<String>,
        error: Signal<String>,
    ) -> Notes {
        Notes { id: id.map_or_else(|| fresh_id(part), str::to_owned), hint, error }
    }

    pub(super) fn invalid(&self) -> impl Fn() -> Option<&'static str> + Send + Sync + use<> {
        let error = self.error;
        move || (!error.with(String::is_empty)).then_some("true")
    }

    pub(super) fn described_by(&self) -> impl Fn() -> Option<String> + Send + Sync + use<> {
        let Notes { id, hint, error } = self.clone();
        move || match (hint.with(String::is_empty), error.with(String::is_empty)) {
            (true, true) => None,
            (false, true) => Some(format!("{id}-hint")),
            (true, false) => Some(format!("{id}-error")),
            (false, false) => Some(format!("{id}-error {id}-hint")),
        }
    }

    pub(super) fn view(self) -> impl IntoView {
        let Notes { id, hint, error } = self;
        let hint_id = format!("{id}-hint");
        let error_id = StoredValue::new(format!("{id}-error"));
        view! {
            {move || {
                let error = error.get();
                (!error.is_empty())
                    .then(|| {
                        view! {
                            <p class="field__error" id=error_id.get_value() role="alert">
                                {Icon::Alert.svg()}
                                <span>{error}</span>
                            </p>
                        }
                    })
            }}
            <p class="field__hint" id=hint_id>{hint}</p>
        }
    }
}

/// Listens to typing, but not inside a composition: half a pinyin is not a value.
#[derive(Clone, Copy)]
struct Typing {
    value: RwSignal<String>,
    composing: StoredValue<bool>,
    on_input: Option<Callback<String>>,
}

impl Typing {
    fn new(value: RwSignal<String>, on_input: Option<Callback<String>>) -> Typing {
        Typing { value, composing: StoredValue::new(false), on_input }
    }

    fn begin(self) {
        self.composing.set_value(true);
    }

    fn end(self, typed: String) {
        self.composing.set_value(false);
        self.take(typed);
    }

    fn take(self, typed: String) {
        if self.composing.get_value() || self.value.with_untracked(|value| *value == typed) {
            return;
        }
        self.value.set(typed.clone());
        if let Some(on_input) = self.on_input {
            on_input.run(typed);
        }
    }
}

/// One line of text.
#[component]
pub fn Field(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional)] kind: FieldKind,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] error: Signal<String>,
    #[prop(optional, into)] placeholder: Signal<String>,
    #[prop(optional, into)] required: Signal<bool>,
    #[prop(optional, into)] readonly: Signal<bool>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] max_length: Option<usize>,
    #[prop(optional, into)] on_input: Option<Callback<String>>,
    #[prop(optional, into)] on_change: Option<Callback<String>>,
    #[prop(optional)] id: Option<&'static str>,
    #[prop(optional)] large: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let notes = Notes::new(id, "field", hint, error);
    let typing = Typing::new(value, on_input);
    view! {
        <div class="field" data-kind=kind.name() data-large=large>
            <label class="field__label" for=notes.id.clone() data-must=move || required.get()>{label}</label>
            <input
                class="field__control"
                id=notes.id.clone()
                type=kind.input()
                inputmode=kind.keyboard()
                autocomplete=autocomplete.unwrap_or(kind.autocomplete())
                maxlength=max_length.map(|length| length.to_string())
                placeholder=placeholder
                readonly=readonly
                autofocus=autofocus
                aria-required=move || required.get().then_some("true")
                aria-invalid=notes.invalid()
                aria-describedby=notes.described_by()
                prop:value=value
                on:compositionstart=move |_| typing.begin()
                on:compositionend=move |event| typing.end(event_target_value(&event))
                on:input=move |event| typing.take(event_target_value(&event))
                on:change=move |event| {
                    if let Some(on_change) = on_change {
                        on_change.run(event_target_value(&event));
                    }
                }
            />
            {notes.view()}
        </div>
    }
}

/// Several lines of text, as high as what is in it.
#[component]
pub fn TextArea(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] error: Signal<String>,
    #[prop(optional, into)] placeholder: Signal<String>,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] readonly: Signal<bool>,
    #[prop(default = 3)] rows: u32,
    /// The longest text that is taken, in characters.
    max_length: usize,
    #[prop(optional, into)] on_input: Option<Callback<String>>,
    #[prop(optional, into)] on_change: Option<Callback<String>>,
    #[prop(optional)] id: Option<&'static str>,
) -> impl IntoView {
    let notes = Notes::new(id, "area", hint, error);
    let typing = Typing::new(value, on_input);
    view! {
        <div class="field">
            <label class="field__label" for=notes.id.clone() data-must=required>{label}</label>
            <textarea
                class="field__control"
                id=notes.id.clone()
                rows=rows.to_string()
                maxlength=max_length.to_string()
                placeholder=placeholder
                readonly=readonly
                aria-required=required.then_some("true")
                aria-invalid=notes.invalid()
                aria-describedby=notes.described_by()
                prop:value=value
                on:compositionstart=move |_| typing.begin()
                on:compositionend=move |event| typing.end(event_target_value(&event))
                on:input=move |event| typing.take(event_target_value(&event))
                on:change=move |event| {
                    if let Some(on_change) = on_change {
                        on_change.run(event_target_value(&event));
                    }
                }
            ></textarea>
            {notes.view()}
        </div>
    }
}

/// Whether a moment, a day or a time of day is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeKind {
    #[default]
    DateTime,
    Date,
    Time,
}

/// A local time as the browser writes it: `2026-11-22T14:30`.
#[component]
pub fn DateTime(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional)] kind: TimeKind,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] error: Signal<String>,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] min: Signal<String>,
    #[prop(optional, into)] max: Signal<String>,
    #[prop(optional, into)] on_change: Option<Callback<String>>,
    #[prop(optional)] id: Option<&'static str>,
) -> impl IntoView {
    let notes = Notes::new(id, "time", hint, error);
    let input = match kind {
        TimeKind::DateTime => "datetime-local",
        TimeKind::Date => "date",
        TimeKind::Time => "time",
    };
    let said = move || {
        // The label speaks the app's language; when that changes, so does this.
        label.track();
        value.with(|value| said(value, kind))
    };
    let bound = |bound: Signal<String>| move || Some(bound.get()).filter(|bound| !bound.is_empty());
    view! {
        <div class="field">
            <label class="field__label" for=notes.id.clone() data-must=required>{label}</label>
            <input
                class="field__control num"
                id=notes.id.clone()
                type=input
                min=bound(min)
                max=bound(max)
                aria-required=required.then_some("true")
                aria-invalid=notes.invalid()
                aria-describedby=notes.described_by()
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
                on:change=move |event| {
                    if let Some(on_change) = on_change {
                        on_change.run(event_target_value(&event));
                    }
                }
            />
            {move || said().map(|said| view! { <p class="field__said num">{said}</p> })}
            {notes.view()}
        </div>
    }
}

/// Browsers write these fields in their own language; where that is not the app's, the value in the app's.
fn said(value: &str, kind: TimeKind) -> Option<String> {
    let language = document().document_element()?.get_attribute("lang")?;
    let browser = window().navigator().language()?;
    if browser.get(..2) == language.get(..2) {
        return None;
    }
    let midnight = if kind == TimeKind::Date { "T00:00" } else { "" };
    let at = Date::new(&format!("{value}{midnight}").into());
    // A time of day alone is no date; its field differs least.
    if !at.get_time().is_finite() {
        return None;
    }
    let mut parts = vec![
        ("weekday", "short".into()),
        ("year", "numeric".into()),
        ("month", "short".into()),
        ("day", "numeric".into()),
    ];
    if kind == TimeKind::DateTime {
        let time = [("hour", "2-digit"), ("minute", "2-digit"), ("hourCycle", "h23")];
        parts.extend(time.map(|(part, how)| (part, how.into())));
    }
    // The day before the month, as everywhere in the app.
    let language = if language == "en" { "en-GB" } else { &language };
    Some(at.to_locale_string(language, &object(&parts)).into())
}
