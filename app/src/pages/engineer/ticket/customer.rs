//! Who is waiting for us: call, find the way, take it along; how to get in, and when.

use domain::{ticket::Ticket, visit::Visit};
use leptos::prelude::*;

use super::Open;
use crate::{
    locale::{text, window},
    pages::engineer::contact,
    ui::{Button, CopyText, Fact, Facts, Icon, IconButton},
};

/// Who is waiting for us: call, find the way, take it along; how to get in, and when.
#[component]
pub fn Contact(
    ticket: Memo<Option<Ticket>>,
    visit: Memo<Option<Visit>>,
    open: Open,
) -> impl IntoView {
    move || {
        let shown = ticket.get()?;
        let contact = &shown.contact;
        let words = &text().engineer.ticket;
        let name = text().words.addressed(&contact.label(), contact.salutation);
        let appointment = visit.get().and_then(|visit| visit.appointment);
        let agreed = appointment.map(|agreed| {
            let when = window(agreed.from, agreed.to);
            if agreed.agreed_with.is_empty() {
                (words.proposed)(when)
            } else {
                (words.agreed)(when, agreed.agreed_with)
            }
        });
        Some(view! {
            <section class="card" aria-label=words.customer>
                <div class="customer">
                    <div class="customer__head">
                        <h2 class="customer__name">{name}</h2>
                        <IconButton
                            icon=Icon::Edit
                            label=words.edit_contact
                            name="edit-contact"
                            on_press=move || open.contact.set(true)
                        />
                    </div>
                    <p class="customer__line num">
                        <CopyText text=contact.phone.clone() label=words.copy_phone done=words.copied/>
                    </p>
                    {(!contact.address.is_empty())
                        .then(|| {
                            view! {
                                <address class="customer__address">
                                    <CopyText
                                        text=contact.address.clone()
                                        label=words.copy_address
                                        done=words.copied
                                    />
                                </address>
                            }
                        })}
                    {(!contact.access_note.is_empty())
                        .then(|| {
                            view! {
                                <p class="note customer__access">
                                    {Icon::Door.svg()}
                                    <span>{contact.access_note.clone()}</span>
                                </p>
                            }
                        })}
                </div>
                {contact::buttons(&shown)}
                <Facts>
                    <Fact
                        label=words.appointment
                        value=agreed.unwrap_or_else(|| words.no_appointment.to_owned())
                    />
                </Facts>
                <Show when=move || visit.with(Option::is_some)>
                    <div class="row" data-align="end">
                        <Button
                            text=words.log_call
                            icon=Icon::Note
                            name="log-call"
                            on_press=move || open.call.set(true)
                        />
                        <Button
                            text=words.appoint
                            icon=Icon::Calendar
                            name="appoint"
                            on_press=move || open.appoint.set(true)
                        />
                    </div>
                </Show>
            </section>
        })
    }
}
