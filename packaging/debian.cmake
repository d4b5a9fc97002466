# `cmake --build build/release --target package` makes Debian packages, one per component. A further
# package is a component in CPACK_COMPONENTS_ALL with its own block of settings below.
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL programs development)
if(paceline_has_mpi)
  list(APPEND CPACK_COMPONENTS_ALL mpi)
endif()
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "The paceline developers <paceline@example.invalid>"
  CACHE STRING "Maintainer of the packages")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/compress.cmake)
# Each package has a summary of its own: the first line of its description.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(summary "measures rate-limited HTTP and LLM APIs at the rate you set")
set(about "Sends evenly spaced requests, never more than a set number in flight, and\n\
reports latency percentiles as counters of Google Benchmark, so that\n\
compare.py can say whether two runs differ.")

set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME paceline)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAMS_DESCRIPTION "${summary}\n${about}\n.\n\
This package contains the programs paceline, paceline_compare,\n\
paceline_endpoint, paceline_log and paceline_report.")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)
# paceline_report and paceline_compare are Python scripts. dpkg-shlibdeps adds the libraries.
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_DEPENDS python3)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_RECOMMENDS
  "ca-certificates, libbenchmark-tools, python3-matplotlib, python3-numpy, python3-scipy")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libpaceline-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "${summary} (development)\n${about}\n.\n\
This package contains the C++ headers and libraries for suites of your own,\n\
with their CMake package and pkg-config files.")
set(development_needs libbenchmark-dev)
if(BUILD_SHARED_LIBS)
  list(APPEND development_needs "paceline (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
else()
  list(APPEND development_needs libbrotli-dev
    "libcurl4-openssl-dev | libcurl4-gnutls-dev | libcurl4-nss-dev" libfmt-dev libgnutls28-dev
    libhttp-parser-dev libmicrohttpd-dev libnghttp2-dev libpng-dev libsimdjson-dev libsqlite3-dev
    libssl-dev libuv1-dev zlib1g-dev)
endif()
list(JOIN development_needs ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS pkg-config)
# The package paceline contains the documentation, and paceline::mpi_main needs MPI.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "libopenmpi-dev, paceline")
# Up to 0.1.0, the package paceline contained these files too.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_BREAKS "paceline (<< 0.1.0-1)")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_REPLACES "paceline (<< 0.1.0-1)")

set(CPACK_DEBIAN_MPI_PACKAGE_NAME paceline-mpi)
set(CPACK_DEBIAN_MPI_PACKAGE_SECTION net)
set(CPACK_DEBIAN_MPI_DESCRIPTION "${summary} (many machines)\n${about}\n.\n\
This package contains the program paceline_mpi, which runs on many machines\n\
as one client. An MPI launcher such as mpirun or srun starts it.")
set(CPACK_DEBIAN_MPI_PACKAGE_SHLIBDEPS ON)
if(BUILD_SHARED_LIBS)
  set(CPACK_DEBIAN_MPI_PACKAGE_DEPENDS
    "paceline (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
endif()
set(CPACK_DEBIAN_MPI_PACKAGE_RECOMMENDS "ca-certificates, openmpi-bin, paceline")

# Files that Debian's policy asks of each package.
string(TIMESTAMP package_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} upper)
  set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(folder share/doc/${package})
  configure_file(${CMAKE_CURRENT_LIST_DIR}/changelog.Debian.in
    ${generated}/${package}/changelog.Debian @ONLY)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright ${generated}/${package}/changelog.Debian
    DESTINATION ${folder} COMPONENT ${component} EXCLUDE_FROM_ALL)
  install(FILES CHANGELOG.md DESTINATION ${folder} RENAME changelog
    COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()
install(FILES README.md DESTINATION share/doc/libpaceline-dev
  COMPONENT development EXCLUDE_FROM_ALL)
include(CPack)
