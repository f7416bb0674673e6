//! Every form that an object of the scope can have.

use super::values::{Addresses, Anchor, CloudForm, OnPremisesForm};
use crate::directory::Kind;

/// Whether an object of a kind is mail-enabled: both where it can be.
fn mail_enabled(kind: Kind) -> &'static [bool] {
    if kind == Kind::Group { &[true, false] } else { &[false] }
}

fn names(kind: Kind) -> std::ops::Range<usize> {
    if kind == Kind::User { 0..2 } else { 0..1 }
}

/// The anchors that an on-premises object of a kind can have.
pub(super) fn anchors(kind: Kind) -> &'static [Anchor] {
    match kind {
        Kind::User => &[Anchor::Shared(0), Anchor::Shared(1)],
        Kind::Group => &[Anchor::Own(Kind::Group)],
        Kind::Contact => &[Anchor::Own(Kind::Contact)],
    }
}

/// The anchors that a cloud object of a kind can carry: those of its kind, and where it is no user
/// one that a user may have.
fn carried_anchors(kind: Kind) -> Vec<Option<Anchor>> {
    let foreign: &[Anchor] =
        if kind == Kind::User { &[] } else { &[Anchor::Shared(0), Anchor::Shared(1)] };
    let anchors = anchors(kind).iter().chain(foreign).copied().map(Some);
    [None].into_iter().chain(anchors).collect()
}

/// Every cloud object of a kind with these addresses.
pub(super) fn cloud(kind: Kind, every_addresses: &[Addresses]) -> Vec<CloudForm> {
    let mut forms = Vec::new();
    for name in names(kind) {
        for &addresses in every_addresses {
            for &mail_enabled in mail_enabled(kind) {
                for &anchor in &carried_anchors(kind) {
                    for has_role in [false, true] {
                        if has_role && kind != Kind::User {
                            continue;
                        }
                        let plain = CloudForm::plain(kind);
                        forms.push(CloudForm {
                            name,
                            addresses,
                            mail_enabled,
                            anchor,
                            has_role,
                            ..plain
                        });
                    }
                }
            }
        }
    }
    forms
}

/// Every on-premises object of a kind with these addresses.
pub(super) fn on_premises(kind: Kind, every_addresses: &[Addresses]) -> Vec<OnPremisesForm> {
    let mut forms = Vec::new();
    for name in names(kind) {
        for &addresses in every_addresses {
            for &mail_enabled in mail_enabled(kind) {
                for &anchor in anchors(kind) {
                    let plain = OnPremisesForm::plain(kind);
                    forms.push(OnPremisesForm { name, addresses, mail_enabled, anchor, ..plain });
                }
            }
        }
    }
    forms
}
