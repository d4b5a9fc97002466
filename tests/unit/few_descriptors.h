#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>

namespace paceline {

/// Whether the undefined behaviour sanitizer is on. Its check of virtual calls probes memory
/// through a pipe, and reports an error where no descriptor is left for the pipe.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool sanitizer_needs_descriptors = true;
#else
inline constexpr bool sanitizer_needs_descriptors = false;
#endif
#else
inline constexpr bool sanitizer_needs_descriptors = false;
#endif

/// Runs `action` in a child process that can open only `count` further descriptors. Returns whether
/// the action returned true; false also when the process was aborted.
inline bool with_few_descriptors(unsigned count, const std::function<bool()>& action) {
  const pid_t child = fork();
  if (child == 0) {
    int highest = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      highest = std::max(highest, std::stoi(entry.path().filename()));
    }
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = static_cast<rlim_t>(highest) + 1;
    setrlimit(RLIMIT_NOFILE, &files);
    // The limit is of numbers, so the free ones below it are taken first.
    while (dup(STDIN_FILENO) >= 0) {
    }
    files.rlim_cur += count;
    files.rlim_max = files.rlim_cur;
    _exit(setrlimit(RLIMIT_NOFILE, &files) == 0 && action() ? 0 : 1);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace paceline
