# Only for the tests; of the same package as brotli.
find_dependency(PkgConfig)
pkg_check_modules(libbrotlienc IMPORTED_TARGET GLOBAL libbrotlienc)
if(NOT libbrotlienc_FOUND)
  set(paceline_FOUND FALSE)
  set(paceline_NOT_FOUND_MESSAGE "paceline's tests need libbrotlienc, which pkg-config does not find.")
endif()
