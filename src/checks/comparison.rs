//! The cloud before a step and after it, compared once for all checks.

use crate::directory::CloudObject;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What of the cloud is the same before and after a step, and what is not.
///
/// Most objects do not change in a step, and an implementation in the same process shows them as
/// the same allocation. All that is asked afterwards is asked of the few that differ.
pub(crate) struct Comparison<'a> {
    /// By identifier. Where one stands for two objects, the last one is meant.
    objects: FxHashMap<&'a str, Compared<'a>>,
    created: Vec<&'a Arc<CloudObject>>,
    different: Vec<&'a Arc<CloudObject>>,
    touched: Vec<&'a Arc<CloudObject>>,
    repeats_an_id: bool,
}

/// An object before and after a step, where it is there.
#[derive(Default)]
struct Compared<'a> {
    before: Option<&'a Arc<CloudObject>>,
    after: Option<&'a Arc<CloudObject>>,
    is_touched: bool,
}

impl<'a> Comparison<'a> {
    /// `is_same` says whether two unequal states of one object differ in nothing that can be judged.
    pub(crate) fn of(
        before: &'a [Arc<CloudObject>],
        after: &'a [Arc<CloudObject>],
        is_same: impl Fn(&CloudObject, &CloudObject) -> bool,
    ) -> Comparison<'a> {
        let mut objects: FxHashMap<&str, Compared<'_>> = FxHashMap::default();
        objects.reserve(before.len().max(after.len()));
        for object in before {
            objects.entry(&*object.id).or_default().before = Some(object);
        }
        let (mut created, mut different, mut touched) = (Vec::new(), Vec::new(), Vec::new());
        let mut repeats_an_id = false;
        for object in after {
            let compared = objects.entry(&*object.id).or_default();
            repeats_an_id |= compared.after.replace(object).is_some();
            if compared.before.is_none() {
                created.push(object);
            }
            if compared.before != Some(object) {
                different.push(object);
            }
        }
        for object in before {
            let Some(compared) = objects.get_mut(&*object.id) else { continue };
            let is_touched =
                compared.after.is_none_or(|after| object != after && !is_same(object, after));
            if is_touched {
                compared.is_touched = true;
                touched.push(object);
            }
        }
        Comparison { objects, created, different, touched, repeats_an_id }
    }

    /// The object with this identifier as it was before the step.
    pub(crate) fn before(&self, id: &str) -> Option<&'a Arc<CloudObject>> {
        self.objects.get(id)?.before
    }

    /// The object with this identifier as it is after the step.
    pub(crate) fn after(&self, id: &str) -> Option<&'a Arc<CloudObject>> {
        self.objects.get(id)?.after
    }

    /// Whether this object, which was there before the step, is exactly as it was, as far as anybody
    /// can tell.
    pub(crate) fn is_untouched(&self, before: &CloudObject) -> bool {
        self.objects.get(&*before.id).is_some_and(|compared| !compared.is_touched)
    }

    /// What was not there before the step, as it is after it.
    pub(crate) fn created(&self) -> &[&'a Arc<CloudObject>] {
        &self.created
    }

    /// What was not there before the step or is not equal, as it is after it.
    pub(crate) fn different(&self) -> &[&'a Arc<CloudObject>] {
        &self.different
    }

    /// What is gone after the step or was touched, as it was before it.
    pub(crate) fn touched(&self) -> &[&'a Arc<CloudObject>] {
        &self.touched
    }

    /// Whether an identifier stands for two objects after the step.
    pub(crate) fn repeats_an_id(&self) -> bool {
        self.repeats_an_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Kind;
    use proptest::prelude::*;

    /// Objects by identifier and by what stands in them.
    fn objects(of: &[(u8, u8)]) -> Vec<Arc<CloudObject>> {
        let object = |&(id, value): &(u8, u8)| CloudObject {
            id: id.to_string().into(),
            kind: Kind::Group,
            mail_enabled: false,
            on_premises_sync_enabled: None,
            is_cloud_managed: false,
            on_premises_immutable_id: None,
            user_principal_name: Some(format!("{value}@x").into()),
            proxy_addresses: Default::default(),
            attributes: Default::default(),
            password: None,
            on_premises_object_identifier: None,
            roles: Default::default(),
            eligible_roles: Default::default(),
            deleted: false,
            quarantined: value == 3,
        };
        of.iter().map(|object_of| Arc::new(object(object_of))).collect()
    }

    fn state() -> impl Strategy<Value = Vec<(u8, u8)>> {
        prop::collection::vec((0_u8..6, 0_u8..4), 0..8)
    }

    proptest! {
        #[test]
        fn it_says_what_the_states_say(before in state(), after in state()) {
            let (before, after) = (objects(&before), objects(&after));
            let is_same = |one: &CloudObject, other: &CloudObject| {
                one.quarantined && other.quarantined
            };
            let comparison = Comparison::of(&before, &after, is_same);
            let last = |all: &[Arc<CloudObject>], id: &str| {
                all.iter().rfind(|object| &*object.id == id).cloned()
            };
            for object in &before {
                let later = last(&after, &object.id);
                prop_assert_eq!(comparison.after(&object.id).cloned(), later.clone());
                let is_untouched =
                    later.is_some_and(|later| *object == later || is_same(object, &later));
                prop_assert_eq!(comparison.touched().contains(&object), !is_untouched);
                prop_assert!(is_untouched || !comparison.is_untouched(object));
            }
            for object in &after {
                let origin = last(&before, &object.id);
                prop_assert_eq!(comparison.before(&object.id).cloned(), origin.clone());
                prop_assert_eq!(comparison.created().contains(&object), origin.is_none());
                let is_different = origin.is_none_or(|origin| origin != *object);
                prop_assert_eq!(comparison.different().contains(&object), is_different);
            }
            let repeats = (0..after.len())
                .any(|at| after[..at].iter().any(|earlier| earlier.id == after[at].id));
            prop_assert_eq!(comparison.repeats_an_id(), repeats);
        }
    }
}
