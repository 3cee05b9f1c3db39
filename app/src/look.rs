//! How the app looks on this device: its light, and how large its letters are.
//!
//! `public/theme.js` reads the same keys before the first paint.

use leptos::prelude::*;

use crate::storage;

/// Light or dark; empty is what the system says.
pub const THEME: &str = "theme";
/// `large` is 大字: larger letters in stronger ink.
pub const SIZE: &str = "size";

/// The look that stands while the sun shines on the screen: the one before, to go back to.
const BEFORE_SUN: &str = "doorstep.before-sun";

/// What was chosen here.
pub fn chosen(name: &str) -> String {
    storage::recall(&format!("doorstep.{name}")).unwrap_or_default()
}

/// Takes up the look at once, and keeps it on this device. Empty is the usual look.
pub fn choose(name: &str, value: &str) {
    let (key, attribute) = (format!("doorstep.{name}"), format!("data-{name}"));
    let root = document().document_element();
    // An element of ours takes any attribute.
    let _set = if value.is_empty() {
        storage::forget(&key);
        root.map(|root| root.remove_attribute(&attribute))
    } else {
        storage::remember(&key, value);
        root.map(|root| root.set_attribute(&attribute, value))
    };
}

/// Whether the screen is dark, so that nothing can be read on it in the sun.
pub fn is_dark() -> bool {
    match chosen(THEME).as_str() {
        "dark" => true,
        "light" => false,
        _ => {
            let asked = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
            asked.is_some_and(|asked| asked.matches())
        }
    }
}

/// Whether the light look stands only because of the sun.
pub fn in_the_sun() -> bool {
    storage::recall(BEFORE_SUN).is_some() && chosen(THEME) == "light"
}

/// Into the sun with a dark screen: light at once. Out of it: as it was.
pub fn step_into_the_sun(sunny: bool) {
    if sunny {
        storage::remember(BEFORE_SUN, &chosen(THEME));
        choose(THEME, "light");
    } else {
        choose(THEME, &storage::recall(BEFORE_SUN).unwrap_or_default());
        storage::forget(BEFORE_SUN);
    }
}
