#pragma once

#include <simdjson.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/text/result.h>
#include <paceline/workload/batch_line.h>

namespace paceline::workload {

/// One turn of the user in a conversation of a file.
struct ConversationTurn {
  /// The new messages of the turn, JSON objects separated by commas; at least one.
  std::string messages{};
  /// Those of the messages that instruct the model (system and developer), each with a comma behind
  /// it. They hold for the later turns too.
  std::string instructions{};
  /// The time from the response before the turn to the turn; nothing: not recorded.
  std::optional<std::chrono::milliseconds> delay{};
  /// Of a request in the Batch form: the fields of its body but for the messages, as in the file,
  /// separated by commas.
  std::string fields{};
  /// Of a request in the Batch form: whether it asks for a streamed response.
  bool is_streamed = false;
};

/// A conversation of a file, without the answers of the assistant.
struct Conversation {
  /// Empty: the file gives none.
  std::string id{};
  /// Empty: the conversation has no message of the user, as some of data sets.
  std::vector<ConversationTurn> turns{};
  /// Whether this is a request in the Batch form, and so the only turn of its object: further
  /// objects with the same id have the other turns.
  bool is_request = false;
};

/// The longest ConversationTurn::delay.
constexpr std::chrono::milliseconds longest_delay = std::chrono::hours(30 * 24);

/// Parses the objects of a file of conversations, one after another. Each object has one of these
/// forms:
///
///   {"session_id":…,"turns":[…]}      texts, or messages {"role":…,"content":…} with a delay in ms
///   {"id":…,"conversations":[…]}      ShareGPT: messages {"from":…,"value":…}
///   {"session_id":…,"custom_id":…,…}  a chat request of BatchLineParser, which may have a delay
///
/// Messages of the assistant are left out. A turn ends with each message of the user, and has the
/// messages of other roles before it; a request is one turn in any case. Not thread-safe.
class ConversationParser {
 public:
  /// Precondition: simdjson's padding bytes after `text` are readable.
  /// Errors: bad_line, with a remedy in the message; line_names_server.
  Result<void> parse(std::string_view text, Conversation& conversation);

 private:
  Result<void> parse_request(std::string_view text, ConversationTurn& turn);

  simdjson::dom::parser json_;
  simdjson::dom::parser body_;
  simdjson::ondemand::parser fields_;
  BatchLineParser requests_;
  std::string mended_;
};

}  // namespace paceline::workload
