//! The frame of every page that goes on paper, on the engineer's phone and at the desk.

use domain::user::Role;
use leptos::prelude::*;

use super::shell::{DeskShell, PhoneDetail};
use crate::{device::device, ui::ActionBar};

/// Whether the page is read at a desk.
pub fn at_desk() -> Memo<bool> {
    let device = device();
    Memo::new(move |_| !device.me().is_any(&[Role::Engineer]))
}

/// A page for paper: `body` is what is printed, `bar` what one does with it, `back` where a phone goes from here.
pub fn paper(
    title: fn() -> &'static str,
    back: impl Into<Signal<String>>,
    bar: impl Into<ViewFn>,
    body: impl Into<ViewFn>,
) -> impl IntoView {
    let (desk, back) = (at_desk(), back.into());
    let (bar, body) = (StoredValue::new(bar.into()), StoredValue::new(body.into()));
    let (bar, body) = (move || bar.with_value(ViewFn::run), move || body.with_value(ViewFn::run));
    move || {
        if desk.get() {
            view! {
                <DeskShell title>
                    <div class="sheet-page">
                        {body}
                        <div class="row" data-align="end">{bar}</div>
                    </div>
                </DeskShell>
            }
            .into_any()
        } else {
            view! {
                <PhoneDetail title back bar=move || view! { <ActionBar>{bar()}</ActionBar> }>
                    {body}
                </PhoneDetail>
            }
            .into_any()
        }
    }
}

/// Asks the browser to print the page.
pub fn print() {
    // A browser without a printer says so itself.
    let _printed = window().print();
}
