//! The first visit of an empty server: what the organisation is called, and who administers it.
//!
//! Controls, by `data-name`: `set-up`, `set-up-trouble`, `language`.

use domain::user::Role;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::First,
    locale::text,
    route,
    session::{Credentials, LetIn, PASSWORD_CHARS_MIN, SignInTrouble},
    ui::{Button, ButtonKind, CheckRow, Field, FieldKind},
};

/// The form, in the place of the one that signs in.
#[component]
pub fn SetUp() -> impl IntoView {
    let LetIn(let_in) = expect_context();
    let field = || (RwSignal::new(String::new()), RwSignal::new(false));
    let [(code, no_code), (organisation, no_organisation), (name, no_name), (login, no_login)] =
        [field(), field(), field(), field()];
    let (password, short) = field();
    let desk_too = RwSignal::new(true);
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<SignInTrouble>);
    let missing = move |gap: RwSignal<bool>| {
        Signal::derive(move || {
            if gap.get() { text().first_run.setup.missing.to_owned() } else { String::new() }
        })
    };
    let too_short = Signal::derive(move || {
        if short.get() { text().first_run.enrol.too_short.to_owned() } else { String::new() }
    });
    let go = move || {
        if busy.get_untracked() {
            return;
        }
        let first = First {
            code: code.get_untracked(),
            organisation: organisation.get_untracked().trim().to_owned(),
            name: name.get_untracked().trim().to_owned(),
            login: login.get_untracked().trim().to_lowercase(),
            password: password.get_untracked(),
            roles: if desk_too.get_untracked() { vec![Role::Coordinator] } else { Vec::new() },
        };
        let gaps = [
            (no_code, first.code.trim().is_empty()),
            (no_organisation, first.organisation.is_empty()),
            (no_name, first.name.is_empty()),
            (no_login, first.login.is_empty()),
            (short, first.password.chars().count() < PASSWORD_CHARS_MIN),
        ];
        for (gap, is) in gaps {
            gap.set(is);
        }
        trouble.set(None);
        if gaps.iter().any(|(_, is)| *is) {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match let_in(Credentials::First(first)).await {
                Ok(()) => route::go_to("/"),
                Err(why) => {
                    trouble.set(Some(why));
                    busy.set(false);
                }
            }
        });
    };
    let said = move || {
        let words = &text().first_run.setup;
        trouble.get().map(|why| match &why {
            SignInTrouble::Refused(code) => match code.as_str() {
                "code_unknown" => words.code_wrong.to_owned(),
                "conflict" => words.taken.to_owned(),
                _ => words.not_accepted.to_owned(),
            },
            other => super::sign_in::trouble(other),
        })
    };
    view! {
        <form
            class="sign-in__form"
            on:submit=move |event| {
                event.prevent_default();
                go();
            }
        >
            {move || {
                said()
                    .map(|why| {
                        view! {
                            <p class="note" data-tone="danger" role="alert" data-name="set-up-trouble">
                                {why}
                            </p>
                        }
                    })
            }}
            <Field
                label=move || text().first_run.setup.code
                hint=move || text().first_run.setup.code_hint
                value=code
                error=missing(no_code)
                required=true
                max_length=20
                id="setup-code"
            />
            <Field
                label=move || text().first_run.setup.organisation
                hint=move || text().first_run.setup.organisation_hint
                value=organisation
                autocomplete="organization"
                error=missing(no_organisation)
                required=true
                max_length=60
                id="setup-organisation"
            />
            <Field
                label=move || text().first_run.setup.name
                value=name
                autocomplete="name"
                error=missing(no_name)
                required=true
                max_length=60
                id="setup-name"
            />
            <Field
                label=move || text().first_run.setup.login
                hint=move || text().first_run.setup.login_hint
                value=login
                autocomplete="username"
                error=missing(no_login)
                required=true
                max_length=64
                id="setup-login"
            />
            <Field
                label=move || text().first_run.setup.password
                hint=move || text().first_run.enrol.password_hint
                value=password
                kind=FieldKind::Password
                autocomplete="new-password"
                error=too_short
                required=true
                max_length=200
                id="setup-password"
            />
            <CheckRow
                label=move || text().first_run.setup.desk_too
                hint=move || text().first_run.setup.desk_too_hint
                checked=desk_too
                id="setup-desk-too"
            />
            <Button
                text=move || text().first_run.setup.go
                kind=ButtonKind::Primary
                wide=true
                large=true
                submit=true
                busy
                name="set-up"
            />
        </form>
    }
}
