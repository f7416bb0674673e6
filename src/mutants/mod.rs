//! Mutants: implementations that are right but for one deliberate fault, to show what the suite
//! notices.
//!
//! Each is the reference model with a deviation at one of its seams, compiled once and chosen at
//! run time by its name. Everything else it does is right, and what it got wrong stays wrong: a
//! mutant is an implementation with a state of its own, and no forger of observations.
//!
//! ```
//! use entra_conformance::directory::{Command, Tenant};
//! use entra_conformance::mutants;
//! let mutant = mutants::find("takeover-merges-addresses").unwrap();
//! assert_eq!(mutant.rule, "takeover.addresses-replaced");
//! let mut implementation = mutant.implementation();
//! implementation.reset(&Tenant::default())?;
//! implementation.apply(&Command::sync())?;
//! # Ok::<(), entra_conformance::implementation::Failure>(())
//! ```
//!
//! ```text
//! authority, matching, collisions, …   the faults, one file an area of the rulebook
//! constants                            implementations that do always the same
//! fault                                a fault: one function for each seam of the model
//! memory                               what a fault remembers of a case
//! alike                                what two objects have in common
//! consequences                         rules that fall together
//! ```

mod administrators;
mod alike;
mod authority;
mod collisions;
mod consequences;
mod constants;
mod direction;
mod fault;
mod kinds;
mod laws;
mod matching;
mod memory;
mod recovery;
mod safety;
mod switch;
mod takeover;

use crate::implementation::Implementation;
use crate::reference::Policy;
use crate::reference::ReferenceModel;
use fault::{Fault, Faulty, RIGHT};
use std::sync::LazyLock;

/// The reference model with one deliberate fault.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// Its name, which says what is wrong: `takeover-merges-addresses`.
    pub name: &'static str,
    /// The slug of the rule that it breaks above all.
    pub rule: &'static str,
    /// Other rules that it may break too, in order: where the same mistake shows, or what follows
    /// from it.
    pub also: &'static [&'static str],
    /// What goes wrong, in a sentence.
    pub what: &'static str,
    /// The same rules by groups, as they are written down.
    consequences: &'static [&'static [&'static str]],
    fault: Fault,
}

impl Mutant {
    const fn new(name: &'static str, rule: &'static str, what: &'static str) -> Mutant {
        Mutant { name, rule, also: &[], what, consequences: &[], fault: RIGHT }
    }

    const fn also(self, consequences: &'static [&'static [&'static str]]) -> Mutant {
        Mutant { consequences, ..self }
    }

    /// With its consequences in one list. Leaks it: a catalogue is made once.
    fn listed(self) -> Mutant {
        let mut also: Vec<&str> = self.consequences.concat();
        also.retain(|rule| *rule != self.rule);
        also.sort_unstable();
        also.dedup();
        Mutant { also: also.leak(), ..self }
    }

    /// It as an implementation that decides by the default policy wherever its fault does not
    /// demand another.
    pub fn implementation(&self) -> Box<dyn Implementation + Send> {
        self.with_policy(Policy::default())
    }

    /// It as an implementation that decides by this policy, except where its fault demands
    /// another: a fault that lies in how copies are made needs copies.
    pub fn with_policy(&self, policy: Policy) -> Box<dyn Implementation + Send> {
        Box::new(self.model(policy))
    }

    /// The same, as the model that it is made of.
    pub(crate) fn model(&self, mut policy: Policy) -> ReferenceModel {
        (self.fault.policy)(&mut policy);
        let faulty = Faulty::new(self.name, self.fault);
        ReferenceModel::new(policy).with_deviation(Box::new(faulty))
    }

    /// Whether it breaks this rule, above all or too.
    pub fn breaks(&self, rule: &str) -> bool {
        self.rule == rule || self.also.contains(&rule)
    }
}

/// All mutants, in the order of the rulebook's areas; then those that do always the same.
pub fn catalogue() -> &'static [Mutant] {
    static ALL: LazyLock<Vec<Mutant>> = LazyLock::new(|| {
        let areas = [
            authority::MUTANTS,
            matching::MUTANTS,
            collisions::MUTANTS,
            takeover::MUTANTS,
            kinds::MUTANTS,
            administrators::MUTANTS,
            switch::MUTANTS,
            recovery::MUTANTS,
            direction::MUTANTS,
            safety::MUTANTS,
            laws::MUTANTS,
            constants::MUTANTS,
        ];
        areas.into_iter().flatten().map(|mutant| mutant.listed()).collect()
    });
    &ALL
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
    fn the_rules_that_they_break_exist() {
        let rulebook = Rulebook::embedded();
        for mutant in catalogue() {
            for rule in [mutant.rule].iter().chain(mutant.also) {
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
        // What breaks a law breaks other rules as well, and mostly those above all.
        let is_broken = |mutant: &Mutant, rule: &str| match area_of(rule) {
            "law" => mutant.breaks(rule),
            _ => mutant.rule == rule,
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

    /// The table `FAULTS` of the Python example: each entry is `("name", "rule",` and a text.
    fn python_faults() -> Vec<(String, String)> {
        let adapter = include_str!("../../examples/python/adapter.py");
        let (_, rest) = adapter.split_once("\nFAULTS = [\n").expect("the table");
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
        assert_eq!(faults.len(), 31);
        for (name, rule) in faults {
            let mutant = find(&name).unwrap_or_else(|| panic!("{name} is missing"));
            assert_eq!(mutant.rule, rule, "{name}");
        }
    }
}
