//! Spoils good documents: cuts, repeats, splices, and puts in what readers stumble over.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::fmt;

/// What is put in: what ends texts and lines, what opens and never closes, what stands for
/// something else, numbers beyond any type, bytes that are no text.
const STUMBLING_BLOCKS: &[&[u8]] = &[
    b"\0",
    b"\xEF\xBB\xBF",
    b"\xFF",
    b"\xC3",
    b"\xED\xA0\x80",
    b"\n",
    b"\r",
    b"\t",
    b" ",
    b"\xE2\x80\xA8",
    b"\"",
    b"'",
    b"\\",
    b"\\ud800",
    b"\\u0000",
    b"{",
    b"}",
    b"[",
    b"]",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":",
    b",",
    b": ",
    b"- ",
    b"? ",
    b"# ",
    b"| ",
    b">9\n",
    b"---\n",
    b"...\n",
    b"%YAML 9.9\n",
    b"&a ",
    b"*a",
    b"<<: *a\n",
    b"!tag ",
    b"!!binary ",
    b"!!int ",
    b"~",
    b"null",
    b"true",
    b"-0",
    b"0x7fffffffffffffffffff",
    b"1e999",
    b"-1e-999",
    b".inf",
    b".nan",
    b"99999999999999999999999999999999999999999999999999",
    b"\"id\":null,",
    b"\"jsonrpc\":\"2.0\",",
];

#[derive(Clone, Debug)]
enum Change {
    CutAfter(Index),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    PutIn(Index, &'static [u8], usize),
    /// A piece of another document.
    Splice(Index, Index, Index, usize),
    Byte(Index, u8),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        1 => at().prop_map(Change::CutAfter),
        2 => (at(), 1..200_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        2 => (at(), 1..200_usize, 1..20_usize)
            .prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        6 => (at(), select(STUMBLING_BLOCKS), prop_oneof![9 => Just(1), 1 => 1..300_usize])
            .prop_map(|(at, what, times)| Change::PutIn(at, what, times)),
        2 => (at(), at(), at(), 1..200_usize)
            .prop_map(|(at, other, from, length)| Change::Splice(at, other, from, length)),
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
    ]
}

impl Change {
    fn apply(&self, document: &mut Vec<u8>, others: &[Vec<u8>]) {
        let place = |index: &Index, bytes: &[u8]| index.index(bytes.len() + 1);
        let piece = |bytes: &[u8], from: usize, length: usize| {
            bytes[from..(from + length).min(bytes.len())].to_vec()
        };
        match self {
            Change::CutAfter(at) => document.truncate(place(at, document)),
            Change::Remove(at, length) => {
                let at = place(at, document);
                document.drain(at..(at + length).min(document.len()));
            }
            Change::Repeat(at, length, times) => {
                let at = place(at, document);
                let piece = piece(document, at, *length).repeat(*times);
                document.splice(at..at, piece);
            }
            Change::PutIn(at, what, times) => {
                let at = place(at, document);
                document.splice(at..at, what.repeat(*times));
            }
            Change::Splice(at, other, from, length) => {
                let at = place(at, document);
                let other = other.get(others);
                let piece = piece(other, place(from, other), *length);
                document.splice(at..at, piece);
            }
            Change::Byte(at, byte) => {
                let at = place(at, document);
                if let Some(there) = document.get_mut(at) {
                    *there = *byte;
                }
            }
        }
    }
}

/// Bytes, shown as text.
#[derive(Clone)]
pub(crate) struct Spoiled(pub(crate) Vec<u8>);

impl fmt::Debug for Spoiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// One of these documents, spoiled; now and then nothing of any document.
pub(crate) fn spoiled(documents: Vec<Vec<u8>>) -> impl Strategy<Value = Spoiled> {
    let changed = (any::<Index>(), proptest::collection::vec(change(), 1..5)).prop_map(
        move |(index, changes)| {
            let mut document = index.get(&documents).clone();
            for change in changes {
                change.apply(&mut document, &documents);
            }
            document
        },
    );
    prop_oneof![9 => changed, 1 => proptest::collection::vec(any::<u8>(), 0..300)].prop_map(Spoiled)
}
