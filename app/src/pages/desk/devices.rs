//! Who has how much unsent work on which device, since when; and shutting a lost device out.

use std::cmp::Reverse;

use domain::{
    Timestamp,
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
            // Who holds work for longest comes first, then who was heard last.
            lines.sort_by_key(|line| {
                let held = line.waiting.unwrap_or(0) > 0 && line.revoked.is_none();
                let since = line.waiting_since.filter(|_| held).unwrap_or(Timestamp(i64::MAX));
                (!held, since, line.revoked.is_some(), Reverse(line.last_seen))
            });
            Some(lines)
        }
        Asked::Waiting | Asked::Failed(_) => None,
    });
    let shown = Memo::new(move |_| {
        let (group, now) = (group.get(), device.minute());
        let wanted = search.get().trim().to_lowercase();
        let mut lines = lines.get().unwrap_or_default();
        lines.retain(|line| {
            let known = format!("{} {}", line.name, line.device_code).to_lowercase();
            group.holds(line, now) && wanted.split_whitespace().all(|word| known.contains(word))
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
    let body = move || match devices.with(|devices| match devices {
        Asked::Waiting => None,
        Asked::Here(lines) => Some(lines.is_empty()),
        Asked::Failed(_) => Some(false),
    }) {
        None => view! { <Skeleton/> }.into_any(),
        Some(true) => {
            view! { <Empty icon=Icon::Device text=move || text().watch.no_devices/> }.into_any()
        }
        Some(false) if lines.with(Option::is_none) => ().into_any(),
        Some(false) => table(shown, revoking).into_any(),
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
                            key=|line| format!("{line:?}")
                            children=move |line| row(line, revoking)
                        />
                    </tbody>
                </table>
            </div>
        </Show>
    }
}

fn row(line: OfficeDevice, revoking: RwSignal<Option<OfficeDevice>>) -> impl IntoView {
    let device = device();
    let (own, user) = (StoredValue::new(line.clone()), line.user);
    let is_own = line.device_code == device.code();
    // Before its first envelope a device has not said what it is.
    let other_build = !line.build.is_empty() && line.build != session::build();
    let build = line.build.clone();
    let (since, seen, waiting) = (line.waiting_since, line.last_seen, line.waiting);
    let late = move || own.with_value(|line| is_late(line, device.minute()));
    let silent = move || own.with_value(|line| is_silent(line, device.minute()));
    let held = move || {
        let watch = &text().watch;
        match waiting {
            None => view! { <span class="faint">{watch.never_said}</span> }.into_any(),
            Some(0) => view! { <span class="faint">{watch.none_waiting}</span> }.into_any(),
            Some(n) => {
                let tone = if late() { Tone::Danger } else { Tone::Warning };
                view! { <Tag text=(watch.entries)(n) tone icon=Some(Icon::CloudUp)/> }.into_any()
            }
        }
    };
    let (full, lasting) = (line.full_percent, line.lasting);
    // What may be cleared matters most where it is nowhere else.
    let unkept = if waiting.unwrap_or(0) > 0 { Tone::Warning } else { Tone::Neutral };
    let kept = move || {
        let watch = &text().watch;
        let full = full.map(|full| match full {
            FULL_PERCENT.. => {
                let said = (watch.nearly_full)(full);
                view! { <Tag text=said tone=Tone::Danger icon=Some(Icon::Alert)/> }.into_any()
            }
            _ => view! { <span class="num">{(watch.used)(full)}</span> }.into_any(),
        });
        let unkept = (lasting == Some(false)).then(|| {
            view! { <Tag text=watch.may_be_cleared tone=unkept icon=Some(Icon::Shield)/> }
        });
        let said = full.is_some() || unkept.is_some();
        said.then(|| view! { <span class="row">{full} {unkept}</span> })
    };
    let phone = Memo::new(move |_| {
        let known: Option<User> = device.find(user);
        known.map(|user| user.phone).filter(|phone| !phone.is_empty())
    });
    let has_work = waiting.unwrap_or(0) > 0;
    let administrator = Memo::new(move |_| device.me().is_any(&[Role::Administrator]));
    let name = line.name.clone();
    let shut = line.revoked.is_some();
    let may_revoke = move || administrator.get() && !shut && !is_own;
    view! {
        <tr data-device=line.device_code.clone()>
            <td data-label=move || text().watch.person>
                <strong>{line.name.clone()}</strong>
            </td>
            <td data-label=move || text().watch.device>
                <span class="row">
                    <span class="mono">{line.device_code.clone()}</span>
                    {is_own.then(|| view! { <Tag text=move || text().watch.this_device tone=Tone::Info/> })}
                    {shut
                        .then(|| {
                            view! { <Tag text=move || text().watch.shut_out icon=Some(Icon::Lock)/> }
                        })}
                </span>
            </td>
            <td data-label=move || text().watch.waiting>{held}</td>
            <td data-label=move || text().watch.oldest class="num">
                {move || since.filter(|_| has_work).map(locale::ago)}
            </td>
            <td data-label=move || text().watch.room>{kept}</td>
            <td data-label=move || text().watch.last_seen class="num">
                <span class="row">
                    {move || locale::ago(seen)}
                    {move || {
                        silent()
                            .then(|| {
                                view! { <Tag text=text().watch.silent tone=Tone::Warning icon=Some(Icon::CloudOff)/> }
                            })
                    }}
                </span>
            </td>
            <td data-label=move || text().watch.version>
                {(!build.is_empty())
                    .then(|| {
                        view! {
                            <span
                                class="mono faint"
                                title=move || other_build.then(|| text().watch.other_version)
                            >
                                {build}
                                {other_build.then_some(" ≠")}
                            </span>
                        }
                    })}
            </td>
            <td data-align="end">
                <span class="row" data-align="end">
                    {move || {
                        phone
                            .get()
                            .filter(|_| has_work && !is_own)
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
                    {move || {
                        let name = name.clone();
                        may_revoke()
                            .then(|| {
                                let label = (text().watch.revoke_title)(&name);
                                view! {
                                    <span title=label>
                                        <Button
                                            text=move || text().watch.revoke
                                            kind=ButtonKind::Quiet
                                            icon=Icon::Lock
                                            name="revoke"
                                            on_press=move || revoking.set(Some(own.get_value()))
                                        />
                                    </span>
                                }
                            })
                    }}
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
