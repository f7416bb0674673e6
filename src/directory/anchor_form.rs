//! What anchors look like.

use super::Text;
use super::words::words;

words! {
    /// What the anchors of an implementation look like. Those of every case are sent in this form.
    #[derive(Default)]
    #[non_exhaustive]
    pub enum AnchorForm {
        /// 16 bytes in base64.
        Base64 = "base64",
        /// A UUID, which is the same in capitals and in small letters.
        Uuid = "uuid",
        /// Any text, as the cases have it.
        #[default]
        Text = "text",
    }
}

impl AnchorForm {
    /// Whether anchors are what cases have.
    pub(crate) fn is_text(&self) -> bool {
        *self == AnchorForm::Text
    }

    /// The anchor in this form: for two that are different, two that are different.
    ///
    /// ```
    /// use entra_conformance::directory::AnchorForm;
    /// assert_eq!(&*AnchorForm::Text.spelt(&"QUFB".into()), "QUFB");
    /// assert_eq!(AnchorForm::Base64.spelt(&"QUFB".into()).len(), 24);
    /// assert_eq!(AnchorForm::Uuid.spelt(&"QUFB".into()).len(), 36);
    /// ```
    pub fn spelt(self, anchor: &Text) -> Text {
        let hash = hash_of(anchor);
        match self {
            AnchorForm::Text => anchor.clone(),
            AnchorForm::Base64 => base64(hash).into(),
            AnchorForm::Uuid => {
                let digits = format!("{hash:032x}");
                let parts =
                    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
                parts.join("-").into()
            }
        }
    }
}

/// FNV-1a with 128 bits.
fn hash_of(text: &str) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    text.bytes().fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

/// 16 bytes make 21 letters, a last one of two bits, and two marks.
fn base64(bytes: u128) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |six_bits: u128| char::from(LETTERS[(six_bits & 63) as usize]);
    let all = (0..21).map(|at| letter(bytes >> (122 - 6 * at)));
    all.chain([letter(bytes << 4), '=', '=']).collect()
}
