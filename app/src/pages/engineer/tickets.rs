//! All tickets on this phone: search by what people read out, and filters by where they stand.
//!
//! By name: `list` what was found, `ticket` each card.

use std::cmp::Reverse;

use domain::{
    ticket::{Stage, Ticket},
    visit,
};
use leptos::prelude::*;

use super::card::TicketCard;
use crate::{
    clock,
    device::device,
    locale::text,
    pages::shell::PhoneShell,
    route::Route,
    ui::{ButtonKind, ButtonLink, Chip, Empty, Icon, SearchBar},
};

/// What a filter lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    New,
    Working,
    Held,
    Done,
    Cancelled,
}

impl Filter {
    const ALL: [Filter; 5] =
        [Filter::New, Filter::Working, Filter::Held, Filter::Done, Filter::Cancelled];

    fn word(self) -> &'static str {
        let words = &text().engineer.tickets;
        match self {
            Filter::New => words.new,
            Filter::Working => words.working,
            Filter::Held => words.held,
            Filter::Done => words.done,
            Filter::Cancelled => words.cancelled,
        }
    }

    fn lets(self, ticket: &Ticket, signed: bool) -> bool {
        match self {
            Filter::New => matches!(ticket.stage, Stage::Dispatched { .. }),
            Filter::Working => {
                !signed
                    && matches!(
                        ticket.stage,
                        Stage::InProgress { .. }
                            | Stage::Received
                            | Stage::Triaged
                            | Stage::PendingDispatch { .. }
                    )
            }
            Filter::Held => matches!(ticket.stage, Stage::OnHold { .. }),
            Filter::Done => {
                !matches!(ticket.stage, Stage::Cancelled { .. })
                    && (signed || ticket.stage.is_over())
            }
            Filter::Cancelled => matches!(ticket.stage, Stage::Cancelled { .. }),
        }
    }
}

/// Whether what somebody read out names this ticket.
fn names(ticket: &Ticket, wanted: &str) -> bool {
    let wanted = wanted.trim().to_lowercase();
    let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
    let phone: String = ticket.contact.phone.chars().filter(char::is_ascii_digit).collect();
    let by_phone = digits.len() >= 4 && digits.len() == wanted.len() && phone.contains(&digits);
    let texts = [
        ticket.number.as_deref().unwrap_or_default(),
        ticket.provisional.as_deref().unwrap_or_default(),
        &ticket.contact.name,
        &ticket.contact.company,
        &ticket.contact.address,
        &ticket.machine.model,
        &ticket.machine.serial,
        &ticket.title,
    ];
    by_phone || texts.iter().any(|text| text.to_lowercase().contains(&wanted))
}

/// The engineer's tickets.
#[component]
pub fn Tickets() -> impl IntoView {
    let device = device();
    let now = Signal::derive(clock::minute);
    let wanted = RwSignal::new(String::new());
    let filter = RwSignal::new(None::<Filter>);
    let tickets = Memo::new(move |_| device.all::<Ticket>());
    let me = Memo::new(move |_| device.me().id);
    let signed = move |ticket: &Ticket| {
        ticket.visit_of(me.get()).is_some_and(|visit| visit.stage >= visit::Stage::Signed)
    };
    let found = Memo::new(move |_| {
        let (wanted, filter) = (wanted.get(), filter.get());
        tickets.with(|all| {
            let mut found: Vec<&Ticket> = all
                .iter()
                .filter(|ticket| filter.is_none_or(|filter| filter.lets(ticket, signed(ticket))))
                .filter(|ticket| names(ticket, &wanted))
                .collect();
            found.sort_by_key(|ticket| (ticket.stage.is_over(), Reverse(ticket.registered_at)));
            found.into_iter().map(|ticket| ticket.id).collect::<Vec<_>>()
        })
    });
    let chips = Filter::ALL.map(|one| {
        let count = Signal::derive(move || {
            let count = tickets
                .with(|all| all.iter().filter(|ticket| one.lets(ticket, signed(ticket))).count());
            u32::try_from(count).ok()
        });
        view! {
            <Chip
                text=move || one.word()
                pressed=Signal::derive(move || filter.get() == Some(one))
                count
                on_press=move || {
                    filter.update(|filter| *filter = (*filter != Some(one)).then_some(one));
                }
            />
        }
    });
    view! {
        <PhoneShell title=move || text().engineer.tickets.title tab=Route::Tickets>
            // A bar of search grows with its row; alone in a column it would fill the screen.
            <div class="row">
                <SearchBar
                    label=move || text().engineer.tickets.search
                    placeholder=move || text().engineer.tickets.search_hint
                    value=wanted
                    clear=move || text().engineer.tickets.clear
                />
            </div>
            <div class="chips" role="group" aria-label=move || text().engineer.tickets.filters>
                {chips}
            </div>
            <p class="faint num" role="status">
                {move || (text().engineer.tickets.count)(found.with(Vec::len))}
            </p>
            <div class="tickets" data-name="list">
                <For each=move || found.get() key=|id| *id let:id>
                    <TicketCard id now/>
                </For>
                <Show when=move || found.with(Vec::is_empty)>
                    <Empty icon=Icon::Search text=move || text().engineer.tickets.nothing>
                        <ButtonLink
                            text=move || text().engineer.today.new_ticket
                            href=Route::NewTicket.href()
                            icon=Icon::Add
                            kind=ButtonKind::Secondary
                        />
                    </Empty>
                </Show>
            </div>
        </PhoneShell>
    }
}
