//! What was expected beside what was there, with the difference marked.

use super::text::{Shown, clipped, rest};
use maud::{Markup, html};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A piece of a text, and whether the other text has it too.
type Piece = (String, bool);

/// Both texts in pieces.
///
/// Texts that have no word in common are different as a whole, and nothing in them is marked.
fn pieces(expected: &str, actual: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (old, new) = (words(expected), words(actual));
    let operations = capture_diff_slices(Algorithm::Myers, &old, &new);
    let has_letters = |words: &[&str]| words.concat().contains(char::is_alphanumeric);
    let has_common_words = operations.iter().any(|operation| {
        matches!(operation, DiffOp::Equal { .. }) && has_letters(&old[operation.old_range()])
    });
    if !has_common_words {
        return (vec![(expected.to_owned(), true)], vec![(actual.to_owned(), true)]);
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for operation in operations {
        let is_common = matches!(operation, DiffOp::Equal { .. });
        left.push((old[operation.old_range()].concat(), is_common));
        right.push((new[operation.new_range()].concat(), is_common));
    }
    for side in [&mut left, &mut right] {
        side.retain(|(text, _)| !text.is_empty());
    }
    (left, right)
}

/// A text in words and what stands between them.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut was_word = false;
    for (at, letter) in text.char_indices() {
        let is_word = letter.is_alphanumeric() || "-_.@:/+=".contains(letter);
        if at > start && !(is_word && was_word) {
            words.push(&text[start..at]);
            start = at;
        }
        was_word = is_word;
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

/// Both texts, side by side where there is room.
pub(super) fn side_by_side(expected: &str, actual: &str) -> Markup {
    let ((expected, more_expected), (actual, more_actual)) = (clipped(expected), clipped(actual));
    let (left, right) = pieces(expected, actual);
    html! {
        dl.versus {
            div.expected {
                dt { "Expected" }
                dd {
                    @for (text, is_common) in left {
                        @if is_common { (Shown(&text)) } @else {
                            del { span.aloud { "[missing: " } (Shown(&text)) span.aloud { "]" } }
                        }
                    }
                    (rest(more_expected))
                }
            }
            div.actual {
                dt { "Actual" }
                dd {
                    @for (text, is_common) in right {
                        @if is_common { (Shown(&text)) } @else {
                            ins { span.aloud { "[not expected: " } (Shown(&text)) span.aloud { "]" } }
                        }
                    }
                    (rest(more_actual))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// Pieces with what is not common in brackets.
    fn marked(pieces: &[Piece]) -> String {
        let mark = |(text, is_common): &Piece| {
            if *is_common { (*text).to_owned() } else { format!("⟦{text}⟧") }
        };
        pieces.iter().map(mark).collect()
    }

    #[rstest]
    #[case::nothing_in_common("unchanged", "softMatched", "unchanged", "softMatched")]
    #[case::brackets_are_not_in_common("[]", "[SMTP:a@b]", "[]", "[SMTP:a@b]")]
    #[case::one_more("[a@b]", "[c@d, a@b]", "[a@b]", "[⟦c@d, ⟧a@b]")]
    #[case::one_less(
        "department Sales, city Rome",
        "city Rome",
        "⟦department Sales, ⟧city Rome",
        "city Rome"
    )]
    #[case::one_word(
        "user ann is joined",
        "user bob is joined",
        "user ⟦ann⟧ is joined",
        "user ⟦bob⟧ is joined"
    )]
    #[case::letters_beyond_ascii(
        "größer als x",
        "größer wie x",
        "größer ⟦als⟧ x",
        "größer ⟦wie⟧ x"
    )]
    fn what_is_different_is_marked(
        #[case] expected: &str,
        #[case] actual: &str,
        #[case] left: &str,
        #[case] right: &str,
    ) {
        let (expected, actual) = pieces(expected, actual);
        assert_eq!((marked(&expected), marked(&actual)), (left.to_owned(), right.to_owned()));
    }

    #[rstest]
    #[case("")]
    #[case("a, b  [c]")]
    #[case(" ünder_score é")]
    fn words_are_the_whole_text(#[case] text: &str) {
        assert_eq!(words(text).concat(), text);
    }
}
