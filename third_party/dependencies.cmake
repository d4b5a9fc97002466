# Finds the dependencies that paceline_dependencies names. Run by the build and by the installed
# package config. Where a dependency is missing, paceline_FOUND becomes FALSE and
# paceline_NOT_FOUND_MESSAGE names the dependency.
include(CMakeFindDependencyMacro)

foreach(dependency ${paceline_dependencies})
  include(${CMAKE_CURRENT_LIST_DIR}/${dependency}.cmake)
  if(paceline_NOT_FOUND_MESSAGE)
    break()
  endif()
endforeach()
