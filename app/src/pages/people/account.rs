//! A person's devices, and a new password for somebody who forgot theirs.

use domain::user::User;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{Office, quiet};
use crate::{
    api::{self, AccountReplica},
    device::device,
    locale::{self, text},
    pages::import::fault,
    route::Route,
    session::PASSWORD_CHARS_MIN,
    ui::{Button, ButtonLink, Cell, CellGroup, Field, FieldKind, Icon, Tone, toast},
};

/// The devices and the password.
#[component]
pub fn Devices(user: User, office: Office) -> impl IntoView {
    let device = device();
    let id = user.id;
    let account = Memo::new(move |_| office.account(id));
    let line = |replica: AccountReplica| {
        let AccountReplica { device_code, last_seq, last_seen } = replica;
        let hint = move || {
            let words = &text().office.people;
            let seen = last_seen.map_or_else(|| words.never.to_owned(), locale::ago);
            (words.device_line)(last_seq, &seen)
        };
        view! {
            <Cell
                label=move || (text().office.people.device)(&device_code)
                hint
                icon=Icon::Device
            />
        }
    };
    let devices = move || {
        let replicas = account.get().map(|account| account.replicas).unwrap_or_default();
        if replicas.is_empty() {
            view! { <Cell label=move || text().office.people.no_devices/> }.into_any()
        } else {
            replicas.into_iter().map(line).collect_view().into_any()
        }
    };
    view! {
        <Show when=move || account.with(Option::is_some)>
            <CellGroup
                title=move || text().office.people.devices
                note=move || text().office.people.devices_note
            >
                {devices}
            </CellGroup>
            <Show when=move || quiet(device, account.get().as_ref())>
                <p class="note" data-tone="warning">{move || text().office.people.quiet}</p>
            </Show>
            <Reset user=user.clone()/>
        </Show>
    }
}

#[component]
fn Reset(user: User) -> impl IntoView {
    let open = RwSignal::new(false);
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let name = StoredValue::new(user.name.clone());
    let why_not = Signal::derive(move || {
        let short = password.with(|password| password.chars().count() < PASSWORD_CHARS_MIN);
        short.then(|| text().office.people.too_short.to_owned())
    });
    let save = move || {
        busy.set(true);
        spawn_local(async move {
            let set = api::set_password(user.id, &password.get_untracked()).await;
            busy.set(false);
            match set {
                Ok(()) => {
                    open.set(false);
                    password.set(String::new());
                    toast(Tone::Success, text().office.people.reset_done);
                }
                Err(no) => toast(Tone::Danger, fault(no.code())),
            }
        });
    };
    view! {
        <Show
            when=move || open.get()
            fallback=move || {
                view! {
                    <div class="row">
                        <ButtonLink
                            text=move || text().first_run.cards.title
                            href=Route::Cards.with("for", user.id)
                            icon=Icon::Print
                            name="card-of"
                        />
                        <Button
                            text=move || text().office.people.reset
                            icon=Icon::Key
                            name="reset-password"
                            on_press=move || open.set(true)
                        />
                    </div>
                }
            }
        >
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    if why_not.get_untracked().is_none() && !busy.get_untracked() {
                        save();
                    }
                }
            >
                <h3 class="title-2">
                    {move || (text().office.people.reset_title)(&name.get_value())}
                </h3>
                <Field
                    label=move || text().office.people.new_password
                    hint=move || text().office.people.reset_note
                    value=password
                    kind=FieldKind::Password
                    autocomplete="new-password"
                    required=true
                    max_length=200
                    id="reset-password"
                />
                <div class="form__bar">
                    <Button text=move || text().office.cancel on_press=move || open.set(false)/>
                    <Button
                        text=move || text().office.people.reset
                        name="save-password"
                        why_not
                        busy
                        submit=true
                    />
                </div>
            </form>
        </Show>
    }
}
