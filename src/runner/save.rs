//! Saves minimal failing cases as scenario files, and finds those of earlier runs.

use super::event::NotSaved;
use super::expectations::Context;
use super::judge::Judge;
use super::judgement::{Signature, Stopped};
use super::minimise::{Minimal, first_showing};
use super::reason::Origin;
use super::trial::{self, PlannedCase};
use crate::cases::scenario::{
    Expectation, ExpectedObject, ExpectedResult, ExpectedWord, FileError, Scenario, Step,
    from_yaml, read_file, to_yaml,
};
use crate::checks::{Observer, Violation};
use crate::directory::{
    Capabilities, Capability, Change, CloudObject, Command, DeclaredChoices, EditionSettings,
    Field, Outcome, ResultWord,
};
use crate::implementation::{CaseInput, CaseObservation, Implementation, run_one};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The `$id` of the schema of scenario files.
pub(super) const SCHEMA: &str = "urn:entra-conformance:schema:scenario";

/// A folder in which minimal failing cases are saved.
pub struct SavedFailures<'k> {
    folder: PathBuf,
    /// An implementation that does right; what it shows is what a file expects.
    oracle: &'k mut dyn Implementation,
}

impl<'k> SavedFailures<'k> {
    /// Saves cases in this folder, which is created with the first. What a file expects beyond the
    /// rule's own check is taken from `oracle`, an implementation that does right and makes the
    /// same choices.
    pub fn new(
        folder: impl Into<PathBuf>,
        oracle: &'k mut dyn Implementation,
    ) -> SavedFailures<'k> {
        SavedFailures { folder: folder.into(), oracle }
    }

    /// Writes a minimal case to a file, reads it back, and runs it again: only what then fails in
    /// the same way stays. The file's path.
    pub(super) fn save(
        &mut self,
        minimal: &Minimal,
        signature: &Signature,
        found_in: &str,
        judge: &Judge<'_>,
        implementation: &mut dyn Implementation,
    ) -> Result<String, NotSaved> {
        let mut scenario = scenario_of(minimal, signature);
        self.expect(&mut scenario, minimal, signature, judge, implementation);
        let version = env!("CARGO_PKG_VERSION");
        let head = [
            format!("Found by entra-conformance {version} in {found_in}."),
            format!("Its form: spec/schema/scenario.json, {SCHEMA}"),
        ];
        let text = to_yaml(&scenario, &head, &minimal.remarks);
        let path = self.folder.join(file_name(signature, &text));
        let file = path.to_string_lossy().into_owned();
        let scenario = from_yaml(&file, &text).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            NotSaved::NotReadBack { message: errors.join("; ") }
        })?;
        let trial = PlannedCase::of_file(&file, &scenario).trial.without_expectations();
        if first_showing(&[trial], signature, judge, implementation).is_none() {
            return Err(NotSaved::NotReproduced);
        }
        match write_whole(&path, &text) {
            Ok(()) => Ok(file),
            Err(error) => Err(NotSaved::NotWritten { file, message: error.to_string() }),
        }
    }

    /// Adds to the step that shows a breach what is right there, as far as a file can say it and
    /// the implementation does otherwise.
    fn expect(
        &mut self,
        scenario: &mut Scenario,
        minimal: &Minimal,
        signature: &Signature,
        judge: &Judge<'_>,
        implementation: &mut dyn Implementation,
    ) {
        let Some(breach) =
            minimal.judgement.breach(signature).filter(|breach| breach.origin == Origin::Check)
        else {
            return;
        };
        let Some(at) = breach.step.checked_sub(1) else { return };
        let case = &minimal.trial.case;
        let input = CaseInput::new(&case.tenant, &case.commands);
        let right = run_one(self.oracle, input);
        let wrong = judge.observe(case, implementation);
        let description = judge.description();
        // The oracle shows who is linked to whom.
        let mut of_oracle = description.capabilities.clone();
        of_oracle.0.insert(Capability::AuthorityFlag);
        let edition = judge.settings();
        let collisions_are_declared = description.choices.collision_handling.is_some();
        let Some(right) =
            Shown::of(minimal, &right, at, edition, (&of_oracle, &description.choices))
        else {
            return;
        };
        let declared = (&description.capabilities, &description.choices);
        let Some(wrong) = Shown::of(minimal, &wrong, at, edition, declared) else { return };
        let context = Context::new(description, &case.tenant, &case.commands);
        let mut expected = Expectation::default();
        for violation in &breach.violations {
            let mut one = Expectation::default();
            right.put(violation, collisions_are_declared, &mut one);
            let is_met = context.compare(&one, wrong.outcome, &wrong.observer).is_empty();
            if !is_met {
                right.put(violation, collisions_are_declared, &mut expected);
            }
        }
        if expected != Expectation::default()
            && let Some(step) = scenario.steps.get_mut(at)
        {
            step.expect.push(expected);
        }
    }
}

/// What was observed of a case up to one of its steps.
struct Shown<'s> {
    observer: Observer<'s>,
    outcome: &'s Outcome,
}

impl<'s> Shown<'s> {
    fn of(
        minimal: &Minimal,
        observed: &'s CaseObservation,
        at: usize,
        edition: EditionSettings,
        (capabilities, choices): (&'s Capabilities, &'s DeclaredChoices),
    ) -> Option<Shown<'s>> {
        let case = &minimal.trial.case;
        let (mut observer, _) =
            Observer::start(&case.tenant, observed.start.as_ref()?, edition, capabilities, choices);
        let steps = observed.steps.get(..=at)?;
        for (command, step) in case.commands.iter().zip(steps) {
            observer.step(command, step);
        }
        Some(Shown { observer, outcome: &steps[at].outcome })
    }

    /// Says in an expectation what is right of what a violation is about.
    fn put(&self, violation: &Violation, collisions_are_declared: bool, to: &mut Expectation) {
        match violation.field {
            Field::Outcome => to.status = Some(self.outcome.status),
            Field::Result | Field::Synchronisation => {
                let Some(key) = violation.object.key() else { return };
                if let Some(result) = self.outcome.result_of(key)
                    && let Some(result) = word(result.result, collisions_are_declared)
                {
                    let expected = ExpectedResult { result, matched_on: None, evaluated_by: None };
                    to.objects.insert(key.clone(), expected);
                }
            }
            Field::CloudObjects | Field::CreatedObjects | Field::TakenOver => {
                to.active_cloud_objects = Some(self.observer.state().active().count());
            }
            _ => self.put_field(violation, to),
        }
    }

    fn put_field(&self, violation: &Violation, to: &mut Expectation) {
        let Some(reference) = violation.object.cloud_ref() else { return };
        let right = self.observer.resolve(&reference);
        let at = to.cloud.iter().position(|expected| expected.object == reference);
        let at = at.unwrap_or_else(|| {
            to.cloud.push(ExpectedObject::of(reference.clone()));
            to.cloud.len() - 1
        });
        put_value(&violation.field, right.map(|right| &**right), &mut to.cloud[at]);
        if to.cloud[at] == ExpectedObject::of(reference) {
            to.cloud.remove(at);
        }
    }
}

pub(super) fn put_value(field: &Field, right: Option<&CloudObject>, to: &mut ExpectedObject) {
    fn change<T: Clone>(value: Option<&T>) -> Change<T> {
        value.map_or(Change::Clear, |value| Change::Set(value.clone()))
    }
    let Some(right) = right else {
        to.exists = Some(false);
        return;
    };
    match field {
        Field::Existence | Field::Id => to.exists = Some(true),
        Field::Kind => to.kind = Some(right.kind),
        Field::MailEnabled => to.mail_enabled = Some(right.mail_enabled),
        Field::OnPremisesSyncEnabled | Field::Linked => {
            to.on_premises_sync_enabled = Some(right.is_on_premises_mastered());
        }
        Field::IsCloudManaged => to.is_cloud_managed = Some(right.is_cloud_managed),
        Field::OnPremisesImmutableId => {
            to.on_premises_immutable_id = change(right.on_premises_immutable_id.as_ref());
        }
        Field::OnPremisesObjectIdentifier => {
            let right = right.on_premises_object_identifier.as_ref();
            to.on_premises_object_identifier = change(right);
        }
        Field::UserPrincipalName => {
            to.user_principal_name = change(right.user_principal_name.as_ref());
        }
        Field::ProxyAddresses => {
            let addresses = &right.proxy_addresses;
            to.proxy_addresses = change((!addresses.is_empty()).then_some(addresses));
        }
        Field::Password => to.password = change(right.password.as_ref()),
        Field::Roles => to.roles = Some(right.roles.clone()),
        Field::EligibleRoles => to.eligible_roles = Some(right.eligible_roles.clone()),
        Field::Deleted => to.deleted = Some(right.deleted),
        Field::Quarantined => to.quarantined = Some(right.quarantined),
        Field::Attribute(name) => {
            to.attributes.insert(name.clone(), right.attributes.get(name).cloned());
        }
        _ => {}
    }
}

/// What a file expects where this is right.
pub(super) fn word(result: ResultWord, collisions_are_declared: bool) -> Option<ExpectedWord> {
    Some(match result {
        ResultWord::Provisioned => ExpectedWord::Provisioned,
        ResultWord::HardMatched => ExpectedWord::HardMatched,
        ResultWord::SoftMatched => ExpectedWord::SoftMatched,
        ResultWord::Updated => ExpectedWord::Updated,
        ResultWord::Unchanged => ExpectedWord::Unchanged,
        ResultWord::Error | ResultWord::Quarantined if !collisions_are_declared => {
            ExpectedWord::Conflict
        }
        ResultWord::Error => ExpectedWord::Error,
        ResultWord::Quarantined => ExpectedWord::Quarantined,
        ResultWord::Joined | ResultWord::Removed => return None,
    })
}

/// A minimal case as a scenario, without what is expected.
pub(super) fn scenario_of(minimal: &Minimal, signature: &Signature) -> Scenario {
    let (title, rule) = match signature {
        Signature::Rule(rule) => (format!("{rule} is violated"), &**rule),
        Signature::Field(rule, field) => (format!("{rule} is violated in {field}"), &**rule),
        Signature::Reason(rule, reason) => (format!("{rule} is violated ({reason})"), &**rule),
        Signature::Aborted(kind, _) => {
            let step = match &minimal.judgement.stopped {
                Some(Stopped::Aborted { step: 1.., .. }) => "in its last step",
                _ => "at its start",
            };
            (format!("{kind} {step}"), "safe.command-takes-effect")
        }
    };
    let trial = &minimal.trial;
    let relations = trial.relations.iter().map(|relation| relation.rule.to_owned()).collect();
    let rules = vec![rule.to_owned()];
    let mut scenario = Scenario { title, rules, relations, ..trial::scenario_of(&trial.case) };
    if scenario.steps.is_empty() {
        // A file has at least one step, also where the start alone goes wrong.
        scenario.steps.push(Step { command: Command::sync(), expect: Vec::new() });
    }
    scenario
}

/// The rule, or the way in which the implementation aborted, and a hash of the text that does not
/// depend on where it was found.
fn file_name(signature: &Signature, text: &str) -> String {
    let what = match signature {
        Signature::Rule(rule) | Signature::Field(rule, _) | Signature::Reason(rule, _) => rule,
        Signature::Aborted(kind, _) => kind.word(),
    };
    format!("{what}-{}.yaml", hash_of(text))
}

/// A hash of a scenario file's text but for the comments at its lines' beginning, the same everywhere and always.
pub(super) fn hash_of(text: &str) -> String {
    let body = text.lines().filter(|line| !line.starts_with('#'));
    // FNV-1a.
    let hash = body
        .flat_map(|line| line.bytes().chain([b'\n']))
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
}

/// Writes a file whole or not at all.
pub(super) fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    fs::write(&beside, text)?;
    fs::rename(&beside, path).inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

/// Reads scenario files, each as a case that is called by its path.
///
/// # Errors
/// Everything that is wrong with any of them.
pub fn read_cases(files: &[PathBuf]) -> Result<Vec<PlannedCase>, Vec<FileError>> {
    let (mut cases, mut errors) = (Vec::new(), Vec::new());
    for file in files {
        let name = file.to_string_lossy();
        let text = read_file(file).map_err(|error| vec![error]);
        match text.and_then(|text| from_yaml(&name, &text)) {
            Ok(scenario) => cases.push(PlannedCase::of_file(&name, &scenario)),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(cases) } else { Err(errors) }
}

/// The scenario files in a folder, by name; none where there is no such folder.
///
/// # Errors
/// The folder is there and cannot be read.
pub fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let is_hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if !is_hidden && path.extension().is_some_and(|ending| ending == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
