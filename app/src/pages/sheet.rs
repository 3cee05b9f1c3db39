//! The service sheet: as a page, on paper, and as a part of other pages.
//!
//! Controls, by `data-name`: `print`, `open-ticket`, `labels`.

use domain::{
    Id, Key, Timestamp,
    copy::Statement,
    rating::Rating,
    sheet::{Answer, Content, Digest, PartLine, Ratings, Sheet, Signature, Stroke},
    values::{Language, Money},
    visit::{Outcome, Stage, Visit},
};
use leptos::prelude::*;

use crate::{
    device::{Device, device},
    locale::{self, handover::capital_amount, text},
    pages::{
        labels::has_labels,
        paper::{PrintButton, at_desk, paper},
        photo::{answer_photos, sheet_photos},
    },
    route::{self, Route},
    ui::{self, ButtonLink, Empty, Fact, Facts, Icon, QrCode, SignatureView},
};

/// How far a visit has come, in words. A sheet that was answered without a signature is not called signed.
pub fn visit_stage(device: Device, visit: &Visit) -> &'static str {
    let answered = visit.sheets.last().filter(|_| visit.stage == Stage::Signed);
    let sheet = answered.and_then(|sheet| device.find(*sheet));
    match sheet.map(|sheet| sheet.signature.answer) {
        Some(Answer::Refused { .. }) => text().handover.sheet.refused,
        Some(Answer::Absent { .. }) => text().handover.sheet.absent,
        Some(Answer::Signed { .. }) | None => text().words.visit_stage(visit.stage),
    }
}

/// A signed sheet, for the engineer and the desk.
#[component]
pub fn SheetPage(id: Id<Sheet>) -> impl IntoView {
    let device = device();
    let sheet = Memo::new(move |_| device.find(id));
    let pending = Memo::new(move |_| device.is_pending(Key::of(id)));
    let ticket = move || sheet.with(|sheet| sheet.as_ref().map(|sheet| sheet.ticket));
    let desk = at_desk();
    let body = move || {
        let Some(sheet) = sheet.get() else {
            return view! {
                <Empty icon=Icon::Sheet text=move || text().handover.sheet.unknown/>
            }
            .into_any();
        };
        let again = sheet.clone();
        let statement = sheet.statement();
        // What the customer thought is the office's; an engineer's device does not even hold it.
        let ratings = device.find(Rating::id_of(id)).map(|rating| rating.ratings);
        // An older sheet has it inside.
        let ratings = ratings.or(sheet.signature.ratings).filter(|_| desk.get());
        view! {
            {move || {
                pending
                    .get()
                    .then(|| {
                        view! {
                            <p class="note" data-tone="warning">
                                {text().handover.sheet.pending}
                            </p>
                        }
                    })
            }}
            <SheetView
                content=sheet.content
                signature=sheet.signature
                digest=sheet.digest
                statement=statement.clone()
                ratings=ratings
                copy=SheetCopy::Office
                pictures=Key::of(id)
            />
            <SheetView
                content=again.content
                signature=again.signature
                digest=again.digest
                statement
                copy=SheetCopy::Customer
            />
        }
        .into_any()
    };
    let bar = move || {
        view! {
            {move || {
                ticket()
                    .map(|ticket| {
                        let route =
                            if desk.get() { Route::DeskTicket(ticket) } else { Route::Ticket(ticket) };
                        view! {
                            <ButtonLink
                                text=move || text().handover.sheet.open_ticket
                                href=route.href()
                                name="open-ticket"
                            />
                        }
                    })
            }}
            {move || {
                sheet
                    .with(|sheet| sheet.as_ref().is_some_and(|sheet| has_labels(&sheet.content)))
                    .then(|| {
                        view! {
                            <ButtonLink
                                text=move || text().handover.sheet.labels
                                href=Route::Labels(id).href()
                                name="labels"
                            />
                        }
                    })
            }}
            <PrintButton something=move || sheet.with(Option::is_some)/>
        }
    };
    let back = move || match (ticket(), desk.get()) {
        (Some(ticket), false) => Route::Ticket(ticket).href(),
        (Some(ticket), true) => Route::DeskTicket(ticket).href(),
        (None, false) => Route::Tickets.href(),
        (None, true) => Route::DeskTickets.href(),
    };
    paper(|| text().handover.sheet.page, Signal::derive(back), bar, body)
}

/// Which of the paper copies this is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SheetCopy {
    /// On the screen only, without a copy's name.
    #[default]
    Screen,
    /// 存根联: on the screen and on paper.
    Office,
    /// 客户联: on paper only.
    Customer,
}

impl SheetCopy {
    fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Office => "office",
            Self::Customer => "customer",
        }
    }
}

/// The sheet, whole: exactly what is in `content`, and what the customer answered.
#[component]
pub fn SheetView(
    content: Content,
    #[prop(optional, into)] signature: Option<Signature>,
    #[prop(optional, into)] digest: Option<Digest>,
    /// What the customer thought, where the reader may know.
    #[prop(default = None)]
    ratings: Option<Ratings>,
    #[prop(optional)] copy: SheetCopy,
    /// What the code on the copy says, once there is an answer.
    #[prop(optional, into)]
    statement: Option<Statement>,
    /// The row by which the photos may be fetched.
    #[prop(optional, into)]
    pictures: Option<Key>,
) -> impl IntoView {
    let content = StoredValue::new(content);
    let signature = StoredValue::new(signature);
    let digest = StoredValue::new(digest);
    let statement = StoredValue::new(statement);
    move || {
        let words = &text().handover.sheet;
        let caption = match copy {
            SheetCopy::Screen => "",
            SheetCopy::Office => words.office_copy,
            SheetCopy::Customer => words.customer_copy,
        };
        let answered = signature.with_value(Option::is_some);
        let content = content.get_value();
        let pictured = signature
            .with_value(|signature| answer_photos(pictures, &content, signature.as_ref()?));
        let declaration = (text().handover.declaration)(content.declaration);
        view! {
            <article class="sheet" data-copy=copy.name() data-stage=if answered { "signed" } else { "locked" }>
                <header class="sheet__head">
                    <h2 class="sheet__title">
                        {words.title} <span class="sheet__copy">{caption}</span>
                    </h2>
                    <span class="sheet__number num">{content.number()}</span>
                </header>
                {people(content.clone())}
                {work(content.clone())}
                {parts_table(&content)}
                {sheet_photos(pictures, &content)}
                {charges(content)}
                <section class="sheet__part">
                    <h3>{words.declaration}</h3>
                    <p>{declaration}</p>
                </section>
                {answer(signature.get_value(), ratings)}
                {pictured}
                {statement.get_value().map(proof)}
                {digest
                    .get_value()
                    .map(|digest| {
                        view! {
                            <footer class="sheet__digest mono">
                                {format!("{} {digest}", words.digest)}
                            </footer>
                        }
                    })}
            </article>
        }
    }
}

/// The code by which anybody checks this copy.
fn proof(statement: Statement) -> impl IntoView {
    let words = &text().handover.sheet;
    let sealed = statement.seal.as_ref().map(|seal| locale::written(seal.at));
    let waiting = sealed.is_none();
    view! {
        <section class="sheet__proof">
            <QrCode
                text=route::checking(&statement.code())
                label=move || text().handover.code
            />
            <div class="sheet__proof-words">
                <p>{words.scan} " " <span class="mono">{route::checking_at()}</span> " " {words.with_number}</p>
                <Facts>
                    <Fact label=words.check_code value=statement.check_code()/>
                    {sealed
                        .map(|at| view! { <Fact label=text().handover.verify.sealed value=at/> })}
                </Facts>
                {waiting.then(|| view! { <p class="muted">{words.not_sealed}</p> })}
            </div>
        </section>
    }
}

/// The result in two or three words, and whether it is a good one.
pub fn result(outcome: &Outcome) -> (&'static str, bool) {
    let words = &text().handover.sheet;
    match outcome {
        Outcome::Repaired { .. } => (words.repaired, true),
        Outcome::NoFault { .. } => (words.no_fault, true),
        Outcome::NotRepaired { .. } => (words.not_repaired, false),
    }
}

/// What was done about it, or why it was not.
pub fn explanation(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Repaired { solution, .. } => solution,
        Outcome::NoFault { explanation } => explanation,
        Outcome::NotRepaired { reason, .. } => reason,
    }
}

/// The amount in capital numerals, where the reader's language has them.
pub fn amount_in_words(amount: Money) -> Option<String> {
    (locale::language() == Language::Chinese).then(|| capital_amount(amount.0))
}

fn people(content: Content) -> impl IntoView {
    let words = &text().handover.sheet;
    let fact = |label: &'static str, value: &str| {
        let value = value.to_owned();
        (!value.trim().is_empty()).then(|| view! { <Fact label value/> })
    };
    let moment = |at: Option<Timestamp>| at.map(locale::written).unwrap_or_default();
    view! {
        <section class="sheet__part">
            <Facts>
                {fact(words.ticket_number, &content.ticket_number)}
                {fact(words.customer, &content.customer_name)}
                {fact(words.phone, &content.customer_phone)}
                {fact(words.address, &content.address)}
                {fact(words.model, &content.model)}
                {fact(words.serial, &content.serial)}
                {fact(words.warranty, text().words.warranty(content.warranty))}
                {fact(words.engineer, &content.engineer_name)}
                {fact(words.arrived, &moment(content.arrived_at))}
                {fact(words.finished, &moment(content.finished_at))}
            </Facts>
        </section>
    }
}

fn work(content: Content) -> impl IntoView {
    let words = &text().handover.sheet;
    let (result, solved) = result(&content.outcome);
    let (label, cause) = match &content.outcome {
        Outcome::Repaired { cause, cause_text, .. } => {
            (words.solution, Some(format!("{} · {cause_text}", text().words.cause(*cause))))
        }
        Outcome::NoFault { .. } => (words.findings, None),
        Outcome::NotRepaired { .. } => (words.reason, None),
    };
    let next_step = content.next_step().map(|step| text().words.next_step(step));
    let paragraph = |title: &'static str, text: String| {
        (!text.trim().is_empty()).then(|| {
            view! {
                <section class="sheet__part">
                    <h3>{title}</h3>
                    <p>{text}</p>
                </section>
            }
        })
    };
    let steps = content.steps.iter().map(|step| view! { <li>{step.clone()}</li> }).collect_view();
    view! {
        {paragraph(words.problem, content.problem.clone())}
        {paragraph(words.findings, content.findings.clone())}
        {(!content.steps.is_empty())
            .then(|| {
                view! {
                    <section class="sheet__part">
                        <h3>{words.steps}</h3>
                        <ol class="sheet__steps">{steps}</ol>
                    </section>
                }
            })}
        <section class="sheet__part">
            <h3>{words.result}</h3>
            <p class="sheet__result" data-solved=if solved { "yes" } else { "no" }>
                {if solved { Icon::CheckCircle.svg() } else { Icon::Alert.svg() }}
                {result}
            </p>
            <Facts>
                {cause.map(|cause| view! { <Fact label=words.cause value=cause/> })}
                <Fact label value=explanation(&content.outcome).to_owned()/>
                {next_step.map(|step| view! { <Fact label=words.next_step value=step/> })}
            </Facts>
        </section>
    }
}

fn parts_table(content: &Content) -> Option<impl IntoView + use<>> {
    let words = &text().handover.sheet;
    let rows = content.parts.iter().map(part_row).collect_view();
    (!content.parts.is_empty()).then(|| {
        view! {
            <section class="sheet__part">
                <h3>{words.parts}</h3>
                <table class="sheet__table">
                    <thead>
                        <tr>
                            <th scope="col">{words.part}</th>
                            <th scope="col" data-align="end">{words.quantity}</th>
                            <th scope="col" data-align="end">{words.price}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
    })
}

fn part_row(line: &PartLine) -> impl IntoView + use<> {
    let words = &text().handover.sheet;
    let PartLine { code, name, quantity, price, old_serial, new_serial, label } = line.clone();
    let mut notes: Vec<String> = Vec::new();
    if !code.is_empty() {
        notes.push(code);
    }
    if !(old_serial.is_empty() && new_serial.is_empty()) {
        notes.push((words.serials)(&old_serial, &new_serial));
    }
    if !label.is_empty() {
        notes.push((words.label)(&label));
    }
    view! {
        <tr>
            <td>
                {name}
                {(!notes.is_empty())
                    .then(|| view! { <span class="sheet__note mono">{notes.join(" · ")}</span> })}
            </td>
            <td data-align="end">{quantity}</td>
            <td data-align="end">{locale::money(price)}</td>
        </tr>
    }
}

fn charges(content: Content) -> impl IntoView {
    let words = &text().handover.sheet;
    let charges = content.charges;
    let fact = |label: &'static str, amount: Money| {
        (amount != Money(0)).then(|| view! { <Fact label value=locale::money(amount)/> })
    };
    view! {
        <section class="sheet__part">
            <h3>{words.charges}</h3>
            <Facts>
                {fact(words.labour, charges.labour)}
                {fact(words.travel, charges.travel)}
                {fact(words.parts_total, content.parts_total)}
                {fact(words.waived, Money(-charges.waived.0))}
            </Facts>
            <p class="sheet__total">
                <span>{words.total}</span>
                <span class="amount">{locale::money(content.total)}</span>
            </p>
            {amount_in_words(content.total).map(|words| view! { <p class="sheet__words">{words}</p> })}
        </section>
    }
}

fn answer(signature: Option<Signature>, ratings: Option<Ratings>) -> impl IntoView {
    let words = &text().handover.sheet;
    let Some(signature) = signature else {
        return view! {
            <section class="sheet__part">
                <h3>{words.signature}</h3>
                <p class="muted">{words.not_signed}</p>
            </section>
        }
        .into_any();
    };
    let name = signature.signer.clone();
    let given = match &signature.answer {
        Answer::Signed { typed: true, .. } => {
            view! { <p class="sheet__typed">{name.clone()}</p> <p class="faint">{words.typed}</p> }
                .into_any()
        }
        Answer::Signed { strokes, .. } => {
            let (strokes, ratio) = drawn(strokes);
            view! { <SignatureView strokes ratio label=(words.drawn_by)(&name)/> }.into_any()
        }
        Answer::Refused { reason, .. } => refused(words.refused, reason.clone()).into_any(),
        Answer::Absent { reason, .. } => refused(words.absent, reason.clone()).into_any(),
    };
    let witness = match &signature.answer {
        Answer::Refused { witness, .. } | Answer::Absent { witness, .. } => witness.clone(),
        Answer::Signed { .. } => String::new(),
    };
    let signed = signature.signed();
    let relation = text().words.relation(signature.relation);
    let solved =
        signature.solved.map(|solved| if solved { words.solved_yes } else { words.solved_no });
    let copy = (text().handover.copy_name)(signature.customer_copy);
    let comment = signature.comment.clone();
    view! {
        <section class="sheet__part">
            <h3>{words.signature}</h3>
            <div class="sheet__sign">{given}</div>
            <Facts>
                {signed
                    .then(|| view! { <Fact label=words.signed_by value=format!("{name} · {relation}")/> })}
                {(!witness.is_empty()).then(|| view! { <Fact label=words.witness value=witness/> })}
                <Fact label=words.signed_at value=locale::written(signature.at)/>
                {solved.map(|solved| view! { <Fact label=words.solved value=solved/> })}
                {(!comment.is_empty()).then(|| view! { <Fact label=words.comment value=comment/> })}
                {signed.then(|| view! { <Fact label=words.copy value=copy/> })}
            </Facts>
            {ratings.map(stars)}
            <p class="sheet__stamp">{words.stamp}</p>
        </section>
    }
    .into_any()
}

fn refused(title: &'static str, reason: String) -> impl IntoView {
    view! {
        <p class="sheet__result" data-solved="no">{Icon::Alert.svg()}{title}</p>
        <p>{reason}</p>
    }
}

fn stars(Ratings { speed, solving, attitude }: Ratings) -> impl IntoView {
    let words = &text().handover;
    view! {
        <Facts>
            <Fact label=words.speed value=(words.sheet.rating)(speed)/>
            <Fact label=words.solving value=(words.sheet.rating)(solving)/>
            <Fact label=words.attitude value=(words.sheet.rating)(attitude)/>
        </Facts>
    }
}

/// The signature as it is kept: in ten-thousandths of the pad's width, whatever the pad's shape was.
///
/// `ratio` is the pad's width in thousandths of its height.
pub fn kept(strokes: &[ui::sign::Stroke], ratio: i32) -> Vec<Stroke> {
    let ratio = i64::from(ratio.max(1));
    let keep = |point: &ui::sign::Point| domain::sheet::Point {
        x: point.x,
        y: i32::try_from(i64::from(point.y) * 1000 / ratio).unwrap_or(i32::MAX),
        t: point.t,
        p: point.p,
    };
    strokes
        .iter()
        .map(|stroke| Stroke { points: stroke.points.iter().map(keep).collect() })
        .collect()
}

/// The kept signature for the screen: cut to what was drawn, with a little air around.
pub fn drawn(strokes: &[Stroke]) -> (Vec<ui::sign::Stroke>, i32) {
    const AIR: i64 = 300;
    /// A name is wider than high; a lone dot must not fill the frame.
    const LEAST: i64 = 2000;
    let points = || strokes.iter().flat_map(|stroke| &stroke.points);
    let bounds = |of: fn(&domain::sheet::Point) -> i32| {
        let low = points().map(of).min().unwrap_or(0);
        let high = points().map(of).max().unwrap_or(0);
        let (low, high) = (i64::from(low) - AIR, i64::from(high) + AIR);
        (low, (high - low).max(LEAST))
    };
    let (left, width) = bounds(|point| point.x);
    let (top, height) = bounds(|point| point.y);
    let part = |value: i32, from: i64, of: i64| {
        i32::try_from((i64::from(value) - from) * 10_000 / of).unwrap_or(0)
    };
    let draw = |point: &domain::sheet::Point| ui::sign::Point {
        x: part(point.x, left, width),
        y: part(point.y, top, height),
        t: point.t,
        p: point.p,
    };
    let strokes = strokes
        .iter()
        .map(|stroke| ui::sign::Stroke { points: stroke.points.iter().map(draw).collect() })
        .collect();
    (strokes, i32::try_from(width * 1000 / height).unwrap_or(2500))
}
