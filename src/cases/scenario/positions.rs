//! Where everything stands in a YAML text, and whether there is no more of it than a case needs.
//!
//! What is wrong with a case as a whole (an unknown rule, a label used twice) is found after it
//! was read, when positions are gone. So a parser that tells them goes over the text first. It also
//! refuses what would take time or memory out of all proportion to the text's size: lists in lists
//! beyond any sense, and aliases of aliases, which stand for far more than is written.

use crate::directory::Segment;
use saphyr_parser::{Event, Marker, Parser};
use std::collections::HashMap;

/// How many lists and mappings may be open at once. Of those in brackets the parser itself takes no
/// more than 255.
const MOST_OPEN: usize = 200;

/// Aliases may make a document so many times as large as its text.
const LARGEST_EXPANSION: usize = 4;

/// Line and column, counted from 1, and what is wrong there.
pub(super) type Mistake = (usize, usize, String);

/// A value, and where it begins.
pub(super) struct Positions<'t> {
    text: &'t str,
    /// Nothing, where the text has no value.
    root: Option<Node>,
}

struct Node {
    /// How many characters stand before it.
    at: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    /// Fields with their names; a name that is no text is empty.
    Fields(Vec<(String, Node)>),
    /// A text or another plain value, or an alias.
    Leaf,
}

/// A list or mapping whose end has not come yet.
struct Open {
    node: Node,
    /// The name of the field whose value comes next.
    name: Option<String>,
    anchor: usize,
    /// How much the text stood for before it.
    weight_before: usize,
}

impl<'t> Positions<'t> {
    /// Goes over the text.
    ///
    /// # Errors
    /// It is no YAML, or there is too much of it.
    pub(super) fn of(text: &'t str) -> Result<Positions<'t>, Mistake> {
        let mistake = |at: Marker, message: String| {
            let (line, column) = line_and_column(text, byte_of(text, at.index()));
            (line, column, message)
        };
        let mut root = None;
        let mut open: Vec<Open> = Vec::new();
        // How much the text stands for so far: written out, every value takes at least a byte.
        let mut weight = 0_usize;
        // The same for every value with an anchor.
        let mut anchored: HashMap<usize, usize> = HashMap::new();
        for event in Parser::new_from_str(text) {
            let (event, span) =
                event.map_err(|error| mistake(*error.marker(), error.info().to_owned()))?;
            let at = span.start;
            if let Event::SequenceStart(_, Some(tag))
            | Event::MappingStart(_, Some(tag))
            | Event::Scalar(_, _, _, Some(tag)) = &event
            {
                let message =
                    format!("no value here has a tag, and this one has {tag}; take it away");
                return Err(mistake(at, message));
            }
            let begun = |content, anchor| Open {
                node: Node { at: at.index(), content },
                name: None,
                anchor,
                weight_before: weight,
            };
            match event {
                Event::SequenceStart(anchor, _) => {
                    open.push(begun(Content::List(Vec::new()), anchor));
                    weight += 1;
                }
                Event::MappingStart(anchor, _) => {
                    open.push(begun(Content::Fields(Vec::new()), anchor));
                    weight += 1;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    let Some(Open { node, anchor, weight_before, .. }) = open.pop() else {
                        continue;
                    };
                    anchored.insert(anchor, weight - weight_before);
                    add(node, "", &mut open, &mut root);
                }
                Event::Scalar(value, _, anchor, _) => {
                    anchored.insert(anchor, 1 + value.len());
                    weight += 1 + value.len();
                    let node = Node { at: at.index(), content: Content::Leaf };
                    add(node, &value, &mut open, &mut root);
                }
                Event::Alias(anchor) => {
                    // What has no end yet would stand for itself over and over.
                    let stands_for = anchored.get(&anchor).copied().unwrap_or(usize::MAX);
                    weight = weight.saturating_add(stands_for);
                    let node = Node { at: at.index(), content: Content::Leaf };
                    add(node, "", &mut open, &mut root);
                }
                _ => {}
            }
            if open.len() > MOST_OPEN {
                let message = format!("more than {MOST_OPEN} lists and mappings are open here");
                return Err(mistake(at, message));
            }
            if weight > (text.len() + 1) * LARGEST_EXPANSION {
                let message = "aliases stand for too much here; write out what they stand for";
                return Err(mistake(at, message.to_owned()));
            }
        }
        Ok(Positions { text, root })
    }

    /// The line and column, counted from 1, of the place that `path` leads to, or of the nearest
    /// place above it that exists.
    pub(super) fn nearest(&self, path: &[Segment]) -> Option<(usize, usize)> {
        let mut node = self.root.as_ref()?;
        for segment in path {
            let Some(inside) = node.part(segment) else { break };
            node = inside;
        }
        Some(self.position(node))
    }

    /// The line and column of exactly this place.
    pub(super) fn exactly(&self, path: &[Segment]) -> Option<(usize, usize)> {
        let mut node = self.root.as_ref()?;
        for segment in path {
            node = node.part(segment)?;
        }
        Some(self.position(node))
    }

    fn position(&self, node: &Node) -> (usize, usize) {
        line_and_column(self.text, byte_of(self.text, node.at))
    }
}

impl Node {
    fn part(&self, segment: &Segment) -> Option<&Node> {
        match (&self.content, segment) {
            (Content::List(list), Segment::Index(index)) => list.get(*index),
            (Content::Fields(fields), Segment::Field(wanted)) => {
                fields.iter().find(|(name, _)| name == wanted).map(|(_, node)| node)
            }
            _ => None,
        }
    }
}

/// Puts a value where it belongs: it is an element, the name of a field, the value of one, or the
/// whole document.
fn add(node: Node, text: &str, open: &mut [Open], root: &mut Option<Node>) {
    match open.last_mut() {
        None => *root = Some(node),
        Some(Open { node: Node { content: Content::List(list), .. }, .. }) => list.push(node),
        Some(Open { node: Node { content: Content::Fields(fields), .. }, name, .. }) => {
            match name.take() {
                None => *name = Some(text.to_owned()),
                Some(name) => fields.push((name, node)),
            }
        }
        Some(_) => {}
    }
}

fn byte_of(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}

/// The line and column, counted from 1, of the place that `path` leads to, or of the nearest place
/// above it that exists.
pub(crate) fn locate(text: &str, path: &[Segment]) -> Option<(usize, usize)> {
    Positions::of(text).ok()?.nearest(path)
}

/// The line, counted from 1, on which the step with this index begins; `None` where there is none.
pub fn line_of_step(text: &str, index: usize) -> Option<usize> {
    let path = [Segment::Field("steps"), Segment::Index(index)];
    Positions::of(text).ok()?.exactly(&path).map(|(line, _)| line)
}

/// The lines of a text as the reader counts them: YAML knows more line breaks than most.
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
pub(crate) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let (count, last) = lines(&text[..at]).fold((0, ""), |(count, _), line| (count + 1, line));
    (count, 1 + last.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Segment::{Field, Index};
    use rstest::rstest;

    const TEXT: &str =
        "title: x\nsteps:\n  - do: sync\n  - do: assignRole\n    object: {label: ann}\n";

    #[test]
    fn lines_end_where_yaml_ends_them() {
        let text = "one\ntwo\r\nthree\rfour\u{2028}five\u{85}\u{2029}";
        let all: Vec<&str> = lines(text).collect();
        assert_eq!(all, ["one", "two", "three", "four", "five", "", ""]);
        assert_eq!(line_and_column(text, text.find("ve").unwrap()), (5, 3));
        assert_eq!(line_and_column(text, 0), (1, 1));
    }

    #[test]
    fn a_scalar_a_list_and_a_missing_field_are_found() {
        assert_eq!(locate(TEXT, &[Field("title")]), Some((1, 8)));
        let label = [Field("steps"), Index(1), Field("object"), Field("label")];
        assert_eq!(locate(TEXT, &label), Some((5, 21)));
        let missing = [Field("steps"), Index(1), Field("role")];
        assert_eq!(locate(TEXT, &missing), Some((4, 5)), "the step that lacks it");
        assert_eq!(line_of_step(TEXT, 1), Some(4));
        assert_eq!(line_of_step(TEXT, 2), None);
    }

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
    #[case::deep_enough(&format!("{}{}", "[".repeat(200), "]".repeat(200)), None)]
    #[case::too_deep(&format!("a:\n  {}", "[{a: ".repeat(300)), Some("recursion limit exceeded"))]
    #[case::too_deep_without_brackets(&"- ".repeat(600), Some("more than 200 lists"))]
    #[case::few_laughs(&laughs(1), None)]
    #[case::many_laughs(&laughs(8), Some("aliases stand for too much"))]
    #[case::behind_a_tag(&format!("!tag\n{}", laughs(8)), Some("no value here has a tag"))]
    #[case::of_itself("title: &a [*a]\n", Some("aliases stand for too much"))]
    #[case::a_long_list(&repeated(2000, 2000), Some("aliases stand for too much"))]
    fn too_much_is_refused(#[case] text: &str, #[case] expected: Option<&str>) {
        match (Positions::of(text), expected) {
            (Ok(_), None) => {}
            (Err((_, _, message)), Some(told)) => assert!(message.starts_with(told), "{message}"),
            (Ok(_), Some(told)) => panic!("not told: {told}"),
            (Err(mistake), None) => panic!("{mistake:?}"),
        }
    }
}
