#include <paceline/api/generation_stream.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <paceline/api/json_reader.h>
#include <paceline/api/response_fields.h>
#include <paceline/text/strings.h>
#include <paceline/workload.h>

namespace paceline::api {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t longest_event = 16U << 20U;
constexpr std::size_t longest_beginning = 16U << 10U;
constexpr std::string_view end_mark = "[DONE]";

/// Whether the data is a word that some servers send to keep a connection open.
bool is_heartbeat(std::string_view data) {
  constexpr std::array<std::string_view, 5> heartbeats{"ping", "pong", "heartbeat", "keepalive",
                                                       "keep-alive"};
  return std::any_of(heartbeats.begin(), heartbeats.end(), [data](std::string_view word) {
    return std::equal(data.begin(), data.end(), word.begin(), word.end(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
  });
}

/// Whether the API may send events of this name.
bool is_name_of_api(std::string_view name) {
  return name.empty() || name == "message" || name == "error" || name.starts_with("response.") ||
         name.starts_with("message_") || name.starts_with("content_block_");
}

}  // namespace

GenerationStream::GenerationStream(GenerationStreamOptions options)
    : options_(std::move(options)),
      events_([this](const StreamEvent& event) { read_event(event); }, longest_event,
              [this](const StreamEvent& event) { return read_line(event); }) {}

void GenerationStream::begin(const Request& request) {
  form_ = options_.form ? options_.form.get() : &form_of_url(request.url);
  reader_ = &reader_of(*form_);
  reader_->begin(options_.keeps_text);
  events_.reset(form_->has_bare_events());
  findings_.clear();
  times_.clear();
  tokens_before_ = 0;
  thoughts_ = 0;
  thought_bytes_ = 0;
  thoughts_are_summary_ = false;
  has_begun_ = false;
  is_done_ = false;
  beginning_.clear();
  failure_.reset();
}

EventReader& GenerationStream::reader_of(const ApiForm& form) {
  const auto found = std::find_if(readers_.begin(), readers_.end(),
                                  [&form](const auto& known) { return known.first == &form; });
  if (found != readers_.end()) return *found->second;
  readers_.emplace_back(&form, form.make_event_reader());
  return *readers_.back().second;
}

bool GenerationStream::take(std::string_view piece, TimePoint now) {
  now_ = now;
  if (!events_.take(piece)) fail(Failure::bad_response, "an event of the stream is too long");
  if (!has_begun_ && beginning_.size() < longest_beginning) {
    beginning_.append(piece.substr(0, longest_beginning - beginning_.size()));
  }
  return !failure_;
}

bool GenerationStream::read_line(const StreamEvent& event) {
  if (failure_ || is_done_) return true;
  const std::string_view data = text::without_spaces(event.data);
  if (data.empty()) return false;
  return read_data(event.name, data);
}

void GenerationStream::read_event(const StreamEvent& event) {
  if (failure_ || is_done_) return;
  has_begun_ = true;
  const std::string_view data = text::without_spaces(event.data);
  if (data.empty() || read_data(event.name, data)) return;
  if (is_heartbeat(data) || !is_name_of_api(event.name)) return;
  const std::string words = data.starts_with('{') ? "" : words_of_text(data);
  fail(Failure::bad_response, event.name == "error"
                                  ? with_words("the server reported an error in the stream", words)
                                  : with_words("an event of the stream is not JSON", words));
}

bool GenerationStream::read_data(std::string_view name, std::string_view data) {
  if (data.starts_with(end_mark)) {
    has_begun_ = true;
    is_done_ = true;
    return true;
  }
  dom::element root;
  if (json_.parse(data).get(root) != simdjson::SUCCESS) return false;
  has_begun_ = true;
  read_root(name, root);
  return true;
}

void GenerationStream::read_root(std::string_view name, dom::element root) {
  std::string_view type;
  if (!read_value(root["type"], type)) type = name;
  findings_.delta.clear();
  reader_->read(type, root, findings_);
  if (!findings_.error && name == "error") {
    findings_.error = ToldError{Failure::bad_response, words_of_error(root)};
  }
  if (findings_.error) return fail_with(*findings_.error);
  count_tokens();
}

void GenerationStream::count_tokens() {
  const StreamDelta& delta = findings_.delta;
  if (!delta.has_tokens()) return;
  findings_.has_content = true;
  times_.add(now_, delta.has_answer, tokens_of_event());
  if (delta.has_thoughts) ++thoughts_;
  thought_bytes_ += delta.thought_bytes;
  thoughts_are_summary_ = thoughts_are_summary_ || delta.is_summary;
}

std::uint64_t GenerationStream::tokens_of_event() {
  // A wrong count must not fill the memory.
  constexpr std::uint64_t most = 256;
  if (!options_.has_chunk_usage || !findings_.usage) return 1;
  const std::uint64_t tokens = findings_.usage->completion_tokens.value_or(0);
  const std::uint64_t before = std::exchange(tokens_before_, std::max(tokens, tokens_before_));
  return tokens > before ? std::min(tokens - before, most) : 1;
}

void GenerationStream::fail(Failure failure, std::string why) {
  if (!failure_) failure_ = failed(failure, std::move(why));
}

void GenerationStream::fail_with(const ToldError& told) {
  fail(told.failure, with_words("the server reported an error in the stream", told.words));
}

}  // namespace paceline::api
