//! What people type, and what they mean by it.

use super::*;
use crate::world::World;

fn repair() -> Names {
    Names::default()
        .code("20261122007")
        .code("LK7Q-0042X")
        .code("SN-88.1042")
        .phone("+86 138-0013-8000")
        .name("张晓玥")
        .name("重庆江北银行")
        .words("打印机 LX-300")
        .words("开机无显示")
        .text("江北区建新路 3 号")
}

fn rank(typed: &str) -> Option<Rank> {
    Wanted::new(typed).rank(&repair())
}

#[test]
fn a_number_is_found_whole_by_its_end_and_from_its_beginning() {
    assert_eq!(rank("20261122007"), Some(Rank::Number));
    assert_eq!(rank("2007"), Some(Rank::Ending));
    assert_eq!(rank("20261122"), Some(Rank::Beginning));
    assert_eq!(rank("1122"), Some(Rank::Within));
    assert_eq!(rank("20261122008"), None);
}

#[test]
fn a_provisional_number_is_found_with_and_without_its_dash() {
    for typed in ["LK7Q-0042X", "lk7q0042x", "ＬＫ７Ｑ－００４２Ｘ", " LK7Q-0042X "] {
        assert_eq!(rank(typed), Some(Rank::Number), "{typed}");
    }
    assert_eq!(rank("0042x"), Some(Rank::Ending));
}

#[test]
fn a_serial_number_is_found_however_its_dots_are_typed() {
    for typed in ["SN-88.1042", "sn881042", "sn 88 1042", "SN-881042"] {
        assert!(rank(typed).is_some(), "{typed}");
    }
    assert_eq!(rank("1042"), Some(Rank::Ending));
}

#[test]
fn a_telephone_is_found_by_four_digits_and_not_by_three() {
    assert_eq!(rank("8000"), Some(Rank::Ending));
    assert_eq!(rank("0013"), Some(Rank::Within));
    assert_eq!(rank("13800138000"), Some(Rank::Ending), "behind the country's number");
    assert_eq!(rank("380"), None);
}

#[test]
fn a_name_is_found_by_any_two_characters() {
    assert_eq!(rank("张晓"), Some(Rank::Beginning));
    assert_eq!(rank("晓玥"), Some(Rank::Within));
    assert_eq!(rank("江北"), Some(Rank::Within), "in the company before the address");
    assert_eq!(rank("建新"), Some(Rank::Said));
    assert_eq!(rank("李四"), None);
}

#[test]
fn a_name_is_found_by_the_first_letters_of_its_pinyin() {
    assert_eq!(rank("zxy"), Some(Rank::Beginning));
    assert_eq!(rank("ZXY"), Some(Rank::Beginning));
    assert_eq!(rank("xy"), Some(Rank::Within));
    assert_eq!(rank("kjwxs"), Some(Rank::Said));
    assert_eq!(rank("xz"), None);
}

#[test]
fn a_character_read_in_two_ways_is_found_by_both() {
    for typed in ["cqjb", "zqjb", "jbyh", "jbyx"] {
        assert!(rank(typed).is_some(), "{typed}");
    }
    let surname = |name: &str, typed: &str| Wanted::new(typed).rank(&Names::default().name(name));
    for (name, typed) in
        [("单田芳", "stf"), ("曾国", "zg"), ("解放", "xf"), ("仇英", "qy"), ("空调", "kt")]
    {
        assert_eq!(surname(name, typed), Some(Rank::Beginning), "{name}");
    }
    assert_eq!(surname("区长行", "ocx"), None, "one character at a time");
}

#[test]
fn one_letter_finds_beginnings_only() {
    assert_eq!(rank("z"), Some(Rank::Beginning));
    assert_eq!(Wanted::new("y").rank(&Names::default().name("张玥")), None);
}

#[test]
fn every_word_must_fit_and_the_worst_fit_counts() {
    assert_eq!(rank("张晓 8000"), Some(Rank::Beginning));
    assert_eq!(rank("zxy 建新"), Some(Rank::Said));
    assert_eq!(rank("张晓 8002"), None);
    assert_eq!(rank("张晓　8000"), Some(Rank::Beginning), "with a wide space");
}

#[test]
fn nothing_typed_fits_everything() {
    assert!(Wanted::new("  ").is_empty());
    assert!(rank("").is_some());
}

#[test]
fn the_marks_between_lines_are_never_found() {
    assert_eq!(rank("007lk7q"), None, "no word goes over the end of a line");
    for mark in ["\u{1}", "\u{7}", "\u{1}2026"] {
        assert_eq!(rank(mark), rank(&mark.replace(['\u{1}', '\u{7}'], "")), "{mark:?}");
    }
}

#[test]
fn a_dash_alone_finds_only_what_has_one() {
    assert_eq!(rank("-"), Some(Rank::Said));
    assert_eq!(Wanted::new("-").rank(&Names::default().code("A-1")), None);
}

#[test]
fn the_letters_know_names_beyond_the_first_few_thousand_characters() {
    let letters = |name: &str| name.chars().filter_map(initial).collect::<String>();
    let known = [
        ("赵钱孙李周吴郑王", "zqslzwzw"),
        ("冯陈褚卫蒋沈韩杨", "fccwjshy"),
        ("欧阳司马诸葛上官", "oysmzgsg"),
        ("梓萱昊睿琪晗珺玥", "zxhrqhjy"),
        ("喆堃祎彧翀昇淼旻", "zkyycsmm"),
        ("聶鄧蕭龐鍾譚鄭羅", "ndxpztzl"),
        ("压缩机风扇主板", "ysjfszb"),
    ];
    for (name, wanted) in known {
        assert_eq!(letters(name), wanted, "{name}");
    }
    assert_eq!(initial('a'), None);
    assert_eq!(initial('、'), None);
    assert_eq!(INITIALS.len(), 0x9fff - 0x4e00 + 1);
    assert!(INITIALS.bytes().all(|b| b == b'.' || b.is_ascii_lowercase()));
    // No syllable of Mandarin begins with these.
    assert!(!INITIALS.contains(['i', 'u', 'v']));
}

#[test]
fn the_other_readings_are_pairs_that_add_something() {
    let pairs: Vec<char> = OTHER.chars().collect();
    for pair in pairs.chunks(2) {
        assert_eq!(other_initial(pair[0]), Some(pair[1]));
        assert_ne!(initial(pair[0]), Some(pair[1]), "{} is in the table already", pair[0]);
        assert!(initial(pair[0]).is_some(), "{}", pair[0]);
    }
}

#[test]
fn a_ticket_is_found_by_what_is_on_it() {
    let mut ticket = World::at(crate::visit::Stage::Accepted).ticket();
    ticket.number = Some("20261122031".into());
    ticket.provisional = Some("LAB2-0007K".into());
    ticket.contact.name = "王小明".into();
    ticket.contact.phone = "139 1234 5678".into();
    ticket.contact.address = "杭州市西湖区文三路".into();
    ticket.machine.serial = "XJ-20-7781".into();
    ticket.machine.model = "暖风机".into();
    ticket.title = "不制热".into();
    let names = Names::from(&ticket);
    for typed in ["031", "lab20007k", "小明", "wxm", "5678", "xj207781", "nfj", "bzr", "文三路"]
    {
        assert!(Wanted::new(typed).rank(&names).is_some(), "{typed}");
    }
    assert_eq!(Wanted::new("wsl").rank(&names), None, "an address has no letters");
}

#[test]
fn the_words_of_one_search_may_stand_in_the_names_of_two() {
    let (ticket, engineer) =
        (Names::default().name("王小明").code("20261122031"), Names::default().name("李静"));
    for typed in ["", "031", "lj", "lj 031", "wxm 李静"] {
        assert!(Wanted::new(typed).fits(&[&ticket, &engineer]), "{typed}");
    }
    for typed in ["lj 032", "wang"] {
        assert!(!Wanted::new(typed).fits(&[&ticket, &engineer]), "{typed}");
    }
    assert!(!Wanted::new("lj").fits(&[&ticket]));
}

#[test]
fn who_types_on_finds_nothing_where_nothing_stood_before() {
    let typed = [
        "138-0013",
        "2026-1122",
        "sn-88.1042",
        "张晓",
        "zxy",
        "-8",
        "lx 300",
        "lk7q-0042x 张",
        "3 号",
    ];
    let (mut narrowed, mut accidents) = (0, 0);
    for typed in typed {
        let steps = typed.char_indices().map(|(at, c)| Wanted::new(&typed[..at + c.len_utf8()]));
        let steps: Vec<Wanted> = steps.collect();
        for (before, after) in steps.iter().zip(&steps[1..]) {
            let (old, new) = (before.fit(&repair()), after.fit(&repair()));
            accidents += u32::from(old == Fit::ByAccident && matches!(new, Fit::As(_)));
            if after.narrows(before) {
                narrowed += 1;
                assert!(old != Fit::Nowhere || new == Fit::Nowhere, "{before:?} then {after:?}");
            }
        }
    }
    assert!(narrowed > 20 && accidents > 0, "{narrowed}, {accidents}");
    assert!(!Wanted::new("-8").narrows(&Wanted::new("-")), "8 stands in more places than a dash");
    assert!(!Wanted::new("张").narrows(&Wanted::new("张晓")), "what was taken back is found again");
    assert!(Wanted::new("张").narrows(&Wanted::new("张")));
}
