# Finds what paceline links against. Run by the build and by the installed package config.
# Where something is missing, paceline_FOUND becomes FALSE and paceline_NOT_FOUND_MESSAGE says what.
include(CMakeFindDependencyMacro)

foreach(dependency threads benchmark curl expected fmt http_parser libmicrohttpd libuv simdjson sqlite3 zlib)
  include(${CMAKE_CURRENT_LIST_DIR}/${dependency}.cmake)
  if(paceline_NOT_FOUND_MESSAGE)
    break()
  endif()
endforeach()
