//! How this device stands: who it is to the server, and what room it has.

use domain::wire;
use leptos::prelude::*;

use crate::{
    device::device,
    locale::{self, text},
    pages::{
        health::{HealthCells, KeptForGood},
        install::InstallCell,
    },
    session::build,
    ui::{Cell, CellGroup, Icon},
};

/// From here on the meter warns.
const FULL_PERCENT: f64 = wire::FULL_PERCENT as f64;

#[component]
pub fn ThisDevice() -> impl IntoView {
    let device = device();
    let heard = move || {
        device.heard_at().map_or_else(|| text().person.outbox.never.to_owned(), locale::moment)
    };
    view! {
        <CellGroup title=move || text().person.outbox.device_heading>
            <Cell
                label=move || text().person.outbox.last_contact
                value=Signal::derive(heard)
                icon=Icon::Clock
            />
            <Cell
                label=move || text().person.outbox.device_code
                value=Signal::derive(move || device.code())
                icon=Icon::Device
            />
            <Cell
                label=move || text().person.outbox.app_version
                value=build()
                icon=Icon::Info
            />
        </CellGroup>
    }
}

#[component]
pub fn StorageCells() -> impl IntoView {
    let report = device().storage_report();
    let percent = move || match (report.usage.get(), report.quota.get()) {
        (Some(usage), Some(quota)) if quota > 0.0 => {
            Some((usage / quota * 100.0).clamp(0.0, 100.0))
        }
        _ => None,
    };
    let used = move || match (report.usage.get(), report.quota.get()) {
        (Some(usage), Some(quota)) => (text().person.outbox.used)(&size(usage), &size(quota)),
        _ => String::new(),
    };
    view! {
        <CellGroup title=move || text().person.outbox.storage_heading>
            <Show when=move || percent().is_some()>
                <div class="cell">
                    <label class="meter">
                        <span>{used}</span>
                        <meter
                            min="0"
                            max="100"
                            high=FULL_PERCENT.to_string()
                            prop:value=move || percent().unwrap_or(0.0)
                        ></meter>
                    </label>
                </div>
            </Show>
            <KeptForGood/>
            <HealthCells/>
            <InstallCell/>
        </CellGroup>
        <Show when=move || percent().is_some_and(|percent| percent >= FULL_PERCENT)>
            <p class="note" data-tone="danger">{move || text().person.outbox.nearly_full}</p>
        </Show>
    }
}

/// Bytes for people: `3 MB`.
pub fn size(bytes: f64) -> String {
    const STEP: f64 = 1000.0;
    let mut left = bytes;
    for unit in ["B", "kB", "MB"] {
        if left < STEP {
            return format!("{left:.0} {unit}");
        }
        left /= STEP;
    }
    format!("{left:.1} GB")
}
