#!/usr/bin/env python3
"""Drives Flask-AppBuilder's sign-in by LDAP, between OpenLDAP and its accounts in SQLite.

What stands for what is in README.md. `--roles kept` (the package's default) leaves an account's roles alone, `--roles
synced` is `AUTH_ROLES_SYNC_AT_LOGIN`: with each sign-in they are what the directory says. What the adapter does
not declare, or declares to be otherwise than with Entra Connect:

* No authority flag: an account of somebody in the directory looks like any other.
* Nothing but the name says whom an account stands for: no anchors, and nothing that a reinstallation could forget.
* Two attributes, which no sign-in updates, and no addresses, for the one that an account has is unique and yet finds
  nobody: the suite knows addresses that do both, or neither.
* Deletion without a recycle bin.
"""

import argparse
import logging
import sys
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from flask import Flask
from flask_appbuilder import AppBuilder
from flask_appbuilder.const import AUTH_LDAP
from flask_appbuilder.utils.legacy import get_sqla_class

from protocol import NO_PLACE, Adapter, Refused, Unsupported, serve
from slapd import ADMIN, PASSWORD, PEOPLE, Directory

PASSWORD_OF_EVERYBODY = "everybody"
# By the protocol's name: the directory's attribute, and the account's column.
ATTRIBUTES = {"givenName": ("givenName", "first_name"), "surname": ("sn", "last_name")}
# The class of the directory's people wants a surname.
NO_SURNAME = "-"
# Everybody who signs in for the first time gets this role. It is no administrator's, so it is not shown.
EVERYBODYS_ROLE = "Public"
# Other roles go by the names that a case gives them.
ROLES = {"Global Administrator": "Admin"}


class FlaskAppBuilder(Adapter):
    capabilities = ["users", "match:userPrincipalName", "roles", "cloudEdits", "objectResults", "cloudId", "hardDelete"]
    declared = {"attributes": list(ATTRIBUTES), "neverUpdated": ["attributes." + name for name in ATTRIBUTES]}
    choices = {"valuesAbsentOnPremises": "kept"}

    def __init__(self, roles):
        self.implementation = {"name": "Flask-AppBuilder, roles " + roles, "version": "5.3.0", "language": "Python",
                               "url": "https://github.com/dpgaspar/Flask-AppBuilder"}
        self.directory = Directory()
        logging.getLogger("flask_appbuilder").setLevel(logging.ERROR)
        app = Flask("conformance")
        app.config.update(
            SECRET_KEY="conformance",
            SQLALCHEMY_DATABASE_URI="sqlite://",
            FAB_PASSWORD_HASH_METHOD="pbkdf2:sha256:1",  # of passwords that nobody uses, so it need not be slow
            AUTH_TYPE=AUTH_LDAP,
            AUTH_LDAP_SERVER=self.directory.url,
            AUTH_LDAP_BIND_USER=ADMIN,
            AUTH_LDAP_BIND_PASSWORD=PASSWORD,
            AUTH_LDAP_SEARCH=PEOPLE,
            AUTH_LDAP_UID_FIELD="uid",
            AUTH_LDAP_FIRSTNAME_FIELD=ATTRIBUTES["givenName"][0],
            AUTH_LDAP_LASTNAME_FIELD=ATTRIBUTES["surname"][0],
            AUTH_USER_REGISTRATION=True,
            AUTH_USER_REGISTRATION_ROLE=EVERYBODYS_ROLE,
            AUTH_ROLES_SYNC_AT_LOGIN=roles == "synced",
        )
        app.app_context().push()
        accounts = get_sqla_class()()
        accounts.init_app(app)
        self.session = accounts.session
        self.manager = AppBuilder(app, accounts.session).sm

    def clear(self):
        self.directory.show({})
        for user in self.manager.get_all_users():
            self.session.delete(user)
        self.session.commit()
        self.created = 0
        # SQLite gives the number of a deleted account to the next one, and an id names one account for ever.
        self.ids, self.next_id = {}, count(1)

    def accept(self, fields):
        if fields["kind"] != "user":
            raise Unsupported(fields["kind"] + "s")
        if fields.get("proxyAddresses"):
            raise Unsupported("match:proxyAddresses")
        if fields.get("onPremisesImmutableId"):
            raise Unsupported("cloudAnchors")
        if set(fields.get("attributes") or {}) - set(ATTRIBUTES):
            raise Unsupported(NO_PLACE)

    # What administrators do, with what the views of users call.

    def create(self, setup):
        name = setup["userPrincipalName"]
        attributes = setup.get("attributes") or {}
        columns = {column: attributes.get(attribute, "") for attribute, (_, column) in ATTRIBUTES.items()}
        self.created += 1
        user = self.manager.add_user(name, **columns, email="account-%d@contoso.com" % self.created,
                                     role=self.roles_named(setup.get("roles") or []))
        if not user:
            raise Refused("the account was not created")
        return self.id_of(user)

    def update(self, account_id, changes):
        user = self.user(account_id)
        if "userPrincipalName" in changes:
            user.username = changes["userPrincipalName"]
        for name, value in (changes.get("attributes") or {}).items():
            setattr(user, ATTRIBUTES[name][1], value or "")
        self.save(user)

    def set_roles(self, account_id, roles):
        user = self.user(account_id)
        user.roles = self.roles_named(roles)
        self.save(user)

    def delete(self, account_id):
        user = self.user(account_id)
        self.session.delete(user)
        self.session.commit()
        del self.ids[user.id]

    def id_of(self, user):
        if user.id not in self.ids:
            self.ids[user.id] = str(next(self.next_id))
        return self.ids[user.id]

    def user(self, account_id):
        return next(user for user in self.manager.get_all_users() if self.id_of(user) == account_id)

    def save(self, user):
        if self.manager.update_user(user) is False:
            raise Refused("the account was not changed")

    def roles_named(self, names):
        return [self.manager.add_role(ROLES.get(name, name)) for name in names]

    # Signing in

    def sync(self, objects):
        """Everybody signs in once."""
        self.directory.show({thing["key"]: entry(thing) for thing in objects})
        return {thing["key"]: self.sign_in(thing) for thing in objects}

    def sign_in(self, thing):
        """What the view of the login form does with what somebody typed."""
        user = self.manager.auth_user_ldap(thing["userPrincipalName"], PASSWORD_OF_EVERYBODY)
        return {"cloudId": self.id_of(user)} if user else {"result": "error", "message": "Invalid login. Please try again."}

    def accounts(self):
        names = {own: name for name, own in ROLES.items()}
        self.session.expire_all()
        return [{
            "id": self.id_of(user), "kind": "user",
            "userPrincipalName": user.username,
            "attributes": {name: getattr(user, column) for name, (_, column) in ATTRIBUTES.items()
                           if getattr(user, column) not in ("", NO_SURNAME)},
            "roles": [names.get(role.name, role.name) for role in user.roles if role.name != EVERYBODYS_ROLE],
        } for user in self.manager.get_all_users()]

    def stop(self):
        self.directory.stop()


def entry(thing):
    """What the directory has of an on-premises object. A person's address is that person's own, and stays."""
    values = {"uid": [thing["userPrincipalName"]], "userPassword": [PASSWORD_OF_EVERYBODY], "sn": [NO_SURNAME],
              "mail": [thing["key"] + "@people.contoso.com"]}
    for name, value in (thing.get("attributes") or {}).items():
        values[ATTRIBUTES[name][0]] = [value]
    return values


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--roles", choices=["kept", "synced"], default="kept")
    serve(FlaskAppBuilder(parser.parse_args().roles))
