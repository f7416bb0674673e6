//! The base layer: the objects, commands and outcomes that everything else speaks of.
//!
//! Names follow Microsoft Graph (`onPremisesSyncEnabled`, `onPremisesImmutableId`, …) and Active
//! Directory. In YAML and JSON they are camelCase; in Rust they are snake_case. Nothing here does
//! I/O and nothing here knows a rule.

mod address;
mod anchor_form;
mod canonical;
mod capability;
mod change;
mod changes;
mod choice;
mod command;
mod command_kind;
mod edition;
mod field;
mod object;
mod object_name;
mod outcome;
mod snapshot;
mod switch_name;
mod tenant;
mod text;
mod well_formed;
mod words;

pub(crate) use address::NameKey;
pub use address::{AddressKind, ProxyAddress, same_name};
pub use anchor_form::AnchorForm;

pub(crate) use canonical::CanonicalState;
pub use capability::{Capabilities, Capability};
pub use change::Change;
pub use changes::SnapshotChanges;
pub use choice::{
    AmbiguousMatch, CollisionHandling, DeclaredChoices, HardVersusSoft, ValuesAbsentOnPremises,
};
pub use command::{
    AssignRole, CloudObjectChange, CloudRef, Command, CreateCloudObject, CreateOnPremisesObject,
    DeleteCloudObject, MakeEligible, OnPremisesChange, ReinstallConnect, RemoveEligibility,
    RemoveOnPremisesObject, RemoveRole, RestoreCloudObject, SetCloudManaged, SetFeature,
    SetImmutableId, SetOnPremisesObjectIdentifier, Sync, UpdateCloudObject, UpdateOnPremisesObject,
};
pub use command_kind::CommandKind;
pub use edition::{EditionSettings, PrivilegedRoles, RolesAtHardMatch, SwitchNames};
pub use field::{Difference, Field, Fields, Treatment, Value, same_addresses};
pub use object::{Attributes, CloudObject, CloudSetup, Kind, OnPremisesObject};
pub(crate) use object::{each_name_once, null_is_absent};
pub use object_name::ObjectName;
pub use outcome::{
    Evaluator, MatchingAttribute, Outcome, ResultWord, Status, StepObservation, SyncResult,
};
pub use snapshot::Snapshot;
pub use switch_name::SwitchName;
pub use tenant::{Feature, Features, Tenant};
pub use text::Text;
pub use well_formed::{Inspection, Problem, Segment, is_well_formed, problems_of_case};

pub(crate) use words::words;

#[cfg(feature = "schema")]
pub(crate) use command::command_forms;
