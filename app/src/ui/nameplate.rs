//! The nameplate: small label above, value below, in a hairline frame, as on the machine itself.
//! And its quiet sister, the list of facts.

use leptos::prelude::*;

use super::Tone;

/// A frame around two to six plates.
#[component]
pub fn Nameplate(
    #[prop(optional, into)] label: Signal<String>,
    children: Children,
) -> impl IntoView {
    let label = move || Some(label.get()).filter(|label| !label.is_empty());
    view! { <dl class="nameplate" aria-label=label>{children()}</dl> }
}

/// One value on a nameplate. Children follow the value: a tag, a button to copy.
#[component]
pub fn Plate(
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] value: Signal<String>,
    #[prop(optional)] mono: bool,
    #[prop(optional)] wide: bool,
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="plate" data-mono=mono data-wide=wide data-tone=move || tone.get().name()>
            <dt class="plate__label">{label}</dt>
            <dd class="plate__value">{value} {children.map(|children| children())}</dd>
        </div>
    }
}

/// A quiet list of labels and values.
#[component]
pub fn Facts(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// One fact. Children follow or replace the value.
#[component]
pub fn Fact(
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] value: Signal<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="fact">
            <dt class="fact__label">{label}</dt>
            <dd class="fact__value">{value} {children.map(|children| children())}</dd>
        </div>
    }
}
