#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <paceline/api.h>
#include <paceline/api/api_form.h>
#include <paceline/message.h>
#include <paceline/text/result.h>

namespace paceline::workload {

/// Checks that `line` is a header that a user may set: "Name: value", and not a header that frames
/// the request. Error: invalid_value; the message shows no value.
Result<void> check_header(std::string_view line);

/// Checks that `patch` is a JSON object. Error: invalid_value.
Result<void> check_body_patch(std::string_view patch);

/// The headers of requests: `own` of paceline, unless `others` has one of the same name, and
/// `others`.
std::shared_ptr<const HeaderList> merged_headers(HeaderList own, const HeaderList& others);

/// What the POST requests of a workload have in common: headers, and how they are signed.
class ApiPost {
 public:
  /// Signs nothing if find_error(api) says why requests cannot be signed.
  ApiPost(const Api& api, const api::ApiForm& form);

  /// Sets every field but the body of a request whose response has any length.
  void begin(const std::string& url, bool is_streamed, Request& request) const;

 private:
  std::shared_ptr<const HeaderList> headers_;
  std::shared_ptr<const AwsSigning> signing_;
};

/// The text of a body, which may have placeholders, merged with Api::body_patch.
std::string template_text(api::Json body, const std::string& patch);

/// The JSON text of a body, merged with Api::body_patch. Precondition: `body` is a JSON object.
std::string merged_text(std::string_view body, const std::string& patch);

/// The model of a body after the merge.
std::string merged_model(const std::string& model, const std::string& patch);

}  // namespace paceline::workload
