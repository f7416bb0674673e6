//! The editions that tests run over, and what the checks of an edition find.

use entra_conformance::checks::{Finding, Observer};
use entra_conformance::directory::{Capabilities, Command, DeclaredChoices, Tenant};
use entra_conformance::implementation::{CaseObservation, Implementation as _};
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::rulebook::{Edition, Rulebook};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Every edition, drafts too: what a draft has of rules holds of the model already.
pub(crate) fn every() -> impl Iterator<Item = &'static Edition> {
    Rulebook::embedded().editions.editions.iter()
}

/// The editions after the first, in which only what is new needs as many cases.
pub(crate) fn later() -> impl Iterator<Item = &'static Edition> {
    every().filter(|edition| !edition.default)
}

/// The edition by which a policy decides.
pub(crate) fn of(policy: &Policy) -> &'static Edition {
    Rulebook::embedded().edition(policy.edition.name).expect("an edition of the rulebook")
}

/// The default policy of an edition.
pub(crate) fn default_policy(edition: &Edition) -> Policy {
    Policy::of_edition(&edition.id).expect("an edition that the model knows")
}

/// What the model of an edition can be asked for.
pub(crate) fn capabilities(edition: &Edition) -> Capabilities {
    ReferenceModel::new(default_policy(edition)).describe().capabilities
}

/// Whether a rule is one of this edition.
pub(crate) fn has_rule(edition: &Edition, rule: &str) -> bool {
    static RULES: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
        let rules_of = |edition: &'static Edition| {
            let rules = Rulebook::embedded().rules_in(&edition.id);
            (&*edition.id, rules.map(|rule| &*rule.id).collect())
        };
        every().map(rules_of).collect()
    });
    RULES[&*edition.id].contains(rule)
}

/// Whether a rule is new in this edition, or rests on something else from it on.
pub(crate) fn has_new_rule(edition: &Edition, rule: &str) -> bool {
    Rulebook::embedded().rule(rule).is_some_and(|rule| {
        rule.since == edition.id || rule.later.iter().any(|later| later.since == edition.id)
    })
}

/// What the checks of an edition find in the start of a case and in each step.
pub(crate) fn judged(
    edition: &Edition,
    (tenant, commands): (&Tenant, &[Command]),
    seen: &CaseObservation,
    choices: &DeclaredChoices,
) -> Vec<Vec<Finding>> {
    let capabilities = capabilities(edition);
    let start = seen.start.as_ref().expect("it starts");
    let (mut observer, findings) =
        Observer::start(tenant, start, edition.settings, &capabilities, choices);
    let steps = commands.iter().zip(&seen.steps);
    let steps = steps.map(|(command, step)| observer.step(command, step));
    let mut judged: Vec<Vec<Finding>> = std::iter::once(findings).chain(steps).collect();
    // Nor do the runs of a user ask checks of rules that the edition has not.
    judged.iter_mut().for_each(|findings| {
        findings.retain(|finding| has_rule(edition, finding.rule));
    });
    judged
}
