#include <paceline/gbench/program.h>

int main(int argc, char** argv) {
  paceline::Suite registered_before_main;
  return paceline::run_program(argc, argv, registered_before_main);
}
