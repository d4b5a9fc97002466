#pragma once

#include <simdjson.h>

namespace paceline {

/// Sets `value` and is true when the element is there and of its type; else leaves it alone.
template <typename Value>
bool read_value(simdjson::simdjson_result<simdjson::dom::element> found, Value& value) {
  return found.get(value) == simdjson::SUCCESS;
}

}  // namespace paceline
