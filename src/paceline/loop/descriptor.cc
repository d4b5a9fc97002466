#include <fmt/format.h>
#include <paceline/loop/descriptor.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace paceline::loop {

ErrorCode code_of_errno(int error) {
  return error == EMFILE || error == ENFILE ? ErrorCode::no_descriptor : ErrorCode::system_error;
}

tl::unexpected<Error> fail_to_open(std::string_view purpose, int error) {
  const ErrorCode code = code_of_errno(error);
  const char* what = code == ErrorCode::no_descriptor ? "no descriptor for" : "cannot open";
  return fail(code,
              fmt::format("{} {}: {}", what, purpose, std::generic_category().message(error)));
}

std::optional<int> lacks_descriptors(std::size_t count) {
  std::vector<Descriptor> opened;
  while (opened.size() < count) {
    opened.emplace_back(eventfd(0, EFD_CLOEXEC));
    if (!opened.back().is_open()) return errno;
  }
  return std::nullopt;
}

std::size_t raise_open_files_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024;
  rlimit raised = files;
  raised.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  return static_cast<std::size_t>(files.rlim_cur);
}

}  // namespace paceline::loop
