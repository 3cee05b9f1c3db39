//! What pages reckon, without a screen.

#![cfg(target_arch = "wasm32")]

use app::{
    locale::handover::capital_amount,
    pages::engineer::{
        amount::{parse, typed},
        dealt::Dealt,
    },
};
use domain::{Id, ticket::Ticket, values::Money};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn amounts_read_as_on_a_receipt() {
    for (cents, words) in [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (105, "壹元零伍分"),
        (100, "壹元整"),
        (12_345, "壹佰贰拾叁元肆角伍分"),
        (10_000, "壹佰元整"),
        (100_100, "壹仟零壹元整"),
        (101_000, "壹仟零壹拾元整"),
        (1_000_000, "壹万元整"),
        (1_000_100, "壹万零壹元整"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (100_050_000, "壹佰万零伍佰元整"),
        (1_000_000_000, "壹仟万元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_000_500_000, "壹亿零伍仟元整"),
        (-150, "负壹元伍角整"),
    ] {
        assert_eq!(capital_amount(cents), words, "{cents}");
    }
}

#[wasm_bindgen_test]
fn amounts_are_read_as_people_type_them() {
    for (typed, cents) in
        [("", 0), ("12", 1200), ("12.5", 1250), ("1,234.50", 123_450), ("￥ 8", 800), (".5", 50)]
    {
        assert_eq!(parse(typed), Some(Money(cents)), "{typed}");
    }
    for wrong in ["-1", "12.345", "abc", "1.2.3", "9999999999"] {
        assert_eq!(parse(wrong), None, "{wrong}");
    }
}

#[wasm_bindgen_test]
fn what_a_field_shows_is_read_back() {
    for cents in [0, 5, 1200, 123_450] {
        assert_eq!(parse(&typed(Money(cents))), Some(Money(cents)));
    }
}

fn ids(names: &[&str]) -> Vec<Id<Ticket>> {
    names.iter().map(|name| Id::derived(name)).collect()
}

fn shown(dealt: &Dealt) -> Vec<Option<Id<Ticket>>> {
    dealt.cards().into_iter().map(|card| dealt.shown_by(card)).collect()
}

#[wasm_bindgen_test]
fn in_the_same_list_a_card_goes_where_its_ticket_goes() {
    let first = Dealt::again(None, "all".into(), &ids(&["a", "b", "c"]));
    let moved = ids(&["new", "c", "a"]);
    let then = Dealt::again(Some(&first), "all".into(), &moved);
    assert_eq!((first.cards(), then.cards()), (vec![0, 1, 2], vec![3, 2, 0]));
    assert_eq!(shown(&then), moved.into_iter().map(Some).collect::<Vec<_>>());
}

#[wasm_bindgen_test]
fn in_another_list_the_cards_keep_their_places() {
    let first = Dealt::again(None, "all".into(), &ids(&["a", "b"]));
    let found = ids(&["x", "a", "y"]);
    let then = Dealt::again(Some(&first), "all x".into(), &found);
    assert_eq!(then.cards(), [0, 1, 2]);
    assert_eq!(shown(&then), found.into_iter().map(Some).collect::<Vec<_>>());
}
