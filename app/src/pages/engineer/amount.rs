//! Amounts of money as people type them.

use domain::values::Money;

/// Reads `12`, `12.5`, `1,234.50` or `￥12`; nothing is zero. `None` for what is no amount.
pub fn parse(typed: &str) -> Option<Money> {
    let plain: String =
        typed.chars().filter(|c| !c.is_whitespace() && !",，¥￥".contains(*c)).collect();
    if plain.is_empty() {
        return Some(Money(0));
    }
    let plain = plain.replace('。', ".");
    let (yuan, cents) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if !digits(yuan) || !digits(cents) || cents.len() > 2 || yuan.len() > 9 {
        return None;
    }
    let yuan: i64 = if yuan.is_empty() { 0 } else { yuan.parse().ok()? };
    let cents: i64 = format!("{cents:0<2}").parse().ok()?;
    Some(Money(yuan * 100 + cents))
}

/// The amount as a field shows it: `12.50`, and nothing for zero.
pub fn typed(money: Money) -> String {
    if money == Money(0) { String::new() } else { money.decimal().replace(',', "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (typed, cents) in [
            ("", 0),
            ("12", 1200),
            ("12.5", 1250),
            ("1,234.50", 123_450),
            ("￥ 8", 800),
            (".5", 50),
        ] {
            assert_eq!(parse(typed), Some(Money(cents)), "{typed}");
        }
        for wrong in ["-1", "12.345", "abc", "1.2.3", "9999999999"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_a_field_shows_is_read_back() {
        for cents in [0, 5, 1200, 123_450] {
            assert_eq!(parse(&typed(Money(cents))), Some(Money(cents)));
        }
    }
}
