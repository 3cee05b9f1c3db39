//! The reader's language: every text of the app, and how dates, times and money are written.

use std::{cell::Cell, marker::PhantomData, ops::Deref};

use domain::{
    Timestamp,
    ticket::Act,
    values::{Language, Money},
};
use js_sys::Date;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::{clock, storage};

pub mod board;
pub mod calendar;
pub mod custody;
pub mod desk;
pub mod engineer;
pub mod first_run;
pub mod frame;
pub mod gallery;
pub mod handover;
pub mod health;
pub mod office;
pub mod person;
pub mod photo;
pub mod scan;
pub mod title;
pub mod watch;
pub mod words;

/// The texts of one area of the app in one language.
pub trait Texts: Sized + 'static {
    fn of(language: Language) -> &'static Self;
}

/// An area's texts, looked up when one is read: a program holds only the areas that its own pages read.
pub struct Area<T>(Language, PhantomData<T>);

impl<T: Texts> Deref for Area<T> {
    type Target = T;

    fn deref(&self) -> &T {
        T::of(self.0)
    }
}

/// Names every area once: its module has the texts as `ZH` and `EN`.
macro_rules! areas {
    ($($(#[$doc:meta])* $area:ident: $texts:ident,)*) => {
        /// Every text people see. The compiler checks that both languages are complete.
        pub struct Text {
            $($(#[$doc])* pub $area: Area<$area::$texts>,)*
        }

        impl Text {
            const fn new(language: Language) -> Self {
                Self { $($area: Area(language, PhantomData),)* }
            }
        }

        $(impl Texts for $area::$texts {
            fn of(language: Language) -> &'static Self {
                static ZH: $area::$texts = $area::ZH;
                static EN: $area::$texts = $area::EN;
                match language {
                    Language::Chinese => &ZH,
                    Language::English => &EN,
                }
            }
        })*
    };
}

areas! {
    /// What the domain can say: stages, refusals, commands.
    words: Words,
    /// The frame around the pages.
    frame: FrameText,
    first_run: FirstRunText,
    engineer: EngineerText,
    person: PersonText,
    handover: HandoverText,
    custody: CustodyText,
    desk: DeskText,
    calendar: CalendarText,
    office: OfficeText,
    health: HealthText,
    board: BoardText,
    watch: WatchText,
    gallery: GalleryText,
    scan: ScanWords,
    photo: PhotoText,
}

static ZH: Text = Text::new(Language::Chinese);
static EN: Text = Text::new(Language::English);

const KEY: &str = "doorstep.language";

thread_local! {
    static LANGUAGE: Cell<Option<RwSignal<Language>>> = const { Cell::new(None) };
}

/// Takes up the language chosen here before. Called once, by the outermost component.
pub fn start() {
    let chosen = match storage::recall(KEY).as_deref() {
        Some("en") => Language::English,
        _ => Language::Chinese,
    };
    LANGUAGE.set(Some(RwSignal::new(chosen)));
    mark(chosen);
}

/// The reader's language (tracked).
pub fn language() -> Language {
    LANGUAGE.get().map(|language| language.get()).unwrap_or_default()
}

/// Chooses the language, on this device, for good.
pub fn set_language(chosen: Language) {
    storage::remember(KEY, code(chosen));
    mark(chosen);
    if let Some(language) = LANGUAGE.get() {
        language.set(chosen);
    }
}

/// All texts in the reader's language (tracked: call it inside closures).
pub fn text() -> &'static Text {
    texts(language())
}

/// All texts in this language, for paper and for the customer.
pub fn texts(language: Language) -> &'static Text {
    match language {
        Language::Chinese => &ZH,
        Language::English => &EN,
    }
}

/// The language as HTML names it: `zh-CN`, `en`.
pub fn code(language: Language) -> &'static str {
    match language {
        Language::Chinese => "zh-CN",
        Language::English => "en",
    }
}

fn mark(language: Language) {
    if let Some(root) = document().document_element() {
        // An element of ours takes any attribute.
        let _set = root.set_attribute("lang", code(language));
    }
}

/// `14:30`
pub fn time(at: Timestamp) -> String {
    let date = local(at);
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}

/// `11月22日 周日` · `Sun 22 Nov`; with the year where it is not this one.
pub fn date(at: Timestamp) -> String {
    date_in(language(), at)
}

/// [`date`] in this language.
pub fn date_in(language: Language, at: Timestamp) -> String {
    let date = local(at);
    let (day, month, weekday) = (date.get_date(), date.get_month(), date.get_day() as usize);
    let year = date.get_full_year();
    let this_year = local(clock::now()).get_full_year() == year;
    match language {
        Language::Chinese => {
            let weekday = ["日", "一", "二", "三", "四", "五", "六"][weekday % 7];
            let year = if this_year { String::new() } else { format!("{year}年") };
            format!("{year}{}月{day}日 周{weekday}", month + 1)
        }
        Language::English => {
            let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][weekday % 7];
            let month = [
                "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
            ][month as usize % 12];
            let year = if this_year { String::new() } else { format!(" {year}") };
            format!("{weekday} {day} {month}{year}")
        }
    }
}

/// `今天 14:30`, `明天 09:00`, else date and time.
pub fn moment(at: Timestamp) -> String {
    format!("{} {}", day_word(at), time(at))
}

/// [`moment`] in this language, always with the date: for paper.
pub fn moment_in(language: Language, at: Timestamp) -> String {
    format!("{} {}", date_in(language, at), time(at))
}

/// How long ago, in words (tracked: it changes as time goes by): `刚刚`, `5 分钟前`, `3 小时前`.
pub fn ago(at: Timestamp) -> String {
    let minutes = (clock::minute().0 - at.0) / 60_000;
    let frame = &text().frame;
    match minutes {
        i64::MIN..1 => frame.just_now.into(),
        1..60 => (frame.minutes_ago)(minutes),
        60..1440 => (frame.hours_ago)(minutes / 60),
        _ => moment(at),
    }
}

/// A span of time in words: `45 分`, `3 小时 20 分`, `2 天 4 小时`.
pub fn span(milliseconds: i64) -> String {
    (text().frame.span)(milliseconds.abs() / 60_000)
}

/// `今天 09:00–11:00`; with both days where they differ.
pub fn window(from: Timestamp, to: Timestamp) -> String {
    if day_number(from) == day_number(to) {
        format!("{}–{}", moment(from), time(to))
    } else {
        format!("{} – {}", moment(from), moment(to))
    }
}

/// A line of a ticket's history. It names the fields somebody changed in the domain's words.
pub fn entry(act: Act, kept: &str) -> String {
    if !matches!(act, Act::ContactEdited | Act::MachineEdited) {
        return kept.to_owned();
    }
    let desk = &text().desk;
    [
        ("{name}", desk.name),
        ("{salutation}", desk.salutation),
        ("{company}", desk.company),
        ("{phone}", desk.phone),
        ("{address}", desk.address),
        ("{access_note}", desk.access_note),
        ("{model}", desk.model),
        ("{serial}", desk.serial),
        ("{purchased_on}", desk.purchased_on),
        ("{warranty}", desk.warranty),
        ("{place}", desk.place),
    ]
    .into_iter()
    .fold(kept.to_owned(), |said, (word, label)| said.replace(word, label))
}

/// `¥1,234.50`
pub fn money(amount: Money) -> String {
    match amount.decimal().strip_prefix('-') {
        Some(decimal) => format!("−¥{decimal}"),
        None => format!("¥{}", amount.decimal()),
    }
}

/// `2026-11-22 14:30`, as it stands on paper and under pictures: still right when it is read next year.
pub fn written(at: Timestamp) -> String {
    format!("{} {}", input_date(at), time(at))
}

/// `2026-11-22T14:30`, as a form's date and time field wants it.
pub fn input_time(at: Timestamp) -> String {
    format!("{}T{}", input_date(at), time(at))
}

/// `2026-11-22`, as a form's date field wants it.
pub fn input_date(at: Timestamp) -> String {
    let date = local(at);
    format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// The moment a form's date and time field names, in this device's time zone. A bare date is its midnight.
pub fn parse_input_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00") };
    let milliseconds = Date::new(&JsValue::from_str(&text)).get_time();
    #[expect(clippy::cast_possible_truncation, reason = "a date in milliseconds has no fraction")]
    milliseconds.is_finite().then_some(Timestamp(milliseconds as i64))
}

/// The number of the day in this device's time zone, for grouping by day.
pub fn day_number(at: Timestamp) -> i64 {
    (at.0 + east_minutes(at) * 60_000).div_euclid(86_400_000)
}

/// How far east of Greenwich this device's clock stands then.
pub fn east_minutes(at: Timestamp) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "an offset is at most a day of minutes")]
    let west = local(at).get_timezone_offset() as i64;
    -west
}

/// The district of an address, for lists that have no room for streets: `海淀区` of `北京市海淀区中关村南大街12号`.
pub fn district(address: &str) -> &str {
    let address = address.trim();
    let end = |mark: char| address.find(mark).map(|at| at + mark.len_utf8());
    let Some(end) = end('区').or_else(|| end('县')).or_else(|| end('市')) else {
        // Elsewhere the first part of the address says most.
        return address.split([',', '，', ' ']).next().unwrap_or(address);
    };
    let before = &address[..end];
    let whole = before.trim_end_matches(['区', '县', '市']);
    let start = whole
        .rfind(['省', '市', '州'])
        .map_or(0, |at| at + whole[at..].chars().next().map_or(0, char::len_utf8));
    &before[start..]
}

fn day_word(at: Timestamp) -> String {
    let frame = &text().frame;
    match day_number(at) - day_number(clock::now()) {
        -1 => frame.yesterday.into(),
        0 => frame.today_word.into(),
        1 => frame.tomorrow.into(),
        _ => date(at),
    }
}

fn local(at: Timestamp) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "dates stay far below 2^53 milliseconds")]
    Date::new(&JsValue::from_f64(at.0 as f64))
}
