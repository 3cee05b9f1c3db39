//! Finding by what people read out, type or half remember: a number, its last digits, a name, two
//! characters of it, or the first letters of its pinyin (`zs` finds 张三).
//!
//! What a thing is called is written down once ([`Names`]); a key press then looks through one string for
//! each thing and allocates nothing. Search is no rule: no row depends on it, so the table of letters may grow.

use crate::{customer::Customer, machine::Machine, part::Part, ticket::Ticket, user::User};

mod trail;

#[cfg(test)]
mod tests;

pub use trail::Trail;

/// What a thing is called, prepared for being looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Lines in small letters, each behind a mark that says what it is.
    lines: String,
}

/// What a line is. Control characters, so that nothing typed or stored can be mistaken for one.
mod mark {
    /// A number or code, letters and digits only.
    pub(super) const CODE: char = '\u{1}';
    /// A telephone number, digits only.
    pub(super) const PHONE: char = '\u{2}';
    /// A person or a company.
    pub(super) const NAME: char = '\u{3}';
    /// The first letters of a name.
    pub(super) const LETTERS: char = '\u{4}';
    /// What else is written about it.
    pub(super) const WORDS: char = '\u{5}';
    /// The first letters of those words.
    pub(super) const WORD_LETTERS: char = '\u{6}';
    pub(super) const END: char = '\u{7}';
}

/// Three digits are in nearly every telephone number; four are what people read out.
const PHONE_DIGITS_MIN: usize = 4;

/// How many other readings of one name are kept: no name has more characters that are read in two ways.
const READINGS_MAX: usize = 3;

impl Names {
    /// A number, a serial number, a part's code: found with and without its dashes.
    #[must_use]
    pub fn code(mut self, code: &str) -> Self {
        self.line(mark::CODE, squashed(code));
        self
    }

    /// A telephone number: found by four digits of it or more.
    #[must_use]
    pub fn phone(mut self, phone: &str) -> Self {
        self.line(mark::PHONE, phone.chars().map(narrow).filter(char::is_ascii_digit));
        self
    }

    /// Who or what it is: found by any part of it, and by the first letters of its pinyin.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.line(mark::NAME, plain(name));
        self.letters(mark::LETTERS, name);
        self
    }

    /// What is said about it: found the same way, but behind those who bear the name.
    #[must_use]
    pub fn words(mut self, words: &str) -> Self {
        self.line(mark::WORDS, plain(words));
        self.letters(mark::WORD_LETTERS, words);
        self
    }

    /// Long text: found by any part of it. Its letters would be found by accident.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.line(mark::WORDS, plain(text));
        self
    }

    fn line(&mut self, kind: char, text: impl Iterator<Item = char>) {
        let before = self.lines.len();
        self.lines.push(kind);
        self.lines.extend(text);
        if self.lines.len() == before + kind.len_utf8() {
            self.lines.truncate(before);
        } else {
            self.lines.push(mark::END);
        }
    }

    /// The first letters in the usual reading, and with one character at a time in its other reading.
    fn letters(&mut self, kind: char, text: &str) {
        let chinese = |c: char| initial(c).is_some();
        if !text.chars().any(chinese) {
            return;
        }
        self.line(kind, text.chars().filter_map(|c| initial(c).or_else(|| latin(c))));
        let twofold = text.char_indices().filter(|(_, c)| other_initial(*c).is_some());
        for (place, _) in twofold.take(READINGS_MAX) {
            let letter = |(at, c): (usize, char)| {
                let other = if at == place { other_initial(c) } else { None };
                other.or_else(|| initial(c)).or_else(|| latin(c))
            };
            self.line(kind, text.char_indices().filter_map(letter));
        }
    }
}

impl From<&Ticket> for Names {
    fn from(ticket: &Ticket) -> Names {
        Names::default()
            .code(ticket.number.as_deref().unwrap_or_default())
            .code(ticket.provisional.as_deref().unwrap_or_default())
            .code(&ticket.machine.serial)
            .phone(&ticket.contact.phone)
            .name(&ticket.contact.name)
            .name(&ticket.contact.company)
            .words(&ticket.machine.model)
            .words(&ticket.title)
            .text(&ticket.contact.address)
    }
}

impl From<&Customer> for Names {
    fn from(customer: &Customer) -> Names {
        Names::default()
            .code(customer.number.as_deref().unwrap_or_default())
            .phone(&customer.phone)
            .name(&customer.name)
            .name(&customer.company)
            .text(&customer.address)
    }
}

impl From<&Machine> for Names {
    fn from(machine: &Machine) -> Names {
        Names::default().code(&machine.serial).words(&machine.model)
    }
}

impl From<&Part> for Names {
    fn from(part: &Part) -> Names {
        Names::default().code(&part.code).name(&part.name).words(&part.model)
    }
}

impl From<&User> for Names {
    fn from(user: &User) -> Names {
        Names::default().name(&user.name).phone(&user.phone)
    }
}

/// How well something fits what was typed; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The whole number.
    Number,
    /// The last characters of a number, as people read them out.
    Ending,
    /// The beginning of a number or name.
    Beginning,
    /// Somewhere in a number or name.
    Within,
    /// In what is said about it.
    Said,
}

/// What was found of something typed; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    As(Rank),
    /// All of it stands there, but means nothing: three digits of a telephone number. Four may.
    ByAccident,
    Nowhere,
}

/// What somebody typed, taken apart once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    words: Vec<Word>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    plain: String,
    /// The same without dashes and dots, where that makes a difference.
    squashed: Option<String>,
}

impl Wanted {
    /// Words are separated by spaces; all of them must fit.
    pub fn new(typed: &str) -> Wanted {
        let typed: String = plain(typed).collect();
        let word = |word: &str| {
            let bare: String = squashed(word).collect();
            let squashed = (bare != word && !bare.is_empty()).then_some(bare);
            Word { plain: word.to_owned(), squashed }
        };
        Wanted { words: typed.split_whitespace().map(word).collect() }
    }

    /// Nothing was typed; everything fits, and nothing better than the rest.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well this fits, if it does: as well as the word that fits worst.
    pub fn rank(&self, names: &Names) -> Option<Rank> {
        match self.fit(names) {
            Fit::As(rank) => Some(rank),
            Fit::ByAccident | Fit::Nowhere => None,
        }
    }

    /// The same, and whether more letters could make it fit.
    pub fn fit(&self, names: &Names) -> Fit {
        let mut worst = Fit::As(Rank::Number);
        for word in &self.words {
            worst = worst.max(word.fit(names));
            if worst == Fit::Nowhere {
                break;
            }
        }
        worst
    }

    /// Whether this is what was typed before with more behind it, and so stands nowhere where that did not.
    pub fn narrows(&self, before: &Wanted) -> bool {
        before.words.len() <= self.words.len()
            && before.words.iter().zip(&self.words).all(|(old, new)| new.begins_with(old))
    }

    /// Whether each word stands in one of these: `li 海淀` in a person's name and a ticket's address.
    pub fn fits(&self, names: &[&Names]) -> bool {
        self.words
            .iter()
            .all(|word| names.iter().any(|names| matches!(word.fit(names), Fit::As(_))))
    }
}

impl Word {
    fn fit(&self, names: &Names) -> Fit {
        let fit = best(&names.lines, &self.plain);
        self.squashed.as_deref().map_or(fit, |bare| fit.min(best(&names.lines, bare)))
    }

    /// In both ways in which it is looked for. A lone dash is looked for in one only.
    fn begins_with(&self, old: &Word) -> bool {
        let bare = |word: &Word| word.squashed.clone().unwrap_or_else(|| word.plain.clone());
        let (old_bare, alone) = (bare(old), old.plain.chars().all(|c| !c.is_alphanumeric()));
        !alone && self.plain.starts_with(&old.plain) && bare(self).starts_with(&old_bare)
    }
}

/// The best place in which the word stands.
fn best(lines: &str, word: &str) -> Fit {
    let mut best = Fit::Nowhere;
    // One character is looked for much faster than a text: no table is made for each of thousands of names.
    let Some(first) = word.chars().next() else { return best };
    for (at, _) in lines.match_indices(first) {
        if !lines.as_bytes()[at..].starts_with(word.as_bytes()) {
            continue;
        }
        best = best.min(place(lines, word, at).map_or(Fit::ByAccident, Fit::As));
        if best == Fit::As(Rank::Number) {
            break;
        }
    }
    best
}

/// What it means that the word stands here; `None` where it stands by accident.
fn place(lines: &str, word: &str, at: usize) -> Option<Rank> {
    let (before, after) = lines.as_bytes().split_at(at);
    // Marks are single bytes that are part of no character.
    let begin = before.iter().rposition(|byte| char::from(*byte) < mark::END)?;
    let first = begin + 1 == at;
    let last = after.get(word.len()).is_some_and(|byte| char::from(*byte) == mark::END);
    let enough = |length: usize| word.len() >= length;
    match char::from(before[begin]) {
        mark::CODE if first && last => Some(Rank::Number),
        mark::CODE | mark::PHONE if last && enough(PHONE_DIGITS_MIN) => Some(Rank::Ending),
        mark::PHONE if !enough(PHONE_DIGITS_MIN) => None,
        mark::NAME | mark::LETTERS | mark::CODE | mark::PHONE if first => Some(Rank::Beginning),
        mark::NAME | mark::CODE | mark::PHONE => Some(Rank::Within),
        mark::LETTERS if enough(2) => Some(Rank::Within),
        mark::WORDS => Some(Rank::Said),
        mark::WORD_LETTERS if enough(2) => Some(Rank::Said),
        _ => None,
    }
}

/// In small letters, with the wide letters and digits of Chinese keyboards made narrow.
fn plain(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(narrow).flat_map(char::to_lowercase).filter(|c| !c.is_control())
}

/// Letters and digits only.
fn squashed(text: &str) -> impl Iterator<Item = char> {
    plain(text).filter(|c| c.is_alphanumeric())
}

fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xff01 + u32::from('!')).unwrap_or(c)
        }
        c => c,
    }
}

/// A letter or digit that stands for itself among first letters: 3号楼 is `3hl`.
fn latin(c: char) -> Option<char> {
    let c = narrow(c).to_ascii_lowercase();
    c.is_ascii_alphanumeric().then_some(c)
}

/// One letter for each character from U+4E00 to U+9FFF, a dot where it has no reading: the first letter of its
/// usual Mandarin reading, after the open collection pinyin-data (MIT), which follows Unicode's Unihan.
const INITIALS: &str = include_str!("search/initials.txt");

/// The first letter of a Chinese character's pinyin.
pub fn initial(c: char) -> Option<char> {
    let place = u32::from(c).checked_sub(0x4e00)?;
    let letter = *INITIALS.as_bytes().get(usize::try_from(place).ok()?)?;
    letter.is_ascii_lowercase().then_some(char::from(letter))
}

/// Characters that are read with another letter in surnames, places or words one meets at work. The table
/// above has the other one.
const OTHER: &str = "单s曾z解x仇q查z翟z乐y尉y万m重c长c行h区o秘b召s种c厦x朝z调t传z弹t会k藏z校j贾g覃q晟s谌s澹t宓f郗c郇x佴n乾g降x折s参s";

fn other_initial(c: char) -> Option<char> {
    if !('\u{4e00}'..='\u{9fff}').contains(&c) {
        return None;
    }
    let (_, rest) = OTHER.split_once(c)?;
    rest.chars().next()
}
