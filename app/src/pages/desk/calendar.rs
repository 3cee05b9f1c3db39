//! The dispatch calendar: who is where and when, what still waits, and the hands to bring both together.
//!
//! Names for tests: `waiting-ticket` (also `data-take`), `plan-ticket`, `calendar-block` (also `data-ticket`),
//! `calendar-grid`, `calendar-today`, `calendar-earlier`, `calendar-later`, `calendar-print`; a lane has
//! `data-lane` with the engineer's id.

mod grid;
mod hands;
mod timetable;
mod waiting;

use domain::{Timestamp, search, team::Team, user::Role};
use leptos::prelude::*;

use self::{
    hands::{Calendar as Hands, Carried},
    timetable::{DAY, Days, Timetable, Wanted},
};
use super::{
    actions, body,
    dispatch::PlanDialog,
    keys::{self, CardKey},
    looks,
};
use crate::{
    device::{Device, device},
    locale::{self, text},
    pages::{paper::print, shell::DeskShell},
    route::Route,
    ui::{
        Button, ButtonLink, Choice, DateTime, Empty, Icon, IconButton, SearchBar, Segmented,
        Select, TimeKind,
    },
};

/// Below this width, in text sizes, a grid has no room.
const GRID_REM: f64 = 52.0;

/// The days in view, as the reader chose them.
#[derive(Clone, Copy)]
struct View {
    day: RwSignal<String>,
    span: RwSignal<String>,
    search: RwSignal<String>,
    team: RwSignal<String>,
}

impl View {
    fn new(device: Device) -> Self {
        Self {
            day: RwSignal::new(locale::input_date(device.now())),
            span: RwSignal::new("day".to_owned()),
            search: RwSignal::default(),
            team: RwSignal::default(),
        }
    }

    fn is_day(self) -> bool {
        self.span.with(|span| span == "day")
    }

    /// The shown days (tracked); a week begins with the day that was chosen.
    fn days(self, device: Device) -> Days {
        let count = if self.is_day() { 1 } else { 7 };
        let chosen = self.day.with(|day| locale::parse_input_time(day));
        let first = chosen.unwrap_or_else(|| midnight(device.now()));
        Days { first, count }
    }

    fn go(self, days: i64) {
        let from = self.day.with_untracked(|day| locale::parse_input_time(day));
        if let Some(from) = from {
            // Noon, so that a day of 23 hours is still one day.
            let noon = from.plus_minutes(days * DAY + DAY / 2);
            self.day.set(locale::input_date(noon));
        }
    }
}

fn midnight(at: Timestamp) -> Timestamp {
    locale::parse_input_time(&locale::input_date(at)).unwrap_or(at)
}

/// The page.
#[component]
pub fn Calendar() -> impl IntoView {
    let device = device();
    let view = View::new(device);
    let carried = RwSignal::new(None::<Carried>);
    let resting = RwSignal::new(false);
    let live = Memo::new(move |_| {
        let words = view.search.with(|typed| search::Wanted::new(typed));
        timetable::timetable(device, view.days(device), &Wanted { words, team: view.team.get() })
    });
    // Nothing moves while it is carried or pointed at: the table is then the one the hand saw.
    let table = Memo::new(move |before: Option<&Timetable>| {
        let days = view.days(device);
        let held = resting.get() || carried.with(Option::is_some);
        // While it is held the live one is not asked, and so not made.
        match before.filter(|before| held && before.days == days) {
            Some(before) => before.clone(),
            None => live.get(),
        }
    });
    let hands = Hands::new(device, table, carried, resting);
    hands.follow_mouse();
    keys::shortcuts(move || {
        if !hands.put_back() {
            hands.picked.set(None);
        }
    });
    keys::on_card(move |key, card| {
        // To move a visit is to plan it anew.
        if matches!(key, CardKey::Plan | CardKey::Move) {
            hands.open_plan(card);
        }
    });
    // Whoever opens a day, or asks for today again, comes for what is now and next.
    Effect::new(move |_| {
        view.day.track();
        view.span.track();
        if hands.grid.get().is_some() {
            request_animation_frame(move || grid::show_now(hands));
        }
    });
    let narrow = looks::narrower_than(GRID_REM);
    let open = Memo::new(move |_| hands.picked.get().is_some_and(|id| device.find(id).is_some()));
    let empty = Memo::new(move |_| table.with(|table| table.rows.is_empty()));
    let page = move || {
        if narrow.get() {
            view! { <div class="calendar" data-narrow="true">{waiting::waiting(hands)} {grid::list(hands)}</div> }
                .into_any()
        } else {
            view! {
                <div class="calendar">
                    {waiting::waiting(hands)} {grid::grid(hands)}
                    <Show when=move || empty.get()>{nobody(device)}</Show>
                </div>
            }
            .into_any()
        }
    };
    view! {
        <DeskShell
            title=move || text().calendar.title
            wide=true
            tools=move || tools(view)
            panel=move || move || hands.picked.get().map(|id| body::panel(id, hands.picked))
            panel_open=open
            panel_title=move || text().desk.ticket
        >
            {bar(view, device, narrow)}
            <p class="calendar__printed">{move || printed(view, device)}</p>
            {page}
            <p class="sr" id="calendar-hint">{move || text().calendar.grid_hint}</p>
            <p class="sr" role="status" aria-live="assertive">{hands.said}</p>
            <Show when=move || {
                carried.get().is_some_and(|it| it.hand == hands::Hand::Mouse)
            }>
                <div class="calendar__ghost" aria-hidden="true" node_ref=hands.ghost>
                    {move || {
                        carried
                            .get()
                            .and_then(|it| untrack(|| device.find(it.ticket)))
                            .map(|ticket| ticket.contact.label())
                    }}
                </div>
            </Show>
            <PlanDialog plan=hands.plan/>
        </DeskShell>
    }
}

fn tools(view: View) -> impl IntoView {
    view! {
        <SearchBar
            label=move || text().calendar.filter
            placeholder=move || text().calendar.filter_hint
            clear=move || text().desk.clear
            value=view.search
        />
        <Button
            text=move || text().calendar.print
            icon=Icon::Print
            name="calendar-print"
            on_press=print
        />
    }
}

/// Stands where people would: nobody fits what was asked for, or nobody is there yet.
fn nobody(device: Device) -> AnyView {
    let there = Memo::new(move |_| !actions::engineers(device).is_empty());
    let administrator = Memo::new(move |_| device.me().is_any(&[Role::Administrator]));
    let said = move || {
        if there.get() { text().calendar.nobody_fits } else { text().calendar.no_engineers }
    };
    view! {
        <Empty icon=Icon::Users text=said>
            <Show when=move || administrator.get() && !there.get()>
                <ButtonLink text=move || text().frame.people href=Route::People.href() icon=Icon::Users/>
            </Show>
        </Empty>
    }
    .into_any()
}

/// The day, and how many of them.
fn bar(view: View, device: Device, narrow: Signal<bool>) -> impl IntoView {
    let step = move || if view.span.with_untracked(|span| span == "day") { 1 } else { 7 };
    let options = Signal::derive(|| {
        let words = &text().calendar;
        vec![Choice::new("day", words.day), Choice::new("week", words.week)]
    });
    let teams = Memo::new(move |_| {
        let choice = |team: Team| Choice::new(team.id.to_string(), team.name);
        device.all::<Team>().into_iter().map(choice).collect::<Vec<_>>()
    });
    let title = move || {
        let days = view.days(device);
        if days.one() {
            locale::date(days.first)
        } else {
            format!("{} – {}", locale::date(days.first), locale::date(days.midnight(6)))
        }
    };
    view! {
        <div class="calendar__bar">
            <IconButton
                icon=Icon::Back
                label=move || text().calendar.earlier
                name="calendar-earlier"
                on_press=move || view.go(-step())
            />
            <Button
                text=move || text().calendar.today
                name="calendar-today"
                on_press=move || view.day.set(locale::input_date(device.now()))
            />
            <IconButton
                icon=Icon::Chevron
                label=move || text().calendar.later
                name="calendar-later"
                on_press=move || view.go(step())
            />
            <h2 class="calendar__title" aria-live="polite">{title}</h2>
            <span class="spacer"></span>
            <Show when=move || !narrow.get()>
                <p class="calendar__keys faint">{move || text().calendar.grid_hint}</p>
            </Show>
            <Show when=move || teams.with(|teams| teams.len() > 1)>
                <div class="calendar__pick">
                    <Select
                        label=move || text().calendar.team
                        value=view.team
                        options=teams
                        empty=move || text().calendar.all_teams
                        id="calendar-team"
                    />
                </div>
            </Show>
            <div class="calendar__pick">
                <DateTime
                    label=move || text().calendar.pick_day
                    kind=TimeKind::Date
                    value=view.day
                    id="calendar-day"
                />
            </div>
            <Segmented
                label=move || text().calendar.span
                value=view.span
                options
                hide_label=true
                id="calendar-span"
            />
        </div>
    }
}

/// What the paper says above the plan.
fn printed(view: View, device: Device) -> String {
    let words = &text().calendar;
    let when = locale::date(view.days(device).first);
    let at = locale::moment_in(locale::language(), device.minute());
    format!("{} · {when} · {}", words.title, (words.printed)(&at))
}
