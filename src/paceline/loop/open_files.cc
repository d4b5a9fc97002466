#include <paceline/loop/open_files.h>
#include <sys/resource.h>

namespace paceline {

std::size_t raise_open_files_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024;
  rlimit raised = files;
  raised.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  return static_cast<std::size_t>(files.rlim_cur);
}

}  // namespace paceline
