//! The service sheet: previewed, locked, handed to the customer, and brought back to base.

use domain::{
    values::Language,
    visit::{self, Visit},
};
use leptos::{prelude::*, task::spawn_local};

use super::{Job, section::Section};
use crate::{
    locale::{self, moment, text, words},
    pages::{engineer::step::Step, handover::SetPinDialog, sheet::SheetView},
    route::Route,
    ui::{Button, ButtonKind, ButtonLink, Choice, Icon, Segmented, Tone, lead_to, toast},
};

/// Giving the device to the customer; the first time, a PIN for the way back is chosen.
#[derive(Clone, Copy)]
pub struct Giving {
    job: Job,
    asking_pin: RwSignal<bool>,
}

impl Giving {
    pub fn new(job: Job) -> Giving {
        Giving { job, asking_pin: RwSignal::new(false) }
    }

    /// Hands the device over, now or after the PIN is chosen.
    pub fn give(self) {
        let device = self.job.device;
        if !untrack(move || device.has_pin()) {
            self.asking_pin.set(true);
            return;
        }
        spawn_local(async move {
            if let Err(trouble) = device.hand_over(self.job.ticket, self.job.visit).await {
                toast(Tone::Danger, trouble.words());
            }
        });
    }
}

/// The question for a PIN, where none is chosen yet.
#[component]
pub fn PinFirst(giving: Giving) -> impl IntoView {
    view! { <SetPinDialog open=giving.asking_pin on_done=move |()| giving.give()/> }
}

/// The sheet.
#[component]
pub fn SheetSection(job: Job) -> impl IntoView {
    let chosen = RwSignal::new(None);
    let language = RwSignal::new(words::code(&untrack(locale::language)));
    let content = Memo::new(move |_| {
        let language = words::from_code(&language.get()).unwrap_or(Language::Chinese);
        let (shown, here) = (job.shown.get()?, job.here.get()?);
        domain::sheet::draft(&shown, &here, &job.device.me(), language, job.device.now())
    });
    let lock = Memo::new(move |_| job.here.with(|here| here.as_ref()?.lock.clone()));
    let signed = job.done(Step::Customer);
    let sheets = Memo::new(move |_| {
        job.here.with(|here| {
            here.as_ref().map(|visit: &Visit| visit.sheets.clone()).unwrap_or_default()
        })
    });
    let turn = job.turn(Step::Lock);
    let lock_it = move || {
        if let Some(content) = content.get_untracked() {
            let content = Box::new(content);
            job.device.press_then(job.command(visit::Command::LockSheet { content }), || {
                lead_to("sheet");
            });
        }
    };
    let languages = || {
        let words = &text().engineer.work;
        let choice = |language: Language, name| Choice::new(words::code(&language), name);
        vec![choice(Language::Chinese, words.chinese), choice(Language::English, words.english)]
    };
    let hand_in_blocked = job.device.why_not(move || job.command(visit::Command::HandIn));
    let unlock_blocked = job.device.why_not(move || job.command(visit::Command::UnlockSheet));
    let handed_in = move || {
        job.here
            .get()
            .and_then(|visit| visit.handed_in_at)
            .map(|at| view! { <p class="muted">{(text().engineer.work.handed_in)(moment(at))}</p> })
    };
    let after = move || {
        view! {
            <div class="stack">
                <For each=move || sheets.get() key=|sheet| *sheet let:sheet>
                    <ButtonLink
                        text=move || text().engineer.work.open_sheet
                        href=Route::Sheet(sheet).href()
                        icon=Icon::Sheet
                        wide=true
                        name="open-signed"
                    />
                </For>
                <Show when=move || hand_in_blocked.with(Option::is_none)>
                    <p class="note">{move || text().engineer.work.hand_in_hint}</p>
                </Show>
                {handed_in}
            </div>
        }
    };
    let locked = Memo::new(move |_| lock.with(Option::is_some));
    let before = move || {
        view! {
            <Show
                when=move || locked.get()
                fallback=move || {
                    view! {
                        <p class="muted">{move || text().engineer.work.lock_hint}</p>
                        <Segmented
                            label=move || text().engineer.work.sheet_language
                            value=language
                            options=Signal::derive(languages)
                        />
                        {move || content.get().map(|content| view! { <SheetView content/> })}
                        <Button
                            text=move || text().engineer.step.lock
                            icon=Icon::Sheet
                            kind=ButtonKind::Primary
                            wide=true
                            name="lock-sheet"
                            why_not=turn
                            on_blocked=move || lead_to("outcome")
                            on_press=lock_it
                        />
                    }
                }
            >
                <p class="note" data-tone="success">
                    {move || lock.get().map(|lock| (text().engineer.work.locked)(moment(lock.at)))}
                </p>
                {move || lock.get().map(|lock| view! { <SheetView content=lock.content digest=lock.digest/> })}
                <Button
                    text=move || text().engineer.work.unlock
                    icon=Icon::Undo
                    kind=ButtonKind::Quiet
                    name="unlock-sheet"
                    why_not=unlock_blocked
                    on_press=move || job.device.press(job.command(visit::Command::UnlockSheet))
                />
            </Show>
        }
    };
    // Once it is locked it is the customer's turn; nothing stands in the way.
    let waiting = Signal::derive(move || if locked.get() { None } else { turn.get() });
    view! {
        <Section
            id="sheet"
            title=move || text().engineer.work.sheet_title
            turn=waiting
            done=signed
            due=job.due("sheet")
            chosen
            name="open-sheet"
            summary=move || signed.get().then(after)
        >
            <Show when=move || signed.get() fallback=before>
                {after()}
            </Show>
        </Section>
    }
}
