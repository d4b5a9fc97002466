#pragma once

#include <simdjson.h>

#include <cstddef>
#include <string>
#include <string_view>

#include <paceline/api/api_form.h>

namespace paceline::api {

/// A JSON value that one of the events of a stream contains.
class KeptValue {
 public:
  /// Sets the value to the one that was found, unless that is null.
  void set(simdjson::simdjson_result<simdjson::dom::element> found);
  /// Merges the fields of the object that was found (RFC 7396).
  void merge(simdjson::simdjson_result<simdjson::dom::element> found);
  bool is_empty() const { return json_.empty(); }
  void clear() { json_.clear(); }
  /// The value, or null.
  std::string_view json() const { return json_.empty() ? "null" : std::string_view(json_); }

 private:
  std::string json_;
};

/// The parts of a streamed response from which the JSON without streaming is assembled.
struct AssembledText {
  KeptValue id;
  KeptValue created;
  KeptValue model;
  KeptValue finish_reason;
  KeptValue usage;
  std::string text;

  void clear();
  /// Adds the text of an event.
  void add(const StreamDelta& delta);
  /// The text as a JSON string.
  std::string quoted() const;
  /// Memory that is held, in bytes.
  std::size_t held() const { return text.capacity(); }
};

}  // namespace paceline::api
