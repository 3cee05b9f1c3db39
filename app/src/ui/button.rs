//! Buttons: they do one thing, and where they may not, they say why.

use leptos::prelude::*;

use super::{Badge, Icon, Tone, fresh_id};

/// How loud a button is. One primary button per card or bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    Primary,
    #[default]
    Secondary,
    Quiet,
    Danger,
}

impl ButtonKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            ButtonKind::Primary => "primary",
            ButtonKind::Secondary => "secondary",
            ButtonKind::Quiet => "quiet",
            ButtonKind::Danger => "danger",
        }
    }
}

/// A button. With a `why_not` it stays reachable, so that everybody can read the reason; a press
/// then does not act but marks the reason, and `on_blocked` may lead to what is missing.
#[component]
pub fn Button(
    #[prop(into)] text: Signal<String>,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] icon: Option<Icon>,
    #[prop(optional, into)] why_not: Signal<Option<String>>,
    #[prop(optional, into)] on_blocked: Option<Callback<()>>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional)] wide: bool,
    #[prop(optional)] large: bool,
    #[prop(optional)] submit: bool,
    #[prop(optional)] name: Option<&'static str>,
) -> impl IntoView {
    let why_id = StoredValue::new(fresh_id("why"));
    let nudged = RwSignal::new(false);
    let blocked = move || why_not.with(Option::is_some);
    let press = move |event: leptos::ev::MouseEvent| {
        if busy.get_untracked() {
            event.prevent_default();
        } else if why_not.with_untracked(Option::is_some) {
            event.prevent_default();
            nudged.set(true);
            if let Some(on_blocked) = on_blocked {
                on_blocked.run(());
            }
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    view! {
        <div class="press" data-wide=wide>
            <button
                class="button"
                type=if submit { "submit" } else { "button" }
                data-kind=kind.name()
                data-wide=wide
                data-large=large
                data-name=name
                aria-disabled=move || blocked().then_some("true")
                aria-busy=move || busy.get().then_some("true")
                aria-describedby=move || blocked().then(|| why_id.get_value())
                on:click=press
            >
                {move || {
                    if busy.get() {
                        Some(view! { <span class="button__turn" aria-hidden="true"></span> }.into_any())
                    } else {
                        icon.map(|icon| icon.svg().into_any())
                    }
                }}
                <span>{text}</span>
            </button>
            {move || {
                why_not
                    .get()
                    .map(|why| {
                        view! {
                            <p class="press__why" id=why_id.get_value() data-nudge=nudged>
                                {why}
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// A link that looks like a button: to a page, a telephone, a map.
#[component]
pub fn ButtonLink(
    #[prop(into)] text: Signal<String>,
    #[prop(into)] href: Signal<String>,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] icon: Option<Icon>,
    #[prop(optional)] wide: bool,
    #[prop(optional)] large: bool,
    #[prop(optional)] name: Option<&'static str>,
) -> impl IntoView {
    view! {
        <a class="button" href=href data-kind=kind.name() data-wide=wide data-large=large data-name=name>
            {icon.map(Icon::svg)}
            <span>{text}</span>
        </a>
    }
}

/// A drawing to press. The label is what screen readers say and what a mouse shows.
#[component]
pub fn IconButton(
    icon: Icon,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] on_press: Callback<()>,
    #[prop(optional, into)] count: Option<Signal<u32>>,
    #[prop(optional, into)] pressed: Option<Signal<bool>>,
    #[prop(optional)] name: Option<&'static str>,
) -> impl IntoView {
    view! {
        <button
            class="icon-button"
            type="button"
            data-name=name
            aria-label=move || counted(label, count)
            title=label
            aria-pressed=pressed.map(|pressed| move || pressed.get().to_string())
            on:click=move |_| on_press.run(())
        >
            {icon.svg()}
            {count.map(|count| view! { <Badge count tone=Tone::Danger/> })}
        </button>
    }
}

/// A drawing that leads somewhere.
#[component]
pub fn IconLink(
    icon: Icon,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] href: Signal<String>,
    #[prop(optional, into)] count: Option<Signal<u32>>,
) -> impl IntoView {
    view! {
        <a class="icon-button" href=href aria-label=move || counted(label, count) title=label>
            {icon.svg()}
            {count.map(|count| view! { <Badge count tone=Tone::Danger/> })}
        </a>
    }
}

/// What is said of a drawing with a number on it: both.
fn counted(label: Signal<String>, count: Option<Signal<u32>>) -> String {
    match count.map_or(0, |count| count.get()) {
        0 => label.get(),
        many @ 100.. => format!("{} 99+ ({many})", label.get()),
        few => format!("{} {few}", label.get()),
    }
}
