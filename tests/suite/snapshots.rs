//! How tests compare with the files in `snapshots/`.

/// Settings under which a snapshot is the file of its name in `snapshots/`.
pub(crate) fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // Where the project's site is stands in Cargo.toml alone.
    settings.add_filter(&env!("CARGO_PKG_HOMEPAGE").replace('.', r"\."), "HOMEPAGE");
    settings
}
