"""Reading and checking what the suite sends."""

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
# and `is` tells whether an object has changed. What an edition does not know is never sent, and so stays without value.

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
        "objectIdentifier": read_text(data, "objectIdentifier"),
    }


def read_cloud_object(data, new_id, never_synced):
    """A new object that is mastered in the cloud."""
    return {
        "id": new_id,
        "kind": read_kind(data),
        "mailEnabled": read_flag(data, "mailEnabled"),
        "onPremisesSyncEnabled": never_synced,
        "isCloudManaged": read_flag(data, "isCloudManaged"),
        "onPremisesImmutableId": read_text(data, "onPremisesImmutableId"),
        "onPremisesObjectIdentifier": read_text(data, "onPremisesObjectIdentifier"),
        "userPrincipalName": read_text(data, "userPrincipalName"),
        "proxyAddresses": read_list(data, "proxyAddresses"),
        "attributes": read_attributes(data, "attributes"),
        "password": read_text(data, "password"),
        "roles": read_list(data, "roles"),
        "eligibleRoles": read_list(data, "eligibleRoles"),
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
