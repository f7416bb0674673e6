"""Tests of the faults that can be seeded in the example adapter."""

import glob
import json
import os
import re
import unittest

from driving import *

PLAIN = tenant([cloud("c", "ann", [primary("old")], attributes={"displayName": "Old"}, password="old")],
               [ad(addresses=[primary("ann")], attributes={"displayName": "New"}, password="new")])
ADMIN = tenant([cloud("c", "ann", roles=["Reports Reader"])], [ad(), ad("b", "bob", anchor="QkJC")])
CONTACT_MAIL = [primary("ann")]
LATE = (tenant([cloud("c", "bob")], [ad()]), SYNC, change(userPrincipalName=upn("bob")), SYNC)

RENAMED = change(userPrincipalName=upn("amy"))
LEFT = (tenant([], [ad()]), SYNC, remove(), SYNC)
CONVERTED = (tenant([], [ad()]), SYNC, set_cloud_managed(joined_to()), SYNC)
ROLLED_BACK = CONVERTED + (set_cloud_managed(joined_to(), False),)


def by_anchor(*commands, **target):
    """A user in the cloud that carries the anchor of one on-premises, and has another name."""
    return (tenant([cloud("c", "x", anchor="QUFB", **target)], [ad(objectIdentifier="guid-a")]), SYNC) + commands


# For each fault a case that it changes: the tenant, then the commands.
FAULT_CASES = {
    "secondary-address-matches": (
        tenant([cloud("c", "x", [secondary("ann")])], [ad(addresses=[primary("ann")])]), SYNC),
    "upn-compared-with-case": (tenant([cloud("c", "ANN")], [ad()]), SYNC),
    "anchor-compared-without-case": (tenant([cloud("c", "x", anchor="qufb")], [ad()]), SYNC),
    "other-attribute-matches": (
        tenant([cloud("c", "x", attributes={"employeeId": "7"})], [ad(attributes={"employeeId": "7"})]), SYNC),
    "upn-matches-address": (tenant([cloud("c", "x", [primary("ann")])], [ad()]), SYNC),
    "both-names-required": (PLAIN, SYNC),
    "different-anchor-ignored": (tenant([cloud("c", "ann", anchor="other")], [ad()]), SYNC),
    "match-again-after-update": LATE,
    "collision-provisions-anyway": (ADMIN, SYNC),
    "takeover-merges-addresses": (PLAIN, SYNC),
    "takeover-recreates-object": (PLAIN, SYNC),
    "cloud-values-win": (PLAIN, SYNC),
    "anchor-not-stamped-on-soft-match": (PLAIN, SYNC),
    "password-not-overwritten": (PLAIN, SYNC),
    "password-written-without-hash-sync": (PLAIN, feature("passwordHashSync", False), SYNC),
    "admin-check-skipped-on-hard-match": (tenant([cloud("c", "x", anchor="QUFB", roles=["R"])], [ad()]), SYNC),
    "first-role-only": (ADMIN, SYNC),
    "role-stops-sync": (PLAIN, SYNC, assign(label("c")), change(attributes={"displayName": "Newer"}), SYNC),
    "switch-ignored-for-contacts": (
        tenant([cloud("c", addresses=CONTACT_MAIL, kind="contact")], [ad(addresses=CONTACT_MAIL, kind="contact")],
               soft_match=False), SYNC),
    "hard-match-for-contacts": (tenant([cloud("c", kind="contact", anchor="QUFB")], [ad(kind="contact")]), SYNC),
    "plain-group-matched-on-display-name": (
        tenant([cloud("c", kind="group", attributes={"displayName": "Sales"})],
               [ad(kind="group", attributes={"displayName": "Sales"})]), SYNC),
    "kind-not-compared": (
        tenant([cloud("c", addresses=CONTACT_MAIL, kind="contact")], [ad(addresses=CONTACT_MAIL)]), SYNC),
    "immutable-id-on-groups": (tenant([cloud("g", kind="group")]), set_anchor(label("g"), "R1JQ")),
    "reinstall-rejoins-by-upn": (PLAIN, SYNC, change(userPrincipalName=upn("amy")), REINSTALL, SYNC),
    "soft-match-told-as-clients": (PLAIN, SYNC),
    "cloud-edits-of-synced-objects-accepted": (PLAIN, SYNC, edit(label("c"), attributes={"displayName": "Mine"})),
    "password-written-back": (PLAIN, edit(label("c"), password="mine")),
    "failed-not-retried": (ADMIN, SYNC, unassign(label("c"), "Reports Reader"), SYNC),
    "error-stops-the-cycle": (ADMIN, SYNC),
    "report-says-ok-for-failure": (ADMIN, SYNC),
    "refusal-reported-as-ok": (PLAIN, SYNC, edit(label("c"), attributes={"displayName": "Mine"})),

    "name-before-anchor": (tenant([cloud("c", "x", anchor="QUFB"), cloud("d", "ann")], [ad()]), SYNC),
    "upn-switch-ignored": (
        dict(tenant([cloud("c", "ann")], [ad()]), features={"softMatchOnUpnEnabled": False}), SYNC),
    "block-ignored": (tenant([cloud("c", "x", anchor="QUFB")], [ad()]), feature(BLOCK_HARD_MATCH, True), SYNC),
    "block-stops-joined": (PLAIN, SYNC, feature(BLOCK_HARD_MATCH, True), RENAMED, SYNC),
    "one-code-for-all": (tenant([cloud("c", "x", anchor="QUFB")], [ad()]), feature(BLOCK_HARD_MATCH, True), SYNC),
    "never-synced-is-false": (PLAIN,),
    "blocked-hard-match-becomes-soft": (
        tenant([cloud("c", "ann", anchor="QUFB")], [ad()]), feature(BLOCK_HARD_MATCH, True), SYNC),
    "removal-ignored": LEFT,
    "removal-deletes-for-good": LEFT,
    "removal-keeps-authority": LEFT,
    "return-creates-another": LEFT + (create(ad()), SYNC),
    "return-ignores-block": LEFT + (feature(BLOCK_HARD_MATCH, True), create(ad()), SYNC),
    "restored-is-not-matched": LEFT + (restore(joined_to()), create(ad()), SYNC),
    "return-by-name": LEFT + (create(ad(anchor="QkJC")), SYNC),
    "restored-is-deleted-again": LEFT + (restore(joined_to()), SYNC),
    "removal-deletes-cloud-mastered": (
        tenant([cloud("c", "x", anchor="QUFB")], [ad()]), feature(BLOCK_HARD_MATCH, True), SYNC, remove(), SYNC),

    "privileged-role-not-checked": by_anchor(roles=["Global Administrator"]),
    "eligibility-not-checked": by_anchor(eligibleRoles=["Global Administrator"]),
    "mapping-not-checked": by_anchor(onPremisesObjectIdentifier="guid-b"),
    "safe-target-is-protected": by_anchor(),
    "bypass-lifts-the-block": by_anchor(feature(ALLOW_UPDATE, True), feature(BLOCK_HARD_MATCH, True), SYNC,
                                        onPremisesObjectIdentifier="guid-b"),
    "soft-match-needs-mapping": (tenant([cloud("c", "ann")], [ad(objectIdentifier="guid-a")]), SYNC),
    "protected-is-matched-softly": (
        tenant([cloud("c", "ann", anchor="QUFB", eligibleRoles=["Global Administrator"])], [ad()]), SYNC),
    "privileged-returns-from-recycle-bin": (
        tenant([], [ad()]), SYNC, assign(joined_to()), remove(), SYNC, create(ad()), SYNC),
    "refusal-is-remembered": by_anchor(unassign(label("c")), SYNC, roles=["Global Administrator"]),
    "identifier-can-be-set": by_anchor(set_identifier(label("c"), "guid-b")),
    "clearing-needs-cloud-mastery": by_anchor(set_identifier(label("c"))),
    "bypass-ignored": by_anchor(feature(ALLOW_UPDATE, True), SYNC, onPremisesObjectIdentifier="guid-b"),
    "identifier-not-stamped": by_anchor(),
    "joined-are-protected": (PLAIN, SYNC, assign(label("c")), RENAMED, SYNC),
    "conversion-is-overwritten": CONVERTED + (RENAMED, SYNC),
    "conversion-brings-another": CONVERTED,
    "converted-cannot-be-edited": CONVERTED + (edit(joined_to(), attributes={"displayName": "Mine"}),),
    "converted-is-taken-over": CONVERTED + (REINSTALL, SYNC),
    "rollback-at-once": ROLLED_BACK,
    "rollback-never-ends": ROLLED_BACK + (SYNC,),
    "rollback-ignores-block": ROLLED_BACK + (feature(BLOCK_HARD_MATCH, True), SYNC),
}


class FaultTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        listed = run_to_end(["--list-faults"])
        cls.listed = [line.split("\t") for line in listed.stdout.decode("utf-8").splitlines()]

    def test_the_list(self):
        for line in self.listed:
            name, rule, edition, sentence = line
            self.assertRegex(name, r"^[a-z]+(-[a-z]+)*$")
            self.assertRegex(rule, r"^[a-z]+\.[a-z]+(-[a-z]+)*$")
            self.assertRegex(edition, r"^\d{4}-\d\d$")
            self.assertRegex(sentence, r"^\w.*\.$")
        names = [line[0] for line in self.listed]
        self.assertEqual(len(names), len(set(names)))

    def test_every_fault_changes_an_answer(self):
        self.assertEqual(set(FAULT_CASES), {line[0] for line in self.listed})
        right = {edition: Child() for edition in sorted({line[2] for line in self.listed})}
        for edition, child in right.items():
            child.result("initialize", initialize(edition))
            self.addCleanup(child.close)
        for name, _, edition, _ in self.listed:
            with self.subTest(fault=name):
                wrong = Child("--fault", name)
                wrong.result("initialize", initialize(edition))
                case = {"tenant": FAULT_CASES[name][0], "commands": list(FAULT_CASES[name][1:])}
                self.assertNotEqual(right[edition].result("runCase", case), wrong.result("runCase", case))
                self.assertEqual(wrong.close(), 0)

    def test_every_fault_is_switched_in_one_place(self):
        switched = []
        for path in glob.glob(os.path.join(HERE, "*.py")):
            with open(path, encoding="utf-8") as file:
                switched += re.findall(r'faulty\("([a-z-]+)"\)', file.read())
        self.assertEqual(sorted(switched), sorted(line[0] for line in self.listed))


if __name__ == "__main__":
    unittest.main()
