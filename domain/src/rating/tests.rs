//! A rating is the office's: in its own row, which the engineer's device never holds.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Rating;
use crate::{
    Command, Envelope, Key, Lookup, Refusal, Rows,
    replica::{Confirmed, Head, Replica},
    scope,
    sheet::{Ratings, digest},
    visit::{self, Stage},
    world::{COORDINATOR, FIRST, LI, SHEET, TICKET, World},
};

/// Li's visit with its sheet locked, and the customer's signature with these stars.
fn rated(stars: u8) -> (World, visit::Command) {
    let mut world = World::at(Stage::Finished);
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    let visit::Command::Sign { sheet, content, digest, signature, .. } = world.sign(Some(true))
    else {
        unreachable!("sign signs")
    };
    let ratings = Some(Ratings { speed: stars, solving: 5, attitude: 5 });
    (world, visit::Command::Sign { sheet, content, digest, signature, ratings })
}

#[test]
fn it_lies_in_a_row_of_its_own_and_the_sheet_says_nothing_of_it() {
    let (mut world, sign) = rated(2);
    let copy = world.clone();
    world.visit_act(LI, FIRST, sign.clone()).unwrap();
    let rating = world.rows.find(Rating::id_of(SHEET)).unwrap();
    assert_eq!((rating.ticket, rating.engineer, rating.ratings.speed), (TICKET, LI, 2));
    let sheet = world.rows.find(SHEET).unwrap();
    assert_eq!(sheet.signature.ratings, None);
    // The copy proves what was read and answered, with or without an opinion beside it.
    let mut without = copy;
    let signed = without.sign(Some(true));
    without.visit_act(LI, FIRST, signed).unwrap();
    let other = without.rows.find(SHEET).unwrap();
    assert_eq!(digest(&other.signature), digest(&sheet.signature));
    assert!(without.rows.find(Rating::id_of(SHEET)).is_none(), "no opinion, no row");
    // Once more is no news.
    assert!(world.act(LI, Command::Visit(TICKET, FIRST, sign)).unwrap().rows.is_empty());
}

#[test]
fn the_office_may_hold_it_and_the_engineer_may_not() {
    let (mut world, sign) = rated(1);
    world.visit_act(LI, FIRST, sign).unwrap();
    let row = world.rows.row(Key::of(Rating::id_of(SHEET))).unwrap();
    let may = |id| scope::visible(&row, &scope::grants(&world.rows.find(id).unwrap()));
    assert!(may(COORDINATOR) && !may(LI));
}

#[test]
fn the_engineers_device_does_not_show_it_even_before_it_is_sent() {
    let (world, sign) = rated(1);
    let confirmed: BTreeMap<_, _> = (world.rows.iter())
        .map(|(key, row)| (*key, Confirmed { v: 1, era: 0, row: row.clone() }))
        .collect();
    let head = Head { user: LI, ..Head::default() };
    let mut phone = Replica::restore(head, confirmed, Rows::new(), BTreeMap::new());
    let mid = Uuid::from_u128(1);
    let envelope = Envelope { mid, ..world.envelope(LI, Command::Visit(TICKET, FIRST, sign)) };
    let plan = phone.send(envelope, 0).unwrap();
    phone.commit(plan);
    assert!(phone.find(SHEET).is_some(), "the sheet is there");
    assert!(phone.all::<Rating>().is_empty() && phone.find(Rating::id_of(SHEET)).is_none());
}

#[test]
fn stars_go_from_one_to_five() {
    for (stars, answer) in
        [(0, Err(Refusal::Malformed)), (6, Err(Refusal::Malformed)), (5, Ok(None))]
    {
        let (mut world, sign) = rated(stars);
        assert_eq!(world.visit_act(LI, FIRST, sign), answer, "{stars}");
    }
}
