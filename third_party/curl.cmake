# CMake's own FindCURL: Debian's libcurl has no CMake config.
find_dependency(CURL 7.88)
