//! The photos of the visit, by what they show: what is missing, the camera, the album, and what was taken.
//!
//! Inputs by name: `photo-before`, `photo-nameplate`, `photo-after`, `photo-old_part`, `photo-other`, and the same
//! with `album-` in front.

use domain::{
    Command, Timestamp,
    photo::{Photo, Slot, Thumbnail},
    visit::{self, Visit},
};
use leptos::{prelude::*, task::spawn_local};
use uuid::Uuid;
use web_sys::File;

use super::{Job, section::Section};
use crate::{
    locale::{self, text},
    pages::photo::Gallery,
    photos::PhotoTrouble,
    ui::{Button, ButtonKind, Confirm, PhotoInput, Tone, toast},
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
    let wanted = Memo::new(move |_| {
        job.here
            .with(|here| here.as_ref().is_some_and(|visit| visit.missing_photos().contains(&slot)))
    });
    let leaving = Leaving { photo: RwSignal::new(None), asked: RwSignal::new(false) };
    let bar = Callback::new(move |photo: Photo| withdraw_button(job, &photo, leaving));
    let inputs = move || {
        blocked.get().is_none().then(|| {
            view! {
                <PhotoInput
                    text=move || text().photo.take
                    label=move || (text().photo.take_for)(word())
                    capture=true
                    name=format!("photo-{}", slot_name(slot))
                    on_files=move |files| take(job, slot, busy, files, true)
                />
                <PhotoInput
                    text=move || text().photo.album
                    label=move || (text().photo.album_for)(word())
                    capture=false
                    name=format!("album-photo-{}", slot_name(slot))
                    on_files=move |files| take(job, slot, busy, files, false)
                />
            }
        })
    };
    view! {
        <section class="photo-slot" data-slot=slot_name(slot) data-wanted=wanted>
            <h3 class="photo-slot__title">{word}</h3>
            <div class="photo-slot__bar">{inputs}</div>
            <Show when=move || photos.with(|photos| !photos.is_empty())>
                <Gallery ticket=job.ticket number photos bar/>
            </Show>
            {withdraw_question(job, leaving)}
        </section>
    }
}

/// The photo that is to be taken out, and whether the person is being asked about it.
#[derive(Clone, Copy)]
struct Leaving {
    photo: RwSignal<Option<Uuid>>,
    asked: RwSignal<bool>,
}

/// The button in the viewer that takes a photo out of the sheet.
fn withdraw_button(job: Job, photo: &Photo, leaving: Leaving) -> AnyView {
    let id = photo.id;
    let command = withdraw(job, id);
    let why_not = job.device.why_not(move || command.clone());
    view! {
        <Button
            text=move || text().photo.withdraw
            kind=ButtonKind::Quiet
            name="withdraw-photo"
            why_not
            on_press=move || {
                leaving.photo.set(Some(id));
                leaving.asked.set(true);
            }
        />
    }
    .into_any()
}

fn withdraw_question(job: Job, leaving: Leaving) -> impl IntoView {
    let Leaving { photo, asked } = leaving;
    let confirmed = move || {
        asked.set(false);
        if let Some(photo) = photo.get_untracked() {
            job.device.press(withdraw(job, photo));
        }
    };
    view! {
        <Confirm
            open=asked
            title=move || text().photo.withdraw_title
            message=move || text().photo.withdraw_message
            cancel=move || text().photo.cancel
            confirm=move || text().photo.withdraw_confirm
            on_confirm=confirmed
        />
    }
}

fn withdraw(job: Job, photo: Uuid) -> Command {
    job.command(visit::Command::WithdrawPhoto { photo })
}

/// Keeps the pictures one after the other: two large ones at once are too much for a small phone.
fn take(job: Job, slot: Slot, busy: RwSignal<usize>, files: Vec<File>, just_now: bool) {
    busy.update(|busy| *busy += files.len());
    let device = job.device;
    spawn_local(async move {
        for file in files {
            let now = device.now();
            // A picture from the album says when it was taken, as far as anybody knows.
            #[expect(clippy::cast_possible_truncation, reason = "a date in milliseconds")]
            let saved = Timestamp(file.last_modified() as i64);
            let taken_at = if just_now { now } else { saved.min(now) };
            let mark = untrack(|| {
                let words = &text().photo;
                (words.mark)(&number(job), (words.slot)(slot), &written(taken_at))
            });
            let kept =
                device.take_photo(&file, (job.ticket, job.visit), slot, taken_at, &mark).await;
            if let Err(trouble) = kept {
                toast(Tone::Danger, words(&trouble, &file.name()));
            }
            busy.update(|busy| *busy = busy.saturating_sub(1));
        }
    });
}

fn words(trouble: &PhotoTrouble, file: &str) -> String {
    let words = &untrack(text).photo;
    match trouble {
        PhotoTrouble::Unreadable => (words.unreadable)(file),
        PhotoTrouble::NoRoom => words.no_room.into(),
        PhotoTrouble::NotKept => words.not_kept.into(),
        PhotoTrouble::Refused(trouble) => untrack(|| trouble.words()),
    }
}

/// A moment that is still right when somebody looks at the picture next year.
fn written(at: Timestamp) -> String {
    format!("{} {}", locale::input_date(at), locale::time(at))
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
        slot: Slot::Other,
        bytes: 1,
        width: 1,
        height: 1,
        taken_at: Timestamp(0),
        thumbnail: Thumbnail { sha256: sha256.clone(), bytes: 1 },
        sha256,
        withdrawn: false,
    }
}
