//! Shortcuts of the desk. They keep still while somebody types, composes, or answers a dialog.

use domain::{Id, ticket::Ticket, user::Role};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::{
    device::device,
    route::{self, Route},
};

/// On every page of the desk: `N` opens the intake, `/` the search, `Ctrl K` or `⌘K` runs `find`, `?` runs `help`.
pub(super) fn everywhere(
    find: impl Fn() + Send + Sync + 'static,
    help: impl Fn() + Send + Sync + 'static,
) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let key = event.key();
        let finds = (event.ctrl_key() || event.meta_key())
            && !(event.alt_key() || event.shift_key())
            && matches!(key.as_str(), "k" | "K");
        // This one is also for whoever is typing, but not inside a dialog.
        if finds && !composes(&event) && !asked() {
            event.prevent_default();
            find();
            return;
        }
        if busy(&event) {
            return;
        }
        match key.as_str() {
            "n" | "N"
                if device().me().is_any(&[Role::Agent, Role::Coordinator, Role::Supervisor]) =>
            {
                event.prevent_default();
                route::go(Route::Register);
            }
            "/" => {
                event.prevent_default();
                focus(".desk__top .search__input");
            }
            "?" => {
                event.prevent_default();
                help();
            }
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
}

/// `Escape` runs `leave`.
pub(super) fn shortcuts(leave: impl Fn() + Send + Sync + 'static) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if !busy(&event) && event.key() == "Escape" {
            leave();
        }
    });
    on_cleanup(move || listener.remove());
}

/// What a key does with a card: `X` chooses it, `M` moves it, `P` plans its visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CardKey {
    Choose,
    Move,
    Plan,
}

/// Calls with the key and the ticket of the card that has the focus or, where none has, under the pointer.
pub(super) fn on_card(act: impl Fn(CardKey, Option<Id<Ticket>>) + Send + Sync + 'static) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let key = match event.key().as_str() {
            "x" | "X" => CardKey::Choose,
            "m" | "M" => CardKey::Move,
            "p" | "P" => CardKey::Plan,
            _ => return,
        };
        if busy(&event) {
            return;
        }
        let focused = document().active_element().and_then(|it| it.closest(CARD).ok().flatten());
        let pointed = || document().query_selector(POINTED).ok().flatten();
        let card = focused.or_else(pointed);
        let id = card.and_then(|card| card.get_attribute("data-ticket")?.parse().ok());
        event.prevent_default();
        act(key, id);
    });
    on_cleanup(move || listener.remove());
}

/// A ticket on the board, and one on the calendar.
const CARD: &str = ".board__card[data-ticket], .calendar [data-ticket]";
const POINTED: &str = ".board__card[data-ticket]:hover, .calendar [data-ticket]:hover";

/// Arrows, and `J` and `K`, move the focus from card to card; left and right lead into the next column.
pub(super) fn walk(event: &web_sys::KeyboardEvent) {
    if busy(event) {
        return;
    }
    let (across, along) = match event.key().as_str() {
        "ArrowDown" | "j" | "J" => (0, 1),
        "ArrowUp" | "k" | "K" => (0, -1),
        "ArrowRight" => (1, 0),
        "ArrowLeft" => (-1, 0),
        _ => return,
    };
    let Some(now) = document().active_element() else { return };
    let Ok(Some(column)) = now.closest(".board__column") else { return };
    let links = |column: &Element| -> Vec<HtmlElement> {
        let Ok(found) = column.query_selector_all("a.ticket__title") else { return Vec::new() };
        let link = |place| found.get(place)?.dyn_into::<HtmlElement>().ok();
        (0..found.length()).filter_map(link).collect()
    };
    let cards = links(&column);
    let place = cards.iter().position(|link| now.is_same_node(Some(link))).unwrap_or(0);
    let next = if along != 0 {
        place.checked_add_signed(along).and_then(|place| cards.get(place).cloned())
    } else {
        // Columns without cards are passed over.
        let mut beside = column;
        loop {
            let next = if across > 0 {
                beside.next_element_sibling()
            } else {
                beside.previous_element_sibling()
            };
            let Some(next) = next else { break None };
            let cards = links(&next);
            if let Some(link) = cards.get(place.min(cards.len().saturating_sub(1))) {
                break Some(link.clone());
            }
            beside = next;
        }
    };
    if let Some(link) = next {
        event.prevent_default();
        // A card that just went away cannot take the focus; the next key finds another.
        let _focused = link.focus();
    }
}

/// Moves the focus to the first element that fits, if there is one.
pub(super) fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // A field that cannot take the focus now is no reason to do anything else.
        let _focused = element.focus();
    }
}

/// Scrolls so that the first element that fits is in sight.
pub(super) fn reveal(selector: &str) {
    if let Some(element) = document().query_selector(selector).ok().flatten() {
        let options = js_sys::Object::new();
        // A new object of ours takes any property.
        let _set = js_sys::Reflect::set(&options, &"block".into(), &"nearest".into());
        element.scroll_into_view_with_scroll_into_view_options(options.unchecked_ref());
    }
}

/// Whether an input method keeps the key to itself.
fn composes(event: &web_sys::KeyboardEvent) -> bool {
    // 229 is what browsers say for such a key.
    event.is_composing() || event.key_code() == 229
}

/// Whether a dialog waits for an answer.
fn asked() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// Whether the key belongs to somebody else: a field, an input method, the browser, a dialog.
fn busy(event: &web_sys::KeyboardEvent) -> bool {
    if composes(event) || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return true;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let typing = target.is_some_and(|target| {
        let boxes = target.get_attribute("type").is_some_and(|kind| kind == "checkbox");
        (matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") && !boxes)
            || target.has_attribute("contenteditable")
    });
    typing || asked()
}
