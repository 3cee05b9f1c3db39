//! What is written down about a part that went into the machine.

use domain::{
    Command, Refusal,
    part::Part,
    values::{LINE_CHARS_MAX, Money},
    visit::{self, PartUse},
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    locale::text,
    pages::engineer::{amount, draft::Draft, scan::ScanButton, work::Job},
    ui::{Choice, Field, Segmented},
};

/// What is being written down about a part.
#[derive(Clone, Copy)]
pub struct Fields {
    /// The id of the part, `free` for one the catalogue does not have, nothing while none is chosen.
    pub part: RwSignal<String>,
    pub code: RwSignal<String>,
    pub name: RwSignal<String>,
    pub price: RwSignal<String>,
    pub quantity: RwSignal<i64>,
    pub replaced: RwSignal<bool>,
    pub returnable: RwSignal<bool>,
    pub old_serial: RwSignal<String>,
    pub new_serial: RwSignal<String>,
    /// `label` or `lost`.
    old_part: RwSignal<String>,
    pub label: RwSignal<String>,
    lost_reason: RwSignal<String>,
}

/// Stands in place of a part's id where the catalogue does not have the part.
pub const FREE: &str = "free";
const LABEL: &str = "label";
const LOST: &str = "lost";

impl Fields {
    pub(super) fn new() -> Fields {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Fields {
            part: text(""),
            code: text(""),
            name: text(""),
            price: text(""),
            quantity: RwSignal::new(1),
            replaced: RwSignal::new(false),
            returnable: RwSignal::new(false),
            old_serial: text(""),
            new_serial: text(""),
            old_part: text(LABEL),
            label: text(""),
            lost_reason: text(""),
        }
    }

    /// What is typed for this visit, kept on the device until it is sent.
    pub fn draft(self, job: Job) -> Draft {
        Draft::new(
            format!("use-part:{}", job.visit),
            vec![
                ("part", self.part.into()),
                ("code", self.code.into()),
                ("name", self.name.into()),
                ("price", self.price.into()),
                ("quantity", self.quantity.into()),
                ("replaced", self.replaced.into()),
                ("returnable", self.returnable.into()),
                ("old_serial", self.old_serial.into()),
                ("new_serial", self.new_serial.into()),
                ("old_part", self.old_part.into()),
                ("label", self.label.into()),
                ("lost_reason", self.lost_reason.into()),
            ],
        )
    }

    /// Fills in what the catalogue knows about the part.
    pub fn choose(self, part: &Part) {
        self.part.set(part.id.to_string());
        self.code.set(part.code.clone());
        self.name.set(part.name.clone());
        self.price.set(amount::typed(part.price));
        self.returnable.set(part.returnable);
        // A part that must come back usually replaces one.
        self.replaced.set(part.returnable);
    }

    /// The use of the part as it would be saved under this id (tracked).
    pub fn command(self, job: Job, id: Uuid) -> Command {
        let replaced = self.replaced.get();
        let lost = self.old_part.with(|old| old == LOST);
        let if_replaced =
            |text: RwSignal<String>| if replaced { text.get() } else { String::new() };
        let returnable = self.returnable.get();
        let owes = replaced && returnable;
        let part_use = PartUse {
            id,
            part: self.part.get().parse().ok(),
            code: self.code.get(),
            name: self.name.get(),
            quantity: self.quantity.get(),
            price: amount::parse(&self.price.get()).unwrap_or(Money(-1)),
            replaced,
            returnable,
            old_serial: if_replaced(self.old_serial),
            new_serial: self.new_serial.get(),
            label: if owes && !lost { self.label.get() } else { String::new() },
            lost_reason: if owes && lost { self.lost_reason.get() } else { String::new() },
        };
        job.command(visit::Command::UsePart { part_use: Box::new(part_use) })
    }

    /// The id of the field or the step in which this refusal is put right.
    pub fn place(self, refusal: Refusal) -> &'static str {
        match refusal {
            Refusal::PartMissing if self.part.with_untracked(|part| part == FREE) => "part-name",
            Refusal::LabelMissing if self.old_part.with_untracked(|old| old == LOST) => "part-lost",
            Refusal::LabelMissing => "part-label",
            Refusal::AmountImplausible => "part-price",
            Refusal::QuantityImplausible => "part-quantity",
            Refusal::NotRepairing => "repair",
            Refusal::NotInspected => "inspection",
            Refusal::NotArrived | Refusal::NotAccepted => "arrival",
            Refusal::SheetLocked => "sheet",
            _ => "parts",
        }
    }
}

/// Where the old part is: labelled for its way back, or gone, and then why.
#[component]
pub fn OldPart(fields: Fields) -> impl IntoView {
    let kinds = move || {
        let words = &text().engineer.parts;
        vec![Choice::new(LABEL, words.labelled), Choice::new(LOST, words.lost)]
    };
    view! {
        <Segmented label=move || text().engineer.parts.old_part value=fields.old_part options=kinds/>
        <Show
            when=move || fields.old_part.with(|old| old == LOST)
            fallback=move || {
                view! {
                    <div class="scan-field">
                        <Field
                            label=move || text().engineer.parts.label
                            hint=move || text().engineer.parts.label_hint
                            value=fields.label
                            large=true
                            max_length=LINE_CHARS_MAX
                            id="part-label"
                        />
                        <ScanButton on_code=move |code: String| fields.label.set(code)/>
                    </div>
                }
            }
        >
            <Field
                label=move || text().engineer.parts.lost_reason
                value=fields.lost_reason
                required=true
                max_length=LINE_CHARS_MAX
                id="part-lost"
            />
        </Show>
    }
}

/// The label a command gives, if it is about a part.
pub fn command_label(command: &Command) -> Option<String> {
    match command {
        Command::Visit(_, _, visit::Command::UsePart { part_use }) => Some(part_use.label.clone()),
        _ => None,
    }
}

/// A part of which nothing is known.
pub fn blank() -> PartUse {
    PartUse {
        id: Uuid::nil(),
        part: None,
        code: String::new(),
        name: String::new(),
        quantity: 1,
        price: Money(0),
        replaced: false,
        returnable: false,
        old_serial: String::new(),
        new_serial: String::new(),
        label: String::new(),
        lost_reason: String::new(),
    }
}
