"""What this adapter declares, and what each edition of Microsoft's documents settles.

The rest asks for the settings and capabilities below, never for an edition's name. So what a later page changed is to
be read here, and how it is done stands once.
"""

PROTOCOL = 1

# A case that needs a capability which is not listed is not applicable. Declaring less is always allowed; declaring
# something that does not work is a failure.
CAPABILITIES = [
    "users", "groups", "contacts",
    "match:userPrincipalName", "match:proxyAddresses", "match:sourceAnchor",
    "roles", "passwords", "softMatchSwitch", "hardMatchSwitch", "reinstall", "immutableIdWrite", "cloudEdits",
    "recycleBin", "hardDelete", "authorityFlag", "cloudAnchors", "secondaryAddresses", "quarantinedObjects",
    "objectResults", "matchKind", "evaluatedBy", "batch",
]
CAPABILITIES_2025_04 = CAPABILITIES + ["scope", "softMatchOnUpnSwitch", "authorityFlagStates", "errorCodes"]
CAPABILITIES_2026_07 = CAPABILITIES_2025_04 + [
    "roleEligibility", "objectIdentifier", "identifierUpdateSwitch", "sourceOfAuthority",
]

# The settings:
#
#   capabilities      what is declared
#   rolesAtHardMatch  the directory roles that keep a user from being taken over by its anchor: "any"; "privileged"
#                     ones, held or eligible; or "none", where no page clearly says so. (None is ever soft-matched.)
#   hardMatchFirst    whether a soft match is tried only where no object carries the anchor
#   neverSynced       onPremisesSyncEnabled of what never was synchronised. Since it can be None, False is left for what
#                     was synchronised and left scope
EDITIONS = {
    "2023-01": {
        "capabilities": CAPABILITIES, "rolesAtHardMatch": "any", "hardMatchFirst": False, "neverSynced": False,
    },
    "2025-04": {
        "capabilities": CAPABILITIES_2025_04, "rolesAtHardMatch": "none", "hardMatchFirst": True, "neverSynced": None,
    },
    "2026-07": {
        "capabilities": CAPABILITIES_2026_07, "rolesAtHardMatch": "privileged", "hardMatchFirst": True,
        "neverSynced": None,
    },
}
DEFAULT_EDITION = "2023-01"

# Entra marks each of its roles as privileged or not. These are the ones that this small model knows.
PRIVILEGED_ROLES = {
    "application administrator", "authentication administrator", "cloud application administrator",
    "conditional access administrator", "global administrator", "helpdesk administrator",
    "hybrid identity administrator", "intune administrator", "password administrator",
    "privileged authentication administrator", "privileged role administrator", "security administrator",
    "user administrator",
}

# Where the documentation leaves several behaviours open, an implementation says which one it has. The first value of
# each is the default here; `--choice NAME=VALUE` picks another.
CHOICES = {
    "collisionHandling": ("rejected", "quarantined"),
    "valuesAbsentOnPremises": ("kept", "cleared", "clearedInNextCycle"),
    "ambiguousMatch": ("refused", "withheld", "quarantined"),
    "hardVersusSoft": ("hardFirst", "softFirst"),  # only where hardMatchFirst leaves it open
}

# The tenant's switches, and whether they are on where the suite does not say.
FEATURES = {
    "softMatch": True,
    "softMatchOnUpn": True,
    "passwordHashSync": True,
    "blockHardMatch": False,
    "updateOfObjectIdentifier": False,
}

# Their names in messages: (switch, the value that means "on"). The editions from 2025-04 on use the real names.
FEATURE_NAMES = {
    "softMatch": ("softMatch", True),
    "blockSoftMatchEnabled": ("softMatch", False),
    "softMatchOnUpnEnabled": ("softMatchOnUpn", True),
    "passwordHashSync": ("passwordHashSync", True),
    "passwordSyncEnabled": ("passwordHashSync", True),
    "blockCloudObjectTakeoverThroughHardMatch": ("blockHardMatch", True),
    "blockCloudObjectTakeoverThroughHardMatchEnabled": ("blockHardMatch", True),
    "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled": ("updateOfObjectIdentifier", True),
}
