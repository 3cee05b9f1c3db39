//! Promises of the server's core, where the replica's own tests do not reach.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use super::{memory::Memory, *};
use crate::{
    visit::Stage,
    wire::PROTO,
    world::{LI, TICKET, WANG, World},
};

const PHONE: Id<Replica> = Id::new(Uuid::from_u128(1));
const NOW: Timestamp = Timestamp(1_777_700_000_000);

fn books(world: &World) -> Memory {
    let mut books = Memory::new(Uuid::from_u128(9));
    let mut draft = books.begin();
    let v = draft.next_v();
    world.rows.values().for_each(|row| draft.put(row, v).unwrap());
    let changes = draft.done();
    books.commit(changes);
    books.register(PHONE, LI, "K7Q");
    books
}

fn request(prev_seq: u64, envelopes: Vec<Sent>) -> Request {
    let request = json!({
        "proto": PROTO, "replica": PHONE, "now": NOW, "prev_seq": prev_seq, "envelopes": envelopes,
    });
    serde_json::from_value(request).unwrap()
}

fn note(seq: u64) -> Sent {
    let command =
        Command::Ticket(TICKET, ticket::Command::Note { text: "在".into(), visible: false });
    let command = serde_json::to_value(command).unwrap();
    Sent { seq, mid: Uuid::from_u128(0x500 + u128::from(seq)), by: LI, at: NOW, command }
}

fn decide_all(books: &mut Memory, request: &Request, doomed: &dyn Fn(Uuid) -> bool) -> Push {
    let mut draft = books.begin();
    let push = push(&mut draft, LI, request, NOW, doomed).unwrap();
    let changes = draft.done();
    books.commit(changes);
    push
}

fn grants_of(books: &Memory, user: Id<User>) -> BTreeSet<Scope> {
    scope::grants(&books.find(user).unwrap())
}

#[test]
fn what_makes_the_server_fail_is_kept_undecided_and_blocks_nobody() {
    let mut books = books(&World::at(Stage::Accepted));
    let poison = note(1).mid;
    let asked = request(0, vec![note(1), note(2)]);
    assert_eq!(decide_all(&mut books, &asked, &|mid| mid == poison), Push::Done);
    let outcomes: Vec<Outcome> =
        books.verdicts(PHONE, 0, 2).unwrap().into_iter().map(|verdict| verdict.outcome).collect();
    assert_eq!(outcomes[0], Outcome::Quarantined);
    assert!(matches!(outcomes[1], Outcome::Applied { .. }));
}

#[test]
fn who_was_shut_out_hears_verdicts_and_no_rows() {
    let mut books = books(&World::at(Stage::Accepted));
    let asked = request(0, vec![note(1)]);
    let push = decide_all(&mut books, &asked, &|_| true);
    let response = answer(&books, &asked, push, None, NOW).unwrap();
    assert!(response.revoked && response.puts.is_empty());
    assert_eq!(response.verdicts[0].outcome, Outcome::Quarantined);
}

#[test]
fn an_old_app_may_send_and_hears_no_rows() {
    let mut books = books(&World::at(Stage::Accepted));
    let asked = Request { proto: 1, ..request(0, vec![note(1)]) };
    let push = decide_all(&mut books, &asked, &|_| false);
    let grants = grants_of(&books, LI);
    let response = answer(&books, &asked, push, Some(&grants), NOW).unwrap();
    assert!(response.too_old && response.puts.is_empty());
    assert!(matches!(response.verdicts[0].outcome, Outcome::Applied { .. }));
}

#[test]
fn cleared_changes_lead_through_the_view() {
    let mut books = books(&World::at(Stage::Accepted));
    let grants = grants_of(&books, LI);
    let asked = request(0, Vec::new());
    let first = answer(&books, &asked, Push::Done, Some(&grants), NOW).unwrap();
    let Mode::Stretch(stretch) = first.mode else { panic!("a new device walks") };
    decide_all(&mut books, &request(0, vec![note(1)]), &|_| false);
    let asked = Request { cursor: stretch.goal, ..request(1, Vec::new()) };
    let heard = answer(&books, &asked, Push::Done, Some(&grants), NOW).unwrap();
    assert_eq!((heard.mode, heard.puts.len()), (Mode::News, 1));
    books.forget_changes(2);
    let heard = answer(&books, &asked, Push::Done, Some(&grants), NOW).unwrap();
    assert!(matches!(heard.mode, Mode::Stretch(stretch) if stretch.since == 1));
}

#[test]
fn no_answer_holds_a_row_of_somebody_else() {
    let books = books(&World::at(Stage::Accepted));
    let asked = request(0, Vec::new());
    let grants = grants_of(&books, WANG);
    let response = answer(&books, &asked, Push::Done, Some(&grants), NOW).unwrap();
    assert!(response.puts.iter().all(|put| put.key() != Some(Key::of(TICKET))));
}
