//! Plain values instead of odd ones; and where an odd one matters, less of what is odd about it.

use super::plain::{parts, place_of};
use super::values::renamed;
use crate::cases::Case;
use crate::cases::form::{Sort, each_text, form_of};
use crate::cases::values::Spelling;
use crate::cases::vocabulary::DOMAIN;

/// Lengths up to which texts are cut: one character, the widths of columns, and one more than those.
const LENGTHS: [usize; 20] =
    [1, 2, 16, 17, 20, 21, 32, 33, 50, 64, 65, 100, 101, 128, 129, 200, 201, 255, 256, 257];

/// All values plain at once.
pub(super) fn plain_spelling(case: &Case, all: &mut Vec<Case>) {
    all.push(Spelling::PLAIN.of(case));
}

/// Less of what is odd: of all values of a sort at once, and of each.
pub(super) fn simpler_forms(case: &Case, all: &mut Vec<Case>) {
    let form = form_of(case);
    let mut odd: Vec<(Sort, String)> = Vec::new();
    each_text(&mut form.clone(), &mut |_, sort, text| {
        let is_odd = !matches!(sort, Sort::Label | Sort::Key) && place_of(&sort, text).is_none();
        if is_odd && !odd.iter().any(|(of, known)| *of == sort && known == text) {
            odd.push((sort, text.clone()));
        }
    });
    let mut sorts: Vec<&Sort> = odd.iter().map(|(sort, _)| sort).collect();
    sorts.dedup();
    for simplify in simplifications() {
        for wanted in &sorts {
            all.extend(renamed(&form, &|sort, text| {
                let is_meant = sort == *wanted && place_of(sort, text).is_none();
                is_meant.then(|| within_name(sort, text, &simplify))?
            }));
        }
        for (one_sort, one) in &odd {
            all.extend(renamed(&form, &|sort, text| {
                let is_meant = sort == one_sort && text == one;
                is_meant.then(|| within_name(sort, text, &simplify))?
            }));
        }
    }
}

/// Makes a text simpler; none where it is that simple already.
type Simplify = Box<dyn Fn(&str) -> Option<String>>;

/// The ways to make a text simpler.
fn simplifications() -> Vec<Simplify> {
    let mut all: Vec<Simplify> = Vec::new();
    for length in LENGTHS {
        all.push(Box::new(move |text| {
            (text.chars().count() > length).then(|| text.chars().take(length).collect())
        }));
    }
    for length in LENGTHS {
        all.push(Box::new(move |text| {
            let count = text.chars().count();
            (count > length).then(|| text.chars().skip(count - length).collect())
        }));
    }
    let whole: [fn(&str) -> String; 4] = [
        |text| text.trim().to_owned(),
        |text| text.replace(['\r', '\n', '\t'], " "),
        |text| text.chars().map(|it| if it.is_ascii() { it } else { 'x' }).collect(),
        |text| text.chars().map(|it| if it.is_ascii_punctuation() { 'x' } else { it }).collect(),
    ];
    for simplify in whole {
        all.push(Box::new(move |text| Some(simplify(text)).filter(|simpler| simpler != text)));
    }
    all
}

/// Makes a text simpler; of a name, the part before the `@`, in the usual domain.
fn within_name(
    sort: &Sort,
    text: &str,
    simplify: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    if *sort != Sort::Name {
        return simplify(text).filter(|text| !text.is_empty());
    }
    let (local, _) = parts(text);
    let local = simplify(local)?;
    let is_name = |at: Option<char>| at.is_some_and(|it| it != '.');
    let is_one = is_name(local.chars().next()) && is_name(local.chars().last());
    is_one.then(|| format!("{local}@{DOMAIN}"))
}
