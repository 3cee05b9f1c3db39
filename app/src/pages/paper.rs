//! The frame of every page that goes on paper, on the engineer's phone and at the desk.

use domain::user::Role;
use leptos::prelude::*;

use super::shell::{DeskShell, PhoneDetail};
use crate::{
    device::device,
    locale::text,
    ui::{ActionBar, Button, ButtonKind, Icon},
};

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

/// Prints the page, where there is `something` on it.
#[component]
pub fn PrintButton(#[prop(into)] something: Signal<bool>) -> impl IntoView {
    view! {
        <Show when=move || something.get()>
            <Button
                text=move || text().handover.sheet.print
                icon=Icon::Print
                kind=ButtonKind::Primary
                wide=true
                name="print"
                on_press=print
            />
        </Show>
    }
}

/// Asks the browser to print the page.
pub fn print() {
    // A browser without a printer says so itself.
    let _printed = window().print();
}
