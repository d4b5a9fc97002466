#pragma once

#include <simdjson.h>

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <paceline/api/api_form.h>
#include <paceline/api/assembled_response.h>

namespace paceline::api {

/// Reads the chunks of chat completions and of completions. A response is complete when each of its
/// choices has a finish_reason.
class ChoicesEvents : public EventReader {
 public:
  /// `is_chat`: whether the chunks are of chat completions.
  explicit ChoicesEvents(bool is_chat) : is_chat_(is_chat) {}

  void begin(bool keeps_text) override;
  void read(std::string_view type, simdjson::dom::element root, StreamFindings& findings) override;
  std::string whole() const override;
  std::size_t held() const override { return assembled_.held(); }

 private:
  /// APIs allow fewer choices. Choices beyond this number share the last place.
  static constexpr std::size_t most_choices = 128;

  /// Returns whether the choice may contain a usage.
  bool read_choice(simdjson::dom::element choice, std::size_t index, StreamFindings& findings);
  /// Keeps the fields of a chunk.
  void keep(simdjson::dom::object fields);
  void keep_choice(simdjson::dom::element choice, std::uint64_t place);

  bool is_chat_;
  bool keeps_text_ = false;
  std::bitset<most_choices> begun_;
  std::bitset<most_choices> ended_;
  AssembledResponse assembled_;
};

/// Adds the content of the `delta` of choice number `choice` in a chat completion chunk.
void read_chat_delta(simdjson::dom::element delta, std::uint64_t choice, StreamFindings& findings);

/// Adds the tool calls of a choice's `message`.
void read_message_calls(simdjson::dom::element message, ToolCalls& calls);

}  // namespace paceline::api
