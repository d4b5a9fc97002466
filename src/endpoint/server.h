#pragma once

#include <endpoint/arrivals.h>
#include <endpoint/capacity.h>
#include <endpoint/embedder.h>
#include <endpoint/idle_connections.h>
#include <endpoint/lingering_connections.h>
#include <endpoint/metrics.h>
#include <endpoint/random_models.h>
#include <endpoint/rate_limiter.h>
#include <endpoint/receive_notes.h>
#include <endpoint/received_head.h>
#include <endpoint/request_reader.h>
#include <endpoint/token_stream.h>
#include <microhttpd.h>
#include <paceline/loop/descriptor.h>
#include <paceline/loop/listener.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/precise_timer.h>
#include <paceline/text/result.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::endpoint {

namespace detail {
struct StopDaemon {
  void operator()(MHD_Daemon* daemon) const { MHD_stop_daemon(daemon); }
};
struct DropResponse {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};
}  // namespace detail

/// Owns a server of libmicrohttpd, and stops it.
using DaemonPtr = std::unique_ptr<MHD_Daemon, detail::StopDaemon>;
using ResponsePtr = std::unique_ptr<MHD_Response, detail::DropResponse>;

/// Appends a model as the OpenAI API lists it; `created` is in seconds since 1970.
void append_model(std::string_view id, std::uint64_t created, std::string& out);

/// What the endpoint's thread runs: libmicrohttpd on a loop, with responses held back to their due
/// time.
class Server {
 public:
  Server(Loop& loop, EndpointOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds the port. Call once, before run(). Errors: invalid_value for an address that is not
  /// IPv4, port_in_use, listen_failed, no_descriptor.
  Result<void> listen();
  /// Serves until stop(), then closes every connection and the port.
  void run();
  /// From any thread.
  void stop();

  std::uint16_t port() const { return listener_.port(); }
  const std::string& address() const { return options_.address; }
  std::uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }
  std::vector<Arrival> record() const { return record_.all(); }
  Histogram token_gaps() const { return record_.token_gaps(); }

 private:
  struct Request;
  /// Some of the connections, with a daemon of their own.
  struct Group {
    Server* server = nullptr;
    std::size_t connections = 0;
    bool has_resumed = false;
    DaemonPtr daemon;
    std::unique_ptr<Poll> watch;
  };
  /// A connection, which may be held back with a request.
  struct Peer {
    Group* group = nullptr;
    Request* request = nullptr;
    std::unique_ptr<Poll> watch;
    ReceiveNote came;
    bool has_unread_body = false;
    bool is_ending = false;
  };
  using Held = std::multimap<TimePoint, Request*>;
  struct Request {
    Server* server = nullptr;
    MHD_Connection* connection = nullptr;
    Peer* peer = nullptr;
    TimePoint arrived;
    TimePoint due;  // of the response, or of the next piece of one that streams
    std::chrono::nanoseconds first_token_time{0};
    std::size_t recorded = 0;
    bool has_gone = false;
    bool is_generated = false;  // by a model, whose tokens count
    std::string id;             // the response's x-request-id
    ReceivedHead head;
    std::optional<ApiError> refusal;  // of a body that is not kept
    std::string body;
    std::string response_body;
    Generation generation;
    TokenStream stream;
    const GenerationFormat* format = nullptr;  // only of a response that streams
    Capacity<Request>::Place place;
    std::optional<Held::iterator> held;
    ResponsePtr response;
    unsigned status = 0;
    std::string_view whole;  // the body of a response that does not stream
    std::optional<Fault> fault;
    std::size_t bytes_sent = 0;  // of a broken body
    std::size_t good_bytes = 0;
  };
  struct Route;

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                               const char* method, const char* version, const char* upload,
                               std::size_t* upload_size, void** request) noexcept;
  static ssize_t on_read(void* request, std::uint64_t position, char* buffer,
                         std::size_t room) noexcept;
  static void on_completed(void* self, MHD_Connection* connection, void** request,
                           MHD_RequestTerminationCode code) noexcept;
  static void on_connection(void* group, MHD_Connection* connection, void** peer,
                            MHD_ConnectionNotificationCode code) noexcept;

  // server.cc: what is held back on the loop.
  void hold(Request& request);
  void set_due(Request& request, TimePoint due);
  bool is_any_due() const;
  void send_due();
  void resume_due();
  void resume_all();

  // server_connections.cc: who is connected.
  void add(Descriptor connection, const sockaddr_in& from);
  Group* group_with_room();
  DaemonPtr start_daemon(Group& group);
  void serve(Group& group);
  void run(Group& group);
  void watch_for_hang_up(Peer& peer, int descriptor);
  void hang_up(Peer& peer, int descriptor);
  void linger(int descriptor);

  // server_requests.cc: a request's way.
  std::unique_ptr<Request> begin(MHD_Connection* connection, std::string_view path);
  MHD_Result admit(std::string_view path, std::string_view method, Request& request);
  MHD_Result handle(std::string_view path, std::string_view method, std::string_view upload,
                    Request& request);
  void take_body(std::string_view part, Request& request);
  void drop_body(Request& request);
  std::optional<ApiError> body_refusal(std::uint64_t own_bytes, std::uint64_t new_bytes) const;
  MHD_Result send(Request& request);
  void enter(Request& request);
  void generate(Request& request, TimePoint from);
  ssize_t read(Request& request, std::span<char> room);
  static ssize_t break_off(const Request& request, std::span<char> room);
  ssize_t read_stream(Request& request, std::span<char> room);
  void leave(Request& request);
  void finish(const Request& request);
  void keep(std::unique_ptr<Request> request);

  // server_answers.cc: what is answered.
  static const Route* find_route(std::string_view path);
  static bool is_about_server(std::string_view path);
  bool needs_key(std::string_view path, std::string_view method) const;
  void prepare(std::string_view path, std::string_view method, Request& request);
  std::optional<ApiError> key_refusal(const ReceivedHead& head) const;
  static void set_id(const ReceivedHead& head, std::string_view prefix, std::uint64_t number,
                     std::string& id);
  bool has_room(Request& request) const;
  bool is_within_limits(std::uint64_t tokens, Request& request);
  void add_limit_headers(Request& request) const;
  void answer_chat(Request& request);
  void answer_completions(Request& request);
  void answer_responses(Request& request);
  void answer_embeddings(Request& request);
  void answer_models(Request& request);
  void answer_model(Request& request);
  void answer_metrics(Request& request);
  void answer_echo(Request& request);
  void answer_ok(Request& request);
  void answer_response(const GenerationFormat& format, Request& request);
  void answer_error(const ApiError& error, Request& request) const;
  void answer_overloaded(Request& request) const;
  void answer(unsigned status, const char* type, std::string_view body, Request& request) const;
  void answer_stream(Request& request) const;

  // server_faults.cc: responses that are not as they should be.
  static int descriptor_of(MHD_Connection* connection);
  static bool has_broken_body(const Request& request);
  bool answer_fault(Request& request) const;
  bool ends_before_response(const Request& request) const;
  void answer_broken(std::uint64_t size, Request& request) const;
  ssize_t read_broken(Request& request, std::span<char> room);
  ssize_t read_body(Request& request, std::span<char> room);
  static ssize_t end_good_part(const Request& request, std::span<char> room);

  EndpointOptions options_;
  std::string demanded_;  // the Authorization header
  LatencyModel latency_;
  LatencyModel token_time_;
  RequestReader reader_;
  Embedder embedder_;
  std::uint64_t model_created_;
  std::string models_;
  Capacity<Request> capacity_;
  TimePoint started_ = Clock::now();
  RateLimiter limiter_;
  FaultDice faults_;
  ArrivalRecord record_;
  EndpointMetrics metrics_;
  std::string id_prefix_;  // of this server, so that no two have a request id in common
  std::uint64_t ids_ = 0;
  std::size_t body_bytes_ = 0;  // of all requests together
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::unique_ptr<Request>> idle_;
  std::size_t requests_alive_ = 0;
  Held held_;  // TimePoint::max() for those in the queue

  Loop& loop_;
  IdleConnections idle_connections_;
  LingeringConnections lingering_;
  std::optional<ReceiveNotes> receive_notes_;
  Wakeup wakeup_;
  std::unique_ptr<PreciseTimer> timer_;
  Listener listener_;
  std::size_t most_connections_ = 0;
  std::size_t connections_ = 0;
  std::vector<std::unique_ptr<Group>> groups_;
  std::vector<Group*> resumed_;
};

}  // namespace paceline::endpoint
