#pragma once

#include <paceline/log/request_record.h>
#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace paceline {

/// Makes the lines of a file in the output format of OpenAI's Batch API, one a request:
///
///   {"id":…,"custom_id":…,"response":{"status_code":…,"request_id":…,"body":…},"error":null}
///
/// `response` is null where there was no HTTP response. `error` is {"code":…,"message":…} for every
/// request that failed; its code is "no_response", "bad_response" (a 2xx that could not be read) or
/// such as "http_429". A custom_id that is missing is "request-" with the item, and both ids are
/// made of run and item.
class BatchOutput {
 public:
  /// Ends with a newline; lives until the next call. A response that is JSON becomes the body as it
  /// is, another one as a string, and one that was not kept null.
  std::string_view line(std::int64_t run, const RequestRecord& record);

 private:
  void append_body(std::string_view response);
  bool is_json(std::string_view text);

  simdjson::dom::parser parser_;
  std::string line_;
};

}  // namespace paceline
