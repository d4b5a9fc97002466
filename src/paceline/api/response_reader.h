#pragma once

#include <paceline/api/api_form.h>
#include <paceline/api/json_reader.h>
#include <paceline/workload.h>

namespace paceline::api {

/// Reads responses that are not streamed, one after another, in place. Not thread-safe.
class ResponseReader {
 public:
  /// Reads a response. Success means: the status is 200 to 299, and the body is a success of this
  /// form.
  Outcome read(const ApiForm& form, Response& response);
  /// Appends the server's error message to the outcome of a response with a failure status.
  void explain(Response& response, Outcome& outcome);

 private:
  JsonReader json_;
};

}  // namespace paceline::api
