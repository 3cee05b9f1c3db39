//! The catalogue: every part that can be asked for, used and charged.

use domain::{
    Command, Id, Refusal,
    part::{Command as Deed, Part},
    search::Wanted,
    stock::{Place, Stock},
    values::{LINE_CHARS_MAX, Money},
};
use leptos::prelude::*;

use super::ROWS;
use crate::{
    device::device,
    locale::{self, text},
    pages::shell::DeskShell,
    route::Route,
    search::Parts,
    ui::{
        Button, ButtonKind, ButtonLink, CheckRow, Dialog, Empty, Field, FieldKind, Icon,
        IconButton, SearchBar, Tone, toast,
    },
};

/// What is being filled in.
#[derive(Clone, Copy)]
struct Form {
    open: RwSignal<bool>,
    /// The part that is changed; none for a new one.
    known: RwSignal<Option<Part>>,
    code: RwSignal<String>,
    name: RwSignal<String>,
    model: RwSignal<String>,
    unit: RwSignal<String>,
    price: RwSignal<String>,
    returnable: RwSignal<bool>,
}

impl Form {
    fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            known: RwSignal::new(None),
            code: RwSignal::default(),
            name: RwSignal::default(),
            model: RwSignal::default(),
            unit: RwSignal::default(),
            price: RwSignal::default(),
            returnable: RwSignal::new(false),
        }
    }

    fn start(self, part: Option<Part>) {
        let shown = part.clone();
        self.code.set(shown.as_ref().map(|part| part.code.clone()).unwrap_or_default());
        self.name.set(shown.as_ref().map(|part| part.name.clone()).unwrap_or_default());
        self.model.set(shown.as_ref().map(|part| part.model.clone()).unwrap_or_default());
        self.unit.set(shown.as_ref().map_or_else(String::new, |part| part.unit.clone()));
        self.price.set(
            shown.as_ref().map(|part| part.price.decimal().replace(',', "")).unwrap_or_default(),
        );
        self.returnable.set(shown.is_some_and(|part| part.returnable));
        self.known.set(part);
        self.open.set(true);
    }

    /// The part as filled in; none while the price is no amount.
    fn part(self) -> Option<Part> {
        let code = self.code.get().trim().to_owned();
        let id: Id<Part> = self.known.get().map_or_else(|| Part::id_of(&code), |part| part.id);
        Some(Part {
            id,
            code,
            name: self.name.get().trim().to_owned(),
            model: self.model.get().trim().to_owned(),
            unit: self.unit.get().trim().to_owned(),
            price: amount(&self.price.get())?,
            returnable: self.returnable.get(),
        })
    }
}

/// An amount as people type it: `12.5`, `1,234.50`; nothing is nothing to pay.
fn amount(text: &str) -> Option<Money> {
    let text: String =
        text.trim().chars().filter(|c| !matches!(c, ',' | '¥' | '￥' | ' ')).collect();
    if text.is_empty() {
        return Some(Money(0));
    }
    let (yuan, fen) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if yuan.len() > 9 || fen.len() > 2 || !digits(yuan) || !digits(fen) {
        return None;
    }
    let yuan: i64 = if yuan.is_empty() { 0 } else { yuan.parse().ok()? };
    let fen: i64 = format!("{fen:0<2}").parse().ok()?;
    Some(Money(yuan * 100 + fen))
}

/// The page.
#[component]
pub fn Catalogue() -> impl IntoView {
    let device = device();
    let search = RwSignal::new(String::new());
    let limit = RwSignal::new(ROWS);
    let form = Form::new();
    let called = Parts::new(device);
    let parts = Memo::new(move |_| {
        let mut parts = device.all::<Part>();
        parts.sort_by(|one, other| one.code.cmp(&other.code));
        parts
    });
    // Any part that is complete shows whether this person may write into the catalogue at all.
    let may_edit = Memo::new(move |_| {
        let id = Part::id_of("?");
        let part = Part {
            id,
            code: "?".into(),
            name: "?".into(),
            model: String::new(),
            unit: String::new(),
            price: Money(0),
            returnable: false,
        };
        device.would(&Command::Part(id, Deed::Save { part: Box::new(part) })).err()
    });
    let add_why =
        Signal::derive(move || may_edit.get().map(|no| text().words.refusal(no).to_owned()));
    let table = move || {
        let fitting = called.fitting(&Wanted::new(&search.read()));
        let fits = |part: &&Part| fitting.as_ref().is_none_or(|ids| ids.contains(&part.id));
        let shown: Vec<Part> = parts.with(|parts| parts.iter().filter(fits).cloned().collect());
        if shown.is_empty() {
            return if parts.with(Vec::is_empty) {
                view! {
                    <Empty icon=Icon::Book text=text().office.catalogue.none>
                        <ButtonLink
                            text=text().office.catalogue.import_hint
                            href=Route::Import.href()
                            icon=Icon::Upload
                        />
                    </Empty>
                }
                .into_any()
            } else {
                view! { <Empty icon=Icon::Search text=text().office.nothing_found/> }.into_any()
            };
        }
        let left = shown.len().saturating_sub(limit.get());
        let editable = may_edit.get().is_none();
        let lines = shown
            .into_iter()
            .take(limit.get())
            .map(|part| view! { <Line part editable form/> })
            .collect_view();
        let words = &text().office.catalogue;
        view! {
            <div class="table-frame" data-fold="">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{words.code}</th>
                            <th scope="col">{words.name}</th>
                            <th scope="col">{words.model}</th>
                            <th scope="col" data-align="end">{words.price}</th>
                            <th scope="col">{words.unit}</th>
                            <th scope="col">{words.returnable}</th>
                            <th scope="col" data-align="end">{words.in_store}</th>
                            {editable.then(|| view! { <th scope="col"></th> })}
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            {(left > 0)
                .then(|| {
                    view! {
                        <Button
                            text=(text().office.more)(left)
                            on_press=move || limit.update(|limit| *limit += ROWS)
                        />
                    }
                })}
        }
        .into_any()
    };
    view! {
        <DeskShell
            title=move || text().office.catalogue.title
            tools=ViewFn::from(move || {
                view! {
                    <SearchBar
                        label=move || text().office.search_parts
                        placeholder=move || text().office.search_parts
                        clear=move || text().office.clear_search
                        value=search
                    />
                    <Show when=move || add_why.with(Option::is_none)>
                        <Button
                            text=move || text().office.catalogue.add
                            icon=Icon::Add
                            kind=ButtonKind::Primary
                            name="new-part"
                            on_press=move || form.start(None)
                        />
                    </Show>
                }
            })
        >
            {table}
            <Edit form/>
        </DeskShell>
    }
}

#[component]
fn Line(part: Part, editable: bool, form: Form) -> impl IntoView {
    let device = device();
    let id = part.id;
    // Nobody who may not see the store is told that it is empty.
    let in_store = move || {
        let stock: Option<Stock> = device.find(Stock::id_of(Place::Store, id));
        stock.map_or_else(|| "–".to_owned(), |stock| stock.quantity.to_string())
    };
    let own = StoredValue::new(part.clone());
    let edit = move || own.with_value(|part| (text().office.catalogue.edit)(&part.name));
    let returnable = move || own.with_value(|part| part.returnable).then(|| text().office.yes);
    view! {
        <tr data-part=part.code.clone()>
            <td class="mono" data-label=move || text().office.catalogue.code>
                <span class="clamp">{part.code.clone()}</span>
            </td>
            <td data-label=move || text().office.catalogue.name>{part.name}</td>
            <td data-label=move || text().office.catalogue.model>{part.model}</td>
            <td class="num" data-align="end" data-label=move || text().office.catalogue.price>
                {locale::money(part.price)}
            </td>
            <td data-label=move || text().office.catalogue.unit>{part.unit}</td>
            <td data-label=move || text().office.catalogue.returnable>{returnable}</td>
            <td class="num" data-align="end" data-label=move || text().office.catalogue.in_store>
                {in_store}
            </td>
            {editable
                .then(|| {
                    view! {
                        <td data-align="end">
                            <IconButton
                                icon=Icon::Edit
                                label=edit
                                name="edit-part"
                                on_press=move || form.start(Some(own.get_value()))
                            />
                        </td>
                    }
                })}
        </tr>
    }
}

#[component]
fn Edit(form: Form) -> impl IntoView {
    let device = device();
    let new = move || form.known.with(Option::is_none);
    let taken = move || new() && device.find(Part::id_of(&form.code.get())).is_some();
    let code_error = move || if taken() { text().office.catalogue.known } else { "" };
    let price_error = move || {
        if amount(&form.price.get()).is_none() { text().office.catalogue.bad_price } else { "" }
    };
    let command = move || {
        let part = form.part()?;
        Some(Command::Part(part.id, Deed::Save { part: Box::new(part) }))
    };
    let why_not = Signal::derive(move || {
        let refusal = match command() {
            _ if taken() => return Some(text().office.catalogue.known.to_owned()),
            Some(command) => device.would(&command).err()?,
            None => Refusal::AmountImplausible,
        };
        Some(text().words.refusal(refusal).to_owned())
    });
    let save = move || {
        if let Some(command) = command() {
            device.press_then(command, move || {
                form.open.set(false);
                toast(Tone::Success, text().office.saved);
            });
        }
    };
    let title = move || {
        let text = &text().office.catalogue;
        if new() { text.add_title } else { text.edit_title }
    };
    view! {
        <Dialog open=form.open title close=move || text().office.close wide=true>
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    if why_not.get_untracked().is_none() {
                        save();
                    }
                }
            >
                <div class="form__row">
                    <Field
                        label=move || text().office.catalogue.code
                        value=form.code
                        error=code_error
                        readonly=Signal::derive(move || !new())
                        required=true
                        max_length=LINE_CHARS_MAX
                        id="part-code"
                    />
                    <Field
                        label=move || text().office.catalogue.name
                        value=form.name
                        required=true
                        max_length=LINE_CHARS_MAX
                        id="part-name"
                    />
                </div>
                <Field
                    label=move || text().office.catalogue.model
                    value=form.model
                    max_length=LINE_CHARS_MAX
                    id="part-model"
                />
                <div class="form__row">
                    <Field
                        label=move || text().office.catalogue.price
                        value=form.price
                        error=price_error
                        kind=FieldKind::Decimal
                        max_length=14
                        id="part-price"
                    />
                    <Field
                        label=move || text().office.catalogue.unit
                        value=form.unit
                        max_length=LINE_CHARS_MAX
                        id="part-unit"
                    />
                </div>
                <CheckRow
                    label=move || text().office.catalogue.returnable
                    hint=move || text().office.catalogue.returnable_hint
                    checked=form.returnable
                    id="part-returnable"
                />
                <div class="dialog__bar">
                    <Button text=move || text().office.cancel on_press=move || form.open.set(false)/>
                    <Button
                        text=move || text().office.save
                        kind=ButtonKind::Primary
                        name="save-part"
                        why_not
                        submit=true
                    />
                </div>
            </form>
        </Dialog>
    }
}
