//! The board: every open ticket in the column of who must act now, with the ticket beside it.

use std::collections::BTreeMap;

use domain::{
    Id,
    ticket::{Priority, Ticket},
    user::User,
};
use leptos::prelude::*;

use super::{
    body::TicketBody,
    card::TicketCard,
    columns::{Alert, Column, Slip},
    keys, looks,
};
use crate::{
    device::device,
    locale::{text, words},
    pages::shell::DeskShell,
    route::Route,
    ui::{ButtonKind, ButtonLink, Chip, Empty, Icon, IconButton, SearchBar, TabItem, Tabs},
};

/// The most cards a column hangs up; the table shows the rest.
const CARDS_MAX: usize = 40;
/// The most engineers that get a chip of their own; the search finds the others by name.
const ENGINEERS_MAX: usize = 8;

/// Up to this width, in text sizes, there is room for one column only.
const PHONE_REM: f64 = 37.4;

/// What the board is narrowed down to.
#[derive(Clone, Copy)]
struct Filter {
    search: RwSignal<String>,
    alert: RwSignal<Option<Alert>>,
    priority: RwSignal<Option<Priority>>,
    engineer: RwSignal<Option<Id<User>>>,
}

impl Filter {
    fn new() -> Filter {
        Filter {
            search: RwSignal::new(String::new()),
            alert: RwSignal::new(None),
            priority: RwSignal::new(None),
            engineer: RwSignal::new(None),
        }
    }

    fn keeps(self, slip: &Slip, words: &[String]) -> bool {
        self.alert.get().is_none_or(|alert| slip.has(alert))
            && self.priority.get().is_none_or(|priority| slip.priority == Some(priority))
            && self.engineer.get().is_none_or(|engineer| slip.engineer == Some(engineer))
            && looks::finds(&slip.haystack, words)
    }
}

/// Presses a filter: a second press lets go of it.
fn toggle<T: Clone + PartialEq + Send + Sync + 'static>(filter: RwSignal<Option<T>>, value: T) {
    filter.update(|now| *now = if *now == Some(value.clone()) { None } else { Some(value) });
}

/// The coordinator's first screen.
#[component]
pub fn Board() -> impl IntoView {
    let device = device();
    let now = looks::minute();
    let filter = Filter::new();
    let picked = RwSignal::new(None::<Id<Ticket>>);
    let slips = Memo::new(move |_| {
        let now = now.get();
        let mut slips: Vec<Slip> = device
            .held::<Ticket>()
            .iter()
            .filter_map(|ticket| Slip::of(ticket, now, |id| device.name(id)))
            .collect();
        Slip::sort(&mut slips);
        slips
    });
    let shown = Memo::new(move |_| {
        let words = filter.search.with(|search| looks::words(search));
        slips.with(|slips| {
            slips.iter().filter(|slip| filter.keeps(slip, &words)).cloned().collect::<Vec<_>>()
        })
    });
    keys::shortcuts(move || picked.set(None));
    let narrow = looks::narrower_than(PHONE_REM);
    let chosen = RwSignal::new(Column::ToDispatch.word().to_owned());
    // A ticket that left the person's view has nothing to show beside the board.
    let open = Memo::new(move |_| picked.get().is_some_and(|id| device.find(id).is_some()));
    view! {
        <DeskShell
            title=move || text().desk.board
            wide=true
            tools=move || tools(filter.search)
            panel=move || move || picked.get().map(|id| panel(id, picked))
            panel_open=open
            panel_title=move || text().desk.ticket
        >
            {strip(slips, filter.alert)}
            {chips(slips, filter)}
            <Show
                when=move || !slips.with(Vec::is_empty)
                fallback=|| {
                    view! {
                        <Empty icon=Icon::Inbox text=move || text().desk.board_empty>
                            {register_link()}
                        </Empty>
                    }
                }
            >
                {move || {
                    if narrow.get() {
                        one_column(chosen, shown, now, picked).into_any()
                    } else {
                        let columns = Column::ALL.map(|which| column(which, shown, now, picked));
                        view! { <div class="board">{columns.collect_view()}</div> }.into_any()
                    }
                }}
            </Show>
        </DeskShell>
    }
}

fn tools(search: RwSignal<String>) -> impl IntoView {
    view! {
        <SearchBar
            label=move || text().desk.search
            placeholder=move || text().desk.search_hint
            clear=move || text().desk.clear
            value=search
        />
        {register_link()}
    }
}

/// The way to the intake.
pub fn register_link() -> impl IntoView {
    view! {
        <ButtonLink
            text=move || text().desk.register
            href=Route::Register.href()
            kind=ButtonKind::Primary
            icon=Icon::Add
            name="register"
        />
    }
}

fn panel(id: Id<Ticket>, picked: RwSignal<Option<Id<Ticket>>>) -> impl IntoView {
    let device = device();
    let name = move || device.find(id).map(|ticket| ticket.contact.label()).unwrap_or_default();
    view! {
        <header class="desk__panel-head">
            <h2>{name}</h2>
            <ButtonLink
                text=move || text().desk.open_page
                href=Route::DeskTicket(id).href()
                icon=Icon::Chevron
                kind=ButtonKind::Quiet
                name="open-ticket"
            />
            <IconButton
                icon=Icon::Close
                label=move || text().desk.close_panel
                name="close-panel"
                on_press=move || picked.set(None)
            />
        </header>
        <TicketBody id panel=true/>
    }
}

/// The alerts with how many tickets each has; a press shows only those.
fn strip(slips: Memo<Vec<Slip>>, pressed: RwSignal<Option<Alert>>) -> impl IntoView {
    let item = move |alert: Alert| {
        let count = Memo::new(move |_| {
            slips.with(|slips| slips.iter().filter(|slip| slip.has(alert)).count())
        });
        view! {
            <button
                class="strip__item"
                type="button"
                data-name=format!("alert-{}", alert.word())
                data-tone=move || (count.get() > 0).then(|| alert.tone().name())
                aria-pressed=move || (pressed.get() == Some(alert)).to_string()
                on:click=move |_| toggle(pressed, alert)
            >
                <span class="strip__number num">{count}</span>
                <span>{move || alert.title()}</span>
            </button>
        }
    };
    view! {
        <div class="strip" role="group" aria-label=move || text().desk.alerts>
            {Alert::ALL.map(item).collect_view()}
        </div>
    }
}

/// Priorities, and the engineers with the most open work.
fn chips(slips: Memo<Vec<Slip>>, filter: Filter) -> impl IntoView {
    let device = device();
    let priority = move |priority: Priority| {
        view! {
            <Chip
                text=move || text().words.priority(priority)
                pressed=Signal::derive(move || filter.priority.get() == Some(priority))
                on_press=move || toggle(filter.priority, priority)
            />
        }
    };
    let busy = Memo::new(move |_| {
        let mut loads: BTreeMap<Id<User>, u32> = BTreeMap::new();
        slips.with(|slips| {
            for engineer in slips.iter().filter_map(|slip| slip.engineer) {
                *loads.entry(engineer).or_default() += 1;
            }
        });
        let mut loads: Vec<(Id<User>, u32)> = loads.into_iter().collect();
        loads.sort_by_key(|(engineer, load)| (std::cmp::Reverse(*load), *engineer));
        loads.truncate(ENGINEERS_MAX);
        loads
    });
    let engineers = move || {
        busy.get()
            .into_iter()
            .map(|(engineer, load)| {
                view! {
                    <Chip
                        text=move || device.name(engineer)
                        count=Some(load)
                        pressed=Signal::derive(move || filter.engineer.get() == Some(engineer))
                        on_press=move || toggle(filter.engineer, engineer)
                    />
                }
            })
            .collect_view()
    };
    view! {
        <div class="chips" role="group" aria-label=move || text().desk.filters>
            {words::ALL_PRIORITIES.iter().copied().map(priority).collect_view()}
            {engineers}
        </div>
    }
}

/// The board on a phone: tabs for the columns, the cards of one of them.
fn one_column(
    chosen: RwSignal<String>,
    shown: Memo<Vec<Slip>>,
    now: Signal<domain::Timestamp>,
    picked: RwSignal<Option<Id<Ticket>>>,
) -> impl IntoView {
    let tabs = Signal::derive(move || {
        let tab = |column: Column| {
            let hung = |slip: &&Slip| slip.column == column;
            let count = shown.with(|slips| slips.iter().filter(hung).count());
            TabItem::new(column.word(), column.title()).count(u32::try_from(count).unwrap_or(0))
        };
        Column::ALL.map(tab).to_vec()
    });
    let ids = Memo::new(move |_| {
        shown.with(|slips| {
            chosen.with(|chosen| {
                let hung = slips.iter().filter(|slip| slip.column.word() == *chosen);
                hung.map(|slip| slip.id).take(CARDS_MAX).collect::<Vec<_>>()
            })
        })
    });
    view! {
        <Tabs label=move || text().desk.board value=chosen items=tabs/>
        <Show
            when=move || !ids.with(Vec::is_empty)
            fallback=|| view! { <Empty icon=Icon::Inbox text=move || text().desk.nothing_found/> }
        >
            <div class="tickets">
                <For
                    each=move || ids.get()
                    key=|id| *id
                    children=move |id| view! { <TicketCard id now picked=Some(picked)/> }
                />
            </div>
        </Show>
    }
}

fn column(
    column: Column,
    shown: Memo<Vec<Slip>>,
    now: Signal<domain::Timestamp>,
    picked: RwSignal<Option<Id<Ticket>>>,
) -> impl IntoView {
    let ids = Memo::new(move |_| {
        shown.with(|slips| {
            let hung = slips.iter().filter(|slip| slip.column == column);
            hung.map(|slip| slip.id).collect::<Vec<_>>()
        })
    });
    let over = Memo::new(move |_| {
        shown.with(|slips| {
            let hung = slips.iter().filter(|slip| slip.column == column);
            hung.filter(|slip| slip.has(Alert::Over)).count()
        })
    });
    let title_id = format!("column-{}", column.word());
    let own_id = title_id.clone();
    view! {
        <section class="board__column" data-stage=column.word() aria-labelledby=title_id>
            <h2 class="board__head" id=own_id>
                {move || column.title()}
                <span class="count">{move || ids.with(Vec::len)}</span>
                {move || {
                    let over = over.get();
                    (over > 0)
                        .then(|| {
                            let label = (text().desk.over_count)(over);
                            view! {
                                <span class="count" data-tone="danger" title=label.clone() aria-label=label>
                                    {over}
                                </span>
                            }
                        })
                }}
            </h2>
            <div class="board__cards">
                <For
                    each=move || ids.get().into_iter().take(CARDS_MAX)
                    key=|id| *id
                    children=move |id| view! { <TicketCard id now picked=Some(picked)/> }
                />
                {move || {
                    let more = ids.with(Vec::len).saturating_sub(CARDS_MAX);
                    (more > 0)
                        .then(|| {
                            view! {
                                <ButtonLink
                                    text=(text().desk.more_cards)(more)
                                    href=Route::DeskTickets.href()
                                    kind=ButtonKind::Quiet
                                    wide=true
                                />
                            }
                        })
                }}
            </div>
        </section>
    }
}
