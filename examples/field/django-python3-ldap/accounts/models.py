"""The accounts of a site: Django's own user, with the further columns that a site fills from its directory."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Account(AbstractUser):
    anchor = models.CharField(max_length=255, null=True, unique=True)
    department = models.CharField(max_length=255, blank=True)
    city = models.CharField(max_length=255, blank=True)
    telephone = models.CharField(max_length=255, blank=True)
