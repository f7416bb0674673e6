//! Objects that do not change keep their allocation, and idle objects cost nothing.

use super::*;
use crate::directory::Snapshot;

/// The identifiers of cloud objects whose allocation is another one than before.
fn moved(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    assert_eq!(before.cloud.len(), after.cloud.len());
    let pairs = before.cloud.iter().zip(&after.cloud);
    pairs.filter(|(old, new)| !Arc::ptr_eq(old, new)).map(|(_, new)| new.id.to_string()).collect()
}

#[test]
fn only_what_a_command_changes_moves() {
    let bob = json!({"label": "bob", "kind": "user", "userPrincipalName": "bob@contoso.com"});
    let mut case = Case::new(json!([cloud_ann(), bob]), json!([ann_ad(), bob_ad()]));
    let mut expect = |command: Value, expected: &[&str]| {
        let before = case.now.clone();
        case.run(command.clone());
        assert_eq!(moved(&before, &case.now), expected, "{command}");
    };
    let sync = || json!({"do": "sync"});
    expect(sync(), &["cloud-1", "cloud-2"]);
    expect(sync(), &[]);
    expect(json!({"do": "reinstallConnect"}), &[]);
    expect(sync(), &[]);
    let role = |word: &str| json!({"do": word, "object": {"label": "ann"}, "role": "Reader"});
    expect(role("removeRole"), &[]);
    expect(role("assignRole"), &["cloud-1"]);
    expect(role("assignRole"), &[]);
    expect(
        json!({"do": "updateOnPremisesObject", "key": "bob-ad", "set": {"attributes": {"title": "Boss"}}}),
        &[],
    );
    expect(sync(), &["cloud-2"]);
    expect(json!({"do": "deleteCloudObject", "object": {"label": "ann"}}), &["cloud-1"]);
}

#[test]
fn on_premises_objects_move_only_when_they_change() {
    let mut case = Case::new(json!([cloud_ann()]), json!([ann_ad(), bob_ad()]));
    let before = case.now.clone();
    case.sync("ann-ad");
    case.update("ann-ad", json!({"userPrincipalName": "ann@contoso.com"}));
    for (old, new) in before.on_premises.iter().zip(&case.now.on_premises) {
        assert!(Arc::ptr_eq(old, new));
    }
    case.update("ann-ad", json!({"userPrincipalName": "x@contoso.com"}));
    let same = |index: usize| Arc::ptr_eq(&before.on_premises[index], &case.now.on_premises[index]);
    assert!(!same(0) && same(1));
}

#[test]
fn one_change_among_twenty_thousand_touches_one_object() {
    let count = 20_000;
    let on_premises: Vec<Value> = (0..count)
        .map(|number| {
            json!({"key": format!("user-{number}"), "kind": "user", "sourceAnchor": format!("anchor-{number}"),
                "userPrincipalName": format!("user-{number}@contoso.com"), "proxyAddresses": [format!("SMTP:user-{number}@contoso.com")]})
        })
        .collect();
    let mut case = Case::new(json!([]), json!(on_premises));
    case.run(json!({"do": "sync"}));
    assert_eq!(case.now.cloud.len(), count);
    let before = case.now.clone();
    case.update("user-12345", json!({"attributes": {"title": "Boss"}}));
    let outcome = case.run(json!({"do": "sync"}));
    assert_eq!(outcome.objects.len(), count, "every object has its entry");
    let changed: Vec<&str> = outcome
        .objects
        .iter()
        .filter(|(_, entry)| entry.result != ResultWord::Unchanged)
        .map(|(key, _)| &**key)
        .collect();
    assert_eq!(changed, ["user-12345"]);
    assert_eq!(moved(&before, &case.now), [case.joined("user-12345").id.to_string()]);
}
