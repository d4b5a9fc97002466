#include <paceline/api/assembled_response.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include <paceline/api/json_reader.h>

namespace paceline::api {
namespace {

namespace dom = simdjson::dom;

/// The fields whose text comes in pieces.
constexpr std::array<std::string_view, 15> piece_fields{
    "content",   "text",       "arguments", "input",        "reasoning_content",
    "reasoning", "thinking",   "thought",   "thoughts",     "refusal",
    "summary",   "transcript", "data",      "partial_json", "signature"};

/// A server that sends more gains nothing: look-ups take time in proportion to these numbers.
constexpr std::size_t most_fields = 128;
constexpr std::size_t most_places = 128;

bool is_piece_field(std::string_view name) {
  return std::find(piece_fields.begin(), piece_fields.end(), name) != piece_fields.end();
}

template <typename Value>
bool has_field(const Json& object, std::string_view name, const Value& value) {
  const auto found = object.find(name);
  return found != object.end() && *found == value;
}

/// Precondition: the element is of this type.
template <typename Value>
Value value_of(dom::element element) {
  Value value{};
  return element.get(value) == simdjson::SUCCESS ? value : Value{};
}

Json text_part(std::string text) {
  return {{"type", "text"}, {"text", std::move(text)}};
}

}  // namespace

void AssembledResponse::begin(Json fields) {
  whole_ = std::move(fields);
  held_ = 0;
}

void AssembledResponse::merge(dom::element delta, Json& part) {
  merge_value(delta, false, part);
}

void AssembledResponse::merge_field(dom::key_value_pair field, Json& part) {
  if (!part.is_object()) part = Json::object();
  const std::string name(field.key);
  if (!part.contains(name)) {
    if (part.size() == most_fields) return;
    held_ += name.size() + sizeof(Json::value_type);
  }
  merge_value(field.value, is_piece_field(field.key), part[name]);
}

Json& AssembledResponse::item(Json& list, std::size_t number) {
  if (!list.is_array()) list = Json::array();
  while (list.size() <= number && list.size() < most_places) {
    list.push_back(Json::object());
    held_ += sizeof(Json);
  }
  return list[std::min(number, list.size() - 1)];
}

void AssembledResponse::merge_value(dom::element from, bool is_piece, Json& into) {
  switch (from.type()) {
    case dom::element_type::OBJECT:
      if (!into.is_object()) into = Json::object();
      for (const dom::key_value_pair field : value_of<dom::object>(from)) {
        merge_field(field, into);
      }
      return;
    case dom::element_type::ARRAY:
      return merge_items(value_of<dom::array>(from), into);
    case dom::element_type::STRING:
      return merge_text(value_of<std::string_view>(from), is_piece, into);
    case dom::element_type::INT64:
      into = value_of<std::int64_t>(from);
      return;
    case dom::element_type::UINT64:
      into = value_of<std::uint64_t>(from);
      return;
    case dom::element_type::DOUBLE:
      into = value_of<double>(from);
      return;
    case dom::element_type::BOOL:
      into = value_of<bool>(from);
      return;
    case dom::element_type::NULL_VALUE:
      return;
  }
}

void AssembledResponse::merge_text(std::string_view text, bool is_piece, Json& into) {
  // Mistral's content is a list of parts while the model thinks, and then text.
  if (is_piece && into.is_array()) {
    if (text.empty()) return;
    if (into.empty() || !has_field(into.back(), "type", "text")) into.push_back(text_part({}));
    return merge_text(text, true, into.back()["text"]);
  }
  if (!into.is_string()) into = std::string();
  auto& whole = into.get_ref<std::string&>();
  const std::size_t before = whole.capacity();
  if (!is_piece) whole.clear();
  whole += text;
  held_ += whole.capacity() - before;
}

void AssembledResponse::merge_items(dom::array items, Json& into) {
  if (into.is_string() && !into.get_ref<const std::string&>().empty()) {
    into = Json::array({text_part(into)});
  }
  if (!into.is_array()) into = Json::array();
  for (const dom::element item : items) merge_value(item, false, place_of(item, into));
}

Json& AssembledResponse::place_of(dom::element item, Json& list) {
  auto place = list.end();
  std::uint64_t index = 0;
  std::string_view text;
  if (read_value(item["index"], index)) {
    const auto searched = static_cast<std::ptrdiff_t>(std::min(list.size(), most_places));
    place = std::find_if(list.end() - searched, list.end(),
                         [index](const Json& other) { return has_field(other, "index", index); });
  } else if (!list.empty() && read_value(item["type"], text) &&
             has_field(list.back(), "type", text)) {
    place = list.end() - 1;
  }
  const bool is_known = place != list.end();
  if (is_known && (!read_value(item["id"], text) || text.empty() || !place->contains("id") ||
                   has_field(*place, "id", text))) {
    return *place;
  }
  held_ += sizeof(Json);
  return list.emplace_back();
}

}  // namespace paceline::api
