//! The app in the browser: mounts the first screen, and says so plainly when it breaks.

pub mod api;
pub mod app;
pub mod clock;
pub mod device;
pub mod locale;
pub mod marker;
pub mod pages;
pub mod pin;
pub mod press;
pub mod route;
pub mod second;
pub mod session;
pub mod storage;
pub mod store;
pub mod sync;
pub mod tabs;
pub mod ui;
pub mod unsent;

use std::panic::PanicHookInfo;

fn main() {
    std::panic::set_hook(Box::new(broken));
    leptos::mount::mount_to_body(app::App);
}

/// Our bug. What was saved is saved: the person opens the page again and goes on.
fn broken(info: &PanicHookInfo<'_>) {
    console_error_panic_hook::hook(info);
    let document = leptos::prelude::document();
    let Some(body) = document.body() else { return };
    // The texts cannot be asked for now, and nobody knows which language broke: both are shown.
    let (zh, en) = (locale::frame::ZH.broken, locale::frame::EN.broken);
    let (open_zh, open_en) = (locale::frame::ZH.reload, locale::frame::EN.reload);
    body.set_inner_html(&format!(
        "<main class=\"sign-in\" role=\"alert\"><div class=\"sign-in__brand\"><h1>Doorstep</h1>\
         <p lang=\"zh-CN\">{zh}</p><p lang=\"en\">{en}</p></div>\
         <a class=\"button\" data-kind=\"primary\" data-name=\"reload\" href=\"/\" target=\"_top\">\
         {open_zh} · {open_en}</a></main>"
    ));
}
