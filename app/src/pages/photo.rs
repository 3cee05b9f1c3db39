//! Photos on the pages: small ones in a row, the large one over everything, those of a ticket, those of a sheet, and the
//! camera that takes them.
//!
//! Buttons by name: `photo` opens one; in the viewer `previous-photo`, `next-photo`, `close-viewer`,
//! `withdraw-photo`, which `confirm` confirms.

use domain::{
    Command, Id, Key, Timestamp,
    photo::{Photo, PhotoLine, Slot},
    sheet::{Content, Signature},
    ticket::Ticket,
    visit::{self, Visit},
};
use leptos::{prelude::*, task::spawn_local};
use uuid::Uuid;
use web_sys::File;

use crate::{
    device::{Device, device},
    locale::{self, text},
    pages::outbox::size,
    photos::{OwnPhoto, PhotoState, PhotoTrouble, Shown},
    ui::{Button, ButtonKind, Card, Confirm, PhotoTile, PhotoViewer, Tone, toast},
};

/// The picture of this name, or in words why it is not there.
pub fn picture(
    of: Key,
    name: String,
    alt: impl Fn() -> String + Copy + Send + Sync + 'static,
) -> AnyView {
    let shown = device().photo(of, name);
    (move || {
        let words = &text().photo;
        let why = match shown.get() {
            Shown::Here(address) => {
                return view! { <img class="photos__image" src=address alt=alt draggable="false"/> }
                    .into_any();
            }
            Shown::Looking => words.looking,
            Shown::OnItsWay => words.on_its_way,
            Shown::Away => words.away,
        };
        let looking = shown.with(|shown| *shown == Shown::Looking);
        view! { <span class="photos__none" data-looking=looking>{why}</span> }.into_any()
    })
    .into_any()
}

/// What is to be said of a photo's way to the server; nothing where another device took it.
pub fn state_words(state: PhotoState) -> (String, Tone) {
    let words = &text().photo;
    match state {
        PhotoState::Waiting => (words.waiting.into(), Tone::Warning),
        PhotoState::Sending(percent) => ((words.sending)(percent), Tone::Primary),
        PhotoState::Arrived => (words.arrived.into(), Tone::Success),
        PhotoState::Lost => (words.lost.into(), Tone::Danger),
    }
}

fn alt(photo: &Photo, number: &str) -> String {
    let words = &text().photo;
    (words.alt)((words.slot)(photo.slot), &locale::moment(photo.taken_at), number)
}

/// What can be done with a photo from the viewer, besides looking at it.
pub type PhotoBar = Callback<Photo, AnyView>;

/// Photos of one ticket in a row, and the viewer over them.
#[component]
pub fn Gallery(
    ticket: Id<Ticket>,
    #[prop(into)] number: Signal<String>,
    #[prop(into)] photos: Signal<Vec<Photo>>,
    #[prop(optional, into)] bar: Option<PhotoBar>,
) -> impl IntoView {
    let device = device();
    let of = Key::of(ticket);
    let showing = RwSignal::<Option<Uuid>>::new(None);
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if !open.get() {
            showing.set(None);
        }
    });
    let place = move || {
        let showing = showing.get()?;
        photos.with(|photos| photos.iter().position(|photo| photo.id == showing))
    };
    let shown = Memo::new(move |_| {
        let place = place()?;
        photos.with(|photos| photos.get(place).cloned())
    });
    // A photo that was taken out is not looked at any more.
    Effect::new(move |_| {
        if open.get() && showing.get().is_some() && shown.with(Option::is_none) {
            open.set(false);
        }
    });
    let turn = move |by: i32| {
        let Some(place) = untrack(place) else { return };
        let next = photos.with_untracked(|photos| {
            let count = i32::try_from(photos.len()).unwrap_or(1).max(1);
            let next = (i32::try_from(place).unwrap_or(0) + by).rem_euclid(count);
            photos.get(usize::try_from(next).unwrap_or(0)).map(|photo| photo.id)
        });
        showing.set(next);
    };
    let tile = move |photo: Photo| {
        let (id, name) = (photo.id, photo.thumbnail.sha256.clone());
        let photo = StoredValue::new(photo);
        let alt = move || photo.with_value(|photo| number.with(|number| alt(photo, number)));
        let caption = move || (text().photo.slot)(photo.with_value(|photo| photo.slot)).to_owned();
        let state = move || {
            // What is at the server needs no word.
            let state = device.photo_state(id).filter(|state| *state != PhotoState::Arrived);
            state.map(state_words)
        };
        view! {
            <PhotoTile
                label=Signal::derive(move || (text().photo.open)(&alt()))
                caption=Signal::derive(caption)
                state=Signal::derive(state)
                on_press=move || {
                    showing.set(Some(id));
                    open.set(true);
                }
            >
                {picture(of, name, String::new)}
            </PhotoTile>
        }
    };
    let large = move || {
        shown.get().map(|photo| {
            let name = photo.sha256.clone();
            let photo = StoredValue::new(photo);
            picture(of, name, move || {
                photo.with_value(|photo| number.with(|number| alt(photo, number)))
            })
        })
    };
    let title = move || {
        shown.with(|shown| match shown {
            Some(photo) => {
                let slot = (text().photo.slot)(photo.slot);
                format!("{slot} · {}", locale::moment(photo.taken_at))
            }
            None => String::new(),
        })
    };
    let position = move || {
        let count = photos.with(Vec::len);
        place().map(|place| (text().photo.position)(place + 1, count)).unwrap_or_default()
    };
    let about = move || {
        let photo = shown.get()?;
        let state = device.photo_state(photo.id).map(|state| {
            let (word, tone) = state_words(state);
            view! { <span class="photos__state" data-tone=tone.name()>{word}</span> }
        });
        Some(view! { {state} {bar.map(|bar| bar.run(photo))} })
    };
    view! {
        <ul class="photos">
            <For each=move || photos.get() key=|photo| photo.id let(photo)>
                {tile(photo)}
            </For>
        </ul>
        <PhotoViewer
            open
            title=Signal::derive(title)
            position=Signal::derive(position)
            close=move || text().photo.close
            previous=move || text().photo.previous
            next=move || text().photo.next
            several=Signal::derive(move || photos.with(|photos| photos.len() > 1))
            on_turn=Callback::new(turn)
            picture=large
            bar=about
        />
    }
}

/// A camera at a visit: what it takes is kept, and the visit is told of it.
#[derive(Clone, Copy)]
pub struct Camera {
    pub device: Device,
    pub ticket: Id<Ticket>,
    pub visit: Id<Visit>,
    /// The number that is written into the picture.
    pub number: Signal<String>,
    /// How many pictures are being kept just now.
    pub busy: RwSignal<usize>,
}

impl Camera {
    /// Keeps the pictures one after the other: two large ones at once are too much for a small phone.
    pub fn take(self, slot: Slot, files: Vec<File>, just_now: bool) {
        let Self { device, ticket, visit, number, busy } = self;
        busy.update(|busy| *busy += files.len());
        spawn_local(async move {
            for file in files {
                let now = device.now();
                // A picture from the album says when it was taken, as far as anybody knows.
                #[expect(clippy::cast_possible_truncation, reason = "a date in milliseconds")]
                let saved = Timestamp(file.last_modified() as i64);
                let taken_at = if just_now { now } else { saved.min(now) };
                let mark = untrack(|| {
                    let words = &text().photo;
                    (words.mark)(&number.get(), (words.slot)(slot), &locale::written(taken_at))
                });
                let kept = device.take_photo(&file, (ticket, visit), slot, taken_at, &mark).await;
                if let Err(trouble) = kept {
                    toast(Tone::Danger, trouble_words(&trouble, &file.name()));
                }
                busy.update(|busy| *busy = busy.saturating_sub(1));
            }
        });
    }
}

fn trouble_words(trouble: &PhotoTrouble, file: &str) -> String {
    let words = &untrack(text).photo;
    match trouble {
        PhotoTrouble::Unreadable => (words.unreadable)(file),
        PhotoTrouble::NoRoom => words.no_room.into(),
        PhotoTrouble::NotKept => words.not_kept.into(),
        PhotoTrouble::Refused(trouble) => untrack(|| trouble.words()),
    }
}

/// Taking a photo out again: a button in the viewer, and the question whether it is meant.
#[derive(Clone, Copy)]
pub struct Leaving {
    device: Device,
    ticket: Id<Ticket>,
    visit: Id<Visit>,
    photo: RwSignal<Option<Uuid>>,
    asked: RwSignal<bool>,
}

impl Leaving {
    pub fn new(device: Device, (ticket, visit): (Id<Ticket>, Id<Visit>)) -> Self {
        let (photo, asked) = (RwSignal::new(None), RwSignal::new(false));
        Self { device, ticket, visit, photo, asked }
    }

    fn command(self, photo: Uuid) -> Command {
        Command::Visit(self.ticket, self.visit, visit::Command::WithdrawPhoto { photo })
    }

    /// The button in the viewer.
    pub fn bar(self) -> PhotoBar {
        Callback::new(move |photo: Photo| {
            let id = photo.id;
            let why_not = self.device.why_not(move || self.command(id));
            view! {
                <Button
                    text=move || text().photo.withdraw
                    kind=ButtonKind::Quiet
                    name="withdraw-photo"
                    why_not
                    on_press=move || {
                        self.photo.set(Some(id));
                        self.asked.set(true);
                    }
                />
            }
            .into_any()
        })
    }

    /// The question.
    pub fn question(self) -> impl IntoView {
        let confirmed = move || {
            self.asked.set(false);
            if let Some(photo) = self.photo.get_untracked() {
                self.device.press(self.command(photo));
            }
        };
        view! {
            <Confirm
                open=self.asked
                title=move || text().photo.withdraw_title
                message=move || text().photo.withdraw_message
                cancel=move || text().photo.cancel
                confirm=move || text().photo.withdraw_confirm
                on_confirm=confirmed
            />
        }
    }
}

/// Every photo of a ticket, visit by visit, the newest visit first. Nothing where there is none.
#[component]
pub fn TicketPhotos(id: Id<Ticket>) -> impl IntoView {
    let device = device();
    let visits = Memo::new(move |_| {
        let ticket = device.find(id)?;
        let photos = |visit: &domain::visit::Visit| {
            let photos: Vec<Photo> = visit.shown_photos().into_iter().cloned().collect();
            (!photos.is_empty()).then_some((visit.sequence, photos))
        };
        let visits: Vec<(u32, Vec<Photo>)> =
            ticket.visits.iter().rev().filter_map(photos).collect();
        (!visits.is_empty()).then_some((ticket.spoken_number().to_owned(), visits))
    });
    move || {
        let (number, visits) = visits.get()?;
        let several = visits.len() > 1;
        let galleries = visits
            .into_iter()
            .map(|(sequence, photos)| {
                view! {
                    {several.then(|| view! { <p class="muted">{(text().photo.of_visit)(sequence)}</p> })}
                    <Gallery ticket=id number=number.clone() photos=Signal::stored(photos)/>
                }
            })
            .collect_view();
        Some(view! {
            <Card title=move || text().photo.title>
                <div class="stack" data-name="ticket-photos">{galleries}</div>
            </Card>
        })
    }
}

/// Photos of this device that are not at the server, and those that were damaged before they could be.
#[component]
pub fn WaitingPhotos() -> impl IntoView {
    let device = device();
    let waiting = Memo::new(move |_| {
        let mut photos = device.own_photos();
        photos.retain(|own| own.state != PhotoState::Arrived);
        photos
    });
    let line = move |own: OwnPhoto| {
        let OwnPhoto { ticket, photo, .. } = own;
        let id = photo.id;
        let of = Key::of(ticket);
        let found = device.find(ticket);
        let number = found.map(|ticket| ticket.spoken_number().to_owned()).unwrap_or_default();
        let (slot, at, bytes) = (photo.slot, photo.taken_at, f64::from(photo.bytes));
        let what = move || format!("{} · {number}", (text().photo.slot)(slot));
        let meta = move || format!("{} · {}", locale::moment(at), size(bytes));
        let state = Memo::new(move |_| device.photo_state(id));
        let lost = move || state.get() == Some(PhotoState::Lost);
        view! {
            <li class="waiting waiting-photo" data-state=move || if lost() { "refused" } else { "waiting" }>
                <div class="waiting-photo__picture">
                    {picture(of, photo.thumbnail.sha256, String::new)}
                </div>
                <p class="waiting__what">{what}</p>
                <p class="waiting__meta num">{meta}</p>
                <p class="waiting__meta num" data-name="photo-state">
                    {move || state.get().map(|state| state_words(state).0)}
                </p>
                <Show when=lost>
                    <p class="waiting__why">{move || text().photo.lost_why}</p>
                    <Button
                        text=move || text().photo.noted
                        name="photo-noted"
                        on_press=move || device.dismiss_photo(id)
                    />
                </Show>
            </li>
        }
    };
    view! {
        <Show when=move || waiting.with(|waiting| !waiting.is_empty())>
            <section class="stack">
                <h2 class="section-title">
                    {move || text().photo.waiting_heading}
                    <span class="count">{move || waiting.with(Vec::len)}</span>
                </h2>
                <ul class="outbox list" data-name="waiting-photos">
                    <For each=move || waiting.get() key=|own| own.photo.id let(own)>
                        {line(own)}
                    </For>
                </ul>
            </section>
        </Show>
    }
}

/// The pictures a sheet is bound to, with the beginning of each digest. `of` is the row by which they may be fetched;
/// without one they are only listed.
pub fn sheet_photos(of: Option<Key>, content: &Content) -> Option<AnyView> {
    let words = &text().photo;
    bound_photos(of, content, &content.photos, words.on_sheet, words.bound)
}

/// The pictures that were taken for an answer without a signature.
pub fn answer_photos(of: Option<Key>, content: &Content, signature: &Signature) -> Option<AnyView> {
    let words = &text().photo;
    bound_photos(of, content, &signature.photos, words.on_answer, words.bound_to_answer)
}

fn bound_photos(
    of: Option<Key>,
    content: &Content,
    lines: &[PhotoLine],
    title: &'static str,
    bound: &'static str,
) -> Option<AnyView> {
    if lines.is_empty() {
        return None;
    }
    let number = StoredValue::new(content.ticket_number.clone());
    let item = |line: &PhotoLine| {
        let words = &text().photo;
        let slot = (words.slot)(line.slot);
        let at = locale::moment(line.taken_at);
        let digest: String = line.sha256.chars().take(12).collect();
        let caption = format!("{slot} · {at}");
        let alt = StoredValue::new((words.alt)(slot, &at, &number.get_value()));
        view! {
            <li class="sheet-photos__item">
                {of
                    .map(|of| {
                        view! {
                            <div class="sheet-photos__picture">
                                {picture(of, line.sha256.clone(), move || alt.get_value())}
                            </div>
                        }
                    })}
                <span>{caption}</span>
                <span class="faint num">{digest}</span>
            </li>
        }
    };
    let items = lines.iter().map(item).collect_view();
    Some(
        view! {
            <section class="sheet__part" data-name="sheet-photos">
                <h3>{title}</h3>
                <ul class="sheet-photos">{items}</ul>
                <p class="faint">{bound}</p>
            </section>
        }
        .into_any(),
    )
}
