//! Codes that people read off paper or a screen and type: short, without look-alikes.

use sha2::{Digest, Sha256};

use crate::error::Error;

/// No 0 and O, no 1, I and L, no 2 and Z, no 5 and S, no 8 and B.
const LETTERS: &[u8; 25] = b"34679ACDEFGHJKMNPQRTUVWXY";

/// How the letters are grouped on paper.
const GROUP: usize = 5;

/// A new code of so many letters: each is worth 4.6 bits.
///
/// # Errors
/// Where the system gives no random bytes.
pub fn random(letters: usize) -> Result<String, Error> {
    let mut code = String::new();
    while code.len() < letters {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        // Ten times 25 fits into a byte; what is beyond would make some letters more likely.
        let fair = bytes.into_iter().filter(|byte| *byte < 250);
        code.extend(fair.map(|byte| char::from(LETTERS[usize::from(byte % 25)])));
    }
    code.truncate(letters);
    Ok(code)
}

/// The code as it is kept in mind: without the dashes and spaces people type, also from a Chinese keyboard.
pub fn plain(typed: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    let letters = typed.chars().map(narrow).filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_uppercase()).take(64).collect()
}

/// The code as it is written: `ACDEF-GHJKM`.
pub fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// Whether two codes are the same, in a time that does not tell how far they agree.
pub fn same(one: &str, other: &str) -> bool {
    Sha256::digest(one.as_bytes()) == Sha256::digest(other.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_no_letters_that_look_alike_and_never_comes_twice() {
        let codes: std::collections::BTreeSet<String> =
            (0..500).map(|_| random(10).unwrap()).collect();
        assert_eq!(codes.len(), 500);
        for code in &codes {
            assert_eq!(code.len(), 10);
            assert!(
                !code.contains(['0', 'O', '1', 'I', 'L', '2', 'Z', '5', 'S', '8', 'B']),
                "{code}"
            );
        }
        let all: String = codes.into_iter().collect();
        assert!(LETTERS.iter().all(|letter| all.contains(char::from(*letter))));
    }

    #[test]
    fn it_is_understood_however_it_is_typed() {
        for typed in ["acdef-ghjkm", " ACDEF GHJKM\n", "ＡＣＤＥＦ－ＧＨＪＫＭ", "a c d e f.ghjkm"]
        {
            assert_eq!(plain(typed), "ACDEFGHJKM");
        }
        assert_eq!(plain(&grouped("ACDEFGHJKM")), "ACDEFGHJKM");
        assert_eq!(grouped("ACDEFGHJKM"), "ACDEF-GHJKM");
    }

    #[test]
    fn only_the_same_code_is_the_same() {
        assert!(same("ACDEF", "ACDEF"));
        assert!(!same("ACDEF", "ACDEG") && !same("ACDEF", "") && !same("", "A"));
    }
}
