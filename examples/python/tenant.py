"""One tenant with its on-premises side, and the commands that administrators give."""

from connect import Connect
from directory import Directory, identifiers
from editions import FEATURES, FEATURE_NAMES
from faults import faulty
from messages import (BadParams, Unsupported, optional_list, read_changes, read_cloud_object, read_flag,
                      read_on_premises_object, read_text, required, required_object, required_text)

OK = {"status": "ok"}
NOT_FOUND = {"status": "notFound"}


def refused(message):
    return OK if faulty("refusal-reported-as-ok") else {"status": "refused", "message": message}


class Tenant:
    """One tenant with its on-premises side, from one reset to the next, and the commands that act on them."""

    def __init__(self, edition, choices, tenant):
        self.edition = edition
        self.choices = choices
        self.features = dict(FEATURES)
        features = required_object(tenant, "features")
        for name, (feature, on) in FEATURE_NAMES.items():
            value = read_flag(features, name)
            if value is not None:
                self.features[feature] = value is on
        self.directory = Directory()
        # What the service last accepted from Connect: id -> (on-premises object, identifiers that it left out because
        # other objects hold them). The service keeps this, so a reinstall of Connect sends nothing twice.
        self.accepted = {}
        # What was taken over since the last cycle, where the next one clears what has no value on-premises: ids.
        self.to_clear = set()
        self.copies = {}  # key of an on-premises object -> id of the conflict copy that was made for it
        self.on_premises = {}  # key -> object
        # The suite's names for cloud objects. They belong to the adapter, not to Connect, so a reinstall keeps them.
        self.names = {"label": {}, "joinedTo": {}, "quarantinedFor": {}}
        self.connect = Connect(self)
        for data in optional_list(tenant, "cloud"):
            label = required_text(data, "label")
            if label in self.names["label"]:
                raise BadParams("two cloud objects are labelled %s" % label)
            thing = self.read_cloud_object(data)
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
        if do not in self.COMMANDS:
            raise BadParams("unknown command %s" % do)
        handler, capability = self.COMMANDS[do]
        if capability is not None and capability not in self.edition["capabilities"]:
            raise Unsupported(capability)
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

    def remove_on_premises_object(self, command):
        """Deleted or no longer synchronised: the cloud cannot tell these apart."""
        source = self.on_premises.pop(required_text(command, "key"), None)
        if source is None:
            return NOT_FOUND
        self.connect.forget(source)
        return OK

    # In the cloud

    def read_cloud_object(self, data):
        never_synced = False if faulty("never-synced-is-false") else self.edition["neverSynced"]
        return read_cloud_object(data, self.directory.new_id(), never_synced)

    def create_cloud_object(self, command):
        data = command.get("object")
        label = required_text(data, "label")
        if label in self.names["label"]:
            return refused("the label is in use")
        thing = self.read_cloud_object(data)
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
        if before["isCloudManaged"] and faulty("converted-cannot-be-edited"):
            return refused("the object is synchronised")
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

    def set_object_identifier(self, command):
        """It is Connect that sets onPremisesObjectIdentifier; administrators can only clear it, of any user."""
        thing, value = self.find(command), read_text(command, "value")
        if thing is None:
            return NOT_FOUND
        if thing["kind"] != "user" or thing["deleted"]:
            return refused("only active users have an onPremisesObjectIdentifier")
        if value is not None and not faulty("identifier-can-be-set"):
            return refused("onPremisesObjectIdentifier can only be cleared")
        if thing["onPremisesSyncEnabled"] and faulty("clearing-needs-cloud-mastery"):
            return refused("the object is mastered on-premises")
        self.directory.put(dict(thing, onPremisesObjectIdentifier=value))
        return OK

    def set_cloud_managed(self, command):
        """Moves the source of authority of one object to the cloud, or asks the next cycle to take it back."""
        thing, value = self.find(command), required(command, "value", bool, "true or false")
        if thing is None:
            return NOT_FOUND
        if value == bool(thing["isCloudManaged"]):
            return OK
        if thing["deleted"] or thing["quarantined"]:
            return refused("only active objects can be converted")
        is_given_back = thing["isCloudManaged"] is False and not thing["onPremisesSyncEnabled"]
        if value and not thing["onPremisesSyncEnabled"] and not is_given_back:
            return refused("the object is mastered in the cloud already")
        back_at_once = not value and faulty("rollback-at-once")
        self.directory.put(dict(thing, isCloudManaged=value, onPremisesSyncEnabled=True if back_at_once else None))
        return OK

    def assign_role(self, command):
        return self.change_roles(command, "roles", True)

    def remove_role(self, command):
        return self.change_roles(command, "roles", False)

    def make_eligible(self, command):
        return self.change_roles(command, "eligibleRoles", True)

    def remove_eligibility(self, command):
        return self.change_roles(command, "eligibleRoles", False)

    def change_roles(self, command, field, given):
        """Roles are the cloud's own business: they may change whoever masters the user."""
        thing, role = self.find(command), required_text(command, "role")
        if thing is None:
            return NOT_FOUND
        if thing["kind"] != "user" or thing["deleted"]:
            return refused("only active users have directory roles")
        others = [held for held in thing[field] if held != role]
        if given != (role in thing[field]):
            self.directory.put(dict(thing, **{field: others + [role] if given else others}))
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
        name, value = required_text(command, "feature"), required(command, "value", bool, "true or false")
        if name not in FEATURE_NAMES:
            raise BadParams("unknown feature %s" % name)
        feature, on = FEATURE_NAMES[name]
        if feature == "softMatchOnUpn" and self.features[feature] and not value:
            return refused("softMatchOnUpnEnabled cannot be disabled")
        self.features[feature] = value is on
        return OK

    # Connect

    def reinstall_connect(self, command):
        self.connect = Connect(self)
        return OK

    def sync(self, command):
        return {"status": "ok", "objects": self.connect.sync()}

    # Each with the capability that an edition must have for it, where not all of them have it.
    COMMANDS = {
        "createOnPremisesObject": (create_on_premises_object, None),
        "updateOnPremisesObject": (update_on_premises_object, None),
        "removeOnPremisesObject": (remove_on_premises_object, "scope"),
        "createCloudObject": (create_cloud_object, None),
        "updateCloudObject": (update_cloud_object, None),
        "setImmutableId": (set_immutable_id, None),
        "setOnPremisesObjectIdentifier": (set_object_identifier, "objectIdentifier"),
        "setCloudManaged": (set_cloud_managed, "sourceOfAuthority"),
        "assignRole": (assign_role, None),
        "removeRole": (remove_role, None),
        "makeEligible": (make_eligible, "roleEligibility"),
        "removeEligibility": (remove_eligibility, "roleEligibility"),
        "deleteCloudObject": (delete_cloud_object, None),
        "restoreCloudObject": (restore_cloud_object, None),
        "setFeature": (set_feature, None),
        "reinstallConnect": (reinstall_connect, None),
        "sync": (sync, None),
    }
