//! One person: added with a login, or changed; with the devices they work on.

use domain::{
    Command, Id, search,
    team::Team,
    user::{Command as Deed, Role, User},
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{Office, account::Devices};
use crate::{
    api,
    device::device,
    locale::{text, words::ALL_ROLES},
    pages::import::fault,
    session::PASSWORD_CHARS_MIN,
    ui::{Button, ButtonKind, CheckRow, Choice, Dialog, Field, FieldKind, Select, Tone, toast},
};

/// What is being filled in about a person.
#[derive(Clone, Copy)]
pub struct Form {
    open: RwSignal<bool>,
    /// The person who is changed; none for a new one.
    known: RwSignal<Option<User>>,
    id: RwSignal<Option<Id<User>>>,
    name: RwSignal<String>,
    phone: RwSignal<String>,
    team: RwSignal<String>,
    skills: RwSignal<String>,
    regions: RwSignal<String>,
    active: RwSignal<bool>,
    roles: StoredValue<Vec<(Role, RwSignal<bool>)>>,
    login: RwSignal<String>,
    /// Whether the login was typed; until then it follows the name.
    login_typed: RwSignal<bool>,
    by_card: RwSignal<bool>,
    password: RwSignal<String>,
    busy: RwSignal<bool>,
}

impl Form {
    pub(super) fn new() -> Self {
        let roles = ALL_ROLES.iter().map(|role| (*role, RwSignal::new(false))).collect();
        Self {
            open: RwSignal::new(false),
            known: RwSignal::new(None),
            id: RwSignal::new(None),
            name: RwSignal::default(),
            phone: RwSignal::default(),
            team: RwSignal::default(),
            skills: RwSignal::default(),
            regions: RwSignal::default(),
            active: RwSignal::new(true),
            roles: StoredValue::new(roles),
            login: RwSignal::default(),
            login_typed: RwSignal::new(false),
            by_card: RwSignal::new(true),
            password: RwSignal::default(),
            busy: RwSignal::new(false),
        }
    }

    /// A new person with this role.
    pub(super) fn start_with(self, role: Role) {
        self.start(None);
        self.roles.with_value(|roles| {
            for (known, held) in roles {
                held.set(*known == role);
            }
        });
    }

    pub(super) fn start(self, person: Option<User>) {
        let new =
            || User { id: device().new_id(), roles: Vec::new(), active: true, ..User::system() };
        let shown = person.clone().unwrap_or_else(new);
        self.id.set(Some(shown.id));
        self.name.set(shown.name.clone());
        self.phone.set(shown.phone.clone());
        self.team.set(shown.team.map(|team| team.to_string()).unwrap_or_default());
        self.skills.set(shown.skills.join(" "));
        self.regions.set(shown.regions.join(" "));
        self.active.set(shown.active);
        self.roles.with_value(|roles| {
            for (role, held) in roles {
                held.set(shown.roles.contains(role));
            }
        });
        self.login.set(String::new());
        self.login_typed.set(false);
        self.by_card.set(true);
        self.password.set(String::new());
        self.busy.set(false);
        self.known.set(person);
        self.open.set(true);
    }

    /// The person as filled in (tracked).
    fn user(self) -> Option<User> {
        let words = |text: String| {
            let marks =
                |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；' | '·');
            let words = text.split(marks).map(str::to_owned).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>()
        };
        Some(User {
            id: self.id.get()?,
            name: self.name.get().trim().to_owned(),
            roles: self.roles.with_value(|roles| {
                roles.iter().filter(|(_, held)| held.get()).map(|(role, _)| *role).collect()
            }),
            team: self.team.get().parse().ok(),
            phone: self.phone.get().trim().to_owned(),
            skills: words(self.skills.get()),
            regions: words(self.regions.get()),
            active: self.active.get(),
        })
    }
}

/// The dialog.
#[component]
pub fn Edit(office: Office) -> impl IntoView {
    let device = device();
    let form = office.form;
    let new = move || form.known.with(Option::is_none);
    let teams = Signal::derive(move || {
        let mut teams = device.all::<Team>();
        teams.sort_by(|one, other| one.name.cmp(&other.name));
        teams
            .into_iter()
            .map(|team| Choice::new(team.id.to_string(), team.name))
            .collect::<Vec<_>>()
    });
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
        if new() && form.login.with(|login| login.trim().is_empty()) {
            return Some(words.login_missing.to_owned());
        }
        let short = !form.by_card.get()
            && form.password.with(|password| password.chars().count() < PASSWORD_CHARS_MIN);
        (new() && short).then(|| words.too_short.to_owned())
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
        if new() {
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
        if new() && !form.login_typed.get() {
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
    let role_rows = move || {
        let row = |(role, held): (Role, RwSignal<bool>)| {
            view! { <CheckRow label=move || text().words.role(role) checked=held/> }
        };
        form.roles.get_value().into_iter().map(row).collect_view()
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
                <div class="form__row">
                    <Field
                        label=move || text().office.people.name
                        value=form.name
                        required=true
                        max_length=60
                        id="person-name"
                    />
                    <Field
                        label=move || text().office.people.phone
                        value=form.phone
                        kind=FieldKind::Tel
                        max_length=40
                        id="person-phone"
                    />
                </div>
                <Show when=new>
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
                </Show>
                <fieldset class="form__group">
                    <legend>{move || text().office.people.roles}</legend>
                    <div class="grid">{role_rows}</div>
                </fieldset>
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
                        max_length=200
                        id="person-skills"
                    />
                    <Field
                        label=move || text().office.people.regions
                        hint=move || text().office.people.words_hint
                        value=form.regions
                        max_length=200
                        id="person-regions"
                    />
                </div>
                <Show when=move || !new()>
                    <CheckRow
                        label=move || text().office.people.active
                        hint=move || text().office.people.active_hint
                        checked=form.active
                        id="person-active"
                    />
                </Show>
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
