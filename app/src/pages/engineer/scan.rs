//! A button that reads a code with the camera, for every field that takes one.

use domain::search::Wanted;
use leptos::prelude::*;

use crate::{
    device::device,
    locale::text,
    route::{self, Route},
    search,
    ui::{Icon, IconButton, Scan},
};

/// The button and its dialog.
#[component]
pub fn ScanButton(
    #[prop(into)] on_code: Callback<String>,
    #[prop(default = "scan")] name: &'static str,
    /// What is read here, where several codes are read on one page.
    #[prop(optional, into)]
    label: Signal<String>,
    /// Open when the page opens.
    #[prop(optional)]
    at_once: bool,
) -> impl IntoView {
    let open = RwSignal::new(at_once);
    let label = move || match label.get() {
        label if label.is_empty() => text().scan.title.to_owned(),
        label => label,
    };
    view! {
        <IconButton icon=Icon::Scan label name on_press=move || open.set(true)/>
        <Scan open words=Signal::derive(|| *text().scan) on_code/>
    }
}

/// Finds what bears this code: the one ticket it names, or the list of those it may mean.
pub fn find(code: &str) {
    let found = untrack(|| search::found(&Wanted::new(code), search::lines(device()).iter()));
    match found.as_slice() {
        [ticket] => route::go(Route::Ticket(*ticket)),
        _ => route::go_to(&Route::Tickets.with("find", code)),
    }
}
