"""What the tests share: the adapter is driven as the suite drives it, as a child process, one JSON message a line."""

import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ADAPTER = os.path.join(HERE, "adapter.py")


# ----------------------------------------------------------------------------------------------------------------------
# The child process
# ----------------------------------------------------------------------------------------------------------------------

def run_to_end(arguments=(), lines=()):
    """Starts the adapter, sends it all the lines, closes its input and waits."""
    data = b"".join(line.encode("utf-8") + b"\n" for line in lines)
    return subprocess.run([sys.executable, ADAPTER] + list(arguments), input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)


class Child:
    """A running adapter."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([sys.executable, ADAPTER] + list(arguments),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.last_id = 0

    def send(self, line):
        self.process.stdin.write(line.encode("utf-8") + b"\n")
        self.process.stdin.flush()

    def receive(self):
        return json.loads(self.process.stdout.readline().decode("utf-8"))

    def request(self, method, params=None):
        """The whole reply to one request."""
        self.last_id += 1
        self.send(json.dumps({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}))
        reply = self.receive()
        assert reply["id"] == self.last_id and reply["jsonrpc"] == "2.0", reply
        return reply

    def result(self, method, params=None):
        reply = self.request(method, params)
        assert "result" in reply, reply
        return reply["result"]

    def run(self, tenant, *commands):
        return Played(tenant, self.result("runCase", {"tenant": tenant, "commands": list(commands)}))

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(timeout=60)


class Played:
    """What came out of one case."""

    def __init__(self, tenant, result):
        # This adapter lists objects in the order in which they were set up; the protocol does not promise it.
        self.ids = {setup["label"]: thing["id"] for setup, thing in zip(tenant["cloud"], result["snapshot"]["cloud"])}
        self.steps = result["steps"]
        self.first = result["snapshot"]
        self.last = self.steps[-1]["snapshot"] if self.steps else self.first
        self.outcomes = [step["outcome"] for step in self.steps]
        self.statuses = [outcome["status"] for outcome in self.outcomes]

    def cloud(self, label):
        return next(thing for thing in self.last["cloud"] if thing["id"] == self.ids[label])

    def others(self):
        """The cloud objects that were not there at the beginning."""
        return [thing for thing in self.last["cloud"] if thing["id"] not in self.ids.values()]

    def other(self):
        (only,) = self.others()
        return only

    def told(self, key="a", step=-1):
        """What a sync said about one on-premises object."""
        return self.outcomes[step]["objects"][key]

    def is_as_before(self, step):
        """Whether a step changed nothing at all."""
        before = self.steps[step - 1]["snapshot"] if step else self.first
        return self.steps[step]["snapshot"] == before


# ----------------------------------------------------------------------------------------------------------------------
# Words for cases
# ----------------------------------------------------------------------------------------------------------------------

def tenant(cloud=(), on_premises=(), soft_match=True, hash_sync=True):
    return {"features": {"softMatch": soft_match, "passwordHashSync": hash_sync},
            "cloud": list(cloud), "onPremises": list(on_premises)}


def thing(kind, fields, name, addresses=(), anchor=None, attributes=None, **more):
    fields = dict(fields, kind=kind, proxyAddresses=list(addresses), attributes=attributes or {}, **more)
    if kind == "user":
        fields["userPrincipalName"] = name + "@contoso.com"
    return fields, anchor


def cloud(label, name="", addresses=(), anchor=None, attributes=None, kind="user", **more):
    fields, anchor = thing(kind, {"label": label}, name, addresses, anchor, attributes, **more)
    return dict(fields, onPremisesImmutableId=anchor)


def ad(key="a", name="ann", addresses=(), anchor="QUFB", attributes=None, kind="user", **more):
    """An on-premises object."""
    fields, anchor = thing(kind, {"key": key}, name, addresses, anchor, attributes, **more)
    return dict(fields, sourceAnchor=anchor)


def upn(name):
    return name + "@contoso.com"


def primary(name):
    return "SMTP:%s@contoso.com" % name


def secondary(name):
    return "smtp:%s@contoso.com" % name


SYNC = {"do": "sync"}
REINSTALL = {"do": "reinstallConnect"}


def label(name):
    return {"label": name}


def joined_to(key="a"):
    return {"joinedTo": key}


def copy_for(key="a"):
    return {"quarantinedFor": key}


def create(thing_to_create):
    side = "Cloud" if "label" in thing_to_create else "OnPremises"
    return {"do": "create%sObject" % side, "object": thing_to_create}


def change(key="a", **values):
    return {"do": "updateOnPremisesObject", "key": key, "set": values}


def edit(reference, **values):
    return {"do": "updateCloudObject", "object": reference, "set": values}


def set_anchor(reference, value):
    return {"do": "setImmutableId", "object": reference, "value": value}


def assign(reference, role="Global Administrator"):
    return {"do": "assignRole", "object": reference, "role": role}


def unassign(reference, role="Global Administrator"):
    return {"do": "removeRole", "object": reference, "role": role}


def delete(reference, permanently=False):
    return {"do": "deleteCloudObject", "object": reference, "permanently": permanently}


def restore(reference):
    return {"do": "restoreCloudObject", "object": reference}


def feature(name, value):
    return {"do": "setFeature", "feature": name, "value": value}


def initialize(edition):
    return {"protocol": 1, "edition": edition, "suite": {"name": "test", "version": "0"}}


def remove(key="a"):
    """The on-premises object is deleted, or no longer synchronised."""
    return {"do": "removeOnPremisesObject", "key": key}


def make_eligible(reference, role="Global Administrator"):
    return {"do": "makeEligible", "object": reference, "role": role}


def remove_eligibility(reference, role="Global Administrator"):
    return {"do": "removeEligibility", "object": reference, "role": role}


def set_identifier(reference, value=None):
    return {"do": "setOnPremisesObjectIdentifier", "object": reference, "value": value}


def set_cloud_managed(reference, value=True):
    return {"do": "setCloudManaged", "object": reference, "value": value}


BLOCK_HARD_MATCH = "blockCloudObjectTakeoverThroughHardMatchEnabled"
ALLOW_UPDATE = "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled"


class AdapterTest(unittest.TestCase):
    """Tests that share one running adapter."""

    arguments = ()
    edition = "2023-01"

    @classmethod
    def setUpClass(cls):
        cls.child = Child(*cls.arguments)
        cls.declared = cls.child.result("initialize", initialize(cls.edition))

    @classmethod
    def tearDownClass(cls):
        cls.child.close()

    def run_case(self, start, *commands):
        return self.child.run(start, *commands)

    def assert_taken_over(self, played, name, anchor="QUFB"):
        """The object is mastered on-premises now, under its old id, and there is no further object."""
        taken = played.cloud(name)
        self.assertTrue(taken["onPremisesSyncEnabled"])
        self.assertEqual(taken["onPremisesImmutableId"], anchor)
        self.assertEqual(played.others(), [])

    def assert_error(self, played, key="a"):
        """The last sync failed for the object and changed nothing."""
        self.assertEqual(played.told(key)["result"], "error")
        self.assertTrue(played.is_as_before(len(played.steps) - 1))

    def assert_refused(self, played):
        self.assertEqual(played.statuses[-1], "refused")
        self.assertTrue(played.is_as_before(len(played.steps) - 1))
