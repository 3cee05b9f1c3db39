//! Photos: they arrive although the line breaks, they are what they are called, and only whoever holds the row sees them.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use domain::{Id, Key, photo::Slot, ticket::Ticket, visit, wire::Blob};
use server::{State, backup, blobs};

use crate::world::{Answered, Device, Picture, World, dispatch, get, request};

fn path(name: &str, of: Key) -> String {
    format!("/api/v1/blobs/{name}?of={of}")
}

impl Device<'_> {
    /// Sends one piece.
    async fn piece(&self, name: &str, of: Key, offset: usize, piece: &[u8]) -> Answered {
        let path = format!("{}&offset={offset}", path(name, of));
        let mut sent = request(Method::PUT, &path, &self.cookie, Body::from(piece.to_vec()));
        let kind = "application/octet-stream".parse().unwrap();
        sent.headers_mut().insert(header::CONTENT_TYPE, kind);
        self.world.send(sent).await
    }

    /// Sends all of it, from where the server says.
    async fn whole(&self, picture: &Picture, of: Key) -> Blob {
        let name = picture.name();
        let mut said: Blob = self.piece(&name, of, 0, &[]).await.json(StatusCode::OK);
        while !said.ready {
            let at = said.received as usize;
            let to = (at + 256 * 1024).min(picture.0.len());
            said = self.piece(&name, of, at, &picture.0[at..to]).await.json(StatusCode::OK);
        }
        said
    }

    async fn fetch(&self, name: &str, of: Key) -> Answered {
        self.world.send(get(&path(name, of), &self.cookie)).await
    }
}

/// A job on which Li took this picture; the row is on the server, the picture is not.
async fn photographed<'w>(
    world: &'w World,
    picture: &Picture,
) -> (Device<'w>, Device<'w>, Id<Ticket>) {
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let id = desk.dispatch_new("li");
    desk.sync().await;
    li.sync().await;
    li.on_visit(id, visit::Command::Accept).unwrap();
    li.photograph(id, Slot::Before, picture);
    li.sync().await;
    desk.sync().await;
    (li, desk, id)
}

#[tokio::test]
async fn a_photo_goes_on_where_the_line_broke_also_after_the_server_was_started_again() {
    let room = tempfile::tempdir().unwrap();
    let data = room.path().join("data");
    let picture = Picture::new(1, 600_000);
    let (name, bytes) = (picture.name(), &picture.0);
    let world = World::of(State::open(&data).unwrap()).await;
    let (li, desk, id) = photographed(&world, &picture).await;
    let of = Key::of(id);
    // The text is there before the picture, and says that one is coming.
    assert_eq!(desk.ticket(id).visits[0].photos[0].sha256, name);
    assert_eq!(desk.fetch(&name, of).await.status, StatusCode::NO_CONTENT);
    let said: Blob = li.piece(&name, of, 0, &bytes[..262_144]).await.json(StatusCode::OK);
    assert_eq!(said, Blob { received: 262_144, ready: false });
    assert_eq!(desk.fetch(&name, of).await.status, StatusCode::NO_CONTENT);
    let kept = [(li.cookie, li.replica), (desk.cookie, desk.replica)];
    drop(world);

    let world = World::again(State::open(&data).unwrap());
    let [li, desk] =
        kept.map(|(cookie, replica)| Device { world: &world, cookie, replica, clock_ahead: 0 });
    let said: Blob = li.piece(&name, of, 0, &[]).await.json(StatusCode::OK);
    assert_eq!(said.received, 262_144, "nothing is sent twice");
    let said = li.whole(&picture, of).await;
    assert_eq!(said, Blob { received: 600_000, ready: true });
    let answer = desk.fetch(&name, of).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "image/jpeg");
    assert_eq!(answer.body, *bytes);
    // The thumbnail never came, and fourteen days have not passed.
    let report = blobs::look::run(&world.state.store, &world.state.blobs).await.unwrap();
    assert_eq!(report.failed(), 0, "{report}");
}

#[tokio::test]
async fn a_photo_sent_twice_by_two_tabs_is_one_and_a_damaged_one_is_sent_again() {
    let world = World::new().await;
    let picture = Picture::new(2, 50_000);
    let (li, desk, id) = photographed(&world, &picture).await;
    let (name, of) = (picture.name(), Key::of(id));
    let mut damaged = picture.0.clone();
    damaged[30_000] ^= 4;
    let answer = li.piece(&name, of, 0, &damaged).await;
    assert_eq!(answer.problem(StatusCode::UNPROCESSABLE_ENTITY), "digest_differs");
    assert_eq!(desk.fetch(&name, of).await.status, StatusCode::NO_CONTENT);
    let (one, other) = tokio::join!(li.whole(&picture, of), li.whole(&picture, of));
    assert!(one.ready && other.ready);
    let again: Blob = li.piece(&name, of, 0, &picture.0).await.json(StatusCode::OK);
    assert!(again.ready);
    assert_eq!(desk.fetch(&name, of).await.body, picture.0);
}

#[tokio::test]
async fn knowing_a_photos_name_opens_nothing() {
    let world = World::new().await;
    let picture = Picture::new(3, 5_000);
    let (li, mut desk, id) = photographed(&world, &picture).await;
    li.whole(&picture, Key::of(id)).await;
    let (name, of) = (picture.name(), Key::of(id));
    let own = desk.dispatch_new("wang");
    desk.sync().await;
    let mut wang = world.device("wang").await;
    wang.sync().await;
    // Neither by the ticket he does not hold, nor by one of his that does not name it.
    for of in [of, Key::of(own), Key::of(Id::<Ticket>::derived("nothing"))] {
        assert_eq!(wang.fetch(&name, of).await.problem(StatusCode::NOT_FOUND), "not_found");
        let answer = wang.piece(&name, of, 0, &picture.0).await;
        assert_eq!(answer.problem(StatusCode::NOT_FOUND), "not_found");
    }
    let stranger = world.send(get(&path(&name, of), "")).await;
    assert_eq!(stranger.problem(StatusCode::UNAUTHORIZED), "session_expired");
    for name in ["..", "%2e%2e%2fdoorstep.db", &"0".repeat(64), &name.to_uppercase()] {
        assert_eq!(li.fetch(name, of).await.status, StatusCode::NOT_FOUND, "{name}");
    }
    assert!(li.fetch(&name, of).await.status.is_success());
}

#[tokio::test]
async fn what_is_no_picture_is_not_kept() {
    let world = World::new().await;
    let page = Picture(b"<html><script>alert(1)</script></html>".to_vec());
    let (li, _, id) = photographed(&world, &page).await;
    let of = Key::of(id);
    let answer = li.piece(&page.name(), of, 0, &page.0).await;
    assert_eq!(answer.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE), "unsupported_media_type");
    let answer = li.piece(&page.name(), of, 0, &vec![0xff; 2 * 1024 * 1024]).await;
    assert_eq!(answer.problem(StatusCode::PAYLOAD_TOO_LARGE), "too_large");
}

#[tokio::test]
async fn the_photos_of_a_job_that_was_given_away_meanwhile_still_arrive() {
    let world = World::new().await;
    let picture = Picture::new(4, 5_000);
    let (mut li, mut desk, id) = photographed(&world, &picture).await;
    desk.on_ticket(id, dispatch("wang", "更近")).unwrap();
    desk.sync().await;
    li.sync().await;
    assert!(!li.holds(Key::of(id)), "the row has left the phone");
    assert!(li.whole(&picture, Key::of(id)).await.ready);
    assert_eq!(desk.fetch(&picture.name(), Key::of(id)).await.body, picture.0);
    assert_eq!(li.fetch(&picture.name(), Key::of(id)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_signed_sheet_is_bound_to_its_photos_and_shows_them_to_its_holders() {
    let world = World::new().await;
    let picture = Picture::new(5, 5_000);
    let mut desk = world.device("diaodu").await;
    let mut li = world.device("li").await;
    let id = desk.dispatch_new("li");
    desk.sync().await;
    li.sync().await;
    li.repair(id);
    li.photograph(id, Slot::After, &picture);
    let sheet = li.sign(id);
    li.sync().await;
    li.whole(&picture, Key::of(id)).await;
    desk.sync().await;
    let signed = desk.find(sheet).unwrap();
    assert_eq!(signed.content.photos[0].sha256, picture.name());
    assert_eq!(domain::sheet::digest(&signed.content), signed.digest);
    assert_eq!(desk.fetch(&picture.name(), Key::of(sheet)).await.body, picture.0);
    let kept = format!("\"{}\"", picture.name());
    let mut again = get(&path(&picture.name(), Key::of(sheet)), &desk.cookie);
    again.headers_mut().insert(header::IF_NONE_MATCH, kept.parse().unwrap());
    assert_eq!(world.send(again).await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_backup_has_the_photos_and_brings_them_back() {
    let room = tempfile::tempdir().unwrap();
    let (data, file) = (room.path().join("data"), room.path().join("copies").join("monday"));
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    let world = World::of(State::open(&data).unwrap()).await;
    let picture = Picture::new(6, 50_000);
    let (li, _, id) = photographed(&world, &picture).await;
    li.whole(&picture, Key::of(id)).await;
    let here = world.state.blobs.file(&picture.name());
    let cookie = li.cookie.clone();
    drop(world);
    let (manifest, _) = backup::backup(&data, &file).await.unwrap();
    assert_eq!((manifest.photos, manifest.photos_missing), (1, 1), "the thumbnail never came");

    // Damage on the disk is found, and the copy is not.
    std::fs::write(&here, b"damaged").unwrap();
    let state = State::open(&data).unwrap();
    let report = blobs::look::run(&state.store, &state.blobs).await.unwrap();
    assert_eq!(report.failed(), 1, "{report}");
    drop(state);
    let restored = backup::restore(&data, &file, false).await.unwrap();
    assert_eq!(restored.photos.here, 1);
    let world = World::again(State::open(&data).unwrap());
    let answer = world.send(get(&path(&picture.name(), Key::of(id)), &cookie)).await;
    assert_eq!(answer.body, picture.0);
    let report = blobs::look::run(&world.state.store, &world.state.blobs).await.unwrap();
    assert_eq!(report.failed(), 0, "{report}");
    drop(world);

    // Without its photos a backup is not what it says.
    std::fs::remove_dir_all(file.with_file_name("blobs")).unwrap();
    std::fs::remove_file(&here).unwrap();
    assert!(backup::restore(&data, &file, false).await.is_err());
    backup::restore(&data, &file, true).await.unwrap();
}
