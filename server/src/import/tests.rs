//! Tables of what people write and what it means; and that the same file twice is no news.

use std::sync::Arc;

use domain::{
    Id, Row, Rows, Timestamp,
    customer::{Customer, Level, Salutation},
    machine::Warranty,
    part::Part,
    stock::{Place, Stock},
    ticket::{Channel, Request, Stage, Ticket, Urgency},
    user::{Role, User},
    values::Money,
};

use super::{
    Code, Fate, Kind, Plan, Report, cells, plan, read, rehearse, report,
    table::{Cell, Table},
    template,
};

const NOW: Timestamp = Timestamp(1_795_334_400_000);

fn person(name: &str, roles: &[Role]) -> User {
    User { id: Id::derived(name), name: name.into(), roles: roles.to_vec(), ..User::system() }
}

fn people() -> Rows {
    [
        person("刘敏", &[Role::Coordinator]),
        person("李静", &[Role::Engineer]),
        person("王磊", &[Role::Engineer]),
        person("郭备", &[Role::Keeper]),
    ]
    .into_iter()
    .map(|user| (domain::Key::of(user.id), Arc::new(Row::User(user))))
    .collect()
}

fn coordinator() -> Id<User> {
    Id::derived("刘敏")
}

/// Imports into `rows` as the server does: rehearsed, then carried out.
fn import(rows: &mut Rows, kind: Option<Kind>, bytes: &[u8]) -> Report {
    let table = match read(bytes) {
        Ok(table) => table,
        Err(code) => {
            return Report { rows: vec![super::BadRow::of_file(code)], ..Report::default() };
        }
    };
    let plan: Plan = plan(kind, &table, rows, NOW);
    let (fates, commands) = rehearse(&plan, rows.clone(), coordinator(), NOW);
    for (_, command) in commands {
        let envelope = domain::Envelope {
            mid: uuid::Uuid::nil(),
            by: super::actor(&command, coordinator()),
            at: NOW,
            doubtful: false,
            command,
        };
        for row in domain::apply(rows, &envelope).unwrap().rows {
            rows.insert(row.key(), Arc::new(row));
        }
    }
    report(&plan, &fates, false)
}

fn counts(report: &Report) -> (u32, u32, u32, u32, u32) {
    (report.read, report.added, report.changed, report.unchanged, report.refused)
}

fn complaints(report: &Report) -> Vec<(u32, &str, Code, &str)> {
    report
        .rows
        .iter()
        .map(|bad| (bad.line, bad.column.as_deref().unwrap_or(""), bad.code, bad.value.as_str()))
        .collect()
}

fn all<T: domain::rows::Noun>(rows: &Rows) -> Vec<T> {
    rows.values().filter_map(|row| T::of(row).cloned()).collect()
}

const CUSTOMERS: &[u8] = include_bytes!("../../../tests/files/customers.csv");
const MACHINES: &[u8] = include_bytes!("../../../tests/files/machines.xlsx");
const PARTS: &[u8] = include_bytes!("../../../tests/files/parts.xls");
const TICKETS: &[u8] = include_bytes!("../../../tests/files/tickets-gbk.csv");
const TRACKING: &[u8] = include_bytes!("../../../tests/files/tracking.xlsx");

#[test]
fn every_sample_file_goes_in_once_and_changes_nothing_the_second_time() {
    let mut rows = people();
    let files = [
        (CUSTOMERS, Kind::Customers, (6, 6, 0, 0, 0)),
        (MACHINES, Kind::Machines, (5, 5, 0, 0, 0)),
        (PARTS, Kind::Parts, (5, 5, 0, 0, 0)),
        (TICKETS, Kind::Tickets, (6, 4, 0, 0, 2)),
        (TRACKING, Kind::Tracking, (5, 4, 0, 0, 1)),
    ];
    for (bytes, kind, expected) in files {
        let report = import(&mut rows, None, bytes);
        assert_eq!(report.kind, Some(kind));
        assert_eq!(counts(&report), expected, "{kind:?}: {:?}", report.rows);
    }
    let before = rows.clone();
    for (bytes, kind, (read, added, _, _, refused)) in files {
        let report = import(&mut rows, Some(kind), bytes);
        assert_eq!(counts(&report), (read, 0, 0, added, refused), "{kind:?}");
    }
    assert_eq!(rows, before);
}

#[test]
fn form_1_in_gbk_becomes_tickets_and_bad_lines_say_where_and_why() {
    let mut rows = people();
    import(&mut rows, None, CUSTOMERS);
    import(&mut rows, None, MACHINES);
    let report = import(&mut rows, None, TICKETS);
    // The leak's description spans two lines of the file, so what follows stands one lower.
    assert_eq!(
        complaints(&report),
        [(8, "联系方式", Code::BadPhone, "1361"), (9, "紧急程度", Code::UnknownWord, "马上"),]
    );
    let tickets = all::<Ticket>(&rows);
    let leak = tickets.iter().find(|ticket| ticket.description.contains("漏水")).unwrap();
    assert_eq!(leak.description, "室内机漏水，\n已经放了盆接");
    assert_eq!(leak.title, "室内机漏水");
    assert_eq!(leak.contact.name, "周慧敏");
    assert_eq!(leak.contact.salutation, Salutation::Ms);
    assert_eq!(leak.contact.address, "北京市朝阳区望京西园四区410号楼1203");
    assert_eq!(leak.machine.purchased_on, "2023-07-30");
    assert_eq!(leak.channel, Channel::App);
    assert_eq!(leak.received_at, at("2026-11-17 14:05"));
    let cold = tickets.iter().find(|ticket| ticket.description.contains("不制热")).unwrap();
    assert_eq!((cold.urgency, cold.channel), (Urgency::Critical, Channel::Wechat));
    assert_eq!(cold.received_at, at("2026-11-17 08:40"));
    assert_eq!(cold.stage, Stage::Received);
}

#[test]
fn form_2_keeps_its_numbers_stages_and_engineers() {
    let mut rows = people();
    let report = import(&mut rows, Some(Kind::Tracking), TRACKING);
    assert_eq!(complaints(&report), [(6, "处理状态", Code::UnknownWord, "不知道")]);
    let tickets = all::<Ticket>(&rows);
    let find = |number: &str| {
        tickets.iter().find(|ticket| ticket.number.as_deref() == Some(number)).unwrap()
    };
    assert_eq!(find("20260501001").stage.word(), "completed");
    assert_eq!(find("20260501001").contact.phone, "13810010021");
    assert_eq!(find("20260501002").request, Request::Consult);
    let working = find("20260503001");
    assert_eq!(working.contact.address, "东三环北路8号");
    assert_eq!(working.active_visit().unwrap().engineer, Id::derived("王磊"));
    let masked = find("20260504001");
    assert_eq!(
        (masked.contact.name.as_str(), masked.contact.phone.as_str()),
        ("*女士", "1391002****")
    );
    assert_eq!(masked.contact.customer, None, "a masked number names nobody");
}

#[test]
fn a_workbook_s_dates_and_numbers_are_dates_and_numbers() {
    let mut rows = people();
    import(&mut rows, None, CUSTOMERS);
    import(&mut rows, None, MACHINES);
    import(&mut rows, None, PARTS);
    let machines = all::<domain::machine::Machine>(&rows);
    let heater = machines.iter().find(|machine| machine.serial == "W16-2203-04410").unwrap();
    assert_eq!((heater.purchased_on.as_str(), heater.warranty), ("2021-11-02", Warranty::Out));
    let customers = all::<Customer>(&rows);
    assert_eq!(customers.len(), 6, "the machines found their customers");
    let owner = customers.iter().find(|customer| Some(customer.id) == heater.customer).unwrap();
    assert_eq!(owner.name, "陈志强");
    let vip = customers.iter().find(|customer| customer.name == "周慧敏").unwrap();
    assert_eq!(vip.level, Level::Vip);
    let capacitor = all::<Part>(&rows).into_iter().find(|part| part.code == "CAP-35UF").unwrap();
    assert_eq!((capacitor.price, capacitor.returnable), (Money(3250), false));
    let stock = all::<Stock>(&rows);
    let on_shelf = stock.iter().find(|stock| stock.part == capacitor.id).unwrap();
    assert_eq!((on_shelf.place, on_shelf.quantity), (Place::Store, 40));
}

#[test]
fn an_old_parts_list_does_not_undo_what_has_moved_since() {
    let mut rows = people();
    import(&mut rows, None, PARTS);
    let stock = all::<Stock>(&rows).remove(0);
    let moved = stock.moved(-1);
    rows.insert(domain::Key::of(stock.id), Arc::new(Row::Stock(moved.clone())));
    let report = import(&mut rows, None, PARTS);
    assert_eq!(report.unchanged, 5);
    assert!(all::<Stock>(&rows).contains(&moved));
}

#[test]
fn a_column_that_changed_changes_the_row_and_an_empty_cell_does_not() {
    let mut rows = people();
    import(&mut rows, None, "姓名,电话,地址,等级\n钱芳,13800138000,一号楼,VIP\n".as_bytes());
    let report =
        import(&mut rows, None, "姓名;手机号;地址;等级\n钱芳;138-0013-8000;二号楼;\n".as_bytes());
    assert_eq!(counts(&report), (1, 0, 1, 0, 0));
    let customers = all::<Customer>(&rows);
    assert_eq!(customers.len(), 1);
    assert_eq!((customers[0].address.as_str(), customers[0].level), ("二号楼", Level::Vip));
}

#[test]
fn dates_are_read_in_every_notation_people_use() {
    for (written, moment) in [
        ("2024-05-01", "2024-05-01 00:00"),
        ("2024/5/1 9:30", "2024-05-01 09:30"),
        ("2024年5月1日", "2024-05-01 00:00"),
        ("2024年5月1日 9时30分", "2024-05-01 09:30"),
        ("2024年5月1日9点", "2024-05-01 09:00"),
        ("2024-05-0109:30", "2024-05-01 09:30"),
        ("2024-05-01T09:30:15", "2024-05-01 09:30:15"),
        ("2024-05-01 09:30:15.250", "2024-05-01 09:30:15"),
        ("20240501", "2024-05-01 00:00"),
        ("20240501 0930", "2024-05-01 09:30"),
        ("2024.5.1 下午3:20", "2024-05-01 15:20"),
        ("2024/5/1 12:05 AM", "2024-05-01 00:05"),
        ("２０２４－０５－０１　０９：３０", "2024-05-01 09:30"),
        ("2024-05-01 星期三 09:30", "2024-05-01 09:30"),
        ("45413", "2024-05-01 00:00"),
        ("45413.395833", "2024-05-01 09:30"),
    ] {
        assert_eq!(cells::moment(&Cell::Text(written.into())), Ok(at(moment)), "{written}");
    }
    assert_eq!(cells::date(&Cell::Number(45413.0)), Ok("2024-05-01".into()));
    assert_eq!(cells::date(&Cell::Number(20_240_501.0)), Ok("2024-05-01".into()));
    for wrong in [
        "",
        "昨天",
        "5/1/2024",
        "2024-13-01",
        "2024-02-30",
        "24-5-1",
        "2024-05-01 25:00",
        "1024-05-01",
        "2024-05-01 9:30 左右",
        "13800138000",
    ] {
        assert_eq!(cells::moment(&Cell::Text(wrong.into())), Err(Code::BadDate), "{wrong}");
    }
}

#[test]
fn amounts_pieces_and_telephones_are_read_as_written() {
    for (written, cents) in
        [("¥1,234.50", 123_450), ("80", 8000), ("0.5元", 50), ("12.500", 1250), ("￥ 99.9", 9990)]
    {
        assert_eq!(cells::money(&Cell::Text(written.into())), Ok(Money(cents)), "{written}");
    }
    assert_eq!(cells::money(&Cell::Number(268.0)), Ok(Money(26_800)));
    for wrong in ["", "面议", "-5", "12.345", "1e9", "99999999999"] {
        assert_eq!(cells::money(&Cell::Text(wrong.into())), Err(Code::BadNumber), "{wrong}");
    }
    assert_eq!(cells::quantity(&Cell::Number(40.0)), Ok(40));
    assert_eq!(cells::quantity(&Cell::Text("1,200".into())), Ok(1200));
    for wrong in ["-1", "2.5", "若干", "100001"] {
        assert_eq!(cells::quantity(&Cell::Text(wrong.into())), Err(Code::BadNumber), "{wrong}");
    }
    assert_eq!(cells::phone(&Cell::Number(13_800_138_000.0)), Ok("13800138000".into()));
    assert_eq!(cells::phone(&Cell::Text("（010）8262－6110".into())), Ok("(010)8262-6110".into()));
    assert_eq!(cells::phone(&Cell::Text("138****8000".into())), Err(Code::BadPhone));
}

#[test]
fn a_customer_in_one_cell_is_taken_apart() {
    for (written, name, phone, address) in [
        ("张伟 13800138000", "张伟", "13800138000", ""),
        ("张伟13800138000", "张伟", "13800138000", ""),
        ("*先生，1395678****", "*先生", "1395678****", ""),
        ("姓名：张伟；电话：010-82626110；地址：学院路37号", "张伟", "010-82626110", "学院路37号"),
        ("明德小学", "明德小学", "", ""),
        ("", "", "", ""),
    ] {
        let info = cells::customer_info(&Cell::Text(written.into()));
        assert_eq!(
            (info.name.text().as_str(), info.phone.as_str(), info.address.as_str()),
            (name, phone, address),
            "{written}"
        );
    }
}

#[test]
fn files_that_are_no_form_are_told_apart_and_nothing_breaks() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let half = &MACHINES[..MACHINES.len() / 2];
    let half_xls = &PARTS[..PARTS.len() / 2];
    for (bytes, code) in [
        (&png[..], Code::NotATable),
        (half, Code::NotATable),
        (half_xls, Code::NotATable),
        (&b"PK\x03\x04 not really"[..], Code::NotATable),
        (&[0xD0, 0xCF, 0x11, 0xE0, 1, 2, 3][..], Code::NotATable),
        ("亲爱的同事，\n请查收附件。\n".as_bytes(), Code::NotATable),
        (&b""[..], Code::NotATable),
        (&[b'a', 0xFF, 0xFF, b'\n'][..], Code::BadEncoding),
        (&[0xEF, 0xBB, 0xBF, 0xC3, 0x28][..], Code::BadEncoding),
    ] {
        let report = import(&mut people(), None, bytes);
        assert_eq!(complaints(&report), [(0, "", code, "")], "{:?}", &bytes[..bytes.len().min(12)]);
        assert_eq!(counts(&report), (0, 0, 0, 0, 0));
    }
    let mut many = "姓名,电话\n".to_owned();
    many.push_str(&"甲,13800138000\n".repeat(super::ROWS_MAX + 1));
    let report = import(&mut people(), None, many.as_bytes());
    assert_eq!(complaints(&report), [(0, "", Code::TooManyRows, "")]);
}

#[test]
fn every_cut_of_a_workbook_is_an_answer_and_no_panic() {
    for file in [MACHINES, PARTS, TRACKING] {
        for cut in (0..file.len()).step_by(97) {
            let _ = read(&file[..cut]);
            let mut spoilt = file.to_vec();
            spoilt[cut] ^= 0x5a;
            let _ = read(&spoilt);
        }
    }
}

#[test]
fn a_missing_column_is_named_and_a_strange_one_is_passed_over() {
    let report = import(
        &mut people(),
        Some(Kind::Tickets),
        "客户姓名,联系方式,产品型号\n甲,13800138000,X1\n".as_bytes(),
    );
    assert_eq!(complaints(&report), [(1, "问题描述", Code::MissingColumn, "")]);
    let report = import(&mut people(), None, "姓名,电话,星座\n甲,13800138000,狮子\n".as_bytes());
    assert_eq!(report.ignored, ["星座"]);
    assert_eq!(report.added, 1);
}

#[test]
fn lines_are_numbered_as_the_file_shows_them() {
    let text = "客户表\r\n\r\n姓名*,联系电话（必填）,备注\r\n甲,1,\"两\r\n行\"\r\n\r\n,,\r\n乙,13800138000,14\" 屏\r\n丙,\"13900139000,\r\n丁,13700137000,\r\n";
    let report = import(&mut people(), None, text.as_bytes());
    assert_eq!(
        complaints(&report),
        [(4, "联系电话（必填）", Code::BadPhone, "1"), (9, "", Code::OpenQuote, "")]
    );
    assert_eq!(counts(&report), (4, 2, 0, 0, 2));
}

#[test]
fn separators_encodings_and_line_ends_do_not_matter() {
    let plain = "姓名,电话,地址\n甲,13800138000,一号楼\n";
    let expected = read(plain.as_bytes()).unwrap();
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(plain.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for bytes in [
        plain.replace(',', ";").into_bytes(),
        plain.replace(',', "\t").into_bytes(),
        plain.replace('\n', "\r\n").into_bytes(),
        plain.replace('\n', "\r").into_bytes(),
        format!("\u{feff}{plain}").into_bytes(),
        encoding_rs::GB18030.encode(plain).0.into_owned(),
        utf16,
    ] {
        assert_eq!(read(&bytes), Ok(expected.clone()));
    }
}

#[test]
fn english_headers_are_understood() {
    let text = "No.,Name,Phone,Model,Purchase date,Description,Channel,Received at,Urgency\n1,Chen,13800138000,X1,2024-05-01,No display,Email,2024-05-02 10:00,Urgent\n";
    let report = import(&mut people(), None, text.as_bytes());
    assert_eq!((report.kind, report.added), (Some(Kind::Tickets), 1));
}

#[test]
fn a_role_that_may_not_import_is_refused_line_by_line() {
    let rows = people();
    let table: Table = read("姓名,电话\n甲,13800138000\n".as_bytes()).unwrap();
    let plan = plan(None, &table, &rows, NOW);
    let (fates, commands) = rehearse(&plan, rows, Id::derived("郭备"), NOW);
    assert_eq!(fates, [Fate::Refused(domain::Refusal::NotYourRole)]);
    assert!(commands.is_empty());
    let json = serde_json::to_value(report(&plan, &fates, true)).unwrap();
    assert_eq!(json["rows"][0]["code"], "not_your_role");
    assert_eq!(json["kind"], "customers");
}

#[test]
fn every_template_is_a_form_of_its_kind_without_lines() {
    for &kind in Kind::ALL {
        let report = import(&mut people(), None, template(kind).as_bytes());
        assert_eq!((report.kind, report.read), (Some(kind), 0));
        assert!(report.rows.is_empty() && report.ignored.is_empty());
    }
}

/// A moment in China Standard Time.
fn at(text: &str) -> Timestamp {
    let format = if text.len() > 16 { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M" };
    let local = chrono::NaiveDateTime::parse_from_str(text, format).unwrap();
    Timestamp(local.and_utc().timestamp_millis() - 8 * 3_600_000)
}

#[tokio::test]
async fn a_trial_changes_nothing_and_the_second_time_is_no_news() {
    use domain::user::{self, SYSTEM};

    let store = crate::Store::temporary().unwrap();
    let hire = |user: User| {
        let save = user::Command::Save { user: Box::new(user.clone()) };
        (crate::store::new_mid(), NOW, domain::Command::User(user.id, save))
    };
    let people =
        vec![hire(person("刘敏", &[Role::Coordinator])), hire(person("王磊", &[Role::Engineer]))];
    store.carry_out(SYSTEM, people).await.unwrap();
    let head = async || store.head().await.unwrap().v;

    let before = head().await;
    let run = async |bytes: &[u8], dry| {
        super::run(&store, coordinator(), None, bytes.to_vec(), dry).await.unwrap()
    };
    let trial = run(TICKETS, true).await;
    assert_eq!((counts(&trial), trial.dry), ((6, 4, 0, 0, 2), true));
    assert_eq!(head().await, before);

    for file in [CUSTOMERS, MACHINES, PARTS, TICKETS, TRACKING] {
        run(file, false).await;
    }
    let after = head().await;
    assert!(after > before);
    for file in [CUSTOMERS, MACHINES, PARTS, TICKETS, TRACKING] {
        let again = run(file, false).await;
        assert_eq!((again.added, again.changed), (0, 0));
    }
    assert_eq!(head().await, after);

    let numbers = store.rows_of(domain::Kind::Ticket).await.unwrap();
    assert!(all::<Ticket>(&numbers).iter().all(|ticket| ticket.number.is_some()));
    let in_store = store.rows_of(domain::Kind::Stock).await.unwrap();
    assert_eq!(all::<Stock>(&in_store).len(), 5, "the opening stock is booked, whoever imports");
}
