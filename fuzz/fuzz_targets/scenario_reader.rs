//! What a file says: a scenario, or mistakes that can be told.
#![no_main]

use entra_conformance::cases::scenario::from_yaml;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(errors) = from_yaml("case.yaml", text) {
        assert!(!errors.is_empty());
        for error in errors {
            assert!(error.to_string().starts_with("case.yaml:"));
        }
    }
});
