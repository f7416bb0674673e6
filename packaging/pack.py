#!/usr/bin/env python3
"""Makes what a release carries from the programs that were built for its targets.

    packaging/pack.py PROGRAMS DIST [--only TARGET]

PROGRAMS has a folder for each target of targets.txt with the program in it. Nothing is compiled here: archives,
wheels and npm packages carry the same bytes.

    DIST/release/  an archive for each target, SHA256SUMS, and SOURCES, which says what they were built from
    DIST/wheels/   a wheel for each target
    DIST/npm/      a package for each target, and the one that chooses among them
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from crate import NAME, PACKAGE, ROOT, VERSION, Target, fail, targets

BESIDE_THE_PROGRAM = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"]
# The earliest time that a zip archive can tell. With one time for all, the same programs give the same archives.
TIME = (1980, 1, 1, 0, 0, 0)
SECONDS = 315_532_800


def archive(target: Target, program: Path, to: Path) -> Path:
    """The program with licences, in a folder of the archive's name."""
    contents = [(target.program, program.read_bytes(), 0o755)]
    contents += [(name, (ROOT / name).read_bytes(), 0o644) for name in BESIDE_THE_PROGRAM]
    path = to / target.archive
    if target.windows:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content, _ in contents:
                packed.writestr(zipfile.ZipInfo(f"{target.folder}/{name}", TIME), content, zipfile.ZIP_DEFLATED)
        return path
    with gzip.GzipFile(path, "wb", mtime=0) as stream, tarfile.open(fileobj=stream, mode="w") as packed:
        for name, content, mode in contents:
            entry = tarfile.TarInfo(f"{target.folder}/{name}")
            entry.size, entry.mode, entry.mtime = len(content), mode, SECONDS
            packed.addfile(entry, io.BytesIO(content))
    return path


def make_release(programs: dict[Target, Path], to: Path) -> None:
    """What the page of a release offers."""
    archives = [archive(target, program, to) for target, program in programs.items()]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(archives)]
    (to / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    sources = subprocess.run([ROOT / "action/sources"], check=True, capture_output=True, text=True)
    (to / "SOURCES").write_text(sources.stdout, encoding="utf-8")


def wheel(target: Target, program: Path, to: Path) -> None:
    environment = os.environ | {
        "ENTRA_CONFORMANCE_PROGRAM": str(program.resolve()),
        "ENTRA_CONFORMANCE_WHEEL": f"py3-none-{target.wheel}",
        "SOURCE_DATE_EPOCH": str(SECONDS),
    }
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--wheel-dir", to, ROOT / "packaging/python"], env=environment, check=True)


def about(name: str, description: str) -> dict:
    """What every npm package says."""
    return {
        "name": name,
        "version": VERSION,
        "description": description,
        "license": PACKAGE["license"],
        "homepage": PACKAGE["homepage"],
        "repository": {"type": "git", "url": f"git+{PACKAGE['repository']}.git"},
    }


def npm(package: dict, files: list[Path], to: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            shutil.copy(file, folder)
            if file.stem == NAME:
                (Path(folder) / file.name).chmod(0o755)
        (Path(folder) / "package.json").write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8")
        command = [shutil.which("npm") or fail("npm is not on the path"), "pack", "--silent"]
        subprocess.run([*command, "--pack-destination", to.resolve()], cwd=folder, check=True, stdout=sys.stderr)


def npm_packages(programs: dict[Target, Path], to: Path) -> None:
    licences = [ROOT / "LICENSE-APACHE", ROOT / "LICENSE-MIT"]
    for target, program in programs.items():
        system, processor = target.npm.split("-")
        package = about(f"{NAME}-{target.npm}", f"The program {NAME} for {target.triple}")
        # A package manager that keeps packages in archives has to unpack this one.
        package |= {"os": [system], "cpu": [processor], "preferUnplugged": True}
        npm(package, [program, *licences], to)
    package = about(NAME, PACKAGE["description"])
    package |= {
        "keywords": PACKAGE["keywords"],
        "bin": {NAME: "launch.js"},
        "engines": {"node": ">=18"},
        # All that exist, whatever is packed here: npm installs the one whose `os` and `cpu` are this machine's.
        "optionalDependencies": {f"{NAME}-{target.npm}": VERSION for target in targets()},
    }
    npm(package, [ROOT / "packaging/npm/launch.js", ROOT / "packaging/README.md", *licences], to)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=Path)
    parser.add_argument("dist", type=Path)
    parser.add_argument("--only", metavar="TARGET", choices=[target.triple for target in targets()])
    arguments = parser.parse_args()
    chosen = [target for target in targets() if arguments.only in (None, target.triple)]
    programs = {target: arguments.programs / target.triple / target.program for target in chosen}
    missing = [str(program) for program in programs.values() if not program.is_file()]
    if missing:
        fail(f"not there: {', '.join(missing)}. --only TARGET packs one target")
    if arguments.dist.exists() and any(arguments.dist.iterdir()):
        fail(f"{arguments.dist} is not empty: name a new folder")

    release, wheels, packages = (arguments.dist / name for name in ("release", "wheels", "npm"))
    for folder in (release, wheels, packages):
        folder.mkdir(parents=True)
    make_release(programs, release)
    for target, program in programs.items():
        wheel(target, program, wheels)
    npm_packages(programs, packages)
    for path in sorted(arguments.dist.glob("*/*")):
        print(path)


if __name__ == "__main__":
    main()
