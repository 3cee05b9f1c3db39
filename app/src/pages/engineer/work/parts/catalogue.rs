//! The parts there are, and which of them one is offered.

use std::collections::BTreeMap;

use domain::{
    Id,
    part::Part,
    search::{Rank, Wanted},
    stock::{Place, Stock},
};
use leptos::prelude::*;

use crate::{
    device::{Device, Held, device},
    locale::{moment, text},
    pages::engineer::scan::ScanButton,
    search::Parts,
    ui::{Button, SearchBar},
};

/// A part one may choose, and how many of it are in the bag.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub part: Part,
    pub own: i64,
}

/// The parts there are, to choose from. A handle: copying it costs nothing.
#[derive(Clone, Copy)]
pub struct Catalogue {
    device: Device,
    parts: Parts,
}

impl Catalogue {
    /// The parts this device holds.
    pub fn new(device: Device) -> Catalogue {
        Catalogue { device, parts: Parts::new(device) }
    }

    /// What fits the search: one's own stock first, then the catalogue; with nothing typed, only one's own and
    /// what fits the machine (tracked).
    pub fn offers(self, wanted: &str, model: &str) -> Vec<Offer> {
        const OFFERS_MAX: usize = 8;
        let mine = Place::Person(self.device.me().id);
        let stock = self.device.held::<Stock>();
        let own: BTreeMap<Id<Part>, i64> = (stock.iter())
            .filter(|stock| stock.place == mine)
            .map(|stock| (stock.part, stock.quantity))
            .collect();
        let (wanted, model) = (Wanted::new(wanted), model.trim().to_lowercase());
        let line = |(rank, part): (Rank, Held<Part>)| {
            let own = own.get(&part.id).copied().unwrap_or(0);
            (rank, part, own)
        };
        let mut found: Vec<(Rank, Held<Part>, i64)> = if wanted.is_empty() {
            let all = self.parts.all.get().into_iter().map(|part| line((Rank::Number, part)));
            all.filter(|(_, part, own)| *own > 0 || fits(part, &model)).collect()
        } else {
            self.parts.ranked(&wanted).into_iter().map(line).collect()
        };
        // The code that was scanned before anything else; then one's own, then what fits the machine.
        found.sort_by_cached_key(|(rank, part, own)| {
            let exact = *rank == Rank::Number && !wanted.is_empty();
            (!exact, *own <= 0, !fits(part, &model), *rank, part.name.clone())
        });
        let offer =
            |(_, part, own): (Rank, Held<Part>, i64)| Offer { part: Part::clone(&part), own };
        found.into_iter().take(OFFERS_MAX).map(offer).collect()
    }
}

/// Whether the part is for this model, which is trimmed and in small letters.
fn fits(part: &Part, model: &str) -> bool {
    !model.is_empty() && part.model.to_lowercase().contains(model)
}

/// Parts to choose from: found by words or by their code, with how old the numbers are, and each with what is in
/// the bag.
pub fn offered(
    wanted: RwSignal<String>,
    offers: Memo<Vec<Offer>>,
    word: Signal<String>,
    name: &'static str,
    on_pick: Callback<Part>,
) -> impl IntoView {
    let age = || device().heard_at().map(|at| (text().engineer.parts.stock_as_of)(moment(at)));
    view! {
        <div class="row">
            <SearchBar
                label=move || text().engineer.parts.search
                placeholder=move || text().engineer.parts.search
                value=wanted
                clear=move || text().engineer.tickets.clear
            >
                <ScanButton on_code=move |code: String| wanted.set(code)/>
            </SearchBar>
        </div>
        <p class="faint num">{age}</p>
        <Show
            when=move || offers.with(|offers| !offers.is_empty())
            fallback=|| view! { <p class="muted">{move || text().engineer.parts.none_found}</p> }
        >
            <ul class="parts">
                <For each=move || offers.get() key=|offer| (offer.part.id, offer.own) let:offer>
                    {
                        let part = StoredValue::new(offer.part.clone());
                        let own = offer.own;
                        view! {
                            <li class="part">
                                <span class="part__name">{offer.part.name.clone()}</span>
                                <span class="part__number mono">{offer.part.code.clone()}</span>
                                <span class="part__stock num">
                                    {move || {
                                        let words = &text().engineer.parts;
                                        if own > 0 { (words.own)(own) } else { words.not_own.to_owned() }
                                    }}
                                </span>
                                <Button
                                    text=word
                                    name
                                    on_press=move || on_pick.run(part.get_value())
                                />
                            </li>
                        }
                    }
                </For>
            </ul>
        </Show>
    }
}
