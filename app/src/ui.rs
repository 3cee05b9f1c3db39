//! The parts every screen is made of: they take text and callbacks, and know no ticket.

pub mod awake;
pub mod banner;
pub mod button;
pub mod card;
pub mod cell;
pub mod chip;
pub mod choice;
pub mod copy;
pub mod dialog;
pub mod empty;
pub mod few;
pub mod field;
pub mod file;
pub mod frame;
pub mod icon;
pub mod long;
pub mod nameplate;
pub mod photo;
pub mod qr;
pub mod scan;
pub mod search;
pub mod sign;
pub mod sla;
pub mod stepper;
pub mod steps;
pub mod sync_chip;
pub mod tag;
pub mod timeline;
pub mod toast;

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::document;
use wasm_bindgen::JsCast;

pub use banner::Banner;
pub use button::{Button, ButtonKind, ButtonLink, IconButton, IconLink};
pub use card::Card;
pub use cell::{Cell, CellGroup};
pub use chip::{Chip, TabItem, Tabs};
pub use choice::{CheckRow, Choice, RadioRows, Segmented, Select};
pub use copy::{CopyText, to_clipboard};
pub use dialog::{ActionSheet, Confirm, Dialog, Drawer, SheetAction, open_while};
pub use empty::{Empty, Skeleton};
pub use few::few_first;
pub use field::{DateTime, Field, FieldKind, TextArea, TimeKind};
pub use file::FileField;
pub use frame::{ActionBar, NavBar, RailLink, SideRail, TabBar, TabLink, focus_title};
pub use icon::Icon;
pub use long::long;
pub use nameplate::{Fact, Facts, Nameplate, Plate};
pub use photo::{PhotoInput, PhotoTile, PhotoViewer};
pub use qr::QrCode;
pub use scan::{Scan, ScanWords};
pub use search::SearchBar;
pub use sign::{SignaturePad, SignatureView};
pub use sla::{SlaRail, SlaText};
pub use stepper::Stepper;
pub use steps::{Step, StepState, Steps};
pub use sync_chip::{SyncChip, SyncState};
pub use tag::{Badge, Tag, Tone, still_tag};
pub use timeline::{Moment, Timeline};
pub use toast::{Toasts, provide_toasts, toast, toast_undo};

/// Scrolls as little as brings the element into sight.
pub fn into_sight(element: &web_sys::Element) {
    let options = js_sys::Object::new();
    for side in ["block", "inline"] {
        // A plain object takes any property.
        let _set = js_sys::Reflect::set(&options, &side.into(), &"nearest".into());
    }
    element.scroll_into_view_with_scroll_into_view_options(options.unchecked_ref());
}

/// Shows the field with this id and puts the cursor into it.
pub fn lead_to(id: &str) {
    let found = document().get_element_by_id(id);
    if let Some(field) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        field.scroll_into_view();
        // Focus is a courtesy: a group of radio buttons has nothing to focus.
        let _focused = field.focus();
    }
}

/// An element id that no other part on the page has, so labels and hints find their control.
fn fresh_id(part: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{part}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
