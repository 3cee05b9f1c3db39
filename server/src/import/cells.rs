//! What people write into cells, as values: dates in six notations, amounts, telephone numbers, words of a list.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use domain::{
    Timestamp,
    customer::{Level, Salutation},
    machine::Warranty,
    stock,
    ticket::{Channel, ImportStage, Request, Urgency},
    values::{self, Money},
};

use super::{Code, table::Cell};

/// Dates outside these years are typing errors.
const YEARS: std::ops::RangeInclusive<i32> = 1980..=2100;

/// A moment as written by people in China, in China Standard Time.
///
/// # Errors
/// [`Code::BadDate`]
pub(super) fn moment(cell: &Cell) -> Result<Timestamp, Code> {
    let local = local(cell)?;
    FixedOffset::east_opt(8 * 3600)
        .and_then(|zone| zone.from_local_datetime(&local).single())
        .map(|moment| Timestamp(moment.timestamp_millis()))
        .ok_or(Code::BadDate)
}

/// A calendar date as `YYYY-MM-DD`.
///
/// # Errors
/// [`Code::BadDate`]
pub(super) fn date(cell: &Cell) -> Result<String, Code> {
    Ok(local(cell)?.format("%Y-%m-%d").to_string())
}

fn local(cell: &Cell) -> Result<NaiveDateTime, Code> {
    let found = match cell {
        Cell::Moment(moment) => Some(*moment),
        Cell::Number(serial) => excel_serial(*serial),
        Cell::Text(text) => written(text),
        Cell::Empty => None,
    };
    found.filter(|found| YEARS.contains(&chrono::Datelike::year(found))).ok_or(Code::BadDate)
}

/// Days since 1899-12-30, as Excel counts them where a date lost its format.
fn excel_serial(serial: f64) -> Option<NaiveDateTime> {
    if !(20_000.0..80_000.0).contains(&serial) {
        // 20240501 typed into a cell that holds numbers.
        let whole = serial.fract() == 0.0 && (19_800_101.0..21_001_231.0).contains(&serial);
        return if whole { written(&format!("{serial:.0}")) } else { None };
    }
    let minutes = (serial * 1440.0).round();
    NaiveDate::from_ymd_opt(1899, 12, 30)?
        .and_time(NaiveTime::MIN)
        .checked_add_signed(chrono::TimeDelta::try_minutes(minutes as i64)?)
}

/// 2024-05-01, 2024/5/1 9:30, 2024年5月1日 9时30分, 2024-05-0109:30, 20240501, 2024.5.1 下午3:20, 45413.4
fn written(text: &str) -> Option<NaiveDateTime> {
    let text: String = text.trim().chars().map(halfwidth).collect();
    if let Ok(serial) = text.parse::<f64>()
        && (20_000.0..80_000.0).contains(&serial)
    {
        return excel_serial(serial);
    }
    let mut scan = Scan(&text);
    let year = scan.digits(4, 4)?;
    let (month, day) = if scan.skip(&['-', '/', '.', '年']) {
        let month = scan.digits(1, 2)?;
        if !scan.skip(&['-', '/', '.', '月']) {
            return None;
        }
        // At most two digits, so that a time glued to the date (2024-05-0109:30) stays a time.
        (month, scan.digits(1, 2)?)
    } else {
        (scan.digits(2, 2)?, scan.digits(2, 2)?)
    };
    scan.skip(&['日', '号']);
    scan.skip(&['T', 't']);
    scan.spaces();
    scan.weekday();
    let mut afternoon = scan.half_of_day();
    let time = if scan.0.is_empty() {
        NaiveTime::MIN
    } else {
        let mut hour = scan.digits(1, 2)?;
        let (mut minute, mut second) = (0, 0);
        let whole_hour = scan.skip(&['时', '点']);
        if whole_hour || scan.skip(&[':']) {
            if !scan.0.is_empty() {
                minute = scan.digits(1, 2)?;
                scan.skip(&['分']);
                if scan.skip(&[':']) || scan.0.starts_with(|c: char| c.is_ascii_digit()) {
                    second = scan.digits(1, 2)?;
                    scan.fraction();
                }
                scan.skip(&['秒']);
            }
        } else if scan.0.starts_with(|c: char| c.is_ascii_digit()) {
            minute = scan.digits(2, 2)?;
            if !scan.0.is_empty() {
                second = scan.digits(2, 2)?;
            }
        } else {
            return None;
        }
        scan.spaces();
        afternoon = afternoon.or(scan.half_of_day());
        match afternoon {
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            _ => {}
        }
        NaiveTime::from_hms_opt(hour, minute, second)?
    };
    if !scan.0.trim().is_empty() {
        return None;
    }
    Some(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?.and_time(time))
}

/// What is left to read of a date.
struct Scan<'a>(&'a str);

impl Scan<'_> {
    /// A number of at least and at most so many digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self.0.chars().take(most).take_while(char::is_ascii_digit).count();
        let number = self.0.get(..count).filter(|_| count >= least)?.parse().ok()?;
        self.0 = &self.0[count..];
        Some(number)
    }

    /// Steps over one of these marks, with spaces around it; whether there was one.
    fn skip(&mut self, marks: &[char]) -> bool {
        let rest = self.0.trim_start();
        let Some(rest) = rest.strip_prefix(marks) else { return false };
        self.0 = rest.trim_start();
        true
    }

    fn spaces(&mut self) {
        self.0 = self.0.trim_start();
    }

    /// 星期三, 周三 or (三): said, and of no use.
    fn weekday(&mut self) {
        for prefix in ["星期", "周"] {
            if let Some(rest) = self.0.strip_prefix(prefix) {
                self.0 = rest
                    .trim_start_matches(['一', '二', '三', '四', '五', '六', '日', '天'])
                    .trim_start();
            }
        }
    }

    fn half_of_day(&mut self) -> Option<bool> {
        for (word, afternoon) in [
            ("上午", false),
            ("早上", false),
            ("凌晨", false),
            ("中午", true),
            ("下午", true),
            ("晚上", true),
            ("AM", false),
            ("am", false),
            ("PM", true),
            ("pm", true),
        ] {
            if let Some(rest) = self.0.strip_prefix(word) {
                self.0 = rest.trim_start();
                return Some(afternoon);
            }
        }
        None
    }

    /// The part of a second after the point, and a zone mark.
    fn fraction(&mut self) {
        if let Some(rest) = self.0.strip_prefix('.') {
            self.0 = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
}

/// Full-width digits and signs, as Chinese keyboards write them, to the plain ones.
fn halfwidth(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c,
    }
}

/// A telephone number somebody can dial, without the decoration of lists.
///
/// # Errors
/// [`Code::BadPhone`]
pub(super) fn phone(cell: &Cell) -> Result<String, Code> {
    let text: String = cell.text().chars().map(halfwidth).collect();
    // Excel keeps long digits as text behind an apostrophe.
    let text = text.trim().trim_start_matches('\'').replace(['—', '–'], "-");
    if values::dialable(&text) { Ok(text) } else { Err(Code::BadPhone) }
}

/// An amount of money in cents: ¥1,234.50, 1234.5元, 80
///
/// # Errors
/// [`Code::BadNumber`]
pub(super) fn money(cell: &Cell) -> Result<Money, Code> {
    let text = match cell {
        Cell::Number(number) => format!("{number:.2}"),
        other => other.text(),
    };
    let text: String = text
        .chars()
        .map(halfwidth)
        .filter(|c| !matches!(c, '¥' | '￥' | ',' | ' ' | '元' | '\''))
        .collect();
    let (yuan, fen) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if yuan.is_empty() || yuan.len() > 9 || !digits(yuan) || !digits(fen) {
        return Err(Code::BadNumber);
    }
    // More than two places may only say nothing: 12.500 is an amount, 12.505 is none.
    let (fen, beyond) = fen.split_at(fen.len().min(2));
    if beyond.chars().any(|c| c != '0') {
        return Err(Code::BadNumber);
    }
    let cents: i64 = format!("{fen:0<2}").parse().map_err(|_| Code::BadNumber)?;
    let yuan: i64 = yuan.parse().map_err(|_| Code::BadNumber)?;
    let money = Money(yuan * 100 + cents);
    if money.plausible() { Ok(money) } else { Err(Code::BadNumber) }
}

/// A number of pieces.
///
/// # Errors
/// [`Code::BadNumber`]
pub(super) fn quantity(cell: &Cell) -> Result<i64, Code> {
    let text: String =
        cell.text().chars().map(halfwidth).filter(|c| !matches!(c, ',' | ' ')).collect();
    let text = text.strip_suffix(".0").unwrap_or(&text);
    let number: i64 = text.parse().map_err(|_| Code::BadNumber)?;
    if (0..=stock::QUANTITY_MAX).contains(&number) { Ok(number) } else { Err(Code::BadNumber) }
}

/// Yes or no.
///
/// # Errors
/// [`Code::UnknownWord`]
pub(super) fn yes(cell: &Cell) -> Result<bool, Code> {
    match word(cell).as_str() {
        "是" | "要" | "需" | "需要" | "须返还" | "需返还" | "返还" | "有" | "y" | "yes"
        | "true" | "1" | "√" | "✓" => Ok(true),
        "" | "否" | "不" | "不需" | "不需要" | "无需" | "不返还" | "无" | "n" | "no" | "false"
        | "0" | "×" | "x" | "-" => Ok(false),
        _ => Err(Code::UnknownWord),
    }
}

/// 称谓
///
/// # Errors
/// [`Code::UnknownWord`]
pub(super) fn salutation(cell: &Cell) -> Result<Salutation, Code> {
    match word(cell).as_str() {
        "" | "-" | "无" => Ok(Salutation::None),
        "先生" | "男" | "男士" | "mr" | "mr." | "m" | "male" => Ok(Salutation::Mr),
        "女士" | "女" | "小姐" | "太太" | "ms" | "ms." | "mrs" | "mrs." | "f" | "female" => {
            Ok(Salutation::Ms)
        }
        _ => Err(Code::UnknownWord),
    }
}

/// A name that carries its salutation: 张建国先生 is Mr 张建国. 王先生 stays 王先生, for a surname alone is no name.
pub(super) fn name(cell: &Cell) -> (String, Salutation) {
    let text = cell.text();
    for (suffix, salutation) in [
        ("先生", Salutation::Mr),
        ("女士", Salutation::Ms),
        ("小姐", Salutation::Ms),
        ("太太", Salutation::Ms),
    ] {
        if let Some(rest) = text.strip_suffix(suffix).map(str::trim_end)
            && rest.chars().count() >= 2
        {
            return (rest.to_owned(), salutation);
        }
    }
    (text, Salutation::None)
}

/// 客户等级
///
/// # Errors
/// [`Code::UnknownWord`]
pub(super) fn level(cell: &Cell) -> Result<Level, Code> {
    match word(cell).as_str() {
        "" | "普通" | "一般" | "normal" | "普通客户" | "否" => Ok(Level::Normal),
        "vip" | "vip客户" | "贵宾" | "是" => Ok(Level::Vip),
        "重点" | "重点客户" | "大客户" | "关键" | "关键客户" | "key" => {
            Ok(Level::Key)
        }
        _ => Err(Code::UnknownWord),
    }
}

/// 保修状态
///
/// # Errors
/// [`Code::UnknownWord`]
pub(super) fn warranty(cell: &Cell) -> Result<Warranty, Code> {
    match word(cell).as_str() {
        "" | "未知" | "不详" | "待查" | "unknown" => Ok(Warranty::Unknown),
        "保内" | "在保" | "保修内" | "保修期内" | "质保内" | "质保期内" | "是" | "in"
        | "inwarranty" => Ok(Warranty::In),
        "保外" | "过保" | "脱保" | "保修外" | "保修期外" | "质保外" | "已过保" | "否" | "out"
        | "outofwarranty" => Ok(Warranty::Out),
        "合同" | "维保" | "维保合同" | "合同内" | "contract" => Ok(Warranty::Contract),
        _ => Err(Code::UnknownWord),
    }
}

/// 紧急程度
///
/// # Errors
/// [`Code::UnknownWord`]
pub(super) fn urgency(cell: &Cell) -> Result<Urgency, Code> {
    match word(cell).as_str() {
        "" | "一般" | "普通" | "正常" | "不急" | "低" | "中" | "低频" | "normal" | "low"
        | "medium" | "p3" | "3级" | "三级" => Ok(Urgency::Normal),
        "紧急" | "加急" | "急" | "高" | "重要" | "urgent" | "high" | "p2" | "2级" | "二级" => {
            Ok(Urgency::Urgent)
        }
        "特急" | "非常紧急" | "十万火急" | "最高" | "critical" | "p1" | "1级" | "一级" => {
            Ok(Urgency::Critical)
        }
        _ => Err(Code::UnknownWord),
    }
}

/// 反馈渠道
///
/// # Errors
/// [`Code::UnknownWord`]
pub(super) fn channel(cell: &Cell) -> Result<Channel, Code> {
    Ok(match word(cell).as_str() {
        "" | "电话" | "400" | "400电话" | "热线" | "服务热线" | "400热线" | "客服电话"
        | "客服热线" | "来电" | "phone" | "phone_400" | "phone400" | "call" | "hotline" => {
            Channel::Phone400
        }
        "在线" | "在线客服" | "网页客服" | "在线聊天" | "chat" | "online_chat" | "onlinechat" => {
            Channel::OnlineChat
        }
        "app" | "app客服" | "app在线客服" | "手机app" | "app反馈" => Channel::App,
        "小程序" | "微信小程序" | "mini_program" | "miniprogram" => Channel::MiniProgram,
        "公众号" | "微信公众号" | "official_account" => Channel::OfficialAccount,
        "微信" | "企业微信" | "微信群" | "企微" | "wechat" => Channel::Wechat,
        "邮件" | "邮箱" | "电子邮件" | "email" | "e-mail" | "mailbox" => Channel::Email,
        "网站" | "官网" | "官网表单" | "网页" | "网页表单" | "在线表单" | "web_form"
        | "webform" | "website" => Channel::WebForm,
        "社交媒体" | "微博" | "抖音" | "小红书" | "qq" | "social" => Channel::Social,
        "门店" | "店铺" | "经销商" | "电商" | "电商平台" | "淘宝" | "天猫" | "京东" | "拼多多"
        | "shop" | "store" => Channel::Shop,
        "信件" | "来信" | "信函" | "邮寄" | "mail" | "letter" => Channel::Mail,
        "传真" | "fax" => Channel::Fax,
        "语音" | "自助语音" | "语音导航" | "ivr" => Channel::Ivr,
        "员工" | "内部" | "工程师" | "现场" | "上门" | "转交" | "同事转交" | "业务员" | "销售"
        | "staff" => Channel::Staff,
        "二维码" | "扫码" | "扫码报修" | "qr" | "qrcode" => Channel::Qr,
        _ => return Err(Code::UnknownWord),
    })
}

/// 问题类型. A type of the organisation's own is kept in the description.
pub(super) fn request(cell: &Cell) -> Request {
    match word(cell).as_str() {
        "" | "故障维修" | "维修" | "报修" | "故障" | "硬件故障" | "硬件" | "售后服务"
        | "repair" => Request::Repair,
        "使用咨询" | "咨询" | "产品咨询" | "技术支持" | "技术咨询" | "咨询售后" | "consult" => {
            Request::Consult
        }
        "政策咨询" | "policy" => Request::Policy,
        "退换货" | "退换货申请" | "退货" | "换货" | "return_exchange" | "return" => {
            Request::ReturnExchange
        }
        "投诉" | "服务投诉" | "投诉建议" | "complaint" => Request::Complaint,
        "建议" | "产品建议" | "suggestion" => Request::Suggestion,
        "安装" | "安装服务" | "install" => Request::Install,
        "配置" | "configure" => Request::Configure,
        "调试" | "软件调试" | "软件故障" | "debug" => Request::Debug,
        "设计" | "design" => Request::Design,
        "保养" | "维护" | "维护保养" | "巡检" | "清洗" | "maintain" => {
            Request::Maintain
        }
        _ => Request::Other,
    }
}

/// 处理状态
///
/// # Errors
/// [`Code::UnknownWord`]
pub(super) fn stage(cell: &Cell) -> Result<ImportStage, Code> {
    Ok(match word(cell).as_str() {
        "已受理" | "受理" | "待受理" | "待处理" | "未处理" | "新建" | "已登记" | "登记"
        | "待分诊" | "已分诊" | "received" | "new" | "open" => ImportStage::Received,
        "待派单" | "未派单" | "待派" | "待分配" | "未分配" | "pending_dispatch"
        | "pendingdispatch" => ImportStage::PendingDispatch,
        "处理中" | "已派单" | "已派" | "已分配" | "进行中" | "维修中" | "跟进中" | "已上门"
        | "挂起" | "in_progress" | "inprogress" | "processing" | "dispatched" => {
            ImportStage::InProgress
        }
        "待确认" | "待客户确认" | "待验收" | "pending_confirmation" | "pendingconfirmation" => {
            ImportStage::PendingConfirmation
        }
        "已完成" | "完成" | "已解决" | "解决" | "已处理" | "处理完成" | "已修复" | "completed"
        | "done" | "resolved" => ImportStage::Completed,
        "已关闭" | "关闭" | "已结案" | "结案" | "已归档" | "归档" | "closed" => {
            ImportStage::Closed
        }
        "已取消" | "取消" | "作废" | "已作废" | "撤销" | "cancelled" | "canceled" => {
            ImportStage::Cancelled
        }
        _ => return Err(Code::UnknownWord),
    })
}

fn word(cell: &Cell) -> String {
    cell.text()
        .chars()
        .map(halfwidth)
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// 客户信息 of form 2: a name, perhaps a telephone number, perhaps an address, in one cell.
pub(super) fn customer_info(cell: &Cell) -> CustomerInfo {
    let text: String = cell.text().chars().map(halfwidth).collect();
    let marks = |c: char| {
        c.is_whitespace()
            || matches!(c, ',' | ';' | '/' | '|' | '，' | '、' | '；' | '(' | ')' | ':')
    };
    let mut info = CustomerInfo::default();
    let mut rest = Vec::new();
    for piece in text.split(marks).filter(|piece| !piece.is_empty()) {
        // A masked number (1395678****) is no number to dial, but it is what the list knows.
        let digits =
            piece.chars().filter(|c| c.is_ascii_digit() || matches!(c, '*' | '-' | '+')).count();
        if info.phone.is_empty() && digits >= 7 && digits == piece.chars().count() {
            info.phone = piece.to_owned();
        } else {
            rest.push(piece);
        }
    }
    // 张伟13800138000: no mark between name and number.
    if info.phone.is_empty()
        && let Some(first) = rest.first().copied()
        && let Some(at) = first.find(|c: char| c.is_ascii_digit() || c == '+')
    {
        let (name, number) = first.split_at(at);
        if values::dialable(number) && number.len() >= 7 && !name.is_empty() {
            info.phone = number.to_owned();
            rest[0] = name;
        }
    }
    let labels = ["姓名", "客户", "电话", "联系方式", "手机", "地址"];
    rest.retain(|piece| !labels.contains(piece));
    if let Some((name, others)) = rest.split_first() {
        info.name = Cell::Text((*name).to_owned());
        info.address = others.join(" ");
    }
    info
}

/// What one cell says about a customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct CustomerInfo {
    pub(super) name: Cell,
    pub(super) phone: String,
    pub(super) address: String,
}
