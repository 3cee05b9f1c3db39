//! Photos against a real IndexedDB: whole again as they were taken, and nothing of one that another still needs is let go.

use domain::{
    Id, Timestamp,
    photo::{Photo, Slot, Thumbnail},
};
use uuid::Uuid;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    fresh_name,
    keep::{Keep, Kept},
};

const MOST: u64 = 1_000_000;

fn kept(n: u8, minute: i64) -> Kept {
    Kept {
        ticket: Id::new(Uuid::from_u128(1)),
        visit: Id::new(Uuid::from_u128(2)),
        photo: Photo {
            id: Uuid::now_v7(),
            slot: Slot::Before,
            sha256: format!("{n:064x}"),
            bytes: 200_000,
            width: 1600,
            height: 1200,
            taken_at: Timestamp(0).plus_minutes(minute),
            thumbnail: Thumbnail { sha256: format!("{n:063x}f"), bytes: 5_000 },
            withdrawn: false,
        },
        arrived: None,
        lost: false,
    }
}

/// Bytes of several pieces, none like the other.
fn picture(seed: u32) -> Vec<u8> {
    (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 ^ seed as u8).collect()
}

#[wasm_bindgen_test]
async fn a_photo_is_whole_again_in_another_page_and_the_oldest_comes_first() {
    let name = fresh_name();
    let keep = Keep::open(&name).await.unwrap();
    let (first, second) = (kept(1, 5), kept(2, 1));
    keep.add(&first, &picture(1), &[1; 5_000]).await.unwrap();
    keep.add(&second, &picture(2), &[2; 5_000]).await.unwrap();
    let again = Keep::open(&name).await.unwrap();
    assert_eq!(again.notes().await.unwrap(), [second.clone(), first.clone()]);
    assert_eq!(again.bytes(&first.photo.sha256).await.unwrap().unwrap(), picture(1));
    let thumbnail = again.bytes(&second.photo.thumbnail.sha256).await.unwrap();
    assert_eq!(thumbnail.unwrap(), [2; 5_000]);
    assert_eq!(again.bytes("0").await.unwrap(), None);
    let arrived = Kept { arrived: Some(Uuid::from_u128(9)), ..first };
    again.note(&arrived).await.unwrap();
    assert_eq!(keep.notes().await.unwrap(), [second, arrived]);
}

#[wasm_bindgen_test]
async fn the_same_picture_in_two_places_goes_with_the_second_of_them() {
    let keep = Keep::open(&fresh_name()).await.unwrap();
    let (here, there) = (kept(1, 0), kept(1, 1));
    for kept in [&here, &there] {
        keep.add(kept, &picture(1), &[1; 10]).await.unwrap();
    }
    keep.remove(&here).await.unwrap();
    assert_eq!(keep.bytes(&there.photo.sha256).await.unwrap().unwrap(), picture(1));
    keep.remove(&there).await.unwrap();
    assert_eq!(keep.bytes(&there.photo.sha256).await.unwrap(), None);
    assert!(keep.notes().await.unwrap().is_empty());
}

#[wasm_bindgen_test]
async fn what_others_took_gives_way_and_what_was_taken_here_does_not() {
    let keep = Keep::open(&fresh_name()).await.unwrap();
    let own = kept(1, 0);
    keep.add(&own, &picture(1), &[1; 10]).await.unwrap();
    let names = ["a", "b", "c", "d", "e", "f", "g"].map(|letter| letter.repeat(64));
    for (at, name) in (0i64..).zip(&names) {
        keep.remember(name, &picture(3), at, MOST).await.unwrap();
    }
    // Five of 200,000 bytes have room.
    let there = async |name: &str| keep.bytes(name).await.unwrap().is_some();
    assert!(!there(&names[0]).await && !there(&names[1]).await);
    assert!(there(&names[2]).await && there(&names[6]).await);
    // The own picture is looked at like any other, and stays when the copies go.
    keep.remember(&own.photo.sha256, &picture(1), 99, MOST).await.unwrap();
    assert!(keep.forget_seen().await.unwrap());
    assert!(!there(&names[6]).await);
    assert_eq!(keep.bytes(&own.photo.sha256).await.unwrap().unwrap(), picture(1));
    keep.clear().await.unwrap();
    assert!(!there(&own.photo.sha256).await && keep.notes().await.unwrap().is_empty());
}
