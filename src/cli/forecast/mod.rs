//! `explain USER` and `explain --given`: what a sync would do with on-premises objects in a tenant.

mod document;
mod one;
mod summary;
mod told;
mod words;

pub(super) use document::Users;

use super::exit::Mistake;
use super::implementation;
use crate::cases::scenario::nearest;
use crate::forecast::input;
use crate::forecast::{Forecaster, GivenOnPremisesObject};
use crate::rulebook::{Edition, Rulebook};
use std::path::PathBuf;
use told::{Told, ToldObject};

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

/// What is answered.
pub(super) enum Answer {
    Text(String),
    /// For programs.
    Users(Users),
}

/// Tells what becomes of the given objects.
pub(super) fn explain(asked: &Asked<'_>) -> Result<Answer, Mistake> {
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
    Ok(match (asked.form, &*told.objects) {
        (Form::Json, _) => Answer::Users(Users::of(&told)),
        (Form::Csv, _) => Answer::Text(summary::csv(&told)),
        (Form::Text, [object]) => Answer::Text(one::text(&told, object)),
        (Form::Text, _) => Answer::Text(summary::text(&told)),
    })
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
