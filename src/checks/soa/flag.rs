//! What the authority flag tells besides: whether an object was synchronised before.

use crate::checks::transition::Transition;
use crate::checks::verdict::Verdict;
use crate::directory::{Field, Value};

/// What was never synchronised has no value in the flag.
pub(super) fn never_synchronised_is_null(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.settings.capabilities.tell_flag_states() {
        return;
    }
    let mut is_shown = false;
    for cloud in transition.after.active().filter(|cloud| cloud.is_cloud_mastered()) {
        if transition.history.synchronised.contains(&cloud.id) {
            continue;
        }
        is_shown = true;
        if cloud.on_premises_sync_enabled.is_some() {
            let name = transition.name_of(cloud);
            verdict.violated(name, Field::OnPremisesSyncEnabled, Value::Nothing, false);
        }
    }
    if is_shown && verdict.violations.is_empty() {
        verdict.holds();
    }
}
