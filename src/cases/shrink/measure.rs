//! Which of two cases is simpler.

use super::objects::{cloud_objects, on_premises_objects};
use super::plain::{canonical_names, cost};
use crate::cases::Case;
use crate::cases::form::{each_text, form_of};
use serde_json::Value;
use std::cmp::Ordering;

/// How simple a case is: the less the simpler. What counts most stands first; what comes later
/// counts only where everything before it is equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measure {
    /// How many commands it has.
    pub commands: usize,
    /// How many objects it has, at the start and later.
    pub objects: usize,
    /// How many fields have values, each by how much it takes to understand it.
    pub fields: usize,
    /// How plain each value is, in the order in which they stand in the case.
    pub values: Vec<u16>,
    /// How many labels and keys are others than the object's values suggest.
    pub names: usize,
}

impl Measure {
    /// It as numbers: of two cases that one is the simpler in whose list the first number that
    /// differs is less.
    pub fn as_numbers(&self) -> Vec<u64> {
        let first = [self.commands, self.objects, self.fields].map(|number| number as u64);
        // A list that ends sooner is less: its end is told by the least number of all.
        let values = self.values.iter().map(|value| u64::from(*value) + 1);
        first.into_iter().chain(values).chain([0, self.names as u64]).collect()
    }
}

/// Whether a case is simpler than one of this measure.
pub(super) fn is_simpler(case: &Case, than: &Measure) -> bool {
    // Mostly it is told by what can be counted at once.
    let size = (case.commands.len(), objects(case));
    match size.cmp(&(than.commands, than.objects)) {
        Ordering::Less => true,
        Ordering::Equal => measure(case) < *than,
        Ordering::Greater => false,
    }
}

fn objects(case: &Case) -> usize {
    cloud_objects(case).count() + on_premises_objects(case).count()
}

/// How simple a case is.
pub fn measure(case: &Case) -> Measure {
    let mut form = form_of(case);
    let fields = cost_of_fields("", false, &form);
    let mut values = Vec::new();
    each_text(&mut form, &mut |_, sort, text| values.push(cost(&sort, text)));
    Measure {
        commands: case.commands.len(),
        objects: objects(case),
        fields,
        values,
        names: canonical_names(case).iter().filter(|(_, from, to)| from != to).count(),
    }
}

/// What the fields at or below a value take to be understood. `field` is the name of the field that
/// the value stands in, and `is_change` says whether it stands in the `set` of an update.
fn cost_of_fields(field: &str, is_change: bool, value: &Value) -> usize {
    match (field, value) {
        // The name of an attribute may be that of a field.
        ("attributes", Value::Object(attributes)) => attributes.len(),
        (_, Value::Object(fields)) => fields
            .iter()
            .map(|(name, value)| cost_of_fields(name, is_change || field == "set", value))
            .sum(),
        // An update that empties a list says something.
        (_, Value::Array(list)) if list.is_empty() => usize::from(is_change),
        (_, Value::Array(list)) => {
            list.iter().map(|value| cost_of_fields(field, is_change, value)).sum()
        }
        ("do", Value::String(word)) => match &**word {
            "sync" => 0,
            "reinstallConnect" => 1,
            "createOnPremisesObject"
            | "updateOnPremisesObject"
            | "removeOnPremisesObject"
            | "createCloudObject"
            | "updateCloudObject"
            | "setFeature" => 2,
            _ => 3,
        },
        ("proxyAddresses", Value::String(address)) if address.starts_with("SMTP:") => 1,
        ("proxyAddresses", Value::String(address)) if address.starts_with("smtp:") => 2,
        ("proxyAddresses", Value::String(_)) => 3,
        // A user owes a name, which is not counted: hence more than one for the others.
        ("kind", kind) => 2 * usize::from(kind != "user"),
        ("joinedTo", _) => 1,
        ("quarantinedFor", _) => 2,
        ("key" | "label" | "role" | "feature", _) => 0,
        // Every on-premises object owes an anchor, and every user a name.
        ("sourceAnchor" | "userPrincipalName", _) if !is_change => 0,
        ("softMatch" | "passwordHashSync", value) => usize::from(value == false),
        ("permanently", value) => usize::from(value == true),
        ("value", value) => usize::from(value.is_string()),
        _ => 1,
    }
}
