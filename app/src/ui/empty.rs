//! Nothing here, and nothing here yet.

use leptos::prelude::*;

use super::Icon;

/// One drawing, one sentence, at most one button.
#[component]
pub fn Empty(
    icon: Icon,
    #[prop(into)] text: Signal<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            {icon.large()}
            <p class="empty__text">{text}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// Grey rows for what comes over the network. They appear only if it takes long.
#[component]
pub fn Skeleton(#[prop(default = 3)] rows: u32) -> impl IntoView {
    let rows = (0..rows).map(|_| view! { <div class="skeleton__row"></div> }).collect_view();
    view! { <div class="skeleton" aria-hidden="true">{rows}</div> }
}
