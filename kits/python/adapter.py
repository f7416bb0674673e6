#!/usr/bin/env python3
"""Stands between the conformance suite and what it judges: fill in this file, protocol.py does the rest.

Raise Refused("why") where your implementation does not do it, after nothing has changed. What still says `unsupported`
does so until you write it; then add its capability to `describe`.
"""
from protocol import Refused, serve, unsupported, with_changes


class Adapter:
    def describe(self):  # what it can be asked to do; cases that take more are not applicable
        return {
            "implementation": {"name": "my-sync", "version": "0.1.0", "language": "Python"},
            "editions": ["2023-01"],
            "capabilities": ["users", "authorityFlag"],
            "choices": {},
        }

    def reset(self, features):  # forget everything; `features` are the switches to start with
        self.cloud = {}  # id -> cloud object: your implementation's tenant takes its place

    def cloudObjects(self):  # every cloud object there is; one in the recycle bin has "deleted": True
        return list(self.cloud.values())

    def createCloudObject(self, setup):  # an administrator creates it: give it an id for life, return it
        cloud_id = str(len(self.cloud) + 1)
        self.cloud[cloud_id] = {"id": cloud_id, "onPremisesSyncEnabled": False, **setup}
        return cloud_id

    def sync(self, on_premises):  # Connect runs one full cycle over these objects
        return {}  # with objectResults: key -> {"result": "provisioned"}, …

    def updateCloudObject(self, cloud_id, command):  # an administrator edits: with_changes(object, command["set"])
        unsupported("cloudEdits")

    def setImmutableId(self, cloud_id, command):  # … writes command["value"] as the anchor; None empties it
        unsupported("immutableIdWrite")

    def assignRole(self, cloud_id, command):  # … gives the user command["role"]
        unsupported("roles")

    def removeRole(self, cloud_id, command):  # … takes it away
        unsupported("roles")

    def deleteCloudObject(self, cloud_id, command):  # … deletes: into the bin, for good if command["permanently"]
        unsupported("hardDelete" if command.get("permanently") else "recycleBin")

    def restoreCloudObject(self, cloud_id, command):  # … takes it out of the recycle bin
        unsupported("recycleBin")

    # setFeature(self, command): … turns command["feature"] to command["value"]; softMatchSwitch, passwords, …
    # reinstallConnect(self, command): Connect forgets what it had joined; reinstall. Other commands go by their names too.


if __name__ == "__main__":
    serve(Adapter())
