#include <paceline/api/whole_response.h>

#include <fmt/format.h>

#include <paceline/api/json_reader.h>

namespace paceline::api {

Outcome not_of_form(std::string_view what, std::string_view words) {
  return failed(Failure::bad_response, with_words(fmt::format("the response {}", what), words));
}

Outcome failed_by(const ToldError& told) {
  return failed(told.failure, with_words("the server answered with an error", told.words));
}

std::string texts_in(simdjson::simdjson_result<simdjson::dom::element> parts) {
  std::string texts;
  simdjson::dom::array items;
  if (!read_value(parts, items)) return texts;
  for (const simdjson::dom::element item : items) {
    std::string_view text;
    if (read_value(item["text"], text)) texts += text;
  }
  return texts;
}

Outcome without_answers(simdjson::dom::element root, std::string_view name) {
  if (const auto told = read_bare_error(root)) return failed_by(*told);
  return not_of_form(root.is_object() ? fmt::format("has no {}", name) : "is not JSON",
                     words_of_error(root));
}

}  // namespace paceline::api
