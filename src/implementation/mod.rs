//! The adapter trait: what an implementation owes so that it can be judged.

#[cfg(feature = "child-process")]
pub mod child_process;
mod failure;
pub mod protocol;
pub mod serve;
pub mod side_by_side;

pub use failure::{Failure, FailureKind, Inconclusive};

use crate::directory::{
    AnchorForm, Capabilities, Capability, Command, DeclaredChoices, Field, Snapshot,
    StepObservation, Tenant, Text,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What an implementation says about itself before anything is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Description {
    /// Who it is.
    pub implementation: ImplementationName,
    /// The editions that it claims to follow.
    pub editions: Vec<String>,
    /// What it can be asked to do.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// What it decides where the documents leave a choice.
    #[serde(default)]
    pub choices: DeclaredChoices,
    /// The names of the attributes that it has; absent where it takes any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<BTreeSet<Text>>,
    /// The fields that a cloud administrator cannot edit.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub read_only: BTreeSet<Field>,
    /// The fields that a sync writes when it creates an object or takes one over, and never after.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub never_updated: BTreeSet<Field>,
    /// What its anchors look like.
    #[serde(default, skip_serializing_if = "AnchorForm::is_text")]
    pub anchor_form: AnchorForm,
    /// How many cases it carries out side by side in one tenant; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side_by_side: Option<u32>,
}

/// An implementation's name for reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImplementationName {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The language that it is written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// By this name an implementation has addresses among its attributes.
pub(crate) const ADDRESSES: &str = "proxyAddresses";

impl Description {
    /// An implementation with this name and version, which claims to follow `editions`. What it can
    /// be asked to do and what it decides are added with the methods below.
    ///
    /// ```
    /// use entra_conformance::directory::Capability;
    /// use entra_conformance::implementation::Description;
    ///
    /// let description = Description::new("small-sync", "1.0.0", ["2023-01"])
    ///     .with_capabilities([Capability::Users, Capability::MatchUserPrincipalName]);
    /// assert!(description.capabilities.has(Capability::Users));
    /// ```
    pub fn new<E: Into<String>>(
        name: impl Into<String>,
        version: impl Into<String>,
        editions: impl IntoIterator<Item = E>,
    ) -> Description {
        Description {
            implementation: ImplementationName {
                name: name.into(),
                version: version.into(),
                language: None,
                url: None,
            },
            editions: editions.into_iter().map(Into::into).collect(),
            capabilities: Capabilities::default(),
            choices: DeclaredChoices::default(),
            attributes: None,
            read_only: BTreeSet::new(),
            never_updated: BTreeSet::new(),
            anchor_form: AnchorForm::default(),
            side_by_side: None,
        }
    }

    /// Whether there is anything in a case that it may have no place for.
    pub(crate) fn is_limited(&self) -> bool {
        self.attributes.is_some()
            || !self.read_only.is_empty()
            || !self.never_updated.is_empty()
            || !self.has_addresses()
    }

    /// Whether objects have addresses: it matches by them, has more than the primary one, or has them among
    /// the attributes, as values like any other.
    pub(crate) fn has_addresses(&self) -> bool {
        let among = |names: &BTreeSet<Text>| names.contains(ADDRESSES);
        self.capabilities.has(Capability::MatchProxyAddresses)
            || self.capabilities.has(Capability::SecondaryAddresses)
            || self.attributes.as_ref().is_some_and(among)
    }

    /// The same with these capabilities.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: impl IntoIterator<Item = Capability>) -> Self {
        self.capabilities = capabilities.into_iter().collect();
        self
    }

    /// The same, carrying out so many cases side by side in one tenant: every case is then asked for by
    /// [`Implementation::run_batch`].
    #[must_use]
    pub fn with_cases_side_by_side(mut self, most: u32) -> Self {
        self.side_by_side = Some(most);
        self
    }

    /// The same with these choices.
    #[must_use]
    pub fn with_choices(mut self, choices: DeclaredChoices) -> Self {
        self.choices = choices;
        self
    }
}

/// One case as an implementation sees it: where to start, and what to do. It is told neither the
/// case's name nor what is expected.
#[derive(Clone, Copy, Debug)]
pub struct CaseInput<'a> {
    /// The tenant to start from.
    pub tenant: &'a Tenant,
    /// The commands, in order.
    pub commands: &'a [Command],
    /// Of a case beside others in one tenant: what all its keys and labels begin with, and what its names,
    /// addresses and values contain.
    pub prefix: &'a str,
    /// What the suite calls it, for its own records alone.
    pub(crate) name: &'a str,
}

impl<'a> CaseInput<'a> {
    /// A case that starts from this tenant.
    pub fn new(tenant: &'a Tenant, commands: &'a [Command]) -> CaseInput<'a> {
        CaseInput { tenant, commands, prefix: "", name: "" }
    }

    /// The same beside others in one tenant, under this prefix.
    #[must_use]
    pub fn under_prefix(self, prefix: &'a str) -> CaseInput<'a> {
        CaseInput { prefix, ..self }
    }
}

/// What was seen of one case: as far as it went, and why it went no further.
#[derive(Clone, Debug, Default)]
pub struct CaseObservation {
    /// The state after the reset; `None` where the implementation failed before it could show it.
    pub start: Option<Snapshot>,
    /// What was seen of each command, in order.
    pub steps: Vec<StepObservation>,
    /// Why there are fewer steps than commands.
    pub failure: Option<Failure>,
}

impl CaseObservation {
    /// Nothing but why it could not be seen.
    pub fn failed(failure: Failure) -> CaseObservation {
        CaseObservation { failure: Some(failure), ..CaseObservation::default() }
    }

    /// The step in which it went no further, counted from 1; 0 is the start.
    pub(crate) fn step_of_failure(&self) -> usize {
        if self.start.is_some() { self.steps.len() + 1 } else { 0 }
    }
}

/// Something that does what Microsoft Entra Connect and Microsoft Entra ID do together.
///
/// Only the first three methods are owed. An implementation may panic: the case fails by that
/// name, the implementation is reset, and the next case is judged as if nothing had been.
pub trait Implementation {
    /// What it is and what it can be asked to do. The same answer every time.
    fn describe(&self) -> Description;

    /// Forgets everything and starts with exactly this tenant. Nothing is joined yet.
    ///
    /// # Errors
    /// A [`Failure`] ends the case and is reported under its own name.
    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure>;

    /// Carries one command out and shows the whole state afterwards.
    ///
    /// # Errors
    /// A [`Failure`] ends the case and is reported under its own name.
    /// [`Failure::unsupported`] for a capability that was not declared makes the case not applicable.
    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure>;

    /// Carries out many cases in one tenant and as few cycles as one of them takes, and tells what was seen of
    /// each. Owed by who has [`Description::side_by_side`], and asked with no more cases than it says. All have the
    /// same switches at the start and the same tenant-wide commands in the same order, of which a case may have the
    /// first ones only. [`side_by_side::run`] does it for every [`SharedTenant`](side_by_side::SharedTenant).
    ///
    /// # Errors
    /// A [`Failure`] of the batch as a whole. Unless it is inconclusive, the batch is tried again in halves, until it
    /// is plain whose it is.
    fn run_batch(&mut self, _: &[CaseInput<'_>]) -> Result<Vec<CaseObservation>, Failure> {
        let message = "it declares sideBySide, and has no runBatch";
        Err(Failure::new(FailureKind::ErrorAnswer, message))
    }

    /// Runs cases and hands over what was seen, each as soon as it is known and in the cases'
    /// order, with its index. Return `false` from `observed` to stop early.
    ///
    /// The default runs one after the other; an implementation behind a pipe overrides it to have
    /// many under way at once.
    fn run_cases(
        &mut self,
        cases: &[CaseInput<'_>],
        observed: &mut dyn FnMut(usize, CaseObservation) -> bool,
    ) {
        for (index, case) in cases.iter().enumerate() {
            if !observed(index, run_one(self, *case)) {
                return;
            }
        }
    }
}

/// Runs one case in the way in which many are run.
pub fn run_alone(implementation: &mut dyn Implementation, case: CaseInput<'_>) -> CaseObservation {
    let mut seen = CaseObservation::default();
    implementation.run_cases(&[case], &mut |_, observation| {
        seen = observation;
        false
    });
    seen
}

/// Runs one case step by step and turns a panic into a named failure.
pub fn run_one<I: Implementation + ?Sized>(
    implementation: &mut I,
    case: CaseInput<'_>,
) -> CaseObservation {
    let mut seen = CaseObservation::default();
    let ran = catch_unwind(AssertUnwindSafe(|| -> Result<(), Failure> {
        seen.start = Some(implementation.reset(case.tenant)?);
        for command in case.commands {
            seen.steps.push(implementation.apply(command)?);
        }
        Ok(())
    }));
    let ran = ran.unwrap_or_else(|panic| Err(Failure::panicked(panic.as_ref())));
    CaseObservation { failure: ran.err(), ..seen }
}
