# Debian's libmicrohttpd has no CMake config.
find_dependency(PkgConfig)
pkg_check_modules(libmicrohttpd IMPORTED_TARGET GLOBAL libmicrohttpd>=0.9.75)
if(NOT libmicrohttpd_FOUND)
  set(paceline_FOUND FALSE)
  set(paceline_NOT_FOUND_MESSAGE "paceline needs libmicrohttpd 0.9.75 or newer, which pkg-config does not find.")
endif()
