#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include <paceline/workload/api.h>
#include <paceline/workload/event_stream.h>
#include <paceline/workload/reply_parser.h>
#include <paceline/workload/stream_reader.h>
#include <paceline/workload/streamed_text.h>

namespace paceline {

/// What is asked of streamed replies.
struct GenerationStreamOptions {
  std::optional<LengthAsked> length_asked{};
  /// Whether the reply's body becomes what the API would have answered at once.
  bool keeps_text = false;
};

/// Reads text that comes in server-sent events: chat completion chunks or a response's events.
/// It succeeds when it comes to its end; an event with text in it is a token.
class GenerationStream : public StreamReader {
 public:
  /// `key`: no error of a server's that holds it is told on.
  GenerationStream(std::string key, GenerationStreamOptions options);
  GenerationStream(const GenerationStream&) = delete;
  GenerationStream& operator=(const GenerationStream&) = delete;

  void begin(const Request& request) override;
  bool take(std::string_view piece, TimePoint now) override;
  Outcome finish(Reply& reply) override;
  const TokenTimes& times() const override { return times_; }
  std::size_t held() const override { return times_.held() + events_.held() + text_.held(); }

 private:
  void read_event(const StreamEvent& event);
  void read_chat(simdjson::dom::element root);
  void read_response(simdjson::dom::element root);
  void add_text(std::string_view text);
  void fail(std::string_view why);
  /// An event that is none of the API's.
  void refuse(simdjson::dom::element root, std::string_view missing);
  /// The server says in the stream that it has failed.
  void fail_with(std::string_view words);

  GenerationStreamOptions options_;
  ReplyParser whole_replies_;
  EventStream events_;
  simdjson::dom::parser parser_;

  ApiKind kind_ = ApiKind::chat;
  TimePoint now_;
  TokenTimes times_;
  bool has_begun_ = false;
  bool has_ended_ = false;
  std::optional<Usage> usage_;
  std::string failure_;
  StreamedText text_;
};

}  // namespace paceline
