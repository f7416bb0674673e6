//! What a later edition changes, as data.

use super::{Basis, Choice, DatedPage, Edition, Rule, Rulebook};
use crate::directory::Capability;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// What is different between an edition and a later one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "What a later edition changes"))]
#[serde(rename_all = "camelCase")]
pub struct EditionDiff {
    /// The earlier edition.
    pub from: EditionName,
    /// The later one.
    pub to: EditionName,
    /// The rules that are added, changed or retired, in the rulebook's order.
    pub rules: Vec<RuleChange>,
    /// The choices that begin or end.
    pub choices: Vec<ChoiceChange>,
    /// What the two settle differently for checks and model.
    pub settings: Vec<SettingChange>,
    /// What an implementation can be asked for that the earlier edition does not know.
    pub capabilities: Vec<NewCapability>,
    /// What conformance classes require besides.
    pub classes: Vec<ClassChange>,
    /// The pages of which they read different texts.
    pub pages: Vec<PageChange>,
}

/// An edition by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EditionName {
    /// Year and month of its page.
    pub id: String,
    /// What it is, in a line.
    pub title: String,
    /// Of a draft: which of its rules are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
}

/// A rule that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RuleChange {
    /// The rule's ID.
    pub rule: String,
    /// What it says, in a line.
    pub title: String,
    /// What must hold, of what, and when.
    pub statement: String,
    /// What became of it.
    #[serde(flatten)]
    pub change: Changed,
    /// What it rests on in the later edition; of a retired rule, in the earlier one.
    pub grounds: Grounds,
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "change")]
pub enum Changed {
    /// No rule of the earlier edition speaks of it.
    Added,
    /// Its statement takes the place of another rule's.
    Replaces {
        /// The rule that ended.
        rule: String,
        /// What that one said, in a line.
        title: String,
    },
    /// It says what it said, and rests on something else.
    RestsElsewhere {
        /// What it rested on.
        before: Grounds,
    },
    /// It ends, and no other rule takes its place.
    Retired,
}

/// What a rule rests on in an edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Grounds {
    /// On what it rests.
    pub basis: Basis,
    /// Where it is said or what it follows from.
    pub sources: Vec<DatedSource>,
    /// Why it follows, as far as the sources do not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Where pages contradict each other, and what is left unjudged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Where a rule is said, with the date of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DatedSource {
    /// The page's ID in the list of pages.
    pub page: String,
    /// The page's title.
    pub title: String,
    /// The date that the page gives itself; absent where the edition does not stand on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dated: Option<String>,
    /// The heading of its section.
    pub section: String,
    /// A short quotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

/// A choice that only one of the two editions leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChoiceChange {
    /// The choice's name.
    pub choice: String,
    /// What it is about, in a line.
    pub title: String,
    /// Whether the later edition has it, and not the earlier one.
    pub begins: bool,
    /// The rule of the later edition that settles it, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<String>,
}

/// A setting that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SettingChange {
    /// Its name.
    pub setting: String,
    /// What it says.
    pub meaning: String,
    /// Its value in the earlier edition; null where that does not have it.
    pub before: Value,
    /// Its value in the later one.
    pub after: Value,
}

/// A capability that the earlier edition does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewCapability {
    /// The capability.
    pub capability: Capability,
    /// The rules of the later edition that are judged only where it is declared.
    pub needed_by: Vec<String>,
}

/// A conformance class that requires more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClassChange {
    /// The class.
    pub class: String,
    /// The capabilities that it requires besides.
    pub requires: Vec<Capability>,
}

/// A page of which the two editions read different texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PageChange {
    /// The page's ID.
    pub page: String,
    /// Its title.
    pub title: String,
    /// The text that the earlier edition stands on; absent where it does not stand on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<DatedPage>,
    /// The text that the later edition stands on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<DatedPage>,
}

impl Rulebook {
    /// What is different between two editions; `None` where one of them is not known, and where the first
    /// is not the earlier one.
    ///
    /// ```
    /// use entra_conformance::rulebook::{Changed, Rulebook};
    /// let diff = Rulebook::embedded().diff("2023-01", "2025-04").unwrap();
    /// let first = diff.rules.iter().find(|one| one.rule == "match.hard-before-soft").unwrap();
    /// assert_eq!(first.change, Changed::Added);
    /// ```
    pub fn diff(&self, from: &str, to: &str) -> Option<EditionDiff> {
        let (from, to) = (self.edition(from)?, self.edition(to)?);
        (from.id < to.id).then(|| EditionDiff {
            from: EditionName::of(from),
            to: EditionName::of(to),
            rules: self.rules.iter().filter_map(|rule| self.rule_change(rule, from, to)).collect(),
            choices: self.choices.iter().filter_map(|one| choice_change(one, from, to)).collect(),
            settings: self.setting_changes(from, to),
            capabilities: self.new_capabilities(from, to),
            classes: self.class_changes(from, to),
            pages: self.page_changes(from, to),
        })
    }

    fn rule_change(&self, rule: &Rule, from: &Edition, to: &Edition) -> Option<RuleChange> {
        let (was, is) = (rule.is_in(&from.id), rule.is_in(&to.id));
        let (before, after) = (self.grounds(rule, from), self.grounds(rule, to));
        let (change, grounds) = match (was, is) {
            (true, true) if rests_elsewhere(rule, from, to) => {
                (Changed::RestsElsewhere { before }, after)
            }
            (false, true) => match self.replaced(rule, from) {
                Some(Rule { id, title, .. }) => {
                    (Changed::Replaces { rule: id.clone(), title: title.clone() }, after)
                }
                None => (Changed::Added, after),
            },
            // A rule in whose place another stands is told there.
            (true, false) if !self.is_replaced(rule, from, to) => (Changed::Retired, before),
            _ => return None,
        };
        let (title, statement) = (rule.title.clone(), rule.statement.clone());
        Some(RuleChange { rule: rule.id.clone(), title, statement, change, grounds })
    }

    /// The rule of an earlier edition whose place this one takes, by way of others if need be.
    fn replaced(&self, rule: &Rule, from: &Edition) -> Option<&Rule> {
        let mut replaced = self.rule(rule.supersedes.as_deref()?)?;
        while !replaced.is_in(&from.id) {
            replaced = self.rule(replaced.supersedes.as_deref()?)?;
        }
        Some(replaced)
    }

    fn is_replaced(&self, rule: &Rule, from: &Edition, to: &Edition) -> bool {
        let mut later = self.rules_in(&to.id);
        later.any(|later| self.replaced(later, from).is_some_and(|one| one.id == rule.id))
    }

    fn grounds(&self, rule: &Rule, edition: &Edition) -> Grounds {
        let rule = rule.in_edition(&edition.id);
        let sources = rule.sources.iter().map(|source| DatedSource {
            page: source.page.clone(),
            title: self.page_title(&source.page),
            dated: dated(edition, &source.page).map(|page| page.dated.clone()),
            section: source.section.clone(),
            quote: source.quotation(),
        });
        Grounds {
            sources: sources.collect(),
            basis: rule.basis,
            because: rule.because,
            notes: rule.notes,
        }
    }

    fn setting_changes(&self, from: &Edition, to: &Edition) -> Vec<SettingChange> {
        let values = |edition: &Edition| match serde_json::to_value(&edition.settings) {
            Ok(Value::Object(values)) => values,
            _ => serde_json::Map::new(),
        };
        let (mut before, mut after) = (values(from), values(to));
        let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
        let change = |setting: String| SettingChange {
            before: before.remove(&setting).unwrap_or_default(),
            after: after.remove(&setting).unwrap_or_default(),
            meaning: self.editions.settings.get(&setting).cloned().unwrap_or_default(),
            setting,
        };
        names.into_iter().map(change).filter(|change| change.before != change.after).collect()
    }

    fn new_capabilities(&self, from: &Edition, to: &Edition) -> Vec<NewCapability> {
        let is_new = |one: &&Capability| self.knows(to, **one) && !self.knows(from, **one);
        let needed_by = |one: Capability| {
            let rules = self.rules_in(&to.id).filter(|rule| rule.requires.has(one));
            rules.map(|rule| rule.id.clone()).collect()
        };
        let new = Capability::ALL.iter().filter(is_new);
        new.map(|&one| NewCapability { capability: one, needed_by: needed_by(one) }).collect()
    }

    fn class_changes(&self, from: &Edition, to: &Edition) -> Vec<ClassChange> {
        let classes = self.classes.iter().map(|class| ClassChange {
            class: class.id.clone(),
            requires: class.requires_in(&from.id).missing(&class.requires_in(&to.id)),
        });
        classes.filter(|class| !class.requires.is_empty()).collect()
    }

    fn page_changes(&self, from: &Edition, to: &Edition) -> Vec<PageChange> {
        let pages = self.editions.pages.iter().map(|page| PageChange {
            page: page.id.clone(),
            title: page.title.clone(),
            before: dated(from, &page.id).cloned(),
            after: dated(to, &page.id).cloned(),
        });
        pages.filter(|page| page.before != page.after).collect()
    }

    fn page_title(&self, page: &str) -> String {
        self.page(page).map_or(page, |known| &*known.title).to_owned()
    }
}

impl EditionDiff {
    /// What became of a rule, whose place another one may have taken.
    pub fn change_of(&self, rule: &str) -> Option<&RuleChange> {
        let is_of = |change: &&RuleChange| match &change.change {
            Changed::Replaces { rule: replaced, .. } => change.rule == rule || replaced == rule,
            _ => change.rule == rule,
        };
        self.rules.iter().find(is_of)
    }
}

impl EditionName {
    /// The name of an edition.
    pub fn of(edition: &Edition) -> EditionName {
        let Edition { id, title, draft, .. } = edition;
        EditionName { id: id.clone(), title: title.clone(), draft: draft.clone() }
    }
}

/// Whether a rule rests on something else in the later edition. That its pages have another date is no
/// change of the rule.
fn rests_elsewhere(rule: &Rule, from: &Edition, to: &Edition) -> bool {
    let (was, is) = (rule.in_edition(&from.id), rule.in_edition(&to.id));
    (was.basis, was.sources, was.because, was.notes) != (is.basis, is.sources, is.because, is.notes)
}

/// The text of a page that an edition stands on.
fn dated<'e>(edition: &'e Edition, page: &str) -> Option<&'e DatedPage> {
    edition.pages.iter().find(|dated| dated.page == page)
}

fn choice_change(choice: &Choice, from: &Edition, to: &Edition) -> Option<ChoiceChange> {
    let is_in =
        |edition: &Edition| Rulebook::holds_in(&choice.since, choice.until.as_deref(), &edition.id);
    let begins = is_in(to);
    (is_in(from) != begins).then(|| ChoiceChange {
        choice: choice.id.clone(),
        title: choice.title.clone(),
        begins,
        settled_by: choice.settled_by.clone().filter(|_| !begins),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// A rulebook with a rule of the second edition in the place of one of the first.
    fn book() -> Rulebook {
        let mut book = Rulebook::embedded().clone();
        let rule = |book: &Rulebook, id: &str| book.rule(id).expect("a rule").clone();
        let ended = Rule { until: Some("2023-01".to_owned()), ..rule(&book, "soa.no-split") };
        let next = Rule {
            id: "soa.second".to_owned(),
            since: "2025-04".to_owned(),
            until: Some("2025-04".to_owned()),
            supersedes: Some("soa.no-split".to_owned()),
            ..ended.clone()
        };
        let third = Rule {
            id: "soa.third".to_owned(),
            since: "2026-07".to_owned(),
            until: None,
            supersedes: Some("soa.second".to_owned()),
            ..ended.clone()
        };
        book.rules.retain(|rule| rule.id != ended.id);
        book.rules.extend([ended, next, third]);
        book
    }

    #[rstest]
    #[case::one_after_the_other("2023-01", "2025-04", "soa.second")]
    #[case::by_way_of_another("2023-01", "2026-07", "soa.third")]
    fn a_rule_in_the_place_of_another_is_one_change(
        #[case] from: &str,
        #[case] to: &str,
        #[case] expected: &str,
    ) {
        let diff = book().diff(from, to).expect("two editions");
        let change = diff.change_of("soa.no-split").expect("a change");
        assert_eq!(change.rule, expected);
        assert!(matches!(&change.change, Changed::Replaces { rule, .. } if rule == "soa.no-split"));
        assert_eq!(diff.change_of(expected), Some(change));
        let others = diff.rules.iter().filter(|one| one.rule.starts_with("soa.no-split"));
        assert_eq!(others.count(), 0, "told once");
    }

    #[rstest]
    #[case::added("match.hard-before-soft", &Changed::Added)]
    #[case::retired("admin.never-hard-matched", &Changed::Retired)]
    fn rules_come_and_go(#[case] rule: &str, #[case] expected: &Changed) {
        let diff = Rulebook::embedded().diff("2023-01", "2025-04").expect("two editions");
        assert_eq!(&diff.change_of(rule).expect("a change").change, expected);
    }

    #[test]
    fn a_rule_that_rests_elsewhere_names_both() {
        let diff = Rulebook::embedded().diff("2023-01", "2025-04").expect("two editions");
        let change = diff.change_of("match.no-holder-provisions").expect("a change");
        let Changed::RestsElsewhere { before } = &change.change else { panic!("{change:?}") };
        assert_eq!((before.basis, change.grounds.basis), (Basis::Derived, Basis::Documented));
        let dated = |grounds: &Grounds| grounds.sources[0].dated.clone();
        assert_eq!(dated(before).as_deref(), Some("2023-01-26"));
        assert_eq!(dated(&change.grounds).as_deref(), Some("2025-04-09"));
        assert_eq!(diff.change_of("match.soft-on-upn"), None, "another date is no change");
    }

    #[rstest]
    #[case::the_other_way_round("2025-04", "2023-01")]
    #[case::the_same("2025-04", "2025-04")]
    #[case::unknown("1999-01", "2025-04")]
    fn only_an_earlier_and_a_later_edition_have_a_difference(#[case] from: &str, #[case] to: &str) {
        assert_eq!(Rulebook::embedded().diff(from, to), None);
    }

    /// What a person reads of a difference stands in the rulebook.
    #[test]
    fn every_setting_has_its_meaning_and_a_choice_that_ends_its_rule() {
        let book = Rulebook::embedded();
        for edition in &book.editions.editions {
            let settings = serde_json::to_value(&edition.settings).expect("settings");
            for name in settings.as_object().expect("an object").keys() {
                assert!(book.editions.settings.contains_key(name), "{name} has no meaning");
            }
        }
        for choice in &book.choices {
            if let Some(rule) = &choice.settled_by {
                let rule = book.rule(rule).expect("a rule");
                let until = choice.until.as_deref().expect("it ends");
                assert!(*rule.since > *until, "{} does not settle {}", rule.id, choice.id);
            }
        }
    }
}
