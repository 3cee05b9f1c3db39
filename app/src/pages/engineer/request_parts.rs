//! Asking the store for parts, for this ticket or another one of mine. Works without a network.
//!
//! Buttons by name: `add-part`, `free-part`, `add-free-part`, `remove-line`, `send-request`.

use domain::{
    Command, Id, Refusal, json,
    part::Part,
    part_request::{self, Line, PartRequest},
    ticket::Ticket,
    values::{LINE_CHARS_MAX, TEXT_CHARS_MAX},
};
use leptos::prelude::*;

use super::{
    card::join,
    draft::Draft,
    work::parts::catalogue::{Catalogue, offered},
};
use crate::{
    device::device,
    locale::{input_time, parse_input_time, text},
    pages::shell::PhoneDetail,
    route::{self, Route},
    ui::{
        ActionBar, Button, ButtonKind, Card, CheckRow, Choice, DateTime, Field, Icon, IconButton,
        Select, TextArea, Tone, lead_to, toast,
    },
};

/// The basket, as a draft keeps it.
#[derive(Clone, Copy)]
pub struct Fields {
    ticket: RwSignal<String>,
    lines: RwSignal<String>,
    needed_by: RwSignal<String>,
    urgent: RwSignal<bool>,
    note: RwSignal<String>,
}

impl Fields {
    fn basket(self) -> Vec<Line> {
        self.lines.with(|json| json::read(json).unwrap_or_default())
    }

    /// Changes the basket.
    fn change(self, change: impl FnOnce(&mut Vec<Line>)) {
        let mut lines = untrack(move || self.basket());
        change(&mut lines);
        self.lines.set(serde_json::to_string(&lines).unwrap_or_default());
    }

    /// Adds one piece, or one more of what is there.
    fn add(self, part: &Part) {
        self.change(|lines| match lines.iter_mut().find(|line| line.part == Some(part.id)) {
            Some(line) => line.quantity += 1,
            None => lines.push(Line {
                part: Some(part.id),
                code: part.code.clone(),
                name: part.name.clone(),
                quantity: 1,
                reason: String::new(),
            }),
        });
    }
}

/// A part request, from the ticket one came from.
#[component]
pub fn RequestParts(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let before = untrack(move || device.find::<Ticket>(id));
    let needed = before
        .as_ref()
        .and_then(|ticket| ticket.active_visit()?.appointment.as_ref().map(|at| at.from))
        .filter(|at| *at > device.now())
        .map(input_time)
        .unwrap_or_default();
    let fields = Fields {
        ticket: RwSignal::new(id.to_string()),
        lines: RwSignal::new("[]".to_owned()),
        needed_by: RwSignal::new(needed),
        urgent: RwSignal::new(false),
        note: RwSignal::new(String::new()),
    };
    let draft = Draft::new(
        format!("request-parts:{id}"),
        vec![
            ("ticket", fields.ticket.into()),
            ("lines", fields.lines.into()),
            ("needed_by", fields.needed_by.into()),
            ("urgent", fields.urgent.into()),
            ("note", fields.note.into()),
        ],
    );
    let ticket = Memo::new(move |_| device.find::<Ticket>(fields.ticket.get().parse().ok()?));
    let mine = move || {
        let me = device.me().id;
        let mut tickets = device.all::<Ticket>();
        tickets.retain(|ticket| {
            let own = ticket.registered_by == me || ticket.visit_of(me).is_some();
            ticket.id == id || (own && !ticket.stage.is_over())
        });
        tickets
            .into_iter()
            .map(|ticket| {
                let label = join([
                    Some(ticket.spoken_number().to_owned()).filter(|number| !number.is_empty()),
                    Some(ticket.contact.label()),
                    Some(ticket.title.clone()),
                ]);
                Choice::new(ticket.id.to_string(), label)
            })
            .collect::<Vec<_>>()
    };
    let wanted = RwSignal::new(String::new());
    let catalogue = Catalogue::new(device);
    let found = Memo::new(move |_| {
        let model = ticket.with(|ticket| ticket.as_ref().map(|t| t.machine.model.clone()));
        let mut found = catalogue.offers(&wanted.get(), &model.unwrap_or_default());
        let basket = fields.basket();
        found.retain(|offer| !basket.iter().any(|line| line.part == Some(offer.part.id)));
        found
    });
    let command = move |request: Id<PartRequest>| {
        let number = ticket.with(|ticket| {
            ticket.as_ref().map(|ticket| {
                join([
                    Some(ticket.spoken_number().to_owned()).filter(|number| !number.is_empty()),
                    Some(ticket.contact.label()),
                ])
            })
        });
        Command::PartRequest(
            request,
            part_request::Command::Submit {
                ticket: fields.ticket.get().parse().unwrap_or(id),
                ticket_number: number.unwrap_or_default().chars().take(200).collect(),
                lines: fields.basket(),
                needed_by: parse_input_time(&fields.needed_by.get()),
                urgent: fields.urgent.get(),
                note: fields.note.get(),
            },
        )
    };
    let probe = device.new_id::<PartRequest>();
    let why_not = device.why_not(move || command(probe));
    let lead = move || match device.would(&untrack(move || command(probe))) {
        Err(Refusal::QuantityImplausible | Refusal::PartMissing) => lead_to("basket"),
        _ => lead_to("choose-parts"),
    };
    let send = move || {
        let request = device.new_id::<PartRequest>();
        draft.send(untrack(move || command(request)), 0, move || {
            draft.clear();
            toast(Tone::Success, text().engineer.parts.sent);
            route::go(Route::MyParts);
        });
    };
    view! {
        <PhoneDetail
            title=move || text().engineer.parts.request_title
            back=Route::Ticket(id).href()
            bar=move || {
                view! {
                    <ActionBar>
                        <p class="action-bar__note">{move || text().engineer.parts.offline_note}</p>
                        <Button
                            text=move || text().engineer.parts.send
                            icon=Icon::Send
                            kind=ButtonKind::Primary
                            wide=true
                            large=true
                            name="send-request"
                            why_not
                            busy=draft.busy()
                            on_blocked=lead
                            on_press=send
                        />
                    </ActionBar>
                }
            }
        >
            <Card>
                <Select
                    label=move || text().engineer.parts.for_ticket
                    value=fields.ticket
                    options=Signal::derive(mine)
                    id="request-ticket"
                />
                <DateTime
                    label=move || text().engineer.parts.needed_by
                    value=fields.needed_by
                    id="request-needed-by"
                />
                <CheckRow
                    label=move || text().engineer.parts.urgent
                    hint=move || text().engineer.parts.urgent_hint
                    checked=fields.urgent
                />
                <TextArea
                    label=move || text().engineer.parts.note
                    value=fields.note
                    rows=2
                    max_length=TEXT_CHARS_MAX
                    id="request-note"
                />
            </Card>
            <Basket fields/>
            <Card title=move || text().engineer.parts.choose_title id="choose-parts">
                {offered(
                    wanted,
                    found,
                    Signal::derive(|| text().engineer.parts.add.to_owned()),
                    "add-part",
                    Callback::new(move |part: Part| fields.add(&part)),
                )}
                <FreeLine fields/>
            </Card>
        </PhoneDetail>
    }
}

/// What is asked for so far.
#[component]
fn Basket(fields: Fields) -> impl IntoView {
    let count = Memo::new(move |_| fields.basket().len());
    let line = move |at: usize| {
        let quantity =
            RwSignal::new(untrack(move || fields.basket().get(at).map_or(1, |line| line.quantity)));
        let reason = RwSignal::new(
            untrack(move || fields.basket().get(at).map(|line| line.reason.clone()))
                .unwrap_or_default(),
        );
        let shown = untrack(move || fields.basket().get(at).cloned());
        let keep = move || {
            fields.change(|lines| {
                if let Some(line) = lines.get_mut(at) {
                    line.quantity = quantity.get_untracked();
                    line.reason = reason.get_untracked();
                }
            });
        };
        let remove = move || {
            fields.change(|lines| {
                if at < lines.len() {
                    lines.remove(at);
                }
            });
        };
        shown.map(|shown| {
            let name = shown.name.clone();
            view! {
                <div class="stack" data-name="basket-line">
                    <div class="row" data-align="between">
                        <p>
                            <strong>{shown.name}</strong>
                            " "
                            <span class="mono muted">{shown.code}</span>
                        </p>
                        <IconButton
                            icon=Icon::Trash
                            label=move || (text().engineer.parts.remove)(name.clone())
                            name="remove-line"
                            on_press=remove
                        />
                    </div>
                    <div class="form__row">
                        <crate::ui::Stepper
                            label=move || text().engineer.parts.quantity
                            value=quantity
                            less=move || text().engineer.parts.less
                            more=move || text().engineer.parts.more
                            min=1
                            max=999
                            on_step=move |_| keep()
                        />
                        <Field
                            label=move || text().engineer.parts.purpose
                            value=reason
                            max_length=LINE_CHARS_MAX
                            on_input=move |_| keep()
                        />
                    </div>
                </div>
            }
        })
    };
    // Rebuilt when a line comes or goes, not while one types into it.
    let kinds = Memo::new(move |_| {
        fields.basket().into_iter().map(|line| (line.part, line.name)).collect::<Vec<_>>()
    });
    let quantities =
        Memo::new(move |_| fields.basket().into_iter().map(|line| line.quantity).sum::<i64>());
    view! {
        <Card title=move || text().engineer.parts.basket id="basket">
            <Show when=move || count.get() == 0>
                <p class="muted">{move || text().engineer.parts.empty_basket}</p>
            </Show>
            {move || kinds.with(|kinds| (0..kinds.len()).map(line).collect_view())}
            <Show when=move || { count.get() > 0 }>
                <p class="muted num">
                    {move || (text().engineer.parts.pieces)(count.get(), quantities.get())}
                </p>
            </Show>
        </Card>
    }
}

/// A part the catalogue does not have, in words.
#[component]
fn FreeLine(fields: Fields) -> impl IntoView {
    let open = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let add = move || {
        let named = name.get_untracked().trim().to_owned();
        if named.is_empty() {
            lead_to("free-part-name");
            return;
        }
        fields.change(|lines| {
            lines.push(Line {
                part: None,
                code: String::new(),
                name: named,
                quantity: 1,
                reason: String::new(),
            });
        });
        name.set(String::new());
        open.set(false);
    };
    view! {
        <Show
            when=move || open.get()
            fallback=move || {
                view! {
                    <div class="row" data-align="end">
                        <Button
                            text=move || text().engineer.parts.free
                            kind=ButtonKind::Quiet
                            icon=Icon::Edit
                            name="free-part"
                            on_press=move || open.set(true)
                        />
                    </div>
                }
            }
        >
            <Field
                label=move || text().engineer.parts.name
                hint=move || text().engineer.parts.free_hint
                value=name
                max_length=LINE_CHARS_MAX
                id="free-part-name"
            />
            <div class="row" data-align="end">
                <Button
                    text=move || text().engineer.parts.add
                    icon=Icon::Add
                    name="add-free-part"
                    on_press=add
                />
            </div>
        </Show>
    }
}
