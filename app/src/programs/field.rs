//! The program of the engineer's phone. At the address of a hand-over it is what the customer holds: a document that
//! shows one sheet, and no page that leads anywhere else.

use app::{
    pages::{engineer, handover},
    program,
    route::{self, Face, Route},
};
use leptos::prelude::*;

fn main() {
    match route::here() {
        Some(Route::Handover) => program::run(Face::Customer, customer),
        _ => program::run(Face::Field, engineer),
    }
}

fn engineer(route: Route) -> Option<AnyView> {
    Some(match route {
        Route::Today => view! { <engineer::Today/> }.into_any(),
        Route::Tickets => view! { <engineer::Tickets/> }.into_any(),
        Route::Ticket(id) => view! { <engineer::TicketPage id/> }.into_any(),
        Route::NewTicket => view! { <engineer::NewTicket/> }.into_any(),
        Route::Work(id) => view! { <engineer::Work id/> }.into_any(),
        Route::RequestParts(id) => view! { <engineer::RequestParts id/> }.into_any(),
        Route::MyParts => view! { <engineer::MyParts/> }.into_any(),
        route => return program::shared(route),
    })
}

fn customer(route: Route) -> Option<AnyView> {
    (route == Route::Handover).then(|| view! { <handover::Handover/> }.into_any())
}
