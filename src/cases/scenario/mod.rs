//! Hand-written cases: YAML files with a tenant, steps, and what is expected after them.

mod embedded;
mod format;
mod positions;
mod read;
mod step;
mod write;

pub use embedded::{EmbeddedScenario, embedded};
pub use format::{Expectation, ExpectedObject, ExpectedResult, ExpectedWord, Scenario, Step};
pub use positions::line_of_step;
pub(crate) use positions::{line_and_column, locate};
pub use read::{FileError, MAXIMUM_FILE_BYTES, from_yaml, read_file};
pub(crate) use read::{check_yaml, error_at, nearest, reading_error, unknown_rule};
pub use write::{Remark, Remarks, to_yaml};
pub(crate) use write::{case_to_yaml, scalar_text};
