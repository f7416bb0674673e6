"""That a release is what `cargo binstall` and the action look for, and what the action does where there is none.

    python3 -m unittest discover -s packaging
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from crate import NAME, PACKAGE, ROOT, VERSION, targets
from pack import make_release
from ready import obstacles, section

LINUX = next(target for target in targets() if target.action == "Linux-X64")
# What the scripts of the action use. Neither cargo nor rustup is among it.
TOOLS = "awk bash cat cp curl cut dirname find gzip head mkdir mv rm sed sha256sum sort tar xargs".split()


class Binstall(unittest.TestCase):
    def test_its_templates_give_the_names_of_the_archives(self):
        metadata = PACKAGE["metadata"]["binstall"]
        archives = {target.archive: target for target in targets()}
        suffixes = {"tgz": ".tgz", "zip": ".zip"}
        for triple in [target.triple for target in targets()] + list(metadata["overrides"]):
            with self.subTest(triple):
                settings = metadata | metadata["overrides"].get(triple, {})
                values = {
                    "repo": PACKAGE["repository"],
                    "name": NAME,
                    "version": VERSION,
                    "target": triple,
                    "archive-suffix": suffixes[settings["pkg-fmt"]],
                    "bin": NAME,
                    "binary-ext": ".exe" if "windows" in triple else "",
                }

                def rendered(template: str) -> str:
                    return re.sub(r"\{ (\S+) \}", lambda name: values[name[1]], template)

                address, _, archive = rendered(settings["pkg-url"]).rpartition("/")
                self.assertEqual(address, f"{PACKAGE['repository']}/releases/download/v{VERSION}")
                self.assertIn(archive, archives)
                target = archives[archive]
                self.assertEqual(rendered(settings["bin-dir"]), f"{target.folder}/{target.program}")


class Archives(unittest.TestCase):
    def test_the_same_programs_give_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            made = []
            for name in ("first", "second"):
                release = Path(folder, name)
                release.mkdir()
                programs = {target: Path(folder, f"{name}-{target.program}") for target in targets()}
                for program in programs.values():
                    program.write_bytes(b"a program")
                make_release(programs, release)
                made.append({path.name: path.read_bytes() for path in release.iterdir()})
            self.assertEqual(*made)


class Action(unittest.TestCase):
    """`action/install`, with a release in a folder, and a cargo that writes down how it was called."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.tools = self.folder / "tools"
        self.tools.mkdir()
        for tool in TOOLS:
            (self.tools / tool).symlink_to(shutil.which(tool))
        self.release = self.folder / "releases" / f"v{VERSION}"

    def script(self, path: Path, text: str) -> Path:
        path.write_text(f"#!/usr/bin/env bash\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def have_rust(self):
        note = f'echo "$(basename "$0") $* with ${{RUSTUP_TOOLCHAIN:-none}} and ${{RUSTFLAGS:-none}}" >>{self.folder}/rust'
        self.script(self.tools / "rustup", note)
        self.script(self.tools / "cargo", note)
        (self.tools / "basename").symlink_to(shutil.which("basename"))

    def have_release(self):
        program = self.script(self.folder / NAME, f"echo {NAME} {VERSION}")
        self.release.mkdir(parents=True)
        make_release({LINUX: program}, self.release)

    def install(self, system: str = "Linux-X64") -> subprocess.CompletedProcess:
        os_name, architecture = system.split("-")
        environment = {
            "PATH": str(self.tools),
            "RUNNER_OS": os_name,
            "RUNNER_ARCH": architecture,
            "RUNNER_TEMP": str(self.folder / "temp"),
            "GITHUB_PATH": str(self.folder / "path"),
            "ENTRA_CONFORMANCE_RELEASES": (self.folder / "releases").as_uri(),
            "RUSTFLAGS": "-D warnings",
        }
        (self.folder / "temp").mkdir(exist_ok=True)
        command = [ROOT / "action/install"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=self.folder)

    def assert_builds(self, done: subprocess.CompletedProcess, why: str):
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(why, done.stdout)
        rust = (self.folder / "rust").read_text(encoding="utf-8")
        toolchain = PACKAGE["rust-version"]
        self.assertIn(f"rustup toolchain install {toolchain} ", rust)
        root = self.folder / "temp/entra-conformance-tool"
        self.assertRegex(rust, rf"cargo install --locked --path . --root {root} .* with {toolchain} and none")

    def assert_refuses(self, done: subprocess.CompletedProcess, why: str):
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("::error::", done.stderr)
        self.assertIn(why, done.stderr)
        self.assertFalse((self.folder / "path").exists())
        self.assertFalse((self.folder / "rust").exists())
        self.assertFalse((self.folder / "temp/entra-conformance-tool").exists())

    def test_a_release_of_these_sources_is_installed_without_rust(self):
        self.have_release()
        done = self.install()
        self.assertEqual(done.returncode, 0, done.stderr)
        bin_folder = (self.folder / "path").read_text(encoding="utf-8").strip()
        said = subprocess.run([f"{bin_folder}/{NAME}"], capture_output=True, text=True, check=True)
        self.assertEqual(said.stdout, f"{NAME} {VERSION}\n")

    def test_what_is_in_the_cache_is_used(self):
        self.have_release()
        self.install()
        shutil.rmtree(self.release)
        self.assertIn("is in the cache", self.install().stdout)

    def test_without_a_release_it_is_built(self):
        self.have_rust()
        self.assert_builds(self.install(), f"no release {VERSION} was found")

    def test_a_release_of_other_sources_is_not_used(self):
        self.have_rust()
        self.have_release()
        (self.release / "SOURCES").write_text("0" * 64 + "\n", encoding="utf-8")
        self.assert_builds(self.install(), "built from other sources")

    def test_for_a_system_without_released_programs_it_is_built(self):
        self.have_rust()
        self.have_release()
        self.assert_builds(self.install("Linux-ARM"), "no programs are released for Linux-ARM")

    def test_what_is_missing_in_a_release_is_built(self):
        self.have_rust()
        self.have_release()
        self.assert_builds(self.install("macOS-ARM64"), "could not be downloaded")

    def test_a_wrong_checksum_is_an_error(self):
        self.have_rust()
        self.have_release()
        with (self.release / LINUX.archive).open("ab") as archive:
            archive.write(b"more")
        self.assert_refuses(self.install(), "it is not used")

    def test_an_archive_without_a_checksum_is_an_error(self):
        self.have_rust()
        self.have_release()
        (self.release / "SHA256SUMS").write_text("", encoding="utf-8")
        self.assert_refuses(self.install(), "nothing of it")

    def test_with_neither_release_nor_rust_it_says_what_to_do(self):
        self.assert_refuses(self.install(), "install rustup")

    def test_the_hash_of_the_sources_changes_with_the_version(self):
        copy = self.folder / "copy"
        for name in ("Cargo.lock", "Cargo.toml", "build.rs", "action/sources", "kits", "spec", "src"):
            path = copy / name
            path.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, path)

        def sources() -> str:
            return subprocess.run([copy / "action/sources"], capture_output=True, text=True, check=True).stdout

        before = sources()
        self.assertEqual(before, subprocess.run([ROOT / "action/sources"], capture_output=True, text=True).stdout)
        manifest = copy / "Cargo.toml"
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(text.replace(f'version = "{VERSION}"', 'version = "99.0.0"', 1), encoding="utf-8")
        self.assertNotEqual(before, sources())


class Ready(unittest.TestCase):
    CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2027-01-01\n\n### Added\n\n- Much.\n\n## [1.1.0]\n\n- Little.\n"

    def test_the_notes_are_the_section_of_the_version(self):
        self.assertEqual(section(self.CHANGELOG, "1.2.0"), "### Added\n\n- Much.")
        self.assertEqual(section(self.CHANGELOG, "1.1.0"), "- Little.")
        self.assertIsNone(section(self.CHANGELOG, "1.0.0"))

    def test_all_that_is_in_the_way_is_named_at_once(self):
        package = {"version": "1.3.0-rc.1", "repository": "https://a.example/b", "homepage": "https://c.example"}
        found = obstacles("v1.2.0", package, self.CHANGELOG)
        self.assertEqual([one.split(" ")[0] for one in found], ["the", "1.3.0-rc.1", "`repository`", "`homepage`", "CHANGELOG.md"])
        package = {"version": "1.2.0", "repository": "https://github.com/a/b", "homepage": "https://c.org"}
        self.assertEqual(obstacles("v1.2.0", package, self.CHANGELOG), [])


if __name__ == "__main__":
    unittest.main()
