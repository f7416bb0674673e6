#!/usr/bin/env python3
"""What the packages say of themselves, read from Cargo.toml, and the targets of a release."""

import json
import sys
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["package"]
NAME = PACKAGE["name"]
VERSION = PACKAGE["version"]


@dataclass(frozen=True)
class Target:
    """A line of targets.txt."""

    triple: str
    runner: str
    action: str
    npm: str
    wheel: str

    @property
    def windows(self) -> bool:
        return "windows" in self.triple

    @property
    def program(self) -> str:
        return f"{NAME}.exe" if self.windows else NAME

    @property
    def folder(self) -> str:
        """The folder in the archive. It and the archive are named as `cargo binstall` expects by default."""
        return f"{NAME}-{self.triple}-v{VERSION}"

    @property
    def archive(self) -> str:
        return self.folder + (".zip" if self.windows else ".tgz")


def targets() -> list[Target]:
    lines = (ROOT / "packaging/targets.txt").read_text(encoding="utf-8").splitlines()
    return [Target(*line.split()) for line in lines if line and not line.startswith("#")]


def fail(message: str) -> None:
    sys.exit(f"error: {message}")


if __name__ == "__main__":
    # The release workflow's matrix.
    print(json.dumps([asdict(target) | {"program": target.program} for target in targets()]))
