//! The parts already written down.

use domain::{
    values::Money,
    visit::{self, PartUse},
};
use leptos::prelude::*;

use crate::{
    locale::{money, text},
    pages::engineer::{card::join, work::Job},
    ui::{Icon, IconButton},
};

/// The parts already written down.
#[component]
pub fn Used(job: Job, used: Memo<Vec<PartUse>>) -> impl IntoView {
    view! {
        <Show
            when=move || used.with(|used| !used.is_empty())
            fallback=|| view! { <p class="muted">{move || text().engineer.parts.none_used}</p> }
        >
            <ul class="parts" data-name="used-parts">
                <For each=move || used.get() key=|used| used.id let:used>
                    {
                        let id = used.id;
                        let name = used.name.clone();
                        let price = (used.price != Money(0))
                            .then(|| money(used.price.times(used.quantity)));
                        let serials = join([
                            Some(used.code.clone()).filter(|code| !code.is_empty()),
                            Some(used.new_serial.clone()).filter(|serial| !serial.is_empty()),
                        ]);
                        let (label, lost) = (used.label.clone(), used.lost_reason.clone());
                        let old = move || {
                            let words = &text().engineer.parts;
                            if !label.is_empty() {
                                (words.old_labelled)(label.clone())
                            } else if !lost.is_empty() {
                                (words.old_lost)(lost.clone())
                            } else {
                                String::new()
                            }
                        };
                        let remove = move || job.command(visit::Command::RemovePart { part_use: id });
                        let fixed = Signal::derive(move || job.device.would(&remove()).is_err());
                        view! {
                            <li class="part">
                                <span class="part__name">
                                    {format!("{} × {}", used.name, used.quantity)}
                                </span>
                                <span class="part__number mono">{serials}</span>
                                <span class="part__stock num">{price} " " {old}</span>
                                <Show when=move || !fixed.get()>
                                    <IconButton
                                        icon=Icon::Trash
                                        label={
                                            let name = name.clone();
                                            move || (text().engineer.parts.remove)(name.clone())
                                        }
                                        name="remove-part"
                                        on_press=move || job.device.press(remove())
                                    />
                                </Show>
                            </li>
                        }
                    }
                </For>
            </ul>
        </Show>
    }
}
