//! What a device begins with that nobody has used: the ways in, and nothing of the work, so that it is here soon on
//! a slow network. The program of whoever comes in is fetched behind it (`public/boot.js`).

use std::cell::Cell;

use domain::{user::User, wire::Session};
use futures::future::LocalBoxFuture;
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::{
    clock, locale,
    pages::sign_in::SignIn,
    program::{arrived, home, press_once},
    route::{self, Face},
    session::{self, Credentials, Entered, LetIn, SignInTrouble},
    storage,
    ui::{Toasts, provide_toasts},
};

/// The face whose program starts on this device; `public/boot.js` reads it.
const FACE: &str = "doorstep.face";

thread_local! {
    /// Whether a form has been sent and not refused.
    static COMING_IN: Cell<bool> = const { Cell::new(false) };
}

/// Starts the program.
pub fn run() {
    // What people see of our bugs is boot.js's: a trap has no hook.
    console_error_panic_hook::set_once();
    route::follow(Face::Door);
    leptos::mount::mount_to_body(door);
}

fn door() -> impl IntoView {
    locale::start();
    clock::start();
    provide_toasts();
    press_once();
    provide_context(LetIn(let_in));
    Effect::new(|_| document().set_title(locale::text().frame.brand));
    spawn_local(async {
        // Nobody's form is taken away from under their hands.
        if let Some(Session { user, .. }) = session::standing().await
            && !COMING_IN.get()
        {
            lead(&user).await;
            // The same address, in the person's own program.
            let _left = window().location().reload();
        }
    });
    arrived();
    view! {
        <SignIn/>
        <Toasts/>
    }
}

/// Gets a session, and leaves it to the program that follows, which opens the person's data.
fn let_in(with: Credentials) -> LocalBoxFuture<'static, Result<(), SignInTrouble>> {
    Box::pin(async move {
        COMING_IN.set(true);
        let session = with.present().await.inspect_err(|_| COMING_IN.set(false))?;
        let user = session.user.clone();
        Entered::leave(session, with.pin());
        lead(&user).await;
        Ok(())
    })
}

/// Has the person's own program start from now on, and waits until it is here where it is on its way.
async fn lead(user: &User) {
    let face = match home(user).face() {
        Some(Face::Office) => "office",
        _ => "field",
    };
    storage::remember(FACE, face);
    let enter = Reflect::get(&window(), &"doorstepEnter".into());
    let coming = enter.and_then(|enter| enter.dyn_into::<Function>());
    if let Ok(coming) = coming.and_then(|enter| enter.call1(&window(), &face.into())) {
        // It waits whether it comes or not: the page says what is wrong.
        let _came = JsFuture::from(Promise::resolve(&coming)).await;
    }
}
