//! Dispatch: who goes, when, and, where somebody else has the job already, why it changes hands.

use domain::{
    Command, Id, Timestamp,
    stock::{Place, Stock},
    ticket::{Command as OfTicket, Ticket},
    user::User,
    visit::{Appointment, Visit},
};
use leptos::prelude::*;

use super::{
    actions::{engineers, taken},
    forms::{SaveBar, stay},
    looks,
    window::{WindowFields, WindowInputs},
};
use crate::{
    device::{Device, device},
    locale::{self, text},
    ui::{Empty, Icon, Tag, TextArea, Tone},
};

/// An engineer as the dispatcher needs to see them.
#[derive(Clone, Debug, PartialEq)]
struct Candidate {
    id: Id<User>,
    name: String,
    skills: Vec<String>,
    regions: Vec<String>,
    /// Open visits of today, and all open visits.
    today: usize,
    open: usize,
    /// How many kinds of parts are in the bag.
    parts: usize,
    knows_region: bool,
    knows_machine: bool,
    has_it: bool,
    windows: Vec<(Timestamp, Timestamp)>,
}

fn candidates(ticket: &Ticket, device: Device) -> Vec<Candidate> {
    let today = locale::day_number(device.now());
    let tickets = device.held::<Ticket>();
    let open: Vec<&Visit> = tickets
        .iter()
        .filter(|ticket| !ticket.stage.is_over())
        .filter_map(|ticket| ticket.active_visit().filter(|visit| visit.is_open()))
        .collect();
    let stock = device.all::<Stock>();
    let holder = ticket.active_visit().filter(|visit| visit.is_open()).map(|visit| visit.engineer);
    let address = &ticket.contact.address;
    let machine = format!("{} {}", ticket.machine.model, ticket.title).to_lowercase();
    let mut people: Vec<Candidate> = engineers(device)
        .into_iter()
        .map(|user| {
            let own: Vec<&&Visit> = open.iter().filter(|visit| visit.engineer == user.id).collect();
            let windows: Vec<(Timestamp, Timestamp)> = own
                .iter()
                .filter_map(|visit| visit.appointment.as_ref())
                .map(|window| (window.from, window.to))
                .collect();
            let dated = |visit: &&&&Visit| match &visit.appointment {
                Some(window) => locale::day_number(window.from) == today,
                None => locale::day_number(visit.dispatched_at) == today,
            };
            Candidate {
                today: own.iter().filter(dated).count(),
                open: own.len(),
                parts: stock
                    .iter()
                    .filter(|stock| stock.place == Place::Person(user.id) && stock.quantity > 0)
                    .count(),
                knows_region: named(&user.regions, address),
                knows_machine: named(&user.skills, &machine),
                has_it: holder == Some(user.id),
                windows,
                id: user.id,
                name: user.name,
                skills: user.skills,
                regions: user.regions,
            }
        })
        .collect();
    // Who knows the place and the machine comes first, then who has less to do.
    people.sort_by_key(|person| {
        let fits = usize::from(person.knows_region) + usize::from(person.knows_machine);
        (person.has_it, std::cmp::Reverse(fits), person.today, person.open, person.id)
    });
    people
}

/// Whether any of the words is in the text.
fn named(words: &[String], text: &str) -> bool {
    let text = text.to_lowercase();
    words.iter().any(|word| !word.trim().is_empty() && text.contains(&word.trim().to_lowercase()))
}

/// The dialog.
#[component]
pub fn Dispatch(id: Id<Ticket>, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let visit = device.new_id::<Visit>();
    let picked = RwSignal::new(None::<Id<User>>);
    let reason = RwSignal::new(String::new());
    let before = untrack(|| device.find(id));
    // A second visit usually means a new window; a change of hands keeps the one that was agreed.
    let agreed = before
        .as_ref()
        .filter(|ticket| taken(ticket))
        .and_then(|ticket| ticket.active_visit()?.appointment.clone());
    let fields = WindowFields::of(agreed.as_ref());
    let people = Memo::new(move |_| {
        device.find(id).map(|ticket| candidates(&ticket, device)).unwrap_or_default()
    });
    let again = Memo::new(move |_| device.find(id).is_some_and(|ticket| taken(&ticket)));
    let window = move || (!fields.is_empty()).then(|| fields.appointment());
    let command = move |engineer: Id<User>| {
        let reason = if again.get() { reason.get() } else { String::new() };
        let appointment = window();
        Command::Ticket(id, OfTicket::Dispatch { visit, engineer, appointment, reason })
    };
    let chosen = move |()| {
        // Nobody picked yet: the rule answers for nobody, and the button says so.
        Some(command(picked.get().unwrap_or(domain::user::SYSTEM)))
    };
    let list = move || {
        people
            .get()
            .into_iter()
            .map(|person| view! { <li class="person">{row(person, picked, window())}</li> })
            .collect_view()
    };
    view! {
        <form class="form" on:submit=stay>
            <div class="field">
                <span class="field__label" data-must=true>{move || text().desk.pick_engineer}</span>
                <Show
                    when=move || !people.with(Vec::is_empty)
                    fallback=|| view! { <Empty icon=Icon::Users text=move || text().desk.no_engineers/> }
                >
                    <ul class="people">{list}</ul>
                </Show>
            </div>
            <fieldset class="form__group">
                <legend>{move || text().desk.appointment}</legend>
                <WindowInputs fields/>
            </fieldset>
            <Show when=move || again.get()>
                <TextArea
                    label=move || text().desk.reassign_reason
                    value=reason
                    required=true
                    rows=2
                    id="reassign-reason"
                />
            </Show>
            <SaveBar
                save=move || {
                    if again.get() { text().desk.save_reassign } else { text().desk.save_dispatch }
                }
                name="save-dispatch"
                open
                command=chosen
            />
        </form>
    }
}

fn row(
    person: Candidate,
    picked: RwSignal<Option<Id<User>>>,
    window: Option<Appointment>,
) -> impl IntoView {
    let desk = &text().desk;
    let id = person.id;
    let clash = window.is_some_and(|window| {
        person.windows.iter().any(|(from, to)| window.from < *to && *from < window.to)
    });
    let load = (desk.load)(person.today, person.open);
    let words: Vec<&str> =
        person.skills.iter().chain(&person.regions).map(String::as_str).collect();
    let knows = words.join(" · ");
    let parts = (desk.parts_in_bag)(person.parts);
    let (name, initial) = (person.name.clone(), looks::initial(&person.name));
    let tag = if person.has_it {
        Some((desk.has_it, Tone::Info, Icon::User))
    } else if clash {
        Some((desk.clash, Tone::Warning, Icon::Alert))
    } else if person.knows_region && person.knows_machine {
        Some((desk.fits_both, Tone::Success, Icon::Check))
    } else if person.knows_region {
        Some((desk.fits_region, Tone::Success, Icon::Location))
    } else if person.knows_machine {
        Some((desk.fits_machine, Tone::Success, Icon::Wrench))
    } else {
        None
    };
    view! {
        <button
            class="person__pick"
            type="button"
            data-name=format!("pick-{id}")
            data-person=person.name
            aria-pressed=move || (picked.get() == Some(id)).to_string()
            on:click=move |_| picked.set(Some(id))
        >
            <span class="avatar" aria-hidden="true">{initial}</span>
            <span class="person__name">{name}</span>
            <span class="person__line">
                {load} " · " {parts} {(!knows.is_empty()).then(|| format!(" · {knows}"))}
            </span>
            {tag.map(|(word, tone, icon)| view! { <Tag text=word tone icon=Some(icon)/> })}
        </button>
    }
}
