#include <paceline/mpi.h>

int main(int argc, char** argv) {
  return paceline::run_mpi_program(argc, argv);
}
