//! What the customer pays besides parts, and what is waived.

use domain::{
    Refusal,
    values::Money,
    visit::{self, Charges, Visit},
};
use leptos::prelude::*;

use super::{Job, section::Section};
use crate::{
    locale::{money, text},
    pages::engineer::{amount, draft::Draft},
    ui::{Button, ButtonKind, Fact, Facts, Field, FieldKind, Icon, lead_to},
};

/// The charges.
#[component]
pub fn ChargesSection(job: Job) -> impl IntoView {
    let chosen = RwSignal::new(None);
    let before = job.untracked().map(|visit| visit.charges).unwrap_or_default();
    let labour = RwSignal::new(amount::typed(before.labour));
    let travel = RwSignal::new(amount::typed(before.travel));
    let waived = RwSignal::new(amount::typed(before.waived));
    let draft = Draft::new(
        format!("charge:{}", job.visit),
        vec![("labour", labour.into()), ("travel", travel.into()), ("waived", waived.into())],
    );
    let parts = Memo::new(move |_| {
        job.here.with(|here| here.as_ref().map(Visit::parts_total).unwrap_or_default())
    });
    // What is no amount becomes one that the rule refuses.
    let read = |typed: RwSignal<String>| amount::parse(&typed.get()).unwrap_or(Money(-1));
    let charges =
        move || Charges { labour: read(labour), travel: read(travel), waived: read(waived) };
    let command = move || job.command(visit::Command::Charge { charges: charges() });
    let why_not = job.device.why_not(command);
    let wrong = move |typed: RwSignal<String>| {
        Signal::derive(move || match amount::parse(&typed.get()) {
            Some(_) => String::new(),
            None => text().words.refusal(Refusal::AmountImplausible).to_owned(),
        })
    };
    let send = move || {
        draft.send(untrack(command), 0, move || {
            draft.settle();
            let _gone = chosen.try_set(None);
        });
    };
    let waive_all = move || {
        let gross = untrack(|| {
            let Charges { labour, travel, .. } = charges();
            parts.get().plus(labour).plus(travel)
        });
        waived.set(amount::typed(Money(gross.0.max(0))));
    };
    let lead = move || match job.device.would(&untrack(command)) {
        Err(Refusal::SheetLocked) => lead_to("sheet"),
        Err(Refusal::NotInspected) => lead_to("inspection"),
        Err(Refusal::NotArrived | Refusal::NotAccepted) => lead_to("arrival"),
        _ => lead_to("charge-labour"),
    };
    let charged = Memo::new(move |_| {
        job.here.with(|here| here.as_ref().is_some_and(|v| v.charges != Charges::default()))
    });
    let turn = job
        .device
        .why_not(move || job.command(visit::Command::Charge { charges: Charges::default() }));
    let summary = move || {
        let visit = job.here.get()?;
        let words = &text().engineer.work;
        let parts = visit.parts_total();
        let Charges { labour, travel, waived } = visit.charges;
        let line = |label: &'static str, amount: Money| {
            (amount != Money(0)).then(|| view! { <Fact label value=money(amount)/> })
        };
        Some(view! {
            <Facts>
                {line(words.parts_total, parts)}
                {line(words.labour, labour)}
                {line(words.travel, travel)}
                {line(words.waived, waived)}
                <Fact label=words.total value=money(visit.charges.total(parts))/>
            </Facts>
        })
    };
    view! {
        <Section
            id="charges"
            title=move || text().engineer.work.charges_title
            turn
            done=charged.into()
            chosen
            name="open-charges"
            summary
        >
            <div class="form">
                <div class="form__row">
                    <Field
                        label=move || text().engineer.work.labour
                        value=labour
                        kind=FieldKind::Decimal
                        error=wrong(labour)
                        max_length=12
                        id="charge-labour"
                    />
                    <Field
                        label=move || text().engineer.work.travel
                        value=travel
                        kind=FieldKind::Decimal
                        error=wrong(travel)
                        max_length=12
                        id="charge-travel"
                    />
                </div>
                <Field
                    label=move || text().engineer.work.waived
                    hint=move || text().engineer.work.waived_hint
                    value=waived
                    kind=FieldKind::Decimal
                    error=wrong(waived)
                    max_length=12
                    id="charge-waived"
                />
                <div class="row">
                    <Button
                        text=move || text().engineer.work.waive_all
                        kind=ButtonKind::Quiet
                        icon=Icon::Shield
                        name="waive-all"
                        on_press=waive_all
                    />
                </div>
                <div class="row" data-align="between">
                    <span class="muted">{move || text().engineer.work.total}</span>
                    <span class="amount">{move || money(charges().total(parts.get()))}</span>
                </div>
                <Button
                    text=move || text().engineer.work.save_charges
                    icon=Icon::Money
                    kind=ButtonKind::Primary
                    wide=true
                    name="charge"
                    why_not
                    busy=draft.busy()
                    on_blocked=lead
                    on_press=send
                />
            </div>
        </Section>
    }
}
