//! A command in the words of the person who gave it.

use domain::{
    Id,
    command::Command,
    customer, machine, part_request,
    ticket::{self, Ticket},
    user::Role,
    visit,
};
use leptos::prelude::*;

use crate::{
    device::Device,
    locale::{self, text},
    pages::sheet,
    route::Route,
};

/// The ticket a command is about, if it is about one.
pub fn ticket_of(command: &Command) -> Option<Id<Ticket>> {
    match command {
        Command::Ticket(ticket, _) | Command::Visit(ticket, ..) => Some(*ticket),
        Command::PartRequest(_, part_request::Command::Submit { ticket, .. }) => Some(*ticket),
        _ => None,
    }
}

/// What was done, and about what.
pub fn title_of(device: Device, ticket: Option<Id<Ticket>>, command: &Command) -> String {
    let what = text().words.command(command).to_owned();
    match ticket.and_then(|id| device.find(id)) {
        Some(ticket) => {
            let number = ticket.spoken_number();
            [what.as_str(), number, &ticket.contact.label()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · ")
        }
        None => match ticket.and_then(|id| device.called(id)).or_else(|| name_of(command)) {
            Some(name) => format!("{what} · {name}"),
            None => what,
        },
    }
}

/// The name in a command about something else than a ticket.
fn name_of(command: &Command) -> Option<String> {
    let name = match command {
        Command::Ticket(_, ticket::Command::Register { intake }) => intake.contact.label(),
        Command::Customer(_, customer::Command::Save { customer }) => customer.name.clone(),
        Command::Machine(_, machine::Command::Save { machine }) => {
            format!("{} {}", machine.model, machine.serial)
        }
        Command::Part(_, domain::part::Command::Save { part }) => part.name.clone(),
        Command::User(_, domain::user::Command::Save { user }) => user.name.clone(),
        _ => return None,
    };
    Some(name)
}

/// The words a person typed into a command, so that they recognise it.
pub fn said(command: &Command) -> Option<String> {
    use ticket::Command as OfTicket;
    use visit::Command as OfVisit;
    let said = match command {
        Command::Ticket(_, command) => match command {
            OfTicket::Note { text, .. } | OfTicket::Object { text } => text.clone(),
            OfTicket::Register { intake } => intake.title.clone(),
            OfTicket::SolveByPhone { solution } => solution.clone(),
            OfTicket::Hold { note, .. }
            | OfTicket::Confirm { note, .. }
            | OfTicket::FollowUp { note, .. }
            | OfTicket::Settle { note, .. } => note.clone(),
            OfTicket::Reopen { reason }
            | OfTicket::Cancel { reason }
            | OfTicket::Recall { reason, .. }
            | OfTicket::Dispatch { reason, .. } => reason.clone(),
            _ => String::new(),
        },
        Command::Visit(_, _, command) => match command {
            OfVisit::Decline { reason } | OfVisit::LeaveUnfinished { reason, .. } => reason.clone(),
            OfVisit::LogCall { summary } | OfVisit::Talk { summary, .. } => summary.clone(),
            OfVisit::Prepare { note } => note.clone(),
            OfVisit::Progress { text } => text.clone(),
            OfVisit::Inspect { findings, .. } => findings.clone(),
            OfVisit::Appoint { appointment, .. } => {
                locale::window(appointment.from, appointment.to)
            }
            OfVisit::UsePart { part_use } => format!("{} × {}", part_use.name, part_use.quantity),
            OfVisit::Finish { outcome, .. } => sheet::explanation(outcome).to_owned(),
            _ => String::new(),
        },
        _ => String::new(),
    };
    Some(said).filter(|said| !said.trim().is_empty())
}

pub fn ticket_href(device: Device, ticket: Id<Ticket>) -> String {
    let engineer = untrack(|| device.me().is_any(&[Role::Engineer]));
    if engineer { Route::Ticket(ticket).href() } else { Route::DeskTicket(ticket).href() }
}
