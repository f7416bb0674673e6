//! Follows one case step by step and lets every check judge every step.

use super::history::{History, Lessons};
use super::safety::setup_differences;
use super::ties::{CloudIndex, Identifiers};
use super::transition::Transition;
use super::verdict::{Verdict, Violation};
use super::{administrators, all, switch, takeover};
use crate::directory::{
    Capabilities, CloudObject, CloudRef, CloudSetup, Command, DeclaredChoices, Snapshot,
    StepObservation, Tenant, Text,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What a check said of a step, where its rule's situation occurred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's ID.
    pub rule: &'static str,
    /// What was found.
    pub verdict: Verdict,
}

/// Follows one case: feed it the starting state and then every step, in order.
///
/// After a violation it goes on from the state that was observed, so that one fault is not told
/// again with every further step.
pub struct Observer<'a> {
    capabilities: &'a Capabilities,
    choices: &'a DeclaredChoices,
    state: Snapshot,
    history: History,
}

impl<'a> Observer<'a> {
    /// Begins a case and judges the starting state: it shows exactly the tenant that was asked for.
    pub fn start(
        tenant: &Tenant,
        snapshot: &Snapshot,
        capabilities: &'a Capabilities,
        choices: &'a DeclaredChoices,
    ) -> (Self, Vec<Finding>) {
        let mut verdict = Verdict::default();
        let labels = recognise(&tenant.cloud, snapshot);
        verdict.judge(|verdict| judge_start(tenant, snapshot, &labels, capabilities, verdict));
        let observer = Observer {
            capabilities,
            choices,
            state: snapshot.clone(),
            history: History::start(tenant, labels),
        };
        (observer, vec![Finding { rule: "safe.command-takes-effect", verdict }])
    }

    /// Lets every check judge one step, and takes it in.
    pub fn step(&mut self, command: &Command, seen: &StepObservation) -> Vec<Finding> {
        let before = std::mem::take(&mut self.state);
        let transition = Transition::new(
            &before,
            command,
            &seen.outcome,
            &seen.snapshot,
            &self.history,
            self.capabilities,
            self.choices,
        );
        let findings = all()
            .filter_map(|check| {
                let mut verdict = Verdict::default();
                (check.judge)(&transition, &mut verdict);
                (!verdict.is_not_applicable()).then_some(Finding { rule: check.rule, verdict })
            })
            .collect();
        let lessons = Lessons {
            blocked_by_role: administrators::blocked_by_role(&transition),
            blocked_by_switch: switch::blocked_by_switch(&transition),
            treatments: takeover::treatments(&transition),
        };
        drop(transition);
        self.history.learn(&before, command, seen, lessons);
        self.state = seen.snapshot.clone();
        findings
    }

    /// The state after the last step.
    pub fn state(&self) -> &Snapshot {
        &self.state
    }

    /// The cloud object that a reference names by now, in the recycle bin or not.
    pub fn resolve(&self, reference: &CloudRef) -> Option<&Arc<CloudObject>> {
        let id = self.history.resolve(reference)?;
        self.state.cloud_object(id)
    }
}

/// Which object of the starting state is which of the tenant's: those that show everything first,
/// and among what is left those that have a name or an address in common. One field that is wrong
/// then does not make a stranger of an object. Those with the most to recognise them by go first.
fn recognise(cloud: &[CloudSetup], snapshot: &Snapshot) -> HashMap<Text, Text> {
    let mut order: Vec<&CloudSetup> = cloud.iter().collect();
    order.sort_by_key(|setup| {
        let fields = setup.proxy_addresses.len()
            + setup.attributes.len()
            + usize::from(setup.user_principal_name.is_some())
            + usize::from(setup.on_premises_immutable_id.is_some());
        std::cmp::Reverse(fields)
    });
    let index = CloudIndex::new(&snapshot.cloud);
    // What has neither name nor address nor anchor is found by its display name.
    let mut by_display_name: HashMap<Option<&Text>, Vec<&Arc<CloudObject>>> = HashMap::new();
    for object in &snapshot.cloud {
        let name = object.attributes.get("displayName");
        by_display_name.entry(name).or_default().push(object);
    }
    let everything = Capabilities::default();
    let mut taken: HashSet<&Text> = HashSet::new();
    let mut labels = HashMap::new();
    for is_exact in [true, false] {
        for setup in &order {
            if labels.contains_key(&setup.label) {
                continue;
            }
            let wanted = setup.to_object("");
            let namesakes = by_display_name.get(&wanted.attributes.get("displayName"));
            let found = index
                .ties(&Identifiers::of_cloud(&wanted))
                .into_iter()
                .map(|tie| tie.cloud)
                .chain(namesakes.into_iter().flatten().copied())
                .filter(|seen| seen.kind == wanted.kind && !taken.contains(&seen.id))
                .find(|seen| !is_exact || setup_differences(&wanted, seen, &everything).is_empty());
            if let Some(found) = found {
                taken.insert(&found.id);
                labels.insert(setup.label.clone(), found.id.clone());
            }
        }
    }
    labels
}

fn judge_start(
    tenant: &Tenant,
    snapshot: &Snapshot,
    labels: &HashMap<Text, Text>,
    capabilities: &Capabilities,
    verdict: &mut Verdict,
) {
    let by_id: HashMap<&str, &Arc<CloudObject>> =
        snapshot.cloud.iter().map(|object| (&*object.id, object)).collect();
    for setup in &tenant.cloud {
        let name = format!("cloud {} {}", setup.kind, setup.label);
        match labels.get(&setup.label).and_then(|id| by_id.get(&**id)) {
            None => verdict.violated(
                name,
                "the object itself",
                "there after the reset, as it was sent",
                "not there",
            ),
            Some(seen) => {
                for (field, wanted, seen) in
                    setup_differences(&setup.to_object(""), seen, capabilities)
                {
                    verdict.violated(&name, field, wanted, seen);
                }
            }
        }
    }
    let mut ids: Vec<&str> = snapshot.cloud.iter().map(|object| &*object.id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != snapshot.cloud.len() {
        verdict.violated("the tenant", "id", "different identifiers", "an identifier twice");
    }
    if snapshot.cloud.len() != tenant.cloud.len() {
        verdict.violated(
            "the tenant",
            "cloud objects after the reset",
            tenant.cloud.len().to_string(),
            snapshot.cloud.len().to_string(),
        );
    }
    let wanted = Snapshot {
        cloud: Vec::new(),
        on_premises: tenant
            .on_premises
            .iter()
            .map(|object| {
                let mut object = object.clone();
                if !capabilities.has(crate::directory::Capability::Passwords) {
                    object.password = None;
                }
                Arc::new(object)
            })
            .collect(),
    };
    super::direction::judge_on_premises_unchanged(&wanted, snapshot, None, verdict);
}

impl Finding {
    /// The violations, if any.
    pub fn violations(&self) -> &[Violation] {
        &self.verdict.violations
    }
}
