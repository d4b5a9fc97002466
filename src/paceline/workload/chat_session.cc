#include <paceline/chat_session.h>

#include <fmt/format.h>

#include <string>
#include <utility>

#include <paceline/workload/api_request.h>
#include <paceline/workload/drawn_sessions.h>
#include <paceline/workload/refused_workload.h>
#include <paceline/workload/session_workload.h>

namespace paceline {
namespace {

/// The prompt of a turn that follows another one.
TextGeneration later_turn(TextGeneration generation) {
  Prompt& prompt = generation.prompt;
  prompt.system.clear();
  prompt.nonce = Nonce::none;
  prompt.shared_prefix_tokens = 0;
  prompt.prefix_groups = {};
  return generation;
}

/// Sessions whose prompts and numbers of turns are those of a ChatSession.
class DrawnChatSession : public workload::SessionWorkload {
 public:
  DrawnChatSession(const Api& api, const ChatSession& session)
      : SessionWorkload(api, session, session.generation,
                        std::make_unique<workload::DrawnSessions>(session)),
        later_(make_workload(api, later_turn(session.generation))) {}

  Description describe() const override {
    Description description = generation().describe();
    description.name = "chat/session";
    description.fingerprint =
        fmt::format(R"({{"turns":"{}:{}",{}{})", asked().turns, asked().turns_stddev,
                    think_time_field(), description.fingerprint.substr(1));
    return description;
  }

  std::string adapt(const Outcome& first) override {
    later_->adapt(first);
    return SessionWorkload::adapt(first);
  }

  void begin_run(std::uint64_t salt) override {
    SessionWorkload::begin_run(salt);
    later_->begin_run(salt);
  }

 private:
  void make_turn(std::uint64_t item, workload::LiveSession& session, Request& request) override {
    if (session.history.empty()) return generation().make(item, request);
    later_->make(item, request);
    const auto begin = workload::messages_of(request.body).data() - request.body.data();
    request.body.insert(static_cast<std::size_t>(begin), session.history + ',');
  }

  std::unique_ptr<Workload> later_;
};

}  // namespace

std::optional<Error> find_error(const ChatSession& session) {
  const auto refused = [](std::string why) {
    return Error{ErrorCode::invalid_value, std::move(why)};
  };
  if (session.generation.api != ApiKind::chat) {
    return refused("sessions are of chat only; choose chat");
  }
  if (!session.generation.tools.empty()) {
    return refused("a session has no results of tools; leave the tools out");
  }
  constexpr auto most = static_cast<double>(ChatSession::most_turns);
  if (!(session.turns >= 1 && session.turns <= most && session.turns_stddev >= 0 &&
        session.turns_stddev <= most)) {
    return refused(fmt::format("the turns of a session are from 1 to {}", most));
  }
  if (session.think_time.count() < 0 || session.think_time_stddev.count() < 0) {
    return refused("a think time is below 0");
  }
  if (auto header = workload::check_header(session.id_header + ": id"); !header) {
    return refused(std::move(header.error().message));
  }
  return find_error(session.generation);
}

std::unique_ptr<Workload> make_workload(const Api& api, const ChatSession& session) {
  if (auto error = workload::find_error(api, session)) {
    return workload::make_refused(std::move(*error));
  }
  return std::make_unique<DrawnChatSession>(api, session);
}

}  // namespace paceline
