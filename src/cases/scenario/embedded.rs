//! The scenarios that this suite was built with.

use super::format::Scenario;
use super::read::from_yaml;
use std::sync::OnceLock;

/// The embedded scenario files: path from the project's root, and text.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// A scenario of the suite's own.
#[derive(Clone, Debug)]
pub struct EmbeddedScenario {
    /// Area and file name without its ending: `match/name-matches`.
    pub id: &'static str,
    /// Where its file stands, from the project's root.
    pub path: &'static str,
    /// The file's text.
    pub text: &'static str,
    /// What the file says.
    pub scenario: Scenario,
}

/// Every embedded scenario, by area and name.
///
/// # Panics
/// Never in a build whose tests pass: they read the embedded files.
pub fn embedded() -> &'static [EmbeddedScenario] {
    static EMBEDDED: OnceLock<Vec<EmbeddedScenario>> = OnceLock::new();
    EMBEDDED.get_or_init(|| {
        FILES
            .iter()
            .map(|&(path, text)| {
                let scenario = from_yaml(path, text).unwrap_or_else(|errors| {
                    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
                    panic!("an embedded scenario is broken:\n{}", told.join("\n"))
                });
                let id = path.strip_prefix("spec/scenarios/").unwrap_or(path);
                let id = id.strip_suffix(".yaml").unwrap_or(id);
                EmbeddedScenario { id, path, text, scenario }
            })
            .collect()
    })
}
