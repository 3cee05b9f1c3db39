//! What a person sees of this device's memory: a loss by name, the spare journal, work as a file, a new beginning.
//!
//! Controls, by `data-name`: `data-lost`, `persistent`, `persist`, `save-unsent`, `reset-storage`, `unsent-file`, `unsent-result`, `left-behind`.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use crate::{
    api::{self, Brought},
    device::{Cause, Loss, StorageTrouble, device},
    locale::{self, text},
    session,
    ui::{Banner, Button, ButtonKind, Card, Cell, Confirm, FileField, Icon, Tone, toast},
};

/// Times of missing entries that are listed.
const TIMES_SHOWN: usize = 8;

/// Says what this browser lost, until somebody has taken note.
#[component]
pub fn DataLost() -> impl IntoView {
    let device = device();
    move || {
        device.loss().map(|loss| {
            let (recovered, missing) = (loss.recovered, loss.missing);
            let tone = if missing > 0 { Tone::Danger } else { Tone::Warning };
            view! {
                <div data-name="data-lost" data-recovered=recovered data-missing=missing>
                    <Banner
                        text=move || words(&loss)
                        tone
                        icon=Icon::Alert
                        action=move || text().health.noted
                        on_action=move || device.dismiss_loss()
                        name="loss"
                    />
                </div>
            }
        })
    }
}

/// Whose unsent work lies on this device.
#[component]
pub fn LeftBehind() -> impl IntoView {
    let device = device();
    move || {
        device
            .left_behind()
            .into_iter()
            .map(|session::LeftBehind { name, unsent }| {
                let words = &text().person.sign_in;
                view! {
                    <div class="note" data-tone="warning" data-name="left-behind">
                        <p><strong>{(words.kept)(&name, unsent)}</strong></p>
                        <p>{words.kept_note}</p>
                    </div>
                }
            })
            .collect_view()
    }
}

fn words(loss: &Loss) -> String {
    let health = &text().health;
    let what = match loss.cause {
        Cause::Emptied => health.lost_emptied,
        Cause::Behind => health.lost_behind,
        Cause::Evicted => health.lost_evicted,
        Cause::Unopenable => health.lost_unopenable,
    };
    let mut said = vec![what(&locale::moment(loss.at), &loss.device_code)];
    if loss.recovered > 0 {
        said.push((health.recovered)(loss.recovered));
    }
    if loss.missing > 0 {
        let times = loss.missing_at.iter().take(TIMES_SHOWN);
        let times: Vec<_> = times.map(|at| locale::moment(*at)).collect();
        said.push((health.missing)(loss.missing, &times.join(", ")));
    } else if loss.recovered == 0 {
        said.push(health.none_missing.to_owned());
    }
    said.join(health.between_sentences)
}

/// Whether the browser promised to keep what is here, and the way to ask it.
#[component]
pub fn KeptForGood() -> impl IntoView {
    let report = device().storage_report();
    let asked = RwSignal::new(false);
    let promised = move || report.persisted.get() == Some(true);
    let hint = move || {
        let words = &text().person.outbox;
        match (promised(), asked.get()) {
            (true, _) => "",
            (false, true) => words.persist_refused,
            (false, false) => words.persistent_hint,
        }
    };
    // A browser that does not say whether it keeps things is not asked to; one that said no can be asked again.
    let open = Memo::new(move |_| report.persisted.get() == Some(false));
    let kept = move || {
        let words = &text().person.outbox;
        if promised() { words.persistent_yes } else { words.persistent_no }
    };
    // Firefox asks the person, who may take their time, and may have left the page by then.
    let ask = move || {
        report.request_persist(move || {
            let _gone = asked.try_set(true);
        });
    };
    view! {
        <Cell
            label=move || text().person.outbox.persistent
            hint=Signal::derive(move || hint().to_owned())
            icon=Icon::Shield
            name="persistent"
        >
            <Show
                when=move || open.get()
                fallback=move || view! { <span class="cell__value">{kept}</span> }
            >
                <Button text=move || text().person.outbox.persist name="persist" on_press=ask/>
            </Show>
        </Cell>
    }
}

/// Whether unsent work is kept twice, and as a file if wanted.
#[component]
pub fn HealthCells() -> impl IntoView {
    let device = device();
    let twice = move || {
        let health = &text().health;
        match device.keeps_twice() {
            Some(true) => health.twice_on,
            Some(false) => health.twice_off,
            None => "…",
        }
    };
    let unsent = Memo::new(move |_| device.waiting().unanswered > 0);
    let broken = Memo::new(move |_| device.storage_trouble() == Some(StorageTrouble::InMemory));
    view! {
        <Cell
            label=move || text().health.twice
            hint=move || text().health.twice_hint
            value=Signal::derive(move || twice().to_owned())
            icon=Icon::Copy
            name="twice"
        />
        <Show when=move || unsent.get()>
            <SaveUnsent/>
        </Show>
        <Show when=move || broken.get()>
            <Reset/>
        </Show>
    }
}

/// A cell that gives the unsent work as a file.
#[component]
pub fn SaveUnsent() -> impl IntoView {
    view! {
        <Cell
            label=move || text().health.save_unsent
            hint=move || text().health.save_unsent_hint
            icon=Icon::Download
            on_press=save_unsent
            name="save-unsent"
        />
    }
}

fn save_unsent() {
    let health = untrack(|| &text().health);
    if device().save_unsent() {
        toast(Tone::Success, health.saved_unsent);
    } else {
        toast(Tone::Danger, health.not_saved_unsent);
    }
}

#[component]
fn Reset() -> impl IntoView {
    let device = device();
    let asked = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let message = move || {
        let twice = device.keeps_twice() == Some(true);
        (text().health.reset_message)(device.waiting().unanswered, twice)
    };
    let reset = move || {
        busy.set(true);
        spawn_local(device.reset_storage());
    };
    view! {
        <Cell
            label=move || text().health.reset
            hint=move || text().health.reset_hint
            icon=Icon::Refresh
            on_press=move || asked.set(true)
            name="reset-storage"
        />
        <Confirm
            open=asked
            title=move || text().health.reset_title
            message=Signal::derive(message)
            cancel=move || text().health.cancel
            confirm=move || text().health.reset_confirm
            on_confirm=reset
            danger=true
            busy
        />
    }
}

/// How far a file with unsent work is.
#[derive(Clone, PartialEq)]
enum Step {
    Choosing,
    Busy,
    Done(Brought),
    Failed(String),
}

/// At the desk: takes the file of a device that could not send.
#[component]
pub fn BringUnsent() -> impl IntoView {
    let device = device();
    let step = RwSignal::new(Step::Choosing);
    let bring = move |files: Vec<File>| {
        let Some(file) = files.into_iter().next() else { return };
        step.set(Step::Busy);
        spawn_local(async move {
            let answer = api::bring_unsent(&file).await;
            // The page may have been left meanwhile.
            let _shown = step.try_set(match answer {
                Ok(brought) => {
                    device.sync_now();
                    Step::Done(brought)
                }
                Err(fault) => Step::Failed(fault.code().to_owned()),
            });
        });
    };
    let result = move || {
        match step.get() {
        Step::Choosing => ().into_any(),
        Step::Busy => view! { <p role="status">{move || text().health.bring_busy}</p> }.into_any(),
        Step::Done(brought) => {
            view! { <p class="note" role="status" data-name="unsent-result">{move || said(&brought)}</p> }
                .into_any()
        }
        Step::Failed(code) => {
            let why = move || {
                let health = &text().health;
                match code.as_str() {
                    "bad_request" | "unreadable_json" => health.bring_wrong.to_owned(),
                    "too_new" => health.bring_newer.to_owned(),
                    code => super::import::fault(code),
                }
            };
            view! { <p class="note" data-tone="danger" role="alert" data-name="unsent-result">{why}</p> }
                .into_any()
        }
    }
    };
    view! {
        <Card title=move || text().health.bring_title>
            <p class="muted">{move || text().health.bring_lead}</p>
            <FileField
                label=move || text().health.bring_file
                accept=".json,application/json"
                on_files=bring
                id="unsent-file"
            />
            <div aria-live="polite">{result}</div>
        </Card>
    }
}

fn said(brought: &Brought) -> String {
    let health = &text().health;
    type Words = fn(u32) -> String;
    let counts: [(Words, u32); 4] = [
        (health.bring_done, brought.applied + brought.amended + brought.noop),
        (health.bring_known, brought.known),
        (health.bring_refused, brought.refused),
        (health.bring_quarantined, brought.quarantined),
    ];
    let told = counts.iter().filter(|(_, count)| *count > 0);
    let told: Vec<String> = told.map(|(words, count)| words(*count)).collect();
    if told.is_empty() { (health.bring_done)(0) } else { told.join(" · ") }
}

/// The way out where the browser saves nothing: a file, at once.
#[component]
pub fn SaveUnsentButton() -> impl IntoView {
    view! {
        <Button
            text=move || text().health.save_unsent
            icon=Icon::Download
            kind=ButtonKind::Quiet
            wide=true
            name="save-unsent"
            on_press=save_unsent
        />
    }
}
