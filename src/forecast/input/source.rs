//! The text of a file, in whatever encoding a shell wrote it, and the places in it.

use crate::cases::scenario::FileError;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// A file as text.
pub(super) struct Source {
    /// Its name for messages.
    pub(super) file: String,
    /// What is in it.
    pub(super) text: String,
    /// Where its lines begin.
    lines: Vec<usize>,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// The file as a whole.
    Whole,
    /// After so many bytes of its text.
    Byte(usize),
    /// Line and column, counted from 1.
    At(usize, usize),
}

/// The largest file that is read, in bytes: a hundred thousand users with their properties.
const MAXIMUM_BYTES: u64 = 256 * 1024 * 1024;

/// So many characters of a line are shown.
const SHOWN_OF_A_LINE: usize = 160;

impl Source {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Source, FileError> {
        let file = path.to_string_lossy().into_owned();
        let of_file = |message| FileError {
            file: file.clone(),
            line: 0,
            column: 0,
            message,
            text: String::new(),
        };
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|opened| opened.take(MAXIMUM_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| of_file(format!("cannot be read: {error}")))?;
        if bytes.len() as u64 > MAXIMUM_BYTES {
            let message = format!("larger than {MAXIMUM_BYTES} bytes; export it in parts");
            return Err(of_file(message));
        }
        Source::of_bytes(file, &bytes)
    }

    /// Reads what stands in a file: UTF-8 or UTF-16, with a byte order mark or without.
    pub(super) fn of_bytes(file: String, bytes: &[u8]) -> Result<Source, FileError> {
        let text = match bytes {
            [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
            [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes),
            _ => utf8(bytes),
        };
        let (text, fault) = match text {
            Ok(text) => (text, None),
            Err((text, at, message)) => (text, Some((at, message))),
        };
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        let source = Source { file, text, lines };
        match fault {
            None => Ok(source),
            Some((at, message)) => Err(source.error(Place::Byte(at), message)),
        }
    }

    /// Line and column, counted from 1; both 0 for the file as a whole.
    pub(super) fn position(&self, place: Place) -> (usize, usize) {
        match place {
            Place::Whole => (0, 0),
            Place::At(line, column) => (line, column),
            Place::Byte(at) => {
                let mut at = at.min(self.text.len());
                while !self.text.is_char_boundary(at) {
                    at -= 1;
                }
                let line = self.lines.partition_point(|begin| *begin <= at);
                let begin = self.lines[line - 1];
                (line, 1 + self.text[begin..at].chars().count())
            }
        }
    }

    /// What is wrong at a place.
    pub(super) fn error(&self, place: Place, message: impl Into<String>) -> FileError {
        let (line, column) = self.position(place);
        FileError {
            file: self.file.clone(),
            line,
            column,
            message: message.into(),
            text: self.line_text(line, column),
        }
    }

    /// A line, or its beginning where it is long.
    fn line_text(&self, line: usize, column: usize) -> String {
        let Some(&begin) = line.checked_sub(1).and_then(|line| self.lines.get(line)) else {
            return String::new();
        };
        let end = self.lines.get(line).map_or(self.text.len(), |next| next - 1);
        let whole = self.text[begin..end].trim_end_matches('\r');
        // As much as is needed to point at the column, if that is near enough.
        let shown = if column <= SHOWN_OF_A_LINE { SHOWN_OF_A_LINE } else { 0 };
        let mut text: String = whole.chars().take(shown).collect();
        if text.len() < whole.len() {
            text.push('…');
        }
        text
    }
}

/// What is no text: as far as it is, where it ends, and what is wrong.
type NoText = (String, usize, String);

fn utf8(bytes: &[u8]) -> Result<String, NoText> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let at = error.valid_up_to();
            let text = String::from_utf8_lossy(bytes).into_owned();
            let message =
                "no UTF-8 text from here on; export it anew with `-Encoding utf8`".to_owned();
            Err((text, at, message))
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NoText> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let is_whole = bytes.len() % 2 == 0;
    let mut text = String::with_capacity(bytes.len() / 2);
    for letter in char::decode_utf16(units) {
        match letter {
            Ok(letter) => text.push(letter),
            Err(_) => {
                let at = text.len();
                let message = "no UTF-16 text from here on; export it anew with `-Encoding utf8`";
                return Err((text, at, message.to_owned()));
            }
        }
    }
    if is_whole {
        Ok(text)
    } else {
        let at = text.len();
        Err((text, at, "UTF-16 text that ends within a letter: the file was cut off".to_owned()))
    }
}
