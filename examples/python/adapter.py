#!/usr/bin/env python3
"""An example adapter: a small model of Microsoft Entra Connect behind the adapter protocol.

The conformance suite starts this program, sends it JSON-RPC 2.0 requests on standard input, one a line, and reads
the replies from standard output. The file has two halves:

* What every adapter needs, whatever it stands for: reading requests and checking them (parts 2 and 6), and the map
  from the suite's names for cloud objects to the implementation's own ids (`Tenant.find`).
* What is under test: the cloud directory, the administrators' commands and Connect's sync cycle (parts 3 to 5), here
  a model in memory. To test your own synchronisation, put calls to it in their place.

Python 3.8 or later, standard library only.
"""

import argparse
import json
import os
import sys
import traceback
from functools import lru_cache

# ----------------------------------------------------------------------------------------------------------------------
# 1. What this adapter declares
# ----------------------------------------------------------------------------------------------------------------------

PROTOCOL = 1
EDITIONS = ["2023-01"]

# A case that needs a capability which is not listed is not applicable. Declaring less is always allowed; declaring
# something that does not work is a failure.
CAPABILITIES = [
    "users", "groups", "contacts",
    "match:userPrincipalName", "match:proxyAddresses", "match:sourceAnchor",
    "roles", "passwords", "softMatchSwitch", "hardMatchSwitch", "reinstall", "immutableIdWrite", "cloudEdits", "recycleBin",
    "hardDelete", "authorityFlag", "cloudAnchors", "secondaryAddresses", "quarantinedObjects",
    "objectResults", "matchKind", "evaluatedBy", "batch",
]

# Where the documentation leaves several behaviours open, an implementation says which one it has. The first value of
# each is the default here; `--choice NAME=VALUE` picks another.
CHOICES = {
    "collisionHandling": ("rejected", "quarantined"),
    "valuesAbsentOnPremises": ("kept", "cleared", "clearedInNextCycle"),
    "ambiguousMatch": ("refused", "withheld", "quarantined"),
    "hardVersusSoft": ("hardFirst", "softFirst"),
}

# Deliberate mistakes, one of which `--fault NAME` seeds: (name, the rule it breaks, what goes wrong). They show what a
# failing run looks like, and they test the suite. Each is switched in one place: look for `faulty(`.
FAULTS = [
    ("secondary-address-matches", "match.primary-smtp-only",
     "Any address that both objects have is a match, secondary ones too."),
    ("upn-compared-with-case", "match.case-insensitive-names",
     "User principal names that differ only in upper and lower case count as different."),
    ("anchor-compared-without-case", "match.case-sensitive-anchor",
     "Source anchors that differ only in upper and lower case count as equal."),
    ("other-attribute-matches", "match.only-three-attributes",
     "A cloud user with the same employeeId is taken over when nothing else matches."),
    ("upn-matches-address", "match.same-attribute",
     "A user principal name that equals a cloud user's primary address is a match."),
    ("both-names-required", "match.either-attribute-suffices",
     "Where both sides have a user principal name and a primary address, both must match."),
    ("different-anchor-ignored", "match.different-anchor-blocks-soft-match",
     "An object that carries another anchor is soft-matched all the same."),
    ("match-again-after-update", "match.new-objects-only",
     "A joined object that is changed to collide with another one is matched as if it were new."),
    ("collision-provisions-anyway", "match.collision-creates-nothing-else",
     "A collision creates an ordinary new object without the values that other objects hold."),
    ("takeover-merges-addresses", "takeover.addresses-replaced",
     "Addresses that exist only in the cloud survive a takeover."),
    ("takeover-recreates-object", "takeover.same-object",
     "A takeover deletes the cloud object and creates it again under a new id."),
    ("cloud-values-win", "takeover.values-overwritten",
     "Attributes that already have a value in the cloud keep it at a takeover."),
    ("anchor-not-stamped-on-soft-match", "takeover.anchor-stamped",
     "A soft match leaves onPremisesImmutableId as it was."),
    ("password-not-overwritten", "takeover.password-overwritten",
     "A takeover keeps the cloud password although password hash synchronisation is on."),
    ("password-written-without-hash-sync", "takeover.password-kept",
     "The on-premises password is written although password hash synchronisation is off."),
    ("admin-check-skipped-on-hard-match", "admin.never-hard-matched",
     "A user with a directory role is taken over when the anchor matches."),
    ("first-role-only", "admin.never-soft-matched",
     "Only the Global Administrator role keeps a user from being matched."),
    ("role-stops-sync", "admin.roles-may-return",
     "A joined user that is given a directory role is no longer updated."),
    ("switch-ignored-for-contacts", "switch.no-soft-match-when-disabled",
     "Contacts are soft-matched although soft match is disabled."),
    ("hard-match-for-contacts", "kind.no-hard-match-for-groups-and-contacts",
     "A cloud-mastered contact is taken over when the anchor matches."),
    ("plain-group-matched-on-display-name", "kind.plain-groups-never-match",
     "A group that is not mail-enabled takes over one with the same displayName."),
    ("kind-not-compared", "kind.same-kind",
     "An object of another kind is taken over."),
    ("immutable-id-on-groups", "kind.immutable-id-users-only",
     "An administrator can set onPremisesImmutableId on groups and contacts."),
    ("reinstall-rejoins-by-upn", "recovery.rejoins-by-anchor",
     "After a reinstall objects are rejoined by user principal name instead of by anchor."),
    ("soft-match-told-as-clients", "recovery.soft-match-is-the-services",
     "A soft match is reported as evaluated by the client."),
    ("cloud-edits-of-synced-objects-accepted", "soa.no-split",
     "A cloud administrator can edit objects that are mastered on-premises."),
    ("password-written-back", "sync.on-premises-never-written",
     "A password that is set in the cloud is written to the on-premises user with the same name."),
    ("failed-not-retried", "sync.failed-is-retried",
     "An object that failed is not tried again until it is changed on-premises."),
    ("error-stops-the-cycle", "sync.errors-stay-local",
     "The first object that fails ends the cycle."),
    ("report-says-ok-for-failure", "safe.report-agrees",
     "An object that failed is reported as unchanged."),
    ("refusal-reported-as-ok", "safe.command-takes-effect",
     "A refused command is reported as ok."),
]

seeded_fault = None  # set once, by main()


def faulty(name):
    return name == seeded_fault


# ----------------------------------------------------------------------------------------------------------------------
# 2. Reading and checking what the suite sends
# ----------------------------------------------------------------------------------------------------------------------

KINDS = ("user", "group", "contact")


class RequestError(Exception):
    """Becomes the `error` of a JSON-RPC reply."""

    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.error = {"code": code, "message": message}
        if data is not None:
            self.error["data"] = data


class BadParams(RequestError):
    def __init__(self, message):
        super().__init__(-32602, message)


class Unsupported(RequestError):
    def __init__(self, capability):
        super().__init__(-32001, "unsupported", {"capability": capability})


# A field that is absent, null or an empty list has no value: these readers make one thing of the three.

def read_text(data, name):
    value = data.get(name)
    if isinstance(value, str):
        return value
    if value is None or value == []:
        return None
    raise BadParams("%s must be a string" % name)


def read_flag(data, name):
    value = data.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise BadParams("%s must be true or false" % name)


def read_list(data, name):
    values = data.get(name)
    if values is None:
        return []
    if isinstance(values, list) and all(isinstance(value, str) for value in values):
        return values
    raise BadParams("%s must be a list of strings" % name)


def read_attributes(data, name, before=()):
    """The entries of `before`, with those of `data[name]` put over them; an entry set to null goes."""
    values = data.get(name)
    merged = dict(before)
    if isinstance(values, dict):
        merged.update(values)
    elif values is not None and values != []:
        raise BadParams("%s must be an object" % name)
    return {entry: value for entry, value in merged.items() if value is not None and value != []}


def required(data, name, kind_of_value, description):
    if not isinstance(data, dict):
        raise BadParams("an object was expected around %s" % name)
    value = data.get(name)
    if not isinstance(value, kind_of_value):
        raise BadParams("%s must be %s" % (name, description))
    return value


def required_text(data, name):
    return required(data, name, str, "a string")


def required_object(data, name):
    return required(data, name, dict, "an object")


def optional_list(data, name):
    return [] if data.get(name) is None else required(data, name, list, "a list")


def read_kind(data):
    kind = required_text(data, "kind")
    if kind not in KINDS:
        raise BadParams("kind must be one of %s" % ", ".join(KINDS))
    return kind


# Objects of both sides are dicts in the very shape of a snapshot, and they are never altered in place: a change puts a
# new dict where the old one was. So a snapshot is merely a list of the present dicts, which later changes leave alone,
# and `is` tells whether an object has changed.

def read_on_premises_object(data):
    return {
        "key": required_text(data, "key"),
        "kind": read_kind(data),
        "mailEnabled": read_flag(data, "mailEnabled"),
        "sourceAnchor": read_text(data, "sourceAnchor"),
        "userPrincipalName": read_text(data, "userPrincipalName"),
        "proxyAddresses": read_list(data, "proxyAddresses"),
        "attributes": read_attributes(data, "attributes"),
        "password": read_text(data, "password"),
    }


def read_cloud_object(data, new_id):
    return {
        "id": new_id,
        "kind": read_kind(data),
        "mailEnabled": read_flag(data, "mailEnabled"),
        "onPremisesSyncEnabled": False,
        "onPremisesImmutableId": read_text(data, "onPremisesImmutableId"),
        "userPrincipalName": read_text(data, "userPrincipalName"),
        "proxyAddresses": read_list(data, "proxyAddresses"),
        "attributes": read_attributes(data, "attributes"),
        "password": read_text(data, "password"),
        "roles": read_list(data, "roles"),
        "deleted": False,
        "quarantined": False,
    }


def read_changes(changes, before, fields):
    """What `set` of an update command makes of the object `before`: attributes merge, everything else is replaced."""
    after = dict(before)
    for name in fields:
        if name in changes:
            after[name] = (read_list if name == "proxyAddresses" else read_text)(changes, name)
    if "attributes" in changes:
        after["attributes"] = read_attributes(changes, "attributes", before["attributes"])
    return after


# ----------------------------------------------------------------------------------------------------------------------
# 3. The cloud directory
# ----------------------------------------------------------------------------------------------------------------------

# An identifier is a pair (attribute, value in the form in which it is compared). User principal names and addresses
# are compared without regard to ASCII case, anchors exactly. The same few names come again and again, hence the caches.

ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def without_case(name):
    return name.lower() if name.isascii() else name.translate(ASCII_LOWER)


@lru_cache(maxsize=10000)
def upn_identifier(upn):
    return ("userPrincipalName", upn if faulty("upn-compared-with-case") else without_case(upn))


@lru_cache(maxsize=10000)
def address_identifier(address):
    """None for what is no mail address, such as an X500 or a SIP value: those may be shared."""
    prefix, _, mail = address.partition(":")
    return ("proxyAddresses", without_case(mail)) if without_case(prefix) == "smtp" else None


def anchor_identifier(anchor):
    return ("sourceAnchor", without_case(anchor) if faulty("anchor-compared-without-case") else anchor)


def primary_address(thing):
    """The one address whose prefix is in upper case, as an identifier."""
    for address in thing["proxyAddresses"]:
        if address.startswith("SMTP:"):
            return address_identifier(address)
    return None


def anchor_of(thing):
    """The anchor has one name on-premises and another one in the cloud."""
    return thing["sourceAnchor"] if "sourceAnchor" in thing else thing["onPremisesImmutableId"]


def identifiers(thing):
    """The identifiers of an object, on-premises or cloud: no two active cloud objects may share one."""
    found = {address_identifier(address) for address in thing["proxyAddresses"]}
    found.discard(None)
    if thing["userPrincipalName"] is not None:
        found.add(upn_identifier(thing["userPrincipalName"]))
    anchor = anchor_of(thing)
    if anchor is not None:
        found.add(anchor_identifier(anchor))
    return found


class Directory:
    """The cloud objects, with an index of which active object holds an identifier."""

    def __init__(self):
        self.objects = {}  # id -> object, those in the recycle bin included
        self.held_identifiers = {}  # id -> identifiers; objects in the recycle bin hold none
        self.holder_ids = {}  # identifier -> id
        self.recycle_bin = set()  # ids
        self.created = 0

    def new_id(self):
        self.created += 1
        return "cloud-%d" % self.created

    def put(self, thing):
        """Adds an object, or replaces the one with the same id."""
        thing_id = thing["id"]
        self.release(thing_id)
        self.objects[thing_id] = thing
        if thing["deleted"]:
            self.recycle_bin.add(thing_id)
        else:
            held = self.held_identifiers[thing_id] = identifiers(thing)
            for identifier in held:
                self.holder_ids[identifier] = thing_id

    def remove(self, thing_id):
        self.release(thing_id)
        del self.objects[thing_id]

    def release(self, thing_id):
        """Frees the identifiers that an object holds."""
        self.recycle_bin.discard(thing_id)
        for identifier in self.held_identifiers.pop(thing_id, ()):
            if self.holder_ids.get(identifier) == thing_id:
                del self.holder_ids[identifier]

    def holder(self, identifier):
        return self.objects.get(self.holder_ids.get(identifier))

    def holders(self, wanted):
        """The active objects that hold any of the wanted identifiers."""
        ids = {self.holder_ids[identifier] for identifier in wanted if identifier in self.holder_ids}
        return [self.objects[thing_id] for thing_id in sorted(ids)]

    def held_by_others(self, wanted, own_id=None):
        """Those of the wanted identifiers that an active object other than `own_id` holds."""
        return {identifier for identifier in wanted if self.holder_ids.get(identifier, own_id) != own_id}


# ----------------------------------------------------------------------------------------------------------------------
# 4. The administrators' commands
# ----------------------------------------------------------------------------------------------------------------------

OK = {"status": "ok"}
NOT_FOUND = {"status": "notFound"}


def refused(message):
    return OK if faulty("refusal-reported-as-ok") else {"status": "refused", "message": message}


BLOCK_HARD_MATCH = "blockCloudObjectTakeoverThroughHardMatch"


class Tenant:
    """One tenant with its on-premises side, from one reset to the next, and the commands that act on them."""

    def __init__(self, choices, tenant):
        self.choices = choices
        features = required_object(tenant, "features")
        self.features = {name: read_flag(features, name) is not False for name in ("softMatch", "passwordHashSync")}
        # This one is sent only where it is on.
        self.features[BLOCK_HARD_MATCH] = read_flag(features, BLOCK_HARD_MATCH) is True
        self.directory = Directory()
        # What the service last accepted from Connect: id -> (on-premises object, identifiers that it left out because
        # other objects hold them). The service keeps this, so a reinstall of Connect sends nothing twice.
        self.accepted = {}
        # What was taken over since the last cycle, where the next one clears what has no value on-premises: ids.
        self.to_clear = set()
        self.on_premises = {}  # key -> object
        # The suite's names for cloud objects. They belong to the adapter, not to Connect, so a reinstall keeps them.
        self.names = {"label": {}, "joinedTo": {}, "quarantinedFor": {}}
        self.connect = Connect(self)
        for data in optional_list(tenant, "cloud"):
            label = required_text(data, "label")
            if label in self.names["label"]:
                raise BadParams("two cloud objects are labelled %s" % label)
            thing = read_cloud_object(data, self.directory.new_id())
            self.directory.put(thing)
            self.names["label"][label] = thing["id"]
        for data in optional_list(tenant, "onPremises"):
            thing = read_on_premises_object(data)
            if thing["key"] in self.on_premises:
                raise BadParams("two on-premises objects have the key %s" % thing["key"])
            self.on_premises[thing["key"]] = thing

    def snapshot(self):
        return {"cloud": list(self.directory.objects.values()), "onPremises": list(self.on_premises.values())}

    def apply(self, command):
        """Carries out one command and returns its outcome."""
        do = required_text(command, "do")
        if do == "removeOnPremisesObject":
            raise Unsupported("scope")
        handler = self.COMMANDS.get(do)
        if handler is None:
            raise BadParams("unknown command %s" % do)
        return handler(self, command)

    def find(self, command):
        """The cloud object that a command's CloudRef names, or None."""
        reference = required_object(command, "object")
        for way, ids in self.names.items():
            if reference.get(way) is not None:
                return self.directory.objects.get(ids.get(required_text(reference, way)))
        raise BadParams("object must name a label, joinedTo or quarantinedFor")

    def put_if_free(self, thing):
        """Puts an object unless another active one holds an identifier of it."""
        held = self.directory.held_by_others(identifiers(thing), thing["id"])
        if held:
            return refused("another object has this %s" % sorted(held)[0][0])
        self.directory.put(thing)
        return OK

    # On-premises

    def create_on_premises_object(self, command):
        thing = read_on_premises_object(command.get("object"))
        if thing["key"] in self.on_premises:
            return refused("the key is in use")
        self.on_premises[thing["key"]] = thing
        return OK

    def update_on_premises_object(self, command):
        before = self.on_premises.get(required_text(command, "key"))
        if before is None:
            return NOT_FOUND
        after = read_changes(required_object(command, "set"), before,
                             ("sourceAnchor", "userPrincipalName", "proxyAddresses", "password"))
        if after != before:
            self.on_premises[before["key"]] = after
        return OK

    # In the cloud

    def create_cloud_object(self, command):
        data = command.get("object")
        label = required_text(data, "label")
        if label in self.names["label"]:
            return refused("the label is in use")
        thing = read_cloud_object(data, self.directory.new_id())
        if thing["kind"] != "user" and thing["onPremisesImmutableId"] is not None:
            return refused("only users can be given an onPremisesImmutableId")
        outcome = self.put_if_free(thing)
        if thing["id"] in self.directory.objects:
            self.names["label"][label] = thing["id"]
        return outcome

    def update_cloud_object(self, command):
        before, changes = self.find(command), required_object(command, "set")
        if before is None:
            return NOT_FOUND
        after = read_changes(changes, before, ("userPrincipalName", "proxyAddresses", "password"))
        if before["deleted"]:
            return refused("the object is in the recycle bin")
        if before["onPremisesSyncEnabled"] and not faulty("cloud-edits-of-synced-objects-accepted"):
            return refused("the object is mastered on-premises")
        if (after["userPrincipalName"] is not None) != (before["kind"] == "user"):
            return refused("users, and only users, have a userPrincipalName")
        if faulty("password-written-back") and "password" in changes:
            for key, person in self.on_premises.items():
                if person["userPrincipalName"] == after["userPrincipalName"]:
                    self.on_premises[key] = dict(person, password=after["password"])
        return self.put_if_free(after)

    def set_immutable_id(self, command):
        thing, value = self.find(command), read_text(command, "value")
        if thing is None:
            return NOT_FOUND
        if thing["kind"] != "user" and not faulty("immutable-id-on-groups"):
            return refused("onPremisesImmutableId can be set on users only")
        if thing["onPremisesSyncEnabled"] or thing["deleted"]:
            return refused("onPremisesImmutableId can be set on active cloud-mastered users only")
        return self.put_if_free(dict(thing, onPremisesImmutableId=value))

    def assign_role(self, command):
        return self.change_roles(command, lambda roles, role: roles + [role] if role not in roles else roles)

    def remove_role(self, command):
        return self.change_roles(command, lambda roles, role: [held for held in roles if held != role])

    def change_roles(self, command, change):
        """Roles are the cloud's own business: they may change whoever masters the user."""
        thing, role = self.find(command), required_text(command, "role")
        if thing is None:
            return NOT_FOUND
        if thing["kind"] != "user" or thing["deleted"]:
            return refused("only active users have directory roles")
        self.directory.put(dict(thing, roles=change(thing["roles"], role)))
        return OK

    def delete_cloud_object(self, command):
        thing, permanently = self.find(command), read_flag(command, "permanently")
        if thing is None:
            return NOT_FOUND
        if permanently:
            self.directory.remove(thing["id"])
        else:
            self.directory.put(dict(thing, deleted=True))
        return OK

    def restore_cloud_object(self, command):
        thing = self.find(command)
        if thing is None:
            return NOT_FOUND
        return self.put_if_free(dict(thing, deleted=False))

    def set_feature(self, command):
        feature, value = required_text(command, "feature"), required(command, "value", bool, "true or false")
        if feature not in self.features:
            raise BadParams("unknown feature %s" % feature)
        self.features[feature] = value
        return OK

    # Connect

    def reinstall_connect(self, command):
        self.connect = Connect(self)
        return OK

    def sync(self, command):
        return {"status": "ok", "objects": self.connect.sync()}

    COMMANDS = {
        "createOnPremisesObject": create_on_premises_object,
        "updateOnPremisesObject": update_on_premises_object,
        "createCloudObject": create_cloud_object,
        "updateCloudObject": update_cloud_object,
        "setImmutableId": set_immutable_id,
        "assignRole": assign_role,
        "removeRole": remove_role,
        "deleteCloudObject": delete_cloud_object,
        "restoreCloudObject": restore_cloud_object,
        "setFeature": set_feature,
        "reinstallConnect": reinstall_connect,
        "sync": sync,
    }


# ----------------------------------------------------------------------------------------------------------------------
# 5. The sync cycle
# ----------------------------------------------------------------------------------------------------------------------

# In this part `source` is an on-premises object and `target` a cloud object.

UNCHANGED = {"result": "unchanged"}


def failure(code, message):
    return {"result": "error", "code": code, "message": message}


class Connect:
    """Connect as installed once: what it remembers here is what a reinstall loses."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.joined = {}  # key -> id of the cloud object
        self.failed = {}  # key -> (the on-premises object as it was, result); used by one fault only

    @property
    def directory(self):
        return self.tenant.directory

    def sync(self):
        """One full cycle: the result for each on-premises object."""
        rejoined = self.rejoin()
        results = {}
        stopped = False
        for key, source in self.tenant.on_premises.items():
            result = failure("Stopped", "the cycle has ended") if stopped else self.export(key, source)
            if result["result"] == "error":
                self.failed[key] = (source, result)
                if faulty("error-stops-the-cycle"):
                    stopped = True
                if faulty("report-says-ok-for-failure"):
                    result = UNCHANGED
            elif key in rejoined:
                result = {"result": "hardMatched", "matchedOn": "sourceAnchor", "evaluatedBy": "client"}
            results[key] = result
        return results

    def rejoin(self):
        """Finds again, after a reinstall, what is already mastered on-premises: the keys joined anew.

        This is no match: the anchor says whose object it is, so neither roles nor the soft match switch matter. All
        objects are rejoined before any is exported, as Connect imports the directory before it exports to it.
        """
        rejoined = set()
        taken = set(self.joined.values())
        for key, source in self.tenant.on_premises.items():
            if self.joined.get(key) in self.directory.objects or self.copy_of(key) is not None:
                continue
            if faulty("reinstall-rejoins-by-upn"):
                target = self.directory.holder(upn_identifier(source["userPrincipalName"] or ""))
            else:
                target = self.directory.holder(anchor_identifier(source["sourceAnchor"] or ""))
            if (target is not None and target["onPremisesSyncEnabled"] and not target["quarantined"]
                    and target["kind"] == source["kind"] and target["id"] not in taken):
                self.join(key, target["id"])
                taken.add(target["id"])
                rejoined.add(key)
        return rejoined

    def join(self, key, target_id):
        self.joined[key] = target_id
        self.tenant.names["joinedTo"][key] = target_id

    def copy_of(self, key):
        """The conflict copy that was made for an on-premises object, until it is permanently deleted."""
        return self.directory.objects.get(self.tenant.names["quarantinedFor"].get(key))

    def export(self, key, source):
        """Brings one on-premises object to the cloud, or does nothing at all; returns the result."""
        if faulty("failed-not-retried") and key in self.failed and self.failed[key][0] is source:
            return self.failed[key][1]
        target = self.directory.objects.get(self.joined.get(key))
        if self.copy_of(key) is not None:
            return {"result": "quarantined"}
        if target is None:
            return self.match(key, source)
        if target["deleted"]:
            return failure("ObjectInRecycleBin", "restore the cloud object or delete it permanently")
        accepted, withheld = self.tenant.accepted[target["id"]]
        if accepted is source and target["id"] not in self.tenant.to_clear:
            return UNCHANGED
        return self.update(key, source, target, accepted, withheld)

    # New objects

    def match(self, key, source):
        """A new object: take over the cloud object that matches, or provision, or fail."""
        if source["sourceAnchor"] is None:
            return failure("MissingSourceAnchor", "the on-premises object has no sourceAnchor")
        if self.in_recycle_bin(source):
            return failure("ObjectInRecycleBin", "restore the cloud object or delete it permanently")
        holders = self.directory.holders(identifiers(source))
        if not holders:
            twin = self.faulty_twin(source)
            return self.take_over(key, source, twin, "userPrincipalName") if twin else self.provision(key, source)
        candidates = [(target, attribute) for attribute in self.attributes_in_order() for target in holders
                      if self.may_match(source, target, attribute)]
        if not candidates:
            return self.collide(key, source, self.tenant.choices["collisionHandling"] == "quarantined")
        if len(holders) > 1 and self.tenant.choices["ambiguousMatch"] == "refused":
            return failure("AmbiguousMatch", "several cloud objects hold values of this object")
        if len(holders) > 1 and self.tenant.choices["ambiguousMatch"] == "quarantined":
            return self.collide(key, source, True)
        target, attribute = candidates[0]
        withheld = self.directory.held_by_others(identifiers(source), target["id"])
        if anchor_identifier(source["sourceAnchor"]) in withheld:
            # Every other value can be withheld, but a taken over object must carry the anchor.
            return failure("AttributeValueMustBeUnique", "another cloud object carries the sourceAnchor")
        return self.take_over(key, source, target, attribute, withheld)

    def in_recycle_bin(self, source):
        """Whether an administrator deleted what was this object's: neither revive nor replace it against that wish."""
        for target_id in self.directory.recycle_bin:
            target = self.directory.objects[target_id]
            if (target["onPremisesSyncEnabled"] and target["kind"] == source["kind"]
                    and target["onPremisesImmutableId"] == source["sourceAnchor"]):
                return True
        return False

    def attributes_in_order(self):
        """The three attributes that decide, first choice first."""
        soft = ["proxyAddresses", "userPrincipalName"]
        if self.tenant.choices["hardVersusSoft"] == "softFirst":
            return soft + ["sourceAnchor"]
        return ["sourceAnchor"] + soft

    def may_match(self, source, target, attribute):
        """Whether `source`, a new object, may take over `target` because of this attribute."""
        kind = source["kind"]
        if target["onPremisesSyncEnabled"]:
            return False
        if kind != target["kind"] and not faulty("kind-not-compared"):
            return False
        if target["roles"] and not (
                (faulty("first-role-only") and "Global Administrator" not in target["roles"])
                or (faulty("admin-check-skipped-on-hard-match") and attribute == "sourceAnchor")):
            return False
        if kind == "user" and self.tenant.features[BLOCK_HARD_MATCH] and self.same_anchor(source, target):
            return False  # neither by its anchor nor softly in its place
        if attribute == "sourceAnchor":
            if kind != "user" and not (faulty("hard-match-for-contacts") and kind == "contact"):
                return False
            return self.same_anchor(source, target)
        # From here on it is a soft match.
        if not self.tenant.features["softMatch"] and not (faulty("switch-ignored-for-contacts") and kind == "contact"):
            return False
        if (target["onPremisesImmutableId"] is not None and not faulty("different-anchor-ignored")
                and (kind != "user" or not self.same_anchor(source, target))):
            return False  # Of groups and contacts it is left open whether an equal anchor is one too many.
        same_address, same_upn = self.same_address(source, target), self.same_upn(source, target)
        if faulty("both-names-required") and primary_address(source) and primary_address(target) and kind == "user":
            return same_address and same_upn
        return same_address if attribute == "proxyAddresses" else same_upn

    @staticmethod
    def same_anchor(source, target):
        return (source["sourceAnchor"] is not None and target["onPremisesImmutableId"] is not None
                and anchor_identifier(target["onPremisesImmutableId"]) == anchor_identifier(source["sourceAnchor"]))

    @staticmethod
    def same_upn(source, target):
        return (source["kind"] == "user" and source["userPrincipalName"] is not None
                and target["userPrincipalName"] is not None
                and upn_identifier(source["userPrincipalName"]) == upn_identifier(target["userPrincipalName"]))

    @staticmethod
    def same_address(source, target):
        """Primary address against primary address; of groups only where both are mail-enabled."""
        if source["kind"] == "group" and not (source["mailEnabled"] and target["mailEnabled"]):
            return False
        if faulty("secondary-address-matches"):
            shared = identifiers(source) & identifiers(target)
            return any(attribute == "proxyAddresses" for attribute, _ in shared)
        primary = primary_address(source)
        return primary is not None and primary == primary_address(target)

    def faulty_twin(self, source):
        """Without a seeded fault always None: no further attribute makes a match."""
        def is_twin(target):
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

        if seeded_fault is None:
            return None
        return next(filter(is_twin, self.directory.objects.values()), None)

    def take_over(self, key, source, target, attribute, withheld=frozenset()):
        """The cloud object becomes the on-premises object's, by whichever attribute it was found."""
        taken = self.with_values(target, source, withheld)
        taken["onPremisesSyncEnabled"] = True
        if attribute == "sourceAnchor" or not faulty("anchor-not-stamped-on-soft-match"):
            taken["onPremisesImmutableId"] = source["sourceAnchor"]
        if faulty("takeover-merges-addresses"):
            taken["proxyAddresses"] = sorted(set(taken["proxyAddresses"]) | set(target["proxyAddresses"]))
        if faulty("cloud-values-win"):
            taken["attributes"] = dict(taken["attributes"], **target["attributes"])
        if faulty("password-not-overwritten"):
            taken["password"] = target["password"]
        if faulty("takeover-recreates-object"):
            self.directory.remove(target["id"])
            taken["id"] = self.directory.new_id()
        self.finish(key, source, taken, withheld)
        if self.tenant.choices["valuesAbsentOnPremises"] == "clearedInNextCycle":
            self.tenant.to_clear.add(taken["id"])
        if attribute == "sourceAnchor":
            return {"result": "hardMatched", "matchedOn": attribute, "evaluatedBy": "service"}
        return {"result": "softMatched", "matchedOn": attribute,
                "evaluatedBy": "client" if faulty("soft-match-told-as-clients") else "service"}

    def provision(self, key, source):
        self.finish(key, source, self.new_target(source, frozenset()))
        return {"result": "provisioned"}

    def collide(self, key, source, leaves_copy):
        """Other objects hold values of this new object, and none of them is taken over."""
        withheld = self.directory.held_by_others(identifiers(source))
        anchor_is_held = anchor_identifier(source["sourceAnchor"]) in withheld
        if faulty("collision-provisions-anyway") and not anchor_is_held:
            self.finish(key, source, self.new_target(source, withheld), withheld)
            return {"result": "provisioned"}
        if anchor_is_held or not leaves_copy:
            attributes = sorted({attribute for attribute, _ in withheld})
            return failure("AttributeValueMustBeUnique", "held by another object: %s" % ", ".join(attributes))
        # A copy never has the user principal name itself, not even where only an address is held.
        names = {identifier for identifier in identifiers(source) if identifier[0] == "userPrincipalName"}
        copy = self.new_target(source, withheld | names)
        copy["quarantined"] = True
        self.directory.put(copy)
        self.tenant.names["quarantinedFor"][key] = copy["id"]
        return {"result": "quarantined"}

    def new_target(self, source, withheld):
        """A new cloud object for `source`; a withheld user principal name gives way to a placeholder."""
        target = read_cloud_object({"kind": source["kind"], "mailEnabled": source["mailEnabled"]},
                                   self.directory.new_id())
        if source["userPrincipalName"] is not None:
            target["userPrincipalName"] = self.placeholder(source["userPrincipalName"])
        target = self.with_values(target, source, withheld)
        target["onPremisesSyncEnabled"] = True
        target["onPremisesImmutableId"] = source["sourceAnchor"]
        return target

    def placeholder(self, upn):
        """A user principal name like the one that is held, with a number that makes it free."""
        name, _, suffix = upn.partition("@")
        number = 1000 + self.directory.created
        while True:
            candidate = "%s+%d@%s" % (name, number, suffix)
            if self.directory.holder(upn_identifier(candidate)) is None:
                return candidate
            number += 1

    # Joined objects

    def update(self, key, source, target, accepted, withheld):
        """Sends a joined object's values, all of them or, in a conflict, none. It is never matched again."""
        if not self.same_anchor(source, target):
            return failure("SourceAnchorChanged", "the sourceAnchor of a joined object cannot be changed")
        if faulty("role-stops-sync") and target["roles"]:
            return failure("AttributeValueMustBeUnique", "the user has a directory role")
        held = self.directory.held_by_others(identifiers(source), target["id"])
        # A secondary address that was withheld, and is to become the primary one, is a late match all the same.
        became_primary = any(address.startswith("SMTP:") and address not in accepted["proxyAddresses"]
                             and address_identifier(address) in held for address in source["proxyAddresses"])
        if became_primary or not held <= withheld:
            if faulty("match-again-after-update"):
                self.directory.remove(target["id"])
                return self.match(key, source)
            return failure("AttributeValueMustBeUnique", "another cloud object holds a value of this object")
        updated = self.with_values(target, source, held, accepted)
        if target["id"] in self.tenant.to_clear:
            updated["attributes"] = dict(source["attributes"])
            self.tenant.to_clear.discard(target["id"])
        self.finish(key, source, updated, held)
        return UNCHANGED if updated == target else {"result": "updated"}

    # Both

    def with_values(self, target, source, withheld, accepted=None):
        """`target` with the on-premises values, except those in `withheld`.

        `accepted` is the on-premises object at its last export: what had a value then and has none now is removed.
        Anything else that has no value on-premises stays or goes, as the choice valuesAbsentOnPremises says.
        """
        cleared = self.tenant.choices["valuesAbsentOnPremises"] == "cleared"
        result = dict(target)
        upn = source["userPrincipalName"]
        if upn is not None and upn_identifier(upn) not in withheld:
            result["userPrincipalName"] = upn
        if source["proxyAddresses"]:
            result["proxyAddresses"] = [address for address in source["proxyAddresses"]
                                        if address_identifier(address) not in withheld]
        elif cleared or (accepted is not None and accepted["proxyAddresses"]):
            result["proxyAddresses"] = []
        attributes = {} if cleared else dict(target["attributes"])
        if accepted is not None:
            for name in accepted["attributes"]:
                attributes.pop(name, None)
        attributes.update(source["attributes"])
        result["attributes"] = attributes
        if source["password"] is not None and (
                self.tenant.features["passwordHashSync"] or faulty("password-written-without-hash-sync")):
            result["password"] = source["password"]
        return result

    def finish(self, key, source, target, withheld=frozenset()):
        """Writes a joined object and notes what it was made from."""
        self.directory.put(target)
        self.join(key, target["id"])
        self.tenant.accepted[target["id"]] = (source, withheld)


# ----------------------------------------------------------------------------------------------------------------------
# 6. JSON-RPC on standard input and output
# ----------------------------------------------------------------------------------------------------------------------

class Server:
    def __init__(self, choices):
        self.choices = choices
        self.tenant = None
        self.running = True
        # Made once: json.dumps and json.loads with options would make them for every message.
        self.encode = json.JSONEncoder(separators=(",", ":"), check_circular=False, allow_nan=False).encode
        self.decode = json.JSONDecoder(parse_constant=self.no_constant).decode
        self.methods = {
            "initialize": self.initialize,
            "reset": self.reset,
            "apply": self.apply,
            "runCase": self.run_case,
            "shutdown": self.shutdown,
        }

    @staticmethod
    def no_constant(name):
        raise ValueError("%s is no JSON" % name)

    def initialize(self, params):
        if params.get("protocol") != PROTOCOL:
            raise BadParams("this adapter speaks protocol %d" % PROTOCOL)
        choices = dict(self.choices)
        if choices["ambiguousMatch"] != "withheld":
            # It says which object is taken over in an ambiguous match: here none is.
            del choices["hardVersusSoft"]
        return {
            "protocol": PROTOCOL,
            "implementation": {"name": "python-example", "version": "1.0.0", "language": "Python"},
            "editions": EDITIONS,
            "capabilities": CAPABILITIES,
            "choices": choices,
        }

    def reset(self, params):
        self.tenant = Tenant(self.choices, required_object(params, "tenant"))
        return {"snapshot": self.tenant.snapshot()}

    def apply(self, params):
        if self.tenant is None:
            raise RequestError(-32600, "reset comes before apply")
        outcome = self.tenant.apply(required_object(params, "command"))
        return {"outcome": outcome, "snapshot": self.tenant.snapshot()}

    def run_case(self, params):
        result = self.reset(params)
        result["steps"] = [self.apply({"command": command}) for command in optional_list(params, "commands")]
        return result

    def shutdown(self, params):
        self.running = False
        return {}

    def answer(self, line):
        """The reply to one line, empty where JSON-RPC wants none (a request without an id)."""
        request_id, reply_wanted = None, True
        try:
            try:
                request = self.decode(line.decode("utf-8"))
            except (ValueError, RecursionError) as problem:
                raise RequestError(-32700, "not JSON: %s" % problem)
            if not isinstance(request, dict):
                raise RequestError(-32600, "a request must be an object")
            if isinstance(request.get("id"), (str, int)):
                request_id = request["id"]
            method, params = request.get("method"), request.get("params")
            if request.get("jsonrpc") != "2.0" or not isinstance(method, str):
                raise RequestError(-32600, "not a JSON-RPC 2.0 request")
            reply_wanted = "id" in request
            if method not in self.methods:
                raise RequestError(-32601, "unknown method %s" % method)
            if params is not None and not isinstance(params, dict):
                raise BadParams("params must be an object")
            reply = self.encode({"jsonrpc": "2.0", "id": request_id, "result": self.methods[method](params or {})})
        except RequestError as problem:
            reply = self.encode({"jsonrpc": "2.0", "id": request_id, "error": problem.error})
        except Exception as problem:  # a mistake in this file: say so instead of dying without a word
            traceback.print_exc()
            error = {"code": -32603, "message": "internal error: %r" % problem}
            reply = self.encode({"jsonrpc": "2.0", "id": request_id, "error": error})
        return reply.encode("ascii") + b"\n" if reply_wanted else b""

    def serve(self, requests, replies):
        while self.running:
            line = requests.readline()
            if not line:  # end of input
                return
            if line.isspace():
                continue
            replies.write(self.answer(line))
            replies.flush()  # the suite may be waiting for this reply before it sends anything more


def main(arguments=None):
    global seeded_fault
    parser = argparse.ArgumentParser(description="An example adapter for entra-conformance.", allow_abbrev=False)
    parser.add_argument("--choice", action="append", default=[], metavar="NAME=VALUE",
                        help="how to behave where the documentation leaves it open (repeatable): %s"
                             % "; ".join("%s=%s" % (name, "|".join(values)) for name, values in CHOICES.items()))
    parser.add_argument("--fault", metavar="NAME", help="seed one deliberate mistake")
    parser.add_argument("--list-faults", action="store_true", help="print the faults and the rules they break")
    options = parser.parse_args(arguments)

    if options.list_faults:
        for fault in FAULTS:
            print("\t".join(fault))
        return
    if options.fault is not None and options.fault not in [name for name, _, _ in FAULTS]:
        parser.error("unknown fault %r; --list-faults prints those there are" % options.fault)
    choices = {name: values[0] for name, values in CHOICES.items()}
    for choice in options.choice:
        name, _, value = choice.partition("=")
        if value not in CHOICES.get(name, ()):
            parser.error("unknown choice %r; there are: %s" % (choice, "; ".join(
                "%s=%s" % (known, "|".join(values)) for known, values in CHOICES.items())))
        choices[name] = value
    seeded_fault = options.fault

    try:
        Server(choices).serve(sys.stdin.buffer, sys.stdout.buffer)
    except (BrokenPipeError, KeyboardInterrupt):
        # Nobody reads any more. Python would complain when it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
