#pragma once

#include <string_view>

#include <paceline/api.h>
#include <paceline/message.h>
#include <paceline/workload.h>
#include <paceline/workload/json_reader.h>

namespace paceline::workload {

/// Parses the JSON responses of an OpenAI-compatible API in place. Not thread-safe.
class ResponseReader {
 public:
  /// Reads a response that is not streamed. Success means: the status is 200 to 299, the body has
  /// the form of `kind`, and neither the body nor a choice in it reports an error.
  Outcome read(ApiKind kind, Response& response);
  /// Appends the server's error message to the outcome of a response with a failure status.
  void explain(Response& response, Outcome& outcome);

 private:
  Outcome read_body(ApiKind kind, Response& response);

  JsonReader json_;
};

}  // namespace paceline::workload
