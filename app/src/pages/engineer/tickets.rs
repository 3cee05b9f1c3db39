//! All tickets on this phone: search by what people read out, and filters by where they stand.
//!
//! By name: `list` what was found, `ticket` each card.

use domain::{
    search::{Trail, Wanted},
    ticket::{Stage, Ticket},
    visit,
};
use leptos::prelude::*;

use super::{
    card::{Quick, TicketCards},
    contact,
    scan::ScanButton,
};
use crate::{
    clock,
    device::device,
    locale::text,
    pages::shell::PhoneShell,
    route::{self, Route},
    search::{self, Line},
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

/// The engineer's tickets.
#[component]
pub fn Tickets() -> impl IntoView {
    let device = device();
    let now = Signal::derive(clock::minute);
    // What was scanned on another page.
    let wanted = RwSignal::new(untrack(|| route::query("find")).unwrap_or_default());
    let filter = RwSignal::new(None::<Filter>);
    let trail = StoredValue::new(Trail::default());
    let tickets = Memo::new(move |_| {
        trail.set_value(Trail::default());
        search::lines(device)
    });
    search::prepare(tickets);
    let me = Memo::new(move |_| device.me().id);
    let signed = move |ticket: &Ticket| {
        ticket.visit_of(me.get()).is_some_and(|visit| visit.stage >= visit::Stage::Signed)
    };
    let found = Memo::new(move |_| {
        let (wanted, filter) = (Wanted::new(&wanted.get()), filter.get());
        let lets =
            |line: &Line| filter.is_none_or(|it| it.lets(&line.ticket, signed(&line.ticket)));
        // The list first: another one begins another trail.
        let found = |all: &Vec<Line>| {
            trail.try_update_value(|trail| search::found_on(trail, &wanted, all, lets))
        };
        tickets.with(found).unwrap_or_default()
    });
    let asked = Signal::derive(move || format!("{:?} {}", filter.get(), wanted.get()));
    let chips = Filter::ALL.map(|one| {
        let count = Signal::derive(move || {
            let count = tickets.with(|all| {
                all.iter().filter(|it| one.lets(&it.ticket, signed(&it.ticket))).count()
            });
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
    let nothing = move || {
        let words = &text().engineer.tickets;
        if tickets.with(Vec::is_empty) { words.none_yet } else { words.nothing }
    };
    let quick = Quick::provide();
    view! {
        <PhoneShell title=move || text().engineer.tickets.title tab=Route::Tickets>
            // A bar of search grows with its row; alone in a column it would fill the screen.
            <div class="row">
                <SearchBar
                    label=move || text().engineer.tickets.search
                    placeholder=move || text().engineer.tickets.search_hint
                    value=wanted
                    clear=move || text().engineer.tickets.clear
                >
                    <ScanButton on_code=move |code: String| wanted.set(code)/>
                </SearchBar>
            </div>
            <div class="chips" role="group" aria-label=move || text().engineer.tickets.filters>
                {chips}
            </div>
            // Where nothing is found the eye reads it below; a reader of the screen hears it here.
            <p
                class=move || if found.with(Vec::is_empty) { "sr" } else { "faint num" }
                role="status"
            >
                {move || match found.with(Vec::len) {
                    0 => nothing().to_owned(),
                    count => (text().engineer.tickets.count)(count),
                }}
            </p>
            <div class="tickets" data-name="list">
                <TicketCards ids=found asked now/>
                <Show when=move || found.with(Vec::is_empty)>
                    <Empty icon=Icon::Search text=nothing>
                        <ButtonLink
                            text=move || text().engineer.today.new_ticket
                            href=Route::NewTicket.href()
                            icon=Icon::Add
                            kind=ButtonKind::Secondary
                        />
                    </Empty>
                </Show>
            </div>
            {quick.menu()}
            {contact::maps()}
        </PhoneShell>
    }
}
