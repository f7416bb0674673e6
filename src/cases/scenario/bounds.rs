//! Refuses texts that would take time or memory out of all proportion to their size.
//!
//! Three things do so, and no case needs them: lists in lists beyond any sense, for which the YAML
//! scanner takes time that grows with their square; aliases of aliases, which stand for far more
//! than is written; and sheer size.

use super::locate::line_and_column;
use serde::Deserializer;
use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use std::fmt;

/// How large a file may be, in bytes. The suite's largest scenario has less than a hundredth.
pub const MAXIMUM_FILE_BYTES: usize = 1024 * 1024;

/// How many brackets may be open at once.
const MOST_OPEN: usize = 500;

/// Aliases may make a document so many times as large as its text.
const LARGEST_EXPANSION: usize = 4;

/// What a text has too much of: line and column, and what to do.
pub(super) fn excess(text: &str) -> Option<(usize, usize, String)> {
    if text.len() > MAXIMUM_FILE_BYTES {
        return Some((0, 0, too_large()));
    }
    if let Some(at) = too_deep(text) {
        let (line, column) = line_and_column(text, at);
        return Some((line, column, format!("more than {MOST_OPEN} brackets are open here")));
    }
    expands_too_far(text)
}

/// What is said of a file that is too large.
pub(super) fn too_large() -> String {
    format!("larger than {MAXIMUM_FILE_BYTES} bytes; no case is")
}

/// Where too many brackets are open. Those in strings and comments are counted as well: whoever
/// has hundreds of unmatched ones there is no scenario either.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > MOST_OPEN {
            return Some(at);
        }
    }
    None
}

fn expands_too_far(text: &str) -> Option<(usize, usize, String)> {
    // Without both there is no alias.
    if !text.contains('&') || !text.contains('*') {
        return None;
    }
    // Written out, every value takes at least a byte.
    let mut left = text.len() * LARGEST_EXPANSION;
    let weigh = Weigh { left: &mut left };
    let error = weigh.deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    let is_too_much = error.to_string().contains(TOO_MUCH);
    is_too_much.then(|| {
        let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
        let message = "aliases stand for too much here; write out what they stand for".to_owned();
        (line, column, message)
    })
}

/// What marks the deliberate error.
const TOO_MUCH: &str = "more than may be weighed";

/// Counts values and the bytes of texts, and fails when that comes to too much.
struct Weigh<'l> {
    left: &'l mut usize,
}

impl Weigh<'_> {
    fn take<E: serde::de::Error>(self, weight: usize) -> Result<(), E> {
        *self.left = self.left.checked_sub(weight).ok_or_else(|| E::custom(TOO_MUCH))?;
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Weigh<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! scalars {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method<E: serde::de::Error>(self, _: $type) -> Result<(), E> { self.take(1) })*
    };
}

impl<'de> Visitor<'de> for Weigh<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    scalars! {
        visit_bool: bool,
        visit_i64: i64,
        visit_i128: i128,
        visit_u64: u64,
        visit_u128: u128,
        visit_f64: f64,
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.take(1)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.take(1 + text.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let left = self.left;
        Weigh { left: &mut *left }.take(1)?;
        while seq.next_element_seed(Weigh { left: &mut *left })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let left = self.left;
        Weigh { left: &mut *left }.take(1)?;
        while map.next_key_seed(Weigh { left: &mut *left })?.is_some() {
            map.next_value_seed(Weigh { left: &mut *left })?;
        }
        Ok(())
    }

    /// A value with a tag.
    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<(), A::Error> {
        let left = self.left;
        let ((), value) = data.variant_seed(Weigh { left: &mut *left })?;
        value.newtype_variant_seed(Weigh { left })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// A list, and so many lists of nine times the one before.
    fn laughs(levels: usize) -> String {
        let mut text = "l0: &l0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..=levels {
            let alias = format!("*l{}", level - 1);
            text += &format!("l{level}: &l{level} [{}]\n", [alias.as_str(); 9].join(","));
        }
        text
    }

    /// A long list, and a line that repeats it so many times.
    fn repeated(items: usize, times: usize) -> String {
        format!("- &l [{}]\n- [{}]\n", vec!["role"; items].join(","), vec!["*l"; times].join(","))
    }

    #[rstest]
    #[case::nothing("", None)]
    #[case::one_alias("- &a {label: ann}\n- *a\n", None)]
    #[case::stars_in_a_text("a: 'one * two * three & four'\n", None)]
    #[case::deep_enough(&"[".repeat(500), None)]
    #[case::too_deep(&format!("a:\n  {}", "[{a: ".repeat(300)), Some((2, 1253, "more than 500 brackets"))) ]
    #[case::few_laughs(&laughs(1), None)]
    #[case::many_laughs(&laughs(8), Some((1, 14, "aliases stand for too much")))]
    #[case::behind_a_tag(&format!("!tag\n{}", laughs(8)), Some((2, 10, "aliases stand for too much")))]
    #[case::a_long_list(&repeated(2000, 2000), Some((1, 4042, "aliases stand for too much")))]
    #[case::broken_before("a: &a [*b\n", None)]
    #[case::too_large(&" ".repeat(MAXIMUM_FILE_BYTES + 1), Some((0, 0, "larger than 1048576 bytes")))]
    fn too_much_is_told_with_its_place(
        #[case] text: &str,
        #[case] expected: Option<(usize, usize, &str)>,
    ) {
        match (excess(text), expected) {
            (None, None) => {}
            (Some((line, column, message)), Some((wanted_line, wanted_column, told))) => {
                assert!(message.starts_with(told), "{message}");
                assert_eq!((line, column), (wanted_line, wanted_column));
            }
            (seen, _) => panic!("{seen:?}"),
        }
    }
}
