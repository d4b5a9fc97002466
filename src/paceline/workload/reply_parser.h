#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include <paceline/http/message.h>
#include <paceline/workload/api.h>
#include <paceline/workload/outcome.h>

namespace paceline {

/// Reads the JSON of an OpenAI-compatible API's replies, in place.
class ReplyParser {
 public:
  /// `key`: no error of a server's that holds it is told on.
  explicit ReplyParser(std::string key);

  /// A whole reply: it succeeds when its status is 200 to 299 and it is what `kind` answers with.
  Outcome read(ApiKind kind, Reply& reply);
  /// Adds the server's own words to a failure, unless they may hold the key, whole or in part.
  void explain(Reply& reply, Outcome& outcome);
  /// Whether words of a server's may be told on: not when they hold the key.
  bool may_tell(std::string_view words) const;

 private:
  simdjson::simdjson_result<simdjson::dom::element> parse(Reply& reply);

  std::string key_;
  simdjson::dom::parser parser_;
};

/// The usage object of a reply or of a stream's event; nothing where there is none.
std::optional<Usage> read_usage(simdjson::dom::element holder);

/// What a server says went wrong, in any of the shapes that OpenAI-compatible ones give it; empty
/// where it says nothing.
std::string_view read_error(simdjson::dom::element holder);

}  // namespace paceline
