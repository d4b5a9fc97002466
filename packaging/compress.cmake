# Compresses manual pages and changelogs, as Debian's policy asks, before CPack makes the packages.
file(GLOB_RECURSE texts ${CPACK_TEMPORARY_DIRECTORY}/*)
list(FILTER texts INCLUDE REGEX "/(man1/[^/]*\\.1|doc/[^/]*/changelog(\\.Debian)?)$")
foreach(text ${texts})
  execute_process(COMMAND gzip -9n ${text} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
