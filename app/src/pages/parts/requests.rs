//! What engineers ask for: decided, handed out, and seen through to the end. Live by itself.

use std::cmp::Reverse;

use domain::{
    Command, Id, Key,
    part::Part,
    part_request::{Command as Answer, Line, PartRequest, Stage},
    stock::{Place, Stock},
    values::TEXT_CHARS_MAX,
};
use leptos::prelude::*;

use crate::{
    device::{Device, device},
    locale::{self, text},
    pages::shell::DeskShell,
    route::Route,
    ui::{
        Button, ButtonKind, Card, Confirm, Dialog, Empty, Fact, Facts, Icon, TabItem, Tabs, Tag,
        TextArea, Tone, toast,
    },
};

/// How many finished requests are shown.
const FINISHED_MAX: usize = 100;

/// Where a request stands for whoever has to do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    ToDecide,
    ToIssue,
    Issued,
    Over,
}

impl Group {
    const ALL: [Group; 4] = [Group::ToDecide, Group::ToIssue, Group::Issued, Group::Over];

    fn of(stage: &Stage) -> Self {
        match stage {
            Stage::Submitted => Self::ToDecide,
            Stage::Approved { .. } => Self::ToIssue,
            Stage::Issued { .. } => Self::Issued,
            Stage::Received { .. } | Stage::Rejected { .. } | Stage::Cancelled { .. } => Self::Over,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::ToDecide => "to-decide",
            Self::ToIssue => "to-issue",
            Self::Issued => "issued",
            Self::Over => "over",
        }
    }

    fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|group| group.word() == word).unwrap_or(Self::ToDecide)
    }

    fn label(self) -> &'static str {
        let text = &text().office.requests;
        match self {
            Self::ToDecide => text.to_decide,
            Self::ToIssue => text.to_issue,
            Self::Issued => text.issued,
            Self::Over => text.over,
        }
    }

    fn none(self) -> &'static str {
        let text = &text().office.requests;
        match self {
            Self::ToDecide => text.none_to_decide,
            Self::ToIssue => text.none_to_issue,
            Self::Issued => text.none_issued,
            Self::Over => text.none_over,
        }
    }
}

/// A no that needs a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum No {
    Reject,
    Withdraw,
}

/// What is being asked about, if anything.
#[derive(Clone, Copy)]
struct Asking {
    no: RwSignal<Option<(Id<PartRequest>, No)>>,
    no_open: RwSignal<bool>,
    issue: RwSignal<Option<Id<PartRequest>>>,
    issue_open: RwSignal<bool>,
}

/// The page.
#[component]
pub fn PartRequests() -> impl IntoView {
    let device = device();
    let requests = Memo::new(move |_| device.all::<PartRequest>());
    let group = RwSignal::new(Group::ToDecide.word().to_owned());
    let items = Signal::derive(move || {
        let count = |group: Group| {
            let here = |request: &&PartRequest| Group::of(&request.stage) == group;
            requests.with(|requests| requests.iter().filter(here).count())
        };
        let item = |group: Group| {
            let item = TabItem::new(group.word(), group.label());
            // Finished requests only grow; their number tells nothing.
            match group {
                Group::Over => item,
                _ => item.count(u32::try_from(count(group)).unwrap_or(u32::MAX)),
            }
        };
        Group::ALL.into_iter().map(item).collect::<Vec<_>>()
    });
    let shown = Memo::new(move |_| {
        let group = Group::from_word(&group.get());
        let mut shown = requests.get();
        shown.retain(|request| Group::of(&request.stage) == group);
        if group == Group::Over {
            shown.sort_by_key(|request| Reverse(request.requested_at));
            shown.truncate(FINISHED_MAX);
        } else {
            shown.sort_by_key(|r| (!r.urgent, r.needed_by.is_none(), r.needed_by, r.requested_at));
        }
        shown
    });
    let asking = Asking {
        no: RwSignal::new(None),
        no_open: RwSignal::new(false),
        issue: RwSignal::new(None),
        issue_open: RwSignal::new(false),
    };
    let cards = move || {
        let shown = shown.get();
        if shown.is_empty() {
            let none = move || Group::from_word(&group.get()).none();
            return view! { <Empty icon=Icon::Inbox text=none/> }.into_any();
        }
        let card = |request| view! { <Request request asking/> };
        view! { <div class="grid">{shown.into_iter().map(card).collect_view()}</div> }.into_any()
    };
    view! {
        <DeskShell title=move || text().office.requests.title>
            <Tabs label=move || text().office.requests.groups value=group items/>
            {cards}
            <SayNo asking/>
            <HandOut asking/>
        </DeskShell>
    }
}

/// One request with its lines, what is in store, and what can be done now.
#[component]
fn Request(request: PartRequest, asking: Asking) -> impl IntoView {
    let device = device();
    let id = request.id;
    let urgent = request.urgent;
    let stage = StoredValue::new(request.stage.clone());
    let number = request.number.clone();
    let title = move || number.clone().unwrap_or_else(|| text().office.requests.unnumbered.into());
    let needed_by = request.needed_by;
    let open = Group::of(&request.stage) != Group::Over;
    let pending = Signal::derive(move || device.is_pending(Key::of(id)));
    let tags = move || {
        view! {
            <Show when=move || urgent>
                <Tag text=move || text().office.requests.urgent tone=Tone::Danger icon=Some(Icon::Flame)/>
            </Show>
            <Show when=move || pending.get()>
                <Tag text=move || text().office.requests.waiting_to_send icon=Some(Icon::CloudUp)/>
            </Show>
            <Tag
                text=move || stage.with_value(|stage| text().words.part_stage(stage))
                tone=stage.with_value(tone)
            />
        }
    };
    let lines = request.lines.clone();
    let lines = lines.into_iter().map(|line| view! { <Wanted line open/> }).collect_view();
    let requester = request.requester;
    let (ticket, ticket_number) = (request.ticket, StoredValue::new(request.ticket_number.clone()));
    let ticket_link = move || {
        // The keeper holds no tickets; the number then is all there is.
        match device.find(ticket) {
            Some(ticket) => {
                let label = format!("{} · {}", ticket.spoken_number(), ticket.contact.label());
                view! { <a class="link" href=Route::DeskTicket(ticket.id).href()>{label}</a> }
                    .into_any()
            }
            None => view! { <span>{ticket_number.get_value()}</span> }.into_any(),
        }
    };
    let late = move || open && needed_by.is_some_and(|needed| needed < device.minute());
    let note = request.note.clone();
    let requested_at = request.requested_at;
    view! {
        <div data-request=request.number.clone()>
            <Card
                title
                tone=if urgent && open { Tone::Danger } else { Tone::Neutral }
                extra=ViewFn::from(tags)
            >
                <Facts>
                    <Fact label=move || text().office.requests.for_ticket>{ticket_link}</Fact>
                    <Fact
                        label=move || text().office.requests.asked_by
                        value=move || device.name(requester)
                    />
                    <Fact
                        label=move || text().office.requests.asked_at
                        value=move || locale::ago(requested_at)
                    />
                    {needed_by
                        .map(|needed| {
                            view! {
                                <Fact label=move || text().office.requests.needed_by>
                                    <span class="num">{move || locale::moment(needed)}</span>
                                    " "
                                    <Show when=late>
                                        <Tag text=move || text().office.requests.late tone=Tone::Danger/>
                                    </Show>
                                </Fact>
                            }
                        })}
                </Facts>
                <ul class="parts">{lines}</ul>
                {(!note.is_empty())
                    .then(|| {
                        view! {
                            <Facts>
                                <Fact label=move || text().office.requests.note value=note/>
                            </Facts>
                        }
                    })}
                {move || stage.with_value(|stage| decision(device, stage))}
                <Actions id stage asking/>
            </Card>
        </div>
    }
}

/// One wanted part beside what the store has of it.
#[component]
fn Wanted(line: Line, open: bool) -> impl IntoView {
    let device = device();
    let (part, quantity) = (line.part, line.quantity);
    let known = Memo::new(move |_| part.and_then(|part| device.find::<Part>(part)));
    let in_store = Memo::new(move |_| {
        let stock: Stock = device.find(Stock::id_of(Place::Store, part?))?;
        Some(stock.quantity)
    });
    let wanted = move || {
        let unit = known.get().map(|part| part.unit).unwrap_or_default();
        (text().office.requests.wanted)(quantity, &unit)
    };
    let store = move || {
        let text = &text().office.requests;
        if part.is_none() {
            return view! { <Tag text=text.not_in_catalogue tone=Tone::Warning/> }.into_any();
        }
        let there = in_store.get().unwrap_or_default();
        if there < quantity {
            view! { <Tag text=(text.short)(there) tone=Tone::Danger/> }.into_any()
        } else {
            view! { <span class="part__stock num">{(text.in_store)(there)}</span> }.into_any()
        }
    };
    view! {
        <li class="part">
            <span class="part__name">{line.name}</span>
            <span class="part__number mono">{line.code}</span>
            <span class="part__stock">{line.reason}</span>
            <span class="part__end">
                <strong class="num">{wanted}</strong>
                {open.then_some(store)}
            </span>
        </li>
    }
}

/// Who decided what, when, and why.
fn decision(device: Device, stage: &Stage) -> Option<AnyView> {
    let word = text().words.part_stage(stage);
    let said = text().office.requests.decided_by;
    let (line, reason) = match stage {
        Stage::Submitted => return None,
        Stage::Approved { by, at } | Stage::Issued { by, at } => {
            (said(word, &device.name(*by), &locale::moment(*at)), String::new())
        }
        Stage::Rejected { by, at, reason } | Stage::Cancelled { by, at, reason } => {
            (said(word, &device.name(*by), &locale::moment(*at)), reason.clone())
        }
        Stage::Received { at } => (format!("{word} · {}", locale::moment(*at)), String::new()),
    };
    let reason = (!reason.is_empty()).then(|| view! { <p class="note">{reason}</p> });
    Some(view! { <p class="muted">{line}</p> {reason} }.into_any())
}

fn tone(stage: &Stage) -> Tone {
    match stage {
        Stage::Submitted => Tone::Warning,
        Stage::Approved { .. } => Tone::Info,
        Stage::Issued { .. } => Tone::Primary,
        Stage::Received { .. } => Tone::Success,
        Stage::Rejected { .. } | Stage::Cancelled { .. } => Tone::Neutral,
    }
}

#[component]
fn Actions(id: Id<PartRequest>, stage: StoredValue<Stage>, asking: Asking) -> impl IntoView {
    let device = device();
    let ask = move |no: No| {
        asking.no.set(Some((id, no)));
        asking.no_open.set(true);
    };
    // Whether a reason will do is asked again with the reason itself.
    let some_reason = || "…".to_owned();
    let group = stage.with_value(Group::of);
    let buttons = match group {
        Group::ToDecide => {
            let reject = device.why_not(move || {
                Command::PartRequest(id, Answer::Reject { reason: some_reason() })
            });
            let approve = device.why_not(move || Command::PartRequest(id, Answer::Approve));
            view! {
                <Button
                    text=move || text().office.requests.reject
                    name="reject-request"
                    why_not=reject
                    on_press=move || ask(No::Reject)
                />
                <Button
                    text=move || text().office.requests.approve
                    kind=ButtonKind::Primary
                    icon=Icon::Check
                    name="approve-request"
                    why_not=approve
                    on_press=move || {
                        device
                            .press_then(
                                Command::PartRequest(id, Answer::Approve),
                                || toast(Tone::Success, text().office.requests.approved),
                            )
                    }
                />
            }
            .into_any()
        }
        Group::ToIssue => {
            let withdraw = device.why_not(move || {
                Command::PartRequest(id, Answer::Cancel { reason: some_reason() })
            });
            let issue = device.why_not(move || Command::PartRequest(id, Answer::Issue));
            view! {
                <Button
                    text=move || text().office.requests.withdraw
                    kind=ButtonKind::Quiet
                    name="withdraw-request"
                    why_not=withdraw
                    on_press=move || ask(No::Withdraw)
                />
                <Button
                    text=move || text().office.requests.issue
                    kind=ButtonKind::Primary
                    icon=Icon::Package
                    name="issue-request"
                    why_not=issue
                    on_press=move || {
                        asking.issue.set(Some(id));
                        asking.issue_open.set(true);
                    }
                />
            }
            .into_any()
        }
        Group::Issued | Group::Over => return ().into_any(),
    };
    view! {
        <div class="row" data-align="end">
            {buttons}
        </div>
    }
    .into_any()
}

/// The reason for a no.
#[component]
fn SayNo(asking: Asking) -> impl IntoView {
    let device = device();
    let reason = RwSignal::new(String::new());
    Effect::new(move |_| {
        if asking.no_open.get() {
            reason.set(String::new());
        }
    });
    let withdrawing = move || matches!(asking.no.get(), Some((_, No::Withdraw)));
    let command = move || {
        let (id, no) = asking.no.get()?;
        let reason = reason.get().trim().to_owned();
        let answer = match no {
            No::Reject => Answer::Reject { reason },
            No::Withdraw => Answer::Cancel { reason },
        };
        Some(Command::PartRequest(id, answer))
    };
    let why_not = Signal::derive(move || {
        let refusal = device.would(&command()?).err()?;
        Some(text().words.refusal(refusal).to_owned())
    });
    let title = move || {
        let text = &text().office.requests;
        if withdrawing() { text.withdraw_title } else { text.reject_title }
    };
    let verb = move || {
        let text = &text().office.requests;
        if withdrawing() { text.withdraw } else { text.reject }
    };
    let send = move || {
        let Some(command) = command() else { return };
        let withdrawn = withdrawing();
        device.press_then(command, move || {
            asking.no_open.set(false);
            let text = &text().office.requests;
            toast(Tone::Success, if withdrawn { text.withdrawn } else { text.rejected });
        });
    };
    view! {
        <Dialog open=asking.no_open title close=move || text().office.close>
            <TextArea
                label=move || text().office.requests.reason
                hint=move || text().office.requests.reason_hint
                value=reason
                required=true
                id="request-reason"
                max_length=TEXT_CHARS_MAX
            />
            <div class="dialog__bar">
                <Button text=move || text().office.cancel on_press=move || asking.no_open.set(false)/>
                <Button
                    text=verb
                    kind=ButtonKind::Danger
                    name="save-answer"
                    why_not
                    on_press=send
                />
            </div>
        </Dialog>
    }
}

/// Handing parts out cannot be taken back: the store's count goes down.
#[component]
fn HandOut(asking: Asking) -> impl IntoView {
    let device = device();
    let short = move || {
        let request: Option<PartRequest> = asking.issue.get().and_then(|id| device.find(id));
        request.is_some_and(|request| request.lines.iter().any(|line| is_short(device, line)))
    };
    let message = move || {
        let text = &text().office.requests;
        if short() { text.issue_short } else { text.issue_message }
    };
    let issue = move || {
        asking.issue_open.set(false);
        if let Some(id) = asking.issue.get_untracked() {
            device.press_then(Command::PartRequest(id, Answer::Issue), || {
                toast(Tone::Success, text().office.requests.issued_done);
            });
        }
    };
    view! {
        <Confirm
            open=asking.issue_open
            title=move || text().office.requests.issue_title
            message
            cancel=move || text().office.cancel
            confirm=move || text().office.requests.issue
            on_confirm=issue
        />
    }
}

fn is_short(device: Device, line: &Line) -> bool {
    let Some(part) = line.part else { return false };
    let stock: Option<Stock> = device.find(Stock::id_of(Place::Store, part));
    stock.map_or(0, |stock| stock.quantity) < line.quantity
}
