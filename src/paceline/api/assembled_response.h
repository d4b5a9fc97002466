#pragma once

#include <simdjson.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include <paceline/api/api_form.h>

namespace paceline::api {

/// The JSON of a streamed response, assembled from the deltas in its events.
///
/// Pieces of a text are joined. Objects are merged by field. An item of an array is merged into the
/// item of the same "index", or else into the last item if that has the same "type"; an item with
/// another "id" is a new one. Any other value replaces the one before, unless the new one is null.
/// A delta costs time in proportion to its size, however the server nests it. Not thread-safe.
class AssembledResponse {
 public:
  /// Begins a response with these fields.
  void begin(Json fields);
  /// Merges a delta of `part`, a value in whole().
  void merge(simdjson::dom::element delta, Json& part);
  /// Merges a field of a delta of `part`.
  void merge_field(simdjson::dom::key_value_pair field, Json& part);
  /// The item of this number in a list of whole(); the last one if the list would become too long.
  Json& item(Json& list, std::size_t number);

  Json& whole() { return whole_; }
  const Json& whole() const { return whole_; }
  /// Memory that is held, in bytes.
  std::size_t held() const { return held_; }

 private:
  void merge_value(simdjson::dom::element from, bool is_piece, Json& into);
  void merge_text(std::string_view text, bool is_piece, Json& into);
  void merge_items(simdjson::dom::array items, Json& into);
  /// The item of a list that an item of a delta belongs to, or a new one.
  Json& place_of(simdjson::dom::element item, Json& list);

  Json whole_;
  std::size_t held_ = 0;
};

}  // namespace paceline::api
