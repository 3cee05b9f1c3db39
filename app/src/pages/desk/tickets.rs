//! Every ticket as a table: searched, filtered, sorted; also the closed ones, also a thousand of them.

use std::collections::BTreeSet;

use domain::{
    Id, Timestamp,
    ticket::{Stage, Ticket},
    visit::Visit,
};
use leptos::prelude::*;

use super::{
    board::register_link,
    card::TicketCard,
    filter::{self, About, Crew, Filter, Sieve},
    keys, looks,
    many::{self, Chosen},
    pointed,
};
use crate::{
    device::{Arranged, Device, Held, device},
    locale::{self, text},
    pages::{custody, shell::DeskShell},
    route::Route,
    search,
    ui::{
        Button, ButtonKind, CheckRow, Chip, Choice, Dialog, Empty, Icon, SearchBar, Segmented,
        Select, SlaText, Tag, Tone,
    },
};

/// Up to this width, in text sizes, cards read better than a squeezed table.
const TABLE_REM: f64 = 59.9;
/// How many rows one page of the table has.
const ROWS: usize = 30;

/// Which tickets the table shows, as one says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Open,
    Intake,
    ToDispatch,
    Assigned,
    Underway,
    OnHold,
    ToConfirm,
    Done,
    Over,
    Flagged,
    All,
}

impl Group {
    const ALL: [Group; 11] = [
        Group::Open,
        Group::Flagged,
        Group::Intake,
        Group::ToDispatch,
        Group::Assigned,
        Group::Underway,
        Group::OnHold,
        Group::ToConfirm,
        Group::Done,
        Group::Over,
        Group::All,
    ];

    fn holds(self, line: &Line) -> bool {
        let stage = &line.ticket.stage;
        match self {
            Group::All => true,
            Group::Open => !stage.is_over(),
            Group::Flagged => line.ticket.has_open_flags(),
            Group::Intake => matches!(stage, Stage::Received | Stage::Triaged),
            Group::ToDispatch => matches!(stage, Stage::PendingDispatch { .. }),
            Group::Assigned => matches!(stage, Stage::Dispatched { .. }),
            Group::Underway => matches!(stage, Stage::InProgress { .. }),
            Group::OnHold => matches!(stage, Stage::OnHold { .. }),
            Group::ToConfirm => matches!(stage, Stage::PendingConfirmation { .. }),
            Group::Done => {
                matches!(stage, Stage::Completed { .. } | Stage::PendingFollowUp { .. })
            }
            Group::Over => matches!(stage, Stage::Closed { .. } | Stage::Cancelled { .. }),
        }
    }

    /// The same where machines that are with us are asked for: one that stands here is open business, also after
    /// its ticket is over.
    fn holds_kept(self, line: &Line) -> bool {
        line.about.is_kept() && (self == Group::Open || self.holds(line))
    }

    fn word(self) -> &'static str {
        match self {
            Group::All => "all",
            // What is usual needs no word.
            Group::Open => "",
            Group::Flagged => "flagged",
            Group::Intake => "intake",
            Group::ToDispatch => "to-dispatch",
            Group::Assigned => "assigned",
            Group::Underway => "underway",
            Group::OnHold => "on-hold",
            Group::ToConfirm => "to-confirm",
            Group::Done => "done",
            Group::Over => "over",
        }
    }

    fn from_word(word: &str) -> Self {
        Group::ALL.into_iter().find(|group| group.word() == word).unwrap_or(Group::Open)
    }

    fn title(self) -> &'static str {
        let desk = &text().desk;
        match self {
            Group::All => desk.group_all,
            Group::Open => desk.group_open,
            Group::Flagged => desk.alert_undecided,
            Group::Intake => desk.column_intake,
            Group::ToDispatch => desk.column_to_dispatch,
            Group::Assigned => desk.column_assigned,
            Group::Underway => desk.column_underway,
            Group::OnHold => desk.column_on_hold,
            Group::ToConfirm => desk.column_to_confirm,
            Group::Done => desk.column_done,
            Group::Over => desk.group_over,
        }
    }
}

/// A column of the table, by which it can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Number,
    Stage,
    Priority,
    Customer,
    Problem,
    Machine,
    Address,
    Engineer,
    Appointment,
    Due,
    Registered,
}

impl Order {
    const ALL: [Order; 11] = [
        Order::Number,
        Order::Stage,
        Order::Priority,
        Order::Customer,
        Order::Problem,
        Order::Machine,
        Order::Address,
        Order::Engineer,
        Order::Appointment,
        Order::Due,
        Order::Registered,
    ];

    /// What not everybody needs is hidden until somebody asks for it.
    const USUALLY_HIDDEN: [Order; 3] = [Order::Priority, Order::Address, Order::Appointment];

    fn word(self) -> &'static str {
        match self {
            Order::Number => "number",
            Order::Stage => "stage",
            Order::Priority => "priority",
            Order::Customer => "customer",
            Order::Problem => "problem",
            Order::Machine => "machine",
            Order::Address => "address",
            Order::Engineer => "engineer",
            Order::Appointment => "appointment",
            Order::Due => "due",
            Order::Registered => "registered",
        }
    }

    fn title(self) -> &'static str {
        let desk = &text().desk;
        match self {
            Order::Number => desk.number,
            Order::Stage => desk.stage,
            Order::Priority => desk.priority,
            Order::Customer => desk.customer,
            Order::Problem => desk.problem,
            Order::Machine => desk.machine,
            Order::Address => desk.address,
            Order::Engineer => desk.engineer,
            Order::Appointment => desk.appointment,
            Order::Due => desk.due,
            Order::Registered => desk.registered,
        }
    }
}

/// The hidden columns: those somebody hid, less those somebody asked for.
fn is_hidden(arranged: &Arranged, column: Order) -> bool {
    let turned = arranged.hidden.iter().any(|word| word == column.word());
    turned != Order::USUALLY_HIDDEN.contains(&column)
}

/// A ticket with what the table compares.
#[derive(Clone, PartialEq)]
struct Line {
    ticket: Held<Ticket>,
    engineer: String,
    about: About,
}

fn lines(device: Device, known: &[search::Line], now: Timestamp) -> Vec<Line> {
    let crew = Crew::of(device);
    let line = |known: &search::Line| {
        let ticket = known.ticket.clone();
        let engineer = ticket.active_visit().map(|visit: &Visit| crew.name(visit.engineer));
        let about = About::of(known, now, &crew);
        Line { ticket, engineer: engineer.unwrap_or_default(), about }
    };
    known.iter().map(line).collect()
}

fn sort(lines: &mut [Line], order: Order, down: bool, now: Timestamp) {
    match order {
        Order::Number => {
            lines.sort_by(|a, b| a.ticket.spoken_number().cmp(b.ticket.spoken_number()));
        }
        Order::Customer => lines.sort_by_cached_key(|line| line.ticket.contact.label()),
        Order::Stage => lines.sort_by_key(|line| rank(&line.ticket.stage)),
        Order::Priority => {
            lines.sort_by_key(|line| (line.about.priority.is_none(), line.about.priority))
        }
        Order::Problem => lines.sort_by(|a, b| a.ticket.title.cmp(&b.ticket.title)),
        Order::Machine => lines.sort_by(|a, b| a.ticket.machine.model.cmp(&b.ticket.machine.model)),
        Order::Address => {
            lines.sort_by(|a, b| a.ticket.contact.address.cmp(&b.ticket.contact.address))
        }
        Order::Appointment => lines.sort_by_key(|line| {
            let visit = line.ticket.active_visit();
            visit.and_then(|it| it.appointment.as_ref()).map_or(i64::MAX, |window| window.from.0)
        }),
        Order::Engineer => lines.sort_by(|a, b| a.engineer.cmp(&b.engineer)),
        Order::Due => lines.sort_by_cached_key(|line| {
            looks::running(&line.ticket, now).map_or(i64::MAX, |promise| promise.due.0)
        }),
        Order::Registered => lines.sort_by_key(|line| (line.ticket.registered_at, line.ticket.id)),
    }
    if down {
        lines.reverse();
    }
}

fn rank(stage: &Stage) -> u8 {
    match stage {
        Stage::Received => 0,
        Stage::Triaged => 1,
        Stage::PendingDispatch { .. } => 2,
        Stage::Dispatched { .. } => 3,
        Stage::InProgress { .. } => 4,
        Stage::OnHold { .. } => 5,
        Stage::PendingConfirmation { .. } => 6,
        Stage::Completed { .. } => 7,
        Stage::PendingFollowUp { .. } => 8,
        Stage::Closed { .. } => 9,
        Stage::Cancelled { .. } => 10,
    }
}

/// The list as it is shown, and what has changed since.
#[derive(Clone, PartialEq)]
struct Listed {
    ids: Vec<Id<Ticket>>,
    /// What was asked for, and in which turn.
    asked: (Sieve, Group, (Order, bool), u32),
    news: usize,
}

impl Listed {
    /// How many tickets would come or go.
    fn news(&self, live: &[Id<Ticket>]) -> usize {
        let before: BTreeSet<_> = self.ids.iter().collect();
        let now: BTreeSet<_> = live.iter().collect();
        before.symmetric_difference(&now).count()
    }
}

/// The table of tickets.
#[component]
pub fn DeskTickets() -> impl IntoView {
    let device = device();
    let now = looks::minute();
    let filter = Filter::new();
    let typed = filter.search;
    let group = Memo::new(move |_| filter.narrowed.with(|it| Group::from_word(&it.group)));
    let order = RwSignal::new((Order::Registered, true));
    let shown = RwSignal::new(ROWS);
    let chosen = Chosen::new();
    let choosing_columns = RwSignal::new(false);
    let known = Memo::new(move |_| search::every(device));
    search::prepare(known);
    let all = Memo::new(move |_| {
        let (by, down) = order.get();
        let timely = by == Order::Due || filter.narrowed.with(|it| !it.alert.is_empty());
        let now = if timely { now.get() } else { now.get_untracked() };
        let mut lines = known.with(|known| lines(device, known, now));
        sort(&mut lines, by, down, now);
        lines
    });
    let pointed = pointed::pointed(|| false);
    // A search looks everywhere: who reads a number out does not know whether the ticket is closed.
    let listed = Memo::new(move |before: Option<&Listed>| {
        let asked = (filter.sieve(), group.get(), order.get(), pointed.turn());
        let held = pointed.is_on();
        let everywhere = !typed.with(|typed| typed.trim().is_empty());
        let kept = filter.narrowed.with(|it| it.kept);
        let ids = all.with(|all| {
            let lets = |line: &&Line| {
                everywhere || if kept { asked.1.holds_kept(line) } else { asked.1.holds(line) }
            };
            let found = all.iter().filter(lets).filter(|it| asked.0.keeps(&it.about));
            found.map(|line| line.ticket.id).collect::<Vec<Id<Ticket>>>()
        });
        match before.filter(|it| held && it.asked == asked && !it.ids.is_empty()) {
            Some(before) => Listed { news: before.news(&ids), ..before.clone() },
            None => Listed { ids, asked, news: 0 },
        }
    });
    let found = Memo::new(move |_| listed.with(|listed| listed.ids.clone()));
    let fresh = Memo::new(move |_| listed.with(|listed| listed.news));
    Effect::new(move |_| {
        // Another list begins at its top.
        typed.track();
        filter.narrowed.track();
        shown.set(ROWS);
    });
    keys::shortcuts(move || chosen.clear());
    let narrow = looks::narrower_than(TABLE_REM);
    let chip = move |which: Group| {
        let count = Memo::new(move |_| {
            let count = all.with(|all| all.iter().filter(|line| which.holds(line)).count());
            u32::try_from(count).ok()
        });
        view! {
            <Chip
                text=move || which.title()
                count
                pressed=Signal::derive(move || group.get() == which)
                on_press=move || {
                    typed.set(String::new());
                    filter.narrowed.update(|it| it.group = which.word().to_owned());
                }
            />
        }
    };
    let kept = Memo::new(move |_| {
        let group = group.get();
        all.with(|all| all.iter().filter(|line| group.holds_kept(line)).count())
    });
    let rest = move || found.with(Vec::len).saturating_sub(shown.get());
    let visible = Memo::new(move |_| {
        device.arranged(|arranged| {
            let shown = Order::ALL.into_iter().filter(|column| !is_hidden(arranged, *column));
            shown.collect::<Vec<Order>>()
        })
    });
    let all_chosen = Memo::new(move |_| {
        found.with(|found| !found.is_empty() && found.iter().all(|id| chosen.has(*id)))
    });
    let choose_all = move |on: bool| found.with_untracked(|found| chosen.put(found, on));
    view! {
        <DeskShell
            title=move || text().desk.tickets
            tools=move || {
                view! {
                    <SearchBar
                        label=move || text().desk.search
                        placeholder=move || text().desk.search_hint
                        clear=move || text().desk.clear
                        value=typed
                    />
                    {register_link()}
                }
            }
        >
            <div class="chips" role="group" aria-label=move || text().desk.filters>
                {Group::ALL.map(chip).collect_view()}
            </div>
            <div class="chips">
                <span class="faint num" role="status">
                    {move || (text().desk.found)(found.with(Vec::len))}
                </span>
                {filter::bar(filter, kept)}
                <Show when=move || narrow.get()>
                    <Button
                        text=move || format!("{} · {}", text().board.sorted_by, order.get().0.title())
                        kind=ButtonKind::Quiet
                        name="sort"
                        on_press=move || choosing_columns.set(true)
                    />
                </Show>
                <Show when=move || !narrow.get()>
                    <Button
                        text=move || text().board.columns
                        icon=Icon::Table
                        kind=ButtonKind::Quiet
                        name="columns"
                        on_press=move || choosing_columns.set(true)
                    />
                </Show>
            </div>
            <Show
                when=move || !found.with(Vec::is_empty)
                fallback=move || {
                    if all.with(Vec::is_empty) {
                        view! {
                            <Empty icon=Icon::Inbox text=move || text().desk.board_empty>
                                {register_link()}
                            </Empty>
                        }
                            .into_any()
                    } else {
                        view! { <Empty icon=Icon::Search text=move || text().desk.nothing_found/> }
                            .into_any()
                    }
                }
            >
                <Show when=move || narrow.get()>
                    <div class="tickets">
                        <For
                            each=move || found.get().into_iter().take(shown.get())
                            key=|id| *id
                            children=move |id| view! { <TicketCard id now picked=None/> }
                        />
                    </div>
                </Show>
                <Show when=move || !narrow.get()>
                    <div
                        class="table-frame"
                        on:pointermove=move |_| pointed.touch()
                        on:pointerleave=move |_| pointed.leave()
                    >
                        <table class="table">
                            <thead>
                                <tr>
                                    <th scope="col" class="table__pick">
                                        <label class="pick">
                                            <input
                                                type="checkbox"
                                                data-name="choose-all"
                                                aria-label=move || text().board.choose_all
                                                prop:checked=all_chosen
                                                on:change=move |event| choose_all(event_target_checked(&event))
                                            />
                                            <span class="pick__mark" aria-hidden="true">
                                                {Icon::Check.svg()}
                                            </span>
                                        </label>
                                    </th>
                                    {move || {
                                        visible.get().into_iter().map(|by| heading(order, by)).collect_view()
                                    }}
                                </tr>
                            </thead>
                            <tbody>
                                <For
                                    each=move || found.get().into_iter().take(shown.get())
                                    key=|id| *id
                                    children=move |id| row(id, now, visible, chosen)
                                />
                            </tbody>
                        </table>
                    </div>
                </Show>
                <Show when=move || rest() != 0>
                    <Button
                        text=move || (text().desk.show_more)(rest())
                        wide=true
                        name="more-tickets"
                        on_press=move || shown.update(|shown| *shown += ROWS)
                    />
                </Show>
            </Show>
            {pointed::chip(fresh, pointed)}
            {many::bar(chosen)}
            {arrange(order, narrow, choosing_columns)}
        </DeskShell>
    }
}

/// Which columns there are; on a phone, which order.
fn arrange(
    order: RwSignal<(Order, bool)>,
    narrow: Signal<bool>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let column = move |column: Order| {
        let shown = RwSignal::new(untrack(|| device().arranged(|it| !is_hidden(it, column))));
        let toggle = move |_: bool| {
            device().arrange(|arranged| {
                let before = arranged.hidden.len();
                arranged.hidden.retain(|word| word != column.word());
                if arranged.hidden.len() == before {
                    arranged.hidden.push(column.word().to_owned());
                }
            });
        };
        view! { <CheckRow label=move || column.title() checked=shown on_toggle=toggle/> }
    };
    let columns = move || {
        // The number is the way to the ticket; it stays.
        let choices = Order::ALL.into_iter().filter(|it| *it != Order::Number).map(column);
        view! {
            <p class="muted">{move || text().board.columns_hint}</p>
            <div class="stack" data-gap="small">{choices.collect_view()}</div>
        }
        .into_any()
    };
    let sorted = move || {
        let by = RwSignal::new(order.with_untracked(|(by, _)| by.word().to_owned()));
        let down = RwSignal::new(
            if order.with_untracked(|(_, down)| *down) { "down" } else { "up" }.to_owned(),
        );
        let options =
            Signal::derive(|| Order::ALL.map(|by| Choice::new(by.word(), by.title())).to_vec());
        let ways = Signal::derive(|| {
            let board = &text().board;
            vec![Choice::new("up", board.ascending), Choice::new("down", board.descending)]
        });
        Effect::new(move |_| {
            let (by, down) = (by.get(), down.with(|down| down == "down"));
            let by = Order::ALL.into_iter().find(|it| it.word() == by).unwrap_or(Order::Registered);
            if order.get_untracked() != (by, down) {
                order.set((by, down));
            }
        });
        view! {
            <div class="form">
                <Select label=move || text().board.sorted_by value=by options id="sort-by"/>
                <Segmented
                    label=move || text().board.sorted_by
                    hide_label=true
                    value=down
                    options=ways
                    id="sort-way"
                />
            </div>
        }
        .into_any()
    };
    let title = move || if narrow.get() { text().board.sorted_by } else { text().board.columns };
    view! {
        <Dialog open title close=move || text().desk.close_panel>
            {move || if narrow.get() { sorted() } else { columns() }}
            <div class="dialog__bar">
                <Button
                    text=move || text().board.done
                    kind=ButtonKind::Primary
                    name="arranged"
                    on_press=move || open.set(false)
                />
            </div>
        </Dialog>
    }
}

/// A heading one can sort by; a second press turns the order round.
fn heading(order: RwSignal<(Order, bool)>, by: Order) -> impl IntoView {
    let sorted = move || {
        let (now, down) = order.get();
        (now == by).then_some(if down { "descending" } else { "ascending" })
    };
    let press = move || {
        order.update(|(now, down)| {
            // Dates are asked newest first, everything else from the beginning.
            *down = if *now == by { !*down } else { by == Order::Registered };
            *now = by;
        });
    };
    let arrow = move || match sorted() {
        Some("descending") => " ↓",
        Some(_) => " ↑",
        None => "",
    };
    view! {
        <th scope="col" data-column=by.word() aria-sort=sorted>
            <button type="button" on:click=move |_| press()>{move || by.title()} {arrow}</button>
        </th>
    }
}

fn row(
    id: Id<Ticket>,
    now: Signal<Timestamp>,
    visible: Memo<Vec<Order>>,
    chosen: Chosen,
) -> impl IntoView {
    let device = device();
    let ticket = Memo::new(move |_| device.find(id));
    let promise = Memo::new(move |_| {
        let now = now.get();
        ticket.with(|ticket| looks::running(ticket.as_ref()?, now))
    });
    let due = move || {
        let promise = promise.get()?;
        Some(view! { <SlaText text=promise.words() left=promise.left over=promise.over/> })
    };
    let cell = move |ticket: &Ticket, column: Order| match column {
        Order::Number => {
            let number = match ticket.spoken_number() {
                "" => text().desk.number_comes.to_owned(),
                number => number.to_owned(),
            };
            view! { <td><a class="table__link" href=Route::DeskTicket(id).href()>{number}</a></td> }
                .into_any()
        }
        Order::Stage => {
            let flagged = ticket.has_open_flags().then(|| {
                view! { <Tag text=text().desk.alert_undecided tone=Tone::Danger icon=Some(Icon::Flag)/> }
            });
            view! {
                <td>
                    <span class="row">
                        {looks::status_tag(ticket)} {looks::priority_tag(ticket)} {flagged}
                        {custody::tag(ticket)}
                    </span>
                </td>
            }
            .into_any()
        }
        Order::Due => view! { <td>{due}</td> }.into_any(),
        Order::Registered => {
            view! { <td class="num">{locale::moment(ticket.registered_at)}</td> }.into_any()
        }
        _ => view! { <td>{told(device, ticket, column)}</td> }.into_any(),
    };
    let cells = move || {
        let ticket = ticket.get()?;
        Some(visible.get().into_iter().map(|column| cell(&ticket, column)).collect_view())
    };
    view! {
        <tr aria-selected=move || chosen.has(id).then_some("true")>
            <td class="table__pick">{many::choose(chosen, id)}</td>
            {cells}
        </tr>
    }
}

/// What a column says about a ticket in plain words.
fn told(device: Device, ticket: &Ticket, column: Order) -> String {
    let visit = ticket.active_visit();
    match column {
        Order::Priority => {
            let triage = ticket.triage.as_ref();
            triage.map(|triage| text().words.priority(triage.priority).to_owned())
        }
        Order::Customer => Some(ticket.contact.label()),
        Order::Problem => Some(ticket.title.clone()),
        Order::Machine => Some(ticket.machine.model.clone()),
        Order::Address => Some(ticket.contact.address.clone()),
        Order::Engineer => visit.map(|visit| device.name(visit.engineer)),
        Order::Appointment => visit
            .and_then(|visit| visit.appointment.as_ref())
            .map(|window| locale::window(window.from, window.to)),
        Order::Number | Order::Stage | Order::Due | Order::Registered => None,
    }
    .unwrap_or_default()
}
