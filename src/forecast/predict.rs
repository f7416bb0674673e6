//! What becomes of one on-premises object, as the reference model has it, and what of that is open.

use super::assumption::{Assumption, Assumptions};
use super::contention::rivals;
use super::remedy::{RemedyFound, remedies};
use super::scene::{Change, Outcome, Run, Scene, Short};
use super::situation::{GivenOnPremisesObject, Neighbours, Situation};
use crate::checks::{Determinacy, WhyUnspecified};
use crate::directory::{
    Capabilities, Capability, Command, DeclaredChoices, EditionSettings, Tenant, Text,
};
use crate::implementation::Implementation as _;
use crate::reference::{Policy, ReferenceModel, TraceStep};
use serde::Serialize;

/// Why the documents do not settle what comes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Open {
    /// Other on-premises objects with work could touch the same identifiers.
    Contended(Vec<Text>),
    /// A user in the recycle bin carries its anchor, and how it came there nobody said.
    RecycleBin(Text),
    /// Anything else.
    Because(WhyUnspecified),
}

/// What comes of it under another assumption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Alternative {
    /// What is assumed.
    pub(crate) assumption: Assumption,
    /// What comes of it.
    pub(crate) then: Short,
    /// The changes that would not come about otherwise.
    pub(crate) changes: Vec<Change>,
}

/// What becomes of one on-premises object.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Prediction {
    /// What comes of it, as far as the documents settle it.
    pub(crate) outcome: Outcome,
    /// What the reference model does.
    pub(crate) model: Short,
    /// How it comes to that.
    pub(crate) story: Vec<Decided>,
    /// What changes in the cloud.
    pub(crate) changes: Vec<Change>,
    /// What the documents leave open.
    pub(crate) open: Vec<Open>,
    /// What would come of it otherwise.
    pub(crate) alternatives: Vec<Alternative>,
    /// What could be done, where it is blocked.
    pub(crate) remedies: Vec<RemedyFound>,
}

/// A step on the way to a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Decided {
    /// The rule that it follows from.
    pub(crate) rule: &'static str,
    /// What was found or decided.
    pub(crate) text: String,
}

impl From<TraceStep> for Decided {
    fn from(step: TraceStep) -> Decided {
        Decided { rule: step.rule, text: step.text }
    }
}

/// Foretells what one edition's model does.
pub(crate) struct Forecaster {
    assumptions: Assumptions,
    capabilities: Capabilities,
}

impl Forecaster {
    pub(crate) fn new(
        policy: Policy,
        chosen: DeclaredChoices,
        settings: EditionSettings,
    ) -> Forecaster {
        let capabilities = ReferenceModel::new(policy).describe().capabilities;
        Forecaster { assumptions: Assumptions { policy, chosen, settings }, capabilities }
    }

    /// What becomes of every on-premises object for which `is_wanted` holds.
    pub(crate) fn forecast(
        &self,
        situation: &Situation,
        is_wanted: impl Fn(&GivenOnPremisesObject) -> bool,
    ) -> Vec<Option<Prediction>> {
        let neighbours = Neighbours::of(&situation.cloud);
        let scene_of = |given: &GivenOnPremisesObject| {
            let met = neighbours.meeting(&given.object).into_iter();
            Scene {
                features: situation.features,
                cloud: met.map(|at| situation.cloud[at].clone()).collect(),
                object: given.object.clone(),
            }
        };
        // Whoever is looked at may be contended by anybody, so that all of them are run.
        let has_work = situation.on_premises.iter().map(|given| {
            let scene = scene_of(given);
            scene.run(self.assumptions.policy, false).moves_identifiers(&given.object)
        });
        let has_work: Vec<bool> = has_work.collect();
        let rivals = rivals(situation, &neighbours, &has_work);
        let predicted = situation.on_premises.iter().zip(rivals).map(|(given, rivals)| {
            is_wanted(given).then(|| {
                let mut prediction = self.predict(&scene_of(given));
                if !rivals.is_empty() {
                    prediction.outcome = Outcome::Unspecified;
                    prediction.open.insert(0, Open::Contended(rivals.into_iter().collect()));
                }
                prediction
            })
        });
        predicted.collect()
    }

    fn predict(&self, scene: &Scene) -> Prediction {
        let run = scene.run(self.assumptions.policy, true);
        let model = run.short(&scene.object);
        let changes = run.changes();
        let alternatives = self.alternatives(scene, &run);
        let in_bin = scene.cloud.iter().map(|given| &given.object).find(|object| {
            object.deleted
                && object.on_premises_immutable_id.is_some()
                && object.on_premises_immutable_id == scene.object.source_anchor
        });
        let mut open = Vec::new();
        let is_return = self.capabilities.has(Capability::Scope) && in_bin.is_some();
        if let Some(object) = in_bin {
            open.push(Open::RecycleBin(object.id.clone()));
        }
        // What no page settles of roles and identifiers is then told as an alternative.
        let is_about_roles = alternatives.iter().any(|other| {
            matches!(other.assumption, Assumption::RolesBlockHardMatch | Assumption::Protection(_))
        });
        let mut outcome = model.outcome;
        if !matches!(outcome, Outcome::AlreadySynced | Outcome::CloudManaged) {
            for why in self.unspecified(scene, &run) {
                let settles_nothing = match why {
                    WhyUnspecified::UndocumentedTouch if is_return => continue,
                    // What a collision may leave behind is told as an alternative.
                    WhyUnspecified::Collision => continue,
                    why => why != WhyUnspecified::KeptValue,
                };
                if settles_nothing {
                    outcome = Outcome::Unspecified;
                }
                if why != WhyUnspecified::UndocumentedTouch || !is_about_roles {
                    open.push(Open::Because(why));
                }
            }
        }
        let is_blocked = matches!(model.outcome, Outcome::Blocked | Outcome::CloudManaged);
        let remedies = if is_blocked { remedies(scene, &self.assumptions) } else { Vec::new() };
        Prediction {
            outcome,
            model,
            story: run.story.into_iter().map(Decided::from).collect(),
            changes,
            open,
            alternatives,
            remedies,
        }
    }

    /// What the checks' definitions leave open.
    fn unspecified(&self, scene: &Scene, run: &Run) -> Vec<WhyUnspecified> {
        let tenant = Tenant {
            features: scene.features,
            cloud: Vec::new(),
            on_premises: vec![scene.object.clone()],
        };
        let determinacy = Determinacy::of(
            (&tenant, &[Command::sync()]),
            (&run.start, &run.seen),
            self.assumptions.settings,
            &self.capabilities,
            &self.assumptions.chosen,
        );
        let steps = determinacy.steps.into_iter();
        steps.flat_map(|step| step.unspecified).map(|part| part.why).collect()
    }

    fn alternatives(&self, scene: &Scene, run: &Run) -> Vec<Alternative> {
        let usual = run.changes();
        let others = self.assumptions.others(scene, run).into_iter();
        let alternative = |(assumption, scene, run): (Assumption, Scene, Run)| {
            let mut changes = run.changes();
            changes.retain(|change| !usual.contains(change));
            Alternative { assumption, then: run.short(&scene.object), changes }
        };
        others.map(alternative).collect()
    }
}
