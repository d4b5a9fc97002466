# Debian's brotli has no CMake config.
find_dependency(PkgConfig)
pkg_check_modules(libbrotlidec IMPORTED_TARGET GLOBAL libbrotlidec)
if(NOT libbrotlidec_FOUND)
  set(paceline_FOUND FALSE)
  set(paceline_NOT_FOUND_MESSAGE "paceline needs libbrotlidec, which pkg-config does not find.")
endif()
