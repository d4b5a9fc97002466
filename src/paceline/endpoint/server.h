#pragma once

#include <microhttpd.h>
#include <paceline/endpoint/arrivals.h>
#include <paceline/endpoint/chat_reply.h>
#include <paceline/endpoint/endpoint.h>
#include <paceline/loop/alarm.h>
#include <paceline/loop/loop.h>

#include <atomic>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

namespace detail {
struct StopDaemon {
  void operator()(MHD_Daemon* daemon) const { MHD_stop_daemon(daemon); }
};
struct DropResponse {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};
}  // namespace detail

using DaemonPtr = std::unique_ptr<MHD_Daemon, detail::StopDaemon>;
using ResponsePtr = std::unique_ptr<MHD_Response, detail::DropResponse>;

/// What the endpoint's thread runs: libmicrohttpd on a loop, with replies held back to their due
/// time.
class Server {
 public:
  explicit Server(EndpointOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds the port; a sentence if that fails. Call once, before run().
  std::optional<std::string> listen();
  /// Serves until stop(), then closes every connection and the port.
  void run();
  /// From any thread.
  void stop();

  std::uint16_t port() const { return port_; }
  const std::string& address() const { return options_.address; }
  std::uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }
  std::vector<Arrival> record() const { return record_.all(); }

 private:
  struct Request {
    TimePoint due;
    std::size_t place = 0;
    bool too_long = false;
    std::string body;
    std::string reply;
    ResponsePtr response;
    unsigned status = 0;
  };
  struct Held {
    TimePoint due;
    MHD_Connection* connection;
    bool operator>(const Held& other) const { return due > other.due; }
  };

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                               const char* method, const char* version, const char* upload,
                               std::size_t* upload_size, void** request) noexcept;
  static void on_completed(void* self, MHD_Connection* connection, void** request,
                           MHD_RequestTerminationCode code) noexcept;
  static void on_log(void* self, const char* format, va_list values) noexcept;

  MHD_Result handle(MHD_Connection* connection, std::string_view path, std::string_view method,
                    std::string_view upload, Request& request);
  std::unique_ptr<Request> begin();
  void hold(MHD_Connection* connection, TimePoint due);
  void resume_due();
  void resume_all();
  void drive();

  void prepare(MHD_Connection* connection, std::string_view path, std::string_view method,
               Request& request);
  bool allowed(MHD_Connection* connection, Request& request) const;
  void answer_error(const ApiError& error, Request& request) const;
  void answer(unsigned status, const char* type, std::string_view body, Request& request) const;

  EndpointOptions options_;
  std::uint16_t port_ = 0;
  std::string demanded_;  // the Authorization header
  std::string trouble_;
  ChatReply chat_;
  std::string models_;
  ArrivalRecord record_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::unique_ptr<Request>> idle_;
  std::size_t requests_alive_ = 0;
  std::priority_queue<Held, std::vector<Held>, std::greater<>> held_;

  Loop loop_;
  Wakeup wakeup_;
  Timer timer_;
  Alarm alarm_;
  DaemonPtr daemon_;
  std::unique_ptr<SocketWatch> watch_;
};

}  // namespace paceline
