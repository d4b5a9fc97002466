#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace paceline {

/// Puts together from a stream's events the JSON that the API would have answered at once.
class StreamedText {
 public:
  void clear();
  /// A chat completion chunk, whichever.
  void add_chunk(simdjson::dom::element root);
  /// The text of a chunk.
  void add_text(std::string_view text) { text_ += text; }
  /// A response's last event, which holds the whole response.
  void set_response(simdjson::dom::element response);

  std::string whole() const;
  /// How many bytes it holds.
  std::size_t held() const { return text_.capacity() + response_.capacity(); }

 private:
  /// JSON values as they came; empty: none came.
  std::string id_;
  std::string created_;
  std::string model_;
  std::string finish_reason_;
  std::string usage_;
  std::string text_;
  std::string response_;
};

}  // namespace paceline
