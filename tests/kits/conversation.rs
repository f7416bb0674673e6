//! A conversation that every kit, as it is written, has to answer alike.

use libtest_mimic::Failed;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// Says each line to the adapter and compares what matters of its replies.
pub(crate) fn held(folder: &Path, adapter: &[&str]) -> Result<(), Failed> {
    let (program, arguments) = adapter.split_first().expect("a program");
    let program = folder.join(program);
    let program = if program.is_file() { program.as_os_str() } else { adapter[0].as_ref() };
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut requests = child.stdin.take().expect("piped");
    let mut replies = BufReader::new(child.stdout.take().expect("piped")).lines();
    for (line, expected) in lines() {
        writeln!(requests, "{line}")?;
        let reply = replies.next().ok_or(format!("no reply to {line}"))??;
        let reply: Value =
            serde_json::from_str(&reply).map_err(|error| format!("{reply}: {error}"))?;
        shows(&expected, &without_empty(&reply)).map_err(|place| {
            format!("{line}\nwas answered by {reply}\ninstead of {expected}: {place}")
        })?;
    }
    // It has said that it is over, and waits for nothing more.
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("it ended with {status}").into()) }
}

fn request(id: u64, method: &str, params: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
}

fn apply(id: u64, command: Value) -> String {
    request(id, "apply", &json!({ "command": command }))
}

/// Requests, and what has to stand in their replies.
fn lines() -> Vec<(String, Value)> {
    let unsupported =
        |capability: &str| json!({"code": -32001, "data": {"capability": capability}});
    // The line separator is part of a text, and no end of a line.
    let bob = json!({"key": "bob-ad", "kind": "user", "sourceAnchor": "Qg==", "userPrincipalName": "bob@contoso.com",
        "attributes": {"displayName": "Bob\u{2028}\u{1f600} \"é\"", "mail": "bob@contoso.com"}});
    let ann = json!({"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com"});
    let features = json!({"softMatch": true, "passwordHashSync": true});
    let tenant = json!({"features": features, "cloud": [ann], "onPremises": [bob]});
    let change = json!({"do": "updateOnPremisesObject", "key": "bob-ad", "set": {
        "userPrincipalName": "robert@contoso.com", "proxyAddresses": [],
        "attributes": {"mail": null, "department": "Legal"}}});
    let changed = json!({"key": "bob-ad", "kind": "user", "sourceAnchor": "Qg==", "userPrincipalName": "robert@contoso.com",
        "attributes": {"displayName": "Bob\u{2028}\u{1f600} \"é\"", "department": "Legal"}});
    let shown = json!({"kind": "user", "userPrincipalName": "ann@contoso.com"});
    let before = json!({"snapshot": {"cloud": [shown], "onPremises": [bob]}});
    let after = json!({"outcome": {"status": "ok"}, "snapshot": {"cloud": [shown], "onPremises": [changed]}});
    let outcome = |status: &str| json!({"result": {"outcome": {"status": status}}});
    vec![
        ("no JSON at all".to_owned(), json!({"error": {"code": -32700}})),
        ("[]".to_owned(), json!({"error": {"code": -32600}})),
        (request(1, "fly", &json!({})), json!({"id": 1, "error": {"code": -32601}})),
        (
            request(
                2,
                "initialize",
                &json!({"protocol": 1, "edition": "2023-01", "suite": {"name": "s", "version": "1"}}),
            ),
            json!({"id": 2, "result": {"protocol": 1, "editions": ["2023-01"], "implementation": {"name": "my-sync"}}}),
        ),
        (request(4, "reset", &json!({ "tenant": tenant })), json!({"id": 4, "result": before})),
        (apply(5, change.clone()), json!({"result": after})),
        (
            apply(6, json!({"do": "updateOnPremisesObject", "key": "nobody", "set": {}})),
            outcome("notFound"),
        ),
        (apply(7, json!({"do": "createOnPremisesObject", "object": bob})), outcome("refused")),
        (apply(8, json!({"do": "createCloudObject", "object": ann})), outcome("refused")),
        (
            apply(9, json!({"do": "assignRole", "object": {"label": "nobody"}, "role": "Reader"})),
            outcome("notFound"),
        ),
        (
            apply(10, json!({"do": "assignRole", "object": {"label": "ann"}, "role": "Reader"})),
            json!({"id": 10, "error": unsupported("roles")}),
        ),
        (
            apply(
                11,
                json!({"do": "deleteCloudObject", "object": {"label": "ann"}, "permanently": true}),
            ),
            json!({"error": unsupported("hardDelete")}),
        ),
        (
            apply(12, json!({"do": "setFeature", "feature": "passwordHashSync", "value": false})),
            json!({"error": unsupported("passwords")}),
        ),
        (
            apply(13, json!({"do": "removeOnPremisesObject", "key": "bob-ad"})),
            json!({"error": unsupported("scope")}),
        ),
        (
            apply(14, json!({"do": "makeEligible", "object": {"label": "ann"}, "role": "Reader"})),
            json!({"error": unsupported("roleEligibility")}),
        ),
        (
            apply(
                15,
                json!({"do": "setFeature", "feature": "blockSoftMatchEnabled", "value": true}),
            ),
            json!({"error": unsupported("softMatchSwitch")}),
        ),
        // A whole case: what later commands change is not in what was shown before.
        (
            request(
                14,
                "runCase",
                &json!({"tenant": tenant, "commands": [change, {"do": "sync"}]}),
            ),
            json!({"result": {"snapshot": before["snapshot"], "steps": [after, after]}}),
        ),
        (request(17, "shutdown", &json!({})), json!({"id": 17})),
    ]
}

/// Without the fields that have no value: absent, `null` and empty mean the same.
fn without_empty(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), without_empty(value)))
            .filter(|(_, value)| {
                !matches!(value, Value::Null) && *value != json!([]) && *value != json!({})
            })
            .collect(),
        Value::Array(entries) => entries.iter().map(without_empty).collect(),
        other => other.clone(),
    }
}

/// Whether a reply shows what is expected, and perhaps more fields, but for what on-premises objects
/// have: these are shown exactly. The place where it does not.
fn shows(expected: &Value, actual: &Value) -> Result<(), String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(fields)) if !expected.contains_key("key") => {
            for (name, value) in expected {
                let field = fields.get(name).ok_or(format!("no {name}"))?;
                shows(value, field).map_err(|place| format!("{name}: {place}"))?;
            }
            Ok(())
        }
        (Value::Array(expected), Value::Array(entries)) if expected.len() == entries.len() => {
            expected.iter().zip(entries).try_for_each(|(expected, entry)| shows(expected, entry))
        }
        _ if expected == actual => Ok(()),
        _ => Err(format!("{actual}")),
    }
}
