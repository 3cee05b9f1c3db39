//! The calendar drawn: engineers down, hours or days across; on a phone a list for each engineer.

use std::collections::BTreeMap;

use domain::{
    Id, Timestamp,
    dispatch::{CLOSES_MINUTE, DAY_LOAD_MINUTES, OPENS_MINUTE, Proposal},
    user::User,
};
use leptos::prelude::*;

use super::{
    super::{looks, proposals},
    hands::{Calendar, Carried, Spot},
    nobody,
    timetable::{Block, DAY, HOUR, PersonRow, Timetable},
};
use crate::{
    locale::{self, text},
    ui::{Icon, Tag, Tone},
};

/// For how many engineers the first free time is marked while something is carried.
const PROPOSED: usize = 3;

type Fits = Memo<BTreeMap<Id<User>, (usize, Proposal)>>;

/// A number for the style sheet, in ten-thousandths of the width.
fn share(part: i64, whole: i64) -> String {
    format!("{}%", permyriad(part, whole))
}

fn permyriad(part: i64, whole: i64) -> String {
    let ten_thousandths = part * 10_000 / whole.max(1);
    format!("{}.{:02}", ten_thousandths / 100, ten_thousandths.rem_euclid(100))
}

/// The grid.
pub(super) fn grid(calendar: Calendar) -> impl IntoView {
    let Calendar { table, spot, carried, .. } = calendar;
    let fits = calendar.fits();
    let now = looks::minute();
    let ids = Memo::new(move |_| {
        table.with(|table| table.rows.iter().map(|row| row.engineer).collect::<Vec<_>>())
    });
    // What the whole grid measures by: hours, working hours and now, as shares of its width.
    let across = move |minute: i64| {
        table.with(|table| {
            let (opens, closes) = (table.opens, table.closes);
            share((minute - opens).clamp(0, closes - opens), closes - opens)
        })
    };
    let at_now = move || {
        table.with(|table| {
            let minute = (now.get().0 - table.days.first.0).div_euclid(60_000);
            let shown = table.days.one() && (table.opens..table.closes).contains(&minute);
            shown.then(|| share(minute - table.opens, table.closes - table.opens))
        })
    };
    let due = move || {
        let ticket = carried.get()?.ticket;
        let due = calendar.device.find(ticket)?.promised(now.get())?.1;
        table.with(|table| place_of(table, due))
    };
    let active = move || spot.get().map(|spot| spot_id(&spot));
    view! {
        <div
            class="calendar__grid"
            role="grid"
            tabindex="0"
            data-name="calendar-grid"
            data-days=move || if table.with(|table| table.days.one()) { "one" } else { "week" }
            data-carrying=move || carried.with(Option::is_some).then_some("true")
            data-now=move || at_now().is_some().then_some("true")
            aria-label=move || text().calendar.grid
            aria-describedby="calendar-hint"
            aria-activedescendant=active
            node_ref=calendar.grid
            style=("--columns", move || table.with(|table| columns(table).to_string()))
            style=("--opens", move || across(OPENS_MINUTE))
            style=("--closes", move || across(CLOSES_MINUTE))
            style=("--now", move || at_now().unwrap_or_default())
            style=("--due", move || due().unwrap_or_default())
            data-due=move || due().is_some().then_some("true")
            on:keydown=move |event| calendar.key(&event)
        >
            {head(calendar)}
            <For
                each=move || ids.get()
                key=|id| *id
                children=move |id| row(calendar, fits, id)
            />
        </div>
    }
}

/// Scrolls the hours so that now stands an hour from their edge; another day is shown from its beginning.
pub(super) fn show_now(calendar: Calendar) {
    let Some(grid) = calendar.grid.get_untracked() else { return };
    let (past, whole) = calendar.table.with_untracked(|table| {
        let minute = (calendar.device.now().0 - table.days.first.0).div_euclid(60_000);
        let shown = (table.opens..table.closes).contains(&minute);
        let past = if table.days.one() && shown { minute - HOUR - table.opens } else { 0 };
        (past.max(0), table.closes - table.opens)
    });
    let hours = grid.query_selector(".calendar__hours").ok().flatten();
    if let (Some(hours), Ok(past), Ok(whole)) = (hours, i32::try_from(past), i32::try_from(whole)) {
        grid.set_scroll_left((hours.scroll_width() * past / whole.max(1)).into());
    }
}

fn columns(table: &Timetable) -> i64 {
    if table.days.one() { (table.closes - table.opens) / HOUR } else { table.days.count }
}

/// Where a moment lies on the shown days, if it does.
fn place_of(table: &Timetable, at: Timestamp) -> Option<String> {
    let minute = (at.0 - table.days.first.0).div_euclid(60_000);
    if table.days.one() {
        let shown = (table.opens..table.closes).contains(&minute);
        shown.then(|| share(minute - table.opens, table.closes - table.opens))
    } else {
        let whole = table.days.count * DAY;
        (0..whole).contains(&minute).then(|| share(minute, whole))
    }
}

fn spot_id(spot: &Spot) -> String {
    format!("spot-{}-{}", spot.engineer, spot.at.0)
}

/// Hours or days.
fn head(calendar: Calendar) -> impl IntoView {
    let Calendar { table, device, .. } = calendar;
    let cells = move || {
        let (days, opens, count) = table.with(|table| (table.days, table.opens, columns(table)));
        let today = locale::day_number(device.minute());
        (0..count)
            .map(|column| {
                if days.one() {
                    let hour = opens / HOUR + column;
                    let word = format!("{hour}:00");
                    view! { <span class="calendar__hour num" role="columnheader">{word}</span> }
                        .into_any()
                } else {
                    let day = days.midnight(column);
                    let current = (locale::day_number(day) == today).then_some("date");
                    view! {
                        <span class="calendar__hour" role="columnheader" aria-current=current>
                            {locale::date(day)}
                        </span>
                    }
                    .into_any()
                }
            })
            .collect_view()
    };
    view! {
        <div class="calendar__head" role="row">
            <span class="calendar__corner" role="columnheader">{move || text().calendar.engineer}</span>
            <div class="calendar__hours" role="presentation">{cells}</div>
        </div>
    }
}

fn row(calendar: Calendar, fits: Fits, id: Id<User>) -> impl IntoView {
    let Calendar { table, carried, spot, .. } = calendar;
    let own = Memo::new(move |_| {
        table.with(|table| table.rows.iter().find(|row| row.engineer == id).cloned())
    });
    // What places are measured by. All else on the table is another row's affair.
    let frame = Memo::new(move |_| table.with(|table| (table.days, table.opens, table.closes)));
    let fit = Memo::new(move |_| fits.with(|fits| fits.get(&id).cloned()));
    let lines = move || own.with(|row| row.as_ref().map_or(1, |row| row.lines)).to_string();
    // Where there are no hours, the blocks of a day stand below each other.
    let blocks = move || {
        let row = own.get()?;
        let (days, ..) = frame.get();
        if days.one() {
            return Some(row.blocks.iter().map(|it| block(calendar, it)).collect_view().into_any());
        }
        let cells = (0..days.count).map(|day| {
            let (from, to) = (days.midnight(day), days.midnight(day + 1));
            let of_day = row.blocks.iter().filter(|it| from <= it.from && it.from < to);
            let list = of_day.map(|it| block(calendar, it)).collect_view();
            view! { <div class="calendar__day" role="presentation">{list}</div> }
        });
        Some(cells.collect_view().into_any())
    };
    let ticks = move || {
        let row = own.get()?;
        frame.track();
        Some(table.with_untracked(|table| {
            row.blocks
                .iter()
                .filter_map(|block| Some((place_of(table, block.due?)?, block.due?)))
                .map(|(place, due)| {
                    let label = (text().calendar.due)(&locale::time(due));
                    view! {
                        <span class="calendar__tick" title=label style=("--at", place)></span>
                    }
                })
                .collect_view()
        }))
    };
    let free = move || {
        let carried = carried.get()?;
        // Only where somebody would look first: sixty proposals are none.
        let slot = fit.with(|fit| {
            fit.as_ref().filter(|(place, _)| *place < PROPOSED).and_then(|(_, fit)| fit.slot)
        })?;
        table.with(|table| table.days.one().then(|| band(table, slot, carried.minutes)).flatten())
    };
    let here = Memo::new(move |_| spot.get().filter(|spot| spot.engineer == id));
    view! {
        <div
            class="calendar__row"
            role="row"
            data-row=id.to_string()
            data-best=move || {
                fit.with(|fit| fit.as_ref().is_some_and(|(place, fit)| *place == 0 && !fit.has_it))
                    .then_some("true")
            }
        >
            {move || own.get().map(|row| person(row, fit, calendar))}
            <div
                class="calendar__lane"
                role="presentation"
                data-lane=id.to_string()
                style=("--lines", lines)
            >
                {ticks}
                {move || {
                    free().map(|(from, width)| {
                        view! {
                            <span class="calendar__free" style=("--at", from) style=("--width", width)></span>
                        }
                    })
                }}
                {blocks}
                {move || here.get().map(|spot| cursor(calendar, spot))}
            </div>
        </div>
    }
}

/// Beginning and width of a stretch of time on the line.
fn band(table: &Timetable, from: Timestamp, minutes: i64) -> Option<(String, String)> {
    let minute = (from.0 - table.days.first.0).div_euclid(60_000);
    let whole = table.closes - table.opens;
    let shown = (table.opens..table.closes).contains(&minute);
    shown.then(|| {
        let minutes = minutes.min(table.closes - minute);
        (share(minute - table.opens, whole), share(minutes, whole))
    })
}

/// The keyboard's cursor, and where a drop would lie.
fn cursor(calendar: Calendar, spot: Spot) -> impl IntoView {
    let Calendar { table, carried, device, .. } = calendar;
    let holding = carried.get();
    let window = holding.map(|carried| untrack(|| calendar.window(carried, spot)));
    let one = table.with(|table| table.days.one());
    let place = table.with(|table| {
        if one {
            let minutes = holding.map_or(domain::dispatch::STEP_MINUTES, |it: Carried| it.minutes);
            band(table, spot.at, minutes)
        } else {
            let day = (spot.at.0 - table.days.first.0).div_euclid(DAY * 60_000);
            Some((share(day, table.days.count), share(1, table.days.count)))
        }
    });
    let (at, width) = place.unwrap_or_default();
    let when = if one { locale::moment(spot.at) } else { locale::date(spot.at) };
    let what = table.with(|table| match table.block_at(spot.engineer, spot.at) {
        Some(block) => (text().calendar.slot_taken)(&block.words()),
        None => text().calendar.slot_free.to_owned(),
    });
    let label = format!("{} {what}", (text().calendar.slot)(&device.name(spot.engineer), &when));
    let shown = window.map(|(from, to)| format!("{}–{}", locale::time(from), locale::time(to)));
    view! {
        <span
            class="calendar__cursor num"
            role="gridcell"
            id=spot_id(&spot)
            aria-label=label
            data-holding=holding.is_some().then_some("true")
            style=("--at", at)
            style=("--width", width)
        >
            {shown}
        </span>
    }
}

fn person(
    row: PersonRow,
    fit: Memo<Option<(usize, Proposal)>>,
    calendar: Calendar,
) -> impl IntoView {
    let PersonRow { name, knows, load_minutes, untimed, last, .. } = row;
    let device = calendar.device;
    let words = &text().calendar;
    let load =
        (words.load_short)(&proposals::hours(load_minutes), &proposals::hours(DAY_LOAD_MINUTES));
    let said = proposals::load_words(load_minutes);
    let full = load_minutes.min(DAY_LOAD_MINUTES);
    let heard = move || match last {
        Some(at) => (text().calendar.last_act)(&locale::ago(at)),
        None => text().calendar.no_act.to_owned(),
    };
    let untimed = (untimed > 0).then(|| format!(" · {}", (words.untimed)(untimed)));
    // While something is carried, what the person can do gives way to why they should.
    let second = move || match fit.get() {
        Some((_, fit)) => {
            let tags = proposals::reasons(&fit, device)
                .into_iter()
                .take(2)
                .map(|(word, tone, icon)| view! { <Tag text=word tone icon=Some(icon)/> })
                .collect_view();
            view! { <span class="calendar__why">{tags}</span> }.into_any()
        }
        None => view! { <span class="calendar__knows clamp">{knows.clone()}</span> }.into_any(),
    };
    let best = move || {
        fit.get().filter(|(place, fit)| *place == 0 && !fit.has_it).map(|_| {
            view! { <Tag text=text().calendar.best tone=Tone::Primary solid=true/> }
        })
    };
    let initial = looks::initial(&name);
    view! {
        <div class="calendar__person person" role="rowheader">
            <span class="avatar" data-size="small" aria-hidden="true">{initial}</span>
            <span class="calendar__name"><strong class="clamp">{name}</strong> {best}</span>
            {second}
            <span
                class="calendar__load"
                data-full=(load_minutes > DAY_LOAD_MINUTES).then_some("true")
                title=said
                style=("--load", share(full, DAY_LOAD_MINUTES))
            >
                <span class="num">{load}</span>
            </span>
            <span class="calendar__last clamp">{heard} {untimed}</span>
        </div>
    }
}

fn block(calendar: Calendar, block: &Block) -> impl IntoView + use<> {
    let Calendar { table, carried, picked, .. } = calendar;
    let id = block.ticket;
    let one = table.with_untracked(|table| table.days.one());
    let (at, width) = table.with_untracked(|table| {
        let whole = table.closes - table.opens;
        let minute = |at: Timestamp| (at.0 - table.days.first.0).div_euclid(60_000);
        let from = minute(block.from).clamp(table.opens, table.closes);
        let to = minute(block.to).clamp(from, table.closes);
        (share(from - table.opens, whole), share((to - from).max(15), whole))
    });
    let movable = block.movable;
    let words = block.words();
    // How long it takes shows in its width, where hours are drawn.
    let times = if one {
        locale::time(block.from)
    } else {
        format!("{}–{}", locale::time(block.from), locale::time(block.to))
    };
    let Block { customer, district, tone, icon, urgent, line, .. } = block.clone();
    view! {
        <span class="calendar__cell" role="gridcell" style=("--at", at) style=("--width", width) style=("--line", line.to_string())>
            <button
                class="calendar__block"
                type="button"
                tabindex="-1"
                data-name="calendar-block"
                data-content="true"
                data-ticket=id.to_string()
                data-carry=movable.then(|| id.to_string())
                data-tone=tone.name()
                data-carried=move || {
                    carried.get().is_some_and(|carried| carried.ticket == id).then_some("true")
                }
                // Its name is what stands on it; the rest is said after.
                title=words
                aria-current=move || (picked.get() == Some(id)).then_some("true")
                on:click=move |_| calendar.look(id)
            >
                <span class="calendar__who">
                    {urgent.then(|| Icon::Flame.svg())} {icon.svg()} <span class="clamp">{customer}</span>
                </span>
                <span class="calendar__where num clamp">{times} " " {district}</span>
            </button>
        </span>
    }
}

/// The same on a phone: each engineer with the day's visits below.
pub(super) fn list(calendar: Calendar) -> impl IntoView {
    let table = calendar.table;
    let section = move |row: &PersonRow| {
        let words = &text().calendar;
        let visits = row.blocks.iter().map(|it| line(calendar, it)).collect_view();
        let free = row.blocks.is_empty().then(|| {
            view! { <p class="faint calendar__empty">{words.free_day}</p> }
        });
        view! {
            <section class="calendar__own">
                <h2 class="calendar__own-head person">
                    <span class="avatar" data-size="small" aria-hidden="true">
                        {looks::initial(&row.name)}
                    </span>
                    <span>{row.name.clone()}</span>
                    <span class="spacer"></span>
                    <span class="faint num">{proposals::load_words(row.load_minutes)}</span>
                </h2>
                {visits}
                {free}
            </section>
        }
    };
    view! {
        <div class="calendar__list">
            {move || table.with(|table| table.rows.iter().map(section).collect_view())}
            <Show when=move || table.with(|table| table.rows.is_empty())>
                {nobody(calendar.device)}
            </Show>
        </div>
    }
}

fn line(calendar: Calendar, block: &Block) -> impl IntoView + use<> {
    let id = block.ticket;
    let one = calendar.table.with_untracked(|table| table.days.one());
    let times = if one {
        format!("{}–{}", locale::time(block.from), locale::time(block.to))
    } else {
        locale::window(block.from, block.to)
    };
    let Block { customer, district, problem, status, tone, icon, .. } = block.clone();
    view! {
        <button
            class="calendar__line"
            type="button"
            data-name="calendar-block"
            data-content="true"
            data-ticket=id.to_string()
            data-tone=tone.name()
            on:click=move |_| calendar.look(id)
        >
            <span class="calendar__times num">{times}</span>
            <span class="calendar__what">
                <strong class="clamp">{customer}</strong>
                <span class="clamp faint">{district} " " {problem}</span>
            </span>
            <Tag text=status tone icon=Some(icon)/>
        </button>
    }
}
