//! Many tickets at once: choosing them, and doing the same with each that the rule allows.

use std::collections::BTreeSet;

use domain::{
    Command, Id, Refusal,
    ticket::{Command as OfTicket, Priority, Ticket},
    user::User,
    values::TEXT_CHARS_MAX,
    visit::Visit,
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    actions::{engineer_choices, taken},
    dispatch::{at_work, open_visit},
};
use crate::{
    device::{Device, device},
    locale::{text, words},
    ui::{Button, ButtonKind, Choice, Dialog, Icon, Segmented, Select, Tag, TextArea, Tone, toast},
};

/// The tickets a person has chosen.
#[derive(Clone, Copy)]
pub struct Chosen(RwSignal<BTreeSet<Id<Ticket>>>);

impl Chosen {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(BTreeSet::new()))
    }

    pub(super) fn has(self, id: Id<Ticket>) -> bool {
        self.0.with(|chosen| chosen.contains(&id))
    }

    pub(super) fn toggle(self, id: Id<Ticket>) {
        self.0.update(|chosen| {
            if !chosen.remove(&id) {
                chosen.insert(id);
            }
        });
    }

    /// Chooses all of these, or lets all of them go.
    pub(super) fn put(self, ids: &[Id<Ticket>], chosen: bool) {
        self.0.update(|all| {
            for id in ids {
                if chosen {
                    all.insert(*id);
                } else {
                    all.remove(id);
                }
            }
        });
    }

    pub(super) fn clear(self) {
        if !self.0.with_untracked(BTreeSet::is_empty) {
            self.0.set(BTreeSet::new());
        }
    }

    pub(super) fn len(self) -> usize {
        self.0.with(BTreeSet::len)
    }

    fn tickets(self, device: Device) -> Vec<Ticket> {
        self.0.with(|chosen| chosen.iter().filter_map(|id| device.find(*id)).collect())
    }
}

/// The box that chooses one ticket.
pub(super) fn choose(chosen: Chosen, id: Id<Ticket>) -> AnyView {
    let device = device();
    let label = move || {
        let name = device.find(id).map(|ticket| ticket.contact.label()).unwrap_or_default();
        (text().board.choose)(&name)
    };
    view! {
        <label class="pick">
            <input
                type="checkbox"
                data-name="choose"
                aria-label=label
                prop:checked=move || chosen.has(id)
                on:change=move |_| chosen.toggle(id)
            />
            <span class="pick__mark" aria-hidden="true">{Icon::Check.svg()}</span>
        </label>
    }
    .into_any()
}

/// What can be done with many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Dispatch,
    Prioritise,
    HandOver,
    Resume,
    OpenFollowUp,
    Close,
    Cancel,
}

impl Deed {
    const ALL: [Deed; 7] = [
        Deed::Dispatch,
        Deed::Prioritise,
        Deed::HandOver,
        Deed::Resume,
        Deed::OpenFollowUp,
        Deed::Close,
        Deed::Cancel,
    ];

    fn word(self) -> &'static str {
        match self {
            Deed::Dispatch => "dispatch",
            Deed::Prioritise => "prioritise",
            Deed::HandOver => "hand-over",
            Deed::Resume => "resume",
            Deed::OpenFollowUp => "open-follow-up",
            Deed::Close => "close",
            Deed::Cancel => "cancel",
        }
    }

    fn title(self) -> &'static str {
        let desk = &text().desk;
        match self {
            Deed::Dispatch => text().board.dispatch_many,
            Deed::Prioritise => text().board.prioritise,
            Deed::HandOver => desk.hand_over,
            Deed::Resume => desk.resume,
            Deed::OpenFollowUp => desk.open_follow_up,
            Deed::Close => desk.close,
            Deed::Cancel => desk.cancel_ticket,
        }
    }

    fn from_word(word: &str) -> Self {
        Deed::ALL.into_iter().find(|deed| deed.word() == word).unwrap_or(Deed::Dispatch)
    }
}

/// What the dialog says about all of them.
#[derive(Clone, Copy)]
struct Fields {
    deed: RwSignal<String>,
    engineer: RwSignal<String>,
    priority: RwSignal<String>,
    reason: RwSignal<String>,
}

impl Fields {
    fn deed(self) -> Deed {
        self.deed.with(|word| Deed::from_word(word))
    }

    /// The command for one of the tickets, or why there is none (tracked).
    fn command(
        self,
        ticket: &Ticket,
        visit: Id<Visit>,
        device: Device,
    ) -> Result<Command, Refusal> {
        let reason = || self.reason.with(|reason| reason.trim().to_owned());
        let command = match self.deed() {
            Deed::Dispatch => {
                // Nobody chosen yet: the rule answers for nobody.
                let engineer = self.engineer.with(|id| id.parse().ok());
                let engineer: Id<User> = engineer.unwrap_or(domain::user::SYSTEM);
                let reason = if taken(ticket) { reason() } else { String::new() };
                // Who has an appointment keeps it, whoever comes.
                let appointment = open_visit(ticket).and_then(|visit| visit.appointment.clone());
                OfTicket::Dispatch { visit, engineer, appointment, reason }
            }
            Deed::Prioritise => {
                let mut triage = ticket.triage.clone().ok_or(Refusal::NotTriaged)?;
                let priority: Option<Priority> = self.priority.with(|word| words::from_code(word));
                triage.priority = priority.unwrap_or(triage.priority);
                (triage.by, triage.at) = (device.me().id, device.now());
                OfTicket::Triage { triage: Box::new(triage) }
            }
            Deed::HandOver => OfTicket::HandOver,
            Deed::Resume => OfTicket::Resume,
            Deed::OpenFollowUp => OfTicket::OpenFollowUp,
            Deed::Close => OfTicket::Close,
            Deed::Cancel => OfTicket::Cancel { reason: reason() },
        };
        Ok(Command::Ticket(ticket.id, command))
    }

    /// Why this ticket would be left out (tracked).
    fn refusal(self, ticket: &Ticket, device: Device) -> Option<Refusal> {
        let probe = Id::<Visit>::derived("probe");
        self.command(ticket, probe, device).and_then(|command| device.would(&command)).err()
    }
}

/// The bar under a list of which some are chosen.
pub(super) fn bar(chosen: Chosen) -> AnyView {
    let open = RwSignal::new(false);
    let fields = Fields {
        deed: RwSignal::new(Deed::Dispatch.word().to_owned()),
        engineer: RwSignal::new(String::new()),
        priority: RwSignal::new(words::code(&Priority::P1)),
        reason: RwSignal::new(String::new()),
    };
    let begin = move |deed: Deed| {
        fields.deed.set(deed.word().to_owned());
        fields.reason.set(String::new());
        open.set(true);
    };
    let any = Memo::new(move |_| chosen.len() != 0);
    view! {
        <Show when=move || any.get()>
            <div class="many" role="region" aria-label=move || text().board.chosen_ones>
                <strong class="num">{move || (text().board.chosen)(chosen.len())}</strong>
                <Button
                    text=move || text().board.dispatch_many
                    icon=Icon::Users
                    kind=ButtonKind::Primary
                    name="dispatch-many"
                    on_press=move || begin(Deed::Dispatch)
                />
                <Button
                    text=move || text().board.prioritise
                    icon=Icon::Flame
                    name="prioritise-many"
                    on_press=move || begin(Deed::Prioritise)
                />
                <Button
                    text=move || text().board.other_deeds
                    icon=Icon::More
                    name="more-many"
                    on_press=move || begin(Deed::HandOver)
                />
                <span class="spacer"></span>
                <Button
                    text=move || text().board.choose_none
                    icon=Icon::Close
                    kind=ButtonKind::Quiet
                    name="choose-none"
                    on_press=move || chosen.clear()
                />
            </div>
        </Show>
        <Dialog
            open
            title=move || (text().board.chosen)(chosen.len())
            wide=true
            close=move || text().desk.close_panel
        >
            {form(chosen, fields, open)}
        </Dialog>
    }
    .into_any()
}

fn form(chosen: Chosen, fields: Fields, open: RwSignal<bool>) -> impl IntoView {
    let device = device();
    let deeds =
        Signal::derive(|| Deed::ALL.map(|deed| Choice::new(deed.word(), deed.title())).to_vec());
    let people = Signal::derive(move || engineer_choices(device));
    let priorities = Signal::derive(|| {
        let choice = |p: &Priority| Choice::new(words::code(p), text().words.priority(*p));
        words::ALL_PRIORITIES.iter().map(choice).collect::<Vec<_>>()
    });
    let verdicts = Memo::new(move |_| {
        let tickets = chosen.tickets(device);
        let verdict = |ticket: Ticket| {
            let refusal = fields.refusal(&ticket, device);
            let name = format!("{} · {}", ticket.spoken_number(), ticket.contact.label());
            (ticket.id, name, refusal)
        };
        tickets.into_iter().map(verdict).collect::<Vec<_>>()
    });
    let able =
        Memo::new(move |_| verdicts.with(|all| all.iter().filter(|it| it.2.is_none()).count()));
    let moves = Memo::new(move |_| {
        fields.deed() == Deed::Dispatch && chosen.tickets(device).iter().any(taken)
    });
    let warning = move || {
        let warning = match fields.deed() {
            Deed::Cancel => text().desk.cancel_warning,
            Deed::Dispatch => text().desk.reassign_warning,
            _ => return None,
        };
        let tickets = chosen.tickets(device);
        let told = tickets.iter().filter(|ticket| fields.refusal(ticket, device).is_none());
        let names: BTreeSet<String> =
            told.filter_map(at_work).map(|engineer| device.name(engineer)).collect();
        let names: Vec<String> = names.into_iter().collect();
        (!names.is_empty()).then(|| {
            view! { <p class="note" data-tone="warning">{warning(&names)}</p> }
        })
    };
    let reasoned = move || moves.get() || fields.deed() == Deed::Cancel;
    let deed = Memo::new(move |_| fields.deed());
    let busy = RwSignal::new(false);
    let carry_out = move || {
        let tickets = untrack(|| chosen.tickets(device));
        busy.set(true);
        spawn_local(async move {
            let mut done = Vec::new();
            for ticket in tickets {
                let visit = device.new_id::<Visit>();
                let command = untrack(|| fields.command(&ticket, visit, device));
                let Ok(command) = command else { continue };
                if untrack(|| device.would(&command)).is_ok() && device.send(command).await.is_ok()
                {
                    done.push(ticket.id);
                }
            }
            // What was left out stays chosen, so that one can see to it.
            chosen.put(&done, false);
            let _left = busy.try_set(false);
            toast(Tone::Success, untrack(|| (text().board.done_many)(done.len())));
            if untrack(|| chosen.len()) == 0 {
                open.set(false);
            }
        });
    };
    let unpicked = Memo::new(move |_| {
        fields.deed() == Deed::Dispatch && fields.engineer.with(String::is_empty)
    });
    let why_not = Signal::derive(move || {
        let why =
            if unpicked.get() { text().calendar.choose_first } else { text().board.none_able };
        (able.get() == 0).then(|| why.to_owned())
    });
    let line = move |(_, name, refusal): (Id<Ticket>, String, Option<Refusal>)| {
        let said = match refusal {
            None => {
                view! { <Tag text=text().board.able tone=Tone::Success icon=Some(Icon::Check)/> }
                    .into_any()
            }
            // Nobody is picked yet: that is said once, at the button.
            Some(Refusal::NotAbleEngineer) if unpicked.get() => ().into_any(),
            Some(refusal) => {
                let why = text().words.refusal(refusal);
                view! { <span class="many__why">{why}</span> }.into_any()
            }
        };
        view! {
            <li class="many__line" data-able=refusal.is_none().then_some("")>
                <span class="num">{name}</span>
                {said}
            </li>
        }
    };
    view! {
        <form class="form" on:submit=super::forms::stay>
            <Select label=move || text().board.deed value=fields.deed options=deeds id="deed"/>
            <Show when=move || fields.deed() == Deed::Dispatch>
                <Select
                    label=move || text().desk.engineer
                    value=fields.engineer
                    options=people
                    empty=move || text().board.pick_engineer
                    required=true
                    id="many-engineer"
                />
            </Show>
            <Show when=move || fields.deed() == Deed::Prioritise>
                <Segmented
                    label=move || text().desk.priority
                    value=fields.priority
                    options=priorities
                    id="many-priority"
                />
            </Show>
            {warning}
            <Show when=reasoned>
                <TextArea
                    label=move || {
                        if moves.get() { text().desk.reassign_reason } else { text().desk.cancel_reason }
                    }
                    value=fields.reason
                    required=true
                    rows=2
                    id="many-reason"
                    max_length=TEXT_CHARS_MAX
                />
            </Show>
            <ul class="many__list">{move || verdicts.get().into_iter().map(line).collect_view()}</ul>
            <div class="dialog__bar">
                <Button text=move || text().desk.back name="back" on_press=move || open.set(false)/>
                {move || {
                    let kind = match deed.get() {
                        Deed::Cancel => ButtonKind::Danger,
                        _ => ButtonKind::Primary,
                    };
                    view! {
                        <Button
                            text=move || (text().board.carry_out)(able.get())
                            kind
                            why_not
                            busy
                            name="carry-out"
                            on_press=carry_out
                        />
                    }
                }}
            </div>
        </form>
    }
}
