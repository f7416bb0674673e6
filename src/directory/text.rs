//! Text that is shared.

/// Shared, immutable text. Objects are copied often and changed rarely; sharing keeps that cheap.
pub type Text = std::sync::Arc<str>;
