//! The pick-up slip (取机凭证) for a machine that stays with us: the customer's part, and the tag for the machine.
//!
//! Controls, by `data-name`: `open-ticket`, `print`.

use domain::{Id, custody::Custody, ticket::Ticket, user::User};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    device::{Device, device},
    locale::{self, text},
    pages::paper::{PrintButton, at_desk, paper},
    route::Route,
    storage,
    ui::{ButtonLink, Empty, Icon, QrCode},
};

/// The note in which this device keeps what the organisation is called.
const ORGANISATION: &str = "doorstep.organisation";

/// Keeps what the organisation is called, for paper that is made without a network.
pub fn remember_organisation(name: Option<&str>) {
    if let Some(name) = name {
        storage::remember(ORGANISATION, name);
    }
}

/// The slip of a ticket whose machine is with us.
#[component]
pub fn Slip(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let ticket = Memo::new(move |_| device.find(id));
    let desk = at_desk();
    let organisation = RwSignal::new(storage::recall(ORGANISATION).unwrap_or_default());
    spawn_local(async move {
        // Without a network the slip bears the name that was heard last.
        let Ok(hello) = api::hello().await else { return };
        remember_organisation(hello.organisation.as_deref());
        let _gone = organisation.try_set(hello.organisation.unwrap_or_default());
    });
    let kept = Memo::new(move |_| {
        ticket.with(|ticket| ticket.as_ref().is_some_and(|it| it.machine_with_us().is_some()))
    });
    let body = move || {
        let slip = ticket.with(|ticket| {
            let ticket = ticket.as_ref()?;
            Some(both_parts(device, ticket, ticket.machine_with_us()?, organisation))
        });
        match slip {
            Some(slip) => {
                let hint = (!desk.get())
                    .then(|| view! { <p class="note">{text().custody.slip.photo_hint}</p> });
                view! { {hint} {slip} }.into_any()
            }
            None => view! { <Empty icon=Icon::Machine text=move || text().custody.slip.none/> }
                .into_any(),
        }
    };
    let to_ticket = move || match desk.get() {
        true => Route::DeskTicket(id).href(),
        false => Route::Ticket(id).href(),
    };
    let bar = move || {
        view! {
            <ButtonLink
                text=move || text().custody.slip.open_ticket
                href=to_ticket
                name="open-ticket"
            />
            <PrintButton something=kept/>
        }
    };
    paper(|| text().custody.slip.title, Route::Ticket(id).href(), bar, body)
}

/// Both parts, as they stand on paper.
fn both_parts(
    device: Device,
    ticket: &Ticket,
    custody: &Custody,
    organisation: RwSignal<String>,
) -> impl IntoView + use<> {
    let words = &text().custody.slip;
    let line = |word: &'static str, value: &str| {
        let value = value.trim().to_owned();
        (!value.is_empty()).then(|| {
            view! {
                <div class="slip__line">
                    <dt>{word}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
    };
    let number = ticket.spoken_number().to_owned();
    let alias = ticket.provisional.as_deref().filter(|alias| *alias != number).unwrap_or_default();
    let taken = locale::written(custody.since);
    let by = device.find::<User>(custody.by);
    let by = by.map_or_else(
        || device.name(custody.by),
        |by| [by.name, by.phone].join(" ").trim().to_owned(),
    );
    let ready = match custody.ready_on.as_str() {
        "" => words.ready_open,
        day => day,
    };
    let contact = &ticket.contact;
    let machine = &ticket.machine;
    let code =
        |number: String| view! { <QrCode text=number label=move || text().custody.slip.code/> };
    let which = || {
        view! {
            {line(words.machine, &machine.model)}
            {line(words.serial, &machine.serial)}
            {line(words.accessories, &custody.accessories)}
        }
    };
    view! {
        <article class="slip">
            <section class="slip__part" data-part="customer">
                <header class="slip__head">
                    <p class="slip__from">{move || organisation.get()}</p>
                    <p class="slip__part-name">{words.customer_part}</p>
                </header>
                <h2 class="slip__title">{words.title}</h2>
                <div class="slip__main">
                    <div class="slip__what">
                        <p class="slip__number num">{number.clone()}</p>
                        <dl class="slip__lines">
                            {line(words.provisional, alias)}
                            {line(words.customer, &contact.label())}
                            {line(words.phone, &contact.phone)}
                            {which()}
                            {line(words.reason, &custody.reason)}
                            {line(words.taken, &taken)}
                            {line(words.by, &by)}
                        </dl>
                    </div>
                    {code(number.clone())}
                </div>
                <p class="slip__ready"><span>{words.ready}</span> <strong>{ready.to_owned()}</strong></p>
                <p class="slip__claim">{words.claim} <small>{words.lost}</small></p>
                <div class="slip__signs">
                    <p>{words.sign_us}</p>
                    <p>{words.sign_customer}</p>
                </div>
            </section>
            <p class="slip__cut"><span>{words.cut}</span></p>
            <section class="slip__part" data-part="machine">
                <header class="slip__head">
                    <p class="slip__from">{words.title}</p>
                    <p class="slip__part-name">{words.machine_part}</p>
                </header>
                <div class="slip__main">
                    <div class="slip__what">
                        <p class="slip__number num">{number.clone()}</p>
                        <dl class="slip__lines">
                            {line(words.customer, &contact.label())}
                            {which()}
                            {line(words.taken, &taken)}
                            {line(words.ready, ready)}
                        </dl>
                    </div>
                    {code(number)}
                </div>
            </section>
        </article>
    }
}
