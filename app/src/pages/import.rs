//! Importing files: choose one, see what it would do, then let it in.
//!
//! Names for tests: the file field is `#import-file`, then import-go and import-other; below import-which the kinds
//! are radio buttons by their values.

use domain::{Refusal, user::Role};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use crate::{
    api::{self, BadRow, ImportReport},
    device::device,
    locale::{office::ImportText, text, words},
    pages::{health::BringUnsent, shell::DeskShell},
    route::Route,
    ui::{
        Button, ButtonKind, ButtonLink, Card, Choice, FileField, Icon, RadioRows, Skeleton, Tone,
    },
};

/// The forms, as routes and answers name them.
const KINDS: [&str; 5] = ["customers", "machines", "parts", "tickets", "tracking"];
/// The largest file the server takes, in bytes.
const BYTES_MAX: f64 = 16.0 * 1024.0 * 1024.0;
/// How many complaints are listed.
const COMPLAINTS_MAX: usize = 200;

/// How far an import is.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Choosing,
    Checking,
    Checked(ImportReport),
    Importing(ImportReport),
    Done(ImportReport),
    Failed(String),
}

/// The page.
#[component]
pub fn Import() -> impl IntoView {
    let device = device();
    // The keeper's lists are the parts; the office's are all of them.
    let office = Memo::new(move |_| device.me().is_any(&[Role::Coordinator, Role::Supervisor]));
    let kind = RwSignal::new(String::new());
    Effect::new(move |_| {
        let first = if office.get() { "auto" } else { "parts" };
        if kind.with_untracked(String::is_empty) {
            kind.set(first.into());
        }
    });
    let step = RwSignal::new(Step::Choosing);
    let file = StoredValue::new_local(None::<File>);
    let name = RwSignal::new(String::new());

    let run = move |dry: bool| {
        let Some(chosen) = file.get_value() else { return };
        if chosen.size() > BYTES_MAX {
            step.set(Step::Failed("too_large".into()));
            return;
        }
        let as_kind = match step.get_untracked() {
            // What was checked is what is imported, also where the form was recognised.
            Step::Checked(report) if !dry => {
                step.set(Step::Importing(report.clone()));
                report.kind.unwrap_or_else(|| kind.get_untracked())
            }
            _ => {
                step.set(Step::Checking);
                kind.get_untracked()
            }
        };
        spawn_local(async move {
            let answer = api::import_file(&as_kind, &chosen, dry).await;
            // The page may have been left, or another file chosen, while this one was on its way.
            if file.try_with_value(|now| now.as_ref() == Some(&chosen)) != Some(true) {
                return;
            }
            step.set(match answer {
                Ok(report) if dry => Step::Checked(report),
                Ok(report) => {
                    device.sync_now();
                    Step::Done(report)
                }
                Err(fault) => Step::Failed(fault.code().to_owned()),
            });
        });
    };
    let choose = move |files: Vec<File>| {
        if let Some(chosen) = files.into_iter().next() {
            name.set(chosen.name());
            file.set_value(Some(chosen));
            run(true);
        }
    };
    let again = move || {
        file.set_value(None);
        step.set(Step::Choosing);
    };
    let options = Signal::derive(move || {
        let words = &text().office.import;
        let office = office.get();
        let auto = Choice::new("auto", words.auto).hint(words.auto_hint);
        let others = KINDS.into_iter().filter(move |kind| office || *kind == "parts").map(|kind| {
            let (label, hint) = kind_words(words, kind);
            Choice::new(kind, label).hint(hint)
        });
        office.then_some(auto).into_iter().chain(others).collect::<Vec<_>>()
    });
    let templates = move || {
        let words = &text().office.import;
        let office = office.get();
        let link = move |kind: &'static str| {
            let label = (words.template)(kind_words(words, kind).0);
            let href = api::import_template(kind);
            view! { <ButtonLink text=label href kind=ButtonKind::Quiet icon=Icon::Download/> }
        };
        let kinds = KINDS.into_iter().filter(move |kind| office || *kind == "parts");
        view! { <div class="row">{kinds.map(link).collect_view()}</div> }
    };
    let busy = Signal::derive(move || matches!(step.get(), Step::Importing(_)));
    let result = move || match step.get() {
        Step::Choosing => ().into_any(),
        Step::Checking => view! {
            <p role="status">{move || text().office.import.checking}</p>
            <Skeleton/>
        }
        .into_any(),
        // No line of it could be read: there is nothing to count, only something to mend.
        Step::Checked(report) if report.read == 0 => {
            let title = move || (text().office.import.preview)(&name.get());
            let empty = report.rows.is_empty();
            view! {
                <Card title tone=Tone::Danger>
                    <Show when=move || empty>
                        <p>{move || text().office.import.no_lines}</p>
                    </Show>
                    <div class="row">
                        <Button
                            text=move || text().office.import.other_file
                            on_press=again
                            name="import-other"
                        />
                    </div>
                </Card>
                <Complaints report/>
            }
            .into_any()
        }
        Step::Checked(report) | Step::Importing(report) => {
            view! { <Checked report name busy on_go=move || run(false) on_other=again/> }.into_any()
        }
        Step::Done(report) => view! { <Done report on_other=again/> }.into_any(),
        Step::Failed(code) => {
            let why = move || fault(&code);
            view! {
                <p class="note" data-tone="danger" role="alert">{why}</p>
                <div class="row">
                    <Button
                        text=move || text().office.people.retry
                        icon=Icon::Refresh
                        on_press=move || run(true)
                        name="import-retry"
                    />
                    <Button text=move || text().office.import.other_file on_press=again name="import-other"/>
                </div>
            }
                .into_any()
        }
    };
    let choosing = Memo::new(move |_| step.with(|step| *step == Step::Choosing));
    view! {
        <DeskShell title=move || text().office.import.title>
            <div class="import">
                <Show when=move || choosing.get()>
                    <Card>
                        <FileField
                            label=move || text().office.import.file
                            hint=move || text().office.import.file_hint
                            accept=".csv,.txt,.tsv,.xlsx,.xls"
                            on_files=choose
                            id="import-file"
                        />
                        <p class="muted">
                            {move || text().office.import.encodings} " "
                            {move || text().office.import.again_safe}
                        </p>
                        // The header says which list it is; who knows better says so.
                        <details class="import__kind" data-name="import-which">
                            <summary>
                                {move || {
                                    let words = &text().office.import;
                                    (words.kind_is)(kind.with(|kind| kind_words(words, kind).0))
                                }}
                            </summary>
                            <RadioRows
                                label=move || text().office.import.kind
                                value=kind
                                options
                                id="import-kind"
                            />
                        </details>
                    </Card>
                    <Card title=move || text().office.import.templates>{templates}</Card>
                    <Show when=move || office.get()>
                        <BringUnsent/>
                    </Show>
                </Show>
                <div class="import__result" aria-live="polite">
                    {result}
                </div>
            </div>
        </DeskShell>
    }
}

/// The form's name and what it holds.
fn kind_words(words: &'static ImportText, kind: &str) -> (&'static str, &'static str) {
    match kind {
        "customers" => (words.customers, words.customers_hint),
        "machines" => (words.machines, words.machines_hint),
        "parts" => (words.parts, words.parts_hint),
        "tickets" => (words.tickets, words.tickets_hint),
        "tracking" => (words.tracking, words.tracking_hint),
        _ => (words.auto, words.auto_hint),
    }
}

/// Why the server gave no usable answer, in words.
pub(super) fn fault(code: &str) -> String {
    let office = &text().office;
    let known = (office.fault)(code);
    let refusal = || words::from_code::<Refusal>(code).map(|no| text().words.refusal(no));
    known.or_else(refusal).unwrap_or(office.fault_other).to_owned()
}

/// What the file would do, with the way on.
#[component]
fn Checked(
    report: ImportReport,
    name: RwSignal<String>,
    #[prop(into)] busy: Signal<bool>,
    #[prop(into)] on_go: Callback<()>,
    #[prop(into)] on_other: Callback<()>,
) -> impl IntoView {
    let lines = report.added + report.changed;
    let kind = StoredValue::new(report.kind.clone());
    let read_as = move || {
        let words = &text().office.import;
        kind.get_value().map(|kind| (words.read_as)(kind_words(words, &kind).0))
    };
    let news = move || {
        let words = &text().office.import;
        if lines == 0 && report.unchanged > 0 { words.nothing_new } else { words.would }
    };
    let why_not =
        Signal::derive(move || (lines == 0).then(|| text().office.import.go_none.to_owned()));
    let title = move || (text().office.import.preview)(&name.get());
    let counted = report.clone();
    view! {
        <Card title>
            <p class="muted">{read_as} " · " {news}</p>
            <Counts report=counted/>
            <div class="row">
                <Button
                    text=move || {
                        let words = &text().office.import;
                        if busy.get() { words.importing.to_owned() } else { (words.go)(lines) }
                    }
                    kind=ButtonKind::Primary
                    icon=Icon::Upload
                    name="import-go"
                    busy
                    why_not
                    on_press=move || on_go.run(())
                />
                <Button
                    text=move || text().office.import.other_file
                    name="import-other"
                    on_press=move || on_other.run(())
                />
            </div>
        </Card>
        <Complaints report/>
    }
}

/// What the file did.
#[component]
fn Done(report: ImportReport, #[prop(into)] on_other: Callback<()>) -> impl IntoView {
    let parts = report.kind.as_deref() == Some("parts");
    let (href, see): (String, fn() -> &'static str) = if parts {
        (Route::Catalogue.href(), || text().office.import.see_parts)
    } else {
        (Route::DeskTickets.href(), || text().office.import.see_tickets)
    };
    let counted = report.clone();
    view! {
        <Card title=move || text().office.import.done tone=Tone::Success>
            <Counts report=counted/>
            <div class="row">
                <ButtonLink text=see href kind=ButtonKind::Primary/>
                <Button
                    text=move || text().office.import.other_file
                    name="import-other"
                    on_press=move || on_other.run(())
                />
            </div>
        </Card>
        <Complaints report/>
    }
}

#[component]
fn Counts(report: ImportReport) -> impl IntoView {
    type Label = fn(&'static ImportText) -> &'static str;
    let counts: [(&'static str, Label, u32, bool); 5] = [
        ("read", |words| words.read, report.read, false),
        ("added", |words| words.added, report.added, false),
        ("changed", |words| words.changed, report.changed, false),
        ("unchanged", |words| words.unchanged, report.unchanged, false),
        ("refused", |words| words.refused, report.refused, report.refused > 0),
    ];
    let count = |(name, label, number, bad): (&'static str, Label, u32, bool)| {
        view! {
            <span data-count=name data-tone=bad.then_some("danger")>
                <span class="muted">{move || label(&text().office.import)}</span>
                " "
                <strong>{number}</strong>
            </span>
        }
    };
    view! { <p class="import__count num">{counts.map(count).into_iter().collect_view()}</p> }
}

/// The lines that did not go in: where, what, and why.
#[component]
fn Complaints(report: ImportReport) -> impl IntoView {
    let ignored = report.ignored.join(" · ");
    let ignored = (!ignored.is_empty()).then(|| {
        view! { <p class="note">{move || (text().office.import.ignored)(&ignored)}</p> }
    });
    let total = report.rows.len();
    let rows = StoredValue::new(report.rows);
    let table = (total > 0).then(|| {
        let lines = move || {
            rows.with_value(|rows| {
                rows.iter().take(COMPLAINTS_MAX).cloned().map(|row| view! { <Complaint row/> }).collect_view()
            })
        };
        view! {
            <h2 class="section-title">{move || (text().office.import.bad_rows)(total)}</h2>
            <p class="muted">{move || text().office.import.bad_rows_note}</p>
            <div class="table-frame">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col" data-align="end">{move || text().office.import.line}</th>
                            <th scope="col">{move || text().office.import.column}</th>
                            <th scope="col">{move || text().office.import.value}</th>
                            <th scope="col">{move || text().office.import.reason}</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            <Show when=move || { COMPLAINTS_MAX < total }>
                <p class="muted">{move || (text().office.import.first_rows)(COMPLAINTS_MAX)}</p>
            </Show>
        }
    });
    view! { {ignored} {table} }
}

#[component]
fn Complaint(row: BadRow) -> impl IntoView {
    let BadRow { line, column, code, value } = row;
    let name = code.clone();
    let cell = column.is_some() && code == "empty";
    let reason = move || {
        let known = (text().office.import.code)(&code);
        known.map_or_else(|| fault(&code), str::to_owned)
    };
    let line = move || match line {
        0 => text().office.import.whole_file.to_owned(),
        line => line.to_string(),
    };
    // An empty cell is worth saying where that is what is wrong.
    let value = move || match value.as_str() {
        "" if cell => text().office.import.no_value.to_owned(),
        value => value.to_owned(),
    };
    view! {
        <tr data-code=name>
            <td class="num" data-align="end">{line}</td>
            <td>{column}</td>
            <td>{value}</td>
            <td>{reason}</td>
        </tr>
    }
}
