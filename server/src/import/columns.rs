//! Which column is which, by the many names people give them.

use super::{Code, Kind, table::Table};

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Name,
    Salutation,
    Phone,
    Company,
    Address,
    AccessNote,
    Level,
    Note,
    Model,
    Serial,
    PurchasedOn,
    Warranty,
    Place,
    PartCode,
    PartName,
    Unit,
    Price,
    Returnable,
    InStore,
    Description,
    Request,
    Channel,
    ReceivedAt,
    Urgency,
    ExpectedBy,
    Submitter,
    TransferredBy,
    TicketNumber,
    CustomerInfo,
    Handler,
    TicketStage,
    StartedAt,
    EstimatedDoneAt,
    DoneAt,
    Solution,
    Confirmation,
    /// 序号 and the like: known, and of no use here.
    Ordinal,
}

/// A column of a form: what it is, its name on our templates, its other names, and whether a file needs it.
pub(super) struct Known {
    pub(super) column: Column,
    pub(super) name: &'static str,
    pub(super) others: &'static [&'static str],
    pub(super) required: bool,
}

const fn must(column: Column, name: &'static str, others: &'static [&'static str]) -> Known {
    Known { column, name, others, required: true }
}

const fn may(column: Column, name: &'static str, others: &'static [&'static str]) -> Known {
    Known { column, name, others, required: false }
}

const NAME: Known = must(
    Column::Name,
    "客户姓名",
    &[
        "姓名",
        "客户名称",
        "客户",
        "联系人",
        "客户联系人",
        "报修人",
        "name",
        "customer",
        "customername",
        "contact",
    ],
);
const PHONE: Known = must(
    Column::Phone,
    "联系方式",
    &[
        "联系电话",
        "电话",
        "电话号码",
        "手机",
        "手机号",
        "手机号码",
        "客户电话",
        "phone",
        "telephone",
        "tel",
        "mobile",
    ],
);
const SALUTATION: Known = may(Column::Salutation, "称谓", &["性别", "salutation", "gender"]);
const COMPANY: Known = may(
    Column::Company,
    "单位",
    &[
        "公司",
        "公司名称",
        "单位名称",
        "客户单位",
        "企业名称",
        "工作单位",
        "company",
        "organisation",
        "organization",
    ],
);
const ADDRESS: Known = may(
    Column::Address,
    "地址",
    &["详细地址", "联系地址", "客户地址", "服务地址", "上门地址", "安装地址", "address"],
);
const MODEL: Known = must(
    Column::Model,
    "产品型号",
    &[
        "型号",
        "机型",
        "设备型号",
        "机器型号",
        "产品",
        "产品名称及型号",
        "model",
        "productmodel",
        "product",
    ],
);
const SERIAL: Known = may(
    Column::Serial,
    "序列号",
    &[
        "机身号",
        "机号",
        "机身编号",
        "出厂编号",
        "产品序列号",
        "sn",
        "s/n",
        "serial",
        "serialnumber",
        "serialno",
    ],
);
const PURCHASED_ON: Known = may(
    Column::PurchasedOn,
    "购买日期",
    &["购买时间", "购机日期", "购机时间", "购置日期", "purchasedate", "purchasedon", "purchased"],
);
const WARRANTY: Known =
    may(Column::Warranty, "保修状态", &["保修", "质保", "质保状态", "是否保修", "warranty"]);
const ORDINAL: Known =
    may(Column::Ordinal, "序号", &["编号", "客户编号", "行号", "no", "#", "id", "number"]);
const OPTIONAL_MODEL: Known = Known { required: false, ..MODEL };
const OPTIONAL_NAME: Known = Known { required: false, ..NAME };
const OPTIONAL_PHONE: Known = Known { required: false, ..PHONE };
const DESCRIPTION: Known = must(
    Column::Description,
    "问题描述",
    &[
        "故障描述",
        "故障现象",
        "问题",
        "问题内容",
        "描述",
        "反馈内容",
        "咨询内容",
        "投诉诉求",
        "description",
        "problem",
        "fault",
    ],
);
const REQUEST: Known = may(
    Column::Request,
    "问题类型",
    &[
        "请求类型",
        "工单类型",
        "服务类型",
        "类型",
        "反馈类型",
        "问题分类",
        "type",
        "requesttype",
        "problemtype",
    ],
);

const CUSTOMERS: &[Known] = &[
    NAME,
    SALUTATION,
    PHONE,
    COMPANY,
    ADDRESS,
    may(Column::AccessNote, "进场说明", &["上门说明", "门禁", "入场说明", "access", "accessnote"]),
    may(Column::Level, "客户等级", &["等级", "级别", "客户级别", "vip", "level"]),
    may(Column::Note, "备注", &["说明", "note", "notes", "remark", "remarks", "comment"]),
    ORDINAL,
];

const MACHINES: &[Known] = &[
    MODEL,
    SERIAL,
    PURCHASED_ON,
    WARRANTY,
    may(Column::Place, "安装位置", &["位置", "放置位置", "摆放位置", "place", "location"]),
    OPTIONAL_NAME,
    OPTIONAL_PHONE,
    COMPANY,
    ADDRESS,
    ORDINAL,
];

const PARTS: &[Known] = &[
    must(
        Column::PartCode,
        "备件编号",
        &[
            "备件编码",
            "编号",
            "编码",
            "物料编码",
            "物料编号",
            "物料号",
            "料号",
            "零件号",
            "配件编号",
            "配件编码",
            "code",
            "partno",
            "partnumber",
            "partcode",
            "sku",
        ],
    ),
    must(
        Column::PartName,
        "备件名称",
        &["名称", "品名", "物料名称", "配件名称", "零件名称", "name", "part", "partname"],
    ),
    may(
        Column::Model,
        "适用型号",
        &["型号", "适用机型", "机型", "产品型号", "model", "models", "fits"],
    ),
    may(Column::Unit, "单位", &["计量单位", "unit"]),
    may(
        Column::Price,
        "单价",
        &["价格", "售价", "销售价", "零售价", "含税单价", "price", "unitprice"],
    ),
    may(
        Column::Returnable,
        "须返还",
        &["返还", "是否返还", "旧件返还", "需返还", "returnable", "return"],
    ),
    may(
        Column::InStore,
        "库存",
        &["库存数量", "库存数", "总库", "总库库存", "数量", "stock", "quantity", "qty", "onhand"],
    ),
    ORDINAL,
];

const TICKETS: &[Known] = &[
    ORDINAL,
    NAME,
    SALUTATION,
    PHONE,
    COMPANY,
    ADDRESS,
    MODEL,
    SERIAL,
    PURCHASED_ON,
    WARRANTY,
    DESCRIPTION,
    REQUEST,
    may(Column::Channel, "反馈渠道", &["渠道", "来源", "受理渠道", "channel", "source"]),
    may(
        Column::ReceivedAt,
        "接收时间",
        &["受理时间", "反馈时间", "登记时间", "报修时间", "receivedat", "received", "time"],
    ),
    may(Column::Urgency, "紧急程度", &["紧急度", "优先级", "urgency", "priority"]),
    may(
        Column::ExpectedBy,
        "期望解决时间",
        &["客户期望时间", "期望时间", "expectedby", "expected"],
    ),
    may(Column::Submitter, "提交人", &["submitter", "submittedby"]),
    may(Column::TransferredBy, "转交人", &["transferredby"]),
];

const TRACKING: &[Known] = &[
    must(
        Column::TicketNumber,
        "工单编号",
        &["工单号", "工单号码", "单号", "ticketnumber", "ticketno", "ticket", "number"],
    ),
    may(Column::CustomerInfo, "客户信息", &["客户资料", "customerinfo", "customerinformation"]),
    OPTIONAL_NAME,
    OPTIONAL_PHONE,
    COMPANY,
    ADDRESS,
    OPTIONAL_MODEL,
    SERIAL,
    REQUEST,
    Known { required: false, ..DESCRIPTION },
    may(
        Column::Handler,
        "处理人",
        &["处理人员", "工程师", "维修人员", "负责人", "handler", "engineer", "assignee"],
    ),
    must(
        Column::TicketStage,
        "处理状态",
        &["状态", "工单状态", "当前状态", "status", "stage", "state"],
    ),
    may(
        Column::StartedAt,
        "开始时间",
        &[
            "开始处理时间",
            "受理时间",
            "接收时间",
            "创建时间",
            "startedat",
            "start",
            "started",
            "starttime",
        ],
    ),
    may(
        Column::EstimatedDoneAt,
        "预计完成时间",
        &["预计时间", "计划完成时间", "estimateddoneat", "estimatedcompletion", "due", "duedate"],
    ),
    may(
        Column::DoneAt,
        "实际完成时间",
        &["完成时间", "结束时间", "doneat", "actualcompletion", "completed", "completedat"],
    ),
    may(
        Column::Solution,
        "解决方案",
        &["处理结果", "处理方案", "解决办法", "处理措施", "solution", "resolution"],
    ),
    may(
        Column::Confirmation,
        "客户确认",
        &["确认", "客户确认情况", "客户反馈", "confirmation", "customerconfirmation"],
    ),
    Known { others: &["行号", "no", "#", "id"], ..ORDINAL },
];

/// The columns of a form, in the order of its template.
pub(super) fn of(kind: Kind) -> &'static [Known] {
    match kind {
        Kind::Customers => CUSTOMERS,
        Kind::Machines => MACHINES,
        Kind::Parts => PARTS,
        Kind::Tickets => TICKETS,
        Kind::Tracking => TRACKING,
    }
}

/// The header of a table: which of its columns are known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    /// Where in the table the header stands; the rows follow.
    pub(super) index: usize,
    /// What each column of the table is.
    pub(super) columns: Vec<Option<Column>>,
    /// Columns nobody here knows, as written.
    pub(super) ignored: Vec<String>,
}

impl Header {
    /// The column's name as the file writes it, or as our template does.
    pub(super) fn name_of(&self, table: &Table, column: Column) -> String {
        let place = self.columns.iter().position(|found| *found == Some(column));
        place
            .and_then(|place| table.lines.get(self.index)?.cells.get(place))
            .map(super::table::Cell::text)
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| template_name(self.kind, column).to_owned())
    }
}

/// The column's name on our template.
pub(super) fn template_name(kind: Kind, column: Column) -> &'static str {
    of(kind).iter().find(|known| known.column == column).map_or("", |known| known.name)
}

/// A title and an empty line or two may stand above the header.
const HEADER_LINES_MAX: usize = 10;

/// Finds the header of a form of this kind, or of any kind.
///
/// # Errors
/// The names of the required columns that are missing from the best candidate;
/// none where no line looks like a header at all.
pub(super) fn find(table: &Table, kind: Option<Kind>) -> Result<Header, Missing> {
    let kinds = kind.map_or(Kind::ALL.to_vec(), |kind| vec![kind]);
    let mut best: Option<(usize, Header)> = None;
    let mut nearest: Option<(usize, Missing)> = None;
    for (index, line) in table.lines.iter().take(HEADER_LINES_MAX).enumerate() {
        for &kind in &kinds {
            let mut columns: Vec<Option<Column>> = Vec::new();
            let mut ignored = Vec::new();
            for cell in &line.cells {
                let written = cell.text();
                // A column that stands there twice counts once; the first is the form's own.
                let found =
                    recognise(kind, &written).filter(|found| !columns.contains(&Some(*found)));
                if found.is_none() && !written.is_empty() {
                    ignored.push(written);
                }
                columns.push(found);
            }
            let known = columns.iter().flatten().filter(|found| **found != Column::Ordinal).count();
            let missing: Vec<&'static str> = of(kind)
                .iter()
                .filter(|known| known.required && !columns.contains(&Some(known.column)))
                .map(|known| known.name)
                .collect();
            if missing.is_empty() {
                if best.as_ref().is_none_or(|(most, _)| known > *most) {
                    best = Some((known, Header { kind, index, columns, ignored }));
                }
            } else if known > 0 && nearest.as_ref().is_none_or(|(most, _)| known > *most) {
                nearest =
                    Some((known, Missing { kind: Some(kind), line: line.number, names: missing }));
            }
        }
    }
    match (best, nearest) {
        (Some((_, header)), _) => Ok(header),
        // Two known columns are a header with a hole; one may be a word in a letter.
        (None, Some((known, missing))) if known >= 2 || kind.is_some() => Err(missing),
        (None, _) => Err(Missing { kind: None, line: 0, names: Vec::new() }),
    }
}

/// Which required columns the best candidate for a header lacks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Missing {
    pub(super) kind: Option<Kind>,
    pub(super) line: u32,
    pub(super) names: Vec<&'static str>,
}

impl Missing {
    /// What to say about it: a form with a hole, or no form at all.
    pub(super) fn code(&self) -> Code {
        if self.names.is_empty() { Code::NotATable } else { Code::MissingColumn }
    }
}

fn recognise(kind: Kind, written: &str) -> Option<Column> {
    let word = simplified(written);
    if word.is_empty() {
        return None;
    }
    let is = |name: &str| simplified(name) == word;
    of(kind)
        .iter()
        .find(|known| is(known.name) || known.others.iter().any(|other| is(other)))
        .map(|known| known.column)
}

/// A header without what people decorate it with: spaces, required marks, units in brackets, capitals.
fn simplified(written: &str) -> String {
    let mut depth = 0u32;
    let mut word = String::new();
    for c in written.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth > 0 || c.is_whitespace() => {}
            '*' | '＊' | ':' | '：' | '_' | '-' | '.' | '\u{feff}' => {}
            _ => word.extend(c.to_lowercase()),
        }
    }
    word
}
