#include <endpoint/options.h>
#include <endpoint/server.h>
#include <fmt/format.h>
#include <paceline/endpoint.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/timers.h>
#include <pthread.h>

#include <cassert>
#include <thread>
#include <utility>

namespace paceline {
namespace {

std::string message_of(const endpoint::InvalidOption& invalid) {
  using Reason = endpoint::InvalidOption::Reason;
  switch (invalid.reason) {
    case Reason::above_p99:
      return fmt::format("{0} must be above 0 and at most {0}_p99", invalid.field);
    case Reason::queue_without_concurrency:
      return "a queue needs a concurrency above 0";
    case Reason::key_without_certificate:
      return "a key_file needs a cert_file";
    case Reason::out_of_range:
      break;
  }
  return fmt::format("{} is out of range", invalid.field);
}

}  // namespace

/// The server and its thread.
class Endpoint::Worker {
 public:
  explicit Worker(EndpointOptions options) : options_(std::move(options)) {}
  ~Worker() { stop(); }

  Result<void> start() {
    if (const auto invalid = endpoint::find_invalid_option(options_)) {
      return fail(ErrorCode::invalid_value, message_of(*invalid));
    }
    auto loop = loop::Loop::make();
    if (!loop) return tl::unexpected(std::move(loop.error()));
    loop_ = std::move(*loop);
    server_ = std::make_unique<endpoint::Server>(*loop_, std::move(options_));
    if (auto listening = server_->listen(); !listening) return listening;
    thread_ = std::thread([this] {
      server_->run();
      spent_ = loop::time_on(CLOCK_THREAD_CPUTIME_ID);
    });
    return {};
  }

  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }

  endpoint::Server& server() {
    assert(server_);
    return *server_;
  }

  std::chrono::nanoseconds cpu_time() {
    clockid_t clock{};
    if (!thread_.joinable() || pthread_getcpuclockid(thread_.native_handle(), &clock) != 0) {
      return spent_;
    }
    return loop::time_on(clock);
  }

 private:
  EndpointOptions options_;
  std::unique_ptr<loop::Loop> loop_;
  std::unique_ptr<endpoint::Server> server_;
  std::chrono::nanoseconds spent_{0};
  std::thread thread_;
};

Endpoint::Endpoint(EndpointOptions options)
    : worker_(std::make_unique<Worker>(std::move(options))) {}

Endpoint::~Endpoint() = default;

std::optional<Error> Endpoint::start() {
  auto started = worker_->start();
  if (!started) return std::move(started.error());
  return std::nullopt;
}

void Endpoint::stop() {
  worker_->stop();
}

std::string Endpoint::url() const {
  return worker_->server().origin() + "/v1";
}

std::uint16_t Endpoint::port() const {
  return worker_->server().port();
}

std::uint64_t Endpoint::requests() const {
  return worker_->server().requests();
}

std::vector<TimePoint> Endpoint::arrivals() const {
  std::vector<TimePoint> times;
  for (const auto& arrival : record()) times.push_back(arrival.arrived);
  return times;
}

std::vector<Arrival> Endpoint::record() const {
  return worker_->server().record();
}

Histogram Endpoint::token_gaps() const {
  return worker_->server().token_gaps();
}

std::chrono::nanoseconds Endpoint::cpu_time() const {
  return worker_->cpu_time();
}

}  // namespace paceline
