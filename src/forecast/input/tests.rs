//! Exports as the cmdlets write them, and as they come when something went wrong.

use super::{Given, Note, read};
use crate::directory::Kind;
use rstest::{Context, rstest};
use std::fs;

fn read_bytes(name: &str, bytes: &[u8]) -> Result<Given, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(name);
    fs::write(&file, bytes).expect("a file");
    let begin = format!("{}/", folder.path().display());
    let shown = |text: String| text.replace(&begin, "");
    read(&[file]).map_err(|errors| {
        shown(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

fn user(name: &str, text: &str) -> Given {
    read_bytes(name, text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

const AD: &str = r#"{"UserPrincipalName": "ann@contoso.com", "ObjectGUID": "00112233-4455-6677-8899-aabbccddeeff",
    "proxyAddresses": ["SMTP:a@contoso.com", "smtp:b@contoso.com"], "mail": "a@contoso.com", "Enabled": true}"#;
const AD_CSV: &str = "\"ObjectGUID\",\"UserPrincipalName\",\"proxyAddresses\",\"mail\"\r\n\"00112233-4455-6677-8899-aabbccddeeff\",\"ann@contoso.com\",\"SMTP:a@contoso.com;smtp:b@contoso.com\",\"a@contoso.com\"\r\n";

fn utf16(text: &str, with_mark: bool) -> Vec<u8> {
    let mark = with_mark.then_some(0xfeff_u16).into_iter();
    mark.chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[rstest]
#[case::one("ann.json", AD.as_bytes().to_vec())]
#[case::list("ann.json", format!("[{AD}]").into_bytes())]
#[case::graph_answer("ann.json", format!(r#"{{"@odata.context": "x", "value": [{AD}]}}"#).into_bytes())]
#[case::sections("ann.json", format!(r#"{{"onPremises": {AD}}}"#).into_bytes())]
#[case::camel_case("ann.json", AD.replace("UserPrincipalName", "userPrincipalName").replace("ObjectGUID", "objectGUID").into_bytes())]
#[case::with_a_mark("ann.json", format!("\u{feff}{AD}").into_bytes())]
#[case::windows_powershell("ann.json", utf16(AD, true))]
#[case::without_a_mark("ann.json", utf16(AD, false))]
#[case::no_ending("ann", AD.as_bytes().to_vec())]
#[case::wrapped_collection("ann.json", AD.replace(r#"["SMTP:a@contoso.com", "smtp:b@contoso.com"]"#, r#"{"Value": ["SMTP:a@contoso.com", "smtp:b@contoso.com"], "Count": 2}"#).into_bytes())]
#[case::csv("ann.csv", AD_CSV.as_bytes().to_vec())]
#[case::csv_with_a_type("ann.csv", format!("#TYPE Microsoft.ActiveDirectory.Management.ADUser\r\n{AD_CSV}").into_bytes())]
#[case::csv_of_another_culture("ann.csv", AD_CSV.replace("\",\"", "\";\"").into_bytes())]
#[case::csv_in_utf16("ann.csv", utf16(AD_CSV, true))]
#[case::yaml("ann.yaml", b"onPremises: {userPrincipalName: ann@contoso.com, objectGUID: 00112233-4455-6677-8899-aabbccddeeff, proxyAddresses: ['SMTP:a@contoso.com', 'smtp:b@contoso.com'], mail: a@contoso.com}".to_vec())]
fn a_user_is_read_from_every_format(#[case] name: &str, #[case] bytes: Vec<u8>) {
    let given = read_bytes(name, &bytes).unwrap_or_else(|error| panic!("{error}"));
    let [ann] = &*given.situation.on_premises else { panic!("{given:?}") };
    let object = &ann.object;
    assert_eq!(&*object.key, "ann@contoso.com");
    assert_eq!(object.source_anchor.as_deref(), Some("MyIRAFVEd2aImaq7zN3u/w=="));
    assert_eq!(object.primary_address(), Some("a@contoso.com"));
    assert_eq!(object.proxy_addresses.len(), 2);
    assert_eq!(object.attributes.get("mail").map(|mail| &**mail), Some("a@contoso.com"));
}

#[rstest]
#[case::bytes(r#"[1, 2, 3]"#, "AQID")]
#[case::base64(r#""AQIDBAUGBwgJCgsMDQ4PEA==""#, "AQIDBAUGBwgJCgsMDQ4PEA==")]
#[case::nothing("null", "MyIRAFVEd2aImaq7zN3u/w==")]
#[case::empty_list("[]", "MyIRAFVEd2aImaq7zN3u/w==")]
fn the_consistency_guid_comes_before_the_object_guid(#[case] value: &str, #[case] anchor: &str) {
    let with =
        AD.replace(r#""Enabled""#, &format!(r#""mS-DS-ConsistencyGuid": {value}, "Enabled""#));
    let given = user("ann.json", &with);
    assert_eq!(given.situation.on_premises[0].object.source_anchor.as_deref(), Some(anchor));
}

#[rstest]
#[case::on_premises(r#""OnPremisesSyncEnabled": true, "ProxyAddresses": []"#, true, false)]
#[case::was_once(r#""OnPremisesSyncEnabled": false, "ProxyAddresses": []"#, false, false)]
#[case::never(r#""OnPremisesSyncEnabled": null, "ProxyAddresses": []"#, false, false)]
#[case::as_a_text(r#""onPremisesSyncEnabled": "True", "ProxyAddresses": []"#, true, false)]
#[case::deleted(r#""DeletedDateTime": "2026-01-01T00:00:00Z", "ProxyAddresses": []"#, false, true)]
fn flags_of_a_cloud_user_are_read(
    #[case] fields: &str,
    #[case] is_synchronised: bool,
    #[case] is_deleted: bool,
) {
    let text = format!(r#"[{{"Id": "1", "UserPrincipalName": "ann@contoso.com", {fields}}}]"#);
    let object = &user("mg.json", &text).situation.cloud[0].object;
    assert_eq!((object.is_on_premises_mastered(), object.deleted), (is_synchronised, is_deleted));
    assert_eq!(object.kind, Kind::User);
}

#[test]
fn roles_are_read_from_a_list_of_assignments() {
    let text = r#"[
        {"Id": "u1", "UserPrincipalName": "ann@contoso.com", "ProxyAddresses": [], "OnPremisesSyncEnabled": null},
        {"Id": "u2", "UserPrincipalName": "bob@contoso.com", "ProxyAddresses": [], "OnPremisesSyncEnabled": null},
        {"Id": "r1", "PrincipalId": "U1", "RoleDefinitionId": "62e90394-69f5-4237-9190-012177145e10"},
        {"Id": "r2", "PrincipalId": "u1", "RoleDefinitionId": "x", "RoleDefinition": {"DisplayName": "Helper"}},
        {"Id": "r3", "PrincipalId": "g1", "RoleDefinitionId": "x"}]"#;
    let given = user("all.json", text);
    let [ann, bob] = &*given.situation.cloud else { panic!("{given:?}") };
    let roles: Vec<&str> = ann.object.roles.iter().map(|role| &**role).collect();
    assert_eq!(roles, ["Global Administrator", "Helper"]);
    assert!(!ann.unknown.roles && !bob.unknown.roles && bob.object.roles.is_empty());
    assert!(given.notes.contains(&Note::UnknownPrincipals { count: 1 }));
}

#[test]
fn what_later_editions_ask_for_is_read() {
    let text = r#"[
        {"Id": "u1", "UserPrincipalName": "ann@contoso.com", "ProxyAddresses": [], "OnPremisesSyncEnabled": false,
         "OnPremisesObjectIdentifier": "00112233-4455-6677-8899-aabbccddeeff"},
        {"Id": "s1", "PrincipalId": "u1", "RoleDefinitionId": "fe930be7-5e62-47db-91af-98c3a49a38b1", "MemberType": "Direct"},
        {"Id": "u1", "IsCloudManaged": true}]"#;
    let given = user("all.json", text);
    let ann = &given.situation.cloud[0];
    assert_eq!(ann.object.on_premises_sync_enabled, Some(false));
    assert!(ann.object.is_cloud_managed && ann.object.on_premises_object_identifier.is_some());
    assert!(ann.object.eligible_roles.contains("User Administrator"));
    assert!(ann.unknown.roles && !ann.unknown.eligible_roles && !ann.unknown.mapping);
}

#[test]
fn switches_are_read_under_their_real_names() {
    let text = r#"{"Id": "t", "Features": {"BlockSoftMatchEnabled": true, "BlockCloudObjectTakeoverThroughHardMatchEnabled": true, "PasswordSyncEnabled": false, "DeviceWritebackEnabled": true}}"#;
    let given = user("sync.json", text);
    let features = given.situation.features;
    assert!(!features.soft_match && features.block_hard_match && !features.password_hash_sync);
    assert_eq!(given.switches.len(), 3);
}

#[test]
fn what_was_not_asked_for_is_told() {
    let text = r#"[{"Id": "1", "UserPrincipalName": "ann@contoso.com", "ProxyAddresses": null, "OnPremisesSyncEnabled": null, "OnPremisesImmutableId": null}]"#;
    let is_told = |note: &Note| matches!(note, Note::NotAskedFor { names, .. } if names.len() == 3);
    assert!(user("mg.json", text).notes.iter().any(is_told));
}

#[rstest]
#[case::empty("a.json", "")]
#[case::cut_off("a.json", r#"[{"Id": "1", "UserPrincipalName": "ann@con"#)]
#[case::curly_quotes("a.json", "[{“Id”: 1}]")]
#[case::single_quotes("a.json", "[{'Id': 1}]")]
#[case::one_after_another("a.json", "{\"Id\": \"1\"}\n{\"Id\": \"2\"}")]
#[case::list_of_texts("a.json", r#"["ann@contoso.com"]"#)]
#[case::neither("a.json", r#"[{"UserPrincipalName": "ann@contoso.com"}]"#)]
#[case::both("a.json", r#"[{"Id": "1", "ObjectGUID": "00112233-4455-6677-8899-aabbccddeeff", "UserPrincipalName": "ann@contoso.com"}]"#)]
#[case::name_is_a_list("a.json", r#"[{"Id": "1", "UserPrincipalName": ["ann@contoso.com"]}]"#)]
#[case::flag_is_a_word(
    "a.json",
    r#"[{"Id": "1", "UserPrincipalName": "ann@contoso.com", "OnPremisesSyncEnabled": "yes"}]"#
)]
#[case::no_guid(
    "a.json",
    r#"[{"ObjectGUID": "nonsense", "UserPrincipalName": "ann@contoso.com"}]"#
)]
#[case::no_anchor(
    "a.json",
    r#"[{"SamAccountName": "ann", "UserPrincipalName": "ann@contoso.com"}]"#
)]
#[case::no_prefix("a.json", r#"[{"Id": "1", "UserPrincipalName": "ann@contoso.com", "ProxyAddresses": ["ann@contoso.com"]}]"#)]
#[case::two_primaries("a.json", r#"[{"Id": "1", "UserPrincipalName": "ann@contoso.com", "ProxyAddresses": ["SMTP:a@contoso.com", "SMTP:b@contoso.com"]}]"#)]
#[case::type_name(
    "a.csv",
    "Id,UserPrincipalName,ProxyAddresses\n1,ann@contoso.com,System.String[]\n"
)]
#[case::type_of_a_collection(
    "a.csv",
    "ObjectGUID,UserPrincipalName,proxyAddresses\n00112233-4455-6677-8899-aabbccddeeff,ann@contoso.com,Microsoft.ActiveDirectory.Management.ADPropertyValueCollection\n"
)]
#[case::type_of_bytes(
    "a.csv",
    "ObjectGUID,UserPrincipalName,mS-DS-ConsistencyGuid\n00112233-4455-6677-8899-aabbccddeeff,ann@contoso.com,System.Byte[]\n"
)]
#[case::addresses_with_spaces(
    "a.csv",
    "Id,UserPrincipalName,ProxyAddresses\n1,ann@contoso.com,SMTP:a@contoso.com smtp:b@contoso.com\n"
)]
#[case::too_few_values("a.csv", "Id,UserPrincipalName\n1\n")]
#[case::open_quote("a.csv", "Id,UserPrincipalName\n1,\"ann@contoso.com\n2,bob@contoso.com\n")]
#[case::twice_on_premises("a.json", r#"[{"ObjectGUID": "00112233-4455-6677-8899-aabbccddeeff", "UserPrincipalName": "ann@contoso.com"},
 {"ObjectGUID": "00112233-4455-6677-8899-AABBCCDDEEFF", "UserPrincipalName": "ann2@contoso.com"}]"#)]
#[case::twice_in_the_cloud(
    "a.json",
    r#"[{"Id": "1", "UserPrincipalName": "ann@contoso.com"},
 {"Id": "2", "UserPrincipalName": "ANN@contoso.com"}]"#
)]
#[case::unknown_section("a.yaml", "cloud: []\nuser: {}\n")]
#[case::unknown_property(
    "a.yaml",
    "cloud:\n  - userPrincipalName: ann@contoso.com\n    rolls: []\n"
)]
#[case::no_sections("a.yaml", "- userPrincipalName: ann@contoso.com\n")]
#[case::alias("a.yaml", "cloud:\n  - &a {userPrincipalName: ann@contoso.com}\n  - *a\n")]
fn what_is_wrong_says_where_and_what_to_do(
    #[context] context: Context,
    #[case] name: &str,
    #[case] text: &str,
) {
    let error = read_bytes(name, text.as_bytes()).expect_err("a mistake");
    // Named after the mistake, so that a new one changes no other.
    let case = context.description.expect("a name");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/given"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(case, error));
}

#[rstest]
#[case::utf8(b"[{\"Id\": \"\xff\"}]".to_vec(), "no UTF-8 text from here on")]
#[case::half_a_letter(vec![0xff, 0xfe, 0x5b, 0x00, 0x5d], "ends within a letter")]
#[case::half_a_pair(vec![0xff, 0xfe, 0x00, 0xd8], "no UTF-16 text")]
fn what_is_no_text_is_told(#[case] bytes: Vec<u8>, #[case] expected: &str) {
    let error = read_bytes("a.json", &bytes).expect_err("a mistake");
    assert!(error.contains(expected), "{error}");
}

/// However a file is cut off or spoilt: an error or a reading, and no panic.
#[test]
fn spoilt_files_are_no_panic() {
    let files = [
        ("a.json", include_str!("../../../examples/export/ad-users.json")),
        ("a.csv", AD_CSV),
        ("a.yaml", include_str!("../../../examples/export/ann.yaml")),
    ];
    for (name, text) in files {
        for at in (0..text.len()).step_by(17) {
            let bytes = text.as_bytes();
            let _ = read_bytes(name, &bytes[..at]);
            for letter in [b'"', b'{', b',', b'\n', 0xff, 0] {
                let mut spoilt = bytes.to_vec();
                spoilt[at] = letter;
                let _ = read_bytes(name, &spoilt);
            }
        }
    }
}

/// A value of a megabyte is told by its beginning.
#[test]
fn huge_values_are_cut() {
    let huge = "x".repeat(1024 * 1024);
    let text = format!(
        r#"[{{"Id": "1", "UserPrincipalName": "ann@contoso.com", "ProxyAddresses": ["{huge}"]}}]"#
    );
    let error = read_bytes("a.json", text.as_bytes()).expect_err("a mistake");
    assert!(error.len() < 2000, "{}", error.len());
}
