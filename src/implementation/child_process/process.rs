//! The child process itself: started in a group of its own, and ended with all its descendants.

use super::guard::Guard;
use super::options::StartError;
use process_wrap::std::{ChildWrapper, CommandWrap};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::{ChildStderr, ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a killed process may take to be gone. Only a process that hangs in the operating
/// system itself takes longer, and then nobody can do more.
const KILL_TIME: Duration = Duration::from_secs(10);

struct Living {
    child: Box<dyn ChildWrapper>,
    killed: bool,
}

impl Living {
    /// Kills the process and its descendants, also those that outlived it. Once only: later its
    /// number may belong to somebody else.
    fn kill(&mut self) {
        if !self.killed {
            self.killed = true;
            // An error says that nobody is left.
            let _ = self.child.start_kill();
        }
    }
}

#[derive(Clone)]
struct Child(Arc<Mutex<Living>>);

impl Child {
    fn lock(&self) -> MutexGuard<'_, Living> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it ended, if it has.
    fn status(&self) -> Option<ExitStatus> {
        self.lock().child.try_wait().ok().flatten()
    }

    /// Waits for its end, but not beyond the deadline.
    ///
    /// There is no wait with a time-out, and a wait without one holds the lock (and may hang in a
    /// job object whose messages were read before): looking again and again is what remains.
    fn status_by(&self, deadline: Instant) -> Option<ExitStatus> {
        let mut pause = Duration::from_micros(100);
        loop {
            if let Some(status) = self.status() {
                return Some(status);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}

/// All children that live, so that they can be ended at once.
struct Registry {
    closed: bool,
    living: Vec<Child>,
    /// Outlives this program, and kills whom it leaves behind.
    guard: Guard,
}

impl Registry {
    /// Tells the guard who lives.
    fn tell_guard(&mut self) {
        let groups = self.living.iter().map(|child| child.lock().child.id());
        self.guard.tell(groups);
    }
}

static REGISTRY: Mutex<Registry> =
    Mutex::new(Registry { closed: false, living: Vec::new(), guard: Guard::new() });

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills every child process that this module has started, with its descendants, and waits until
/// they are gone. From then on none can be started: [`ChildProcess::start`] gives
/// [`StartError::Stopped`], and cases that are under way end as failures. It is for the end of a
/// program, and may be called from a Ctrl-C handler's thread.
///
/// [`ChildProcess::start`]: super::ChildProcess::start
/// [`StartError::Stopped`]: super::StartError::Stopped
pub fn kill_all() {
    let children: Vec<Child> = {
        let mut registry = registry();
        registry.closed = true;
        std::mem::take(&mut registry.living)
    };
    // All are hit before any is waited for.
    for child in &children {
        child.lock().kill();
    }
    let deadline = Instant::now() + KILL_TIME;
    for child in &children {
        child.status_by(deadline);
    }
}

/// The three ends of a child's pipes.
pub(super) type Pipes = (ChildStdin, ChildStdout, ChildStderr);

/// A child process. Dropping it kills it, with its descendants.
pub(super) struct Process(Child);

impl Process {
    /// Starts a program with exactly these arguments; no shell has a part in it.
    pub(super) fn spawn(
        program: &OsStr,
        arguments: &[OsString],
        folder: Option<&Path>,
    ) -> Result<(Process, Pipes), StartError> {
        let could_not_spawn = |error| StartError::Spawn { program: program.to_owned(), error };
        // A name alone is looked for in `PATH`. From where a relative path begins once the folder is
        // another one, platforms do not agree.
        let found = folder
            .filter(|_| Path::new(program).components().count() > 1)
            .map(|folder| std::path::absolute(folder.join(program)))
            .transpose()
            .map_err(could_not_spawn)?;
        let started = found.as_ref().map_or(program, |path| path.as_os_str());
        let mut command = CommandWrap::with_new(started, |command| {
            if let Some(folder) = folder {
                command.current_dir(folder);
            }
            command
                .args(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
        });
        #[cfg(unix)]
        command.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::std::JobObject);

        // Held over the start, so that `kill_all` misses no child.
        let mut registry = registry();
        if registry.closed {
            return Err(StartError::Stopped);
        }
        let mut child = command.spawn().map_err(could_not_spawn)?;
        let pipes = (child.stdin().take(), child.stdout().take(), child.stderr().take());
        let child = Child(Arc::new(Mutex::new(Living { child, killed: false })));
        registry.living.push(child.clone());
        registry.tell_guard();
        drop(registry);
        let process = Process(child);
        match pipes {
            (Some(stdin), Some(stdout), Some(stderr)) => Ok((process, (stdin, stdout, stderr))),
            _ => {
                let error = io::Error::other("the child's standard streams are not there");
                Err(could_not_spawn(error))
            }
        }
    }

    /// How it ended, if it has.
    pub(super) fn status(&self) -> Option<ExitStatus> {
        self.0.status()
    }

    /// Waits for its end, but not beyond the deadline.
    pub(super) fn status_by(&self, deadline: Instant) -> Option<ExitStatus> {
        self.0.status_by(deadline)
    }

    /// Kills it with its descendants, also those that outlived it, and waits for its end.
    pub(super) fn kill(&self) {
        self.0.lock().kill();
        self.0.status_by(Instant::now() + KILL_TIME);
        let mut registry = registry();
        registry.living.retain(|other| !Arc::ptr_eq(&other.0, &self.0.0));
        registry.tell_guard();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
