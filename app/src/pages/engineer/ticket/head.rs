//! How the ticket stands: how far the visit is, what was promised, and what stands between this person and the job.

use domain::{
    Id,
    ticket::Ticket,
    visit::{How, Visit},
};
use leptos::prelude::*;

use crate::{
    clock,
    device::device,
    locale::{moment, text},
    pages::engineer::{card::hurry, progress::Progress, promise, step},
    route::Route,
    ui::{Card, CopyText, Nameplate, Plate, SlaRail, SlaText, Tone},
};

/// How far the visit is, what was promised, and the numbers.
#[component]
pub fn Head(
    id: Id<Ticket>,
    ticket: Memo<Option<Ticket>>,
    visit: Memo<Option<Visit>>,
) -> impl IntoView {
    let device = device();
    let steps = Memo::new(move |_| match (ticket.get(), visit.get()) {
        (Some(shown), Some(visit)) => step::progress(device, &shown, &visit),
        _ => Vec::new(),
    });
    let accepted = Memo::new(move |_| {
        visit.with(|visit| visit.as_ref().is_some_and(|visit| visit.accepted_at.is_some()))
    });
    let plate = move || {
        let shown = ticket.get()?;
        let now = clock::minute();
        let words = &text().engineer.ticket;
        let solution = promise::solution(&shown, now);
        let contact = promise::contact(&shown, now);
        let rail = contact.clone().or(solution.clone());
        let promised = |label: &'static str, promise: Option<promise::Promise>| {
            promise.map(|promise| {
                view! {
                    <Plate label>
                        <SlaText text=promise.text left=promise.left over=promise.over/>
                    </Plate>
                }
            })
        };
        let provisional = shown.provisional.clone().filter(|_| shown.number.is_some());
        let number = match shown.spoken_number() {
            "" => view! { <span class="muted">{text().engineer.say.no_number}</span> }.into_any(),
            number => {
                let number = number.to_owned();
                view! { <CopyText text=number label=words.copy done=words.copied/> }.into_any()
            }
        };
        let priority = shown.triage.as_ref().map(|triage| text().words.priority(triage.priority));
        Some(view! {
            {rail.map(|promise| view! { <SlaRail left=promise.left over=promise.over/> })}
            {hurry(&shown).map(|tag| view! { <div class="row">{tag}</div> })}
            <Nameplate label=words.plate>
                {promised(words.contact_promise, contact)}
                {promised(words.solution_promise, solution)}
                <Plate label=words.number mono=true>
                    {number}
                </Plate>
                {provisional.map(|number| view! { <Plate label=words.provisional value=number mono=true/> })}
                {priority.map(|value| view! { <Plate label=words.priority value/> })}
            </Nameplate>
        })
    };
    view! {
        <section class="ticket-head">
            {plate}
            <Show when=move || steps.with(|steps| !steps.is_empty())>
                {move || {
                    if accepted.get() {
                        view! { <Progress steps href=Route::Work(id).href()/> }.into_any()
                    } else {
                        view! { <Progress steps/> }.into_any()
                    }
                }}
            </Show>
        </section>
    }
}

/// Questions to the office that are written out; more are counted.
const FLAGS_SHOWN: usize = 3;

/// What stands between this person and the job, in plain words.
#[component]
pub fn Notices(ticket: Memo<Option<Ticket>>, visit: Memo<Option<Visit>>) -> impl IntoView {
    let device = device();
    move || {
        let shown = ticket.get()?;
        let words = &text().engineer;
        let visit = visit.get();
        let there = visit.as_ref().is_some_and(|visit| visit.arrived_at.is_some());
        let off = visit.and_then(|visit| visit.called_off).filter(|off| off.by != device.me().id);
        let off = off.map(|off| {
            let (label, who, when) = (shown.contact.label(), device.name(off.by), moment(off.at));
            let what = match off.how {
                How::Cancelled if there => (words.today.was_cancelled_late)(label, who, when),
                How::Cancelled => (words.today.was_cancelled)(label, who, when),
                How::Superseded | How::Declined => (words.today.was_given_away)(label, who, when),
            };
            let why = Some(off.reason).filter(|why| !why.is_empty());
            let why = why.map(words.today.reason);
            view! {
                <Card tone=Tone::Danger>
                    <p data-name="called-off">{what}</p>
                    {why.map(|why| view! { <p class="muted">{why}</p> })}
                    <p class="muted">{words.today.kept}</p>
                </Card>
            }
        });
        let mut open = shown.flags.iter().filter(|flag| flag.settled.is_none());
        let flags = open
            .by_ref()
            .take(FLAGS_SHOWN)
            .map(|flag| {
                let question = text().words.flag(&flag.reason, |user| device.name(user));
                view! { <p class="note" data-tone="warning">{(words.ticket.office_decides)(question)}</p> }
            })
            .collect_view();
        let more = open.count();
        Some(view! {
            {off}
            {flags}
            {(more > 0).then(|| {
                view! { <p class="note" data-tone="warning">{(words.ticket.more_decisions)(more)}</p> }
            })}
        })
    }
}
