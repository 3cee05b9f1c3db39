//! The first screen: the engineer still holds the device and is about to hand it over.

use domain::sheet::Lock;
use leptos::prelude::*;

use super::{Scene, Screen};
use crate::{
    locale::text,
    ui::{Button, ButtonKind, Icon, Nameplate, Plate},
};

/// Asks the engineer to hand the device over.
#[component]
pub fn Give(scene: Scene, lock: Lock) -> impl IntoView {
    let number = lock.content.number();
    let customer = lock.content.customer_name.clone();
    let model = lock.content.model.clone();
    view! {
        <main class="handover__main">
            <section class="done">
                {Icon::Hand.large()}
                <h1 class="done__title" tabindex="-1">{move || text().handover.give_title}</h1>
                <p>{move || text().handover.give_lead}</p>
            </section>
            <Nameplate>
                <Plate label=move || text().handover.give_customer value=customer/>
                <Plate label=move || text().handover.sheet.model value=model/>
                <Plate label=move || text().handover.sheet.number value=number mono=true wide=true/>
            </Nameplate>
            <Button
                text=move || text().handover.give_absent
                kind=ButtonKind::Quiet
                wide=true
                name="absent"
                on_press=move || scene.go(Screen::Absent)
            />
        </main>
        <footer class="handover__bar">
            <Button
                text=move || text().handover.give_ready
                kind=ButtonKind::Primary
                large=true
                wide=true
                name="start-reading"
                on_press=move || scene.go(Screen::Read)
            />
        </footer>
    }
}
