//! The frame pages stand in: on the phone, at the desk, with what everybody must know on top.

use std::cell::Cell;

use domain::{
    part_request::{self, PartRequest},
    ticket::{self, Ticket},
    user::Role,
    visit,
};
use leptos::prelude::*;

use crate::{
    device::{Held, StorageTrouble, device},
    locale::text,
    look,
    pages::{health::DataLost, install::Hints, start::Ribbon},
    route::{self, Route},
    scanner,
    session::SessionState,
    sync::Network,
    ui::{
        self, Banner, Icon, IconButton, NavBar, RailLink, SideRail, SyncChip, SyncState, TabBar,
        TabLink, Tone,
    },
};

/// A main page of the phone: title, cloud, banners, the page, the tab bar.
#[component]
pub fn PhoneShell(
    #[prop(into)] title: Signal<String>,
    /// The tab that is current; the address says so otherwise.
    #[prop(optional)]
    tab: Option<Route>,
    /// Buttons at the right of the title.
    #[prop(optional, into)]
    tools: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    let device = device();
    let here = route::current();
    let at = move |route: Route| Signal::derive(move || tab.or(here.get()) == Some(route));
    let new_jobs = Memo::new(move |_| {
        let me = device.me().id;
        let mine = |ticket: &Ticket| {
            ticket.active_visit().is_some_and(|visit| {
                visit.engineer == me && visit.stage == visit::Stage::Assigned && visit.is_open()
            })
        };
        count(device.held::<Ticket>().iter().filter(|ticket| mine(ticket)).count())
    });
    // The number on the app's own icon, where the telephone shows one.
    Effect::new(move |_| {
        let _shown = scanner::call(&window().navigator(), "setAppBadge", &[new_jobs.get().into()]);
    });
    view! {
        <div class="shell">
            <NavBar title>{tools.map(|tools| tools.run())} <Chip/></NavBar>
            <Banners/>
            <main class="page">{children()}</main>
            <TabBar label=move || text().frame.places>
                <TabLink
                    href=Route::Today.href()
                    icon=Icon::Calendar
                    text=move || text().frame.today
                    current=at(Route::Today)
                    count=new_jobs
                />
                <TabLink
                    href=Route::Tickets.href()
                    icon=Icon::List
                    text=move || text().frame.tickets
                    current=at(Route::Tickets)
                />
                <TabLink
                    href=Route::NewTicket.href()
                    icon=Icon::Add
                    text=move || text().frame.new_ticket
                    current=at(Route::NewTicket)
                />
                <TabLink
                    href=Route::MyParts.href()
                    icon=Icon::Package
                    text=move || text().frame.parts
                    current=at(Route::MyParts)
                />
                <TabLink
                    href=Route::Me.href()
                    icon=Icon::Me
                    text=move || text().frame.me
                    current=at(Route::Me)
                />
            </TabBar>
        </div>
    }
}

/// A page below a main page: back, title, cloud, and the page's own `ActionBar` where it has one.
#[component]
pub fn PhoneDetail(
    #[prop(into)] title: Signal<String>,
    #[prop(into)] back: Signal<String>,
    /// The whole `ActionBar`.
    #[prop(optional, into)]
    bar: Option<ViewFn>,
    /// Buttons at the right of the title.
    #[prop(optional, into)]
    tools: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="shell">
            <NavBar title back back_label=move || text().frame.back>
                {tools.map(|tools| tools.run())}
                <Sun/>
                <Chip/>
            </NavBar>
            <Banners/>
            <main class="page">{children()}</main>
            {bar.map(|bar| bar.run())}
        </div>
    }
}

/// One tap to a light screen where the sun shines on a dark one, and one back.
#[component]
fn Sun() -> impl IntoView {
    let sunny = RwSignal::new(look::in_the_sun());
    let offered = sunny.get_untracked() || look::is_dark();
    let label = move || {
        let frame = &text().frame;
        if sunny.get() { frame.out_of_the_sun } else { frame.into_the_sun }
    };
    offered.then(|| {
        view! {
            <IconButton
                icon=Icon::Sun
                label
                pressed=sunny
                on_press=move || {
                    sunny.update(|sunny| *sunny = !*sunny);
                    look::step_into_the_sun(sunny.get_untracked());
                }
                name="sun"
            />
        }
    })
}

thread_local! {
    /// What the office's program adds to the top bar of every page. The field's program does not carry it.
    static TOOL: Cell<Option<fn() -> AnyView>> = const { Cell::new(None) };
}

/// Adds to the top bar of every desk page. Called once, by the program that has it.
pub fn add_tool(tool: fn() -> AnyView) {
    TOOL.set(Some(tool));
}

/// A page at the desk: the rail of places, the top bar, banners, the page, and a panel beside it.
#[component]
pub fn DeskShell(
    #[prop(into)] title: Signal<String>,
    /// Search and buttons in the top bar.
    #[prop(optional, into)]
    tools: Option<ViewFn>,
    #[prop(optional, into)] panel: Option<ViewFn>,
    #[prop(optional, into)] panel_open: Signal<bool>,
    #[prop(optional, into)] panel_title: Signal<String>,
    /// Whether the page uses the whole width.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    let open = move || if panel_open.get() { "open" } else { "closed" };
    view! {
        <div class="desk" data-panel=open>
            <Rail/>
            <header class="desk__top">
                <h1 class="desk__title" tabindex="-1">{title}</h1>
                {tools.map(|tools| tools.run())}
                <span class="spacer"></span>
                {TOOL.get().map(|tool| tool())}
                <Chip/>
            </header>
            <Banners desk=true/>
            <main class="desk__main" data-wide=wide.then_some("")>{children()}</main>
            {panel
                .map(|panel| {
                    view! { <aside class="desk__panel" aria-label=panel_title>{panel.run()}</aside> }
                })}
        </div>
    }
}

/// The places of the desk, by role.
#[component]
fn Rail() -> impl IntoView {
    let device = device();
    let here = route::current();
    let at = move |route: Route| {
        Signal::derive(move || match here.get() {
            // What was refused there is told on a page of its own.
            Some(Route::Attention) => route == Route::Devices,
            here => here == Some(route),
        })
    };
    let has = move |roles: &'static [Role]| Memo::new(move |_| device.me().is_any(roles));
    let engineer = has(&[Role::Engineer]);
    let desk = has(&[Role::Agent, Role::Coordinator, Role::Supervisor]);
    let parts = has(&[Role::Agent, Role::Coordinator, Role::Supervisor, Role::Keeper]);
    let keeper = has(&[Role::Keeper, Role::Supervisor, Role::Coordinator]);
    let administrator = has(&[Role::Administrator]);
    let decides = has(&[Role::Coordinator, Role::Supervisor]);
    let watches = has(&[Role::Coordinator, Role::Supervisor, Role::Administrator]);
    let questions = Memo::new(move |_| {
        let tickets = device.held::<Ticket>();
        let open = |ticket: &Held<Ticket>| {
            ticket.flags.iter().filter(|flag| flag.settled.is_none()).count()
        };
        count(tickets.iter().map(open).sum())
    });
    let undispatched = Memo::new(move |_| {
        let tickets = device.held::<Ticket>();
        let waits =
            |ticket: &&Held<Ticket>| matches!(ticket.stage, ticket::Stage::PendingDispatch { .. });
        count(tickets.iter().filter(waits).count())
    });
    let undecided = Memo::new(move |_| {
        let requests = device.held::<PartRequest>();
        let waits =
            |request: &&Held<PartRequest>| matches!(request.stage, part_request::Stage::Submitted);
        count(requests.iter().filter(waits).count())
    });
    let counted =
        move |icon: Icon, text: fn() -> &'static str, route: Route, count: Signal<u32>| {
            view! { <RailLink href=route.href() icon text current=at(route) count/> }
        };
    let link = move |icon: Icon, text: fn() -> &'static str, route: Route| {
        counted(icon, text, route, Signal::stored(0))
    };
    view! {
        <SideRail brand=move || text().frame.brand label=move || text().frame.places>
            <Show when=move || engineer.get()>
                {link(Icon::Calendar, || text().frame.today, Route::Today)}
            </Show>
            <Show when=move || desk.get()>
                {counted(Icon::Board, || text().frame.board, Route::Board, undispatched.into())}
                {link(Icon::CalendarCheck, || text().frame.calendar, Route::Calendar)}
                {link(Icon::List, || text().frame.desk_tickets, Route::DeskTickets)}
                {link(Icon::Add, || text().frame.register, Route::Register)}
            </Show>
            <Show when=move || decides.get()>
                {counted(Icon::Flag, || text().frame.decisions, Route::Decisions, questions.into())}
            </Show>
            <Show when=move || parts.get()>
                {counted(Icon::Inbox, || text().frame.part_requests, Route::PartRequests, undecided.into())}
                {link(Icon::Package, || text().frame.stock, Route::Stock)}
                {link(Icon::Book, || text().frame.catalogue, Route::Catalogue)}
            </Show>
            <Show when=move || keeper.get()>
                {link(Icon::Upload, || text().frame.import, Route::Import)}
            </Show>
            <Show when=move || administrator.get()>
                {link(Icon::Users, || text().frame.people, Route::People)}
            </Show>
            <Show when=move || watches.get()>
                {link(Icon::Device, || text().frame.devices, Route::Devices)}
            </Show>
            <div class="side-rail__foot">
                {link(Icon::Cloud, || text().frame.outbox, Route::Outbox)}
                {link(Icon::Me, || text().frame.me, Route::Me)}
            </div>
        </SideRail>
    }
}

/// The cloud with its count.
#[component]
fn Chip() -> impl IntoView {
    let device = device();
    let state = Memo::new(move |_| device.sync_state());
    let waiting = Memo::new(move |_| device.waiting());
    let number = move || match state.get() {
        SyncState::Conflict => waiting.with(|waiting| waiting.attention),
        _ => waiting.with(|waiting| waiting.unanswered) + device.photos_waiting(),
    };
    let label = move || {
        let (frame, number) = (&text().frame, number());
        match state.get() {
            SyncState::Fine => frame.sync_fine.to_owned(),
            SyncState::Waiting => (frame.sync_waiting)(number),
            SyncState::Sending => (frame.sync_sending)(number),
            SyncState::Offline => (frame.sync_offline)(number),
            SyncState::Conflict => (frame.sync_conflict)(number),
            SyncState::Failed if device.session_state() == SessionState::Expired => {
                (frame.sign_in_to_send)(number)
            }
            SyncState::Failed => (frame.sync_failed)(number),
        }
    };
    view! {
        <SyncChip
            state
            count=Signal::derive(move || count(number()))
            label=Signal::derive(label)
            href=Route::Outbox.href()
        />
    }
}

/// What everybody must know, whatever the page.
#[component]
fn Banners(#[prop(optional)] desk: bool) -> impl IntoView {
    let device = device();
    let trouble = Memo::new(move |_| device.storage_trouble());
    let expired = Memo::new(move |_| device.session_state() == SessionState::Expired);
    let network = Memo::new(move |_| device.network());
    let unsent = Memo::new(move |_| device.waiting().unanswered + device.photos_waiting());
    let reload = || {
        // The browser reloads or closes the page; there is nothing to do about a no.
        let _asked = window().location().reload();
    };
    let update = move || {
        if device.form_is_open() {
            ui::toast(Tone::Info, text().frame.update_blocked);
        } else {
            device.apply_update();
        }
    };
    view! {
        <div class="banners">
            {move || match trouble.get() {
                Some(StorageTrouble::NotSaving) => {
                    view! {
                        <Banner
                            text=move || text().frame.storage_trouble
                            tone=Tone::Danger
                            icon=Icon::Alert
                            name="storage-trouble"
                        />
                    }
                        .into_any()
                }
                Some(StorageTrouble::MovedOn) => {
                    view! {
                        <Banner
                            text=move || text().frame.database_moved_on
                            tone=Tone::Warning
                            icon=Icon::Refresh
                            action=move || text().frame.reload
                            on_action=reload
                            name="moved-on"
                        />
                    }
                        .into_any()
                }
                Some(StorageTrouble::Blocked) => {
                    view! {
                        <Banner
                            text=move || text().health.blocked
                            tone=Tone::Warning
                            icon=Icon::Alert
                            name="blocked"
                        />
                    }
                        .into_any()
                }
                Some(StorageTrouble::InMemory) => {
                    let said = move || {
                        let health = &text().health;
                        if device.keeps_twice() == Some(true) {
                            health.in_memory_twice
                        } else {
                            health.in_memory
                        }
                    };
                    view! {
                        <Banner
                            text=Signal::derive(move || said().to_owned())
                            tone=Tone::Danger
                            icon=Icon::Alert
                            action=move || text().health.see
                            on_action=|| route::go(Route::Outbox)
                            name="in-memory"
                        />
                    }
                        .into_any()
                }
                None => ().into_any(),
            }}
            <DataLost/>
            <Show when=move || expired.get()>
                <Banner
                    text=move || (text().frame.sign_in_to_send)(unsent.get())
                    tone=Tone::Warning
                    icon=Icon::Key
                    action=move || text().frame.sign_in
                    on_action=|| route::go(Route::SignIn)
                    name="sign-in-again"
                />
            </Show>
            <Show when=move || network.get() == Network::Portal>
                <Banner text=move || text().frame.portal icon=Icon::WifiOff name="portal"/>
            </Show>
            <Show when=move || network.get() == Network::TooOld>
                <Banner
                    text=move || text().frame.too_old
                    tone=Tone::Warning
                    icon=Icon::Alert
                    name="too-old"
                />
            </Show>
            <Hints/>
            {desk.then(|| view! { <Ribbon/> })}
            <Show when=move || device.update_ready()>
                <Banner
                    text=move || text().frame.update_ready
                    icon=Icon::Refresh
                    action=move || text().frame.update_now
                    on_action=update
                    name="update"
                />
            </Show>
        </div>
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
