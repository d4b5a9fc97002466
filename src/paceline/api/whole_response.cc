#include <paceline/api/whole_response.h>

#include <fmt/format.h>

namespace paceline::api {

Outcome not_of_form(std::string_view what, std::string_view words) {
  return failed(Failure::bad_response, with_words(fmt::format("the response {}", what), words));
}

Outcome failed_by(const ToldError& told) {
  return failed(told.failure, with_words("the server answered with an error", told.words));
}

Outcome without_answers(simdjson::dom::element root, std::string_view name) {
  if (const auto told = read_bare_error(root)) return failed_by(*told);
  return not_of_form(root.is_object() ? fmt::format("has no {}", name) : "is not JSON",
                     words_of_error(root));
}

}  // namespace paceline::api
