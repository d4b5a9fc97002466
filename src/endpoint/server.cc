#include <endpoint/server.h>
#include <fmt/format.h>
#include <paceline/text/json.h>

#include <random>
#include <utility>

namespace paceline::endpoint {
namespace {

std::string models_response(std::uint64_t created) {
  std::string response = R"({"object":"list","data":[)";
  append_model("paceline", created, response);
  return response + "]}";
}

std::string random_prefix() {
  std::random_device random;
  return fmt::format("req_{:08x}{:08x}", random(), random());
}

}  // namespace

void append_model(std::string_view id, std::uint64_t created, std::string& out) {
  out += R"({"id":)";
  append_json_string(id, out);
  out += R"(,"object":"model","created":)";
  append_number(created, out);
  out += R"(,"owned_by":"paceline"})";
}

Server::Server(Loop& loop, EndpointOptions options)
    : options_(std::move(options)),
      demanded_("Bearer " + options_.required_key),
      latency_(latency_model(options_)),
      token_time_(token_time_model(options_)),
      reader_(length_model(options_)),
      model_created_(seconds_since_1970()),
      models_(models_response(model_created_)),
      capacity_(options_.concurrency, options_.queue),
      limiter_(options_.rpm_limit, options_.tpm_limit),
      faults_(fault_dice(options_)),
      record_(options_.record_arrivals),
      id_prefix_(random_prefix()),
      loop_(loop),
      idle_connections_(loop_, std::chrono::ceil<std::chrono::milliseconds>(options_.idle_timeout)),
      lingering_(loop_),
      wakeup_(loop_, [this] { loop_.stop(); }),
      listener_(loop_, [this](Descriptor connection, const sockaddr_in& from) {
        add(std::move(connection), from);
      }) {
  if (options_.has_kernel_times) receive_notes_.emplace();
}

Server::~Server() = default;

void Server::run() {
  loop_.run();
  listener_.close();
  // A daemon must not be stopped with connections suspended, and a resumed one stays so until a
  // turn.
  resume_all();
  for (const auto& group : groups_) MHD_run(group->daemon.get());
  groups_.clear();
}

void Server::stop() {
  stopping_ = true;
  wakeup_.send();
}

void Server::hold(Request& request) {
  request.held = held_.emplace(request.due, &request);
  MHD_suspend_connection(request.connection);
}

void Server::set_due(Request& request, TimePoint due) {
  request.due = due;
  if (!request.held) return;
  held_.erase(*request.held);
  request.held = held_.emplace(due, &request);
}

bool Server::is_any_due() const {
  return !held_.empty() && held_.begin()->first <= Clock::now();
}

void Server::send_due() {
  while (is_any_due() && !stopping_.load(std::memory_order_relaxed)) {
    resume_due();
    for (Group* group : resumed_) {
      group->has_resumed = false;
      run(*group);
    }
    resumed_.clear();
  }
  if (!held_.empty() && held_.begin()->first != TimePoint::max()) timer_->set(held_.begin()->first);
}

void Server::resume_due() {
  const auto now = Clock::now();
  while (!held_.empty() && held_.begin()->first <= now) {
    Request& request = *held_.begin()->second;
    held_.erase(held_.begin());
    request.held.reset();
    MHD_resume_connection(request.connection);
    Group& group = *request.peer->group;
    if (!std::exchange(group.has_resumed, true)) resumed_.push_back(&group);
  }
}

void Server::resume_all() {
  for (const auto& [due, request] : held_) {
    request->held.reset();
    MHD_resume_connection(request->connection);
  }
  held_.clear();
}

}  // namespace paceline::endpoint
