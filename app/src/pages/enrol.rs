//! A new phone and its login card: the code is scanned or typed, its holder chooses a password and a PIN.
//!
//! Controls, by `data-name`: `look`, `enrol`, `not-me`, `copy-address`, `enrol-trouble`.

use domain::user::Role;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{self, CardHolder},
    device::device,
    locale::text,
    pages::{
        install::{self, Place},
        shell::PhoneDetail,
    },
    pin::{PIN_DIGITS_MAX, is_pin},
    route::{self, Route},
    session::{Credentials, LetIn, PASSWORD_CHARS_MIN, SignInTrouble},
    storage,
    ui::{Button, ButtonKind, ButtonLink, CopyText, Empty, Field, FieldKind, Icon},
};

/// What is being filled in.
#[derive(Clone, Copy)]
struct Form {
    code: RwSignal<String>,
    holder: RwSignal<Option<CardHolder>>,
    trouble: RwSignal<Option<SignInTrouble>>,
    busy: RwSignal<bool>,
}

/// The way in with a card, in the place of the form that asks for a password.
#[component]
pub fn Enrol() -> impl IntoView {
    let form = Form {
        code: RwSignal::new(String::new()),
        holder: RwSignal::new(None),
        trouble: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    let scanned = route::fragment();
    if install::place() == Place::Chat && !scanned.is_empty() {
        // The code stays in the address: that is what the browser is opened with.
        return view! { <InChat/> }.into_any();
    }
    if !scanned.is_empty() {
        route::drop_fragment();
        form.code.set(scanned);
        look(form);
    }
    view! {
        <div class="sign-in__form" aria-live="polite">
            {move || {
                form.trouble
                    .get()
                    .map(|why| {
                        view! {
                            <p class="note" data-tone="danger" role="alert" data-name="enrol-trouble">
                                {move || super::sign_in::trouble(&why)}
                            </p>
                        }
                    })
            }}
            {move || match form.holder.get() {
                Some(holder) => view! { <Choose form holder/> }.into_any(),
                None => view! { <Code form/> }.into_any(),
            }}
        </div>
    }
    .into_any()
}

fn look(form: Form) {
    let Form { code, holder, trouble, busy } = form;
    if busy.get_untracked() || code.with_untracked(|code| code.trim().is_empty()) {
        return;
    }
    busy.set(true);
    trouble.set(None);
    spawn_local(async move {
        let answer = api::look_at_card(&code.get_untracked()).await;
        busy.set(false);
        match answer {
            Ok(found) => holder.set(Some(found)),
            Err(fault) => trouble.set(Some(fault.into())),
        }
    });
}

#[component]
fn Code(form: Form) -> impl IntoView {
    view! {
        <form
            class="sign-in__form"
            on:submit=move |event| {
                event.prevent_default();
                look(form);
            }
        >
            <Field
                label=move || text().first_run.enrol.code
                hint=move || text().first_run.enrol.code_hint
                value=form.code
                max_length=20
                required=true
                id="enrol-code"
            />
            <Button
                text=move || text().first_run.enrol.look
                kind=ButtonKind::Primary
                wide=true
                large=true
                submit=true
                busy=form.busy
                name="look"
            />
        </form>
    }
}

/// The holder chooses a password, and whoever hands the phone to customers a PIN.
#[component]
fn Choose(form: Form, holder: CardHolder) -> impl IntoView {
    let LetIn(let_in) = expect_context();
    let engineer = holder.roles.contains(&Role::Engineer);
    let (password, short) = (RwSignal::new(String::new()), RwSignal::new(false));
    let (pin, no_pin) = (RwSignal::new(String::new()), RwSignal::new(false));
    let said = |wrong: RwSignal<bool>, words: fn() -> &'static str| {
        Signal::derive(move || if wrong.get() { words().to_owned() } else { String::new() })
    };
    let go = move || {
        if form.busy.get_untracked() {
            return;
        }
        let (secret, digits) = (password.get_untracked(), pin.get_untracked());
        short.set(secret.chars().count() < PASSWORD_CHARS_MIN);
        no_pin.set(engineer && !is_pin(&digits));
        form.trouble.set(None);
        if short.get_untracked() || no_pin.get_untracked() {
            return;
        }
        form.busy.set(true);
        spawn_local(async move {
            let code = form.code.get_untracked();
            let card =
                Credentials::Card { code, password: secret, pin: engineer.then_some(digits) };
            match let_in(card).await {
                Ok(()) => arrive(),
                Err(why) => {
                    if matches!(&why, SignInTrouble::Refused(code) if code.starts_with("code_")) {
                        form.holder.set(None);
                    }
                    form.trouble.set(Some(why));
                    form.busy.set(false);
                }
            }
        });
    };
    let CardHolder { name, login, organisation, .. } = holder;
    let (shown, account) = (name, login.clone());
    view! {
        <form
            class="sign-in__form"
            on:submit=move |event| {
                event.prevent_default();
                go();
            }
        >
            <div class="enrol__who" data-name="enrol-who">
                <p class="title-1">{move || (text().first_run.enrol.hello)(&shown)}</p>
                <p class="muted">
                    {organisation.map(|name| format!("{name} · "))}
                    {move || (text().first_run.enrol.account)(&account)}
                </p>
            </div>
            // For the browser's keeper of passwords, which wants to know whose it is.
            <input type="text" autocomplete="username" value=login hidden/>
            <Field
                label=move || text().first_run.enrol.password
                hint=move || text().first_run.enrol.password_hint
                value=password
                kind=FieldKind::Password
                autocomplete="new-password"
                error=said(short, || text().first_run.enrol.too_short)
                required=true
                max_length=200
                id="enrol-password"
            />
            {engineer
                .then(|| {
                    view! {
                        <Field
                            label=move || text().first_run.enrol.pin
                            hint=move || text().first_run.enrol.pin_hint
                            value=pin
                            kind=FieldKind::Pin
                            max_length=PIN_DIGITS_MAX
                            error=said(no_pin, || text().first_run.enrol.pin_malformed)
                            required=true
                            id="enrol-pin"
                        />
                    }
                })}
            <Button
                text=move || text().first_run.enrol.go
                kind=ButtonKind::Primary
                wide=true
                large=true
                submit=true
                busy=form.busy
                name="enrol"
            />
            <Button
                text=move || text().first_run.enrol.not_me
                kind=ButtonKind::Quiet
                wide=true
                name="not-me"
                on_press=move || {
                    form.code.set(String::new());
                    form.holder.set(None);
                }
            />
        </form>
    }
}

/// The first page after signing in. An iPhone keeps the data of the home screen apart from Safari's: there the app
/// is put onto the home screen before any work is in it.
fn arrive() {
    if install::place() == Place::Apple && !storage::is_installed() {
        route::go(Route::Install);
    } else {
        route::go_to("/");
    }
}

/// A card was scanned with a chat app, whose own window forgets everything.
#[component]
fn InChat() -> impl IntoView {
    view! {
        <section class="sign-in__form" data-name="in-chat">
            <h2 class="title-1">{move || text().first_run.enrol.in_chat}</h2>
            {move || install::chat_pictures(text().first_run.enrol.in_chat_steps)}
            <CopyText
                text=Signal::derive(|| window().location().href().unwrap_or_default())
                label=move || text().first_run.enrol.copy_address
                done=move || text().first_run.enrol.copied
            />
        </section>
    }
}

/// A card was scanned on a device where somebody works already.
#[component]
pub fn SomebodyHere() -> impl IntoView {
    let device = device();
    view! {
        <PhoneDetail title=move || text().first_run.enrol.title back=Route::Me.href()>
            <Empty
                icon=Icon::User
                text=move || (text().first_run.enrol.somebody_here)(&device.me().name)
            >
                <p class="muted">{move || text().first_run.enrol.somebody_here_note}</p>
                <ButtonLink
                    text=move || text().first_run.enrol.to_me
                    href=Route::Me.href()
                    kind=ButtonKind::Primary
                />
            </Empty>
        </PhoneDetail>
    }
}

/// Why the server takes no card, in words.
pub(super) fn refused(code: &str) -> &'static str {
    let words = &text().first_run.enrol;
    match code {
        "code_unknown" => words.unknown,
        "code_used" => words.used,
        "code_revoked" => words.revoked,
        "code_expired" => words.expired,
        _ => words.failed,
    }
}
