//! A file by hand, in YAML.

use super::record::{Document, Record, Section, Value, section};
use super::source::{Place, Source};
use crate::cases::scenario::{FileError, check_yaml};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

/// Reads the sections `onPremises`, `cloud` and `features`.
pub(super) fn read(source: &Source) -> Result<Document, FileError> {
    check_yaml(&source.file, &source.text).map_err(|errors| {
        let first = errors.into_iter().next();
        first.unwrap_or_else(|| source.error(Place::Whole, "this is no YAML"))
    })?;
    let root = parse(source)?;
    let mut document = Document::default();
    let Some(Node { content: Content::Map(entries), .. }) = root else {
        let place = root.map_or(Place::Whole, |root| root.place);
        return Err(source.error(place, "expected `onPremises:` and `cloud:`, each with objects"));
    };
    for (name, at, node) in entries {
        let Some(what) = section(&name) else {
            let message =
                format!("unknown section `{name}`, expected `onPremises`, `cloud` or `features`");
            return Err(source.error(at, message));
        };
        let all = match node.content {
            Content::List(all) => all,
            Content::Plain(Value::Null) => Vec::new(),
            content => vec![Node { place: node.place, content }],
        };
        let mut records = Vec::new();
        for one in all {
            let Content::Map(fields) = one.content else {
                return Err(source.error(one.place, "expected an object with its properties"));
            };
            let mut record = Record { place: one.place, fields: Vec::new() };
            for (name, at, node) in fields {
                if record.fields.iter().any(|field| field.name == name) {
                    return Err(source.error(at, format!("{name} stands here twice")));
                }
                document.add(&mut record, &name, at, || node.value());
                // By hand nothing is written that is not meant.
                if document.unread.contains(&name) {
                    let message = format!(
                        "unknown property `{name}`; `docs/explain-a-user.md` has those that are read"
                    );
                    return Err(source.error(at, message));
                }
            }
            records.push(record);
        }
        document.sections.push(Section { what: Some(what), records });
    }
    Ok(document)
}

struct Node {
    place: Place,
    content: Content,
}

enum Content {
    Plain(Value),
    List(Vec<Node>),
    Map(Vec<(String, Place, Node)>),
}

impl Node {
    fn value(self) -> Value {
        match self.content {
            Content::Plain(value) => value,
            Content::List(all) => Value::List(all.into_iter().map(Node::value).collect()),
            Content::Map(all) => {
                Value::Map(all.into_iter().map(|(name, _, node)| (name, node.value())).collect())
            }
        }
    }
}

/// A list or mapping whose end has not come yet, with the name of the value that comes next.
struct Open {
    node: Node,
    name: Option<(String, Place)>,
}

fn parse(source: &Source) -> Result<Option<Node>, FileError> {
    let at = |marker: Marker| Place::At(marker.line(), marker.col() + 1);
    let mut root = None;
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(&source.text) {
        let (event, span) =
            event.map_err(|error| source.error(at(*error.marker()), error.info().to_owned()))?;
        let place = at(span.start);
        let begun = |content| Open { node: Node { place, content }, name: None };
        let done = match event {
            Event::SequenceStart(..) => {
                open.push(begun(Content::List(Vec::new())));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(begun(Content::Map(Vec::new())));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|open| open.node),
            Event::Scalar(text, style, ..) => {
                let is_name = open.last().is_some_and(|open| {
                    matches!(open.node.content, Content::Map(_)) && open.name.is_none()
                });
                if let (true, Some(open)) = (is_name, open.last_mut()) {
                    open.name = Some((text.into_owned(), place));
                    continue;
                }
                let content = Content::Plain(scalar(&text, style));
                Some(Node { place, content })
            }
            Event::Alias(_) => {
                return Err(source.error(place, "an alias; write out what it stands for"));
            }
            _ => None,
        };
        let Some(node) = done else { continue };
        match open.last_mut() {
            None => root = Some(node),
            Some(open) => match (&mut open.node.content, open.name.take()) {
                (Content::List(all), _) => all.push(node),
                (Content::Map(all), Some((name, place))) => all.push((name, place, node)),
                _ => return Err(source.error(place, "expected the name of a property")),
            },
        }
    }
    Ok(root)
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null") => Value::Null,
        (ScalarStyle::Plain, "true") => Value::Flag(true),
        (ScalarStyle::Plain, "false") => Value::Flag(false),
        _ => Value::Text(text.to_owned()),
    }
}
