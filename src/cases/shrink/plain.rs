//! How plain a text is, and which one would be plainer.

use super::objects::{cloud_objects, on_premises_objects};
use crate::cases::Case;
use crate::cases::form::Sort;
use crate::cases::vocabulary::{
    ANCHORS, ATTRIBUTES, DOMAIN, OBJECT_IDENTIFIERS, PASSWORDS, PEOPLE, ROLES, X500_PREFIX, key_of,
};
use crate::directory::Text;

/// What does not stand in the vocabulary costs more than all that does.
const UNKNOWN: u16 = 1_000;

/// What another writing than the usual one costs.
const OTHER_CASE: u16 = 100;

/// How plain a text is: the less the plainer.
pub(super) fn cost(sort: &Sort, text: &str) -> u16 {
    let position = place_of(sort, text).and_then(|place| u16::try_from(place).ok());
    let position = position.unwrap_or_else(|| UNKNOWN + oddity(text));
    match sort {
        Sort::Name => {
            let (local, domain) = parts(text);
            let is_lower = local == local.to_ascii_lowercase();
            position
                + if is_lower { 0 } else { OTHER_CASE }
                + if domain == DOMAIN { 0 } else { 2 * OTHER_CASE }
        }
        Sort::Anchor => {
            let is_usual = ANCHORS.iter().any(|[usual, _]| *usual == text);
            position + if is_usual { 0 } else { OTHER_CASE }
        }
        // Whose password it is stands in its name; one is as plain as another.
        Sort::Password if position < UNKNOWN => 0,
        Sort::Password => position,
        Sort::Label | Sort::Key => 0,
        Sort::ObjectIdentifier | Sort::Role | Sort::AttributeValue(_) | Sort::OtherAddress => {
            position
        }
    }
}

/// How long a text is, and how many of its characters are no plain letters, digits or single spaces
/// between them.
fn oddity(text: &str) -> u16 {
    let is_odd = |it: &char| !it.is_ascii_alphanumeric() && *it != '@';
    let at_the_ends = text.len() - text.trim().len();
    let oddity = text.chars().count() + 2 * text.chars().filter(is_odd).count() + at_the_ends;
    u16::try_from(oddity.min(50_000)).unwrap_or(u16::MAX)
}

/// The parts of a name: what stands before the `@`, and what stands after it.
pub(super) fn parts(name: &str) -> (&str, &str) {
    name.rsplit_once('@').unwrap_or((name, ""))
}

/// The place of a text in the list of its sort, whatever its letter case where that is only another
/// way to write the same.
pub(super) fn place_of(sort: &Sort, text: &str) -> Option<usize> {
    let position = |list: &[&str]| list.iter().position(|known| *known == text);
    match sort {
        Sort::Name => {
            let local = parts(text).0;
            PEOPLE.iter().position(|person| person.eq_ignore_ascii_case(local))
        }
        Sort::Anchor => ANCHORS.iter().position(|both| both.contains(&text)),
        Sort::ObjectIdentifier => position(&OBJECT_IDENTIFIERS),
        Sort::Role => position(&ROLES),
        Sort::Password => position(&PASSWORDS),
        Sort::AttributeValue(name) => {
            position(&ATTRIBUTES.iter().find(|(known, _)| known == name)?.1)
        }
        Sort::OtherAddress => {
            let person = text.strip_prefix(X500_PREFIX)?;
            PEOPLE.iter().position(|known| *known == person)
        }
        Sort::Label | Sort::Key => None,
    }
}

/// The text in this place of the list of its sort, where `text` stands now: in the usual writing, or
/// in the other one.
pub(super) fn text_in(sort: &Sort, place: usize, is_usual: bool, text: &str) -> Option<String> {
    Some(match sort {
        Sort::Name => {
            let person = PEOPLE.get(place)?;
            let person = if is_usual { (*person).to_owned() } else { person.to_ascii_uppercase() };
            match parts(text).1 {
                "" => person,
                domain => format!("{person}@{domain}"),
            }
        }
        Sort::Anchor => ANCHORS.get(place)?[usize::from(!is_usual)].to_owned(),
        Sort::ObjectIdentifier => (*OBJECT_IDENTIFIERS.get(place)?).to_owned(),
        Sort::Role => (*ROLES.get(place)?).to_owned(),
        Sort::Password => (*PASSWORDS.get(place)?).to_owned(),
        Sort::AttributeValue(name) => {
            let (_, values) = ATTRIBUTES.iter().find(|(known, _)| known == name)?;
            (*values.get(place)?).to_owned()
        }
        Sort::OtherAddress => format!("{X500_PREFIX}{}", PEOPLE.get(place)?),
        Sort::Label | Sort::Key => return None,
    })
}

/// The label of every cloud object and the key of every on-premises object with the one that it
/// should have: the person's whose name it has or, where that is taken, of the next person who is
/// free.
pub(super) fn canonical_names(case: &Case) -> Vec<(Sort, Text, Text)> {
    let mut all = Vec::new();
    let mut taken = Vec::new();
    for object in cloud_objects(case) {
        let name = object.user_principal_name.as_deref().or(object.mail_addresses().next());
        if let Some(person) = free_person(name, &mut taken) {
            all.push((Sort::Label, object.label.clone(), Text::from(person)));
        }
    }
    taken.clear();
    for object in on_premises_objects(case) {
        let name = object.user_principal_name.as_deref().or(object.mail_addresses().next());
        if let Some(person) = free_person(name, &mut taken) {
            all.push((Sort::Key, object.key.clone(), key_of(person)));
        }
    }
    all
}

fn free_person(name: Option<&str>, taken: &mut Vec<&'static str>) -> Option<&'static str> {
    let own = name.and_then(|name| place_of(&Sort::Name, name)).map(|place| PEOPLE[place]);
    let person = own.into_iter().chain(PEOPLE).find(|person| !taken.contains(person))?;
    taken.push(person);
    Some(person)
}
