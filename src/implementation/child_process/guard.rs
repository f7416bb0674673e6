//! Ends what this program leaves behind when it is killed itself and can do nothing any more.
//!
//! A shell in a process group of its own waits at the end of a pipe. It is told who lives; when the pipe
//! is closed, which the operating system does however this program ends, it kills whom it was told of
//! last, with their descendants. On Windows nobody does; a process there ends by itself when its standard
//! input is closed, if it keeps to the protocol.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

/// Reads lists of process groups, a line each, and kills those in the last one.
const SCRIPT: &str = r#"while read -r line; do groups=$line; done
for group in $groups; do kill -s KILL -- "-$group"; done"#;

/// The shell, once there is somebody to watch over.
pub(super) struct Guard {
    shell: Option<Child>,
    has_started: bool,
}

impl Guard {
    pub(super) const fn new() -> Guard {
        Guard { shell: None, has_started: false }
    }

    /// Says which process groups are to end with this program.
    ///
    /// Where there is no shell nobody watches: that is no reason not to judge an implementation.
    pub(super) fn tell(&mut self, groups: impl Iterator<Item = u32>) {
        if !cfg!(unix) {
            return;
        }
        if !self.has_started {
            self.has_started = true;
            self.shell = start().ok();
        }
        if let Some(input) = self.shell.as_mut().and_then(|shell| shell.stdin.as_mut()) {
            let groups: Vec<String> = groups.map(|group| group.to_string()).collect();
            let _ = input.write_all(format!("{}\n", groups.join(" ")).as_bytes());
        }
    }
}

fn start() -> std::io::Result<Child> {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", SCRIPT])
        // It holds no folder and none of this program's own streams.
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}
