"""vcpkg.json and conanfile.py name the dependencies that CMakeLists.txt finds through third_party/, and
the version of the header."""

import ast
import json
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Where a registry's name differs from the file's in third_party/.
IN_VCPKG = {"expected": "tl-expected", "gnutls": "libgnutls", "http_parser": "http-parser",
            "nlohmann_json": "nlohmann-json"}
IN_CONAN = {"curl": "libcurl", "expected": "tl-expected", "nghttp2": "libnghttp2"}


def dependencies():
    """The library's dependencies by their files in third_party/, without those of the system and the tests."""
    text = (ROOT / "CMakeLists.txt").read_text()
    lists = re.findall(r"set\((?:core|endpoint|paceline)\w*_dependencies ([^)]*)\)", text)
    names = {name for found in lists for name in found.split() if not name.startswith("$")}
    return names - {"threads"}


class Registries(unittest.TestCase):
    def test_dependencies_are_files(self):
        self.assertGreater(len(dependencies()), 10)
        for name in dependencies():
            self.assertTrue((ROOT / "third_party" / f"{name}.cmake").is_file(), name)

    def test_vcpkg(self):
        manifest = json.loads((ROOT / "vcpkg.json").read_text())
        names = {entry if isinstance(entry, str) else entry["name"] for entry in manifest["dependencies"]}
        self.assertEqual(names, {IN_VCPKG.get(name, name) for name in dependencies()})
        version = re.search(r'PACELINE_VERSION "(.*)"', (ROOT / "src/paceline/version.h").read_text())[1]
        self.assertEqual(manifest["version-semver"], version)

    def test_conan(self):
        strings = [node.value for node in ast.walk(ast.parse((ROOT / "conanfile.py").read_text()))
                   if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        names = {text.split("/")[0] for text in strings if re.fullmatch(r"[\w-]+/\[[^]]*\]", text)}
        self.assertEqual(names, {IN_CONAN.get(name, name) for name in dependencies()})


if __name__ == "__main__":
    unittest.main()
