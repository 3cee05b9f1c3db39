//! Parts that went into the machine: from one's own stock first, with the label for the old one (GD-14).

pub mod catalogue;
pub mod fields;
pub mod used;

use domain::{
    part::Part,
    values::LINE_CHARS_MAX,
    visit::{self, PartUse},
};
use leptos::prelude::*;
use uuid::Uuid;

use self::{
    catalogue::{Catalogue, Offer, offered},
    fields::{FREE, Fields, OldPart, blank, command_label},
    used::Used,
};
use super::{Job, section::Section};
use crate::{
    locale::text,
    pages::engineer::{draft::Draft, scan::ScanButton},
    ui::{Button, ButtonKind, CheckRow, Field, FieldKind, Icon, Stepper, lead_to},
};

/// The parts used.
#[component]
pub fn PartsSection(job: Job) -> impl IntoView {
    let device = job.device;
    let chosen = RwSignal::new(None);
    let fields = Fields::new();
    let draft = fields.draft(job);
    let wanted = RwSignal::new(String::new());
    let picked = Memo::new(move |_| fields.part.with(|part| !part.is_empty()));
    let catalogue = Catalogue::new(device);
    let offers = Memo::new(move |_| {
        let model = job.shown.with(|shown| shown.as_ref().map(|t| t.machine.model.clone()));
        catalogue.offers(&wanted.get(), &model.unwrap_or_default())
    });
    // The label this device gives by itself; a printed one may be typed over it. One that was given away
    // meanwhile, on another visit or in another tab, is not given twice.
    Effect::new(move |_| {
        let own = format!("F{}", device.code());
        let stale =
            fields.label.with_untracked(|label| label.is_empty() || label.starts_with(&own));
        if fields.replaced.get() && stale {
            fields.label.set(device.fault_label());
        }
    });
    let why_not = device.why_not(move || fields.command(job, Uuid::nil()));
    let send = Callback::new(move |()| {
        let id = device.new_id::<PartUse>().uuid();
        let command = untrack(move || fields.command(job, id));
        let own_label = untrack(
            move || matches!(&command_label(&fields.command(job, id)), Some(label) if *label == device.fault_label()),
        );
        draft.send(command, u32::from(own_label), move || {
            draft.clear();
            let _gone = chosen.try_set(None);
            lead_to("parts");
        });
    });
    let lead = Callback::new(move |()| {
        if let Err(refusal) = device.would(&untrack(move || fields.command(job, Uuid::nil()))) {
            lead_to(fields.place(refusal));
        }
    });
    let turn = device.why_not(move || {
        let mut part_use = blank();
        part_use.name = "…".into();
        job.command(visit::Command::UsePart { part_use: Box::new(part_use) })
    });
    let used = Memo::new(move |_| {
        job.here.with(|here| here.as_ref().map(|visit| visit.parts.clone()).unwrap_or_default())
    });
    let done = Memo::new(move |_| used.with(|used| !used.is_empty()));
    let list = move || view! { <Used job used/> };
    view! {
        <Section
            id="parts"
            title=move || text().engineer.work.parts_title
            turn
            done=done.into()
            chosen
            name="open-parts"
            summary=list
        >
            {list()}
            <Show
                when=move || picked.get()
                fallback=move || choose(fields, wanted, offers)
            >
                {form(fields, draft, why_not, lead, send)}
            </Show>
        </Section>
    }
}

/// The parts one is offered, until one of them is chosen.
fn choose(fields: Fields, wanted: RwSignal<String>, offers: Memo<Vec<Offer>>) -> impl IntoView {
    let word = Signal::derive(|| text().engineer.parts.choose.to_owned());
    view! {
        {offered(wanted, offers, word, "pick-part", Callback::new(move |part: Part| fields.choose(&part)))}
        <div class="row" data-align="end">
            <Button
                text=move || text().engineer.parts.free
                kind=ButtonKind::Quiet
                icon=Icon::Edit
                name="free-part"
                on_press=move || fields.part.set(FREE.to_owned())
            />
        </div>
    }
}

/// What is to be said about the part that was chosen.
fn form(
    fields: Fields,
    draft: Draft,
    why_not: Signal<Option<String>>,
    lead: Callback<()>,
    send: Callback<()>,
) -> impl IntoView {
    let free = Memo::new(move |_| fields.part.with(|part| part == FREE));
    view! {
        <div class="form">
            <Show
                when=move || free.get()
                fallback=move || {
                    view! {
                        <p>
                            <strong>{fields.name}</strong>
                            " "
                            <span class="mono muted">{fields.code}</span>
                        </p>
                    }
                }
            >
                <Field
                    label=move || text().engineer.parts.name
                    value=fields.name
                    required=true
                    max_length=LINE_CHARS_MAX
                    id="part-name"
                />
            </Show>
            <Stepper
                label=move || text().engineer.parts.quantity
                value=fields.quantity
                less=move || text().engineer.parts.less
                more=move || text().engineer.parts.more
                min=1
                max=999
                id="part-quantity"
            />
            <Field
                label=move || text().engineer.parts.price
                hint=move || text().engineer.parts.price_hint
                value=fields.price
                kind=FieldKind::Decimal
                max_length=12
                id="part-price"
            />
            <div class="scan-field">
                <Field
                    label=move || text().engineer.parts.new_serial
                    value=fields.new_serial
                    max_length=LINE_CHARS_MAX
                    id="part-new-serial"
                />
                <ScanButton on_code=move |code: String| fields.new_serial.set(code)/>
            </div>
            <CheckRow
                label=move || text().engineer.parts.replaced
                checked=fields.replaced
                id="part-replaced"
            />
            <Show when=move || fields.replaced.get()>
                <div class="scan-field">
                    <Field
                        label=move || text().engineer.parts.old_serial
                        value=fields.old_serial
                        max_length=LINE_CHARS_MAX
                        id="part-old-serial"
                    />
                    <ScanButton on_code=move |code: String| fields.old_serial.set(code)/>
                </div>
                <Show when=move || free.get()>
                    <CheckRow
                        label=move || text().engineer.parts.returnable
                        checked=fields.returnable
                    />
                </Show>
                <Show when=move || fields.returnable.get()>
                    <OldPart fields/>
                </Show>
            </Show>
            <div class="form__bar">
                <Button
                    text=move || text().engineer.parts.another
                    kind=ButtonKind::Quiet
                    name="drop-part"
                    on_press=move || draft.clear()
                />
                <Button
                    text=move || text().engineer.parts.use_part
                    icon=Icon::Check
                    kind=ButtonKind::Primary
                    name="use-part"
                    why_not
                    busy=draft.busy()
                    on_blocked=move || lead.run(())
                    on_press=move || send.run(())
                />
            </div>
        </div>
    }
}
