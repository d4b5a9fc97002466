# Run by the build: writes what PROGRAM prints to --completion=SHELL into SCRIPT.
execute_process(COMMAND ${PROGRAM} --completion=${SHELL}
  OUTPUT_FILE ${SCRIPT}
  COMMAND_ERROR_IS_FATAL ANY)
