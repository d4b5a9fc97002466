# Debian's GnuTLS has no CMake config.
find_dependency(PkgConfig)
pkg_check_modules(gnutls IMPORTED_TARGET GLOBAL gnutls>=3.7)
if(NOT gnutls_FOUND)
  set(paceline_FOUND FALSE)
  set(paceline_NOT_FOUND_MESSAGE "paceline needs GnuTLS 3.7 or newer, which pkg-config does not find.")
endif()
