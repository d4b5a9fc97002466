#pragma once

#include <endpoint/json_response.h>
#include <simdjson.h>

#include <string>
#include <variant>

namespace paceline {

/// A value that conforms to a JSON schema, as simple as one can be: an object has its required
/// properties, a number is 0 or next to it, an array has minItems. Knows type, properties,
/// required, items, prefixItems, enum, const, anyOf, oneOf, allOf with one schema, $ref within the
/// schema, format, and the bounds of numbers, lengths and items. The string is a sentence: what it
/// does not know, or why nothing conforms.
std::variant<JsonResponse, std::string> json_for_schema(simdjson::dom::element schema);

}  // namespace paceline
