//! Reaching the customer: call, find the way with the map one likes, take the address along.
//!
//! By name: `call`, `navigate`, `copy`, and `map-…` in the choice of maps.

use domain::ticket::Ticket;
use leptos::prelude::*;

use crate::{
    locale::text,
    storage,
    ui::{ActionSheet, Icon, SheetAction, Tone, open_while, to_clipboard, toast},
};

/// Where the chosen map is remembered, on this device.
const CHOSEN: &str = "doorstep.map";

/// The map programs people here have on their phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    Amap,
    Baidu,
    Tencent,
    /// Whatever the telephone opens by itself; the only one that needs no network to start.
    System,
}

impl Map {
    const ALL: [Map; 4] = [Map::Amap, Map::Baidu, Map::Tencent, Map::System];

    fn code(self) -> &'static str {
        match self {
            Map::Amap => "amap",
            Map::Baidu => "baidu",
            Map::Tencent => "tencent",
            Map::System => "system",
        }
    }

    fn word(self) -> &'static str {
        let words = &text().engineer.ticket;
        match self {
            Map::Amap => words.amap,
            Map::Baidu => words.baidu,
            Map::Tencent => words.tencent,
            Map::System => words.system_map,
        }
    }

    /// The address in this map. Each of these opens the program where it is installed.
    fn link(self, address: &str) -> String {
        let query = String::from(js_sys::encode_uri_component(address));
        match self {
            Map::Amap => format!("https://uri.amap.com/search?keyword={query}&callnative=1"),
            Map::Baidu => format!(
                "https://api.map.baidu.com/geocoder?address={query}&output=html&src=webapp.doorstep"
            ),
            Map::Tencent => {
                format!("https://apis.map.qq.com/uri/v1/search?keyword={query}&referer=doorstep")
            }
            Map::System if is_apple() => format!("https://maps.apple.com/?q={query}"),
            Map::System => format!("geo:0,0?q={query}"),
        }
    }

    fn chosen() -> Option<Map> {
        let chosen = storage::recall(CHOSEN)?;
        Map::ALL.into_iter().find(|map| map.code() == chosen)
    }
}

fn is_apple() -> bool {
    let agent = window().navigator().user_agent().unwrap_or_default();
    ["iPhone", "iPad", "Macintosh"].iter().any(|name| agent.contains(name))
}

thread_local! {
    static ASKED: std::cell::Cell<Option<RwSignal<Option<String>>>> =
        const { std::cell::Cell::new(None) };
}

/// Shows the way with the map chosen before; the first time, asks which.
pub fn navigate(address: &str) {
    match (Map::chosen(), ASKED.get()) {
        (Some(map), _) => open(&map.link(address)),
        (None, Some(asked)) if asked.try_set(Some(address.to_owned())).is_none() => {}
        (None, _) => open(&Map::System.link(address)),
    }
}

/// Asks again which map, and shows the way with it.
pub fn choose_map(address: &str) {
    storage::forget(CHOSEN);
    navigate(address);
}

/// The question which map. Once on each page from which one may navigate.
pub fn maps() -> impl IntoView {
    let asked = RwSignal::new(None::<String>);
    ASKED.set(Some(asked));
    let shown = open_while(asked);
    let actions = move || {
        let address = asked.get().unwrap_or_default();
        let choice = |map: Map| {
            let address = address.clone();
            SheetAction::new(map.word(), move || {
                storage::remember(CHOSEN, map.code());
                asked.set(None);
                open(&map.link(&address));
            })
            .icon(Icon::Navigation)
        };
        Map::ALL.map(choice).to_vec()
    };
    view! {
        <ActionSheet
            open=shown
            title=move || text().engineer.ticket.which_map
            cancel=move || text().engineer.say.cancel
            actions=Signal::derive(actions)
        />
    }
}

/// The link that calls this number.
pub fn dial(phone: &str) -> String {
    format!("tel:{}", digits(phone))
}

/// The link that writes to this number.
pub fn message(phone: &str) -> String {
    format!("sms:{}", digits(phone))
}

fn digits(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// Leaves for another program; the page stays where it is.
pub fn open(link: &str) {
    // A telephone without the program says so itself.
    let _opened = window().location().set_href(link);
}

/// What one sends to a colleague: who, where, which machine, in lines.
pub fn written(ticket: &Ticket) -> String {
    let contact = &ticket.contact;
    let machine = format!("{} {}", ticket.machine.model, ticket.machine.serial);
    let lines = [
        ticket.spoken_number(),
        &contact.label(),
        &contact.phone,
        &contact.address,
        &contact.access_note,
        machine.trim(),
        &ticket.title,
    ];
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Takes it along on the clipboard, and says so.
pub fn copy(written: &str) {
    to_clipboard(written, || toast(Tone::Success, text().engineer.ticket.copied));
}

/// Call, navigate, copy: three large buttons.
pub fn buttons(ticket: &Ticket) -> impl IntoView + use<> {
    let words = &text().engineer.ticket;
    let contact = &ticket.contact;
    let (phone, address) = (contact.phone.clone(), contact.address.clone());
    let written = written(ticket);
    let no_address = address.is_empty();
    view! {
        <nav class="contact" aria-label=words.contact>
            <a
                class="contact__link"
                href=(!phone.is_empty()).then(|| dial(&phone))
                aria-disabled=phone.is_empty().then_some("true")
                data-name="call"
            >
                {Icon::Phone.svg()}
                <span>{words.call}</span>
            </a>
            <button
                class="contact__link"
                type="button"
                data-name="navigate"
                disabled=no_address
                on:click=move |_| navigate(&address)
            >
                {Icon::Navigation.svg()}
                <span>{words.navigate}</span>
            </button>
            <button
                class="contact__link"
                type="button"
                data-name="copy"
                on:click=move |_| copy(&written)
            >
                {Icon::Copy.svg()}
                <span>{words.copy_short}</span>
            </button>
        </nav>
    }
}
