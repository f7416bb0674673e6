//! Two states of one object, one from each run, as far as they are settled.

use crate::checks::Specified;
use crate::directory::{
    Capabilities, Capability, CloudObject, Difference, Field, Fields, ProxyAddress, same_name,
};

/// Every settled field in which an object is another one in the varied run than in the base run.
/// Names and mail addresses are compared without regard to letter case.
pub(super) fn differences(
    base: &CloudObject,
    varied: &CloudObject,
    specified: &Specified,
    capabilities: &Capabilities,
) -> Vec<Difference> {
    let [base, varied] = [base, varied].map(|object| with_settled_addresses(object, specified));
    let is_settled = |difference: &Difference| match &difference.field {
        Field::Attribute(name) => specified.attributes.contains(name),
        Field::Roles => capabilities.has(Capability::Roles),
        Field::Password => specified.password && capabilities.has(Capability::Passwords),
        // What was cleared may be given one that the service makes up.
        Field::OnPremisesObjectIdentifier => false,
        Field::ProxyAddresses => specified.addresses_are_specified,
        _ => true,
    };
    base.differences(&varied).filter(is_settled).collect()
}

/// The object with those of its addresses only that the case gave it.
fn with_settled_addresses(object: &CloudObject, specified: &Specified) -> CloudObject {
    let is_given = |held: &ProxyAddress| {
        specified.addresses.iter().any(|given| match (given.mail(), held.mail()) {
            (Some(given), Some(held)) => same_name(given, held),
            _ => given == held,
        })
    };
    let mut object = object.clone();
    object.proxy_addresses.retain(is_given);
    object
}
