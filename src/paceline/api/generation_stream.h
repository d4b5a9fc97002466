#pragma once

#include <simdjson.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/api/api_form.h>
#include <paceline/api/event_stream.h>
#include <paceline/api/json_reader.h>
#include <paceline/api/response_reader.h>
#include <paceline/workload.h>

namespace paceline::api {

/// How streamed responses are read.
struct GenerationStreamOptions {
  /// nullptr: the form that the request's URL names.
  std::shared_ptr<const ApiForm> form{};
  /// Whether the usage of a chunk counts the tokens so far, so that the gap before a chunk is
  /// divided among its tokens.
  bool has_chunk_usage = false;
  /// Whether the body of the response becomes the JSON that the API would have sent without
  /// streaming.
  bool keeps_text = false;
};

/// Reads generated text from server-sent events.
///
/// A response succeeds if its stream is complete: [DONE], or complete by its form. Each event with
/// reasoning, content, a refusal or a tool call counts as a token. Events that the form does not
/// define are ignored, unless all events are of that kind.
class GenerationStream : public StreamReader {
 public:
  explicit GenerationStream(GenerationStreamOptions options);
  GenerationStream(const GenerationStream&) = delete;
  GenerationStream& operator=(const GenerationStream&) = delete;

  void begin(const Request& request) override;
  bool take(std::string_view piece, TimePoint now) override;
  Outcome finish(Response& response) override;
  const TokenTimes& times() const override { return times_; }
  std::size_t held() const override;

 private:
  /// The callback OnLine of the event stream.
  bool read_line(const StreamEvent& event);
  void read_event(const StreamEvent& event);
  /// False if the data is not JSON.
  bool read_data(std::string_view name, std::string_view data);
  void read_root(std::string_view name, simdjson::dom::element root);
  /// Counts the content of an event.
  void count_tokens();
  /// The tokens of the current event.
  std::uint64_t tokens_of_event();
  void fail(Failure failure, std::string why);
  /// Records an error that the server reports in the stream.
  void fail_with(const ToldError& told);
  /// The reader of the form's events.
  EventReader& reader_of(const ApiForm& form);

  Outcome read_outcome(Response& response);
  /// The outcome of a response without events.
  Outcome read_without_events();
  std::optional<std::uint64_t> streamed_tokens() const;

  GenerationStreamOptions options_;
  ResponseReader whole_responses_;
  EventStream events_;
  JsonReader json_;

  /// The readers of the forms that this stream has read.
  std::vector<std::pair<const ApiForm*, std::unique_ptr<EventReader>>> readers_;
  const ApiForm* form_ = nullptr;
  EventReader* reader_ = nullptr;
  StreamFindings findings_;
  TimePoint now_;
  TokenTimes times_;
  /// Completion tokens before the current event, as its usage counts them.
  std::uint64_t tokens_before_ = 0;
  std::uint64_t thoughts_ = 0;
  std::uint64_t thought_bytes_ = 0;
  bool thoughts_are_summary_ = false;

  bool has_begun_ = false;
  /// [DONE] was received; the rest of the stream is ignored.
  bool is_done_ = false;
  /// The beginning of a response that is not an event stream.
  std::string beginning_;
  std::optional<Outcome> failure_;
};

}  // namespace paceline::api
