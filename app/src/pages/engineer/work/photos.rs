//! The photos of the visit, by what they show: what is missing, the camera, the album, and what was taken.
//!
//! Inputs by name: `photo-before`, `photo-nameplate`, `photo-after`, `photo-old_part`, `photo-other`, and the same
//! with `album-` in front.

use domain::{
    Timestamp,
    photo::{Photo, Slot, Thumbnail},
    visit::{self, Visit},
};
use leptos::prelude::*;
use uuid::Uuid;

use super::{Job, section::Section};
use crate::{
    locale::text,
    pages::photo::{Camera, Gallery, Leaving},
    ui::PhotoInput,
};

/// The photo section.
#[component]
pub fn PhotosSection(job: Job) -> impl IntoView {
    let chosen = RwSignal::new(None);
    let busy = RwSignal::new(0usize);
    let blocked = job
        .device
        .why_not(move || job.command(visit::Command::AddPhoto { photo: Box::new(some_photo()) }));
    let missing = Memo::new(move |_| {
        job.here.with(|here| here.as_ref().map(Visit::missing_photos).unwrap_or_default())
    });
    let taken = Memo::new(move |_| {
        job.here.with(|here| here.as_ref().is_some_and(|visit| !visit.shown_photos().is_empty()))
    });
    let done = Signal::derive(move || taken.get() && missing.with(Vec::is_empty));
    // The camera is at hand for as long as there is something to photograph.
    let due = Signal::derive(move || blocked.get().is_none());
    let advice = move || {
        let words = &text().photo;
        missing.with(|missing| {
            if missing.is_empty() {
                return words.complete.to_owned();
            }
            let slots: Vec<&str> = missing.iter().map(|slot| (words.slot)(*slot)).collect();
            (words.missing)(&slots.join(words.list_comma))
        })
    };
    let summary = move || view! { <p class="muted" data-name="missing-photos">{advice}</p> };
    let slots = move || Slot::ALL.map(|slot| slot_field(job, slot, busy, blocked)).collect_view();
    view! {
        <Section
            id="photos"
            title=move || text().photo.title
            turn=blocked
            done
            due
            chosen
            name="open-photos"
            summary
        >
            <p class="muted" data-name="missing-photos">{advice}</p>
            <p class="faint">{move || text().photo.hint}</p>
            {move || blocked.get().map(|why| view! { <p class="note" data-tone="warning">{why}</p> })}
            <div class="photo-slots">{slots}</div>
            <p class="muted" role="status">
                {move || (busy.get() > 0).then(|| (text().photo.busy)(busy.get()))}
            </p>
        </Section>
    }
}

fn slot_field(
    job: Job,
    slot: Slot,
    busy: RwSignal<usize>,
    blocked: Signal<Option<String>>,
) -> impl IntoView {
    let photos = Memo::new(move |_| {
        job.here.with(|here| {
            let photos = here.as_ref().map(Visit::shown_photos).unwrap_or_default();
            photos.into_iter().filter(|photo| photo.slot == slot).cloned().collect::<Vec<_>>()
        })
    });
    let word = move || (text().photo.slot)(slot);
    let number = Signal::derive(move || number(job));
    let camera = Camera { device: job.device, ticket: job.ticket, visit: job.visit, number, busy };
    let wanted = Memo::new(move |_| {
        job.here
            .with(|here| here.as_ref().is_some_and(|visit| visit.missing_photos().contains(&slot)))
    });
    let leaving = Leaving::new(job.device, (job.ticket, job.visit));
    let inputs = move || {
        blocked.get().is_none().then(|| {
            view! {
                <PhotoInput
                    text=move || text().photo.take
                    label=move || (text().photo.take_for)(word())
                    capture=true
                    name=format!("photo-{}", slot_name(slot))
                    on_files=move |files| camera.take(slot, files, true)
                />
                <PhotoInput
                    text=move || text().photo.album
                    label=move || (text().photo.album_for)(word())
                    capture=false
                    name=format!("album-photo-{}", slot_name(slot))
                    on_files=move |files| camera.take(slot, files, false)
                />
            }
        })
    };
    view! {
        <section class="photo-slot" data-slot=slot_name(slot) data-wanted=wanted>
            <h3 class="photo-slot__title">{word}</h3>
            <div class="photo-slot__bar">{inputs}</div>
            <Show when=move || photos.with(|photos| !photos.is_empty())>
                <Gallery ticket=job.ticket number photos bar=leaving.bar()/>
            </Show>
            {leaving.question()}
        </section>
    }
}

fn number(job: Job) -> String {
    job.shown.with(|shown| {
        shown.as_ref().map(|ticket| ticket.spoken_number().to_owned()).unwrap_or_default()
    })
}

fn slot_name(slot: Slot) -> &'static str {
    match slot {
        Slot::Before => "before",
        Slot::Nameplate => "nameplate",
        Slot::After => "after",
        Slot::OldPart => "old_part",
        Slot::Other => "other",
    }
}

/// Any photo, to ask whether one could be added now.
fn some_photo() -> Photo {
    let sha256 = "0".repeat(64);
    Photo {
        id: Uuid::nil(),
        slot: Slot::Before,
        bytes: 1,
        width: 1,
        height: 1,
        taken_at: Timestamp(0),
        thumbnail: Thumbnail { sha256: sha256.clone(), bytes: 1 },
        sha256,
        withdrawn: false,
    }
}
