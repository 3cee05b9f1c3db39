//! The PIN: setting it, and taking the device back with it.

use domain::values::Language;
use leptos::{prelude::*, task::spawn_local};

use super::{Scene, form};
use crate::{
    device::device,
    locale::{self, text},
    pin::{PIN_DIGITS_MAX, PinTrouble, is_pin},
    ui::{Button, ButtonKind, Dialog, Field, FieldKind, Icon, Tone, toast},
};

/// The engineer's way back: the PIN, or the password where it is forgotten.
#[component]
pub fn TakeBack(scene: Scene) -> impl IntoView {
    let device = scene.device;
    let pin = RwSignal::new(String::new());
    let login = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let by_password = RwSignal::new(untrack(|| !device.has_pin()));
    let busy = RwSignal::new(false);
    let error = RwSignal::new(String::new());
    let login_error = RwSignal::new(String::new());
    // Nobody types a PIN first to read that none is taken.
    spawn_local(async move {
        if let Some(pause) = device.pin_pause().await {
            let _gone = error.try_set(untrack(|| pin_trouble(&pause)));
        }
    });

    // These screens are gone by the time the device is taken back; nothing of them is read then.
    let released = move |language: Language| {
        device.drop_draft(&form(scene.visit));
        locale::set_language(language);
    };
    let with_pin = move || {
        if busy.get_untracked() {
            return;
        }
        if pin.with_untracked(String::is_empty) {
            error.set(untrack(|| text().handover.pin_missing.to_owned()));
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let (tried, language) = (pin.get_untracked(), scene.engineer.get_untracked());
            match device.take_back(&tried).await {
                Ok(()) => released(language),
                Err(trouble) => {
                    error.set(untrack(|| pin_trouble(&trouble)));
                    busy.set(false);
                    pin.set(String::new());
                }
            }
        });
    };
    let with_password = move || {
        if busy.get_untracked() {
            return;
        }
        login_error.set(String::new());
        error.set(String::new());
        let words = untrack(|| &text().person.sign_in);
        if login.with_untracked(|login| login.trim().is_empty()) {
            login_error.set(words.login_missing.to_owned());
        }
        if password.with_untracked(String::is_empty) {
            error.set(words.password_missing.to_owned());
        }
        if [login_error, error].iter().any(|error| !error.with_untracked(String::is_empty)) {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let (login, tried) = (login.get_untracked(), password.get_untracked());
            let language = scene.engineer.get_untracked();
            match device.take_back_by_password(login.trim(), &tried).await {
                Ok(()) => released(language),
                Err(trouble) => {
                    error.set(untrack(|| crate::pages::sign_in::trouble(&trouble)));
                    busy.set(false);
                    password.set(String::new());
                }
            }
        });
    };
    let switch = move || {
        error.set(String::new());
        login_error.set(String::new());
        by_password.update(|by_password| *by_password = !*by_password);
    };
    move || {
        if by_password.get() {
            view! {
                <form
                    class="form"
                    on:submit=move |event| {
                        event.prevent_default();
                        with_password();
                    }
                >
                    <p class="muted">
                        {move || (text().handover.password_lead)(&device.me().name)}
                    </p>
                    <Field
                        label=move || text().person.sign_in.login
                        value=login
                        autocomplete="username"
                        error=login_error
                        id="take-back-login"
                    />
                    <Field
                        label=move || text().handover.password
                        value=password
                        kind=FieldKind::Password
                        autocomplete="current-password"
                        error
                        id="take-back-password"
                    />
                    <div class="dialog__bar">
                        {device
                            .has_pin()
                            .then(|| {
                                view! {
                                    <Button
                                        text=move || text().handover.pin_instead
                                        kind=ButtonKind::Quiet
                                        name="pin-instead"
                                        on_press=switch
                                    />
                                }
                            })}
                        <Button
                            text=move || text().handover.unlock
                            kind=ButtonKind::Primary
                            submit=true
                            busy
                            name="password-unlock"
                            on_press=|| ()
                        />
                    </div>
                </form>
            }
            .into_any()
        } else {
            view! {
                <form
                    class="form pin-form"
                    on:submit=move |event| {
                        event.prevent_default();
                        with_pin();
                    }
                >
                    <Field
                        label=move || text().handover.pin
                        value=pin
                        kind=FieldKind::Pin
                        max_length=PIN_DIGITS_MAX
                        error
                        large=true
                        id="pin"
                    />
                    <Keys pin/>
                    <div class="dialog__bar">
                        <Button
                            text=move || text().handover.pin_forgotten
                            kind=ButtonKind::Quiet
                            name="pin-forgotten"
                            on_press=switch
                        />
                        <Button
                            text=move || text().handover.unlock
                            kind=ButtonKind::Primary
                            submit=true
                            busy
                            name="pin-unlock"
                            on_press=|| ()
                        />
                    </div>
                </form>
            }
            .into_any()
        }
    }
}

/// Digits as large as a thumb, so that no keyboard has to open.
#[component]
fn Keys(pin: RwSignal<String>) -> impl IntoView {
    let press = move |digit: char| {
        pin.update(|pin| {
            if pin.len() < PIN_DIGITS_MAX {
                pin.push(digit);
            }
        });
    };
    let key = move |digit: char| {
        view! {
            <button
                class="pin__key num"
                type="button"
                data-name=format!("pin-{digit}")
                on:click=move |_| press(digit)
            >
                {digit.to_string()}
            </button>
        }
    };
    view! {
        <div class="pin">
            {('1'..='9').map(key).collect_view()}
            <span></span>
            {key('0')}
            <button
                class="pin__key"
                type="button"
                data-name="pin-delete"
                aria-label=move || text().handover.pin_delete
                on:click=move |_| pin.update(|pin| { pin.pop(); })
            >
                {Icon::Back.svg()}
            </button>
        </div>
    }
}

/// Asks for a new PIN and keeps it on this device.
#[component]
pub fn SetPinDialog(
    open: RwSignal<bool>,
    #[prop(optional, into)] on_done: Option<Callback<()>>,
) -> impl IntoView {
    view! {
        <Dialog
            open
            title=move || text().handover.set_pin_title
            close=move || text().handover.cancel
        >
            <SetPin open on_done/>
        </Dialog>
    }
}

#[component]
fn SetPin(open: RwSignal<bool>, on_done: Option<Callback<()>>) -> impl IntoView {
    let device = device();
    let first = RwSignal::new(String::new());
    let second = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let error = RwSignal::new(String::new());
    let repeat_error = RwSignal::new(String::new());
    let save = move || {
        if busy.get_untracked() {
            return;
        }
        error.set(String::new());
        repeat_error.set(String::new());
        let pin = first.get_untracked();
        let words = untrack(|| &text().handover);
        if !is_pin(&pin) {
            error.set(words.pin_malformed.into());
            return;
        }
        if pin != second.get_untracked() {
            repeat_error.set(words.pin_differs.into());
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let kept = device.set_pin(&pin).await;
            busy.set(false);
            if kept.is_ok() {
                open.set(false);
                toast(Tone::Success, untrack(|| text().handover.pin_kept));
                if let Some(on_done) = on_done {
                    on_done.run(());
                }
            } else {
                error.set(untrack(|| text().person.sign_in.storage.to_owned()));
            }
        });
    };
    view! {
        <form
            class="form pin-form"
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <p class="muted">{move || text().handover.set_pin_lead}</p>
            <Field
                label=move || text().handover.new_pin
                hint=move || text().handover.new_pin_hint
                value=first
                kind=FieldKind::Pin
                max_length=PIN_DIGITS_MAX
                required=true
                error
                id="new-pin"
            />
            <Field
                label=move || text().handover.repeat_pin
                value=second
                kind=FieldKind::Pin
                max_length=PIN_DIGITS_MAX
                required=true
                error=repeat_error
                id="repeat-pin"
            />
            <div class="dialog__bar">
                <Button
                    text=move || text().handover.cancel
                    name="pin-cancel"
                    on_press=move || open.set(false)
                />
                <Button
                    text=move || text().handover.save_pin
                    kind=ButtonKind::Primary
                    submit=true
                    busy
                    name="pin-save"
                    on_press=|| ()
                />
            </div>
        </form>
    }
}

fn pin_trouble(trouble: &PinTrouble) -> String {
    let words = &text().handover;
    match trouble {
        PinTrouble::Wrong { left } => (words.pin_wrong)(*left),
        // The clock on the screen shows no seconds: in the minute after, it is over for sure.
        PinTrouble::Locked { until } => (words.pin_locked)(locale::time(until.plus_minutes(1))),
    }
}
