//! Each check finds the damage that is planted for it, and nothing in what is sound.

use domain::{
    Command, Id, Timestamp, customer::Salutation, machine::Warranty, ticket, user::SYSTEM,
};
use uuid::Uuid;

use crate::{
    accounts, check, clock,
    store::{Store, new_mid},
};

/// A store with a person, and two tickets, one of them closed.
async fn store() -> Store {
    let store = Store::temporary().unwrap();
    let user = domain::user::User {
        id: Id::derived("somebody"),
        name: "周敏".into(),
        roles: vec![domain::user::Role::Supervisor],
        ..domain::user::User::system()
    };
    accounts::add(&store, SYSTEM, &user, "somebody", "a long password").await.unwrap();
    let order = |command| (new_mid(), clock::now(), command);
    let orders = [1, 2].map(|n| {
        let import = ticket::Import {
            number: format!("2026010100{n}"),
            intake: intake(),
            stage: if n == 1 {
                ticket::ImportStage::Closed
            } else {
                ticket::ImportStage::InProgress
            },
            engineer: Some(user.id),
            handler: String::new(),
            solution: "换主板".into(),
            confirmation: String::new(),
            estimated_done_at: None,
            done_at: Some(clock::now()),
        };
        let id = Id::new(Uuid::from_u128(n));
        order(Command::Ticket(id, ticket::Command::Import { import: import.into() }))
    });
    store.carry_out(SYSTEM, orders.into()).await.unwrap();
    store
}

fn intake() -> ticket::Intake {
    ticket::Intake {
        provisional: None,
        title: "空调不制冷".into(),
        description: "出风口温度偏高".into(),
        request: ticket::Request::Repair,
        channel: ticket::Channel::Phone400,
        urgency: ticket::Urgency::Urgent,
        received_at: Timestamp(1_777_600_000_000),
        submitter: String::new(),
        transferred_by: String::new(),
        expected_by: None,
        contact: ticket::Contact {
            customer: Some(Id::derived("customer")),
            name: "陈国华".into(),
            company: String::new(),
            salutation: Salutation::Mr,
            phone: "13812345678".into(),
            address: String::new(),
            access_note: String::new(),
        },
        machine: ticket::Nameplate {
            machine: None,
            model: "KFR-35GW".into(),
            serial: String::new(),
            purchased_on: String::new(),
            warranty: Warranty::In,
            place: String::new(),
        },
    }
}

#[tokio::test]
async fn what_is_sound_passes_every_check() {
    let report = check::run(&store().await).await.unwrap();
    assert_eq!(report.failed(), 0, "{report}");
    assert_eq!(report.passed(), 17);
    assert!(report.checks.iter().all(|check| check.looked > 0), "{report}");
    let text = report.to_string();
    assert!(text.ends_with("17 passed, 0 failed"), "{text}");
}

#[tokio::test]
async fn each_damage_is_found_by_the_check_for_it() {
    let damages: &[(&str, &[&'static str])] = &[
        ("every kind of row is known", &["update rows set kind = 'robot' where kind = 'user'"]),
        (
            "every row can be read, is the one it says, and can be written again",
            &[
                "update rows set body = replace(body, '\"title\"', '\"titel\"') where kind = 'ticket'",
            ],
        ),
        (
            "every row can be read, is the one it says, and can be written again",
            &["update rows set id = replace(id, '2', '3') where kind = 'ticket'"],
        ),
        (
            "every row is held by whom the rule says, at its revision",
            &["update row_scope set scope = 'all' where scope = 'desk' and kind = 'ticket'"],
        ),
        (
            "every row is held by whom the rule says, at its revision",
            &["update row_scope set v = v - 1"],
        ),
        (
            "every number is registered for the row that carries it",
            &["delete from number where kind = 'ticket'"],
        ),
        ("every row that is to leave the phones is on the list", &["delete from due"]),
        ("the newest row has the head's revision", &["update head set v = v + 1"]),
        (
            "nobody has changed, removed or added an entry afterwards",
            &["update envelope set command = replace(command, '陈国华', '陈国强')"],
        ),
        (
            "nobody has changed, removed or added an entry afterwards",
            &["update envelope set outcome = '\"noop\"', v = null where n = 3"],
        ),
        (
            "nobody has changed, removed or added an entry afterwards",
            &["delete from envelope where n = (select max(n) from envelope)"],
        ),
        ("the entries are numbered without a hole", &["delete from envelope where n = 2"]),
        (
            "every verdict can be read and names the revision it gave",
            &["update envelope set v = v + 1 where n = 2"],
        ),
        (
            "every effect has a revision of its own, not ahead of the head",
            &["update envelope set v = 1"],
        ),
        ("nobody may hold a row that is not there", &["delete from rows where kind = 'customer'"]),
        (
            "every change is about a row that is there, and none is ahead of the head",
            &["update change set v = v + 100"],
        ),
        (
            "the log tells of every row's last change to everybody who may hold it",
            &["delete from change where kind = 'ticket'"],
        ),
        (
            "the entries of each replica are numbered 1, 2, 3, … up to its last one",
            &["update replica set last_seq = last_seq + 1"],
        ),
        (
            "the entries of each replica are numbered 1, 2, 3, … up to its last one",
            &["delete from envelope where seq = 2"],
        ),
        ("every entry belongs to a replica", &["delete from replica"]),
        (
            "every command had its effect in exactly one place",
            &["update envelope set first = 0 where n = 2"],
        ),
        (
            "every command had its effect in exactly one place",
            &[
                "drop index envelope_by_mid",
                "update envelope set mid = (select mid from envelope where n = 1)",
            ],
        ),
        (
            "every login, session and card is somebody's",
            &["update account set \"user\" = '0198c000-0000-7000-8000-000000000000'"],
        ),
    ];
    for (promise, texts) in damages {
        let store = store().await;
        let texts = texts.to_vec();
        let done = store.write(move |writing| {
            texts.iter().try_for_each(|text| writing.run(text, &[]).map(drop))
        });
        done.await.unwrap();
        let report = check::run(&store).await.unwrap();
        let check = report.checks.iter().find(|check| check.promise == *promise).unwrap();
        assert!(check.found > 0 && !check.examples.is_empty(), "{promise}: {report}");
        assert!(report.to_string().contains(&format!("FAILED  {promise}")));
    }
}
