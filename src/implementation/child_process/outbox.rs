//! Requests on their way to a child.
//!
//! A thread of its own writes, so that a child that does not read its standard input ends as one
//! that does not answer in time, and never holds up the suite.

use std::io::{self, Write};
use std::sync::mpsc::{Sender, channel};
use std::thread;

/// Requests are handed to the writer at the latest when this many bytes have gathered.
const ENOUGH_TO_WRITE: usize = 32 * 1024;

/// The suite's end.
pub(super) struct Outbox {
    gathered: Vec<u8>,
    /// Gone when the child's standard input is to be closed.
    writer: Option<Sender<Vec<u8>>>,
}

impl Outbox {
    /// Starts the writer.
    pub(super) fn start(mut input: impl Write + Send + 'static) -> io::Result<Outbox> {
        let (writer, requests) = channel::<Vec<u8>>();
        thread::Builder::new().name("child-stdin".to_owned()).spawn(move || {
            for request in requests {
                // A child that closed its input or died shows that in what it answers.
                if input.write_all(&request).and_then(|()| input.flush()).is_err() {
                    return;
                }
            }
        })?;
        Ok(Outbox { gathered: Vec::new(), writer: Some(writer) })
    }

    /// Where the next request is to be appended; follow it with [`appended`](Self::appended).
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.gathered
    }

    /// A request was appended: sends it with the others when there are enough.
    pub(super) fn appended(&mut self) {
        if self.gathered.len() >= ENOUGH_TO_WRITE {
            self.send();
        }
    }

    /// Sends what has gathered.
    pub(super) fn send(&mut self) {
        if self.gathered.is_empty() {
            return;
        }
        let request = std::mem::replace(
            &mut self.gathered,
            Vec::with_capacity(ENOUGH_TO_WRITE + ENOUGH_TO_WRITE / 4),
        );
        if let Some(writer) = &self.writer {
            // Where the writer has given up, the child's silence tells.
            let _ = writer.send(request);
        }
    }

    /// Sends what has gathered, and closes the child's standard input when all is written.
    pub(super) fn close(&mut self) {
        self.send();
        self.writer = None;
    }
}
