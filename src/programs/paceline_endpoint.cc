#include <endpoint/endpoint.h>
#include <fmt/format.h>
#include <paceline/text/write.h>
#include <programs/arguments.h>
#include <programs/endpoint_flags.h>
#include <programs/flags.h>
#include <programs/help.h>
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>

namespace paceline {
namespace {

using std::chrono::nanoseconds;

// Of 48 bytes each, taken at the start: room for a run of a million requests and its warm-up.
constexpr std::size_t recorded_arrivals = 2'000'000;

constexpr char footer[] = R"(Examples:
Answers after 50 ms:

  $ paceline_endpoint --port=8080 --latency=50ms

Streams a token each 10 ms, 64 responses at once:

  $ paceline_endpoint --token_time=10ms --concurrency=64)";

struct Flags {
  std::uint16_t port = 0;
  std::string address = "127.0.0.1";
  EndpointFlags behaviour;
  std::string key_variable;
  std::string arrivals_file;
  bool has_kernel_times = false;
};

void add_endpoint_program_flags(CLI::App& app, Flags& flags) {
  app.option_defaults()->group("Connection");
  constexpr std::uint16_t last_port = 65'535;
  add_number_flag(app, "--port", flags.port, std::uint16_t{0}, last_port,
                  "Port to listen on, such as 8080; 0 lets the system choose [0]")
      ->type_name("PORT");
  app.add_option("--address", flags.address,
                 "IPv4 address to listen on, such as 0.0.0.0 for all [127.0.0.1]")
      ->type_name("ADDRESS");
  app.add_option(
         "--require_key_env", flags.key_variable,
         "Environment variable that holds the API key to demand, such as MY_KEY [demand none]")
      ->type_name("NAME");
  app.option_defaults()->group("Responses");
  add_flags(app, "--", flags.behaviour);
  app.option_defaults()->group("Results");
  app.add_option(
         "--arrivals", flags.arrivals_file,
         "File for the time of each arrival at the end: nanoseconds on the monotonic clock, "
         "one a line, the first 2,000,000, such as arrivals.txt [none]")
      ->type_name("FILE");
  app.add_flag("--kernel_times", flags.has_kernel_times,
               "Arrivals are when the kernel had them, and latencies count from then, instead of "
               "from when the endpoint came to read them; costs it a microsecond a request");
}

std::optional<std::string> read_options(const Flags& flags, EndpointOptions& options) {
  auto behaviour = endpoint_options(flags.behaviour, "--", 1);
  if (auto* why = std::get_if<std::string>(&behaviour)) return std::move(*why);
  options = std::move(std::get<EndpointOptions>(behaviour));
  options.port = flags.port;
  options.address = flags.address;
  options.record_arrivals = recorded_arrivals;
  options.has_kernel_times = flags.has_kernel_times;
  if (flags.key_variable.empty()) return std::nullopt;
  const char* key = std::getenv(flags.key_variable.c_str());
  if (key == nullptr || *key == '\0') {
    return fmt::format("The environment variable {} is empty: put the key to demand into it.",
                       flags.key_variable);
  }
  options.required_key = key;
  return std::nullopt;
}

double milliseconds(nanoseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

/// Some of the durations of a record, in ascending order.
class Durations {
 public:
  void add(std::optional<nanoseconds> duration) {
    if (duration) all_.push_back(*duration);
  }
  void sort() { std::sort(all_.begin(), all_.end()); }
  bool empty() const { return all_.empty(); }
  std::size_t count() const { return all_.size(); }
  nanoseconds at(double share) const {
    return all_[static_cast<std::size_t>(share * static_cast<double>(all_.size() - 1))];
  }

 private:
  std::vector<nanoseconds> all_;
};

void print_response_times(const std::vector<Arrival>& record) {
  Durations late;
  Durations took;
  for (const auto& arrival : record) {
    if (arrival.responded == TimePoint::max()) continue;
    late.add(arrival.responded - arrival.due);
    took.add(arrival.responded - arrival.arrived);
  }
  if (late.empty()) return;
  late.sort();
  took.sort();
  say_lines(
      fmt::format("responses left {:.3f} ms after their arrival (p50), {:.3f} ms (p99); after "
                  "their due time by "
                  "{:.0f} us (p50), {:.0f} us (p99)",
                  milliseconds(took.at(0.5)), milliseconds(took.at(0.99)),
                  milliseconds(late.at(0.5)) * 1e3, milliseconds(late.at(0.99)) * 1e3));
}

void print_token_times(const std::vector<Arrival>& record, const Histogram& gaps) {
  Durations first;
  Durations each;
  for (const auto& arrival : record) {
    first.add(arrival.first_token_time());
    each.add(arrival.time_per_token());
  }
  if (first.empty()) return;
  first.sort();
  std::string line = fmt::format(
      "{} responses streamed: first tokens left {:.3f} ms after their arrival (p50), {:.3f} ms "
      "(p99)",
      first.count(), milliseconds(first.at(0.5)), milliseconds(first.at(0.99)));
  if (!each.empty()) {
    each.sort();
    line += fmt::format(
        "; each other token {:.3f} ms after the one before (p50), {:.3f} ms (p99); {:.3f} ms a "
        "token in a response (p50), {:.3f} ms (p99)",
        milliseconds(gaps.quantile(0.5)), milliseconds(gaps.quantile(0.99)),
        milliseconds(each.at(0.5)), milliseconds(each.at(0.99)));
  }
  say_lines(line);
}

void print_summary(const Endpoint& endpoint) {
  using namespace std::chrono_literals;
  const auto requests = endpoint.requests();
  const auto arrivals = endpoint.arrivals();
  say_lines(fmt::format("{} requests, at most {} in 1 ms, {} in 10 ms, {} in 1 s", requests,
                        most_in_window(arrivals, 1ms), most_in_window(arrivals, 10ms),
                        most_in_window(arrivals, 1s)));
  if (requests > arrivals.size()) {
    say_lines(fmt::format("only the first {} were recorded", arrivals.size()));
  }
  if (requests == 0) return;
  say_lines(fmt::format(
      "{:.2f} us CPU a request",
      static_cast<double>(endpoint.cpu_time().count()) / 1e3 / static_cast<double>(requests)));
  const auto record = endpoint.record();
  print_response_times(record);
  print_token_times(record, endpoint.token_gaps());
}

bool write_arrivals(const Endpoint& endpoint, const std::string& file) {
  std::ofstream out(file);
  for (const auto arrival : endpoint.arrivals()) {
    out << nanoseconds(arrival.time_since_epoch()).count() << '\n';
  }
  out.close();
  if (out) return true;
  say_lines(
      fmt::format("Could not write the arrivals to '{}': name a file that can be written.", file));
  return false;
}

int serve(const Flags& flags) {
  EndpointOptions options;
  if (const auto trouble = read_options(flags, options)) {
    say_lines(*trouble);
    return EXIT_FAILURE;
  }
  // Blocked before the endpoint's thread starts, so that only sigwait() sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  auto started = Endpoint::start(std::move(options));
  if (const auto* sentence = std::get_if<std::string>(&started)) {
    say_lines(*sentence);
    return EXIT_FAILURE;
  }
  auto& endpoint = *std::get<std::unique_ptr<Endpoint>>(started);
  if (!write_text(stdout, endpoint.url() + '\n')) {
    say_lines("The URL could not be written to the standard output: make room on its disk.");
    return EXIT_FAILURE;
  }

  int signal = 0;
  sigwait(&ends, &signal);
  endpoint.stop();
  print_summary(endpoint);
  if (flags.arrivals_file.empty()) return EXIT_SUCCESS;
  return write_arrivals(endpoint, flags.arrivals_file) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) {
  paceline::open_missing_standard_streams();
  CLI::App app(
      "An OpenAI-shaped endpoint for any client: prints its URL, serves until interrupted, "
      "then prints what arrived.");
  app.name("paceline_endpoint");
  paceline::set_help_layout(app);
  app.footer(paceline::footer);
  app.option_defaults()->take_last();
  paceline::Flags flags;
  paceline::add_endpoint_program_flags(app, flags);
  app.set_version_flag("--version", paceline::version_text("paceline_endpoint"),
                       "Shows the versions of the program and of its libraries");
  if (const auto code = paceline::parse_arguments(app, argc, argv)) return *code;
  return paceline::serve(flags);
}
