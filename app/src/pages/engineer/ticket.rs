//! One ticket, as its engineer needs it: whom to call, what is broken, what was done, and the next step.
//!
//! Buttons by name: `accept`, `decline`, `take-on`, `depart`, `next-step`, `work`, `more`; `call`,
//! `navigate`, `copy`; `log-call`, `appoint`,
//! `edit-contact`, `edit-machine`, `request-parts`; in their forms `save-decline`, `save-call`, `save-appointment`,
//! `save-hold`, `save-contact`, `save-machine`, `save-take-on`, `save-note`; `sheet` opens a signed sheet.

pub mod bar;
pub mod customer;
pub mod done;
pub mod edit;
pub mod head;
pub mod history;
pub mod machine;
pub mod problem;
pub mod say;
pub mod take_on;

use domain::{
    Id,
    ticket::{Act, Ticket},
};
use leptos::prelude::*;

use self::{
    bar::{Bar, More},
    customer::Contact,
    done::{Parts, Visits},
    edit::{EditContact, EditMachine},
    head::{Head, Notices},
    history::{History, NoteForm},
    machine::MachineCard,
    problem::Problem,
    say::{AppointForm, CallForm, DeclineForm, HoldForm},
    take_on::TakeOnForm,
};
use super::{card::StatusTag, contact};
use crate::{
    device::device,
    locale::text,
    pages::{custody, photo::TicketPhotos, shell::PhoneDetail},
    route::Route,
    ui::{ButtonLink, Empty, Icon},
};

/// The forms that lie over the page, each open or not.
#[derive(Clone, Copy)]
pub struct Open {
    more: RwSignal<bool>,
    decline: RwSignal<bool>,
    call: RwSignal<bool>,
    appoint: RwSignal<bool>,
    hold: RwSignal<bool>,
    contact: RwSignal<bool>,
    machine: RwSignal<bool>,
    take_on: RwSignal<bool>,
    keep: RwSignal<bool>,
    back: RwSignal<bool>,
}

/// A ticket.
#[component]
pub fn TicketPage(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let whole = Memo::new(move |_| device.find(id));
    // No card but the history shows notes: adding one must not draw all of them again.
    let ticket = Memo::new(move |_| {
        let mut ticket: Option<Ticket> = whole.get();
        if let Some(ticket) = &mut ticket {
            ticket.log.retain(|entry| entry.act != Act::Noted);
        }
        ticket
    });
    let visit = Memo::new(move |_| {
        let me = device.me().id;
        ticket.with(|ticket| ticket.as_ref()?.visit_of(me).cloned())
    });
    let closed = || RwSignal::new(false);
    let open = Open {
        more: closed(),
        decline: closed(),
        call: closed(),
        appoint: closed(),
        hold: closed(),
        contact: closed(),
        machine: closed(),
        take_on: closed(),
        keep: closed(),
        back: closed(),
    };
    let title = move || {
        ticket.with(|ticket| match ticket.as_ref().map(Ticket::spoken_number) {
            None | Some("") => text().engineer.ticket.title.to_owned(),
            Some(number) => number.to_owned(),
        })
    };
    let known = Memo::new(move |_| ticket.with(Option::is_some));
    let visit_id = Memo::new(move |_| visit.with(|visit| visit.as_ref().map(|visit| visit.id)));
    view! {
        <PhoneDetail
            title
            back=Route::Today.href()
            bar=move || view! { <Bar id ticket visit open/> }
        >
            <Show
                when=move || known.get()
                fallback=|| {
                    view! {
                        <Empty icon=Icon::Search text=move || text().engineer.ticket.unknown>
                            <ButtonLink
                                text=move || text().engineer.ticket.to_today
                                href=Route::Today.href()
                            />
                        </Empty>
                    }
                }
            >
                <TitleBar ticket/>
                <Head id ticket visit/>
                <Notices ticket visit/>
                {custody::card(id, raise(open.keep), raise(open.back))}
                <Contact ticket visit open/>
                <Problem ticket/>
                <MachineCard ticket open/>
                <Visits ticket/>
                <TicketPhotos id/>
                <Parts id/>
                <NoteForm id/>
                <History ticket=whole/>
                <EditContact id open=open.contact/>
                <EditMachine id open=open.machine/>
                <HoldForm id open=open.hold/>
                <TakeOnForm id open=open.take_on/>
                {custody::drawers(id, open.keep, open.back)}
                {move || {
                    visit_id
                        .get()
                        .map(|visit| {
                            view! {
                                <DeclineForm id visit open=open.decline/>
                                <CallForm id visit open=open.call/>
                                <AppointForm id visit open=open.appoint/>
                            }
                        })
                }}
                <More id ticket open/>
                {contact::maps()}
            </Show>
        </PhoneDetail>
    }
}

/// A press that opens something.
fn raise(open: RwSignal<bool>) -> Callback<()> {
    Callback::new(move |()| open.set(true))
}

/// What is broken and how it stands; it stays in sight while the page is read.
#[component]
fn TitleBar(ticket: Memo<Option<Ticket>>) -> impl IntoView {
    let title = move || ticket.with(|shown| shown.as_ref().map(|it| it.title.clone()));
    view! {
        <header class="ticket-bar">
            <h2 class="ticket-bar__title" data-content="">{title}</h2>
            <StatusTag ticket/>
        </header>
    }
}
