#!/usr/bin/env python3
"""An example adapter: a small model of Microsoft Entra Connect behind the adapter protocol.

The conformance suite starts this program, sends it JSON-RPC 2.0 requests on standard input, one a line, and reads
the replies from standard output. What to read, in this order:

* adapter.py (this file): requests and replies. Every adapter needs it, whatever it stands for.
* editions.py: what the adapter declares, and what each edition settles.
* messages.py: reading and checking what the suite sends.
* tenant.py, directory.py, matching.py, connect.py: what is under test: the administrators' commands, the cloud
  directory, and Connect's sync cycle; here a model in memory. To test your own synchronisation, put calls to it in
  their place. Of tenant.py every adapter needs one thing: the map from the suite's names to the implementation's own
  ids (`Tenant.find`).
* faults.py: deliberate mistakes.

Python 3.8 or later, standard library only.
"""

import argparse
import json
import os
import sys
import traceback

import faults
from editions import CHOICES, DEFAULT_EDITION, EDITIONS, PROTOCOL
from messages import BadParams, RequestError, optional_list, required_object
from tenant import Tenant


class Server:
    def __init__(self, choices):
        self.edition = EDITIONS[DEFAULT_EDITION]
        self.choices = choices
        self.tenant = None
        self.running = True
        # Made once: json.dumps and json.loads with options would make them for every message.
        self.encode = json.JSONEncoder(separators=(",", ":"), check_circular=False, allow_nan=False).encode
        self.decode = json.JSONDecoder(parse_constant=self.no_constant).decode
        self.methods = {
            "initialize": self.initialize,
            "reset": self.reset,
            "apply": self.apply,
            "runCase": self.run_case,
            "shutdown": self.shutdown,
        }

    @staticmethod
    def no_constant(name):
        raise ValueError("%s is no JSON" % name)

    def initialize(self, params):
        if params.get("protocol") != PROTOCOL:
            raise BadParams("this adapter speaks protocol %d" % PROTOCOL)
        # For an edition that is not offered nothing is judged: the suite sees that from the list.
        self.edition = EDITIONS.get(params.get("edition"), self.edition)
        choices = dict(self.choices)
        if self.edition["hardMatchFirst"] or choices["ambiguousMatch"] != "withheld":
            # It says which object is taken over in an ambiguous match: here none is, or the edition says which.
            del choices["hardVersusSoft"]
        return {
            "protocol": PROTOCOL,
            "implementation": {"name": "python-example", "version": "1.0.0", "language": "Python"},
            "editions": list(EDITIONS),
            "capabilities": self.edition["capabilities"],
            "choices": choices,
        }

    def reset(self, params):
        self.tenant = Tenant(self.edition, self.choices, required_object(params, "tenant"))
        return {"snapshot": self.tenant.snapshot()}

    def apply(self, params):
        if self.tenant is None:
            raise RequestError(-32600, "reset comes before apply")
        outcome = self.tenant.apply(required_object(params, "command"))
        return {"outcome": outcome, "snapshot": self.tenant.snapshot()}

    def run_case(self, params):
        result = self.reset(params)
        result["steps"] = [self.apply({"command": command}) for command in optional_list(params, "commands")]
        return result

    def shutdown(self, params):
        self.running = False
        return {}

    def answer(self, line):
        """The reply to one line, empty where JSON-RPC wants none (a request without an id)."""
        request_id, reply_wanted = None, True
        try:
            try:
                request = self.decode(line.decode("utf-8"))
            except (ValueError, RecursionError) as problem:
                raise RequestError(-32700, "not JSON: %s" % problem)
            if not isinstance(request, dict):
                raise RequestError(-32600, "a request must be an object")
            if isinstance(request.get("id"), (str, int)):
                request_id = request["id"]
            method, params = request.get("method"), request.get("params")
            if request.get("jsonrpc") != "2.0" or not isinstance(method, str):
                raise RequestError(-32600, "not a JSON-RPC 2.0 request")
            reply_wanted = "id" in request
            if method not in self.methods:
                raise RequestError(-32601, "unknown method %s" % method)
            if params is not None and not isinstance(params, dict):
                raise BadParams("params must be an object")
            reply = self.encode({"jsonrpc": "2.0", "id": request_id, "result": self.methods[method](params or {})})
        except RequestError as problem:
            reply = self.encode({"jsonrpc": "2.0", "id": request_id, "error": problem.error})
        except Exception as problem:  # a mistake in this file: say so instead of dying without a word
            traceback.print_exc()
            error = {"code": -32603, "message": "internal error: %r" % problem}
            reply = self.encode({"jsonrpc": "2.0", "id": request_id, "error": error})
        return reply.encode("ascii") + b"\n" if reply_wanted else b""

    def serve(self, requests, replies):
        while self.running:
            line = requests.readline()
            if not line:  # end of input
                return
            if line.isspace():
                continue
            replies.write(self.answer(line))
            replies.flush()  # the suite may be waiting for this reply before it sends anything more


def main(arguments=None):
    parser = argparse.ArgumentParser(description="An example adapter for entra-conformance.", allow_abbrev=False)
    parser.add_argument("--choice", action="append", default=[], metavar="NAME=VALUE",
                        help="how to behave where the documentation leaves it open (repeatable): %s"
                             % "; ".join("%s=%s" % (name, "|".join(values)) for name, values in CHOICES.items()))
    parser.add_argument("--fault", metavar="NAME", help="seed one deliberate mistake")
    parser.add_argument("--list-faults", action="store_true",
                        help="print the faults, the rules they break and the editions from which on they show")
    options = parser.parse_args(arguments)

    known_faults = [(edition, fault) for edition, listed in faults.FAULTS_BY_EDITION.items() for fault in listed]
    if options.list_faults:
        for edition, (name, rule, mistake) in known_faults:
            print("\t".join((name, rule, edition, mistake)))
        return
    if options.fault is not None and options.fault not in [name for _, (name, _, _) in known_faults]:
        parser.error("unknown fault %r; --list-faults prints those there are" % options.fault)
    choices = {name: values[0] for name, values in CHOICES.items()}
    for choice in options.choice:
        name, _, value = choice.partition("=")
        if value not in CHOICES.get(name, ()):
            parser.error("unknown choice %r; there are: %s" % (choice, "; ".join(
                "%s=%s" % (known, "|".join(values)) for known, values in CHOICES.items())))
        choices[name] = value
    faults.seeded = options.fault

    try:
        Server(choices).serve(sys.stdin.buffer, sys.stdout.buffer)
    except (BrokenPipeError, KeyboardInterrupt):
        # Nobody reads any more. Python would complain when it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
