//! The part requests of a ticket with where each stands, live.

use domain::{
    Command, Id,
    part_request::{Command as OfRequest, PartRequest, Stage},
    ticket::Ticket,
};
use leptos::prelude::*;

use crate::{
    device::device,
    locale::{self, text},
    ui::{Button, Card, Icon, Tag, Tone},
};

/// The requests, newest first; nothing where there are none.
#[component]
pub fn Requests(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let requests = Memo::new(move |_| {
        let mut requests = device.all::<PartRequest>();
        requests.retain(|request| request.ticket == id);
        requests.sort_by_key(|request| std::cmp::Reverse(request.requested_at));
        requests
    });
    move || {
        let requests = requests.get();
        (!requests.is_empty()).then(|| {
            view! {
                <Card title=move || text().desk.part_requests>
                    <div class="stack">{requests.into_iter().map(row).collect_view()}</div>
                </Card>
            }
        })
    }
}

fn tone(stage: &Stage) -> Tone {
    match stage {
        Stage::Submitted => Tone::Info,
        Stage::Approved { .. } | Stage::Issued { .. } => Tone::Primary,
        Stage::Received { .. } => Tone::Success,
        Stage::Rejected { .. } => Tone::Danger,
        Stage::Cancelled { .. } => Tone::Neutral,
    }
}

fn row(request: PartRequest) -> impl IntoView {
    let device = device();
    let desk = &text().desk;
    let lines = request
        .lines
        .iter()
        .map(|line| {
            view! {
                <li class="part">
                    <span class="part__name">{line.name.clone()}</span>
                    <span class="part__number mono">{line.code.clone()}</span>
                    <span class="part__stock num">{format!("× {}", line.quantity)}</span>
                </li>
            }
        })
        .collect_view();
    let why = match &request.stage {
        Stage::Rejected { reason, .. } | Stage::Cancelled { reason, .. } => reason.clone(),
        _ => request.note.clone(),
    };
    let who =
        format!("{} · {}", device.name(request.requester), locale::moment(request.requested_at));
    let needed = request.needed_by.map(|at| (desk.needed_by)(&locale::moment(at)));
    let (id, submitted) = (request.id, request.stage == Stage::Submitted);
    let approve = move || Command::PartRequest(id, OfRequest::Approve);
    view! {
        <section class="stack" data-gap="small" data-request=id.to_string()>
            <p class="row">
                <Tag text=text().words.part_stage(&request.stage) tone=tone(&request.stage) icon=Some(Icon::Package)/>
                {request.urgent.then(|| view! { <Tag text=desk.urgent tone=Tone::Danger icon=Some(Icon::Flame)/> })}
                <span class="num faint">{request.number.clone().unwrap_or_default()}</span>
            </p>
            <ul class="parts">{lines}</ul>
            <p class="faint num">{who} {needed.map(|needed| format!(" · {needed}"))}</p>
            {(!why.is_empty()).then(|| view! { <p>{why}</p> })}
            {submitted
                .then(|| {
                    view! {
                        <Button
                            text=move || text().desk.approve
                            icon=Icon::Check
                            name="approve"
                            why_not=device.why_not(approve)
                            on_press=move || device.press(approve())
                        />
                    }
                })}
        </section>
    }
}
