//! What a cloud administrator does: the commands on single cloud objects.

use super::reason::Refusal;
use super::tenant::{CloudHandle, CloudTenant};
use crate::directory::{CloudObject, CloudObjectChange, Kind, ProxyAddress, Text};

/// Whether a command was carried out.
pub(super) type Carried = Result<(), Refusal>;

/// Creates an object that is mastered in the cloud.
pub(super) fn create(
    tenant: &mut CloudTenant,
    object: CloudObject,
) -> Result<CloudHandle, Refusal> {
    fits_its_kind(&object)?;
    is_free(&object, tenant.next_handle(), tenant)?;
    Ok(tenant.insert(object))
}

/// Changes values. Those of an object that is mastered on-premises are not the administrator's
/// to change, but for the password.
pub(super) fn update(
    tenant: &mut CloudTenant,
    handle: CloudHandle,
    set: &CloudObjectChange,
) -> Carried {
    edit(tenant, handle, |object| {
        if object.is_on_premises_mastered() && set.names_synchronised_values() {
            return Err(Refusal::MasteredOnPremises);
        }
        set.apply_to(object);
        Ok(())
    })
}

/// Writes the anchor, which only cloud-mastered users let be written.
pub(super) fn set_immutable_id(
    tenant: &mut CloudTenant,
    handle: CloudHandle,
    value: Option<&Text>,
) -> Carried {
    edit_user(tenant, handle, |object| {
        if object.is_on_premises_mastered() {
            return Err(Refusal::MasteredOnPremises);
        }
        object.on_premises_immutable_id = value.cloned();
        Ok(())
    })
}

/// Gives any active user a directory role.
pub(super) fn assign_role(tenant: &mut CloudTenant, handle: CloudHandle, role: &Text) -> Carried {
    edit(tenant, handle, |object| {
        object.roles.insert(role.clone());
        Ok(())
    })
}

/// Takes a directory role from any active user.
pub(super) fn remove_role(tenant: &mut CloudTenant, handle: CloudHandle, role: &Text) -> Carried {
    edit_user(tenant, handle, |object| {
        object.roles.remove(role);
        Ok(())
    })
}

/// Makes any active user eligible for a directory role.
pub(super) fn make_eligible(tenant: &mut CloudTenant, handle: CloudHandle, role: &Text) -> Carried {
    edit(tenant, handle, |object| {
        object.eligible_roles.insert(role.clone());
        Ok(())
    })
}

/// Takes the eligibility for a directory role from any active user.
pub(super) fn remove_eligibility(
    tenant: &mut CloudTenant,
    handle: CloudHandle,
    role: &Text,
) -> Carried {
    edit_user(tenant, handle, |object| {
        object.eligible_roles.remove(role);
        Ok(())
    })
}

/// Clears the identifier of the on-premises object that any active user is mapped to, synchronised or not.
/// It can be cleared and nothing else.
pub(super) fn set_object_identifier(
    tenant: &mut CloudTenant,
    handle: CloudHandle,
    value: Option<&Text>,
) -> Carried {
    edit_user(tenant, handle, |object| {
        if value.is_some() {
            return Err(Refusal::ClearedOnly);
        }
        object.on_premises_object_identifier = None;
        Ok(())
    })
}

/// Moves an object to the recycle bin, which frees its identifiers, or deletes it for good.
pub(super) fn delete(tenant: &mut CloudTenant, handle: CloudHandle, permanently: bool) {
    if permanently {
        tenant.remove(handle);
    } else {
        tenant.change(handle, |object| object.deleted = true);
    }
}

/// Takes an object out of the recycle bin, if nobody has taken its identifiers meanwhile.
pub(super) fn restore(tenant: &mut CloudTenant, handle: CloudHandle) -> Carried {
    let Some(object) = tenant.get(handle) else {
        return Ok(());
    };
    if object.deleted {
        is_free(object, handle, tenant)?;
        tenant.change(handle, |object| object.deleted = false);
    }
    Ok(())
}

/// Edits an active object, and leaves it alone where the result must not be.
pub(super) fn edit(
    tenant: &mut CloudTenant,
    handle: CloudHandle,
    change: impl FnOnce(&mut CloudObject) -> Carried,
) -> Carried {
    let Some(object) = tenant.get(handle) else {
        return Ok(());
    };
    if object.deleted {
        return Err(Refusal::InRecycleBin);
    }
    let mut object = CloudObject::clone(object);
    change(&mut object)?;
    fits_its_kind(&object)?;
    is_free(&object, handle, tenant)?;
    tenant.replace(handle, object);
    Ok(())
}

/// Edits an active user, of whom alone there is what is edited.
fn edit_user(
    tenant: &mut CloudTenant,
    handle: CloudHandle,
    change: impl FnOnce(&mut CloudObject) -> Carried,
) -> Carried {
    edit(tenant, handle, |object| {
        if object.kind != Kind::User {
            return Err(Refusal::UsersOnly);
        }
        change(object)
    })
}

/// No other active object holds an identifier of this one.
fn is_free(object: &CloudObject, own: CloudHandle, tenant: &CloudTenant) -> Carried {
    match tenant.conflict(object, own) {
        Some(_) => Err(Refusal::IdentifierInUse),
        None => Ok(()),
    }
}

/// The object has what its kind needs and nothing that its kind cannot have.
fn fits_its_kind(object: &CloudObject) -> Carried {
    let named = object.user_principal_name.is_some();
    if object.kind == Kind::User {
        if !named {
            return Err(Refusal::NeedsName);
        }
    } else if named
        || object.password.is_some()
        || !object.roles.is_empty()
        || !object.eligible_roles.is_empty()
        || object.on_premises_object_identifier.is_some()
    {
        return Err(Refusal::UsersOnly);
    }
    let addresses = object.proxy_addresses.iter();
    if addresses.filter(|address| ProxyAddress::is_primary(address)).count() > 1 {
        return Err(Refusal::SecondPrimary);
    }
    Ok(())
}
