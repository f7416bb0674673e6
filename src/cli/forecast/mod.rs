//! `explain USER` and `explain --given`: what a sync would do with on-premises objects in a tenant.

mod document;
mod one;
mod summary;
mod words;

pub(super) use document::Users;

use super::exit::{Exit, Mistake};
use super::{implementation, print};
use crate::cases::scenario::nearest;
use crate::forecast::input::{self, Given};
use crate::forecast::{Forecaster, GivenOnPremisesObject, Prediction};
use crate::rulebook::{Edition, Rulebook};
use std::path::PathBuf;

/// What is asked for.
pub(super) struct Asked<'a> {
    pub(super) files: &'a [PathBuf],
    pub(super) editions: &'a [String],
    pub(super) choices: &'a [String],
    /// Switches of the tenant, as NAME=VALUE.
    pub(super) features: &'a [String],
    /// The name of the one object that is asked for.
    pub(super) only: Option<&'a str>,
    pub(super) form: Form,
}

/// In what form it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
    Csv,
}

/// Everything that is told.
struct Told<'a> {
    given: &'a Given,
    editions: Vec<&'static Edition>,
    objects: Vec<ToldObject<'a>>,
}

/// One on-premises object, and what becomes of it in each edition.
struct ToldObject<'a> {
    given: &'a GivenOnPremisesObject,
    predictions: Vec<Prediction>,
}

impl ToldObject<'_> {
    /// Whether the editions come to different things.
    fn differs(&self) -> bool {
        let told = |one: &Prediction| (one.outcome, one.model.clone(), one.changes.clone());
        self.predictions.windows(2).any(|pair| told(&pair[0]) != told(&pair[1]))
    }
}

/// Tells what becomes of the given objects.
pub(super) fn explain(asked: &Asked<'_>) -> Result<Exit, Mistake> {
    let mut given = input::read(asked.files)?;
    for switch in asked.features {
        // Checked where the arguments are read.
        if let Some((feature, value)) = input::switch(switch) {
            given.situation.features.set(feature, value);
            given.switches.insert(feature.word());
        }
    }
    if given.situation.on_premises.is_empty() {
        let name = asked.files.first().map(|file| file.display().to_string()).unwrap_or_default();
        return Err(Mistake::bad_input(format!(
            "{name} has no on-premises object; give an export of Get-ADUser too (`--given FILE…`; `docs/explain-a-user.md` has the lines)"
        )));
    }
    let is_wanted =
        |object: &GivenOnPremisesObject| asked.only.is_none_or(|name| object.is_called(name));
    if let Some(name) = asked.only
        && !given.situation.on_premises.iter().any(is_wanted)
    {
        let known = given.situation.on_premises.iter().map(|given| &*given.object.key);
        return Err(Mistake::bad_input(format!(
            "--only {name}: no on-premises object is called so{}",
            nearest(name, known)
        )));
    }
    let editions = editions(asked.editions);
    let mut objects: Vec<ToldObject<'_>> = Vec::new();
    for edition in &editions {
        let predictions = forecaster(edition, asked.choices)?.forecast(&given.situation, is_wanted);
        let all = given.situation.on_premises.iter().zip(predictions);
        let all = all.filter_map(|(given, prediction)| Some((given, prediction?)));
        for (at, (given, prediction)) in all.enumerate() {
            match objects.get_mut(at) {
                Some(object) => object.predictions.push(prediction),
                None => objects.push(ToldObject { given, predictions: vec![prediction] }),
            }
        }
    }
    let told = Told { given: &given, editions, objects };
    print::text(&match (asked.form, &*told.objects) {
        (Form::Json, _) => print::json(&super::story::Explanation::Users(Users::of(&told))),
        (Form::Csv, _) => summary::csv(&told),
        (Form::Text, [object]) => one::text(&told, object),
        (Form::Text, _) => summary::text(&told),
    });
    Ok(Exit::Conformant)
}

/// The editions that are asked for; where none is, the latest.
fn editions(asked: &[String]) -> Vec<&'static Edition> {
    let book = Rulebook::embedded();
    let mut editions: Vec<&Edition> =
        asked.iter().filter_map(|edition| book.edition(edition)).collect();
    if editions.is_empty() {
        editions.extend(book.editions.editions.last());
    }
    let mut seen: Vec<&Edition> = Vec::new();
    for edition in editions {
        if !seen.iter().any(|earlier| earlier.id == edition.id) {
            seen.push(edition);
        }
    }
    seen
}

fn forecaster(edition: &Edition, choices: &[String]) -> Result<Forecaster, Mistake> {
    // A choice of one edition need not be one of another.
    let is_known = |choice: &&String| {
        let name = choice.split_once('=').map_or(choice.as_str(), |(name, _)| name);
        Rulebook::embedded().choices_in(&edition.id).any(|known| known.id == name)
    };
    let choices: Vec<String> = choices.iter().filter(is_known).cloned().collect();
    let chosen = implementation::chosen(&edition.id, &choices)?;
    let policy = implementation::policy(&edition.id, &choices)?;
    Ok(Forecaster::new(policy, chosen, edition.settings))
}
