#pragma once

#include <paceline/log/log_records.h>
#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace paceline::workload {

/// Formats requests in the output format of OpenAI's Batch API, one line per request:
///
///   {"id":…,"custom_id":…,"response":{"status_code":…,"request_id":…,"body":…},"error":null}
///
/// `response` is null without an HTTP response. `error` is {"code":…,"message":…} for a failed
/// request. Its code is "no_response", "bad_response" (a 2xx response that could not be read), or
/// names the status, such as "http_429". `id` and `request_id` consist of run and item; a missing
/// custom_id becomes "request-" and the item. Not thread-safe.
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
