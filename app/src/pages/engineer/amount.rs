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
