#pragma once

#include <simdjson.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include <paceline/api/api_form.h>

namespace paceline::api {

/// The JSON of a streamed response, assembled from the deltas in its events.
///
/// Pieces of a text are joined, and objects are merged by field. An item of an array is merged into
/// the item with the same "index". Without an index, a tool call is merged into the call at the
/// same place, and a part of a text into a last item of the same type; any other item is new. An
/// item with another "id" is always new. Any other value replaces the earlier one; null replaces
/// nothing.
///
/// A delta costs time in proportion to its size: an object keeps at most 128 fields, and only the
/// last 128 items of an array are searched. Not thread-safe.
class AssembledResponse {
 public:
  /// Begins a response with these fields.
  void begin(Json fields);
  /// Merges a delta of `part`, an object in whole().
  void merge(simdjson::dom::object delta, Json& part);
  /// Merges a field of a delta of `part`, an object in whole().
  void merge_field(std::string_view name, simdjson::dom::element value, Json& part);
  /// Appends an item to the list `field` of `part`, an object in whole().
  void append(simdjson::dom::element item, const char* field, Json& part);
  /// Item number `number` of the list `field` of whole(), which has objects only. The last item if
  /// the list would become too long.
  Json& item(const char* field, std::size_t number);

  const Json& whole() const { return whole_; }
  Json& whole() { return whole_; }
  /// Memory that is held, in bytes.
  std::size_t held() const { return held_; }

 private:
  void merge_value(simdjson::dom::element from, bool is_piece, Json& into);
  void merge_text(std::string_view text, bool is_piece, Json& into);
  void merge_items(simdjson::dom::array items, Json& into);
  /// The item of a list that an item at this place of a delta belongs to, or a new one.
  Json& place_of(simdjson::dom::element item, std::size_t place, Json& list);
  /// Appends an item.
  Json& add_to(Json& list, Json item = nullptr);
  /// Makes `value` an empty value of another type, unless it has the type.
  void become(Json::value_t type, Json& value);

  Json whole_;
  std::size_t held_ = 0;
};

}  // namespace paceline::api
