"""Tests of what the editions after 2023-01 changed."""

import unittest

from driving import *


def bin_of(played):
    return [thing for thing in played.last["cloud"] if thing["deleted"]]


class Edition202504Test(AdapterTest):
    edition = "2025-04"

    def test_what_is_declared(self):
        self.assertIn("scope", self.declared["capabilities"])
        self.assertNotIn("sourceOfAuthority", self.declared["capabilities"])
        self.assertNotIn("hardVersusSoft", self.declared["choices"])

    def test_a_command_of_a_later_edition(self):
        self.child.result("reset", {"tenant": tenant([cloud("c", "ann")])})
        error = self.child.request("apply", {"command": set_cloud_managed(label("c"))})["error"]
        self.assertEqual((error["code"], error["data"]), (-32001, {"capability": "sourceOfAuthority"}))

    def test_both_names_of_the_switches(self):
        for names in [{"softMatch": False}, {"blockSoftMatchEnabled": True}]:
            played = self.run_case(dict(tenant([cloud("c", "ann")], [ad()]), features=names), SYNC)
            self.assert_error(played)
        for name in ("passwordHashSync", "passwordSyncEnabled"):
            played = self.run_case(dict(tenant([], [ad(password="p")]), features={name: False}), SYNC)
            self.assertEqual(played.other()["password"], None)
        for name in ("blockCloudObjectTakeoverThroughHardMatch", BLOCK_HARD_MATCH):
            played = self.run_case(tenant([cloud("c", "x", anchor="QUFB")], [ad()]), feature(name, True), SYNC)
            self.assertEqual(played.told()["code"], "InvalidHardMatch")

    def test_three_states_of_the_flag(self):
        played = self.run_case(tenant([cloud("c", "x")], [ad()]), SYNC, remove(), SYNC)
        self.assertIsNone(played.cloud("c")["onPremisesSyncEnabled"])
        self.assertEqual([step["snapshot"]["cloud"][1]["onPremisesSyncEnabled"] for step in played.steps],
                         [True, True, False])

    def test_hard_match_first(self):
        by_anchor, by_name = cloud("c", "x", anchor="QUFB"), cloud("d", "ann")
        self.assert_error(self.run_case(tenant([by_anchor, by_name], [ad()]), SYNC))
        played = self.run_case(tenant([dict(by_anchor, roles=["Global Administrator"])], [ad()]), SYNC)
        self.assert_taken_over(played, "c")

    def test_soft_match_on_upn(self):
        start = tenant([cloud("c", "ann")], [ad()])
        start["features"]["softMatchOnUpnEnabled"] = False
        self.assert_error(self.run_case(start, SYNC))
        on, off = feature("softMatchOnUpnEnabled", True), feature("softMatchOnUpnEnabled", False)
        self.assert_taken_over(self.run_case(start, SYNC, on, SYNC), "c")
        self.assert_refused(self.run_case(start, on, off))
        start = tenant([cloud("c", "x", [primary("ann")])], [ad(addresses=[primary("ann")])])
        start["features"]["softMatchOnUpnEnabled"] = False
        self.assert_taken_over(self.run_case(start, SYNC), "c")

    def test_leaving_scope_and_coming_back(self):
        start = tenant([cloud("c", "ann")], [ad()])
        played = self.run_case(start, SYNC, remove(), SYNC)
        self.assertEqual(played.told(), {"result": "removed"})
        self.assertTrue(played.cloud("c")["deleted"])
        back = create(ad("other-key", "amy"))
        for commands in [(back, SYNC), (restore(label("c")), back, SYNC), (REINSTALL, back, SYNC)]:
            played = self.run_case(start, SYNC, remove(), SYNC, *commands)
            self.assert_taken_over(played, "c")
            self.assertEqual(played.cloud("c")["userPrincipalName"], upn("amy"))
            played = self.run_case(start, feature(BLOCK_HARD_MATCH, True), SYNC, remove(), SYNC, *commands)
            self.assert_error(played, "other-key")

    def test_back_before_the_next_cycle(self):
        played = self.run_case(tenant([cloud("c", "ann")], [ad()]), SYNC, remove(), create(ad("b")), SYNC, SYNC)
        self.assert_taken_over(played, "c")
        self.assertEqual(played.told("b"), {"result": "unchanged"})

    def test_another_anchor_is_another_user(self):
        played = self.run_case(tenant([cloud("c", "ann")], [ad()]), SYNC, remove(), create(ad(anchor="QkJC")), SYNC)
        self.assertEqual(played.told()["result"], "provisioned")
        self.assertTrue(played.cloud("c")["deleted"])

    def test_a_return_that_something_stands_in_the_way_of(self):
        played = self.run_case(tenant([], [ad()]), SYNC, remove(), SYNC, create(cloud("c", "ann")), create(ad()), SYNC)
        self.assert_error(played)

    def test_restored_out_of_scope(self):
        played = self.run_case(tenant([], [ad()]), SYNC, remove(), SYNC, restore(joined_to()), SYNC, SYNC)
        self.assertTrue(played.is_as_before(4) and played.is_as_before(5))
        self.assertEqual(bin_of(played), [])

    def test_groups_do_not_come_back(self):
        played = self.run_case(tenant([], [ad(kind="group")]), SYNC, remove(), SYNC)
        self.assertEqual(played.last["cloud"], [])


class CopyTest(AdapterTest):
    edition = "2025-04"
    arguments = ("--choice", "collisionHandling=quarantined")

    def test_a_copy_goes_with_its_object(self):
        start = tenant([cloud("c", "ann", roles=["R"])], [ad()])
        played = self.run_case(start, SYNC, remove(), SYNC)
        self.assertEqual(played.others(), [])
        played = self.run_case(start, SYNC, remove(), create(ad(anchor="QkJC")), SYNC)
        self.assertEqual(played.other()["onPremisesImmutableId"], "QkJC")
        for more in [(), (REINSTALL,)]:
            played = self.run_case(start, SYNC, remove(), *more, create(ad()), SYNC)
            self.assertEqual(played.told()["result"], "quarantined")
            self.assertTrue(played.is_as_before(len(played.steps) - 1))


class ProtectionTest(AdapterTest):
    edition = "2026-07"

    def case(self, *commands, features=(), **target):
        start = tenant([cloud("c", "ann", anchor="QUFB", **target)], [ad(objectIdentifier="guid-a")])
        start["features"].update(dict.fromkeys(features, True))
        return self.run_case(start, SYNC, *commands)

    def test_protected_users(self):
        for target in [{"roles": ["global administrator"]}, {"eligibleRoles": ["User Administrator"]},
                       {"onPremisesObjectIdentifier": "guid-b"}]:
            with self.subTest(target=target):
                self.assert_error(self.case(**target))

    def test_safe_users(self):
        for target in [{}, {"onPremisesObjectIdentifier": "guid-a"}, {"roles": ["Reports Reader"]}]:
            with self.subTest(target=target):
                played = self.case(**target)
                self.assert_taken_over(played, "c")
                self.assertEqual(played.cloud("c")["onPremisesObjectIdentifier"], "guid-a")

    def test_ways_out(self):
        everything = {"roles": ["Global Administrator"], "eligibleRoles": ["Global Administrator"],
                      "onPremisesObjectIdentifier": "guid-b"}
        played = self.case(unassign(label("c")), SYNC, remove_eligibility(label("c")), SYNC,
                           set_identifier(label("c")), SYNC, assign(label("c")), make_eligible(label("c")),
                           change(attributes={"displayName": "Ann"}), SYNC, **everything)
        self.assertEqual([played.told(step=step)["result"] for step in (0, 2, 4, 6, 10)],
                         ["error", "error", "error", "hardMatched", "updated"])

    def test_updates_of_the_identifier_allowed(self):
        self.assert_taken_over(self.case(features=[ALLOW_UPDATE], onPremisesObjectIdentifier="guid-b"), "c")
        self.assert_error(self.case(features=[ALLOW_UPDATE, BLOCK_HARD_MATCH], onPremisesObjectIdentifier="guid-b"))

    def test_the_identifier_can_only_be_cleared(self):
        self.assert_refused(self.case(set_identifier(label("c"), "guid-a")))
        played = self.case(set_identifier(label("c")), SYNC, SYNC)
        self.assertIsNone(played.steps[1]["snapshot"]["cloud"][0]["onPremisesObjectIdentifier"])
        self.assertEqual(played.cloud("c")["onPremisesObjectIdentifier"], "guid-a")
        self.assertTrue(played.is_as_before(3))

    def test_a_privileged_user_in_the_recycle_bin(self):
        start = tenant([cloud("c", "ann")], [ad()])
        leaves = (SYNC, assign(joined_to()), remove(), SYNC, create(ad()))
        self.assert_error(self.run_case(start, *leaves, SYNC))
        self.assert_taken_over(
            self.run_case(start, *leaves, restore(label("c")), unassign(label("c")), SYNC), "c")

    def test_a_joined_user_is_not_mapped_anew(self):
        played = self.case(remove(), create(ad("b", objectIdentifier="guid-b")), SYNC)
        self.assert_error(played, "b")


class SourceOfAuthorityTest(AdapterTest):
    edition = "2026-07"
    start = tenant([cloud("c", "ann"), cloud("g", kind="group", addresses=[primary("g")], mailEnabled=True)],
                   [ad(attributes={"displayName": "Ann"}),
                    ad("g", kind="group", addresses=[primary("g")], mailEnabled=True, anchor="R1JQ"),
                    ad("p", kind="group", mailEnabled=False, anchor="UExO")])

    def converted(self, key, *commands):
        return self.run_case(self.start, SYNC, set_cloud_managed(joined_to(key)), *commands)

    def test_conversion(self):
        played = self.converted("a", change(attributes={"displayName": "Amy"}), SYNC, REINSTALL, SYNC,
                                edit(label("c"), attributes={"displayName": "Eve"}), SYNC)
        self.assertEqual(played.statuses, ["ok"] * 8)
        self.assertTrue(played.is_as_before(3) and played.is_as_before(5) and played.is_as_before(7))
        converted = played.cloud("c")
        self.assertEqual((converted["onPremisesSyncEnabled"], converted["isCloudManaged"]), (None, True))
        self.assertEqual(converted["attributes"], {"displayName": "Eve"})

    def test_another_object_with_the_anchor_of_a_converted_one(self):
        played = self.converted("a", change(sourceAnchor="Wlpa"), create(ad("b", "bob")), SYNC)
        self.assert_error(played, "b")
        self.assertEqual(played.told(), {"result": "unchanged"})

    def test_a_rollback_that_is_withdrawn(self):
        move, back = (set_cloud_managed(label("c"), value) for value in (True, False))
        played = self.converted("a", back, move, SYNC)
        self.assertEqual(played.statuses[2:4], ["ok", "ok"])
        self.assertTrue(played.is_as_before(4) and played.cloud("c")["isCloudManaged"])

    def test_rollback(self):
        for key in "agp":
            for more in [(), (REINSTALL,)]:
                with self.subTest(key=key, more=more):
                    played = self.converted(key, edit(joined_to(key), attributes={"displayName": "Eve"}), SYNC, *more,
                                            set_cloud_managed(joined_to(key), False), SYNC, SYNC)
                    rolled_back, taken_back, last = [step["snapshot"]["cloud"] for step in played.steps[-3:]]
                    flags = [thing["onPremisesSyncEnabled"] for thing in rolled_back + taken_back]
                    self.assertEqual(sorted(flags, key=str), [None] + [True] * 5)
                    self.assertEqual(taken_back, last)
                    self.assertEqual(len(last), 3)
        self.assertIn({"displayName": "Ann"}, [thing["attributes"] for thing in self.run_case(
            self.start, SYNC, set_cloud_managed(label("c")), edit(label("c"), attributes={"displayName": "Eve"}),
            set_cloud_managed(label("c"), False), SYNC).last["cloud"]])

    def test_a_blocked_rollback(self):
        back = set_cloud_managed(label("c"), False)
        played = self.converted("a", feature(BLOCK_HARD_MATCH, True), back, SYNC)
        self.assert_error(played)
        played = self.converted("a", feature(BLOCK_HARD_MATCH, True), back, SYNC, feature(BLOCK_HARD_MATCH, False),
                                SYNC)
        self.assertEqual(played.told()["result"], "hardMatched")

    def test_what_cannot_be_converted(self):
        self.assert_refused(self.run_case(self.start, set_cloud_managed(label("c"))))
        played = self.run_case(self.start, set_cloud_managed(label("c"), False))
        self.assertTrue(played.is_as_before(0))


if __name__ == "__main__":
    unittest.main()
