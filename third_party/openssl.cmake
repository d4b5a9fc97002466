# CMake's own FindOpenSSL: Debian's OpenSSL 3.0 has no CMake config.
find_dependency(OpenSSL 3.0)
