#include <endpoint/session_check.h>
#include <endpoint/text_hash.h>

#include <string>

namespace paceline::endpoint {
namespace {

std::uint64_t with_message(std::uint64_t history, std::string_view role, std::string_view content) {
  history = hash_of(role, history);
  history = hash_of(std::string_view("\0", 1), history);
  history = hash_of(content, history);
  return hash_of(std::string_view("\0", 1), history);
}

/// The answer as a client reads it.
std::string text_of(const Generation& response) {
  std::string text;
  if (response.json.empty()) {
    append_generated_text(response.tokens, text);
    return text;
  }
  text = response.json.substr(0, response.tokens * json_token_bytes);
  const std::size_t whole = (text.size() + json_token_bytes - 1) / json_token_bytes;
  if (response.tokens > whole) text.append(response.tokens - whole, ' ');
  return text;
}

}  // namespace

bool SessionCheck::continues(std::string_view session, std::string& body) {
  simdjson::dom::array messages;
  if (parser_.parse(body)["messages"].get(messages) != simdjson::SUCCESS) return false;
  history_ = with_turn_ = hash_start;
  for (const simdjson::dom::element message : messages) {
    history_ = with_turn_;
    std::string_view role;
    std::string_view text;
    if (message["role"].get(role) != simdjson::SUCCESS) return false;
    const auto content = message["content"];
    with_turn_ = content.get(text) == simdjson::SUCCESS
                     ? with_message(history_, role, text)
                     : with_message(history_, role, simdjson::to_string(content));
  }
  const auto known = sessions_.find(std::string(session));
  if (known == sessions_.end()) return true;
  const History& next = known->second;
  return history_ == next.after || history_ == next.before;
}

void SessionCheck::answer(std::string_view session, const Generation& response, bool has_fault) {
  if (sessions_.size() == most_sessions) sessions_.clear();
  History next{with_message(with_turn_, "assistant", text_of(response)), {}};
  if (has_fault) next.before = history_;
  sessions_[std::string(session)] = next;
}

}  // namespace paceline::endpoint
