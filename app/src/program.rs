//! What the programs of the field and the office begin with: who is here decides what is shown.

use domain::{
    Id,
    ticket::Ticket,
    user::{Role, User},
};
use futures::future::LocalBoxFuture;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

use crate::{
    clock,
    device::{Device, device},
    locale::{self, text},
    pages::{
        enrol,
        health::{DataLost, LeftBehind},
        install, labels, me, outbox, sheet,
        sign_in::{Again, SignIn},
        slip, start, verify,
    },
    route::{self, Face, Route},
    session::{Credentials, LetIn, SessionState, SignInTrouble},
    sync::Network,
    ui::{Skeleton, Toasts, focus_title, provide_toasts},
};

/// The pages of a program; `None` for a route that is not its own.
pub type Pages = fn(Route) -> Option<AnyView>;

/// What is on the screen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Screen {
    Opening,
    SignIn,
    Page(Route),
    /// A customer holds the device, over this ticket.
    Given(Id<Ticket>),
    /// Nothing here: the address that belongs to whoever is here is another.
    Elsewhere(Option<Route>),
}

/// Starts a program: the pages of one face, and those that every member of staff has.
pub fn run(face: Face, pages: Pages) {
    // What people see of our bugs is boot.js's: a trap has no hook.
    console_error_panic_hook::set_once();
    route::follow(face);
    leptos::mount::mount_to_body(move || app(face, pages));
}

fn app(face: Face, pages: Pages) -> impl IntoView {
    locale::start();
    clock::start();
    provide_toasts();
    press_once();
    let device = Device::start(face == Face::Customer);
    provide_context(LetIn(let_in));

    let screen = Memo::new(move |before| screen(device, face, before.copied()));
    Effect::new(move |_| match screen.get() {
        Screen::Elsewhere(route) => {
            route::replace(route.unwrap_or_else(|| start::first_page(device)));
        }
        Screen::Opening => {}
        Screen::SignIn | Screen::Page(_) | Screen::Given(_) => arrived(),
    });
    Effect::new(move |_| document().set_title(text().frame.brand));
    view! {
        {move || shown(screen.get(), pages)}
        <Toasts/>
    }
}

/// A key that is held presses once: what it opened must not be answered by it. In a text it goes on writing.
pub(crate) fn press_once() {
    let hear = |event: web_sys::KeyboardEvent| {
        let target = event.target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        let inside = |of: &str| target.is_some_and(|it| it.closest(of).ok().flatten().is_some());
        let presses = match event.key().as_str() {
            "Enter" => !inside("textarea"),
            // A button hears a space when the key comes up; elsewhere a space writes, or turns the page.
            " " => inside("[role=grid]"),
            _ => false,
        };
        if event.repeat() && presses {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let hear = Closure::<dyn Fn(web_sys::KeyboardEvent)>::new(hear).into_js_value();
    // On its way down, before whatever the key would press. A window takes any listener.
    let _added =
        window().add_event_listener_with_callback_and_bool("keydown", hear.unchecked_ref(), true);
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

fn screen(device: Device, face: Face, before: Option<Screen>) -> Screen {
    let open = device.view.with(Option::is_some);
    // Nothing opens a device that a customer holds, except the PIN.
    match (device.handover(), before) {
        (Some(_), _) if face != Face::Customer => {
            return Screen::Elsewhere(Some(Route::Handover));
        }
        (Some(handed), _) if open => return Screen::Given(handed.ticket),
        (None, Some(Screen::Given(ticket))) => {
            return Screen::Elsewhere(Some(Route::Ticket(ticket)));
        }
        // Nobody holds it: what this document has opened is not enough for anybody else.
        (None, _) if face == Face::Customer && device.owner.with(Option::is_some) => {
            return Screen::Elsewhere(None);
        }
        _ => {}
    }
    if !open {
        return match device.session_state() {
            SessionState::SignedOut if face == Face::Customer => {
                Screen::Elsewhere(Some(Route::SignIn))
            }
            // Anybody may check a copy.
            SessionState::SignedOut if route::current().get() == Some(Route::Verify) => {
                Screen::Page(Route::Verify)
            }
            SessionState::SignedOut => Screen::SignIn,
            _ => Screen::Opening,
        };
    }
    if first_answer_is_due(device) {
        return Screen::Opening;
    }
    match route::current().get() {
        Some(Route::SignIn) if device.session_state() == SessionState::Expired => Screen::SignIn,
        Some(Route::SignIn | Route::Handover) | None => Screen::Elsewhere(None),
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

fn shown(screen: Screen, pages: Pages) -> AnyView {
    match screen {
        Screen::Opening | Screen::Elsewhere(_) => {
            view! { <main class="page"><Skeleton/></main> }.into_any()
        }
        Screen::SignIn => untrack(the_way_in),
        Screen::Page(route) => pages(route).unwrap_or_else(|| ().into_any()),
        Screen::Given(_) => pages(Route::Handover).unwrap_or_else(|| ().into_any()),
    }
}

/// Signing in on a device that may hold work: somebody's whose session ended, or what others left.
fn the_way_in() -> AnyView {
    let device = device();
    let again = (device.session_state() == SessionState::Expired)
        .then(|| Again { name: device.me().name, unanswered: device.waiting().unanswered });
    let lost = view! { <DataLost/> }.into_any();
    let left = view! { <LeftBehind/> }.into_any();
    view! { <SignIn again lost left/> }.into_any()
}

/// Signs in, and opens the person's data.
fn let_in(with: Credentials) -> LocalBoxFuture<'static, Result<(), SignInTrouble>> {
    Box::pin(async move { device().let_in(&with).await })
}

/// The pages that every member of staff has, in whichever program.
pub fn shared(route: Route) -> Option<AnyView> {
    Some(match route {
        Route::Sheet(id) => view! { <sheet::SheetPage id/> }.into_any(),
        Route::Labels(id) => view! { <labels::Labels id/> }.into_any(),
        Route::Slip(id) => view! { <slip::Slip id/> }.into_any(),
        Route::Outbox => view! { <outbox::Outbox/> }.into_any(),
        Route::Me => view! { <me::Me/> }.into_any(),
        Route::Verify => view! { <verify::Verify/> }.into_any(),
        Route::Install => view! { <install::Install/> }.into_any(),
        Route::Enrol => view! { <enrol::SomebodyHere/> }.into_any(),
        _ => return None,
    })
}

/// Says that the page is there: to screen readers, to whoever measures, to the browser tests.
pub(crate) fn arrived() {
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
