#pragma once

#include <simdjson.h>

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/api.h>
#include <paceline/stream_reader.h>
#include <paceline/workload/event_stream.h>
#include <paceline/workload/json_reader.h>
#include <paceline/workload/response_reader.h>
#include <paceline/workload/stream_delta.h>
#include <paceline/workload/streamed_text.h>
#include <paceline/workload/told_error.h>

namespace paceline {

/// What is asked of streamed responses.
struct GenerationStreamOptions {
  std::optional<LengthAsked> length_asked{};
  /// Whether the response's body becomes what the API would have answered at once.
  bool keeps_text = false;
};

/// Reads text that comes in server-sent events: chat completion chunks or a response's events.
/// It succeeds when it comes to its end: [DONE], a finish_reason for each choice, or the response's
/// last event. An event that brings thoughts, content, a refusal or a tool's call is a token.
/// Events that are none of the API's are passed over, as long as some are.
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
  /// APIs allow fewer; further ones are not told apart.
  static constexpr std::size_t most_choices = 128;

  /// False: `event`, a first line, is no event of its own.
  bool read_line(const StreamEvent& event);
  void read_event(const StreamEvent& event);
  /// False where the data is no JSON.
  bool read_data(std::string_view name, std::string_view data);
  void read_root(std::string_view name, simdjson::dom::element root);
  void read_chat(simdjson::dom::element root);
  /// Whether the choice may hold a usage.
  bool read_choice(simdjson::dom::element choice, std::size_t index);
  void read_response(std::string_view type, simdjson::dom::element root);
  void read_response_end(std::string_view type, simdjson::dom::element root);
  /// Counts what an event brought as one token.
  void count_tokens();
  void fail(Failure failure, std::string why);
  /// The server says in the stream that it has failed.
  void fail_with(const ToldError& told);

  bool has_ended() const;
  Outcome read_outcome(Response& response);
  /// A response that has no events at all.
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
  /// Whether any event was one of the API's.
  bool is_of_api_ = false;
  /// [DONE] has come; what follows is not read.
  bool is_done_ = false;
  /// The last event of a response has come.
  bool is_complete_ = false;
  std::bitset<most_choices> choices_begun_;
  std::bitset<most_choices> choices_ended_;
  /// What a response that is no stream begins with.
  std::string beginning_;
  std::optional<Usage> usage_;
  std::optional<Outcome> failure_;
  StreamedText text_;
};

}  // namespace paceline
