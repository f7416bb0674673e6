//! The plainest values and names. Equal values are lowered together, and so are those that are
//! equal but for letter case or have a local part in common.

use super::plain::{canonical_names, cost, parts, place_of, text_in};
use crate::cases::Case;
use crate::cases::form::{Sort, case_of_form, each_text, form_of};
use crate::cases::vocabulary::DOMAIN;
use serde_json::Value;

pub(super) fn candidates(case: &Case, all: &mut Vec<Case>) {
    let form = form_of(case);
    let classes = classes(&form);
    // All at once, which is mostly possible; then all of one sort; then one value at a time.
    let canonical = |is_meant: &dyn Fn(&Sort) -> bool| {
        let places: Vec<_> =
            classes.iter().map(|class| is_meant(&class.sort).then_some(class.canonical)).collect();
        lowered(&form, &classes, &places)
    };
    all.extend(canonical(&|_| true));
    for class in &classes {
        all.extend(canonical(&|sort| *sort == class.sort));
    }
    for (at, class) in classes.iter().enumerate() {
        for lower in 0..class.place.unwrap_or(classes.len()) {
            let mut places = vec![None; classes.len()];
            places[at] = Some(lower);
            // Who has that place already changes places with it.
            let there = classes
                .iter()
                .position(|other| other.sort == class.sort && other.place == Some(lower));
            if let (Some(there), Some(_)) = (there, class.place) {
                places[there] = class.place;
            }
            all.extend(lowered(&form, &classes, &places));
        }
    }
    usual_writing(&form, all);
    names(case, &form, all);
}

/// Values that are lowered together.
struct Class {
    sort: Sort,
    /// What they have in common.
    root: String,
    /// The first way to write it that appears; any other becomes the unusual one.
    first: String,
    /// The place in the list of the sort that they have, if they have one.
    place: Option<usize>,
    /// The place that they should have: the first class of a sort that appears has the first place,
    /// and so on.
    canonical: usize,
}

fn root_of(sort: &Sort, text: &str) -> String {
    match sort {
        Sort::Name => parts(text).0.to_ascii_lowercase(),
        Sort::Anchor => text.to_ascii_lowercase(),
        _ => text.to_owned(),
    }
}

fn classes(form: &Value) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    each_text(&mut form.clone(), &mut |_, sort, text| {
        let root = root_of(&sort, text);
        let is_known = classes.iter().any(|class| class.sort == sort && class.root == root);
        if is_known || matches!(sort, Sort::Label | Sort::Key) {
            return;
        }
        let place = place_of(&sort, text);
        let canonical = match place {
            // A password says whose it is, and keeps doing so.
            Some(place) if sort == Sort::Password => place,
            _ => classes.iter().filter(|class| class.sort == sort).count(),
        };
        let first = parts(text).0.to_owned();
        classes.push(Class { sort, root, first, place, canonical });
    });
    classes
}

/// The case in which the values of each class are those in its new place, if it has one.
fn lowered(form: &Value, classes: &[Class], places: &[Option<usize>]) -> Option<Case> {
    renamed(form, &|sort, text| {
        let root = root_of(sort, text);
        let at = classes.iter().position(|class| class.sort == *sort && class.root == root)?;
        text_in(sort, places[at]?, parts(text).0 == classes[at].first, text)
    })
}

/// The case in which texts have been replaced by others.
pub(super) fn renamed(form: &Value, new: &dyn Fn(&Sort, &str) -> Option<String>) -> Option<Case> {
    let mut form = form.clone();
    each_text(&mut form, &mut |_, sort, text| {
        if let Some(new) = new(&sort, text) {
            *text = new;
        }
    });
    case_of_form(&form)
}

/// Names and anchors in one writing and one domain: all of them, and each.
fn usual_writing(form: &Value, all: &mut Vec<Case>) {
    let usual = |sort: &Sort, text: &str| -> Option<String> {
        let usual = match sort {
            Sort::Name => format!("{}@{DOMAIN}", parts(text).0.to_ascii_lowercase()),
            _ => text_in(sort, place_of(sort, text)?, true, text)?,
        };
        (cost(sort, &usual) < cost(sort, text)).then_some(usual)
    };
    all.extend(renamed(form, &usual));
    let mut unusual = Vec::new();
    each_text(&mut form.clone(), &mut |_, sort, text| {
        if usual(&sort, text).is_some() {
            unusual.push((sort, text.clone()));
        }
    });
    for (one_sort, one) in unusual {
        all.extend(renamed(form, &|sort, text| {
            if *sort == one_sort && text == one { usual(sort, text) } else { None }
        }));
    }
}

/// Labels and keys as the objects' values suggest: all of them, and each.
fn names(case: &Case, form: &Value, all: &mut Vec<Case>) {
    let wanted = canonical_names(case);
    let rename = |sort: &Sort, text: &str| {
        let found = wanted.iter().find(|(of, from, _)| of == sort && **from == *text);
        found.map(|(_, _, to)| to.to_string())
    };
    all.extend(renamed(form, &rename));
    for (one_sort, from, to) in &wanted {
        if from != to {
            all.extend(renamed(form, &|sort, text| {
                (sort == one_sort && **from == *text).then(|| to.to_string())
            }));
        }
    }
}
