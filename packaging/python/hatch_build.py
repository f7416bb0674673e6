"""Gives the wheel the crate's version and words, the program, and the name of the system that it is for."""

import os
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

sys.path.insert(0, str(Path(__file__).parent.parent))
from crate import PACKAGE, ROOT  # noqa: E402


class Metadata(MetadataHookInterface):
    PLUGIN_NAME = "custom"

    def update(self, metadata: dict) -> None:
        for key in ("version", "description", "license", "keywords"):
            metadata[key] = PACKAGE[key]
        readme = (ROOT / "packaging/README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": readme}
        metadata["urls"] = {"Documentation": PACKAGE["homepage"], "Source": PACKAGE["repository"]}


class Program(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        try:
            program = os.environ["ENTRA_CONFORMANCE_PROGRAM"]
            build_data["tag"] = os.environ["ENTRA_CONFORMANCE_WHEEL"]
        except KeyError as missing:
            raise SystemExit(f"{missing} is not set: build the wheel by packaging/pack.py") from None
        build_data["pure_python"] = False
        build_data["shared_scripts"][program] = Path(program).name
        for licence in ("LICENSE-APACHE", "LICENSE-MIT"):
            build_data["force_include"][str(ROOT / licence)] = f"entra_conformance/{licence}"
