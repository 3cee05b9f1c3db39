//! How the app comes onto the home screen: by the browser's own question where there is one, else in pictures.
//!
//! Controls, by `data-name`: `install`, `start-work`, `install-hint`, `persist-hint`.

use domain::{sheet::Sheet, user::Role};
use leptos::prelude::*;

use crate::{
    device::device,
    locale::{first_run::InstallText, text},
    pages::shell::PhoneDetail,
    route::{self, Route},
    storage,
    ui::{Banner, Button, ButtonKind, Card, Cell, Empty, Icon, Tone},
};

/// For how long a hint that was put off is not shown.
const QUIET_MINUTES: i64 = 30 * 24 * 60;
const INSTALL_LATER: &str = "doorstep.install-later";
const PERSIST_LATER: &str = "doorstep.persist-later";

/// Where the app runs, as far as installing it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Inside a chat app.
    Chat,
    /// An iPhone or iPad.
    Apple,
    Android,
    Desk,
}

/// Where this is.
pub fn place() -> Place {
    let agent = window().navigator().user_agent().unwrap_or_default();
    let says = |names: &[&str]| names.iter().any(|name| agent.contains(name));
    // An iPad calls itself a Mac; a Mac has no fingers.
    let ipad = agent.contains("Macintosh") && window().navigator().max_touch_points() > 1;
    if says(&["MicroMessenger", "DingTalk"]) {
        Place::Chat
    } else if says(&["iPhone", "iPad"]) || ipad {
        Place::Apple
    } else if says(&["Android", "HarmonyOS", "OpenHarmony"]) {
        Place::Android
    } else {
        Place::Desk
    }
}

/// The page.
#[component]
pub fn Install() -> impl IntoView {
    let report = device().storage_report();
    let here = place();
    let others =
        [Place::Apple, Place::Android, Place::Desk].into_iter().filter(move |p| *p != here);
    let begin = move || {
        (!report.installed.get() && here == Place::Apple).then(|| {
            view! { <p class="note" data-tone="info">{move || text().first_run.install.apple_first}</p> }
        })
    };
    view! {
        <PhoneDetail title=move || text().first_run.install.title back=Route::Me.href()>
            <Show
                when=move || !report.installed.get()
                fallback=|| {
                    view! {
                        <Empty icon=Icon::CheckCircle text=move || text().first_run.install.done>
                            <p class="muted">{move || text().first_run.install.done_note}</p>
                        </Empty>
                    }
                }
            >
                <p class="muted">{move || text().first_run.install.why}</p>
                {begin}
                <Show when=move || report.can_install.get()>
                    <Card tone=Tone::Info>
                        <p>{move || text().first_run.install.press_lead}</p>
                        <Button
                            text=move || text().first_run.install.press
                            kind=ButtonKind::Primary
                            icon=Icon::Download
                            wide=true
                            name="install"
                            on_press=move || report.install()
                        />
                    </Card>
                </Show>
                <Guide of=here/>
                <details class="install__others">
                    <summary>{move || text().first_run.install.other_phone}</summary>
                    {others.clone().map(|of| view! { <Guide of/> }).collect_view()}
                </details>
            </Show>
            <div class="row" data-align="end">
                <Button
                    text=move || text().first_run.install.start_work
                    kind=ButtonKind::Primary
                    name="start-work"
                    on_press=|| route::go_to("/")
                />
            </div>
        </PhoneDetail>
    }
}

/// The steps for one kind of device.
#[component]
fn Guide(of: Place) -> impl IntoView {
    type Words = &'static InstallText;
    let title: fn(Words) -> &'static str = match of {
        Place::Chat => |words| words.chat,
        Place::Apple => |words| words.apple,
        Place::Android => |words| words.android,
        Place::Desk => |words| words.desk,
    };
    let steps = move || {
        let words = &text().first_run.install;
        match of {
            Place::Chat => chat_pictures(words.chat_steps).into_any(),
            Place::Apple => pictures(
                &words.apple_steps,
                &[share_bar(), share_list(words.add), confirm(words.add_confirm), home(words.app)],
            )
            .into_any(),
            Place::Android => pictures(
                &words.android_steps,
                &[
                    top_menu("M100 21v.1M100 27v.1M100 33v.1"),
                    menu(words.menu_install),
                    home(words.app),
                ],
            )
            .into_any(),
            Place::Desk => {
                pictures(&words.desk_steps, &[address_bar(), prompt(words.press)]).into_any()
            }
        }
    };
    let note = move || {
        let words = &text().first_run.install;
        match of {
            Place::Apple => words.apple_note,
            Place::Android => words.android_note,
            Place::Chat | Place::Desk => "",
        }
    };
    view! {
        <Card title=move || title(&text().first_run.install)>
            {steps}
            {move || Some(note()).filter(|note| !note.is_empty()).map(|note| view! { <p class="muted">{note}</p> })}
        </Card>
    }
}

/// What to press in a chat app's window.
pub fn chat_pictures(steps: [&'static str; 2]) -> impl IntoView {
    let open = text().first_run.install.open_in_browser;
    pictures(&steps, &[top_menu("M94 27v.1M100 27v.1M106 27v.1"), sheet(open)])
}

/// Each step with its picture above it.
fn pictures(steps: &[&'static str], drawn: &[String]) -> impl IntoView + use<> {
    let steps = steps.iter().zip(drawn).enumerate().map(|(at, (step, picture))| {
        let step = *step;
        let frame = "<rect class=\"picture__phone\" x=\"1\" y=\"1\" width=\"118\" height=\"158\" rx=\"12\"/>";
        view! {
            <li class="install__step">
                <svg
                    class="picture"
                    viewBox="0 0 120 160"
                    role="img"
                    aria-label=(text().first_run.install.picture)(at + 1)
                    inner_html=format!("{frame}{picture}")
                ></svg>
                <p>
                    <span class="install__number num" aria-hidden="true">{at + 1}</span>
                    {step}
                </p>
            </li>
        }
    });
    view! { <ol class="install__steps">{steps.collect_view()}</ol> }
}

/// A few grey lines: some page.
const PAGE: &str = "<path class=\"picture__grey\" d=\"M14 52h62M14 66h92M14 80h80M14 94h50\"/>";

fn lit(x: u32, y: u32, width: u32, height: u32) -> String {
    format!(
        "<rect class=\"picture__lit\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>"
    )
}

fn label(x: u32, y: u32, words: &str) -> String {
    format!("<text class=\"picture__text\" x=\"{x}\" y=\"{y}\">{words}</text>")
}

/// Safari's bar below, with the sign for sharing: a box with an arrow out of it.
fn share_bar() -> String {
    format!(
        "{PAGE}<path class=\"picture__line\" d=\"M1 128h118\"/>{}\
         <path class=\"picture__ink\" d=\"M55 141h-4v13h18v-13h-4M60 148v-14M56 138l4-4 4 4\"/>\
         <path class=\"picture__grey\" d=\"M20 140l-5 5 5 5M100 140l5 5-5 5\"/>",
        lit(44, 131, 32, 26)
    )
}

/// The list that opens, with the line that is wanted.
fn share_list(words: &str) -> String {
    format!(
        "<path class=\"picture__line\" d=\"M1 44h118\"/>\
         <path class=\"picture__grey\" d=\"M14 60h70M14 80h54M14 138h60\"/>{}{}\
         <path class=\"picture__ink\" d=\"M97 103h10v10H97zM102 105v6M99 108h6\"/>",
        lit(7, 95, 106, 26),
        label(13, 112, words)
    )
}

/// The last question of Safari.
fn confirm(words: &str) -> String {
    format!(
        "<path class=\"picture__line\" d=\"M1 40h118\"/>{}{}\
         <rect class=\"picture__app\" x=\"14\" y=\"54\" width=\"26\" height=\"26\" rx=\"6\"/>\
         <path class=\"picture__grey\" d=\"M50 62h50M50 74h34\"/>",
        lit(72, 14, 42, 22),
        label(79, 29, words)
    )
}

/// A home screen with the app among others.
fn home(words: &str) -> String {
    let mut all = String::new();
    for (x, y) in [(16, 22), (48, 22), (80, 22), (16, 58), (80, 58)] {
        all.push_str(&format!(
            "<rect class=\"picture__other\" x=\"{x}\" y=\"{y}\" width=\"24\" height=\"24\" rx=\"6\"/>"
        ));
    }
    format!(
        "{all}{}<rect class=\"picture__app\" x=\"48\" y=\"58\" width=\"24\" height=\"24\" rx=\"6\"/>\
         <path class=\"picture__door\" d=\"M55 76V64h10v12M62 70v.1\"/>\
         <text class=\"picture__text\" x=\"60\" y=\"96\" text-anchor=\"middle\">{words}</text>",
        lit(42, 52, 36, 50)
    )
}

/// A bar above with three dots at its right end.
fn top_menu(dots: &str) -> String {
    format!(
        "{PAGE}<path class=\"picture__line\" d=\"M1 42h118\"/>\
         <path class=\"picture__grey\" d=\"M14 27h60\"/>{}<path class=\"picture__dots\" d=\"{dots}\"/>",
        lit(86, 13, 28, 26)
    )
}

/// The menu that opens under the dots.
fn menu(words: &str) -> String {
    format!(
        "{PAGE}<rect class=\"picture__sheet\" x=\"26\" y=\"16\" width=\"90\" height=\"112\" rx=\"8\"/>\
         <path class=\"picture__grey\" d=\"M36 34h56M36 54h42M36 112h50\"/>{}{}",
        lit(30, 68, 82, 28),
        label(37, 86, words)
    )
}

/// The sheet from below.
fn sheet(words: &str) -> String {
    format!(
        "{PAGE}<rect class=\"picture__sheet\" x=\"1\" y=\"100\" width=\"118\" height=\"59\" rx=\"10\"/>{}{}\
         <path class=\"picture__grey\" d=\"M20 144h50\"/>",
        lit(8, 106, 104, 26),
        label(16, 123, words)
    )
}

/// A desk's address bar with the install sign at its end.
fn address_bar() -> String {
    format!(
        "<path class=\"picture__line\" d=\"M1 42h118\"/><path class=\"picture__grey\" d=\"M14 27h56\"/>{PAGE}{}\
         <path class=\"picture__ink\" d=\"M93 20h14v10H93zM97 34h6M100 22v6M97 26l3 3 3-3\"/>",
        lit(86, 13, 28, 26)
    )
}

/// The browser's question.
fn prompt(words: &str) -> String {
    format!(
        "{PAGE}<rect class=\"picture__sheet\" x=\"14\" y=\"44\" width=\"92\" height=\"76\" rx=\"8\"/>\
         <rect class=\"picture__app\" x=\"22\" y=\"54\" width=\"22\" height=\"22\" rx=\"5\"/>\
         <path class=\"picture__grey\" d=\"M52 60h44M52 72h28\"/>{}{}",
        lit(54, 88, 46, 22),
        label(61, 103, words)
    )
}

/// The line under 我的 that says whether it is done.
#[component]
pub fn InstallCell() -> impl IntoView {
    let report = device().storage_report();
    let value = move || {
        let words = &text().first_run.install;
        if report.installed.get() { words.cell_done } else { words.cell_open }
    };
    view! {
        <Cell
            label=move || text().first_run.install.cell
            value=Signal::derive(move || value().to_owned())
            icon=Icon::Home
            href=Route::Install.href()
            name="install-guide"
        />
    }
}

/// Once there is something to lose: the home screen, and the browser's promise to keep what is saved. Each can be put
/// off for thirty days.
#[component]
pub fn Hints() -> impl IntoView {
    let device = device();
    let report = device.storage_report();
    let put_off =
        [RwSignal::new(is_put_off(INSTALL_LATER)), RwSignal::new(is_put_off(PERSIST_LATER))];
    let [install_later, persist_later] = put_off;
    let here = route::current();
    let wants_home = Memo::new(move |_| {
        // An engineer who has finished a sheet has seen what it is good for. An iPhone is asked at once: its Safari
        // does not share what it holds with the home screen.
        let me = device.me();
        let field = me.is_any(&[Role::Engineer]) && place() != Place::Desk;
        let mine = || device.held::<Sheet>().iter().any(|sheet| sheet.engineer == me.id);
        let now = here.get() == Some(Route::Today) || here.get() == Some(Route::Tickets);
        field
            && now
            && !report.installed.get()
            && !install_later.get()
            && (place() == Place::Apple || mine())
    });
    // Chromium and Safari decide by themselves; Firefox asks the person, who should know why.
    let asks = window().navigator().user_agent().unwrap_or_default().contains("Firefox");
    let wants_promise = Memo::new(move |_| {
        asks && report.persisted.get() == Some(false)
            && !persist_later.get()
            && device.has_entries()
    });
    let later = |key: &'static str, gone: RwSignal<bool>| {
        storage::remember(key, &crate::clock::device().0.to_string());
        gone.set(true);
    };
    view! {
        <Show when=move || wants_home.get()>
            <Banner
                text=move || text().first_run.install.hint
                icon=Icon::Home
                action=move || text().first_run.install.how
                on_action=|| route::go(Route::Install)
                dismiss=move || text().first_run.install.later
                on_dismiss=move || later(INSTALL_LATER, install_later)
                name="install-hint"
            />
        </Show>
        <Show when=move || wants_promise.get()>
            <Banner
                text=move || text().first_run.install.persist_hint
                icon=Icon::Shield
                action=move || text().first_run.install.persist_go
                on_action=move || report.request_persist(|| {})
                dismiss=move || text().first_run.install.later
                on_dismiss=move || later(PERSIST_LATER, persist_later)
                name="persist-hint"
            />
        </Show>
    }
}

fn is_put_off(key: &str) -> bool {
    let since = storage::recall(key).and_then(|at| at.parse::<i64>().ok());
    since.is_some_and(|at| {
        crate::clock::device() < domain::Timestamp(at).plus_minutes(QUIET_MINUTES)
    })
}
