//! Mutants: implementations that are right but for one deliberate fault, to show what the suite
//! notices.
//!
//! Each is the reference model in a wrapper that does something else with a command or its outcome,
//! or that deviates in the middle of a sync cycle; chosen at run time by its name.
//! Everything else it does is right, and what it got wrong stays wrong: a mutant is an
//! implementation with a state of its own, and no forger of observations.
//!
//! ```
//! use entra_conformance::directory::{Command, Tenant};
//! use entra_conformance::self_test::mutants;
//! let mutant = mutants::find("takeover-merges-addresses").unwrap();
//! assert_eq!(mutant.rule, "takeover.addresses-replaced");
//! let mut implementation = mutant.implementation();
//! implementation.reset(&Tenant::default())?;
//! implementation.apply(&Command::sync())?;
//! # Ok::<(), entra_conformance::implementation::Failure>(())
//! ```
//!
//! ```text
//! soa, match, takeover, …   the faults, in the file of the area that each breaks above all
//! fault                     a mutant: its fault, and the wrapper that has it
//! common                    what faults have in common
//! consequences              rules that fall together
//! ```

mod admin;
mod common;
mod consequences;
mod fault;
mod kind;
mod r#match;
mod protect;
mod recovery;
mod relation;
mod safe;
mod scope;
mod soa;
mod switch;
mod sync;
mod takeover;

pub(super) use fault::Faulty;
pub use fault::Mutant;

use std::sync::LazyLock;

/// The mutants of each area, in the order of the rulebook.
fn areas() -> [(&'static str, Vec<Mutant>); 12] {
    [
        ("soa", soa::mutants()),
        ("match", r#match::mutants()),
        ("takeover", takeover::mutants()),
        ("kind", kind::mutants()),
        ("admin", admin::mutants()),
        ("switch", switch::mutants()),
        ("recovery", recovery::mutants()),
        ("sync", sync::mutants()),
        ("scope", scope::mutants()),
        ("protect", protect::mutants()),
        ("safe", safe::mutants()),
        ("relation", relation::mutants()),
    ]
}

/// All mutants, in the order of the rulebook's areas.
pub fn catalogue() -> &'static [Mutant] {
    static ALL: LazyLock<Vec<Mutant>> =
        LazyLock::new(|| areas().into_iter().flat_map(|(_, mutants)| mutants).collect());
    &ALL
}

/// The mutants that break a rule of this edition above all.
pub fn of_edition(edition: &str) -> impl Iterator<Item = &'static Mutant> {
    catalogue().iter().filter(move |mutant| mutant.is_in(edition))
}

/// The mutant with this name.
pub fn find(name: &str) -> Option<&'static Mutant> {
    catalogue().iter().find(|mutant| mutant.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::{Rulebook, area_of};
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_say_something() {
        let mut names = BTreeSet::new();
        for mutant in catalogue() {
            assert!(names.insert(mutant.name), "{} is there twice", mutant.name);
            let is_kebab = |letter: char| letter.is_ascii_lowercase() || letter == '-';
            assert!(mutant.name.chars().all(is_kebab), "{}", mutant.name);
            assert!(mutant.what.ends_with('.') && !mutant.what.contains('\n'), "{}", mutant.name);
            assert!(std::ptr::eq(find(mutant.name).expect("itself"), mutant));
        }
        assert!(find("no-such-mutant").is_none());
    }

    #[test]
    fn each_is_told_in_the_file_of_the_area_that_it_breaks() {
        for (area, mutants) in areas() {
            for mutant in mutants {
                assert_eq!(mutant.rule.split('.').next(), Some(area), "{}", mutant.name);
            }
        }
    }

    #[test]
    fn the_rules_that_they_break_exist() {
        let rulebook = Rulebook::embedded();
        for mutant in catalogue() {
            for rule in [mutant.rule].iter().chain(&mutant.also) {
                assert!(
                    rulebook.rules.iter().any(|known| known.id == *rule),
                    "{}: {rule}",
                    mutant.name
                );
            }
            assert!(mutant.also.is_sorted() && !mutant.also.contains(&mutant.rule));
            assert!(mutant.breaks(mutant.rule));
        }
    }

    #[test]
    fn every_rule_is_broken_in_two_ways_at_least() {
        // What breaks a relation breaks other rules as well, and mostly those above all.
        let is_broken = |mutant: &Mutant, rule: &str| match area_of(rule) {
            "relation" => mutant.breaks(rule),
            _ => mutant.breaks_above_all(rule),
        };
        let ways = |rule: &str| catalogue().iter().filter(|mutant| is_broken(mutant, rule)).count();
        let lacking: Vec<&str> = Rulebook::embedded()
            .rules
            .iter()
            .map(|rule| &*rule.id)
            .filter(|rule| ways(rule) < 2)
            .collect();
        assert_eq!(lacking, Vec::<&str>::new());
    }

    /// The table `FAULTS` of the Python example, those of edition 2023-01: each entry is `("name", "rule",` and a text.
    fn python_faults() -> Vec<(String, String)> {
        let faults = include_str!("../../../examples/python/faults.py");
        let (_, rest) = faults.split_once("\nFAULTS = [\n").expect("the table");
        let (table, _) = rest.split_once("\n]\n").expect("its end");
        let entries = table.lines().filter_map(|line| line.strip_prefix("    (\""));
        entries
            .map(|entry| {
                let (name, rest) = entry.split_once("\", \"").expect("a rule");
                let (rule, _) = rest.split_once('"').expect("its end");
                (name.to_owned(), rule.to_owned())
            })
            .collect()
    }

    #[test]
    fn the_faults_of_the_python_example_are_here_too() {
        let faults = python_faults();
        assert!(!faults.is_empty());
        for (name, rule) in faults {
            let mutant = find(&name).unwrap_or_else(|| panic!("{name} is missing"));
            assert_eq!(mutant.rule, rule, "{name}");
        }
    }
}
