//! The words of the page where anybody checks a customer copy, in both languages.

use chrono::{DateTime, FixedOffset};
use domain::{
    Timestamp,
    copy::{Ended, Finding, Given},
    values::Language,
};

/// What the page says.
pub(super) struct Words {
    pub(super) brand: &'static str,
    pub(super) other_language: &'static str,
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) check: &'static str,
    pub(super) note: &'static str,
    pub(super) compare: &'static str,
    pub(super) number: &'static str,
    pub(super) check_code: &'static str,
    pub(super) given: &'static str,
    pub(super) ended: &'static str,
    pub(super) solved: &'static str,
    pub(super) yes: &'static str,
    pub(super) no: &'static str,
    pub(super) total: &'static str,
    pub(super) at: &'static str,
    pub(super) sealed: &'static str,
    pub(super) unreadable: &'static str,
    pub(super) too_many: &'static str,
    pub(super) failing: &'static str,
    givens: [&'static str; 3],
    endeds: [&'static str; 3],
    /// Title and explanation of each finding: authentic, changed, older, not yet, foreign. `{}` is a number.
    findings: [(&'static str, &'static str); 5],
}

/// The words in this language.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::Chinese => &ZH,
        Language::English => &EN,
    }
}

/// A moment as everybody in China reads it, wherever the server stands.
pub(super) fn moment(at: Timestamp) -> String {
    let zone = FixedOffset::east_opt(8 * 3600);
    match (DateTime::from_timestamp_millis(at.0), zone) {
        (Some(utc), Some(zone)) => utc.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
        _ => String::new(),
    }
}

impl Words {
    /// The tone and the title of a finding.
    pub(super) fn finding(&self, finding: Finding) -> (&'static str, &'static str) {
        let tone = match finding {
            Finding::Authentic => "success",
            Finding::Changed => "danger",
            Finding::Older => "warning",
            Finding::NotYet | Finding::Foreign => "neutral",
        };
        (tone, self.findings[place(finding)].0)
    }

    /// What a finding means for whoever holds the paper.
    pub(super) fn explained(&self, finding: Finding) -> &'static str {
        self.findings[place(finding)].1
    }

    pub(super) fn given_word(&self, given: Given) -> &'static str {
        self.givens[given as usize]
    }

    pub(super) fn ended_word(&self, ended: Ended) -> &'static str {
        self.endeds[ended as usize]
    }
}

fn place(finding: Finding) -> usize {
    match finding {
        Finding::Authentic => 0,
        Finding::Changed => 1,
        Finding::Older => 2,
        Finding::NotYet => 3,
        Finding::Foreign => 4,
    }
}

const ZH: Words = Words {
    brand: "Doorstep 上门",
    other_language: "English",
    title: "核对客户联",
    lead: "在这里核对您手上的服务单是否真实，不需要账号。",
    label: "二维码内容，或服务单号和校验码",
    hint: "例如：20240501001-W01-S1 A1B2C3D4",
    check: "核对",
    note: "二维码里没有姓名、电话和地址。",
    compare: "请与手上的服务单对照：",
    number: "服务单号",
    check_code: "校验码",
    given: "客户",
    ended: "服务结果",
    solved: "设备恢复正常",
    yes: "是",
    no: "否，客户有异议",
    total: "合计",
    at: "时间",
    sealed: "服务方登记",
    unreadable: "看不懂这个内容。请重新扫码，或输入服务单号和 8 位校验码。",
    too_many: "试的次数太多，请过一会儿再试。",
    failing: "现在无法核对，请稍后再试。",
    givens: ["已签字", "不签字，已记录", "不在场，已记录"],
    endeds: ["已修复", "检查无故障", "未修复"],
    findings: [
        ("真实", "这张服务单与服务方登记的一致。"),
        ("与原件不一致", "内容与客户当时确认的不一样。请联系服务方。"),
        ("不是最新版本", "这张服务单当时是真实的，之后有了新的版本 {}。"),
        ("尚未登记", "服务方还没有收到这张服务单，可能还没有联网上传。请过一会儿再核对。"),
        ("不是本单位的服务单", "登记签名不是本单位的。请到服务单上写的网址核对。"),
    ],
};

const EN: Words = Words {
    brand: "Doorstep 上门",
    other_language: "中文",
    title: "Check a customer copy",
    lead: "Find out whether the service sheet in your hand is genuine. No account is needed.",
    label: "What the QR code says, or the sheet number and the check code",
    hint: "For example: 20240501001-W01-S1 A1B2C3D4",
    check: "Check",
    note: "The QR code holds no name, telephone number or address.",
    compare: "Compare this with the sheet in your hand:",
    number: "Sheet number",
    check_code: "Check code",
    given: "Customer",
    ended: "Result",
    solved: "Works again",
    yes: "Yes",
    no: "No, the customer objects",
    total: "Total",
    at: "Time",
    sealed: "Registered",
    unreadable: "This cannot be read. Please scan again, or type the sheet number and the 8 characters of the check code.",
    too_many: "Too many tries. Please wait a little.",
    failing: "It cannot be checked just now. Please try again later.",
    givens: ["Signed", "Did not sign, recorded", "Was not there, recorded"],
    endeds: ["Repaired", "No fault found", "Not repaired"],
    findings: [
        ("Authentic", "This sheet is what the service provider has registered."),
        (
            "Changed",
            "It does not say what the customer confirmed. Please contact the service provider.",
        ),
        ("An older revision", "This sheet was genuine, but there is a newer one: {}."),
        (
            "Not registered yet",
            "The service provider has not received this sheet; it may not have been sent yet. Please check again later.",
        ),
        (
            "Not one of our sheets",
            "It was registered by somebody else. Please check it at the address on the sheet.",
        ),
    ],
};
