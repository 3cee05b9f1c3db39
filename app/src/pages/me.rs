//! One's own page: who I am here, how it looks, the PIN and password, signing out.
//!
//! Controls, by `data-name`: `my-name`, `outbox`, `my-parts`, `pin-set`, `password-change`, `password-save`, `sign-out`,
//! `sign-out-confirm`, `send-now`, `send-now-state`, `lock-and-keep`, `cancel`.

use domain::{replica::Entry, user::Role, values::Language};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    device::device,
    locale::{self, text},
    look,
    pages::{
        handover::SetPinDialog,
        health::{KeptForGood, SaveUnsentButton},
        install::InstallCell,
        shell::{DeskShell, PhoneShell},
    },
    route::Route,
    session::{PASSWORD_CHARS_MIN, build},
    ui::{
        Button, ButtonKind, Card, Cell, CellGroup, CheckRow, Choice, Dialog, Field, FieldKind,
        Icon, Nameplate, Plate, Segmented, SyncState, Tone, toast,
    },
};

/// The entries the sign-out dialog lists; more are counted.
const UNSENT_SHOWN: usize = 5;

/// My page, for every role.
#[component]
pub fn Me() -> impl IntoView {
    let device = device();
    let desk = Memo::new(move |_| !device.me().is_any(&[Role::Engineer]));
    move || {
        if desk.get() {
            view! {
                <DeskShell title=move || text().person.me.title>
                    <div class="own-page"><Body/></div>
                </DeskShell>
            }
            .into_any()
        } else {
            view! {
                <PhoneShell title=move || text().person.me.title>
                    <Body/>
                </PhoneShell>
            }
            .into_any()
        }
    }
}

#[component]
fn Body() -> impl IntoView {
    view! {
        <Who/>
        <Work/>
        <Look/>
        <ThisDevice/>
        <Safety/>
        <SignOut/>
        <p class="faint num">{move || (text().person.version)(build())}</p>
    }
}

#[component]
fn Who() -> impl IntoView {
    let device = device();
    let roles = move || {
        let roles = device.me().roles;
        roles.iter().map(|role| text().words.role(*role)).collect::<Vec<_>>().join(" · ")
    };
    let phone = Memo::new(move |_| device.me().phone);
    view! {
        <Card>
            <p class="title-1" data-name="my-name">{move || device.me().name}</p>
            <Nameplate>
                <Plate label=move || text().person.me.roles value=Signal::derive(roles) wide=true/>
                <Show when=move || !phone.with(String::is_empty)>
                    <Plate label=move || text().person.me.phone value=phone/>
                </Show>
                <Plate
                    label=move || text().person.outbox.device_code
                    value=Signal::derive(move || device.code())
                    mono=true
                />
            </Nameplate>
        </Card>
    }
}

#[component]
fn Work() -> impl IntoView {
    let device = device();
    let outbox = move || {
        let (words, waiting) = (&text().person.me, device.waiting());
        match (waiting.attention, waiting.unanswered + device.photos_waiting()) {
            (0, 0) => words.outbox_fine.to_owned(),
            (0, unsent) => (words.outbox_waiting)(unsent),
            (needs, _) => (words.outbox_needs)(needs),
        }
    };
    let engineer = Memo::new(move |_| device.me().is_any(&[Role::Engineer]));
    view! {
        <CellGroup title=move || text().person.me.work_heading>
            <Cell
                label=move || text().person.me.outbox
                value=Signal::derive(outbox)
                icon=Icon::Cloud
                href=Route::Outbox.href()
                name="outbox"
            />
            <Show when=move || engineer.get()>
                <Cell
                    label=move || text().person.me.stock
                    icon=Icon::Box
                    href=Route::MyParts.href()
                    name="my-parts"
                />
            </Show>
        </CellGroup>
    }
}

/// Where the app stands on this device, and the way to mend it.
#[component]
fn ThisDevice() -> impl IntoView {
    let device = device();
    let administrator = Memo::new(move |_| device.me().is_any(&[Role::Administrator]));
    view! {
        <CellGroup title=move || text().person.outbox.device_heading>
            <InstallCell/>
            <KeptForGood/>
            <Show when=move || administrator.get()>
                <Cell
                    label=move || text().first_run.start.reopen
                    hint=move || text().first_run.start.reopen_hint
                    icon=Icon::Flag
                    href=Route::Start.href()
                    name="reopen-start"
                />
            </Show>
        </CellGroup>
    }
}

#[component]
fn Look() -> impl IntoView {
    let language = RwSignal::new(locale::code(untrack(locale::language)).to_owned());
    let theme = RwSignal::new(look::chosen(look::THEME));
    let large = RwSignal::new(look::chosen(look::SIZE) == "large");
    let languages: Vec<Choice> = [Language::Chinese, Language::English]
        .map(|language| {
            Choice::new(locale::code(language), locale::texts(language).person.own_language)
        })
        .into();
    let themes = move || {
        let words = &text().person.me;
        vec![
            Choice::new("", words.theme_system),
            Choice::new("light", words.theme_light),
            Choice::new("dark", words.theme_dark),
        ]
    };
    view! {
        <Card title=move || text().person.me.look_heading>
            <Segmented
                label=move || text().person.me.language
                value=language
                options=languages
                on_pick=move |picked: String| {
                    let english = picked == locale::code(Language::English);
                    locale::set_language(
                        if english { Language::English } else { Language::Chinese },
                    );
                }
                id="language"
            />
            <Segmented
                label=move || text().person.me.theme
                value=theme
                options=Signal::derive(themes)
                on_pick=|picked: String| look::choose(look::THEME, &picked)
                id="theme"
            />
            <CheckRow
                label=move || text().person.me.large
                hint=move || text().person.me.large_hint
                checked=large
                on_toggle=|large: bool| look::choose(look::SIZE, if large { "large" } else { "" })
                id="large"
            />
        </Card>
    }
}

#[component]
fn Safety() -> impl IntoView {
    let device = device();
    let setting_pin = RwSignal::new(false);
    let changing = RwSignal::new(false);
    let pin = move || {
        let words = &text().person.me;
        if device.has_pin() { words.pin_set } else { words.pin_unset }
    };
    let engineer = Memo::new(move |_| device.me().is_any(&[Role::Engineer]));
    view! {
        <CellGroup title=move || text().person.me.safety_heading>
            <Show when=move || engineer.get()>
                <Cell
                    label=move || text().person.me.pin
                    hint=move || text().person.me.pin_hint
                    value=Signal::derive(move || pin().to_owned())
                    icon=Icon::Lock
                    on_press=move || setting_pin.set(true)
                    name="pin-set"
                />
            </Show>
            <Cell
                label=move || text().person.me.password
                hint=move || text().person.me.password_hint
                icon=Icon::Key
                on_press=move || changing.set(true)
                name="password-change"
            />
        </CellGroup>
        <SetPinDialog open=setting_pin/>
        <Dialog
            open=changing
            title=move || text().person.me.save_password
            close=move || text().person.me.close
        >
            <ChangePassword open=changing/>
        </Dialog>
    }
}

#[component]
fn ChangePassword(open: RwSignal<bool>) -> impl IntoView {
    let old = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let repeat = RwSignal::new(String::new());
    let (old_error, new_error, repeat_error) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let save = move || {
        if busy.get_untracked() {
            return;
        }
        let words = untrack(|| &text().person);
        let (was, will) = (old.get_untracked(), new.get_untracked());
        let set = |signal: RwSignal<String>, wrong: bool, why: &str| {
            signal.set(if wrong { why.to_owned() } else { String::new() });
            wrong
        };
        let wrong = [
            set(old_error, was.is_empty(), words.sign_in.password_missing),
            set(new_error, will.chars().count() < PASSWORD_CHARS_MIN, words.me.password_short),
            set(repeat_error, will != repeat.get_untracked(), words.me.password_differs),
        ];
        if wrong.contains(&true) {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = api::change_password(&was, &will).await;
            busy.set(false);
            let words = untrack(|| &text().person);
            match answer {
                Ok(()) => {
                    open.set(false);
                    toast(Tone::Success, words.me.password_changed);
                }
                Err(fault) => {
                    let trouble = match fault.code() {
                        "wrong_password" => words.sign_in.wrong_old,
                        "unreachable" => words.sign_in.no_network_now,
                        "portal" => words.sign_in.portal,
                        "unauthorized" | "session_expired" | "session_revoked" => {
                            words.sign_in.expired
                        }
                        "too_many_attempts" => words.sign_in.too_many_now,
                        _ => words.sign_in.trouble,
                    };
                    old_error.set(trouble.to_owned());
                }
            }
        });
    };
    view! {
        <form
            class="form"
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <Field
                label=move || text().person.me.old_password
                value=old
                kind=FieldKind::Password
                autocomplete="current-password"
                error=old_error
                required=true
                id="old-password"
            />
            <Field
                label=move || text().person.me.new_password
                value=new
                kind=FieldKind::Password
                autocomplete="new-password"
                error=new_error
                required=true
                id="new-password"
            />
            <Field
                label=move || text().person.me.repeat_password
                value=repeat
                kind=FieldKind::Password
                autocomplete="new-password"
                error=repeat_error
                required=true
                id="repeat-password"
            />
            <div class="dialog__bar">
                <Button
                    text=move || text().person.me.cancel
                    name="cancel"
                    on_press=move || open.set(false)
                />
                <Button
                    text=move || text().person.me.save_password
                    kind=ButtonKind::Primary
                    submit=true
                    busy
                    name="password-save"
                    on_press=|| ()
                />
            </div>
        </form>
    }
}

#[component]
fn SignOut() -> impl IntoView {
    let device = device();
    let open = RwSignal::new(false);
    let unsent = Memo::new(move |_| device.waiting().unanswered + device.photos_waiting());
    let asked = RwSignal::new(false);
    let message = move || {
        let words = &text().person.me;
        match (unsent.get(), asked.get()) {
            (0, true) => words.all_sent.to_owned(),
            (0, false) => words.sign_out_plain.to_owned(),
            (unsent, _) => (words.sign_out_unsent)(unsent),
        }
    };
    view! {
        <Button
            text=move || text().person.me.sign_out
            icon=Icon::SignOut
            kind=ButtonKind::Danger
            wide=true
            name="sign-out"
            on_press=move || {
                asked.set(false);
                open.set(true);
            }
        />
        <Dialog
            open
            title=move || text().person.me.sign_out_title
            message
            close=move || text().person.me.close
        >
            <SignOutChoices open unsent asked/>
        </Dialog>
    }
}

/// What to do with unsent work. There is no way to throw it away.
#[component]
fn SignOutChoices(
    open: RwSignal<bool>,
    unsent: Memo<usize>,
    /// Whether sending was asked for in this dialog.
    asked: RwSignal<bool>,
) -> impl IntoView {
    let device = device();
    let busy = RwSignal::new(false);
    let leave = move |keep: bool| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            device.sign_out(keep).await;
        });
    };
    // Whoever asked to send reads what became of it.
    let state = move || {
        let (frame, unsent) = (&text().frame, unsent.get());
        asked.get().then(|| match device.sync_state() {
            SyncState::Offline => (frame.sync_offline)(unsent),
            SyncState::Failed => (frame.sync_failed)(unsent),
            _ => (frame.sync_sending)(unsent),
        })
    };
    let waiting = move || {
        device
            .unsent()
            .into_iter()
            .take(UNSENT_SHOWN)
            .map(|(_, Entry { envelope, .. })| {
                let what = super::outbox::title_of(
                    device,
                    super::outbox::ticket_of(&envelope.command),
                    &envelope.command,
                );
                view! { <li>{what} " · " {locale::moment(envelope.at)}</li> }
            })
            .collect_view()
    };
    let more = move || unsent.get().saturating_sub(UNSENT_SHOWN);
    view! {
        <Show when=move || { unsent.get() > 0 }>
            <ul class="list muted">{waiting}</ul>
            <Show when=move || { more() > 0 }>
                <p class="muted">{move || (text().person.me.more)(more())}</p>
            </Show>
        </Show>
        <Show
            when=move || { unsent.get() > 0 }
            fallback=move || {
                view! {
                    <div class="dialog__bar">
                        <Button
                            text=move || text().person.me.cancel
                            name="cancel"
                            on_press=move || open.set(false)
                        />
                        <Button
                            text=move || text().person.me.sign_out_confirm
                            kind=ButtonKind::Primary
                            busy
                            name="sign-out-confirm"
                            on_press=move || leave(false)
                        />
                    </div>
                }
            }
        >
            <div class="stack">
                <Button
                    text=move || text().person.me.lock_and_keep
                    icon=Icon::Lock
                    kind=ButtonKind::Primary
                    wide=true
                    busy
                    name="lock-and-keep"
                    on_press=move || leave(true)
                />
                <Button
                    text=move || text().person.me.send_now
                    icon=Icon::CloudUp
                    wide=true
                    name="send-now"
                    on_press=move || {
                        asked.set(true);
                        device.sync_now();
                    }
                />
                <p class="muted" role="status" data-name="send-now-state">{state}</p>
                <SaveUnsentButton/>
                <Button
                    text=move || text().person.me.cancel
                    kind=ButtonKind::Quiet
                    wide=true
                    name="cancel"
                    on_press=move || open.set(false)
                />
            </div>
        </Show>
    }
}
