//! Conformance tests for the rules by which Microsoft Entra Connect matches on-premises objects
//! with objects that already exist in a Microsoft Entra tenant: soft match, hard match, takeover,
//! administrators, disaster recovery.
//!
//! An implementation (a sync engine, a migration tool, an emulator) stands behind
//! [`Implementation`](implementation::Implementation). Cases are run against it, every step of
//! every case is judged by the [`checks`], one for each rule of the [`rulebook`], and what is
//! found is told as [events](runner::Event) from which reports are made.
//!
//! ```
//! use entra_conformance::implementation::Implementation as _;
//! use entra_conformance::reference::ReferenceModel;
//! use entra_conformance::report::{Status, Summary};
//! use entra_conformance::runner::{Extras, Host, Selection, plan, run};
//! use std::sync::atomic::AtomicBool;
//!
//! let mut implementation = ReferenceModel::default();
//! let description = implementation.describe();
//! let selection = Selection::scenarios_only();
//! let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
//! let mut summary = Summary::default();
//! run(&plan, &mut implementation, Extras::default(), &AtomicBool::new(false), &mut |event| {
//!     summary.take(&event);
//! });
//! assert_eq!(summary.status(), Status::Conformant);
//! ```
//!
//! Features: `cli` (default) is the command line program; `child-process` runs implementations as
//! child processes; `harness` makes tests of the scenarios in a crate of your own; `schema` makes
//! JSON Schemas of the formats.

pub mod baseline;
pub mod cases;
pub mod checks;
#[cfg(feature = "cli")]
pub mod cli;
pub mod directory;
#[cfg(feature = "harness")]
pub mod harness;
pub mod implementation;
pub mod mutants;
pub mod reference;
pub mod report;
pub mod rulebook;
pub mod runner;
pub mod self_test;
pub mod variants;
