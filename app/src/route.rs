//! Where one is in the app: the only file that knows paths.

use std::cell::Cell;

use domain::{Id, sheet::Sheet, ticket::Ticket};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent, UrlSearchParams};

/// Who looks at a document. A document has one face, and leads to another only by being left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// What somebody sees who is new on this device: the ways in.
    Door,
    /// The engineer's phone.
    Field,
    /// The desk.
    Office,
    /// What a customer holds.
    Customer,
}

/// A place in the app. [`Route::href`] and [`Route::parse`] are each other's inverse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Today,
    Tickets,
    Ticket(Id<Ticket>),
    NewTicket,
    /// The visit's work page.
    Work(Id<Ticket>),
    RequestParts(Id<Ticket>),
    MyParts,
    Sheet(Id<Sheet>),
    /// The fault labels of a sheet's old parts.
    Labels(Id<Sheet>),
    /// The pick-up slip of a ticket whose machine is with us.
    Slip(Id<Ticket>),
    Handover,
    Outbox,
    Me,
    Board,
    Calendar,
    DeskTickets,
    DeskTicket(Id<Ticket>),
    Register,
    Decisions,
    Devices,
    Attention,
    PartRequests,
    Stock,
    Catalogue,
    Import,
    People,
    /// Every part in every state, for whoever builds and checks them.
    Gallery,
    /// The administrator's way to the first ticket.
    Start,
    /// Login cards.
    Cards,
    /// How the app comes onto the home screen.
    Install,
    /// Where a login card leads; its code stands behind the `#`.
    Enrol,
    SignIn,
    /// Checking a customer copy.
    Verify,
}

impl Route {
    /// The path, for links.
    pub fn href(self) -> String {
        match self {
            Self::Today => "/today".into(),
            Self::Tickets => "/tickets".into(),
            Self::Ticket(id) => format!("/tickets/{id}"),
            Self::NewTicket => "/tickets/new".into(),
            Self::Work(id) => format!("/tickets/{id}/work"),
            Self::RequestParts(id) => format!("/tickets/{id}/parts"),
            Self::MyParts => "/parts".into(),
            Self::Sheet(id) => format!("/sheets/{id}"),
            Self::Labels(id) => format!("/sheets/{id}/labels"),
            Self::Slip(id) => format!("/slips/{id}"),
            Self::Handover => "/hand-over".into(),
            Self::Outbox => "/outbox".into(),
            Self::Me => "/me".into(),
            Self::Board => "/desk".into(),
            Self::Calendar => "/desk/calendar".into(),
            Self::DeskTickets => "/desk/tickets".into(),
            Self::DeskTicket(id) => format!("/desk/tickets/{id}"),
            Self::Register => "/desk/register".into(),
            Self::Decisions => "/desk/decisions".into(),
            Self::Devices => "/desk/devices".into(),
            Self::Attention => "/desk/attention".into(),
            Self::PartRequests => "/desk/part-requests".into(),
            Self::Stock => "/desk/stock".into(),
            Self::Catalogue => "/desk/catalogue".into(),
            Self::Import => "/desk/import".into(),
            Self::People => "/desk/people".into(),
            Self::Gallery => "/dev/gallery".into(),
            Self::Start => "/desk/start".into(),
            Self::Cards => "/desk/cards".into(),
            Self::Install => "/install".into(),
            Self::Enrol => "/enrol".into(),
            Self::SignIn => "/sign-in".into(),
            Self::Verify => "/verify".into(),
        }
    }

    /// The face that has this page; `None` where the field and the office both have it. `public/boot.js` starts
    /// the program of an address by the same rule, and the door where nobody was yet.
    pub(crate) fn face(self) -> Option<Face> {
        match self {
            Self::Today
            | Self::Tickets
            | Self::Ticket(_)
            | Self::NewTicket
            | Self::Work(_)
            | Self::RequestParts(_)
            | Self::MyParts => Some(Face::Field),
            Self::Board
            | Self::Calendar
            | Self::DeskTickets
            | Self::DeskTicket(_)
            | Self::Register
            | Self::Decisions
            | Self::Devices
            | Self::Attention
            | Self::PartRequests
            | Self::Stock
            | Self::Catalogue
            | Self::Import
            | Self::People
            | Self::Gallery
            | Self::Start
            | Self::Cards => Some(Face::Office),
            Self::Handover => Some(Face::Customer),
            Self::Sheet(_)
            | Self::Labels(_)
            | Self::Slip(_)
            | Self::Outbox
            | Self::Me
            | Self::Install
            | Self::Enrol
            | Self::SignIn
            | Self::Verify => None,
        }
    }

    /// The path with something to tell the page: `Route::NewTicket.with("from", id)`.
    pub fn with(self, name: &str, value: impl std::fmt::Display) -> String {
        let value = js_sys::encode_uri_component(&value.to_string());
        format!("{}?{name}={value}", self.href())
    }

    /// The route of a path, without its query.
    pub fn parse(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        Some(match parts.as_slice() {
            ["today"] => Self::Today,
            ["tickets"] => Self::Tickets,
            ["tickets", "new"] => Self::NewTicket,
            ["tickets", id] => Self::Ticket(id.parse().ok()?),
            ["tickets", id, "work"] => Self::Work(id.parse().ok()?),
            ["tickets", id, "parts"] => Self::RequestParts(id.parse().ok()?),
            ["parts"] => Self::MyParts,
            ["sheets", id] => Self::Sheet(id.parse().ok()?),
            ["sheets", id, "labels"] => Self::Labels(id.parse().ok()?),
            ["slips", id] => Self::Slip(id.parse().ok()?),
            ["hand-over"] => Self::Handover,
            ["outbox"] => Self::Outbox,
            ["me"] => Self::Me,
            ["desk"] => Self::Board,
            ["desk", "calendar"] => Self::Calendar,
            ["desk", "tickets"] => Self::DeskTickets,
            ["desk", "tickets", id] => Self::DeskTicket(id.parse().ok()?),
            ["desk", "register"] => Self::Register,
            ["desk", "decisions"] => Self::Decisions,
            ["desk", "devices"] => Self::Devices,
            ["desk", "attention"] => Self::Attention,
            ["desk", "part-requests"] => Self::PartRequests,
            ["desk", "stock"] => Self::Stock,
            ["desk", "catalogue"] => Self::Catalogue,
            ["desk", "import"] => Self::Import,
            ["desk", "people"] => Self::People,
            ["dev", "gallery"] => Self::Gallery,
            ["desk", "start"] => Self::Start,
            ["desk", "cards"] => Self::Cards,
            ["install"] => Self::Install,
            ["enrol"] => Self::Enrol,
            ["sign-in"] => Self::SignIn,
            ["verify"] => Self::Verify,
            _ => return None,
        })
    }
}

/// Path and query as the address bar shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    path: String,
    query: String,
}

thread_local! {
    static FACE: Cell<Face> = const { Cell::new(Face::Field) };
    static PLACE: Cell<Option<RwSignal<Place>>> = const { Cell::new(None) };
}

/// Starts to follow links and the back button, in a document with this face. Called once, before anything is shown.
pub fn follow(face: Face) {
    FACE.set(face);
    PLACE.set(Some(RwSignal::new(place_now())));
    let _clicks = window_event_listener(ev::click, |event| {
        if let Some(path) = followed(&event) {
            event.prevent_default();
            go_to(&path);
        }
    });
    let _back = window_event_listener(ev::popstate, |_| arrive());
}

/// The route in the address bar, before anything is followed.
pub fn here() -> Option<Route> {
    Route::parse(&place_now().path)
}

/// The whole address at which this code of a customer copy is checked, for whoever scans it.
pub fn checking(code: &str) -> String {
    let origin = window().location().origin().unwrap_or_default();
    format!("{origin}{}", Route::Verify.with("c", code))
}

/// The address at which copies are checked, as it stands on paper.
pub fn checking_at() -> String {
    let origin = window().location().origin().unwrap_or_default();
    format!("{origin}{}", Route::Verify.href())
}

/// The route one is at; `None` for an address no page has.
pub fn current() -> Signal<Option<Route>> {
    Signal::derive(|| place(|place| Route::parse(&place.path)).flatten())
}

/// What a link told the page under `name` (tracked).
pub fn query(name: &str) -> Option<String> {
    let query = place(|place| place.query.clone())?;
    UrlSearchParams::new_with_str(&query).ok()?.get(name)
}

/// The address of a page with the server's name, as another device reaches it.
pub fn address(route: Route) -> String {
    format!("{}{}", window().location().origin().unwrap_or_default(), route.href())
}

/// What stands behind the `#` of the address.
pub fn fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// Takes what stands behind the `#` out of the address bar and its history.
pub fn drop_fragment() {
    let Place { path, query } = place_now();
    set_history(&format!("{path}{query}"), true);
}

/// Goes there; the back button leads back here.
pub fn go(route: Route) {
    go_to(&route.href());
}

/// Goes there instead of here.
pub fn replace(route: Route) {
    let path = route.href();
    if is_elsewhere(&path) {
        // A browser refuses only addresses that are none; the page then stays as it is.
        let _left = window().location().replace(&path);
        return;
    }
    set_history(&path, true);
    arrive();
}

/// Goes to a path made with [`Route::with`].
pub fn go_to(path: &str) {
    if is_elsewhere(path) {
        let location = window().location();
        // Back must not lead to a form that was filled in.
        let _left = match FACE.get() {
            Face::Door => location.replace(path),
            _ => location.assign(path),
        };
        return;
    }
    let now = place_now();
    if path != format!("{}{}", now.path, now.query) {
        set_history(path, false);
    }
    arrive();
    window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Whether another face has the page of this path, so that the document must be left.
fn is_elsewhere(path: &str) -> bool {
    let mine = FACE.get();
    let route = Route::parse(path.split('?').next().unwrap_or_default());
    match (mine, route.map(Route::face)) {
        (Face::Door, _) => !matches!(route, Some(Route::SignIn | Route::Enrol)),
        (_, Some(Some(face))) => face != mine,
        // What everybody has, a customer has not.
        (_, Some(None)) => mine == Face::Customer,
        (_, None) => false,
    }
}

fn place<T>(read: impl FnOnce(&Place) -> T) -> Option<T> {
    PLACE.get().map(|place| place.with(read))
}

fn arrive() {
    let (Some(place), here) = (PLACE.get(), place_now()) else { return };
    if place.with_untracked(|before| *before != here) {
        place.set(here);
    }
}

fn place_now() -> Place {
    let location = window().location();
    Place {
        path: location.pathname().unwrap_or_default(),
        query: location.search().unwrap_or_default(),
    }
}

fn set_history(path: &str, instead: bool) {
    let Ok(history) = window().history() else { return };
    // A browser refuses only after hundreds of changes within seconds; the page then stays as it is.
    let _set = if instead {
        history.replace_state_with_url(&JsValue::NULL, "", Some(path))
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(path))
    };
}

/// The path of a plain click on a link into the app.
fn followed(event: &MouseEvent) -> Option<String> {
    let plain = event.button() == 0
        && !(event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key())
        && !event.default_prevented();
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let link = target.closest("a[href]").ok()??.dyn_into::<HtmlAnchorElement>().ok()?;
    let elsewhere = link.has_attribute("download")
        || !matches!(link.target().as_str(), "" | "_self")
        || link.origin() != window().location().origin().ok()?;
    let path = link.pathname();
    // An anchor within the page is the browser's own business.
    let within = link.get_attribute("href")?.starts_with('#');
    if !plain || elsewhere || within || Route::parse(&path).is_none() {
        return None;
    }
    Some(format!("{path}{}", link.search()))
}
