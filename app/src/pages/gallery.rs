//! Every part in every state, with switches for language, light and letters: what is looked at, audited and compared.

use domain::values::{Language, TEXT_CHARS_MAX};
use leptos::prelude::*;

use crate::{
    locale::{self, gallery::GalleryText, text},
    look,
    pages::shell::DeskShell,
    route::Route,
    ui::{
        ActionSheet, Badge, Banner, Button, ButtonKind, ButtonLink, Card, Cell, CellGroup,
        CheckRow, Chip, Choice, Confirm, CopyText, DateTime, Dialog, Drawer, Empty, Fact, Facts,
        Field, FieldKind, FileField, Icon, IconButton, Moment, Nameplate, Plate, QrCode, RadioRows,
        SearchBar, Segmented, Select, SheetAction, SignaturePad, Skeleton, SlaRail, SlaText, Step,
        StepState, Stepper, Steps, SyncChip, SyncState, TabItem, Tabs, Tag, TextArea, TimeKind,
        Timeline, Tone, toast, toast_undo,
    },
};

const TONES: [Tone; 7] = [
    Tone::Neutral,
    Tone::Primary,
    Tone::Success,
    Tone::Warning,
    Tone::Danger,
    Tone::Info,
    Tone::Violet,
];

/// Sample words in the reader's language.
fn say(pick: fn(&GalleryText) -> &'static str) -> Signal<String> {
    Signal::derive(move || pick(&text().gallery).to_owned())
}

/// The page.
pub fn gallery() -> AnyView {
    view! {
        <DeskShell title=say(|t| t.title)>
            <p class="muted">{say(|t| t.about)}</p>
            {switches()}
            {buttons()}
            {fields()}
            {choices()}
            {marks()}
            {plates()}
            {lists()}
            {courses()}
            {overlays()}
            {notices()}
        </DeskShell>
    }
    .into_any()
}

/// One group of parts; names of parts are code and the same in every language.
fn group(parts: &'static str, children: AnyView) -> AnyView {
    view! {
        <section class="card" data-group=parts>
            <h2 class="card__title"><code lang="en">{parts}</code></h2>
            {children}
        </section>
    }
    .into_any()
}

fn words() -> Vec<Choice> {
    let words = &text().gallery;
    vec![
        Choice::new("one", words.one).hint(words.hint),
        Choice::new("two", words.two),
        Choice::new("three", words.three),
    ]
}

fn switches() -> AnyView {
    let language = RwSignal::new(locale::code(untrack(locale::language)).to_owned());
    let theme = RwSignal::new(look::chosen(look::THEME));
    let large = RwSignal::new(look::chosen(look::SIZE) == "large");
    let languages: Vec<Choice> = [Language::Chinese, Language::English]
        .map(|one| Choice::new(locale::code(one), locale::texts(one).person.own_language))
        .into();
    let themes = move || {
        let words = &text().gallery;
        vec![
            Choice::new("", words.system),
            Choice::new("light", words.light),
            Choice::new("dark", words.dark),
        ]
    };
    view! {
        <Card title=say(|t| t.switches)>
            <Segmented
                label=say(|t| t.language)
                value=language
                options=languages
                on_pick=|picked: String| {
                    let english = picked == locale::code(Language::English);
                    locale::set_language(if english { Language::English } else { Language::Chinese });
                }
            />
            <Segmented
                label=say(|t| t.theme)
                value=theme
                options=Signal::derive(themes)
                on_pick=|picked: String| look::choose(look::THEME, &picked)
            />
            <CheckRow
                label=say(|t| t.large)
                checked=large
                on_toggle=|large: bool| look::choose(look::SIZE, if large { "large" } else { "" })
            />
        </Card>
    }
    .into_any()
}

fn buttons() -> AnyView {
    let kinds = [ButtonKind::Primary, ButtonKind::Secondary, ButtonKind::Quiet, ButtonKind::Danger];
    let row = move |why: bool, busy: bool| {
        let one = move |kind| {
            let why_not = Signal::derive(move || why.then(|| text().gallery.why.to_owned()));
            view! { <Button text=say(|t| t.save) kind icon=Icon::Check why_not busy/> }
        };
        view! { <div class="row">{kinds.map(one).collect_view()}</div> }
    };
    let pressed = RwSignal::new(true);
    let view = view! {
        {row(false, false)}
        {row(true, false)}
        {row(false, true)}
        <Button text=say(|t| t.save) kind=ButtonKind::Primary wide=true large=true/>
        <div class="row">
            <ButtonLink text=say(|t| t.title) href=Route::Gallery.href() icon=Icon::List/>
            <IconButton icon=Icon::Search label=say(|t| t.label) on_press=|| {}/>
            <IconButton icon=Icon::Bell label=say(|t| t.one) count=3_u32 on_press=|| {}/>
            <IconButton
                icon=Icon::Filter
                label=say(|t| t.two)
                pressed
                on_press=move || pressed.update(|pressed| *pressed = !*pressed)
            />
            <CopyText text="20261122001" label=say(|t| t.label) done=say(|t| t.three)/>
        </div>
    };
    group("Button · ButtonLink · IconButton · CopyText", view.into_any())
}

fn fields() -> AnyView {
    let empty = || RwSignal::new(String::new());
    let full = || RwSignal::new("13910107788".to_owned());
    let (many, search) = (empty(), RwSignal::new("KFR".to_owned()));
    let amount = RwSignal::new(2_i64);
    let view = view! {
        <div class="form__row">
            <Field label=say(|t| t.label) value=empty() hint=say(|t| t.hint) required=true/>
            <Field label=say(|t| t.label) value=empty() error=say(|t| t.error) required=true/>
            <Field label=say(|t| t.name) value=full() kind=FieldKind::Tel/>
            <Field label=say(|t| t.name) value=full() readonly=true/>
            <Field label=say(|t| t.label) value=empty() kind=FieldKind::Password/>
            <Field label=say(|t| t.label) value=RwSignal::new("2468".to_owned()) kind=FieldKind::Pin/>
        </div>
        <TextArea label=say(|t| t.label) value=many placeholder=say(|t| t.hint) max_length=TEXT_CHARS_MAX/>
        <div class="form__row">
            <DateTime label=say(|t| t.left) value=empty()/>
            <DateTime label=say(|t| t.left) value=empty() kind=TimeKind::Date hint=say(|t| t.hint)/>
            <DateTime label=say(|t| t.left) value=empty() kind=TimeKind::Time error=say(|t| t.over)/>
            <Stepper label=say(|t| t.two) value=amount less=say(|t| t.remove) more=say(|t| t.save)/>
        </div>
        <SearchBar label=say(|t| t.label) value=search clear=say(|t| t.remove) placeholder=say(|t| t.hint)/>
        <FileField label=say(|t| t.label) hint=say(|t| t.hint) on_files=|_| {}/>
    };
    group("Field · TextArea · DateTime · Stepper · SearchBar · FileField", view.into_any())
}

fn choices() -> AnyView {
    let one = || RwSignal::new("one".to_owned());
    let options = || Signal::derive(words);
    let on = RwSignal::new(true);
    let tabs = move || {
        let item = |choice: Choice| TabItem::new(choice.value, choice.label).count(3);
        words().into_iter().map(item).collect::<Vec<_>>()
    };
    let view = view! {
        <div class="form__row">
            <Select label=say(|t| t.label) value=one() options=options() hint=say(|t| t.hint)/>
            <Select
                label=say(|t| t.label)
                value=RwSignal::new(String::new())
                options=options()
                empty=say(|t| t.hint)
                error=say(|t| t.error)
            />
        </div>
        <Segmented label=say(|t| t.label) value=one() options=options()/>
        <RadioRows label=say(|t| t.label) value=one() options=options() error=say(|t| t.error)/>
        <CheckRow label=say(|t| t.save) hint=say(|t| t.hint) checked=on/>
        <CheckRow label=say(|t| t.save) error=say(|t| t.error) checked=RwSignal::new(false)/>
        <div class="chips">
            <Chip text=say(|t| t.one) pressed=on count=Some(12) on_press=move || on.update(|on| *on = !*on)/>
            <Chip text=say(|t| t.two) pressed=false tone=Tone::Danger count=Some(3) on_press=|| {}/>
            <Chip text=say(|t| t.three) pressed=false on_press=|| {}/>
        </div>
        <Tabs label=say(|t| t.title) value=one() items=Signal::derive(tabs)/>
    };
    group("Select · Segmented · RadioRows · CheckRow · Chip · Tabs", view.into_any())
}

fn marks() -> AnyView {
    let tag = |tone: Tone| {
        view! {
            <Tag text=say(|t| t.one) tone icon=Some(Icon::Inbox)/>
            <Tag text=say(|t| t.two) tone solid=true/>
            <Badge count=tone as u32 * 20 + 1 tone/>
        }
    };
    let states = [
        SyncState::Fine,
        SyncState::Waiting,
        SyncState::Sending,
        SyncState::Offline,
        SyncState::Conflict,
        SyncState::Failed,
    ];
    let chip = |state: SyncState| {
        view! { <SyncChip state count=4_u32 label=say(|t| t.two) href=Route::Outbox.href()/> }
    };
    let view = view! {
        <div class="row">{TONES.map(tag).collect_view()}<Tag text=say(|t| t.three) struck=true/></div>
        <div class="row">{states.map(chip).collect_view()}</div>
    };
    group("Tag · Badge · SyncChip", view.into_any())
}

fn plates() -> AnyView {
    let promises = [(720_u32, false), (180, false), (0, true)];
    let rail = |(left, over): (u32, bool)| {
        let said = move || match (left, over) {
            (_, true) => text().gallery.over,
            (0..=250, _) => text().gallery.soon,
            _ => text().gallery.left,
        };
        view! {
            <article class="card">
                <SlaRail left over/>
                {move || view! { <SlaText text=said() left over/> }}
            </article>
        }
    };
    let view = view! {
        <Nameplate label=say(|t| t.title)>
            <Plate label=say(|t| t.label) value="KFR-35GW/BP3"/>
            <Plate label=say(|t| t.name) value="A35-2406-05521" mono=true/>
            <Plate label=say(|t| t.three) value=say(|t| t.two) tone=Tone::Success/>
            <Plate label=say(|t| t.hint) value=say(|t| t.sentence) wide=true/>
        </Nameplate>
        <Facts>
            <Fact label=say(|t| t.name) value=say(|t| t.name)/>
            <Fact label=say(|t| t.label) value=say(|t| t.sentence)/>
        </Facts>
        <div class="grid">{promises.map(rail).collect_view()}</div>
        <QrCode text="DOORSTEP" label=say(|t| t.title)/>
    };
    group("Nameplate · Facts · SlaRail · SlaText · QrCode", view.into_any())
}

fn lists() -> AnyView {
    let view = view! {
        <CellGroup title=say(|t| t.label) note=say(|t| t.hint)>
            <Cell label=say(|t| t.name) value=say(|t| t.two) icon=Icon::Me/>
            <Cell label=say(|t| t.one) hint=say(|t| t.hint) href=Route::Gallery.href()/>
            <Cell label=say(|t| t.remove) tone=Tone::Danger on_press=|| {}/>
        </CellGroup>
        <Empty text=say(|t| t.sentence) icon=Icon::Inbox><Button text=say(|t| t.save)/></Empty>
        <Skeleton rows=2/>
    };
    group("CellGroup · Cell · Empty · Skeleton", view.into_any())
}

fn courses() -> AnyView {
    let steps = move || {
        let (one, two, three) = (text().gallery.one, text().gallery.two, text().gallery.three);
        vec![
            Step::new(one, StepState::Done),
            Step::new(two, StepState::Skipped),
            Step::new(two, StepState::Failed),
            Step::new(two, StepState::Now),
            Step::new(three, StepState::Todo),
        ]
    };
    let strokes = RwSignal::new(Vec::new());
    let view = view! {
        <Steps items=Signal::derive(steps) label=say(|t| t.title)/>
        <Timeline>
            <Moment time="14:32" title=say(|t| t.two) who=say(|t| t.name) tone=Tone::Primary icon=Icon::Wrench/>
            <Moment time="09:10" title=say(|t| t.one) pending=say(|t| t.soon)/>
        </Timeline>
        <SignaturePad value=strokes label=say(|t| t.name) undo=say(|t| t.undo) clear=say(|t| t.remove)/>
    };
    group("Steps · Timeline · SignaturePad", view.into_any())
}

fn overlays() -> AnyView {
    let [dialog, drawer, confirm, sheet] = [(); 4].map(|()| RwSignal::new(false));
    let actions = move || {
        vec![
            SheetAction::new(text().gallery.save, || {}).icon(Icon::Check),
            SheetAction::new(text().gallery.two, || {})
                .why_not(Some(text().gallery.why.to_owned())),
            SheetAction::new(text().gallery.remove, || {}).danger(),
        ]
    };
    let close = || Signal::derive(|| text().frame.close.to_owned());
    let opener = |name: &'static str, word: &'static str, open: RwSignal<bool>| {
        view! { <Button text=word name on_press=move || open.set(true)/> }
    };
    let view = view! {
        <div class="row" lang="en">
            {opener("open-dialog", "Dialog", dialog)}
            {opener("open-drawer", "Drawer", drawer)}
            {opener("open-confirm", "Confirm", confirm)}
            {opener("open-sheet-actions", "ActionSheet", sheet)}
            <Button
                text="Toast"
                name="show-toast"
                on_press=|| toast(Tone::Success, untrack(|| text().gallery.three))
            />
            <Button
                text="Undo"
                name="show-undo"
                on_press=|| {
                    let words = untrack(|| &text().gallery);
                    toast_undo(words.three, words.undo, || {});
                }
            />
        </div>
        <Dialog open=dialog title=say(|t| t.title) close=close()>
            <p>{say(|t| t.sentence)}</p>
            <div class="dialog__bar">
                <Button text=say(|t| t.save) kind=ButtonKind::Primary on_press=move || dialog.set(false)/>
            </div>
        </Dialog>
        <Drawer open=drawer title=say(|t| t.title) close=close()>
            <Field label=say(|t| t.label) value=RwSignal::new(String::new())/>
        </Drawer>
        <Confirm
            open=confirm
            title=say(|t| t.remove)
            message=say(|t| t.sentence)
            cancel=close()
            confirm=say(|t| t.remove)
            on_confirm=move || confirm.set(false)
            danger=true
        />
        <ActionSheet open=sheet title=say(|t| t.title) cancel=close() actions=Signal::derive(actions)/>
    };
    group("Dialog · Drawer · Confirm · ActionSheet · Toast", view.into_any())
}

fn notices() -> AnyView {
    let banner = |tone: Tone| {
        view! {
            <Banner text=say(|t| t.sentence) tone icon=Icon::Info action=say(|t| t.undo) on_action=|| {} dismiss=say(|t| t.remove) on_dismiss=|| {}/>
        }
    };
    group("Banner", view! { <div>{TONES.map(banner).collect_view()}</div> }.into_any())
}
