//! What was done and asked for: the visits with their sheets, and the parts.

use std::cmp::Reverse;

use domain::{Id, Key, part_request::PartRequest, sheet::Sheet, ticket::Ticket, visit::Outcome};
use leptos::prelude::*;

use crate::{
    device::device,
    locale::{moment, text, window},
    pages::{engineer::card::join, sheet::visit_stage},
    route::Route,
    ui::{ButtonLink, Card, Cell, CellGroup, Icon},
};

/// Every visit of the ticket with its outcome and its signed sheets.
#[component]
pub fn Visits(ticket: Memo<Option<Ticket>>) -> impl IntoView {
    let device = device();
    move || {
        let shown = ticket.get()?;
        if shown.visits.is_empty() {
            return None;
        }
        let words = &text().engineer.ticket;
        let visits = shown
            .visits
            .iter()
            .rev()
            .map(|visit| {
                let stage = match &visit.called_off {
                    Some(off) => text().words.how(off.how),
                    None => visit_stage(device, visit),
                };
                let outcome = visit.outcome.as_ref().map(|outcome| match outcome {
                    Outcome::Repaired { solution, .. } => (words.repaired)(solution.clone()),
                    Outcome::NoFault { explanation } => (words.no_fault)(explanation.clone()),
                    Outcome::NotRepaired { reason, next_step } => {
                        (words.not_repaired)(reason.clone(), text().words.next_step(*next_step))
                    }
                });
                let when = visit.appointment.as_ref().map(|agreed| window(agreed.from, agreed.to));
                let sheets = visit
                    .sheets
                    .iter()
                    .map(|sheet| {
                        let sheet = *sheet;
                        let signed = Memo::new(move |_| {
                            let sheet = device.find::<Sheet>(sheet);
                            sheet.map(|sheet| moment(sheet.at)).unwrap_or_default()
                        });
                        view! {
                            <Cell
                                label=words.sheet
                                hint=signed
                                icon=Icon::Sheet
                                href=Signal::stored(Route::Sheet(sheet).href())
                                name="sheet"
                            />
                        }
                    })
                    .collect_view();
                view! {
                    <Cell
                        label=join([Some((words.visit)(visit.sequence)), Some(stage.to_owned())])
                        hint=join([Some(device.name(visit.engineer)), when, outcome])
                    />
                    {sheets}
                }
            })
            .collect_view();
        Some(view! { <CellGroup title=words.visits>{visits}</CellGroup> })
    }
}

/// What was asked of the store for this ticket.
#[component]
pub fn Parts(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let requests = Memo::new(move |_| {
        let mut requests = device.held::<PartRequest>();
        requests.retain(|request| request.ticket == id);
        requests.sort_by_key(|request| Reverse(request.requested_at));
        requests.iter().map(|request| PartRequest::clone(request)).collect::<Vec<_>>()
    });
    view! {
        <Card title=move || text().engineer.ticket.parts>
            <Show
                when=move || requests.with(|requests| !requests.is_empty())
                fallback=|| view! { <p class="muted">{move || text().engineer.ticket.no_parts}</p> }
            >
                <CellGroup>
                    {move || {
                        requests
                            .get()
                            .into_iter()
                            .map(|request| {
                                let lines: Vec<String> = request
                                    .lines
                                    .iter()
                                    .map(|line| format!("{} × {}", line.name, line.quantity))
                                    .collect();
                                let id = request.id;
                                let waits = Memo::new(move |_| device.is_pending(Key::of(id)));
                                let (number, at) = (request.number.clone(), request.requested_at);
                                let hint = Signal::derive(move || {
                                    let waits_here = text().engineer.say.waits_here;
                                    join([
                                        number.clone(),
                                        Some(moment(at)),
                                        waits.get().then(|| waits_here.to_owned()),
                                    ])
                                });
                                view! {
                                    <Cell
                                        label=lines.join(" · ")
                                        hint
                                        value=text().words.part_stage(&request.stage)
                                        href=Signal::stored(Route::MyParts.href())
                                    />
                                }
                            })
                            .collect_view()
                    }}
                </CellGroup>
            </Show>
            <div class="row" data-align="end">
                <ButtonLink
                    text=move || text().engineer.ticket.request_parts
                    href=Route::RequestParts(id).href()
                    icon=Icon::Package
                    name="request-parts"
                />
            </div>
        </Card>
    }
}
