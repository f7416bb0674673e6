"""An OpenLDAP server of its own, for the adapters in this folder that need a directory."""

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import ldap3

BASE = "dc=contoso,dc=com"
PEOPLE = "ou=people," + BASE
ADMIN, PASSWORD = "cn=admin," + BASE, "conformance"
CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
sizelimit unlimited
database mdb
suffix {base}
rootdn {admin}
rootpw {password}
directory {folder}/data
dbnosync
maxsize 1073741824
index objectClass,uid,mail,employeeNumber eq
overlay memberof
"""

# Lets an administrator write what otherwise only the server writes, such as entryUUID.
RELAX = [("1.3.6.1.4.1.4203.666.5.12", True, None)]


class Directory:
    """Starts the server in a scratch folder, on a port of its own, with one empty unit for people."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="entra-conformance-slapd-"))
        (self.folder / "data").mkdir()
        config = self.folder / "slapd.conf"
        config.write_text(CONFIG.format(base=BASE, admin=ADMIN, password=PASSWORD, folder=self.folder))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = "ldap://127.0.0.1:%d" % port
        program = shutil.which("slapd") or "/usr/sbin/slapd"
        self.server = subprocess.Popen([program, "-f", config, "-h", self.url, "-d", "0"])
        self.connection = self.connect()
        self.connection.add(BASE, ["dcObject", "organization"], {"o": "Contoso"})
        self.connection.add(PEOPLE, ["organizationalUnit"])
        self.entries = {}

    def connect(self):
        for _ in range(100):
            try:
                return ldap3.Connection(ldap3.Server(self.url, get_info=ldap3.NONE), ADMIN, PASSWORD, auto_bind=True,
                                        check_names=False, raise_exceptions=True)
            except ldap3.core.exceptions.LDAPException:
                time.sleep(0.05)
        raise RuntimeError("slapd does not answer")

    def show(self, entries):
        """The unit holds exactly these entries, by their common names: each a map from attribute to values."""
        for name in self.entries.keys() - entries.keys():
            self.connection.delete(self.dn(name))
        for name, attributes in entries.items():
            known = self.entries.get(name)
            if known is None:
                self.connection.add(self.dn(name), ["inetOrgPerson"], attributes, controls=RELAX)
            elif known != attributes:
                replaced = {attribute: [(ldap3.MODIFY_REPLACE, attributes.get(attribute, []))]
                            for attribute in known.keys() | attributes.keys()
                            if known.get(attribute) != attributes.get(attribute)}
                self.connection.modify(self.dn(name), replaced, controls=RELAX)
        self.entries = dict(entries)

    @staticmethod
    def dn(name):
        return "cn=%s,%s" % (ldap3.utils.dn.escape_rdn(name), PEOPLE)

    def stop(self):
        self.server.terminate()
        self.server.wait()
        shutil.rmtree(self.folder)
