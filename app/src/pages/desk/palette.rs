//! Find and go: every page, the ticket's actions, every ticket, from the keyboard; and the keys themselves.

use domain::{
    Id,
    search::{Names, Wanted},
    ticket::Ticket,
    user::{Role, User},
};
use leptos::{ev, prelude::*};

use super::{
    actions::{self, Action},
    keys, looks,
};
use crate::{
    device::device,
    locale::text,
    route::{self, Route},
    search::{self, Line},
    ui::{Dialog, Icon, IconButton},
};

/// The most tickets that are listed.
const TICKETS_MAX: usize = 12;

/// Something the palette offers.
#[derive(Clone, PartialEq)]
struct Entry {
    group: Group,
    icon: Icon,
    label: String,
    hint: String,
    goal: Goal,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Deeds,
    Pages,
    Tickets,
}

impl Group {
    fn title(self) -> &'static str {
        let board = &text().board;
        match self {
            Group::Deeds => board.palette_deeds,
            Group::Pages => board.palette_pages,
            Group::Tickets => board.palette_tickets,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Goal {
    Page(Route),
    Do(Id<Ticket>, Action),
    Sync,
    Keys,
}

/// The places of the desk this person works at.
fn places(user: &User) -> Vec<(Route, Icon, &'static str)> {
    let frame = &text().frame;
    let mut places = Vec::new();
    let mut add = |roles: &[Role], more: &[(Route, Icon, &'static str)]| {
        if user.is_any(roles) {
            places.extend_from_slice(more);
        }
    };
    use Role::{Administrator, Agent, Coordinator, Engineer, Keeper, Supervisor};
    add(&[Engineer], &[(Route::Today, Icon::Calendar, frame.today)]);
    add(
        &[Agent, Coordinator, Supervisor],
        &[
            (Route::Board, Icon::Board, frame.board),
            (Route::Calendar, Icon::CalendarCheck, frame.calendar),
            (Route::DeskTickets, Icon::List, frame.desk_tickets),
            (Route::Register, Icon::Add, text().desk.register),
        ],
    );
    add(&[Coordinator, Supervisor], &[(Route::Decisions, Icon::Flag, frame.decisions)]);
    add(
        &[Agent, Coordinator, Supervisor, Keeper],
        &[
            (Route::PartRequests, Icon::Inbox, frame.part_requests),
            (Route::Stock, Icon::Package, frame.stock),
            (Route::Catalogue, Icon::Book, frame.catalogue),
        ],
    );
    add(&[Keeper, Supervisor, Coordinator], &[(Route::Import, Icon::Upload, frame.import)]);
    add(&[Administrator], &[(Route::People, Icon::Users, frame.people)]);
    add(
        &[Coordinator, Supervisor, Administrator],
        &[
            (Route::Devices, Icon::Device, frame.devices),
            (Route::Attention, Icon::Alert, text().watch.attention),
        ],
    );
    places.push((Route::Outbox, Icon::Cloud, frame.outbox));
    places.push((Route::Me, Icon::Me, frame.me));
    places
}

/// The palette with its button; once in each page's frame.
#[component]
pub fn Palette() -> impl IntoView {
    let open = RwSignal::new(false);
    let helping = RwSignal::new(false);
    let doing = RwSignal::new(None::<(Id<Ticket>, Action)>);
    keys::everywhere(move || open.set(true), move || helping.set(true));
    Effect::new(move |_| {
        if open.get() {
            request_animation_frame(|| keys::focus("#palette-input"));
        }
    });
    view! {
        <span class="desk__palette">
            <IconButton
                icon=Icon::Search
                label=move || text().board.palette_open
                name="palette"
                on_press=move || open.set(true)
            />
        </span>
        <Dialog
            open
            title=move || text().board.palette
            wide=true
            close=move || text().desk.close_panel
        >
            {finder(open, helping, doing)}
        </Dialog>
        {actions::dialog(doing)}
        <Dialog
            open=helping
            title=move || text().board.keys
            close=move || text().desk.close_panel
        >
            {help()}
        </Dialog>
    }
}

/// What fits what was typed, in groups (tracked).
fn entries(typed: &str, lines: &[Line]) -> Vec<Entry> {
    let device = device();
    let me = device.me();
    let wanted = Wanted::new(typed);
    let named = |label: &str| wanted.rank(&Names::default().name(label)).is_some();
    let mut entries = Vec::new();
    if let Some(Route::DeskTicket(id)) = route::current().get()
        && let Some(ticket) = device.find(id)
    {
        for action in Action::possible(&ticket, device) {
            let label = action.label(&ticket).to_owned();
            if wanted.is_empty() || named(&label) {
                entries.push(Entry {
                    group: Group::Deeds,
                    icon: action.icon(),
                    hint: ticket.contact.label(),
                    goal: Goal::Do(id, action),
                    label,
                });
            }
        }
    }
    for (route, icon, label) in places(&me) {
        if wanted.is_empty() || named(label) {
            let (label, hint) = (label.to_owned(), String::new());
            entries.push(Entry { group: Group::Pages, icon, label, hint, goal: Goal::Page(route) });
        }
    }
    for (goal, icon, label) in [
        (Goal::Sync, Icon::Refresh, text().person.outbox.sync_now),
        (Goal::Keys, Icon::Info, text().board.keys),
    ] {
        if named(label) {
            let (label, hint) = (label.to_owned(), String::new());
            entries.push(Entry { group: Group::Pages, icon, label, hint, goal });
        }
    }
    if !wanted.is_empty() {
        let found = search::found(&wanted, lines.iter()).into_iter();
        let found = found.filter_map(|id| untrack(|| device.find::<Ticket>(id)));
        entries.extend(found.take(TICKETS_MAX).map(|ticket| Entry {
            group: Group::Tickets,
            icon: looks::icon(&ticket),
            label: format!("{} · {}", ticket.spoken_number(), ticket.contact.label()),
            hint: format!("{} · {}", ticket.title, text().words.status(&ticket)),
            goal: Goal::Page(Route::DeskTicket(ticket.id)),
        }));
    }
    entries
}

fn finder(
    open: RwSignal<bool>,
    helping: RwSignal<bool>,
    doing: RwSignal<Option<(Id<Ticket>, Action)>>,
) -> impl IntoView {
    let device = device();
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let composing = StoredValue::new(false);
    let office = device.me().is_any(&[Role::Agent, Role::Coordinator, Role::Supervisor]);
    // Taken once for each opening, not for each key.
    let lines = if office { untrack(|| search::lines(device)) } else { Vec::new() };
    let lines = StoredValue::new(lines);
    let found = Memo::new(move |_| {
        let typed = typed.get();
        lines.with_value(|lines| entries(&typed, lines))
    });
    let take = move |said: String| {
        if !composing.get_value() && typed.with_untracked(|typed| *typed != said) {
            typed.set(said);
            at.set(0);
        }
    };
    let run = Callback::new(move |goal: Goal| {
        open.set(false);
        match goal {
            Goal::Page(route) => route::go(route),
            Goal::Do(id, action) => action.begin(id, doing),
            Goal::Sync => device.sync_now(),
            Goal::Keys => helping.set(true),
        }
    });
    let key = move |event: ev::KeyboardEvent| {
        // A key that an input method keeps to itself chooses a word, not an entry.
        if event.is_composing() || event.key_code() == 229 {
            return;
        }
        let many = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if many > 0 => at.update(|at| *at = (*at + 1) % many),
            "ArrowUp" if many > 0 => at.update(|at| *at = (*at + many - 1) % many),
            "Enter" => {
                let goal =
                    found.with_untracked(|found| found.get(at.get_untracked()).map(|it| it.goal));
                if let Some(goal) = goal {
                    run.run(goal);
                }
            }
            _ => return,
        }
        event.prevent_default();
        request_animation_frame(|| keys::reveal("#palette-list [aria-selected=true]"));
    };
    let list = move || {
        let found = found.get();
        if found.is_empty() {
            return view! { <p class="palette__none">{text().board.palette_none}</p> }.into_any();
        }
        let mut before = None;
        let options = found
            .into_iter()
            .enumerate()
            .map(|(place, entry)| {
                let Entry { group, icon, label, hint, goal } = entry;
                let heading = (before != Some(group)).then(|| {
                    view! { <li class="palette__group" role="presentation">{group.title()}</li> }
                });
                before = Some(group);
                view! {
                    {heading}
                    <li
                        class="palette__entry"
                        role="option"
                        id=format!("palette-{place}")
                        aria-selected=move || (at.get() == place).to_string()
                        on:pointermove=move |_| {
                            if at.get_untracked() != place {
                                at.set(place);
                            }
                        }
                        on:click=move |_| run.run(goal)
                    >
                        {icon.svg()}
                        <span class="palette__label">{label}</span>
                        <span class="palette__hint">{hint}</span>
                    </li>
                }
            })
            .collect_view();
        view! {
            <ul class="palette__list" id="palette-list" role="listbox" aria-label=text().board.palette>
                {options}
            </ul>
        }
        .into_any()
    };
    view! {
        <div class="palette">
            <input
                class="palette__input"
                id="palette-input"
                type="text"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="go"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=move || format!("palette-{}", at.get())
                aria-label=move || text().board.palette
                placeholder=move || text().board.palette_hint
                on:compositionstart=move |_| composing.set_value(true)
                on:compositionend=move |event| {
                    composing.set_value(false);
                    take(event_target_value(&event));
                }
                on:input=move |event| take(event_target_value(&event))
                on:keydown=key
            />
            {list}
        </div>
    }
}

/// Which key does what.
fn help() -> impl IntoView {
    let line = |keys: &'static [&'static str], what: fn() -> &'static str| {
        let caps = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view();
        view! {
            <div class="key-line">
                <dt>{what}</dt>
                <dd>{caps}</dd>
            </div>
        }
    };
    view! {
        <dl class="key-lines">
            {line(&["Ctrl", "K"], || text().board.key_palette)}
            {line(&["/"], || text().board.key_search)}
            {line(&["N"], || text().board.key_new)}
            {line(&["↑", "↓", "←", "→", "J", "K"], || text().board.key_walk)}
            {line(&["↵"], || text().board.key_open)}
            {line(&["X"], || text().board.key_choose)}
            {line(&["P"], || text().board.key_plan)}
            {line(&["M"], || text().board.key_move)}
            {line(&["Esc"], || text().board.key_leave)}
            {line(&["?"], || text().board.key_help)}
        </dl>
    }
}
