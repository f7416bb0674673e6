//! Makes a case runnable again from which something was taken away.

use crate::cases::Case;
use crate::directory::{CloudSetup, Command, Inspection, OnPremisesObject, is_well_formed};

/// Leaves out whatever keeps a case from being well-formed: commands on objects that nothing
/// creates any more, an anchor, key or label that is used twice, and so on. A well-formed case
/// stays as it is.
///
/// So every subsequence of a case can run, and every case can.
///
/// ```
/// use entra_conformance::cases::Case;
/// use entra_conformance::cases::shrink::repaired;
/// use entra_conformance::directory::Command;
/// let update = r#"{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"userPrincipalName": "ann@contoso.com"}}"#;
/// let commands = vec![serde_json::from_str(update).unwrap(), Command::sync()];
/// let case = Case { commands, ..Case::default() };
/// assert_eq!(repaired(case).commands, [Command::sync()], "there is no ann-ad");
/// ```
pub fn repaired(case: Case) -> Case {
    if is_well_formed(&case.tenant, &case.commands) {
        return case;
    }
    let mut inspection = Inspection::default();
    let mut cloud: Vec<bool> = Vec::with_capacity(case.tenant.cloud.len());
    cloud.extend(case.tenant.cloud.iter().map(|object| inspection.admits_cloud_object(object)));
    let on_premises: Vec<bool> = case
        .tenant
        .on_premises
        .iter()
        .map(|object| inspection.admits_on_premises_object(object))
        .collect();
    let commands: Vec<bool> =
        case.commands.iter().map(|command| inspection.admits_command(command)).collect();
    drop(inspection);
    let Case { mut tenant, commands: all } = case;
    tenant.cloud = kept::<CloudSetup>(tenant.cloud, &cloud);
    tenant.on_premises = kept::<OnPremisesObject>(tenant.on_premises, &on_premises);
    Case { tenant, commands: kept::<Command>(all, &commands) }
}

fn kept<T>(all: Vec<T>, is_kept: &[bool]) -> Vec<T> {
    all.into_iter().zip(is_kept).filter(|(_, is_kept)| **is_kept).map(|(one, _)| one).collect()
}
