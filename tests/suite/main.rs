//! The suite's integration tests, in one program: each module is about one thing that a user or a
//! maintainer relies on.

mod agreement;
mod baseline;
mod capabilities;
mod cli;
mod configuration;
mod correct_implementations;
mod dependency_rules;
mod distribution;
mod docs;
#[cfg(all(unix, feature = "cli"))]
mod edition_changes;
mod editions;
mod endings;
mod exhaustive;
mod faults;
#[cfg(feature = "schema")]
mod file_schemas;
mod findings;
mod generated;
mod grid;
mod hostile_input;
#[cfg(all(unix, feature = "cli"))]
mod interrupt;
#[cfg(feature = "schema")]
mod kit_types;
mod machines;
mod pipe;
mod protocol_page;
#[cfg(feature = "schema")]
mod published;
mod readme;
#[cfg(feature = "cli")]
mod record;
mod relations;
#[cfg(all(feature = "html", feature = "junit", feature = "schema"))]
mod reports;
mod rulebook;
#[cfg(feature = "schema")]
mod schemas;
mod self_test;
mod serve;
mod sharding;
mod shrinking;
mod side_by_side;
mod snapshots;
mod software;
mod users;
mod verdicts;
