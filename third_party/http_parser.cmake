# It brings neither a CMake config nor a pkg-config file.
find_path(http_parser_INCLUDE_DIR http_parser.h)
find_library(http_parser_LIBRARY http_parser)
mark_as_advanced(http_parser_INCLUDE_DIR http_parser_LIBRARY)
if(NOT http_parser_INCLUDE_DIR OR NOT http_parser_LIBRARY)
  set(paceline_FOUND FALSE)
  set(paceline_NOT_FOUND_MESSAGE "paceline needs http_parser, which is not found.")
elseif(NOT TARGET http_parser::http_parser)
  add_library(http_parser::http_parser UNKNOWN IMPORTED GLOBAL)
  set_target_properties(http_parser::http_parser PROPERTIES
    IMPORTED_LOCATION ${http_parser_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${http_parser_INCLUDE_DIR})
endif()
