#pragma once

#include <simdjson.h>

#include <optional>

#include <paceline/outcome.h>

namespace paceline {

/// The usage that a response or a stream's event tells, by any of the names that OpenAI-compatible
/// APIs give it: `usage`, `x_groq.usage` or `choices[0].usage`. Nothing where there is none, or
/// nothing but zeros. A number that is negative, or beyond any response's, counts as absent.
std::optional<Usage> read_usage(simdjson::dom::element holder);

/// Adds what a later event of the same stream tells. The last number counts, but no zero takes the
/// place of another number.
void merge_usage(std::optional<Usage>& usage, const std::optional<Usage>& later);

}  // namespace paceline
