//! Tags and badges: a word or a number with a tone.

use leptos::prelude::*;

use super::Icon;

/// What a colour says. Never alone: a word or a drawing says the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Neutral,
    Primary,
    Success,
    Warning,
    Danger,
    Info,
    Violet,
}

impl Tone {
    /// The value of `data-tone`.
    pub fn name(self) -> &'static str {
        match self {
            Tone::Neutral => "neutral",
            Tone::Primary => "primary",
            Tone::Success => "success",
            Tone::Warning => "warning",
            Tone::Danger => "danger",
            Tone::Info => "info",
            Tone::Violet => "violet",
        }
    }
}

/// A stage, a priority, a warranty: one word on a tinted ground.
#[component]
pub fn Tag(
    #[prop(into)] text: Signal<String>,
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional, into)] icon: Signal<Option<Icon>>,
    #[prop(optional, into)] solid: Signal<bool>,
    #[prop(optional, into)] struck: Signal<bool>,
) -> impl IntoView {
    view! {
        <span class="tag" data-tone=move || tone.get().name() data-solid=solid data-struck=struck>
            {move || icon.get().map(Icon::svg)}
            <span class="clamp">{text}</span>
        </span>
    }
}

/// A tag that stays as it is, for lists whose cards are drawn anew when something changes.
pub fn still_tag(
    text: impl Into<String>,
    tone: Tone,
    icon: Option<Icon>,
    solid: bool,
    struck: bool,
) -> impl IntoView {
    view! {
        <span class="tag" data-tone=tone.name() data-solid=solid data-struck=struck>
            {icon.map(Icon::svg)}
            <span class="clamp">{text.into()}</span>
        </span>
    }
}

/// A number on a control. Nothing at zero.
#[component]
pub fn Badge(
    #[prop(into)] count: Signal<u32>,
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional, into)] label: Signal<String>,
) -> impl IntoView {
    let said = move || match count.get() {
        0 => None,
        many @ 100.. => Some((many, "99+".to_owned())),
        few => Some((few, few.to_string())),
    };
    move || {
        said().map(|(count, shown)| {
            let label = move || match label.get() {
                empty if empty.is_empty() => None,
                label => Some(format!("{count} {label}")),
            };
            view! {
                <span class="badge" data-tone=move || tone.get().name() title=label>
                    {shown}
                </span>
            }
        })
    }
}
