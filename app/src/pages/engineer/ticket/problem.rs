//! What is wrong, and what the hotline found out.

use domain::ticket::{self, Ticket};
use leptos::prelude::*;

use crate::{
    device::device,
    locale::{moment, text},
    pages::engineer::card::join,
    ui::{Card, Fact, Facts, long},
};

/// What is wrong, and what the hotline found out.
#[component]
pub fn Problem(ticket: Memo<Option<Ticket>>) -> impl IntoView {
    let device = device();
    // Which of the long texts are unfolded: they stay so when the card is drawn anew.
    let [problem, impact, judgement, suggestion] = [(); 4].map(|()| RwSignal::new(false));
    let said = Memo::new(move |_| {
        ticket.with(|ticket| {
            let ticket = ticket.as_ref()?;
            let Ticket { description, triage, request, channel, .. } = ticket;
            let registered = (ticket.registered_at, ticket.registered_by, *channel);
            Some((description.clone(), triage.clone(), *request, ticket.expected_by, registered))
        })
    });
    move || {
        let (description, triage, request, expected_by, (at, by, channel)) = said.get()?;
        let words = &text().engineer.ticket;
        let told = |label: &'static str, told: String, whole| {
            (!told.trim().is_empty()).then(|| {
                view! { <Fact label>{long(label, told, (words.whole, words.shorter), whole)}</Fact> }
            })
        };
        // What the technical centre decides is not the engineer's to promise.
        let returns =
            matches!(request, ticket::Request::ReturnExchange | ticket::Request::Complaint);
        let facts = triage.map(|triage| {
            let kind = join([
                Some(text().words.category(triage.category).to_owned()),
                Some(text().words.method(triage.method).to_owned()),
            ]);
            view! {
                <Fact label=words.kind value=kind/>
                {told(words.impact, triage.impact, impact)}
                {told(words.judgement, triage.judgement, judgement)}
                {told(words.suggestion, triage.suggestion, suggestion)}
            }
        });
        let registered = join([
            Some(moment(at)),
            Some(device.name(by)),
            Some(text().words.channel(channel).to_owned()),
        ]);
        Some(view! {
            <Card title=words.problem>
                {long(words.problem, description, (words.whole, words.shorter), problem)}
                {returns.then(|| view! { <p class="note" data-tone="warning">{text().engineer.work.no_promise}</p> })}
                <Facts>
                    {facts}
                    <Fact label=words.request value=text().words.request(request)/>
                    {expected_by.map(|by| view! { <Fact label=words.expected value=moment(by)/> })}
                    <Fact label=words.registered value=registered/>
                </Facts>
            </Card>
        })
    }
}
