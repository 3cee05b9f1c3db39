//! What a page asks the server for, beside the view: on its way, here, or why it is not.

use std::future::Future;

use domain::talk::Fault;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::{
    locale::text,
    ui::{Banner, Icon, Tone},
};

/// An answer, or what is known instead of one.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Asked<T> {
    Waiting,
    Here(T),
    /// The fault's code.
    Failed(String),
}

/// Asks; what was known before stays until there is an answer, also where there is none.
pub(super) fn ask<T: Clone + PartialEq + Send + Sync + 'static>(
    answer: RwSignal<Asked<T>>,
    asking: impl Future<Output = Result<T, Fault>> + 'static,
) {
    spawn_local(async move {
        let answered = asking.await;
        // The page may have been left meanwhile.
        let Some(before) = answer.try_get_untracked() else { return };
        match answered {
            Ok(it) => answer.set(Asked::Here(it)),
            Err(_) if matches!(before, Asked::Here(_)) => {}
            Err(fault) => answer.set(Asked::Failed(fault.code().to_owned())),
        }
    });
}

/// Says why there is no answer, with a way to ask again.
pub(super) fn trouble<T: Clone + PartialEq + Send + Sync + 'static>(
    answer: RwSignal<Asked<T>>,
    again: Callback<()>,
) -> AnyView {
    let code = Memo::new(move |_| match answer.get() {
        Asked::Failed(code) => Some(code),
        Asked::Waiting | Asked::Here(_) => None,
    });
    view! {
        <Show when=move || code.with(Option::is_some)>
            <Banner
                text=move || {
                    let offline = code.with(|code| {
                        code.as_deref().is_some_and(|code| matches!(code, "unreachable" | "portal"))
                    });
                    if offline { text().watch.offline } else { text().watch.failed }
                }
                tone=Tone::Warning
                icon=Icon::WifiOff
                action=move || text().watch.retry
                on_action=move || again.run(())
                name="ask-again"
            />
        </Show>
    }
    .into_any()
}
