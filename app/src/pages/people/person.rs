//! One person: added with a login, or changed; with the devices they work on.

pub mod form;

use domain::{
    Command, search,
    team::Team,
    user::{Command as Deed, Role, User},
    values::{LINE_CHARS_MAX, PHONE_CHARS_MAX},
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use self::form::Form;
use super::{Office, account::Devices};
use crate::{
    api,
    device::device,
    locale::text,
    pages::import::fault,
    session::PASSWORD_CHARS_MIN,
    ui::{Button, ButtonKind, CheckRow, Choice, Dialog, Field, FieldKind, Select, Tone, toast},
};

/// The dialog.
#[component]
pub fn Edit(office: Office) -> impl IntoView {
    let device = device();
    let form = office.form;
    let command = move || {
        let user = form.user()?;
        Some(Command::User(user.id, Deed::Save { user: Box::new(user) }))
    };
    let why_not = Signal::derive(move || {
        let refusal = device.would(&command()?).err();
        if let Some(refusal) = refusal {
            return Some(text().words.refusal(refusal).to_owned());
        }
        let words = &text().office.people;
        if form.is_new() && form.login.with(|login| login.trim().is_empty()) {
            return Some(words.login_missing.to_owned());
        }
        let short = !form.by_card.get()
            && form.password.with(|password| password.chars().count() < PASSWORD_CHARS_MIN);
        (form.is_new() && short).then(|| words.too_short.to_owned())
    });
    let add = move |user: User| {
        form.busy.set(true);
        spawn_local(async move {
            let (login, password) = (form.login.get_untracked(), form.password.get_untracked());
            let password = (!form.by_card.get_untracked()).then_some(password.as_str());
            let added = api::add_account(&user, &login, password).await;
            form.busy.set(false);
            match added {
                Ok(()) => {
                    form.open.set(false);
                    form.password.set(String::new());
                    device.sync_now();
                    office.load();
                    toast(Tone::Success, text().office.people.added);
                }
                Err(no) if no.code() == "conflict" => {
                    toast(Tone::Danger, text().office.people.login_taken);
                }
                Err(no) => toast(Tone::Danger, fault(no.code())),
            }
        });
    };
    let save = move || {
        let (Some(user), Some(command)) = (form.user(), command()) else { return };
        if form.is_new() {
            add(user);
            return;
        }
        device.press_then(command, move || {
            form.open.set(false);
            toast(Tone::Success, text().office.saved);
        });
    };
    // 李静 becomes `lj`, and the next one `lj2`.
    Effect::new(move |_| {
        let name = form.name.get();
        if form.is_new() && !form.login_typed.get() {
            form.login.set(suggested(&name, |login| office.has_login(login)));
        }
    });
    let title = move || {
        let words = &text().office.people;
        form.known.with(|known| match known {
            Some(user) => (words.edit_title)(&user.name),
            None => words.add_title.to_owned(),
        })
    };
    view! {
        <Dialog open=form.open title close=move || text().office.close wide=true>
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    if why_not.get_untracked().is_none() && !form.busy.get_untracked() {
                        save();
                    }
                }
            >
                {who(form)}
                <Show when=move || form.is_new()>{login(form)}</Show>
                {roles(form)}
                {abilities(form)}
                <div class="dialog__bar">
                    <Button text=move || text().office.cancel on_press=move || form.open.set(false)/>
                    <Button
                        text=move || text().office.save
                        kind=ButtonKind::Primary
                        name="save-person"
                        why_not
                        busy=form.busy
                        submit=true
                    />
                </div>
            </form>
            {move || form.known.get().map(|user| view! { <Devices user office/> })}
        </Dialog>
    }
}

/// Who it is, and how to reach them.
fn who(form: Form) -> impl IntoView {
    view! {
        <div class="form__row">
            <Field
                label=move || text().office.people.name
                value=form.name
                required=true
                max_length=LINE_CHARS_MAX
                id="person-name"
            />
            <Field
                label=move || text().office.people.phone
                value=form.phone
                kind=FieldKind::Tel
                max_length=PHONE_CHARS_MAX
                id="person-phone"
            />
        </div>
    }
}

/// How somebody new comes in: by a login, with a card or a first password.
fn login(form: Form) -> impl IntoView {
    view! {
        <div class="form__row">
            <Field
                label=move || text().office.people.login
                hint=move || text().office.people.login_hint
                value=form.login
                required=true
                max_length=64
                on_input=move |_: String| form.login_typed.set(true)
                id="person-login"
            />
        </div>
        <CheckRow
            label=move || text().office.people.by_card
            hint=move || text().office.people.by_card_hint
            checked=form.by_card
            id="person-by-card"
        />
        <Show when=move || !form.by_card.get()>
            <Field
                label=move || text().office.people.password
                hint=move || text().office.people.password_hint
                value=form.password
                kind=FieldKind::Password
                autocomplete="new-password"
                required=true
                max_length=200
                id="person-password"
            />
        </Show>
    }
}

/// What they do here.
fn roles(form: Form) -> impl IntoView {
    let row = |(role, held): (Role, RwSignal<bool>)| {
        view! { <CheckRow label=move || text().words.role(role) checked=held/> }
    };
    let rows = move || form.roles.get_value().into_iter().map(row).collect_view();
    view! {
        <fieldset class="form__group">
            <legend>{move || text().office.people.roles}</legend>
            <div class="grid">{rows}</div>
        </fieldset>
    }
}

/// Where they belong, what they can do and where, and whether they are still here.
fn abilities(form: Form) -> impl IntoView {
    let teams = Signal::derive(move || {
        let mut teams = device().all::<Team>();
        teams.sort_by(|one, other| one.name.cmp(&other.name));
        let choice = |team: Team| Choice::new(team.id.to_string(), team.name);
        teams.into_iter().map(choice).collect::<Vec<_>>()
    });
    view! {
        <Select
            label=move || text().office.people.team
            value=form.team
            options=teams
            empty=move || text().office.people.no_team
            id="person-team"
        />
        <div class="form__row">
            <Field
                label=move || text().office.people.skills
                hint=move || text().office.people.words_hint
                value=form.skills
                max_length=LINE_CHARS_MAX
                id="person-skills"
            />
            <Field
                label=move || text().office.people.regions
                hint=move || text().office.people.words_hint
                value=form.regions
                max_length=LINE_CHARS_MAX
                id="person-regions"
            />
        </div>
        <Show when=move || !form.is_new()>
            <CheckRow
                label=move || text().office.people.active
                hint=move || text().office.people.active_hint
                checked=form.active
                id="person-active"
            />
        </Show>
    }
}

/// A login made of the first letters of a name, and of a number where somebody has it already.
fn suggested(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let letters = name.chars().filter_map(|c| {
        let latin = c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase());
        latin.or_else(|| search::initial(c))
    });
    let login: String = letters.take(12).collect();
    if login.is_empty() || !taken(&login) {
        return login;
    }
    (2..100).map(|n| format!("{login}{n}")).find(|login| !taken(login)).unwrap_or_default()
}
