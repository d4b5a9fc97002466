// The `paceline` program: language models and plain HTTP over a grid of rpm and parallel.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <paceline/gbench/flags.h>
#include <paceline/gbench/measure.h>
#include <paceline/gbench/program.h>
#include <paceline/gbench/session.h>
#include <paceline/gbench/workload_flags.h>
#include <paceline/log/logged_slots.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

/// The rpm x parallel grid, and how many requests each of its runs sends.
struct Grid {
  std::vector<std::int64_t> rpm;
  std::vector<std::int64_t> parallel;
  std::int64_t requests = 0;
};

// What a run against the embedded endpoint may cost is time; against a real API it is money.
const Grid embedded_grid{{60'000, 100'000}, {100, 500}, 10'000};
const Grid api_grid{{60}, {10}, 60};

class PacelineSuite : public paceline::Suite {
 public:
  void add_flags(CLI::App& app, paceline::Options& options) override;
  std::string register_benchmarks() override;
  bool has_work() const override { return !families_.empty(); }
  std::string check() override;

 private:
  void register_family(const paceline::Family& family);
  std::string resume(paceline::Family& family);
  std::string pace_at_limit();
  Grid grid_of(const paceline::Family& family) const;

  Grid asked_;
  paceline::WorkloadFlags flags_;
  bool is_resumed_ = false;
  bool asks_for_limit_ = false;
  std::vector<paceline::Family> families_;
};

void PacelineSuite::add_flags(CLI::App& app, paceline::Options& options) {
  paceline::add_list_flag(app, "--paceline_rpm", asked_.rpm, 0, 60'000'000,
                          "Requests per minute, a comma-separated list; 0 is unpaced, and auto "
                          "what the server says that the account may send "
                          "[60000,100000; with a URL 60]",
                          &asks_for_limit_);
  paceline::add_list_flag(
      app, "--paceline_parallel", asked_.parallel, 1, 100'000,
      "Most requests in flight, a comma-separated list [100,500; with a URL 10]");
  app.add_option("--paceline_requests", asked_.requests,
                 "Counted requests of each run [10000; with a URL 60; all of a file]")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
      ->type_name("N");
  app.add_option_function<std::string>(
         "--paceline_resume",
         [this, &options](const std::string& file) {
           is_resumed_ = true;
           options.log_file = file;
         },
         "Sends only the requests that have no good reply in this log of the same run, and adds "
         "them to it: give the same flags as before, with this one for --paceline_log")
      ->check(CLI::ExistingFile)
      ->excludes("--paceline_log")
      ->type_name("FILE.sqlite");
  paceline::add_flags(app, flags_);
}

Grid PacelineSuite::grid_of(const paceline::Family& family) const {
  const bool real_api =
      !paceline::Session::global().options().url.empty() || !flags_.http_url.empty();
  Grid grid = real_api ? api_grid : embedded_grid;
  if (family.size > 0) grid.requests = static_cast<std::int64_t>(family.size);
  if (!asked_.rpm.empty()) grid.rpm = asked_.rpm;
  if (!asked_.parallel.empty()) grid.parallel = asked_.parallel;
  if (asked_.requests > 0) grid.requests = asked_.requests;
  if (!family.slots.empty()) grid.requests = static_cast<std::int64_t>(family.slots.size());
  return grid;
}

void PacelineSuite::register_family(const paceline::Family& family) {
  paceline::Workload& workload = *family.workload;
  const std::vector<std::uint64_t>& slots = family.slots;
  const Grid grid = grid_of(family);
  auto* runs = benchmark::RegisterBenchmark(
      workload.describe().name.c_str(),
      [&workload, &slots](benchmark::State& state) { paceline::measure(state, workload, slots); });
  runs->ArgNames({"rpm", "parallel"})
      ->ArgsProduct({grid.rpm, grid.parallel})
      ->Iterations(grid.requests)
      ->Unit(benchmark::kMicrosecond)
      ->UseManualTime();
  // A repetition would send again what has just got its reply.
  if (is_resumed_) runs->Repetitions(1);
}

/// Leaves the family the slots without a good reply.
std::string PacelineSuite::resume(paceline::Family& family) {
  const Grid grid = grid_of(family);
  if (grid.rpm.size() != 1 || grid.parallel.size() != 1) {
    return "--paceline_resume goes on with one run: give one --paceline_rpm and one "
           "--paceline_parallel";
  }
  const paceline::Description description = family.workload->describe();
  const auto read = paceline::read_logged_slots(paceline::Session::global().options().log_file,
                                                description.name, description.asks);
  if (const auto* why = std::get_if<std::string>(&read)) return *why;
  family.slots =
      std::get<paceline::LoggedSlots>(read).missing(0, static_cast<std::uint64_t>(grid.requests));
  fmt::print(stderr, "{}: {} of {} requests are left to send\n", description.name,
             family.slots.size(), grid.requests);
  return {};
}

std::string PacelineSuite::register_benchmarks() {
  const paceline::Session& session = paceline::Session::global();
  auto made = paceline::make_families(flags_, session.options(), session.api());
  if (auto* why = std::get_if<std::string>(&made)) return std::move(*why);
  families_ = std::get<std::vector<paceline::Family>>(std::move(made));
  if (asks_for_limit_) {
    if (std::string why = pace_at_limit(); !why.empty()) return why;
  }
  for (paceline::Family& family : families_) {
    if (!is_resumed_) break;
    if (std::string why = resume(family); !why.empty()) return why;
  }
  std::erase_if(families_, [this](const paceline::Family& family) {
    return is_resumed_ && family.slots.empty();
  });
  std::set<std::string> models;
  for (const paceline::Family& family : families_) {
    register_family(family);
    models.insert(family.workload->describe().model);
  }
  models.erase("");
  if (!models.empty())
    benchmark::AddCustomContext("model", fmt::format("{}", fmt::join(models, ", ")));
  return {};
}

void say_limit(const char* what, const paceline::RateLimit& limit) {
  if (!limit.limit) return;
  fmt::print(stderr, "The account may send {} {} a minute", *limit.limit, what);
  if (limit.remaining) fmt::print(stderr, "; {} are left now", *limit.remaining);
  fmt::print(stderr, ".\n");
}

/// Asks the server what the account may send.
std::string PacelineSuite::pace_at_limit() {
  const paceline::Preflight preflight = paceline::try_api(*families_.front().workload);
  if (!preflight.failure.empty()) return preflight.failure;
  const auto limit = preflight.limits.requests.limit;
  if (!limit || *limit == 0) {
    return "--paceline_rpm=auto: the server tells no limit (x-ratelimit-limit-requests); give a "
           "number";
  }
  asked_.rpm = {static_cast<std::int64_t>(*limit)};
  return {};
}

std::string PacelineSuite::check() {
  for (const paceline::Family& family : families_) {
    const paceline::Preflight preflight = paceline::try_api(*family.workload);
    if (!preflight.failure.empty()) return preflight.failure;
    say_limit("requests", preflight.limits.requests);
    say_limit("tokens", preflight.limits.tokens);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  PacelineSuite suite;
  return paceline::run_program(argc, argv, suite);
}
