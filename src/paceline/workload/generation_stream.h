#pragma once

#include <simdjson.h>

#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/api.h>
#include <paceline/workload.h>
#include <paceline/workload/event_stream.h>
#include <paceline/workload/json_reader.h>
#include <paceline/workload/response_reader.h>

namespace paceline::workload {

/// Assembles, from the events of a stream, the JSON that the API would have sent without streaming.
class StreamedText {
 public:
  /// Begins the text of a response of this kind.
  void begin(ApiKind kind);
  /// Adds the fields of a chat completion chunk, except for its text.
  void add_chunk(simdjson::dom::element root);
  /// Adds the text of a chunk.
  void add_text(std::string_view text) { text_ += text; }
  /// Adds the fields of an event of the Messages API, except for its text.
  void add_message(simdjson::dom::element root);
  /// Sets the response of the Responses API, which its last event contains.
  void set_response(simdjson::dom::element response);

  /// The JSON.
  std::string whole() const;
  /// Memory that is held, in bytes.
  std::size_t held() const { return text_.capacity() + response_.capacity(); }

 private:
  void add_usage(simdjson::simdjson_result<simdjson::dom::element> usage);

  ApiKind kind_ = ApiKind::chat;
  /// Raw JSON values; empty: not received.
  std::string id_;
  std::string created_;
  std::string model_;
  std::string finish_reason_;
  std::string usage_;
  std::string text_;
  std::string response_;
};

/// The part of the model's output that one event of a stream contains.
struct StreamDelta {
  /// Whether the event has reasoning, which is not a part of the answer.
  bool has_thoughts = false;
  /// Whether the event has a part of the answer: content, a refusal or a tool call.
  bool has_answer = false;
  /// Whether the reasoning is a summary.
  bool is_summary = false;
  /// Length of the reasoning.
  std::size_t thought_bytes = 0;
  /// The content in order; valid as long as the event.
  std::vector<std::string_view> texts;

  bool has_tokens() const { return has_thoughts || has_answer; }
  /// Adds a piece of the content, unless it is empty.
  void add_text(std::string_view text);
  void clear();
};

/// Adds the content of a choice's `delta` in a chat completion chunk.
void read_chat_delta(simdjson::dom::element delta, StreamDelta& found);

/// Adds the content of an event of the Messages API.
void read_message_delta(simdjson::dom::element event, StreamDelta& found);

/// Adds the content of an event of the Responses API. Only events whose type ends with ".delta"
/// have any.
void read_response_delta(std::string_view type, simdjson::dom::element event, StreamDelta& found);

/// How streamed responses are read.
struct GenerationStreamOptions {
  std::optional<LengthAsked> length_asked{};
  /// Whether the body of the response becomes the JSON that the API would have sent without
  /// streaming.
  bool keeps_text = false;
};

/// Reads generated text from server-sent events: chunks of a chat completion or of a completion, or
/// events of the Responses API or of the Messages API.
///
/// A response succeeds if its stream is complete: [DONE], a finish_reason for each choice, or the
/// last event of the Responses API or of the Messages API. Each event with reasoning, content, a
/// refusal or a tool call counts as a token. Events that the API does not define are ignored,
/// unless all events are of that kind.
class GenerationStream : public StreamReader {
 public:
  explicit GenerationStream(GenerationStreamOptions options);
  GenerationStream(const GenerationStream&) = delete;
  GenerationStream& operator=(const GenerationStream&) = delete;

  void begin(const Request& request) override;
  bool take(std::string_view piece, TimePoint now) override;
  Outcome finish(Response& response) override;
  const TokenTimes& times() const override { return times_; }
  std::size_t held() const override { return times_.held() + events_.held() + text_.held(); }

 private:
  /// APIs allow fewer choices. Choices beyond this number share the last place.
  static constexpr std::size_t most_choices = 128;

  /// The callback OnLine of the event stream.
  bool read_line(const StreamEvent& event);
  void read_event(const StreamEvent& event);
  /// False if the data is not JSON.
  bool read_data(std::string_view name, std::string_view data);
  void read_root(std::string_view name, simdjson::dom::element root);
  void read_chat(simdjson::dom::element root);
  /// Returns whether the choice may contain a usage.
  bool read_choice(simdjson::dom::element choice, std::size_t index);
  void read_message(std::string_view type, simdjson::dom::element root);
  void read_response(std::string_view type, simdjson::dom::element root);
  void read_response_end(std::string_view type, simdjson::dom::element root);
  /// Counts the content of an event as one token.
  void count_tokens();
  void fail(Failure failure, std::string why);
  /// Records an error that the server reports in the stream.
  void fail_with(const ToldError& told);

  bool has_ended() const;
  Outcome read_outcome(Response& response);
  /// The outcome of a response without events.
  Outcome read_without_events();
  std::optional<std::uint64_t> streamed_tokens() const;

  GenerationStreamOptions options_;
  ResponseReader whole_responses_;
  EventStream events_;
  JsonReader json_;
  StreamDelta delta_;

  ApiKind kind_ = ApiKind::chat;
  TimePoint now_;
  TokenTimes times_;
  std::uint64_t thoughts_ = 0;
  std::uint64_t thought_bytes_ = 0;
  bool thoughts_are_summary_ = false;

  bool has_begun_ = false;
  /// Whether the API defines any of the events.
  bool is_of_api_ = false;
  /// [DONE] was received; the rest of the stream is ignored.
  bool is_done_ = false;
  /// The last event of the Responses API or of the Messages API was received.
  bool is_complete_ = false;
  std::bitset<most_choices> choices_begun_;
  std::bitset<most_choices> choices_ended_;
  /// The beginning of a response that is not an event stream.
  std::string beginning_;
  std::optional<Usage> usage_;
  std::optional<Outcome> failure_;
  StreamedText text_;
};

}  // namespace paceline::workload
