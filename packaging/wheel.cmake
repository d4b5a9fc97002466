# What the wheel holds besides the Python package: the programs, the licences of the libraries that
# auditwheel copies into the wheel, and Google Benchmark's compare.py where Debian's package has it.
# CMake's prefix is the Python package's own folder.
set(wheel_programs paceline_program paceline_endpoint_program paceline_log_program)
install(TARGETS ${wheel_programs} RUNTIME DESTINATION bin COMPONENT wheel)
install(SCRIPT ${CMAKE_CURRENT_LIST_DIR}/bundled_licences.cmake COMPONENT wheel)

set(tools /usr/share/benchmark)
if(EXISTS ${tools}/compare.py)
  set(destination compare/google_benchmark)
  install(FILES ${tools}/compare.py DESTINATION ${destination} COMPONENT wheel)
  install(FILES ${tools}/gbench/__init__.py ${tools}/gbench/report.py ${tools}/gbench/util.py
    DESTINATION ${destination}/gbench COMPONENT wheel)
  # compare.py has the licence of paceline, and other authors.
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${destination} COMPONENT wheel)
  install(FILES /usr/share/doc/libbenchmark-tools/copyright
    DESTINATION ${destination} COMPONENT wheel RENAME AUTHORS)
endif()
