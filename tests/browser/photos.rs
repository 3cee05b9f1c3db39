//! Photos from a basement: kept through a dead battery, sent behind the text, seen at the desk and by the customer.

use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use super::{driven::Browser, work, world::Language};

/// A picture file as no camera makes it, and every browser reads it: so many pixels of coloured noise.
fn picture(folder: &Path, name: &str, (width, height): (u32, u32)) -> PathBuf {
    let row = (width * 3).next_multiple_of(4);
    let size = 54 + row * height;
    let mut bytes = b"BM".to_vec();
    for word in [size, 0, 54, 40, width, height] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend([1, 0, 24, 0]);
    bytes.extend([0; 24]);
    let mut noise = 7u32;
    for n in 0..row * height {
        // Coarse enough that a JPEG of it takes several pieces to send.
        if n % 5 == 0 {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        }
        bytes.push(noise.to_be_bytes()[0]);
    }
    let file = folder.join(name);
    std::fs::write(&file, bytes).expect("room for a picture");
    file
}

/// Waits until pictures of this class are really drawn, the widest of them this wide.
async fn see_pictures(browser: &Browser, inside: &str, count: usize, wide: u32) {
    let script = "const drawn = seen(`${args[0]} img`).filter((i) => i.complete && i.naturalWidth > 0);
        return drawn.length === args[1] && Math.max(...drawn.map((i) => i.naturalWidth)) === args[2]";
    let args = [json!(inside), json!(count), json!(wide)];
    browser.until(&format!("{count} pictures in {inside}, {wide} wide"), script, &args).await;
}

#[tokio::test]
async fn photos_taken_in_a_basement_survive_a_dead_battery_and_arrive() {
    let files = TempDir::new().expect("a folder for pictures");
    let (mut world, mut phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::accept(&phone, &ticket).await;
    phone.see_synced().await;
    phone.go_offline().await;

    phone.go(&format!("/tickets/{ticket}/work")).await;
    phone.see("还缺：维修前、铭牌、维修后").await;
    let before = picture(files.path(), "before.bmp", (2000, 1500));
    phone.choose_file("album-photo-before", &before).await;
    let plate = picture(files.path(), "plate.bmp", (900, 1200));
    phone.choose_file("photo-nameplate", &plate).await;
    phone.see("还缺：维修后").await;
    phone.see("待上传").await;
    see_pictures(&phone, ".photos", 2, 320).await;
    // What is no picture is refused in words, and nothing of it is kept.
    let text = files.path().join("notes.txt");
    std::fs::write(&text, "not a picture").expect("room for a text");
    phone.choose_file("album-photo-other", &text).await;
    phone.see("“notes.txt”无法作为图片读取").await;
    phone.look("photos-work", false).await;

    phone.kill().await;
    phone.start().await;
    phone.open("/outbox").await;
    phone.see("2 张照片在文字之后上传").await;
    see_pictures(&phone, "[data-name=waiting-photos]", 2, 320).await;
    phone.look("photos-outbox", false).await;

    // The server dies in the middle; the phone does not care.
    world.server.kill();
    phone.go_online().await;
    world.server.restart();
    phone.press("sync-now").await;
    phone.see_synced().await;
    assert_eq!(phone.count("[data-name=waiting-photos]").await, 0);

    desk.go(&format!("/desk/tickets/{ticket}")).await;
    see_pictures(&desk, "[data-name=ticket-photos]", 2, 320).await;
    desk.press("photo").await;
    see_pictures(&desk, ".viewer", 1, 1600).await;
    desk.picture("photos-viewer").await;
    desk.press("next-photo").await;
    desk.see("2 / 2").await;
    desk.press("close-viewer").await;
    desk.look("photos-desk", false).await;
    phone.assert_calm().await;
    desk.assert_calm().await;
}

#[tokio::test]
async fn the_customer_sees_the_photos_and_signs_for_them_and_one_taken_out_is_not_among_them() {
    let files = TempDir::new().expect("a folder for pictures");
    let (_world, phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::accept(&phone, &ticket).await;
    phone.go(&format!("/tickets/{ticket}/work")).await;
    for (slot, wide) in [("before", 640), ("after", 720)] {
        let file = picture(files.path(), &format!("{slot}.bmp"), (wide, 480));
        phone.choose_file(&format!("album-photo-{slot}"), &file).await;
    }
    see_pictures(&phone, ".photos", 2, 320).await;
    phone.press("photo").await;
    phone.press("withdraw-photo").await;
    phone.press("confirm").await;
    see_pictures(&phone, ".photos", 1, 320).await;
    phone.see("还缺：维修前").await;
    work::begin_repair(&phone, &ticket).await;
    work::use_part(&phone).await;
    work::finish(&phone).await;
    work::hand_over(&phone).await;
    phone.press("start-reading").await;
    see_pictures(&phone, "[data-name=sheet-photos]", 1, 720).await;
    phone.see("签字时已绑定这些照片").await;
    phone.look("photos-hand-over", false).await;
    phone.assert_calm().await;
}

#[tokio::test]
async fn the_door_nobody_opened_is_photographed_and_the_office_sees_it() {
    let files = TempDir::new().expect("a folder for pictures");
    let (_world, phone, desk) = work::a_morning(Language::Chinese).await;
    let ticket = work::job(&desk, &phone).await;
    work::up_to_the_customer(&phone, &ticket).await;
    phone.press("absent").await;
    phone.fill("#reason", "家里没有人").await;
    for (name, wide) in [("door.bmp", 640), ("thumb.bmp", 700)] {
        let file = picture(files.path(), name, (wide, 480));
        phone.choose_file("answer-photo", &file).await;
    }
    let inside = "[data-name=answer-photos]";
    see_pictures(&phone, inside, 2, 320).await;
    // One of them shows a thumb.
    phone.press("photo").await;
    phone.press("withdraw-photo").await;
    phone.press("confirm").await;
    see_pictures(&phone, inside, 1, 320).await;
    phone.reload().await;
    see_pictures(&phone, inside, 1, 320).await;
    phone.press("record").await;
    phone.see_control("saved").await;
    work::take_back(&phone).await;
    phone.see_synced().await;

    desk.go(&format!("/desk/tickets/{ticket}")).await;
    see_pictures(&desk, "[data-name=ticket-photos]", 1, 320).await;
    desk.press("open-sheet").await;
    desk.see("记录时已绑定这些照片").await;
    see_pictures(&desk, "[data-name=sheet-photos]", 1, 700).await;
    phone.assert_calm().await;
    desk.assert_calm().await;
}
