//! The reader, against serde_json's own.

use std::{collections::BTreeMap, fmt::Debug};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};

use super::read;

#[derive(Debug, PartialEq, Deserialize)]
struct Inner {
    number: i64,
    #[serde(default)]
    word: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Id(u64);

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Plain,
    One(Inner),
    Two(Id, Inner),
    Named { inner: Inner, flag: bool },
}

#[derive(Debug, PartialEq, Deserialize)]
struct Everything {
    id: Id,
    list: Vec<Inner>,
    map: BTreeMap<String, Inner>,
    choices: Vec<Choice>,
    pair: (f64, Inner),
    maybe: Option<Box<Inner>>,
    any: Value,
}

const EVERYTHING: &str = r#"{
    "id": 7, "unknown": {"a": [1, {"b": null}]}, "pair": [-1.5, {"number": 1}],
    "list": [{"number": -1}, {"number": 2, "word": "zwei \u4e8c \n"}, {"word": null, "number": 3}],
    "map": {"a": {"number": 4}, "b": {"word": "w", "number": 5}}, "maybe": {"number": 6},
    "choices": ["plain", {"one": {"number": 7}}, {"two": [8, {"number": 9}]},
        {"named": {"flag": true, "inner": {"number": 10}, "more": 1}}],
    "any": {"z": [null, true, -1, 1.5, "text", 18446744073709551615], "a": {"b": {}}}
}"#;

fn same<T: DeserializeOwned + PartialEq + Debug>(text: &str) {
    let theirs = serde_json::from_str::<T>(text).unwrap();
    assert_eq!(read::<T>(text).unwrap(), theirs);
}

#[test]
fn all_shapes_are_read_as_serde_json_reads_them() {
    same::<Everything>(EVERYTHING);
    same::<Value>(EVERYTHING);
    same::<Option<Inner>>("null");
    same::<Option<Inner>>(r#"{"number":1}"#);
    same::<Choice>("\"plain\"");
}

#[test]
fn a_part_can_stay_unread() {
    #[derive(Deserialize)]
    struct Around<'a> {
        #[serde(borrow)]
        body: &'a RawValue,
        owned: Box<RawValue>,
    }
    let around: Around<'_> = read(r#"{"body": {"x":[1, 2]}, "owned": ["y" ]}"#).unwrap();
    assert_eq!((around.body.get(), around.owned.get()), (r#"{"x":[1, 2]}"#, r#"["y" ]"#));
}

#[test]
fn what_is_wrong_is_refused() {
    for wrong in ["", "{", "nul", r#"{"number":1} 2"#, r#"{"number":"1"}"#, "{}", "7", "[]"] {
        assert!(serde_json::from_str::<Inner>(wrong).is_err(), "{wrong}");
        assert!(read::<Inner>(wrong).is_err(), "{wrong}");
    }
    for wrong in ["\"one\"", "\"named\"", r#"{"plain":1}"#, r#"{"two":[8]}"#, "\"else\"", "{}"] {
        assert!(serde_json::from_str::<Choice>(wrong).is_err(), "{wrong}");
        assert!(read::<Choice>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_struct_is_an_object_and_never_a_list() {
    assert!(serde_json::from_str::<Inner>(r#"[1, "word"]"#).is_ok());
    assert!(read::<Inner>(r#"[1, "word"]"#).is_err());
    assert!(read::<Choice>(r#"{"named":[{"number":1},true]}"#).is_err());
}
