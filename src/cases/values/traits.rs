//! What is unusual about the form of a value.

use serde::{Deserialize, Serialize};

/// Something unusual about the form of a value. Of a minimal example it is what matters about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum FormTrait {
    /// It has so many characters, which are more than usual.
    Characters(usize),
    /// It begins or ends with a space.
    SpacesAtTheEnds,
    /// It has line breaks or tabs.
    SeveralLines,
    /// It is a number that begins with 0.
    LeadingZeros,
    /// It has characters beyond ASCII.
    BeyondAscii,
    /// It has characters beyond the first 65,536.
    BeyondBmp,
}

impl FormTrait {
    /// What is unusual about a text.
    pub fn of(text: &str) -> Vec<FormTrait> {
        let count = text.chars().count();
        let is_number = text.bytes().all(|it| it.is_ascii_digit());
        let traits = [
            (count > 30, FormTrait::Characters(count)),
            (text != text.trim_matches(' '), FormTrait::SpacesAtTheEnds),
            (text.contains(['\r', '\n', '\t']), FormTrait::SeveralLines),
            (count > 1 && is_number && text.starts_with('0'), FormTrait::LeadingZeros),
            (!text.is_ascii(), FormTrait::BeyondAscii),
            (text.chars().any(|it| it > '\u{ffff}'), FormTrait::BeyondBmp),
        ];
        traits.into_iter().filter(|(is_so, _)| *is_so).map(|(_, it)| it).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::usual("Ann Berg", &[])]
    #[case::zero("0", &[])]
    #[case::zeros("0042", &[FormTrait::LeadingZeros])]
    #[case::spaces(" Ann", &[FormTrait::SpacesAtTheEnds])]
    #[case::lines("a\nb", &[FormTrait::SeveralLines])]
    #[case::face("😀", &[FormTrait::BeyondAscii, FormTrait::BeyondBmp])]
    fn what_is_unusual(#[case] text: &str, #[case] expected: &[FormTrait]) {
        assert_eq!(FormTrait::of(text), expected);
    }

    #[test]
    fn a_long_text_says_how_long() {
        assert_eq!(FormTrait::of(&"x".repeat(113)), [FormTrait::Characters(113)]);
    }
}
