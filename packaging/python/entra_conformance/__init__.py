"""Where the program `entra-conformance` is that this package carries."""

import sys
from importlib.metadata import files
from pathlib import Path

__all__ = ["program"]


def program() -> Path:
    """The path of the program, wherever the package was installed."""
    name = "entra-conformance.exe" if sys.platform == "win32" else "entra-conformance"
    recorded = [Path(file.locate()) for file in files("entra-conformance") or [] if file.name == name]
    # What `pip install --target` records of a program is wrong: there it is in a folder beside the packages.
    recorded.append(Path(__file__).parent.parent / "bin" / name)
    for path in recorded:
        if path.is_file():
            return path.resolve()
    raise FileNotFoundError(f"{name} is not at {recorded[0]}: install the package anew")
