//! The promised time: a rail that empties, and the words that say it.

use leptos::prelude::*;

use super::{Icon, Tone};

const AMBER_PERMILLE: u32 = 250;

fn tone(left: u32, over: bool) -> Tone {
    match left {
        _ if over => Tone::Danger,
        0..=AMBER_PERMILLE => Tone::Warning,
        _ => Tone::Success,
    }
}

/// The bar on the left edge of a card: how much of the promised time is left, in thousandths.
#[component]
pub fn SlaRail(left: u32, #[prop(optional)] over: bool) -> impl IntoView {
    let left = left.min(1_000);
    view! {
        <svg
            class="rail"
            viewBox="0 0 4 1000"
            preserveAspectRatio="none"
            aria-hidden="true"
            data-tone=tone(left, over).name()
            data-over=over
        >
            <rect
                class="rail__left"
                width="4"
                y=(1_000 - left).to_string()
                height=left.to_string()
            ></rect>
        </svg>
    }
}

/// The same in words.
#[component]
pub fn SlaText(
    #[prop(into)] text: String,
    left: u32,
    #[prop(optional)] over: bool,
) -> impl IntoView {
    view! {
        <span class="sla" data-tone=tone(left, over).name()>
            {Icon::Clock.svg()}
            <span>{text}</span>
        </span>
    }
}
