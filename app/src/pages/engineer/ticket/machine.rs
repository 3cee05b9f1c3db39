//! The machine's nameplate, what was done about it before, and whether this is the machine.

use std::cmp::Reverse;

use domain::ticket::Ticket;
use leptos::prelude::*;

use super::Open;
use crate::{
    device::device,
    locale::{moment, text},
    pages::engineer::card::join,
    route::Route,
    ui::{Button, ButtonKind, Card, Cell, CellGroup, Icon, Nameplate, Plate, Scan, Tone, toast},
};

/// The machine's nameplate, and what was done about it before, as far as this phone knows.
#[component]
pub fn MachineCard(ticket: Memo<Option<Ticket>>, open: Open) -> impl IntoView {
    let device = device();
    let machine = Memo::new(move |_| {
        ticket.with(|ticket| Some((ticket.as_ref()?.id, ticket.as_ref()?.machine.serial.clone())))
    });
    let rows = Memo::new(move |_| device.rows_held());
    // Thousands of tickets are looked at, when the page opens and when rows came or went: what one does here oneself
    // brings no repair of another day. Only three are copied.
    let earlier = Memo::new(move |_| {
        rows.track();
        let (shown, serial) = machine.get()?;
        let serial = serial.trim();
        if serial.is_empty() {
            return None;
        }
        let mut earlier = untrack(|| device.held::<Ticket>());
        earlier.retain(|other| other.id != shown && other.machine.serial.trim() == serial);
        earlier.sort_by_key(|other| Reverse(other.registered_at));
        earlier.truncate(3);
        Some(earlier.iter().map(|other| Ticket::clone(other)).collect::<Vec<_>>())
    });
    move || {
        let machine = ticket.get()?.machine;
        let words = &text().engineer.ticket;
        let tone = match machine.warranty {
            domain::machine::Warranty::In => Tone::Success,
            domain::machine::Warranty::Out => Tone::Warning,
            domain::machine::Warranty::Contract => Tone::Primary,
            domain::machine::Warranty::Unknown => Tone::Neutral,
        };
        let serial = machine.serial.clone();
        let paid = machine.warranty == domain::machine::Warranty::Out;
        let dash = |value: String| if value.is_empty() { "—".to_owned() } else { value };
        let earlier = earlier.get().unwrap_or_default();
        Some(view! {
            <Card title=words.machine extra=move || edit_button("edit-machine", open.machine)>
                <Nameplate label=words.machine>
                    <Plate label=words.model value=machine.model.clone() mono=true/>
                    <Plate label=words.serial value=dash(machine.serial.clone()) mono=true/>
                    <Plate label=words.warranty value=text().words.warranty(machine.warranty) tone/>
                    <Plate label=words.purchased value=dash(machine.purchased_on.clone())/>
                    {(!machine.place.is_empty())
                        .then(|| view! { <Plate label=words.place value=machine.place.clone() wide=true/> })}
                </Nameplate>
                <div class="row" data-align="end">
                    <ScanVerify serial/>
                </div>
                {paid.then(|| view! { <p class="note" data-tone="warning">{words.paid_first}</p> })}
                {(!earlier.is_empty())
                    .then(|| {
                        view! {
                            <CellGroup title=words.earlier>
                                {earlier
                                    .into_iter()
                                    .map(|other| {
                                        view! {
                                            <Cell
                                                label=other.title.clone()
                                                hint=join([
                                                    Some(other.spoken_number().to_owned()),
                                                    Some(moment(other.registered_at)),
                                                ])
                                                href=Signal::stored(Route::Ticket(other.id).href())
                                            />
                                        }
                                    })
                                    .collect_view()}
                            </CellGroup>
                        }
                    })}
            </Card>
        })
    }
}

/// Compares the label on the machine with what the ticket says.
#[component]
fn ScanVerify(serial: String) -> impl IntoView {
    let open = RwSignal::new(false);
    let compare = move |code: String| {
        let words = &text().engineer.ticket;
        if same_code(&code, &serial) {
            toast(Tone::Success, words.same_machine);
        } else if serial.trim().is_empty() {
            toast(Tone::Warning, (words.scanned)(code));
        } else {
            toast(Tone::Danger, (words.other_machine)(code));
        }
    };
    view! {
        <Button
            text=move || text().engineer.ticket.verify_machine
            icon=Icon::Scan
            name="verify-machine"
            on_press=move || open.set(true)
        />
        <Scan open words=Signal::derive(|| *text().scan) on_code=compare/>
    }
}

/// Whether a scanned code bears this serial number, with or without dashes, alone or among other things.
fn same_code(code: &str, serial: &str) -> bool {
    let names = domain::search::Names::default().code(code);
    let wanted = domain::search::Wanted::new(serial);
    !wanted.is_empty() && wanted.rank(&names).is_some()
}

/// Opens a correction, from the head of its card.
fn edit_button(name: &'static str, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Button
            text=move || text().engineer.ticket.edit
            icon=Icon::Edit
            kind=ButtonKind::Quiet
            name
            on_press=move || open.set(true)
        />
    }
}
