//! Fault labels (故障标签) for the old parts of a visit: 60 × 40 mm each, one to a page of the label printer.
//!
//! Controls, by `data-name`: `print`.

use domain::{
    Id,
    sheet::{Content, PartLine, Sheet},
};
use leptos::prelude::*;

use crate::{
    device::device,
    locale::{self, text},
    pages::paper::{PrintButton, paper},
    route::Route,
    ui::{Empty, Icon, QrCode},
};

/// The labels of a sheet's replaced parts.
#[component]
pub fn Labels(id: Id<Sheet>) -> impl IntoView {
    let device = device();
    let content = Memo::new(move |_| device.find(id).map(|sheet| sheet.content));
    let body = move || {
        let labels = content.get().map(labels).unwrap_or_default();
        if labels.is_empty() {
            view! { <Empty icon=Icon::Package text=move || text().handover.sheet.no_labels/> }
                .into_any()
        } else {
            view! { <div class="labels">{labels}</div> }.into_any()
        }
    };
    let some = move || content.with(|content| content.as_ref().is_some_and(has_labels));
    let bar = move || view! { <PrintButton something=some/> };
    paper(|| text().handover.sheet.labels_title, Route::Sheet(id).href(), bar, body)
}

/// Whether a sheet has old parts that carry a label.
pub fn has_labels(content: &Content) -> bool {
    content.parts.iter().any(|part| !part.label.is_empty())
}

fn labels(content: Content) -> Vec<AnyView> {
    let labelled = content.parts.iter().filter(|part| !part.label.is_empty());
    labelled.map(|part| label(&content, part).into_any()).collect()
}

fn label(content: &Content, part: &PartLine) -> impl IntoView + use<> {
    let words = &text().handover.sheet;
    let PartLine { code, name, old_serial, label, .. } = part.clone();
    let line = |word: &'static str, value: String| {
        (!value.trim().is_empty())
            .then(|| view! { <p class="label__line"><span>{word}</span> " " {value}</p> })
    };
    let machine = [content.model.clone(), content.serial.clone()].join(" ");
    let day = content.finished_at.map(locale::input_date).unwrap_or_default();
    view! {
        <article class="label">
            <QrCode text=label.clone() label=move || text().handover.sheet.labels_title/>
            <div class="label__words">
                <h2 class="label__number num">{label.clone()}</h2>
                <p class="label__part">{name}</p>
                {line(words.part_code, code)}
                {line(words.old_serial, old_serial)}
                {line(words.machine, machine)}
                {line(words.ticket_number, content.ticket_number.clone())}
                {line(words.engineer, format!("{} {day}", content.engineer_name))}
            </div>
        </article>
    }
}
