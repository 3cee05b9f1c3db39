//! Parts that went into the machine: from one's own stock first, with the label for the old one (GD-14).

use std::collections::BTreeMap;

use domain::{
    Command, Id, Refusal,
    part::Part,
    search::{Rank, Wanted},
    stock::{Place, Stock},
    values::Money,
    visit::{self, PartUse},
};
use leptos::prelude::*;
use uuid::Uuid;

use super::{Job, section::Section};
use crate::{
    device::{Device, Held},
    locale::{moment, money, text},
    pages::engineer::{amount, card::join, draft::Draft, lead_to, scan::ScanButton},
    search::Parts,
    ui::{
        Button, ButtonKind, CheckRow, Choice, Field, FieldKind, Icon, IconButton, SearchBar,
        Segmented, Stepper,
    },
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

#[derive(Clone, Copy)]
pub struct Fields {
    /// The id of the part, `free` for one the catalogue does not have, nothing while none is chosen.
    part: RwSignal<String>,
    code: RwSignal<String>,
    name: RwSignal<String>,
    price: RwSignal<String>,
    quantity: RwSignal<i64>,
    replaced: RwSignal<bool>,
    returnable: RwSignal<bool>,
    old_serial: RwSignal<String>,
    new_serial: RwSignal<String>,
    /// `label` or `lost`.
    old_part: RwSignal<String>,
    label: RwSignal<String>,
    lost_reason: RwSignal<String>,
}

const FREE: &str = "free";
const LABEL: &str = "label";
const LOST: &str = "lost";

impl Fields {
    fn new() -> Fields {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Fields {
            part: text(""),
            code: text(""),
            name: text(""),
            price: text(""),
            quantity: RwSignal::new(1),
            replaced: RwSignal::new(false),
            returnable: RwSignal::new(false),
            old_serial: text(""),
            new_serial: text(""),
            old_part: text(LABEL),
            label: text(""),
            lost_reason: text(""),
        }
    }

    fn draft(self, job: Job) -> Draft {
        Draft::new(
            format!("use-part:{}", job.visit),
            vec![
                ("part", self.part.into()),
                ("code", self.code.into()),
                ("name", self.name.into()),
                ("price", self.price.into()),
                ("quantity", self.quantity.into()),
                ("replaced", self.replaced.into()),
                ("returnable", self.returnable.into()),
                ("old_serial", self.old_serial.into()),
                ("new_serial", self.new_serial.into()),
                ("old_part", self.old_part.into()),
                ("label", self.label.into()),
                ("lost_reason", self.lost_reason.into()),
            ],
        )
    }

    fn choose(self, part: &Part) {
        self.part.set(part.id.to_string());
        self.code.set(part.code.clone());
        self.name.set(part.name.clone());
        self.price.set(amount::typed(part.price));
        self.returnable.set(part.returnable);
        // A part that must come back usually replaces one.
        self.replaced.set(part.returnable);
    }

    fn command(self, job: Job, id: Uuid) -> Command {
        let replaced = self.replaced.get();
        let lost = self.old_part.with(|old| old == LOST);
        let if_replaced =
            |text: RwSignal<String>| if replaced { text.get() } else { String::new() };
        let returnable = self.returnable.get();
        let owes = replaced && returnable;
        let part_use = PartUse {
            id,
            part: self.part.get().parse().ok(),
            code: self.code.get(),
            name: self.name.get(),
            quantity: self.quantity.get(),
            price: amount::parse(&self.price.get()).unwrap_or(Money(-1)),
            replaced,
            returnable,
            old_serial: if_replaced(self.old_serial),
            new_serial: self.new_serial.get(),
            label: if owes && !lost { self.label.get() } else { String::new() },
            lost_reason: if owes && lost { self.lost_reason.get() } else { String::new() },
        };
        job.command(visit::Command::UsePart { part_use: Box::new(part_use) })
    }

    fn place(self, refusal: Refusal) -> &'static str {
        match refusal {
            Refusal::PartMissing if self.part.with_untracked(|part| part == FREE) => "part-name",
            Refusal::LabelMissing if self.old_part.with_untracked(|old| old == LOST) => "part-lost",
            Refusal::LabelMissing => "part-label",
            Refusal::AmountImplausible => "part-price",
            Refusal::QuantityImplausible => "part-quantity",
            Refusal::NotRepairing => "repair",
            Refusal::NotInspected => "inspection",
            Refusal::NotArrived | Refusal::NotAccepted => "arrival",
            Refusal::SheetLocked => "sheet",
            _ => "parts",
        }
    }
}

/// The parts used.
#[component]
pub fn PartsSection(job: Job) -> impl IntoView {
    let device = job.device;
    let chosen = RwSignal::new(None);
    let fields = Fields::new();
    let draft = fields.draft(job);
    let wanted = RwSignal::new(String::new());
    let picked = Memo::new(move |_| fields.part.with(|part| !part.is_empty()));
    let free = Memo::new(move |_| fields.part.with(|part| part == FREE));
    let catalogue = Catalogue::new(device);
    let found = Memo::new(move |_| {
        let model = job.shown.with(|shown| shown.as_ref().map(|t| t.machine.model.clone()));
        catalogue.offers(&wanted.get(), &model.unwrap_or_default())
    });
    // The label this device gives by itself; a printed one may be typed over it. One that was given away
    // meanwhile, on another visit or in another tab, is not given twice.
    Effect::new(move |_| {
        let own = format!("F{}", device.code());
        let stale =
            fields.label.with_untracked(|label| label.is_empty() || label.starts_with(&own));
        if fields.replaced.get() && stale {
            fields.label.set(device.fault_label());
        }
    });
    let why_not = device.why_not(move || fields.command(job, Uuid::nil()));
    let send = move || {
        let id = device.new_id::<PartUse>().uuid();
        let command = untrack(move || fields.command(job, id));
        let own_label = untrack(
            move || matches!(&command_label(&fields.command(job, id)), Some(label) if *label == device.fault_label()),
        );
        draft.send(command, u32::from(own_label), move || {
            draft.clear();
            let _gone = chosen.try_set(None);
            lead_to("parts");
        });
    };
    let lead = move || {
        if let Err(refusal) = device.would(&untrack(move || fields.command(job, Uuid::nil()))) {
            lead_to(fields.place(refusal));
        }
    };
    let turn = device.why_not(move || {
        let mut part_use = blank();
        part_use.name = "…".into();
        job.command(visit::Command::UsePart { part_use: Box::new(part_use) })
    });
    let used = Memo::new(move |_| {
        job.here.with(|here| here.as_ref().map(|visit| visit.parts.clone()).unwrap_or_default())
    });
    let done = Memo::new(move |_| used.with(|used| !used.is_empty()));
    let list = move || view! { <Used job used/> };
    let age = move || device.heard_at().map(|at| (text().engineer.parts.stock_as_of)(moment(at)));
    view! {
        <Section
            id="parts"
            title=move || text().engineer.work.parts_title
            turn
            done=done.into()
            chosen
            name="open-parts"
            summary=list
        >
            {list()}
            <Show
                when=move || picked.get()
                fallback=move || {
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
                        <OfferList
                            offers=found
                            name="pick-part"
                            word=Signal::derive(|| text().engineer.parts.choose.to_owned())
                            on_pick=move |part: Part| fields.choose(&part)
                        />
                        <div class="row" data-align="end">
                            <Button
                                text=move || text().engineer.parts.free
                                kind=ButtonKind::Quiet
                                icon=Icon::Edit
                                name="free-part"
                                on_press=move || fields.part.set(FREE.to_owned())
                            />
                        </div>
                    }
                }
            >
                <div class="form">
                    <Show
                        when=move || free.get()
                        fallback=move || {
                            view! {
                                <p>
                                    <strong>{fields.name}</strong>
                                    " "
                                    <span class="mono muted">{fields.code}</span>
                                </p>
                            }
                        }
                    >
                        <Field
                            label=move || text().engineer.parts.name
                            value=fields.name
                            required=true
                            max_length=200
                            id="part-name"
                        />
                    </Show>
                    <Stepper
                        label=move || text().engineer.parts.quantity
                        value=fields.quantity
                        less=move || text().engineer.parts.less
                        more=move || text().engineer.parts.more
                        min=1
                        max=999
                        id="part-quantity"
                    />
                    <Field
                        label=move || text().engineer.parts.price
                        hint=move || text().engineer.parts.price_hint
                        value=fields.price
                        kind=FieldKind::Decimal
                        max_length=12
                        id="part-price"
                    />
                    <div class="scan-field">
                        <Field
                            label=move || text().engineer.parts.new_serial
                            value=fields.new_serial
                            max_length=100
                            id="part-new-serial"
                        />
                        <ScanButton on_code=move |code: String| fields.new_serial.set(code)/>
                    </div>
                    <CheckRow
                        label=move || text().engineer.parts.replaced
                        checked=fields.replaced
                        id="part-replaced"
                    />
                    <Show when=move || fields.replaced.get()>
                        <div class="scan-field">
                            <Field
                                label=move || text().engineer.parts.old_serial
                                value=fields.old_serial
                                max_length=100
                                id="part-old-serial"
                            />
                            <ScanButton on_code=move |code: String| fields.old_serial.set(code)/>
                        </div>
                        <Show when=move || free.get()>
                            <CheckRow
                                label=move || text().engineer.parts.returnable
                                checked=fields.returnable
                            />
                        </Show>
                        <Show when=move || fields.returnable.get()>
                            <OldPart fields/>
                        </Show>
                    </Show>
                    <div class="form__bar">
                        <Button
                            text=move || text().engineer.parts.another
                            kind=ButtonKind::Quiet
                            name="drop-part"
                            on_press=move || draft.clear()
                        />
                        <Button
                            text=move || text().engineer.parts.use_part
                            icon=Icon::Check
                            kind=ButtonKind::Primary
                            name="use-part"
                            why_not
                            busy=draft.busy()
                            on_blocked=lead
                            on_press=send
                        />
                    </div>
                </div>
            </Show>
        </Section>
    }
}

/// Where the old part is: labelled for its way back, or gone, and then why.
#[component]
fn OldPart(fields: Fields) -> impl IntoView {
    let kinds = move || {
        let words = &text().engineer.parts;
        vec![Choice::new(LABEL, words.labelled), Choice::new(LOST, words.lost)]
    };
    view! {
        <Segmented label=move || text().engineer.parts.old_part value=fields.old_part options=kinds/>
        <Show
            when=move || fields.old_part.with(|old| old == LOST)
            fallback=move || {
                view! {
                    <div class="scan-field">
                        <Field
                            label=move || text().engineer.parts.label
                            hint=move || text().engineer.parts.label_hint
                            value=fields.label
                            large=true
                            max_length=40
                            id="part-label"
                        />
                        <ScanButton on_code=move |code: String| fields.label.set(code)/>
                    </div>
                }
            }
        >
            <Field
                label=move || text().engineer.parts.lost_reason
                value=fields.lost_reason
                required=true
                max_length=200
                id="part-lost"
            />
        </Show>
    }
}

/// Parts to choose from, each with what is in the bag.
#[component]
pub fn OfferList(
    offers: Memo<Vec<Offer>>,
    word: Signal<String>,
    name: &'static str,
    #[prop(into)] on_pick: Callback<Part>,
) -> impl IntoView {
    view! {
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

/// The parts already written down.
#[component]
fn Used(job: Job, used: Memo<Vec<PartUse>>) -> impl IntoView {
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

fn command_label(command: &Command) -> Option<String> {
    match command {
        Command::Visit(_, _, visit::Command::UsePart { part_use }) => Some(part_use.label.clone()),
        _ => None,
    }
}

fn blank() -> PartUse {
    PartUse {
        id: Uuid::nil(),
        part: None,
        code: String::new(),
        name: String::new(),
        quantity: 1,
        price: Money(0),
        replaced: false,
        returnable: false,
        old_serial: String::new(),
        new_serial: String::new(),
        label: String::new(),
        lost_reason: String::new(),
    }
}
