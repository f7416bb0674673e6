//! Every scenario of the suite as a test of this crate: `cargo test`, or `cargo nextest run`.

entra_conformance::harness!(small_sync::SmallSync::default());
