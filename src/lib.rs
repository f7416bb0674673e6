//! Conformance tests for the rules by which Microsoft Entra Connect matches on-premises objects
//! with objects that already exist in a Microsoft Entra tenant.

pub mod directory;
pub mod implementation;
pub mod reference;
