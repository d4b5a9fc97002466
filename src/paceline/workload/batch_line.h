#pragma once

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <paceline/log/log_records.h>
#include <paceline/text/result.h>

namespace paceline::workload {

/// One request of a file in the OpenAI Batch input format. The method is always POST.
struct BatchLine {
  std::string_view custom_id;
  /// Such as "/v1/chat/completions", even if the line omits "/v1".
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

  /// Parses one line. If a key is repeated, the last one counts. The texts are valid as long as
  /// `text` and until the next call.
  /// Precondition: simdjson's padding bytes after `text` are readable.
  /// Errors: bad_line, with a remedy in the message; line_names_server.
  Result<BatchLine> parse(std::string_view text);
  /// Like parse(), but leaves `body` empty, which takes a third less time.
  Result<BatchLine> check(std::string_view text);

 private:
  struct Parsers;
  std::unique_ptr<Parsers> parsers_;
};

/// Formats requests in the output format of OpenAI's Batch API, one line per request:
///
///   {"id":…,"custom_id":…,"response":{"status_code":…,"request_id":…,"body":…},"error":null}
///
/// `response` is null without an HTTP response. `error` is {"code":…,"message":…} for a failed
/// request. Its code is "no_response", "bad_response" (a 2xx response that could not be read),
/// "cancelled" (by the run), or names the status, such as "http_429". `id` and `request_id` consist
/// of run and item; a missing custom_id becomes "request-" and the item. Not thread-safe.
class BatchOutput {
 public:
  /// The line of a request, with a newline at its end; valid until the next call. A JSON response
  /// becomes the body without changes, any other response a string, and a response that was not
  /// kept becomes null.
  std::string_view line(std::int64_t run, const log::RequestRecord& record);

 private:
  void append_body(std::string_view response);
  bool is_json(std::string_view text);

  simdjson::dom::parser parser_;
  std::string line_;
};

}  // namespace paceline::workload
