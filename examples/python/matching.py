"""Which cloud object a new on-premises object may take over.

`source` is an on-premises object, `target` a cloud object, and `tenant` says what the edition and the switches allow.
"""

import faults
from directory import address_identifier, anchor_identifier, identifiers, primary_address, upn_identifier, without_case
from editions import PRIVILEGED_ROLES
from faults import faulty


def failure(code, message):
    if faulty("one-code-for-all"):
        code = "AttributeValueMustBeUnique"
    return {"result": "error", "code": code, "message": message}


# What two objects have in common

def same_anchor(source, target):
    return (source["sourceAnchor"] is not None and target["onPremisesImmutableId"] is not None
            and anchor_identifier(target["onPremisesImmutableId"]) == anchor_identifier(source["sourceAnchor"]))


def same_upn(source, target):
    return (source["kind"] == "user" and source["userPrincipalName"] is not None
            and target["userPrincipalName"] is not None
            and upn_identifier(source["userPrincipalName"]) == upn_identifier(target["userPrincipalName"]))


def same_address(source, target):
    """Primary address against primary address; of groups only where both are mail-enabled."""
    if source["kind"] == "group" and not (source["mailEnabled"] and target["mailEnabled"]):
        return False
    if faulty("secondary-address-matches"):
        shared = identifiers(source) & identifiers(target)
        return any(attribute == "proxyAddresses" for attribute, _ in shared)
    primary = primary_address(source)
    return primary is not None and primary == primary_address(target)


# Candidates

def candidates(tenant, source, holders):
    """The holders that `source` may take over, each with the attribute that says so, first choice first."""
    return [(target, attribute) for attribute in attributes_in_order(tenant, source) for target in holders
            if may_match(tenant, source, target, attribute)]


def attributes_in_order(tenant, source):
    """The attributes that decide, first choice first."""
    soft = ["proxyAddresses", "userPrincipalName"]
    if tenant.edition["hardMatchFirst"]:
        carrier = tenant.directory.holder(anchor_identifier(source["sourceAnchor"]))
        if carrier is not None and not becomes_soft(tenant, source, carrier):
            return ["sourceAnchor"]  # it is this object or none
    elif tenant.choices["hardVersusSoft"] == "softFirst":
        return soft + ["sourceAnchor"]
    return ["sourceAnchor"] + soft


def may_match(tenant, source, target, attribute):
    """Whether `source`, a new object, may take over `target` because of this attribute."""
    kind = source["kind"]
    if target["onPremisesSyncEnabled"] or is_converted(target):
        return False
    if kind != target["kind"] and not faulty("kind-not-compared"):
        return False
    if attribute == "sourceAnchor":
        return same_anchor(source, target) and hard_match_problem(tenant, source, target) is None
    # From here on it is a soft match.
    if not tenant.features["softMatch"] and not (faulty("switch-ignored-for-contacts") and kind == "contact"):
        return False
    if target["roles"] and not (faulty("first-role-only") and "Global Administrator" not in target["roles"]):
        return False
    if tenant.features["blockHardMatch"] and kind == "user" and same_anchor(source, target):
        return becomes_soft(tenant, source, target)
    if (target["onPremisesImmutableId"] is not None and not faulty("different-anchor-ignored")
            and (kind != "user" or not same_anchor(source, target))):
        return False  # Of groups and contacts it is left open whether an equal anchor is one too many.
    if source["objectIdentifier"] and not target["onPremisesObjectIdentifier"] and faulty("soft-match-needs-mapping"):
        return False
    by_address = same_address(source, target)
    by_upn = same_upn(source, target) and (tenant.features["softMatchOnUpn"] or faulty("upn-switch-ignored"))
    if faulty("both-names-required") and primary_address(source) and primary_address(target) and kind == "user":
        return by_address and by_upn
    return by_address if attribute == "proxyAddresses" else by_upn


def is_converted(target):
    """Whether an administrator moved the source of authority to the cloud: Connect leaves such an object alone."""
    return bool(target["isCloudManaged"]) and not faulty("converted-is-taken-over")


def hard_match_problem(tenant, source, target):
    """Why `source` may not take over `target`, which carries its anchor and is not mastered on-premises; or None.

    The target may be active, or a user in the recycle bin that left scope.
    """
    if target["kind"] != "user":
        # No hard match for these; but what was synchronised until its conversion can be taken back (False, not None).
        if target["isCloudManaged"] is False or faulty("hard-match-for-contacts") and target["kind"] == "contact":
            return None
        return failure("AttributeValueMustBeUnique", "another cloud object carries the sourceAnchor")
    if target["onPremisesSyncEnabled"] is False and not target["deleted"] and faulty("restored-is-not-matched"):
        return failure("InvalidHardMatch", "the user left scope")
    if target["isCloudManaged"] is False and faulty("rollback-never-ends"):
        return failure("InvalidHardMatch", "the user was converted")
    if tenant.features["blockHardMatch"] and not is_block_ignored(tenant, target):
        return failure("InvalidHardMatch", "hard match is blocked in this tenant")
    if has_protecting_role(tenant, target):
        return failure("InvalidHardMatch", "the cloud user with privileged roles is not allowed to be taken over")
    if is_mapped_to_another(tenant, source, target) and not faulty("mapping-not-checked"):
        return failure("AttributeUpdateNotAllowed", "onPremisesObjectIdentifier names another on-premises object")
    if target["onPremisesObjectIdentifier"] is None and faulty("safe-target-is-protected"):
        return failure("InvalidHardMatch", "the user is not mapped")
    return None


def has_protecting_role(tenant, target):
    """Whether a directory role keeps `target` from a hard match."""
    which = tenant.edition["rolesAtHardMatch"]
    if which == "any":
        return bool(target["roles"]) and not faulty("admin-check-skipped-on-hard-match")
    roles = [] if faulty("privileged-role-not-checked") else list(target["roles"])
    if not faulty("eligibility-not-checked"):
        roles += target["eligibleRoles"]
    if target["deleted"] and faulty("privileged-returns-from-recycle-bin"):
        return False
    return which == "privileged" and any(without_case(role) in PRIVILEGED_ROLES for role in roles)


def is_mapped_to_another(tenant, source, target):
    """Whether joining the two would change onPremisesObjectIdentifier, and the tenant does not allow that."""
    old, new = target["onPremisesObjectIdentifier"], source["objectIdentifier"]
    return (old is not None and new is not None and old != new
            and not (tenant.features["updateOfObjectIdentifier"] and not faulty("bypass-ignored")))


# Some of the deliberate mistakes

def is_block_ignored(tenant, target):
    """Without a seeded fault always False."""
    return (faulty("block-ignored") or target["deleted"] and faulty("return-ignores-block")
            or target["isCloudManaged"] is False and faulty("rollback-ignores-block")
            or tenant.features["updateOfObjectIdentifier"] and faulty("bypass-lifts-the-block"))


def becomes_soft(tenant, source, carrier):
    """Without a seeded fault always False: what may not be taken over by its anchor is not taken over by its name."""
    if tenant.features["blockHardMatch"]:
        return faulty("blocked-hard-match-becomes-soft")
    return faulty("protected-is-matched-softly") and hard_match_problem(tenant, source, carrier) is not None


def faulty_match(tenant, source, holders):
    """Without a seeded fault always None: a further object that is taken over, and by which attribute."""
    if faults.seeded is None:
        return None
    if faulty("name-before-anchor"):
        by_name = [target for target in holders if same_upn(source, target)]
        by_anchor = [target for target in holders if same_anchor(source, target)]
        if (by_name and by_anchor and by_name != by_anchor
                and may_match(tenant, source, by_name[0], "userPrincipalName")):
            return by_name[0], "userPrincipalName"
    if holders:
        return None
    twin = next((target for target in tenant.directory.objects.values() if is_faulty_twin(source, target)), None)
    return twin and (twin, "userPrincipalName")


def is_faulty_twin(source, target):
    if target["deleted"] or target["onPremisesSyncEnabled"] or target["kind"] != source["kind"]:
        return False
    mine, theirs = source["attributes"], target["attributes"]
    if source["kind"] == "group":
        return (faulty("plain-group-matched-on-display-name") and "displayName" in mine
                and not source["mailEnabled"] and not target["mailEnabled"]
                and mine["displayName"] == theirs.get("displayName"))
    if source["kind"] == "user" and not target["roles"]:
        if faulty("other-attribute-matches"):
            return "employeeId" in mine and mine["employeeId"] == theirs.get("employeeId")
        if faulty("upn-matches-address"):
            return primary_address(target) == address_identifier("SMTP:%s" % source["userPrincipalName"])
    return False
