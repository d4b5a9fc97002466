# Headers only: its pkg-config file would link the library that Debian builds of them.
find_path(tomlplusplus_INCLUDE_DIR toml++/toml.h)
mark_as_advanced(tomlplusplus_INCLUDE_DIR)
if(NOT tomlplusplus_INCLUDE_DIR)
  set(paceline_FOUND FALSE)
  set(paceline_NOT_FOUND_MESSAGE "paceline needs toml++, which is not found.")
elseif(NOT TARGET tomlplusplus::tomlplusplus)
  add_library(tomlplusplus::tomlplusplus INTERFACE IMPORTED GLOBAL)
  set_target_properties(tomlplusplus::tomlplusplus PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES ${tomlplusplus_INCLUDE_DIR})
endif()
