//! What goes to and fro between the suite and an adapter, written down line by line.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A record of all messages, one a line: the seconds since it was begun, the number of the adapter's
/// process, `>` to the adapter or `<` from it, the case, and the message; a tab stands between them.
///
/// Each line is written at once, so that it is there whatever happens to the adapter.
#[derive(Clone)]
pub struct Trace {
    shared: Arc<Shared>,
    process: usize,
}

struct Shared {
    begun: Instant,
    processes: AtomicUsize,
    out: Mutex<Out>,
}

struct Out {
    to: Box<dyn Write + Send>,
    /// The first thing that went wrong; nothing is written after it.
    error: Option<io::Error>,
}

/// Which way a message goes.
#[derive(Clone, Copy)]
pub(super) enum Way {
    ToAdapter,
    FromAdapter,
}

impl Trace {
    /// Writes what is told to this.
    pub fn new(to: impl Write + Send + 'static) -> Trace {
        let out = Mutex::new(Out { to: Box::new(to), error: None });
        let (begun, processes) = (Instant::now(), AtomicUsize::new(0));
        Trace { shared: Arc::new(Shared { begun, processes, out }), process: 0 }
    }

    /// What went wrong with writing, if anything did.
    pub fn error(&self) -> Option<io::Error> {
        self.out().error.take()
    }

    /// The same for one more process.
    pub(super) fn of_next_process(&self) -> Trace {
        let before = self.shared.processes.fetch_add(1, Ordering::Relaxed);
        Trace { process: before + 1, ..self.clone() }
    }

    pub(super) fn write(&self, way: Way, case: &str, message: &[u8]) {
        let seconds = self.shared.begun.elapsed().as_secs_f64();
        let way = match way {
            Way::ToAdapter => '>',
            Way::FromAdapter => '<',
        };
        let case = if case.is_empty() { "-" } else { case };
        let mut line = format!("{seconds:.6}\t{}\t{way}\t{case}\t", self.process).into_bytes();
        line.extend_from_slice(message.trim_ascii_end());
        line.push(b'\n');
        let mut out = self.out();
        if out.error.is_none() {
            out.error = out.to.write_all(&line).and_then(|()| out.to.flush()).err();
        }
    }

    fn out(&self) -> MutexGuard<'_, Out> {
        self.shared.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").field("process", &self.process).finish_non_exhaustive()
    }
}

impl PartialEq for Trace {
    fn eq(&self, other: &Trace) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl Eq for Trace {}
