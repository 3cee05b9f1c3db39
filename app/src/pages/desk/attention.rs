//! What was refused or kept undecided, whoever sent it: nothing depends on its author reading a phone.

use domain::{Command, Id, json, ticket::Command as OfTicket, ticket::Ticket, wire::Outcome};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::asked::{Asked, ask, trouble};
use crate::{
    api::{self, Unapplied, UnappliedPage},
    device::{Device, device},
    locale::{self, text},
    pages::{outbox, shell::DeskShell},
    route::Route,
    ui::{Button, ButtonKind, ButtonLink, Empty, Icon, Skeleton, Tag, Tone, toast},
};

/// The page.
#[component]
pub fn Attention() -> impl IntoView {
    let newest = RwSignal::new(Asked::<UnappliedPage>::Waiting);
    // What was loaded behind the first page, and where to go on.
    let older = RwSignal::new(Vec::<Unapplied>::new());
    let next = RwSignal::new(None::<Option<u64>>);
    let busy = RwSignal::new(false);
    let load = Callback::new(move |()| ask(newest, api::unapplied(None)));
    load.run(());
    let goes_on = move || {
        next.get().unwrap_or_else(|| match newest.get() {
            Asked::Here(page) => page.next,
            Asked::Waiting | Asked::Failed(_) => None,
        })
    };
    let more = move || {
        let Some(before) = untrack(goes_on) else { return };
        busy.set(true);
        spawn_local(async move {
            let page = api::unapplied(Some(before)).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match page {
                Ok(page) => {
                    older.update(|older| older.extend(page.entries));
                    next.set(Some(page.next));
                }
                Err(_) => toast(Tone::Warning, untrack(|| text().watch.failed)),
            }
        });
    };
    let list = move || match newest.get() {
        Asked::Waiting => view! { <Skeleton/> }.into_any(),
        Asked::Failed(_) => ().into_any(),
        Asked::Here(page) if page.entries.is_empty() => {
            view! { <Empty icon=Icon::CheckCircle text=move || text().watch.no_attention/> }
                .into_any()
        }
        Asked::Here(page) => {
            let first = page.entries.into_iter().map(entry).collect_view();
            view! {
                <ul class="outbox list">
                    {first} <For each=move || older.get() key=|it| it.n children=entry/>
                </ul>
                <Show when=move || goes_on().is_some()>
                    <Button
                        text=move || text().watch.more
                        wide=true
                        busy
                        name="more-attention"
                        on_press=more
                    />
                </Show>
            }
            .into_any()
        }
    };
    view! {
        <DeskShell
            title=move || text().watch.attention
            tools=ViewFn::from(|| {
                view! {
                    <ButtonLink
                        text=move || text().watch.devices
                        href=Route::Devices.href()
                        icon=Icon::Device
                        kind=ButtonKind::Quiet
                        name="devices"
                    />
                }
            })
        >
            <p class="muted">{move || text().watch.attention_hint}</p>
            {trouble(newest, load)}
            {list}
        </DeskShell>
    }
}

fn why(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Refused { refusal } => text().words.refusal(*refusal),
        _ => text().watch.quarantined_why,
    }
}

/// One envelope that had no effect: who, what, when, why, and what to do about it.
fn entry(entry: Unapplied) -> impl IntoView {
    let device = device();
    let refused = matches!(entry.outcome, Outcome::Refused { .. });
    let original = entry.command.to_string();
    let command: Option<Command> = json::read(&original).ok();
    let ticket = command.as_ref().and_then(outbox::ticket_of);
    let command = StoredValue::new(command);
    let own = StoredValue::new(entry);
    let what = move || {
        let said = command.with_value(|it| it.as_ref().map(|it| text().words.command(it)));
        said.unwrap_or(text().watch.unreadable)
    };
    let detail = command.with_value(|it| it.as_ref().and_then(outbox::said)).unwrap_or_default();
    let said = StoredValue::new(detail.clone());
    let who = move || own.with_value(|it| author(device, it));
    let when = move || {
        own.with_value(|it| {
            let watch = &text().watch;
            let mut parts = vec![who(), it.device_code.clone(), locale::moment(it.at)];
            if (it.received.0 - it.at.0).abs() > ARRIVAL_MS {
                parts.push((watch.arrived_at)(&locale::moment(it.received)));
            }
            if let Some(carrier) = it.carrier {
                parts.push((watch.carried_by)(&device.name(carrier)));
            }
            parts.retain(|part| !part.is_empty());
            parts.join(" · ")
        })
    };
    let reason = move || own.with_value(|it| why(&it.outcome));
    let note = move |ticket: Id<Ticket>| {
        let at = own.with_value(|it| locale::moment(it.at));
        let text =
            said.with_value(|said| (text().watch.note_text)(&who(), &at, what(), said, reason()));
        Command::Ticket(ticket, OfTicket::Note { text, visible: false })
    };
    let known = Memo::new(move |_| ticket.and_then(|id| device.find(id)));
    let about = move || {
        let ticket = known.get()?;
        Some(format!("{} · {}", ticket.spoken_number(), ticket.contact.label()))
    };
    view! {
        <li class="waiting" data-state=if refused { "refused" } else { "quarantined" }>
            <p class="waiting__what">{what}</p>
            {move || about().map(|about| view! { <p class="waiting__meta num">{about}</p> })}
            {(!detail.is_empty()).then(|| view! { <p class="waiting__meta clamp-2">{detail}</p> })}
            <p class="waiting__why">
                <Tag
                    text=move || {
                        if refused { text().watch.refused } else { text().watch.quarantined }
                    }
                    tone=if refused { Tone::Danger } else { Tone::Violet }
                />
                " "
                {reason}
            </p>
            <p class="waiting__meta num">{when}</p>
            <details class="waiting__meta">
                <summary>{move || text().watch.whole}</summary>
                <pre class="original mono">{original}</pre>
            </details>
            <div class="waiting__bar">
                {move || {
                    known
                        .get()
                        .map(|ticket| {
                            let id = ticket.id;
                            view! {
                                <Button
                                    text=move || text().watch.note_it
                                    icon=Icon::Note
                                    why_not=device.why_not(move || note(id))
                                    name="keep-as-note"
                                    on_press=move || {
                                        device
                                            .press_then(
                                                untrack(|| note(id)),
                                                || toast(Tone::Success, untrack(|| text().watch.noted)),
                                            );
                                    }
                                />
                                <ButtonLink
                                    text=move || text().watch.open_ticket
                                    href=Route::DeskTicket(id).href()
                                    name="open-ticket"
                                />
                            }
                        })
                }}
            </div>
        </li>
    }
}

/// What arrives later than this was told from a place without a network.
pub(super) const ARRIVAL_MS: i64 = 2 * 60_000;

fn author(device: Device, entry: &Unapplied) -> String {
    if entry.name.is_empty() { device.name(entry.by) } else { entry.name.clone() }
}
