//! What the takeovers of a case made of cloud values.

use crate::directory::{CanonicalState, Field, MatchingAttribute, ObjectName, Treatment};

/// What a takeover made of one value, and how its object was reached.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) field: Field,
    /// On-premises has a value there, too.
    pub(crate) is_on_premises: bool,
    /// What the object was matched on.
    pub(crate) on: Vec<MatchingAttribute>,
    pub(crate) treatment: Treatment,
    /// The cloud object that was taken over.
    pub(crate) object: ObjectName,
}

/// For each cloud value, by its field and by whether on-premises has one too: what takeovers made
/// of it, with one example for each way in which they were reached.
#[derive(Clone, Debug, Default)]
pub(crate) struct Treatments(Vec<Example>);

impl Treatments {
    /// Adds an example, unless there is one for the same way already.
    pub(crate) fn add(&mut self, example: Example) {
        if self.like(&example).all(|earlier| earlier.on != example.on) {
            self.0.push(example);
        }
    }

    /// Adds all examples of another collection.
    pub(crate) fn extend(&mut self, other: Treatments) {
        other.0.into_iter().for_each(|example| self.add(example));
    }

    /// Examples of the same value.
    pub(crate) fn like(&self, example: &Example) -> impl Iterator<Item = &Example> {
        self.0.iter().filter(move |earlier| {
            earlier.field == example.field && earlier.is_on_premises == example.is_on_premises
        })
    }

    /// Draws what is compared with later takeovers: what an example's object is called is not.
    pub(crate) fn canonicalise(&self, canonical: &mut CanonicalState) {
        let mut examples: Vec<_> = self
            .0
            .iter()
            .map(|Example { field, is_on_premises, on, treatment, .. }| {
                (field.to_string(), *is_on_premises, on, *treatment as usize)
            })
            .collect();
        examples.sort_unstable();
        canonical.list(examples.into_iter(), |canonical, (field, flag, on, treatment)| {
            canonical.text(&field);
            canonical.flags([flag]);
            canonical.list(on.iter(), |canonical, &on| canonical.number(on as usize));
            canonical.number(treatment);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn example(name: &str, is_on_premises: bool, on: MatchingAttribute) -> Example {
        Example {
            field: Field::Attribute(name.into()),
            is_on_premises,
            on: vec![on],
            treatment: Treatment::Kept,
            object: ObjectName::OnPremises("ann-ad".into()),
        }
    }

    /// A service may keep one value and not another, or treat those that on-premises has otherwise.
    #[rstest]
    #[case::same_value("department", false, 1)]
    #[case::on_premises_too("department", true, 0)]
    #[case::another_value("telephoneNumber", false, 0)]
    fn only_treatments_of_the_same_value_are_compared(
        #[case] name: &str,
        #[case] is_on_premises: bool,
        #[case] expected: usize,
    ) {
        let mut treatments = Treatments::default();
        for _ in 0..2 {
            treatments.add(example("department", false, MatchingAttribute::SourceAnchor));
        }
        let later = example(name, is_on_premises, MatchingAttribute::UserPrincipalName);
        assert_eq!(treatments.like(&later).count(), expected);
    }
}
