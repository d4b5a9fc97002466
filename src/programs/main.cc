#include <paceline/program.h>

int main(int argc, char** argv) {
  return paceline::run_program(argc, argv);
}
