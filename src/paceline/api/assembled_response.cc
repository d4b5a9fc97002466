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

// Bounds on linear searches.
constexpr std::size_t most_fields = 128;
constexpr std::size_t most_places = 128;

/// An estimate of the heap memory of a text, an array or an object.
constexpr std::size_t bytes_of_block = 64;

bool is_piece_field(std::string_view name) {
  return std::find(piece_fields.begin(), piece_fields.end(), name) != piece_fields.end();
}

/// Whether parts of this type are pieces of one text.
bool is_text_type(std::string_view type) {
  constexpr std::array<std::string_view, 4> types{"text", "thinking", "reasoning.text",
                                                  "reasoning.summary"};
  return std::find(types.begin(), types.end(), type) != types.end();
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

void AssembledResponse::merge(dom::object delta, Json& part) {
  for (const dom::key_value_pair field : delta) merge_field(field.key, field.value, part);
}

void AssembledResponse::merge_field(std::string_view name, dom::element value, Json& part) {
  const std::string key(name);
  if (!part.contains(key)) {
    if (part.size() == most_fields) return;
    held_ += bytes_of_block + key.size();
  }
  merge_value(value, is_piece_field(name), part[key]);
}

void AssembledResponse::append(dom::element item, const char* field, Json& part) {
  Json& list = part[field];
  become(Json::value_t::array, list);
  merge_value(item, false, add_to(list));
}

Json& AssembledResponse::item(const char* field, std::size_t number) {
  Json& list = whole_[field];
  become(Json::value_t::array, list);
  while (list.size() <= number && list.size() < most_places) add_to(list, Json::object());
  Json& found = list[std::min(number, list.size() - 1)];
  become(Json::value_t::object, found);
  return found;
}

void AssembledResponse::become(Json::value_t type, Json& value) {
  if (value.type() == type) return;
  value = Json(type);
  held_ += bytes_of_block;
}

Json& AssembledResponse::add_to(Json& list, Json item) {
  // A list grows to twice its size.
  held_ += 2 * sizeof(Json);
  return list.emplace_back(std::move(item));
}

void AssembledResponse::merge_value(dom::element from, bool is_piece, Json& into) {
  switch (from.type()) {
    case dom::element_type::OBJECT:
      become(Json::value_t::object, into);
      return merge(value_of<dom::object>(from), into);
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
  // Mistral streams the content as a list of parts while the model thinks, and as text afterwards.
  if (is_piece && into.is_array()) {
    if (text.empty()) return;
    if (into.empty() || !has_field(into.back(), "type", "text")) add_to(into, text_part({}));
    return merge_text(text, true, into.back()["text"]);
  }
  become(Json::value_t::string, into);
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
  become(Json::value_t::array, into);
  std::size_t place = 0;
  for (const dom::element item : items) merge_value(item, false, place_of(item, place++, into));
}

Json& AssembledResponse::place_of(dom::element item, std::size_t place, Json& list) {
  std::string_view id;
  std::string_view type;
  std::uint64_t index = 0;
  const bool has_id = read_value(item["id"], id) && !id.empty();
  const auto may_be = [has_id, id](const Json& other) {
    return other.is_object() && (!has_id || !other.contains("id") || has_field(other, "id", "") ||
                                 has_field(other, "id", id));
  };
  if (read_value(item["index"], index)) {
    const std::size_t searched = std::min(list.size(), most_places);
    for (std::size_t from_end = 1; from_end <= searched; ++from_end) {
      Json& other = list[list.size() - from_end];
      if (has_field(other, "index", index) && may_be(other)) return other;
    }
  } else if (has_value(item["function"]) || has_value(item["custom"])) {
    if (place < list.size() && may_be(list[place])) return list[place];
  } else if (!list.empty() && read_value(item["type"], type) && is_text_type(type)) {
    if (has_field(list.back(), "type", type) && may_be(list.back())) return list.back();
  }
  return add_to(list);
}

}  // namespace paceline::api
