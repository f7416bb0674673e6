//! What becomes of objects in sentences.

use crate::checks::WhyUnspecified;
use crate::directory::{Kind, Value};
use crate::forecast::input::{Given, Note};
use crate::forecast::{
    Alternative, Assumption, Change, Open, Outcome, Prediction, Protection, Remedy, RemedyFound,
    Short,
};
use crate::report::legible;
use crate::rulebook::Edition;

/// What an outcome is called in a table.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::AlreadySynced => "synchronised already",
        Outcome::SoftMatched => "soft match",
        Outcome::HardMatched => "hard match",
        Outcome::Restored => "restored from the recycle bin",
        Outcome::Provisioned => "new object created",
        Outcome::CloudManaged => "managed in the cloud",
        Outcome::Blocked => "blocked",
        Outcome::Unspecified => "open",
    }
}

/// What becomes of an object, in a line.
pub(super) fn headline(prediction: &Prediction, kind: Kind) -> String {
    let model = short(&prediction.model, kind);
    match prediction.outcome {
        Outcome::Unspecified => {
            format!("open: the documents do not settle it (the reference model: {model})")
        }
        Outcome::AlreadySynced if prediction.changes.is_empty() => {
            format!("{model}, and nothing changes")
        }
        _ => model,
    }
}

/// What the model does, in a line.
pub(super) fn short(short: &Short, kind: Kind) -> String {
    let cloud = short.cloud_object.as_deref().map(legible).unwrap_or_default();
    match short.outcome {
        Outcome::AlreadySynced => format!("it is synchronised with {cloud} already"),
        Outcome::SoftMatched => {
            let on = short.matched_on.map(|on| format!(" on {on}")).unwrap_or_default();
            format!("soft match{on}: it takes over {cloud}")
        }
        Outcome::HardMatched => format!("hard match on the source anchor: it takes over {cloud}"),
        Outcome::Restored => format!("{cloud} is restored from the recycle bin and belongs to it"),
        Outcome::Provisioned => format!("a new {kind} is created"),
        Outcome::CloudManaged => {
            "its cloud object is managed in the cloud (isCloudManaged): nothing reaches it"
                .to_owned()
        }
        _ if short.is_quarantined => "blocked, and a quarantined object is left behind".to_owned(),
        _ => format!("blocked: {}", why(short)),
    }
}

/// Why it is blocked.
pub(super) fn why(short: &Short) -> &str {
    if short.is_quarantined {
        return "a quarantined object is left behind";
    }
    short.message.as_deref().unwrap_or("an error")
}

/// What the documents leave open.
pub(super) fn open(open: &Open) -> String {
    match open {
        Open::Contended(others) => format!(
            "{} could touch the same identifiers in the same cycle, and no page says in which order a cycle works; told is what becomes of each by itself",
            list(others.iter().map(|name| legible(name)))
        ),
        Open::RecycleBin(name) => format!(
            "{} in the recycle bin carries its anchor; that it is restored is said only of a user that was deleted because its on-premises object had left scope, not of one that an administrator deleted",
            legible(name)
        ),
        Open::Because(why) => match why {
            WhyUnspecified::Contended => "another object could touch the same identifiers".into(),
            WhyUnspecified::UndocumentedTouch => {
                "it touches a cloud object in a way of which the documents say nothing, such as a name that is an address there or an anchor that differs in letter case; certain is only that nothing is taken over on that account".into()
            }
            WhyUnspecified::AmbiguousMatch => {
                "several cloud objects hold its identifiers, and the documents describe a match with one only".into()
            }
            WhyUnspecified::KeptValue => {
                "it has no addresses on-premises: whether the cloud object keeps its own is open".into()
            }
            WhyUnspecified::Quarantined => "a quarantined object stands in its place".into(),
            WhyUnspecified::RecycleBin => "the recycle bin is involved".into(),
            WhyUnspecified::AnchorChanged => "its source anchor was changed".into(),
            WhyUnspecified::Collision => "whether a quarantined object is left behind is open".into(),
            _ => "what it was joined to is not known".into(),
        },
    }
}

/// What is assumed, as a condition.
pub(super) fn assumption(assumption: &Assumption) -> String {
    match assumption {
        Assumption::Choice { name, value } => {
            format!("if {} ({name}={value})", choice(name, value))
        }
        Assumption::BlockedAddressEndsTheSearch => {
            "if the userPrincipalName is not looked at once the address leads to nothing".to_owned()
        }
        Assumption::EqualAnchorIsNoSoftMatch => {
            "if an object that carries the anchor already is not matched by its address".to_owned()
        }
        Assumption::RolesBlockHardMatch => {
            "if a directory role keeps a user from a hard match too".to_owned()
        }
        Assumption::HasRole(names) => {
            let has = if names.len() == 1 { "has" } else { "have" };
            format!(
                "if {} {has} a directory role (roles were not given)",
                list(names.iter().map(|name| legible(name)))
            )
        }
        Assumption::Protection(protection) => match protection {
            Protection::ByEveryRole => "if every directory role protects, as some pages say, and not only privileged ones",
            Protection::BySameIdentifier => "if a user is protected too that is mapped to this very object, as some pages say",
            Protection::LiftedFromRoles => "if the switch for identifiers lifts the protection by roles too",
            Protection::BlocksSoftMatch => "if eligibility for a role, or an onPremisesObjectIdentifier, keeps a user from a soft match too",
        }
        .to_owned(),
        Assumption::IsEligible(names) => format!(
            "if {} should be eligible for a privileged role (eligibility was not given)",
            list(names.iter().map(|name| legible(name)))
        ),
        Assumption::IsMapped(names) => format!(
            "if {} should have the onPremisesObjectIdentifier of another object (it was not given)",
            list(names.iter().map(|name| legible(name)))
        ),
        Assumption::MailIsPrimaryAddress(mail) => format!(
            "if Connect makes a primary address of mail ({}), since proxyAddresses is empty",
            legible(mail)
        ),
    }
}

/// A value of a choice in a few words.
fn choice(name: &str, value: &str) -> &'static str {
    match (name, value) {
        ("valuesAbsentOnPremises", "kept") => "values that are not there on-premises stay",
        ("valuesAbsentOnPremises", "cleared") => "values that are not there on-premises are lost",
        ("valuesAbsentOnPremises", _) => {
            "values that are not there on-premises are lost in the next cycle"
        }
        ("collisionHandling", "rejected") => "a collision creates nothing",
        ("collisionHandling", _) => "a collision leaves a quarantined object behind",
        ("ambiguousMatch", "refused") => "a match with several objects is refused",
        ("ambiguousMatch", "withheld") => {
            "one of several holders is taken over, without what the others hold"
        }
        ("ambiguousMatch", _) => "a match with several objects leaves a quarantined object behind",
        ("hardVersusSoft", "hardFirst") => "the anchor comes before name and address",
        ("hardVersusSoft", _) => "name and address come before the anchor",
        _ => "it is decided so",
    }
}

/// What comes of it under another assumption.
pub(super) fn alternative(alternative: &Alternative, usual: &Short, kind: Kind) -> String {
    let condition = assumption(&alternative.assumption);
    if alternative.then != *usual {
        return format!("{condition}: {}", short(&alternative.then, kind));
    }
    let changes: Vec<String> = alternative.changes.iter().map(change).collect();
    if changes.is_empty() {
        format!("{condition}: other values in the cloud stay as they are")
    } else {
        format!("{condition}: {}", changes.join("; "))
    }
}

/// A change in a line.
fn change(change: &Change) -> String {
    format!("{}: {} → {}", change.field, value(&change.before), value(&change.after))
}

/// A value of a field.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Nothing => "no value".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Text(text) if text.is_empty() => "\"\"".to_owned(),
        Value::Text(text) => legible(text),
        Value::Texts(texts) if texts.is_empty() => "none".to_owned(),
        Value::Texts(texts) => list(texts.iter().map(|text| legible(text))),
        Value::Kind(kind) => kind.to_string(),
        _ => "another value".to_owned(),
    }
}

/// What to do, and what comes of it.
pub(super) fn remedy(found: &RemedyFound, kind: Kind) -> String {
    let steps: Vec<String> =
        found.remedies.iter().map(|remedy| step(remedy, found.then.outcome)).collect();
    let doubt: Vec<String> = found.in_doubt.iter().map(assumption).collect();
    let doubt = if doubt.is_empty() {
        String::new()
    } else {
        format!(" (open: not {})", doubt.join(", nor "))
    };
    format!("{}; then {}{doubt}", steps.join(", and "), short(&found.then, kind))
}

fn step(remedy: &Remedy, then: Outcome) -> String {
    match remedy {
        Remedy::RemoveRoles { object, roles } => {
            // Of a hard match that was blocked nothing is left behind.
            let left = if then == Outcome::HardMatched {
                ""
            } else {
                ". A quarantined object that an earlier attempt left has to be deleted permanently"
            };
            format!(
                "take the directory roles ({}) from {} until it is matched; they may be given back afterwards{left}",
                list(roles.iter().map(|role| legible(role))),
                legible(object)
            )
        }
        Remedy::RestoreWithoutRoles { object, roles } => format!(
            "restore {} from the recycle bin and take its directory roles ({}) from it until it is matched",
            legible(object),
            list(roles.iter().map(|role| legible(role)))
        ),
        Remedy::ClearIdentifier { object } => format!(
            "if the two are the same person, clear onPremisesObjectIdentifier of {} (set it to null)",
            legible(object)
        ),
        Remedy::AllowIdentifierUpdate => {
            "turn AllowOnPremUpdateOfOnPremisesObjectIdentifierEnabled on for this cycle".to_owned()
        }
        Remedy::GiveBack { object } => {
            format!("give the source of authority of {} back (isCloudManaged false)", legible(object))
        }
        Remedy::EnableSoftMatch => {
            "enable soft match for this cycle (BlockSoftMatchEnabled off)".to_owned()
        }
        Remedy::EnableSoftMatchOnUpn => {
            "enable soft match on the userPrincipalName (SoftMatchOnUpnEnabled on), which cannot be undone".to_owned()
        }
        Remedy::AllowHardMatch => "allow hard match for this cycle (BlockCloudObjectTakeoverThroughHardMatchEnabled off)".to_owned(),
        Remedy::SetImmutableId { object, value } => format!(
            "if the two are the same person, set OnPremisesImmutableId of {} to {}",
            legible(object),
            legible(value)
        ),
        Remedy::MakePrimary { object, address } => format!(
            "if the two are the same person, make {} the primary address (SMTP:) of {}",
            legible(address),
            legible(object)
        ),
        Remedy::Release { object, values } => format!(
            "if the two are different, take {} from {}, or give the on-premises object other values",
            list(values.iter().map(|value| legible(value))),
            legible(object)
        ),
    }
}

/// What a person has to know of the input, a line each.
pub(super) fn notes(given: &Given) -> Vec<String> {
    let mut lines = Vec::new();
    let cloud = &given.situation.cloud;
    let unknown = cloud.iter().filter(|given| given.unknown.roles).count();
    if unknown > 0 {
        lines.push("Roles were not given: a cloud user may have a directory role, which keeps it from being matched. Give a file of role assignments too, to know.".to_owned());
    }
    if given.switches.is_empty() {
        lines.push("The tenant's switches were not given; told is what becomes with soft match and password hash synchronisation on and hard match not blocked (`--feature`, or a file of Get-MgDirectoryOnPremiseSynchronization).".to_owned());
    }
    lines.extend(given.notes.iter().map(note));
    lines
}

fn note(note: &Note) -> String {
    match note {
        Note::Unread { file, names } => {
            const SHOWN: usize = 12;
            let shown = list(names.iter().take(SHOWN).map(|name| legible(name)));
            let more = names.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{file}: not read, since matching does not rest on it: {shown}{more}")
        }
        Note::OtherKind { file, kind, count } => {
            format!("{file}: {count} of the class {} left out", legible(kind))
        }
        Note::NoName { file, count } => format!(
            "{file}: {count} {} without userPrincipalName left out",
            if *count == 1 { "user" } else { "users" }
        ),
        Note::NotAskedFor { file, names } => format!(
            "{file}: NO OBJECT HAS {}. Get-MgUser gives them only when it is asked: `-Property Id,UserPrincipalName,DisplayName,Mail,ProxyAddresses,OnPremisesImmutableId,OnPremisesSyncEnabled,DeletedDateTime`. What follows holds only if the tenant really has none.",
            names.join(" and ")
        ),
        Note::OnePage { file } => format!(
            "{file}: ONE PAGE OF SEVERAL (@odata.nextLink): the other objects of the tenant are missing here. Get them all, with `-All`."
        ),
        Note::UnknownPrincipals { count } => format!(
            "{count} role assignments are of principals that were not given, such as groups: whoever has a role through a group is not known"
        ),
    }
}

/// An edition, and what is missing in one that is not finished.
pub(super) fn edition(edition: &Edition) -> String {
    match &edition.draft {
        None => format!("edition {}", edition.id),
        Some(missing) => format!("edition {} (a draft, without {})", edition.id, missing.trim()),
    }
}

/// Names with commas.
fn list(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<String>>().join(", ")
}
