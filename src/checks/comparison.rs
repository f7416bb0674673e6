//! The cloud before a step and after it, compared once for all checks.

use super::quick::{FEW, QuickMap, same_text};
use super::ties::{Identifiers, Print};
use crate::directory::{CloudObject, OnPremisesObject, ProxyAddress, Snapshot};
use std::sync::Arc;

/// There is no such position.
const NOWHERE: u32 = u32::MAX;

/// What became of one cloud object in a step.
#[derive(Clone, Copy, Debug)]
struct Fate {
    /// Where it stands afterwards.
    after: u32,
    /// It is exactly as it was, as far as anybody can tell.
    is_untouched: bool,
}

/// What of the cloud is the same before and after a step, and what is not.
///
/// Most objects do not change in a step, and an implementation in the same process shows them as
/// the same allocation. All that is asked afterwards is asked of the few that differ.
#[derive(Clone, Debug, Default)]
pub(crate) struct Comparison {
    /// By position before the step.
    fates: Vec<Fate>,
    /// By position after the step: where the object stood before.
    origins: Vec<u32>,
    /// Positions after the step of what was not there before, ascending.
    created: Vec<u32>,
    /// Positions after the step of what was not there before or is not equal, ascending.
    different: Vec<u32>,
    /// Positions before the step of what is gone or was touched, ascending.
    touched: Vec<u32>,
    prints_before: Vec<Print>,
    prints_after: Vec<Print>,
    /// Of the on-premises objects of the state that was taken in last.
    on_premises: Vec<Print>,
    /// An identifier stands for two objects: before the step, and after it.
    repeats_ids: [bool; 2],
}

impl Comparison {
    /// Begins with the state that a case starts from.
    pub(crate) fn restart(&mut self, state: &Snapshot) {
        self.prints_after.clear();
        self.prints_after.extend(state.cloud.iter().map(|object| print_of(object)));
        self.on_premises.clear();
        self.on_premises
            .extend(state.on_premises.iter().map(|object| on_premises_print_of(object)));
        self.repeats_ids[1] = repeats_an_id(&state.cloud);
    }

    /// Compares the state that was taken in last with the one that follows it. `is_same` says
    /// whether two unequal states of one object differ in nothing that can be judged.
    pub(crate) fn take_in(
        &mut self,
        before: &[Arc<CloudObject>],
        after: &[Arc<CloudObject>],
        is_same: impl Fn(&CloudObject, &CloudObject) -> bool,
    ) {
        std::mem::swap(&mut self.prints_before, &mut self.prints_after);
        self.repeats_ids[0] = self.repeats_ids[1];
        self.fates.clear();
        self.origins.clear();
        self.created.clear();
        self.different.clear();
        self.touched.clear();
        self.prints_after.clear();
        self.align(before, after);
        for (at, object) in (0_u32..).zip(after) {
            let origin = self.origins[at as usize];
            let Some(earlier) = before.get(origin as usize) else {
                self.created.push(at);
                self.different.push(at);
                self.prints_after.push(print_of(object));
                continue;
            };
            // Between equal states of shared objects this compares pointers.
            if earlier == object {
                self.prints_after.push(self.prints_before[origin as usize].clone());
                continue;
            }
            self.different.push(at);
            self.prints_after.push(print_of(object));
            // Where an identifier stands for two objects, the last one is meant.
            let fate = &mut self.fates[origin as usize];
            if fate.after == at {
                fate.is_untouched = is_same(earlier, object);
            }
        }
        if self.repeats_ids[0] {
            // All that share an identifier share its fate.
            for (at, fate) in self.fates.iter_mut().enumerate() {
                let later = after.get(fate.after as usize);
                fate.is_untouched =
                    later.is_some_and(|later| before[at] == *later || is_same(&before[at], later));
            }
        }
        let touched = (0_u32..).zip(&self.fates).filter(|(_, fate)| !fate.is_untouched);
        self.touched.extend(touched.map(|(at, _)| at));
    }

    /// Finds out which object is which. Most stand where they stood before.
    fn align(&mut self, before: &[Arc<CloudObject>], after: &[Arc<CloudObject>]) {
        let is_in_place = |(earlier, object): (&Arc<CloudObject>, &Arc<CloudObject>)| {
            Arc::ptr_eq(earlier, object) || same_text(&earlier.id, &object.id)
        };
        let in_place = before.iter().zip(after).take_while(|pair| is_in_place(*pair)).count();
        let known = |after: usize| Fate { after: after as u32, is_untouched: true };
        let gone = Fate { after: NOWHERE, is_untouched: false };
        self.fates.extend((0..in_place).map(known));
        self.origins.extend(0..in_place as u32);
        self.fates.resize(before.len(), gone);
        self.origins.resize(after.len(), NOWHERE);
        // Where no object was added, none of those that were there can stand twice.
        self.repeats_ids[1] = false;
        if in_place == after.len() && !self.repeats_ids[0] {
            return;
        }
        let added = after.len() - in_place;
        if before.len() == in_place && added == 1 && !self.repeats_ids[0] {
            let last = &after[in_place].id;
            if !after[..in_place].iter().any(|earlier| same_text(&earlier.id, last)) {
                return;
            }
        }
        self.align_rest(before, after, in_place);
    }

    /// Finds out which object is which where not all stand where they stood before.
    #[inline(never)]
    fn align_rest(
        &mut self,
        before: &[Arc<CloudObject>],
        after: &[Arc<CloudObject>],
        in_place: usize,
    ) {
        let known = |after: usize| Fate { after: after as u32, is_untouched: true };
        self.repeats_ids[1] = repeats_an_id(after);
        let is_simple = !self.repeats_ids[0] && !self.repeats_ids[1];
        let first = if is_simple { in_place } else { 0 };
        if before.len().max(after.len()) - first <= FEW {
            for (at, object) in after.iter().enumerate().skip(first) {
                let same = |earlier: &Arc<CloudObject>| same_text(&earlier.id, &object.id);
                if let Some(origin) = before[first..].iter().rposition(same) {
                    self.origins[at] = (first + origin) as u32;
                }
            }
            for (at, object) in before.iter().enumerate().skip(first) {
                let same = |later: &Arc<CloudObject>| same_text(&later.id, &object.id);
                if let Some(later) = after[first..].iter().rposition(same) {
                    self.fates[at] = known(first + later);
                }
            }
            return;
        }
        let positions = |objects: &'_ [Arc<CloudObject>]| -> QuickMap<_, u32> {
            let rest = (0_u32..).zip(objects).skip(first);
            rest.map(|(at, object)| (object.id.clone(), at)).collect()
        };
        let (earlier, later) = (positions(before), positions(after));
        for (at, object) in after.iter().enumerate().skip(first) {
            self.origins[at] = earlier.get(&object.id).copied().unwrap_or(NOWHERE);
        }
        for (at, object) in before.iter().enumerate().skip(first) {
            if let Some(&later) = later.get(&object.id) {
                self.fates[at] = known(later as usize);
            }
        }
    }

    /// Where what stood here before the step stands after it; `None` where it is gone.
    pub(crate) fn after_of(&self, before: usize) -> Option<usize> {
        let after = self.fates.get(before)?.after;
        (after != NOWHERE).then_some(after as usize)
    }

    /// Where what stands here after the step stood before it; `None` where it is new.
    pub(crate) fn origin_of(&self, after: usize) -> Option<usize> {
        let origin = *self.origins.get(after)?;
        (origin != NOWHERE).then_some(origin as usize)
    }

    /// Whether what stood here before the step is exactly as it was.
    pub(crate) fn is_untouched(&self, before: usize) -> bool {
        self.fates.get(before).is_some_and(|fate| fate.is_untouched)
    }

    /// Positions after the step of what was not there before, ascending.
    pub(crate) fn created(&self) -> &[u32] {
        &self.created
    }

    /// Positions after the step of what was not there before or is not equal, ascending.
    pub(crate) fn different(&self) -> &[u32] {
        &self.different
    }

    /// Positions before the step of what is gone or was touched, ascending.
    pub(crate) fn touched(&self) -> &[u32] {
        &self.touched
    }

    pub(crate) fn prints_before(&self) -> &[Print] {
        &self.prints_before
    }

    pub(crate) fn prints_after(&self) -> &[Print] {
        &self.prints_after
    }

    /// The prints of the on-premises objects of the state before the step.
    pub(crate) fn on_premises_prints(&self) -> &[Print] {
        &self.on_premises
    }

    /// Whether an identifier stands for two objects after the step.
    pub(crate) fn repeats_an_id(&self) -> bool {
        self.repeats_ids[1]
    }

    /// Brings the state before the step up to the one after it. What is equal keeps the allocation
    /// that it had, so that comparing it the next time is a comparison of pointers.
    pub(crate) fn update(&mut self, state: &mut Snapshot, after: &Snapshot) {
        let is_in_place = state.cloud.len() <= after.cloud.len()
            && (0_u32..).zip(&self.origins[..state.cloud.len()]).all(|(at, origin)| at == *origin);
        if is_in_place {
            let kept = state.cloud.len();
            for &at in self.different.iter().filter(|&&at| (at as usize) < kept) {
                state.cloud[at as usize] = Arc::clone(&after.cloud[at as usize]);
            }
            state.cloud.extend(after.cloud[kept..].iter().cloned());
        } else {
            state.cloud.clone_from(&after.cloud);
        }
        let prints = self.on_premises.iter_mut();
        for ((kept, print), object) in
            state.on_premises.iter_mut().zip(prints).zip(&after.on_premises)
        {
            if kept != object {
                *kept = Arc::clone(object);
                *print = on_premises_print_of(object);
            }
        }
        state.on_premises.truncate(after.on_premises.len());
        self.on_premises.truncate(after.on_premises.len());
        for object in &after.on_premises[state.on_premises.len()..] {
            state.on_premises.push(Arc::clone(object));
            self.on_premises.push(on_premises_print_of(object));
        }
    }
}

fn on_premises_print_of(object: &OnPremisesObject) -> Print {
    Identifiers::of_on_premises(object).print()
}

fn print_of(object: &CloudObject) -> Print {
    Identifiers::of_cloud(object).print()
}

fn repeats_an_id(cloud: &[Arc<CloudObject>]) -> bool {
    if cloud.len() <= FEW {
        return (1..cloud.len())
            .any(|at| cloud[..at].iter().any(|earlier| same_text(&earlier.id, &cloud[at].id)));
    }
    let mut hashes: Vec<u64> =
        cloud.iter().map(|object| super::quick::hash_of(&*object.id)).collect();
    hashes.sort_unstable();
    if hashes.windows(2).all(|pair| pair[0] != pair[1]) {
        return false;
    }
    let mut ids: Vec<&str> = cloud.iter().map(|object| &*object.id).collect();
    ids.sort_unstable();
    ids.windows(2).any(|pair| pair[0] == pair[1])
}

/// Whether two states of an object differ in nothing: addresses and roles compared as sets, names
/// without regard to letter case, and nothing compared of an object that is in the recycle bin both
/// times. `same_addresses` compares the addresses.
pub(crate) fn is_same_but_for_addresses(
    before: &CloudObject,
    after: &CloudObject,
    same_addresses: impl FnOnce(&[ProxyAddress], &[ProxyAddress]) -> bool,
) -> bool {
    (before.deleted && after.deleted)
        || (before.kind == after.kind
            && before.mail_enabled == after.mail_enabled
            && before.on_premises_sync_enabled == after.on_premises_sync_enabled
            && before.on_premises_immutable_id == after.on_premises_immutable_id
            && super::situation::same_optional_name(
                &before.user_principal_name,
                &after.user_principal_name,
            )
            && before.password == after.password
            && before.roles == after.roles
            && before.deleted == after.deleted
            && before.quarantined == after.quarantined
            && before.attributes == after.attributes
            && same_addresses(&before.proxy_addresses, &after.proxy_addresses))
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
            on_premises_sync_enabled: false,
            on_premises_immutable_id: None,
            user_principal_name: Some(format!("{value}@x").into()),
            proxy_addresses: Default::default(),
            attributes: Default::default(),
            password: None,
            roles: Default::default(),
            deleted: false,
            quarantined: value == 3,
        };
        of.iter().map(|object_of| Arc::new(object(object_of))).collect()
    }

    /// States: small and beyond what is looked through one by one, with identifiers that stand for
    /// two objects and without.
    fn states() -> impl Strategy<Value = Vec<Vec<(u8, u8)>>> {
        let few = prop::collection::vec((0_u8..6, 0_u8..4), 0..6);
        let many = (Just((0..40).collect::<Vec<u8>>()).prop_shuffle(), 0_usize..40).prop_map(
            |(mut ids, count)| {
                ids.truncate(count);
                ids.into_iter().map(|id| (id, id % 4)).collect::<Vec<_>>()
            },
        );
        let in_order = prop::sample::subsequence((0..40_u8).collect::<Vec<_>>(), 0..40)
            .prop_map(|ids| ids.into_iter().map(|id| (id, id % 3)).collect::<Vec<_>>());
        let one = prop_oneof![few, many, in_order];
        let appended = prop::collection::vec((0_u8..60, 0_u8..4), 0..3);
        (prop::collection::vec(one, 1..4), appended).prop_map(|(mut states, appended)| {
            let mut last = states.last().cloned().unwrap_or_default();
            last.extend(appended);
            states.push(last);
            states
        })
    }

    proptest! {
        /// All shortcuts lead to what comparing everything with everything leads to.
        #[test]
        fn it_says_what_the_states_say(states in states()) {
            let states: Vec<Vec<Arc<CloudObject>>> = states.iter().map(|of| objects(of)).collect();
            let mut state = Snapshot { cloud: states[0].clone(), on_premises: Vec::new() };
            let mut comparison = Comparison::default();
            comparison.restart(&state);
            for after in &states[1..] {
                let before = state.cloud.clone();
                let is_same = |one: &CloudObject, other: &CloudObject| {
                    one.quarantined && other.quarantined
                };
                comparison.take_in(&before, after, is_same);
                let last = |all: &[Arc<CloudObject>], id: &str| {
                    all.iter().rposition(|object| &*object.id == id)
                };
                for (at, object) in before.iter().enumerate() {
                    let fate = last(after, &object.id);
                    prop_assert_eq!(comparison.after_of(at), fate);
                    let is_untouched = fate.is_some_and(|fate| {
                        *object == after[fate] || is_same(object, &after[fate])
                    });
                    prop_assert_eq!(comparison.is_untouched(at), is_untouched);
                    prop_assert_eq!(comparison.touched().contains(&(at as u32)), !is_untouched);
                }
                for (at, object) in after.iter().enumerate() {
                    let origin = last(&before, &object.id);
                    prop_assert_eq!(comparison.origin_of(at), origin);
                    let number = at as u32;
                    prop_assert_eq!(comparison.created().contains(&number), origin.is_none());
                    let is_different = origin.is_none_or(|origin| before[origin] != *object);
                    prop_assert_eq!(comparison.different().contains(&number), is_different);
                }
                let repeats = (0..after.len()).any(|at| last(after, &after[at].id) != Some(at));
                prop_assert_eq!(comparison.repeats_an_id(), repeats);
                let prints: Vec<String> =
                    comparison.prints_after().iter().map(|print| format!("{print:?}")).collect();
                let expected: Vec<String> =
                    after.iter().map(|object| format!("{:?}", print_of(object))).collect();
                prop_assert_eq!(prints, expected);
                let after = Snapshot { cloud: after.clone(), on_premises: Vec::new() };
                comparison.update(&mut state, &after);
                prop_assert_eq!(&state, &after);
            }
        }
    }
}
