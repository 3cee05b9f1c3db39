//! What was done, with which result, for how much: the locked content and nothing else.

use domain::{
    Key,
    sheet::{Content, Lock},
    values::Money,
};
use leptos::prelude::*;

use super::{Scene, Screen};
use crate::{
    locale::{self, text},
    pages::{
        photo::sheet_photos,
        sheet::{SheetView, amount_in_words, explanation, result},
    },
    ui::{Button, ButtonKind, Fact, Facts, Icon},
};

/// More lines than this are read in the whole sheet.
const LINES_SHOWN: usize = 5;

/// The result in large type, and the whole sheet below.
#[component]
pub fn Read(scene: Scene, lock: Lock) -> impl IntoView {
    let content = StoredValue::new(lock.content);
    let whole = content.get_value();
    let of = Key::of(scene.ticket);
    view! {
        <main class="handover__main">
            <header class="stack" data-gap="small">
                <h1 class="handover__title" tabindex="-1">{move || text().handover.read_title}</h1>
                <p class="handover__lead">{move || text().handover.read_lead}</p>
            </header>
            {move || content.with_value(|content| view! { {outcome(content)} {sheet_photos(Some(of), content)} {done(content)} {parts(content)} {amount(content)} })}
            <details class="handover__whole">
                <summary data-name="whole-sheet">
                    {move || text().handover.whole_sheet} {Icon::ChevronDown.svg()}
                </summary>
                <SheetView content=whole digest=lock.digest/>
            </details>
        </main>
        <footer class="handover__bar">
            <Button
                text=move || text().handover.refuse
                large=true
                name="refuse"
                on_press=move || scene.go(Screen::Refuse)
            />
            <Button
                text=move || text().handover.continue_
                kind=ButtonKind::Primary
                large=true
                name="continue"
                on_press=move || scene.go(Screen::Answer)
            />
        </footer>
    }
}

fn outcome(content: &Content) -> impl IntoView + use<> {
    let (result, solved) = result(&content.outcome);
    let next_step = content.next_step().map(|step| text().words.next_step(step));
    let explanation = explanation(&content.outcome).to_owned();
    let (model, serial) = (content.model.clone(), content.serial.clone());
    let warranty = text().words.warranty(content.warranty);
    view! {
        <section class="handover__block">
            <h2>{text().handover.result_heading}</h2>
            <p class="sheet__result" data-solved=if solved { "yes" } else { "no" }>
                {if solved { Icon::CheckCircle.svg() } else { Icon::Alert.svg() }}
                {result}
            </p>
            <p>{explanation}</p>
            <Facts>
                {next_step.map(|step| view! { <Fact label=text().handover.sheet.next_step value=step/> })}
                <Fact label=text().handover.sheet.model value=[model, serial].join(" ")/>
                <Fact label=text().handover.sheet.warranty value=warranty/>
            </Facts>
        </section>
    }
}

fn done(content: &Content) -> impl IntoView + use<> {
    let findings = Some(content.findings.clone()).filter(|findings| !findings.trim().is_empty());
    let lines: Vec<String> = findings.into_iter().chain(content.steps.iter().cloned()).collect();
    let more = lines.len().saturating_sub(LINES_SHOWN);
    (!lines.is_empty()).then(|| {
        let shown = lines
            .into_iter()
            .take(LINES_SHOWN)
            .map(|line| view! { <li>{line}</li> })
            .collect_view();
        view! {
            <section class="handover__block">
                <h2>{text().handover.done_heading}</h2>
                <ol class="sheet__steps">{shown}</ol>
                {(more > 0)
                    .then(|| view! { <p class="muted">{(text().handover.more_lines)(more)}</p> })}
            </section>
        }
    })
}

fn parts(content: &Content) -> impl IntoView + use<> {
    let lines = content
        .parts
        .iter()
        .map(|line| {
            let (name, label) = (line.name.clone(), line.label.clone());
            let price = locale::money(line.price.times(line.quantity));
            view! {
                <li class="part">
                    <span class="part__name">{name}</span>
                    <span class="part__number">
                        {(!label.is_empty()).then(|| (text().handover.old_part_kept)(&label))}
                    </span>
                    <span class="part__stock num">{format!("× {} · {price}", line.quantity)}</span>
                </li>
            }
        })
        .collect_view();
    let none = content.parts.is_empty();
    view! {
        <section class="handover__block">
            <h2>{text().handover.parts_heading}</h2>
            {if none {
                view! { <p>{text().handover.no_parts}</p> }.into_any()
            } else {
                view! { <ul class="parts">{lines}</ul> }.into_any()
            }}
        </section>
    }
}

fn amount(content: &Content) -> impl IntoView + use<> {
    let total = content.total;
    view! {
        <section class="handover__block">
            <h2>{text().handover.amount_heading}</h2>
            <p class="amount">{locale::money(total)}</p>
            {amount_in_words(total).map(|words| view! { <p class="handover__words">{words}</p> })}
            <p class="muted">
                {if total == Money(0) {
                    text().handover.nothing_to_pay
                } else {
                    text().handover.payment_note
                }}
            </p>
        </section>
    }
}
