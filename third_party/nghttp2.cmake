# Debian's libnghttp2 has no CMake config.
find_dependency(PkgConfig)
pkg_check_modules(libnghttp2 IMPORTED_TARGET GLOBAL libnghttp2>=1.52)
if(NOT libnghttp2_FOUND)
  set(paceline_FOUND FALSE)
  set(paceline_NOT_FOUND_MESSAGE "paceline needs libnghttp2 1.52 or newer, which pkg-config does not find.")
endif()
