#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace paceline {

/// Parses JSON as servers write it, one text after another.
class JsonReader {
 public:
  /// Parses `text`, behind which at least simdjson's padding bytes of readable memory stand. A byte
  /// order mark is passed over. A text that strict JSON refuses is mended and parsed again
  /// (mend_json). The values live until the next call.
  simdjson::simdjson_result<simdjson::dom::element> parse(std::string_view text);
  /// The same of a string, which grows by the padding. The long texts of a large one are cut short
  /// (outline_json).
  simdjson::simdjson_result<simdjson::dom::element> parse(std::string& text);

 private:
  simdjson::dom::parser parser_;
  std::string mended_;
  std::string outline_;
};

}  // namespace paceline
