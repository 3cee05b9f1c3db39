//! The app in the browser: mounts the first screen.

use leptos::prelude::*;

fn main() {
    console_error_panic_hook::set_once();
    mount_to_body(|| view! { <main>"Doorstep"</main> });
}
