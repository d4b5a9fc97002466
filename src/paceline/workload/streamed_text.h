#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace paceline::workload {

/// Assembles, from the events of a stream, the JSON that the API would have sent without streaming.
class StreamedText {
 public:
  void clear();
  /// Adds the fields of a chat completion chunk, except for its text.
  void add_chunk(simdjson::dom::element root);
  /// Adds the text of a chunk.
  void add_text(std::string_view text) { text_ += text; }
  /// Sets the response of the Responses API, which its last event contains.
  void set_response(simdjson::dom::element response);

  /// The JSON.
  std::string whole() const;
  /// Memory that is held, in bytes.
  std::size_t held() const { return text_.capacity() + response_.capacity(); }

 private:
  /// Raw JSON values; empty: not received.
  std::string id_;
  std::string created_;
  std::string model_;
  std::string finish_reason_;
  std::string usage_;
  std::string text_;
  std::string response_;
};

}  // namespace paceline::workload
