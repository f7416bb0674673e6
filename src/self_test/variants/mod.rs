//! Correct variants: implementations that are right and do otherwise than the reference model
//! wherever the documents let them, to show that the suite blames nobody for it.
//!
//! ```
//! use entra_conformance::implementation::Implementation as _;
//! use entra_conformance::self_test::variants;
//! let variant = variants::find("lists-in-any-order").unwrap();
//! let implementation = variant.implementation();
//! assert_eq!(implementation.describe().implementation.name, variant.name);
//! ```
//!
//! ```text
//! liberty   what may be done otherwise
//! liberal   the reference model with liberties taken
//!   cycle   those that are taken in the middle of a sync cycle
//! showing   what an adapter shows that declares less
//! ```

mod cycle;
mod liberal;
mod liberty;
mod showing;

pub use liberty::Liberty;
pub use showing::Showing;

use crate::directory::{
    AmbiguousMatch, Capabilities, Capability, CollisionHandling, ValuesAbsentOnPremises,
};
use crate::implementation::Implementation;
use crate::reference::{EditionRules, Policy, Protections};
use liberal::Liberal;
use std::sync::LazyLock;

/// A correct implementation.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name: `lists-in-any-order`.
    pub name: String,
    /// What it does otherwise, or by which choices it decides, in a sentence.
    pub what: String,
    implementation: Liberal,
}

impl Variant {
    /// It as an implementation.
    pub fn implementation(&self) -> Box<dyn Implementation + Send> {
        let implementation = Box::new(self.implementation.clone());
        let capabilities = implementation.describe().capabilities;
        Box::new(Showing::new(implementation, capabilities))
    }

    fn new(name: String, what: String, policy: Policy, liberties: &[Liberty]) -> Variant {
        let implementation = Liberal::new(&name, policy, liberties);
        Variant { name, what, implementation }
    }

    fn small(name: String, what: String, capabilities: Capabilities, policy: Policy) -> Variant {
        let implementation = Liberal::new(&name, policy, &[]).with_capabilities(capabilities);
        Variant { name, what, implementation }
    }
}

/// What an implementation can be without.
fn is_dispensable(capability: &Capability) -> bool {
    // What says how much is reported has liberties of its own.
    !matches!(capability, Capability::MatchKind | Capability::EvaluatedBy | Capability::Batch)
}

/// Implementations that can do little.
const SMALL: &[(&str, &[Capability])] = &[
    ("users-only", &[Capability::Users, Capability::CloudId]),
    (
        "contacts-without-any-match",
        &[Capability::Contacts, Capability::AuthorityFlag, Capability::ObjectResults],
    ),
    (
        "groups-without-any-match",
        &[Capability::Groups, Capability::AuthorityFlag, Capability::ObjectResults],
    ),
    (
        "users-without-a-flag",
        &[
            Capability::Users,
            Capability::MatchUserPrincipalName,
            Capability::MatchSourceAnchor,
            Capability::Roles,
            Capability::Reinstall,
            Capability::CloudEdits,
            Capability::ObjectResults,
            Capability::CloudId,
        ],
    ),
    (
        "users-by-name-without-results",
        &[Capability::Users, Capability::MatchUserPrincipalName, Capability::AuthorityFlag],
    ),
    ("users-by-name-only", &[Capability::Users, Capability::MatchUserPrincipalName]),
    ("users-by-address-only", &[Capability::Users, Capability::MatchProxyAddresses]),
    ("users-by-anchor-only", &[Capability::Users, Capability::MatchSourceAnchor]),
    (
        "users-by-name-and-anchor",
        &[
            Capability::Users,
            Capability::MatchUserPrincipalName,
            Capability::MatchSourceAnchor,
            Capability::Reinstall,
        ],
    ),
    ("contacts-only", &[Capability::Contacts, Capability::MatchProxyAddresses]),
    (
        "groups-only",
        &[
            Capability::Groups,
            Capability::MatchProxyAddresses,
            Capability::AuthorityFlag,
            Capability::ObjectResults,
        ],
    ),
];

/// The variants of an edition, whose default policy this is: every combination of choices, declared and not; every liberty, under two policies;
/// one that makes up its mind anew for every case; and those that can do less.
pub fn catalogue_of(default: Policy) -> Vec<Variant> {
    let mut variants = Vec::new();
    variants.extend(default.every_choice().into_iter().flat_map(of_choices));
    variants.extend(Liberty::ALL.iter().flat_map(|liberty| of_liberty(*liberty, default)));
    for collision_handling in CollisionHandling::ALL {
        variants.push(Variant::new(
            format!("blocked-address-ends-the-search-{}", collision_handling.word()),
            "Does not try the UPN where the address leads to an object that cannot be taken over."
                .to_owned(),
            Policy {
                collision_handling: *collision_handling,
                ambiguous_match: AmbiguousMatch::Withheld,
                blocked_address_ends_the_search: true,
                ..default
            },
            &[],
        ));
    }
    variants.push(Variant::new(
        "equal-anchor-blocks-groups-and-contacts".to_owned(),
        "Does not soft-match a group or contact that carries the anchor.".to_owned(),
        Policy { soft_match_with_equal_anchor: false, ..default },
        &[],
    ));
    let name = "another-mind-in-every-case";
    variants.push(Variant {
        name: name.to_owned(),
        what: "Makes its choices and takes liberties anew in every case, and declares nothing."
            .to_owned(),
        implementation: Liberal::moody(name, default),
    });
    if !default.edition.roles_block_hard_match {
        let edition = EditionRules { roles_block_hard_match: true, ..default.edition };
        variants.push(Variant::new(
            "administrators-are-not-hard-matched".to_owned(),
            "Does not match users with a directory role on the anchor either.".to_owned(),
            Policy { edition, ..default },
            &[],
        ));
    }
    if default.edition.mapping_blocks_hard_match {
        variants.extend(of_protections(default));
    }
    let mut all = Capabilities::all_of_2023();
    all.0.extend(default.edition.adds);
    variants.extend(all.0.iter().filter(|one| is_dispensable(one)).map(|missing| {
        let mut capabilities = all.clone();
        capabilities.0.remove(missing);
        let word = missing.word();
        let name = format!("without-{}", kebab(word));
        Variant::small(name, format!("Does not declare `{word}`."), capabilities, default)
    }));
    let mut flagless = all.clone();
    flagless.0.remove(&Capability::AuthorityFlag);
    flagless.0.insert(Capability::CloudId);
    variants.push(Variant::small(
        "links-by-cloud-id".to_owned(),
        "Shows no flag, and tells links in its results.".to_owned(),
        flagless,
        default,
    ));
    variants.extend(SMALL.iter().map(|(name, capabilities)| {
        let words: Vec<&str> = capabilities.iter().map(|it| it.word()).collect();
        let what = format!("Declares {} and nothing else.", words.join(", "));
        Variant::small((*name).to_owned(), what, capabilities.iter().copied().collect(), default)
    }));
    variants
}

/// What an edition leaves open of the users that no hard match takes over.
fn of_protections(default: Policy) -> impl Iterator<Item = Variant> {
    type Decide = fn(&mut Protections);
    let all: [(&str, &str, Decide); 5] = [
        ("every-role-protects", "Protects users with whatever role from a hard match.", |open| {
            open.by_every_role = true;
        }),
        (
            "whoever-is-mapped-is-protected",
            "Protects users from a hard match by the very object that they are mapped to.",
            |open| open.by_same_identifier = true,
        ),
        (
            "the-feature-lifts-the-protection-by-roles",
            "Lifts the protection by roles with the feature that lets an identifier be replaced.",
            |open| open.are_lifted_from_roles = true,
        ),
        (
            "what-was-cleared-is-given-a-new-identifier",
            "Stamps what was cleared with an identifier that it makes up.",
            |open| open.stamp_new_identifiers = true,
        ),
        (
            "eligibility-and-mapping-block-soft-match",
            "Does not soft-match who is eligible for a role or mapped.",
            |open| open.block_soft_match = true,
        ),
    ];
    all.into_iter().map(move |(name, what, decide)| {
        let mut policy = default;
        decide(&mut policy.protections);
        Variant::new(name.to_owned(), what.to_owned(), policy, &[])
    })
}

/// All variants of the default edition.
pub fn catalogue() -> &'static [Variant] {
    static ALL: LazyLock<Vec<Variant>> = LazyLock::new(|| catalogue_of(Policy::default()));
    &ALL
}

/// The variant with this name.
pub fn find(name: &str) -> Option<&'static Variant> {
    catalogue().iter().find(|variant| variant.name == name)
}

/// A policy, declared and not.
fn of_choices(policy: Policy) -> [Variant; 2] {
    let words: Vec<&str> = policy.declared().words().into_iter().map(|(_, value)| value).collect();
    let name = kebab(&words.join("-"));
    let listed = words.join(", ");
    [
        Variant::new(name.clone(), format!("Decides by {listed}."), policy, &[]),
        Variant::new(
            format!("{name}-undeclared"),
            format!("Decides by {listed}, and declares none of it."),
            policy,
            &[Liberty::DeclaresNoChoice],
        ),
    ]
}

/// A liberty under the default policy, and under one that quarantines objects and leaves values open.
fn of_liberty(liberty: Liberty, default: Policy) -> [Variant; 2] {
    let quarantining = Policy {
        values_absent_on_premises: ValuesAbsentOnPremises::Cleared,
        collision_handling: CollisionHandling::Quarantined,
        ambiguous_match: AmbiguousMatch::Withheld,
        ..default
    };
    let name = kebab(&format!("{liberty:?}"));
    let what = format!("An implementation that {}.", liberty.word());
    [
        Variant::new(name.clone(), what.clone(), default, &[liberty]),
        Variant::new(format!("{name}-and-copies"), what, quarantining, &[liberty]),
    ]
}

/// `ListsBackwards`, `match:sourceAnchor` → `lists-backwards`, `match-source-anchor`.
fn kebab(words: &str) -> String {
    let mut kebab = String::new();
    for letter in words.chars() {
        if letter.is_ascii_uppercase() {
            if !kebab.is_empty() && !kebab.ends_with('-') {
                kebab.push('-');
            }
            kebab.push(letter.to_ascii_lowercase());
        } else {
            kebab.push(if letter.is_ascii_alphanumeric() { letter } else { '-' });
        }
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::Case;
    use crate::cases::scenario::embedded;
    use crate::checks::{EditionSettings, Observer};
    use crate::directory::{Command, Tenant};
    use crate::implementation::Description;
    use crate::reference::ReferenceModel;
    use crate::runner::{Generation, Shard, Source, Trial};
    use crate::self_test::source::cases_of;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_say_something() {
        let mut names = BTreeSet::new();
        for variant in catalogue() {
            assert!(names.insert(&variant.name), "{} is there twice", variant.name);
            let is_kebab = |letter: char| letter.is_ascii_lowercase() || letter == '-';
            assert!(variant.name.chars().all(is_kebab), "{}", variant.name);
            assert!(variant.what.ends_with('.'), "{}", variant.name);
            assert!(std::ptr::eq(find(&variant.name).expect("itself"), variant));
        }
        assert!(names.len() >= 100, "{}", names.len());
    }

    /// Ann is gone from the recycle bin when another user gets her identifier: whom her label names is open.
    #[test]
    fn an_identifier_that_is_given_out_again_is_no_mistake() {
        let tenant = r#"{"cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com"}]}"#;
        let commands = r#"[
            {"do": "deleteCloudObject", "object": {"label": "ann"}},
            {"do": "sync"},
            {"do": "createOnPremisesObject", "object": {"key": "bob-ad", "kind": "user",
                "sourceAnchor": "QkJC", "userPrincipalName": "bob@contoso.com"}},
            {"do": "sync"},
            {"do": "setImmutableId", "object": {"label": "ann"}, "value": "QUFB"},
            {"do": "sync"}]"#;
        let tenant: Tenant = serde_json::from_str(tenant).expect("a tenant");
        let commands: Vec<Command> = serde_json::from_str(commands).expect("commands");
        let liberties = [Liberty::BinsExpire, Liberty::ReusesIdentifiers];
        let mut implementation = Liberal::new("forgetful", Policy::default(), &liberties);
        let Description { capabilities, choices, .. } = implementation.describe();
        let start = implementation.reset(&tenant).expect("it starts");
        let edition = EditionSettings::of_2023_01();
        let (mut observer, _) = Observer::start(&tenant, &start, edition, &capabilities, &choices);
        let ann = start.cloud[0].id.clone();
        for command in &commands {
            let seen = implementation.apply(command).expect("it goes on");
            for finding in observer.step(command, &seen) {
                assert!(finding.violations().is_empty(), "{command:?}: {}", finding.rule);
            }
        }
        assert!(observer.state().active().any(|bob| bob.id == ann), "{:?}", observer.state());
    }

    /// A liberty that shows nowhere would prove nothing. Some show in generated cases only.
    #[test]
    fn every_liberty_shows() {
        let generation = Generation { cases: 300, ..Generation::default() };
        let scenarios = embedded().iter().map(|it| Trial::of_scenario(&it.scenario).case);
        let description = ReferenceModel::default().describe();
        let generated =
            cases_of(Source::Sequences, &generation, Shard::new(1, 1), "2023-01", description);
        let cases: Vec<Case> = scenarios.chain(generated.map(|(_, trial)| trial.case)).collect();
        let shows = |liberty: &Liberty| {
            let name = format!("{}-and-copies", kebab(&format!("{liberty:?}")));
            let variant = find(&name).expect("a variant");
            let policy = *variant.implementation.policy();
            let (mut free, mut model) = (variant.implementation(), ReferenceModel::new(policy));
            let differs_in_description = free.describe().choices != model.describe().choices;
            differs_in_description
                || cases.iter().any(|Case { tenant, commands }| {
                    free.reset(tenant) != model.reset(tenant)
                        || commands.iter().any(|it| free.apply(it) != model.apply(it))
                })
        };
        let silent: Vec<_> = Liberty::ALL.iter().filter(|liberty| !shows(liberty)).collect();
        assert_eq!(silent, Vec::<&Liberty>::new());
    }
}
