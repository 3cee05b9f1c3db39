//! Is this customer copy genuine? Without a network by what this device holds, with one by the server.
//!
//! Strangers get the server's own page at the same address (`server/src/verify.rs`); both ask [`judge`].
//!
//! Controls, by `data-name`: `language`, `copy-scan`, `copy-check`, `home`, `finding`.

use domain::{
    copy::{CODE_BYTES_MAX, Checked, Code, Finding, Judgement, Statement, judge},
    sheet::Sheet,
    values::Language,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{self, Fault},
    device::{Device, Held, device},
    locale::{self, text},
    route, seal,
    ui::{Button, ButtonKind, Fact, Facts, Icon, Scan, TextArea, lead_to},
};

/// How far the check has come.
#[derive(Clone, Debug, PartialEq)]
enum State {
    Idle,
    Asking,
    Unreadable,
    TooMany,
    /// `alone` where only this device was asked.
    Told {
        judgement: Judgement,
        alone: bool,
    },
}

/// The page, for anybody who has the app.
#[component]
pub fn Verify() -> impl IntoView {
    let device = device();
    let typed = RwSignal::new(untrack(|| route::query("c")).unwrap_or_default());
    let state = RwSignal::new(State::Idle);
    let latest = StoredValue::new(0u32);
    let check = move || {
        latest.update_value(|latest| *latest += 1);
        let turn = latest.get_value();
        spawn_local(async move {
            let tell = |told: State| {
                // The answer to an older question is nobody's any more.
                if latest.try_get_value() == Some(turn) {
                    state.set(told);
                }
            };
            find_out(device, typed.get_untracked(), &tell).await;
        });
    };
    let scanning = RwSignal::new(false);
    let scanned = move |code: String| {
        typed.set(code);
        check();
    };
    if !typed.with_untracked(String::is_empty) {
        check();
    }
    let signed_in = Memo::new(move |_| device.view.with(Option::is_some));
    view! {
        <div class="verify">
            <header class="verify__head">
                <strong>{move || text().person.brand}</strong>
                <button
                    class="button"
                    type="button"
                    data-kind="secondary"
                    data-name="language"
                    on:click=move |_| locale::set_language(other(untrack(locale::language)))
                >
                    {Icon::Language.svg()}
                    <span>{move || text().handover.other_language}</span>
                </button>
            </header>
            <main class="verify__main">
                <h1 class="verify__title" tabindex="-1">{move || text().handover.verify.title}</h1>
                {move || shown(state.get())}
                <Button
                    text=move || text().handover.verify.scan
                    icon=Icon::Scan
                    wide=true
                    name="copy-scan"
                    on_press=move || scanning.set(true)
                />
                // A copy's code is most often pasted as a whole address.
                <Scan
                    open=scanning
                    words=Signal::derive(|| *text().scan)
                    on_code=scanned
                    longest=CODE_BYTES_MAX
                />
                <form
                    class="verify__form"
                    on:submit=move |event| {
                        event.prevent_default();
                        check();
                    }
                >
                    <TextArea
                        label=move || text().handover.verify.label
                        hint=move || text().handover.verify.hint
                        value=typed
                        required=true
                        rows=3
                        max_length=CODE_BYTES_MAX
                        id="copy-code"
                    />
                    <Button
                        text=move || text().handover.verify.check
                        kind=ButtonKind::Primary
                        submit=true
                        wide=true
                        busy=Signal::derive(move || state.get() == State::Asking)
                        name="copy-check"
                        on_press=|| ()
                    />
                </form>
                <p class="verify__note">{move || text().handover.verify.note}</p>
                <Show when=move || signed_in.get()>
                    <Button
                        text=move || text().handover.verify.home
                        kind=ButtonKind::Quiet
                        name="home"
                        on_press=move || route::replace(crate::program::home(&device.me()))
                    />
                </Show>
            </main>
        </div>
    }
}

async fn find_out(device: Device, typed: String, tell: &dyn Fn(State)) {
    if typed.trim().is_empty() {
        // What was told of another code is no answer to this.
        tell(State::Idle);
        lead_to("copy-code");
        return;
    }
    let Ok(code) = Code::read(&typed) else {
        tell(State::Unreadable);
        return;
    };
    tell(State::Asking);
    let checked = match &code {
        Code::Whole(statement) => seal::check(statement).await,
        Code::Short { .. } => Checked::Nothing,
    };
    let here = judge(&code, checked, &known(device, code.number()));
    match api::verify_copy(&typed).await {
        Ok(judgement) => tell(State::Told { judgement, alone: false }),
        Err(Fault::Problem { status: 429, .. }) => tell(State::TooMany),
        Err(_) => tell(State::Told { judgement: here, alone: true }),
    }
}

/// The sheets of the visit that the sheet with this number is about, as far as this device holds them.
fn known(device: Device, number: &str) -> Vec<Sheet> {
    let sheets = untrack(|| device.held::<Sheet>());
    let visit = sheets.iter().find(|sheet| sheet.content.number() == number).map(|it| it.visit);
    let same = |sheet: &&Held<Sheet>| Some(sheet.visit) == visit;
    sheets.iter().filter(same).map(|sheet| (**sheet).clone()).collect()
}

fn shown(state: State) -> AnyView {
    let words = &text().handover.verify;
    let said = |words: &'static str| {
        view! { <section class="verify__answer" data-tone="neutral" role="status"><p>{words}</p></section> }
            .into_any()
    };
    let (judgement, alone) = match state {
        State::Idle => return view! { <p class="verify__lead">{words.lead}</p> }.into_any(),
        State::Asking => return said(words.checking),
        State::Unreadable => return said(words.unreadable),
        State::TooMany => return said(words.too_many),
        State::Told { judgement, alone } => (judgement, alone),
    };
    let Judgement { finding, statement, newest } = judgement;
    let tone = match finding {
        Finding::Authentic => "success",
        Finding::Changed => "danger",
        Finding::Older => "warning",
        Finding::NotYet | Finding::Foreign => "neutral",
    };
    // What a device alone does not know, the office may have heard long ago.
    let unsure = alone && finding == Finding::NotYet;
    let (title, explained) = if unsure {
        (words.unknown_here, words.unknown_here_explained.to_owned())
    } else {
        ((words.finding)(finding), (words.explained)(finding, &newest.unwrap_or_default()))
    };
    view! {
        <section class="verify__answer" data-tone=tone role="status">
            <h2 class="verify__finding" data-name="finding">{title}</h2>
            <p>{explained}</p>
            {(alone && !unsure).then(|| view! { <p>{words.here_only}</p> })}
        </section>
        {statement.map(stated)}
    }
    .into_any()
}

/// What the reader compares with the paper.
fn stated(statement: Statement) -> impl IntoView {
    let (words, sheet) = (&text().handover.verify, &text().handover.sheet);
    let ended = match statement.ended {
        domain::copy::Ended::Repaired => sheet.repaired,
        domain::copy::Ended::NoFault => sheet.no_fault,
        domain::copy::Ended::NotRepaired => sheet.not_repaired,
    };
    let solved =
        statement.solved.map(|solved| if solved { sheet.solved_yes } else { sheet.solved_no });
    let code = statement.check_code();
    view! {
        <p class="verify__lead">{words.compare}</p>
        <Facts>
            <Fact label=sheet.number value=statement.number/>
            <Fact label=sheet.check_code value=code/>
            <Fact label=words.answer value=(words.given)(statement.given)/>
            <Fact label=sheet.result value=ended/>
            {solved.map(|solved| view! { <Fact label=sheet.solved value=solved/> })}
            <Fact label=sheet.total value=locale::money(statement.total)/>
            <Fact label=sheet.signed_at value=locale::written(statement.at)/>
            {statement.seal.map(|seal| view! { <Fact label=words.sealed value=locale::written(seal.at)/> })}
        </Facts>
    }
}

fn other(language: Language) -> Language {
    match language {
        Language::Chinese => Language::English,
        Language::English => Language::Chinese,
    }
}
