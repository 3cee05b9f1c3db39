//! Titles made of what was described.

/// The beginning of what was typed, for a title: as wide as `chars` Chinese characters, and no word cut in two.
pub fn beginning(text: &str, chars: usize) -> &str {
    let mut width = 0;
    let end = text.char_indices().find(|(_, char)| {
        width += if char.is_ascii() { 1 } else { 2 };
        width > 2 * chars
    });
    let Some((end, next)) = end else { return text };
    let begun = &text[..end];
    let in_word =
        next.is_ascii_alphanumeric() && begun.ends_with(|it: char| it.is_ascii_alphanumeric());
    let whole = if in_word { begun.rfind(' ') } else { None };
    begun[..whole.unwrap_or(end)].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_begins_as_the_description_and_cuts_no_word() {
        for (text, title) in [
            ("不制冷，有异响", "不制冷，"),
            ("no ice", "no ice"),
            ("leaks water", "leaks"),
            ("unbreakable", "unbreaka"),
            ("坏了 again", "坏了"),
        ] {
            assert_eq!(beginning(text, 4), title, "{text}");
        }
    }
}
