//! The ground floor: the objects, commands and outcomes that everything else speaks of.
//!
//! Names follow Microsoft Graph (`onPremisesSyncEnabled`, `onPremisesImmutableId`, …) and Active
//! Directory. In YAML and JSON they are camelCase; in Rust they are snake_case. Nothing here does
//! I/O and nothing here knows a rule.

mod address;
mod capability;
mod change;
mod changes;
mod choice;
mod command;
mod object;
mod outcome;
mod portrait;
mod snapshot;
mod tenant;
mod well_formed;

pub(crate) use address::NameKey;
pub use address::{AddressKind, ProxyAddress, same_name};
pub(crate) use address::{each_word, hash_name};
pub use capability::{Capabilities, Capability};
pub use change::Change;
pub use changes::SnapshotChanges;
pub use choice::{
    AmbiguousMatch, CollisionHandling, DeclaredChoices, HardVersusSoft, SoftMatchPrecedence,
    ValuesAbsentOnPremises,
};
pub use command::{
    AssignRole, CloudObjectChange, CloudRef, Command, CreateCloudObject, CreateOnPremisesObject,
    DeleteCloudObject, Nothing, OnPremisesChange, RemoveOnPremisesObject, RemoveRole,
    RestoreCloudObject, SetFeature, SetImmutableId, UpdateCloudObject, UpdateOnPremisesObject,
};
pub use object::{Attributes, CloudObject, CloudSetup, Kind, OnPremisesObject};
pub(crate) use object::{LenientOnPremisesObject, each_name_once};
pub use outcome::{
    Evaluator, MatchingAttribute, Outcome, ResultWord, Status, StepObservation, SyncResult,
};
pub(crate) use portrait::Portrait;
pub use snapshot::Snapshot;
pub use tenant::{Feature, Features, Tenant};
pub use well_formed::{Inspection, Problem, Segment, is_well_formed, problems_of_case};

#[cfg(feature = "schema")]
pub(crate) use command::command_forms;

/// Shared, immutable text. Objects are copied often and changed rarely; sharing keeps that cheap.
pub type Text = std::sync::Arc<str>;
