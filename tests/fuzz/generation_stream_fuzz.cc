// The first two bytes select the API, whether the text is kept, and how the rest, a stream, is cut
// into chunks. The outcome must not depend on the cuts. The same bytes are also read as a whole
// response, which must have an outcome too.

#include <paceline/api/api_form.h>
#include <paceline/api/generation_stream.h>
#include <paceline/api/response_reader.h>
#include <simdjson.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz.h"

namespace paceline {
namespace {

struct Result {
  std::optional<Failure> failure;
  std::string why;
  std::optional<std::uint64_t> completion_tokens;
  std::optional<std::uint64_t> streamed_tokens;
  std::uint64_t events = 0;
  bool has_answer = false;
  std::string text;
  bool operator==(const Result&) const = default;
};

/// Feeds a stream in chunks whose sizes go round between 1 and `longest_chunk`.
Result read(api::GenerationStream& stream, ApiKind kind, std::string_view text,
            std::size_t longest_chunk) {
  Request request;
  request.url = api::form_of(kind).path();
  request.is_streamed = true;
  stream.begin(request);
  TimePoint now{};
  for (std::size_t length = longest_chunk == 0 ? text.size() : 1; !text.empty();
       length = longest_chunk == 0 ? text.size() : length % longest_chunk + 1) {
    const std::size_t taken = std::min(length, text.size());
    // A copy of its own size: reading beyond a chunk is an error too.
    const std::vector<char> chunk(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(taken));
    now += std::chrono::milliseconds(1);
    if (!stream.take({chunk.data(), chunk.size()}, now)) break;
    text.remove_prefix(taken);
  }
  Response response;
  response.status = 200;
  const Outcome outcome = stream.finish(response);
  const TokenTimes& times = stream.times();
  require(times.gaps.size() + (times.events > 0 ? 1 : 0) == times.events, "a gap between any two");
  require(outcome.failure.has_value() != outcome.error.message.empty(), "a failure says why");
  return {outcome.failure,
          outcome.error.message,
          outcome.usage ? outcome.usage->completion_tokens : std::nullopt,
          outcome.streamed_tokens,
          times.events,
          times.first_answer.has_value(),
          response.body};
}

void check_whole(ApiKind kind, std::string_view text, long status) {
  Response response;
  response.status = status;
  response.body = text;
  const Outcome outcome = api::ResponseReader().read(api::form_of(kind), response);
  require(outcome.failure.has_value() != outcome.error.message.empty(), "a failure says why");
  require(outcome.failure || status == 200, "a status that is no success is a failure");
  constexpr std::size_t longest_sentence = 500;
  require(outcome.error.message.size() < longest_sentence, "a sentence is short");
}

void check(std::string_view text, unsigned how, std::size_t longest_chunk) {
  constexpr std::array<ApiKind, 4> kinds{ApiKind::chat, ApiKind::responses, ApiKind::completions,
                                         ApiKind::messages};
  const ApiKind kind = kinds[(how & 1U) + (how >> 1U & 2U)];
  api::GenerationStream stream({.keeps_text = (how & 2U) != 0});
  const Result whole = read(stream, kind, text, 0);
  require(read(stream, kind, text, longest_chunk) == whole, "a stream in chunks comes to the same");
  if (!whole.failure && !whole.text.empty()) {
    simdjson::dom::parser parser;
    require(parser.parse(whole.text).error() == simdjson::SUCCESS, "what is kept is JSON");
  }
  check_whole(kind, text, 200);
  check_whole(ApiKind::embeddings, text, 200);
  check_whole(kind, text, 400);
}

}  // namespace
}  // namespace paceline

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::string text(bytes + 2, bytes + size);
  paceline::check(text, bytes[0], bytes[1] % 64U + 1U);
  return 0;
}
