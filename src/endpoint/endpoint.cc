#include <endpoint/endpoint.h>
#include <endpoint/server.h>
#include <fmt/format.h>
#include <paceline/loop/timespec.h>
#include <pthread.h>

#include <thread>
#include <utility>

namespace paceline {
class Endpoint::Worker {
 public:
  Worker(std::unique_ptr<Loop> loop, EndpointOptions options)
      : loop_(std::move(loop)), server_(*loop_, std::move(options)) {}
  ~Worker() { stop(); }

  Server& server() { return server_; }

  void start() {
    thread_ = std::thread([this] {
      server_.run();
      spent_ = time_on(CLOCK_THREAD_CPUTIME_ID);
    });
  }

  void stop() {
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
  }

  std::chrono::nanoseconds cpu_time() {
    clockid_t clock{};
    if (!thread_.joinable() || pthread_getcpuclockid(thread_.native_handle(), &clock) != 0) {
      return spent_;
    }
    return time_on(clock);
  }

 private:
  std::unique_ptr<Loop> loop_;
  Server server_;
  std::chrono::nanoseconds spent_{0};
  std::thread thread_;
};

std::variant<std::unique_ptr<Endpoint>, std::string> Endpoint::start(EndpointOptions options) {
  auto loop = Loop::make();
  if (!loop) {
    return fmt::format("The endpoint could not start: {}; raise the limit (ulimit -n).",
                       loop.error().message);
  }
  auto worker = std::make_unique<Worker>(std::move(*loop), std::move(options));
  if (auto trouble = worker->server().listen()) return std::move(*trouble);
  worker->start();
  return std::unique_ptr<Endpoint>(new Endpoint(std::move(worker)));
}

Endpoint::Endpoint(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

Endpoint::~Endpoint() = default;

std::string Endpoint::url() const {
  return fmt::format("http://{}:{}/v1", worker_->server().address(), port());
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

void Endpoint::stop() {
  worker_->stop();
}

}  // namespace paceline
