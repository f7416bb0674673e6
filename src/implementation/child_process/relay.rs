//! An adapter that somebody else talks to: every byte is passed on as it comes, both ways, and each line
//! is heard on its way.

use super::connection::told_status;
use super::options::StartError;
use super::process::Process;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How much is read at once: what a pipe holds on Linux.
const READ_BYTES: usize = 64 * 1024;

/// Of a line no more is heard than so much; all of it is passed on.
const HEARD_BYTES: usize = 64 * 1024 * 1024;

/// How long a process may take to exit once it is asked nothing more, and the end of its standard error
/// to arrive.
const GRACE: Duration = Duration::from_secs(2);

/// How often a process is looked after that is asked nothing more.
const LOOK_AFTER: Duration = Duration::from_millis(100);

/// Who hears what is said.
pub(crate) trait Listener: Send + 'static {
    /// A line of the client, before the adapter has the end of it.
    fn request(&mut self, line: &[u8]);

    /// A line of the adapter, before the client has the end of it.
    fn reply(&mut self, line: &[u8]);

    /// Whether the adapter owes a reply.
    fn is_awaiting(&self) -> bool;
}

/// How a conversation ended.
pub(crate) struct RelayEnd {
    /// How the adapter's process ended, in words.
    pub(crate) status: String,
    /// The client closed one of its pipes before.
    pub(crate) by_client: bool,
    /// The client reads no more, so that replies may have been lost.
    pub(crate) is_unread: bool,
}

/// Starts an adapter and stands between it and who talks to this process over standard input and output,
/// until the adapter has ended. What it writes to its standard error goes to this process's.
///
/// # Errors
/// It cannot be started.
pub(crate) fn relay<L: Listener>(
    program: &OsStr,
    arguments: &[OsString],
    folder: Option<&Path>,
    listener: &Arc<Mutex<L>>,
) -> Result<RelayEnd, StartError> {
    let could_not_spawn = |error| StartError::Spawn { program: program.to_owned(), error };
    let (process, (mut stdin, stdout, mut stderr)) = Process::spawn(program, arguments, folder)?;
    let process = Arc::new(process);
    let has_closed = Arc::new(AtomicBool::new(false));

    let (until_told, told) = channel::<()>();
    let errors = move || {
        let _until_told = until_told;
        let _ = io::copy(&mut stderr, &mut io::stderr());
    };
    let requests = {
        let (listener, process) = (Arc::clone(listener), Arc::clone(&process));
        let has_closed = Arc::clone(&has_closed);
        move || {
            let heard = |line: &[u8]| lock(&listener).request(line);
            // Nobody waits for this thread: the client may go on without ever writing.
            if pass(io::stdin().lock(), &mut stdin, heard).is_ok() {
                // The adapter may end as soon as it sees this.
                has_closed.store(true, Ordering::SeqCst);
                drop(stdin);
                end_once_idle(&process, || lock(&listener).is_awaiting());
            }
        }
    };
    let start = |name: &str| thread::Builder::new().name(name.to_owned());
    start("relay-stderr").spawn(errors).map_err(could_not_spawn)?;
    start("relay-requests").spawn(requests).map_err(could_not_spawn)?;

    let heard = |line: &[u8]| lock(listener).reply(line);
    let passed = pass(stdout, io::stdout().lock(), heard);
    let by_client = has_closed.load(Ordering::SeqCst) || passed.is_err();
    let status = if passed.is_ok() { process.status_by(Instant::now() + GRACE) } else { None };
    process.kill();
    // Nothing is ever sent: either it hangs up, or a descendant that escaped holds the pipe open.
    let _ = told.recv_timeout(GRACE);
    let status = status.map_or_else(|| "it was killed".to_owned(), told_status);
    Ok(RelayEnd { status, by_client, is_unread: passed.is_err() })
}

pub(crate) fn lock<L>(listener: &Mutex<L>) -> MutexGuard<'_, L> {
    listener.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends a process that owes no reply, is asked nothing more, and does not exit by itself.
fn end_once_idle(process: &Process, is_awaiting: impl Fn() -> bool) {
    let mut deadline = Instant::now() + GRACE;
    while process.status().is_none() {
        if is_awaiting() {
            deadline = Instant::now() + GRACE;
        } else if Instant::now() >= deadline {
            process.kill();
            return;
        }
        thread::sleep(LOOK_AFTER);
    }
}

/// Passes everything on until nothing more comes. A line is heard before its end is passed on, so that what
/// follows from it cannot overtake it.
///
/// # Errors
/// It cannot be passed on: nobody reads any more.
fn pass(mut from: impl Read, mut to: impl Write, mut hear: impl FnMut(&[u8])) -> io::Result<()> {
    let mut chunk = vec![0; READ_BYTES];
    let mut begun = Vec::new();
    loop {
        let count = match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // As when the other side had closed it.
            Err(_) => break,
        };
        for part in chunk[..count].split_inclusive(|byte| *byte == b'\n') {
            let left = HEARD_BYTES.saturating_sub(begun.len());
            begun.extend_from_slice(&part[..part.len().min(left)]);
            if part.ends_with(b"\n") {
                hear(&begun);
                begun.clear();
            }
        }
        to.write_all(&chunk[..count])?;
        to.flush()?;
    }
    if !begun.is_empty() {
        hear(&begun);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, as a pipe may.
    struct Dripping<'d>(&'d [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn every_byte_is_passed_on_and_every_line_is_heard_whole() {
        let said = b"one\n\ntwo\r\nthe last has no end \xFF";
        for at_once in 1..=said.len() {
            let (mut passed, mut heard) = (Vec::new(), Vec::new());
            let hear = |line: &[u8]| heard.push(line.to_vec());
            pass(Dripping(said, at_once), &mut passed, hear).expect("a vector takes everything");
            assert_eq!(passed, said);
            assert_eq!(heard.concat(), said);
            assert_eq!(heard.len(), 4, "{at_once} at once");
        }
    }
}
