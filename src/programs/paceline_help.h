#pragma once

#include <programs/paceline_suite.h>

namespace paceline::programs {

/// The text of --help of `paceline`.
inline constexpr HelpTexts paceline_help{
    "Measures rate-limited HTTP and LLM APIs at an exact rate: requests leave evenly, never more "
    "than `parallel` are in flight, and latency percentiles become counters of Google Benchmark. "
    "paceline runs each rate with each parallel. Without a URL, the requests go to an embedded "
    "endpoint.",
    R"(Exit status:
  0    success
  1    bad input, an API that did not answer, or a run with a larger share of
       failed requests than --paceline_max_error_ratio
  130  interrupted (Ctrl-C); 143 ended by SIGTERM, 129 by SIGHUP

Environment:
  OPENAI_API_KEY  the API's key; --paceline_api_key_env names another variable

Examples:
A grid of two rates, against the embedded endpoint:

  $ paceline --paceline_rpm=6000,60000 --paceline_parallel=100

An API, with one request per second for a minute:

  $ paceline --paceline_url=https://api.openai.com/v1

Tokens as they stream, for paceline_report:

  $ paceline --paceline_workload=chat/stream --benchmark_out=r.json

The highest rate at which p99 stays below two seconds:

  $ paceline --paceline_find_max='p99<2s,errors<0.1%'

Any other URL:

  $ paceline --paceline_http_url=http://127.0.0.1:8080/

A log of every request, for --paceline_resume after an interruption:

  $ paceline --paceline_requests=100 --paceline_log=run.sqlite)"};

/// The text of --help of `paceline_mpi`.
inline constexpr HelpTexts paceline_mpi_help{
    "Measures rate-limited HTTP and LLM APIs from many machines as one client: the processes that "
    "mpirun, srun or another launcher of MPI programs has started make the runs of paceline "
    "together. They share one schedule, one `parallel` and one set of results, which the first "
    "process prints and writes.",
    R"(Exit status of the first process:
  0    success
  1    bad input, an API that did not answer, a run with a larger share of failed
       requests than --paceline_max_error_ratio, or a process that was lost
  130  interrupted; 143 ended by SIGTERM, as mpirun does after Ctrl-C

Environment:
  OPENAI_API_KEY  the API's key; --paceline_api_key_env names another variable.
                  mpirun -x OPENAI_API_KEY passes it on to other machines

Examples:
Four processes on this machine, against the embedded endpoint:

  $ mpirun -np 4 paceline_mpi --paceline_rpm=100000

Two machines with two processes each:

  $ mpirun --host one:2,two:2 paceline_mpi --paceline_rpm=100000

A log for each process, such as run.0.sqlite, and its continuation:

  $ mpirun -np 4 paceline_mpi --paceline_log=run.sqlite
  $ mpirun -np 4 paceline_mpi --paceline_resume=run.sqlite)"};

}  // namespace paceline::programs
