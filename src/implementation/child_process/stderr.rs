//! The end of what a child wrote to its standard error.

use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader, Read};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// How many lines are kept.
pub(super) const LINES_KEPT: usize = 40;

/// How much of a line is kept, in bytes.
pub(super) const LINE_BYTES_KEPT: usize = 500;

/// Reads a child's standard error all the time and keeps its last lines.
pub(super) struct StderrTail {
    kept: Arc<Mutex<VecDeque<String>>>,
    /// Hangs up when all has been read.
    ended: Receiver<()>,
}

impl StderrTail {
    /// Starts to read.
    pub(super) fn start(errors: impl Read + Send + 'static) -> io::Result<StderrTail> {
        let kept = Arc::new(Mutex::new(VecDeque::new()));
        let read_into = Arc::clone(&kept);
        let (until_ended, ended) = channel();
        thread::Builder::new().name("child-stderr".to_owned()).spawn(move || {
            let _until_ended = until_ended;
            let mut errors = BufReader::new(errors);
            while let Ok(Some(line)) = next_line(&mut errors) {
                let mut kept = read_into.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() == LINES_KEPT {
                    kept.pop_front();
                }
                kept.push_back(line);
            }
        })?;
        Ok(StderrTail { kept, ended })
    }

    /// The last lines so far. Of a process that has ended: all that it wrote, if that can be read
    /// before the deadline (a descendant that escaped may hold the pipe open).
    pub(super) fn lines(&self, deadline: Option<Instant>) -> Vec<String> {
        if let Some(deadline) = deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            // Nothing is ever sent: either it hangs up, or it is too late.
            let _ = self.ended.recv_timeout(left);
        }
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// The next line, or its beginning where it is long; `None` at the end.
fn next_line(errors: &mut BufReader<impl Read>) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let most = LINE_BYTES_KEPT as u64 + 1;
    if errors.take(most).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let is_cut = line.len() > LINE_BYTES_KEPT && !line.ends_with(b"\n");
    if is_cut {
        line.truncate(LINE_BYTES_KEPT);
        errors.skip_until(b'\n')?;
    }
    let mut text = String::from_utf8_lossy(&line).trim_end().to_owned();
    if is_cut {
        text.push('…');
    }
    Ok(Some(text))
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
