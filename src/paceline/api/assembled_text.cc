#include <paceline/api/assembled_text.h>

#include <nlohmann/json.hpp>

#include <paceline/api/json_reader.h>
#include <paceline/text/strings.h>

namespace paceline::api {

void KeptValue::set(simdjson::simdjson_result<simdjson::dom::element> found) {
  if (has_value(found)) json_ = simdjson::to_string(found.value_unsafe());
}

void KeptValue::merge(simdjson::simdjson_result<simdjson::dom::element> found) {
  const std::string earlier = json_;
  set(found);
  if (earlier.empty() || json_ == earlier) return;
  constexpr bool throws = false;
  Json merged = Json::parse(earlier, nullptr, throws);
  merged.merge_patch(Json::parse(json_, nullptr, throws));
  json_ = merged.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void AssembledText::clear() {
  for (KeptValue* value : {&id, &created, &model, &finish_reason, &usage}) value->clear();
  text.clear();
}

void AssembledText::add(const StreamDelta& delta) {
  for (const std::string_view piece : delta.texts) text += piece;
}

std::string AssembledText::quoted() const {
  return text::json_quoted(text);
}

}  // namespace paceline::api
