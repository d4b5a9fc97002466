#include <paceline/workload/session_workload.h>

#include <fmt/format.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>
#include <utility>

#include <paceline/workload/synthetic_text.h>

namespace paceline::workload {
namespace {

constexpr std::string_view messages_begin = R"("messages":[)";

/// With the text of answers, which the history needs.
TextGeneration with_text(TextGeneration generation) {
  generation.keeps_text = true;
  return generation;
}

}  // namespace

std::optional<Error> find_error(const Api& api, const ChatSession& session) {
  if (auto error = paceline::find_error(session)) return error;
  constexpr bool throws = false;
  if (!api::Json::parse(api.body_patch, nullptr, throws).contains("messages")) return std::nullopt;
  return Error{ErrorCode::invalid_value,
               "the turns of a session have their own messages; merge no messages into them"};
}

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

SessionWorkload::SessionWorkload(const Api& api, const ChatSession& session,
                                 TextGeneration generation, std::unique_ptr<Sessions> sessions)
    : asked_(session),
      form_(api::generation_form_of(generation.api)),
      generation_(paceline::make_workload(api, with_text(std::move(generation)))),
      sessions_(std::move(sessions)) {}

void SessionWorkload::begin_run(std::uint64_t salt) {
  salt_ = salt;
  live_.clear();
  generation_->begin_run(salt);
}

void SessionWorkload::make(std::uint64_t item, Request& request) {
  const std::uint64_t number = sessions_->session_of(item);
  LiveSession& session = live_[number];
  make_turn(item, session, request);
  if (request.url.empty()) return;
  if (session.name.empty()) session.name = fmt::to_string(number);
  request.name = fmt::format("{}/{}", session.name, item - sessions_->first_item(number) + 1);
  if (!session.headers) session.headers = headers_of(number, *request.headers);
  request.headers = session.headers;
}

void SessionWorkload::end_turn(std::uint64_t item, const Request& request, Response& response,
                               const Outcome& outcome, bool is_last) {
  const auto live = live_.find(sessions_->session_of(item));
  if (live == live_.end()) return;
  if (is_last) {
    live_.erase(live);
    return;
  }
  if (request.url.empty()) return;
  if (outcome.failure) return leave_out(item, live->second);
  live->second.instructions.clear();
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

FormatChecks SessionWorkload::end_run() {
  live_.clear();
  return generation_->end_run();
}

std::string SessionWorkload::think_time_field() const {
  return fmt::format(R"("think_time":"{}:{}",)", asked_.think_time.count(),
                     asked_.think_time_stddev.count());
}

std::shared_ptr<const HeaderList> SessionWorkload::headers_of(std::uint64_t session,
                                                              const HeaderList& shared) {
  HeaderList headers = shared;
  headers.push_back(
      fmt::format("{}: {:016x}{:016x}", asked_.id_header, salt_, mixed_bits(salt_ ^ session)));
  return std::make_shared<const HeaderList>(std::move(headers));
}

}  // namespace paceline::workload
