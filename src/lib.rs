//! Conformance tests for the rules by which Microsoft Entra Connect matches on-premises objects
//! with objects that already exist in a Microsoft Entra tenant.

pub mod cases;
pub mod checks;
pub mod directory;
pub mod implementation;
pub mod report;
pub mod rulebook;
pub mod runner;
