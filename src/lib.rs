//! Conformance tests for the rules by which Microsoft Entra Connect matches on-premises objects
//! with objects that already exist in a Microsoft Entra tenant: soft match, hard match, takeover,
//! administrators, disaster recovery.
//!
//! # Judge an implementation
//!
//! An implementation (a sync engine, a migration tool, an emulator) stands behind the trait
//! [`Implementation`](implementation::Implementation), of which three methods are owed: say what it
//! is, start from a tenant, carry out a command and show the state afterwards. A [`Suite`] runs
//! cases against it and judges every step by the rules of the [`rulebook`]. The [`Report`] says
//! which rules hold and which are violated, on the smallest example that was found:
//!
//! ```
//! use entra_conformance::{Suite, reference::ReferenceModel as MyImplementation};
//! # use entra_conformance::runner::Source;
//!
//! let suite = Suite::builder();
//! # let suite = suite.sources([Source::Scenarios]); // In a documentation test, the quickest.
//! let report = suite.run(&mut MyImplementation::default())?;
//! assert!(report.is_conformant(), "{report}");
//! # Ok::<(), entra_conformance::SuiteError>(())
//! ```
//!
//! [`harness!`] lists every scenario as a test of your own crate, for `cargo test` and nextest:
//!
//! ```no_run
//! # use entra_conformance::reference::ReferenceModel as MyImplementation;
//! entra_conformance::harness!(MyImplementation::default());
//! ```
//!
//! # Serve the protocol
//!
//! [`serve_stdio`](implementation::serve::serve_stdio) makes of the same implementation an adapter,
//! a program that answers the suite's requests on its standard input and output, which is then
//! judged like one in any other language.
//!
//! # Features
//!
//! | feature | what it adds |
//! | --- | --- |
//! | none | the types of the [`directory`], the trait and [serving](implementation::serve): for `[dependencies]` |
//! | `harness` | [`Suite`] and [`harness!`]: for `[dev-dependencies]` |
//! | `child-process` | [adapters as child processes](implementation::child_process) |
//! | `self-test` | mutants, correct variants and exhaustive search, by which the suite proves itself |
//! | `html`, `junit`, `schema` | reports for browsers and servers, JSON Schemas of the formats |
//! | `cli` (default) | the command line program |
//!
//! Modules that are hidden here are parts of the program and no promise.

// What docs.rs says beside each item: the feature that it takes.
#![cfg_attr(docsrs, feature(doc_cfg))]
// Some of what the model and the checks offer is asked for by the self-test alone. It is compiled
// with them all the same.
#![cfg_attr(not(feature = "self-test"), allow(dead_code, unused_imports))]

#[cfg(feature = "harness")]
#[doc(hidden)]
pub mod baseline;
#[cfg(feature = "harness")]
#[doc(hidden)]
pub mod cases;
#[cfg(feature = "harness")]
#[doc(hidden)]
pub mod checks;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod directory;
#[cfg(feature = "cli")]
mod forecast;
#[cfg(feature = "harness")]
pub mod harness;
pub mod implementation;
#[cfg(feature = "harness")]
pub mod reference;
#[cfg(feature = "harness")]
pub mod report;
#[cfg(feature = "harness")]
pub mod rulebook;
#[cfg(feature = "harness")]
pub mod runner;
#[cfg(feature = "self-test")]
#[doc(hidden)]
pub mod self_test;
#[cfg(feature = "harness")]
mod suite;

#[cfg(feature = "harness")]
pub use suite::{Report, Suite, SuiteBuilder, SuiteError};
