//! The outermost component: who is here decides what is shown.

use domain::user::{Role, User};
use leptos::prelude::*;

use crate::{
    clock,
    device::Device,
    locale::{self, text},
    pages::{desk, engineer, handover, import, me, outbox, parts, people, sheet, sign_in},
    route::{self, Route},
    session::SessionState,
    sync::Network,
    ui::{Skeleton, Toasts, focus_title, provide_toasts},
};

/// What is on the screen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Screen {
    Opening,
    SignIn,
    Handover,
    Page(Route),
    Elsewhere,
}

/// The app.
#[component]
pub fn App() -> impl IntoView {
    locale::start();
    clock::start();
    route::follow();
    provide_toasts();
    let device = Device::start();

    let screen = Memo::new(move |_| screen(device));
    Effect::new(move |_| {
        let screen = screen.get();
        if screen == Screen::Elsewhere {
            route::replace(home(&device.me()));
        } else if screen != Screen::Opening {
            arrived();
        }
    });
    Effect::new(move |_| document().set_title(text().frame.brand));
    view! {
        {move || shown(screen.get())}
        <Toasts/>
    }
}

/// Where a person starts.
pub fn home(user: &User) -> Route {
    if user.is_any(&[Role::Engineer]) {
        Route::Today
    } else if user.is_any(&[Role::Agent, Role::Coordinator, Role::Supervisor]) {
        Route::Board
    } else if user.is_any(&[Role::Keeper]) {
        Route::PartRequests
    } else if user.is_any(&[Role::Administrator]) {
        Route::People
    } else {
        Route::Me
    }
}

fn screen(device: Device) -> Screen {
    let open = device.view.with(Option::is_some);
    // Nothing opens a device that a customer holds, except the PIN.
    if device.handover().is_some() {
        return if open { Screen::Handover } else { closed(device) };
    }
    if !open {
        return closed(device);
    }
    if first_answer_is_due(device) {
        return Screen::Opening;
    }
    match route::current().get() {
        Some(Route::SignIn) if device.session_state() == SessionState::Expired => Screen::SignIn,
        Some(Route::SignIn | Route::Handover) | None => Screen::Elsewhere,
        Some(route) => Screen::Page(route),
    }
}

/// Just signed in for the first time on this device: nothing could be shown but empty pages.
fn first_answer_is_due(device: Device) -> bool {
    let hopeful = matches!(device.network(), Network::Fine | Network::Sending)
        && device.session_state() != SessionState::Expired;
    // What was lost is said at once.
    hopeful && device.heard_at().is_none() && device.loss().is_none()
}

fn closed(device: Device) -> Screen {
    match device.session_state() {
        SessionState::SignedOut => Screen::SignIn,
        _ => Screen::Opening,
    }
}

fn shown(screen: Screen) -> AnyView {
    let route = match screen {
        Screen::Opening | Screen::Elsewhere => {
            return view! { <main class="page"><Skeleton/></main> }.into_any();
        }
        Screen::SignIn => return view! { <sign_in::SignIn/> }.into_any(),
        Screen::Handover => return view! { <handover::Handover/> }.into_any(),
        Screen::Page(route) => route,
    };
    match route {
        Route::Today => view! { <engineer::Today/> }.into_any(),
        Route::Tickets => view! { <engineer::Tickets/> }.into_any(),
        Route::Ticket(id) => view! { <engineer::TicketPage id/> }.into_any(),
        Route::NewTicket => view! { <engineer::NewTicket/> }.into_any(),
        Route::Work(id) => view! { <engineer::Work id/> }.into_any(),
        Route::RequestParts(id) => view! { <engineer::RequestParts id/> }.into_any(),
        Route::MyParts => view! { <engineer::MyParts/> }.into_any(),
        Route::Sheet(id) => view! { <sheet::SheetPage id/> }.into_any(),
        Route::Outbox => view! { <outbox::Outbox/> }.into_any(),
        Route::Me => view! { <me::Me/> }.into_any(),
        Route::Board => view! { <desk::Board/> }.into_any(),
        Route::DeskTickets => view! { <desk::DeskTickets/> }.into_any(),
        Route::DeskTicket(id) => view! { <desk::DeskTicket id/> }.into_any(),
        Route::Register => view! { <desk::Register/> }.into_any(),
        Route::PartRequests => view! { <parts::PartRequests/> }.into_any(),
        Route::Stock => view! { <parts::Stock/> }.into_any(),
        Route::Catalogue => view! { <parts::Catalogue/> }.into_any(),
        Route::Import => view! { <import::Import/> }.into_any(),
        Route::People => view! { <people::People/> }.into_any(),
        Route::SignIn | Route::Handover => ().into_any(),
    }
}

/// Says that the page is there: to screen readers, to whoever measures, to the browser tests.
fn arrived() {
    request_animation_frame(|| {
        focus_title();
        let Some(root) = document().document_element() else { return };
        if root.has_attribute("data-ready") {
            return;
        }
        // An element of ours takes any attribute.
        let _set = root.set_attribute("data-ready", "1");
        if let Some(performance) = window().performance() {
            let _marked = performance.mark("doorstep:mounted");
        }
    });
}
