"""Connect and its sync cycle.

`source` is an on-premises object, `target` a cloud object, and `key` names the on-premises object in reports.
"""

from directory import anchor_identifier, address_identifier, identifiers, upn_identifier
from faults import faulty
from matching import (candidates, failure, faulty_match, hard_match_problem, is_converted, is_mapped_to_another,
                      same_anchor, same_upn)

UNCHANGED = {"result": "unchanged"}


class Connect:
    """Connect as installed once: what it remembers here is what a reinstall loses."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.joined = {}  # key -> id of the cloud object
        self.removed = []  # (on-premises object, id of its cloud object or copy, or None): gone since the last cycle
        self.failed = {}  # key -> (the on-premises object as it was, result); used by faults only

    @property
    def directory(self):
        return self.tenant.directory

    def forget(self, source):
        """An on-premises object is gone; the next cycle tells the cloud."""
        copy_id = self.tenant.copies.pop(source["key"], None)
        self.removed.append((source, self.joined.pop(source["key"], copy_id)))

    def sync(self):
        """One full cycle: the result for each on-premises object."""
        rejoined = self.rejoin()
        results = self.remove()
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

        This is no match: the anchor says whose object it is, so neither roles nor the switches matter. All objects are
        rejoined before any is exported, as Connect imports the directory before it exports to it.
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
            if target is None or not target["onPremisesSyncEnabled"] or target["kind"] != source["kind"]:
                continue
            if target["quarantined"]:
                self.tenant.copies[key] = target["id"]
            elif target["id"] not in taken:
                self.join(key, target["id"])
                taken.add(target["id"])
                rejoined.add(key)
        return rejoined

    # Objects that left scope

    def remove(self):
        """Deletes the cloud objects whose on-premises objects are gone, unless these are back already."""
        results = {}
        needed = set(self.joined.values()) | set(self.tenant.copies.values())
        for source, target_id in self.removed:
            target = self.directory.objects.get(target_id)
            if target is not None and target_id not in needed:
                results[source["key"]] = self.leave(target)
        self.remove_by_mistake()
        self.removed = []
        return results

    def leave(self, target):
        """What becomes of a cloud object without its on-premises object. Only a user can come back: see `come_back`."""
        if not target["onPremisesSyncEnabled"]:
            return failure("DeletingCloudOnlyObjectNotAllowed", "the object is mastered in the cloud")
        if faulty("removal-ignored"):
            return UNCHANGED
        if target["kind"] == "user" and not target["quarantined"] and not faulty("removal-deletes-for-good"):
            kept = faulty("removal-keeps-authority")
            self.directory.put(dict(target, deleted=True, onPremisesSyncEnabled=kept))
        else:
            self.directory.remove(target["id"])
        return {"result": "removed"}

    def remove_by_mistake(self):
        """Without a seeded fault nothing."""
        mistaken = []
        if faulty("removal-deletes-cloud-mastered"):
            mistaken = [self.directory.holder(anchor_identifier(source["sourceAnchor"])) for source, _ in self.removed]
        if faulty("restored-is-deleted-again"):
            anchors = {source["sourceAnchor"] for source in self.tenant.on_premises.values()}
            mistaken = [target for target in self.directory.objects.values()
                        if target["onPremisesSyncEnabled"] is False and target["onPremisesImmutableId"] not in anchors]
        for target in filter(None, mistaken):
            self.directory.put(dict(target, deleted=True))

    # Joined objects and others

    def join(self, key, target_id):
        self.joined[key] = target_id
        self.tenant.names["joinedTo"][key] = target_id

    def copy_of(self, key):
        """The conflict copy that was made for an on-premises object, until it is permanently deleted."""
        return self.directory.objects.get(self.tenant.copies.get(key))

    def export(self, key, source):
        """Brings one on-premises object to the cloud, or does nothing at all; returns the result."""
        if faulty("failed-not-retried") and key in self.failed and self.failed[key][0] is source:
            return self.failed[key][1]
        target = self.directory.objects.get(self.joined.get(key))
        if self.copy_of(key) is not None:
            return {"result": "quarantined"}
        if target is None:
            return self.match(key, source)
        if target["isCloudManaged"] and faulty("conversion-brings-another"):
            return self.provision(key, source)
        if target["isCloudManaged"] and not faulty("conversion-is-overwritten"):
            return UNCHANGED  # the source of authority is in the cloud
        if target["deleted"]:
            return failure("ObjectInRecycleBin", "restore the cloud object or delete it permanently")
        if not target["onPremisesSyncEnabled"] and not target["isCloudManaged"]:
            return self.match(key, source)  # its conversion was rolled back: it has to be taken over again
        accepted, withheld = self.tenant.accepted[target["id"]]
        if accepted is source and target["id"] not in self.tenant.to_clear and self.is_stamped(source, target):
            return UNCHANGED
        return self.update(key, source, target, accepted, withheld)

    @staticmethod
    def is_stamped(source, target):
        """Whether the cloud object says whose it is; an administrator may have cleared that."""
        return source["objectIdentifier"] in (None, target["onPremisesObjectIdentifier"]) \
            or faulty("identifier-not-stamped")

    # New objects

    def match(self, key, source):
        """A new object: take over the cloud object that matches, or provision, or fail."""
        if source["sourceAnchor"] is None:
            return failure("MissingSourceAnchor", "the on-premises object has no sourceAnchor")
        if faulty("refusal-is-remembered") and self.failed.get(key, (None, {}))[1].get("code") == "InvalidHardMatch":
            return self.failed[key][1]
        carrier = self.directory.holder(anchor_identifier(source["sourceAnchor"]))
        if carrier is not None and is_converted(carrier) and self.was_joined(key, carrier):
            return UNCHANGED  # it was converted, and Connect has been reinstalled since
        deleted = self.in_recycle_bin(source)
        if deleted is not None and deleted["onPremisesSyncEnabled"]:
            # An administrator deleted what was this object's: neither revive nor replace it against that wish.
            return failure("ObjectInRecycleBin", "restore the cloud object or delete it permanently")
        if deleted is not None:
            return self.come_back(key, source, deleted)
        holders = self.directory.holders(identifiers(source))
        mistaken = faulty_match(self.tenant, source, holders)
        if mistaken is not None:
            return self.take_over(key, source, *mistaken)
        if not holders:
            return self.provision(key, source)
        found = candidates(self.tenant, source, holders)
        if not found:
            problem = None
            if carrier is not None and carrier["kind"] == source["kind"] and not carrier["onPremisesSyncEnabled"]:
                problem = hard_match_problem(self.tenant, source, carrier)
            return problem or self.collide(key, source, self.tenant.choices["collisionHandling"] == "quarantined")
        if len(holders) > 1 and self.tenant.choices["ambiguousMatch"] == "refused":
            return failure("AmbiguousMatch", "several cloud objects hold values of this object")
        if len(holders) > 1 and self.tenant.choices["ambiguousMatch"] == "quarantined":
            return self.collide(key, source, True)
        target, attribute = found[0]
        withheld = self.directory.held_by_others(identifiers(source), target["id"])
        if anchor_identifier(source["sourceAnchor"]) in withheld:
            # Every other value can be withheld, but a taken over object must carry the anchor.
            return failure("AttributeValueMustBeUnique", "another cloud object carries the sourceAnchor")
        return self.take_over(key, source, target, attribute, withheld)

    def was_joined(self, key, target):
        """Whether the service last accepted this on-premises object's values for `target`."""
        accepted, _ = self.tenant.accepted.get(target["id"], ({"key": None}, None))
        return accepted["key"] == key

    def in_recycle_bin(self, source):
        """The object in the recycle bin that was synchronised under this anchor, or None."""
        for target_id in sorted(self.directory.recycle_bin):
            target = self.directory.objects[target_id]
            if target["kind"] != source["kind"]:
                continue
            if faulty("return-by-name") and same_upn(source, target):
                return target
            if target["onPremisesImmutableId"] != source["sourceAnchor"]:
                continue
            left_scope = target["onPremisesSyncEnabled"] is False and self.tenant.edition["neverSynced"] is None
            if target["onPremisesSyncEnabled"] or left_scope and not faulty("return-creates-another"):
                return target
        return None

    def come_back(self, key, source, deleted):
        """A user that left scope is back: it is restored, which is a hard match like any other."""
        problem = hard_match_problem(self.tenant, source, deleted)
        if problem is not None:
            return problem
        restored = self.with_values(dict(deleted, deleted=False), source, frozenset())
        if self.directory.held_by_others(identifiers(restored) | identifiers(source), deleted["id"]):
            return failure("AttributeValueMustBeUnique", "another cloud object holds a value of this object")
        return self.take_over(key, source, dict(deleted, deleted=False), "sourceAnchor")

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
        """A new cloud object, without the values that other objects hold: none, but for some of the faults."""
        withheld = self.directory.held_by_others(identifiers(source))
        self.finish(key, source, self.new_target(source, withheld), withheld)
        return {"result": "provisioned"}

    def collide(self, key, source, leaves_copy):
        """Other objects hold values of this new object, and none of them is taken over."""
        withheld = self.directory.held_by_others(identifiers(source))
        anchor_is_held = anchor_identifier(source["sourceAnchor"]) in withheld
        if faulty("collision-provisions-anyway") and not anchor_is_held:
            return self.provision(key, source)
        if anchor_is_held or not leaves_copy:
            attributes = sorted({attribute for attribute, _ in withheld})
            return failure("AttributeValueMustBeUnique", "held by another object: %s" % ", ".join(attributes))
        # A copy never has the user principal name itself, not even where only an address is held.
        names = {identifier for identifier in identifiers(source) if identifier[0] == "userPrincipalName"}
        copy = self.new_target(source, withheld | names)
        copy["quarantined"] = True
        self.directory.put(copy)
        self.tenant.copies[key] = self.tenant.names["quarantinedFor"][key] = copy["id"]
        return {"result": "quarantined"}

    def new_target(self, source, withheld):
        """A new cloud object for `source`; a withheld user principal name gives way to a placeholder."""
        target = self.tenant.read_cloud_object({"kind": source["kind"], "mailEnabled": source["mailEnabled"]})
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
        if not same_anchor(source, target):
            return failure("SourceAnchorChanged", "the sourceAnchor of a joined object cannot be changed")
        if is_mapped_to_another(self.tenant, source, target):
            return failure("AttributeUpdateNotAllowed", "onPremisesObjectIdentifier names another on-premises object")
        if self.tenant.features["blockHardMatch"] and faulty("block-stops-joined"):
            return failure("InvalidHardMatch", "hard match is blocked in this tenant")
        if target["roles"] and (faulty("role-stops-sync") or faulty("joined-are-protected")):
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
        if source["objectIdentifier"] is not None and not self.is_stamped(source, target):
            result["onPremisesObjectIdentifier"] = source["objectIdentifier"]
        return result

    def finish(self, key, source, target, withheld=frozenset()):
        """Writes a joined object and notes what it was made from."""
        self.directory.put(target)
        self.join(key, target["id"])
        self.tenant.accepted[target["id"]] = (source, withheld)
