"""What protocol.py does for an adapter, on one that has everything the skeleton has not."""

import json
import unittest

from protocol import Conversation, Refused, with_changes


class Adapter:
    def describe(self):
        return {"implementation": {"name": "test", "version": "1"}, "capabilities": ["users"]}

    def reset(self, features):
        self.cloud = []

    def cloudObjects(self):
        return self.cloud

    def createCloudObject(self, setup):
        self.cloud.append({**setup, "id": "ann-id"})
        return "ann-id"

    def sync(self, on_premises):
        print("noise")
        for thing in on_premises[:2]:
            self.cloud.append({"id": thing["key"] + "-id", "kind": "user", "onPremisesSyncEnabled": True, "roles": [],
                               "onPremisesImmutableId": thing["sourceAnchor"], "quarantined": thing["key"] == "quin"})
            thing["key"] = "changed by the implementation"
        return {"linked": {"result": "joined", "cloudId": "ann-id"}}

    def assignRole(self, cloud_id, command):
        for thing in self.cloud:
            if thing["id"] == cloud_id:
                thing.setdefault("roles", []).append(command["role"])

    def setImmutableId(self, cloud_id, command):
        raise Refused("no")

    def restoreCloudObject(self, cloud_id, command):
        raise ValueError("a mistake")


class ProtocolTest(unittest.TestCase):
    def setUp(self):
        self.conversation = Conversation(Adapter())
        on_premises = [{"key": key, "kind": "user", "sourceAnchor": key} for key in ("bob", "quin", "linked")]
        self.say("reset", {"tenant": {"cloud": [{"label": "ann", "kind": "user"}], "onPremises": on_premises}})
        self.synced = self.apply("sync")

    def say(self, method, params):
        return self.conversation.answer(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode())

    def apply(self, do, **fields):
        return self.say("apply", {"command": {"do": do, **fields}})

    def holders(self, reply):
        return [thing["id"] for thing in reply["result"]["snapshot"]["cloud"] if thing.get("roles")]

    def test_references_name_what_a_cycle_joined_linked_or_quarantined(self):
        for reference, holder in (({"joinedTo": "bob"}, "bob-id"), ({"quarantinedFor": "quin"}, "quin-id"),
                                  ({"joinedTo": "linked"}, "ann-id"), ({"label": "ann"}, "ann-id")):
            self.setUp()
            self.assertEqual(self.holders(self.apply("assignRole", object=reference, role="Reader")), [holder])
        missing = self.apply("assignRole", object={"joinedTo": "quin"}, role="Reader")
        self.assertEqual(missing["result"]["outcome"], {"status": "notFound"})

    def test_what_was_shown_stays_as_it_was(self):
        self.apply("assignRole", object={"joinedTo": "bob"}, role="Reader")
        self.assertEqual(self.holders(self.synced), [])
        keys = [thing["key"] for thing in self.synced["result"]["snapshot"]["onPremises"]]
        self.assertEqual(keys, ["bob", "quin", "linked"])

    def test_a_refusal_is_an_outcome_and_a_mistake_an_error(self):
        refused = self.apply("setImmutableId", object={"label": "ann"}, value="x")
        self.assertEqual(refused["result"]["outcome"], {"status": "refused", "message": "no"})
        mistaken = self.apply("restoreCloudObject", object={"label": "ann"})
        self.assertEqual(mistaken["error"]["code"], -32603)
        self.assertEqual(self.apply("makeEligible", object={"label": "ann"})["error"]["data"], {"capability": "roleEligibility"})

    def test_null_and_an_empty_list_empty_a_field(self):
        before = {"key": "a", "userPrincipalName": "a@x", "proxyAddresses": ["SMTP:a@x"], "attributes": {"mail": "a@x", "c": "d"}}
        after = with_changes(before, {"userPrincipalName": None, "proxyAddresses": [], "attributes": {"mail": None, "e": "f"}})
        self.assertEqual(after, {"key": "a", "attributes": {"c": "d", "e": "f"}})
        self.assertEqual(with_changes(before, {}), before)


if __name__ == "__main__":
    unittest.main()
