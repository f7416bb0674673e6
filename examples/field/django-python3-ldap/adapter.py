#!/usr/bin/env python3
"""Drives django-python3-ldap's `ldap_sync_users` between OpenLDAP and Django's accounts in SQLite.

What stands for what is in README.md. `--lookup username` (the package's default) finds accounts by name and knows no
anchor; `--lookup anchor` finds them by an attribute that never changes. What the adapter does
not declare, or declares to be otherwise than with Entra Connect:

* No authority flag: Django knows accounts, and no side that owns one.
* No results for each object: the command succeeds or fails as a whole.
* Found by name, nothing but the name says whom an account stands for, and several may.
* Some attributes, one address, and that one no more than a value.
* Deletion without a recycle bin.
"""

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
from django.conf import settings

from protocol import NO_PLACE, Adapter, Refused, Unsupported, serve
from slapd import ADMIN, PASSWORD, PEOPLE, Directory

# Names of the protocol, with the attribute of the directory and the column of the account.
NAME = ("uid", "username")
ANCHOR = ("employeeNumber", "anchor")
ADDRESS = ("mail", "email")
ATTRIBUTES = {"displayName": ("displayName", "first_name"), "department": ("departmentNumber", "department"),
              "city": ("l", "city"), "telephoneNumber": ("telephoneNumber", "telephone")}
# What a directory takes as a telephone number (RFC 4517, Printable String).
TELEPHONE_NUMBER = re.compile("[A-Za-z0-9'()+,./:? =-]+")


def set_up_django(url, lookup):
    columns = [NAME, ADDRESS, *ATTRIBUTES.values()] + ([ANCHOR] if lookup == "anchor" else [])
    settings.configure(
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_python3_ldap", "accounts"],
        AUTH_USER_MODEL="accounts.Account",
        MIGRATION_MODULES={"accounts": None},
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        LDAP_AUTH_URL=[url],
        LDAP_AUTH_SEARCH_BASE=PEOPLE,
        LDAP_AUTH_USER_FIELDS={column: attribute for attribute, column in columns},
        LDAP_AUTH_USER_LOOKUP_FIELDS=(lookup,),
        LDAP_AUTH_CONNECTION_USERNAME="admin",
        LDAP_AUTH_CONNECTION_PASSWORD=PASSWORD,
        LDAP_AUTH_FORMAT_USERNAME=lambda fields: ADMIN,
    )
    django.setup()
    from django.core.management import call_command
    call_command("migrate", run_syncdb=True, verbosity=0)


class LdapSyncUsers(Adapter):
    declared = {"attributes": [*ATTRIBUTES, "proxyAddresses"]}
    choices = {"valuesAbsentOnPremises": "kept"}

    def __init__(self, lookup):
        self.lookup = lookup
        self.implementation = {"name": "django-python3-ldap by " + lookup, "version": "0.16.1", "language": "Python",
                               "url": "https://github.com/etianen/django-python3-ldap"}
        self.capabilities = ["users", "cloudId", "roles", "reinstall", "cloudEdits", "hardDelete"] + {
            "username": ["match:userPrincipalName"],
            "anchor": ["match:sourceAnchor", "cloudAnchors", "immutableIdWrite"],
        }[lookup]
        self.directory = Directory()
        set_up_django(self.directory.url, lookup)
        from accounts.models import Account
        from django.contrib.auth.models import Group
        self.Account, self.Group = Account, Group

    def clear(self):
        self.directory.show({})  # in which order it lists its entries is not to depend on the case before
        self.Group.objects.all().delete()
        self.Account.objects.all().delete()

    def accept(self, fields):
        if fields["kind"] != "user":
            raise Unsupported(fields["kind"] + "s")
        if fields.get("onPremisesImmutableId") and self.lookup == "username":
            raise Unsupported("cloudAnchors")
        if [address for address in fields.get("proxyAddresses") or [] if not address.startswith("SMTP:")]:
            raise Unsupported("secondaryAddresses")
        attributes = fields.get("attributes") or {}
        if set(attributes) - set(ATTRIBUTES) or not TELEPHONE_NUMBER.fullmatch(attributes.get("telephoneNumber") or "0"):
            raise Unsupported(NO_PLACE)

    def create(self, setup):
        return self.save(self.Account(), {"roles": None} | setup)

    def update(self, account_id, changes):
        self.save(self.Account.objects.get(pk=account_id), changes)

    def set_anchor(self, account_id, anchor):
        self.save(self.Account.objects.get(pk=account_id), {"onPremisesImmutableId": anchor})

    def save(self, account, changes):
        if "userPrincipalName" in changes:
            account.username = changes["userPrincipalName"]
        if "onPremisesImmutableId" in changes:
            account.anchor = changes["onPremisesImmutableId"]
        if "proxyAddresses" in changes:
            account.email = "".join(changes["proxyAddresses"] or []).removeprefix("SMTP:")
        for name, value in (changes.get("attributes") or {}).items():
            setattr(account, ATTRIBUTES[name][1], value or "")
        try:
            account.save()
        except django.db.IntegrityError as problem:
            raise Refused(str(problem))
        if "roles" in changes:
            self.set_roles(account.pk, changes["roles"] or [])
        return str(account.pk)

    def set_roles(self, account_id, roles):
        account = self.Account.objects.get(pk=account_id)
        account.groups.set([self.Group.objects.get_or_create(name=role)[0] for role in roles])
        account.is_staff, account.is_superuser = bool(roles), "Global Administrator" in roles
        account.save()

    def delete(self, account_id):
        self.Account.objects.get(pk=account_id).delete()

    def sync(self, objects):
        from django.core.management import CommandError, call_command
        self.directory.show({thing["key"]: entry(thing) for thing in objects})
        try:
            call_command("ldap_sync_users", verbosity=0)
        except (CommandError, django.db.Error) as problem:
            print("ldap_sync_users: %s" % problem, file=sys.stderr)
            return {}
        found = {getattr(account, self.lookup): str(account.pk) for account in self.Account.objects.all()}
        name = "userPrincipalName" if self.lookup == "username" else "sourceAnchor"
        return {thing["key"]: {"cloudId": found.get(thing[name])} for thing in objects}

    def accounts(self):
        return [({} if self.lookup == "username" else {"onPremisesImmutableId": account.anchor}) | {
            "id": str(account.pk), "kind": "user",
            "userPrincipalName": account.username,
            "proxyAddresses": ["SMTP:" + account.email] if account.email else None,
            "attributes": {name: getattr(account, column) for name, (_, column) in ATTRIBUTES.items()
                           if getattr(account, column)},
            "roles": [group.name for group in account.groups.all()],
        } for account in self.Account.objects.prefetch_related("groups")]

    def stop(self):
        self.directory.stop()


def entry(thing):
    """What the directory has of an on-premises object. The class of its people wants a surname."""
    values = {"sn": ["-"], NAME[0]: [thing["userPrincipalName"]], ANCHOR[0]: [thing["sourceAnchor"]]}
    if thing.get("proxyAddresses"):
        values[ADDRESS[0]] = [thing["proxyAddresses"][0].removeprefix("SMTP:")]
    for name, value in (thing.get("attributes") or {}).items():
        values[ATTRIBUTES[name][0]] = [value]
    return values


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--lookup", choices=["username", "anchor"], default="username")
    serve(LdapSyncUsers(parser.parse_args().lookup))
