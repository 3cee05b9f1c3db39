//! What the customer says: solved or not, ratings, and who is about to sign.

use domain::{
    sheet::CustomerCopy,
    values::{LINE_CHARS_MAX, TEXT_CHARS_MAX},
};
use leptos::prelude::*;

use super::{Scene, Screen};
use crate::{
    locale::{text, words},
    ui::{Button, ButtonKind, Choice, Field, RadioRows, TextArea},
};

const COPIES: [CustomerCopy; 3] =
    [CustomerCopy::ToSend, CustomerCopy::Handed, CustomerCopy::Declined];

/// Solved or not, ratings, the signer.
#[component]
pub fn AnswerScreen(scene: Scene) -> impl IntoView {
    let answers = scene.answers;
    let why_not = Signal::derive(move || {
        if answers.solved.with(String::is_empty) {
            Some(text().handover.solved_missing.to_owned())
        } else if answers.signer.with(|signer| signer.trim().is_empty()) {
            Some(text().handover.signer_missing.to_owned())
        } else {
            None
        }
    });
    let solved = move || {
        vec![
            Choice::new("yes", text().handover.solved_yes),
            Choice::new("no", text().handover.solved_no),
        ]
    };
    let relations = move || {
        words::ALL_RELATIONS
            .iter()
            .map(|relation| Choice::new(words::code(relation), text().words.relation(*relation)))
            .collect::<Vec<_>>()
    };
    let copies = move || {
        COPIES
            .iter()
            .map(|copy| Choice::new(words::code(copy), (text().handover.copy_name)(*copy)))
            .collect::<Vec<_>>()
    };
    // Half a survey says nothing, so it is not kept; better to say so than to drop it in silence.
    let partial = move || {
        let given = [answers.speed, answers.solving, answers.attitude]
            .iter()
            .filter(|value| !value.with(String::is_empty))
            .count();
        (1..3).contains(&given)
    };
    let comment = move || {
        if answers.solved.with(|solved| solved == "no") {
            text().handover.comment_no
        } else {
            text().handover.comment_yes
        }
    };
    view! {
        <main class="handover__main">
            <h1 class="handover__title" tabindex="-1">{move || text().handover.answer_title}</h1>
            <section class="handover__block">
                <RadioRows
                    label=move || text().handover.solved_question
                    hint=move || text().handover.solved_hint
                    value=answers.solved
                    options=Signal::derive(solved)
                    large=true
                    id="solved"
                />
                <Show when=move || !answers.solved.with(String::is_empty)>
                    <TextArea label=comment value=answers.comment max_length=TEXT_CHARS_MAX id="comment"/>
                </Show>
            </section>
            <section class="handover__block">
                <h2>{move || text().handover.ratings_heading}</h2>
                <p class="muted">{move || text().handover.ratings_hint}</p>
                <Rating label=move || text().handover.speed value=answers.speed name="speed"/>
                <Rating label=move || text().handover.solving value=answers.solving name="solving"/>
                <Rating label=move || text().handover.attitude value=answers.attitude name="attitude"/>
                <Show when=partial>
                    <p class="muted" role="status">{move || text().handover.ratings_partial}</p>
                </Show>
            </section>
            <section class="handover__block">
                <h2>{move || text().handover.who_heading}</h2>
                <Field
                    label=move || text().handover.signer
                    value=answers.signer
                    required=true
                    max_length=LINE_CHARS_MAX
                    id="signer"
                />
                <RadioRows
                    label=move || text().handover.relation
                    value=answers.relation
                    options=Signal::derive(relations)
                    id="relation"
                />
                <RadioRows
                    label=move || text().handover.copy
                    value=answers.copy
                    options=Signal::derive(copies)
                    id="copy"
                />
            </section>
        </main>
        <footer class="handover__bar">
            <Button
                text=move || text().handover.back
                large=true
                name="back"
                on_press=move || scene.go(Screen::Read)
            />
            <Button
                text=move || text().handover.to_signature
                kind=ButtonKind::Primary
                large=true
                why_not
                name="to-signature"
                on_press=move || scene.go(Screen::Sign)
            />
        </footer>
    }
}

/// One to five, with words, as large as a thumb. Pressing the same again takes it back.
#[component]
fn Rating(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    name: &'static str,
) -> impl IntoView {
    let choices = (1..=5u8)
        .map(|stars| {
            let own = stars.to_string();
            let pressed = own.clone();
            view! {
                <button
                    class="rating__choice"
                    type="button"
                    data-name=format!("{name}-{stars}")
                    aria-pressed=move || value.with(|value| *value == own).to_string()
                    on:click=move |_| {
                        value.update(|value| {
                            *value = if *value == pressed { String::new() } else { pressed.clone() };
                        });
                    }
                >
                    <span class="rating__number num">{stars}</span>
                    <span class="rating__word">
                        {move || text().handover.stars[usize::from(stars - 1)]}
                    </span>
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="rating">
            <p class="field__label">{label}</p>
            <div class="rating__choices" role="group" aria-label=label>{choices}</div>
        </div>
    }
}
