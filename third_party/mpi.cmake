# CMake's own FindMPI, for any implementation of MPI 3.1. The C functions only: libraries of the old C++
# bindings are not needed.
set(MPI_CXX_SKIP_MPICXX ON)
find_dependency(MPI 3.1 COMPONENTS CXX)
