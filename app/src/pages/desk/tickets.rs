//! Every ticket as a table: searched, filtered, sorted; also the closed ones, also a thousand of them.

use domain::{
    Id, Timestamp,
    ticket::{Stage, Ticket},
    visit::Visit,
};
use leptos::prelude::*;

use super::{board::register_link, card::TicketCard, keys, looks};
use crate::{
    device::{Device, Held, device},
    locale::{self, text},
    pages::shell::DeskShell,
    route::Route,
    ui::{Button, Chip, Empty, Icon, SearchBar, SlaText, Tag, Tone},
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

/// What the table is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Number,
    Customer,
    Stage,
    Engineer,
    Due,
    Registered,
}

/// A ticket with what the table compares.
#[derive(Clone, PartialEq)]
struct Line {
    ticket: Held<Ticket>,
    engineer: String,
    haystack: String,
}

fn lines(device: Device) -> Vec<Line> {
    let engineer = |ticket: &Ticket| {
        ticket.active_visit().map(|visit: &Visit| device.name(visit.engineer)).unwrap_or_default()
    };
    let line = |ticket: Held<Ticket>| {
        let engineer = engineer(&ticket);
        let haystack = looks::haystack(&ticket, &engineer);
        Line { ticket, engineer, haystack }
    };
    device.held::<Ticket>().into_iter().map(line).collect()
}

fn sort(lines: &mut [Line], order: Order, down: bool, now: Timestamp) {
    match order {
        Order::Number => {
            lines.sort_by(|a, b| a.ticket.spoken_number().cmp(b.ticket.spoken_number()));
        }
        Order::Customer => lines.sort_by_cached_key(|line| line.ticket.contact.label()),
        Order::Stage => lines.sort_by_key(|line| rank(&line.ticket.stage)),
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

/// The table of tickets.
#[component]
pub fn DeskTickets() -> impl IntoView {
    let device = device();
    let now = looks::minute();
    let search = RwSignal::new(String::new());
    let group = RwSignal::new(Group::Open);
    let order = RwSignal::new((Order::Registered, true));
    let shown = RwSignal::new(ROWS);
    let all = Memo::new(move |_| {
        let (by, down) = order.get();
        let now = if by == Order::Due { now.get() } else { now.get_untracked() };
        let mut lines = lines(device);
        sort(&mut lines, by, down, now);
        lines
    });
    // A search looks everywhere: who reads a number out does not know whether the ticket is closed.
    let found = Memo::new(move |_| {
        let (words, group) = (search.with(|search| looks::words(search)), group.get());
        all.with(|all| {
            let lets = |line: &&Line| !words.is_empty() || group.holds(line);
            let found = all.iter().filter(lets).filter(|it| looks::finds(&it.haystack, &words));
            found.map(|line| line.ticket.id).collect::<Vec<Id<Ticket>>>()
        })
    });
    Effect::new(move |_| {
        // Another list begins at its top.
        search.track();
        group.track();
        shown.set(ROWS);
    });
    keys::shortcuts(|| {});
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
                    search.set(String::new());
                    group.set(which);
                }
            />
        }
    };
    let rest = move || found.with(Vec::len).saturating_sub(shown.get());
    view! {
        <DeskShell
            title=move || text().desk.tickets
            tools=move || {
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
        >
            <div class="chips" role="group" aria-label=move || text().desk.filters>
                {Group::ALL.map(chip).collect_view()}
            </div>
            <p class="faint" role="status">{move || (text().desk.found)(found.with(Vec::len))}</p>
            <Show
                when=move || !found.with(Vec::is_empty)
                fallback=|| view! { <Empty icon=Icon::Search text=move || text().desk.nothing_found/> }
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
                <div class="table-frame">
                    <table class="table">
                        <thead>
                            <tr>
                                {heading(order, Order::Number, || text().desk.number)}
                                {heading(order, Order::Stage, || text().desk.stage)}
                                {heading(order, Order::Customer, || text().desk.customer)}
                                <th scope="col">{move || text().desk.problem}</th>
                                <th scope="col">{move || text().desk.machine}</th>
                                {heading(order, Order::Engineer, || text().desk.engineer)}
                                {heading(order, Order::Due, || text().desk.due)}
                                {heading(order, Order::Registered, || text().desk.registered)}
                            </tr>
                        </thead>
                        <tbody>
                            <For
                                each=move || found.get().into_iter().take(shown.get())
                                key=|id| *id
                                children=move |id| row(id, now)
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
        </DeskShell>
    }
}

/// A heading one can sort by; a second press turns the order round.
fn heading(
    order: RwSignal<(Order, bool)>,
    by: Order,
    title: fn() -> &'static str,
) -> impl IntoView {
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
        <th scope="col" aria-sort=sorted>
            <button type="button" on:click=move |_| press()>{title} {arrow}</button>
        </th>
    }
}

fn row(id: Id<Ticket>, now: Signal<Timestamp>) -> impl IntoView {
    let device = device();
    let ticket = Memo::new(move |_| device.find(id));
    let promise = Memo::new(move |_| {
        let now = now.get();
        ticket.with(|ticket| looks::running(ticket.as_ref()?, now))
    });
    let cells = move || {
        let ticket = ticket.get()?;
        let number = match ticket.spoken_number() {
            "" => text().desk.number_comes.to_owned(),
            number => number.to_owned(),
        };
        let engineer = ticket.active_visit().map(|visit: &Visit| device.name(visit.engineer));
        let flagged = ticket.has_open_flags().then(|| {
            view! { <Tag text=text().desk.alert_undecided tone=Tone::Danger icon=Some(Icon::Flag)/> }
        });
        Some(view! {
            <td>
                <a class="table__link" href=Route::DeskTicket(id).href()>{number}</a>
            </td>
            <td>
                <span class="row">
                    {looks::status_tag(&ticket)} {looks::priority_tag(&ticket)} {flagged}
                </span>
            </td>
            <td>{ticket.contact.label()}</td>
            <td>{ticket.title.clone()}</td>
            <td>{ticket.machine.model.clone()}</td>
            <td>{engineer}</td>
            <td>
                {move || {
                    promise
                        .get()
                        .map(|promise| {
                            view! { <SlaText text=promise.words() left=promise.left over=promise.over/> }
                        })
                }}
            </td>
            <td class="num">{locale::moment(ticket.registered_at)}</td>
        })
    };
    view! { <tr>{cells}</tr> }
}
