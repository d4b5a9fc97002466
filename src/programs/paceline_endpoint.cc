#include <fmt/format.h>
#include <paceline/endpoint.h>
#include <paceline/text/console.h>
#include <programs/arguments.h>
#include <programs/config_file.h>
#include <programs/flags.h>
#include <programs/help.h>
#include <programs/options.h>
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>

namespace paceline::programs {
namespace {

using std::chrono::nanoseconds;

// Enough for a run of a million requests and its warm-up. The memory, 48 bytes per request, is
// allocated at the start.
constexpr std::size_t recorded_arrivals = 2'000'000;

constexpr char footer[] = R"(Examples:
Answers after 50 ms:

  $ paceline_endpoint --port=8080 --latency=50ms

Streams a token every 10 ms, 64 responses at once:

  $ paceline_endpoint --token_time=10ms --concurrency=64)";

struct Flags {
  EndpointOptions endpoint;
  std::string key_variable;
  std::string arrivals_file;
};

void complain(const std::string& why) {
  text::say_lines("paceline_endpoint: " + why);
}

void add_endpoint_program_flags(CLI::App& app, Flags& flags) {
  app.option_defaults()->group("Connection");
  constexpr std::uint16_t last_port = 65'535;
  add_number_flag(app, "--port", flags.endpoint.port, std::uint16_t{0}, last_port,
                  "Port to listen on, such as 8080; 0: the system chooses a free port [0]")
      ->type_name("PORT");
  app.add_option("--address", flags.endpoint.address,
                 "IPv4 address to listen on, such as 0.0.0.0 for all [127.0.0.1]")
      ->type_name("ADDRESS");
  app.add_option("--unix_socket", flags.endpoint.unix_socket,
                 "Path of a Unix socket to listen on beside the port, such as /tmp/endpoint.sock "
                 "[none]")
      ->type_name("PATH");
  app.add_option("--cert", flags.endpoint.cert_file,
                 "PEM file with the server's certificate, such as server.pem. The endpoint then "
                 "serves HTTPS instead of HTTP, in HTTP/1.1 [no TLS]")
      ->type_name("FILE");
  app.add_option("--key", flags.endpoint.key_file,
                 "PEM file with the certificate's key, not encrypted, such as server.key [the file "
                 "of --cert]")
      ->type_name("FILE");
  app.add_option(
         "--require_key_env", flags.key_variable,
         "Environment variable with the API key that the endpoint requires, such as MY_KEY [none]")
      ->type_name("NAME");
  app.option_defaults()->group("Responses");
  add_flags(app, "--", flags.endpoint);
  app.option_defaults()->group("Results");
  app.add_option(
         "--arrivals", flags.arrivals_file,
         "File for the times of the first 2,000,000 arrivals, written at exit: nanoseconds on the "
         "monotonic clock, one per line; such as arrivals.txt [none]")
      ->type_name("FILE");
  app.add_flag("--kernel_times", flags.endpoint.has_kernel_times,
               "Takes arrival times from the kernel's timestamps instead of from when the endpoint "
               "reads the requests. Latencies count from these times. Needs 1 us more CPU per "
               "request");
}

/// Completes the endpoint's options.
Result<void> complete_options(Flags& flags) {
  flags.endpoint.record_arrivals = recorded_arrivals;
  if (auto checked = check_endpoint_flags(flags.endpoint, "--"); !checked) return checked;
  if (flags.key_variable.empty()) return {};
  const char* key = std::getenv(flags.key_variable.c_str());
  if (key == nullptr || *key == '\0') {
    return fail(ErrorCode::invalid_value,
                fmt::format("the environment variable {} is empty; set it to the key to require",
                            flags.key_variable));
  }
  flags.endpoint.required_key = key;
  return {};
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
  text::say_lines(
      fmt::format("responses: sent {:.3f} ms (p50), {:.3f} ms (p99) after the arrival; {:.0f} us "
                  "(p50), {:.0f} us (p99) after the due time",
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
      "{} streamed responses: first token sent {:.3f} ms (p50), {:.3f} ms (p99) after the arrival",
      first.count(), milliseconds(first.at(0.5)), milliseconds(first.at(0.99)));
  if (!each.empty()) {
    each.sort();
    line += fmt::format(
        "; between tokens {:.3f} ms (p50), {:.3f} ms (p99); per token of a response {:.3f} ms "
        "(p50), {:.3f} ms (p99)",
        milliseconds(gaps.quantile(0.5)), milliseconds(gaps.quantile(0.99)),
        milliseconds(each.at(0.5)), milliseconds(each.at(0.99)));
  }
  text::say_lines(line);
}

void print_summary(const Endpoint& endpoint) {
  using namespace std::chrono_literals;
  const auto requests = endpoint.requests();
  const auto arrivals = endpoint.arrivals();
  text::say_lines(fmt::format("{} requests, at most {} in 1 ms, {} in 10 ms, {} in 1 s", requests,
                              most_in_window(arrivals, 1ms), most_in_window(arrivals, 10ms),
                              most_in_window(arrivals, 1s)));
  if (requests > arrivals.size()) {
    text::say_lines(fmt::format("only the first {} arrivals were recorded", arrivals.size()));
  }
  if (requests == 0) return;
  text::say_lines(fmt::format(
      "{:.2f} us CPU per request",
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
  complain(fmt::format("cannot write the arrivals to '{}'; name a writable file", file));
  return false;
}

std::string start_error_text(const Error& error) {
  switch (error.code) {
    case ErrorCode::port_in_use:
      return error.message + "; choose another --port, or 0 for any free port";
    case ErrorCode::socket_path_unusable:
      return error.message + "; choose another --unix_socket";
    case ErrorCode::no_descriptor:
      return error.message + "; raise the limit on open files (ulimit -n)";
    case ErrorCode::endpoint_tls_missing:
      return error.message + "; install a libmicrohttpd with TLS, or leave out --cert";
    case ErrorCode::endpoint_certificate_unusable:
      return error.message +
             "; give --cert a PEM file with the certificate, and --key one with its key, not "
             "encrypted";
    case ErrorCode::listen_failed:
    case ErrorCode::invalid_value:
      return error.message + "; give an IPv4 address of this machine with --address";
    default:
      return error.message;
  }
}

int serve(Flags& flags) {
  if (const auto completed = complete_options(flags); !completed) {
    complain(completed.error().message);
    return EXIT_FAILURE;
  }
  // Blocked before the endpoint's thread starts, so that only sigwait() sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  Endpoint endpoint(flags.endpoint);
  if (const auto error = endpoint.start()) {
    complain(start_error_text(*error));
    return EXIT_FAILURE;
  }
  if (!text::write_text(stdout, endpoint.url() + '\n')) {
    complain("cannot write the URL to the standard output; free space on its disk");
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
}  // namespace paceline::programs

int main(int argc, char** argv) {
  paceline::text::open_missing_standard_streams();
  CLI::App app(
      "A server that stands in for the OpenAI API. Prints its URL, serves until interrupted, then "
      "prints a summary of the arrivals.");
  app.name("paceline_endpoint");
  paceline::programs::set_help_layout(app);
  app.footer(paceline::programs::footer);
  app.option_defaults()->take_last();
  paceline::programs::Flags flags;
  paceline::programs::add_endpoint_program_flags(app, flags);
  app.option_defaults()->group("General");
  paceline::programs::add_config_flag(app, "--config", "--");
  app.set_version_flag("--version", paceline::programs::version_text("paceline_endpoint"),
                       "Shows the versions of the program and of its libraries");
  if (const auto code = paceline::programs::parse_arguments(app, argc, argv)) return *code;
  return paceline::programs::serve(flags);
}
