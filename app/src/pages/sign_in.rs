//! Signing in: the first time on this device, and again when the session has ended.
//!
//! Controls, by `data-name`: `sign-in`, `show-password`, `continue-offline`, `language`, `sign-in-trouble`, `left-behind`.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{self, DemoAccount},
    device::device,
    locale::{self, person::SignInText, text},
    pages::health::DataLost,
    route,
    session::{LeftBehind, SessionState, SignInTrouble, build},
    ui::{Button, ButtonKind, Chip, Field, FieldKind, Icon, IconButton},
};

/// The sign-in page.
#[component]
pub fn SignIn() -> impl IntoView {
    let device = device();
    let again = device.session_state() == SessionState::Expired;
    let login = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<SignInTrouble>);
    let login_missing = RwSignal::new(false);
    let password_missing = RwSignal::new(false);
    let demo = RwSignal::new(Vec::<DemoAccount>::new());
    spawn_local(async move {
        // Without a network there is nothing to offer.
        if let Ok(hello) = api::hello().await
            && hello.demo
        {
            demo.set(hello.demo_accounts);
        }
    });

    let enter = move || {
        if busy.get_untracked() {
            return;
        }
        let (name, secret) = (login.get_untracked(), password.get_untracked());
        login_missing.set(name.trim().is_empty());
        password_missing.set(secret.is_empty());
        error.set(None);
        if name.trim().is_empty() || secret.is_empty() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match device.sign_in(name.trim(), &secret).await {
                // The app's first page for this role.
                Ok(()) => route::go_to("/"),
                Err(trouble) => {
                    error.set(Some(trouble));
                    busy.set(false);
                }
            }
        });
    };
    let said = move |missing: RwSignal<bool>, words: fn(&SignInText) -> &'static str| {
        Signal::derive(move || {
            if missing.get() { words(&text().person.sign_in).to_owned() } else { String::new() }
        })
    };
    let lead = move || {
        let words = &text().person;
        if again {
            (words.sign_in.again_lead)(device.waiting().unanswered)
        } else {
            words.tagline.to_owned()
        }
    };
    let title = move || {
        if again {
            (text().person.sign_in.again)(&device.me().name)
        } else {
            text().person.brand.to_owned()
        }
    };
    view! {
        <main class="sign-in">
            <div class="sign-in__brand">
                {Icon::Door.svg()}
                <h1 tabindex="-1">{title}</h1>
                <p>{lead}</p>
            </div>
            <DataLost/>
            <form
                class="sign-in__form"
                on:submit=move |event| {
                    event.prevent_default();
                    enter();
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
            </form>
            {move || {
                device
                    .left_behind()
                    .into_iter()
                    .map(|LeftBehind { name, unsent }| {
                        let words = &text().person.sign_in;
                        view! {
                            <div class="note" data-tone="warning" data-name="left-behind">
                                <p><strong>{(words.kept)(&name, unsent)}</strong></p>
                                <p>{words.kept_note}</p>
                            </div>
                        }
                    })
                    .collect_view()
            }}
            <Show when=move || demo.with(|demo| !demo.is_empty())>
                <section class="stack" data-gap="small">
                    <h2 class="section-title">{move || text().person.sign_in.demo}</h2>
                    <p class="muted">{move || text().person.sign_in.demo_note}</p>
                    <div class="chips" role="group">
                        <For
                            each=move || demo.get()
                            key=|account| account.login.clone()
                            let:account
                        >
                            <Demo account login password/>
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

/// An account of the demonstration; pressing it fills in the form.
#[component]
fn Demo(
    account: DemoAccount,
    login: RwSignal<String>,
    password: RwSignal<String>,
) -> impl IntoView {
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
        SignInTrouble::Storage => words.storage.into(),
    }
}
