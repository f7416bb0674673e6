//! What of a case does not matter: each value is replaced by one that occurs nowhere else, and
//! whoever asks sees whether anything changes.

use super::Case;
use super::form::{Sort, case_of_form, each_text, form_of};
use super::values::FormTrait;

/// Every case that differs from this one in a single value, with the place of that value in a
/// scenario file: `given.cloud.0.userPrincipalName`, `steps.2.set.proxyAddresses.0`.
pub fn variations(case: &Case) -> Vec<(String, Case)> {
    let form = form_of(case);
    let mut places = Vec::new();
    each_text(&mut form.clone(), &mut |place, sort, _| {
        if !matches!(sort, Sort::Label | Sort::Key) {
            places.push(place.to_owned());
        }
    });
    let varied = |wanted: &str| {
        let mut form = form.clone();
        each_text(&mut form, &mut |place, sort, text| {
            if place == wanted {
                *text = other_text(&sort, text);
            }
        });
        case_of_form(&form).filter(|varied| varied != case)
    };
    places.into_iter().filter_map(|place| varied(&place).map(|case| (place, case))).collect()
}

/// Every value with something unusual about its form, by its place.
pub(crate) fn odd_values(case: &Case) -> Vec<(String, Vec<FormTrait>)> {
    let mut odd = Vec::new();
    each_text(&mut form_of(case), &mut |place, sort, text| {
        let traits = FormTrait::of(text);
        if !traits.is_empty() && !matches!(sort, Sort::Label | Sort::Key) {
            odd.push((place.to_owned(), traits));
        }
    });
    odd
}

/// A text that no case has in such a place.
fn other_text(sort: &Sort, text: &str) -> String {
    let word = "something else";
    match sort {
        Sort::Name => "somebody.else@fabrikam.com".to_owned(),
        Sort::Anchor => "U09NRUJPRFk=".to_owned(),
        Sort::Role => "Another Role".to_owned(),
        Sort::OtherAddress => match text.split_once(':') {
            Some((prefix, _)) => format!("{prefix}:{word}"),
            None => word.to_owned(),
        },
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Command, Tenant, problems_of_case};

    #[test]
    fn each_value_is_varied_alone_and_the_case_stays_well_formed() {
        let tenant: Tenant = serde_json::from_str(
            r#"{"cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com", "roles": ["Reader"],
                 "onPremisesImmutableId": "QUFB", "proxyAddresses": ["SMTP:ann@contoso.com", "X500:/o=x"], "attributes": {"department": "Sales"}, "password": "p"}],
               "onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]}"#,
        )
        .expect("a tenant");
        let commands: Vec<Command> = serde_json::from_str(
            r#"[{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"proxyAddresses": ["SMTP:a@contoso.com"], "attributes": {"department": null, "city": "Oslo"}}},
                {"do": "assignRole", "object": {"label": "ann"}, "role": "Reader"}, {"do": "sync"}]"#,
        )
        .expect("commands");
        let case = Case { tenant, commands };
        let found = variations(&case);
        let places: Vec<&str> = found.iter().map(|(place, _)| &**place).collect();
        assert_eq!(
            places,
            [
                "given.cloud.0.attributes.department",
                "given.cloud.0.onPremisesImmutableId",
                "given.cloud.0.password",
                "given.cloud.0.proxyAddresses.0",
                "given.cloud.0.proxyAddresses.1",
                "given.cloud.0.roles.0",
                "given.cloud.0.userPrincipalName",
                "given.onPremises.0.sourceAnchor",
                "given.onPremises.0.userPrincipalName",
                "steps.0.set.attributes.city",
                "steps.0.set.proxyAddresses.0",
                "steps.1.role",
            ]
        );
        for (place, varied) in &found {
            assert_eq!(problems_of_case(&varied.tenant, &varied.commands), [], "{place}");
        }
    }
}
