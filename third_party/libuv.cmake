# Debian's libuv has no CMake config. Conan and vcpkg give the static library a name of its own.
find_dependency(PkgConfig)
pkg_search_module(libuv IMPORTED_TARGET GLOBAL libuv>=1.44 libuv-static>=1.44)
if(NOT libuv_FOUND)
  set(paceline_FOUND FALSE)
  set(paceline_NOT_FOUND_MESSAGE "paceline needs libuv 1.44 or newer, which pkg-config does not find.")
endif()
