"""The C++ libraries as a Conan package, without the programs."""

import re
from pathlib import Path

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.gnu import PkgConfigDeps

required_conan_version = ">=2.8"


class Paceline(ConanFile):
    name = "paceline"
    description = "A Google Benchmark plugin for rate-limited HTTP and LLM APIs"
    license = "Apache-2.0"
    topics = ("benchmark", "http", "llm", "load-testing")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True, "libcurl/*:with_nghttp2": True}
    implements = ["auto_shared_fpic"]
    exports_sources = ("CMakeLists.txt", "CHANGELOG.md", "LICENSE", "README.md", "docs/*", "packaging/*",
                       "src/*", "third_party/*")

    core = ("brotli/[>=1.0.9 <2]", "fmt/[>=9.1 <13]", "http_parser/[>=2.9.4 <3]", "libcurl/[>=7.88 <9]",
            "libnghttp2/[>=1.52 <2]", "libpng/[>=1.6 <2]", "libuv/[>=1.44 <2]", "openssl/[>=3 <4]",
            "simdjson/[>=3.0.1 <5]", "sqlite3/[>=3.37 <4]", "zlib/[>=1.2.13 <2]")
    endpoint = ("gnutls/[>=3.7 <4]", "libmicrohttpd/[>=0.9.75 <2]")
    # Only the sources include these, which are headers.
    headers = ("cli11/[>=2.1 <3]", "nlohmann_json/[>=3.11 <4]", "tl-expected/[>=1.0 <2]",
               "tomlplusplus/[>=3.3 <4]", "valijson/[>=1.0 <2]")

    def set_version(self):
        text = (Path(self.recipe_folder) / "src/paceline/version.h").read_text()
        self.version = re.search(r'PACELINE_VERSION "([\d.]+)"', text)[1]

    def requirements(self):
        self.requires("benchmark/[>=1.7 <2]", transitive_headers=True)
        for reference in self.core + self.endpoint:
            self.requires(reference)
        for reference in self.headers:
            self.requires(reference, visible=False)

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        packages = PkgConfigDeps(self)
        # The recipe writes the name as libmicrohttps.
        packages.set_property("libmicrohttpd", "pkg_config_name", "libmicrohttpd")
        packages.generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables.update(
            PACELINE_BUILD_PROGRAMS=False, PACELINE_BUILD_TESTS=False, PACELINE_MPI="OFF", CMAKE_UNITY_BUILD=True)
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        self.describe("paceline", "paceline", [*self.names(self.core), "benchmark::benchmark"])
        self.describe("endpoint", "paceline_endpoint", ["paceline", *self.names(self.endpoint)])
        self.describe("main", "paceline_main", ["paceline", "endpoint"])
        self.cpp_info.components["paceline"].system_libs = ["pthread"]

    def describe(self, component, library, requires):
        described = self.cpp_info.components[component]
        described.libs = [library]
        described.requires = requires
        described.set_property("cmake_target_name", f"paceline::{component}")

    @staticmethod
    def names(references):
        """The whole package of each reference."""
        return ["{0}::{0}".format(reference.split("/")[0]) for reference in references]
