#pragma once

#include <simdjson.h>

namespace paceline {

/// Sets `value` and is true when the element is there and of its type; else leaves it alone.
template <typename Value>
bool read_value(simdjson::simdjson_result<simdjson::dom::element> found, Value& value) {
  return found.get(value) == simdjson::SUCCESS;
}

/// An element as a look-up would have found it.
inline simdjson::simdjson_result<simdjson::dom::element> as_found(simdjson::dom::element element) {
  // Its constructor wants an element of its own.
  return simdjson::simdjson_result<simdjson::dom::element>(simdjson::dom::element(element));
}

/// Whether the element is there and no null.
inline bool has_value(simdjson::simdjson_result<simdjson::dom::element> found) {
  simdjson::dom::element element;
  return found.get(element) == simdjson::SUCCESS && !element.is_null();
}

}  // namespace paceline
