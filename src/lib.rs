//! Conformance tests for the rules by which Microsoft Entra Connect matches on-premises objects
//! with objects that already exist in a Microsoft Entra tenant: soft match, hard match, takeover,
//! administrators, disaster recovery.

pub mod cases;
pub mod checks;
pub mod directory;
pub mod implementation;
pub mod reference;
pub mod report;
pub mod rulebook;
pub mod runner;
