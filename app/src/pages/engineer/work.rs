//! The work of a visit, from the road to the signed sheet: one page, in any order the rule allows.
//!
//! Buttons by name: `prepare`, `arrive`, `consent`, `inspect`, `talk`, `progress`,
//! `use-part`, `remove-part`, `charge`, `finish`, `leave-unfinished`, `lock-sheet`, `unlock-sheet`,
//! those of `photos.rs`; in the bar `accept`, `depart`, `start-repair`, `hand-over` once the sheet is locked, `hand-in`,
//! else `next-step`; `open-…` unfolds a section.

pub mod arrival;
pub mod charges;
pub mod inspection;
pub mod outcome;
pub mod parts;
pub mod photos;
pub mod repair;
pub mod section;
pub mod sheet;

use domain::{
    Command, Id, Timestamp,
    ticket::Ticket,
    visit::{self, Visit},
};
use leptos::prelude::*;

use self::{
    arrival::ArrivalSection,
    charges::ChargesSection,
    inspection::{InspectionSection, TalkSection},
    outcome::OutcomeSection,
    parts::PartsSection,
    photos::PhotosSection,
    repair::RepairSection,
    sheet::{Giving, PinFirst, SheetSection},
};
use super::{
    Saved,
    card::{StatusTag, join},
    progress::Progress,
    step::{self, Settling, Step},
};
use crate::{
    device::{Device, device},
    locale::{text, time, window},
    pages::shell::PhoneDetail,
    route::Route,
    ui::{ActionBar, Button, ButtonKind, ButtonLink, Card, Empty, Icon, Tone, lead_to},
};

/// The visit one is working on.
#[derive(Clone, Copy)]
pub struct Job {
    device: Device,
    ticket: Id<Ticket>,
    visit: Id<Visit>,
    shown: Memo<Option<Ticket>>,
    here: Memo<Option<Visit>>,
    /// The section whose turn it is.
    next: Memo<Option<Step>>,
}

impl Job {
    fn new(ticket: Id<Ticket>, visit: Id<Visit>) -> Job {
        let device = device();
        let shown = Memo::new(move |_| device.find(ticket));
        let here = Memo::new(move |_| shown.with(|shown| shown.as_ref()?.visit(visit).cloned()));
        let next = Memo::new(move |_| {
            let (shown, here) = (shown.get()?, here.get()?);
            step::next(device, &shown, &here)
        });
        Job { device, ticket, visit, shown, here, next }
    }

    fn command(self, command: visit::Command) -> Command {
        step::on(self.ticket, self.visit, command)
    }

    /// Why the step's turn has not come.
    fn turn(self, step: Step) -> Signal<Option<String>> {
        let job = self;
        Memo::new(move |_| {
            let (shown, here) = (job.shown.get()?, job.here.get()?);
            step.why_not(job.device, &shown, &here)
        })
        .into()
    }

    fn done(self, step: Step) -> Signal<bool> {
        let job = self;
        Memo::new(move |_| {
            job.here.with(|here| here.as_ref().is_some_and(|visit| step.is_done(visit)))
        })
        .into()
    }

    /// Whether the next step is done in this section.
    fn due(self, section: &'static str) -> Signal<bool> {
        let job = self;
        Memo::new(move |_| job.next.get().is_some_and(|next| next.section() == section)).into()
    }

    /// The visit as it stands while something is built that must not be built again.
    fn untracked(self) -> Option<Visit> {
        self.here.get_untracked()
    }
}

/// The page on which a visit is done.
#[component]
pub fn Work(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let visit = Memo::new(move |_| {
        let me = device.me().id;
        device.find::<Ticket>(id)?.visit_of(me).map(|visit| visit.id)
    });
    let saved = Saved::provide();
    // The job and the giving are made anew only if the engineer gets another visit on the same ticket.
    let job = Memo::new(move |_| visit.get().map(|visit| JobKey(id, visit)));
    view! {
        <PhoneDetail
            title=move || text().engineer.work.title
            back=Route::Ticket(id).href()
            bar=move || {
                view! {
                    <ActionBar>
                        <SavedLine saved/>
                        {move || job.get().map(|JobKey(id, visit)| view! { <Next job=Job::new(id, visit)/> })}
                    </ActionBar>
                }
            }
        >
            {move || match job.get() {
                Some(JobKey(id, visit)) => view! { <Sections job=Job::new(id, visit)/> }.into_any(),
                None => {
                    view! {
                        <Empty icon=Icon::Wrench text=move || text().engineer.work.no_visit>
                            <ButtonLink
                                text=move || text().engineer.work.to_ticket
                                href=Route::Ticket(id).href()
                            />
                        </Empty>
                    }
                        .into_any()
                }
            }}
        </PhoneDetail>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct JobKey(Id<Ticket>, Id<Visit>);

/// When something of this page was last kept on the phone.
#[component]
fn SavedLine(saved: Saved) -> impl IntoView {
    let device = device();
    let at = Memo::new(move |_| {
        let draft: Option<Timestamp> = device.draft_saved_at();
        saved.0.get().max(draft)
    });
    view! {
        <p class="action-bar__note" role="status" data-name="saved">
            {move || at.get().map(|at| (text().engineer.work.saved)(time(at)))}
        </p>
    }
}

/// The one big button of the page. A step that one tap says is done here and has no button in its section. A step
/// that asks something is done in its section, and this button only points there. A double tap says one step.
#[component]
fn Next(job: Job) -> impl IntoView {
    let (giving, settling) = (Giving::new(job), Settling::default());
    let press = move |next: Step| match next.tap() {
        Some(command) => {
            settling.begin();
            job.device.press(job.command(command));
        }
        None if next == Step::Customer => giving.give(),
        None => {
            lead_to(next.section());
            lead_to(first_field(next));
        }
    };
    view! {
        {move || match job.next.get() {
            Some(next) => {
                settling.shows(next);
                let acts = next == Step::Customer || next.tap().is_some();
                let word = move || {
                    if acts { next.word().to_owned() } else { (text().engineer.work.next)(next.word()) }
                };
                view! {
                    <Button
                        text=word
                        icon=if acts { next.icon() } else { Icon::ChevronDown }
                        kind=if acts { ButtonKind::Primary } else { ButtonKind::Secondary }
                        wide=true
                        large=true
                        name=if next == Step::Customer { "hand-over" } else { next.name() }
                        busy=settling
                        on_press=move || press(next)
                    />
                }
                    .into_any()
            }
            None => {
                view! {
                    <ButtonLink
                        text=move || text().engineer.work.to_ticket
                        href=Route::Ticket(job.ticket).href()
                        wide=true
                    />
                }
                    .into_any()
            }
        }}
        <PinFirst giving/>
    }
}

/// Where the hands go first in the step's section.
fn first_field(step: Step) -> &'static str {
    match step {
        Step::Inspect => "inspect-findings",
        Step::Talk => "talk-summary",
        Step::Finish => "outcome",
        _ => step.section(),
    }
}

#[component]
fn Sections(job: Job) -> impl IntoView {
    let device = job.device;
    let title =
        move || job.shown.with(|shown| shown.as_ref().map(|t| t.title.clone()).unwrap_or_default());
    let line = move || {
        let when = job.here.with(|here| {
            let agreed = here.as_ref()?.appointment.as_ref()?;
            Some(window(agreed.from, agreed.to))
        });
        let who = job.shown.with(|shown| shown.as_ref().map(|ticket| ticket.contact.label()));
        let model = job.shown.with(|shown| shown.as_ref().map(|t| t.machine.model.clone()));
        join([who, model, when])
    };
    let steps = Signal::derive(move || match (job.shown.get(), job.here.get()) {
        (Some(shown), Some(here)) => step::progress(device, &shown, &here),
        _ => Vec::new(),
    });
    let called_off = Memo::new(move |_| {
        job.here.with(|here| here.as_ref().is_some_and(|visit| visit.called_off.is_some()))
    });
    // Whoever opens the page comes to do the next thing.
    Effect::new(move |scrolled: Option<()>| {
        let next = job.next.get_untracked();
        if scrolled.is_none()
            && let Some(next) = next.filter(|next| !matches!(next, Step::Accept | Step::Depart))
        {
            request_animation_frame(move || lead_to(next.section()));
        }
    });
    let sections = [
        ("arrival", Step::Arrive),
        ("inspection", Step::Inspect),
        ("talk", Step::Talk),
        ("repair", Step::StartRepair),
        ("parts", Step::StartRepair),
        ("charges", Step::StartRepair),
        ("photos", Step::Arrive),
        ("outcome", Step::Finish),
        ("sheet", Step::Customer),
    ];
    let anchors = sections.map(|(id, step)| {
        let done = Memo::new(move |_| {
            job.here.with(|here| {
                here.as_ref().is_some_and(|visit| match id {
                    "parts" => !visit.parts.is_empty(),
                    "photos" => visit.missing_photos().is_empty(),
                    "charges" => visit.charges != visit::Charges::default(),
                    _ => step.is_done(visit),
                })
            })
        });
        let word = move || {
            let words = &text().engineer.work;
            match id {
                "arrival" => words.arrival,
                "inspection" => words.inspection,
                "talk" => words.talk,
                "repair" => words.repair,
                "parts" => words.parts,
                "charges" => words.charges,
                "photos" => text().photo.title,
                "outcome" => words.outcome,
                _ => words.sheet,
            }
        };
        let href = format!("{}#{id}", Route::Work(job.ticket).href());
        view! {
            <a
                href=href
                data-done=done
                on:click=move |event| {
                    event.prevent_default();
                    lead_to(id);
                }
            >
                {move || done.get().then(|| Icon::Check.svg())}
                {word}
            </a>
        }
    });
    view! {
        <section class="ticket-head">
            <h2 class="ticket-head__title">{title}</h2>
            <div class="row">
                <StatusTag ticket=job.shown/>
                <span class="muted num">{line}</span>
            </div>
            <Progress steps/>
        </section>
        <Show when=move || called_off.get()>
            <Card tone=Tone::Danger>
                <p data-name="called-off">{move || text().engineer.work.called_off}</p>
                <p class="muted">{move || text().engineer.today.kept}</p>
            </Card>
        </Show>
        <nav class="anchors" aria-label=move || text().engineer.work.sections>{anchors}</nav>
        <ArrivalSection job/>
        <InspectionSection job/>
        <TalkSection job/>
        <RepairSection job/>
        <PartsSection job/>
        <ChargesSection job/>
        <PhotosSection job/>
        <OutcomeSection job/>
        <SheetSection job/>
    }
}
