//! Reads what people have of an on-premises directory and of a tenant: exports of `Get-ADUser` and
//! `Get-MgUser` as JSON or CSV, answers of Microsoft Graph, lists of role assignments, and files by hand.

mod anchor;
mod csv;
mod json;
mod names;
mod objects;
mod record;
mod source;
#[cfg(test)]
mod tests;
mod yaml;

use super::situation::{GivenCloudObject, GivenOnPremisesObject, Situation};
use crate::cases::scenario::FileError;
use crate::directory::{CloudObject, Feature, Text};
use objects::{Read, cut};
use record::{Document, Record, What};
use source::{Place, Source};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// What was given, and what is to be said of it.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// The two sides.
    pub(crate) situation: Situation,
    /// What a person has to know of how it was read.
    pub(crate) notes: Vec<Note>,
    /// The switches that were given; the others have the values that a tenant has by default.
    pub(crate) switches: BTreeSet<&'static str>,
}

/// Something that a person has to know of how the files were read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "note")]
pub(crate) enum Note {
    /// Properties of which nothing is read.
    Unread {
        /// The file.
        file: String,
        /// Their names.
        names: Vec<String>,
    },
    /// Objects that were left out, because they are of a kind that has nothing to do with matching.
    OtherKind {
        /// The file.
        file: String,
        /// What they are.
        kind: String,
        /// How many.
        count: usize,
    },
    /// Users that were left out because they have no `userPrincipalName`.
    NoName {
        /// The file.
        file: String,
        /// How many.
        count: usize,
    },
    /// What no record of the tenant has although matching rests on it: it was not asked for, it seems.
    NotAskedFor {
        /// The file.
        file: String,
        /// Which properties.
        names: Vec<&'static str>,
    },
    /// The file is one page of an answer that has more.
    OnePage {
        /// The file.
        file: String,
    },
    /// Roles of principals that are no user of the given ones, such as groups.
    UnknownPrincipals {
        /// How many role assignments.
        count: usize,
    },
}

/// So many mistakes are told.
const MOST_TOLD: usize = 20;

/// Whether a file holds objects and no scenario: JSON, CSV, or YAML with a section for one of the sides.
pub(crate) fn is_given(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if !matches!(&*ending.to_ascii_lowercase(), "yaml" | "yml") {
        return true;
    }
    let Ok(source) = Source::read(path) else { return false };
    let is_section = |line: &str| line.starts_with("onPremises:") || line.starts_with("cloud:");
    source.text.lines().any(is_section)
}

/// Reads all files.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Given, Vec<FileError>> {
    let mut reader = Reader::default();
    for path in paths {
        match Source::read(path) {
            Ok(source) => reader.take(source),
            Err(error) => reader.errors.push(error),
        }
    }
    reader.finish()
}

/// A switch of the tenant as NAME=VALUE, under any of the names that it has.
pub(crate) fn switch(text: &str) -> Option<(Feature, bool)> {
    let (name, value) = text.split_once('=')?;
    let name = names::switch(&record::plain(name))?;
    let value: bool = value.to_ascii_lowercase().parse().ok()?;
    Some((name.feature(), value != name.is_negation()))
}

/// Follows the files.
#[derive(Default)]
struct Reader {
    given: Given,
    sources: Vec<Source>,
    errors: Vec<FileError>,
    /// Where each identifier of an active cloud object was first seen: source and place.
    identifiers: HashMap<String, (usize, Place)>,
    /// The same of on-premises anchors.
    anchors: HashMap<String, (usize, Place)>,
    /// Names that are taken, on either side.
    cloud_names: HashSet<String>,
    keys: HashSet<String>,
    /// The cloud users by their `id`.
    by_id: HashMap<String, usize>,
    /// Who has which role.
    roles: Vec<(String, String)>,
    roles_were_given: bool,
    /// Who is eligible for which role.
    eligible: Vec<(String, String)>,
    eligibility_was_given: bool,
    /// Whose source of authority is in the cloud.
    cloud_managed: Vec<(String, bool)>,
    no_name: BTreeMap<usize, usize>,
    other_kinds: BTreeMap<(usize, String), usize>,
}

impl Reader {
    fn take(&mut self, source: Source) {
        let read = match format_of(&source) {
            Format::Json => json::read(&source),
            Format::Yaml => yaml::read(&source),
            Format::Csv => csv::read(&source),
        };
        let at = self.sources.len();
        self.sources.push(source);
        match read {
            Ok(document) => self.take_document(at, document),
            Err(error) => self.errors.push(error),
        }
    }

    fn take_document(&mut self, at: usize, document: Document) {
        let file = self.sources[at].file.clone();
        if document.goes_on_elsewhere {
            self.given.notes.push(Note::OnePage { file: file.clone() });
        }
        if !document.unread.is_empty() {
            let names = document.unread.into_iter().collect();
            self.given.notes.push(Note::Unread { file: file.clone(), names });
        }
        let is_by_hand = document.sections.iter().any(|section| section.what.is_some());
        let mut cloud = Vec::new();
        for section in document.sections {
            for record in section.records {
                let what = section.what.map_or_else(|| objects::what_is(&record), Ok);
                let taken = what.and_then(|what| {
                    if what == What::Cloud {
                        cloud.push(asked_for(&record));
                    }
                    self.take_record(at, what, &record)
                });
                if let Err(mistake) = taken {
                    self.errors.push(objects::at(&self.sources[at], mistake));
                    if self.errors.len() >= MOST_TOLD {
                        return;
                    }
                }
            }
        }
        // What matching rests on stands in no record at all: a cmdlet that was not asked for it.
        if !is_by_hand && !cloud.is_empty() {
            let missing = |which: usize| cloud.iter().all(|has| !has[which]);
            let names = (0..ASKED_FOR.len()).filter(|which| missing(*which));
            let names: Vec<&str> = names.map(|which| ASKED_FOR[which].1).collect();
            // A tenant of cloud users without mailboxes may lack one of them.
            if names.len() > 1 {
                self.given.notes.push(Note::NotAskedFor { file, names });
            }
        }
    }

    fn take_record(
        &mut self,
        at: usize,
        what: What,
        record: &Record,
    ) -> Result<(), objects::Mistake> {
        match what {
            What::Features => {
                let set = objects::features(record, &mut self.given.situation.features)?;
                self.given.switches.extend(set);
            }
            What::Role => {
                self.roles_were_given = true;
                self.roles.extend(objects::role(record)?);
            }
            What::EligibleRole => {
                self.eligibility_was_given = true;
                self.eligible.extend(objects::role(record)?);
            }
            What::SyncBehavior => self.cloud_managed.extend(objects::sync_behavior(record)?),
            What::OnPremises => match objects::on_premises(record)? {
                Read::Object(read) => self.add_on_premises(at, record, read)?,
                Read::OtherKind(kind) => *self.other_kinds.entry((at, kind)).or_default() += 1,
                Read::NoName => *self.no_name.entry(at).or_default() += 1,
            },
            What::Cloud => match objects::cloud(record)? {
                Read::Object(read) => self.add_cloud(at, record, read)?,
                Read::OtherKind(kind) => *self.other_kinds.entry((at, kind)).or_default() += 1,
                Read::NoName => *self.no_name.entry(at).or_default() += 1,
            },
        }
        Ok(())
    }

    fn add_on_premises(
        &mut self,
        at: usize,
        record: &Record,
        read: objects::OnPremises,
    ) -> Result<(), objects::Mistake> {
        let objects::OnPremises { mut object, other_names } = read;
        let anchor = object.source_anchor.clone().unwrap_or_default();
        if let Some(earlier) = self.anchors.get(&*anchor) {
            let message = format!(
                "{} has the source anchor {} as well as the object at {}; each object stands once",
                cut(&object.key),
                cut(&anchor),
                self.told(at, *earlier)
            );
            return Err((record.place, message));
        }
        self.anchors.insert(anchor.to_string(), (at, record.place));
        let of_it = other_names.first().map_or(&*anchor, String::as_str).to_owned();
        object.key = free_name(&mut self.keys, &object.key, &of_it);
        self.given.situation.on_premises.push(GivenOnPremisesObject { object, other_names });
        Ok(())
    }

    fn add_cloud(
        &mut self,
        at: usize,
        record: &Record,
        read: objects::Cloud,
    ) -> Result<(), objects::Mistake> {
        let objects::Cloud { mut object, id, unknown } = read;
        for (what, value) in identifiers(&object) {
            if let Some(earlier) = self.identifiers.get(&value) {
                let message = format!(
                    "{} has the {what} {} as well as the object at {}, which no two active objects of a tenant have; export it anew",
                    cut(&object.id),
                    cut(value.split_once(' ').map_or(&*value, |(_, value)| value)),
                    self.told(at, *earlier)
                );
                return Err((record.place, message));
            }
        }
        for (_, value) in identifiers(&object) {
            self.identifiers.insert(value, (at, record.place));
        }
        let index = self.given.situation.cloud.len();
        if let Some(id) = &id
            && self.by_id.insert(id.to_ascii_lowercase(), index).is_some()
        {
            let message = format!("a second object has the id {}; each stands once", cut(id));
            return Err((record.place, message));
        }
        let number = (index + 1).to_string();
        let of_it = id.as_deref().unwrap_or(&number);
        object.id = free_name(&mut self.cloud_names, &object.id, of_it);
        self.given.situation.cloud.push(GivenCloudObject { object, unknown });
        Ok(())
    }

    /// A place in words, with its file where that is another.
    fn told(&self, at: usize, (source, place): (usize, Place)) -> String {
        let (line, column) = self.sources[source].position(place);
        if source == at {
            format!("line {line}, column {column}")
        } else {
            format!("{}:{line}:{column}", self.sources[source].file)
        }
    }

    fn finish(mut self) -> Result<Given, Vec<FileError>> {
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        let cloud = &mut self.given.situation.cloud;
        let mut strangers = 0;
        let by_id = &self.by_id;
        let mut give = |id: &str, change: &dyn Fn(&mut CloudObject)| match by_id
            .get(&id.to_ascii_lowercase())
        {
            Some(at) => change(&mut cloud[*at].object),
            None => strangers += 1,
        };
        for (principal, role) in &self.roles {
            give(principal, &|user| {
                user.roles.insert(role.as_str().into());
            });
        }
        for (principal, role) in &self.eligible {
            give(principal, &|user| {
                user.eligible_roles.insert(role.as_str().into());
            });
        }
        for (id, value) in &self.cloud_managed {
            give(id, &|object| object.is_cloud_managed = *value);
        }
        for given in cloud.iter_mut() {
            given.unknown.roles &= !self.roles_were_given;
            given.unknown.eligible_roles &= !self.eligibility_was_given;
        }
        let notes = &mut self.given.notes;
        if strangers > 0 {
            notes.push(Note::UnknownPrincipals { count: strangers });
        }
        for (at, count) in self.no_name {
            notes.push(Note::NoName { file: self.sources[at].file.clone(), count });
        }
        for ((at, kind), count) in self.other_kinds {
            notes.push(Note::OtherKind { file: self.sources[at].file.clone(), kind, count });
        }
        Ok(self.given)
    }
}

/// What matching rests on, which `Get-MgUser` gives only when it is asked for it.
const ASKED_FOR: [(&[&str], &str); 3] = [
    (names::ADDRESSES, "proxyAddresses"),
    (names::IMMUTABLE_ID, "onPremisesImmutableId"),
    (names::SYNC_ENABLED, "onPremisesSyncEnabled"),
];

/// Which of them a record has; a list that is empty counts as one.
fn asked_for(record: &Record) -> [bool; 3] {
    ASKED_FOR.map(|(names, _)| record.get(names).is_some())
}

/// What no two active objects of a tenant share, each with what it is; names and addresses in small letters.
fn identifiers(object: &CloudObject) -> Vec<(&'static str, String)> {
    if object.deleted {
        return Vec::new();
    }
    let upn = object.user_principal_name.iter();
    let upn = upn.map(|name| ("userPrincipalName", format!("n {}", name.to_ascii_lowercase())));
    let anchor = object.on_premises_immutable_id.iter();
    let anchor = anchor.map(|anchor| ("onPremisesImmutableId", format!("a {anchor}")));
    let mails = object.mail_addresses();
    let mails = mails.map(|mail| ("address", format!("m {}", mail.to_ascii_lowercase())));
    upn.chain(anchor).chain(mails).collect()
}

/// A name that nobody has so far: with `of_it` behind it where the name itself is taken.
fn free_name(taken: &mut HashSet<String>, name: &str, of_it: &str) -> Text {
    let mut free = name.to_owned();
    if taken.contains(&free.to_ascii_lowercase()) {
        free = format!("{name} ({of_it})");
    }
    taken.insert(free.to_ascii_lowercase());
    free.into()
}

enum Format {
    Json,
    Yaml,
    Csv,
}

/// By its ending, else by how it begins.
fn format_of(source: &Source) -> Format {
    let ending = Path::new(&source.file).extension().and_then(|ending| ending.to_str());
    match &*ending.unwrap_or_default().to_ascii_lowercase() {
        "json" => Format::Json,
        "yaml" | "yml" => Format::Yaml,
        "csv" => Format::Csv,
        _ if source.text.trim_start().starts_with(['[', '{']) => Format::Json,
        _ => Format::Csv,
    }
}
