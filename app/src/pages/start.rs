//! The administrator's way from an empty organisation to the first dispatched ticket: five steps, ticked off by what
//! is really there.
//!
//! Controls, by `data-name`: `start-people`, `start-team`, `start-lists`, `skip-lists`, `start-cards`, `start-ticket`,
//! `give-desk`, `start-board`, `start-ribbon`.

use std::time::Duration;

use domain::{
    Command, Id,
    customer::Customer,
    part::Part,
    team::Team,
    ticket::{Stage, Ticket},
    user::{Command as Deed, Role, User},
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{self, Account},
    device::{Device, Held, device},
    locale::text,
    pages::shell::DeskShell,
    program,
    route::{self, Route},
    storage,
    ui::{Banner, Button, ButtonKind, ButtonLink, Card, Icon, Tag, Tone, toast},
};

const SKIPPED: &str = "doorstep.start-lists";
/// Cards were made on this device; only the server knows whether they were on another.
pub(super) const CARDS_MADE: &str = "doorstep.start-cards";
/// How often the server is asked whether somebody scanned a card.
const LOOK: Duration = Duration::from_secs(10);

/// Who registers tickets and sends people.
const DESK: [Role; 3] = [Role::Agent, Role::Coordinator, Role::Supervisor];

/// What there is already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stand {
    engineers: usize,
    teams: usize,
    customers: usize,
    parts: usize,
    /// A ticket that waits to be dispatched.
    waiting: Option<Id<Ticket>>,
    dispatched: bool,
}

impl Stand {
    fn of(device: Device) -> Self {
        let engineers = device.held::<User>();
        let tickets = device.held::<Ticket>();
        let waits = |ticket: &&Held<Ticket>| {
            let stages = matches!(
                ticket.stage,
                Stage::Received | Stage::Triaged | Stage::PendingDispatch { .. }
            );
            stages && ticket.visits.is_empty()
        };
        Self {
            engineers: engineers
                .iter()
                .filter(|user| user.active && user.is_any(&[Role::Engineer]))
                .count(),
            teams: device.held::<Team>().len(),
            customers: device.held::<Customer>().len(),
            parts: device.held::<Part>().len(),
            waiting: tickets.iter().find(waits).map(|ticket| ticket.id),
            dispatched: tickets.iter().any(|ticket| !ticket.visits.is_empty()),
        }
    }
}

/// Whether the administrator still has a way to go (tracked). One who is not at the desk cannot see whether there
/// are tickets; for them it ends with people and teams.
fn is_due(device: Device) -> bool {
    let me = device.me();
    if !me.is_any(&[Role::Administrator]) {
        return false;
    }
    // Asked at every change on every page: the lists that do not matter here are left alone.
    let engineer = |user: &Held<User>| user.active && user.is_any(&[Role::Engineer]);
    let sent = |ticket: &Held<Ticket>| !ticket.visits.is_empty();
    !device.held().iter().any(engineer)
        || device.held::<Team>().is_empty()
        || (me.is_any(&DESK) && !device.held().iter().any(sent))
}

/// Where the person of this device starts.
pub fn first_page(device: Device) -> Route {
    if is_due(device) { Route::Start } else { program::home(&device.me()) }
}

/// One step, as it stands.
struct Step {
    name: &'static str,
    title: &'static str,
    why: &'static str,
    /// What was reached, once it was.
    done: Option<String>,
    go: AnyView,
}

/// The page.
#[component]
pub fn Start() -> impl IntoView {
    let device = device();
    let accounts = RwSignal::new(Vec::<Account>::new());
    let skipped = RwSignal::new(storage::recall(SKIPPED).is_some());
    let stand = Memo::new(move |_| Stand::of(device));
    let look = move || {
        spawn_local(async move {
            // Without a network the ticks that are known stay.
            if let Ok(known) = api::accounts().await {
                accounts.try_set(known);
            }
        });
    };
    look();
    if let Ok(clock) = set_interval_with_handle(look, LOOK) {
        on_cleanup(move || clock.clear());
    }
    let signed_in = Memo::new(move |_| {
        let engineers = device.held::<User>();
        let engineer = |id: Id<User>| {
            engineers.iter().any(|user| user.id == id && user.is_any(&[Role::Engineer]))
        };
        accounts.with(|accounts| {
            let own = accounts.iter().filter(|account| engineer(account.user));
            let (inside, outside): (Vec<_>, Vec<_>) =
                own.partition(|account| !account.replicas.is_empty());
            let ready = outside.iter().filter(|account| {
                account.card.as_ref().is_some_and(|card| {
                    card.used.is_none() && card.revoked.is_none() && card.expires > device.minute()
                })
            });
            (inside.len(), ready.count())
        })
    });
    let steps = move || steps(device, &stand.get(), signed_in.get(), skipped);
    let list = move || {
        let steps = steps();
        let done = steps.iter().filter(|step| step.done.is_some()).count();
        let all = steps.len();
        let next = steps.iter().position(|step| step.done.is_none());
        let over = (done == all).then(|| {
            view! {
                <Card title=move || text().first_run.start.all_done tone=Tone::Success>
                    <p>{move || text().first_run.start.all_done_lead}</p>
                    <div class="row">
                        <ButtonLink
                            text=move || text().first_run.start.to_board
                            href=Route::Board.href()
                            kind=ButtonKind::Primary
                            icon=Icon::Board
                            name="start-board"
                        />
                    </div>
                </Card>
            }
        });
        let rows =
            steps.into_iter().enumerate().map(|(at, step)| shown(at, step, next == Some(at)));
        view! {
            {over}
            <div class="start__progress">
                <span class="num">{(text().first_run.start.progress)(done, all)}</span>
                <progress class="start__bar" value=done.to_string() max=all.to_string() aria-hidden="true"></progress>
            </div>
            <ol class="start__steps" data-done=done>{rows.collect_view()}</ol>
        }
    };
    view! {
        <DeskShell title=move || text().first_run.start.title>
            <div class="start">
                <p class="muted">{move || text().first_run.start.lead}</p>
                {list}
            </div>
        </DeskShell>
    }
}

fn shown(at: usize, step: Step, next: bool) -> impl IntoView {
    let Step { name, title, why, done, go } = step;
    let is_done = done.is_some();
    let state = if is_done {
        "done"
    } else if next {
        "now"
    } else {
        "todo"
    };
    let mark = if is_done { Icon::Check.svg().into_any() } else { (at + 1).into_any() };
    view! {
        <li class="start__step" data-state=state data-step=name aria-current=next.then_some("step")>
            <span class="start__mark num" aria-hidden="true">{mark}</span>
            <div class="start__text">
                <h2 class="title-2">
                    {title}
                    {next.then(|| view! { <Tag text=move || text().first_run.start.next tone=Tone::Primary/> })}
                </h2>
                <p class="muted">{done.unwrap_or_else(|| why.to_owned())}</p>
            </div>
            <div class="start__go">{go}</div>
        </li>
    }
}

fn steps(
    device: Device,
    stand: &Stand,
    (inside, ready): (usize, usize),
    skipped: RwSignal<bool>,
) -> Vec<Step> {
    let words = &text().first_run.start;
    // One thing to press is loud: what comes next.
    let mut loud = true;
    let mut link = |name: &'static str, words: &'static str, href: String, done: bool| {
        let kind = match done {
            true => ButtonKind::Quiet,
            false if std::mem::take(&mut loud) => ButtonKind::Primary,
            false => ButtonKind::Secondary,
        };
        let words = if done { text().first_run.start.again } else { words };
        view! { <ButtonLink text=words href kind name/> }.into_any()
    };
    let lists = match (stand.customers + stand.parts, skipped.get()) {
        (0, false) => None,
        (0, true) => Some(words.lists_skipped.to_owned()),
        // An administrator holds no customers: nothing is said of what one cannot see.
        _ => Some((words.lists_done)(stand.customers, stand.parts)),
    };
    let skip = view! {
        <Button
            text=words.lists_skip
            kind=ButtonKind::Quiet
            name="skip-lists"
            on_press=move || {
                storage::remember(SKIPPED, "1");
                skipped.set(true);
            }
        />
    };
    let office = device.me().is_any(&[Role::Coordinator, Role::Supervisor, Role::Keeper]);
    let cards = match (inside, ready) {
        (0, 0) => None,
        (0, ready) => Some((words.cards_made)(ready)),
        (inside, _) => Some((words.cards_done)(inside)),
    };
    let ticket = stand.dispatched.then(|| words.ticket_done.to_owned());
    let desk = device.me().is_any(&DESK);
    let people = Step {
        name: "people",
        title: words.people,
        why: words.people_why,
        done: (stand.engineers > 0).then(|| (words.people_done)(stand.engineers)),
        go: link(
            "start-people",
            words.people_go,
            Route::People.with("add", "engineer"),
            stand.engineers > 0,
        ),
    };
    let team = Step {
        name: "team",
        title: words.team,
        why: words.team_why,
        done: (stand.teams > 0).then(|| (words.team_done)(stand.teams)),
        go: link("start-team", words.team_go, Route::People.with("add", "team"), stand.teams > 0),
    };
    let import =
        office.then(|| link("start-lists", words.lists_go, Route::Import.href(), lists.is_some()));
    let lists = Step {
        name: "lists",
        title: words.lists,
        why: words.lists_why,
        go: view! { {import} {lists.is_none().then_some(skip)} }.into_any(),
        done: lists,
    };
    let cards = Step {
        name: "cards",
        title: words.cards,
        why: words.cards_why,
        go: link("start-cards", words.cards_go, Route::Cards.href(), cards.is_some()),
        done: cards,
    };
    let ticket = Step {
        name: "ticket",
        title: words.ticket,
        why: if desk { words.ticket_why } else { words.not_the_desk },
        go: match (desk, stand.waiting) {
            (false, _) => view! { <GiveDesk/> }.into_any(),
            (true, Some(waiting)) if ticket.is_none() => {
                let href = Route::DeskTicket(waiting).href();
                link("start-ticket", words.ticket_dispatch, href, false)
            }
            (true, _) => {
                link("start-ticket", words.ticket_go, Route::Register.href(), ticket.is_some())
            }
        },
        done: ticket,
    };
    vec![people, team, lists, cards, ticket]
}

/// An administrator who is alone does the desk's work too.
#[component]
fn GiveDesk() -> impl IntoView {
    let device = device();
    let give = move || {
        let mut me = device.me();
        me.roles.push(Role::Coordinator);
        let id = me.id;
        device.press_then(Command::User(id, Deed::Save { user: Box::new(me) }), || {
            toast(Tone::Success, text().office.saved);
        });
    };
    view! {
        <Button
            text=move || text().first_run.start.give_desk
            icon=Icon::Users
            name="give-desk"
            on_press=give
        />
    }
}

/// On every other page of the desk: how far it is, and the way back to the steps.
#[component]
pub fn Ribbon() -> impl IntoView {
    let device = device();
    let here = route::current();
    let due = Memo::new(move |_| is_due(device) && here.get() != Some(Route::Start));
    let said = move || {
        let words = &text().first_run.start;
        let stand = Stand::of(device);
        let skipped = storage::recall(SKIPPED).is_some();
        let steps = [
            (words.people, stand.engineers > 0),
            (words.team, stand.teams > 0),
            (words.lists, skipped || stand.customers + stand.parts > 0),
            (words.cards, storage::recall(CARDS_MADE).is_some()),
        ];
        let next = steps.iter().find(|(_, done)| !done).map_or(words.ticket, |(title, _)| *title);
        (words.ribbon)(next)
    };
    view! {
        <Show when=move || due.get()>
            <Banner
                text=Signal::derive(said)
                icon=Icon::Flag
                action=move || text().first_run.start.back
                on_action=|| route::go(Route::Start)
                name="start-ribbon"
            />
        </Show>
    }
}
