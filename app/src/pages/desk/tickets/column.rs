//! The columns of the table: what each says, the order it puts the lines in, and who wants to see it.

use domain::{
    Timestamp,
    ticket::{Stage, Ticket},
};
use leptos::prelude::*;

use super::{super::looks, Line};
use crate::{
    device::{Arranged, Device, device},
    locale::{self, text},
    ui::{Button, ButtonKind, CheckRow, Choice, Dialog, Segmented, Select},
};

/// A column of the table, by which it can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Number,
    Stage,
    Priority,
    Due,
    Customer,
    Problem,
    Machine,
    Address,
    Engineer,
    Appointment,
    Registered,
}

impl Column {
    pub(super) const ALL: [Column; 11] = [
        Column::Number,
        Column::Stage,
        Column::Priority,
        Column::Due,
        Column::Customer,
        Column::Problem,
        Column::Machine,
        Column::Address,
        Column::Engineer,
        Column::Appointment,
        Column::Registered,
    ];

    /// What not everybody needs is hidden until somebody asks for it.
    const USUALLY_HIDDEN: [Column; 3] = [Column::Priority, Column::Address, Column::Appointment];

    fn word(self) -> &'static str {
        match self {
            Column::Number => "number",
            Column::Stage => "stage",
            Column::Priority => "priority",
            Column::Customer => "customer",
            Column::Problem => "problem",
            Column::Machine => "machine",
            Column::Address => "address",
            Column::Engineer => "engineer",
            Column::Appointment => "appointment",
            Column::Due => "due",
            Column::Registered => "registered",
        }
    }

    pub(super) fn title(self) -> &'static str {
        let desk = &text().desk;
        match self {
            Column::Number => desk.number,
            Column::Stage => desk.stage,
            Column::Priority => desk.priority,
            Column::Customer => desk.customer,
            Column::Problem => desk.problem,
            Column::Machine => desk.machine,
            Column::Address => desk.address,
            Column::Engineer => desk.engineer,
            Column::Appointment => desk.appointment,
            Column::Due => desk.due,
            Column::Registered => desk.registered,
        }
    }
}

/// By which column the lines stand, and whether the last comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) by: Column,
    pub(super) down: bool,
}

/// The hidden columns: those somebody hid, less those somebody asked for.
pub(super) fn is_hidden(arranged: &Arranged, column: Column) -> bool {
    let turned = arranged.hidden.iter().any(|word| word == column.word());
    turned != Column::USUALLY_HIDDEN.contains(&column)
}

/// Puts the lines in order.
pub(super) fn sort(lines: &mut [Line], order: Order, now: Timestamp) {
    match order.by {
        Column::Number => {
            lines.sort_by(|a, b| a.ticket.spoken_number().cmp(b.ticket.spoken_number()));
        }
        Column::Customer => lines.sort_by_cached_key(|line| line.ticket.contact.label()),
        Column::Stage => lines.sort_by_key(|line| rank(&line.ticket.stage)),
        Column::Priority => {
            lines.sort_by_key(|line| (line.about.priority.is_none(), line.about.priority))
        }
        Column::Problem => lines.sort_by(|a, b| a.ticket.title.cmp(&b.ticket.title)),
        Column::Machine => {
            lines.sort_by(|a, b| a.ticket.machine.model.cmp(&b.ticket.machine.model))
        }
        Column::Address => {
            lines.sort_by(|a, b| a.ticket.contact.address.cmp(&b.ticket.contact.address))
        }
        Column::Appointment => lines.sort_by_key(|line| {
            let visit = line.ticket.active_visit();
            visit.and_then(|it| it.appointment.as_ref()).map_or(i64::MAX, |window| window.from.0)
        }),
        Column::Engineer => lines.sort_by(|a, b| a.engineer.cmp(&b.engineer)),
        Column::Due => lines.sort_by_cached_key(|line| {
            looks::running(&line.ticket, now).map_or(i64::MAX, |promise| promise.due.0)
        }),
        Column::Registered => lines.sort_by_key(|line| (line.ticket.registered_at, line.ticket.id)),
    }
    if order.down {
        lines.reverse();
    }
}

/// How far a ticket has come.
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

/// What a column says about a ticket in plain words.
pub(super) fn told(device: Device, ticket: &Ticket, column: Column) -> String {
    let visit = ticket.active_visit();
    match column {
        Column::Priority => {
            let triage = ticket.triage.as_ref();
            triage.map(|triage| text().words.priority(triage.priority).to_owned())
        }
        Column::Customer => Some(ticket.contact.label()),
        Column::Problem => Some(ticket.title.clone()),
        Column::Machine => Some(ticket.machine.model.clone()),
        Column::Address => Some(ticket.contact.address.clone()),
        Column::Engineer => visit.map(|visit| device.name(visit.engineer)),
        Column::Appointment => visit
            .and_then(|visit| visit.appointment.as_ref())
            .map(|window| locale::window(window.from, window.to)),
        Column::Number | Column::Stage | Column::Due | Column::Registered => None,
    }
    .unwrap_or_default()
}

/// A heading one can sort by; a second press turns the order round.
pub(super) fn heading(order: RwSignal<Order>, by: Column) -> impl IntoView {
    let sorted = move || {
        let now = order.get();
        (now.by == by).then_some(if now.down { "descending" } else { "ascending" })
    };
    let press = move || {
        order.update(|now| {
            // Dates are asked newest first, everything else from the beginning.
            let down = if now.by == by { !now.down } else { by == Column::Registered };
            *now = Order { by, down };
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

/// Which columns there are; on a phone, which order.
pub(super) fn arrange(
    order: RwSignal<Order>,
    narrow: Signal<bool>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let column = move |column: Column| {
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
        let choices = Column::ALL.into_iter().filter(|it| *it != Column::Number).map(column);
        view! {
            <p class="muted">{move || text().board.columns_hint}</p>
            <div class="stack" data-gap="small">{choices.collect_view()}</div>
        }
        .into_any()
    };
    let sorted = move || {
        let by = RwSignal::new(order.with_untracked(|it| it.by.word().to_owned()));
        let down = RwSignal::new(
            if order.with_untracked(|it| it.down) { "down" } else { "up" }.to_owned(),
        );
        let options =
            Signal::derive(|| Column::ALL.map(|by| Choice::new(by.word(), by.title())).to_vec());
        let ways = Signal::derive(|| {
            let board = &text().board;
            vec![Choice::new("up", board.ascending), Choice::new("down", board.descending)]
        });
        Effect::new(move |_| {
            let (by, down) = (by.get(), down.with(|down| down == "down"));
            let by =
                Column::ALL.into_iter().find(|it| it.word() == by).unwrap_or(Column::Registered);
            if order.get_untracked() != (Order { by, down }) {
                order.set(Order { by, down });
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
