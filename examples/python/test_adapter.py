"""Tests of the example adapter under edition 2023-01, and of what all editions have in common.

Run from the project's root: python3 -m unittest discover -s examples/python
"""

import json
import unittest

from driving import *


# ----------------------------------------------------------------------------------------------------------------------
# The protocol
# ----------------------------------------------------------------------------------------------------------------------

class ProtocolTest(AdapterTest):
    def test_handshake(self):
        declared = self.child.result("initialize", initialize("2023-01"))
        self.assertEqual(declared["protocol"], 1)
        self.assertEqual(declared["editions"], ["2023-01", "2025-04", "2026-07"])
        self.assertEqual(declared["implementation"]["language"], "Python")
        self.assertIn("batch", declared["capabilities"])
        self.assertIn("match:sourceAnchor", declared["capabilities"])
        self.assertNotIn("errorCodes", declared["capabilities"])
        self.assertNotIn("scope", declared["capabilities"])
        self.assertEqual(declared["choices"], {"collisionHandling": "rejected", "valuesAbsentOnPremises": "kept",
                                               "ambiguousMatch": "refused"})

    def test_reset_shows_what_was_sent(self):
        start = tenant([cloud("c", "ann", [primary("ann")], "X", {"displayName": "Ann"}, password="p", roles=["R"])],
                       [ad("a", "bob", [primary("bob")], "QkJC", {"displayName": "Bob"}, password="q")])
        snapshot = self.child.result("reset", {"tenant": start})["snapshot"]
        (in_cloud,), (on_premises,) = snapshot["cloud"], snapshot["onPremises"]
        for name, value in start["cloud"][0].items():
            if name != "label":
                self.assertEqual(in_cloud[name], value)
        self.assertEqual([in_cloud["onPremisesSyncEnabled"], in_cloud["deleted"], in_cloud["quarantined"]], [False] * 3)
        for name, value in start["onPremises"][0].items():
            self.assertEqual(on_premises[name], value)

    def test_run_case_is_reset_and_apply(self):
        start = tenant([cloud("c", "ann")], [ad(), ad("b", "bob", anchor="QkJC")])
        commands = [SYNC, change(userPrincipalName=upn("amy")), SYNC, REINSTALL, SYNC, delete(label("c")), SYNC]
        at_once = self.child.result("runCase", {"tenant": start, "commands": commands})
        self.assertEqual(self.child.result("reset", {"tenant": start})["snapshot"], at_once["snapshot"])
        for command, step in zip(commands, at_once["steps"]):
            self.assertEqual(self.child.result("apply", {"command": command}), step)

    def test_reset_forgets_everything(self):
        self.run_case(tenant([cloud("c", "ann")], [ad()]), SYNC)
        played = self.run_case(tenant(), edit(label("c"), attributes={"x": "y"}), delete(joined_to()))
        self.assertEqual(played.statuses, ["notFound", "notFound"])
        self.assertEqual(played.last, {"cloud": [], "onPremises": []})

    def test_no_value_in_any_form(self):
        bare = {"key": "a", "kind": "contact", "sourceAnchor": "QUFB"}
        spelled_out = dict(bare, mailEnabled=None, userPrincipalName=None, proxyAddresses=[],
                           attributes={"displayName": None, "department": []}, password=None)
        one, other = self.run_case(tenant([], [bare]), SYNC), self.run_case(tenant([], [spelled_out]), SYNC)
        self.assertEqual(one.last, other.last)

    def test_unknown_fields_are_ignored(self):
        played = self.run_case(dict(tenant([cloud("c", "ann", colour="red")], [ad(colour="red")]), colour="red"),
                               dict(SYNC, colour="red"), dict(edit(label("c"), colour="red"), colour="red"))
        self.assertEqual(played.told(step=0)["result"], "softMatched")
        self.assertNotIn("red", json.dumps(played.last))

    def test_errors(self):
        for method, params, code in [
                ("noSuchMethod", {}, -32601),
                ("reset", None, -32602),
                ("reset", [], -32602),
                ("reset", {"tenant": 7}, -32602),
                ("reset", {"tenant": {"cloud": []}}, -32602),
                ("reset", {"tenant": tenant([{"label": "c", "kind": "robot"}])}, -32602),
                ("reset", {"tenant": tenant([{"kind": "user"}])}, -32602),
                ("reset", {"tenant": tenant([], [dict(ad(), proxyAddresses="SMTP:ann@contoso.com")])}, -32602),
                ("reset", {"tenant": tenant([], [dict(ad(), attributes=["Ann"])])}, -32602),
                ("reset", {"tenant": tenant([], [dict(ad(), sourceAnchor=5)])}, -32602),
                ("reset", {"tenant": tenant([], [ad(), ad()])}, -32602),
                ("reset", {"tenant": tenant([cloud("c"), cloud("c")])}, -32602),
                ("apply", {"command": "sync"}, -32602),
                ("apply", {"command": {}}, -32602),
                ("apply", {"command": {"do": "dance"}}, -32602),
                ("apply", {"command": {"do": "createOnPremisesObject"}}, -32602),
                ("apply", {"command": {"do": "updateCloudObject", "object": {}, "set": {}}}, -32602),
                ("apply", {"command": {"do": "updateOnPremisesObject", "key": "a"}}, -32602),
                ("apply", {"command": feature("softMatch", "yes")}, -32602),
                ("apply", {"command": feature("levitation", True)}, -32602),
                ("runCase", {"tenant": tenant(), "commands": {}}, -32602),
                ("initialize", {"protocol": 2, "edition": "2023-01"}, -32602)]:
            with self.subTest(method=method, params=params):
                self.child.result("reset", {"tenant": tenant([], [ad()])})
                self.assertEqual(self.child.request(method, params)["error"]["code"], code)

    def test_unsupported_command(self):
        self.child.result("reset", {"tenant": tenant([], [ad()])})
        error = self.child.request("apply", {"command": {"do": "removeOnPremisesObject", "key": "a"}})["error"]
        self.assertEqual((error["code"], error["data"]), (-32001, {"capability": "scope"}))

    def test_lines_that_are_no_requests(self):
        for line, code in [("{", -32700), ("reset", -32700),
                           ("[" * 100000, -32700), ('{"jsonrpc":"2.0","id":1,"method":"reset","params":NaN}', -32700),
                           ("[]", -32600), ('"reset"', -32600), ('{"id":1,"method":"reset"}', -32600),
                           ('{"jsonrpc":"2.0","id":1,"method":5}', -32600)]:
            with self.subTest(line=line[:60]):
                self.child.send(line)
                self.assertEqual(self.child.receive()["error"]["code"], code)
        self.child.send("")  # an empty line and a request without an id get no reply
        self.child.send('{"jsonrpc":"2.0","method":"initialize"}')
        self.child.send('{"jsonrpc":"2.0","id":"text","method":"noSuchMethod"}')
        self.assertEqual(self.child.receive()["id"], "text")

    def test_bytes_that_are_no_text(self):
        self.child.process.stdin.write(b'"\xff\xfe"\n')
        self.child.process.stdin.flush()
        self.assertEqual(self.child.receive()["error"]["code"], -32700)

    def test_text_beyond_ascii_survives(self):
        name = "Zoë \u2028 \U0001f600 \ud800"
        played = self.run_case(tenant([], [ad(attributes={"displayName": name})]), SYNC)
        self.assertEqual(played.other()["attributes"], {"displayName": name})

    def test_only_ascii_case_is_ignored(self):
        played = self.run_case(tenant([cloud("c", "\u00c4NN")], [ad(name="\u00e4nn")]), SYNC)
        self.assertEqual(played.told()["result"], "provisioned")
        played = self.run_case(tenant([cloud("c", "\u00c4NN")], [ad(name="\u00c4nn")]), SYNC)
        self.assertEqual(played.told()["result"], "softMatched")


class ProcessTest(unittest.TestCase):
    def requests(self, *methods):
        return [json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
                for number, (method, params) in enumerate(methods)]

    def test_end_of_input_ends_the_process(self):
        done = run_to_end()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_shutdown_ends_the_process(self):
        done = run_to_end((), self.requests(("shutdown", None), ("initialize", initialize("2023-01"))))
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout, b'{"jsonrpc":"2.0","id":0,"result":{}}\n')

    def test_many_requests_in_flight_are_answered_in_order(self):
        start = tenant([cloud("c", "ann")], [ad()])
        done = run_to_end((), self.requests(("initialize", initialize("2023-01")), ("reset", {"tenant": start}),
                                            *[("apply", {"command": SYNC})] * 500))
        self.assertEqual([json.loads(line)["id"] for line in done.stdout.splitlines()], list(range(502)))
        self.assertEqual(done.stderr, b"")

    def test_apply_before_reset(self):
        done = run_to_end((), self.requests(("apply", {"command": SYNC})))
        self.assertIn("error", json.loads(done.stdout.decode("utf-8")))

    def test_unknown_options(self):
        for arguments in [("--fault", "gremlins"), ("--choice", "collisionHandling=ignored"),
                          ("--choice", "colour=red"), ("--choice", "collisionHandling")]:
            with self.subTest(arguments=arguments):
                done = run_to_end(arguments)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertIn("unknown " + arguments[0][2:], done.stderr.decode("utf-8"))

    def test_declared_choices_follow_the_options(self):
        chosen = {"collisionHandling": "quarantined", "valuesAbsentOnPremises": "cleared", "ambiguousMatch": "withheld",
                  "hardVersusSoft": "softFirst"}
        arguments = [word for name, value in chosen.items() for word in ("--choice", "%s=%s" % (name, value))]
        done = run_to_end(arguments, self.requests(("initialize", initialize("2023-01"))))
        self.assertEqual(json.loads(done.stdout.decode("utf-8"))["result"]["choices"], chosen)


# ----------------------------------------------------------------------------------------------------------------------
# Matching
# ----------------------------------------------------------------------------------------------------------------------

class MatchingTest(AdapterTest):
    def test_provisions_without_a_holder(self):
        played = self.run_case(tenant([cloud("c", "bob", attributes={"displayName": "Ann", "employeeId": "7"})],
                                      [ad(addresses=[primary("ann")], attributes={"displayName": "Ann",
                                                                                  "employeeId": "7"}, password="p")]),
                               SYNC, SYNC)
        self.assertEqual(played.told(step=0)["result"], "provisioned")
        self.assertEqual(played.told(step=1)["result"], "unchanged")
        self.assertTrue(played.is_as_before(1))
        new = played.other()
        self.assertEqual(new["userPrincipalName"], upn("ann"))
        self.assertEqual(new["proxyAddresses"], [primary("ann")])
        self.assertEqual((new["onPremisesSyncEnabled"], new["onPremisesImmutableId"]), (True, "QUFB"))
        self.assertEqual((new["password"], new["roles"], new["deleted"], new["quarantined"]), ("p", [], False, False))

    def test_each_attribute_matches(self):
        for target, result, attribute in [
                (cloud("c", "ANN"), "softMatched", "userPrincipalName"),
                (cloud("c", "x", [primary("Ann")]), "softMatched", "proxyAddresses"),
                (cloud("c", "x", anchor="QUFB"), "hardMatched", "sourceAnchor"),
                (cloud("c", "ann", anchor="QUFB"), "hardMatched", "sourceAnchor")]:
            with self.subTest(attribute=attribute):
                played = self.run_case(tenant([target], [ad(addresses=[primary("ann")])]), SYNC)
                self.assertEqual(played.told(), {"result": result, "matchedOn": attribute, "evaluatedBy": "service"})
                self.assert_taken_over(played, "c")

    def test_the_state_is_the_same_however_matched(self):
        values = {"displayName": "Old", "department": "Sales"}
        states = []
        for target in [cloud("c", "ann", [primary("x")]), cloud("c", "x", [primary("ann")]),
                       cloud("c", "x", [primary("x")], "QUFB")]:
            target.update(attributes=values, password="old")
            played = self.run_case(tenant([target], [ad(addresses=[primary("ann")], attributes={"displayName": "New"},
                                                        password="new")]), SYNC)
            states.append(played.cloud("c"))
        self.assertEqual(states[0], states[1])
        self.assertEqual(states[0], states[2])

    def test_what_is_no_match_but_held_is_an_error(self):
        for target, source in [
                (cloud("c", "x", [secondary("ann")]), ad(addresses=[primary("ann")])),
                (cloud("c", "x", [primary("ann")]), ad(addresses=[secondary("ann")])),
                (cloud("c", "x", ["Smtp:ann@contoso.com"]), ad(addresses=[primary("ann")])),
                (cloud("c", "ann", anchor="other"), ad()),
                (cloud("c", "ann", anchor="qufb"), ad()),
                (cloud("c", "ann", roles=["Reports Reader"]), ad()),
                (cloud("c", "x", anchor="QUFB", roles=["Reports Reader"]), ad()),
                (cloud("c", addresses=[primary("ann")], kind="contact"), ad(addresses=[primary("ann")]))]:
            with self.subTest(target=target, source=source):
                self.assert_error(self.run_case(tenant([target], [source]), SYNC))

    def test_what_is_no_identifier_in_common_is_no_holder(self):
        for target in [cloud("c", "x", [primary("ann")]), cloud("c", "x", ["SIP:a@contoso.com", "X500:/o=a"]),
                       cloud("c", "x", anchor="qufb")]:
            with self.subTest(target=target):
                played = self.run_case(tenant([target], [ad(addresses=["SIP:a@contoso.com", "X500:/o=a"])]), SYNC)
                self.assertEqual(played.told()["result"], "provisioned")
                self.assertTrue(played.last["cloud"][0] == played.first["cloud"][0])

    def test_no_soft_match_of_a_contact_that_carries_any_anchor(self):
        for anchor in ("QUFB", "QkJC"):
            with self.subTest(anchor=anchor):
                self.assert_error(self.run_case(
                    tenant([cloud("c", addresses=[primary("ann")], kind="contact", anchor=anchor)],
                           [ad(addresses=[primary("ann")], kind="contact")]), SYNC))

    def test_blocked_hard_match(self):
        start = tenant([cloud("c", "ann", anchor="QUFB")], [ad()])
        start["features"]["blockCloudObjectTakeoverThroughHardMatch"] = True
        self.assert_error(self.run_case(start, SYNC))

    def test_soft_match_switch(self):
        for target, source in [(cloud("c", "ann"), ad()),
                               (cloud("c", "x", [primary("ann")]), ad(addresses=[primary("ann")])),
                               (cloud("c", addresses=[primary("ann")], kind="contact"),
                                ad(addresses=[primary("ann")], kind="contact"))]:
            with self.subTest(source=source):
                start = tenant([target], [source], soft_match=False)
                self.assert_error(self.run_case(start, SYNC))
                self.assert_taken_over(self.run_case(start, SYNC, feature("softMatch", True), SYNC), "c")
        played = self.run_case(tenant([cloud("c", "x", anchor="QUFB")], [ad()], soft_match=False), SYNC,
                               change(attributes={"displayName": "Ann"}), SYNC)
        self.assertEqual([played.told(step=0)["result"], played.told()["result"]], ["hardMatched", "updated"])

    def test_groups_and_contacts(self):
        mail = [primary("sales")]
        for kind, in_cloud, on_premises, result in [
                ("contact", {}, {}, "softMatched"),
                ("group", {"mailEnabled": True}, {"mailEnabled": True}, "softMatched"),
                ("group", {"mailEnabled": False}, {"mailEnabled": True}, "error"),
                ("group", {"mailEnabled": True}, {"mailEnabled": False}, "error"),
                ("group", {}, {}, "error")]:
            with self.subTest(kind=kind, in_cloud=in_cloud, on_premises=on_premises):
                played = self.run_case(tenant([cloud("c", addresses=mail, kind=kind, **in_cloud)],
                                              [ad(addresses=mail, kind=kind, **on_premises)]), SYNC)
                self.assertEqual(played.told()["result"], result)
        for kind, more in [("contact", {}), ("group", {"mailEnabled": True}), ("group", {"mailEnabled": False})]:
            with self.subTest(kind=kind, matched="anchor", more=more):
                self.assert_error(self.run_case(tenant([cloud("c", kind=kind, anchor="QUFB", **more)],
                                                       [ad(kind=kind, **more)]), SYNC))
        played = self.run_case(tenant([cloud("c", kind="group", attributes={"displayName": "Sales"})],
                                      [ad(kind="group", attributes={"displayName": "Sales"})]), SYNC)
        self.assertEqual(played.told()["result"], "provisioned")

    def test_ambiguous_match_is_refused(self):
        self.assert_error(self.run_case(tenant([cloud("c", "ann"), cloud("d", "x", [secondary("a")])],
                                               [ad(addresses=[secondary("a")])]), SYNC))

    def test_errors_stay_local_and_are_retried(self):
        played = self.run_case(tenant([cloud("c", "ann", roles=["R"])], [ad(), ad("b", "bob", anchor="QkJC")]),
                               SYNC, SYNC, unassign(label("c"), "R"), SYNC, assign(label("c")), SYNC)
        self.assertEqual([played.told(step=step)["result"] for step in (0, 1, 3, 5)],
                         ["error", "error", "softMatched", "unchanged"])
        self.assertEqual(played.told("b", 0)["result"], "provisioned")
        self.assertEqual(played.cloud("c")["roles"], ["Global Administrator"])

    def test_two_on_premises_objects_with_one_name(self):
        played = self.run_case(tenant([], [ad(), ad("b", "ANN", anchor="QkJC")]), SYNC, change("a", password="x"),
                               change("b", userPrincipalName=upn("bob")), SYNC)
        self.assertEqual([played.told("b", 0)["result"], played.told("b")["result"]], ["error", "provisioned"])


# ----------------------------------------------------------------------------------------------------------------------
# Takeover, joined objects, recovery
# ----------------------------------------------------------------------------------------------------------------------

class TakeoverTest(AdapterTest):
    def test_values(self):
        target = cloud("c", "ann", [primary("old"), secondary("only-cloud")],
                       attributes={"displayName": "Old", "department": "Sales"}, password="old")
        source = ad(addresses=[primary("ann")], attributes={"displayName": "New", "city": "Ulm"}, password="new")
        played = self.run_case(tenant([target], [source]), SYNC)
        taken = played.cloud("c")
        self.assertEqual(taken["proxyAddresses"], [primary("ann")])
        self.assertEqual(taken["attributes"], {"displayName": "New", "department": "Sales", "city": "Ulm"})
        self.assertEqual(taken["password"], "new")
        self.assertEqual(played.last["onPremises"], played.first["onPremises"])
        played = self.run_case(tenant([target], [dict(source, proxyAddresses=[])], hash_sync=False), SYNC)
        self.assertEqual(played.cloud("c")["password"], "old")
        self.assertEqual(played.cloud("c")["proxyAddresses"], target["proxyAddresses"])

    def test_updates(self):
        played = self.run_case(
            tenant([cloud("c", "ann", attributes={"department": "Sales"})],
                   [ad(addresses=[primary("ann")], attributes={"displayName": "Ann", "city": "Ulm"}, password="1")]),
            SYNC, change(userPrincipalName=upn("amy"), proxyAddresses=None, password="2",
                         attributes={"displayName": "Amy", "city": None}), SYNC, SYNC)
        self.assertEqual([played.told(step=step)["result"] for step in (2, 3)], ["updated", "unchanged"])
        taken = played.cloud("c")
        self.assertEqual((taken["userPrincipalName"], taken["proxyAddresses"], taken["password"]),
                         (upn("amy"), [], "2"))
        self.assertEqual(taken["attributes"], {"displayName": "Amy", "department": "Sales"})

    def test_no_password_without_hash_sync(self):
        played = self.run_case(tenant([], [ad(password="1")], hash_sync=False), SYNC, change(password="2"), SYNC)
        self.assertEqual(played.other()["password"], None)

    def test_late_match_is_an_error(self):
        start = tenant([cloud("c", "bob", [primary("bob"), secondary("b")], "QkJC")], [ad()])
        for values in [{"userPrincipalName": upn("BOB")}, {"proxyAddresses": [primary("bob")]},
                       {"proxyAddresses": [secondary("b")]}, {"sourceAnchor": "QkJC"}]:
            with self.subTest(values=values):
                played = self.run_case(start, SYNC, change(attributes={"displayName": "Ann"}, **values), SYNC)
                self.assert_error(played)
                played = self.run_case(start, SYNC, change(**values), REINSTALL, SYNC)
                self.assert_error(played)

    def test_a_late_match_heals(self):
        played = self.run_case(tenant([cloud("c", "bob")], [ad()]), SYNC, change(userPrincipalName=upn("bob")), SYNC,
                               delete(label("c")), SYNC)
        self.assertEqual([played.told(step=step)["result"] for step in (2, 4)], ["error", "updated"])
        self.assertEqual(played.other()["userPrincipalName"], upn("bob"))

    def test_a_changed_anchor_is_an_error_until_it_returns(self):
        played = self.run_case(tenant([], [ad()]), SYNC, change(sourceAnchor="Wlpa", attributes={"displayName": "A"}),
                               SYNC, change(sourceAnchor="QUFB"), SYNC)
        self.assertEqual([played.told(step=step)["result"] for step in (2, 4)], ["error", "updated"])

    def test_a_reinstall_alone_changes_nothing(self):
        played = self.run_case(tenant([], [ad(password="1")], hash_sync=False), SYNC, feature("passwordHashSync", True),
                               REINSTALL, SYNC)
        self.assertTrue(played.is_as_before(3))

    def test_recovery(self):
        mail = [primary("sales")]
        start = tenant([cloud("c", "ann"), cloud("g", addresses=mail, kind="group", mailEnabled=True)],
                       [ad(), ad("g", addresses=mail, kind="group", mailEnabled=True, anchor="R1JQ"),
                        ad("p", kind="group", mailEnabled=False, anchor="UExO"),
                        ad("k", kind="contact", anchor="S09O")])
        played = self.run_case(start, SYNC, REINSTALL, SYNC, feature("softMatch", False), assign(label("c")),
                               change(userPrincipalName=upn("amy")), REINSTALL, SYNC, SYNC)
        self.assertTrue(played.is_as_before(2))
        for key in "agpk":
            self.assertEqual(played.told(key, 7), {"result": "hardMatched", "matchedOn": "sourceAnchor",
                                                   "evaluatedBy": "client"})
            self.assertEqual(played.told(key), {"result": "unchanged"})
        self.assertEqual(len(played.last["cloud"]), 4)
        self.assertEqual(played.cloud("c")["userPrincipalName"], upn("amy"))

    def test_references_survive_a_reinstall(self):
        played = self.run_case(tenant([cloud("c", "ann")], [ad()]), assign(joined_to()), SYNC, REINSTALL,
                               assign(joined_to()))
        self.assertEqual(played.statuses, ["notFound", "ok", "ok", "ok"])
        self.assertEqual(played.cloud("c")["roles"], ["Global Administrator"])

    def test_one_cloud_object_is_never_shared(self):
        played = self.run_case(tenant([], [ad()]), SYNC, change(sourceAnchor="Wlpa"),
                               create(ad("b", "bob")), SYNC)
        self.assertEqual([played.told(key)["result"] for key in "ab"], ["error", "error"])
        self.assertEqual(len(played.last["cloud"]), 1)


# ----------------------------------------------------------------------------------------------------------------------
# The administrators' commands
# ----------------------------------------------------------------------------------------------------------------------

class CommandTest(AdapterTest):
    def test_edits_of_cloud_mastered_objects(self):
        played = self.run_case(tenant([cloud("c", "ann", attributes={"displayName": "Ann", "city": "Ulm"})]),
                               edit(label("c"), userPrincipalName=upn("amy"), proxyAddresses=[primary("amy")],
                                    attributes={"city": None, "department": "Sales"}, password="p"))
        self.assertEqual(played.statuses, ["ok"])
        edited = played.cloud("c")
        self.assertEqual(edited["userPrincipalName"], upn("amy"))
        self.assertEqual(edited["proxyAddresses"], [primary("amy")])
        self.assertEqual(edited["attributes"], {"displayName": "Ann", "department": "Sales"})
        self.assertEqual(edited["password"], "p")

    def test_edits_of_on_premises_mastered_objects_are_refused(self):
        start = tenant([cloud("c", "ann")], [ad()])
        for command in [edit(label("c"), userPrincipalName=upn("amy")), edit(joined_to(), attributes={"x": "y"}),
                        edit(label("c"), proxyAddresses=[]), edit(label("c"), password="p"),
                        set_anchor(label("c"), "Wlpa"), set_anchor(label("c"), None)]:
            with self.subTest(command=command):
                self.assert_refused(self.run_case(start, SYNC, command))

    def test_commands_that_would_share_an_identifier_are_refused(self):
        start = tenant([cloud("c", "ann", [primary("ann")], "QUFB"), cloud("d", "bob", [primary("bob")], "QkJC"),
                        cloud("k", kind="contact")])
        for command in [edit(label("d"), userPrincipalName=upn("ANN"), attributes={"x": "y"}),
                        edit(label("d"), proxyAddresses=[secondary("ann")]), set_anchor(label("d"), "QUFB"),
                        edit(label("k"), proxyAddresses=[primary("ann")]), create(cloud("e", "ann")),
                        create(cloud("e", "x", [secondary("ann")])), create(cloud("e", "x", anchor="QUFB"))]:
            with self.subTest(command=command):
                self.assert_refused(self.run_case(start, command))
        played = self.run_case(start, set_anchor(label("d"), "qufb"), create(cloud("e", "eve")),
                               edit(label("e"), password="p"))
        self.assertEqual(played.statuses, ["ok", "ok", "ok"])

    def test_immutable_id(self):
        start = tenant([cloud("c", "ann"), cloud("g", kind="group", anchor="R1JQ"), cloud("k", kind="contact")], [ad()])
        played = self.run_case(start, set_anchor(label("c"), "X"), set_anchor(label("c"), None),
                               set_anchor(label("c"), "QUFB"), set_anchor(label("g"), "Y"),
                               set_anchor(label("g"), None), set_anchor(label("k"), "Y"),
                               create(cloud("h", kind="group", anchor="Z")), SYNC)
        self.assertEqual(played.statuses[:7], ["ok"] * 3 + ["refused"] * 4)
        self.assertEqual(played.told()["result"], "hardMatched")
        self.assertEqual(played.cloud("g")["onPremisesImmutableId"], "R1JQ")

    def test_references_to_nothing(self):
        for command in [edit(label("x"), password="p"), set_anchor(joined_to("x"), "X"), assign(copy_for("x")),
                        unassign(label("x")), delete(joined_to("a")), restore(label("x")),
                        change("x", password="p")]:
            with self.subTest(command=command):
                played = self.run_case(tenant([cloud("c", "ann")], [ad()]), command)
                self.assertEqual(played.outcomes, [{"status": "notFound"}])
                self.assertTrue(played.is_as_before(0))

    def test_names_used_twice_are_refused(self):
        for command in [create(cloud("c", "new")), create(ad("a", "new"))]:
            self.assert_refused(self.run_case(tenant([cloud("c", "ann")], [ad()]), command))

    def test_what_is_already_so_changes_nothing(self):
        start = tenant([cloud("c", "ann", roles=["R"], anchor="X"), cloud("d", "bob")], [ad("b", "bob")])
        for command in [assign(label("c"), "R"), unassign(label("c"), "other"), set_anchor(label("c"), "X"),
                        restore(label("c")), feature("softMatch", True), edit(label("c"), userPrincipalName=upn("ann")),
                        edit(label("c")), change("b", userPrincipalName=upn("bob"))]:
            with self.subTest(command=command):
                played = self.run_case(start, SYNC, command, SYNC)
                self.assertTrue(played.is_as_before(1) and played.is_as_before(2))
                self.assertEqual(played.told("b")["result"], "unchanged")

    def test_roles_are_for_users(self):
        start = tenant([cloud("g", kind="group")])
        self.assert_refused(self.run_case(start, assign(label("g"))))

    def test_recycle_bin(self):
        start = tenant([cloud("c", "ann", [primary("ann")], "X")])
        played = self.run_case(start, delete(label("c")), create(cloud("d", "ann")), restore(label("c")),
                               delete(label("d"), True), restore(label("c")), restore(label("d")),
                               delete(label("c"), True))
        self.assertEqual(played.statuses, ["ok", "ok", "refused", "ok", "ok", "notFound", "ok"])
        self.assertTrue(played.steps[0]["snapshot"]["cloud"][0]["deleted"])
        self.assertFalse(played.steps[4]["snapshot"]["cloud"][0]["deleted"])
        self.assertEqual(played.last["cloud"], [])

    def test_deleted_objects_hold_nothing(self):
        played = self.run_case(tenant([cloud("c", "ann", [primary("ann")], "QUFB")], [ad(addresses=[primary("ann")])]),
                               delete(label("c")), SYNC)
        self.assertEqual(played.told()["result"], "provisioned")

    def test_a_joined_object_that_is_deleted(self):
        start = tenant([cloud("c", "ann")], [ad()])
        for more in [(), (REINSTALL,)]:
            played = self.run_case(start, SYNC, delete(joined_to()), *more + (SYNC,))
            self.assert_error(played)
            played = self.run_case(start, SYNC, delete(joined_to()), *more + (SYNC, restore(joined_to()), SYNC))
            self.assertNotEqual(played.told()["result"], "error")
            self.assertEqual(played.others(), [])
        played = self.run_case(start, SYNC, delete(joined_to(), True), SYNC)
        self.assertEqual(played.told()["result"], "provisioned")


# ----------------------------------------------------------------------------------------------------------------------
# Choices
# ----------------------------------------------------------------------------------------------------------------------

class QuarantinedTest(AdapterTest):
    arguments = ("--choice", "collisionHandling=quarantined")
    start = tenant([cloud("c", "ann", [primary("ann")], roles=["Global Administrator"])],
                   [ad(addresses=[primary("ann"), secondary("a")], attributes={"displayName": "Ann"})])

    def test_the_copy(self):
        played = self.run_case(self.start, SYNC, SYNC, REINSTALL, SYNC)
        self.assertEqual(played.told(step=0), {"result": "quarantined"})
        self.assertTrue(played.is_as_before(1) and played.is_as_before(3))
        self.assertEqual(played.cloud("c"), played.first["cloud"][0])
        copy = played.other()
        self.assertTrue(copy["quarantined"] and copy["onPremisesSyncEnabled"])
        self.assertEqual((copy["onPremisesImmutableId"], copy["proxyAddresses"], copy["roles"]),
                         ("QUFB", [secondary("a")], []))
        self.assertNotEqual(copy["userPrincipalName"], upn("ann"))
        self.assertEqual(copy["attributes"], {"displayName": "Ann"})

    def test_a_copy_always_has_a_placeholder(self):
        played = self.run_case(tenant([cloud("c", "x", [secondary("ann")])], [ad(addresses=[primary("ann")])]), SYNC)
        self.assertTrue(played.other()["quarantined"])
        self.assertNotEqual(played.other()["userPrincipalName"], upn("ann"))

    def test_recovery_from_the_administrator_conflict(self):
        played = self.run_case(self.start, SYNC, unassign(label("c")), SYNC, delete(copy_for()), SYNC,
                               delete(copy_for(), True), SYNC)
        self.assertEqual([played.told(step=step)["result"] for step in (2, 4, 6)],
                         ["quarantined", "quarantined", "softMatched"])
        self.assert_taken_over(played, "c")
        self.assertFalse(played.cloud("c")["quarantined"])

    def test_placeholders_are_free(self):
        taken = [cloud("t%d" % number, "ann+%d" % number) for number in range(1000, 1020)]
        played = self.run_case(tenant([cloud("c", "ann", roles=["R"])] + taken, [ad()]), SYNC)
        names = [thing["userPrincipalName"] for thing in played.last["cloud"]]
        self.assertEqual(len(names), len(set(names)))

    def test_a_held_anchor_is_rejected(self):
        self.assert_error(self.run_case(tenant([cloud("c", "x", anchor="QUFB", roles=["R"])], [ad()]), SYNC))


class ClearedTest(AdapterTest):
    arguments = ("--choice", "valuesAbsentOnPremises=cleared")

    def test_values_without_an_on_premises_value_go(self):
        played = self.run_case(tenant([cloud("c", "ann", attributes={"displayName": "Old", "department": "Sales"},
                                             password="p")], [ad(attributes={"displayName": "New"})]), SYNC)
        self.assertEqual(played.cloud("c")["attributes"], {"displayName": "New"})
        self.assertEqual((played.cloud("c")["userPrincipalName"], played.cloud("c")["password"]), (upn("ann"), "p"))


class ClearedInNextCycleTest(AdapterTest):
    arguments = ("--choice", "valuesAbsentOnPremises=clearedInNextCycle")

    def test_values_without_an_on_premises_value_go_in_the_next_cycle(self):
        start = tenant([cloud("c", "ann", attributes={"displayName": "Old", "department": "Sales"})],
                       [ad(attributes={"displayName": "New"})])
        played = self.run_case(start, SYNC)
        self.assertEqual(played.cloud("c")["attributes"], {"displayName": "New", "department": "Sales"})
        played = self.run_case(start, SYNC, SYNC)
        self.assertEqual(played.cloud("c")["attributes"], {"displayName": "New"})


class WithheldTest(AdapterTest):
    arguments = ("--choice", "ambiguousMatch=withheld")
    address_and_upn = tenant([cloud("byAddress", "x", [primary("ann")]), cloud("byUpn", "ann", [secondary("a")])],
                             [ad(addresses=[primary("ann"), secondary("a")])])
    anchor_and_upn = tenant([cloud("byAnchor", "x", anchor="QUFB"), cloud("byUpn", "ann")], [ad()])

    def test_address_first(self):
        played = self.run_case(self.address_and_upn, SYNC)
        self.assert_taken_over(played, "byAddress")
        self.assertEqual(played.cloud("byAddress")["userPrincipalName"], upn("x"))
        self.assertEqual(played.cloud("byAddress")["proxyAddresses"], [primary("ann")])
        self.assertEqual(played.cloud("byUpn"), played.first["cloud"][1])

    def test_hard_first(self):
        played = self.run_case(self.anchor_and_upn, SYNC)
        self.assertEqual(played.told()["result"], "hardMatched")
        self.assert_taken_over(played, "byAnchor")
        self.assertEqual(played.cloud("byAnchor")["userPrincipalName"], upn("x"))

    def test_what_is_withheld_stays_withheld_and_stops_nothing(self):
        for more in [(), (REINSTALL,)]:
            played = self.run_case(self.anchor_and_upn, SYNC, change(attributes={"displayName": "Ann"}),
                                   *more + (SYNC,))
            self.assertEqual(played.told()["result"], "hardMatched" if more else "updated")
            self.assertEqual(played.cloud("byAnchor")["attributes"], {"displayName": "Ann"})
            self.assertEqual(played.cloud("byAnchor")["userPrincipalName"], upn("x"))

    def test_the_only_eligible_holder_cannot_have_the_anchor(self):
        self.assert_error(self.run_case(tenant([cloud("c", "x", anchor="QUFB", roles=["R"]), cloud("d", "ann")],
                                               [ad()]), SYNC))


class OtherOrderTest(AdapterTest):
    arguments = ("--choice", "ambiguousMatch=withheld", "--choice", "hardVersusSoft=softFirst")

    def test_soft_first_cannot_stamp_a_held_anchor(self):
        self.assert_error(self.run_case(WithheldTest.anchor_and_upn, SYNC))


if __name__ == "__main__":
    unittest.main()
