//! The names of switches in requests: the only place where they are translated on their way out. Both names
//! of a switch are read everywhere, so that nothing has to be translated on its way in.

use crate::directory::{SwitchName, SwitchNames};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// Parameters of a request, as they are written for an adapter that is told these names.
pub struct Named<'p, P> {
    /// The parameters.
    pub params: &'p P,
    /// The names of the switches in them.
    pub names: SwitchNames,
}

impl<P: Serialize> Serialize for Named<'_, P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.names.is_plain() {
            return self.params.serialize(serializer);
        }
        let mut params = serde_json::to_value(self.params).map_err(serde::ser::Error::custom)?;
        rename_case(&mut params, self.names);
        let cases = params.get_mut("cases").and_then(Value::as_array_mut);
        cases.into_iter().flatten().for_each(|case| rename_case(case, self.names));
        if let Some(command) = params.get_mut("command") {
            rename_feature(command, self.names);
        }
        params.serialize(serializer)
    }
}

fn rename_case(case: &mut Value, names: SwitchNames) {
    if let Some(features) = case.pointer_mut("/tenant/features") {
        rename_features(features, names);
    }
    let commands = case.get_mut("commands").and_then(Value::as_array_mut);
    commands.into_iter().flatten().for_each(|command| rename_feature(command, names));
}

/// The name in the place of another one, and the value under it.
fn renamed(name: &str, value: bool, names: SwitchNames) -> Option<(SwitchName, bool)> {
    let name = SwitchName::from_word(name)?;
    let other = SwitchName::of(name.feature(), names);
    Some((other, name.value_under(other, value)))
}

fn rename_features(features: &mut Value, names: SwitchNames) {
    let Value::Object(switches) = features else { return };
    let renamed = switches.iter().filter_map(|(name, value)| {
        let (name, value) = renamed(name, value.as_bool()?, names)?;
        Some((name.word().to_owned(), Value::Bool(value)))
    });
    *switches = renamed.collect();
}

/// In a command that turns a switch; no other has a `feature`.
fn rename_feature(command: &mut Value, names: SwitchNames) {
    let (Some(name), Some(value)) = (command.get("feature"), command.get("value")) else { return };
    let (Some(name), Some(value)) = (name.as_str(), value.as_bool()) else { return };
    if let Some((name, value)) = renamed(name, value, names) {
        command["feature"] = name.word().into();
        command["value"] = value.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Command, Tenant};
    use crate::implementation::protocol::RunCaseParams;
    use rstest::rstest;
    use std::borrow::Cow;

    #[rstest]
    #[case::plain(
        SwitchNames::Plain,
        r#"{"softMatch":false,"passwordHashSync":true}"#,
        r#"{"do":"setFeature","feature":"softMatch","value":true}"#
    )]
    #[case::graph(
        SwitchNames::Graph,
        r#"{"blockSoftMatchEnabled":true,"passwordSyncEnabled":true}"#,
        r#"{"do":"setFeature","feature":"blockSoftMatchEnabled","value":false}"#
    )]
    fn switches_are_sent_by_the_names_that_were_announced_and_read_by_any(
        #[case] names: SwitchNames,
        #[case] features: &str,
        #[case] command: &str,
    ) {
        let tenant: Tenant =
            serde_json::from_str(r#"{"features": {"softMatch": false}}"#).expect("a tenant");
        let commands: Vec<Command> = serde_json::from_str(
            r#"[{"do": "setFeature", "feature": "softMatch", "value": true}, {"do": "sync"}]"#,
        )
        .expect("commands");
        let params = RunCaseParams { tenant: Cow::Owned(tenant), commands: Cow::Owned(commands) };
        let sent = serde_json::to_value(Named { params: &params, names }).expect("a request");
        let expected = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        assert_eq!(sent["tenant"]["features"], expected(features));
        assert_eq!(sent["commands"][0], expected(command));
        assert_eq!(serde_json::from_value::<RunCaseParams<'_>>(sent).expect("read"), params);
    }
}
