//! What a customer copy says, and what is said of one that was changed.

use super::*;
use crate::{
    Command as Any, Lookup, Refusal,
    ledger::memory::NoKey,
    user::SYSTEM,
    visit,
    world::{LI, SHEET, World},
};

/// The sheet of an ordinary repair, with the customer's signature.
fn signed() -> Sheet {
    let mut sheet = World::at(visit::Stage::Signed).rows.find(SHEET).unwrap();
    sheet.content.ticket_number = "20240501001".into();
    Sheet { digest: digest(&sheet.content), ..sheet }
}

fn sealed(mut sheet: Sheet) -> Sheet {
    sheet.seal = Some(sheet.statement().sealed_by(&NoKey, Timestamp(1_777_700_000_123)));
    sheet
}

fn check_with_no_key(code: &Code) -> Checked {
    let Code::Whole(statement) = code else { return Checked::Nothing };
    match (&statement.seal, statement.sealed_text()) {
        (Some(seal), Some(text)) if NoKey.sign(&text) == seal.signature => Checked::Right,
        (Some(_), _) => Checked::Wrong,
        _ => Checked::Nothing,
    }
}

fn finding(code: &str, known: &[Sheet]) -> Option<Finding> {
    let code = Code::read(code).ok()?;
    Some(judge(&code, check_with_no_key(&code), known).finding)
}

#[test]
fn a_code_says_what_it_was_made_of() {
    for sheet in [signed(), sealed(signed())] {
        let statement = sheet.statement();
        let read = Code::read(&statement.code());
        assert_eq!(read, Ok(Code::Whole(Box::new(statement.clone()))));
        let address = format!("https://service.example/verify?c={}", statement.code());
        assert_eq!(Code::read(&address), read);
    }
}

#[test]
fn a_code_names_nobody() {
    let sheet = sealed(signed());
    let code = sheet.statement().code();
    for secret in
        [&sheet.content.customer_name, &sheet.content.customer_phone, &sheet.signature.signer]
    {
        assert!(!secret.is_empty() && !code.contains(secret.as_str()), "{code}");
    }
    assert!(code.is_ascii() && code.len() < 230, "{} characters", code.len());
}

#[test]
fn any_changed_character_is_noticed() {
    let sheet = sealed(signed());
    let code = sheet.statement().code();
    assert_eq!(finding(&code, std::slice::from_ref(&sheet)), Some(Finding::Authentic));
    for (place, letter) in code.char_indices() {
        let other = if letter == '1' { '2' } else { '1' };
        let mut forged = code.clone();
        forged.replace_range(place..=place, &other.to_string());
        for known in [&[sheet.clone()][..], &[]] {
            let found = finding(&forged, known);
            assert!(matches!(found, None | Some(Finding::Changed)), "{forged} is {found:?}");
        }
    }
}

#[test]
fn a_sheet_whose_words_were_changed_afterwards_says_so() {
    let sheet = sealed(signed());
    let code = sheet.statement().code();
    let mut cheaper = sheet.clone();
    cheaper.content.total = Money(1);
    assert_eq!(finding(&code, &[cheaper]), Some(Finding::Changed));
    let mut reworded = sheet.clone();
    reworded.content.findings.push_str("，另有划痕");
    assert_eq!(finding(&code, &[reworded]), Some(Finding::Changed));
    let mut kinder = sheet;
    kinder.signature.solved = Some(false);
    assert_eq!(finding(&code, &[kinder]), Some(Finding::Changed));
}

#[test]
fn what_the_server_has_not_seen_is_not_called_genuine() {
    let sheet = signed();
    let code = sheet.statement().code();
    assert_eq!(finding(&code, &[]), Some(Finding::NotYet));
    assert_eq!(finding(&code, std::slice::from_ref(&sheet)), Some(Finding::NotYet));
    // The paper from the basement is found once the sheet has arrived.
    assert_eq!(finding(&code, &[sealed(sheet)]), Some(Finding::Authentic));
}

#[test]
fn the_paper_of_an_earlier_revision_names_the_newest() {
    let first = sealed(signed());
    let mut second = first.clone();
    (second.revision, second.content.revision) = (2, 2);
    second.digest = digest(&second.content);
    let code = Code::read(&first.statement().code()).unwrap();
    let judgement = judge(&code, Checked::Right, &[second.clone(), first.clone()]);
    assert_eq!(judgement.finding, Finding::Older);
    assert_eq!(judgement.newest, Some(second.content.number()));
    let judgement = judge(&code, Checked::Right, &[first]);
    assert_eq!((judgement.finding, judgement.newest), (Finding::Authentic, None));
}

#[test]
fn without_a_network_a_countersignature_speaks_for_itself() {
    let code = sealed(signed()).statement().code();
    assert_eq!(finding(&code, &[]), Some(Finding::Authentic));
    let read = Code::read(&code).unwrap();
    assert_eq!(judge(&read, Checked::UnknownKey, &[]).finding, Finding::Foreign);
    assert_eq!(judge(&read, Checked::Nothing, &[]).finding, Finding::NotYet);
    let wrong = judge(&read, Checked::Wrong, &[]);
    assert_eq!((wrong.finding, wrong.statement), (Finding::Changed, None));
}

#[test]
fn a_number_with_its_check_code_can_be_typed() {
    let sheet = sealed(signed());
    let statement = sheet.statement();
    let known = std::slice::from_ref(&sheet);
    let typed = format!(" {} {} ", statement.number.to_lowercase(), statement.check_code());
    assert_eq!(finding(&typed, known), Some(Finding::Authentic));
    assert_eq!(finding(&typed, &[]), Some(Finding::NotYet));
    let mut wrong = typed.trim().to_owned();
    let last = if wrong.pop() == Some('0') { '1' } else { '0' };
    wrong.push(last);
    assert_eq!(finding(&wrong, known), Some(Finding::Changed));
    for rubbish in ["", "hello", "20240501001", "20240501001-W01-S1", "x y", "c=", "1.2.3"] {
        assert_eq!(Code::read(rubbish), Err(Refusal::Malformed), "{rubbish}");
    }
}

#[test]
fn any_number_survives_the_address() {
    let mut sheet = signed();
    sheet.content.ticket_number = "旧单/2019.1~2 a".into();
    let statement = sheet.statement();
    assert_eq!(Code::read(&statement.code()), Ok(Code::Whole(Box::new(statement))));
}

#[test]
fn base64_is_one_text_for_one_run_of_bytes() {
    for (bytes, text) in
        [(&b""[..], ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"\xfb\xff", "-_8")]
    {
        assert_eq!(to_base64(bytes), text);
        assert_eq!(from_base64(text).as_deref(), Some(bytes));
    }
    for wrong in ["Z", "Zh", "Zm9", "Z+==", "é"] {
        assert_eq!(from_base64(wrong), None, "{wrong}");
    }
}

#[test]
fn only_the_server_countersigns_and_only_once() {
    let mut world = World::at(visit::Stage::Signed);
    let sheet = |world: &World| world.rows.find(SHEET).unwrap();
    let statement = sheet(&world).statement();
    let seal = |second: i64| {
        let seal = statement.sealed_by(&NoKey, Timestamp(second * 1000)).into();
        Any::Sheet(SHEET, Command::Countersign { seal })
    };
    assert_eq!(world.act(LI, seal(1)).unwrap_err(), Refusal::NotYourRole);
    world.act(SYSTEM, seal(1)).unwrap();
    assert_eq!(sheet(&world).seal.unwrap().at, Timestamp(1000));
    // Another one later changes nothing: the first is on paper.
    assert_eq!(world.act(SYSTEM, seal(2)).unwrap().rows, []);
    assert_eq!(sheet(&world).seal.unwrap().at, Timestamp(1000));
}

#[test]
fn a_sheet_that_does_not_fit_its_digest_gets_no_countersignature() {
    let mut sheet = signed();
    sheet.content.total = Money(1);
    let seal = sheet.statement().sealed_by(&NoKey, Timestamp(1000)).into();
    let command = Command::Countersign { seal };
    assert_eq!(next(Some(sheet), &command, &User::system()), Err(Refusal::SheetDiffers));
}
