//! Source anchors: mostly 16 bytes in base64, as Connect makes them of an `objectGUID`, and texts of
//! other attributes, which may have up to 60 characters.

use super::letters::{in_letter_case, with_swapped_letter};
use crate::cases::vocabulary::ANCHORS;

/// What anchors look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnchorForm {
    /// The vocabulary's.
    Plain,
    /// 16 bytes in base64.
    Guid,
    /// The same, different only at the end.
    AlikeAtFirst,
    /// The same, different only in `+` and `/`, and in `-` and `_`, which another alphabet has for them.
    Marks,
    /// Different only in how many `=` they end with.
    Padding,
    /// 59 letters and digits, different only at the end.
    Long,
    /// Digits, which differ in leading zeros only.
    Digits,
}

impl AnchorForm {
    pub(super) const ALL: &'static [AnchorForm] = &[
        AnchorForm::Plain,
        AnchorForm::Guid,
        AnchorForm::AlikeAtFirst,
        AnchorForm::Marks,
        AnchorForm::Padding,
        AnchorForm::Long,
        AnchorForm::Digits,
    ];

    /// The anchor with this number; two numbers never give the same, whatever the letter case.
    pub(super) fn anchor(self, number: usize) -> String {
        let digits = |length| in_base(number, b"abcdefghijklmnopqrstuvwxyz0123456789", length);
        match self {
            AnchorForm::Plain => ANCHORS
                .get(number)
                .map_or_else(|| format!("{}{number}", ANCHORS[0][0]), |both| both[0].to_owned()),
            AnchorForm::Guid => format!("{}Kq/7+Zx0Qe/Rb+mVhTdg==", digits(2)),
            AnchorForm::AlikeAtFirst => format!("q/7+Zx0Qe/Rb+mVhTKd{}Q==", digits(2)),
            AnchorForm::Marks => format!("q7Zx{}0QeRbmVhTw==", in_base(number, b"+-/_", 8)),
            AnchorForm::Padding => format!("Qk9CQk9C{}", "=".repeat(number)),
            AnchorForm::Long => {
                format!("{}{}", "S0urce4nchor".repeat(5)[..57].to_owned(), digits(2))
            }
            AnchorForm::Digits => format!("{}4711", "0".repeat(number)),
        }
    }

    /// Whether its anchors can be written in another letter case.
    pub(super) fn has_letters(self) -> bool {
        self != AnchorForm::Digits
    }

    /// The so-many-th writing of an anchor in this form, the first being its own: they differ in letter
    /// case only and are other anchors. The second one differs in all letters, or only in one near the
    /// end.
    pub(super) fn writing(self, anchor: &str, writing: usize) -> String {
        // The last letter of base64 stands for a few bits only, and not every one may be there.
        let end = anchor.find('=').map_or(anchor.len(), |at| at - 1);
        let is_late = matches!(self, AnchorForm::AlikeAtFirst | AnchorForm::Long);
        let (anchor, rest) = anchor.split_at(end);
        if is_late && writing > 0 {
            let letters = anchor.bytes().filter(u8::is_ascii_alphabetic).count();
            format!("{}{rest}", with_swapped_letter(anchor, letters.saturating_sub(writing)))
        } else {
            format!("{}{rest}", in_letter_case(anchor, writing))
        }
    }
}

/// A number in so many digits.
fn in_base(mut number: usize, digits: &[u8], length: usize) -> String {
    let mut text = vec![digits[0]; length];
    for place in text.iter_mut().rev() {
        *place = digits[number % digits.len()];
        number /= digits.len();
    }
    text.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_anchors_are_the_same_and_what_ends_like_base64_is_16_bytes() {
        for form in AnchorForm::ALL {
            let (mut anchors, mut writings) = (BTreeSet::new(), BTreeSet::new());
            for number in 0..30 {
                let anchor = form.anchor(number);
                assert!(anchors.insert(anchor.to_ascii_lowercase()), "{form:?}: {anchor}");
                let count = if form.has_letters() { 4 } else { 1 };
                for writing in (0..count).map(|writing| form.writing(&anchor, writing)) {
                    assert!(writing.eq_ignore_ascii_case(&anchor), "{form:?}: {writing}");
                    let is_padded_freely = *form == AnchorForm::Padding;
                    if let Some(letters) = writing.strip_suffix("==").filter(|_| !is_padded_freely)
                    {
                        // 22 letters of six bits, of which the last one has two to say.
                        assert_eq!(letters.len(), 22, "{form:?}: {writing}");
                        assert!(letters.ends_with(['A', 'Q', 'g', 'w']), "{form:?}: {writing}");
                    }
                    assert!(writing.len() < 60);
                    assert!(writings.insert(writing.clone()), "{form:?}: {writing}");
                }
            }
        }
    }
}
