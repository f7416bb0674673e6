"""The bridge, installed, as its user meets it. The suite's program is named by ENTRA_CONFORMANCE, or found on the path."""

import os
import pathlib

PROGRAM = os.environ.get("ENTRA_CONFORMANCE", "entra-conformance")
ADAPTER = "python3 %s" % (pathlib.Path(__file__).parents[2] / "examples/python/adapter.py")

pytest_plugins = ["pytester"]


def run(pytester, adapter, *arguments):
    return pytester.runpytest_subprocess(
        "--entra-conformance", adapter, "--entra-conformance-program", PROGRAM, "-rs", *arguments)


def test_scenarios_pass_beside_other_tests(pytester):
    pytester.makepyfile("def test_mine(): pass")
    result = run(pytester, ADAPTER)
    outcomes = result.parseoutcomes()
    assert result.ret == 0
    assert outcomes["passed"] > 300
    assert "failed" not in outcomes
    # Not applicable is skipped with its reason, and never passed.
    assert outcomes["skipped"] > 0
    result.stdout.fnmatch_lines(["SKIPPED*not applicable: only where declared: collisionHandling=quarantined"])


def test_a_fault_fails_where_it_shows(pytester):
    result = run(pytester, ADAPTER + " --fault takeover-merges-addresses", "-k", "lost-address or workaround-without", "-v")
    assert result.ret == 1
    result.assert_outcomes(failed=1, passed=1, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines([
        "*entra-conformance::admin/workaround-without-a-copy PASSED*",
        "*entra-conformance::takeover/lost-address-is-free-again FAILED*",
        "An address lost in a takeover can be given to somebody else",
        "takeover.addresses-replaced is violated after step 1 (sync)",
        "*expected*SMTP:ann.berg@contoso.com*",
        "replay: *run --scenario takeover/lost-address-is-free-again -- python3 *",
    ])


def test_an_adapter_that_does_not_start_passes_nothing(pytester):
    result = run(pytester, "no-such-adapter", "-k", "takeover")
    outcomes = result.parseoutcomes()
    assert result.ret == 1
    assert "passed" not in outcomes and outcomes["failed"] > 0
    result.stdout.fnmatch_lines(["*no-such-adapter*"])


def test_without_the_option_nothing_is_added(pytester):
    pytester.makepyfile("def test_mine(): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
