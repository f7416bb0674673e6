//! The rulebook: rules with their sources, editions and choices, loaded from the embedded `spec/`.
//!
//! It is data. What a rule asks for in code is in `checks`; a test keeps the two in step.

mod classes;
mod coverage;
mod diff;

pub use classes::{Class, Classes, LaterRequirements};
pub use coverage::{Coverage, Statement};
pub use diff::{
    Changed, ChoiceChange, ClassChange, DatedSource, EditionDiff, EditionName, Grounds,
    NewCapability, PageChange, RuleChange, SettingChange,
};

use crate::directory::{Capabilities, Capability, EditionSettings, words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

words! {
    /// On what a rule rests.
    pub enum Basis {
        /// The page that the edition is named after says it.
        Documented = "documented",
        /// Another Microsoft page of that time says it.
        Related = "related",
        /// No page says it in words, but it follows from what they say, or any directory needs it.
        Derived = "derived",
    }
}

/// Where a rule binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// Wherever the objects concerned are not contended.
    Uncontended,
    /// In every step.
    Always,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scope::Uncontended => "wherever the objects concerned are not contended",
            Scope::Always => "in every step, contended objects included",
        })
    }
}

/// Where a rule is said, or what it follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
    /// The page's ID in the list of pages.
    pub page: String,
    /// The heading of its section.
    pub section: String,
    /// A short quotation, as it stands in the page's Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

impl Source {
    /// The quotation as a reader sees it, without the marks that make words bold.
    ///
    /// ```
    /// let source = entra_conformance::rulebook::Source {
    ///     page: "existing-tenant".to_owned(),
    ///     section: "Hard-match vs Soft-match".to_owned(),
    ///     quote: Some("known as **hard match**".to_owned()),
    /// };
    /// assert_eq!(source.quotation().as_deref(), Some("known as hard match"));
    /// ```
    pub fn quotation(&self) -> Option<String> {
        self.quote.as_ref().map(|quote| quote.replace("**", ""))
    }
}

/// One rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// The slug. It never changes its meaning.
    pub id: String,
    /// What the rule says, in a line.
    pub title: String,
    /// What must hold, of what, and when.
    pub statement: String,
    /// Where it binds.
    pub scope: Scope,
    /// The first edition in which it holds.
    pub since: String,
    /// The last edition in which it holds; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// On what it rests.
    pub basis: Basis,
    /// Where it is said or what it follows from.
    pub sources: Vec<Source>,
    /// On what it rests from later editions on, where that is something else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<LaterBasis>,
    /// The rule whose statement it takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// Why a derived rule follows; of another one, which part of the statement is derived and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Where pages contradict each other, and what is left unjudged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Capabilities without which an implementation cannot exercise the rule at all.
    #[serde(default)]
    pub requires: Capabilities,
    /// Capabilities of which it takes at least one; absent where it takes none of a choice.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub requires_any_of: Capabilities,
    /// Rules that explain it: whoever takes an administrator over also changes it. Where both are broken they
    /// are one finding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows_from: Vec<String>,
    /// Slugs under which the rule was known earlier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// On what a rule rests from a later edition on: what is left out stays as it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LaterBasis {
    /// The first edition of which it is true.
    pub since: String,
    /// On what the rule rests.
    pub basis: Basis,
    /// Where it is said or what it follows from.
    pub sources: Vec<Source>,
    /// Why it follows, as far as the sources do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Where pages contradict each other then, and what is left unjudged, beside the rule's own notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

fn is_empty(capabilities: &Capabilities) -> bool {
    capabilities.0.is_empty()
}

impl Rule {
    /// Where its page is on the project's site: what it says, where that is from, and its scenarios.
    pub fn url(&self) -> String {
        format!("{}/rules/{}.html", env!("CARGO_PKG_HOMEPAGE"), self.id)
    }

    /// Whether it holds in this edition.
    pub fn is_in(&self, edition: &str) -> bool {
        Rulebook::holds_in(&self.since, self.until.as_deref(), edition)
    }

    /// The rule with what it rests on in this edition.
    pub fn in_edition(&self, edition: &str) -> Rule {
        let mut rule = self.clone();
        for later in self.later.iter().filter(|later| *later.since <= *edition) {
            rule.basis = later.basis;
            rule.sources.clone_from(&later.sources);
            rule.because.clone_from(&later.because);
            rule.notes.extend(later.notes.iter().cloned());
        }
        rule
    }

    /// What an implementation with these capabilities lacks to exercise the rule at all: of each
    /// list any one would do. Empty where it lacks nothing.
    pub fn lacking(&self, capabilities: &Capabilities) -> Vec<Vec<Capability>> {
        lacking(&self.requires, &self.requires_any_of, capabilities)
    }
}

/// What is missing of these requirements; of each list any one would do.
fn lacking(
    requires: &Capabilities,
    requires_any_of: &Capabilities,
    capabilities: &Capabilities,
) -> Vec<Vec<Capability>> {
    let missing = capabilities.missing(requires).into_iter();
    let mut lacking: Vec<Vec<Capability>> = missing.map(|one| vec![one]).collect();
    let any_of = &requires_any_of.0;
    if !any_of.is_empty() && !any_of.iter().any(|one| capabilities.has(*one)) {
        lacking.push(any_of.iter().copied().collect());
    }
    lacking
}

/// The areas of the rulebook, in order: the prefixes of the rules' IDs.
pub const AREAS: &[&str] = &[
    "soa", "match", "takeover", "kind", "admin", "switch", "recovery", "sync", "scope", "protect",
    "safe", "relation",
];

/// The area that a rule belongs to: the prefix of its ID.
pub fn area_of(rule: &str) -> &'static str {
    let prefix = rule.split_once('.').map_or(rule, |(prefix, _)| prefix);
    AREAS.iter().find(|area| **area == prefix).copied().unwrap_or("other")
}

/// A page that rules cite.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Page {
    /// A short identifier.
    pub id: String,
    /// The page's title.
    pub title: String,
    /// Where it is published today.
    pub url: String,
}

/// A dated version of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatedPage {
    /// The page's ID.
    pub page: String,
    /// The date that the page gives itself.
    pub dated: String,
    /// What identifies the text, which the date does not: a repository with a commit or pull request, or
    /// `sha256:` and the hash of its Markdown.
    pub text: String,
}

/// What an implementation can be tested against: the rules as of the date of a page.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Edition {
    /// Year and month of the page.
    pub id: String,
    /// What it is, in a line.
    pub title: String,
    /// The dated pages that it stands on.
    pub pages: Vec<DatedPage>,
    /// Whether it is used where none is asked for.
    #[serde(default)]
    pub default: bool,
    /// Of an edition that does not have all its rules yet: which of them are missing. A verdict by it says
    /// that it is a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
    /// What it settles, for checks and model.
    pub settings: EditionSettings,
    /// The capabilities that none of the editions before it knows.
    #[serde(default)]
    pub adds: Capabilities,
}

/// Pages and editions, as they stand in `spec/editions.yaml`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Editions {
    /// The pages that rules cite.
    pub pages: Vec<Page>,
    /// What each setting of an edition says.
    pub settings: BTreeMap<String, String>,
    /// The editions, oldest first.
    pub editions: Vec<Edition>,
}

/// One answer to a choice.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChoiceValue {
    /// The word that declares it.
    pub value: String,
    /// What an implementation that declares it is held to.
    pub meaning: String,
}

/// Behaviour that the documents leave open and an implementation may declare.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Choice {
    /// Its name in the protocol.
    pub id: String,
    /// What it is about, in a line.
    pub title: String,
    /// What the documents leave open, and what declaring a value settles.
    pub settles: String,
    /// The first edition that has it.
    pub since: String,
    /// The last edition that has it; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The rule of a later edition that settles it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<String>,
    /// Values of other choices under which alone it means anything.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<String, String>,
    /// The answers.
    pub values: Vec<ChoiceValue>,
}

/// The rules, as they stand in `spec/rules.yaml`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rules {
    /// The rules, in order.
    pub rules: Vec<Rule>,
}

/// The choices, as they stand in `spec/choices.yaml`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Choices {
    /// The choices, in order.
    pub choices: Vec<Choice>,
}

/// Rules, editions and choices together.
#[derive(Clone, Debug)]
pub struct Rulebook {
    /// Pages and editions.
    pub editions: Editions,
    /// All rules of all editions.
    pub rules: Vec<Rule>,
    /// All choices of all editions.
    pub choices: Vec<Choice>,
    /// Which statement of the seed document each rule comes from.
    pub coverage: Coverage,
    /// The conformance classes, the smallest first.
    pub classes: Vec<Class>,
}

impl Rulebook {
    /// The rulebook that this suite was built with.
    ///
    /// ```
    /// use entra_conformance::rulebook::Rulebook;
    /// let rule = Rulebook::embedded().rule("match.primary-smtp-only").unwrap();
    /// assert_eq!(rule.basis.to_string(), "documented");
    /// ```
    ///
    /// # Panics
    /// Never in a build whose tests pass: they read the embedded files.
    pub fn embedded() -> &'static Rulebook {
        static EMBEDDED: OnceLock<Rulebook> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            fn read<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> T {
                serde_yaml::from_str(text)
                    .unwrap_or_else(|error| panic!("the embedded spec/{name} is broken: {error}"))
            }
            Rulebook {
                editions: read("editions.yaml", include_str!("../../spec/editions.yaml")),
                rules: read::<Rules>("rules.yaml", include_str!("../../spec/rules.yaml")).rules,
                choices: read::<Choices>("choices.yaml", include_str!("../../spec/choices.yaml"))
                    .choices,
                classes: read::<Classes>("classes.yaml", include_str!("../../spec/classes.yaml"))
                    .classes,
                coverage: read("seed-coverage.yaml", include_str!("../../spec/seed-coverage.yaml")),
            }
        })
    }

    /// The rule with this ID, or with this ID among its earlier ones.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules
            .iter()
            .find(|rule| rule.id == id)
            .or_else(|| self.rules.iter().find(|rule| rule.aliases.iter().any(|alias| alias == id)))
    }

    /// The page with this ID.
    pub fn page(&self, id: &str) -> Option<&Page> {
        self.editions.pages.iter().find(|page| page.id == id)
    }

    /// The edition with this ID.
    pub fn edition(&self, id: &str) -> Option<&Edition> {
        self.editions.editions.iter().find(|edition| edition.id == id)
    }

    /// The edition that is used where none is asked for.
    ///
    /// # Panics
    /// Never in a build whose tests pass: exactly one edition is the default.
    pub fn default_edition(&self) -> &Edition {
        self.editions.editions.iter().find(|edition| edition.default).expect("a default edition")
    }

    /// Whether something that holds from `since` until `until` holds in `edition`. Editions are
    /// named by year and month, so that their names sort by date.
    pub fn holds_in(since: &str, until: Option<&str>, edition: &str) -> bool {
        since <= edition && until.is_none_or(|until| edition <= until)
    }

    /// The rules of one edition, in order.
    pub fn rules_in<'a>(&'a self, edition: &'a str) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| rule.is_in(edition))
    }

    /// The choices of one edition, in order.
    pub fn choices_in<'a>(&'a self, edition: &'a str) -> impl Iterator<Item = &'a Choice> {
        self.choices
            .iter()
            .filter(move |choice| Self::holds_in(&choice.since, choice.until.as_deref(), edition))
    }

    /// The newest edition that has all its rules.
    ///
    /// # Panics
    /// Never in a build whose tests pass: the default edition is no draft.
    pub fn newest_edition(&self) -> &Edition {
        let mut whole = self.editions.editions.iter().filter(|edition| edition.draft.is_none());
        whole.next_back().expect("an edition that is whole")
    }

    /// Whether this edition knows a capability: the first one knows all that no later one adds.
    pub fn knows(&self, edition: &Edition, capability: Capability) -> bool {
        let mut later = self.editions.editions.iter().filter(|later| *later.id > *edition.id);
        later.all(|later| !later.adds.has(capability))
    }

    /// The source of a rule in words: page, section and date.
    pub fn source_words(&self, source: &Source, edition: &str) -> String {
        let page = self.page(&source.page);
        let title = page.map_or(source.page.as_str(), |page| page.title.as_str());
        let dated = self
            .edition(edition)
            .and_then(|edition| edition.pages.iter().find(|dated| dated.page == source.page))
            .map(|dated| format!(" ({})", dated.dated))
            .unwrap_or_default();
        format!("{title}{dated}, {}", source.section)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_well_formed_slugs() {
        let mut seen = BTreeSet::new();
        for rule in &Rulebook::embedded().rules {
            assert!(seen.insert(&rule.id), "{} stands twice", rule.id);
            assert!(
                rule.id.split_once('.').is_some_and(|(prefix, rest)| {
                    !rest.is_empty()
                        && rule
                            .id
                            .bytes()
                            .all(|byte| byte.is_ascii_lowercase() || b".-".contains(&byte))
                        && AREAS.contains(&prefix)
                }),
                "{} is no slug of a known area",
                rule.id
            );
            for alias in &rule.aliases {
                assert!(seen.insert(alias), "{alias} stands twice");
            }
        }
    }

    #[test]
    fn every_rule_names_known_pages_and_editions() {
        let book = Rulebook::embedded();
        for rule in &book.rules {
            assert!(book.edition(&rule.since).is_some(), "{}: since {}", rule.id, rule.since);
            assert!(rule.until.as_deref().is_none_or(|until| book.edition(until).is_some()));
            assert!(!rule.sources.is_empty(), "{} names no source", rule.id);
            for source in &rule.sources {
                assert!(book.page(&source.page).is_some(), "{}: page {}", rule.id, source.page);
            }
            assert!(rule.basis != Basis::Derived || rule.because.is_some(), "{}: because", rule.id);
            for other in &rule.follows_from {
                assert!(book.rule(other).is_some(), "{}: follows from {other}", rule.id);
            }
        }
        let defaults = book.editions.editions.iter().filter(|edition| edition.default).count();
        assert_eq!(defaults, 1);
    }

    #[test]
    fn choices_in_the_rulebook_and_in_code_are_the_same() {
        use crate::directory::{
            AmbiguousMatch, CollisionHandling, HardVersusSoft, ValuesAbsentOnPremises,
        };
        fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
            all.iter().map(|&value| word(value)).collect()
        }
        let in_code = [
            (
                "valuesAbsentOnPremises",
                words(ValuesAbsentOnPremises::ALL, ValuesAbsentOnPremises::word),
            ),
            ("collisionHandling", words(CollisionHandling::ALL, CollisionHandling::word)),
            ("ambiguousMatch", words(AmbiguousMatch::ALL, AmbiguousMatch::word)),
            ("hardVersusSoft", words(HardVersusSoft::ALL, HardVersusSoft::word)),
        ];
        let in_book: Vec<(&str, Vec<&str>)> = Rulebook::embedded()
            .choices
            .iter()
            .map(|choice| (&*choice.id, choice.values.iter().map(|value| &*value.value).collect()))
            .collect();
        assert_eq!(in_book, in_code);
    }
}
