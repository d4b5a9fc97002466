#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include <paceline/api/response_fields.h>
#include <paceline/workload.h>

namespace paceline::api {

/// The failure of a response that has not the form of its API: "the response " and `what`.
Outcome not_of_form(std::string_view what, std::string_view words);

/// The failure of a response with an error.
Outcome failed_by(const ToldError& told);

/// The texts of these content parts, one after another.
std::string texts_in(simdjson::simdjson_result<simdjson::dom::element> parts);

/// The failure of a response without the array `name`, in which its form has the answers.
Outcome without_answers(simdjson::dom::element root, std::string_view name);

}  // namespace paceline::api
