//! Text from outside, in which nothing is hidden.

/// Control characters, those that change the direction of writing, those without a width, and those
/// that XML has no place for.
pub(super) fn is_unseen(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{fffe}'
        | '\u{ffff}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        letter => letter.is_control(),
    }
}

/// A text in which what cannot be seen, or would turn the letters around, is shown by its number.
pub fn legible(text: &str) -> String {
    let mut legible = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_unseen(letter) {
            legible.extend(letter.escape_unicode());
        } else {
            legible.push(letter);
        }
    }
    legible
}
