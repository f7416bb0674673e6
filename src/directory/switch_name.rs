//! The names of a tenant's switches, in files and messages.

use super::words::words;
use super::{Feature, Features, SwitchNames};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

words! {
    /// A name of a switch. Some switches have two: that of the edition 2023-01, and that of Microsoft Graph,
    /// which later editions use. Files and requests are read with either.
    #[non_exhaustive]
    pub enum SwitchName {
        /// [`Feature::SoftMatch`].
        SoftMatch = "softMatch",
        /// The negation of [`Feature::SoftMatch`].
        BlockSoftMatchEnabled = "blockSoftMatchEnabled",
        /// [`Feature::PasswordHashSync`].
        PasswordHashSync = "passwordHashSync",
        /// [`Feature::PasswordHashSync`].
        PasswordSyncEnabled = "passwordSyncEnabled",
        /// [`Feature::BlockHardMatch`].
        BlockHardMatch = "blockCloudObjectTakeoverThroughHardMatch",
        /// [`Feature::BlockHardMatch`].
        BlockHardMatchEnabled = "blockCloudObjectTakeoverThroughHardMatchEnabled",
        /// [`Feature::SoftMatchOnUpn`].
        SoftMatchOnUpnEnabled = "softMatchOnUpnEnabled",
        /// [`Feature::IdentifierUpdate`].
        IdentifierUpdateEnabled = "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled",
    }
}

impl SwitchName {
    /// The name of a switch.
    ///
    /// ```
    /// use entra_conformance::directory::{Feature, SwitchName, SwitchNames};
    /// let name = SwitchName::of(Feature::SoftMatch, SwitchNames::Graph);
    /// assert_eq!(name.word(), "blockSoftMatchEnabled");
    /// assert!(name.is_negation());
    /// assert_eq!(name.feature(), Feature::SoftMatch);
    /// ```
    pub fn of(feature: Feature, names: SwitchNames) -> SwitchName {
        match (feature, names) {
            (Feature::SoftMatch, SwitchNames::Plain) => SwitchName::SoftMatch,
            (Feature::SoftMatch, SwitchNames::Graph) => SwitchName::BlockSoftMatchEnabled,
            (Feature::PasswordHashSync, SwitchNames::Plain) => SwitchName::PasswordHashSync,
            (Feature::PasswordHashSync, SwitchNames::Graph) => SwitchName::PasswordSyncEnabled,
            (Feature::BlockHardMatch, SwitchNames::Plain) => SwitchName::BlockHardMatch,
            (Feature::BlockHardMatch, SwitchNames::Graph) => SwitchName::BlockHardMatchEnabled,
            (Feature::SoftMatchOnUpn, _) => SwitchName::SoftMatchOnUpnEnabled,
            (Feature::IdentifierUpdate, _) => SwitchName::IdentifierUpdateEnabled,
        }
    }

    /// The switch that it names.
    pub fn feature(self) -> Feature {
        match self {
            SwitchName::SoftMatch | SwitchName::BlockSoftMatchEnabled => Feature::SoftMatch,
            SwitchName::PasswordHashSync | SwitchName::PasswordSyncEnabled => {
                Feature::PasswordHashSync
            }
            SwitchName::BlockHardMatch | SwitchName::BlockHardMatchEnabled => {
                Feature::BlockHardMatch
            }
            SwitchName::SoftMatchOnUpnEnabled => Feature::SoftMatchOnUpn,
            SwitchName::IdentifierUpdateEnabled => Feature::IdentifierUpdate,
        }
    }

    /// Whether what it says is the contrary of the switch's own value.
    pub fn is_negation(self) -> bool {
        self == SwitchName::BlockSoftMatchEnabled
    }

    /// What a value under this name is under another name of the same switch.
    pub(crate) fn value_under(self, other: SwitchName, value: bool) -> bool {
        value != (self.is_negation() != other.is_negation())
    }
}

impl<'de> Deserialize<'de> for Features {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Switches;
        impl<'de> Visitor<'de> for Switches {
            type Value = Features;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("switches with `true` or `false`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Features, A::Error> {
                let mut features = Features::default();
                let mut seen: Vec<SwitchName> = Vec::new();
                while let Some(name) = map.next_key::<SwitchName>()? {
                    let feature = name.feature();
                    if let Some(other) = seen.iter().find(|other| other.feature() == feature) {
                        return Err(A::Error::custom(format_args!(
                            "`{name}` and `{other}` are one switch, which stands here twice"
                        )));
                    }
                    seen.push(name);
                    features.set(feature, map.next_value::<bool>()? != name.is_negation());
                }
                Ok(features)
            }
        }
        deserializer.deserialize_map(Switches)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Features {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Features".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let switches = SwitchName::ALL.iter();
        let switches: serde_json::Map<String, serde_json::Value> = switches
            .map(|name| (name.word().to_owned(), serde_json::json!({ "type": "boolean" })))
            .collect();
        schemars::json_schema!({
            "description": "The switches of a tenant, each by one of its names. Unless a case says otherwise \
                soft match and password hash synchronisation are on, and nothing blocks a hard match.",
            "type": "object",
            "properties": switches,
            "additionalProperties": false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Command, SetFeature};
    use rstest::rstest;

    #[test]
    fn each_name_of_a_switch_leads_back_to_it() {
        for feature in Feature::ALL {
            for names in SwitchNames::ALL {
                assert_eq!(SwitchName::of(*feature, *names).feature(), *feature);
            }
        }
    }

    #[rstest]
    #[case::plain(r#"{"softMatch": false, "passwordHashSync": false}"#)]
    #[case::graph(r#"{"blockSoftMatchEnabled": true, "passwordSyncEnabled": false}"#)]
    #[case::mixed(r#"{"blockSoftMatchEnabled": true, "passwordHashSync": false}"#)]
    fn switches_are_read_by_either_name(#[case] text: &str) {
        let expected =
            Features { soft_match: false, password_hash_sync: false, ..Features::default() };
        assert_eq!(serde_json::from_str::<Features>(text).expect("switches"), expected);
    }

    #[rstest]
    #[case::plain("softMatch", false)]
    #[case::graph("blockSoftMatchEnabled", true)]
    fn a_switch_is_turned_by_either_name(#[case] name: &str, #[case] value: bool) {
        let text = format!(r#"{{"do": "setFeature", "feature": "{name}", "value": {value}}}"#);
        let command: Command = serde_json::from_str(&text).expect("a command");
        assert_eq!(command, SetFeature::new(Feature::SoftMatch, false).into());
    }

    #[rstest]
    #[case::twice(
        r#"{"softMatch": true, "blockSoftMatchEnabled": true}"#,
        "`blockSoftMatchEnabled` and `softMatch` are one switch, which stands here twice"
    )]
    #[case::unknown(
        r#"{"softmatch": true}"#,
        "unknown variant `softmatch`, expected one of `softMatch`"
    )]
    #[case::no_flag(r#"{"softMatch": "on"}"#, "invalid type: string \"on\", expected a boolean")]
    fn what_is_wrong_with_switches_is_told(#[case] text: &str, #[case] message: &str) {
        let error = serde_json::from_str::<Features>(text).expect_err("no switches").to_string();
        assert!(error.starts_with(message), "{error}");
    }
}
