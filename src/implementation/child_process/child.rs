//! An implementation's process, which is started again when it has ended.

use super::connection::{Broken, Connection};
use super::options::{ChildProcessOptions, StartError};
use crate::implementation::protocol::{Answer, Method, ReplyResult};
use crate::implementation::{Description, Failure, FailureKind};
use std::thread;
use std::time::Instant;

/// An implementation that runs as a child process.
///
/// Dropping it says `shutdown`, waits for two seconds at most, and kills what is left.
pub struct ChildProcess {
    pub(super) options: ChildProcessOptions,
    pub(super) description: Description,
    pub(super) connection: Option<Connection>,
    /// Why there is no process and will be none.
    pub(super) given_up: Option<Failure>,
    /// What ended the process that had the case under way.
    pub(super) last_failure: Option<Failure>,
}

impl ChildProcess {
    /// Starts a process and asks who it is.
    ///
    /// # Errors
    /// When it cannot be started, does not answer as it should, speaks another version of the
    /// protocol, or does not offer the edition.
    pub fn start(options: ChildProcessOptions) -> Result<ChildProcess, StartError> {
        let (connection, description) = Connection::start(&options)?;
        Ok(ChildProcess {
            options,
            description,
            connection: Some(connection),
            given_up: None,
            last_failure: None,
        })
    }

    /// The process, ready for a request: started again when the last one ended. If that fails there
    /// will be none. Put it back when it is still good.
    pub(super) fn take_connection(&mut self) -> Result<Connection, Failure> {
        if let Some(failure) = &self.given_up {
            return Err(failure.clone());
        }
        if let Some(connection) = self.connection.take()
            && let Some(settled) = self.settled(connection)
        {
            return Ok(settled);
        }
        self.start_again().inspect_err(|failure| self.given_up = Some(failure.clone()))
    }

    /// Waits for replies to cases that nobody wants any more. A process that does not get through
    /// with them in time is given up: none of them was asked for.
    fn settled(&self, mut connection: Connection) -> Option<Connection> {
        let deadline = Instant::now() + self.options.reply_timeout;
        while connection.is_awaiting() {
            let left = deadline.saturating_duration_since(Instant::now());
            connection.skip(left, "an earlier case").ok()?;
        }
        Some(connection)
    }

    /// Starts it again, with a pause before each attempt but the first.
    fn start_again(&self) -> Result<Connection, Failure> {
        let mut started = Connection::start(&self.options);
        for pause in &self.options.pauses {
            match &started {
                Err(error) if error.may_pass() => thread::sleep(*pause),
                _ => break,
            }
            started = Connection::start(&self.options);
        }
        let not_restarted = |message: String| Failure::new(FailureKind::NotRestarted, message);
        match started {
            Ok((_, description)) if description != self.description => Err(not_restarted(
                "it describes itself otherwise than when it was first started".to_owned(),
            )),
            Ok((connection, _)) => Ok(connection),
            Err(StartError::Handshake { failure, .. }) => Err(Failure {
                stderr_tail: failure.stderr_tail.clone(),
                ..not_restarted(format!("in its first request: {failure}"))
            }),
            Err(error) => Err(not_restarted(error.to_string())),
        }
    }

    /// Asks and waits for the answer, with nothing else under way.
    pub(super) fn ask<P: serde::Serialize, R: ReplyResult>(
        &mut self,
        method: Method,
        params: &P,
        asked: &str,
    ) -> Result<R, Failure> {
        let mut connection = self.take_connection()?;
        connection.begin("");
        connection.request(method, params);
        match connection.receive(self.options.reply_timeout, asked) {
            Ok(answer) => {
                let result = accepted(answer, &self.description, &connection);
                self.connection = Some(connection);
                result
            }
            Err(Broken { failure, .. }) => {
                self.last_failure = Some(failure.clone());
                Err(failure)
            }
        }
    }
}

/// The result, or the failure that an error object stands for.
pub(super) fn accepted<R>(
    answer: Answer<R>,
    description: &Description,
    connection: &Connection,
) -> Result<R, Failure> {
    let message = match answer {
        Answer::Result(result) => return Ok(result),
        Answer::Unsupported(capability) if !description.capabilities.has(capability) => {
            return Err(Failure::unsupported(capability));
        }
        Answer::Unsupported(capability) => {
            format!("answered that it lacks {capability}, which it declares to have")
        }
        Answer::Inconclusive(why, message) => return Err(Failure::inconclusive(why, message)),
        Answer::Error(error) => format!("answered with {error}"),
    };
    Err(Failure {
        stderr_tail: connection.stderr_tail(),
        ..Failure::new(FailureKind::ErrorAnswer, message)
    })
}
