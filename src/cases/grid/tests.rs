//! The grid is what it says: complete, well-formed, no case twice, and every class true of its
//! cases.

use super::*;
use crate::cases::{Case, required_capabilities};
use crate::directory::{
    Capabilities, Capability, CloudSetup, Command, OnPremisesObject, ProxyAddress,
    problems_of_case, same_name,
};
use rstest::rstest;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher as _};

/// The grid of everything that any edition knows.
fn whole() -> &'static Grid {
    Grid::within(&Capability::ALL.iter().copied().collect())
}

fn points() -> impl Iterator<Item = Point> {
    whole().points().iter().copied()
}

#[test]
fn every_combination_is_a_point_or_left_out_for_a_reason() {
    for grid in [Grid::within(&Capabilities::all_of_2023()), whole()] {
        let sum: usize = grid.left_out().iter().map(|(_, count)| count).sum();
        assert_eq!(grid.points().len() + sum, grid.combinations());
        for (rule, count) in grid.left_out() {
            assert!(*count > 0, "{} leaves nothing out", rule.slug);
            assert!(!rule.words.is_empty(), "{}", rule.slug);
        }
    }
    let rules = left_out::RULES.len() + left_out::LATER_RULES.len();
    assert_eq!(whole().left_out().len(), rules);
}

#[test]
fn the_full_product_has_every_point_once() {
    let mut points = Point::every();
    let mut previous = points.next().expect("a point");
    for point in points {
        assert!(previous < point, "{previous:?}, {point:?}");
        previous = point;
    }
}

#[test]
fn ids_lead_back_to_their_points() {
    for point in points() {
        let id = point.id();
        assert_eq!(Point::from_id(&id), Some(point), "{id}");
    }
}

#[rstest]
#[case::nothing("")]
#[case::no_classes("grid/")]
#[case::one_class("grid/user")]
#[case::unknown_class("grid/user-to-device")]
#[case::empty_rest("grid/user-to-user/")]
#[case::unknown_dimension("grid/user-to-user/colour=red")]
#[case::unknown_word("grid/user-to-user/upn=red")]
#[case::first_class_said("grid/user-to-user/upn=unmet")]
#[case::other_order("grid/user-to-user/upn=equal,anchor=equal")]
#[case::twice("grid/user-to-user/upn=equal,upn=equal")]
#[case::class_again("grid/user-to-user/incoming=contact")]
fn what_is_no_id_leads_nowhere(#[case] id: &str) {
    assert_eq!(Point::from_id(id), None);
}

#[test]
fn every_case_is_well_formed() {
    for point in points() {
        let Case { tenant, commands } = point.case();
        let problems = problems_of_case(&tenant, &commands);
        assert!(problems.is_empty(), "{}: {problems:?}", point.id());
    }
}

/// Hashes what is written to it, so that a hundred thousand cases need not be kept.
struct Digest(DefaultHasher);

impl std::fmt::Write for Digest {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

#[test]
fn no_two_points_have_the_same_case() {
    let mut seen = HashSet::new();
    for point in points() {
        let mut digest = Digest(DefaultHasher::new());
        write!(digest, "{:?}", point.case()).expect("a digest takes everything");
        assert!(seen.insert(digest.0.finish()), "{} has the case of another point", point.id());
    }
}

#[test]
fn a_case_does_without_what_an_implementation_lacks() {
    let mut few = Capabilities::all_of_2023();
    few.0.remove(&Capability::Passwords);
    few.0.remove(&Capability::RecycleBin);
    for point in Grid::within(&few).points().iter().step_by(7) {
        let Case { tenant, commands } = point.case_within(&few);
        let needed = required_capabilities(&tenant, &commands);
        let id = point.id();
        let is_off = point.password_hash_sync == Switch::Off;
        assert_eq!(needed.has(Capability::Passwords), is_off, "{id}");
        let is_in_bin = point.presence == Presence::RecycleBin;
        assert_eq!(needed.has(Capability::RecycleBin), is_in_bin, "{id}");
        assert_eq!(point.case_within(&Capabilities::all_of_2023()), point.case(), "{id}");
    }
}

/// What stands in the cloud before the decision, whichever side it is mastered on.
struct Identifiers {
    anchor: Option<String>,
    name: Option<String>,
    addresses: Vec<ProxyAddress>,
}

impl Identifiers {
    fn of_cloud(object: &CloudSetup) -> Identifiers {
        Identifiers {
            anchor: object.on_premises_immutable_id.as_deref().map(str::to_owned),
            name: object.user_principal_name.as_deref().map(str::to_owned),
            addresses: object.proxy_addresses.clone(),
        }
    }

    fn of_on_premises(object: &OnPremisesObject) -> Identifiers {
        Identifiers {
            anchor: object.source_anchor.as_deref().map(str::to_owned),
            name: object.user_principal_name.as_deref().map(str::to_owned),
            addresses: object.proxy_addresses.clone(),
        }
    }

    fn primary(&self) -> Option<&str> {
        self.addresses.iter().find(|address| address.is_primary()).and_then(ProxyAddress::mail)
    }

    fn secondaries(&self) -> impl Iterator<Item = &str> {
        self.addresses.iter().filter(|address| !address.is_primary()).filter_map(ProxyAddress::mail)
    }

    fn mails(&self) -> impl Iterator<Item = &str> {
        self.addresses.iter().filter_map(ProxyAddress::mail)
    }
}

/// The incoming object as the decision finds it.
fn incoming_of(case: &Case) -> OnPremisesObject {
    let mut found = case.tenant.on_premises.iter().find(|object| &*object.key == "ann-ad").cloned();
    for command in &case.commands {
        match command {
            Command::CreateOnPremisesObject(create) => found = Some(create.object.clone()),
            Command::UpdateOnPremisesObject(update) => {
                update.set.apply_to(found.as_mut().expect("created before it is changed"));
            }
            _ => {}
        }
    }
    found.expect("every case has an incoming object")
}

fn target_of(case: &Case) -> Identifiers {
    let cloud = case.tenant.cloud.iter().find(|object| &*object.label == "ann");
    let owner = case.tenant.on_premises.iter().find(|object| &*object.key == "dan-ad");
    match (cloud, owner) {
        (Some(cloud), None) => Identifiers::of_cloud(cloud),
        (None, Some(owner)) => Identifiers::of_on_premises(owner),
        _ => panic!("the target is either in the cloud or on-premises"),
    }
}

fn other_of(case: &Case, label: &str) -> Option<Identifiers> {
    let found = case.tenant.cloud.iter().find(|object| &*object.label == label);
    found.map(Identifiers::of_cloud)
}

fn same(left: Option<&str>, right: Option<&str>) -> bool {
    matches!((left, right), (Some(left), Some(right)) if same_name(left, right))
}

fn anchor_relation(
    own: &Identifiers,
    target: &Identifiers,
    bystander: &Identifiers,
) -> AnchorRelation {
    let carries = target.anchor.as_deref();
    if own.anchor == bystander.anchor {
        return match carries {
            None => AnchorRelation::Bystander,
            Some(_) => AnchorRelation::BystanderAndTargetCarriesOther,
        };
    }
    assert_eq!(bystander.anchor, None);
    match carries {
        None => AnchorRelation::Free,
        Some(_) if own.anchor == target.anchor => AnchorRelation::Equal,
        Some(_) if same(own.anchor.as_deref(), carries) => AnchorRelation::EqualButForCase,
        Some(_) => AnchorRelation::TargetCarriesOther,
    }
}

fn name_relation(own: &Identifiers, target: &Identifiers, bystander: &Identifiers) -> NameRelation {
    let name = own.name.as_deref();
    if name.is_some() && own.name == target.name {
        NameRelation::Equal
    } else if same(name, target.name.as_deref()) {
        NameRelation::EqualButForCase
    } else if same(name, bystander.name.as_deref()) {
        NameRelation::Bystander
    } else if same(name, target.primary()) {
        NameRelation::TargetAddress
    } else {
        for other in [target, bystander] {
            assert!(!other.mails().any(|mail| same(name, Some(mail))));
        }
        NameRelation::Unmet
    }
}

fn address_relation(
    own: &Identifiers,
    target: &Identifiers,
    bystander: &Identifiers,
    third: Option<&Identifiers>,
) -> AddressRelation {
    let primary = own.primary();
    let has_secondary = |mail: Option<&str>| own.secondaries().any(|own| same(Some(own), mail));
    if third.is_some_and(|third| same(primary, third.primary())) {
        AddressRelation::Third
    } else if primary.is_some() && primary == target.primary() {
        if has_secondary(bystander.primary()) {
            AddressRelation::SameAndBystander
        } else {
            AddressRelation::Same
        }
    } else if same(primary, target.primary()) {
        AddressRelation::SameButForCase
    } else if same(primary, bystander.primary()) {
        AddressRelation::Bystander
    } else if target.secondaries().any(|held| same(primary, Some(held))) {
        AddressRelation::PrimaryOnSecondary
    } else if has_secondary(target.primary()) {
        AddressRelation::SecondaryOnPrimary
    } else if target.secondaries().any(|held| has_secondary(Some(held))) {
        AddressRelation::SecondaryOnSecondary
    } else if same(primary, target.name.as_deref()) {
        AddressRelation::TargetName
    } else if own.addresses.iter().any(|value| target.addresses.contains(value)) {
        AddressRelation::SharedX500
    } else {
        for other in [target, bystander] {
            assert!(!other.mails().any(|mail| own.mails().any(|own| same_name(own, mail))));
        }
        match (primary.is_some(), target.primary().is_some()) {
            (true, true) => AddressRelation::Different,
            (false, false) => AddressRelation::NeitherSide,
            (true, false) => AddressRelation::IncomingOnly,
            (false, true) => AddressRelation::TargetOnly,
        }
    }
}

/// What the values of a case say by themselves is what its point says.
#[test]
fn every_class_is_true_of_its_cases() {
    for point in points() {
        let case = point.case();
        let own = Identifiers::of_on_premises(&incoming_of(&case));
        let target = target_of(&case);
        let bystander = other_of(&case, "bob").expect("every case has a bystander");
        let third = other_of(&case, "cat");
        let id = point.id();
        assert_eq!(anchor_relation(&own, &target, &bystander), point.anchor, "{id}");
        assert_eq!(name_relation(&own, &target, &bystander), point.name, "{id}");
        let address = address_relation(&own, &target, &bystander, third.as_ref());
        assert_eq!(address, point.address, "{id}");
    }
}

/// An incoming object that is joined before meets nobody until it is changed.
#[test]
fn who_is_joined_first_meets_nobody_then() {
    for point in points().filter(|point| point.moment.is_joined_before()) {
        let case = point.case();
        let first = case.tenant.on_premises.iter().find(|object| &*object.key == "ann-ad");
        let own = Identifiers::of_on_premises(first.expect("there from the start"));
        for other in [Some(target_of(&case)), other_of(&case, "bob"), other_of(&case, "cat")] {
            let Some(other) = other else { continue };
            let names = |of: &Identifiers| -> Vec<String> {
                of.name.iter().cloned().chain(of.mails().map(str::to_owned)).collect()
            };
            let meets =
                names(&own).iter().any(|own| names(&other).iter().any(|held| same_name(own, held)));
            let anchors = same(own.anchor.as_deref(), other.anchor.as_deref());
            assert!(!meets && !anchors, "{}", point.id());
        }
    }
}
