//! Hand-over: the only screens there are while the customer has the device, and the engineer's way back.
//!
//! Which screen is shown follows from the rows (is the sheet still locked, is it answered) and from how far the
//! customer has come; both survive a reload. Nothing here leads anywhere else without the engineer's PIN.
//!
//! Controls, by `data-name`: `language`, `engineer`, `start-reading`, `absent`, `whole-sheet`, `continue`, `refuse`, `back`,
//! `speed-1` … `attitude-5`, `to-signature`, `type-instead`, `sign`, `record`, `answer-photo`, `saved`, `take-back`, `pin-0` … `pin-9`,
//! `pin-delete`, `pin-unlock`, `pin-forgotten`, `pin-instead`, `password-unlock`, `pin-save`, `pin-cancel`.

pub mod answer;
pub mod decline;
pub mod done;
pub mod give;
pub mod pin;
pub mod read;
pub mod sign;

pub use pin::SetPinDialog;

use domain::{
    Id,
    command::Command,
    json,
    photo::{Photo, PhotoLine},
    sheet::{Answer, CustomerCopy, Lock, Ratings, Relation, Sheet, Signature},
    ticket::Ticket,
    values::Language,
    visit::{self, Stage, Visit},
};
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use crate::{
    device::{Device, Trouble, device},
    locale::{self, handover::HandoverText, text, words},
    ui::{
        Button, ButtonKind, Dialog, Icon, IconButton, awake::stay_awake, focus_title, sign::Stroke,
    },
};

/// What stands instead of the whole app while the device is handed over.
#[component]
pub fn Handover() -> impl IntoView {
    let device = device();
    let handed = Memo::new(move |_| device.handover().map(|handed| (handed.ticket, handed.visit)));
    move || handed.get().map(|(ticket, visit)| view! { <Talk ticket visit/> })
}

/// How far the customer has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Screen {
    /// The engineer still holds the device.
    #[default]
    Give,
    Read,
    Answer,
    Sign,
    Refuse,
    Absent,
}

impl Screen {
    fn name(self) -> &'static str {
        match self {
            Self::Give => "give",
            Self::Read => "review",
            Self::Answer => "answer",
            Self::Sign => "sign",
            Self::Refuse => "refuse",
            Self::Absent => "absent",
        }
    }
}

/// What became of the sheet, as the rows say.
#[derive(Clone, Debug, PartialEq)]
enum Standing {
    /// To be read and signed.
    Open(Box<Lock>),
    /// The customer has answered.
    Answered(Box<Sheet>),
    /// It was opened for changes elsewhere.
    Unlocked,
    /// The row is not here.
    Missing,
}

/// What survives a reload of the page. The drawing does not: a signature is given in one go.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Draft {
    screen: Screen,
    digest: String,
    /// The engineer's own language, which comes back with the device.
    engineer: Language,
    solved: String,
    comment: String,
    speed: String,
    solving: String,
    attitude: String,
    signer: String,
    relation: String,
    copy: String,
    reason: String,
    witness: String,
}

/// The conversation with the customer: every answer, as it is being given.
#[derive(Clone, Copy)]
pub struct Answers {
    screen: RwSignal<Screen>,
    solved: RwSignal<String>,
    comment: RwSignal<String>,
    speed: RwSignal<String>,
    solving: RwSignal<String>,
    attitude: RwSignal<String>,
    signer: RwSignal<String>,
    relation: RwSignal<String>,
    copy: RwSignal<String>,
    strokes: RwSignal<Vec<Stroke>>,
    ratio: RwSignal<i32>,
    /// Whether the name is typed instead of drawn, and confirmed.
    typed: RwSignal<bool>,
    typed_sure: RwSignal<bool>,
    reason: RwSignal<String>,
    witness: RwSignal<String>,
}

impl Answers {
    fn new() -> Self {
        Self {
            screen: RwSignal::new(Screen::Give),
            solved: RwSignal::default(),
            comment: RwSignal::default(),
            speed: RwSignal::default(),
            solving: RwSignal::default(),
            attitude: RwSignal::default(),
            signer: RwSignal::default(),
            relation: RwSignal::new(words::code(&Relation::default())),
            copy: RwSignal::new(words::code(&CustomerCopy::default())),
            strokes: RwSignal::default(),
            ratio: RwSignal::new(2500),
            typed: RwSignal::new(false),
            typed_sure: RwSignal::new(false),
            reason: RwSignal::default(),
            witness: RwSignal::default(),
        }
    }

    fn restore(self, draft: Draft) {
        let Draft { screen, solved, comment, speed, solving, attitude, .. } = draft;
        self.screen.set(screen);
        self.solved.set(solved);
        self.comment.set(comment);
        self.speed.set(speed);
        self.solving.set(solving);
        self.attitude.set(attitude);
        self.signer.set(draft.signer);
        self.relation.set(draft.relation);
        self.copy.set(draft.copy);
        self.reason.set(draft.reason);
        self.witness.set(draft.witness);
    }

    fn draft(self, digest: String, engineer: Language) -> Draft {
        Draft {
            screen: self.screen.get(),
            digest,
            engineer,
            solved: self.solved.get(),
            comment: self.comment.get(),
            speed: self.speed.get(),
            solving: self.solving.get(),
            attitude: self.attitude.get(),
            signer: self.signer.get(),
            relation: self.relation.get(),
            copy: self.copy.get(),
            reason: self.reason.get(),
            witness: self.witness.get(),
        }
    }

    /// The ratings, once all three are given; half a survey says nothing.
    fn ratings(self) -> Option<Ratings> {
        let stars = |value: RwSignal<String>| value.get_untracked().parse::<u8>().ok();
        let (speed, solving, attitude) =
            (stars(self.speed)?, stars(self.solving)?, stars(self.attitude)?);
        Some(Ratings { speed, solving, attitude })
    }

    /// What the customer gives, with `answer` as its core.
    fn signature(self, device: Device, answer: Answer, photos: Vec<PhotoLine>) -> Signature {
        let there = !matches!(answer, Answer::Absent { .. });
        let signed = matches!(answer, Answer::Signed { .. });
        Signature {
            solved: match self.solved.get_untracked().as_str() {
                "yes" if there => Some(true),
                "no" if there => Some(false),
                _ => None,
            },
            comment: if there { self.comment.get_untracked() } else { String::new() },
            ratings: None,
            signer: if signed { self.signer.get_untracked() } else { String::new() },
            relation: words::from_code(&self.relation.get_untracked()).unwrap_or_default(),
            customer_copy: words::from_code(&self.copy.get_untracked()).unwrap_or_default(),
            photos: if signed { Vec::new() } else { photos },
            language: untrack(locale::language),
            at: device.now(),
            answer,
        }
    }
}

/// Everything the screens share.
#[derive(Clone, Copy)]
pub struct Scene {
    device: Device,
    ticket: Id<Ticket>,
    visit: Id<Visit>,
    answers: Answers,
    /// The language the engineer works in.
    engineer: RwSignal<Language>,
    busy: RwSignal<bool>,
    /// Why the last try did not work.
    trouble: RwSignal<String>,
    taking_back: RwSignal<bool>,
}

impl Scene {
    fn standing(self) -> Standing {
        let Some(ticket) = self.device.find(self.ticket) else { return Standing::Missing };
        let Some(visit) = ticket.visit(self.visit) else { return Standing::Missing };
        if visit.stage >= Stage::Signed
            && visit.lock.is_none()
            && let Some(sheet) = visit.sheets.last().and_then(|id| self.device.find(*id))
        {
            return Standing::Answered(Box::new(sheet));
        }
        match &visit.lock {
            Some(lock) => Standing::Open(Box::new(lock.clone())),
            None => Standing::Unlocked,
        }
    }

    fn go(self, screen: Screen) {
        self.trouble.set(String::new());
        self.answers.screen.set(screen);
    }

    /// Seals what the customer gave. What they read and what they gave travel in one command.
    fn give(self, lock: &Lock, answer: Answer) {
        if self.busy.get_untracked() {
            return;
        }
        let photos = untrack(move || {
            let ticket = self.device.find(self.ticket);
            let visit = ticket.as_ref().and_then(|ticket| ticket.visit(self.visit));
            let photos = visit.map(Visit::answer_photos).unwrap_or_default();
            photos.into_iter().map(Photo::line).collect()
        });
        let there = !matches!(answer, Answer::Absent { .. });
        let ratings = self.answers.ratings().filter(|_| there);
        let signature = self.answers.signature(self.device, answer, photos);
        let command = Command::Visit(
            self.ticket,
            self.visit,
            visit::Command::Sign {
                sheet: self.device.new_id(),
                content: Box::new(lock.content.clone()),
                digest: lock.digest.clone(),
                signature: Box::new(signature),
                ratings,
            },
        );
        self.busy.set(true);
        self.trouble.set(String::new());
        spawn_local(async move {
            let sent = self.device.answer(command).await;
            self.busy.set(false);
            match sent {
                Ok(()) => {
                    self.answers.strokes.set(Vec::new());
                    self.forget_answers();
                }
                Err(Trouble::Refused(refusal)) => {
                    self.trouble.set(untrack(|| text().words.refusal(refusal).to_owned()));
                }
                Err(_) => self.trouble.set(untrack(|| text().handover.not_saved.to_owned())),
            }
        });
    }
}

impl Scene {
    /// The answer is sealed; nobody who gets the device back finds it in a form. Only the engineer's language stays.
    fn forget_answers(self) {
        let draft = Draft { engineer: self.engineer.get_untracked(), ..Draft::default() };
        if let Ok(json) = serde_json::to_string(&draft) {
            self.device.save_draft(&form(self.visit), json);
        }
    }
}

fn form(visit: Id<Visit>) -> String {
    format!("hand-over:{visit}")
}

#[component]
fn Talk(ticket: Id<Ticket>, visit: Id<Visit>) -> impl IntoView {
    let device = device();
    let answers = Answers::new();
    let scene = Scene {
        device,
        ticket,
        visit,
        answers,
        engineer: RwSignal::new(untrack(locale::language)),
        busy: RwSignal::new(false),
        trouble: RwSignal::default(),
        taking_back: RwSignal::new(false),
    };
    let _open = StoredValue::new(device.keep_form_open());
    stay_awake();
    let standing = Memo::new(move |_| scene.standing());
    let digest = Memo::new(move |_| match standing.get() {
        Standing::Open(lock) => Some(lock.digest),
        _ => None,
    });

    let ready = RwSignal::new(false);
    spawn_local(async move {
        let draft = device.draft(&form(visit)).await;
        let draft = draft.and_then(|json| json::read::<Draft>(&json).ok());
        let lock = match standing.get_untracked() {
            Standing::Open(lock) => Some(lock),
            _ => None,
        };
        if let Some(draft) = &draft {
            scene.engineer.set(draft.engineer);
        }
        match (draft, lock) {
            (Some(draft), Some(lock)) if draft.digest == lock.digest => answers.restore(draft),
            (draft, Some(lock)) => {
                if draft.is_none() {
                    locale::set_language(lock.content.language);
                }
                answers.signer.set(lock.content.customer_name.clone());
            }
            (_, None) => {}
        }
        ready.set(true);
    });
    Effect::new(move |before: Option<Option<String>>| {
        let now = digest.get();
        // What was answered for another content does not count for this one.
        if let (Some(Some(before)), Some(now)) = (&before, &now)
            && before != now
        {
            answers.strokes.set(Vec::new());
            answers.screen.set(Screen::Give);
        }
        now
    });
    Effect::new(move |_| {
        if let (true, Some(digest)) = (ready.get(), digest.get()) {
            let draft = answers.draft(digest, scene.engineer.get());
            if let Ok(json) = serde_json::to_string(&draft) {
                device.save_draft(&form(visit), json);
            }
        }
    });

    let shown = Memo::new(move |_| match standing.get() {
        Standing::Open(_) => answers.screen.get().name(),
        Standing::Answered(_) => "done",
        Standing::Unlocked | Standing::Missing => "moved",
    });
    Effect::new(move |_| {
        shown.track();
        if ready.get() {
            // Another screen begins at its top, also the one that follows from the rows.
            window().scroll_to_with_x_and_y(0.0, 0.0);
            request_animation_frame(focus_title);
        }
    });
    let screen = move || match standing.get() {
        Standing::Open(lock) => match answers.screen.get() {
            Screen::Give => view! { <give::Give scene lock=*lock/> }.into_any(),
            Screen::Read => view! { <read::Read scene lock=*lock/> }.into_any(),
            Screen::Answer => view! { <answer::AnswerScreen scene/> }.into_any(),
            Screen::Sign => view! { <sign::Sign scene lock=*lock/> }.into_any(),
            Screen::Refuse => {
                view! { <decline::Decline scene lock=*lock absent=false/> }.into_any()
            }
            Screen::Absent => view! { <decline::Decline scene lock=*lock absent=true/> }.into_any(),
        },
        Standing::Answered(sheet) => view! { <done::Done scene sheet=*sheet/> }.into_any(),
        Standing::Unlocked => moved(scene, |text| text.moved_unlocked).into_any(),
        Standing::Missing => moved(scene, |text| text.moved_missing).into_any(),
    };
    view! {
        <div class="handover" data-screen=shown>
            <header class="handover__head">
                <strong class="handover__brand">{move || text().person.brand}</strong>
                <div class="row">
                    <button
                        class="button"
                        type="button"
                        data-kind="secondary"
                        data-name="language"
                        on:click=move |_| locale::set_language(other(untrack(locale::language)))
                    >
                        {Icon::Language.svg()}
                        <span>{move || text().handover.other_language}</span>
                    </button>
                    <IconButton
                        icon=Icon::Key
                        label=move || text().handover.key
                        name="engineer"
                        on_press=move || scene.taking_back.set(true)
                    />
                </div>
            </header>
            {move || {
                if ready.get() {
                    screen().into_any()
                } else {
                    view! {
                        <main class="handover__main" aria-busy="true">
                            <p class="muted">{text().handover.loading}</p>
                        </main>
                    }
                    .into_any()
                }
            }}
            <Dialog
                open=scene.taking_back
                title=move || text().handover.take_back_title
                message=move || text().handover.take_back_lead
                close=move || text().handover.cancel
            >
                <pin::TakeBack scene/>
            </Dialog>
        </div>
    }
}

fn moved(scene: Scene, why: fn(&HandoverText) -> &'static str) -> impl IntoView {
    view! {
        <main class="handover__main">
            <section class="done" data-tone="warning">
                {Icon::Alert.large()}
                <h1 class="done__title" tabindex="-1">{move || text().handover.moved_title}</h1>
                <p>{move || why(&text().handover)}</p>
            </section>
        </main>
        <footer class="handover__bar">
            <Button
                text=move || text().handover.take_back
                kind=ButtonKind::Primary
                icon=Icon::Key
                large=true
                wide=true
                name="take-back"
                on_press=move || scene.taking_back.set(true)
            />
        </footer>
    }
}

fn other(language: Language) -> Language {
    match language {
        Language::Chinese => Language::English,
        Language::English => Language::Chinese,
    }
}
