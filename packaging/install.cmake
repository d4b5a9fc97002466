# What is installed, in components. `development`: the public headers, and the libraries with their CMake
# package and pkg-config files. `programs`: the programs, the page's modules and the documentation. `mpi`,
# where MPI is found: the program for many machines.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/paceline)
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
set(generated ${CMAKE_CURRENT_BINARY_DIR}/install)

# A static library's user links the library's private dependencies too.
set(needed_core ${core_dependencies})
set(needed_endpoint "")
if(NOT BUILD_SHARED_LIBS)
  list(APPEND needed_core ${core_private_dependencies})
  list(REMOVE_ITEM needed_core expected nlohmann_json valijson)
  list(APPEND needed_endpoint ${endpoint_private_dependencies})
endif()
set(needed_mpi "")
if(paceline_has_mpi AND NOT BUILD_SHARED_LIBS)
  set(needed_mpi ${mpi_private_dependencies})
endif()
set(installed_dependencies ${needed_core} ${needed_endpoint} ${needed_mpi})

file(GLOB public_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/paceline/*.h)
if(NOT paceline_has_mpi)
  list(REMOVE_ITEM public_headers ${PROJECT_SOURCE_DIR}/src/paceline/mpi.h)
endif()
install(FILES ${public_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/paceline
  COMPONENT development)

# Each component of the CMake package has a file of targets of its own, so that a user finds only what it needs.
set(libraries_of_core paceline)
set(libraries_of_endpoint paceline_endpoint)
set(libraries_of_main paceline_main)
set(libraries_of_mpi_main paceline_mpi paceline_mpi_main)
set(package_components core endpoint main)
if(paceline_has_mpi)
  list(APPEND package_components mpi_main)
endif()
foreach(component ${package_components})
  set(library_component programs)
  if(component STREQUAL "mpi_main")
    set(library_component mpi)
  endif()
  install(TARGETS ${libraries_of_${component}} EXPORT paceline-${component}-targets
    ARCHIVE COMPONENT development
    LIBRARY COMPONENT ${library_component} NAMELINK_COMPONENT development)
  install(EXPORT paceline-${component}-targets NAMESPACE paceline:: DESTINATION ${package_dir}
    COMPONENT development)
endforeach()

write_basic_package_version_file(${generated}/paceline-config-version.cmake
  COMPATIBILITY SameMinorVersion)
configure_package_config_file(
  src/paceline/paceline-config.cmake.in ${generated}/paceline-config.cmake
  INSTALL_DESTINATION ${package_dir})
install(FILES
  ${generated}/paceline-config.cmake
  ${generated}/paceline-config-version.cmake
  DESTINATION ${package_dir} COMPONENT development)
list(TRANSFORM installed_dependencies APPEND .cmake)
list(TRANSFORM installed_dependencies PREPEND ${PROJECT_SOURCE_DIR}/third_party/)
install(FILES ${PROJECT_SOURCE_DIR}/third_party/dependencies.cmake ${installed_dependencies}
  DESTINATION ${package_dir}/third_party COMPONENT development)

# For those who build without CMake.
file(RELATIVE_PATH prefix_from_pkgconfig /${pkgconfig_dir} /)
if(NOT BUILD_SHARED_LIBS)
  set(static_requires
    " libbrotlidec libcurl >= 7.88 libnghttp2 >= 1.52 libssl >= 3.0 libcrypto libuv >= 1.44 simdjson fmt sqlite3 libpng zlib")
  set(static_libraries " -lhttp_parser")
  set(static_endpoint_requires " gnutls >= 3.7 libmicrohttpd >= 0.9.75")
endif()
foreach(name paceline paceline-endpoint paceline-main)
  configure_file(src/paceline/${name}.pc.in ${generated}/${name}.pc @ONLY)
  install(FILES ${generated}/${name}.pc DESTINATION ${pkgconfig_dir}
    COMPONENT development)
endforeach()

if(PACELINE_BUILD_PROGRAMS)
  install(TARGETS paceline_program paceline_endpoint_program paceline_log_program
    COMPONENT programs)
  if(paceline_has_mpi)
    install(TARGETS paceline_mpi_program COMPONENT mpi)
  endif()
  # The page and the comparison of results, in Python; share/paceline is where the programs look for
  # their modules.
  install(PROGRAMS src/programs/paceline_report src/programs/paceline_compare TYPE BIN
    COMPONENT programs)
  install(DIRECTORY src/python/paceline DESTINATION share/paceline COMPONENT programs
    FILES_MATCHING PATTERN "*.py" PATTERN "*.css"
    PATTERN "__pycache__" EXCLUDE)
endif()

install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT programs)
# Debian's packages contain these texts in the form of Debian's policy.
install(FILES CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT notices)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT programs
  FILES_MATCHING PATTERN "*.md" PATTERN "*.png")
if(PROJECT_IS_TOP_LEVEL)
  include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
endif()
