//! Login cards: made for people, shown once, printed, taken back.
//!
//! Controls, by `data-name`: `pick-<login>`, `make-cards`, `print-cards`, `other-cards`, `take-back-card`, `card-code`.

use domain::{
    Id,
    user::{Role, User},
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::start::CARDS_MADE;
use crate::{
    api::{self, Account, LoginCard},
    device::{Device, device},
    locale::{self, text},
    pages::{import::fault, paper::print, shell::DeskShell},
    route::{self, Route},
    storage,
    ui::{
        Banner, Button, ButtonKind, ButtonLink, CheckRow, Empty, Icon, IconButton, QrCode,
        Skeleton, Tone, toast,
    },
};

/// Somebody who may get a card.
#[derive(Clone)]
struct Holder {
    user: User,
    account: Account,
    picked: RwSignal<bool>,
}

/// What the page knows.
#[derive(Clone, Copy)]
struct Desk {
    holders: RwSignal<Option<Vec<Holder>>>,
    failed: RwSignal<Option<String>>,
    made: RwSignal<Vec<LoginCard>>,
    organisation: RwSignal<String>,
    busy: RwSignal<bool>,
}

impl Desk {
    fn load(self, device: Device) {
        let wanted: Option<Id<User>> =
            untrack(|| route::query("for")).and_then(|id| id.parse().ok());
        spawn_local(async move {
            let answer = api::accounts().await;
            if let Ok(hello) = api::hello().await {
                self.organisation.try_set(hello.organisation.unwrap_or_default());
            }
            let accounts = match answer {
                Ok(accounts) => accounts,
                Err(why) => {
                    self.failed.try_set(Some(why.code().to_owned()));
                    return;
                }
            };
            let holders = accounts.into_iter().filter_map(|account| {
                let user = untrack(|| device.find(account.user)).filter(|user| user.active)?;
                let waits = user.is_any(&[Role::Engineer]) && account.replicas.is_empty();
                let picked = wanted.map_or(waits, |wanted| wanted == user.id);
                Some(Holder { user, account, picked: RwSignal::new(picked) })
            });
            let mut holders: Vec<Holder> = holders.collect();
            // Who has not been here yet comes first, engineers before the office.
            holders.sort_by_key(|holder| {
                (
                    !holder.account.replicas.is_empty(),
                    holder.user.roles.first().copied(),
                    holder.user.name.clone(),
                )
            });
            self.failed.try_set(None);
            self.holders.try_set(Some(holders));
        });
    }

    fn picked(self) -> Vec<Id<User>> {
        self.holders.with(|holders| {
            let holders = holders.iter().flatten();
            holders.filter(|holder| holder.picked.get()).map(|holder| holder.user.id).collect()
        })
    }
}

/// The page.
#[component]
pub fn Cards() -> impl IntoView {
    let device = device();
    let desk = Desk {
        holders: RwSignal::new(None),
        failed: RwSignal::new(None),
        made: RwSignal::new(Vec::new()),
        organisation: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
    };
    let administrator = Memo::new(move |_| device.me().is_any(&[Role::Administrator]));
    Effect::new(move |_| {
        if administrator.get() {
            desk.load(device);
        }
    });
    let failed = move || desk.failed.get().map(|code| fault(&code));
    view! {
        <DeskShell title=move || text().first_run.cards.title>
            <Show when=move || !administrator.get()>
                <Banner text=move || text().office.people.only_administrator icon=Icon::Shield/>
            </Show>
            <Show when=move || failed().is_some()>
                <Banner
                    text=move || failed().unwrap_or_default()
                    tone=Tone::Warning
                    icon=Icon::WifiOff
                    action=move || text().office.people.retry
                    on_action=move || desk.load(device)
                />
            </Show>
            {move || {
                if !administrator.get() {
                    ().into_any()
                } else if desk.made.with(Vec::is_empty) {
                    view! { <Choose desk/> }.into_any()
                } else {
                    view! { <Made desk/> }.into_any()
                }
            }}
        </DeskShell>
    }
}

/// Whom to make cards for.
#[component]
fn Choose(desk: Desk) -> impl IntoView {
    let device = device();
    let make = move || {
        let users = untrack(|| desk.picked());
        desk.busy.set(true);
        spawn_local(async move {
            let made = api::make_cards(&users, &route::address(Route::Enrol)).await;
            desk.busy.set(false);
            match made {
                Ok(cards) => {
                    storage::remember(CARDS_MADE, "1");
                    desk.made.set(cards);
                    window().scroll_to_with_x_and_y(0.0, 0.0);
                }
                Err(no) => toast(Tone::Danger, fault(no.code())),
            }
        });
    };
    let why_not = Signal::derive(move || {
        desk.picked().is_empty().then(|| text().first_run.cards.pick_one.to_owned())
    });
    let list = move || match desk.holders.get() {
        None => view! { <Skeleton/> }.into_any(),
        Some(holders) if holders.is_empty() => view! {
            <Empty icon=Icon::Users text=move || text().first_run.cards.nobody>
                <ButtonLink
                    text=move || text().first_run.cards.nobody_go
                    href=Route::People.with("add", "engineer")
                    kind=ButtonKind::Primary
                />
            </Empty>
        }
        .into_any(),
        Some(holders) => view! {
            <ul class="cards__people" aria-label=move || text().first_run.cards.whose>
                {holders.into_iter().map(|holder| line(device, desk, holder)).collect_view()}
            </ul>
            <div class="cards__bar">
                <Button
                    text=move || (text().first_run.cards.make)(desk.picked().len())
                    kind=ButtonKind::Primary
                    icon=Icon::Print
                    name="make-cards"
                    why_not
                    busy=desk.busy
                    on_press=make
                />
                <p class="muted">{move || text().first_run.cards.replaces}</p>
            </div>
        }
        .into_any(),
    };
    view! {
        <div class="cards">
            <p class="muted">{move || text().first_run.cards.lead}</p>
            <Reach/>
            {list}
        </div>
    }
}

/// One person: how their card stands, to be picked.
fn line(device: Device, desk: Desk, holder: Holder) -> impl IntoView {
    let Holder { user, account, picked } = holder;
    let (id, name, roles) = (user.id, user.name.clone(), user.roles.clone());
    let open = account.card.as_ref().is_some_and(|card| {
        card.used.is_none() && card.revoked.is_none() && card.expires > device.now()
    });
    let login = account.login.clone();
    let standing = move || {
        let (words, card) = (&text().first_run.cards, account.card.as_ref());
        let said = match card {
            Some(card) => match (card.used, card.revoked) {
                (Some(used), _) => (words.used)(&locale::moment(used)),
                (None, Some(_)) => words.revoked.to_owned(),
                (None, None) if open => (words.open)(&locale::moment(card.expires)),
                (None, None) => words.expired.to_owned(),
            },
            None if account.replicas.is_empty() => words.none_yet.to_owned(),
            None => words.works.to_owned(),
        };
        let roles: Vec<&str> = roles.iter().map(|role| text().words.role(*role)).collect();
        format!("{} · {} · {said}", roles.join(" · "), account.login)
    };
    let shown = name.clone();
    let take_back = move || {
        spawn_local(async move {
            match api::revoke_card(id).await {
                Ok(()) => {
                    toast(Tone::Success, text().first_run.cards.taken_back);
                    desk.load(device);
                }
                Err(no) => toast(Tone::Danger, fault(no.code())),
            }
        });
    };
    view! {
        <li class="cards__person" data-person=login>
            <CheckRow label=move || name.clone() hint=Signal::derive(standing) checked=picked/>
            {open
                .then(|| {
                    view! {
                        <IconButton
                            icon=Icon::XCircle
                            label=move || (text().first_run.cards.take_back_of)(&shown)
                            name="take-back-card"
                            on_press=take_back
                        />
                    }
                })}
        </li>
    }
}

/// Says so where a phone could not reach this address, or could not install from it.
#[component]
fn Reach() -> impl IntoView {
    let location = window().location();
    let host = location.hostname().unwrap_or_default();
    let local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
    let plain = location.protocol().unwrap_or_default() == "http:";
    (local || plain).then(|| {
        view! {
            <p class="note" data-tone="warning">
                {move || {
                    let words = &text().first_run.cards;
                    if local { words.not_reachable } else { words.insecure }
                }}
            </p>
        }
    })
}

/// The cards, on the screen and on paper.
#[component]
fn Made(desk: Desk) -> impl IntoView {
    let count = move || desk.made.with(Vec::len);
    let cards = move || {
        desk.made.get().into_iter().map(|card| paper(card, desk.organisation)).collect_view()
    };
    view! {
        <div class="cards">
            <div class="cards__bar">
                <h2 class="title-2">{move || (text().first_run.cards.made)(count())}</h2>
                <span class="spacer"></span>
                <Button
                    text=move || text().first_run.cards.others
                    name="other-cards"
                    on_press=move || {
                        desk.made.set(Vec::new());
                        desk.load(device());
                    }
                />
                <Button
                    text=move || text().first_run.cards.print
                    kind=ButtonKind::Primary
                    icon=Icon::Print
                    name="print-cards"
                    on_press=print
                />
            </div>
            <p class="note" data-tone="info">{move || text().first_run.cards.made_note}</p>
            <Reach/>
            <div class="cards__sheet">{cards}</div>
        </div>
    }
}

fn paper(card: LoginCard, organisation: RwSignal<String>) -> impl IntoView {
    let LoginCard { name, login, code, link, expires, .. } = card;
    let (shown, of) = (name.clone(), name);
    let address = link.split('#').next().unwrap_or_default().to_owned();
    let steps = move || {
        let steps = text().first_run.cards.steps;
        steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()
    };
    view! {
        <article class="login-card">
            <header class="login-card__head">
                <span>{move || organisation.get()}</span>
                <span class="login-card__kind">{move || text().first_run.cards.heading}</span>
            </header>
            <div class="login-card__code">
                <QrCode text=link label=move || (text().first_run.cards.qr)(&of)/>
            </div>
            <div class="login-card__who">
                <p class="title-1">{shown}</p>
                <p class="muted">{move || text().first_run.cards.login} " " <span class="mono">{login}</span></p>
            </div>
            <ol class="login-card__steps">{steps}</ol>
            <div class="login-card__typed">
                <p>{move || (text().first_run.cards.or_type)(&address)}</p>
                <p class="login-card__letters mono" data-name="card-code">{code}</p>
            </div>
            <p class="login-card__foot">
                {move || text().first_run.cards.wechat} " "
                {move || (text().first_run.cards.good_until)(&locale::date(expires))}
            </p>
        </article>
    }
}
