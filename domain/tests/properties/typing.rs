//! A search narrowed letter by letter finds what one begun anew finds.

use domain::search::{Names, Trail, Wanted};

use crate::dice::Dice;

/// Letters that make endings, accidents, wide forms, other readings and words of their own likely.
const LETTERS: &[char] = &[
    '张', '曾', '重', '庆', 'z', 'Z', 's', 'c', 'q', '1', '2', '0', '8', '-', '.', ' ', 'Ｌ', '０',
    '号',
];

fn text(dice: &mut Dice, length: u64) -> String {
    let length = dice.between(1, length);
    (0..length).filter_map(|_| dice.pick(LETTERS)).collect()
}

fn thing(dice: &mut Dice) -> Names {
    let names = Names::default().code(&text(dice, 9)).phone(&text(dice, 11));
    names.name(&text(dice, 4)).words(&text(dice, 6)).text(&text(dice, 9))
}

/// The next thing a hand does to what stands in the field.
fn typed_on(dice: &mut Dice, typed: &str) -> String {
    let mut letters: Vec<char> = typed.chars().collect();
    match dice.below(10) {
        0..=5 => letters.extend(dice.pick(LETTERS)),
        6 | 7 => drop(letters.pop()),
        8 => letters.insert(dice.place(letters.len() + 1), LETTERS[dice.place(LETTERS.len())]),
        _ => letters.clear(),
    }
    letters.into_iter().collect()
}

#[test]
fn a_search_narrowed_letter_by_letter_finds_what_one_begun_anew_finds() {
    let (mut found, mut narrowed) = (0, 0);
    for seed in 0..60 {
        let mut dice = Dice::new(seed, 7);
        let things: Vec<Names> = (0..40).map(|_| thing(&mut dice)).collect();
        let (mut trail, mut typed) = (Trail::default(), String::new());
        for _ in 0..120 {
            let before = Wanted::new(&typed);
            typed = typed_on(&mut dice, &typed);
            let wanted = Wanted::new(&typed);
            let looked = std::cell::Cell::new(0);
            let places = trail.places(&wanted, things.len(), |place| {
                looked.set(looked.get() + 1);
                things.get(place)
            });
            let anew = things.iter().enumerate();
            let anew: Vec<_> = anew.filter_map(|(n, it)| Some((wanted.rank(it)?, n))).collect();
            assert_eq!(places, anew, "seed {seed}: “{typed}” after {before:?}");
            found += places.len();
            narrowed += usize::from(looked.get() < things.len());
        }
    }
    assert!(found > 1_000 && narrowed > 1_000, "{found} found, {narrowed} narrowed");
}
