//! The cases that are judged: the same every time.

use crate::editions;
use entra_conformance::cases::Case;
use entra_conformance::cases::grid::Grid;
use entra_conformance::cases::scenario::embedded;
use entra_conformance::cases::sequence::{Preset, Sequences, case_of};
use entra_conformance::directory::{
    AmbiguousMatch, CollisionHandling, Command, DeclaredChoices, Tenant, is_well_formed,
};
use entra_conformance::reference::Policy;
use serde_json::json;

/// The source that grows: what its cases show stands in no snapshot.
pub(crate) const SCENARIOS: &str = "scenarios";

/// Sequences in a tenant of many.
const CROWD: &str = "crowd";

/// A case, where it comes from, and what is decided in it.
pub(crate) struct Posed {
    pub(crate) source: &'static str,
    pub(crate) case: Case,
    pub(crate) policy: Policy,
    pub(crate) is_declared: bool,
}

impl Posed {
    pub(crate) fn is_crowded(&self) -> bool {
        self.source == CROWD
    }

    pub(crate) fn input(&self) -> (&Tenant, &[Command]) {
        (&self.case.tenant, &self.case.commands)
    }

    /// These choices, where the case declares them.
    pub(crate) fn choices(&self, choices: &DeclaredChoices) -> DeclaredChoices {
        if self.is_declared { *choices } else { DeclaredChoices::default() }
    }
}

/// This scenario, whatever others there are.
pub(crate) fn scenario(id: &str) -> Posed {
    let embedded = embedded().iter().find(|embedded| embedded.id == id);
    let scenario = &embedded.unwrap_or_else(|| panic!("there is no scenario {id}")).scenario;
    Posed {
        source: SCENARIOS,
        case: Case { tenant: scenario.given.clone(), commands: scenario.commands() },
        policy: Policy::default(),
        is_declared: true,
    }
}

/// Two that differ wherever it shows most.
pub(crate) fn two_policies(cautious: Policy) -> Vec<Policy> {
    let bold = Policy {
        collision_handling: CollisionHandling::Quarantined,
        ambiguous_match: AmbiguousMatch::Withheld,
        ..cautious
    };
    vec![cautious, bold]
}

/// The same cases every time: all scenarios of the policies' edition, and of each other source so many, decided
/// by these policies in turn.
pub(crate) fn cases(count: usize, policies: &[Policy]) -> Vec<Posed> {
    let edition = editions::of(&policies[0]);
    let capabilities = editions::capabilities(edition);
    let settings = Sequences::new(Preset::ALL, Sequences::MAX_COMMANDS, &capabilities);
    let points = Grid::within(&capabilities).points();
    let grid = points.iter().step_by((points.len() / count).max(1)).map(|point| point.case());
    let sequence = |index| case_of(7, index as u64, &settings);
    let crowded = (0..count / 6).map(|index| crowd(sequence(count + index), 0));
    let scenarios = embedded()
        .iter()
        .map(|embedded| &embedded.scenario)
        .filter(|scenario| scenario.is_in(&edition.id))
        .map(|scenario| Case { tenant: scenario.given.clone(), commands: scenario.commands() });
    let sources: [(&str, Box<dyn Iterator<Item = Case>>); 4] = [
        (SCENARIOS, Box::new(scenarios)),
        ("grid", Box::new(grid)),
        ("sequences", Box::new((0..count).map(sequence))),
        (CROWD, Box::new(crowded)),
    ];
    let posed = sources.into_iter().flat_map(|(source, cases)| {
        cases.enumerate().map(move |(at, case)| Posed {
            source,
            case,
            policy: policies[at % policies.len()],
            is_declared: (at / policies.len()).is_multiple_of(2),
        })
    });
    posed.filter(|posed| is_well_formed(&posed.case.tenant, &posed.case.commands)).collect()
}

/// The case in a tenant of many who have nothing to do with it, before and behind, by numbers from
/// `first` on.
pub(crate) fn crowd(mut case: Case, first: usize) -> Case {
    for number in first..first + 24 {
        let user = json!({
            "label": format!("stranger-{number}"), "kind": "user",
            "userPrincipalName": format!("stranger-{number}@fabrikam.com"),
            "proxyAddresses": [format!("SMTP:stranger-{number}@fabrikam.com")],
        });
        let contact = json!({
            "key": format!("stranger-{number}"), "kind": "contact",
            "sourceAnchor": format!("U1RS{number:04}"),
            "proxyAddresses": [format!("SMTP:contact-{number}@fabrikam.com")],
        });
        let user = serde_json::from_value(user).expect("a cloud object");
        let contact = serde_json::from_value(contact).expect("an on-premises object");
        let Tenant { cloud, on_premises, .. } = &mut case.tenant;
        cloud.insert(if number.is_multiple_of(2) { 0 } else { cloud.len() }, user);
        on_premises.insert(if number.is_multiple_of(2) { 0 } else { on_premises.len() }, contact);
    }
    case
}
