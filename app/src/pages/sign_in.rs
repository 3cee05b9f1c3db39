//! Signing in: the first time on this device, by card or by password, and again when the session has ended. On a
//! server that is still empty the page sets it up instead.
//!
//! Controls, by `data-name`: `by-card`, `by-password`, `sign-in`, `show-password`, `continue-offline`, `language`, `sign-in-trouble`.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{self, DemoAccount},
    locale::{self, person::SignInText, text},
    pages::{enrol::Enrol, setup::SetUp, slip},
    route::{self, Route},
    session::{Credentials, LetIn, SignInTrouble, build},
    ui::{Button, ButtonKind, ButtonLink, Chip, Field, FieldKind, Icon, IconButton},
};

/// Somebody whose session has ended, and whose work is open all the same.
#[derive(Clone)]
pub struct Again {
    pub name: String,
    pub unanswered: usize,
}

/// The sign-in page; `again` for somebody who works here already. What this device has to say of work: `lost`, `left`.
#[component]
pub fn SignIn(
    #[prop(optional_no_strip)] again: Option<Again>,
    #[prop(optional, into)] lost: Option<AnyView>,
    #[prop(optional, into)] left: Option<AnyView>,
) -> impl IntoView {
    let form = Form::new(expect_context());
    let demo = RwSignal::new(Vec::<DemoAccount>::new());
    let organisation = RwSignal::new(None::<String>);
    let unclaimed = RwSignal::new(false);
    spawn_local(async move {
        // Without a network there is nothing to offer.
        let Ok(hello) = api::hello().await else { return };
        slip::remember_organisation(hello.organisation.as_deref());
        organisation.set(hello.organisation);
        unclaimed.set(hello.unclaimed);
        if hello.demo {
            demo.set(hello.demo_accounts);
        }
    });
    let route = route::current();
    let is_again = again.is_some();
    let by_card = Memo::new(move |_| !is_again && route.get() == Some(Route::Enrol));

    let again = StoredValue::new(again);
    let lead = move || {
        let (words, first) = (&text().person, &text().first_run);
        if let Some(again) = again.get_value() {
            (words.sign_in.again_lead)(again.unanswered)
        } else if unclaimed.get() {
            first.setup.lead.to_owned()
        } else if by_card.get() {
            first.enrol.lead.to_owned()
        } else {
            words.tagline.to_owned()
        }
    };
    let title = move || {
        if let Some(again) = again.get_value() {
            (text().person.sign_in.again)(&again.name)
        } else if unclaimed.get() {
            text().first_run.setup.title.to_owned()
        } else if by_card.get() {
            text().first_run.enrol.title.to_owned()
        } else {
            organisation.get().unwrap_or_else(|| text().person.brand.to_owned())
        }
    };
    let usual = Memo::new(move |_| !unclaimed.get() && !by_card.get());
    view! {
        <main class="sign-in">
            <div class="sign-in__brand">
                {Icon::Door.svg()}
                <h1 tabindex="-1">{title}</h1>
                <p>{lead}</p>
            </div>
            {lost}
            <Show when=move || unclaimed.get()>
                <SetUp/>
            </Show>
            <Show when=move || by_card.get() && !unclaimed.get()>
                <Enrol/>
                <ButtonLink
                    text=move || text().first_run.enrol.have_password
                    href=Route::SignIn.href()
                    kind=ButtonKind::Quiet
                    icon=Icon::Key
                    wide=true
                    name="by-password"
                />
            </Show>
            {by_password(form, is_again, usual)}
            {left}
            <Show when=move || usual.get() && demo.with(|demo| !demo.is_empty())>
                <section class="stack" data-gap="small">
                    <h2 class="section-title">{move || text().person.sign_in.demo}</h2>
                    <p class="muted">{move || text().person.sign_in.demo_note}</p>
                    <div class="chips" role="group">
                        <For
                            each=move || demo.get()
                            key=|account| account.login.clone()
                            let:account
                        >
                            <Demo account form/>
                        </For>
                    </div>
                </section>
            </Show>
            <footer class="sign-in__foot">
                <Button
                    text=move || text().person.other_language
                    icon=Icon::Language
                    kind=ButtonKind::Quiet
                    name="language"
                    on_press=move || locale::set_language(other_language())
                />
                <span class="num">
                    {move || (text().person.version)(build())}
                </span>
            </footer>
        </main>
    }
}

/// The login and the password as they are typed, and what came of sending them.
#[derive(Clone, Copy)]
struct Form {
    let_in: LetIn,
    login: RwSignal<String>,
    password: RwSignal<String>,
    login_missing: RwSignal<bool>,
    password_missing: RwSignal<bool>,
    busy: RwSignal<bool>,
    error: RwSignal<Option<SignInTrouble>>,
}

impl Form {
    fn new(let_in: LetIn) -> Self {
        let (typed, flag) = (|| RwSignal::new(String::new()), || RwSignal::new(false));
        Self {
            let_in,
            login: typed(),
            password: typed(),
            login_missing: flag(),
            password_missing: flag(),
            busy: flag(),
            error: RwSignal::new(None),
        }
    }

    fn enter(self) {
        if self.busy.get_untracked() {
            return;
        }
        let (login, password) = (self.login.get_untracked(), self.password.get_untracked());
        self.login_missing.set(login.trim().is_empty());
        self.password_missing.set(password.is_empty());
        self.error.set(None);
        if login.trim().is_empty() || password.is_empty() {
            return;
        }
        self.busy.set(true);
        let LetIn(let_in) = self.let_in;
        spawn_local(async move {
            match let_in(Credentials::Password { login, password }).await {
                // The app's first page for this role.
                Ok(()) => route::go_to("/"),
                Err(trouble) => {
                    self.error.set(Some(trouble));
                    self.busy.set(false);
                }
            }
        });
    }
}

/// Who knows a login and a password.
fn by_password(form: Form, again: bool, usual: Memo<bool>) -> impl IntoView {
    let Form { login, password, login_missing, password_missing, busy, error, .. } = form;
    let shown = RwSignal::new(false);
    let said = move |missing: RwSignal<bool>, words: fn(&SignInText) -> &'static str| {
        Signal::derive(move || {
            if missing.get() { words(&text().person.sign_in).to_owned() } else { String::new() }
        })
    };
    view! {
        <form
            class="sign-in__form"
            hidden=move || !usual.get()
            on:submit=move |event| {
                event.prevent_default();
                form.enter();
            }
        >
            {move || {
                error
                    .get()
                    .map(|error| {
                        view! {
                            <p class="note" data-tone="danger" role="alert" data-name="sign-in-trouble">
                                {trouble(&error)}
                            </p>
                        }
                    })
            }}
            <Field
                label=move || text().person.sign_in.login
                value=login
                autocomplete="username"
                error=said(login_missing, |words| words.login_missing)
                id="login"
            />
            {move || {
                let kind = if shown.get() { FieldKind::Text } else { FieldKind::Password };
                view! {
                    <div class="sign-in__password">
                        <Field
                            label=move || text().person.sign_in.password
                            value=password
                            kind
                            autocomplete="current-password"
                            error=said(password_missing, |words| words.password_missing)
                            id="password"
                        />
                        <IconButton
                            icon=Icon::Eye
                            label=move || {
                                let words = &text().person.sign_in;
                                if shown.get() { words.hide } else { words.show }
                            }
                            pressed=shown
                            name="show-password"
                            on_press=move || shown.update(|shown| *shown = !*shown)
                        />
                    </div>
                }
            }}
            <Button
                text=move || text().person.sign_in.enter
                kind=ButtonKind::Primary
                wide=true
                large=true
                submit=true
                busy
                name="sign-in"
                on_press=|| ()
            />
            {again
                .then(|| {
                    view! {
                        <Button
                            text=move || text().person.sign_in.continue_offline
                            kind=ButtonKind::Quiet
                            wide=true
                            name="continue-offline"
                            on_press=|| route::go_to("/")
                        />
                    }
                })}
            {(!again)
                .then(|| {
                    view! {
                        <ButtonLink
                            text=move || text().first_run.enrol.have_card
                            href=Route::Enrol.href()
                            kind=ButtonKind::Quiet
                            icon=Icon::Scan
                            wide=true
                            name="by-card"
                        />
                    }
                })}
        </form>
    }
}

/// An account of the demonstration; pressing it fills in the form.
#[component]
fn Demo(account: DemoAccount, form: Form) -> impl IntoView {
    let Form { login, password, .. } = form;
    let DemoAccount { login: name, role, password: secret } = account;
    let (own, shown) = (name.clone(), name.clone());
    let label = move || match locale::words::from_code(&role) {
        Some(role) => format!("{shown} · {}", text().words.role(role)),
        None => shown.clone(),
    };
    view! {
        <Chip
            text=label
            pressed=Signal::derive(move || login.with(|login| *login == own))
            on_press=move || {
                login.set(name.clone());
                password.set(secret.clone());
            }
        />
    }
}

fn other_language() -> domain::values::Language {
    use domain::values::Language;
    match untrack(locale::language) {
        Language::Chinese => Language::English,
        Language::English => Language::Chinese,
    }
}

/// Why signing in did not work, in words.
pub fn trouble(trouble: &SignInTrouble) -> String {
    let words = &text().person.sign_in;
    match trouble {
        SignInTrouble::WrongPassword => words.wrong.into(),
        SignInTrouble::TooMany { seconds } => (words.too_many)(seconds.div_ceil(60)),
        SignInTrouble::Unreachable => words.no_network.into(),
        SignInTrouble::Portal => words.portal.into(),
        SignInTrouble::Server => words.trouble.into(),
        SignInTrouble::Refused(code) => super::enrol::refused(code).into(),
        SignInTrouble::Storage => words.storage.into(),
    }
}
