//! The published JSON Schemas are those of the types, and say the same as the readers.

use crate::published::{assert_current, faults, validator};
use entra_conformance::directory::{Command, StepObservation, SwitchNames, Tenant};
use entra_conformance::implementation::FailureKind;
use entra_conformance::implementation::protocol::{
    ApplyParams, CaseOfBatch, Empty, InitializeParams, InitializeResult, Method, ReplyResult,
    ResetParams, ResetResult, RunBatchParams, RunBatchResult, RunCaseChangesResult, RunCaseParams,
    RunCaseResult, SuiteName, read_reply, read_request, schema, write_request,
};
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::Index;
use rstest::rstest;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[test]
fn the_published_schemas_are_current() {
    for (name, schema) in schema::files() {
        assert_current(&name, &schema);
    }
}

static REQUESTS: LazyLock<Validator> = LazyLock::new(|| validator(&schema::requests()));
static REPLIES: LazyLock<BTreeMap<Method, Validator>> = LazyLock::new(|| {
    let of = |&method| (method, validator(&schema::reply(method)));
    Method::ALL.iter().map(of).collect()
});

fn tenant() -> Tenant {
    serde_json::from_value(json!({
        "features": {"softMatch": true, "passwordHashSync": false},
        "cloud": [
            {"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com",
             "proxyAddresses": ["SMTP:ann@contoso.com"], "onPremisesImmutableId": "QUFB",
             "roles": ["Reader"], "attributes": {"displayName": "Ann"}, "password": "pw-1"},
            {"label": "all", "kind": "group", "mailEnabled": true},
        ],
        "onPremises": [
            {"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB",
             "userPrincipalName": "ann@contoso.com", "proxyAddresses": ["smtp:a@contoso.com"],
             "attributes": {"department": "Sales"}, "password": "pw-2"},
            {"key": "all-ad", "kind": "group", "mailEnabled": true, "sourceAnchor": "QkJC"},
        ],
    }))
    .expect("a tenant")
}

/// Every command, with every kind of reference and change.
fn commands() -> Vec<Command> {
    let commands: Vec<Command> = serde_json::from_value(json!([
        {"do": "createOnPremisesObject", "object": {"key": "c", "kind": "contact", "sourceAnchor": "Q"}},
        {"do": "updateOnPremisesObject", "key": "c", "set":
            {"sourceAnchor": "R", "userPrincipalName": null, "proxyAddresses": ["SMTP:c@contoso.com"],
             "attributes": {"displayName": "C", "mail": null}, "password": null}},
        {"do": "updateOnPremisesObject", "key": "c", "set": {"proxyAddresses": []}},
        {"do": "removeOnPremisesObject", "key": "c"},
        {"do": "createCloudObject", "object": {"label": "bob", "kind": "user", "userPrincipalName": "b@contoso.com"}},
        {"do": "updateCloudObject", "object": {"label": "bob"}, "set": {"proxyAddresses": null, "password": "x"}},
        {"do": "updateCloudObject", "object": {"joinedTo": "ann-ad"}, "set": {"attributes": {"mail": null}}},
        {"do": "setImmutableId", "object": {"label": "bob"}, "value": null},
        {"do": "setImmutableId", "object": {"label": "bob"}, "value": "Q"},
        {"do": "assignRole", "object": {"label": "bob"}, "role": "Reader"},
        {"do": "removeRole", "object": {"label": "bob"}, "role": "Reader"},
        {"do": "makeEligible", "object": {"label": "bob"}, "role": "Reader"},
        {"do": "removeEligibility", "object": {"label": "bob"}, "role": "Reader"},
        {"do": "setOnPremisesObjectIdentifier", "object": {"label": "bob"}, "value": null},
        {"do": "deleteCloudObject", "object": {"quarantinedFor": "ann-ad"}, "permanently": true},
        {"do": "setCloudManaged", "object": {"joinedTo": "ann-ad"}, "value": true},
        {"do": "restoreCloudObject", "object": {"label": "bob"}},
        {"do": "setFeature", "feature": "softMatch", "value": false},
        {"do": "setFeature", "feature": "passwordHashSync", "value": true},
        {"do": "reinstallConnect"},
        {"do": "sync"},
    ]))
    .expect("commands");
    for word in Command::WORDS {
        assert!(commands.iter().any(|command| command.word() == *word), "{word}");
    }
    commands
}

fn check_request<P: serde::Serialize>(method: Method, params: &P) {
    let mut line = Vec::new();
    write_request(&mut line, 3, method, params).expect("written");
    let message: Value = serde_json::from_slice(&line).expect("JSON");
    let faults = faults(&REQUESTS, &message);
    assert!(faults.is_empty(), "{message}: {faults:?}");
    let request = read_request(&line).expect("what is written can be read");
    assert_eq!((request.id, request.call.method()), (3, method));
}

#[test]
fn every_request_that_is_written_is_valid_and_can_be_read() {
    check_request(
        Method::Initialize,
        &InitializeParams {
            protocol: 1,
            edition: "2023-01".into(),
            suite: SuiteName { name: "entra-conformance".into(), version: "0.1.0".into() },
            switch_names: SwitchNames::Plain,
        },
    );
    for tenant in [tenant(), Tenant::default()] {
        let tenant: Cow<'_, Tenant> = Cow::Owned(tenant);
        check_request(Method::Reset, &ResetParams { tenant: tenant.clone() });
        let case = RunCaseParams { tenant, commands: Cow::Owned(commands()) };
        check_request(Method::RunCase, &case);
        check_request(Method::RunCaseChanges, &case);
        let RunCaseParams { tenant, commands } = case;
        let case = CaseOfBatch { prefix: "c001-".into(), tenant, commands };
        check_request(Method::RunBatch, &RunBatchParams { cases: vec![case] });
    }
    for command in commands() {
        let command = Cow::Owned(command);
        check_request(Method::Apply, &ApplyParams { command });
    }
    check_request(Method::Shutdown, &Empty {});
}

fn description() -> Value {
    json!({
        "protocol": 1,
        "implementation": {"name": "my-sync", "version": "3.2.0", "language": "Python", "url": null},
        "editions": ["2023-01"],
        "capabilities": ["users", "match:userPrincipalName", "batch"],
        "choices": {"collisionHandling": "rejected", "ambiguousMatch": null},
        "more": true,
    })
}

fn snapshot() -> Value {
    json!({
        "cloud": [
            {"id": "1", "kind": "user", "mailEnabled": null, "onPremisesSyncEnabled": true,
             "onPremisesImmutableId": "QUFB", "userPrincipalName": "ann@contoso.com",
             "proxyAddresses": ["SMTP:ann@contoso.com"], "attributes": {"displayName": "Ann", "mail": null},
             "password": "pw", "roles": ["Reader", "Reader"], "deleted": false, "quarantined": null, "extra": 5},
            {"id": "2", "kind": "group", "attributes": [], "roles": null, "proxyAddresses": null},
        ],
        "onPremises": [
            {"key": "ann-ad", "kind": "contact", "sourceAnchor": null, "proxyAddresses": [], "extra": {}},
        ],
        "extra": "ignored",
    })
}

fn step() -> Value {
    json!({
        "outcome": {
            "status": "ok",
            "objects": {
                "ann-ad": {"result": "softMatched", "matchedOn": "proxyAddresses", "evaluatedBy": "service"},
                "bob-ad": {"result": "error", "code": "InvalidSoftMatch", "message": "no", "extra": 1},
            },
        },
        "snapshot": snapshot(),
    })
}

fn result(method: Method) -> Value {
    match method {
        Method::Initialize => description(),
        Method::Reset => json!({"snapshot": snapshot()}),
        Method::Apply => step(),
        Method::RunCase => json!({
            "snapshot": snapshot(),
            "steps": [step(), {"outcome": {"status": "refused", "code": null, "objects": []}, "snapshot": {"cloud": null}}],
        }),
        Method::RunCaseChanges => {
            let Value::Object(state) = snapshot() else { unreachable!("a snapshot is an object") };
            json!({
                "snapshot": snapshot(),
                "steps": [
                    {"outcome": {"status": "ok"}, "changes": {"cloud": state["cloud"], "cloudGone": ["2"], "onPremises": state["onPremises"], "onPremisesGone": null, "extra": 1}},
                    {"outcome": {"status": "refused", "code": null, "objects": []}, "changes": null},
                ],
                "end": {"cloud": null},
            })
        }
        Method::RunBatch => json!({
            "cases": [
                result(Method::RunCase),
                {"snapshot": snapshot(), "steps": null, "error": null},
                {"error": {"code": -32002, "message": "", "data": {"reason": "throttled"}}},
                {"error": {"code": -32001, "message": "", "data": {"capability": "roles"}}, "snapshot": null},
            ],
        }),
        Method::Shutdown => json!({}),
    }
}

fn reply(method: Method) -> Value {
    json!({"jsonrpc": "2.0", "id": 7, "result": result(method)})
}

/// Whether the reader takes a line; otherwise what it says.
fn read(method: Method, line: &str) -> Result<(), (FailureKind, String)> {
    fn of<R: ReplyResult>(line: &str) -> Result<(), (FailureKind, String)> {
        let read = read_reply::<R>(line.as_bytes(), 7);
        read.map(|_| ()).map_err(|bad| (bad.kind, bad.message))
    }
    match method {
        Method::Initialize => of::<InitializeResult>(line),
        Method::Reset => of::<ResetResult>(line),
        Method::Apply => of::<StepObservation>(line),
        Method::RunCase => of::<RunCaseResult>(line),
        Method::RunCaseChanges => of::<RunCaseChangesResult>(line),
        Method::RunBatch => of::<RunBatchResult>(line),
        Method::Shutdown => of::<Empty>(line),
    }
}

#[test]
fn good_replies_are_taken_by_schema_and_reader() {
    for &method in Method::ALL {
        let errors = [
            json!({"jsonrpc": "2.0", "id": 7, "error": {"code": -32603, "message": "oh", "data": "trace"}}),
            json!({"jsonrpc": "2.0", "id": 7, "result": null, "error": {"code": 5, "message": "oh"}}),
            json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "what?"}}),
            json!({"jsonrpc": "2.0", "id": 7, "error": {"code": -32001, "message": "", "data": {"capability": "roles"}}}),
            json!({"jsonrpc": "2.0", "id": 7, "error": {"code": -32002, "message": "", "data": {"reason": "notSettled"}}}),
        ];
        for message in errors.into_iter().chain([reply(method)]) {
            let faults = faults(&REPLIES[&method], &message);
            assert!(faults.is_empty(), "{method}: {message}: {faults:?}");
            assert_eq!(read(method, &message.to_string()), Ok(()), "{message}");
        }
    }
}

/// Where something is put instead, what, and what the reader says to it.
#[rstest]
#[case::no_version(Method::Reset, "/jsonrpc", None, "missing field `jsonrpc`")]
#[case::other_version(Method::Reset, "/jsonrpc", Some(json!("1.0")), "jsonrpc: unknown variant `1.0`, expected `2.0`")]
#[case::id_as_text(Method::Reset, "/id", Some(json!("7")), "id: \"7\", expected 7")]
#[case::no_id(Method::Reset, "/id", None, "id: missing, expected 7")]
#[case::no_result(
    Method::Reset,
    "/result",
    None,
    "result: missing; a reply has either a result or an error"
)]
#[case::null_result(
    Method::Reset,
    "/result",
    Some(Value::Null),
    "result: missing; a reply has either a result or an error"
)]
#[case::list_for_result(Method::Reset, "/result", Some(json!([])), "result: invalid type: sequence, expected struct ResetResult")]
#[case::no_snapshot(Method::Reset, "/result/snapshot", None, "result: missing field `snapshot`")]
#[case::null_snapshot(
    Method::Reset,
    "/result/snapshot",
    Some(Value::Null),
    "result.snapshot: invalid type: null, expected struct Snapshot"
)]
#[case::list_for_snapshot(Method::Reset, "/result/snapshot", Some(json!([[], []])), "result.snapshot: invalid type: sequence, expected struct Snapshot")]
#[case::no_kind(
    Method::Reset,
    "/result/snapshot/cloud/0/kind",
    None,
    "result.snapshot.cloud[0]: missing field `kind`"
)]
#[case::number_for_id(Method::Reset, "/result/snapshot/cloud/0/id", Some(json!(1)), "result.snapshot.cloud[0].id: invalid type: integer `1`, expected a string")]
#[case::word_for_flag(Method::Reset, "/result/snapshot/cloud/0/deleted", Some(json!("no")), "result.snapshot.cloud[0].deleted: invalid type: string \"no\", expected a boolean")]
#[case::number_for_attribute(Method::Reset, "/result/snapshot/cloud/0/attributes/displayName", Some(json!(5)), "result.snapshot.cloud[0].attributes.displayName: invalid type: integer `5`, expected a string")]
#[case::list_of_attributes(Method::Reset, "/result/snapshot/cloud/0/attributes", Some(json!(["x"])), "result.snapshot.cloud[0].attributes: invalid type: sequence, expected a map")]
#[case::unknown_kind(Method::Reset, "/result/snapshot/onPremises/0/kind", Some(json!("device")), "result.snapshot.onPremises[0].kind: unknown variant `device`, expected one of `user`, `group`, `contact`")]
#[case::no_key(
    Method::Reset,
    "/result/snapshot/onPremises/0/key",
    None,
    "result.snapshot.onPremises[0]: missing field `key`"
)]
#[case::unknown_status(Method::RunCase, "/result/steps/1/outcome/status", Some(json!("okay")), "result.steps[1].outcome.status: unknown variant `okay`, expected one of `ok`, `refused`, `notFound`")]
#[case::status_as_object(Method::RunCase, "/result/steps/1/outcome/status", Some(json!({"ok": null})), "result.steps[1].outcome.status: invalid type: map, expected a word")]
#[case::outcome_as_list(Method::Apply, "/result/outcome", Some(json!(["ok"])), "result.outcome: invalid type: sequence, expected struct Outcome")]
#[case::outcome_as_word(Method::Apply, "/result/outcome", Some(json!("ok")), "result.outcome: invalid type: string \"ok\", expected struct Outcome")]
#[case::unknown_result(Method::Apply, "/result/outcome/objects/ann-ad/result", Some(json!("matched")), "result.outcome.objects.ann-ad.result: unknown variant `matched`")]
#[case::unknown_attribute(Method::Apply, "/result/outcome/objects/ann-ad/matchedOn", Some(json!("mail")), "result.outcome.objects.ann-ad.matchedOn: unknown variant `mail`")]
#[case::unknown_evaluator(Method::Apply, "/result/outcome/objects/ann-ad/evaluatedBy", Some(json!("nobody")), "result.outcome.objects.ann-ad.evaluatedBy: unknown variant `nobody`")]
#[case::null_entry(
    Method::Apply,
    "/result/outcome/objects/ann-ad",
    Some(Value::Null),
    "result.outcome.objects.ann-ad: invalid type: null, expected struct SyncResult"
)]
#[case::step_without_outcome(
    Method::RunCase,
    "/result/steps/0/outcome",
    None,
    "result.steps[0]: missing field `outcome`"
)]
#[case::no_end(Method::RunCaseChanges, "/result/end", None, "result: missing field `end`")]
#[case::changes_as_list(Method::RunCaseChanges, "/result/steps/0/changes/cloud", Some(json!("none")), "result.steps[0].changes.cloud: invalid type: string \"none\", expected a sequence")]
#[case::number_for_gone(Method::RunCaseChanges, "/result/steps/0/changes/cloudGone/0", Some(json!(2)), "result.steps[0].changes.cloudGone[0]: invalid type: integer `2`, expected a string")]
#[case::unknown_capability(Method::Initialize, "/result/capabilities/1", Some(json!("teleport")), "result.capabilities[1]: unknown variant `teleport`")]
#[case::unknown_choice(Method::Initialize, "/result/choices/coffee", Some(json!("black")), "result.choices.coffee: unknown field `coffee`")]
#[case::unknown_choice_value(Method::Initialize, "/result/choices/collisionHandling", Some(json!("maybe")), "result.choices.collisionHandling: unknown variant `maybe`")]
#[case::none_side_by_side(Method::Initialize, "/result/sideBySide", Some(json!(0)), "result.sideBySide: 0, expected a number from 1 to 1000")]
#[case::neither_snapshot_nor_error(
    Method::RunBatch,
    "/result/cases/1/snapshot",
    None,
    "result.cases[1]: snapshot: missing; a case has either a snapshot or an error"
)]
#[case::unknown_reason(Method::RunBatch, "/result/cases/2/error/data/reason", Some(json!("tired")), "result.cases[2].error.data.reason: unknown reason \"tired\"")]
#[case::no_name(
    Method::Initialize,
    "/result/implementation/name",
    None,
    "result.implementation: missing field `name`"
)]
#[case::result_and_error(Method::Reset, "/error", Some(json!({"code": 1, "message": ""})), "result and error: a reply has one of them, not both")]
fn bad_replies_are_refused_by_schema_and_reader(
    #[case] method: Method,
    #[case] place: &str,
    #[case] instead: Option<Value>,
    #[case] told: &str,
) {
    let mut message = reply(method);
    let (parent, name) = place.rsplit_once('/').expect("a place");
    match (message.pointer_mut(parent).expect("a parent"), instead) {
        (Value::Object(parent), Some(instead)) => {
            parent.insert(name.to_owned(), instead);
        }
        (Value::Object(parent), None) => assert!(parent.remove(name).is_some(), "{place}"),
        (Value::Array(parent), Some(instead)) => {
            parent[name.parse::<usize>().expect("an index")] = instead;
        }
        _ => panic!("{place}"),
    }
    assert!(!REPLIES[&method].is_valid(&message), "{message}");
    refused(method, &message, told);
}

#[rstest]
#[case::no_capability(json!({"code": -32001, "message": "no"}), "error.data.capability: missing; code -32001 has to say which capability is lacking")]
#[case::unknown_capability(json!({"code": -32001, "message": "no", "data": {"capability": "teleport"}}), "error.data.capability: unknown capability \"teleport\"")]
#[case::capability_is_no_word(json!({"code": -32001, "message": "no", "data": {"capability": 5}}), "error.data.capability: 5 is no word")]
#[case::no_code(json!({"message": "no"}), "error: missing field `code`")]
#[case::no_message(json!({"code": 5}), "error: missing field `message`")]
#[case::code_is_no_number(json!({"code": "E5", "message": ""}), "error.code: invalid type: string \"E5\", expected i64")]
#[case::no_object(json!("oh"), "error: invalid type: string \"oh\", expected struct ErrorObject")]
fn bad_errors_are_refused_by_schema_and_reader(#[case] error: Value, #[case] told: &str) {
    let message = json!({"jsonrpc": "2.0", "id": 7, "error": error});
    assert!(!REPLIES[&Method::Apply].is_valid(&message), "{message}");
    refused(Method::Apply, &message, told);
}

fn refused(method: Method, message: &Value, told: &str) {
    let (kind, said) = read(method, &message.to_string()).expect_err("a bad reply is refused");
    assert_eq!(kind, FailureKind::SchemaViolation);
    if cfg!(feature = "child-process") {
        assert!(said.starts_with(told), "{said}");
    }
}

/// What no schema can say.
#[rstest]
#[case::other_id(
    r#"{"jsonrpc": "2.0", "id": 8, "result": {"snapshot": {}}}"#,
    FailureKind::SchemaViolation,
    "id: 8, expected 7"
)]
#[case::id_twice(r#"{"jsonrpc": "2.0", "id": 7, "result": {"snapshot": {"cloud": [{"id": "1", "kind": "user"}, {"id": "1", "kind": "group"}]}}}"#, FailureKind::SchemaViolation, "result.snapshot.cloud[1].id: \"1\" stands twice in one snapshot")]
#[case::key_twice(r#"{"jsonrpc": "2.0", "id": 7, "result": {"snapshot": {"onPremises": [{"key": "k", "kind": "user"}, {"key": "k", "kind": "user"}]}}}"#, FailureKind::SchemaViolation, "result.snapshot.onPremises[1].key: \"k\" stands twice in one snapshot")]
#[case::field_twice(
    r#"{"jsonrpc": "2.0", "id": 7, "id": 7, "result": {"snapshot": {}}}"#,
    FailureKind::SchemaViolation,
    "duplicate field `id`"
)]
#[case::attribute_twice(r#"{"jsonrpc": "2.0", "id": 7, "result": {"snapshot": {"cloud": [{"id": "1", "kind": "user", "attributes": {"a": "1", "a": "2"}}]}}}"#, FailureKind::SchemaViolation, "result.snapshot.cloud[0].attributes: duplicate entry `a`")]
#[case::text("Loading model...", FailureKind::Noise, "not a message: Loading model...")]
#[case::number("42", FailureKind::Noise, "not a message: 42")]
#[case::list(
    "[{\"jsonrpc\": \"2.0\"}]",
    FailureKind::Noise,
    "not a message: [{\"jsonrpc\": \"2.0\"}]"
)]
#[case::nothing("  ", FailureKind::Noise, "an empty line")]
#[case::mark("\u{FEFF}{}", FailureKind::Noise, "a byte order mark stands before the line")]
#[case::cut(
    r#"{"jsonrpc": "2.0", "id": 7, "res"#,
    FailureKind::InvalidJson,
    "EOF while parsing a string at line 1 column 32 of: {\"jsonrpc\""
)]
#[case::bad_after_bad_form(
    r#"{"jsonrpc": 2, "id": 7, oops}"#,
    FailureKind::InvalidJson,
    "key must be a string at line 1 column 25"
)]
#[case::two_messages(
    r#"{"jsonrpc": "2.0", "id": 7, "result": {"snapshot": {}}} {}"#,
    FailureKind::InvalidJson,
    "trailing characters"
)]
fn lines_that_are_no_replies_have_a_name(
    #[case] line: &str,
    #[case] kind: FailureKind,
    #[case] told: &str,
) {
    let (found, said) = read(Method::Reset, line).expect_err("refused");
    assert_eq!(found, kind);
    assert!(said.starts_with(told), "{said}");
}

#[test]
fn a_windows_line_end_does_not_matter() {
    assert_eq!(read(Method::Apply, &format!("{}\r", reply(Method::Apply))), Ok(()));
}

/// A place in a message, with what to do there.
#[derive(Clone, Debug)]
enum Edit {
    Replace(Index, Value),
    Remove(Index),
    Add(Index, String, Value),
}

fn some_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..100).prop_map(Value::from),
        Just(json!(0.5)),
        Just(json!("ok")),
        Just(json!("user")),
        Just(json!("2.0")),
        Just(json!("roles")),
        Just(json!("something")),
        Just(json!([])),
        Just(json!({})),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            (some_name(), inner).prop_map(|(name, value)| json!({name: value})),
        ]
    })
}

fn some_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "result",
        "error",
        "code",
        "message",
        "data",
        "capability",
        "snapshot",
        "cloud",
        "onPremises",
        "steps",
        "outcome",
        "status",
        "objects",
        "kind",
        "id",
        "key",
        "attributes",
        "roles",
        "deleted",
        "choices",
        "capabilities",
        "editions",
        "collisionHandling",
        "sideBySide",
        "cases",
        "reason",
        "other",
    ])
    .prop_map(str::to_owned)
}

fn some_edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<Index>(), some_value()).prop_map(|(place, value)| Edit::Replace(place, value)),
        any::<Index>().prop_map(Edit::Remove),
        (any::<Index>(), some_name(), some_value())
            .prop_map(|(place, name, value)| Edit::Add(place, name, value)),
    ]
}

fn places(value: &Value, here: String, all: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| {
            places(inner, format!("{here}/{name}"), all);
        }),
        Value::Array(elements) => elements.iter().enumerate().for_each(|(index, inner)| {
            places(inner, format!("{here}/{index}"), all);
        }),
        _ => {}
    }
    all.push(here);
}

fn edit(message: &mut Value, edit: &Edit) {
    let mut all = Vec::new();
    places(message, String::new(), &mut all);
    let at = |index: &Index| index.get(&all).clone();
    match edit {
        Edit::Replace(place, value) => {
            *message.pointer_mut(&at(place)).expect("a place") = value.clone();
        }
        Edit::Remove(place) => {
            let place = at(place);
            let Some((parent, name)) = place.rsplit_once('/') else {
                return;
            };
            match message.pointer_mut(parent) {
                Some(Value::Object(fields)) => {
                    fields.remove(name);
                }
                Some(Value::Array(elements)) => {
                    elements.remove(name.parse().expect("an index"));
                }
                _ => {}
            }
        }
        Edit::Add(place, name, value) => {
            if let Some(Value::Object(fields)) = message.pointer_mut(&at(place)) {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done to a good reply, its schema and its reader agree about what comes out.
    #[test]
    fn schema_and_reader_agree(
        method in prop::sample::select(Method::ALL),
        edits in prop::collection::vec(some_edit(), 1..4),
    ) {
        let mut message = reply(method);
        for one in &edits {
            edit(&mut message, one);
        }
        let valid = REPLIES[&method].is_valid(&message);
        match read(method, &message.to_string()) {
            // Another version is read, and refused for what it is.
            Ok(()) if message["result"]["protocol"].as_u64().is_some_and(|theirs| theirs != 1) => {}
            Ok(()) => prop_assert!(valid, "only the reader takes {}", message),
            // These no schema can say.
            Err((_, said)) if said.starts_with("id: ") || said.contains("stands twice") => {}
            Err((_, said)) => prop_assert!(!valid, "only the schema takes {}: {}", message, said),
        }
    }
}
