//! The plainest values and names. Equal values are lowered together, and so are those that are
//! equal but for letter case or have a local part in common.

use super::texts::{Sort, canonical_names, cost, parts, renamed, texts};
use crate::cases::Case;
use crate::cases::sequence::{ANCHORS, ATTRIBUTES, PASSWORDS, PEOPLE, ROLES};
use crate::directory::Text;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

pub(super) fn candidates(case: &Case, all: &mut Vec<Case>) {
    let plan = Plan::of(case);
    // All at once, which is mostly possible; then all of one sort; then one value at a time.
    all.push(plan.carried_out(case, |_| true));
    for family in FAMILIES {
        all.push(plan.carried_out(case, |class| class.0 == family));
    }
    for class in plan.classes.keys() {
        for swapped in plan.alone(class) {
            all.push(swapped.carried_out(case, |_| true));
        }
    }
    one_writing(case, all);
    names(case, all);
}

/// What values are lowered together with, and compete with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Names,
    Anchors,
    Roles,
    Attributes,
    AttributeValues,
    Passwords,
    OtherAddresses,
}

const FAMILIES: [Family; 7] = [
    Family::Names,
    Family::Anchors,
    Family::Roles,
    Family::Attributes,
    Family::AttributeValues,
    Family::Passwords,
    Family::OtherAddresses,
];

/// Values that are lowered together: the family and what they have in common.
type Class = (Family, String);

fn class_of(sort: &Sort, text: &str) -> Option<Class> {
    Some(match sort {
        Sort::Name => (Family::Names, parts(text).0.to_ascii_lowercase()),
        Sort::Anchor => (Family::Anchors, text.to_ascii_lowercase()),
        Sort::DirectoryRole => (Family::Roles, text.to_owned()),
        Sort::Password => (Family::Passwords, text.to_owned()),
        Sort::AttributeName => (Family::Attributes, text.to_owned()),
        Sort::AttributeValue(name) => (Family::AttributeValues, format!("{name} {text}")),
        Sort::OtherAddress => (Family::OtherAddresses, text.to_owned()),
        Sort::Label | Sort::Key => return None,
    })
}

/// What of a text tells one writing of its class from another.
fn writing_of<'a>(sort: &Sort, text: &'a str) -> &'a str {
    if *sort == Sort::Name { parts(text).0 } else { text }
}

/// Which place in the canonical list of its family each class is given.
struct Plan {
    classes: BTreeMap<Class, usize>,
    /// The ways in which the texts of a class are written, in order of appearance.
    writings: BTreeMap<Class, Vec<Text>>,
}

impl Plan {
    /// The first class of a family that appears gets the first place, and so on.
    fn of(case: &Case) -> Plan {
        let mut plan = Plan { classes: BTreeMap::new(), writings: BTreeMap::new() };
        let mut counts: BTreeMap<(Family, String), usize> = BTreeMap::new();
        for (sort, text) in texts(case) {
            let Some(class) = class_of(&sort, &text) else { continue };
            let family = class.0;
            let writings = plan.writings.entry(class.clone()).or_default();
            let writing = writing_of(&sort, &text);
            if !writings.iter().any(|known| **known == *writing) {
                writings.push(writing.into());
            }
            // Values compete with those of the same attribute only.
            let list = match &sort {
                Sort::AttributeValue(name) => name.to_string(),
                _ => String::new(),
            };
            let Entry::Vacant(place) = plan.classes.entry(class) else { continue };
            // A password says whose it is, and keeps doing so.
            let own = PASSWORDS.iter().position(|known| sort == Sort::Password && **known == *text);
            place.insert(own.unwrap_or_else(|| {
                let next = counts.entry((family, list)).or_default();
                *next += 1;
                *next - 1
            }));
        }
        plan
    }

    /// Plans in which one class alone is given a plainer place, and the class that is there its.
    fn alone(&self, class: &Class) -> Vec<Plan> {
        let present = |class: &Class| {
            let writings = self.writings.get(class)?;
            place_of(class, writings.first()?)
        };
        let own = present(class);
        let wanted = 0..own.unwrap_or(self.classes.len());
        wanted
            .map(|place| {
                let mut classes = BTreeMap::from([(class.clone(), place)]);
                let there = self.classes.keys().find(|other| {
                    other.0 == class.0 && *other != class && present(other) == Some(place)
                });
                if let (Some(there), Some(own)) = (there, own) {
                    classes.insert(there.clone(), own);
                }
                Plan { classes, writings: self.writings.clone() }
            })
            .collect()
    }

    fn carried_out(&self, case: &Case, is_meant: impl Fn(&Class) -> bool) -> Case {
        renamed(case, &mut |sort, text| {
            let new = class_of(&sort, text).filter(|class| is_meant(class)).and_then(|class| {
                let place = *self.classes.get(&class)?;
                let writings = self.writings.get(&class)?;
                let own = writing_of(&sort, text);
                let writing = writings.iter().position(|known| **known == *own)?;
                canonical(&sort, text, place, writing)
            });
            new.unwrap_or_else(|| text.clone())
        })
    }
}

/// The place in its canonical list that a text has.
fn place_of(class: &Class, text: &str) -> Option<usize> {
    let position = |list: &[&str]| list.iter().position(|known| *known == text);
    match class.0 {
        Family::Names => PEOPLE.iter().position(|person| *person == class.1),
        Family::Anchors => ANCHORS.iter().position(|both| both.contains(&text)),
        Family::Roles => position(&ROLES),
        Family::Passwords => position(&PASSWORDS),
        Family::Attributes => position(&ATTRIBUTES.map(|(name, _)| name)),
        Family::AttributeValues => {
            let (name, _) = class.1.split_once(' ')?;
            position(&ATTRIBUTES.iter().find(|(known, _)| *known == name)?.1)
        }
        Family::OtherAddresses => {
            let person = text.strip_prefix("X500:/o=Contoso/cn=")?;
            PEOPLE.iter().position(|known| *known == person)
        }
    }
}

/// The text in this place of its canonical list, in that writing: the first is the usual one.
fn canonical(sort: &Sort, text: &str, place: usize, writing: usize) -> Option<Text> {
    Some(match sort {
        Sort::Name => {
            let person = PEOPLE.get(place)?;
            let (_, domain) = parts(text);
            let person =
                if writing > 0 { person.to_ascii_uppercase() } else { (*person).to_owned() };
            if domain.is_empty() { person.into() } else { format!("{person}@{domain}").into() }
        }
        Sort::Anchor => Text::from(*ANCHORS.get(place)?.get(writing)?),
        Sort::DirectoryRole => Text::from(*ROLES.get(place)?),
        Sort::Password => Text::from(*PASSWORDS.get(place)?),
        Sort::AttributeName => Text::from(ATTRIBUTES.get(place)?.0),
        Sort::AttributeValue(name) => {
            let (_, values) = ATTRIBUTES.iter().find(|(known, _)| **known == **name)?;
            Text::from(*values.get(place)?)
        }
        Sort::OtherAddress => format!("X500:/o=Contoso/cn={}", PEOPLE.get(place)?).into(),
        Sort::Label | Sort::Key => return None,
    })
}

/// Names and anchors in one writing and one domain: all of them, and each.
fn one_writing(case: &Case, all: &mut Vec<Case>) {
    let usual = |sort: &Sort, text: &Text| -> Text {
        let usual = match sort {
            Sort::Name => {
                let (local, _) = parts(text);
                format!("{}@contoso.com", local.to_ascii_lowercase()).into()
            }
            Sort::Anchor => ANCHORS
                .iter()
                .find(|both| both.contains(&&**text))
                .map_or_else(|| text.clone(), |both| both[0].into()),
            _ => text.clone(),
        };
        if cost(sort, &usual) < cost(sort, text) { usual } else { text.clone() }
    };
    all.push(renamed(case, &mut |sort, text| usual(&sort, text)));
    let unusual: Vec<(Sort, Text)> =
        texts(case).into_iter().filter(|(sort, text)| usual(sort, text) != *text).collect();
    for (sort, text) in unusual {
        all.push(renamed(case, &mut |other_sort, other| {
            if other_sort == sort && *other == text { usual(&sort, other) } else { other.clone() }
        }));
    }
}

/// Labels and keys as the objects' values suggest: all of them, and each.
fn names(case: &Case, all: &mut Vec<Case>) {
    let wanted = canonical_names(case);
    let rename = |sort: Sort, text: &Text, is_meant: &dyn Fn(usize) -> bool| {
        let found = wanted
            .iter()
            .enumerate()
            .find(|(index, (of, from, _))| is_meant(*index) && *of == sort && from == text);
        found.map_or_else(|| text.clone(), |(_, (_, _, to))| to.clone())
    };
    all.push(renamed(case, &mut |sort, text| rename(sort, text, &|_| true)));
    for (only, (_, from, to)) in wanted.iter().enumerate() {
        if from != to {
            all.push(renamed(case, &mut |sort, text| rename(sort, text, &|index| index == only)));
        }
    }
}
