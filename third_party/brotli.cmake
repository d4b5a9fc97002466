# Debian's brotli has no CMake config. A static libbrotlidec needs libbrotlicommon beside it.
find_dependency(PkgConfig)
pkg_check_modules(libbrotlidec IMPORTED_TARGET GLOBAL libbrotlidec libbrotlicommon)
if(NOT libbrotlidec_FOUND)
  set(paceline_FOUND FALSE)
  set(paceline_NOT_FOUND_MESSAGE "paceline needs libbrotlidec, which pkg-config does not find.")
endif()
