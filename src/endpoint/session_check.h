#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <endpoint/generation.h>

namespace paceline::endpoint {

/// Checks whether chat requests continue their sessions: a request must carry the messages of the
/// session's last answered request, and that answer, before its own last message. After an answer
/// with a fault, which the client may not have got, the last request's own history is right too.
class SessionCheck {
 public:
  /// The most sessions that are known at once. The endpoint then forgets all of them.
  static constexpr std::size_t most_sessions = std::size_t{1} << 20U;

  /// Whether the messages of `body`, a chat request, continue the session. `body` keeps its text,
  /// but may move in memory. A session that is not known may have any history.
  bool continues(std::string_view session, std::string& body);
  /// Notes the answer to the request of the last continues(). `has_fault`: whether the client may
  /// not get the answer.
  void answer(std::string_view session, const Generation& response, bool has_fault);

 private:
  /// Hashes of the histories that the next request may have.
  struct History {
    std::uint64_t after = 0;
    std::optional<std::uint64_t> before;
  };

  std::unordered_map<std::string, History> sessions_;
  /// The history of the last request, and the same with its own last message.
  std::uint64_t history_ = 0;
  std::uint64_t with_turn_ = 0;
  simdjson::dom::parser parser_;
};

}  // namespace paceline::endpoint
