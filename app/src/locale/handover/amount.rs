//! Amounts in Chinese capital numerals (大写金额), as they stand on receipts.

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];

/// The amount of `cents` (分) in capital numerals: 壹仟贰佰叁拾肆元伍角整.
pub fn capital_amount(cents: i64) -> String {
    let sign = if cents < 0 { "负" } else { "" };
    let cents = cents.unsigned_abs();
    let (yuan, jiao, fen) = (cents / 100, cents / 10 % 10, cents % 10);
    let mut words = String::from(sign);
    if yuan > 0 || cents == 0 {
        words.push_str(&whole(yuan));
        words.push('元');
    }
    match (jiao, fen) {
        (0, 0) => words.push('整'),
        (0, fen) => {
            // A skipped place is said aloud, but nothing stands before the first digit.
            if yuan > 0 {
                words.push('零');
            }
            words.extend([digit(fen), '分']);
        }
        (jiao, 0) => words.extend([digit(jiao), '角', '整']),
        (jiao, fen) => words.extend([digit(jiao), '角', digit(fen), '分']),
    }
    words
}

/// A whole number, group of four digits by group of four digits.
fn whole(number: u64) -> String {
    if number == 0 {
        return "零".into();
    }
    let groups: Vec<u64> =
        std::iter::successors(Some(number), |rest| (rest / 10_000 > 0).then_some(rest / 10_000))
            .map(|rest| rest % 10_000)
            .collect();
    let mut words = String::new();
    let mut gap = false;
    for (place, &group) in groups.iter().enumerate().rev() {
        if group == 0 {
            gap = !words.is_empty();
            continue;
        }
        if gap || (!words.is_empty() && group < 1000) {
            words.push('零');
        }
        words.push_str(&four(group));
        words.push_str(GROUPS.get(place).copied().unwrap_or_default());
        gap = false;
    }
    words
}

/// A number below ten thousand, without a leading zero.
fn four(number: u64) -> String {
    let mut words = String::new();
    let mut gap = false;
    for (place, unit) in [1, 10, 100, 1000].into_iter().enumerate().rev() {
        match number / unit % 10 {
            0 => gap = !words.is_empty(),
            figure => {
                if gap {
                    words.push('零');
                }
                words.push(digit(figure));
                words.push_str(PLACES[place]);
                gap = false;
            }
        }
    }
    words
}

fn digit(figure: u64) -> char {
    usize::try_from(figure).ok().and_then(|figure| DIGITS.get(figure).copied()).unwrap_or('零')
}

#[cfg(test)]
mod tests {
    use super::capital_amount;

    #[test]
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
}
