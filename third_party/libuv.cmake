# Debian's libuv has no CMake config.
find_dependency(PkgConfig)
pkg_check_modules(libuv IMPORTED_TARGET GLOBAL libuv>=1.44)
if(NOT libuv_FOUND)
  set(paceline_FOUND FALSE)
  set(paceline_NOT_FOUND_MESSAGE "paceline needs libuv 1.44 or newer, which pkg-config does not find.")
endif()
