//! Keeps minimal failing cases as scenario files, and finds those of earlier runs.

use super::expectations::Context;
use super::minimise::{Minimal, first_showing};
use super::plan::PlannedCase;
use super::trial::{Judge, Signature, Stopped, Trial};
use crate::cases::scenario::{
    Expectation, ExpectedObject, ExpectedResult, ExpectedWord, FileError, Scenario, Step,
    from_yaml, read_file, to_yaml,
};
use crate::checks::{ObjectName, Observer, Violation};
use crate::directory::{Change, CloudObject, Command, ResultWord};
use crate::implementation::{CaseInput, CaseObservation, Implementation, run_one};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What became of a file.
pub(super) struct Kept {
    pub(super) file: Option<String>,
    pub(super) not_kept: Option<String>,
}

/// Keeps minimal failing cases in a folder.
pub struct Keeper<'k> {
    folder: PathBuf,
    /// An implementation that does right; what it shows is what a file expects.
    oracle: &'k mut dyn Implementation,
}

impl<'k> Keeper<'k> {
    /// Keeps cases in this folder, which is created with the first. What a file expects beyond the
    /// rule's own check is taken from `oracle`, an implementation that does right and makes the
    /// same choices.
    pub fn new(folder: impl Into<PathBuf>, oracle: &'k mut dyn Implementation) -> Keeper<'k> {
        Keeper { folder: folder.into(), oracle }
    }

    /// Writes a minimal case to a file, reads it back, and runs it again: only what then fails in
    /// the same way is kept.
    pub(super) fn keep(
        &mut self,
        minimal: &Minimal,
        signature: &Signature,
        found_in: &str,
        judge: &Judge<'_>,
        implementation: &mut dyn Implementation,
    ) -> Kept {
        let mut scenario = scenario_of(minimal, signature);
        self.expect(&mut scenario, minimal, signature, judge, implementation);
        let version = env!("CARGO_PKG_VERSION");
        let head = [format!("Found by entra-conformance {version} in {found_in}.")];
        let text = to_yaml(&scenario, &head, &minimal.free);
        match self.write(&text, signature, judge, implementation) {
            Ok(file) => Kept { file: Some(file), not_kept: None },
            Err(reason) => Kept { file: None, not_kept: Some(reason) },
        }
    }

    fn write(
        &self,
        text: &str,
        signature: &Signature,
        judge: &Judge<'_>,
        implementation: &mut dyn Implementation,
    ) -> Result<String, String> {
        let path = self.folder.join(file_name(signature, text));
        let shown = path.to_string_lossy().into_owned();
        let scenario = from_yaml(&shown, text).map_err(|errors| {
            let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
            format!("what was written could not be read back: {}", told.join("; "))
        })?;
        let case = PlannedCase::of_file(&shown, text, &scenario);
        let trial = Trial { laws: case.laws().collect(), case: case.case };
        if first_showing(&[trial], signature, judge, implementation).is_none() {
            return Err("run again, it did not go wrong in the same way".to_owned());
        }
        write_whole(&path, text)
            .map_err(|error| format!("{shown} could not be written: {error}"))?;
        Ok(shown)
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
        let Some(breach) = minimal.ended.breach(signature).filter(|breach| breach.law.is_none())
        else {
            return;
        };
        let Some(at) = breach.step.checked_sub(1) else { return };
        let case = &minimal.trial.case;
        let input = CaseInput { tenant: &case.tenant, commands: &case.commands };
        let right = run_one(self.oracle, input);
        let wrong = run_one(implementation, input);
        let choices = judge.description.choices;
        let Some(right) = Seen::of(minimal, &right, at, judge) else { return };
        let Some(wrong) = Seen::of(minimal, &wrong, at, judge) else { return };
        let context = Context::new(judge.description, &case.tenant, &case.commands);
        let mut expected = Expectation::default();
        for violation in &breach.violations {
            let mut one = Expectation::default();
            right.put(violation, choices.collision_handling.is_some(), &mut one);
            let is_met = context.compare(&one, wrong.outcome, &wrong.observer).is_empty();
            if !is_met {
                right.put(violation, choices.collision_handling.is_some(), &mut expected);
            }
        }
        if expected != Expectation::default()
            && let Some(step) = scenario.steps.get_mut(at)
        {
            step.expect.push(expected);
        }
    }
}

/// What was seen of a case up to one of its steps.
struct Seen<'s> {
    observer: Observer<'s>,
    outcome: &'s crate::directory::Outcome,
}

impl<'s> Seen<'s> {
    fn of(
        minimal: &Minimal,
        seen: &'s CaseObservation,
        at: usize,
        judge: &'s Judge<'_>,
    ) -> Option<Seen<'s>> {
        let case = &minimal.trial.case;
        let description = judge.description;
        let (mut observer, _) = Observer::start(
            &case.tenant,
            seen.start.as_ref()?,
            &description.capabilities,
            &description.choices,
        );
        let steps = seen.steps.get(..=at)?;
        for (command, step) in case.commands.iter().zip(steps) {
            observer.step(command, step);
        }
        Some(Seen { observer, outcome: &steps[at].outcome })
    }

    /// Says in an expectation what is seen here of what a violation is about.
    fn put(&self, violation: &Violation, collisions_are_declared: bool, to: &mut Expectation) {
        match &*violation.field {
            "outcome" => to.status = Some(self.outcome.status),
            "reported result" | "synchronisation" => {
                let Some(key) = violation.object.key() else { return };
                if let Some(result) = self.outcome.result_of(key) {
                    let result = word(result.result, collisions_are_declared);
                    let expected = result.map(|result| ExpectedResult {
                        result,
                        matched_on: None,
                        evaluated_by: None,
                    });
                    to.objects.extend(expected.map(|expected| (key.clone(), expected)));
                }
            }
            "new cloud objects" | "cloud objects taken over" => {
                to.active_cloud_objects = Some(self.observer.state().active().count());
            }
            field => self.put_field(&violation.object, field, to),
        }
    }

    fn put_field(&self, object: &ObjectName, field: &str, to: &mut Expectation) {
        let Some(reference) = object.cloud_ref() else { return };
        let seen = self.observer.resolve(&reference);
        let at = to.cloud.iter().position(|expected| expected.object == reference);
        let at = at.unwrap_or_else(|| {
            to.cloud.push(ExpectedObject::of(reference.clone()));
            to.cloud.len() - 1
        });
        put_value(field, seen.map(|seen| &**seen), &mut to.cloud[at]);
        if to.cloud[at] == ExpectedObject::of(reference) {
            to.cloud.remove(at);
        }
    }
}

fn put_value(field: &str, seen: Option<&CloudObject>, to: &mut ExpectedObject) {
    fn change<T: Clone>(value: Option<&T>) -> Change<T> {
        value.map_or(Change::Clear, |value| Change::Set(value.clone()))
    }
    let Some(seen) = seen else {
        to.exists = Some(false);
        return;
    };
    match field {
        "the object itself" | "id" => to.exists = Some(true),
        "kind" => to.kind = Some(seen.kind),
        "mailEnabled" => to.mail_enabled = Some(seen.mail_enabled),
        "onPremisesSyncEnabled" => {
            to.on_premises_sync_enabled = Some(seen.on_premises_sync_enabled);
        }
        "onPremisesImmutableId" => {
            to.on_premises_immutable_id = change(seen.on_premises_immutable_id.as_ref());
        }
        "userPrincipalName" => to.user_principal_name = change(seen.user_principal_name.as_ref()),
        "proxyAddresses" => {
            let addresses = &seen.proxy_addresses;
            to.proxy_addresses = change((!addresses.is_empty()).then_some(addresses));
        }
        "password" => to.password = change(seen.password.as_ref()),
        "roles" => to.roles = Some(seen.roles.clone()),
        "deleted" => to.deleted = Some(seen.deleted),
        "quarantined" => to.quarantined = Some(seen.quarantined),
        words if words.contains(' ') => {}
        attribute => {
            to.attributes.insert(attribute.into(), seen.attributes.get(attribute).cloned());
        }
    }
}

/// What a file expects where this is right.
fn word(result: ResultWord, collisions_are_declared: bool) -> Option<ExpectedWord> {
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
    let case = &minimal.trial.case;
    let (title, rule) = match signature {
        Signature::Breach(rule, field) => (format!("{rule} is broken in {field}"), *rule),
        Signature::Reason(rule, reason) => (format!("{rule} is broken ({reason})"), *rule),
        Signature::BrokenOff(kind, _) => {
            let step = match &minimal.ended.stopped {
                Some(Stopped::BrokenOff { step: 1.., .. }) => "in its last step",
                _ => "at its start",
            };
            (format!("{kind} {step}"), "safe.command-takes-effect")
        }
    };
    let mut steps: Vec<Step> = case
        .commands
        .iter()
        .map(|command| Step { command: command.clone(), expect: Vec::new() })
        .collect();
    if steps.is_empty() {
        // A file has at least one step, also where the start alone goes wrong.
        steps.push(Step { command: Command::sync(), expect: Vec::new() });
    }
    Scenario {
        title,
        rules: vec![rule.to_owned()],
        laws: minimal.trial.laws.iter().map(|law| law.rule.to_owned()).collect(),
        near_misses: Vec::new(),
        tempting: None,
        description: None,
        when_choice: Default::default(),
        given: case.tenant.clone(),
        steps,
    }
}

/// The rule, or the way in which the implementation broke off, and a hash of the text that does not
/// depend on where it was found.
fn file_name(signature: &Signature, text: &str) -> String {
    let what = match signature {
        Signature::Breach(rule, _) | Signature::Reason(rule, _) => *rule,
        Signature::BrokenOff(kind, _) => kind.word(),
    };
    let body = text.lines().filter(|line| !line.starts_with('#'));
    // FNV-1a, which is the same everywhere and always.
    let hash = body
        .flat_map(|line| line.bytes().chain([b'\n']))
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{what}-{:08x}.yaml", (hash >> 32) ^ (hash & 0xffff_ffff))
}

/// Writes a file whole or not at all.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
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
    let mut cases = Vec::new();
    let mut errors = Vec::new();
    for file in files {
        let shown = file.to_string_lossy();
        let text = match read_file(file) {
            Ok(text) => text,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        match from_yaml(&shown, &text) {
            Ok(scenario) => cases.push(PlannedCase::of_file(&shown, &text, &scenario)),
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
