//! Writings of a text that differ in letter case only.

/// The so-many-th writing of a text, each another one: the first is its own, the second has all letters
/// in the other case, and each later one another single letter.
pub(super) fn in_letter_case(text: &str, writing: usize) -> String {
    match writing {
        0 => text.to_owned(),
        1 => text.chars().map(swapped).collect(),
        _ => with_swapped_letter(text, writing - 2),
    }
}

/// The text with its so-many-th letter in the other case.
pub(super) fn with_swapped_letter(text: &str, letter: usize) -> String {
    let mut letters = text.char_indices().filter(|(_, it)| it.is_ascii_alphabetic());
    let at = letters.nth(letter).map(|(at, _)| at);
    let swap = |(place, it)| if at == Some(place) { swapped(it) } else { it };
    text.char_indices().map(swap).collect()
}

fn swapped(letter: char) -> char {
    if letter.is_ascii_lowercase() {
        letter.to_ascii_uppercase()
    } else {
        letter.to_ascii_lowercase()
    }
}
