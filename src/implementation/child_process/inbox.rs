//! What a child writes to its standard output, as far as it has been read.
//!
//! A thread of its own reads, so that the child can go on writing while the suite judges or
//! writes itself. It hands over whole lines, many at once where many have come, and holds back
//! when the suite does not keep up: memory stays bounded whatever the child writes.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// How much is read at once: what a pipe holds on Linux.
const READ_BYTES: usize = 64 * 1024;

/// The reader pauses while more than this waits to be looked at.
const ENOUGH_WAITING: usize = 4 * 1024 * 1024;

/// Why nothing more will come.
#[derive(Debug)]
pub(super) enum End {
    /// The output was closed, after this beginning of a line.
    Closed { begun: Vec<u8> },
    /// A line grew longer than any may.
    TooLong { begun: Vec<u8> },
    /// The output cannot be read.
    Unreadable(io::Error),
}

/// What a look into the inbox gives.
#[derive(Debug)]
pub(super) enum Delivery {
    /// One or more whole lines, each with its end.
    Lines(Vec<u8>),
    /// Nothing more will come, for this reason. Told once.
    Ended(End),
    /// Nothing came in time; this many bytes of an unfinished line are there.
    Nothing { begun: usize },
}

#[derive(Default)]
struct Contents {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    begun: usize,
    end: Option<End>,
    /// Nobody will look any more: read on and throw away.
    discarding: bool,
    reader_waits: bool,
    suite_waits: bool,
}

#[derive(Default)]
struct Shared {
    contents: Mutex<Contents>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The suite's end.
pub(super) struct Inbox {
    shared: Arc<Shared>,
}

impl Inbox {
    /// Starts to read. Lines longer than `maximum_line_bytes` end it.
    pub(super) fn start(
        output: impl Read + Send + 'static,
        maximum_line_bytes: usize,
    ) -> io::Result<Inbox> {
        let shared = Arc::new(Shared::default());
        let reader = Arc::clone(&shared);
        thread::Builder::new()
            .name("child-stdout".to_owned())
            .spawn(move || read(output, maximum_line_bytes, &reader))?;
        Ok(Inbox { shared })
    }

    /// Waits until there are lines, or the end, or it is too late.
    pub(super) fn next(&self, deadline: Instant) -> Delivery {
        let mut contents = self.shared.lock();
        loop {
            if let Some(lines) = contents.lines.pop_front() {
                contents.bytes -= lines.len();
                if contents.reader_waits {
                    self.shared.changed.notify_all();
                }
                return Delivery::Lines(lines);
            }
            if let Some(end) = contents.end.take() {
                return Delivery::Ended(end);
            }
            let now = Instant::now();
            if now >= deadline {
                return Delivery::Nothing { begun: contents.begun };
            }
            contents.suite_waits = true;
            contents = self
                .shared
                .changed
                .wait_timeout(contents, deadline - now)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            contents.suite_waits = false;
        }
    }

    /// From now on what comes is thrown away, so that the child is never held up by it.
    pub(super) fn discard(&self) {
        let mut contents = self.shared.lock();
        contents.discarding = true;
        contents.lines.clear();
        contents.bytes = 0;
        self.shared.changed.notify_all();
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.discard();
    }
}

fn read(mut output: impl Read, maximum_line_bytes: usize, shared: &Shared) {
    let mut piece = vec![0; READ_BYTES];
    let mut begun = Vec::new();
    let end = loop {
        let read = match output.read(&mut piece) {
            Ok(0) => break End::Closed { begun },
            Ok(read) => &piece[..read],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => break End::Unreadable(error),
        };
        match memchr::memrchr(b'\n', read) {
            None => begun.extend_from_slice(read),
            Some(last) => {
                let (whole, rest) = read.split_at(last + 1);
                begun.extend_from_slice(whole);
                let lines = std::mem::replace(&mut begun, rest.to_vec());
                hand_over(lines, shared);
            }
        }
        if begun.len() > maximum_line_bytes {
            break End::TooLong { begun };
        }
        let mut contents = shared.lock();
        contents.begun = begun.len();
        if contents.discarding {
            begun.clear();
        }
    };
    let mut contents = shared.lock();
    contents.end = Some(end);
    shared.changed.notify_all();
}

fn hand_over(lines: Vec<u8>, shared: &Shared) {
    let mut contents = shared.lock();
    while contents.bytes > ENOUGH_WAITING && !contents.discarding {
        contents.reader_waits = true;
        contents = shared.changed.wait(contents).unwrap_or_else(PoisonError::into_inner);
        contents.reader_waits = false;
    }
    if contents.discarding {
        return;
    }
    contents.bytes += lines.len();
    contents.lines.push_back(lines);
    if contents.suite_waits {
        shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    /// Hands out one piece after the other, as a pipe does.
    struct Pieces(VecDeque<&'static [u8]>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.pop_front() {
                None => Ok(0),
                Some(piece) => {
                    buffer[..piece.len()].copy_from_slice(piece);
                    Ok(piece.len())
                }
            }
        }
    }

    fn all(pieces: &[&'static [u8]], maximum: usize) -> (Vec<u8>, End) {
        let inbox = Inbox::start(Pieces(pieces.iter().copied().collect()), maximum).unwrap();
        let mut lines = Vec::new();
        loop {
            match inbox.next(soon()) {
                Delivery::Lines(more) => lines.extend(more),
                Delivery::Ended(end) => return (lines, end),
                Delivery::Nothing { .. } => panic!("nothing came"),
            }
        }
    }

    #[test]
    fn split_lines_are_joined_and_joined_lines_kept() {
        let (lines, end) = all(&[b"on", b"e\ntwo\nth", b"ree\n"], 100);
        assert_eq!(lines, b"one\ntwo\nthree\n");
        assert!(matches!(end, End::Closed { begun } if begun.is_empty()));
    }

    proptest! {
        /// However what a child writes is cut into pieces, the lines are the same.
        #[test]
        fn lines_do_not_depend_on_the_pieces(
            bytes in proptest::collection::vec(prop_oneof![3 => any::<u8>(), 1 => Just(b'\n')], 0..300),
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..20),
        ) {
            struct Cut(VecDeque<Vec<u8>>);
            impl Read for Cut {
                fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                    let Some(piece) = self.0.pop_front() else { return Ok(0) };
                    buffer[..piece.len()].copy_from_slice(&piece);
                    Ok(piece.len())
                }
            }
            const LONGEST: usize = 400;
            let mut cuts: Vec<usize> = cuts.iter().map(|at| at.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            cuts.dedup();
            let pieces = cuts.windows(2).map(|cut| bytes[cut[0]..cut[1]].to_vec()).collect();
            let inbox = Inbox::start(Cut(pieces), LONGEST).unwrap();
            let mut lines = Vec::new();
            let begun = loop {
                match inbox.next(soon()) {
                    Delivery::Lines(more) => {
                        prop_assert_eq!(more.last(), Some(&b'\n'));
                        lines.extend(more);
                    }
                    Delivery::Ended(End::Closed { begun }) => break begun,
                    other => panic!("{other:?}"),
                }
            };
            prop_assert!(!begun.contains(&b'\n'));
            lines.extend(begun);
            prop_assert_eq!(lines, bytes);
        }
    }

    #[test]
    fn the_beginning_of_a_last_line_is_told() {
        let (lines, end) = all(&[b"one\nha", b"lf"], 100);
        assert_eq!(lines, b"one\n");
        assert!(matches!(end, End::Closed { begun } if begun == b"half"));
    }

    #[test]
    fn a_line_that_never_ends_is_not_kept() {
        struct Endless;
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                buffer.fill(b'x');
                Ok(buffer.len())
            }
        }
        let inbox = Inbox::start(Endless, 1000).unwrap();
        match inbox.next(soon()) {
            Delivery::Ended(End::TooLong { begun }) => assert!(begun.len() <= 1000 + READ_BYTES),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_reader_pauses_while_nobody_looks() {
        struct Counting(Arc<Mutex<usize>>);
        impl Read for Counting {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                buffer.fill(b'\n');
                *self.0.lock().unwrap() += buffer.len();
                Ok(buffer.len())
            }
        }
        let count = Arc::new(Mutex::new(0));
        let inbox = Inbox::start(Counting(Arc::clone(&count)), 1000).unwrap();
        while !inbox.shared.lock().reader_waits {
            thread::yield_now();
        }
        assert!(*count.lock().unwrap() <= ENOUGH_WAITING + 2 * READ_BYTES);
        assert!(matches!(inbox.next(soon()), Delivery::Lines(_)));
    }
}
