#pragma once

#include <endpoint/generation.h>
#include <paceline/text/result.h>
#include <simdjson.h>

namespace paceline::endpoint {

/// A value that conforms to a JSON schema, as simple as possible: an object has its required
/// properties, a number is 0 or near 0, an array has minItems.
///
/// Supports type, properties, required, items, prefixItems, enum, const, anyOf, oneOf, allOf of one
/// schema, $ref within the schema, format, and the bounds of numbers, lengths and items.
/// Error: invalid_value for a schema that has another keyword or that no value conforms to.
Result<JsonResponse> json_for_schema(simdjson::dom::element schema);

}  // namespace paceline::endpoint
