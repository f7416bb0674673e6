//! What becomes of a scenario, step by step, as the reference model lives it; and `explain --json`.
//! Schema: `spec/schema/explain.json`.

use super::exit::Mistake;
use super::forecast::Users;
use crate::cases::scenario::{EmbeddedScenario, Scenario, embedded};
use crate::directory::{Command, DeclaredChoices, Outcome, Text};
use crate::implementation::Implementation as _;
use crate::reference::{Policy, ReferenceModel};
use crate::rulebook::{Page, Rule, Rulebook};
use serde::Serialize;
use std::collections::BTreeMap;

/// What `explain --json` prints.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(title = "What `explain --json` prints")]
#[serde(untagged)]
pub(super) enum Explanation<'s> {
    /// Of a rule.
    #[serde(rename_all = "camelCase")]
    Rule {
        /// What the rulebook knows of it.
        rule: Box<Rule>,
        /// Its page on the project's site.
        url: String,
        /// The pages that it cites.
        pages: Vec<&'static Page>,
        /// The scenarios that show it holding.
        shown_in: Vec<&'static str>,
        /// The scenarios that are a near miss for it.
        near_misses: Vec<&'static str>,
    },
    /// Of a scenario.
    #[serde(rename_all = "camelCase")]
    Scenario {
        /// Its ID, or its file.
        name: &'s str,
        /// What its file says.
        scenario: &'s Scenario,
        /// How the reference model decided where the documents leave a choice.
        choices: DeclaredChoices,
        /// What came of each step.
        story: Vec<StoryStep>,
    },
    /// Of on-premises objects in a tenant.
    Users(Users),
}

/// What came of a step.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoryStep {
    /// What is done.
    pub(super) command: Command,
    /// What is reported.
    pub(super) outcome: Outcome,
    /// Of a sync: how it came to that, by on-premises object.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) decisions: BTreeMap<Text, Vec<Decision>>,
}

/// A decision.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Decision {
    /// The rule that leads to it.
    pub(super) rule: &'static str,
    /// What was found or decided.
    pub(super) text: String,
}

impl<'s> Explanation<'s> {
    pub(super) fn of_rule(rule: &'static Rule, edition: &str) -> Explanation<'static> {
        let book = Rulebook::embedded();
        let scenarios = |names: fn(&Scenario) -> &[String]| {
            let is_of = |known: &&EmbeddedScenario| names(&known.scenario).contains(&rule.id);
            embedded().iter().filter(is_of).map(|known| known.id).collect()
        };
        let rule = rule.in_edition(edition);
        let cited = |page: &&Page| rule.sources.iter().any(|source| source.page == page.id);
        let pages = book.editions.pages.iter().filter(cited).collect();
        Explanation::Rule {
            pages,
            shown_in: scenarios(|scenario| &scenario.rules),
            near_misses: scenarios(|scenario| &scenario.near_misses),
            url: rule.url(),
            rule: Box::new(rule),
        }
    }

    pub(super) fn of_scenario(
        name: &'s str,
        scenario: &'s Scenario,
        policy: Policy,
    ) -> Result<Explanation<'s>, Mistake> {
        let choices = policy.declared();
        Ok(Explanation::Scenario { name, scenario, choices, story: story(scenario, policy)? })
    }
}

/// A scenario as the reference model lives it.
pub(super) fn story(scenario: &Scenario, policy: Policy) -> Result<Vec<StoryStep>, Mistake> {
    let mut model = ReferenceModel::new(policy).with_trace(true);
    let lost = |failure: crate::implementation::Failure| {
        Mistake::bad_input(format!("the reference model cannot run this: {failure}"))
    };
    model.reset(&scenario.given).map_err(lost)?;
    let mut story = Vec::new();
    for step in &scenario.steps {
        let outcome = model.apply(&step.command).map_err(lost)?.outcome;
        let mut decisions = BTreeMap::new();
        if matches!(step.command, Command::Sync(_)) {
            for (key, trace) in model.last_traces() {
                let trace = trace.iter();
                let of_it = trace.map(|one| Decision { rule: one.rule, text: one.text.clone() });
                decisions.insert(key.clone(), of_it.collect());
            }
        }
        story.push(StoryStep { command: step.command.clone(), outcome, decisions });
    }
    Ok(story)
}
