//! A ticket as a card: on the board, and among a caller's earlier tickets.

use std::collections::BTreeMap;

use domain::{
    Id, Key, Timestamp,
    ticket::{Stage, Ticket},
    user::User,
};
use leptos::{ev, prelude::*};

use super::{
    dispatch::open_visit,
    looks,
    many::{self, Chosen},
};
use crate::{
    device::device,
    locale::{self, text},
    pages::custody,
    route::Route,
    ui::{Icon, SlaRail, SlaText, Tag, Tone},
};

/// A card. With `picked` a plain press shows the ticket beside the board instead of opening its page.
#[component]
pub fn TicketCard(
    id: Id<Ticket>,
    now: Signal<Timestamp>,
    picked: Option<RwSignal<Option<Id<Ticket>>>>,
    /// Where the card can be chosen together with others, and dragged.
    #[prop(optional, into)]
    hand: Option<Hand>,
) -> impl IntoView {
    let device = device();
    let ticket = Memo::new(move |_| device.find(id));
    let waits = Memo::new(move |_| device.is_pending(Key::of(id)));
    let promise = Memo::new(move |_| {
        let now = now.get();
        ticket.with(|ticket| looks::running(ticket.as_ref()?, now))
    });
    let current = move || picked.is_some_and(|picked| picked.get() == Some(id));
    move || {
        let ticket = ticket.get()?;
        let word = ticket.stage.word();
        let inside = inside(&ticket, promise, now, waits, picked, hand);
        Some(view! {
            <article
                class="board__card ticket"
                data-stage=word
                data-ticket=id.to_string()
                data-selected=move || hand.is_some_and(|hand| hand.chosen.has(id)).then_some("")
                data-dragged=move || {
                    hand.is_some_and(|hand| hand.dragged.get() == Some(id)).then_some("")
                }
                draggable=hand.is_some().then_some("true")
                aria-current=move || current().then_some("true")
                on:dragstart=move |event| {
                    if let Some(hand) = hand {
                        hand.take_up(id, &event);
                    }
                }
                on:dragend=move |_| {
                    if let Some(hand) = hand {
                        hand.dragged.set(None);
                    }
                }
            >
                {inside}
                {hand.map(|hand| many::choose(hand.chosen, id))}
            </article>
        })
    }
}

/// What one can do with the cards of a board besides opening them.
#[derive(Clone, Copy)]
pub struct Hand {
    pub(super) chosen: Chosen,
    /// The card that is being dragged.
    pub(super) dragged: RwSignal<Option<Id<Ticket>>>,
    /// How much unsent work the engineers' devices held when they were last heard.
    pub(super) unsent: Memo<BTreeMap<Id<User>, u64>>,
}

impl Hand {
    fn take_up(self, id: Id<Ticket>, event: &ev::DragEvent) {
        if let Some(data) = event.data_transfer() {
            data.set_effect_allowed("move");
            // Firefox drags nothing without data; a browser that refuses it still drags the card.
            let _set = data.set_data("text/plain", &id.to_string());
        }
        self.dragged.set(Some(id));
    }
}

fn inside(
    ticket: &Ticket,
    promise: Memo<Option<looks::Promise>>,
    now: Signal<Timestamp>,
    waits: Memo<bool>,
    picked: Option<RwSignal<Option<Id<Ticket>>>>,
    hand: Option<Hand>,
) -> impl IntoView + use<> {
    let id = ticket.id;
    let pick = move |event: ev::MouseEvent| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.shift_key());
        if let Some(picked) = picked.filter(|_| plain) {
            event.prevent_default();
            picked.set(Some(id));
        }
    };
    // The column says where most tickets stand; the tag says it where one column holds several.
    let told = picked.is_some()
        && matches!(
            ticket.stage,
            Stage::PendingDispatch { .. }
                | Stage::Dispatched { .. }
                | Stage::PendingConfirmation { .. }
        );
    let status = (!told).then(|| looks::status_tag(ticket));
    let priority = looks::priority_tag(ticket);
    let flagged = ticket.has_open_flags().then(|| {
        view! { <Tag text=text().desk.alert_undecided tone=Tone::Danger icon=Some(Icon::Flag)/> }
    });
    let with_us = custody::tag(ticket);
    let place = [ticket.machine.model.as_str(), ticket.contact.address.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let visit = open_visit(ticket).map(|visit| {
        let name = device().name(visit.engineer);
        let engineer = visit.engineer;
        let held = move || hand?.unsent.with(|unsent| unsent.get(&engineer).copied());
        let cloud = move || {
            held().map(|held| {
                let label = (text().board.engineer_unsent)(held);
                view! {
                    <span class="moment__pending" role="img" aria-label=label.clone() title=label>
                        {Icon::CloudUp.svg()}
                    </span>
                }
            })
        };
        let window =
            visit.appointment.as_ref().map(|window| locale::window(window.from, window.to));
        view! {
            <span class="avatar" data-size="small" aria-hidden="true">{looks::initial(&name)}</span>
            <span>{name}</span>
            {cloud}
            {window.map(|window| view! { <span class="num">{window}</span> })}
        }
    });
    let registered = ticket.registered_at;
    // Without a promise the age says how long somebody has been waiting.
    let foot = move || match promise.get() {
        Some(promise) => {
            view! { <SlaText text=promise.words() left=promise.left over=promise.over/> }.into_any()
        }
        None => {
            now.track();
            view! { <span class="num">{locale::ago(registered)}</span> }.into_any()
        }
    };
    view! {
        {move || promise.get().map(|promise| view! { <SlaRail left=promise.left over=promise.over/> })}
        <header class="ticket__head">
            <a class="ticket__title" href=Route::DeskTicket(id).href() draggable="false" on:click=pick>
                {ticket.contact.label()}
            </a>
            {priority}
        </header>
        <p class="ticket__symptom">{ticket.title.clone()}</p>
        <p class="ticket__line clamp">{place}</p>
        <p class="ticket__line row">{visit} {status} {with_us} {flagged}</p>
        <footer class="ticket__foot">
            {foot}
            <span class="spacer"></span>
            <span class="ticket__number num">{ticket.spoken_number().to_owned()}</span>
            {move || {
                waits
                    .get()
                    .then(|| {
                        let label = text().desk.not_sent;
                        view! {
                            <span class="moment__pending" role="img" aria-label=label title=label>
                                {Icon::CloudUp.svg()}
                            </span>
                        }
                    })
            }}
        </footer>
    }
}
