//! Values of attributes, and passwords: whatever people write, and what programs make of it.

use crate::cases::vocabulary::{ATTRIBUTES, PASSWORDS};
use crate::directory::Text;

/// What values look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextForm {
    /// Short words.
    Plain,
    /// One character.
    OneCharacter,
    /// As long as may be, different only at the end.
    Long,
    /// Spaces at either end.
    Spaces,
    /// Several lines, and tabs.
    Lines,
    /// Digits, which differ in leading zeros only.
    Digits,
    /// Texts that differ in letter case only, or that some languages take for such.
    LetterCase,
    /// Texts that look alike and are written with other characters.
    Composed,
    /// Other scripts.
    Scripts,
    /// Characters beyond the first 65,536.
    BeyondBmp,
    /// Words that mean something to programs.
    Words,
    /// Values of other fields.
    Borrowed,
    /// All of this at once.
    Everything,
}

const LETTER_CASE: [&str; 12] = [
    "istanbul",
    "ISTANBUL",
    "Strasse",
    "STRASSE",
    "Straße",
    "STRAßE",
    "İSTANBUL",
    "ıstanbul",
    "Σίσυφος",
    "ΣΊΣΥΦΟΣ",
    "ǆ",
    "ǅ",
];

const COMPOSED: [&str; 10] = [
    "Ren\u{e9}",
    "Rene\u{301}",
    "\u{c5}se",
    "A\u{30a}se",
    "\u{212b}se",
    "of\u{fb01}ce",
    "office",
    "o\u{ff46}fice",
    "off\u{200b}ice",
    "of\u{ad}fice",
];

const SCRIPTS: [&str; 8] = ["Анна", "安娜·李", "آنا", "Άννα", "אנה", "アンナ", "अन्ना", "Аnnа"];

const BEYOND_BMP: [&str; 6] = ["😀", "𝒜nn", "👩‍👩‍👧", "𠮷田", "🇳🇴", "👍🏽"];

const WORDS: [&str; 16] = [
    "null",
    "NULL",
    "0",
    "false",
    "true",
    "None",
    "undefined",
    "NaN",
    "[]",
    "{}",
    "-",
    "1e3",
    "\"",
    "\\",
    "'; --",
    "<b>&amp;%s${x}",
];

impl TextForm {
    pub(super) const ALL: &'static [TextForm] = &[
        TextForm::Plain,
        TextForm::OneCharacter,
        TextForm::Long,
        TextForm::Spaces,
        TextForm::Lines,
        TextForm::Digits,
        TextForm::LetterCase,
        TextForm::Composed,
        TextForm::Scripts,
        TextForm::BeyondBmp,
        TextForm::Words,
        TextForm::Borrowed,
        TextForm::Everything,
    ];

    /// What stands for `old`, the text with this number: it itself where it has this form already.
    pub(super) fn instead_of(
        self,
        old: &str,
        number: usize,
        longest: usize,
        others: &[Text],
    ) -> String {
        let mut plain = ATTRIBUTES.iter().flat_map(|(_, values)| values).chain(&PASSWORDS);
        if self == TextForm::Plain && plain.any(|plain| *plain == old) {
            return old.to_owned();
        }
        self.text(number, longest, others)
    }

    /// The text with this number, of at most so many characters; two numbers never give the same.
    /// `others` are the values of other fields.
    fn text(self, number: usize, longest: usize, others: &[Text]) -> String {
        let of = |list: &[&str]| again(list[number % list.len()], number / list.len());
        match self {
            TextForm::Plain => format!("Value {}", number + 1),
            TextForm::OneCharacter => {
                let characters = b"iIaAbBcCdDeEfFgGhHjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ0123456789";
                let character = char::from(characters[number % characters.len()]);
                again(&character.to_string(), number / characters.len())
            }
            TextForm::Long => {
                let end = format!("{number:03}");
                let words = "Vice President of Everything ".chars().cycle();
                words.take(longest - end.len()).chain(end.chars()).collect()
            }
            TextForm::Spaces => {
                let (before, after) = (number.div_ceil(2), (number + 1).div_ceil(2));
                format!("{}Ann Berg{}", " ".repeat(before), " ".repeat(after))
            }
            TextForm::Lines => format!("Main Street 1\r\n\tOslo{}", "\n".repeat(number)),
            TextForm::Digits => format!("{}42", "0".repeat(number + 1)),
            TextForm::LetterCase => of(&LETTER_CASE),
            TextForm::Composed => of(&COMPOSED),
            TextForm::Scripts => of(&SCRIPTS),
            TextForm::BeyondBmp => of(&BEYOND_BMP),
            TextForm::Words => of(&WORDS),
            TextForm::Borrowed => match others.get(number) {
                Some(value) if value.chars().count() <= longest => value.to_string(),
                _ => format!("Value {}", number + 1),
            },
            TextForm::Everything => {
                let words = " Straße\tRene\u{301} İ 😀 Анна\n007 ".chars().cycle();
                let end = format!("{number:03}  ");
                words.take(longest - end.len()).chain(end.chars()).collect()
            }
        }
    }
}

/// A text, and for each time that it has been used already one word more.
fn again(text: &str, times: usize) -> String {
    if times == 0 { text.to_owned() } else { format!("{text} {}", times + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_texts_are_the_same_and_none_is_empty_or_too_long() {
        let others = ["ann@contoso.com".into(), "QUFB".into()];
        for form in TextForm::ALL {
            let mut texts = BTreeSet::new();
            for number in 0..40 {
                let text = form.text(number, 64, &others);
                assert!((1..=64).contains(&text.chars().count()), "{form:?}: {text:?}");
                assert!(texts.insert(text.clone()), "{form:?}: {text:?}");
            }
        }
    }
}
