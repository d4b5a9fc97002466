#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include <paceline/api/api_form.h>
#include <paceline/text/result.h>

namespace paceline::api {

/// Parses the tools of requests: a JSON array of objects, each in the form of any API. Error:
/// invalid_value.
Result<Json> parse_tools(const std::string& text);

/// The function of a tool, in the form of chat completions, of the Responses API or of the Messages
/// API, with the fields name, description, parameters and strict as far as the tool has them. Null:
/// a tool of another kind, which is sent unchanged.
Json function_of(const Json& tool);

/// Parses the format that responses must have: a JSON schema, {"type":"json_schema",…} as in chat
/// completions, or {"type":"json_object"}. Error: invalid_value.
Result<ResponseFormat> parse_response_format(const std::string& text);

/// The field response_format of chat completions.
Json response_format_of_chat(const ResponseFormat& format);

}  // namespace paceline::api
