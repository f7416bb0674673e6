//! What is alike in failures that come from one mistake, in words that a person understands.
//!
//! A reason is made of the field, the shape of what was expected and seen, and the kind of step.
//! The rule stands beside it. Left out is all that changes from case to case while the mistake
//! stays: values, names and identifiers of objects, names of attributes, the order in which
//! violations were found, the step's number, the seed.

use super::event::Origin;
use super::trial::kind_of_field;
use crate::checks::Violation;
use crate::directory::{Kind, ResultWord, Status};
use serde_yaml::Value;
use std::collections::BTreeSet;

/// What stands at the end of a reason that only a scenario's own expectation gives.
const EXPECTED: &str = ", as only the scenario expects";

/// Why a rule counts as broken: `proxyAddresses: values too many, after sync`.
///
/// ```
/// use entra_conformance::checks::Violation;
/// use entra_conformance::runner::{Origin, reason};
/// let violation = Violation {
///     object: "cloud user ann".to_owned().into(),
///     field: "proxyAddresses".to_owned(),
///     expected: "[SMTP:ann@contoso.com]".to_owned(),
///     seen: "[SMTP:ann@contoso.com, smtp:a.berg@contoso.com]".to_owned(),
/// };
/// assert_eq!(
///     reason(Origin::Check, "sync", &violation),
///     "proxyAddresses: values too many, after sync"
/// );
/// ```
pub fn reason(origin: Origin, command: &str, violation: &Violation) -> String {
    let field = kind_of_field(&violation.field);
    let shape = shape(&violation.field, &violation.expected, &violation.seen);
    let step = match (origin, command) {
        // The last step of a case that a law compares has no part in what is wrong.
        (Origin::Law, _) => "between two runs".to_owned(),
        (_, "reset") => "at the start".to_owned(),
        (_, command) => format!("after {command}"),
    };
    let end = if origin == Origin::Expectation { EXPECTED } else { "" };
    format!("{field}: {shape}, {step}{end}")
}

/// Whether this reason is one that only a scenario's own expectation gives. Which rule it is put
/// down to then depends on which rules are selected.
pub fn is_of_expectation(reason: &str) -> bool {
    reason.ends_with(EXPECTED)
}

/// Where an implementation broke off: `in sync`. `excerpt` is the case as far as it went.
pub fn broke_off_in(step: usize, excerpt: &str) -> String {
    if step == 0 {
        return broke_off("reset");
    }
    let case: Value = serde_yaml::from_str(excerpt).unwrap_or_default();
    let command = case.get("steps").and_then(|steps| steps.get(step - 1)?.get("do")?.as_str());
    broke_off(command.unwrap_or("its last step"))
}

/// Where an implementation broke off, by the step's command.
pub(super) fn broke_off(command: &str) -> String {
    match command {
        "reset" => "at the start".to_owned(),
        command => format!("in {command}"),
    }
}

/// What a text says about a value, without the value.
#[derive(Debug, PartialEq, Eq)]
enum Term<'t> {
    Nothing,
    /// A word of the protocol, which says the same everywhere.
    Word(&'t str),
    Count(&'static str),
    List(BTreeSet<&'t str>),
    Value,
}

impl<'t> Term<'t> {
    fn of(field: &str, text: &'t str) -> Term<'t> {
        // Only what has a space in its name is counted, and only these are told in the protocol's
        // words; an attribute whose value happens to be `1` or `user` is neither.
        let is_counted = field.contains(' ');
        let is_in_words = is_counted || WORDED.contains(&field);
        if let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            return Term::List(inside.split(", ").filter(|value| !value.is_empty()).collect());
        }
        // What comes after these explains the first words.
        let head = [":", ",", ";", " ("]
            .iter()
            .filter_map(|mark| text.find(mark))
            .min()
            .map_or(text, |end| &text[..end]);
        let number = head.split(' ').next().unwrap_or_default().parse::<usize>();
        match head {
            "no value" | "none" | "no entry" | "gone" | "the object is gone" | "no such object"
            | "not there" => Term::Nothing,
            word if is_in_words && is_word(word) => Term::Word(word),
            _ if !is_counted => Term::Value,
            "one at most" | "exactly one" | "one flagged copy" => Term::Count("one"),
            _ => match number {
                Ok(0) => Term::Nothing,
                Ok(1) => Term::Count("one"),
                Ok(_) if head.bytes().all(|byte| byte.is_ascii_digit()) => Term::Count("several"),
                _ => Term::Value,
            },
        }
    }

    fn words(&self) -> &str {
        match self {
            Term::Nothing => "nothing",
            Term::Word(word) => word,
            Term::Count(count) => count,
            Term::List(_) => "values",
            Term::Value => "a value",
        }
    }
}

/// Fields whose values are words of the protocol.
const WORDED: &[&str] =
    &["kind", "mailEnabled", "onPremisesSyncEnabled", "deleted", "quarantined", "outcome"];

fn is_word(text: &str) -> bool {
    ["true", "false", "matched", "rejoined", "conflict"].contains(&text)
        || ResultWord::ALL.iter().any(|result| result.word() == text)
        || Kind::ALL.iter().any(|kind| kind.word() == text)
        || Status::ALL.iter().any(|status| status.word() == text)
}

fn shape(field: &str, expected: &str, seen: &str) -> String {
    match (Term::of(field, expected), Term::of(field, seen)) {
        (Term::List(expected), Term::List(seen)) => {
            let missing = !expected.is_subset(&seen);
            let too_many = !seen.is_subset(&expected);
            match (missing, too_many) {
                (true, false) => "values missing",
                (false, true) => "values too many",
                _ => "other values",
            }
            .to_owned()
        }
        (Term::Value, Term::Value) => "another value".to_owned(),
        (Term::List(_), Term::Value) | (Term::Value, Term::List(_)) => "other values".to_owned(),
        (expected, seen) if expected == seen => "not as expected".to_owned(),
        (expected, seen) => format!("{} instead of {}", seen.words(), expected.words()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::too_many("roles", "[a, b]", "[a, b, c]", "values too many")]
    #[case::missing("roles", "[a, b]", "[a]", "values missing")]
    #[case::all_missing("roles", "[a, b]", "[]", "values missing")]
    #[case::others("roles", "[a]", "[b]", "other values")]
    #[case::others_in_words("roles", "with Reader", "[b]", "other values")]
    #[case::value("password", "old", "new", "another value")]
    #[case::explained("password", "old, as before", "new", "another value")]
    #[case::lost("id", "7 as before", "gone", "nothing instead of a value")]
    #[case::appeared("password", "no value", "new", "a value instead of nothing")]
    #[case::flag("deleted", "true: taken over by ann-ad", "false; it is", "false instead of true")]
    #[case::status("outcome", "refused: a contact has none", "ok", "ok instead of refused")]
    #[case::result(
        "reported result",
        "conflict (or so)",
        "no entry",
        "nothing instead of conflict"
    )]
    #[case::none("new cloud objects", "exactly one, a user", "0 (x)", "nothing instead of one")]
    #[case::several("new cloud objects", "one at most", "3", "several instead of one")]
    #[case::same("new cloud objects", "one at most", "1, of which 0 flagged", "not as expected")]
    #[case::number_of_an_attribute("department", "1", "3", "another value")]
    #[case::word_of_an_attribute("department", "user", "true", "another value")]
    fn values_leave_their_shape(
        #[case] field: &str,
        #[case] expected: &str,
        #[case] seen: &str,
        #[case] told: &str,
    ) {
        assert_eq!(shape(field, expected, seen), told);
    }

    #[rstest]
    #[case(Origin::Check, "sync", "proxyAddresses", "proxyAddresses: another value, after sync")]
    #[case(Origin::Check, "sync", "department", "an attribute: another value, after sync")]
    #[case(Origin::Check, "reset", "kind", "kind: another value, at the start")]
    #[case(Origin::Law, "sync", "kind", "kind: another value, between two runs")]
    #[case(
        Origin::Expectation,
        "sync",
        "kind",
        "kind: another value, after sync, as only the scenario expects"
    )]
    fn a_reason_names_field_shape_and_kind_of_step(
        #[case] origin: Origin,
        #[case] command: &str,
        #[case] field: &str,
        #[case] told: &str,
    ) {
        let violation = Violation {
            object: "ann-ad".to_owned().into(),
            field: field.to_owned(),
            expected: "1".to_owned(),
            seen: "3".to_owned(),
        };
        assert_eq!(reason(origin, command, &violation), told);
        assert_eq!(is_of_expectation(told), origin == Origin::Expectation);
    }

    #[rstest]
    #[case(0, "given: {}", "at the start")]
    #[case(2, "given: {}\nsteps:\n  - do: sync\n  - {do: reinstallConnect}", "in reinstallConnect")]
    #[case(2, "given: {}\nsteps:\n  - do: sync", "in its last step")]
    fn a_breaking_off_names_the_kind_of_step(
        #[case] step: usize,
        #[case] excerpt: &str,
        #[case] told: &str,
    ) {
        assert_eq!(broke_off_in(step, excerpt), told);
    }
}
