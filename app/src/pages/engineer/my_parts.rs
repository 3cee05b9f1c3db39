//! What is in my bag, and how far my part requests are.
//!
//! Buttons by name: `receive`, `cancel-request`.

use std::cmp::Reverse;

use domain::{
    Command, Id, Key,
    part::Part,
    part_request::{self, PartRequest, Stage},
    stock::{Place, Stock},
    values::TEXT_CHARS_MAX,
};
use leptos::prelude::*;

use super::{card::join, draft::Draft};
use crate::{
    device::device,
    locale::{date, moment, text},
    pages::shell::PhoneShell,
    route::Route,
    ui::{
        Button, ButtonKind, ButtonLink, Card, Drawer, Empty, Fact, Facts, Icon, Step, StepState,
        Steps, Tag, TextArea, Tone, lead_to, toast,
    },
};

/// My parts.
#[component]
pub fn MyParts() -> impl IntoView {
    let device = device();
    let requests = Memo::new(move |_| {
        let me = device.me().id;
        let mut requests = device.all::<PartRequest>();
        requests.retain(|request| request.requester == me);
        requests.sort_by_key(|request| (is_over(&request.stage), Reverse(request.requested_at)));
        requests.into_iter().map(|request| request.id).collect::<Vec<_>>()
    });
    view! {
        <PhoneShell title=move || text().engineer.parts.title tab=Route::MyParts>
            <h2 class="section-title">{move || text().engineer.parts.requests}</h2>
            <Show
                when=move || requests.with(|requests| !requests.is_empty())
                fallback=|| {
                    view! { <p class="muted">{move || text().engineer.parts.no_requests}</p> }
                }
            >
                <div class="stack" data-name="part-requests">
                    <For each=move || requests.get() key=|id| *id let:id>
                        <RequestCard id/>
                    </For>
                </div>
            </Show>
            <OwnStock/>
        </PhoneShell>
    }
}

fn is_over(stage: &Stage) -> bool {
    matches!(stage, Stage::Received { .. } | Stage::Rejected { .. } | Stage::Cancelled { .. })
}

/// One request like a parcel on its way.
#[component]
fn RequestCard(id: Id<PartRequest>) -> impl IntoView {
    let device = device();
    let request = Memo::new(move |_| device.find(id));
    let withdrawing = RwSignal::new(false);
    let receive = move || Command::PartRequest(id, part_request::Command::Receive);
    let may_receive = Memo::new(move |_| device.would(&receive()).is_ok());
    let may_cancel = Memo::new(move |_| {
        let reason = "…".to_owned();
        device.would(&Command::PartRequest(id, part_request::Command::Cancel { reason })).is_ok()
    });
    let steps = Signal::derive(move || {
        request.get().map(|request| steps(&request.stage)).unwrap_or_default()
    });
    let actions = move || {
        view! {
            <Show when=move || may_receive.get() || may_cancel.get()>
                <div class="row" data-align="end">
                    <Show when=move || may_cancel.get()>
                        <Button
                            text=move || text().engineer.parts.withdraw
                            kind=ButtonKind::Quiet
                            name="cancel-request"
                            on_press=move || withdrawing.set(true)
                        />
                    </Show>
                    <Show when=move || may_receive.get()>
                        <Button
                            text=move || text().engineer.parts.receive
                            icon=Icon::Check
                            kind=ButtonKind::Primary
                            name="receive"
                            on_press=move || {
                                device.press_then(receive(), || {
                                    toast(Tone::Success, text().engineer.parts.received);
                                });
                            }
                        />
                    </Show>
                </div>
            </Show>
        }
    };
    view! {
        {move || {
            let request = request.get()?;
            let words = &text().engineer.parts;
            let number = request.number.clone().unwrap_or_else(|| words.unnumbered.to_owned());
            let pending = device.is_pending(Key::of(id));
            let why = match &request.stage {
                Stage::Rejected { by, reason, .. } | Stage::Cancelled { by, reason, .. } => {
                    Some((words.refused_because)(device.name(*by), reason.clone()))
                }
                _ => None,
            };
            let lines = request
                .lines
                .iter()
                .map(|line| {
                    view! {
                        <li class="part">
                            <span class="part__name">{format!("{} × {}", line.name, line.quantity)}</span>
                            <span class="part__number mono">{line.code.clone()}</span>
                            <span class="part__stock">{line.reason.clone()}</span>
                        </li>
                    }
                })
                .collect_view();
            Some(view! {
                <Card title=number>
                    <div class="row">
                        {request
                            .urgent
                            .then(|| view! { <Tag text=words.urgent tone=Tone::Danger icon=Some(Icon::Flame)/> })}
                        {pending
                            .then(|| {
                                view! { <Tag text=text().engineer.say.waits_here icon=Some(Icon::CloudUp)/> }
                            })}
                    </div>
                    <Steps label=words.progress items=steps/>
                    {pending.then(|| view! { <p class="note">{words.queued}</p> })}
                    {why.map(|why| view! { <p class="note" data-tone="danger">{why}</p> })}
                    <ul class="parts">{lines}</ul>
                    <Facts>
                        <Fact label=words.for_ticket>
                            <a class="link" href=Route::Ticket(request.ticket).href()>{request.ticket_number.clone()}</a>
                        </Fact>
                        <Fact label=words.requested_at value=moment(request.requested_at)/>
                        {request.needed_by.map(|by| view! { <Fact label=words.needed_by value=moment(by)/> })}
                        {(!request.note.is_empty())
                            .then(|| view! { <Fact label=words.note value=request.note.clone()/> })}
                    </Facts>
                    {actions()}
                </Card>
            })
        }}
        <Withdraw id open=withdrawing/>
    }
}

/// The way of a request: asked, approved, handed out, in the bag; or where it ended.
fn steps(stage: &Stage) -> Vec<Step> {
    let words = &text().engineer.parts;
    let reached = match stage {
        Stage::Submitted | Stage::Rejected { .. } | Stage::Cancelled { .. } => 0,
        Stage::Approved { .. } => 1,
        Stage::Issued { .. } => 2,
        Stage::Received { .. } => 3,
    };
    let ended = matches!(stage, Stage::Rejected { .. } | Stage::Cancelled { .. });
    let arrived = matches!(stage, Stage::Received { .. });
    let mut steps: Vec<Step> =
        [words.step_asked, words.step_approved, words.step_issued, words.step_received]
            .into_iter()
            .enumerate()
            .map(|(at, label)| {
                let state = if at < reached || (at == reached && (ended || arrived)) {
                    StepState::Done
                } else if at == reached {
                    StepState::Now
                } else {
                    StepState::Todo
                };
                Step::new(label, state)
            })
            .collect();
    if ended {
        steps.truncate(1);
        steps.push(Step::new(text().words.part_stage(stage), StepState::Failed));
    }
    steps
}

/// Takes a request back, with a reason for those who already picked the parts.
#[component]
fn Withdraw(id: Id<PartRequest>, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Drawer
            open
            title=move || text().engineer.parts.withdraw
            close=move || text().engineer.say.close
        >
            {move || {
                let device = device();
                let reason = RwSignal::new(String::new());
                let draft = Draft::new(format!("withdraw:{id}"), vec![("reason", reason.into())]);
                let command = move || {
                    Command::PartRequest(id, part_request::Command::Cancel { reason: reason.get() })
                };
                let why_not = device.why_not(command);
                let send = move || {
                    draft.send(untrack(command), 0, move || {
                        draft.settle();
                        let _gone = open.try_set(false);
                    });
                };
                view! {
                    <div class="form">
                        <TextArea
                            label=move || text().engineer.say.reason
                            value=reason
                            required=true
                            id="withdraw-reason"
                            max_length=TEXT_CHARS_MAX
                        />
                        <div class="dialog__bar">
                            <Button
                                text=move || text().engineer.say.cancel
                                on_press=move || open.set(false)
                            />
                            <Button
                                text=move || text().engineer.parts.withdraw
                                kind=ButtonKind::Danger
                                name="save-withdraw"
                                why_not
                                busy=draft.busy()
                                on_blocked=move || lead_to("withdraw-reason")
                                on_press=send
                            />
                        </div>
                    </div>
                }
            }}
        </Drawer>
    }
}

/// What lies in my own bag or car.
#[component]
fn OwnStock() -> impl IntoView {
    let device = device();
    let own = Memo::new(move |_| {
        let place = Place::Person(device.me().id);
        let mut own: Vec<(Stock, Option<Part>)> = device
            .all::<Stock>()
            .into_iter()
            .filter(|stock| stock.place == place && (stock.quantity != 0 || stock.query))
            .map(|stock| (stock.clone(), device.find(stock.part)))
            .collect();
        own.sort_by_key(|(_, part)| part.as_ref().map(|part| part.name.clone()));
        own
    });
    let age = move || device.heard_at().map(|at| (text().engineer.parts.stock_as_of)(moment(at)));
    view! {
        <h2 class="section-title">
            {move || text().engineer.parts.own_stock}
            <span class="count">{move || own.with(Vec::len)}</span>
        </h2>
        <p class="faint num">{age}</p>
        <Show
            when=move || own.with(|own| !own.is_empty())
            fallback=|| {
                view! {
                    <Empty icon=Icon::Package text=move || text().engineer.parts.no_stock>
                        <ButtonLink
                            text=move || text().engineer.parts.to_tickets
                            href=Route::Tickets.href()
                        />
                    </Empty>
                }
            }
        >
            <ul class="parts" data-name="own-stock">
                {move || {
                    own.get()
                        .into_iter()
                        .map(|(stock, part)| {
                            let words = &text().engineer.parts;
                            let (name, code, unit) = part
                                .map(|part| (part.name, part.code, part.unit))
                                .unwrap_or_default();
                            let hint = join([
                                Some((words.counted)(date(stock.counted_at))),
                                stock.query.then(|| words.query.to_owned()),
                            ]);
                            view! {
                                <li class="part">
                                    <span class="part__name">{name}</span>
                                    <span class="part__number mono">{code}</span>
                                    <span class="part__stock num">{hint}</span>
                                    <span class="part__end num">
                                        <strong>{format!("{} {unit}", stock.quantity)}</strong>
                                    </span>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
        </Show>
    }
}
