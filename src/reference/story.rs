//! Why a cycle did what it did with an on-premises object, in the rulebook's terms.

use super::candidates::{Candidate, Circumstances, shared};
use super::decide::{Decision, TakeOver, Withheld};
use super::joined::JoinedDecision;
use super::policy::Policy;
use super::reason::Reason;
use super::tenant::{CloudHandle, CloudTenant};
use crate::directory::{
    CloudObject, CollisionHandling, Features, Kind, OnPremisesObject, ProxyAddress, Text, same_name,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// One sentence of the story, and the rule that it follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TraceStep {
    /// The rule's slug in the rulebook.
    pub rule: &'static str,
    /// What was found or decided, about the objects at hand.
    pub text: String,
}

/// For each on-premises key the story of its last cycle.
pub(super) type Traces = BTreeMap<Text, Vec<TraceStep>>;

/// The story of one object in one cycle, if anybody wants it.
pub(super) struct Story(Option<Vec<TraceStep>>);

impl Story {
    pub(super) fn new(is_wanted: bool) -> Story {
        Story(is_wanted.then(Vec::new))
    }

    pub(super) fn into_steps(self) -> Vec<TraceStep> {
        self.0.unwrap_or_default()
    }

    /// Sentences are composed only where somebody listens.
    fn note(&mut self, rule: &'static str, text: impl FnOnce() -> String) {
        if let Some(steps) = &mut self.0 {
            let text = text();
            steps.push(TraceStep { rule, text });
        }
    }

    pub(super) fn idle(&mut self, incoming: &OnPremisesObject, waits: Option<&CloudObject>) {
        match waits {
            Some(quarantined) => self.waits(incoming, quarantined),
            None => self.note("safe.only-the-named-change", || {
                format!("{} did not change since its last export: nothing to do", incoming.key)
            }),
        }
    }

    pub(super) fn waits(&mut self, incoming: &OnPremisesObject, quarantined: &CloudObject) {
        self.note("match.collision-creates-nothing-else", || {
            format!(
                "{} left the quarantined object {} behind and is not tried again before that is permanently deleted",
                incoming.key, quarantined.id
            )
        });
    }

    pub(super) fn retried(&mut self, incoming: &OnPremisesObject) {
        self.note("sync.failed-is-retried", || {
            format!("{} is tried again in the next cycle", incoming.key)
        });
    }

    pub(super) fn returned(&mut self, incoming: &OnPremisesObject) {
        self.note("scope.return-restores", || {
            format!(
                "a user in the recycle bin carries the sourceAnchor of {}, which had left scope: it is restored, and the on-premises values win",
                incoming.key
            )
        });
    }

    pub(super) fn return_blocked(&mut self, incoming: &OnPremisesObject, reason: Reason) {
        let (rule, why) = match reason {
            Reason::HasPrivilegedRole => (
                "protect.soft-deleted-privileged",
                "it has a privileged role, or is eligible for one",
            ),
            Reason::MappedToAnother => {
                ("protect.already-mapped", "it is mapped to another on-premises object")
            }
            Reason::HasRole | Reason::HasRoleAndAnchor => {
                ("scope.return-restores", "it has a directory role")
            }
            _ => ("scope.blocked-return-is-an-error", "hard match is blocked"),
        };
        self.note(rule, || {
            format!(
                "a user in the recycle bin carries the sourceAnchor of {}, and {why}: an error, and it stays there",
                incoming.key
            )
        });
    }

    pub(super) fn managed_in_the_cloud(&mut self, incoming: &OnPremisesObject) {
        self.note("soa.convert-stops-sync", || {
            format!(
                "the object with the sourceAnchor of {} is managed in the cloud: nothing of it is synchronised",
                incoming.key
            )
        });
    }

    pub(super) fn taken_back(&mut self, incoming: &OnPremisesObject) {
        self.note("soa.rollback-next-cycle", || {
            format!(
                "the source of authority of the object with the sourceAnchor of {} was given back: it is taken over, and the on-premises values win",
                incoming.key
            )
        });
    }

    pub(super) fn rollback_blocked(&mut self, incoming: &OnPremisesObject) {
        self.note("soa.rollback-blocked", || {
            format!(
                "the source of authority of the user with the sourceAnchor of {} was given back, but hard match is blocked: an error, and it stays as it is",
                incoming.key
            )
        });
    }

    pub(super) fn no_longer_joined(&mut self, incoming: &OnPremisesObject) {
        self.note("match.every-new-object", || {
            format!(
                "the object that {} was joined to is deleted: the two are not joined any more",
                incoming.key
            )
        });
    }

    /// Whether an object was found again that had been joined before a reinstallation.
    pub(super) fn rejoin(
        &mut self,
        incoming: &OnPremisesObject,
        tenant: &CloudTenant,
        found: Result<Option<CloudHandle>, Reason>,
    ) {
        let anchor = incoming.source_anchor.as_deref();
        let carrier = anchor.and_then(|anchor| tenant.get(tenant.holder_of_anchor(anchor)?));
        let (Some(carrier), false) = (carrier, found == Ok(None)) else {
            return;
        };
        if found.is_ok() {
            return self.note("recovery.rejoins-by-anchor", || {
                format!(
                    "{} is mastered on-premises and carries the sourceAnchor of {}: Connect joins the two again, which is no match",
                    named(carrier),
                    incoming.key
                )
            });
        }
        self.note("match.one-to-one", || {
            let obstacle = if carrier.quarantined {
                "was quarantined when another object collided"
            } else if carrier.kind != incoming.kind {
                "is of another kind"
            } else {
                "is joined to another object"
            };
            format!(
                "{} carries the sourceAnchor of {} and {obstacle}: an error, and nothing changes",
                named(carrier),
                incoming.key
            )
        });
    }

    /// What was decided about a joined object.
    pub(super) fn joined(
        &mut self,
        incoming: &OnPremisesObject,
        own: CloudHandle,
        tenant: &CloudTenant,
        decision: &JoinedDecision,
    ) {
        let (Some(object), true) = (tenant.get(own), self.0.is_some()) else {
            return;
        };
        let who = named(object);
        self.note("match.new-objects-only", || {
            format!("{} is joined to {who}: no match is looked for", incoming.key)
        });
        let anchor = incoming.source_anchor.as_deref();
        let carried = object.on_premises_immutable_id.as_deref();
        let withheld = || list(&Withheld::from_others(incoming, Some(own), tenant), incoming);
        match decision {
            JoinedDecision::Export(withheld) if withheld.is_empty() => {}
            JoinedDecision::Export(_) => self.note("safe.unique-identifiers", || {
                format!(
                    "withheld since the takeover, and others hold it still: {}: an error is reported, everything else is exported",
                    withheld()
                )
            }),
            JoinedDecision::Reject(_) if tenant.are_same_anchors(anchor, carried) => {
                self.note("match.late-match-is-an-error", || {
                    format!(
                        "another active object holds {}: an error, and {who} stays as it is",
                        withheld()
                    )
                });
            }
            JoinedDecision::Reject(reason) => self.note(rule_of(*reason, false), || {
                let holder = anchor.and_then(|anchor| tenant.get(tenant.holder_of_anchor(anchor)?));
                let holder = holder.map(|holder| format!(", which is on {}", named(holder)));
                format!(
                    "its sourceAnchor is now {}{}, and {who} carries {}: an error, and nothing changes until it is changed back",
                    anchor.unwrap_or("without a value"),
                    holder.unwrap_or_default(),
                    carried.unwrap_or_default()
                )
            }),
        }
    }

    /// What was decided about a new object, and why.
    pub(super) fn new_object(
        &mut self,
        circumstances: &Circumstances<'_>,
        candidates: &[Candidate],
        decision: &Decision,
    ) {
        if self.0.is_none() {
            return;
        }
        let incoming = circumstances.incoming;
        let key = &incoming.key;
        if *decision == Decision::Reject(Reason::NoSourceAnchor) {
            return self.note(rule_of(Reason::NoSourceAnchor, false), || {
                format!("{key} has no sourceAnchor: an error")
            });
        }
        self.note("match.every-new-object", || {
            format!(
                "{} {key} is new: a match is looked for on {}",
                incoming.kind,
                identifiers(incoming)
            )
        });
        for candidate in candidates {
            self.shared(incoming, &candidate.object, circumstances.policy);
            self.verdict(incoming, candidate, circumstances.policy);
        }
        self.near_misses(incoming, circumstances.tenant, candidates);
        self.decision(circumstances, candidates, decision);
    }

    /// What the two have in common: what can match, and what cannot.
    fn shared(&mut self, incoming: &OnPremisesObject, object: &CloudObject, policy: Policy) {
        let who = named(object);
        let equal = shared(incoming, object, &policy);
        if let (true, Some(value)) = (equal.anchor, &incoming.source_anchor) {
            self.note("match.hard-on-source-anchor", || {
                format!("sourceAnchor {value} equals the onPremisesImmutableId of {who}")
            });
        }
        if let (true, Some(value)) = (equal.user_principal_name, &incoming.user_principal_name) {
            self.note("match.soft-on-upn", || {
                format!("userPrincipalName {value} equals the userPrincipalName of {who}")
            });
        }
        for own in &incoming.proxy_addresses {
            let is_same = |held: &&ProxyAddress| {
                own.mail().zip(held.mail()).is_some_and(|(own, held)| same_name(own, held))
            };
            for held in object.proxy_addresses.iter().filter(is_same) {
                if own.is_primary() && held.is_primary() {
                    self.note("match.soft-on-primary-smtp", || {
                        format!("{own} equals the primary address of {who}")
                    });
                } else {
                    self.note("match.primary-smtp-only", || {
                        format!(
                            "{own} is held by {who} as {held}: a secondary address matches nothing"
                        )
                    });
                }
            }
        }
    }

    fn verdict(&mut self, incoming: &OnPremisesObject, candidate: &Candidate, policy: Policy) {
        let object = &candidate.object;
        let who = named(object);
        match candidate.verdict {
            Ok(_) => self.note("match.every-new-object", || {
                let kind = match object.kind {
                    Kind::User if object.roles.is_empty() => "a user without any directory role",
                    Kind::User => "a user whose directory role does not keep it from this match",
                    Kind::Group => "a group, mail-enabled on both sides",
                    Kind::Contact => "a contact",
                };
                format!("{who} is eligible: mastered in the cloud and {kind}")
            }),
            Err(reason) => self.note(rule_of(reason, policy.edition.hard_match_first), || {
                format!("{who} is not eligible: {}", why_not(object, incoming, reason))
            }),
        }
    }

    /// Objects that a person might expect to match, where a name here is an address there.
    fn near_misses(
        &mut self,
        incoming: &OnPremisesObject,
        tenant: &CloudTenant,
        candidates: &[Candidate],
    ) {
        let other = |handle: Option<CloudHandle>| {
            let is_other = candidates.iter().all(|candidate| Some(candidate.handle) != handle);
            handle.filter(|_| is_other).and_then(|handle| tenant.get(handle))
        };
        let name = incoming.user_principal_name.as_deref();
        if let Some(name) = name
            && let Some(object) = other(tenant.holder_of_mail(name))
        {
            self.note("match.same-attribute", || {
                let who = named(object);
                format!("userPrincipalName {name} equals an address of {who}: that is no match")
            });
        }
        for mail in incoming.mail_addresses() {
            if let Some(object) = other(tenant.holder_of_name(mail)) {
                self.note("match.same-attribute", || {
                    let who = named(object);
                    format!(
                        "address {mail} equals the userPrincipalName of {who}: that is no match"
                    )
                });
            }
        }
    }

    fn decision(
        &mut self,
        circumstances: &Circumstances<'_>,
        candidates: &[Candidate],
        decision: &Decision,
    ) {
        let Circumstances { incoming, tenant, policy, .. } = *circumstances;
        let (key, count) = (&incoming.key, candidates.len());
        let is_eligible = candidates.iter().any(|candidate| candidate.verdict.is_ok());
        match decision {
            Decision::Provision => self.note("match.no-holder-provisions", || {
                format!(
                    "no active cloud object holds an identifier of {key}: a new {} is provisioned",
                    incoming.kind
                )
            }),
            Decision::TakeOver(TakeOver { target, matched_on, withheld }) => {
                let target =
                    tenant.get(*target).map_or_else(String::new, |object| named(object));
                self.note("match.every-new-object", || match count {
                    1 => format!(
                        "nothing else holds an identifier of {key}: it takes over {target}, matched on {matched_on}"
                    ),
                    _ => format!(
                        "{count} objects hold identifiers of {key}: {matched_on} comes first and leads to {target} (ambiguousMatch is withheld, hardVersusSoft is {})",
                        policy.hard_versus_soft.word()
                    ),
                });
                if count > 1 {
                    self.note("safe.unique-identifiers", || {
                        format!(
                            "withheld, because others hold it: {}",
                            list(withheld, incoming)
                        )
                    });
                }
            }
            Decision::Reject(Reason::Ambiguous) => self.note("match.every-new-object", || {
                format!(
                    "{count} objects hold identifiers of {key}: an error, and nothing changes (ambiguousMatch is refused)"
                )
            }),
            Decision::Reject(_) if is_eligible => self.note("match.one-to-one", || {
                format!(
                    "the sourceAnchor of {key} is on another active object, and no second one can carry it: an error, and nothing changes"
                )
            }),
            Decision::Quarantine(withheld) if is_eligible => {
                self.note("match.every-new-object", || {
                    format!(
                        "{count} objects hold identifiers of {key}: a quarantined object is created without {} (ambiguousMatch is quarantined)",
                        list(withheld, incoming)
                    )
                });
            }
            Decision::Quarantine(withheld) => {
                self.note("match.collision-creates-nothing-else", || {
                    format!(
                        "nothing that holds an identifier of {key} is eligible: a quarantined object is created without {} (collisionHandling is quarantined)",
                        list(withheld, incoming)
                    )
                });
            }
            Decision::Reject(_) => self.note("match.collision-creates-nothing-else", || {
                let why = match policy.collision_handling {
                    CollisionHandling::Quarantined => {
                        "a quarantined object would need the sourceAnchor, which is held too"
                    }
                    CollisionHandling::Rejected => "collisionHandling is rejected",
                };
                format!(
                    "nothing that holds an identifier of {key} is eligible: an error, and nothing is created ({why})"
                )
            }),
        }
    }

    /// What a takeover did.
    pub(super) fn taken_over(
        &mut self,
        before: &CloudObject,
        after: &CloudObject,
        incoming: &OnPremisesObject,
        features: Features,
        policy: Policy,
    ) {
        if self.0.is_none() {
            return;
        }
        self.note("takeover.authority-flips", || {
            format!("{} is now mastered on-premises", named(after))
        });
        self.note("takeover.anchor-stamped", || {
            let anchor = value(after.on_premises_immutable_id.as_ref());
            if before.on_premises_immutable_id == after.on_premises_immutable_id {
                format!("it carries the sourceAnchor {anchor} already")
            } else {
                format!("the sourceAnchor {anchor} is stamped on it")
            }
        });
        self.values(before, after, "takeover.values-overwritten");
        let absent =
            before.attributes.keys().filter(|name| !incoming.attributes.contains_key(*name));
        for name in absent {
            self.note("takeover.values-overwritten", || {
                format!(
                    "{name} has no value on-premises (valuesAbsentOnPremises is {})",
                    policy.values_absent_on_premises.word()
                )
            });
        }
        self.addresses(before, after, "takeover.addresses-replaced");
        let rules = ["takeover.password-overwritten", "takeover.password-kept"];
        self.password(incoming, features, rules);
    }

    /// What an update did.
    pub(super) fn updated(
        &mut self,
        before: &CloudObject,
        after: &CloudObject,
        incoming: &OnPremisesObject,
        features: Features,
    ) {
        const FLOWS: &str = "sync.updates-flow";
        if self.0.is_none() {
            return;
        }
        if before == after {
            return self.note(FLOWS, || format!("{} has every value already", named(after)));
        }
        self.values(before, after, FLOWS);
        self.addresses(before, after, FLOWS);
        if incoming.password != before.password {
            self.password(incoming, features, [FLOWS, "sync.password-needs-hash-sync"]);
        }
    }

    /// What was created.
    pub(super) fn created(&mut self, object: &CloudObject) {
        let rule = if object.quarantined {
            "match.collision-creates-nothing-else"
        } else {
            "match.no-holder-provisions"
        };
        self.note(rule, || {
            let name = object.user_principal_name.as_ref();
            format!(
                "{} is created, mastered on-premises, with the sourceAnchor {}{}",
                named(object),
                value(object.on_premises_immutable_id.as_ref()),
                name.map(|name| format!(" and the userPrincipalName {name}")).unwrap_or_default()
            )
        });
    }

    fn values(&mut self, before: &CloudObject, after: &CloudObject, rule: &'static str) {
        let (old, new) = (&before.user_principal_name, &after.user_principal_name);
        if old != new {
            self.note(rule, || becomes("userPrincipalName", old.as_ref(), new.as_ref()));
        }
        for (name, new) in &after.attributes {
            let old = before.attributes.get(name);
            if old != Some(new) {
                self.note(rule, || becomes(name, old, Some(new)));
            }
        }
        for (name, old) in &before.attributes {
            if !after.attributes.contains_key(name) {
                self.note(rule, || becomes(name, Some(old), None));
            }
        }
    }

    fn addresses(&mut self, before: &CloudObject, after: &CloudObject, rule: &'static str) {
        let (old, new) = (&before.proxy_addresses, &after.proxy_addresses);
        let without = |all: &[ProxyAddress], others: &[ProxyAddress]| {
            let rest = all.iter().filter(|address| !others.contains(address));
            let rest: Vec<&str> = rest.map(ProxyAddress::as_str).collect();
            if rest.is_empty() { "none".to_owned() } else { rest.join(", ") }
        };
        let (gained, lost) = (without(new, old), without(old, new));
        if gained != "none" || lost != "none" {
            self.note(rule, || {
                format!("addresses are replaced as a set: gained {gained}; lost {lost}")
            });
        }
    }

    fn password(
        &mut self,
        incoming: &OnPremisesObject,
        features: Features,
        [overwritten, kept]: [&'static str; 2],
    ) {
        if incoming.password.is_none() {
        } else if features.password_hash_sync {
            self.note(overwritten, || {
                "the password is the on-premises one (password hash sync is on)".to_owned()
            });
        } else {
            self.note(kept, || "the cloud password stays (password hash sync is off)".to_owned());
        }
    }
}

/// The rule that a reason follows from, in an edition that tries a soft match only where no object carries the
/// anchor or in an earlier one.
fn rule_of(reason: Reason, hard_match_first: bool) -> &'static str {
    match reason {
        Reason::NoSourceAnchor => "soa.one-authority",
        Reason::SourceAnchorChanged => "sync.changed-anchor-stops-updates",
        Reason::AnchorInUse | Reason::MasteredOnPremises | Reason::HeldByQuarantined => {
            "match.one-to-one"
        }
        Reason::Ambiguous => "match.every-new-object",
        Reason::OtherKind => "kind.same-kind",
        Reason::HasRole => "admin.never-soft-matched",
        Reason::HasRoleAndAnchor => "admin.never-hard-matched",
        Reason::HasPrivilegedRole => "protect.privileged-role-assigned",
        Reason::MappedToAnother => "protect.already-mapped",
        Reason::SecondaryAddress => "match.primary-smtp-only",
        Reason::AnchorOfNonUser => "kind.no-hard-match-for-groups-and-contacts",
        Reason::PlainGroup => "kind.plain-groups-never-match",
        Reason::SoftMatchDisabled => "switch.no-soft-match-when-disabled",
        Reason::HardMatchBlocked if hard_match_first => "switch.hard-match-blocked",
        Reason::HardMatchBlocked => "switch.block-hard-match",
        Reason::OtherAnchor => "match.different-anchor-blocks-soft-match",
        Reason::LateMatch => "match.late-match-is-an-error",
        Reason::NotToBeDeleted => "scope.cloud-mastered-not-deleted",
        Reason::CloudManaged => "soa.converted-not-taken-over",
        Reason::StillWithheld => "safe.unique-identifiers",
    }
}

/// Why a candidate is not eligible, in the words of the objects at hand.
fn why_not(object: &CloudObject, incoming: &OnPremisesObject, reason: Reason) -> String {
    match reason {
        Reason::HeldByQuarantined => "a collision left it behind, quarantined".to_owned(),
        Reason::MasteredOnPremises => "it is mastered on-premises already".to_owned(),
        Reason::OtherKind => format!("{} is a {}", incoming.key, incoming.kind),
        Reason::HasRole | Reason::HasRoleAndAnchor => {
            let roles: Vec<&str> = object.roles.iter().map(|role| &**role).collect();
            format!("it has a directory role ({})", roles.join(", "))
        }
        Reason::HasPrivilegedRole => {
            let roles = object.roles.iter().chain(&object.eligible_roles);
            let roles: Vec<&str> = roles.map(|role| &**role).collect();
            format!("it has a privileged role, or is eligible for one ({})", roles.join(", "))
        }
        Reason::MappedToAnother => format!(
            "it is mapped to another on-premises object (onPremisesObjectIdentifier {})",
            object.on_premises_object_identifier.as_deref().unwrap_or_default()
        ),
        Reason::OtherAnchor => {
            let carried = object.on_premises_immutable_id.as_deref().unwrap_or_default();
            let own = incoming.source_anchor.as_deref().unwrap_or_default();
            let hint = if same_name(carried, own) {
                ", which differs in letter case, and in an anchor that counts"
            } else {
                ""
            };
            format!("it carries another onPremisesImmutableId ({carried} instead of {own}{hint})")
        }
        Reason::SoftMatchDisabled => "soft match is disabled".to_owned(),
        Reason::HardMatchBlocked => "it carries the anchor, and hard match is blocked".to_owned(),
        Reason::PlainGroup => {
            let plain = if incoming.mail_enabled { &object.id } else { &incoming.key };
            format!("{plain} is not mail-enabled")
        }
        Reason::AnchorOfNonUser => format!("a {} is not matched by its anchor", object.kind),
        _ => "what the two share is no matching attribute".to_owned(),
    }
}

/// The identifiers by which a match is looked for.
fn identifiers(incoming: &OnPremisesObject) -> String {
    let name = incoming.user_principal_name.iter();
    let primary = incoming.proxy_addresses.iter().find(|value| value.is_primary());
    let anchor = incoming.source_anchor.iter();
    name.map(|value| format!("userPrincipalName {value}"))
        .chain(primary.map(|value| format!("primary address {value}")))
        .chain(anchor.map(|value| format!("sourceAnchor {value}")))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Withheld values.
fn list(withheld: &Withheld, incoming: &OnPremisesObject) -> String {
    let name = incoming.user_principal_name.iter().filter(|_| withheld.user_principal_name);
    let addresses = withheld.addresses.iter().map(ToString::to_string);
    let name = name.map(|name| format!("userPrincipalName {name}"));
    name.chain(addresses).collect::<Vec<_>>().join(", ")
}

fn named(object: &CloudObject) -> String {
    format!("{} {}", object.kind, object.id)
}

fn becomes(name: &str, old: Option<&Text>, new: Option<&Text>) -> String {
    format!("{name}: {} becomes {}", value(old), value(new))
}

fn value(text: Option<&Text>) -> &str {
    text.map_or("no value", |text| text)
}
