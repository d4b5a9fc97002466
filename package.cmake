# `cmake --build build/release --target package` makes a Debian package of all that is installed.
# What the programs need is asked of dpkg-shlibdeps; what is built on the library needs is recommended.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "The paceline developers <paceline@example.invalid>"
  CACHE STRING "Maintainer of the package")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "measures rate-limited HTTP and LLM APIs at the rate you set")
set(CPACK_PACKAGE_DESCRIPTION
  "Sends evenly spaced requests, never more than a set number in flight, and gives latency\n\
percentiles as counters of Google Benchmark, so that compare.py can say whether two runs differ.\n\
Contains the programs paceline, paceline_endpoint, paceline_log and paceline_report, and the C++\n\
library to write suites of one's own with.")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(recommended
  # The library.
  libbenchmark-dev libbrotli-dev "libcurl4-openssl-dev | libcurl4-gnutls-dev | libcurl4-nss-dev" libexpected-dev libfmt-dev
  libhttp-parser-dev libmicrohttpd-dev libpng-dev libsimdjson-dev libsqlite3-dev libuv1-dev zlib1g-dev pkg-config
  # paceline_report, and compare.py.
  python3 python3-matplotlib python3-numpy python3-scipy libbenchmark-tools)
list(JOIN recommended ", " CPACK_DEBIAN_PACKAGE_RECOMMENDS)
include(CPack)
