//! Small values with one door each: texts of bounded length, telephone numbers, money.

use serde::{Deserialize, Serialize};

use crate::Refusal;

/// The longest line (name, title, number, serial) that is kept, in characters.
pub const LINE_CHARS_MAX: usize = 200;
/// The longest free text (description, note, solution) that is kept, in characters.
pub const TEXT_CHARS_MAX: usize = 4000;
/// The longest telephone number, or several in one line, in characters.
pub const PHONE_CHARS_MAX: usize = 40;

/// Checks a line of text that may be empty.
pub fn line(text: &str) -> Result<(), Refusal> {
    if text.chars().count() > LINE_CHARS_MAX { Err(Refusal::TextTooLong) } else { Ok(()) }
}

/// Checks a free text that may be empty.
pub fn text(text: &str) -> Result<(), Refusal> {
    if text.chars().count() > TEXT_CHARS_MAX { Err(Refusal::TextTooLong) } else { Ok(()) }
}

/// Checks a text that must say something; `why` is the refusal when it does not.
pub fn required(content: &str, why: Refusal) -> Result<(), Refusal> {
    if content.trim().is_empty() { Err(why) } else { text(content) }
}

/// Whether a person could dial this: digits with the usual separators, five digits at least.
pub fn dialable(phone: &str) -> bool {
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    digits >= 5
        && phone.chars().count() <= PHONE_CHARS_MAX
        && phone.chars().all(|c| c.is_ascii_digit() || " +-()/,;转".contains(c))
}

/// A telephone number with its middle hidden, for lists: `138****5678`.
pub fn masked_phone(phone: &str) -> String {
    let chars: Vec<char> = phone.chars().collect();
    if chars.len() < 7 {
        return "*".repeat(chars.len());
    }
    let head: String = chars[..3].iter().collect();
    let tail: String = chars[chars.len() - 4..].iter().collect();
    format!("{head}****{tail}")
}

/// An amount of money in cents (分). Never a float.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(pub i64);

/// The largest amount one line may name, in cents: ten million yuan.
pub const MONEY_CENTS_MAX: i64 = 1_000_000_000;

impl Money {
    /// Whether the amount is one a service sheet may carry.
    pub const fn plausible(self) -> bool {
        self.0 >= 0 && self.0 <= MONEY_CENTS_MAX
    }

    /// The sum, without overflow.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The amount `quantity` times, without overflow.
    pub const fn times(self, quantity: i64) -> Self {
        Self(self.0.saturating_mul(quantity))
    }

    /// Plain decimal notation with two places and thousands separators, without a currency sign: `1,234.50`.
    pub fn decimal(self) -> String {
        let cents = self.0.unsigned_abs();
        let yuan = (cents / 100).to_string();
        let mut grouped = String::new();
        for (place, digit) in yuan.chars().enumerate() {
            if place > 0 && (yuan.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{}{grouped}.{:02}", if self.0 < 0 { "-" } else { "" }, cents % 100)
    }
}

/// The language of a person, a sheet or a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Language {
    /// Chinese as written in mainland China, the default.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}
