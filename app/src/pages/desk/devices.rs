//! Who has how much unsent work on which device, since when; and shutting a lost device out.

use domain::{
    Timestamp,
    search::{Names, Wanted},
    user::{Role, User},
    wire::FULL_PERCENT,
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::asked::{Asked, ask, trouble};
use crate::{
    api::{self, OfficeDevice},
    device::device,
    locale::{self, text},
    pages::shell::DeskShell,
    route::Route,
    session,
    ui::{
        Button, ButtonKind, ButtonLink, Chip, Confirm, Empty, Icon, SearchBar, Skeleton, Tag, Tone,
        open_while, toast,
    },
};

/// Unsent work that is older than this is no longer calm.
const LATE_MINUTES: i64 = 24 * 60;

/// Which devices are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    All,
    Waiting,
    Silent,
    ShutOut,
}

impl Group {
    const ALL: [Group; 4] = [Group::All, Group::Waiting, Group::Silent, Group::ShutOut];

    fn holds(self, line: &OfficeDevice, now: Timestamp) -> bool {
        match self {
            Group::All => true,
            Group::Waiting => line.waiting.unwrap_or(0) > 0,
            Group::Silent => is_silent(line, now),
            Group::ShutOut => line.revoked.is_some(),
        }
    }

    fn title(self) -> &'static str {
        let watch = &text().watch;
        match self {
            Group::All => watch.all,
            Group::Waiting => watch.with_work,
            Group::Silent => watch.silent,
            Group::ShutOut => watch.shut_out,
        }
    }
}

fn is_silent(line: &OfficeDevice, now: Timestamp) -> bool {
    line.revoked.is_none() && line.last_seen.plus_minutes(LATE_MINUTES) < now
}

fn is_late(line: &OfficeDevice, now: Timestamp) -> bool {
    line.waiting.unwrap_or(0) > 0
        && line.waiting_since.is_some_and(|since| since.plus_minutes(LATE_MINUTES) < now)
}

/// The page.
#[component]
pub fn Devices() -> impl IntoView {
    let device = device();
    let devices = RwSignal::new(Asked::<Vec<OfficeDevice>>::Waiting);
    let group = RwSignal::new(Group::All);
    let search = RwSignal::new(String::new());
    let revoking = RwSignal::new(None::<OfficeDevice>);
    let load = Callback::new(move |()| ask(devices, api::devices()));
    // The list is the server's; it is asked again as time goes by.
    Effect::new(move |_| {
        let _a_few_times_a_minute = device.minute();
        load.run(());
    });
    let lines = Memo::new(move |_| match devices.get() {
        Asked::Here(mut lines) => {
            // Who holds work for longest comes first; the others stay where they are, whenever they are heard.
            lines.sort_by_cached_key(|line| {
                let held = line.waiting.unwrap_or(0) > 0 && line.revoked.is_none();
                let since = line.waiting_since.filter(|_| held).unwrap_or(Timestamp(i64::MAX));
                (!held, since, line.revoked.is_some(), line.name.clone(), line.device_code.clone())
            });
            Some(lines)
        }
        Asked::Waiting | Asked::Failed(_) => None,
    });
    let shown = Memo::new(move |_| {
        let (group, now) = (group.get(), device.minute());
        let wanted = Wanted::new(&search.read());
        let mut lines = lines.get().unwrap_or_default();
        lines.retain(|line| {
            let names = || Names::default().name(&line.name).code(&line.device_code);
            group.holds(line, now) && (wanted.is_empty() || wanted.rank(&names()).is_some())
        });
        lines
    });
    let chip = move |which: Group| {
        let count = Memo::new(move |_| {
            let now = device.minute();
            let count = lines.with(|lines| {
                lines.as_ref().map(|lines| lines.iter().filter(|it| which.holds(it, now)).count())
            })?;
            u32::try_from(count).ok()
        });
        view! {
            <Chip
                text=move || which.title()
                count
                pressed=Signal::derive(move || group.get() == which)
                on_press=move || group.set(which)
            />
        }
    };
    // Whether there is a table, not what is in it: the next answer changes rows, and leaves the focus where it is.
    let stands = Memo::new(move |_| {
        devices.with(|devices| match devices {
            Asked::Waiting => Asked::Waiting,
            Asked::Here(lines) => Asked::Here(lines.is_empty()),
            Asked::Failed(code) => Asked::Failed(code.clone()),
        })
    });
    let body = move || match stands.get() {
        Asked::Waiting => view! { <Skeleton/> }.into_any(),
        Asked::Here(true) => {
            view! { <Empty icon=Icon::Device text=move || text().watch.no_devices/> }.into_any()
        }
        Asked::Here(false) => table(shown, revoking).into_any(),
        // What stands above says why.
        Asked::Failed(_) => ().into_any(),
    };
    view! {
        <DeskShell
            title=move || text().watch.devices
            tools=ViewFn::from(move || {
                view! {
                    <SearchBar
                        label=move || text().watch.find_device
                        placeholder=move || text().watch.find_device
                        clear=move || text().desk.clear
                        value=search
                    />
                }
            })
        >
            {trouble(devices, load)}
            <div class="row" data-align="between">
                <div class="chips" role="group" aria-label=move || text().desk.filters>
                    {Group::ALL.map(chip).collect_view()}
                </div>
                <ButtonLink
                    text=move || text().watch.attention
                    href=Route::Attention.href()
                    icon=Icon::Alert
                    kind=ButtonKind::Quiet
                    name="attention"
                />
            </div>
            {body}
            {shut_out(revoking, load)}
        </DeskShell>
    }
}

fn table(
    shown: Memo<Vec<OfficeDevice>>,
    revoking: RwSignal<Option<OfficeDevice>>,
) -> impl IntoView {
    view! {
        <Show
            when=move || !shown.with(Vec::is_empty)
            fallback=|| view! { <Empty icon=Icon::Search text=move || text().watch.no_match/> }
        >
            <div class="table-frame" data-fold="">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{move || text().watch.person}</th>
                            <th scope="col">{move || text().watch.device}</th>
                            <th scope="col">{move || text().watch.waiting}</th>
                            <th scope="col">{move || text().watch.oldest}</th>
                            <th scope="col">{move || text().watch.room}</th>
                            <th scope="col">{move || text().watch.last_seen}</th>
                            <th scope="col">{move || text().watch.version}</th>
                            <th scope="col"></th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=move || shown.get()
                            key=|line| line.replica
                            children=move |line| row(line, shown, revoking)
                        />
                    </tbody>
                </table>
            </div>
        </Show>
    }
}

/// A device's row: it stays, and what it says follows the server.
fn row(
    first: OfficeDevice,
    shown: Memo<Vec<OfficeDevice>>,
    revoking: RwSignal<Option<OfficeDevice>>,
) -> impl IntoView {
    let device = device();
    let (replica, user) = (first.replica, first.user);
    let is_own = first.device_code == device.code();
    let (code, first_code) = (first.device_code.clone(), first.device_code.clone());
    let line = Memo::new(move |before: Option<&OfficeDevice>| {
        let known = || before.unwrap_or(&first).clone();
        shown.with(|lines| {
            lines.iter().find(|line| line.replica == replica).cloned().unwrap_or_else(known)
        })
    });
    let waiting = Memo::new(move |_| line.read().waiting);
    let has_work = Memo::new(move |_| waiting.get().unwrap_or(0) > 0);
    let shut = Memo::new(move |_| line.read().revoked.is_some());
    let late = Memo::new(move |_| is_late(&line.read(), device.minute()));
    let silent = Memo::new(move |_| is_silent(&line.read(), device.minute()));
    let held = move || {
        let watch = &text().watch;
        match waiting.get() {
            None => view! { <span class="faint">{watch.never_said}</span> }.into_any(),
            Some(0) => view! { <span class="faint">{watch.none_waiting}</span> }.into_any(),
            Some(n) => {
                let tone = if late.get() { Tone::Danger } else { Tone::Warning };
                view! { <Tag text=(watch.entries)(n) tone icon=Some(Icon::CloudUp)/> }.into_any()
            }
        }
    };
    let room = Memo::new(move |_| (line.read().full_percent, line.read().lasting));
    let kept = move || {
        let watch = &text().watch;
        let (full, lasting) = room.get();
        let full = full.map(|full| match full {
            FULL_PERCENT.. => {
                let said = (watch.nearly_full)(full);
                view! { <Tag text=said tone=Tone::Danger icon=Some(Icon::Alert)/> }.into_any()
            }
            _ => view! { <span class="num">{(watch.used)(full)}</span> }.into_any(),
        });
        // What may be cleared matters most where it is nowhere else.
        let tone = if has_work.get() { Tone::Warning } else { Tone::Neutral };
        let unkept = (lasting == Some(false)).then(|| {
            view! { <Tag text=watch.may_be_cleared tone icon=Some(Icon::Shield)/> }
        });
        let said = full.is_some() || unkept.is_some();
        said.then(|| view! { <span class="row">{full} {unkept}</span> })
    };
    // Before its first envelope a device has not said what it is.
    let build = Memo::new(move |_| line.read().build.clone());
    let version = move || {
        let build = build.get();
        let other = build != session::build();
        (!build.is_empty()).then(|| {
            view! {
                <span class="mono faint" title=other.then(|| text().watch.other_version)>
                    {build}
                    {other.then_some(" ≠")}
                </span>
            }
        })
    };
    let phone = Memo::new(move |_| {
        let known: Option<User> = device.find(user);
        known.map(|user| user.phone).filter(|phone| has_work.get() && !is_own && !phone.is_empty())
    });
    let name = Memo::new(move |_| line.read().name.clone());
    let may_revoke =
        Memo::new(move |_| device.me().is_any(&[Role::Administrator]) && !shut.get() && !is_own);
    view! {
        <tr data-device=first_code>
            <td data-label=move || text().watch.person>
                <strong>{name}</strong>
            </td>
            <td data-label=move || text().watch.device>
                <span class="row">
                    <span class="mono">{code}</span>
                    {is_own.then(|| view! { <Tag text=move || text().watch.this_device tone=Tone::Info/> })}
                    {move || {
                        shut.get()
                            .then(|| {
                                view! { <Tag text=text().watch.shut_out icon=Some(Icon::Lock)/> }
                            })
                    }}
                </span>
            </td>
            <td data-label=move || text().watch.waiting>{held}</td>
            <td data-label=move || text().watch.oldest class="num">
                {move || line.read().waiting_since.filter(|_| has_work.get()).map(locale::ago)}
            </td>
            <td data-label=move || text().watch.room>{kept}</td>
            <td data-label=move || text().watch.last_seen class="num">
                <span class="row">
                    {move || locale::ago(line.read().last_seen)}
                    {move || {
                        silent
                            .get()
                            .then(|| {
                                view! { <Tag text=text().watch.silent tone=Tone::Warning icon=Some(Icon::CloudOff)/> }
                            })
                    }}
                </span>
            </td>
            <td data-label=move || text().watch.version>{version}</td>
            <td data-align="end">
                <span class="row" data-align="end">
                    {move || {
                        phone
                            .get()
                            .map(|phone| {
                                let href = format!("tel:{}", phone.replace(' ', ""));
                                view! {
                                    <ButtonLink
                                        text=move || text().watch.ask_to_sync
                                        href
                                        icon=Icon::Phone
                                        kind=ButtonKind::Quiet
                                    />
                                }
                            })
                    }}
                    <Show when=move || may_revoke.get()>
                        <span title=move || (text().watch.revoke_title)(&name.read())>
                            <Button
                                text=move || text().watch.revoke
                                kind=ButtonKind::Quiet
                                icon=Icon::Lock
                                name="revoke"
                                on_press=move || revoking.set(Some(line.get_untracked()))
                            />
                        </span>
                    </Show>
                </span>
            </td>
        </tr>
    }
}

/// Asks before a device is shut out: what it still holds will not count.
fn shut_out(revoking: RwSignal<Option<OfficeDevice>>, load: Callback<()>) -> impl IntoView {
    let open = open_while(revoking);
    let title = move || {
        let name = revoking.with(|it| it.as_ref().map(|it| it.name.clone()).unwrap_or_default());
        (text().watch.revoke_title)(&name)
    };
    let message = move || {
        revoking.with(|line| {
            let Some(line) = line else { return String::new() };
            let watch = &text().watch;
            let message = (watch.revoke_message)(&line.name, &line.device_code);
            match line.waiting {
                Some(held @ 1..) => (watch.revoke_waiting)(&message, held),
                _ => message,
            }
        })
    };
    let revoke = move || {
        let Some(line) = revoking.get_untracked() else { return };
        open.set(false);
        spawn_local(async move {
            match api::revoke_device(line.replica).await {
                Ok(()) => toast(Tone::Success, untrack(|| text().watch.revoked)),
                Err(_) => toast(Tone::Danger, untrack(|| text().watch.failed)),
            }
            load.run(());
        });
    };
    view! {
        <Confirm
            open
            title
            message
            cancel=move || text().watch.cancel
            confirm=move || text().watch.revoke
            danger=true
            on_confirm=revoke
        />
    }
}
