//! The formats of the numbers people read out on the telephone (domain model 3.6).

/// Letters and digits that cannot be mistaken for each other: no I, O, 0, 1.
pub const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A ticket number: the date and a counter of three digits or more, `20240501001`.
pub fn ticket(date_digits: &str, counter: u32) -> String {
    format!("{date_digits}{counter:03}")
}

/// A customer number: `C202405150001`.
pub fn customer(date_digits: &str, counter: u32) -> String {
    format!("C{date_digits}{counter:04}")
}

/// A part request number: `PR202405010003`.
pub fn part_request(date_digits: &str, counter: u32) -> String {
    format!("PR{date_digits}{counter:04}")
}

/// A visit's number: the ticket's with the visit's sequence, `20240501001-W02`.
pub fn visit(ticket: &str, sequence: u32) -> String {
    format!("{ticket}-W{sequence:02}")
}

/// A sheet's number: the visit's with the revision, `20240501001-W01-S1`.
pub fn sheet(visit: &str, revision: u32) -> String {
    format!("{visit}-S{revision}")
}

/// A number made without a network: `L`, the device's code, a counter and a check character, `LK7Q-0042X`.
pub fn provisional(device_code: &str, counter: u32) -> String {
    let body = format!("L{device_code}-{counter:04}");
    let check = check_character(&body);
    format!("{body}{check}")
}

/// A fault label made on a device: `FK7Q00018`.
pub fn fault_label(device_code: &str, counter: u32) -> String {
    format!("F{device_code}{counter:05}")
}

/// The three-character code for the `n`th device of an organisation. Never used twice below 32,768 devices.
pub fn device_code(n: u32) -> String {
    // Multiplying by an odd number permutes the codes, so that neighbours do not look alike.
    let mut scrambled = n.wrapping_mul(20_011) % (32 * 32 * 32);
    let mut code = [0u8; 3];
    for place in code.iter_mut().rev() {
        *place = ALPHABET[(scrambled % 32) as usize];
        scrambled /= 32;
    }
    let mut text: String = code.iter().map(|&byte| byte as char).collect();
    if n >= 32 * 32 * 32 {
        text.push_str(&(n / (32 * 32 * 32)).to_string());
    }
    text
}

/// Catches one wrong or two swapped neighbouring characters.
fn check_character(body: &str) -> char {
    let sum: u32 = (1u32..).zip(body.bytes()).map(|(place, byte)| place * u32::from(byte)).sum();
    ALPHABET[(sum % 31) as usize] as char
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_number_is_the_date_and_at_least_three_digits() {
        assert_eq!(ticket("20240501", 1), "20240501001");
        assert_eq!(ticket("20240501", 1000), "202405011000");
    }

    #[test]
    fn device_codes_differ_for_the_first_thirty_two_thousand_devices() {
        let codes: std::collections::BTreeSet<String> = (0..40_000).map(device_code).collect();
        assert_eq!(codes.len(), 40_000);
    }

    #[test]
    fn a_provisional_number_shows_a_misread_character() {
        let right = provisional("K7Q", 42);
        assert!(right.starts_with("LK7Q-0042"), "{right}");
        for wrong in ["LK7Q-0043", "LK7Q-0024", "LK7P-0042", "LK7Q-4002"] {
            assert_ne!(check_character(wrong), right.chars().last().unwrap(), "{wrong}");
        }
    }
}
