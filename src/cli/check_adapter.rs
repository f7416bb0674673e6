//! `check-adapter`: try an adapter before anything is judged.

use super::arguments::TimeArguments;
use super::exit::{Exit, Mistake};
use super::{implementation, print};
use crate::cases::required_capabilities;
use crate::directory::{
    Capability, Command, Kind, OnPremisesObject, Status, StepObservation, Tenant,
};
use crate::implementation::{CaseInput, CaseObservation, Implementation};
use crate::report::choices;
use crate::rulebook::Rulebook;
use crate::suite::edition;
use std::ffi::OsString;
use std::fmt::Write as _;

pub(super) fn check(times: &TimeArguments, adapter: &[OsString]) -> Result<Exit, Mistake> {
    let edition = edition(None)?;
    let mut child = implementation::start_child(adapter, times, edition)?;
    let description = child.describe();
    let mut text = String::new();
    let name = &description.implementation;
    let _ = writeln!(text, "handshake    ok: {} {}", name.name, name.version);
    let _ = writeln!(text, "editions     {}", description.editions.join(", "));
    let words = |has: bool| -> Vec<&str> {
        Capability::ALL
            .iter()
            .filter(|capability| description.capabilities.has(**capability) == has)
            .map(|capability| capability.word())
            .collect()
    };
    let _ = writeln!(text, "capabilities {}", words(true).join(", "));
    let _ = writeln!(text, "without      {}", words(false).join(", "));
    let _ = writeln!(text, "choices      {}", choices(&description.choices));
    let unexercised = Rulebook::embedded()
        .rules_in(edition)
        .filter(|rule| !rule.lacking(&description.capabilities).is_empty())
        .count();
    let all = Rulebook::embedded().rules_in(edition).count();
    let _ =
        writeln!(text, "rules        {} of {all} can be exercised with these", all - unexercised);
    print::report(&text);

    let Some((tenant, commands)) = smoke_case(&description.capabilities) else {
        return Err(Mistake {
            exit: Exit::Incomplete,
            message:
                "the adapter declares none of users, groups and contacts: nothing can be judged"
                    .to_owned(),
        });
    };
    let mut seen: Option<CaseObservation> = None;
    let case = CaseInput { tenant: &tenant, commands: &commands };
    child.run_cases(&[case], &mut |_, observation| {
        seen = Some(observation);
        true
    });
    let seen = seen.unwrap_or_default();
    if let Some(failure) = seen.failure {
        let mut message = format!("the smoke case ended early: {failure}");
        for line in failure.stderr_tail {
            let _ = write!(message, "\n  ! {line}");
        }
        return Err(Mistake { exit: Exit::Nonconformant, message });
    }
    if let Some(complaint) = complaint(&seen.steps) {
        return Err(Mistake { exit: Exit::Nonconformant, message: complaint });
    }
    print::text("smoke case   ok: reset, an object created on-premises, one sync cycle\n");
    Ok(Exit::Conformant)
}

/// An empty tenant, one object created on-premises, one cycle: nothing that a rule is about.
fn smoke_case(capabilities: &crate::directory::Capabilities) -> Option<(Tenant, Vec<Command>)> {
    let (kind, name) =
        [(Kind::User, Some("smoke@contoso.com")), (Kind::Contact, None), (Kind::Group, None)]
            .into_iter()
            .find(|(kind, _)| {
                capabilities.has(match kind {
                    Kind::User => Capability::Users,
                    Kind::Contact => Capability::Contacts,
                    Kind::Group => Capability::Groups,
                })
            })?;
    let object = OnPremisesObject {
        key: "smoke-ad".into(),
        kind,
        mail_enabled: false,
        source_anchor: Some("U01PS0U=".into()),
        user_principal_name: name.map(Into::into),
        proxy_addresses: Vec::new(),
        attributes: [("displayName".into(), "Smoke".into())].into_iter().collect(),
        password: None,
    };
    let create =
        Command::CreateOnPremisesObject(crate::directory::CreateOnPremisesObject { object });
    let tenant = Tenant::default();
    let commands = vec![create, Command::sync()];
    debug_assert!(capabilities.missing(&required_capabilities(&tenant, &commands)).is_empty());
    Some((tenant, commands))
}

/// What the smoke case shows to be wrong about the adapter itself.
fn complaint(steps: &[StepObservation]) -> Option<String> {
    let [created, synced] = steps else {
        return Some(format!("the smoke case has 2 steps, and {} were answered", steps.len()));
    };
    if created.outcome.status != Status::Ok || created.snapshot.on_premises.len() != 1 {
        return Some(
            "after createOnPremisesObject the snapshot must list exactly that on-premises object, and the status must be ok"
                .to_owned(),
        );
    }
    if synced.outcome.status != Status::Ok || synced.outcome.result_of("smoke-ad").is_none() {
        return Some(
            "after sync the status must be ok, and `objects` must have an entry for smoke-ad"
                .to_owned(),
        );
    }
    if synced.snapshot.cloud.is_empty() {
        return Some(
            "after the sync of a new object the snapshot lists no cloud object".to_owned(),
        );
    }
    None
}
