//! What can be done with a ticket from the desk: the usual next steps, everything else, and why not.

use domain::{
    Command, Id, Refusal,
    ticket::{
        Command as OfTicket, Confirmation, Contact, HoldReason, Nameplate, Priority, Stage, Ticket,
        Triage,
    },
    user::User,
    visit::{self, Visit},
};
use leptos::prelude::*;

use super::{
    columns::Column,
    dispatch::{Dispatch, open_visit},
    edit, forms,
    triage::TriageForm,
    window::Appoint,
};
use crate::{
    device::{Device, device},
    locale::text,
    pages::custody,
    ui::{Button, ButtonKind, Choice, Dialog, Icon, open_while},
};

/// One thing a person can do with a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Triage,
    HandOver,
    SolveByPhone,
    Dispatch,
    Appoint,
    LogCall,
    Hold,
    Resume,
    Confirm,
    Object,
    OpenFollowUp,
    FollowUp,
    Close,
    Reopen,
    KeepMachine,
    HandBack,
    EditContact,
    EditMachine,
    Cancel,
}

impl Action {
    const ALL: [Action; 19] = [
        Action::Triage,
        Action::HandOver,
        Action::SolveByPhone,
        Action::Dispatch,
        Action::Appoint,
        Action::LogCall,
        Action::Hold,
        Action::Resume,
        Action::Confirm,
        Action::Object,
        Action::OpenFollowUp,
        Action::FollowUp,
        Action::Close,
        Action::Reopen,
        Action::KeepMachine,
        Action::HandBack,
        Action::EditContact,
        Action::EditMachine,
        Action::Cancel,
    ];

    /// What one usually does next at this stage, the likeliest first. The rule says which of it may happen.
    fn usual(stage: &Stage) -> &'static [Action] {
        match stage {
            Stage::Received => &[Action::Triage, Action::Cancel],
            Stage::Triaged => {
                &[Action::Dispatch, Action::HandOver, Action::SolveByPhone, Action::Cancel]
            }
            Stage::PendingDispatch { .. } => &[Action::Dispatch, Action::Triage, Action::Cancel],
            Stage::Dispatched { .. } => {
                &[Action::Appoint, Action::Dispatch, Action::LogCall, Action::Cancel]
            }
            Stage::InProgress { .. } => {
                &[Action::Appoint, Action::Dispatch, Action::LogCall, Action::Hold, Action::Cancel]
            }
            Stage::OnHold { .. } => {
                &[Action::Resume, Action::Dispatch, Action::LogCall, Action::Cancel]
            }
            Stage::PendingConfirmation { .. } => &[Action::Confirm, Action::Object],
            Stage::Completed { .. } => &[Action::OpenFollowUp, Action::Close],
            Stage::PendingFollowUp { .. } => &[Action::FollowUp, Action::Close],
            Stage::Closed { .. } => &[Action::Reopen],
            Stage::Cancelled { .. } => &[],
        }
    }

    /// The name for tests and scripts.
    fn name(self) -> &'static str {
        match self {
            Action::Triage => "triage",
            Action::HandOver => "hand-over-ticket",
            Action::SolveByPhone => "solve-by-phone",
            Action::Dispatch => "dispatch",
            Action::Appoint => "appoint",
            Action::LogCall => "log-call",
            Action::Hold => "hold",
            Action::Resume => "resume",
            Action::Confirm => "confirm-ticket",
            Action::Object => "object",
            Action::OpenFollowUp => "open-follow-up",
            Action::FollowUp => "follow-up",
            Action::Close => "close-ticket",
            Action::Reopen => "reopen",
            Action::KeepMachine => "keep-machine",
            Action::HandBack => "hand-back-machine",
            Action::EditContact => "edit-contact",
            Action::EditMachine => "edit-machine",
            Action::Cancel => "cancel-ticket",
        }
    }

    /// What brings a ticket into this column of the board; `None` where nobody at the desk can do that.
    pub(super) fn toward(column: Column, ticket: &Ticket) -> Option<Action> {
        match (column, &ticket.stage) {
            (Column::Intake, Stage::Received) => Some(Action::Triage),
            (Column::ToDispatch, Stage::Received) => Some(Action::Triage),
            (Column::ToDispatch, _) => Some(Action::HandOver),
            (Column::Assigned, _) => Some(Action::Dispatch),
            (Column::Underway, Stage::PendingConfirmation { .. }) => Some(Action::Object),
            (Column::Underway, Stage::OnHold { .. }) => Some(Action::Resume),
            (Column::OnHold, _) => Some(Action::Hold),
            (Column::Done, Stage::Received | Stage::Triaged) => Some(Action::SolveByPhone),
            (Column::Done, Stage::Completed { .. }) => Some(Action::OpenFollowUp),
            (Column::Done, _) => Some(Action::Confirm),
            (Column::Intake | Column::Underway | Column::ToConfirm, _) => None,
        }
    }

    /// Why this cannot be done with the ticket now (tracked).
    pub(super) fn why_not(self, ticket: &Ticket, device: Device) -> Option<String> {
        let Some(command) = self.probe(ticket, device) else {
            return Some(text().board.not_by_desk.to_owned());
        };
        let refusal = device.would(&command).err()?;
        Some(text().words.refusal(refusal).to_owned())
    }

    /// What can be done with the ticket now, the usual first (tracked).
    pub(super) fn possible(ticket: &Ticket, device: Device) -> Vec<Action> {
        let offers = offers(ticket, device).into_iter();
        offers.filter(|offer| offer.why_not.is_none()).map(|offer| offer.action).collect()
    }

    /// Does it at once, or opens its form.
    pub(super) fn begin(self, id: Id<Ticket>, doing: RwSignal<Option<(Id<Ticket>, Action)>>) {
        match self.direct(id) {
            Some(command) => device().press(command),
            None => doing.set(Some((id, self))),
        }
    }

    pub(super) fn icon(self) -> Icon {
        match self {
            Action::Triage => Icon::Filter,
            Action::HandOver => Icon::Send,
            Action::SolveByPhone | Action::LogCall => Icon::Phone,
            Action::Dispatch => Icon::Users,
            Action::Appoint => Icon::Calendar,
            Action::Hold => Icon::Pause,
            Action::Resume => Icon::Play,
            Action::Confirm => Icon::CheckCircle,
            Action::Object => Icon::MessageAlert,
            Action::OpenFollowUp | Action::FollowUp => Icon::Star,
            Action::Close => Icon::Lock,
            Action::Reopen => Icon::Undo,
            Action::KeepMachine => Icon::Box,
            Action::HandBack => Icon::Machine,
            Action::EditContact | Action::EditMachine => Icon::Edit,
            Action::Cancel => Icon::XCircle,
        }
    }

    pub(super) fn label(self, ticket: &Ticket) -> &'static str {
        let desk = &text().desk;
        match self {
            Action::Triage => desk.triage,
            Action::HandOver => desk.hand_over,
            Action::SolveByPhone => desk.solve_by_phone,
            Action::Dispatch if taken(ticket) => desk.reassign,
            Action::Dispatch => desk.dispatch,
            Action::Appoint => desk.appoint,
            Action::LogCall => desk.log_call,
            Action::Hold => desk.hold,
            Action::Resume => desk.resume,
            Action::Confirm => desk.confirm,
            Action::Object => desk.object,
            Action::OpenFollowUp => desk.open_follow_up,
            Action::FollowUp => desk.follow_up,
            Action::Close => desk.close,
            Action::Reopen => desk.reopen,
            Action::KeepMachine => custody::keep_word(device(), ticket.id),
            Action::HandBack => text().custody.hand_back,
            Action::EditContact => desk.edit_contact,
            Action::EditMachine => desk.edit_machine,
            Action::Cancel => desk.cancel_ticket,
        }
    }

    /// The command of what needs no words.
    fn direct(self, id: Id<Ticket>) -> Option<Command> {
        let command = match self {
            Action::HandOver => OfTicket::HandOver,
            Action::Resume => OfTicket::Resume,
            Action::OpenFollowUp => OfTicket::OpenFollowUp,
            Action::Close => OfTicket::Close,
            _ => return None,
        };
        Some(Command::Ticket(id, command))
    }

    /// The command as it might be, to ask the rule before the form is filled. `None` where there is
    /// nothing to do it with.
    fn probe(self, ticket: &Ticket, device: Device) -> Option<Command> {
        let id = ticket.id;
        let said = || "…".to_owned();
        if let Some(command) = self.direct(id) {
            return Some(command);
        }
        let command = match self {
            Action::Triage => OfTicket::Triage { triage: Box::new(an_untold_triage(device)) },
            Action::SolveByPhone => OfTicket::SolveByPhone { solution: said() },
            Action::Dispatch => {
                let holder = open_visit(ticket).map(|visit| visit.engineer);
                let engineer = engineers(device).into_iter().find(|e| Some(e.id) != holder)?.id;
                let visit = Id::<Visit>::derived("probe");
                OfTicket::Dispatch { visit, engineer, appointment: None, reason: said() }
            }
            Action::Appoint => {
                let visit = ticket.active_visit()?;
                let appointment = visit::Appointment {
                    from: device.now(),
                    to: device.now().plus_minutes(1),
                    agreed_with: String::new(),
                };
                let command =
                    visit::Command::Appoint { appointment, seen: visit.appointment.clone() };
                return Some(Command::Visit(id, visit.id, command));
            }
            Action::LogCall => {
                let visit = ticket.active_visit()?;
                return Some(Command::Visit(
                    id,
                    visit.id,
                    visit::Command::LogCall { summary: said() },
                ));
            }
            Action::Hold => OfTicket::Hold { reason: HoldReason::WaitingCustomer, note: said() },
            Action::Confirm => {
                OfTicket::Confirm { method: Confirmation::Phone, note: String::new() }
            }
            Action::Object => OfTicket::Object { text: said() },
            // What is still open keeps nobody from hearing that the customer is not satisfied.
            Action::FollowUp => OfTicket::FollowUp { satisfied: false, note: said() },
            Action::Reopen => OfTicket::Reopen { reason: said() },
            Action::KeepMachine => custody::keep_probe(),
            Action::HandBack => custody::back_probe(),
            // What an old list left out must not keep anybody from adding it.
            Action::EditContact => OfTicket::EditContact {
                contact: Box::new(Contact {
                    name: said(),
                    phone: "00000".into(),
                    ..Contact::default()
                }),
                seen: Box::new(ticket.contact.clone()),
            },
            Action::EditMachine => OfTicket::EditMachine {
                machine: Box::new(Nameplate { model: said(), ..Nameplate::default() }),
                seen: Box::new(ticket.machine.clone()),
            },
            Action::Cancel => OfTicket::Cancel { reason: said() },
            Action::HandOver | Action::Resume | Action::OpenFollowUp | Action::Close => {
                return None;
            }
        };
        Some(Command::Ticket(id, command))
    }
}

/// A triage with every choice open, for asking the rule.
fn an_untold_triage(device: Device) -> Triage {
    Triage {
        category: domain::ticket::Category::Other,
        priority: Priority::P2,
        method: domain::ticket::Method::Onsite,
        impact: String::new(),
        team: None,
        judgement: String::new(),
        suggestion: String::new(),
        by: device.me().id,
        at: device.now(),
    }
}

/// Whether somebody has the job.
pub fn taken(ticket: &Ticket) -> bool {
    ticket.active_visit().is_some_and(Visit::is_open)
}

/// The people who can be sent (tracked).
pub fn engineers(device: Device) -> Vec<User> {
    let mut people = device.all::<User>();
    people.retain(User::can_be_sent);
    people
}

/// The same to choose from, by name (tracked).
pub(super) fn engineer_choices(device: Device) -> Vec<Choice> {
    let mut people = engineers(device);
    people.sort_by(|one, other| one.name.cmp(&other.name));
    people.into_iter().map(|user| Choice::new(user.id.to_string(), user.name)).collect()
}

/// An action as it is offered: its word, and why it cannot be done now.
#[derive(Clone, Debug, PartialEq)]
struct Offer {
    action: Action,
    label: &'static str,
    why_not: Option<String>,
    /// Whether it stands among the buttons rather than behind them.
    near: bool,
}

fn offers(ticket: &Ticket, device: Device) -> Vec<Offer> {
    let usual = Action::usual(&ticket.stage);
    let rest = Action::ALL.into_iter().filter(|action| !usual.contains(action));
    let offer = |action: Action| {
        let refusal = device.would(&action.probe(ticket, device)?).err();
        // A usual step that only somebody else, or only later, may do stays in sight with its reason.
        let telling = refusal.is_none_or(|refusal| {
            matches!(
                refusal,
                Refusal::NotYourRole
                    | Refusal::StillOpen
                    | Refusal::MachineWithUs
                    | Refusal::TooLateToReopen
            )
        });
        Some(Offer {
            action,
            label: action.label(ticket),
            why_not: refusal.map(|refusal| text().words.refusal(refusal).to_owned()),
            near: usual.contains(&action) && telling,
        })
    };
    usual.iter().copied().chain(rest).filter_map(offer).collect()
}

/// What the dialog shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Choosing,
    One(Action),
}

/// The form of an action that was begun elsewhere: by a drop on the board, from a menu.
pub(super) fn dialog(doing: RwSignal<Option<(Id<Ticket>, Action)>>) -> AnyView {
    let device = device();
    let open = open_while(doing);
    let title = move || {
        let (id, action) = doing.get()?;
        let ticket = device.find(id)?;
        Some(format!("{} · {}", action.label(&ticket), ticket.contact.label()))
    };
    view! {
        <Dialog
            open
            title=move || title().unwrap_or_default()
            wide=true
            close=move || text().desk.close_panel
        >
            {move || doing.get().map(|(id, action)| form(action, id, open))}
        </Dialog>
    }
    .into_any()
}

/// The buttons of a ticket, with the dialogs behind them.
#[component]
pub fn Actions(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let open = RwSignal::new(false);
    let doing = RwSignal::new(Doing::Choosing);
    let offers = Memo::new(move |_| {
        device.find(id).map(|ticket| offers(&ticket, device)).unwrap_or_default()
    });
    let start = Callback::new(move |action: Action| match action.direct(id) {
        Some(command) => {
            open.set(false);
            device.press(command);
        }
        None => {
            doing.set(Doing::One(action));
            open.set(true);
        }
    });
    let usual = move || {
        let offers = offers.get();
        let first = offers.iter().position(|offer| offer.near && offer.why_not.is_none());
        offers
            .into_iter()
            .enumerate()
            .filter(|(_, offer)| offer.near)
            .map(|(place, offer)| button(offer, Some(place) == first, false, start))
            .collect_view()
    };
    let title = move || match doing.get() {
        Doing::Choosing => text().desk.more.to_owned(),
        Doing::One(action) => {
            device.find(id).map(|ticket| action.label(&ticket).to_owned()).unwrap_or_default()
        }
    };
    view! {
        <div class="row" role="group" aria-label=move || text().desk.actions>
            {usual}
            <Button
                text=move || text().desk.more
                icon=Icon::More
                kind=ButtonKind::Quiet
                name="more-actions"
                on_press=move || {
                    doing.set(Doing::Choosing);
                    open.set(true);
                }
            />
        </div>
        <Dialog open title wide=true close=move || text().desk.close_panel>
            {move || match doing.get() {
                Doing::Choosing => choices(offers, start).into_any(),
                Doing::One(action) => form(action, id, open),
            }}
        </Dialog>
    }
}

fn button(
    offer: Offer,
    primary: bool,
    wide: bool,
    start: Callback<Action>,
) -> impl IntoView + use<> {
    let Offer { action, label, why_not, .. } = offer;
    let kind = match action {
        Action::Cancel => ButtonKind::Danger,
        _ if primary => ButtonKind::Primary,
        _ => ButtonKind::Secondary,
    };
    view! {
        <Button
            text=label
            kind
            icon=action.icon()
            why_not=why_not
            wide
            name=action.name()
            on_press=move || start.run(action)
        />
    }
}

/// Everything that can be done, with the reasons why the rest cannot.
fn choices(offers: Memo<Vec<Offer>>, start: Callback<Action>) -> impl IntoView {
    let list = move || {
        let far = offers.get().into_iter().filter(|offer| !offer.near);
        let (can, cannot): (Vec<Offer>, Vec<Offer>) =
            far.partition(|offer| offer.why_not.is_none());
        can.into_iter().chain(cannot).map(|offer| button(offer, false, true, start)).collect_view()
    };
    view! { <div class="grid">{list}</div> }
}

fn form(action: Action, id: Id<Ticket>, open: RwSignal<bool>) -> AnyView {
    match action {
        Action::Triage => view! { <TriageForm id open/> }.into_any(),
        Action::Dispatch => view! { <Dispatch id open/> }.into_any(),
        Action::Appoint => view! { <Appoint id open/> }.into_any(),
        Action::EditContact => view! { <edit::EditContact id open/> }.into_any(),
        Action::EditMachine => view! { <edit::EditMachine id open/> }.into_any(),
        Action::Hold => view! { <forms::Hold id open/> }.into_any(),
        Action::Confirm => view! { <forms::Confirm id open/> }.into_any(),
        Action::FollowUp => view! { <forms::FollowUp id open/> }.into_any(),
        Action::KeepMachine => custody::keep_form(id, open).into_any(),
        Action::HandBack => custody::back_form(id, open).into_any(),
        Action::SolveByPhone
        | Action::LogCall
        | Action::Object
        | Action::Reopen
        | Action::Cancel => view! { <forms::Words action id open/> }.into_any(),
        Action::HandOver | Action::Resume | Action::OpenFollowUp | Action::Close => ().into_any(),
    }
}
