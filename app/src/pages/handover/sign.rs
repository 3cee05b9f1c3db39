//! The signature: drawn on the pad, or typed by somebody who cannot draw.

use domain::{
    sheet::{Answer, Lock, digest},
    values::LINE_CHARS_MAX,
};
use leptos::prelude::*;

use super::{Scene, Screen};
use crate::{
    locale::{text, words},
    pages::sheet::kept,
    ui::{Button, ButtonKind, CheckRow, Field, SignaturePad, lead_to, sign::too_short},
};

/// The pad, or the typed name.
#[component]
pub fn Sign(scene: Scene, lock: Lock) -> impl IntoView {
    let answers = scene.answers;
    let declaration = lock.content.declaration;
    let lock = StoredValue::new(lock);
    let why_not = Signal::derive(move || {
        if answers.signer.with(|signer| signer.trim().is_empty()) {
            return Some(text().handover.signer_missing.to_owned());
        }
        match (answers.typed.get(), answers.typed_sure.get()) {
            (true, true) => None,
            (true, false) => Some(text().handover.typed_missing.to_owned()),
            (false, _) => answers.strokes.with(|strokes| {
                let words = &text().handover;
                let why = if strokes.is_empty() {
                    words.signature_missing
                } else {
                    words.signature_short
                };
                too_short(strokes).then(|| why.to_owned())
            }),
        }
    });
    let sign = move || {
        let typed = answers.typed.get_untracked();
        let strokes = if typed {
            Vec::new()
        } else {
            kept(&answers.strokes.get_untracked(), answers.ratio.get_untracked())
        };
        let stroke_digest = digest(&strokes);
        lock.with_value(|lock| scene.give(lock, Answer::Signed { strokes, stroke_digest, typed }));
    };
    let who = move || {
        let relation = words::from_code(&answers.relation.get()).unwrap_or_default();
        format!("{} · {}", answers.signer.get(), text().words.relation(relation))
    };
    view! {
        <main class="handover__main">
            <header class="row" data-align="between">
                <h1 class="handover__title" tabindex="-1">
                    {move || text().handover.sign_title} <span class="handover__who">{who}</span>
                </h1>
                <Button
                    text=move || {
                        if answers.typed.get() {
                            text().handover.draw_instead
                        } else {
                            text().handover.type_instead
                        }
                    }
                    kind=ButtonKind::Quiet
                    name="type-instead"
                    on_press=move || answers.typed.update(|typed| *typed = !*typed)
                />
            </header>
            <p class="handover__lead">{move || (text().handover.declaration)(declaration)}</p>
            <Show
                when=move || answers.typed.get()
                fallback=move || {
                    view! {
                        <SignaturePad
                            value=answers.strokes
                            ratio=answers.ratio
                            label=move || text().handover.pad
                            undo=move || text().handover.undo
                            clear=move || text().handover.clear
                            baseline=move || text().handover.baseline
                        />
                    }
                }
            >
                <div class="handover__block">
                    <Field
                        label=move || text().handover.signer
                        value=answers.signer
                        required=true
                        large=true
                        max_length=LINE_CHARS_MAX
                        id="typed-name"
                    />
                    <CheckRow
                        label=move || text().handover.typed_confirm
                        checked=answers.typed_sure
                        large=true
                        id="typed-sure"
                    />
                </div>
            </Show>
            <Trouble scene/>
        </main>
        <footer class="handover__bar">
            <Button
                text=move || text().handover.back
                large=true
                name="back"
                on_press=move || scene.go(Screen::Answer)
            />
            <Button
                text=move || text().handover.sign
                kind=ButtonKind::Primary
                large=true
                why_not
                busy=scene.busy
                name="sign"
                on_press=sign
            />
        </footer>
    }
}

/// Why the last try did not work.
#[component]
pub fn Trouble(scene: Scene) -> impl IntoView {
    // On a long page it would stand behind the bar.
    Effect::new(move |_| {
        if scene.trouble.with(|trouble| !trouble.is_empty()) {
            request_animation_frame(|| lead_to("hand-over-trouble"));
        }
    });
    move || {
        let trouble = scene.trouble.get();
        (!trouble.is_empty()).then(|| {
            view! {
                <p
                    class="note"
                    data-tone="danger"
                    role="alert"
                    id="hand-over-trouble"
                    tabindex="-1"
                >
                    {trouble}
                </p>
            }
        })
    }
}
