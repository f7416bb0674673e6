#!/usr/bin/env python3
"""Drives social-auth-core's `azuread-oauth2` backend with `associate_by_email`, on Django's accounts in SQLite.

What stands for what is in README.md. What the adapter does not declare, or declares to be otherwise
than with Entra Connect:

* No authority flag: Django knows accounts and associations, and no side that owns an account.
* Several associations (anchors) on one account: the snapshot has room for one, the oldest; `cloudId` tells the rest.
* No anchor on an account that nobody has signed in to: there an anchor and a link are the same thing.
* Two attributes only, no addresses beside the one by which accounts are found, and a name that is never updated.
* Deletion without a recycle bin.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
from django.conf import settings

PIPELINE = [
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_names",
    "social_core.pipeline.social_auth.social_uid",
    "social_core.pipeline.social_auth.auth_allowed",
    "social_core.pipeline.social_auth.social_user",
    "social_core.pipeline.user.get_username",
    "social_core.pipeline.social_auth.associate_by_email",
    "social_core.pipeline.user.create_user",
    "social_core.pipeline.social_auth.associate_user",
    "social_core.pipeline.social_auth.load_extra_data",
    "social_core.pipeline.user.user_details",
]

settings.configure(
    SECRET_KEY="conformance",
    ALLOWED_HOSTS=["testserver"],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "social_django"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    AUTHENTICATION_BACKENDS=["social_core.backends.azuread.AzureADOAuth2"],
    SOCIAL_AUTH_AZUREAD_OAUTH2_KEY="conformance",
    SOCIAL_AUTH_PIPELINE=PIPELINE,
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends.cache import SessionStore
from django.core.management import call_command
from django.db import transaction
from django.test import RequestFactory
from social_core.exceptions import SocialAuthBaseException
from social_django.models import UserSocialAuth
from social_django.utils import load_backend, load_strategy

from protocol import NO_PLACE, Adapter, Unsupported, serve

# Claims, and the fields of the account that the pipeline keeps up to date from them.
ATTRIBUTES = {"givenName": ("given_name", "first_name"), "surname": ("family_name", "last_name")}


class SocialAuth(Adapter):
    implementation = {"name": "social-auth-core", "version": "7.0.0", "language": "Python",
                      "url": "https://github.com/python-social-auth/social-core"}
    capabilities = ["users", "match:userPrincipalName", "match:sourceAnchor", "roles", "softMatchSwitch", "reinstall",
                    "cloudEdits", "matchKind", "objectResults", "cloudId", "hardDelete"]
    declared = {"attributes": list(ATTRIBUTES), "neverUpdated": ["userPrincipalName"], "anchorForm": "text"}
    choices = {"valuesAbsentOnPremises": "kept"}

    def __init__(self):
        call_command("migrate", verbosity=0)
        self.request = RequestFactory().get("/complete/azuread-oauth2/")
        self.request.session = SessionStore()

    def clear(self):
        Group.objects.all().delete()
        UserSocialAuth.objects.all().delete()
        User.objects.all().delete()
        self.created = 0

    def accept(self, fields):
        if fields["kind"] != "user":
            raise Unsupported(fields["kind"] + "s")
        if fields.get("proxyAddresses"):
            raise Unsupported("match:proxyAddresses")
        if fields.get("onPremisesImmutableId"):
            raise Unsupported("cloudAnchors")
        if set(fields.get("attributes") or {}) - set(ATTRIBUTES):
            raise Unsupported(NO_PLACE)

    def create(self, setup):
        # The name under which Django keeps an account has no part in this; social-auth makes one up as well.
        self.created += 1
        user = User.objects.create_user("local-%d" % self.created)
        self.update(str(user.pk), setup)
        self.set_roles(str(user.pk), setup.get("roles") or [])
        return str(user.pk)

    def update(self, account_id, changes):
        user = User.objects.get(pk=account_id)
        if "userPrincipalName" in changes:
            user.email = changes["userPrincipalName"] or ""
        for name, value in (changes.get("attributes") or {}).items():
            setattr(user, ATTRIBUTES[name][1], value or "")
        user.save()

    def set_roles(self, account_id, roles):
        user = User.objects.get(pk=account_id)
        user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
        user.is_staff, user.is_superuser = bool(roles), "Global Administrator" in roles
        user.save()

    def delete(self, account_id):
        User.objects.get(pk=account_id).delete()

    def set_feature(self, feature, value):
        if feature != "softMatch":
            return super().set_feature(feature, value)
        settings.SOCIAL_AUTH_PIPELINE = [step for step in PIPELINE if value or not step.endswith("associate_by_email")]

    def sync(self, objects):
        """Everybody signs in once."""
        return {thing["key"]: self.sign_in(thing) for thing in objects}

    def sign_in(self, thing):
        claims = {"sub": thing["sourceAnchor"], "upn": thing.get("userPrincipalName")}
        for name, value in (thing.get("attributes") or {}).items():
            claims[ATTRIBUTES[name][0]] = value
        known = User.objects.filter(social_auth__uid=thing["sourceAnchor"])
        before = known.values().first()
        strategy = load_strategy(self.request)
        backend = load_backend(strategy, "azuread-oauth2", redirect_uri=None)
        try:
            with transaction.atomic():  # a request of its own, as with ATOMIC_REQUESTS
                user = strategy.authenticate(backend, response=claims)
        except SocialAuthBaseException as problem:
            return {"result": "error", "message": str(problem)}
        entry = {"cloudId": str(user.pk)}
        if user.is_new:
            return entry | {"result": "provisioned"}
        if before is None:
            return entry | {"result": "softMatched", "matchedOn": "userPrincipalName"}
        return entry | {"result": "unchanged" if before == known.values().first() else "updated"}

    def accounts(self):
        anchors = {}
        for user_id, uid in UserSocialAuth.objects.order_by("-pk").values_list("user_id", "uid"):
            anchors[user_id] = uid
        roles = {}
        for user_id, name in User.groups.through.objects.values_list("user_id", "group__name"):
            roles.setdefault(user_id, []).append(name)
        return [{
            "id": str(user.pk), "kind": "user",
            "onPremisesImmutableId": anchors.get(user.pk),
            "userPrincipalName": user.email or None,
            "attributes": {name: getattr(user, field) for name, (_, field) in ATTRIBUTES.items() if getattr(user, field)},
            "roles": roles.get(user.pk),
        } for user in User.objects.all()]


if __name__ == "__main__":
    serve(SocialAuth())
