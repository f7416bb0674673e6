"""The cloud directory: objects, and which of them holds a name."""

from functools import lru_cache

from faults import faulty

# An identifier is a pair (attribute, value in the form in which it is compared). User principal names and addresses
# are compared without regard to ASCII case, anchors exactly. The same few names come again and again, hence the caches.

ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def without_case(name):
    return name.lower() if name.isascii() else name.translate(ASCII_LOWER)


@lru_cache(maxsize=10000)
def upn_identifier(upn):
    return ("userPrincipalName", upn if faulty("upn-compared-with-case") else without_case(upn))


@lru_cache(maxsize=10000)
def address_identifier(address):
    """None for what is no mail address, such as an X500 or a SIP value: those may be shared."""
    prefix, _, mail = address.partition(":")
    return ("proxyAddresses", without_case(mail)) if without_case(prefix) == "smtp" else None


def anchor_identifier(anchor):
    return ("sourceAnchor", without_case(anchor) if faulty("anchor-compared-without-case") else anchor)


def primary_address(thing):
    """The one address whose prefix is in upper case, as an identifier."""
    for address in thing["proxyAddresses"]:
        if address.startswith("SMTP:"):
            return address_identifier(address)
    return None


def anchor_of(thing):
    """The anchor has one name on-premises and another one in the cloud."""
    return thing["sourceAnchor"] if "sourceAnchor" in thing else thing["onPremisesImmutableId"]


def identifiers(thing):
    """The identifiers of an object, on-premises or cloud: no two active cloud objects may share one."""
    found = {address_identifier(address) for address in thing["proxyAddresses"]}
    found.discard(None)
    if thing["userPrincipalName"] is not None:
        found.add(upn_identifier(thing["userPrincipalName"]))
    anchor = anchor_of(thing)
    if anchor is not None:
        found.add(anchor_identifier(anchor))
    return found


class Directory:
    """The cloud objects, with an index of which active object holds an identifier."""

    def __init__(self):
        self.objects = {}  # id -> object, those in the recycle bin included
        self.held_identifiers = {}  # id -> identifiers; objects in the recycle bin hold none
        self.holder_ids = {}  # identifier -> id
        self.recycle_bin = set()  # ids
        self.created = 0

    def new_id(self):
        self.created += 1
        return "cloud-%d" % self.created

    def put(self, thing):
        """Adds an object, or replaces the one with the same id."""
        thing_id = thing["id"]
        self.release(thing_id)
        self.objects[thing_id] = thing
        if thing["deleted"]:
            self.recycle_bin.add(thing_id)
        else:
            held = self.held_identifiers[thing_id] = identifiers(thing)
            for identifier in held:
                self.holder_ids[identifier] = thing_id

    def remove(self, thing_id):
        self.release(thing_id)
        del self.objects[thing_id]

    def release(self, thing_id):
        """Frees the identifiers that an object holds."""
        self.recycle_bin.discard(thing_id)
        for identifier in self.held_identifiers.pop(thing_id, ()):
            if self.holder_ids.get(identifier) == thing_id:
                del self.holder_ids[identifier]

    def holder(self, identifier):
        return self.objects.get(self.holder_ids.get(identifier))

    def holders(self, wanted):
        """The active objects that hold any of the wanted identifiers."""
        ids = {self.holder_ids[identifier] for identifier in wanted if identifier in self.holder_ids}
        return [self.objects[thing_id] for thing_id in sorted(ids)]

    def held_by_others(self, wanted, own_id=None):
        """Those of the wanted identifiers that an active object other than `own_id` holds."""
        return {identifier for identifier in wanted if self.holder_ids.get(identifier, own_id) != own_id}
