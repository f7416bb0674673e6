#!/usr/bin/env python3
"""Drives Arize Phoenix's sign-in by LDAP, between OpenLDAP and Phoenix's accounts in SQLite.

What stands for what is in README.md. `--identify unique-id` finds accounts by an identifier that never changes, and by
the address where nobody has it yet; `--identify email` (Phoenix's default) by the address alone. What the
adapter does not declare, or declares to be otherwise than with Entra Connect:

* No authority flag: an account that an administrator prepared for LDAP differs from one in use by its unique id only.
* No anchor on an account that nobody has signed in to: administrators cannot write the unique id.
* Found by address, nothing but the address says whom an account stands for.
* Unique ids are UUIDs, compared without case.
* One attribute, which no sign-in updates, and no addresses beside the one by which accounts are found.
* One role an account, and it comes from the directory: here everybody there is a member. ADMIN stands for whatever
  single role a case gives.
* Administrators edit the display name only.
* Deletion without a recycle bin.
"""

import argparse
import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fastapi import HTTPException
from phoenix.auth import sanitize_email
from phoenix.config import LDAPConfig
from phoenix.db import models
from phoenix.db.engines import create_engine
from phoenix.db.facilitator import _ensure_enums
from phoenix.server.api.routers.ldap import get_or_create_ldap_user
from phoenix.server.ldap import LDAPAuthenticator
from phoenix.server.types import DbSessionFactory
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.orm import joinedload
from sqlean.dbapi2 import IntegrityError

from protocol import NO_PLACE, Adapter, Refused, Unsupported, serve
from slapd import ADMIN, PASSWORD, PEOPLE, Directory

PASSWORD_OF_EVERYBODY = "everybody"


class Phoenix(Adapter):
    def __init__(self, identify):
        self.implementation = {"name": "Arize Phoenix by " + identify, "version": "20.26.1", "language": "Python",
                               "url": "https://github.com/Arize-ai/phoenix"}
        self.capabilities = ["users", "match:userPrincipalName", "roles", "reinstall", "cloudEdits", "objectResults",
                             "cloudId", "hardDelete"]
        self.declared = {"attributes": ["displayName"], "neverUpdated": ["attributes.displayName"],
                         "readOnly": ["userPrincipalName"]}
        self.choices = {"valuesAbsentOnPremises": "kept"}
        self.by_unique_id = identify == "unique-id"
        if self.by_unique_id:
            self.capabilities += ["match:sourceAnchor", "matchKind"]
            self.declared["anchorForm"] = "uuid"
        self.loop = asyncio.new_event_loop()
        self.directory = Directory()
        host, port = self.directory.url.removeprefix("ldap://").split(":")
        self.authenticator = LDAPAuthenticator(LDAPConfig(
            hosts=(host,), port=int(port), tls_mode="none", bind_dn=ADMIN, bind_password=PASSWORD,
            user_search_base_dns=(PEOPLE,), user_search_filter="(&(objectClass=inetOrgPerson)(uid=%s))",
            attr_unique_id="entryUUID" if self.by_unique_id else None,
            group_role_mappings=({"group_dn": "*", "role": "MEMBER"},)))
        self.session = async_sessionmaker(create_engine("sqlite:///:memory:"), expire_on_commit=False).begin
        self.wait(_ensure_enums(DbSessionFactory(self.session, "sqlite")))

    def wait(self, coroutine):
        return self.loop.run_until_complete(coroutine)

    def clear(self):
        self.made_up = set()  # display names that nobody gave
        self.administers = {}  # by account, the role of the case for which ADMIN stands

        async def clear():
            async with self.session() as session:
                await session.execute(delete(models.User))

        self.wait(clear())

    def accept(self, fields):
        if fields["kind"] != "user":
            raise Unsupported(fields["kind"] + "s")
        if fields.get("proxyAddresses"):
            raise Unsupported("match:proxyAddresses")
        if fields.get("onPremisesImmutableId"):
            raise Unsupported("cloudAnchors")
        if set(fields.get("attributes") or {}) - {"displayName"} or len(fields.get("roles") or []) > 1:
            raise Unsupported(NO_PLACE)

    # What administrators do: as the mutations createUser, patchUser and deleteUsers do it.

    def create(self, setup):
        name = (setup.get("attributes") or {}).get("displayName")
        if name is None:
            name = "account-%d" % (len(self.made_up) + 1)
            self.made_up.add(name)
        user = models.LDAPUser(email=sanitize_email(setup["userPrincipalName"]), username=name)
        return self.change(self.save(user, setup.get("roles") or []))

    def update(self, account_id, changes):
        if "userPrincipalName" in changes:
            raise Unsupported(NO_PLACE)
        self.change(self.rename(int(account_id), (changes.get("attributes") or {}).get("displayName")))

    def set_roles(self, account_id, roles):
        if len(roles) > 1:
            raise Unsupported(NO_PLACE)
        self.change(self.save(int(account_id), roles))

    def delete(self, account_id):
        async def remove():
            async with self.session() as session:
                await session.execute(delete(models.User).where(models.User.id == int(account_id)))

        self.wait(remove())

    def change(self, coroutine):
        try:
            return self.wait(coroutine)
        except IntegrityError as problem:
            raise Refused(str(problem))

    async def save(self, user, roles):
        async with self.session() as session:
            if isinstance(user, int):
                user = await session.get(models.User, user)
            name = "ADMIN" if roles else "MEMBER"
            user.user_role_id = await session.scalar(select(models.UserRole.id).where(models.UserRole.name == name))
            session.add(user)
            await session.flush()
            self.administers[user.id] = list(roles)
            return str(user.id)

    async def rename(self, user_id, name):
        async with self.session() as session:
            (await session.get(models.User, user_id)).username = name

    # Signing in

    def sync(self, objects):
        """Everybody signs in once."""
        self.directory.show({thing["key"]: self.entry(thing) for thing in objects})
        self.made_up |= {thing["key"] for thing in objects}
        return {thing["key"]: self.sign_in(thing) for thing in objects}

    def entry(self, thing):
        """What the directory has of an on-premises object. Its people sign in by their keys, which never change."""
        values = {"sn": ["-"], "uid": [thing["key"]], "userPassword": [PASSWORD_OF_EVERYBODY],
                  "mail": [thing["userPrincipalName"]]}
        if self.by_unique_id:
            values["entryUUID"] = [thing["sourceAnchor"]]
        name = (thing.get("attributes") or {}).get("displayName")
        return values | ({"displayName": [name]} if name else {})

    def sign_in(self, thing):
        before = self.wait(self.unique_ids())
        try:
            user = self.wait(self.login(thing["key"]))
        except HTTPException as problem:
            return {"result": "error", "message": problem.detail}
        except IntegrityError as problem:
            return {"result": "error", "message": str(problem)}
        entry = {"cloudId": str(user.id)}
        if self.by_unique_id and user.id in before and before[user.id] is None:
            return entry | {"result": "softMatched", "matchedOn": "userPrincipalName"}
        return entry

    async def unique_ids(self):
        async with self.session() as session:
            return dict((await session.execute(select(models.User.id, models.User.ldap_unique_id))).all())

    async def login(self, username):
        """What the route /auth/ldap/login does before it hands out tokens."""
        user_info = await self.authenticator.authenticate(username, PASSWORD_OF_EVERYBODY)
        if not user_info:
            raise HTTPException(status_code=401, detail="Invalid username and/or password")
        async with self.session() as session:
            return await get_or_create_ldap_user(session, user_info, self.authenticator.config)

    def accounts(self):
        async def read():
            async with self.session() as session:
                return (await session.scalars(select(models.User).options(joinedload(models.User.role)))).all()

        def anchor(user):
            return {"onPremisesImmutableId": user.ldap_unique_id} if self.by_unique_id else {}

        return [anchor(user) | {
            "id": str(user.id), "kind": "user",
            "userPrincipalName": user.email,
            "attributes": {} if user.username in self.made_up else {"displayName": user.username},
            "roles": self.administers[user.id] if user.role.name == "ADMIN" else None,
        } for user in self.wait(read())]

    def stop(self):
        self.directory.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--identify", choices=["unique-id", "email"], default="email")
    serve(Phoenix(parser.parse_args().identify))
