//! Who could go, the best first, each with the reasons: what the planning dialog and the calendar's rows show.

use domain::{
    Id, Timestamp,
    dispatch::{
        self, DAY_LOAD_MINUTES, Diary, Fit, InBag, Need, Now, Proposal, Question, Shelf, Warning,
    },
    model::Model,
    part::Part,
    part_request::PartRequest,
    stock::Stock,
    ticket::Ticket,
    user::User,
    visit::Appointment,
};
use leptos::prelude::*;

use super::looks;
use crate::{
    device::Device,
    locale::{self, text},
    ui::{Button, ButtonKind, Empty, Icon, Tag, Tone},
};

/// How many proposals are shown before one asks for the rest.
const SHOWN_FIRST: usize = 6;
/// How many parts of a bag are named.
const PARTS_NAMED: usize = 2;

/// The moment of planning (tracked by the minute).
pub fn now(device: Device) -> Now {
    let at = device.minute();
    Now { at, east_minutes: locale::east_minutes(at) }
}

/// What is booked (tracked).
pub fn diary(device: Device) -> Diary {
    let tickets = device.held::<Ticket>();
    Diary::of(tickets.iter().map(|ticket| &**ticket))
}

/// Everything that bears on one ticket, looked up once and asked several times.
#[derive(Clone, PartialEq)]
pub struct Weighing {
    pub ticket: Ticket,
    sort: String,
    shelf: Shelf,
    now: Now,
}

impl Weighing {
    /// What this device knows about the ticket (tracked); `None` where it is gone.
    pub fn of(device: Device, id: Id<Ticket>) -> Option<Self> {
        let ticket = device.find(id)?;
        let model = device.find::<Model>(Model::id_of(&ticket.machine.model));
        let sort = model.map(|model| format!("{} {}", model.category, model.name));
        let (stock, requests) = (device.held::<Stock>(), device.held::<PartRequest>());
        let shelf = Shelf::of(
            id,
            stock.iter().map(|stock| &**stock),
            requests.iter().map(|request| &**request),
        );
        Some(Self { ticket, sort: sort.unwrap_or_default(), shelf, now: now(device) })
    }

    fn question(&self, midnight: Timestamp, minutes: i64) -> Question<'_> {
        let Self { ticket, sort, now, .. } = self;
        Question { ticket, sort, midnight, minutes, now: *now }
    }

    /// Who could go on the day of `on`, the best first.
    pub fn proposals(
        &self,
        people: &[User],
        diary: &Diary,
        on: Timestamp,
        minutes: i64,
    ) -> Vec<Proposal> {
        let question = self.question(self.now.midnight(on), minutes);
        dispatch::proposals(&question, people, diary, &self.shelf)
    }

    /// What speaks against sending this person in this window.
    pub fn warnings(
        &self,
        engineer: &User,
        window: Option<&Appointment>,
        diary: &Diary,
    ) -> Vec<Warning> {
        let question = self.question(self.now.midnight(self.now.at), dispatch::VISIT_MINUTES);
        dispatch::warnings(&question, engineer, window, diary, &self.shelf)
    }
}

/// Hours as people say them: `5.5`, `8`.
pub fn hours(minutes: i64) -> String {
    let (whole, tenths) = (minutes / 60, minutes % 60 / 6);
    if tenths == 0 { whole.to_string() } else { format!("{whole}.{tenths}") }
}

/// `5.5/8` in words.
pub fn load_words(minutes: i64) -> String {
    (text().calendar.load)(&hours(minutes), &hours(DAY_LOAD_MINUTES))
}

/// What speaks for and against a person, the strongest first.
pub fn reasons(proposal: &Proposal, device: Device) -> Vec<(String, Tone, Icon)> {
    let words = &text().calendar;
    let mut reasons = Vec::new();
    if proposal.has_it {
        reasons.push((words.has_it.to_owned(), Tone::Info, Icon::User));
    }
    match &proposal.skill {
        Fit::Word(word) => reasons.push(((words.skill)(word), Tone::Success, Icon::Wrench)),
        Fit::Missing => reasons.push((words.skill_missing.into(), Tone::Warning, Icon::Alert)),
        Fit::Unknown => {}
    }
    match &proposal.region {
        Fit::Word(word) => reasons.push(((words.region)(word), Tone::Success, Icon::Location)),
        Fit::Missing => reasons.push((words.region_missing.into(), Tone::Neutral, Icon::Location)),
        Fit::Unknown => {}
    }
    if proposal.of_team {
        reasons.push((words.of_team.to_owned(), Tone::Neutral, Icon::Users));
    }
    for in_bag in proposal.bag.iter().take(PARTS_NAMED) {
        let InBag { part, need, .. } = in_bag;
        let part = device.find::<Part>(*part).map(|part| part.name).unwrap_or_default();
        let said = match need {
            Need::Asked => (words.bag_asked)(&part),
            Need::Cured { times } => (words.bag_cured)(&part, *times),
        };
        reasons.push((said, Tone::Success, Icon::Package));
    }
    if proposal.bag.len() > PARTS_NAMED {
        let more = (words.bag_more)(proposal.bag.len() - PARTS_NAMED);
        reasons.push((more, Tone::Success, Icon::Package));
    }
    reasons
}

/// What speaks against a plan, in words.
pub fn warning_words(warning: Warning, device: Device) -> String {
    let words = &text().calendar;
    let minute = |minute: i64| format!("{}:{:02}", minute / 60, minute % 60);
    match warning {
        Warning::SkillMissing => words.warn_skill.into(),
        Warning::PartNotReady => words.warn_part.into(),
        Warning::Overlap(booking) => {
            let who = device.find(booking.ticket).map(|ticket| ticket.contact.label());
            let window = locale::window(booking.from, booking.to);
            (words.warn_overlap)(&format!("{} {window}", who.unwrap_or_default()))
        }
        Warning::OutsideHours => {
            let (from, to) = (minute(dispatch::OPENS_MINUTE), minute(dispatch::CLOSES_MINUTE));
            (words.warn_hours)(&from, &to)
        }
        Warning::Overload { minutes } => (words.warn_load)(&hours(minutes)),
        Warning::Past => words.warn_past.into(),
        Warning::Late { due } => (words.warn_late)(&locale::moment(due)),
    }
}

/// The list of people to pick from.
pub fn people(
    proposals: Memo<Vec<Proposal>>,
    picked: RwSignal<Option<Id<User>>>,
    device: Device,
) -> impl IntoView {
    let all = RwSignal::new(false);
    let shown = move || {
        let mut list = proposals.get();
        if !all.get() {
            // Whoever is picked stays in sight.
            let chosen = list.iter().position(|it| Some(it.engineer) == picked.get_untracked());
            list.truncate(SHOWN_FIRST.max(chosen.map_or(0, |place| place + 1)));
        }
        let row = |(place, proposal)| view! { <li class="person">{person(place, proposal, picked, device)}</li> };
        list.into_iter().enumerate().map(row).collect_view()
    };
    let rest = move || {
        let hidden = proposals.with(Vec::len).saturating_sub(SHOWN_FIRST);
        (hidden > 0 && !all.get()).then(|| {
            view! {
                <Button
                    text=(text().calendar.others)(hidden)
                    kind=ButtonKind::Quiet
                    name="more-people"
                    on_press=move || all.set(true)
                />
            }
        })
    };
    view! {
        <Show
            when=move || !proposals.with(Vec::is_empty)
            fallback=|| {
                view! { <Empty icon=Icon::Users text=move || text().calendar.no_engineers/> }
            }
        >
            <ul class="people">{shown}</ul>
            {rest}
        </Show>
    }
}

fn person(
    place: usize,
    proposal: Proposal,
    picked: RwSignal<Option<Id<User>>>,
    device: Device,
) -> impl IntoView {
    let words = &text().calendar;
    let id = proposal.engineer;
    let name = device.name(id);
    let initial = looks::initial(&name);
    let own = name.clone();
    let slot = match proposal.slot {
        Some(at) => (words.slot_first)(&locale::moment(at)),
        None => words.slot_none.to_owned(),
    };
    let line = [load_words(proposal.load_minutes), slot].join(" · ");
    let tags = reasons(&proposal, device)
        .into_iter()
        .map(|(word, tone, icon)| view! { <Tag text=word tone icon=Some(icon)/> })
        .collect_view();
    let best = (place == 0 && !proposal.has_it && proposal.skill != Fit::Missing)
        .then(|| view! { <Tag text=words.best tone=Tone::Primary solid=true/> });
    view! {
        <button
            class="person__pick"
            type="button"
            data-name=format!("pick-{id}")
            data-person=own
            aria-pressed=move || (picked.get() == Some(id)).to_string()
            on:click=move |_| picked.set(Some(id))
        >
            <span class="avatar" aria-hidden="true">{initial}</span>
            <span class="person__name row">{name} {best}</span>
            <span class="person__line">{line}</span>
            <span class="person__why">{tags}</span>
        </button>
    }
}
