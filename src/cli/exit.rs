//! Exit codes, and mistakes that end the program.

use crate::cases::scenario::FileError;
use crate::report::Status;
use crate::suite::SuiteError;
use std::process::ExitCode;

/// How the program ends. The numbers are part of its interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    Conformant,
    Nonconformant,
    BadInput,
    Incomplete,
    NoAdapter,
    SuiteDefect,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

impl Exit {
    const ALL: [Exit; 6] = [
        Exit::Conformant,
        Exit::Nonconformant,
        Exit::BadInput,
        Exit::Incomplete,
        Exit::NoAdapter,
        Exit::SuiteDefect,
    ];

    pub(super) fn code(self) -> u8 {
        match self {
            Exit::Conformant => 0,
            Exit::Nonconformant => 1,
            Exit::BadInput => 2,
            Exit::Incomplete => 3,
            Exit::NoAdapter => 4,
            Exit::SuiteDefect => 5,
        }
    }

    /// How the program ends where several hold: with the first of 5, 4, 2, 1, 3.
    pub(super) fn of_several(exits: impl IntoIterator<Item = Exit>) -> Exit {
        let rank = |exit: &Exit| match exit {
            Exit::Conformant => 0,
            Exit::Incomplete => 1,
            Exit::Nonconformant => 2,
            Exit::BadInput => 3,
            Exit::NoAdapter => 4,
            Exit::SuiteDefect => 5,
        };
        exits.into_iter().max_by_key(rank).unwrap_or(Exit::Incomplete)
    }

    /// How a run of this program ended.
    pub(super) fn of_code(code: i32) -> Option<Exit> {
        Exit::ALL.into_iter().find(|exit| i32::from(exit.code()) == code)
    }
}

impl From<Status> for Exit {
    fn from(status: Status) -> Exit {
        match status {
            Status::Conformant | Status::AsListed | Status::PartHeld => Exit::Conformant,
            Status::Nonconformant => Exit::Nonconformant,
            Status::Incomplete => Exit::Incomplete,
            Status::SuiteDefect => Exit::SuiteDefect,
        }
    }
}

/// Something that ends the program before it could do what it was asked for.
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) exit: Exit,
    pub(super) message: String,
}

impl Mistake {
    pub(super) fn bad_input(message: impl Into<String>) -> Mistake {
        Mistake { exit: Exit::BadInput, message: message.into() }
    }

    pub(super) fn no_adapter(message: impl Into<String>) -> Mistake {
        Mistake { exit: Exit::NoAdapter, message: message.into() }
    }
}

impl From<SuiteError> for Mistake {
    fn from(error: SuiteError) -> Mistake {
        Mistake::bad_input(error.to_string())
    }
}

impl From<Vec<FileError>> for Mistake {
    fn from(errors: Vec<FileError>) -> Mistake {
        SuiteError::from(errors).into()
    }
}
