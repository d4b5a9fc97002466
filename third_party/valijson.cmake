# Its target has the namespace ValiJSON from 1.0.1 on.
find_dependency(valijson)
if(TARGET ValiJSON::valijson)
  add_library(paceline_valijson ALIAS ValiJSON::valijson)
else()
  add_library(paceline_valijson ALIAS valijson)
endif()
