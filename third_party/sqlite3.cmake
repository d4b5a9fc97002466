# CMake's own FindSQLite3: Debian's SQLite has no CMake config. 3.37 brought STRICT tables.
find_dependency(SQLite3 3.37)
