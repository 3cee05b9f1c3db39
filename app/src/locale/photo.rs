//! Texts about photos: taking them, where they are, and on the sheet.

use domain::photo::Slot;

/// What is said about photos.
pub struct PhotoText {
    pub title: &'static str,
    pub slot: fn(Slot) -> &'static str,
    pub take: &'static str,
    pub album: &'static str,
    /// Which slot a button is for, for those who hear it.
    pub take_for: fn(&str) -> String,
    pub album_for: fn(&str) -> String,
    pub hint: &'static str,
    pub missing: fn(&str) -> String,
    pub complete: &'static str,
    pub list_comma: &'static str,
    pub busy: fn(usize) -> String,

    pub unreadable: fn(&str) -> String,
    pub no_room: &'static str,
    pub not_kept: &'static str,

    pub waiting: &'static str,
    pub sending: fn(u32) -> String,
    pub arrived: &'static str,
    pub lost: &'static str,
    pub looking: &'static str,
    pub on_its_way: &'static str,
    pub away: &'static str,

    pub alt: fn(&str, &str, &str) -> String,
    pub mark: fn(&str, &str, &str) -> String,
    pub open: fn(&str) -> String,
    pub previous: &'static str,
    pub next: &'static str,
    pub close: &'static str,
    pub position: fn(usize, usize) -> String,
    pub withdraw: &'static str,
    pub withdraw_title: &'static str,
    pub withdraw_message: &'static str,
    pub withdraw_confirm: &'static str,
    pub cancel: &'static str,

    pub of_visit: fn(u32) -> String,
    pub waiting_heading: &'static str,
    pub behind_text: fn(usize) -> String,
    pub text_is_there: fn(usize) -> String,
    pub lost_why: &'static str,
    pub noted: &'static str,

    pub on_sheet: &'static str,
    pub bound: &'static str,
    pub on_answer: &'static str,
    pub bound_to_answer: &'static str,
}

/// Chinese.
pub const ZH: PhotoText = PhotoText {
    title: "照片",
    slot: |slot| match slot {
        Slot::Before => "维修前",
        Slot::Nameplate => "铭牌",
        Slot::After => "维修后",
        Slot::OldPart => "旧件",
        Slot::Other => "其他",
    },
    take: "拍照",
    album: "相册",
    take_for: |slot| format!("拍照：{slot}"),
    album_for: |slot| format!("从相册选择：{slot}"),
    hint: "照片先存在本机，没有网络也能拍；文字先上传，照片随后。",
    missing: |slots| format!("还缺：{slots}"),
    complete: "该拍的都拍了",
    list_comma: "、",
    busy: |n| format!("正在保存 {n} 张…"),

    unreadable: |name| {
        format!("“{name}”无法作为图片读取，没有保存。请直接拍照，或换成 JPEG 格式。")
    },
    no_room: "手机空间不足，照片没有保存；文字和签字仍可保存。请联网上传或清理空间后再拍。",
    not_kept: "照片没有存好，请重拍。",

    waiting: "待上传",
    sending: |percent| format!("上传中 {percent}%"),
    arrived: "已上传",
    lost: "已损坏，请重拍",
    looking: "正在读取…",
    on_its_way: "照片在路上，拍照的手机还没有上传",
    away: "联网后显示",

    alt: |slot, at, number| format!("{slot}照片，{at}，工单 {number}"),
    mark: |number, slot, at| format!("{number}  {slot}  {at}"),
    open: |alt| format!("查看大图：{alt}"),
    previous: "上一张",
    next: "下一张",
    close: "关闭",
    position: |n, of| format!("{n} / {of}"),
    withdraw: "从服务单撤下",
    withdraw_title: "撤下这张照片？",
    withdraw_message: "它不再出现在服务单上。照片本身会保留，作为证据。",
    withdraw_confirm: "撤下",
    cancel: "取消",

    of_visit: |n| format!("第 {n} 次上门"),
    waiting_heading: "照片",
    behind_text: |n| format!("{n} 张照片在文字之后上传"),
    text_is_there: |n| format!("文字已送达，{n} 张照片等待上传"),
    lost_why: "这张照片上传之前在本机损坏了。如果还在现场，请重拍。",
    noted: "知道了",

    on_sheet: "照片",
    bound: "签字时已绑定这些照片",
    on_answer: "未签字的照片",
    bound_to_answer: "记录时已绑定这些照片",
};

/// English.
pub const EN: PhotoText = PhotoText {
    title: "Photos",
    slot: |slot| match slot {
        Slot::Before => "Before",
        Slot::Nameplate => "Nameplate",
        Slot::After => "After",
        Slot::OldPart => "Old part",
        Slot::Other => "Other",
    },
    take: "Camera",
    album: "Album",
    take_for: |slot| format!("Camera: {slot}"),
    album_for: |slot| format!("Album: {slot}"),
    hint: "Photos are kept on this device first, also without a network. Text is sent first, photos follow.",
    missing: |slots| format!("Still missing: {slots}"),
    complete: "All the usual photos are there",
    list_comma: ", ",
    busy: |n| if n == 1 { "Saving 1 photo…".into() } else { format!("Saving {n} photos…") },

    unreadable: |name| {
        format!(
            "“{name}” cannot be read as a picture and was not saved. Take the photo here, or use a JPEG."
        )
    },
    no_room: "There is no room for photos on this phone, so it was not saved. Text and signatures still have room. Connect to send what is waiting, or free some space.",
    not_kept: "The photo was not stored properly. Please take it again.",

    waiting: "Waiting",
    sending: |percent| format!("Sending {percent}%"),
    arrived: "Sent",
    lost: "Damaged; take it again",
    looking: "Reading…",
    on_its_way: "On its way: the phone that took it has not sent it yet",
    away: "Shown when there is a network",

    alt: |slot, at, number| format!("Photo “{slot}”, {at}, ticket {number}"),
    mark: |number, slot, at| format!("{number}  {slot}  {at}"),
    open: |alt| format!("View larger: {alt}"),
    previous: "Previous",
    next: "Next",
    close: "Close",
    position: |n, of| format!("{n} of {of}"),
    withdraw: "Take out of the sheet",
    withdraw_title: "Take this photo out?",
    withdraw_message: "It no longer appears on the sheet. The picture itself is kept as evidence.",
    withdraw_confirm: "Take out",
    cancel: "Cancel",

    of_visit: |n| format!("Visit {n}"),
    waiting_heading: "Photos",
    behind_text: |n| {
        if n == 1 {
            "1 photo follows the text".into()
        } else {
            format!("{n} photos follow the text")
        }
    },
    text_is_there: |n| {
        if n == 1 {
            "The text has arrived, 1 photo is waiting".into()
        } else {
            format!("The text has arrived, {n} photos are waiting")
        }
    },
    lost_why: "This photo was damaged on the device before it could be sent. If you are still there, take it again.",
    noted: "Noted",

    on_sheet: "Photos",
    bound: "The signature is bound to these photos",
    on_answer: "Photos instead of a signature",
    bound_to_answer: "The answer is bound to these photos.",
};
