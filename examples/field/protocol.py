"""The adapter protocol, for the adapters in this folder.

An adapter is a subclass of `Adapter` that says what the software can do and passes commands on to it. This file has the
rest: the conversation with the suite, the on-premises directory, and the suite's names for cloud objects.
"""

import json
import sys
import traceback

# What is declined must have the name of a capability. A value that the software has no place for has none, so here it
# goes by one that none of these adapters declares.
NO_PLACE = "scope"


class Unsupported(Exception):
    """The software has no place for this. The capability is one that it does not declare."""


class Refused(Exception):
    """The software does not do it, and has changed nothing."""


class NotFound(Exception):
    """A reference or key that names nothing."""


class Adapter:
    """What an adapter fills in. Objects are those of the protocol; ids are the software's own, as text."""

    implementation = {"name": "", "version": ""}
    capabilities = []
    declared = {}  # further fields of the reply to initialize: attributes, readOnly, neverUpdated, anchorForm
    choices = {}

    def clear(self):
        """Removes every account."""

    def accept(self, fields):
        """Raises Unsupported where an object, or the `set` of an update, holds what the software has no place for."""

    def create(self, setup):
        """A local administrator creates an account. Its id."""

    def update(self, account_id, changes):
        """A local administrator edits an account; `attributes` has the changed entries only."""

    def set_anchor(self, account_id, anchor):
        """A local administrator writes the anchor that an account carries."""

    def set_roles(self, account_id, roles):
        """The account holds exactly these roles."""

    def delete(self, account_id):
        """The account goes for good."""

    def set_feature(self, feature, value):
        raise Unsupported({"softMatch": "softMatchSwitch", "passwordHashSync": "passwords"}.get(feature, "hardMatchSwitch"))

    def sync(self, objects):
        """One cycle over all on-premises objects. By key, of those that came to something: `cloudId`, the account
        that stands for it, and where the software tells it `result` and what belongs to it."""

    def accounts(self):
        """Every account, as a CloudObject of the protocol."""

    def stop(self):
        """The conversation is over."""


class Conversation:
    def __init__(self, adapter):
        self.adapter = adapter
        self.running = True

    # Methods

    def initialize(self, _):
        reply = {"protocol": 1, "implementation": self.adapter.implementation, "editions": ["2023-01"],
                 "capabilities": self.adapter.capabilities + ["batch"], "choices": self.adapter.choices}
        return reply | self.adapter.declared

    def reset(self, params):
        tenant = params["tenant"]
        cloud, on_premises = tenant.get("cloud") or [], tenant.get("onPremises") or []
        for thing in cloud + on_premises:
            self.adapter.accept(thing)
        self.adapter.clear()
        for feature, value in (tenant.get("features") or {}).items():
            if value is False or feature == "softMatch" and "softMatchSwitch" in self.adapter.capabilities:
                self.adapter.set_feature(feature, value)
        self.on_premises = {thing["key"]: thing for thing in on_premises}
        self.labels = {setup["label"]: self.adapter.create(setup) for setup in cloud}
        self.joined = {}
        return {"snapshot": self.snapshot()}

    def apply(self, params):
        command = params["command"]
        try:
            outcome = getattr(self, command["do"])(command) or {"status": "ok"}
        except Refused as reason:
            outcome = {"status": "refused", "message": str(reason)}
        except NotFound:
            outcome = {"status": "notFound"}
        return {"outcome": outcome, "snapshot": self.snapshot()}

    def runCase(self, params):
        start = self.reset(params)
        return start | {"steps": [self.apply({"command": command}) for command in params["commands"]]}

    def shutdown(self, _):
        self.running = False
        return {}

    # What is shown. Objects are never altered in place, so a snapshot stays what it is.

    def snapshot(self):
        return {"cloud": self.adapter.accounts(), "onPremises": list(self.on_premises.values())}

    def account(self, reference):
        """The id of the account that a reference names."""
        found = self.labels.get(reference.get("label")) or self.joined.get(reference.get("joinedTo"))
        return self.existing(found)["id"]

    def existing(self, account_id):
        for account in self.adapter.accounts():
            if account["id"] == account_id:
                return account
        raise NotFound

    # Commands

    def createOnPremisesObject(self, command):
        thing = command["object"]
        self.adapter.accept(thing)
        if thing["key"] in self.on_premises:
            raise Refused("the key is in use")
        self.on_premises[thing["key"]] = thing

    def updateOnPremisesObject(self, command):
        if command["key"] not in self.on_premises:
            raise NotFound
        changes = command.get("set") or {}
        thing = dict(self.on_premises[command["key"]])
        self.adapter.accept({"kind": thing["kind"]} | changes)
        for name, value in changes.items():
            thing[name] = (thing.get(name) or {}) | (value or {}) if name == "attributes" else value
        thing["attributes"] = {name: value for name, value in (thing.get("attributes") or {}).items() if value is not None}
        self.on_premises[thing["key"]] = thing

    def createCloudObject(self, command):
        setup = command["object"]
        self.adapter.accept(setup)
        if setup["label"] in self.labels:
            raise Refused("the label is in use")
        self.labels[setup["label"]] = self.adapter.create(setup)

    def updateCloudObject(self, command):
        self.needs("cloudEdits")
        account_id = self.account(command["object"])
        changes = command.get("set") or {}
        self.adapter.accept({"kind": "user"} | changes)
        self.adapter.update(account_id, changes)

    def assignRole(self, command):
        self.change_roles(command, lambda roles: roles | {command["role"]})

    def removeRole(self, command):
        self.change_roles(command, lambda roles: roles - {command["role"]})

    def change_roles(self, command, change):
        self.needs("roles")
        account = self.existing(self.account(command["object"]))
        self.adapter.set_roles(account["id"], change(set(account.get("roles") or [])))

    def deleteCloudObject(self, command):
        self.needs("hardDelete" if command.get("permanently") else "recycleBin")
        self.adapter.delete(self.account(command["object"]))

    def restoreCloudObject(self, _):
        self.needs("recycleBin")

    def setImmutableId(self, command):
        self.needs("immutableIdWrite")
        self.adapter.set_anchor(self.account(command["object"]), command.get("value"))

    def setFeature(self, command):
        self.adapter.set_feature(command["feature"], command["value"])

    def reinstallConnect(self, _):
        """None of this software remembers anything outside its accounts, so there is nothing to forget."""
        self.needs("reinstall")

    def sync(self, _):
        before = {account["id"]: account for account in self.adapter.accounts()}
        joined_before = dict(self.joined)
        came_to = self.adapter.sync(list(self.on_premises.values())) or {}
        for key, entry in came_to.items():
            if entry.get("cloudId"):
                self.joined[key] = entry["cloudId"]
        after = {account["id"]: account for account in self.adapter.accounts()}
        for key in self.on_premises:
            entry = came_to.setdefault(key, {})
            entry.setdefault("result", self.result(entry.get("cloudId"), before, after, joined_before.get(key)))
        return {"status": "ok", "objects": came_to}

    @staticmethod
    def result(account_id, before, after, joined_before):
        """What came of an object, told from what is seen, where the software does not tell."""
        if account_id is None:
            return "error"
        if account_id not in before:
            return "provisioned"
        if account_id != joined_before:
            return "joined"
        return "unchanged" if before[account_id] == after[account_id] else "updated"

    def needs(self, capability):
        if capability not in self.adapter.capabilities:
            raise Unsupported(capability)


def serve(adapter):
    conversation = Conversation(adapter)
    replies, sys.stdout = sys.stdout, sys.stderr  # what the software prints is no reply
    for line in sys.stdin:
        request = json.loads(line)
        reply = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            reply["result"] = getattr(conversation, request["method"])(request.get("params") or {})
        except Unsupported as reason:
            reply["error"] = {"code": -32001, "message": "unsupported", "data": {"capability": str(reason)}}
        except Exception as problem:
            traceback.print_exc()
            reply["error"] = {"code": -32603, "message": "%s: %s" % (type(problem).__name__, problem)}
        print(json.dumps(reply), file=replies, flush=True)
        if not conversation.running:
            break
    adapter.stop()
