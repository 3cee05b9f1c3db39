//! What lies where: the store and every engineer's own parts, counted by the keeper.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Command, Id, Refusal,
    part::Part,
    search::Wanted,
    stock::{Command as Deed, Place, Stock as Shelf},
    user::{Role, User},
};
use leptos::prelude::*;

use super::ROWS;
use crate::{
    device::{Device, device},
    locale::{self, text},
    pages::shell::DeskShell,
    route::Route,
    search::Parts,
    ui::{
        Button, ButtonKind, ButtonLink, Chip, Dialog, Empty, Fact, Facts, Field, FieldKind, Icon,
        SearchBar, Tag, Tone, toast,
    },
};

/// Which parts the table shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    All,
    Queried,
    EmptyShelf,
    WithPeople,
}

/// A part and what lies where of it.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    part: Part,
    shelves: BTreeMap<Place, Shelf>,
}

impl Row {
    fn quantity(&self, place: Place) -> i64 {
        self.shelves.get(&place).map_or(0, |shelf| shelf.quantity)
    }

    fn total(&self) -> i64 {
        self.shelves.values().map(|shelf| shelf.quantity).sum()
    }

    fn fits(&self, filter: Filter) -> bool {
        match filter {
            Filter::All => true,
            Filter::Queried => self.shelves.values().any(|shelf| shelf.query),
            Filter::EmptyShelf => self.quantity(Place::Store) <= 0,
            Filter::WithPeople => self
                .shelves
                .iter()
                .any(|(place, shelf)| *place != Place::Store && shelf.quantity != 0),
        }
    }
}

/// The page.
#[component]
pub fn Stock() -> impl IntoView {
    let device = device();
    let search = RwSignal::new(String::new());
    let filter = RwSignal::new(Filter::All);
    let limit = RwSignal::new(ROWS);
    let counting = RwSignal::new(None::<(Place, Id<Part>)>);
    let open = RwSignal::new(false);

    let called = Parts::new(device);
    let rows = Memo::new(move |_| rows(device));
    let may_count = Memo::new(move |_| {
        let first = rows.with(|rows| rows.first().map(|row| row.part.id));
        first.is_some_and(|part| {
            device.would(&Command::Stock(Place::Store, part, Deed::Count { quantity: 0 })).is_ok()
        })
    });
    let places = Memo::new(move |_| places(device, &rows.read(), may_count.get()));
    let shown = Memo::new(move |_| {
        let (fitting, filter) = (called.fitting(&Wanted::new(&search.read())), filter.get());
        let found = |id: &Id<Part>| fitting.as_ref().is_none_or(|ids| ids.contains(id));
        rows.with(|rows| {
            let shown = rows.iter().filter(|row| row.fits(filter) && found(&row.part.id));
            shown.cloned().collect::<Vec<_>>()
        })
    });
    let chip = move |which: Filter, label: fn() -> &'static str, tone: Tone| {
        let count = Signal::derive(move || {
            let count = rows.with(|rows| rows.iter().filter(|row| row.fits(which)).count());
            u32::try_from(count).ok()
        });
        view! {
            <Chip
                text=label
                pressed=Signal::derive(move || filter.get() == which)
                on_press=move || filter.set(which)
                count
                tone
            />
        }
    };
    let pick = move |place: Place, part: Id<Part>| {
        counting.set(Some((place, part)));
        open.set(true);
    };
    let table = move || {
        let all = shown.get();
        if all.is_empty() {
            return if rows.with(Vec::is_empty) {
                view! {
                    <Empty icon=Icon::Package text=text().office.stock.none>
                        <ButtonLink
                            text=text().office.catalogue.title
                            href=Route::Catalogue.href()
                            icon=Icon::Book
                        />
                    </Empty>
                }
                .into_any()
            } else {
                view! { <Empty icon=Icon::Package text=text().office.nothing_found/> }.into_any()
            };
        }
        let places = places.get();
        let left = all.len().saturating_sub(limit.get());
        let heads = places
            .iter()
            .map(|place| view! { <th scope="col" data-align="end">{place_name(device, *place)}</th> })
            .collect_view();
        let lines = all
            .into_iter()
            .take(limit.get())
            .map(|row| line(device, row, &places, may_count.get(), pick))
            .collect_view();
        view! {
            <div class="table-frame" data-pin="">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{text().office.stock.part}</th>
                            {heads}
                            <th scope="col" data-align="end">{text().office.stock.total}</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            {(left > 0)
                .then(|| {
                    view! {
                        <Button
                            text=(text().office.more)(left)
                            on_press=move || limit.update(|limit| *limit += ROWS)
                        />
                    }
                })}
        }
        .into_any()
    };
    let queried =
        Memo::new(move |_| rows.with(|rows| rows.iter().any(|row| row.fits(Filter::Queried))));
    view! {
        <DeskShell
            title=move || text().office.stock.title
            tools=ViewFn::from(move || {
                view! {
                    <SearchBar
                        label=move || text().office.search_parts
                        placeholder=move || text().office.search_parts
                        clear=move || text().office.clear_search
                        value=search
                    />
                }
            })
        >
            <div class="chips" role="group" aria-label=move || text().office.stock.filters>
                {chip(Filter::All, || text().office.stock.all, Tone::Neutral)}
                {chip(Filter::Queried, || text().office.stock.queried, Tone::Danger)}
                {chip(Filter::EmptyShelf, || text().office.stock.empty_shelf, Tone::Warning)}
                {chip(Filter::WithPeople, || text().office.stock.with_people, Tone::Neutral)}
            </div>
            <Show when=move || queried.get() && may_count.get()>
                <p class="note" data-tone="danger">{move || text().office.stock.query_hint}</p>
            </Show>
            {table}
            <Count counting open/>
        </DeskShell>
    }
}

fn rows(device: Device) -> Vec<Row> {
    let mut shelves: BTreeMap<Id<Part>, BTreeMap<Place, Shelf>> = BTreeMap::new();
    for shelf in device.all::<Shelf>() {
        shelves.entry(shelf.part).or_default().insert(shelf.place, shelf);
    }
    let mut rows: Vec<Row> = device
        .all::<Part>()
        .into_iter()
        .map(|part| Row { shelves: shelves.remove(&part.id).unwrap_or_default(), part })
        .collect();
    rows.sort_by(|one, other| one.part.code.cmp(&other.part.code));
    rows
}

/// The store, and whoever has something, by name; behind them, for who may count, the other engineers at work.
fn places(device: Device, rows: &[Row], may_count: bool) -> Vec<Place> {
    let shelves = rows.iter().flat_map(|row| row.shelves.values());
    let with: BTreeSet<Place> =
        shelves.filter(|it| it.quantity != 0 || it.query).map(|it| it.place).collect();
    let engineers = device.all::<User>().into_iter();
    let engineers =
        engineers.filter(|user| may_count && user.active && user.is_any(&[Role::Engineer]));
    let mut places: BTreeSet<Place> = engineers.map(|user| Place::Person(user.id)).collect();
    places.extend(&with);
    places.insert(Place::Store);
    let mut places: Vec<Place> = places.into_iter().collect();
    places.sort_by_cached_key(|place| {
        (*place != Place::Store, !with.contains(place), place_name(device, *place))
    });
    places
}

fn place_name(device: Device, place: Place) -> String {
    match place {
        Place::Store => text().office.stock.store.into(),
        Place::Person(user) => device.name(user),
    }
}

fn line(
    device: Device,
    row: Row,
    places: &[Place],
    may_count: bool,
    pick: impl Fn(Place, Id<Part>) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let part = row.part.id;
    let cells = places
        .iter()
        .map(|&place| {
            let quantity = row.quantity(place);
            let query = row.shelves.get(&place).is_some_and(|shelf| shelf.query);
            let known = row.shelves.contains_key(&place);
            let shown =
                if known || place == Place::Store { quantity.to_string() } else { "–".into() };
            let number = if may_count {
                let place_name = place_name(device, place);
                let label =
                    (text().office.stock.count_label)(&row.part.name, &place_name, quantity);
                view! {
                    <button
                        class="button"
                        data-kind="quiet"
                        type="button"
                        data-name="count"
                        aria-label=label.clone()
                        title=label
                        on:click=move |_| pick(place, part)
                    >
                        <span class="num">{shown}</span>
                    </button>
                }
                .into_any()
            } else {
                view! { <span class="num">{shown}</span> }.into_any()
            };
            let mark = query
                .then(|| view! { <Tag text=move || text().office.stock.query tone=Tone::Danger/> });
            view! { <td data-align="end">{mark} " " {number}</td> }
        })
        .collect_view();
    let total = row.total();
    view! {
        <tr data-part=row.part.code.clone()>
            <th scope="row">
                <strong>{row.part.name.clone()}</strong> " "
                <span class="faint">{row.part.model.clone()}</span>
                <span class="table__code mono">{row.part.code.clone()}</span>
            </th>
            {cells}
            <td class="num" data-align="end">{format!("{total}\u{a0}{}", row.part.unit)}</td>
        </tr>
    }
}

/// 盘点: says how many there really are.
#[component]
fn Count(counting: RwSignal<Option<(Place, Id<Part>)>>, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let counted = RwSignal::new(String::new());
    let shelf = Memo::new(move |_| {
        let (place, part) = counting.get()?;
        device.find(Shelf::id_of(place, part))
    });
    let part = Memo::new(move |_| device.find::<Part>(counting.get()?.1));
    Effect::new(move |_| {
        if open.get() {
            let books = shelf.get_untracked().map_or(0, |shelf| shelf.quantity);
            counted.set(books.max(0).to_string());
        }
    });
    let command = move || {
        let (place, part) = counting.get()?;
        let quantity = counted.get().trim().parse().ok()?;
        Some(Command::Stock(place, part, Deed::Count { quantity }))
    };
    let why_not = Signal::derive(move || {
        let refusal = match command() {
            Some(command) => device.would(&command).err()?,
            None => Refusal::QuantityImplausible,
        };
        Some(text().words.refusal(refusal).to_owned())
    });
    let save = move || {
        if let Some(command) = command() {
            device.press_then(command, move || {
                open.set(false);
                toast(Tone::Success, text().office.saved);
            });
        }
    };
    let title = move || {
        let name = part.get().map(|part| part.name).unwrap_or_default();
        (text().office.stock.count_title)(&name)
    };
    let place =
        move || counting.get().map(|(place, _)| place_name(device, place)).unwrap_or_default();
    let books = move || shelf.get().map_or(0, |shelf| shelf.quantity).to_string();
    let last = move || {
        let at = shelf.get().map(|shelf| locale::moment(shelf.counted_at));
        at.unwrap_or_else(|| text().office.people.never.into())
    };
    view! {
        <Dialog open title close=move || text().office.close>
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    if why_not.get_untracked().is_none() {
                        save();
                    }
                }
            >
                <Facts>
                    <Fact label=move || text().office.stock.count_place value=place/>
                    <Fact label=move || text().office.stock.books_say value=books/>
                    <Fact label=move || text().office.stock.last_counted value=last/>
                </Facts>
                <Field
                    label=move || text().office.stock.counted
                    value=counted
                    kind=FieldKind::Number
                    required=true
                    max_length=6
                    large=true
                    id="counted"
                />
                <div class="dialog__bar">
                    <Button text=move || text().office.cancel on_press=move || open.set(false)/>
                    <Button
                        text=move || text().office.save
                        kind=ButtonKind::Primary
                        name="save-count"
                        why_not
                        submit=true
                    />
                </div>
            </form>
        </Dialog>
    }
}
