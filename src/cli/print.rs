//! The only place that prints. Colour goes to terminals alone, and `NO_COLOR` is respected.

use super::github;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

/// What went wrong with standard output, if anything did.
static LOST: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints to standard output. A reader that has gone away (`| head`) is no mistake; what else goes wrong
/// is told at the end of the program, see [`lost`].
pub(super) fn text(text: &str) {
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        LOST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// Why something that was printed did not arrive.
pub(super) fn lost() -> Option<io::Error> {
    LOST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Prints to standard output what tells of an implementation, in words that may be the
/// implementation's own. In a job of GitHub Actions none of them is a command.
pub(super) fn report(words: &str) {
    text(&github::as_text(words));
}

/// A document for programs.
pub(super) fn json(document: &impl serde::Serialize) -> String {
    let text =
        serde_json::to_string_pretty(document).expect("what is printed has names as its keys");
    text + "\n"
}

/// Prints to standard output what a program reads, byte for byte.
pub(super) fn raw(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Prints to standard error, as it is.
pub(super) fn aside(text: &str) {
    let mut out = anstream::stderr().lock();
    let _ = out.write_all(text.as_bytes());
}

/// Says on standard error what is wrong.
pub(super) fn mistake(message: &str) {
    const STYLE: Style = AnsiColor::Red.on_default().bold();
    aside(&github::as_text(&format!("{STYLE}error:{STYLE:#} {message}\n")));
}

/// The width of the terminal in columns; 80 where there is none.
pub(super) fn width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)).clamp(40, 120)
}
