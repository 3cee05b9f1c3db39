//! What nobody has planned, the most pressing first. It keeps its order while somebody points at it or carries one.

use domain::{Id, ticket::Ticket};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    super::{
        dispatch::{Plan, open_visit},
        looks,
    },
    hands::Calendar,
};
use crate::{
    locale::{self, text},
    route::Route,
    ui::{ButtonKind, ButtonLink, Empty, Icon, IconButton, SlaRail, SlaText},
};

/// The most cards that are shown; the table of tickets has the rest.
const CARDS_MAX: usize = 60;

/// The list beside the calendar.
pub(super) fn waiting(calendar: Calendar) -> impl IntoView {
    let Calendar { table, carried, resting, .. } = calendar;
    // Kept as it was while a hand is on it: what went meanwhile is only dimmed, what came stands at the end.
    let order = Memo::new(move |before: Option<&Vec<Id<Ticket>>>| {
        let now = table.with(|table| table.waiting.clone());
        match before.filter(|_| resting.get() || carried.with(Option::is_some)) {
            Some(before) => {
                let new = now.iter().filter(|id| !before.contains(id));
                before.iter().chain(new).copied().collect()
            }
            None => now,
        }
    });
    let count = move || table.with(|table| table.waiting.len());
    view! {
        <section class="calendar__waiting" aria-labelledby="calendar-waiting" data-name="waiting">
            <h2 class="board__head" id="calendar-waiting">
                {move || text().calendar.waiting} <span class="count">{count}</span>
            </h2>
            <p class="calendar__hint">{move || text().calendar.waiting_hint}</p>
            <ul class="calendar__cards" on:keydown=move |event| key(calendar, &event)>
                <For
                    each=move || order.get().into_iter().take(CARDS_MAX)
                    key=|id| *id
                    children=move |id| card(calendar, id)
                />
            </ul>
            {move || {
                let more = order.with(Vec::len).saturating_sub(CARDS_MAX);
                (more > 0)
                    .then(|| {
                        view! {
                            <ButtonLink
                                text=(text().calendar.more)(more)
                                href=Route::DeskTickets.href()
                                kind=ButtonKind::Quiet
                                wide=true
                            />
                        }
                    })
            }}
            <Show when=move || order.with(Vec::is_empty)>
                <Empty icon=Icon::CalendarCheck text=move || text().calendar.nothing_waits/>
            </Show>
        </section>
    }
}

fn card(calendar: Calendar, id: Id<Ticket>) -> impl IntoView {
    let Calendar { device, carried, picked, plan, table, .. } = calendar;
    let now = looks::minute();
    let ticket = Memo::new(move |_| device.find(id));
    let promise = Memo::new(move |_| {
        let now = now.get();
        ticket.with(|ticket| looks::running(ticket.as_ref()?, now))
    });
    let gone = Memo::new(move |_| !table.with(|table| table.waiting.contains(&id)));
    move || {
        let ticket = ticket.get()?;
        let words = &text().calendar;
        let who = ticket.contact.label();
        let holder = open_visit(&ticket).map(|visit| (words.no_time)(&device.name(visit.engineer)));
        let place = [locale::district(&ticket.contact.address), &ticket.machine.model]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
        let foot = move || {
            promise.get().map(|promise| {
                view! { <SlaText text=promise.words() left=promise.left over=promise.over/> }
            })
        };
        Some(view! {
            <li
                class="calendar__card ticket"
                data-ticket=id.to_string()
                data-gone=move || gone.get().then_some("true")
                data-carried=move || {
                    carried.get().is_some_and(|carried| carried.ticket == id).then_some("true")
                }
                data-carry=move || (!gone.get()).then(|| id.to_string())
                aria-current=move || (picked.get() == Some(id)).then_some("true")
            >
                {move || {
                    promise.get().map(|promise| view! { <SlaRail left=promise.left over=promise.over/> })
                }}
                <button
                    class="calendar__take"
                    type="button"
                    data-name="waiting-ticket"
                    data-take=id.to_string()
                    on:click=move |_| calendar.look(id)
                >
                    <span class="row">
                        <strong class="clamp">{who}</strong> {looks::priority_tag(&ticket)}
                    </span>
                    <span class="clamp">{ticket.title.clone()}</span>
                    <span class="faint clamp">{place}</span>
                    {holder.map(|holder| view! { <span class="faint clamp">{holder}</span> })}
                    {foot}
                </button>
                <IconButton
                    icon=Icon::CalendarCheck
                    label=move || {
                        if gone.get() { text().calendar.gone } else { text().calendar.plan }
                    }
                    name="plan-ticket"
                    on_press=move || plan.set(Some(Plan::of(id)))
                />
            </li>
        })
    }
}

/// Enter takes the card up, the arrows go through the cards.
fn key(calendar: Calendar, event: &ev::KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let Some((card, id)) = target.and_then(|it| Some((it.clone(), it.get_attribute("data-take")?)))
    else {
        return;
    };
    match event.key().as_str() {
        "Enter" => {
            if let Ok(id) = id.parse() {
                event.prevent_default();
                calendar.take_up(id);
            }
        }
        step @ ("ArrowDown" | "ArrowUp") => {
            event.prevent_default();
            let own = card.closest("li").ok().flatten();
            let next = own.and_then(|own| {
                if step == "ArrowDown" {
                    own.next_element_sibling()
                } else {
                    own.previous_element_sibling()
                }
            });
            let next = next.and_then(|next| next.query_selector(".calendar__take").ok().flatten());
            if let Some(next) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
                // A card that went meanwhile takes no focus; the old one keeps it.
                let _focused = next.focus();
            }
        }
        _ => {}
    }
}
