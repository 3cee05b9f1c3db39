//! The board: every open ticket in the column of who must act now, with the ticket beside it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Id, Timestamp,
    ticket::{Priority, Ticket},
    user::{Role, User},
};
use leptos::{ev, prelude::*};

use super::{
    actions::{self, Action},
    asked::{Asked, ask},
    body,
    card::{Hand, TicketCard},
    columns::{Alert, Column, Slip},
    filter::{self, Crew, Filter, Sieve},
    keys::{self, CardKey},
    looks,
    many::{self, Chosen},
    pointed,
};
use crate::{
    api::{self, OfficeDevice},
    device::{Arranged, Device, device},
    locale::{text, words},
    pages::shell::DeskShell,
    route::Route,
    search,
    ui::{
        Button, ButtonKind, ButtonLink, Dialog, Empty, Field, FieldKind, Icon, SearchBar, TabItem,
        Tabs, Tone, few_first, open_while, toast,
    },
};

/// The most cards a column hangs up; the table shows the rest.
const CARDS_MAX: usize = 40;
/// The cards of a column that are drawn at once: no screen shows more.
const CARDS_FIRST: usize = 10;
/// The most engineers that get a chip of their own; the search finds the others by name.
const ENGINEERS_MAX: usize = 8;

/// Up to this width, in text sizes, there is room for one column only.
const PHONE_REM: f64 = 37.4;

/// The board as it hangs, and what has changed since.
#[derive(Clone, PartialEq)]
struct Hung {
    slips: Vec<Slip>,
    sieve: Sieve,
    turn: u32,
    /// How many cards would come, go or move.
    news: usize,
}

impl Hung {
    /// The slips in a column.
    fn of(&self, column: Column) -> impl Iterator<Item = &Slip> {
        self.slips.iter().filter(move |slip| slip.column == column)
    }
}

/// How many cards of `live` do not hang where `hung` has them, or not any more.
fn news(hung: &[Slip], live: &[Slip]) -> usize {
    let before: BTreeMap<Id<Ticket>, Column> = hung.iter().map(|it| (it.id, it.column)).collect();
    let there: BTreeSet<Id<Ticket>> = live.iter().map(|it| it.id).collect();
    let moved = live.iter().filter(|it| before.get(&it.id) != Some(&it.column)).count();
    moved + hung.iter().filter(|it| !there.contains(&it.id)).count()
}

/// The coordinator's first screen.
#[component]
pub fn Board() -> impl IntoView {
    let device = device();
    let now = looks::minute();
    let filter = Filter::new();
    let picked = RwSignal::new(None::<Id<Ticket>>);
    let hand =
        Hand { chosen: Chosen::new(), dragged: RwSignal::new(None), unsent: unsent_by_engineer() };
    let doing = RwSignal::new(None::<(Id<Ticket>, Action)>);
    let moving = RwSignal::new(None::<Id<Ticket>>);
    // While somebody points at the board nothing on it moves by itself.
    let held = pointed::pointed(move || hand.dragged.get_untracked().is_some());
    let lines = Memo::new(move |_| search::every(device));
    search::prepare(lines);
    let slips = Memo::new(move |_| {
        let (now, crew) = (now.get(), Crew::of(device));
        let mut slips: Vec<Slip> = lines
            .with(|lines| lines.iter().filter_map(|line| Slip::of(line, now, &crew)).collect());
        Slip::sort(&mut slips);
        slips
    });
    let hung = Memo::new(move |before: Option<&Hung>| {
        let (sieve, turn, held) = (filter.sieve(), held.turn(), held.is_on());
        let live: Vec<Slip> = slips
            .with(|slips| slips.iter().filter(|slip| sieve.keeps(&slip.about)).cloned().collect());
        // Other filters, or somebody's own doing, show at once what they ask for.
        let same = before.filter(|it| held && it.turn == turn && it.sieve == sieve);
        match same.filter(|it| !it.slips.is_empty()) {
            Some(before) => Hung { news: news(&before.slips, &live), ..before.clone() },
            None => Hung { slips: live, sieve, turn, news: 0 },
        }
    });
    let fresh = Memo::new(move |_| hung.with(|hung| hung.news));
    keys::shortcuts(move || {
        picked.set(None);
        hand.chosen.clear();
    });
    keys::on_card(move |key, card| match (key, card.or(picked.get_untracked())) {
        (CardKey::Choose, _) => {
            if let Some(id) = card {
                hand.chosen.toggle(id);
            }
        }
        (CardKey::Plan, Some(id)) => plan(id, device, doing),
        (CardKey::Plan, None) => {}
        (CardKey::Move, id) => moving.set(id),
    });
    let narrow = looks::narrower_than(PHONE_REM);
    let chosen = RwSignal::new(Column::ToDispatch.word().to_owned());
    // A ticket that left the person's view has nothing to show beside the board.
    let open = Memo::new(move |_| picked.get().is_some_and(|id| device.find(id).is_some()));
    let most = few_first(Memo::new(move |_| filter.sieve()), CARDS_FIRST, CARDS_MAX);
    let place = Place { hung, most, now, picked, hand, doing };
    view! {
        <DeskShell
            title=move || text().desk.board
            wide=true
            tools=move || tools(filter.search)
            panel=move || move || picked.get().map(|id| body::panel(id, picked))
            panel_open=open
            panel_title=move || text().desk.ticket
        >
            {strip(slips, filter)}
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
                        one_column(chosen, place).into_any()
                    } else {
                        let columns = Column::ALL.map(|which| column(which, place));
                        view! {
                            <div
                                class="board"
                                data-dragging=move || hand.dragged.get().is_some().then_some("")
                                on:pointermove=move |_| held.touch()
                                on:pointerleave=move |_| held.leave()
                                on:keydown=move |event| keys::walk(&event)
                            >
                                {columns.collect_view()}
                            </div>
                        }
                            .into_any()
                    }
                }}
            </Show>
            {pointed::chip(fresh, held)}
            {many::bar(hand.chosen)}
            {actions::dialog(doing)}
            {mover(moving, doing)}
        </DeskShell>
    }
}

/// Opens the planning dialog, or says why nobody can be sent now.
fn plan(id: Id<Ticket>, device: Device, doing: RwSignal<Option<(Id<Ticket>, Action)>>) {
    let Some(ticket) = untrack(|| device.find(id)) else { return };
    match untrack(|| Action::Dispatch.why_not(&ticket, device)) {
        None => Action::Dispatch.begin(id, doing),
        Some(why) => toast(Tone::Warning, why),
    }
}

/// Whose devices hold unsent work, as far as this person may know; asked again as time goes by.
fn unsent_by_engineer() -> Memo<BTreeMap<Id<User>, u64>> {
    let device = device();
    let devices = RwSignal::new(Asked::<Vec<OfficeDevice>>::Waiting);
    let may = device.me().is_any(&[Role::Coordinator, Role::Supervisor]);
    Effect::new(move |before: Option<i64>| {
        // Once a minute is enough for a mark on a card.
        let minute = device.minute().0 / 60_000;
        if may && before != Some(minute) {
            ask(devices, api::devices());
        }
        minute
    });
    Memo::new(move |_| {
        let mut held = BTreeMap::new();
        if let Asked::Here(devices) = devices.get() {
            for device in devices.iter().filter(|device| device.revoked.is_none()) {
                *held.entry(device.user).or_default() += device.waiting.unwrap_or(0);
            }
        }
        held.retain(|_, held| *held > 0);
        held
    })
}

/// What every column needs.
#[derive(Clone, Copy)]
struct Place {
    hung: Memo<Hung>,
    /// How many cards of a column are drawn.
    most: Memo<usize>,
    now: Signal<Timestamp>,
    picked: RwSignal<Option<Id<Ticket>>>,
    hand: Hand,
    doing: RwSignal<Option<(Id<Ticket>, Action)>>,
}

/// Where a ticket can go, as a menu: the twin of the drag.
fn mover(
    moving: RwSignal<Option<Id<Ticket>>>,
    doing: RwSignal<Option<(Id<Ticket>, Action)>>,
) -> impl IntoView {
    let device = device();
    let open = open_while(moving);
    let title = move || {
        let ticket = moving.get().and_then(|id| device.find(id));
        let name = ticket.map(|ticket| ticket.contact.label()).unwrap_or_default();
        format!("{} {name}", text().board.move_to)
    };
    let ways = move || {
        let ticket = device.find(moving.get()?)?;
        let way = |column: Column| {
            let (action, why) = toward(column, &ticket, device);
            let id = ticket.id;
            let press = move || {
                open.set(false);
                if let Some(action) = action {
                    action.begin(id, doing);
                }
            };
            view! {
                <Button
                    text=column.title()
                    wide=true
                    why_not=why
                    name=column.move_name()
                    on_press=press
                />
            }
        };
        Some(Column::ALL.map(way).collect_view())
    };
    view! {
        <Dialog open title close=move || text().desk.close_panel>
            <div class="stack" data-gap="small">{ways}</div>
        </Dialog>
    }
}

/// What would bring the ticket into the column, and why that cannot be done now (tracked).
fn toward(column: Column, ticket: &Ticket, device: Device) -> (Option<Action>, Option<String>) {
    if Column::of(ticket) == Some(column) {
        return (None, Some(text().board.here_now.to_owned()));
    }
    match Action::toward(column, ticket) {
        Some(action) => (Some(action), action.why_not(ticket, device)),
        None if column == Column::Intake => (None, Some(text().board.not_back.to_owned())),
        None => (None, Some(text().board.not_by_desk.to_owned())),
    }
}

/// What stands in the top bar of a list of tickets.
pub(super) fn tools(search: RwSignal<String>) -> impl IntoView {
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

/// The alerts with how many tickets each has; a press shows only those.
fn strip(slips: Memo<Vec<Slip>>, filter: Filter) -> impl IntoView {
    let item = move |alert: Alert| {
        let pressed = Memo::new(move |_| filter.narrowed.with(|it| it.alert == alert.word()));
        let count = Memo::new(move |_| {
            slips.with(|slips| slips.iter().filter(|slip| slip.has(alert)).count())
        });
        view! {
            <button
                class="strip__item"
                type="button"
                data-name=format!("alert-{}", alert.word())
                // So rare that its zero would only be one more thing to read.
                hidden=move || alert == Alert::Gone && count.get() == 0 && !pressed.get()
                data-tone=move || (count.get() > 0).then(|| alert.tone().name())
                aria-pressed=move || pressed.get().to_string()
                on:click=move |_| filter.toggle(|it| &mut it.alert, alert.word().to_owned())
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

/// Priorities, the engineers with the most open work, saved views, and everything else one can narrow down to.
fn chips(slips: Memo<Vec<Slip>>, filter: Filter) -> impl IntoView {
    let device = device();
    let priority = move |priority: Priority| {
        let title = Signal::derive(move || text().words.priority(priority).to_owned());
        filter.chip(|it| &mut it.priority, words::code(&priority), title, None)
    };
    let busy = Memo::new(move |_| {
        let mut loads: BTreeMap<Id<User>, u32> = BTreeMap::new();
        slips.with(|slips| {
            for engineer in slips.iter().filter_map(|slip| slip.about.engineer) {
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
                let title = Signal::derive(move || device.name(engineer));
                filter.chip(|it| &mut it.engineer, engineer.to_string(), title, Some(load))
            })
            .collect_view()
    };
    let kept = Memo::new(move |_| {
        slips.with(|slips| slips.iter().filter(|slip| slip.about.is_kept()).count())
    });
    view! {
        <div class="chips" role="group" aria-label=move || text().desk.filters>
            {words::ALL_PRIORITIES.iter().copied().map(priority).collect_view()}
            {engineers}
            {filter::bar(filter, kept)}
        </div>
    }
}

/// The board on a phone: tabs for the columns, the cards of one of them.
fn one_column(chosen: RwSignal<String>, place: Place) -> impl IntoView {
    let Place { hung, most, now, picked, .. } = place;
    let tabs = Signal::derive(move || {
        let tab = |column: Column| {
            let count = hung.with(|hung| hung.of(column).count());
            TabItem::new(column.word(), column.title()).count(u32::try_from(count).unwrap_or(0))
        };
        Column::ALL.map(tab).to_vec()
    });
    let ids = Memo::new(move |_| {
        hung.with(|hung| {
            chosen.with(|chosen| {
                let slips = hung.slips.iter().filter(|slip| slip.column.word() == *chosen);
                slips.map(|slip| slip.id).take(most.get()).collect::<Vec<_>>()
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

fn column(column: Column, place: Place) -> impl IntoView {
    let device = device();
    let Place { hung, most, now, picked, hand, doing } = place;
    let ids = Memo::new(move |_| {
        hung.with(|hung| hung.of(column).map(|slip| slip.id).collect::<Vec<_>>())
    });
    let over = Memo::new(move |_| {
        hung.with(|hung| hung.of(column).filter(|slip| slip.has(Alert::Over)).count())
    });
    let limit = Memo::new(move |_| device.arranged(|it| it.limits.get(column.word()).copied()));
    let count = move || {
        let count = ids.with(Vec::len);
        limit.get().map_or_else(|| count.to_string(), |most| (text().board.limit_of)(count, most))
    };
    let full = move || limit.get().is_some_and(|most| ids.with(Vec::len) > most);
    // Asked once for each card that is taken up, not for each pixel it moves.
    let way = Memo::new(move |_| {
        let ticket = device.find(hand.dragged.get()?)?;
        Some(toward(column, &ticket, device))
    });
    let accepts = move || way.with(|way| matches!(way, Some((Some(_), None))));
    let says = move || {
        let ticket = hand.dragged.get().and_then(|id| device.find(id))?;
        way.get().map(|(action, why)| match (action, why) {
            (Some(action), None) => (text().board.drop_here)(action.label(&ticket)),
            (_, why) => why.unwrap_or_default(),
        })
    };
    let take = move |event: ev::DragEvent| {
        let (Some(id), true) = (hand.dragged.get_untracked(), untrack(accepts)) else { return };
        event.prevent_default();
        if let Some((Some(action), None)) = way.get_untracked() {
            action.begin(id, doing);
        }
        hand.dragged.set(None);
    };
    let title_id = format!("column-{}", column.word());
    let own_id = title_id.clone();
    let asking = RwSignal::new(false);
    view! {
        <section
            class="board__column"
            data-stage=column.word()
            data-accepts=move || {
                hand.dragged.get().map(|_| if accepts() { "yes" } else { "no" })
            }
            aria-labelledby=title_id
            on:dragover=move |event| {
                if untrack(accepts) {
                    event.prevent_default();
                }
            }
            on:drop=take
        >
            <h2 class="board__head" id=own_id>
                {move || column.title()}
                <button
                    class="count"
                    type="button"
                    data-tone=move || full().then_some("danger")
                    title=move || (text().board.column_menu)(column.title())
                    aria-label=move || {
                        format!("{} · {}", count(), (text().board.column_menu)(column.title()))
                    }
                    on:click=move |_| asking.set(true)
                >
                    {count}
                </button>
                {move || {
                    let over = over.get();
                    (over > 0)
                        .then(|| {
                            let label = (text().desk.over_count)(over);
                            view! { <span class="board__over" data-tone="danger">{label}</span> }
                        })
                }}
            </h2>
            {move || says().map(|says| view! { <p class="board__says" aria-hidden="true">{says}</p> })}
            <div class="board__cards">
                <For
                    each=move || ids.get().into_iter().take(most.get())
                    key=|id| *id
                    children=move |id| view! { <TicketCard id now picked=Some(picked) hand/> }
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
            {limit_dialog(column, asking)}
        </section>
    }
}

/// Asks how many tickets a column should hold at most.
fn limit_dialog(column: Column, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let value = RwSignal::new(String::new());
    Effect::new(move |_| {
        if open.get() {
            let most = |arranged: &Arranged| arranged.limits.get(column.word()).copied();
            let now = untrack(|| device.arranged(most));
            value.set(now.map(|most| most.to_string()).unwrap_or_default());
        }
    });
    let save = move || {
        let most: Option<usize> = value.with_untracked(|value| value.trim().parse().ok());
        device.arrange(|arranged| match most.filter(|most| *most > 0) {
            Some(most) => drop(arranged.limits.insert(column.word().to_owned(), most)),
            None => drop(arranged.limits.remove(column.word())),
        });
        open.set(false);
    };
    view! {
        <Dialog
            open
            title=move || format!("{} · {}", text().board.limits, column.title())
            close=move || text().desk.close_panel
        >
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    save();
                }
            >
                <Field
                    label=move || text().board.limits
                    value
                    kind=FieldKind::Number
                    placeholder=move || text().board.no_limit
                    hint=move || text().board.limits_hint
                    max_length=4
                />
                <div class="dialog__bar">
                    <Button text=move || text().desk.back on_press=move || open.set(false)/>
                    <Button
                        text=move || text().desk.save
                        kind=ButtonKind::Primary
                        name="save-limit"
                        on_press=save
                    />
                </div>
            </form>
        </Dialog>
    }
}
