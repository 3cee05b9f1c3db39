//! The visits of a ticket: who, how far, what was found, done and used, and the sheets they left.

use domain::{
    Command, Id, number,
    sheet::{Answer, Sheet},
    ticket::Ticket,
    visit::{self, Outcome, Stage, Visit},
};
use leptos::prelude::*;

use super::sides::signature;
use crate::{
    device::device,
    locale::{self, text},
    pages::sheet::visit_stage,
    route::Route,
    ui::{Button, Card, Cell, Fact, Facts, Icon, Tag, Tone},
};

/// The visits, newest first.
#[component]
pub fn Visits(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let ticket = Memo::new(move |_| device.find(id));
    move || {
        let ticket = ticket.get()?;
        let number = ticket.spoken_number();
        let cards = ticket.visits.iter().rev().map(|visit| card(id, number, visit)).collect_view();
        (!ticket.visits.is_empty()).then(move || {
            view! {
                <Card title=move || text().desk.visits>
                    <div class="stack">{cards}</div>
                </Card>
            }
        })
    }
}

fn tone(visit: &Visit) -> Tone {
    match visit.stage {
        _ if visit.called_off.is_some() => Tone::Neutral,
        Stage::Assigned => Tone::Info,
        Stage::Unfinished => Tone::Warning,
        Stage::Finished | Stage::Signed | Stage::HandedIn | Stage::Verified => Tone::Success,
        _ => Tone::Primary,
    }
}

fn card(id: Id<Ticket>, number: &str, visit: &Visit) -> impl IntoView + use<> {
    let device = device();
    let (desk, words) = (&text().desk, &text().words);
    let fact = |label: &'static str, value: String| {
        (!value.trim().is_empty()).then(|| view! { <Fact label=label value=value/> })
    };
    let off = visit.called_off.as_ref().map(|off| {
        let who = format!("{} · {}", device.name(off.by), locale::moment(off.at));
        let why = if off.reason.is_empty() { who } else { format!("{who} · {}", off.reason) };
        view! { <Tag text=words.how(off.how) icon=Some(Icon::XCircle)/> <span class="faint">{why}</span> }
    });
    let appointment = visit.appointment.as_ref().map(|window| {
        let when = locale::window(window.from, window.to);
        if window.agreed_with.is_empty() {
            when
        } else {
            format!("{when} · {}", (desk.agreed_by)(&window.agreed_with))
        }
    });
    let when = |at: Option<domain::Timestamp>| at.map(locale::moment).unwrap_or_default();
    let found = visit.inspection.as_ref().map(|i| i.findings.clone()).unwrap_or_default();
    let steps: Vec<String> = visit.steps.iter().map(|step| step.text.clone()).collect();
    let parts: Vec<String> =
        visit.parts.iter().map(|used| format!("{} × {}", used.name, used.quantity)).collect();
    let result = visit.outcome.as_ref().map(|outcome| match outcome {
        Outcome::Repaired { cause, solution, .. } => {
            format!("{} · {} · {solution}", desk.repaired, words.cause(*cause))
        }
        Outcome::NoFault { explanation } => format!("{} · {explanation}", desk.no_fault),
        Outcome::NotRepaired { reason, next_step } => {
            format!("{} · {reason} · {}", desk.not_repaired, words.next_step(*next_step))
        }
    });
    let name = device.name(visit.engineer);
    let visit_number = number::visit(number, visit.sequence);
    let sheets = visit.sheets.iter().map(|sheet| sheet_cell(*sheet, &visit_number)).collect_view();
    let verify = Command::Visit(id, visit.id, visit::Command::Verify);
    let handed_in = visit.stage == Stage::HandedIn;
    let checked = verify.clone();
    let (visit_id, sequence, stage, tone) =
        (visit.id, visit.sequence, visit_stage(device, visit), tone(visit));
    let (accepted, departed, arrived) =
        (when(visit.accepted_at), when(visit.departed_at), when(visit.arrived_at));
    let dispatched =
        format!("{} · {}", device.name(visit.dispatched_by), locale::moment(visit.dispatched_at));
    view! {
        <section class="stack" data-gap="small" data-visit=visit_id.to_string()>
            <p class="row">
                <strong>{(desk.visit)(sequence)} " · " {name}</strong>
                <Tag text=stage tone=tone/>
                {off}
            </p>
            <Facts>
                {fact(desk.appointment, appointment.unwrap_or_default())}
                {fact(desk.dispatched, dispatched)}
                {fact(desk.accepted, accepted)}
                {fact(desk.departed, departed)}
                {fact(desk.arrived, arrived)}
                {fact(desk.findings, found)}
                {fact(desk.steps, steps.join(" · "))}
                {fact(desk.parts_used, parts.join(" · "))}
                {fact(desk.result, result.unwrap_or_default())}
            </Facts>
            {sheets}
            {handed_in
                .then(|| {
                    view! {
                        <Button
                            text=move || text().desk.verify
                            icon=Icon::Check
                            name="verify"
                            why_not=device.why_not(move || verify.clone())
                            on_press=move || device.press(checked.clone())
                        />
                    }
                })}
        </section>
    }
}

/// The way to a sheet, with what the customer answered.
fn sheet_cell(id: Id<Sheet>, visit_number: &str) -> impl IntoView + use<> {
    let device = device();
    let sheet = device.find(id);
    let revision = sheet.as_ref().map_or(1, |sheet| sheet.revision);
    let label = format!("{} {}", text().desk.sheet, number::sheet(visit_number, revision));
    let hint = sheet.map(|sheet| {
        let desk = &text().desk;
        let signature = &sheet.signature;
        let answer = match &signature.answer {
            Answer::Signed { .. } => (desk.signed_by)(&signature.signer),
            Answer::Refused { reason, .. } => (desk.sign_refused)(reason),
            Answer::Absent { reason, .. } => (desk.sign_absent)(reason),
        };
        let solved = match signature.solved {
            Some(true) => desk.solved,
            Some(false) => desk.not_solved,
            None => "",
        };
        let at = locale::moment(sheet.at);
        [answer.as_str(), solved, at.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    });
    view! {
        <Cell
            label=label
            hint=hint.unwrap_or_default()
            icon=Icon::Sheet
            href=Route::Sheet(id).href()
            name="open-sheet"
        />
        {signature(id)}
    }
}
