//! What a child writes to its standard output, as far as it has been read.
//!
//! A thread of its own reads, so that the child can go on writing while the suite judges or
//! writes itself. It hands over whole lines, many at once where many have come, and holds back
//! when the suite does not keep up: memory stays bounded whatever the child writes.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

/// How much is read at once: what a pipe holds on Linux.
const READ_BYTES: usize = 64 * 1024;

/// The reader pauses while so many deliveries wait to be looked at.
const WAITING: usize = 4;

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

/// The suite's end.
pub(super) struct Inbox {
    /// Gone when nobody will look any more.
    deliveries: Option<Receiver<Delivery>>,
    /// How many bytes of an unfinished line have come.
    begun: Arc<AtomicUsize>,
}

impl Inbox {
    /// Starts to read. Lines longer than `maximum_line_bytes` end it.
    pub(super) fn start(
        output: impl Read + Send + 'static,
        maximum_line_bytes: usize,
    ) -> io::Result<Inbox> {
        let (sender, deliveries) = sync_channel(WAITING);
        let begun = Arc::new(AtomicUsize::new(0));
        let begun_by_reader = Arc::clone(&begun);
        thread::Builder::new()
            .name("child-stdout".to_owned())
            .spawn(move || read(output, maximum_line_bytes, &begun_by_reader, &sender))?;
        Ok(Inbox { deliveries: Some(deliveries), begun })
    }

    /// Waits until there are lines, or the end, or it is too late.
    pub(super) fn next(&self, deadline: Instant) -> Delivery {
        let closed = || Delivery::Ended(End::Closed { begun: Vec::new() });
        let Some(deliveries) = &self.deliveries else {
            return closed();
        };
        let left = deadline.saturating_duration_since(Instant::now());
        match deliveries.recv_timeout(left) {
            Ok(delivery) => delivery,
            Err(RecvTimeoutError::Timeout) => {
                Delivery::Nothing { begun: self.begun.load(Ordering::Relaxed) }
            }
            Err(RecvTimeoutError::Disconnected) => closed(),
        }
    }

    /// From now on what comes is thrown away, so that the child is never held up by it.
    pub(super) fn discard(&mut self) {
        self.deliveries = None;
    }
}

fn read(
    mut output: impl Read,
    maximum_line_bytes: usize,
    begun_bytes: &AtomicUsize,
    deliveries: &SyncSender<Delivery>,
) {
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
                if deliveries.send(Delivery::Lines(lines)).is_err() {
                    // Nobody looks any more.
                    let _ = io::copy(&mut output, &mut io::sink());
                    return;
                }
            }
        }
        begun_bytes.store(begun.len(), Ordering::Relaxed);
        if begun.len() > maximum_line_bytes {
            break End::TooLong { begun };
        }
    };
    let _ = deliveries.send(Delivery::Ended(end));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;
    use std::sync::Mutex;
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
        // One delivery more than there is room for waits with the reader.
        let most = (WAITING + 1) * READ_BYTES;
        while *count.lock().unwrap() < most {
            thread::yield_now();
        }
        thread::sleep(Duration::from_millis(20));
        assert_eq!(*count.lock().unwrap(), most);
        assert!(matches!(inbox.next(soon()), Delivery::Lines(_)));
    }
}
