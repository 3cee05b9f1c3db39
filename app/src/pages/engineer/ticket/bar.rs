//! What can be done now: the next step, and everything that is done more rarely.

use domain::{
    Command, Id,
    ticket::{self, Ticket},
    visit::Visit,
};
use leptos::prelude::*;

use super::Open;
use crate::{
    device::device,
    locale::text,
    pages::{
        custody,
        engineer::{
            card::go_on,
            contact,
            step::{self, Settling},
        },
    },
    route::Route,
    ui::{ActionBar, ActionSheet, Button, ButtonKind, Icon, IconButton, SheetAction},
};

/// The bar: everything else on the left, the next step on the right.
#[component]
pub fn Bar(
    id: Id<Ticket>,
    ticket: Memo<Option<Ticket>>,
    visit: Memo<Option<Visit>>,
    open: Open,
) -> impl IntoView {
    let device = device();
    let next = Memo::new(move |_| {
        let (ticket, visit) = (ticket.get()?, visit.get()?);
        Some((visit.id, step::next(device, &ticket, &visit)?))
    });
    let settling = Settling::default();
    // Whoever registered it without a network may be the one to do it.
    let own = Memo::new(move |_| {
        ticket.with(|ticket| {
            ticket.as_ref().is_some_and(|ticket| {
                ticket.visits.is_empty()
                    && ticket.registered_by == device.me().id
                    && !ticket.stage.is_over()
            })
        })
    });
    view! {
        <ActionBar>
            <Show when=move || ticket.with(Option::is_some)>
                <IconButton
                    icon=Icon::More
                    label=move || text().engineer.ticket.more
                    name="more"
                    on_press=move || open.more.set(true)
                />
            </Show>
            {move || {
                next.get()
                    .map(|(visit, next)| {
                        settling.shows(next);
                        view! {
                            {(next == step::Step::Accept)
                                .then(|| {
                                    view! {
                                        <Button
                                            text=move || text().engineer.ticket.decline
                                            name="decline"
                                            on_press=move || open.decline.set(true)
                                        />
                                    }
                                })}
                            <Button
                                text=move || next.word()
                                icon=next.icon()
                                kind=ButtonKind::Primary
                                wide=true
                                name=next.name()
                                busy=settling
                                on_press=move || go_on(device, id, visit, next, settling)
                            />
                        }
                    })
            }}
            <Show when=move || own.get()>
                <Button
                    text=move || text().engineer.ticket.take_on
                    icon=Icon::Hand
                    kind=ButtonKind::Primary
                    wide=true
                    name="take-on"
                    on_press=move || open.take_on.set(true)
                />
            </Show>
        </ActionBar>
    }
}

/// What is done more rarely.
#[component]
pub fn More(id: Id<Ticket>, ticket: Memo<Option<Ticket>>, open: Open) -> impl IntoView {
    let device = device();
    let blocked = move |command: ticket::Command| {
        let refusal = device.would(&Command::Ticket(id, command)).err()?;
        Some(text().words.refusal(refusal).to_owned())
    };
    let phone = Memo::new(move |_| {
        ticket.with(|shown| shown.as_ref().map(|it| it.contact.phone.clone()).unwrap_or_default())
    });
    let address = Memo::new(move |_| {
        ticket.with(|shown| shown.as_ref().map(|it| it.contact.address.clone()).unwrap_or_default())
    });
    let actions = move || {
        let words = &text().engineer.ticket;
        let held = ticket.with(|ticket| {
            ticket
                .as_ref()
                .is_some_and(|ticket| matches!(ticket.stage, ticket::Stage::OnHold { .. }))
        });
        let hold = ticket::Command::Hold {
            reason: ticket::HoldReason::WaitingCustomer,
            note: "…".into(),
        };
        let pause = if held {
            SheetAction::new(words.resume, move || {
                device.press(Command::Ticket(id, ticket::Command::Resume));
            })
            .icon(Icon::Play)
            .why_not(blocked(ticket::Command::Resume))
        } else {
            SheetAction::new(words.hold, move || open.hold.set(true))
                .icon(Icon::Pause)
                .why_not(blocked(hold))
        };
        vec![
            pause,
            SheetAction::new(words.request_parts, move || {
                crate::route::go(Route::RequestParts(id));
            })
            .icon(Icon::Package),
            SheetAction::new(custody::keep_word(device, id), move || open.keep.set(true))
                .icon(Icon::Box)
                .why_not(blocked(custody::keep_probe())),
            SheetAction::new(text().custody.hand_back, move || open.back.set(true))
                .icon(Icon::Machine)
                .why_not(blocked(custody::back_probe())),
            SheetAction::new(words.neighbour, move || {
                crate::route::go_to(&Route::NewTicket.with("from", id));
            })
            .icon(Icon::Add),
            SheetAction::new(words.message, move || {
                contact::open(&contact::message(&phone.get_untracked()));
            })
            .icon(Icon::Message),
            SheetAction::new(words.another_map, move || {
                contact::choose_map(&address.get_untracked());
            })
            .icon(Icon::Navigation),
            SheetAction::new(words.edit_contact, move || open.contact.set(true))
                .icon(Icon::Customer),
            SheetAction::new(words.edit_machine, move || open.machine.set(true))
                .icon(Icon::Machine),
        ]
    };
    view! {
        <ActionSheet
            open=open.more
            title=move || text().engineer.ticket.more
            cancel=move || text().engineer.say.cancel
            actions
        />
    }
}
