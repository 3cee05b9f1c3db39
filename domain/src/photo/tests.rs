//! Photos: when they may be added and taken out, what the sheet binds itself to, and who names them.

use uuid::Uuid;

use super::{PHOTOS_MAX, Photo, Slot, Thumbnail, is_digest, named};
use crate::{
    Amendment, Lookup, Refusal, Row, Timestamp,
    sheet::{Answer, Content, Signature, digest},
    visit::{Command, Stage},
    world::{COORDINATOR, FIRST, LI, TICKET, WANG, World, use_board},
};

fn photo(n: u8, slot: Slot) -> Photo {
    Photo {
        id: Uuid::from_u128(u128::from(n) + 2_000),
        slot,
        sha256: format!("{n:064x}"),
        bytes: 300_000,
        width: 1600,
        height: 1200,
        taken_at: Timestamp(1_777_600_000_000).plus_minutes(i64::from(n)),
        thumbnail: Thumbnail { sha256: format!("{n:063x}f"), bytes: 12_000 },
        withdrawn: false,
    }
}

fn add(n: u8, slot: Slot) -> Command {
    Command::AddPhoto { photo: photo(n, slot).into() }
}

fn withdraw(n: u8) -> Command {
    Command::WithdrawPhoto { photo: photo(n, Slot::Other).id }
}

fn check(world: &World, command: Command) -> Result<(), Refusal> {
    crate::check(&world.rows, LI, world.now(), &crate::Command::Visit(TICKET, FIRST, command))
}

fn locked(world: &World) -> Content {
    world.visit(FIRST).lock.expect("the sheet is locked").content
}

#[test]
fn photos_are_taken_from_the_accepted_job_to_the_locked_sheet() {
    let answers: Vec<(Stage, Result<(), Refusal>)> =
        [Stage::Assigned, Stage::Accepted, Stage::Arrived, Stage::Finished, Stage::Signed]
            .map(|stage| (stage, check(&World::at(stage), add(1, Slot::Before))))
            .to_vec();
    assert_eq!(
        answers,
        [
            (Stage::Assigned, Err(Refusal::NotAccepted)),
            (Stage::Accepted, Ok(())),
            (Stage::Arrived, Ok(())),
            (Stage::Finished, Ok(())),
            (Stage::Signed, Err(Refusal::AlreadySignedVisit)),
        ]
    );
    let mut world = World::at(Stage::Finished);
    world.visit_act(LI, FIRST, add(1, Slot::Before)).unwrap();
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    assert_eq!(check(&world, add(2, Slot::After)), Err(Refusal::SheetLocked));
    assert_eq!(check(&world, withdraw(1)), Err(Refusal::SheetLocked));
}

#[test]
fn what_is_photographed_for_the_answer_is_bound_to_the_answer() {
    let mut world = World::at(Stage::Finished);
    world.visit_act(LI, FIRST, add(1, Slot::Other)).unwrap();
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    assert!(world.visit(FIRST).answer_photos().is_empty(), "the customer reads that one");
    world.visit_act(LI, FIRST, add(2, Slot::Other)).unwrap();
    world.visit_act(LI, FIRST, add(3, Slot::Other)).unwrap();
    assert_eq!(check(&world, withdraw(1)), Err(Refusal::SheetLocked));
    world.visit_act(LI, FIRST, withdraw(3)).unwrap();
    let lines: Vec<_> = world.visit(FIRST).answer_photos().into_iter().map(Photo::line).collect();
    assert_eq!(lines, [photo(2, Slot::Other).line()]);

    let Command::Sign { sheet, content, digest, mut signature, ratings } = world.sign(None) else {
        unreachable!("sign signs")
    };
    let answer = Answer::Refused { reason: "价格不认可".into(), witness: String::new() };
    *signature = Signature { answer, photos: lines, ..*signature };
    let refused = Command::Sign { sheet, content, digest, signature, ratings };
    assert_eq!(world.visit_act(LI, FIRST, refused), Ok(None), "what was read is what was locked");
    let sheet = world.rows.find(sheet).unwrap();
    let mut without = sheet.clone();
    without.signature.photos.clear();
    assert_ne!(sheet.statement().digest, without.statement().digest);
    let row = Row::from(sheet);
    let names: Vec<&str> = named(&row).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&photo(2, Slot::Other).sha256.as_str()), "whoever sees it may fetch it");
    assert_eq!(check(&world, add(4, Slot::Other)), Err(Refusal::AlreadySignedVisit));
}

#[test]
fn only_the_engineer_of_the_visit_adds_photos() {
    let mut world = World::at(Stage::Arrived);
    for by in [WANG, COORDINATOR] {
        assert_eq!(world.visit_act(by, FIRST, add(1, Slot::Before)), Err(Refusal::NotYours));
    }
}

#[test]
fn a_photo_that_comes_late_is_kept_and_asked_about() {
    let mut world = World::at(Stage::Signed);
    let came = world.visit_act(LI, FIRST, add(1, Slot::After));
    assert_eq!(came, Ok(Some(Amendment::OutOfOrder)));
    assert_eq!(world.visit(FIRST).photos.len(), 1);
    assert!(world.ticket().has_open_flags());
}

#[test]
fn the_same_picture_twice_is_one_photo() {
    let mut world = World::at(Stage::Arrived);
    world.visit_act(LI, FIRST, add(1, Slot::Before)).unwrap();
    world.visit_act(LI, FIRST, add(1, Slot::Before)).unwrap();
    let copy = Photo { id: Uuid::from_u128(9), ..photo(1, Slot::Before) };
    world.visit_act(LI, FIRST, Command::AddPhoto { photo: copy.into() }).unwrap();
    assert_eq!(world.visit(FIRST).photos.len(), 1);
    // In another place it says something else.
    let other = Photo { id: Uuid::from_u128(10), ..photo(1, Slot::Other) };
    world.visit_act(LI, FIRST, Command::AddPhoto { photo: other.into() }).unwrap();
    assert_eq!(world.visit(FIRST).photos.len(), 2);
}

#[test]
fn a_burst_of_photos_is_one_line_of_the_history() {
    let mut world = World::at(Stage::Arrived);
    let before = world.ticket().log.len();
    for n in 1..=5 {
        world.visit_act(LI, FIRST, add(n, Slot::Before)).unwrap();
    }
    assert_eq!(world.ticket().log.len(), before + 1);
}

#[test]
fn a_withdrawn_photo_stays_and_the_sheet_does_not_list_it() {
    let mut world = World::at(Stage::Finished);
    assert_eq!(check(&world, withdraw(1)), Err(Refusal::NotFound));
    world.visit_act(LI, FIRST, add(2, Slot::After)).unwrap();
    world.visit_act(LI, FIRST, add(1, Slot::Before)).unwrap();
    world.visit_act(LI, FIRST, add(3, Slot::Other)).unwrap();
    world.visit_act(LI, FIRST, withdraw(3)).unwrap();
    assert_eq!(check(&world, withdraw(3)), Err(Refusal::AlreadyDone));
    assert_eq!(world.visit(FIRST).photos.len(), 3);
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    let slots: Vec<Slot> = locked(&world).photos.iter().map(|line| line.slot).collect();
    assert_eq!(slots, [Slot::Before, Slot::After]);
}

#[test]
fn the_sheets_digest_covers_its_photos_and_is_what_it_was_without_any() {
    let mut world = World::at(Stage::Finished);
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    let without = locked(&world);
    let text = serde_json::to_string(&without).unwrap();
    assert!(
        !text.contains("photos"),
        "a sheet without photos reads as it did before there were any"
    );
    let mut with = without.clone();
    with.photos = vec![photo(1, Slot::Before).line()];
    assert_ne!(digest(&with), digest(&without));
    let mut exchanged = with.clone();
    exchanged.photos[0].sha256 = photo(2, Slot::Before).sha256;
    assert_ne!(digest(&exchanged), digest(&with), "another picture is another sheet");
}

#[test]
fn the_visit_says_which_photos_are_missing() {
    let mut world = World::at(Stage::Repairing);
    let missing = |world: &World| world.visit(FIRST).missing_photos();
    assert_eq!(missing(&world), [Slot::Before, Slot::Nameplate, Slot::After]);
    world.visit_act(LI, FIRST, add(1, Slot::Nameplate)).unwrap();
    world.visit_act(LI, FIRST, add(2, Slot::Before)).unwrap();
    world.visit_act(LI, FIRST, withdraw(2)).unwrap();
    world.visit_act(LI, FIRST, use_board(1)).unwrap();
    assert_eq!(missing(&world), [Slot::Before, Slot::After, Slot::OldPart]);
}

#[test]
fn a_visit_keeps_so_many_and_no_more() {
    let mut world = World::at(Stage::Arrived);
    for n in 0..PHOTOS_MAX {
        world.visit_act(LI, FIRST, add(u8::try_from(n).unwrap(), Slot::Other)).unwrap();
    }
    assert_eq!(check(&world, add(250, Slot::Other)), Err(Refusal::TooManyPhotos));
}

#[test]
fn what_is_no_photo_is_refused() {
    let world = World::at(Stage::Arrived);
    let good = photo(1, Slot::Before);
    let bad = [
        Photo { sha256: "../../etc/passwd".into(), ..good.clone() },
        Photo { sha256: good.sha256.to_uppercase().replace('0', "A"), ..good.clone() },
        Photo { bytes: 0, ..good.clone() },
        Photo { bytes: u32::MAX, ..good.clone() },
        Photo { width: 0, ..good.clone() },
        Photo { height: 1_000_000, ..good.clone() },
        Photo { thumbnail: Thumbnail { sha256: String::new(), bytes: 1 }, ..good.clone() },
        Photo { withdrawn: true, ..good.clone() },
    ];
    for photo in bad {
        let said = format!("{photo:?}");
        let command = Command::AddPhoto { photo: photo.into() };
        assert_eq!(check(&world, command), Err(Refusal::Malformed), "{said}");
    }
    assert!(is_digest(&good.sha256) && !is_digest("f") && !is_digest(&"g".repeat(64)));
}

#[test]
fn a_row_names_the_photos_that_its_holders_may_fetch() {
    let mut world = World::at(Stage::Finished);
    world.visit_act(LI, FIRST, add(1, Slot::Before)).unwrap();
    let row = Row::from(world.ticket());
    let photo = photo(1, Slot::Before);
    assert_eq!(
        named(&row),
        [
            (photo.sha256.as_str(), Some(photo.bytes)),
            (photo.thumbnail.sha256.as_str(), Some(photo.thumbnail.bytes)),
        ]
    );
    world.visit_act(LI, FIRST, world.lock()).unwrap();
    world.visit_act(LI, FIRST, world.sign(Some(true))).unwrap();
    let sheet = Row::from(crate::Lookup::find(&world.rows, crate::world::SHEET).unwrap());
    assert_eq!(named(&sheet), [(photo.sha256.as_str(), None)]);
}
