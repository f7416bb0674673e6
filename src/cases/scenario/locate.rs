//! Finds where in a YAML text a field stands.
//!
//! What is wrong with a case as a whole (an unknown rule, a label used twice) is found after it
//! was read, when positions are gone. The reader puts a position on every error that a visitor
//! returns; so the way to a field's position is to read the text again and to fail there.

use crate::directory::Segment;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The line and column, counted from 1, of the place that `path` leads to, or of the nearest place
/// above it that exists.
pub(crate) fn locate(text: &str, path: &[Segment]) -> Option<(usize, usize)> {
    (0..=path.len()).rev().find_map(|length| exactly(text, &path[..length]))
}

/// The lines of a text as YAML counts them: it knows more line breaks than most.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let left = rest?;
        let breaks = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
        let Some(end) = left.find(breaks) else {
            return rest.take();
        };
        let after = &left[end..];
        let mut following = after.chars();
        following.next();
        rest = Some(after.strip_prefix("\r\n").unwrap_or(following.as_str()));
        Some(&left[..end])
    })
}

/// The line and column, counted from 1 and in characters, of a byte.
pub(super) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let (count, last) = lines(&text[..at]).fold((0, ""), |(count, _), line| (count + 1, line));
    (count, 1 + last.chars().count())
}

/// The line, counted from 1, on which the step with this index begins; `None` where there is none.
pub fn line_of_step(text: &str, index: usize) -> Option<usize> {
    exactly(text, &[Segment::Field("steps"), Segment::Index(index)]).map(|(line, _)| line)
}

/// The position of the place that `path` leads to, if it is there.
fn exactly(text: &str, path: &[Segment]) -> Option<(usize, usize)> {
    let error = Probe { path }.deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    if !error.to_string().contains(FOUND) {
        return None;
    }
    error.location().map(|location| (location.line(), location.column()))
}

/// What marks the deliberate error.
const FOUND: &str = "the place that was looked for";

struct Probe<'p> {
    path: &'p [Segment],
}

impl<'de> DeserializeSeed<'de> for Probe<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! scalars {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method<E: serde::de::Error>(self, _: $type) -> Result<(), E> { self.scalar() })*
    };
}

impl Probe<'_> {
    fn scalar<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.path.is_empty() { Err(E::custom(FOUND)) } else { Ok(()) }
    }
}

impl<'de> Visitor<'de> for Probe<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    scalars! {
        visit_bool: bool,
        visit_i64: i64,
        visit_u64: u64,
        visit_f64: f64,
        visit_str: &str,
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.scalar()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some((first, rest)) = self.path.split_first() else {
            return Err(A::Error::custom(FOUND));
        };
        let wanted = match first {
            Segment::Index(wanted) => Some(*wanted),
            Segment::Field(_) => None,
        };
        let mut index = 0;
        loop {
            let more = if Some(index) == wanted {
                seq.next_element_seed(Probe { path: rest })?.is_some()
            } else {
                seq.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((first, rest)) = self.path.split_first() else {
            return Err(A::Error::custom(FOUND));
        };
        while let Some(name) = map.next_key::<String>()? {
            match first {
                Segment::Field(wanted) if name == *wanted => {
                    map.next_value_seed(Probe { path: rest })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Segment::{Field, Index};

    const TEXT: &str =
        "title: x\nsteps:\n  - do: sync\n  - do: assignRole\n    object: {label: ann}\n";

    #[test]
    fn lines_end_where_yaml_ends_them() {
        let text = "one\ntwo\r\nthree\rfour\u{2028}five\u{85}\u{2029}";
        let all: Vec<&str> = lines(text).collect();
        assert_eq!(all, ["one", "two", "three", "four", "five", "", ""]);
        assert_eq!(line_and_column(text, text.find("ve").unwrap()), (5, 3));
        assert_eq!(line_and_column(text, 0), (1, 1));
        let scalar = "title: x\rsteps:\u{2028}  - do: sync\n";
        let place = locate(scalar, &[Field("steps"), Index(0), Field("do")]);
        assert_eq!(place, Some((3, 9)), "the reader counts as we do");
    }

    #[test]
    fn a_scalar_a_list_and_a_missing_field_are_found() {
        assert_eq!(locate(TEXT, &[Field("title")]), Some((1, 8)));
        let label = [Field("steps"), Index(1), Field("object"), Field("label")];
        assert_eq!(locate(TEXT, &label), Some((5, 21)));
        let missing = [Field("steps"), Index(1), Field("role")];
        assert_eq!(locate(TEXT, &missing), Some((4, 5)), "the step that lacks it");
    }
}
