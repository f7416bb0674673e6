//! That nothing in the cloud changed but what may.

use crate::checks::transition::Transition;
use crate::checks::verdict::Verdict;
use crate::directory::CloudObject;

/// Judges that no cloud object changed, appeared or went, but those that `allowed` names.
pub(super) fn judge_cloud_unchanged(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    allowed: impl Fn(&CloudObject) -> bool,
) {
    for &before in transition.comparison.touched() {
        // What is done with the recycle bin's contents is left open.
        if allowed(before) || (before.deleted && transition.after_of(before).is_none()) {
            continue;
        }
        transition.judge_untouched(verdict, before);
    }
    for created in transition.created().filter(|created| !allowed(created)) {
        verdict.unexpected(transition.name_of(created));
    }
}
