//! Samples of every released command, exchange and row: what waited on a phone for a year must still be understood.

use std::{collections::BTreeSet, fs, path::Path};

use domain::{
    Command, Kind, Row, json, part_request,
    replica::{Entry, Head},
    ticket, visit,
    wire::{Request, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// The samples of version 1, by file name without its ending. A released sample is never changed.
fn samples() -> Vec<(String, String)> {
    folder("v1")
}

/// The samples of a folder, by file name without its ending.
fn folder(name: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("wire").join(name);
    let mut samples: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().replace(".json", "");
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    samples.sort();
    samples
}

#[test]
fn every_command_ever_released_is_still_understood_and_means_the_same() {
    let samples = samples();
    assert!(samples.len() >= 60);
    for (name, text) in samples {
        let command: Command = json::read(&text)
            .unwrap_or_else(|error| panic!("{name} is no longer understood: {error}"));
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command, "{name}");
        let again: Value = serde_json::to_value(&command).unwrap();
        let before: Value = serde_json::from_str(&text).unwrap();
        for (place, value) in leaves(&before) {
            assert_eq!(again.pointer(&place), Some(&value), "{name} forgets {place}");
        }
    }
}

/// Reads a sample as a `T`; nothing in it may be lost but what today's version no longer needs.
fn understood<T: Serialize + DeserializeOwned>(name: &str, text: &str, dropped: &[&str]) {
    let read: T =
        json::read(text).unwrap_or_else(|error| panic!("{name} is no longer understood: {error}"));
    let again: Value = serde_json::to_value(&read).unwrap();
    let theirs = serde_json::from_str::<T>(text).unwrap();
    assert_eq!(serde_json::to_value(theirs).unwrap(), again, "{name}");
    let before: Value = serde_json::from_str(text).unwrap();
    for (place, value) in leaves(&before) {
        if !dropped.contains(&place.as_str()) {
            assert_eq!(again.pointer(&place), Some(&value), "{name} forgets {place}");
        }
    }
}

#[test]
fn what_any_released_app_and_server_said_to_each_other_is_still_understood() {
    let samples = folder("exchange");
    assert!(samples.len() >= 10);
    for (name, text) in samples {
        match name.split('-').next() {
            Some("request") => understood::<Request>(&name, &text, &[]),
            // Rows that began from zero are now a stretch of the view.
            Some("response") => understood::<Response>(&name, &text, &["/reset"]),
            // What a phone has in its memory when the app is renewed.
            Some("entry") => understood::<Entry>(&name, &text, &[]),
            Some("head") => understood::<Head>(&name, &text, &[]),
            _ => panic!("{name}.json is a sample of nothing"),
        }
    }
}

#[test]
fn every_kind_of_row_a_phone_holds_is_still_understood() {
    let samples = folder("rows");
    let names: BTreeSet<&str> = samples.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, Kind::ALL.iter().map(|kind| kind.word()).collect());
    for (name, text) in &samples {
        let row = Row::from_json(name.parse().unwrap(), text)
            .unwrap_or_else(|error| panic!("{name} is no longer understood: {error}"));
        let again: Value = serde_json::from_str(&row.to_json().unwrap()).unwrap();
        let before: Value = serde_json::from_str(text).unwrap();
        for (place, value) in leaves(&before) {
            assert_eq!(again.pointer(&place), Some(&value), "{name} forgets {place}");
        }
    }
}

/// Every value in a JSON text with its pointer.
fn leaves(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(map) => (map.iter())
            .flat_map(|(key, value)| {
                leaves(value).into_iter().map(move |(place, leaf)| (format!("/{key}{place}"), leaf))
            })
            .collect(),
        Value::Array(list) => (list.iter().enumerate())
            .flat_map(|(n, value)| {
                leaves(value).into_iter().map(move |(place, leaf)| (format!("/{n}{place}"), leaf))
            })
            .collect(),
        leaf => vec![(String::new(), leaf.clone())],
    }
}

#[test]
fn every_command_has_a_sample() {
    let mut missing = BTreeSet::new();
    let names: BTreeSet<String> = samples().into_iter().map(|(name, _)| name).collect();
    for (name, text) in samples() {
        let command: Command = serde_json::from_str(&text).unwrap();
        let expected = sample_name(&command);
        assert_eq!(name, expected, "a sample is named after its command");
    }
    for name in EVERY {
        if !names.contains(*name) {
            missing.insert(*name);
        }
    }
    assert_eq!(missing, BTreeSet::new());
    assert_eq!(names.len(), EVERY.len(), "the list below names every sample");
}

/// The name of a command's sample. Exhaustive: a new command does not compile without one here, and in [`EVERY`].
fn sample_name(command: &Command) -> &'static str {
    use part_request::Command as R;
    use ticket::Command as T;
    use visit::Command as V;
    match command {
        Command::Ticket(_, command) => match command {
            T::Register { .. } => "ticket-register",
            T::Import { .. } => "ticket-import",
            T::Number { .. } => "ticket-number",
            T::Triage { .. } => "ticket-triage",
            T::HandOver => "ticket-hand_over",
            T::SolveByPhone { .. } => "ticket-solve_by_phone",
            T::Dispatch { .. } => "ticket-dispatch",
            T::Recall { .. } => "ticket-recall",
            T::TakeOn { .. } => "ticket-take_on",
            T::Note { .. } => "ticket-note",
            T::KeepMachine { .. } => "ticket-keep_machine",
            T::HandBack { .. } => "ticket-hand_back",
            T::EditContact { .. } => "ticket-edit_contact",
            T::EditMachine { .. } => "ticket-edit_machine",
            T::Hold { .. } => "ticket-hold",
            T::Resume => "ticket-resume",
            T::Confirm { .. } => "ticket-confirm",
            T::Object { .. } => "ticket-object",
            T::OpenFollowUp => "ticket-open_follow_up",
            T::FollowUp { .. } => "ticket-follow_up",
            T::Close => "ticket-close",
            T::Reopen { .. } => "ticket-reopen",
            T::Cancel { .. } => "ticket-cancel",
            T::Settle { .. } => "ticket-settle",
            T::AgeOut => "ticket-age_out",
        },
        Command::Visit(_, _, command) => match command {
            V::Accept => "visit-accept",
            V::Decline { .. } => "visit-decline",
            V::Appoint { .. } => "visit-appoint",
            V::LogCall { .. } => "visit-log_call",
            V::Prepare { .. } => "visit-prepare",
            V::Depart => "visit-depart",
            V::Arrive { .. } => "visit-arrive",
            V::Consent => "visit-consent",
            V::Inspect { .. } => "visit-inspect",
            V::Talk { .. } => "visit-talk",
            V::StartRepair => "visit-start_repair",
            V::Progress { .. } => "visit-progress",
            V::UsePart { .. } => "visit-use_part",
            V::RemovePart { .. } => "visit-remove_part",
            V::Charge { .. } => "visit-charge",
            V::AddPhoto { .. } => "visit-add_photo",
            V::WithdrawPhoto { .. } => "visit-withdraw_photo",
            V::Finish { .. } => "visit-finish",
            V::LeaveUnfinished { .. } => "visit-leave_unfinished",
            V::LockSheet { .. } => "visit-lock_sheet",
            V::UnlockSheet => "visit-unlock_sheet",
            V::Sign { .. } => "visit-sign",
            V::HandIn => "visit-hand_in",
            V::Verify => "visit-verify",
        },
        Command::PartRequest(_, command) => match command {
            R::Submit { .. } => "part_request-submit",
            R::Approve => "part_request-approve",
            R::Reject { .. } => "part_request-reject",
            R::Issue => "part_request-issue",
            R::Receive => "part_request-receive",
            R::Cancel { .. } => "part_request-cancel",
            R::Number { .. } => "part_request-number",
            R::AgeOut => "part_request-age_out",
        },
        Command::Part(_, domain::part::Command::Save { .. }) => "part-save",
        Command::Stock(_, _, domain::stock::Command::Count { .. }) => "stock-count",
        Command::Customer(_, domain::customer::Command::Save { .. }) => "customer-save",
        Command::Customer(_, domain::customer::Command::Number { .. }) => "customer-number",
        Command::Machine(_, domain::machine::Command::Save { .. }) => "machine-save",
        Command::Model(_, domain::model::Command::Save { .. }) => "model-save",
        Command::User(_, domain::user::Command::Save { .. }) => "user-save",
        Command::Team(_, domain::team::Command::Save { .. }) => "team-save",
        Command::Sheet(_, domain::copy::Command::Countersign { .. }) => "sheet-countersign",
    }
}

const EVERY: &[&str] = &[
    "customer-number",
    "customer-save",
    "machine-save",
    "model-save",
    "part-save",
    "part_request-age_out",
    "part_request-approve",
    "part_request-cancel",
    "part_request-issue",
    "part_request-number",
    "part_request-receive",
    "part_request-reject",
    "part_request-submit",
    "sheet-countersign",
    "stock-count",
    "team-save",
    "ticket-age_out",
    "ticket-cancel",
    "ticket-close",
    "ticket-confirm",
    "ticket-dispatch",
    "ticket-edit_contact",
    "ticket-edit_machine",
    "ticket-follow_up",
    "ticket-hand_back",
    "ticket-hand_over",
    "ticket-hold",
    "ticket-import",
    "ticket-keep_machine",
    "ticket-note",
    "ticket-number",
    "ticket-object",
    "ticket-open_follow_up",
    "ticket-recall",
    "ticket-register",
    "ticket-reopen",
    "ticket-resume",
    "ticket-settle",
    "ticket-solve_by_phone",
    "ticket-take_on",
    "ticket-triage",
    "user-save",
    "visit-accept",
    "visit-add_photo",
    "visit-appoint",
    "visit-arrive",
    "visit-charge",
    "visit-consent",
    "visit-decline",
    "visit-depart",
    "visit-finish",
    "visit-hand_in",
    "visit-inspect",
    "visit-leave_unfinished",
    "visit-lock_sheet",
    "visit-log_call",
    "visit-prepare",
    "visit-progress",
    "visit-remove_part",
    "visit-sign",
    "visit-start_repair",
    "visit-talk",
    "visit-unlock_sheet",
    "visit-use_part",
    "visit-verify",
    "visit-withdraw_photo",
];
