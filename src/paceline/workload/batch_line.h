#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <paceline/text/result.h>

namespace paceline::workload {

/// One request of a file in the OpenAI Batch input format. The method is always POST.
struct BatchLine {
  std::string_view custom_id;
  /// "/v1/chat/completions", "/v1/embeddings" or "/v1/responses", also where the line omits "/v1".
  std::string_view url;
  /// The JSON object, exactly as in the line.
  std::string_view body;
  /// Whether the body asks for a streamed response.
  bool stream = false;
};

/// The remedy for a file in another format.
constexpr std::string_view one_request_per_line =
    R"(put one request on each line, such as {"custom_id": "1", "method": "POST", )"
    R"("url": "/v1/chat/completions", "body": {"model": "m", "messages": []}})";

/// Parses and checks lines, one after another. Not thread-safe.
class BatchLineParser {
 public:
  BatchLineParser();
  BatchLineParser(BatchLineParser&&) noexcept;
  BatchLineParser& operator=(BatchLineParser&&) noexcept;
  ~BatchLineParser();

  /// Parses one line. Of repeated keys, the last one counts. The texts are valid as long as `text`
  /// and until the next call.
  /// Precondition: simdjson's padding bytes after `text` are readable.
  /// Errors: bad_line, with a remedy in the message; line_names_server.
  Result<BatchLine> parse(std::string_view text);
  /// Like parse(), but leaves `body` empty, which takes a third less time.
  Result<BatchLine> check(std::string_view text);

 private:
  struct Parsers;
  std::unique_ptr<Parsers> parsers_;
};

}  // namespace paceline::workload
