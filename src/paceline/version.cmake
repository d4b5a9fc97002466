# Writes HEADER from TEMPLATE with BENCHMARK_VERSION and the git revision of SOURCE.
set(REVISION unknown)
find_program(GIT git)
# A tarball may lie inside somebody else's repository: only a .git of our own counts.
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(
    COMMAND ${GIT} describe --always --dirty --abbrev=12 --exclude=*
    WORKING_DIRECTORY ${SOURCE}
    OUTPUT_VARIABLE described
    OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET)
  if(described)
    set(REVISION ${described})
  endif()
endif()
configure_file(${TEMPLATE} ${HEADER} @ONLY)
