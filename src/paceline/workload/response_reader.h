#pragma once

#include <string_view>

#include <paceline/api.h>
#include <paceline/message.h>
#include <paceline/outcome.h>
#include <paceline/workload/json_reader.h>

namespace paceline {

/// Reads the JSON of an OpenAI-compatible API's responses, in place.
class ResponseReader {
 public:
  /// A whole response: it succeeds when its status is 200 to 299, it is what `kind` answers with,
  /// and neither it nor a choice in it says that it failed.
  Outcome read(ApiKind kind, Response& response);
  /// Appends the server's error message to the outcome of a response whose status is a failure.
  void explain(Response& response, Outcome& outcome);

 private:
  Outcome read_body(ApiKind kind, Response& response);

  JsonReader json_;
};

}  // namespace paceline
