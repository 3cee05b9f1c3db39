//! The words about this device's memory: what was lost, what keeps it, and work as a file.

/// What a person reads about how safe their work is here.
pub struct HealthText {
    pub lost_emptied: fn(&str, &str) -> String,
    pub lost_behind: fn(&str, &str) -> String,
    pub lost_evicted: fn(&str, &str) -> String,
    pub lost_unopenable: fn(&str, &str) -> String,
    pub none_missing: &'static str,
    pub between_sentences: &'static str,
    pub recovered: fn(usize) -> String,
    pub missing: fn(usize, &str) -> String,
    pub noted: &'static str,

    pub blocked: &'static str,
    pub in_memory: &'static str,
    pub in_memory_twice: &'static str,
    pub see: &'static str,

    pub twice: &'static str,
    pub twice_on: &'static str,
    pub twice_off: &'static str,
    pub twice_hint: &'static str,

    pub save_unsent: &'static str,
    pub save_unsent_hint: &'static str,
    pub saved_unsent: &'static str,
    pub not_saved_unsent: &'static str,

    pub reset: &'static str,
    pub reset_hint: &'static str,
    pub reset_title: &'static str,
    pub reset_message: fn(usize, bool) -> String,
    pub reset_confirm: &'static str,
    pub cancel: &'static str,

    pub bring_title: &'static str,
    pub bring_lead: &'static str,
    pub bring_file: &'static str,
    pub bring_busy: &'static str,
    pub bring_done: fn(u32) -> String,
    pub bring_known: fn(u32) -> String,
    pub bring_refused: fn(u32) -> String,
    pub bring_quarantined: fn(u32) -> String,
    pub bring_wrong: &'static str,
    pub bring_newer: &'static str,
}

/// Chinese.
pub const ZH: HealthText = HealthText {
    lost_emptied: |at, code| format!("浏览器丢失了本机 {at} 以前保存的数据（设备代码 {code}）。"),
    lost_behind: |at, code| format!("浏览器里的数据退回到了 {at} 以前的样子（设备代码 {code}）。"),
    lost_evicted: |at, code| {
        format!("浏览器清除了本机 {at} 以前保存的全部数据（设备代码 {code}）。")
    },
    lost_unopenable: |at, code| {
        format!("浏览器打不开本机 {at} 以前保存的数据（设备代码 {code}）。")
    },
    none_missing: "没有丢失未上传的内容。",
    between_sentences: "",
    recovered: |n| format!("{n} 项未上传的内容已找回，会照常上传。"),
    missing: |n, times| {
        let times = if times.is_empty() { String::new() } else { format!("（{times}）") };
        format!("{n} 项未上传的内容没有找回{times}，请和办公室核对，需要时重新填写。")
    },
    noted: "知道了",

    blocked: "请关闭此程序的其他页面，然后继续。",
    in_memory: "浏览器打不开本机的存储：现在做的只在此页里。请不要关闭，并尽快联网上传或存成文件。",
    in_memory_twice: "浏览器打不开本机的数据库。您做的保存在备用日志里，会照常上传；请不要清除浏览器数据。",
    see: "处理",

    twice: "备用日志",
    twice_on: "正常",
    twice_off: "没有",
    twice_hint: "未上传的内容另存一份，数据库损坏时也能找回。",

    save_unsent: "把未上传的内容存成文件",
    save_unsent_hint: "联不上服务器时，把文件交给办公室导入。重复导入不会重复记录。",
    saved_unsent: "文件已生成，请在下载里查看。",
    not_saved_unsent: "没有生成文件，请再试一次。",

    reset: "重建本机数据库",
    reset_hint: "删除打不开的数据库，重新从服务器取数据。",
    reset_title: "重建本机数据库？",
    reset_message: |n, twice| match (n, twice) {
        (0, _) => "没有未上传的内容。数据会重新从服务器下载。".into(),
        (n, true) => {
            format!("{n} 项未上传的内容在备用日志里，重建后会找回。请先存成文件，以防万一。")
        }
        (n, false) => format!("{n} 项未上传的内容会丢失！请先存成文件，交给办公室导入。"),
    },
    reset_confirm: "重建",
    cancel: "取消",

    bring_title: "导入未上传的内容",
    bring_lead: "工程师的设备联不上服务器时，会把未上传的内容存成文件。在这里导入，以本人的名义记录；重复导入没有影响。",
    bring_file: "选择 doorstep-unsent 文件",
    bring_busy: "正在导入…",
    bring_done: |n| format!("{n} 项已记录"),
    bring_known: |n| format!("{n} 项早已收到"),
    bring_refused: |n| format!("{n} 项未受理"),
    bring_quarantined: |n| format!("{n} 项留存待查"),
    bring_wrong: "这不是未上传内容的文件。",
    bring_newer: "文件来自更新的版本，请先更新服务器。",
};

/// English.
pub const EN: HealthText = HealthText {
    lost_emptied: |at, code| {
        format!("This browser lost what it had stored here up to {at} (device code {code}).")
    },
    lost_behind: |at, code| {
        format!("This browser's data went back to a state before {at} (device code {code}).")
    },
    lost_evicted: |at, code| {
        format!(
            "This browser cleared everything it had stored here up to {at} (device code {code})."
        )
    },
    lost_unopenable: |at, code| {
        format!("This browser cannot open what it had stored here up to {at} (device code {code}).")
    },
    none_missing: "No unsent work was lost.",
    between_sentences: " ",
    recovered: |n| match n {
        1 => "1 unsent entry was recovered and will be sent as usual.".into(),
        n => format!("{n} unsent entries were recovered and will be sent as usual."),
    },
    missing: |n, times| {
        let what =
            if n == 1 { "1 unsent entry is".into() } else { format!("{n} unsent entries are") };
        let times = if times.is_empty() { String::new() } else { format!(" (of {times})") };
        format!("{what} missing{times}: check with the office, and enter it again where needed.")
    },
    noted: "Noted",

    blocked: "Close the other pages of this app to go on.",
    in_memory: "The browser cannot open its storage: what you do now is on this page only. Keep it open, and send your work or save it to a file soon.",
    in_memory_twice: "The browser cannot open its database. What you do is kept in the spare journal and sent as usual; do not clear the browser's data.",
    see: "Fix",

    twice: "Spare journal",
    twice_on: "On",
    twice_off: "None",
    twice_hint: "Unsent work is kept once more, and comes back if the database is damaged.",

    save_unsent: "Save unsent work to a file",
    save_unsent_hint: "When the server cannot be reached, hand the file to the office. Bringing it in twice does no harm.",
    saved_unsent: "The file is among your downloads.",
    not_saved_unsent: "There is no file; please try again.",

    reset: "Rebuild the database",
    reset_hint: "Removes the database that cannot be opened and fetches everything from the server anew.",
    reset_title: "Rebuild the database?",
    reset_message: |n, twice| match (n, twice) {
        (0, _) => "There is no unsent work. Everything is fetched from the server anew.".into(),
        (n, true) => format!(
            "Unsent entries: {n}. They are in the spare journal and come back afterwards. Save them to a file first, to be sure."
        ),
        (n, false) => format!(
            "Unsent entries: {n}. They will be LOST. Save them to a file first and hand it to the office."
        ),
    },
    reset_confirm: "Rebuild",
    cancel: "Cancel",

    bring_title: "Bring in unsent work",
    bring_lead: "A device that cannot reach the server saves its unsent work to a file. Bring it in here: it counts as done by its author, and bringing it in twice does no harm.",
    bring_file: "Choose a doorstep-unsent file",
    bring_busy: "Bringing it in…",
    bring_done: |n| format!("{n} recorded"),
    bring_known: |n| format!("{n} known already"),
    bring_refused: |n| format!("{n} not accepted"),
    bring_quarantined: |n| format!("{n} kept for review"),
    bring_wrong: "This is no file with unsent work.",
    bring_newer: "The file comes from a newer version; update the server first.",
};
