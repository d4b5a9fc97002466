# Run at installation: copies the licences of the libraries that the installed programs need, by the
# names of Debian's packages. Does nothing on other distributions.
find_program(DPKG dpkg)
if(NOT DPKG)
  return()
endif()

set(folder ${CMAKE_INSTALL_PREFIX}/licenses)
file(GLOB programs ${CMAKE_INSTALL_PREFIX}/bin/*)
# auditwheel leaves out the libraries of glibc and of the compiler, and zlib.
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${programs} RESOLVED_DEPENDENCIES_VAR libraries
  POST_EXCLUDE_REGEXES "/(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|gcc_s|stdc\\+\\+|z))\\.so\\.[0-9]+$")
foreach(library ${libraries})
  # dpkg may know a file of /lib as one of /usr/lib, or the other way round.
  get_filename_component(name ${library} NAME)
  execute_process(COMMAND ${DPKG} --search "*/${name}" OUTPUT_VARIABLE owners
    COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "^[^:, ]+" package ${owners})
  configure_file(/usr/share/doc/${package}/copyright ${folder}/${package} COPYONLY)
endforeach()
# The texts that those files refer to.
foreach(text Apache-2.0 GPL-2 GPL-3 LGPL-2 LGPL-2.1 LGPL-3)
  configure_file(/usr/share/common-licenses/${text} ${folder}/common-licenses/${text} COPYONLY)
endforeach()
