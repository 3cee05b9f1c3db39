//! People: who works here, in which roles, with which login and devices. For the administrator.
//!
//! Names for tests: new-person, edit-person, save-person, reset-password, save-password, new-team,
//! edit-team, save-team.

pub mod account;
pub mod person;
pub mod teams;

use domain::{
    Id, Timestamp,
    search::{Names, Wanted},
    user::{Role, SYSTEM, User},
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{self, Account},
    device::{Device, device},
    locale::{self, office::PeopleText, text},
    pages::{import::fault, shell::DeskShell},
    route::{self, Route},
    ui::{
        Banner, Button, ButtonKind, ButtonLink, Card, CheckRow, Empty, Icon, IconButton, SearchBar,
        Tag, Tone,
    },
};

/// After so long without contact a phone may hold work nobody has seen: three days.
const QUIET_MINUTES: i64 = 3 * 24 * 60;

/// What the server says about logins and devices.
#[derive(Clone, Debug, PartialEq)]
pub enum Accounts {
    Waiting,
    Here(Vec<Account>),
    Failed(String),
}

/// The people page's state, for its dialogs.
#[derive(Clone, Copy)]
pub struct Office {
    accounts: RwSignal<Accounts>,
    form: person::form::Form,
}

impl Office {
    fn account(self, user: Id<User>) -> Option<Account> {
        self.accounts.with(|accounts| match accounts {
            Accounts::Here(accounts) => {
                accounts.iter().find(|account| account.user == user).cloned()
            }
            Accounts::Waiting | Accounts::Failed(_) => None,
        })
    }

    /// Whether somebody has this login (tracked).
    fn has_login(self, login: &str) -> bool {
        self.accounts.with(|accounts| match accounts {
            Accounts::Here(accounts) => accounts.iter().any(|account| account.login == login),
            Accounts::Waiting | Accounts::Failed(_) => false,
        })
    }

    /// Asks the server; what was known stays until it answers.
    fn load(self) {
        spawn_local(async move {
            let answer = api::accounts().await;
            // The page may have been left meanwhile.
            let Some(before) = self.accounts.try_get_untracked() else { return };
            let known = matches!(before, Accounts::Here(_));
            match answer {
                Ok(accounts) => self.accounts.set(Accounts::Here(accounts)),
                Err(_) if known => {}
                Err(fault) => self.accounts.set(Accounts::Failed(fault.code().to_owned())),
            }
        });
    }
}

/// The page.
#[component]
pub fn People() -> impl IntoView {
    let device = device();
    let office =
        Office { accounts: RwSignal::new(Accounts::Waiting), form: person::form::Form::new() };
    let administrator = Memo::new(move |_| device.me().is_any(&[Role::Administrator]));
    let search = RwSignal::new(String::new());
    let with_left = RwSignal::new(false);
    Effect::new(move |_| {
        if administrator.get() {
            office.load();
        }
    });
    // The steps of the first day lead here with what they want.
    let add_team = RwSignal::new(false);
    Effect::new(move |_| {
        let Some(wanted) = route::query("add") else { return };
        match wanted.as_str() {
            "team" => add_team.set(true),
            _ => office.form.start_with(Role::Engineer),
        }
        // A page that is opened again should not ask again.
        route::replace(Route::People);
    });
    let people = Memo::new(move |_| {
        let mut people: Vec<User> =
            device.all::<User>().into_iter().filter(|user| user.id != SYSTEM).collect();
        people.sort_by(|one, other| {
            (!one.active, one.roles.first(), &one.name).cmp(&(
                !other.active,
                other.roles.first(),
                &other.name,
            ))
        });
        people
    });
    let left =
        Memo::new(move |_| people.with(|all| all.iter().filter(|user| !user.active).count()));
    let table = move || {
        let wanted = Wanted::new(&search.read());
        let shown: Vec<User> = people
            .get()
            .into_iter()
            .filter(|user| user.active || with_left.get())
            .filter(|user| {
                let login =
                    office.account(user.id).map(|account| account.login).unwrap_or_default();
                wanted.rank(&Names::from(user).code(&login)).is_some()
            })
            .collect();
        if shown.is_empty() {
            return view! { <Empty icon=Icon::Users text=text().office.nothing_found/> }.into_any();
        }
        let words = &text().office.people;
        // What only the server knows it tells administrators.
        let whole = administrator.get();
        let lines =
            shown.into_iter().map(|user| view! { <Line user office whole/> }).collect_view();
        let asked = whole.then(|| {
            view! {
                <th scope="col">{words.last_contact}</th>
                <th scope="col" data-align="end">{words.devices}</th>
                <th scope="col"></th>
            }
        });
        view! {
            <div class="table-frame people-table">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{words.name}</th>
                            <th scope="col">{words.roles}</th>
                            <th scope="col">{words.team}</th>
                            {whole.then(|| view! { <th scope="col">{words.login}</th> })}
                            <th scope="col">{words.phone}</th>
                            {asked}
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let failed = move || match office.accounts.get() {
        Accounts::Failed(code) => Some(if code == "unreachable" {
            text().office.people.offline.to_owned()
        } else {
            fault(&code)
        }),
        Accounts::Waiting | Accounts::Here(_) => None,
    };
    view! {
        <DeskShell
            title=move || text().office.people.title
            tools=ViewFn::from(move || {
                view! {
                    <SearchBar
                        label=move || text().office.search_people
                        placeholder=move || text().office.search_people
                        clear=move || text().office.clear_search
                        value=search
                    />
                    <Show when=move || administrator.get()>
                        <Button
                            text=move || text().office.people.add
                            icon=Icon::Add
                            kind=ButtonKind::Primary
                            name="new-person"
                            on_press=move || office.form.start(None)
                        />
                    </Show>
                }
            })
        >
            <Show when=move || !administrator.get()>
                <Banner text=move || text().office.people.only_administrator icon=Icon::Shield/>
            </Show>
            <Show when=move || failed().is_some()>
                <Banner
                    text=move || failed().unwrap_or_default()
                    tone=Tone::Warning
                    icon=Icon::WifiOff
                    action=move || text().office.people.retry
                    on_action=move || office.load()
                />
            </Show>
            <Show when=move || administrator.get()>
                <div class="row">
                    <ButtonLink
                        text=move || text().first_run.cards.title
                        href=Route::Cards.href()
                        icon=Icon::Print
                        name="login-cards"
                    />
                    <p class="muted">{move || text().first_run.cards.lead}</p>
                </div>
            </Show>
            {table}
            <Show when=move || { left.get() > 0 }>
                <CheckRow
                    label=move || (text().office.people.show_left)(left.get())
                    checked=with_left
                    id="show-left"
                />
            </Show>
            <Show when=move || administrator.get()>
                <Card title=move || text().office.people.teams>
                    <teams::Teams add=add_team/>
                </Card>
            </Show>
            <person::Edit office/>
        </DeskShell>
    }
}

#[component]
fn Line(user: User, office: Office, whole: bool) -> impl IntoView {
    let device = device();
    let id = user.id;
    let own = StoredValue::new(user.clone());
    let active = user.active;
    let account = Memo::new(move |_| office.account(id));
    let loaded = move || matches!(office.accounts.get(), Accounts::Here(_));
    let login = move || match account.get() {
        Some(account) => account.login,
        None if loaded() => text().office.people.no_account.to_owned(),
        None => "…".to_owned(),
    };
    let seen = move || match account.get().map(|account| account.last_seen) {
        Some(Some(at)) => locale::ago(at),
        Some(None) => card_words(device, account.get().as_ref()),
        None => String::new(),
    };
    let devices = move || account.get().map(|account| account.replicas.len());
    let roles = move || roles(&own.get_value());
    let team = move || own.with_value(|user| team_name(device, user));
    let edit = move || own.with_value(|user| (text().office.people.edit)(&user.name));
    let name = user.name.clone();
    let initial: String = user.name.chars().take(1).collect();
    let start = move || office.form.start(Some(own.get_value()));
    // On a narrow screen the lines are cells, and each value says what it is.
    let words = |word: fn(&'static PeopleText) -> &'static str| move || word(&text().office.people);
    view! {
        <tr data-person=move || account.get().map(|account| account.login)>
            <td>
                <span class="row">
                    <span class="avatar" data-size="small" aria-hidden="true">{initial}</span>
                    <strong>{name}</strong>
                    <Show when=move || !active>
                        <Tag text=move || text().office.people.has_left/>
                    </Show>
                </span>
            </td>
            <td data-label=words(|words| words.roles)>{roles}</td>
            <td data-label=words(|words| words.team)>{team}</td>
            {whole
                .then(|| view! { <td class="mono" data-label=words(|words| words.login)>{login}</td> })}
            <td class="num" data-label=words(|words| words.phone)>{user.phone}</td>
            {whole
                .then(|| {
                    view! {
                        <td data-label=words(|words| words.last_contact)>
                            {seen} " "
                            <Show when=move || quiet(device, account.get().as_ref())>
                                <Tag text=move || text().office.people.quiet tone=Tone::Warning/>
                            </Show>
                        </td>
                        <td class="num" data-align="end" data-label=words(|words| words.devices)>
                            {devices}
                        </td>
                        <td data-align="end">
                            <IconButton icon=Icon::Edit label=edit name="edit-person" on_press=start/>
                        </td>
                    }
                })}
        </tr>
    }
}

/// How somebody stands who was never here: with a card on the way, or without.
fn card_words(device: Device, account: Option<&Account>) -> String {
    let cards = &text().first_run.cards;
    match account.and_then(|account| account.card.as_ref()) {
        Some(card) if card.used.is_none() && card.revoked.is_none() => {
            if card.expires > device.minute() {
                (cards.open)(&locale::date(card.expires))
            } else {
                cards.expired.to_owned()
            }
        }
        _ => text().office.people.never.to_owned(),
    }
}

/// Whether a device that once worked has been silent for so long that work may wait on it.
fn quiet(device: Device, account: Option<&Account>) -> bool {
    let Some(account) = account else { return false };
    let worked = account.replicas.iter().any(|replica| replica.last_seq > 0);
    let last: Option<Timestamp> =
        account.replicas.iter().filter_map(|replica| replica.last_seen).max();
    worked && last.is_some_and(|last| last.plus_minutes(QUIET_MINUTES) < device.minute())
}

fn roles(user: &User) -> String {
    let words = &text().words;
    let roles: Vec<&str> = user.roles.iter().map(|role| words.role(*role)).collect();
    roles.join(" · ")
}

fn team_name(device: Device, user: &User) -> String {
    user.team.and_then(|team| device.find(team)).map(|team| team.name).unwrap_or_default()
}
