find_dependency(ZLIB)
