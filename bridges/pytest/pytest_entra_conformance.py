"""Each scenario of entra-conformance as a test: `pytest --entra-conformance "ADAPTER COMMAND"`.

The scenarios are those of `list scenarios --json`. When the first is run, the suite runs all that are selected, once, and
what came of each is read from the events of that run.
"""

import json
import os
import shlex
import subprocess
import tempfile

import pytest

OPTIONS = {
    "entra_conformance": ("--entra-conformance", "COMMAND", "judge this adapter: each scenario of the suite is a test"),
    "entra_conformance_program": ("--entra-conformance-program", "PATH", "the suite's program, if it is not on the path"),
    "entra_conformance_edition": ("--entra-conformance-edition", "EDITION", "the edition to judge by"),
}


def pytest_addoption(parser):
    group = parser.getgroup("entra-conformance")
    for key, (flag, value, words) in OPTIONS.items():
        group.addoption(flag, dest=key, metavar=value, help=words)
        parser.addini(key, words)


def option(config, key):
    return config.getoption(key) or config.getini(key)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session, config, items):
    command = option(config, "entra_conformance")
    if command:
        suite = Suite(config, shlex.split(command))
        collector = Scenarios.from_parent(session, name="entra-conformance", nodeid="entra-conformance")
        items.extend(Scenario.from_parent(collector, name=listed["id"], suite=suite, title=listed["title"])
                     for listed in suite.scenarios())


def pytest_collection_finish(session):
    for item in session.items:
        if isinstance(item, Scenario):
            item.suite.selected.append(item.name)


class Scenarios(pytest.Collector):
    """What the scenarios stand under."""

    def collect(self):
        return []


class Scenario(pytest.Item):
    def __init__(self, *, suite, title, **rest):
        super().__init__(**rest)
        self.suite = suite
        self.title = title

    def runtest(self):
        finished = self.suite.finished(self.name)
        verdict = finished["verdict"]
        if verdict["kind"] == "notApplicable":
            pytest.skip("not applicable: %s" % why(verdict["reason"]))
        if verdict["kind"] != "judged" or finished["failures"]:
            raise Failed(finished)

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, NotRun):
            return str(excinfo.value)
        if not isinstance(excinfo.value, Failed):
            return super().repr_failure(excinfo)
        finished = excinfo.value.args[0]
        lines = [self.title, ""]
        if finished["verdict"]["kind"] != "judged":
            lines.append("%s: %s" % (finished["verdict"]["kind"], as_text(finished["verdict"])))
        for failure in finished["failures"]:
            lines.append("%s is violated after step %s (%s)" % (failure["rule"], failure.get("step"), failure.get("command")))
            for violation in failure.get("violations") or []:
                lines.append("  %s, %s" % (as_text(violation.get("object")), violation.get("field")))
                lines.append("  - expected  %s" % as_text(violation.get("expected")))
                lines.append("  + actual    %s" % as_text(violation.get("actual")))
            lines += ["", *(failure.get("excerpt") or "").splitlines(), ""]
        lines.append("replay: %s" % shlex.join(self.suite.run("--scenario", self.name)))
        lines.append("explain: %s explain %s" % (self.suite.program, self.name))
        return "\n".join(lines)

    def reportinfo(self):
        return self.path, None, "%s: %s" % (self.name, self.title)


class Failed(Exception):
    """A scenario did not come out as it has to."""


class NotRun(Exception):
    """The suite did not run, or did not come to this scenario."""


class Suite:
    """One run of the suite against one adapter."""

    def __init__(self, config, adapter):
        self.adapter = adapter
        self.program = option(config, "entra_conformance_program") or "entra-conformance"
        edition = option(config, "entra_conformance_edition")
        self.edition = ["--edition", edition] if edition else []
        self.selected = []
        self.all = []
        self.events = None

    def run(self, *further):
        return [self.program, "run", *self.edition, *further, "--", *self.adapter]

    def scenarios(self):
        try:
            listed = self.said([self.program, "list", "scenarios", "--json", *self.edition], lambda code: code == 0)
        except NotRun as failure:
            raise pytest.UsageError(str(failure)) from None
        self.all = json.loads(listed.stdout)["scenarios"]
        return self.all

    def finished(self, scenario):
        """How a scenario ended; the first that asks has the suite run."""
        if self.events is None:
            self.events, self.end = {}, "the first of the scenarios says why"
            self.events = self.read_events()
        if scenario not in self.events:
            raise NotRun("it was not judged: %s" % self.end)
        return self.events[scenario]

    def read_events(self):
        which = ["--only", "scenarios"]
        if len(self.selected) < len(self.all):
            which = [word for name in self.selected for word in ("--scenario", name)]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "events.jsonl")
            # 0, 1 and 3 are verdicts; with others the adapter or the suite did not get so far.
            done = self.said(self.run(*which, "--quiet", "--events", path), lambda code: code in (0, 1, 3))
            self.end = " ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
            with open(path, encoding="utf-8") as lines:
                events = [json.loads(line) for line in lines]
        if not events or events[-1]["event"] != "streamEnded":
            raise NotRun("the run was cut off: %s" % self.end)
        return {event["case"]: event for event in events
                if event["event"] == "caseFinished" and event["source"] == "scenarios"}

    @staticmethod
    def said(command, is_good):
        try:
            done = subprocess.run(command, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL)
        except OSError as error:
            raise pytest.UsageError("%s cannot be started: %s" % (command[0], error)) from None
        if not is_good(done.returncode):
            raise NotRun("%s ended with exit code %d\n%s" % (shlex.join(command), done.returncode, done.stderr.strip()))
        return done


def why(reason):
    """Why a scenario is not applicable, as it stands in the event."""
    kind = reason.get("kind")
    if kind == "missingCapabilities":
        return "needs " + ", ".join(" or ".join(group) for group in reason["capabilities"])
    if kind == "undeclaredChoice":
        return "only where declared: " + ", ".join("%s=%s" % choice for choice in sorted(reason["choices"].items()))
    return as_text(reason)


def as_text(value):
    """Data of an event, for a person: a value that says what it is of shows itself alone."""
    if isinstance(value, dict) and len(value) == 1:
        (inner,) = value.values()
        return as_text(inner)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
