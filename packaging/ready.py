#!/usr/bin/env python3
"""Says whether a tag can be released, and prints the notes of its release: its section of the changelog.

    packaging/ready.py TAG
"""

import re
import sys

from crate import PACKAGE, ROOT, VERSION


def section(changelog: str, version: str) -> str | None:
    """What the changelog says under a version's heading."""
    heading = rf"^## \[{re.escape(version)}\].*\n(?P<text>(?:(?!## \[).*\n?)*)"
    found = re.search(heading, changelog, re.MULTILINE)
    return found and found["text"].strip()


def obstacles(tag: str, package: dict, changelog: str) -> list[str]:
    found = []
    version = package["version"]
    if tag != f"v{version}":
        found.append(f"the tag is {tag}, and the version in Cargo.toml {version}: tag v{version}, or change the version")
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        found.append(f"{version} is a pre-release, which wheels and npm spell or publish differently: nothing here is made for it")
    for key in ("repository", "homepage"):
        host = package[key].split("/")[2]
        if host.endswith(".example"):
            found.append(f"`{key}` in Cargo.toml is not settled: {package[key]} is a placeholder")
    if not section(changelog, version):
        found.append(f"CHANGELOG.md says nothing under [{version}]: give what stands under [Unreleased] that heading")
    return found


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = obstacles(sys.argv[1], PACKAGE, changelog)
    if found:
        sys.exit("\n".join(f"error: {obstacle}" for obstacle in found))
    print(section(changelog, VERSION))


if __name__ == "__main__":
    main()
