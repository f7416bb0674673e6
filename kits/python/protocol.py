"""The adapter protocol of entra-conformance, version 1. adapter.py is yours to fill in; this file you need not touch.

It reads requests from standard input and answers them on standard output, keeps the on-premises directory and the suite's
names for cloud objects, and passes every other command to the function of your adapter that has its name.
"""

import json
import os
import sys
import traceback


class Refused(Exception):
    """Raise it where your implementation does not carry a command out, and has changed nothing."""


class NotFound(Exception):
    """A reference or a key names nothing."""


class Unsupported(Exception):
    """What takes a capability that is not declared."""


def unsupported(capability):
    raise Unsupported(capability)


def with_changes(thing, changes):
    """`thing` after an update: a field that `changes` does not name stays, null or an empty list empties one, attributes
    merge name by name. `thing` itself stays as it is."""
    after = {**thing, **changes}
    after["attributes"] = {**(thing.get("attributes") or {}), **(changes.get("attributes") or {})}
    after["attributes"] = {name: value for name, value in after["attributes"].items() if value is not None}
    return {name: value for name, value in after.items() if value not in (None, [], {})}


# The capability that a command takes, for commands that an adapter has no function for.
COMMANDS = {
    "removeOnPremisesObject": "scope", "updateCloudObject": "cloudEdits", "setImmutableId": "immutableIdWrite",
    "assignRole": "roles", "removeRole": "roles", "deleteCloudObject": "recycleBin", "restoreCloudObject": "recycleBin",
    "reinstallConnect": "reinstall", "makeEligible": "roleEligibility", "removeEligibility": "roleEligibility",
    "setOnPremisesObjectIdentifier": "objectIdentifier", "setCloudManaged": "sourceOfAuthority",
}
SWITCHES = {
    "softMatch": "softMatchSwitch", "blockSoftMatchEnabled": "softMatchSwitch",
    "passwordHashSync": "passwords", "passwordSyncEnabled": "passwords",
    "blockCloudObjectTakeoverThroughHardMatch": "hardMatchSwitch",
    "blockCloudObjectTakeoverThroughHardMatchEnabled": "hardMatchSwitch",
    "softMatchOnUpnEnabled": "softMatchOnUpnSwitch",
    "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled": "identifierUpdateSwitch",
}


def capability_of(command):
    """The capability that a command takes, None where this file does not know."""
    if command["do"] == "setFeature":
        return SWITCHES.get(command["feature"])
    if command["do"] == "deleteCloudObject" and command.get("permanently"):
        return "hardDelete"
    return COMMANDS.get(command["do"])


class Conversation:
    def __init__(self, adapter):
        self.adapter = adapter
        self.running = True
        self.on_premises = None  # key -> object
        self.names = None  # what commands call a cloud object -> its id
        self.methods = {"initialize": self.initialize, "reset": self.reset, "apply": self.apply,
                        "runCase": self.run_case, "shutdown": self.shutdown}

    # Methods

    def initialize(self, _):
        described = self.adapter.describe()
        return {"protocol": 1, **described, "capabilities": [*described["capabilities"], "batch"]}

    def reset(self, params):
        tenant = params["tenant"]
        self.on_premises = {thing["key"]: thing for thing in tenant.get("onPremises") or []}
        self.names = {"label": {}, "joinedTo": {}, "quarantinedFor": {}}
        self.adapter.reset(tenant.get("features") or {})
        for setup in tenant.get("cloud") or []:
            self.create_cloud_object(setup)
        return {"snapshot": self.snapshot()}

    def apply(self, params):
        if self.names is None:
            raise ValueError("reset comes before apply")
        try:
            outcome = self.carry_out(params["command"])
        except Refused as reason:
            outcome = {"status": "refused", "message": str(reason)}
        except NotFound:
            outcome = {"status": "notFound"}
        return {"outcome": outcome, "snapshot": self.snapshot()}

    def run_case(self, params):
        start = self.reset(params)
        return {**start, "steps": [self.apply({"command": command}) for command in params.get("commands") or []]}

    def shutdown(self, _):
        self.running = False
        return {}

    def snapshot(self):
        """The present state, copied, so that later commands do not change it."""
        return copied({"cloud": self.adapter.cloudObjects(), "onPremises": list(self.on_premises.values())})

    # Commands

    def carry_out(self, command):
        do = command["do"]
        if do == "sync":
            return self.sync()
        if do == "createCloudObject":
            self.create_cloud_object(command["object"])
        elif do in ("createOnPremisesObject", "updateOnPremisesObject", "removeOnPremisesObject"):
            self.change_on_premises(do, command)
        else:
            function = getattr(self.adapter, do, None)
            if function is None:
                unsupported(capability_of(command))
            function(*([self.find(command["object"])] if "object" in command else []), command)
        return {"status": "ok"}

    def create_cloud_object(self, setup):
        setup = dict(setup)
        label = setup.pop("label")
        if label in self.names["label"]:
            raise Refused("the label is in use")
        self.names["label"][label] = self.adapter.createCloudObject(setup)

    def change_on_premises(self, do, command):
        key = command["object"]["key"] if "object" in command else command["key"]
        if do == "removeOnPremisesObject" and "scope" not in self.adapter.describe()["capabilities"]:
            unsupported("scope")
        if (key in self.on_premises) != (do != "createOnPremisesObject"):
            raise Refused("the key is in use") if key in self.on_premises else NotFound
        if do == "removeOnPremisesObject":
            del self.on_premises[key]
        elif do == "createOnPremisesObject":
            self.on_premises[key] = command["object"]
        else:
            self.on_premises[key] = with_changes(self.on_premises[key], command.get("set") or {})

    def sync(self):
        results = self.adapter.sync(copied(list(self.on_premises.values()))) or {}
        cloud = self.adapter.cloudObjects()
        for key, thing in self.on_premises.items():
            link = (results.get(key) or {}).get("cloudId")
            for other in cloud:
                is_it = other["id"] == link if link else (
                    other.get("onPremisesSyncEnabled") and not other.get("deleted") and other["kind"] == thing["kind"]
                    and other.get("onPremisesImmutableId") == thing.get("sourceAnchor"))
                if is_it:
                    self.names["quarantinedFor" if other.get("quarantined") else "joinedTo"][key] = other["id"]
        return {"status": "ok", "objects": results}

    def find(self, reference):
        """The id of the cloud object that a command names, deleted or not."""
        for way, ids in self.names.items():
            if reference.get(way) is not None:
                found = ids.get(reference[way])
                if any(thing["id"] == found for thing in self.adapter.cloudObjects()):
                    return found
        raise NotFound

    # JSON-RPC

    def answer(self, line):
        """The reply to one line."""
        reply = {"jsonrpc": "2.0", "id": None}
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                return {**reply, "error": {"code": -32600, "message": "a request is an object"}}
            reply["id"] = request.get("id")
            method = self.methods.get(request.get("method"))
            if method is None:
                return {**reply, "error": {"code": -32601, "message": "unknown method %s" % request.get("method")}}
            return {**reply, "result": method(request.get("params") or {})}
        except json.JSONDecodeError as problem:
            return {**reply, "error": {"code": -32700, "message": "not JSON: %s" % problem}}
        except Unsupported as reason:
            capability = reason.args[0]
            data = {"data": {"capability": capability}} if capability else {}
            return {**reply, "error": {"code": -32001, "message": "unsupported", **data}}
        except Exception as problem:  # a mistake in the adapter or behind it: say so, and go on
            traceback.print_exc()
            return {**reply, "error": {"code": -32603, "message": "%s: %s" % (type(problem).__name__, problem)}}


def copied(value):
    return json.loads(json.dumps(value))


def serve(adapter):
    """Answers requests until the suite says that it is over, or is gone."""
    # Replies get standard output for themselves: what anything else prints goes to standard error.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    conversation = Conversation(adapter)
    try:
        for line in sys.stdin.buffer:
            replies.write(json.dumps(conversation.answer(line)).encode() + b"\n")
            replies.flush()
            if not conversation.running:
                return
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)  # nobody reads any more
