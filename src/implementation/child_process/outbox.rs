//! Requests on their way to a child.
//!
//! A thread of its own writes, so that a child that does not read its standard input ends as one
//! that does not answer in time, and never holds up the suite.

use std::io::{self, BufWriter, Write};
use std::sync::mpsc::{Sender, channel};
use std::thread;

/// Requests are handed to the writer at the latest when this many bytes have gathered.
const ENOUGH_TO_WRITE: usize = 32 * 1024;

/// The suite's end: gathers requests until it is flushed. Dropping it closes the child's standard
/// input when all is written.
pub(super) type Outbox = BufWriter<ToWriter>;

/// What hands bytes to the writer.
pub(super) struct ToWriter(Sender<Vec<u8>>);

impl Write for ToWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Where the writer has given up, the child's silence tells.
        let _ = self.0.send(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

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
    Ok(BufWriter::with_capacity(ENOUGH_TO_WRITE, ToWriter(writer)))
}
