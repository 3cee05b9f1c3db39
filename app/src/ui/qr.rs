//! A text as a QR code: for a telephone's camera, on the screen and on paper.

use std::fmt::Write as _;

use leptos::prelude::*;
use qrcodegen::{QrCode as Code, QrCodeEcc};

/// The empty frame a reader needs around the code, in modules.
const QUIET: i32 = 4;

/// A code that says `text`. `label` is what it is for, to whoever cannot see it.
///
/// A text that no code can hold (beyond two thousand characters) shows nothing.
#[component]
pub fn QrCode(
    #[prop(into)] text: Signal<String>,
    #[prop(into)] label: Signal<String>,
) -> impl IntoView {
    move || {
        let (side, path) = text.with(|text| drawn(text))?;
        Some(view! {
            <svg
                class="qr"
                role="img"
                aria-label=label
                viewBox=format!("0 0 {side} {side}")
                shape-rendering="crispEdges"
            >
                <rect class="qr__paper" width=side height=side></rect>
                <path class="qr__ink" d=path></path>
            </svg>
        })
    }
}

/// The side in modules, and every run of dark modules as a stroke of the path.
fn drawn(text: &str) -> Option<(i32, String)> {
    // As much correction as fits without making the code larger.
    let code = Code::encode_text(text, QrCodeEcc::Low).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
            let run = i32::try_from(run).unwrap_or_default();
            if run > 0 {
                // Writing to a string always works.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run + 1;
        }
    }
    Some((code.size() + 2 * QUIET, path))
}
