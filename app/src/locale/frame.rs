//! Texts of the frame around every page: places to go, banners, how long ago.

/// The texts.
pub struct FrameText {
    pub brand: &'static str,
    pub places: &'static str,
    pub back: &'static str,
    pub close: &'static str,
    pub today: &'static str,
    pub tickets: &'static str,
    pub new_ticket: &'static str,
    pub parts: &'static str,
    pub me: &'static str,
    pub board: &'static str,
    pub calendar: &'static str,
    pub desk_tickets: &'static str,
    pub register: &'static str,
    pub part_requests: &'static str,
    pub stock: &'static str,
    pub catalogue: &'static str,
    pub import: &'static str,
    pub people: &'static str,
    pub decisions: &'static str,
    pub devices: &'static str,
    pub outbox: &'static str,

    pub sync_fine: &'static str,
    pub sync_waiting: fn(usize) -> String,
    pub sync_sending: fn(usize) -> String,
    pub sync_offline: fn(usize) -> String,
    pub sync_conflict: fn(usize) -> String,
    pub sync_failed: fn(usize) -> String,

    pub update_ready: &'static str,
    pub update_now: &'static str,
    pub update_blocked: &'static str,
    pub sign_in_to_send: fn(usize) -> String,
    pub sign_in: &'static str,
    pub storage_trouble: &'static str,
    pub database_moved_on: &'static str,
    pub reload: &'static str,
    pub portal: &'static str,
    pub into_the_sun: &'static str,
    pub out_of_the_sun: &'static str,
    pub too_old: &'static str,

    pub not_saved: &'static str,
    pub not_signed_in: &'static str,
    pub system: &'static str,
    pub unknown_person: &'static str,

    pub just_now: &'static str,
    pub minutes_ago: fn(i64) -> String,
    pub hours_ago: fn(i64) -> String,
    pub today_word: &'static str,
    pub tomorrow: &'static str,
    pub yesterday: &'static str,
    /// From minutes.
    pub span: fn(i64) -> String,
}

/// Chinese.
pub const ZH: FrameText = FrameText {
    brand: "Doorstep 上门",
    places: "主要页面",
    back: "返回",
    close: "关闭",
    today: "今日",
    tickets: "工单",
    new_ticket: "新建",
    parts: "备件",
    me: "我的",
    board: "看板",
    calendar: "派单日历",
    desk_tickets: "全部工单",
    register: "新建工单",
    part_requests: "备件申请",
    stock: "库存",
    catalogue: "备件目录",
    import: "导入",
    people: "人员",
    decisions: "待决定",
    devices: "终端",
    outbox: "同步",

    sync_fine: "全部已同步",
    sync_waiting: |n| format!("{n} 项待上传"),
    sync_sending: |n| format!("正在上传 {n} 项"),
    sync_offline: |n| match n {
        0 => "没有网络，可以照常工作".into(),
        n => format!("没有网络，{n} 项已保存在本机，联网后自动上传"),
    },
    sync_conflict: |n| format!("{n} 项需要您看一下"),
    sync_failed: |n| format!("同步未成功，{n} 项已保存在本机，会自动重试"),

    update_ready: "新版本已就绪",
    update_now: "更新",
    update_blocked: "请先完成正在填写的内容，再更新。",
    sign_in_to_send: |n| match n {
        0 => "登录已过期，请重新登录以继续同步。".into(),
        n => format!("登录已过期，请重新登录以上传 {n} 项。可以照常工作。"),
    },
    sign_in: "登录",
    storage_trouble: "本机无法保存数据，请不要离开此页，并检查存储空间。",
    database_moved_on: "程序已更新，请重新打开此页。",
    reload: "重新打开",
    portal: "当前网络需要先登录（如酒店、车站的 Wi-Fi），登录后会自动同步。",
    into_the_sun: "阳光下看不清？切换为浅色",
    out_of_the_sun: "恢复原来的外观",
    too_old: "此版本过旧，只能上传，不能接收新内容。请更新。",

    not_saved: "没有保存成功，请再试一次。",
    not_signed_in: "请先登录。",
    system: "系统",
    unknown_person: "（未知）",

    just_now: "刚刚",
    minutes_ago: |n| format!("{n} 分钟前"),
    hours_ago: |n| format!("{n} 小时前"),
    today_word: "今天",
    tomorrow: "明天",
    yesterday: "昨天",
    span: |minutes| match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, m) => format!("{m} 分"),
        (0, h, 0) => format!("{h} 小时"),
        (0, h, m) => format!("{h} 小时 {m} 分"),
        (d, 0, _) => format!("{d} 天"),
        (d, h, _) => format!("{d} 天 {h} 小时"),
    },
};

/// English.
pub const EN: FrameText = FrameText {
    brand: "Doorstep",
    places: "Main pages",
    back: "Back",
    close: "Close",
    today: "Today",
    tickets: "Tickets",
    new_ticket: "New",
    parts: "Parts",
    me: "Me",
    board: "Board",
    calendar: "Calendar",
    desk_tickets: "All tickets",
    register: "New ticket",
    part_requests: "Part requests",
    stock: "Stock",
    catalogue: "Catalogue",
    import: "Import",
    people: "People",
    decisions: "Decisions",
    devices: "Devices",
    outbox: "Sync",

    sync_fine: "Everything is synced",
    sync_waiting: |n| match n {
        1 => "1 entry waiting to be sent".into(),
        n => format!("{n} entries waiting to be sent"),
    },
    sync_sending: |n| match n {
        1 => "Sending 1 entry".into(),
        n => format!("Sending {n} entries"),
    },
    sync_offline: |n| match n {
        0 => "No network; carry on as usual".into(),
        1 => "No network; 1 entry is saved on this device and will be sent later".into(),
        n => format!("No network; {n} entries are saved on this device and will be sent later"),
    },
    sync_conflict: |n| match n {
        1 => "1 entry needs you".into(),
        n => format!("{n} entries need you"),
    },
    sync_failed: |n| match n {
        1 => "Syncing failed; 1 entry is saved on this device and will be tried again".into(),
        n => {
            format!("Syncing failed; {n} entries are saved on this device and will be tried again")
        }
    },

    update_ready: "A new version is ready",
    update_now: "Update",
    update_blocked: "Finish the form you are filling in first, then update.",
    sign_in_to_send: |n| match n {
        0 => "Your sign-in has expired. Sign in again to keep in sync.".into(),
        1 => "Your sign-in has expired. Sign in to send 1 entry. You can keep working.".into(),
        n => {
            format!("Your sign-in has expired. Sign in to send {n} entries. You can keep working.")
        }
    },
    sign_in: "Sign in",
    storage_trouble: "This device cannot save. Do not leave this page, and check its free space.",
    database_moved_on: "The app was updated. Please open this page again.",
    reload: "Open again",
    portal: "This network wants you to sign in first (hotel or station Wi-Fi). Syncing then continues by itself.",
    into_the_sun: "Hard to read in the sun? Switch to light",
    out_of_the_sun: "Back to the usual look",
    too_old: "This version is too old: it can send, but not receive. Please update.",

    not_saved: "It was not saved. Please try again.",
    not_signed_in: "Please sign in first.",
    system: "System",
    unknown_person: "(unknown)",

    just_now: "just now",
    minutes_ago: |n| match n {
        1 => "1 minute ago".into(),
        n => format!("{n} minutes ago"),
    },
    hours_ago: |n| match n {
        1 => "1 hour ago".into(),
        n => format!("{n} hours ago"),
    },
    today_word: "Today",
    tomorrow: "Tomorrow",
    yesterday: "Yesterday",
    span: |minutes| match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, m) => format!("{m} min"),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) => format!("{h} h {m} min"),
        (d, 0, _) => format!("{d} d"),
        (d, h, _) => format!("{d} d {h} h"),
    },
};
