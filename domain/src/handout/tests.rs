//! What is handed out is enough to answer with, and nothing more.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

use super::Handout;
use crate::{
    Command, Id, Key, Lookup, Row, Rows, apply,
    replica::{Confirmed, Entry, Head, Replica},
    sheet::Sheet,
    ticket::{self, Ticket},
    visit::{self, Stage},
    wire::Outcome,
    world::{COORDINATOR, FIRST, LI, SHEET, TICKET, World},
};

/// A world whose sheet is locked, with a note nobody says to a customer.
fn locked() -> World {
    let mut world = World::at(Stage::Finished);
    let text = "客户上次拒付，注意".to_owned();
    world.ticket_act(COORDINATOR, ticket::Command::Note { text, visible: false }).unwrap();
    let lock = world.lock();
    world.visit_act(LI, FIRST, lock).unwrap();
    world
}

/// Li's phone as it holds this world, with another ticket beside it.
fn phone(world: &World) -> Replica {
    let head = Head { user: LI, seq: 7, ..Head::default() };
    let other = Ticket { id: Id::new(Uuid::from_u128(101)), ..world.ticket() };
    let mut rows: Vec<Arc<Row>> = world.rows.values().cloned().collect();
    rows.push(Arc::new(other.into()));
    let confirmed = rows.into_iter().map(|row| (row.key(), Confirmed { v: 3, era: 0, row }));
    Replica::restore(head, confirmed.collect(), Rows::new(), BTreeMap::new())
}

fn opened(world: &World, since: BTreeMap<u64, Entry>) -> Replica {
    let view = phone(world);
    let handout = Handout::of(&view, TICKET, FIRST, Uuid::from_u128(102)).unwrap();
    // As it is stored and read again.
    let json = serde_json::to_string(&handout).unwrap();
    let handout: Handout = serde_json::from_str(&json).unwrap();
    handout.opened(view.head().clone(), since)
}

#[test]
fn it_holds_one_ticket_and_one_person_and_nothing_the_office_said() {
    let world = locked();
    let given = opened(&world, BTreeMap::new());
    let keys: Vec<Key> = given.confirmed().keys().copied().collect();
    assert_eq!(keys, [Key::of(LI), Key::of(TICKET)]);
    let held: String = given.confirmed().values().map(|held| held.row.to_json().unwrap()).collect();
    assert!(phone(&world).row(Key::of(TICKET)).unwrap().to_json().unwrap().contains("拒付"));
    assert!(!held.contains("拒付"), "{held}");
    assert_eq!(given.all::<Ticket>()[0].visit(FIRST).unwrap().lock, world.visit(FIRST).lock);
}

#[test]
fn what_is_answered_there_is_what_would_have_been_answered_with_everything() {
    let world = locked();
    let mut given = opened(&world, BTreeMap::new());
    let envelope = world.envelope(LI, Command::Visit(TICKET, FIRST, world.sign(Some(true))));
    let plan = given.send(envelope.clone(), 0).unwrap();
    assert_eq!(plan.entries[0].0, 8, "the journal goes on where it stood");
    given.commit(plan);

    let whole = apply(&world.rows, &envelope).unwrap();
    let sheet = whole.rows.iter().find(|row| row.key() == Key::of(SHEET)).unwrap();
    assert_eq!(given.row(Key::of(SHEET)).as_deref(), Some(sheet));
    assert_eq!(given.find(TICKET).unwrap().visit(FIRST).unwrap().stage, Stage::Signed);
    let again = Command::Visit(TICKET, FIRST, world.sign(Some(true)));
    let would = |view: &Replica| view.would(world.now(), &again);
    assert_eq!(would(&given), Err(crate::Refusal::AlreadySignedVisit));
}

#[test]
fn what_the_customer_answered_is_there_after_a_restart_and_the_rest_of_the_journal_is_not() {
    let world = locked();
    let sign = world.envelope(LI, Command::Visit(TICKET, FIRST, world.sign(Some(true))));
    let elsewhere = Command::Visit(
        Id::new(Uuid::from_u128(101)),
        FIRST,
        visit::Command::Progress { text: "另一家".into() },
    );
    // A tab that had not heard of the hand-over yet may have sent it already.
    let answered = Entry { outcome: Some(Outcome::Noop), ..Entry::new(sign) };
    let since = BTreeMap::from([(8, answered), (9, Entry::new(world.envelope(LI, elsewhere)))]);
    let given = opened(&world, since);
    assert_eq!(given.journal().keys().copied().collect::<Vec<_>>(), [8]);
    assert!(given.find::<Sheet>(SHEET).is_some());
    assert_eq!(given.find(TICKET).unwrap().visit(FIRST).unwrap().stage, Stage::Signed);
}

#[test]
fn what_an_older_app_handed_over_opens_as_nothing() {
    let old = format!("{{\"ticket\":\"{TICKET}\",\"visit\":\"{FIRST}\"}}");
    let handout: Handout = serde_json::from_str(&old).unwrap();
    let given = handout.opened(Head::default(), BTreeMap::new());
    assert!(given.confirmed().is_empty());
}
