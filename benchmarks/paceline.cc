// The `paceline` program: chat completions and plain HTTP over a grid of rpm and parallel.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <paceline/gbench/measure.h>
#include <paceline/gbench/program.h>
#include <paceline/gbench/session.h>
#include <paceline/workload/chat.h>
#include <paceline/workload/plain_http.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
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
  void add_flags(CLI::App& app) override;
  std::string register_benchmarks() override;
  std::string check() override;

 private:
  std::string register_http();
  void register_family(const std::string& name, std::unique_ptr<paceline::Workload> workload);
  Grid whole_grid() const;

  Grid asked_;
  paceline::Chat chat_;
  std::string http_url_;
  std::string http_body_file_;
  std::vector<std::unique_ptr<paceline::Workload>> workloads_;
};

void PacelineSuite::add_flags(CLI::App& app) {
  paceline::add_list_flag(app, "--paceline_rpm", asked_.rpm, 0, 60'000'000,
                          "Requests per minute, a comma-separated list; 0 is unpaced "
                          "[60000,100000; with a URL 60]");
  paceline::add_list_flag(
      app, "--paceline_parallel", asked_.parallel, 1, 100'000,
      "Most requests in flight, a comma-separated list [100,500; with a URL 10]");
  app.add_option("--paceline_requests", asked_.requests,
                 "Counted requests of each run [10000; with a URL 60]")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
      ->type_name("N");
  app.add_option("--paceline_model", chat_.model, "Model [gpt-4o-mini]")->type_name("NAME");
  app.add_option("--paceline_max_tokens", chat_.max_tokens,
                 "Most tokens in a reply [not sent, the server decides]")
      ->type_name("N");
  app.add_option("--paceline_temperature", chat_.temperature, "Sampling temperature [0]")
      ->check(CLI::Range(0.0, 2.0));
  app.add_option("--paceline_system", chat_.system,
                 "System message; empty: none [an expert translator]");
  app.add_option("--paceline_prompt", chat_.prompt,
                 "User message; each {n} becomes the request's number, which defeats caches "
                 "[Translate: sentence #{n}: ...]");
  app.add_option("--paceline_http_url", http_url_,
                 "Measures plain requests to this URL too, as http/get, or http/post with a body")
      ->check(paceline::check_url)
      ->type_name("URL");
  app.add_option("--paceline_http_body", http_body_file_,
                 "File whose content http/post sends, as application/json")
      ->type_name("FILE");
}

Grid PacelineSuite::whole_grid() const {
  const bool real_api = !paceline::Session::global().options().url.empty() || !http_url_.empty();
  Grid grid = real_api ? api_grid : embedded_grid;
  if (!asked_.rpm.empty()) grid.rpm = asked_.rpm;
  if (!asked_.parallel.empty()) grid.parallel = asked_.parallel;
  if (asked_.requests > 0) grid.requests = asked_.requests;
  return grid;
}

void PacelineSuite::register_family(const std::string& name,
                                    std::unique_ptr<paceline::Workload> workload) {
  paceline::Workload& measured = *workload;
  workloads_.push_back(std::move(workload));
  const Grid grid = whole_grid();
  benchmark::RegisterBenchmark(
      name.c_str(), [&measured](benchmark::State& state) { paceline::measure(state, measured); })
      ->ArgNames({"rpm", "parallel"})
      ->ArgsProduct({grid.rpm, grid.parallel})
      ->Iterations(grid.requests)
      ->Unit(benchmark::kMicrosecond)
      ->UseManualTime();
}

std::string PacelineSuite::register_http() {
  if (http_body_file_.empty()) {
    register_family("http/get", paceline::make_workload(paceline::PlainHttp{.url = http_url_}));
    return {};
  }
  std::ifstream file(http_body_file_, std::ios::binary);
  if (!file || std::filesystem::is_directory(http_body_file_)) {
    return fmt::format("--paceline_http_body: cannot read '{}': check the path and its permissions",
                       http_body_file_);
  }
  std::string body{std::istreambuf_iterator<char>(file), {}};
  register_family(
      "http/post",
      paceline::make_workload(paceline::PlainHttp{
          .url = http_url_, .method = paceline::Method::post, .body = std::move(body)}));
  return {};
}

std::string PacelineSuite::register_benchmarks() {
  if (http_url_.empty() && !http_body_file_.empty()) {
    return "--paceline_http_body needs --paceline_http_url, the URL to post it to";
  }
  const paceline::Session& session = paceline::Session::global();
  if (http_url_.empty() || !session.options().url.empty()) {
    benchmark::AddCustomContext("model", chat_.model);
    register_family("chat/complete", paceline::make_workload(session.api(), chat_));
  }
  return http_url_.empty() ? std::string() : register_http();
}

std::string PacelineSuite::check() {
  for (const auto& workload : workloads_) {
    std::string why = paceline::check(*workload);
    if (!why.empty()) return why;
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  PacelineSuite suite;
  return paceline::run_program(argc, argv, suite);
}
