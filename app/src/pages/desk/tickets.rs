//! Every ticket as a table: searched, filtered, sorted; also the closed ones, also a thousand of them.

mod column;
mod group;

use std::collections::BTreeSet;

use domain::{Id, Timestamp, ticket::Ticket, visit::Visit};
use leptos::prelude::*;

use self::{
    column::{Column, Order, arrange, heading, is_hidden, sort, told},
    group::Group,
};
use super::{
    board::{register_link, tools},
    card::TicketCard,
    filter::{self, About, Crew, Filter, Sieve},
    keys, looks,
    many::{self, Chosen},
    pointed::{self, Pointed},
};
use crate::{
    device::{Device, Held, device},
    locale::{self, text},
    pages::{custody, shell::DeskShell},
    route::Route,
    search,
    ui::{Button, ButtonKind, Chip, Empty, Icon, SlaText, Tag, Tone},
};

/// Up to this width, in text sizes, cards read better than a squeezed table.
const TABLE_REM: f64 = 59.9;
/// How many rows one page of the table has.
const ROWS: usize = 30;
/// A model's number up to this long stands in one line; longer ones wrap.
const MODEL_CHARS_WHOLE: usize = 20;

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

/// The list as it is shown, and what has changed since.
#[derive(Clone, PartialEq)]
struct Listed {
    ids: Vec<Id<Ticket>>,
    asked: Asked,
    news: usize,
}

/// What was asked for, and in which turn.
#[derive(Clone, PartialEq)]
struct Asked {
    sieve: Sieve,
    group: Group,
    order: Order,
    turn: u32,
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
    let order = RwSignal::new(Order { by: Column::Registered, down: true });
    let shown = RwSignal::new(ROWS);
    let chosen = Chosen::new();
    let choosing_columns = RwSignal::new(false);
    let known = Memo::new(move |_| search::every(device));
    search::prepare(known);
    let all = Memo::new(move |_| {
        let order = order.get();
        let timely = order.by == Column::Due || filter.narrowed.with(|it| !it.alert.is_empty());
        let now = if timely { now.get() } else { now.get_untracked() };
        let mut lines = known.with(|known| lines(device, known, now));
        sort(&mut lines, order, now);
        lines
    });
    let pointed = pointed::pointed(|| false);
    // A search looks everywhere: who reads a number out does not know whether the ticket is closed.
    let listed = Memo::new(move |before: Option<&Listed>| {
        let (sieve, group, order) = (filter.sieve(), group.get(), order.get());
        let asked = Asked { sieve, group, order, turn: pointed.turn() };
        let held = pointed.is_on();
        let everywhere = !typed.with(|typed| typed.trim().is_empty());
        let kept = filter.narrowed.with(|it| it.kept);
        let ids = all.with(|all| {
            let lets = |line: &&Line| {
                everywhere || if kept { group.holds_kept(line) } else { group.holds(line) }
            };
            let found = all.iter().filter(lets).filter(|it| asked.sieve.keeps(&it.about));
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
    view! {
        <DeskShell
            title=move || text().desk.tickets
            tools=move || tools(typed)
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
                        text=move || format!("{} · {}", text().board.sorted_by, order.get().by.title())
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
                    {table(found, shown, order, chosen, now, pointed)}
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

/// The tickets in rows, with the columns somebody wants to see.
fn table(
    found: Memo<Vec<Id<Ticket>>>,
    shown: RwSignal<usize>,
    order: RwSignal<Order>,
    chosen: Chosen,
    now: Signal<Timestamp>,
    pointed: Pointed,
) -> impl IntoView {
    let visible = Memo::new(move |_| {
        device().arranged(|arranged| {
            let shown = Column::ALL.into_iter().filter(|column| !is_hidden(arranged, *column));
            shown.collect::<Vec<Column>>()
        })
    });
    let all_chosen = Memo::new(move |_| {
        found.with(|found| !found.is_empty() && found.iter().all(|id| chosen.has(*id)))
    });
    let choose_all = move |on: bool| found.with_untracked(|found| chosen.put(found, on));
    view! {
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
                                <span class="pick__mark" aria-hidden="true">{Icon::Check.svg()}</span>
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
    }
}

fn row(
    id: Id<Ticket>,
    now: Signal<Timestamp>,
    visible: Memo<Vec<Column>>,
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
    let cell = move |ticket: &Ticket, column: Column| match column {
        Column::Number => {
            let number = match ticket.spoken_number() {
                "" => text().desk.number_comes.to_owned(),
                number => number.to_owned(),
            };
            view! { <td><a class="table__link" href=Route::DeskTicket(id).href()>{number}</a></td> }
                .into_any()
        }
        Column::Stage => {
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
        Column::Due => view! { <td>{due}</td> }.into_any(),
        Column::Registered => {
            view! { <td class="num">{locale::moment(ticket.registered_at)}</td> }.into_any()
        }
        // A model's number is read as one, not broken at its hyphens.
        _ => {
            let told = told(device, ticket, column);
            let whole = column == Column::Machine && told.chars().count() <= MODEL_CHARS_WHOLE;
            view! { <td class=whole.then_some("num")>{told}</td> }.into_any()
        }
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
