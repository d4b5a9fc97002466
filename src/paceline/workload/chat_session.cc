#include <paceline/chat_session.h>

#include <fmt/format.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <paceline/api/api_form.h>
#include <paceline/api/json_reader.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/drawn_sessions.h>
#include <paceline/workload/refused_workload.h>
#include <paceline/workload/synthetic_text.h>

namespace paceline {
namespace {

constexpr std::string_view messages_begin = R"("messages":[)";

/// The messages of a request, without the brackets of their array. Precondition: `body` is the JSON
/// of a chat request.
std::string_view messages_of(std::string_view body) {
  const std::size_t begin = body.find(messages_begin) + messages_begin.size();
  std::size_t depth = 1;
  bool is_in_text = false;
  for (std::size_t at = begin; at < body.size(); ++at) {
    const char letter = body[at];
    if (letter == '"') is_in_text = !is_in_text;
    if (is_in_text && letter == '\\') ++at;
    if (is_in_text) continue;
    if (letter == '[') ++depth;
    if (letter == ']' && --depth == 0) return body.substr(begin, at - begin);
  }
  return {};
}

/// With the text of answers, which the history needs.
TextGeneration with_text(TextGeneration generation) {
  generation.keeps_text = true;
  return generation;
}

/// The prompt of a turn that follows another one.
TextGeneration later_turn(TextGeneration generation) {
  Prompt& prompt = generation.prompt;
  prompt.system.clear();
  prompt.nonce = Nonce::none;
  prompt.shared_prefix_tokens = 0;
  prompt.prefix_groups = {};
  return generation;
}

/// A session under way.
struct LiveSession {
  /// The request's headers with the session's own.
  std::shared_ptr<const HeaderList> headers;
  /// The messages so far, separated by commas; empty before the first answer.
  std::string history{};
};

class ChatSessionWorkload : public Workload {
 public:
  ChatSessionWorkload(const Api& api, const ChatSession& asked)
      : asked_(asked),
        form_(api::generation_form_of(asked.generation.api)),
        first_(make_workload(api, with_text(asked.generation))),
        later_(make_workload(api, later_turn(with_text(asked.generation)))),
        sessions_(asked) {}

  Description describe() const override {
    Description description = first_->describe();
    description.name = "chat/session";
    description.fingerprint =
        fmt::format(R"({{"turns":"{}:{}","think_time":"{}:{}",{})", asked_.turns,
                    asked_.turns_stddev, asked_.think_time.count(),
                    asked_.think_time_stddev.count(), description.fingerprint.substr(1));
    return description;
  }

  std::string adapt(const Outcome& first) override {
    later_->adapt(first);
    return first_->adapt(first);
  }

  void begin_run(std::uint64_t salt) override {
    salt_ = salt;
    live_.clear();
    first_->begin_run(salt);
    later_->begin_run(salt);
  }

  void make(std::uint64_t item, Request& request) override {
    const std::uint64_t number = sessions_.session_of(item);
    const auto live = live_.try_emplace(number).first;
    const std::string& history = live->second.history;
    if (history.empty()) {
      first_->make(item, request);
    } else {
      later_->make(item, request);
      const std::size_t begin = request.body.find(messages_begin) + messages_begin.size();
      request.body.insert(begin, 1, ',');
      request.body.insert(begin, history);
    }
    if (request.url.empty()) return;
    if (!live->second.headers) live->second.headers = headers_of(number, *request.headers);
    request.headers = live->second.headers;
  }

  Outcome read(const Request& request, Response& response) override {
    return first_->read(request, response);
  }

  Sessions* sessions() override { return &sessions_; }

  void end_turn(std::uint64_t item, const Request& request, Response& response,
                const Outcome& outcome, bool is_last) override {
    const auto live = live_.find(sessions_.session_of(item));
    if (live == live_.end()) return;
    if (is_last) {
      live_.erase(live);
      return;
    }
    if (outcome.failure) return;
    response.body.reserve(response.body.size() + simdjson::SIMDJSON_PADDING);
    simdjson::dom::element root;
    std::string answer;
    if (json_.parse(std::string_view(response.body)).get(root) == simdjson::SUCCESS) {
      answer = form_.text_of(root);
    }
    std::string& history = live->second.history;
    history.assign(messages_of(request.body));
    history += ',';
    history += api::json_text({{"role", "assistant"}, {"content", answer}});
  }

  FormatChecks end_run() override {
    live_.clear();
    return first_->end_run();
  }

  std::unique_ptr<StreamReader> make_stream_reader() override {
    return first_->make_stream_reader();
  }

 private:
  std::shared_ptr<const HeaderList> headers_of(std::uint64_t session, const HeaderList& shared) {
    HeaderList headers = shared;
    headers.push_back(fmt::format("{}: {:016x}{:016x}", asked_.id_header, salt_,
                                  workload::mixed_bits(salt_ ^ session)));
    return std::make_shared<const HeaderList>(std::move(headers));
  }

  ChatSession asked_;
  const api::GenerationForm& form_;
  std::unique_ptr<Workload> first_;
  std::unique_ptr<Workload> later_;
  workload::DrawnSessions sessions_;
  std::unordered_map<std::uint64_t, LiveSession> live_;
  std::uint64_t salt_ = 0;
  api::JsonReader json_;
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
  if (auto error = find_error(session)) return workload::make_refused(std::move(*error));
  return std::make_unique<ChatSessionWorkload>(api, session);
}

}  // namespace paceline
