//! The same for programs. Schema: `spec/schema/explain.json`.

use super::told::Told;
use crate::directory::{Features, Kind, Text};
use crate::forecast::input::Note;
use crate::forecast::{Outcome, Prediction};
use serde::Serialize;
use std::collections::BTreeMap;

/// What becomes of on-premises objects in a tenant.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli) struct Users {
    /// The editions, in the order in which they were asked for.
    editions: Vec<String>,
    /// What was given.
    given: GivenDocument,
    /// For each edition how many objects come to what.
    summary: BTreeMap<String, BTreeMap<&'static str, usize>>,
    /// The on-premises objects.
    objects: Vec<ObjectDocument>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct GivenDocument {
    /// How many on-premises objects.
    on_premises: usize,
    /// How many cloud objects.
    cloud: usize,
    /// Of how many cloud users the roles are not known.
    without_known_roles: usize,
    /// The tenant's switches.
    features: Features,
    /// Which of them were given; the others are assumed.
    features_given: Vec<&'static str>,
    /// What has to be known of how the files were read.
    notes: Vec<Note>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ObjectDocument {
    /// By what it is called.
    name: Text,
    /// What it is.
    kind: Kind,
    /// Its source anchor.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_anchor: Option<Text>,
    /// Whether the editions come to different things.
    differs: bool,
    /// What becomes of it, by edition.
    by_edition: BTreeMap<String, Prediction>,
}

impl Users {
    pub(super) fn of(told: &Told<'_>) -> Users {
        let situation = &told.given.situation;
        let without = situation.cloud.iter().filter(|given| given.unknown.roles).count();
        let summary = told.editions.iter().enumerate().map(|(at, edition)| {
            let mut counts = BTreeMap::new();
            for object in &told.objects {
                *counts.entry(word(object.predictions[at].outcome)).or_default() += 1;
            }
            (edition.id.clone(), counts)
        });
        let objects = told.objects.iter().map(|object| {
            let incoming = &object.given.object;
            let predictions = told.editions.iter().zip(&object.predictions);
            ObjectDocument {
                name: incoming.key.clone(),
                kind: incoming.kind,
                source_anchor: incoming.source_anchor.clone(),
                differs: object.differs(),
                by_edition: predictions
                    .map(|(edition, one)| (edition.id.clone(), one.clone()))
                    .collect(),
            }
        });
        Users {
            editions: told.editions.iter().map(|edition| edition.id.clone()).collect(),
            given: GivenDocument {
                on_premises: situation.on_premises.len(),
                cloud: situation.cloud.len(),
                without_known_roles: without,
                features: situation.features,
                features_given: told.given.switches.iter().copied().collect(),
                notes: told.given.notes.clone(),
            },
            summary: summary.collect(),
            objects: objects.collect(),
        }
    }
}

/// The word that JSON has for an outcome.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::AlreadySynced => "alreadySynced",
        Outcome::SoftMatched => "softMatched",
        Outcome::HardMatched => "hardMatched",
        Outcome::Restored => "restored",
        Outcome::Provisioned => "provisioned",
        Outcome::CloudManaged => "cloudManaged",
        Outcome::Blocked => "blocked",
        Outcome::Unspecified => "unspecified",
    }
}
