//! The end of what a child wrote to its standard error.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// How many lines are kept.
pub(super) const LINES_KEPT: usize = 40;

/// How much of a line is kept, in bytes.
pub(super) const LINE_BYTES_KEPT: usize = 500;

#[derive(Default)]
struct Contents {
    lines: VecDeque<Vec<u8>>,
    /// The line that has not ended yet.
    begun: Vec<u8>,
}

fn lock(contents: &Mutex<Contents>) -> MutexGuard<'_, Contents> {
    contents.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a child's standard error all the time and keeps its last lines.
pub(super) struct StderrTail {
    contents: Arc<Mutex<Contents>>,
    /// Hangs up when all has been read.
    ended: Receiver<()>,
}

impl StderrTail {
    /// Starts to read.
    pub(super) fn start(mut errors: impl Read + Send + 'static) -> io::Result<StderrTail> {
        let contents = Arc::new(Mutex::new(Contents::default()));
        let read_into = Arc::clone(&contents);
        let (until_ended, ended) = channel();
        thread::Builder::new().name("child-stderr".to_owned()).spawn(move || {
            let _until_ended = until_ended;
            let mut piece = vec![0; 64 * 1024];
            loop {
                match errors.read(&mut piece) {
                    Ok(0) => break,
                    Ok(read) => lock(&read_into).take_in(&piece[..read]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
        })?;
        Ok(StderrTail { contents, ended })
    }

    /// The last lines so far. Of a process that has ended: all that it wrote, if that can be read
    /// before the deadline (a descendant that escaped may hold the pipe open).
    pub(super) fn lines(&self, deadline: Option<Instant>) -> Vec<String> {
        if let Some(deadline) = deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            // Nothing is ever sent: either it hangs up, or it is too late.
            let _ = self.ended.recv_timeout(left);
        }
        let contents = lock(&self.contents);
        let begun = (!contents.begun.is_empty()).then_some(&contents.begun);
        let lines = contents.lines.len() + usize::from(begun.is_some());
        contents
            .lines
            .iter()
            .chain(begun)
            .skip(lines.saturating_sub(LINES_KEPT))
            .map(|line| shown(line))
            .collect()
    }
}

impl Contents {
    fn take_in(&mut self, mut piece: &[u8]) {
        while let Some(end) = memchr::memchr(b'\n', piece) {
            self.extend_begun(&piece[..end]);
            let line = std::mem::take(&mut self.begun);
            if self.lines.len() == LINES_KEPT {
                self.lines.pop_front();
            }
            self.lines.push_back(line);
            piece = &piece[end + 1..];
        }
        self.extend_begun(piece);
    }

    /// Keeps one byte more than is shown, so that it is known that something was cut.
    fn extend_begun(&mut self, more: &[u8]) {
        let room = (LINE_BYTES_KEPT + 1).saturating_sub(self.begun.len());
        self.begun.extend_from_slice(&more[..more.len().min(room)]);
    }
}

fn shown(line: &[u8]) -> String {
    let kept = &line[..line.len().min(LINE_BYTES_KEPT)];
    let mut text = String::from_utf8_lossy(kept).trim_end().to_owned();
    if line.len() > LINE_BYTES_KEPT {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn tail_of(written: &'static [u8]) -> Vec<String> {
        let tail = StderrTail::start(written).unwrap();
        tail.lines(Some(Instant::now() + Duration::from_secs(60)))
    }

    #[test]
    fn the_last_lines_are_kept_with_an_unfinished_one() {
        let written: String = (0..1000).map(|line| format!("line {line}\r\n")).collect();
        let written = format!("{written}and then").leak();
        let tail = tail_of(written.as_bytes());
        assert_eq!(tail.len(), LINES_KEPT);
        assert_eq!(tail[0], "line 961");
        assert_eq!(tail[LINES_KEPT - 2], "line 999");
        assert_eq!(tail[LINES_KEPT - 1], "and then");
    }

    #[test]
    fn long_lines_are_cut_and_invalid_utf8_is_replaced() {
        let written = format!("{}\n", "x".repeat(100_000)).leak();
        let tail = tail_of(written.as_bytes());
        assert_eq!(tail, [format!("{}…", "x".repeat(LINE_BYTES_KEPT))]);
        assert_eq!(tail_of(b"a\xFFb\n"), ["a\u{FFFD}b"]);
    }
}
