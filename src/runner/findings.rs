//! Which violated rules are one mistake.
//!
//! One mistake in an implementation mostly breaks several rules at once: whoever takes an administrator
//! over also changes an object that is mastered in the cloud. What a person wants to read is the mistake,
//! under the rule that explains it.
//!
//! What the first violated step of a case shows belongs together, and what its later steps show follows
//! from that. Across cases the question is that of fault localisation: of all things that fail together,
//! which one is at fault? It is answered as there, by Ochiai's coefficient: a rule explains a mistake the
//! better the more of the failing cases violate it, and the more rarely its situation occurs without.
//! What the rulebook says to follow from another rule gives way to it, or is part of its finding. Where a likely mistake is known that
//! shows the same in every case, its own rule explains it best.

use super::event::{BrokenTogether, Likeness, RunHeader};
use super::trial::PlannedCase;
use crate::checks::Violation;
use crate::rulebook::{Rulebook, area_of};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One mistake, as far as a run can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The rule that explains it.
    pub rule: String,
    /// Other rules that it breaks, in order.
    pub consequences: Vec<String>,
    /// In how many cases it shows.
    pub cases: u64,
    /// The likely mistake that shows the same, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likeness: Option<Likeness>,
    /// Whether a baseline lists all of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
}

/// How a case violates rules: each rule, the step that shows it, and how.
pub type Breaches = Vec<(String, usize, Vec<Violation>)>;

/// Tells the likely mistake that shows the same as a finding: it is given what every case that was
/// written down has come to.
pub type FindLikeness = fn(&RunHeader, &Finding, &[(&PlannedCase, &Breaches)]) -> Option<Likeness>;

impl Finding {
    /// Whether it breaks this rule, above all or as a consequence.
    pub fn breaks(&self, rule: &str) -> bool {
        self.rule == rule || self.consequences.iter().any(|consequence| consequence == rule)
    }

    /// Leads with the rule that the likely mistake breaks above all.
    fn take(&mut self, likeness: Likeness) {
        let explains = |rule: &&mut String| **rule == likeness.explains;
        if let Some(consequence) = self.consequences.iter_mut().find(explains) {
            std::mem::swap(consequence, &mut self.rule);
            self.consequences.sort();
        }
        self.likeness = Some(likeness);
    }

    /// Takes up another finding that is the same mistake.
    fn join(&mut self, other: Finding) {
        self.cases += other.cases;
        self.consequences.push(other.rule);
        self.consequences.extend(other.consequences);
        self.consequences.sort();
        self.consequences.dedup();
        self.consequences.retain(|rule| *rule != self.rule);
    }
}

/// Counts which rules are broken together.
#[derive(Clone, Debug, Default)]
pub(super) struct Broken(BTreeMap<BTreeSet<String>, (BTreeSet<String>, u64)>);

impl Broken {
    pub(super) fn add(&mut self, more: BrokenTogether) {
        let (later, cases) = self.0.entry(more.rules).or_default();
        later.extend(more.later);
        *cases += more.cases;
    }

    /// The same of some rules only.
    pub(super) fn among(&self, is_meant: &dyn Fn(&str) -> bool) -> Broken {
        let mut some = Broken::default();
        for mut group in self.groups() {
            group.rules.retain(|rule| is_meant(rule));
            group.later.retain(|rule| is_meant(rule));
            if group.rules.is_empty() {
                group.rules = std::mem::take(&mut group.later);
            }
            if !group.rules.is_empty() {
                some.add(group);
            }
        }
        some
    }

    pub(super) fn groups(&self) -> Vec<BrokenTogether> {
        let group = |(rules, (later, cases)): (&BTreeSet<String>, &(BTreeSet<String>, u64))| {
            BrokenTogether { rules: rules.clone(), later: later.clone(), cases: *cases }
        };
        self.0.iter().map(group).collect()
    }
}

/// Puts the rules that were broken together in order: the mistakes, that of the most cases first.
/// `exercised` says how often a rule's situation occurred, whether it held or not.
pub(super) fn findings<'g>(
    broken: &'g [BrokenTogether],
    exercised: &dyn Fn(&str) -> u64,
) -> Vec<Finding> {
    let mut left: Vec<&'g BrokenTogether> = broken.iter().collect();
    let mut mistakes: Vec<(&'g str, Vec<&'g BrokenTogether>)> = Vec::new();
    while let Some(rule) = most_telling(&left, exercised) {
        let (mut of_mistake, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|group| group.rules.contains(rule));
        let follows = consequences(&of_mistake, &rest);
        // What it breaks together with the rule it may break alone; with yet another rule it is none of it.
        let (alike, rest): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|group| group.rules.iter().all(|rule| follows.contains(rule)));
        of_mistake.extend(alike);
        // That two runs differ says that something is wrong, and not what.
        match mistakes.first_mut().filter(|_| is_relation(rule)) {
            Some((_, first)) => first.extend(of_mistake),
            None => mistakes.push((rule, of_mistake)),
        }
        left = rest;
    }
    let leading: BTreeSet<&str> = mistakes.iter().map(|(rule, _)| *rule).collect();
    let mut findings: Vec<Finding> = mistakes
        .iter()
        .map(|(rule, groups)| {
            let all: BTreeSet<&String> =
                groups.iter().flat_map(|group| group.rules.iter().chain(&group.later)).collect();
            let consequences = all.into_iter().filter(|rule| !leading.contains(rule.as_str()));
            Finding {
                rule: (*rule).to_owned(),
                consequences: consequences.cloned().collect(),
                cases: groups.iter().map(|group| group.cases).sum(),
                likeness: None,
                known: false,
            }
        })
        .collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.cases));
    let mut told: Vec<Finding> = Vec::new();
    for finding in findings {
        match told.iter_mut().find(|more| is_one_mistake(&more.rule, &finding.rule)) {
            Some(more) => more.join(finding),
            None => told.push(finding),
        }
    }
    told
}

/// Whether the rulebook says that one of two rules follows from the other.
fn is_one_mistake(one: &str, other: &str) -> bool {
    let rulebook = Rulebook::embedded();
    let follows = |rule: &str, from: &str| {
        rulebook.rule(rule).is_some_and(|rule| rule.follows_from.iter().any(|it| it == from))
    };
    follows(one, other) || follows(other, one)
}

/// Tells the findings which mistakes they are like. Those that are like one are one.
pub(super) fn with_likenesses(findings: Vec<Finding>, known: &[Likeness]) -> Vec<Finding> {
    let mut told: Vec<Finding> = Vec::new();
    for mut finding in findings {
        let Some(likeness) = known.iter().find(|likeness| likeness.rule == finding.rule) else {
            told.push(finding);
            continue;
        };
        let is_same = |other: &&mut Finding| {
            other.likeness.as_ref().is_some_and(|it| it.mistake == likeness.mistake)
        };
        match told.iter_mut().find(is_same) {
            Some(same) => {
                same.join(finding);
                same.take(likeness.clone());
            }
            None => {
                finding.take(likeness.clone());
                told.push(finding);
            }
        }
    }
    told
}

/// The rules whose being broken first in a case, without the rule that explains a mistake, is still that
/// mistake. One that is nearly always so broken is a mistake of its own, whatever else it follows from now
/// and then: real software makes several at once. But what has to hold of every step follows from any.
fn consequences<'g>(
    of_mistake: &[&'g BrokenTogether],
    rest: &[&'g BrokenTogether],
) -> BTreeSet<&'g String> {
    let first = |groups: &[&BrokenTogether], rule: &String| -> u64 {
        groups.iter().filter(|group| group.rules.contains(rule)).map(|group| group.cases).sum()
    };
    let all = of_mistake.iter().flat_map(|group| group.rules.iter().chain(&group.later));
    // A case or two say little.
    let is_own = |rule: &String| first(rest, rule) > 3 * (first(of_mistake, rule) + 1);
    all.filter(|rule| area_of(rule) == "safe" || !is_own(rule)).collect()
}

/// The rule that explains most of what is left.
fn most_telling<'g>(
    left: &[&'g BrokenTogether],
    exercised: &dyn Fn(&str) -> u64,
) -> Option<&'g str> {
    let mut cases: BTreeMap<&str, u64> = BTreeMap::new();
    for group in left {
        for rule in &group.rules {
            *cases.entry(rule).or_default() += group.cases;
        }
    }
    // Squared, and without what is the same for all of them.
    let score = |rule: &str, cases: u64| {
        let (cases, exercised) = (cases as f64, exercised(rule).max(cases) as f64);
        cases * cases / exercised
    };
    let is_better = |(one, of_one): &(&str, u64), (other, of_other): &(&str, u64)| {
        (is_relation(other).cmp(&is_relation(one)))
            .then(score(one, *of_one).total_cmp(&score(other, *of_other)))
            .then(other.cmp(one))
    };
    let (best, _) = cases.into_iter().max_by(is_better)?;
    Some(explained_by(best, left).unwrap_or(best))
}

/// The rule that this one follows from, where that is broken together with it in most of its cases.
fn explained_by<'g>(rule: &str, left: &[&'g BrokenTogether]) -> Option<&'g str> {
    let follows_from = &Rulebook::embedded().rule(rule)?.follows_from;
    let with = |other: &str| -> u64 {
        let groups = left.iter().filter(|group| group.rules.contains(rule));
        groups.filter(|group| group.rules.contains(other)).map(|group| group.cases).sum()
    };
    let all = left.iter().flat_map(|group| &group.rules).filter(|it| follows_from.contains(it));
    let (together, other) = all.map(|other| (with(other), other.as_str())).max()?;
    (together * 2 > with(rule)).then_some(other)
}

fn is_relation(rule: &str) -> bool {
    area_of(rule) == "relation"
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// `admin.a safe.b 3`: in three cases, both in the first step that was wrong.
    fn group(text: &str) -> BrokenTogether {
        let (rules, cases) = text.rsplit_once(' ').expect("rules and a number");
        BrokenTogether {
            rules: rules.split(' ').map(str::to_owned).collect(),
            later: BTreeSet::new(),
            cases: cases.parse().expect("a number"),
        }
    }

    #[rstest]
    #[case::nothing(&[], &[])]
    #[case::alone(&["match.a 2"], &["match.a: "])]
    #[case::the_rarer_situation_explains(&["match.a safe.z 5"], &["match.a: safe.z"])]
    #[case::what_follows_alone_elsewhere_is_no_second_mistake(
        &["match.a safe.z 5", "safe.z 2"], &["match.a: safe.z"])]
    #[case::two_mistakes(&["match.a 5", "match.b 7"], &["match.b: ", "match.a: "])]
    #[case::two_with_one_consequence(&["match.a safe.z 5", "match.b safe.y 7"],
        &["match.b: safe.y", "match.a: safe.z"])]
    #[case::of_all_cases_rather_than_of_some(&["match.a match.b 2", "match.a 9"], &["match.a: match.b"])]
    #[case::a_relation_says_only_that_something_is_wrong(&["relation.r 9", "match.a 1"], &["match.a: relation.r"])]
    #[case::what_follows_from_another_gives_way_to_it(
        &["admin.never-soft-matched admin.untouched 6", "admin.untouched 4"],
        &["admin.never-soft-matched: admin.untouched"])]
    #[case::but_not_where_it_is_mostly_broken_by_itself(
        &["admin.never-soft-matched admin.untouched 4", "admin.untouched 6"],
        &["admin.untouched: admin.never-soft-matched"])]
    #[case::what_follows_from_another_is_part_of_it(
        &["admin.untouched 4", "admin.never-soft-matched 6"],
        &["admin.never-soft-matched: admin.untouched"])]
    #[case::a_relation_alone(&["relation.r 9"], &["relation.r: "])]
    #[case::what_is_mostly_broken_without_it_is_another_mistake(
        &["admin.a match.b 9", "match.b 50"], &["match.b: admin.a"])]
    #[case::what_followed_once_is_another_mistake_still(
        &["admin.a soa.y 60", "admin.a match.b soa.y 1", "match.b sync.z 9", "match.b 7"],
        &["admin.a: soa.y", "match.b: sync.z"])]
    fn a_mistake_leads_with_the_rule_that_explains_it(
        #[case] groups: &[&str],
        #[case] expected: &[&str],
    ) {
        let groups: Vec<BrokenTogether> = groups.iter().map(|text| group(text)).collect();
        let exercised = |rule: &str| if area_of(rule) == "safe" { 10_000 } else { 20 };
        let found: Vec<String> = findings(&groups, &exercised)
            .into_iter()
            .map(|finding| format!("{}: {}", finding.rule, finding.consequences.join(" ")))
            .collect();
        assert_eq!(found, expected);
    }

    #[rstest]
    #[case::of_a_consequence("sync.z", "sync.z: match.a match.b")]
    #[case::of_what_leads("match.b", "match.b: match.a sync.z")]
    #[case::of_neither("admin.x", "match.b: match.a sync.z")]
    fn a_known_mistake_leads_with_its_own_rule(#[case] explains: &str, #[case] expected: &str) {
        let mut finding = Finding {
            rule: "match.b".to_owned(),
            consequences: vec!["match.a".to_owned(), "sync.z".to_owned()],
            cases: 1,
            likeness: None,
            known: false,
        };
        finding.take(Likeness {
            rule: "match.b".to_owned(),
            explains: explains.to_owned(),
            mistake: "a-mistake".to_owned(),
            what: "something".to_owned(),
            cases: 3,
        });
        assert_eq!(format!("{}: {}", finding.rule, finding.consequences.join(" ")), expected);
        assert!(finding.likeness.is_some());
    }

    #[test]
    fn findings_that_are_like_one_mistake_are_one() {
        let found = [group("match.a 9"), group("match.b 5"), group("match.c 1")];
        let like = |rule: &str, mistake: &str| Likeness {
            rule: rule.to_owned(),
            explains: "match.b".to_owned(),
            mistake: mistake.to_owned(),
            what: "something".to_owned(),
            cases: 3,
        };
        let known = [like("match.a", "one"), like("match.b", "one"), like("match.c", "another")];
        let told = with_likenesses(findings(&found, &|_| 20), &known);
        let told: Vec<(&str, u64)> =
            told.iter().map(|finding| (finding.rule.as_str(), finding.cases)).collect();
        assert_eq!(told, [("match.b", 14), ("match.c", 1)]);
    }

    #[test]
    fn what_later_steps_show_follows() {
        let later = ["sync.z".to_owned()].into();
        let group = BrokenTogether { later, ..group("match.a 1") };
        let found = findings(&[group], &|_| 1);
        assert_eq!(found[0].consequences, ["sync.z"]);
    }
}
