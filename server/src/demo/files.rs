//! The demo's customers, machines and parts.

use domain::{
    Command, Id,
    customer::{self, Customer, Level, Salutation},
    machine::{self, Machine, Warranty},
    model::{self, Model},
    part::Part,
    ticket::{Contact, Nameplate},
    values::Money,
};

struct Client {
    name: &'static str,
    salutation: Salutation,
    company: &'static str,
    phone: &'static str,
    address: &'static str,
    access: &'static str,
    level: Level,
}

const fn client(
    name: &'static str,
    salutation: Salutation,
    company: &'static str,
    phone: &'static str,
    address: &'static str,
    access: &'static str,
    level: Level,
) -> Client {
    Client { name, salutation, company, phone, address, access, level }
}

const CUSTOMERS: &[Client] = &[
    client(
        "陈志强",
        Salutation::Mr,
        "",
        "13810010021",
        "北京市海淀区中关村南大街12号院3号楼502",
        "单元门禁呼502",
        Level::Normal,
    ),
    client(
        "周慧敏",
        Salutation::Ms,
        "",
        "13910020034",
        "北京市朝阳区望京西园四区410号楼1203",
        "",
        Level::Vip,
    ),
    client(
        "吴建平",
        Salutation::Mr,
        "北京悦庭酒店管理有限公司",
        "13701330157",
        "北京市朝阳区东三环北路8号",
        "从地下二层工程部登记，电话分机 8102",
        Level::Key,
    ),
    client(
        "郑丽",
        Salutation::Ms,
        "明德小学",
        "010-82626110",
        "北京市海淀区学院路37号",
        "16:30 放学后才能进校",
        Level::Key,
    ),
    client(
        "孙浩",
        Salutation::Mr,
        "",
        "13611229045",
        "北京市丰台区方庄芳星园二区9号楼1602",
        "",
        Level::Normal,
    ),
    client(
        "赵国栋",
        Salutation::Mr,
        "",
        "15801667320",
        "北京市西城区德胜门外大街甲5号院2单元301",
        "停车找物业登记",
        Level::Normal,
    ),
    client(
        "黄婷",
        Salutation::Ms,
        "",
        "18610078833",
        "北京市海淀区上地东里6区2号楼704",
        "",
        Level::Normal,
    ),
    client(
        "何伟",
        Salutation::Mr,
        "清河社区卫生服务中心",
        "010-62930045",
        "北京市海淀区清河中街12号",
        "后门进，找设备科",
        Level::Key,
    ),
    client(
        "林秀英",
        Salutation::Ms,
        "",
        "13521906618",
        "北京市西城区月坛北街15号楼2门101",
        "老人在家，请提前打电话",
        Level::Vip,
    ),
    client(
        "马超",
        Salutation::Mr,
        "鼎新写字楼物业",
        "13466780912",
        "北京市朝阳区建国路93号院",
        "货梯 9:00–17:00",
        Level::Key,
    ),
    client(
        "徐雯",
        Salutation::Ms,
        "",
        "17710335520",
        "北京市丰台区马家堡西路36号院8号楼1101",
        "",
        Level::Normal,
    ),
    client(
        "高明",
        Salutation::Mr,
        "",
        "13671240086",
        "北京市海淀区中关村南大街12号院3号楼501",
        "",
        Level::Normal,
    ),
];

struct Unit {
    owner: usize,
    model: &'static str,
    serial: &'static str,
    purchased_on: &'static str,
    warranty: Warranty,
    place: &'static str,
}

const fn unit(
    owner: usize,
    model: &'static str,
    serial: &'static str,
    purchased_on: &'static str,
    warranty: Warranty,
    place: &'static str,
) -> Unit {
    Unit { owner, model, serial, purchased_on, warranty, place }
}

const MACHINES: &[Unit] = &[
    unit(0, "KFR-35GW/BP3", "A35-2211-00871", "2023-06-18", Warranty::In, "主卧"),
    unit(0, "JSQ30-16ET", "W16-2203-04410", "2021-11-02", Warranty::Out, "厨房阳台"),
    unit(1, "KFR-72LW/BP2", "A72-2305-01920", "2023-07-30", Warranty::In, "客厅"),
    unit(2, "MDV-450W", "M45-1909-00033", "2019-09-12", Warranty::Contract, "楼顶机房"),
    unit(2, "KFR-72LW/BP2", "A72-2008-00412", "2020-08-25", Warranty::Contract, "三层会议室"),
    unit(3, "RO-800G", "R80-2402-07715", "2024-02-20", Warranty::In, "教师办公室"),
    unit(4, "JSQ30-16ET", "W16-2201-01187", "2022-01-09", Warranty::Out, "厨房"),
    unit(5, "KFR-26GW/BP3", "A26-2004-03341", "2020-05-01", Warranty::Out, "次卧"),
    unit(6, "RO-800G", "R80-2503-00291", "2025-03-15", Warranty::In, "厨房水槽下"),
    unit(7, "MDV-280W", "M28-2106-00107", "2021-06-30", Warranty::Contract, "一层设备间"),
    unit(8, "KFR-35GW/BP3", "A35-1907-02210", "2019-07-11", Warranty::Out, "卧室"),
    unit(8, "F60-21WB", "D60-2110-00655", "2021-10-20", Warranty::Out, "卫生间"),
    unit(9, "MDV-450W", "M45-2204-00080", "2022-04-08", Warranty::Contract, "B座屋面"),
    unit(10, "F60-21WB", "D60-2409-01402", "2024-09-28", Warranty::In, "卫生间"),
    unit(11, "KFR-35GW/BP3", "A35-2306-01544", "2023-06-18", Warranty::In, "主卧"),
];

const MODELS: &[(&str, &str, &str, u32)] = &[
    ("KFR-26GW/BP3", "变频挂机 1 匹", "空调", 72),
    ("KFR-35GW/BP3", "变频挂机 1.5 匹", "空调", 72),
    ("KFR-72LW/BP2", "变频柜机 3 匹", "空调", 72),
    ("MDV-280W", "多联机 10 匹", "多联机", 60),
    ("MDV-450W", "多联机 16 匹", "多联机", 60),
    ("JSQ30-16ET", "燃气热水器 16 升", "热水器", 36),
    ("F60-21WB", "电热水器 60 升", "热水器", 72),
    ("RO-800G", "反渗透净水器 800G", "净水器", 12),
];

/// A line of the catalogue with what lies where.
pub(super) struct PartLine {
    code: &'static str,
    name: &'static str,
    model: &'static str,
    unit: &'static str,
    cents: i64,
    returnable: bool,
    pub(super) in_store: i64,
    pub(super) with_li: i64,
    pub(super) with_wang: i64,
}

#[expect(clippy::too_many_arguments, reason = "a line of a table, used below and nowhere else")]
const fn part(
    code: &'static str,
    name: &'static str,
    model: &'static str,
    unit: &'static str,
    cents: i64,
    returnable: bool,
    in_store: i64,
    with_li: i64,
    with_wang: i64,
) -> PartLine {
    PartLine { code, name, model, unit, cents, returnable, in_store, with_li, with_wang }
}

pub(super) const PARTS: &[PartLine] = &[
    part("PCB-35-01", "室内机主控板", "KFR-35GW/BP3", "块", 26_800, true, 6, 1, 0),
    part("PCB-72-01", "室内机主控板", "KFR-72LW/BP2", "块", 34_500, true, 3, 0, 1),
    part("PCB-OUT-35", "室外机变频板", "KFR-35GW/BP3", "块", 52_000, true, 2, 0, 0),
    part("CAP-35UF", "压缩机电容 35µF", "KFR-35GW、KFR-72LW", "个", 3_250, false, 40, 4, 3),
    part("NTC-10K", "管温传感器 10K", "通用", "个", 1_500, false, 55, 5, 4),
    part("NTC-5K", "室温传感器 5K", "通用", "个", 1_500, false, 48, 4, 4),
    part("FAN-35-IN", "室内风机电机", "KFR-35GW/BP3", "台", 18_600, true, 4, 1, 0),
    part("FAN-72-OUT", "室外风机电机", "KFR-72LW/BP2", "台", 35_680, true, 3, 0, 1),
    part("DRAIN-16", "排水软管 16 mm", "通用", "米", 800, false, 120, 10, 8),
    part("R32-5KG", "制冷剂 R32 5 kg", "R32 机型", "瓶", 26_000, false, 9, 1, 1),
    part("R410A-10KG", "制冷剂 R410A 10 kg", "MDV 系列", "瓶", 68_000, false, 5, 0, 1),
    part("VALVE-4W-35", "四通阀", "KFR-35GW/BP3", "个", 14_800, true, 4, 0, 0),
    part("EEV-MDV", "电子膨胀阀", "MDV-280W、MDV-450W", "个", 39_500, true, 2, 0, 0),
    part("PCB-MDV-M", "多联机主板", "MDV-450W", "块", 128_000, true, 1, 0, 0),
    part("SENSOR-HP", "高压压力传感器", "MDV 系列", "个", 21_500, true, 3, 0, 1),
    part("VALVE-W16", "燃气比例阀", "JSQ30-16ET", "个", 41_200, true, 2, 0, 0),
    part("IGN-W16", "点火器", "JSQ30-16ET", "个", 8_600, false, 8, 2, 1),
    part("FLOW-W16", "水流量传感器", "JSQ30-16ET", "个", 9_800, false, 7, 1, 0),
    part("MEM-RO800", "反渗透膜 800G", "RO-800G", "支", 59_900, false, 10, 1, 1),
    part("PP-10", "PP 棉滤芯 10 寸", "RO-800G", "支", 3_900, false, 60, 4, 6),
    part("PUMP-RO", "增压泵 24 V", "RO-800G", "台", 22_800, true, 3, 0, 0),
    part("HEAT-F60", "加热管 2000 W", "F60-21WB", "根", 16_800, true, 5, 1, 1),
    part("MG-F60", "镁棒", "F60-21WB", "根", 4_500, false, 20, 2, 2),
    part("LEAK-32A", "漏电保护插头 32 A", "通用", "个", 7_500, false, 15, 1, 1),
    part("RC-KFR", "遥控器", "KFR 系列", "个", 4_800, false, 30, 3, 2),
];

impl PartLine {
    pub(super) fn part(&self) -> Part {
        Part {
            id: Part::id_of(self.code),
            code: self.code.into(),
            name: self.name.into(),
            model: self.model.into(),
            unit: self.unit.into(),
            price: Money(self.cents),
            returnable: self.returnable,
        }
    }
}

/// The catalogue's part with this code.
pub(super) fn part_of(code: &str) -> Option<Part> {
    PARTS.iter().find(|line| line.code == code).map(PartLine::part)
}

fn customer_id(index: usize) -> Id<Customer> {
    Id::derived(&format!("demo:customer:{index}"))
}

fn machine_id(index: usize) -> Id<Machine> {
    Id::derived(&format!("demo:machine:{index}"))
}

pub(super) fn models() -> Vec<Command> {
    let save = |&(code, name, category, warranty_months): &(&str, &str, &str, u32)| {
        let id = Model::id_of(code);
        let (code, name, category) = (code.to_owned(), name.to_owned(), category.to_owned());
        let model = Model { id, code, name, category, warranty_months };
        Command::Model(id, model::Command::Save { model })
    };
    MODELS.iter().map(save).collect()
}

pub(super) fn customers() -> Vec<Command> {
    let save = |(index, client): (usize, &Client)| {
        let customer = Customer {
            id: customer_id(index),
            number: None,
            name: client.name.into(),
            company: client.company.into(),
            salutation: client.salutation,
            phone: client.phone.into(),
            address: client.address.into(),
            access_note: client.access.into(),
            level: client.level,
            note: String::new(),
        };
        let customer = Box::new(customer);
        Command::Customer(customer.id, customer::Command::Save { customer })
    };
    CUSTOMERS.iter().enumerate().map(save).collect()
}

pub(super) fn machines() -> Vec<Command> {
    let save = |(index, unit): (usize, &Unit)| {
        let machine = Machine {
            id: machine_id(index),
            customer: Some(customer_id(unit.owner)),
            model: unit.model.into(),
            serial: unit.serial.into(),
            purchased_on: unit.purchased_on.into(),
            warranty: unit.warranty,
            place: unit.place.into(),
        };
        Command::Machine(machine.id, machine::Command::Save { machine: Box::new(machine) })
    };
    MACHINES.iter().enumerate().map(save).collect()
}

/// The machine and its owner as a ticket keeps them.
pub(super) fn snapshot(machine: usize) -> (Contact, Nameplate) {
    let unit = &MACHINES[machine];
    let owner = &CUSTOMERS[unit.owner];
    let contact = Contact {
        customer: Some(customer_id(unit.owner)),
        name: owner.name.into(),
        company: owner.company.into(),
        salutation: owner.salutation,
        phone: owner.phone.into(),
        address: owner.address.into(),
        access_note: owner.access.into(),
    };
    let nameplate = Nameplate {
        machine: Some(machine_id(machine)),
        model: unit.model.into(),
        serial: unit.serial.into(),
        purchased_on: unit.purchased_on.into(),
        warranty: unit.warranty,
        place: unit.place.into(),
    };
    (contact, nameplate)
}
