// Writes a log for log_test.py: write_log FILE, with one JSON object per line on the standard
// input. One with "run" begins a run, the others are requests of the last run, by the names of the
// columns.

#include <fmt/format.h>
#include <paceline/log/request_log.h>
#include <simdjson.h>

#include <cstdlib>
#include <iostream>

namespace paceline {
namespace {

using Object = simdjson::dom::element;

std::string text(Object object, std::string_view key) {
  std::string_view value;
  return object[key].get(value) == simdjson::SUCCESS ? std::string(value) : "";
}

std::int64_t number(Object object, std::string_view key) {
  std::int64_t value = 0;
  return object[key].get(value) == simdjson::SUCCESS ? value : 0;
}

int write(const char* path) {
  const auto opened = log::RequestLog::open(path);
  if (!opened) {
    fmt::print(stderr, "{}\n", opened.error().message);
    return EXIT_FAILURE;
  }
  log::RequestLog& log = **opened;
  std::int64_t run = 0;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(std::cin, line);) {
    const Object object = parser.parse(line).value();
    if (object["run"].error() == simdjson::SUCCESS) {
      log::LoggedRun about{.name = text(object, "run"),
                           .workload = text(object, "workload"),
                           .resumed = number(object, "resumed") != 0,
                           .model = text(object, "model")};
      if (object["identity"].error() == simdjson::SUCCESS) {
        about.identity = static_cast<std::uint64_t>(number(object, "identity"));
        about.rank = static_cast<std::uint64_t>(number(object, "rank"));
        about.ranks = static_cast<std::uint64_t>(number(object, "ranks"));
      }
      run = log.begin_run(about).value();
      continue;
    }
    const std::string custom_id = text(object, "custom_id");
    const std::string error = text(object, "error");
    const std::string response = text(object, "response");
    log.add(run, {.item = static_cast<std::uint64_t>(number(object, "item")),
                  .custom_id = custom_id,
                  .status = number(object, "status"),
                  .error = error,
                  .response = response});
  }
  const auto closed = log.close();
  if (!closed) fmt::print(stderr, "{}\n", closed.error().message);
  return closed ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  return argc == 2 ? paceline::write(argv[1]) : EXIT_FAILURE;
}
