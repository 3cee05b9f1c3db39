//! The program of the desk: coordinators, agents, supervisors, keepers, administrators.

use app::{
    pages::{cards, desk, gallery, import, parts, people, shell, start},
    program,
    route::{Face, Route},
};
use leptos::prelude::*;

fn main() {
    shell::add_tool(|| view! { <desk::palette::Palette/> }.into_any());
    program::run(Face::Office, pages);
}

fn pages(route: Route) -> Option<AnyView> {
    Some(match route {
        Route::Board => view! { <desk::Board/> }.into_any(),
        Route::Calendar => view! { <desk::Calendar/> }.into_any(),
        Route::DeskTickets => view! { <desk::DeskTickets/> }.into_any(),
        Route::DeskTicket(id) => view! { <desk::DeskTicket id/> }.into_any(),
        Route::Register => view! { <desk::Register/> }.into_any(),
        Route::Decisions => view! { <desk::Decisions/> }.into_any(),
        Route::Devices => view! { <desk::Devices/> }.into_any(),
        Route::Attention => view! { <desk::Attention/> }.into_any(),
        Route::PartRequests => view! { <parts::PartRequests/> }.into_any(),
        Route::Stock => view! { <parts::Stock/> }.into_any(),
        Route::Catalogue => view! { <parts::Catalogue/> }.into_any(),
        Route::Import => view! { <import::Import/> }.into_any(),
        Route::Gallery => gallery::gallery(),
        Route::People => view! { <people::People/> }.into_any(),
        Route::Start => view! { <start::Start/> }.into_any(),
        Route::Cards => view! { <cards::Cards/> }.into_any(),
        route => return program::shared(route),
    })
}
