#pragma once

#include <simdjson.h>

#include <optional>

#include <paceline/workload.h>

namespace paceline::workload {

/// The usage in a response or an event, under any of the names that OpenAI-compatible APIs use:
/// `usage`, `x_groq.usage` or `choices[0].usage`. Nothing if there is none or all numbers are zero.
/// A number that is negative or absurdly large counts as absent.
std::optional<Usage> read_usage(simdjson::dom::element holder);

/// Merges the usage of a later event of the same stream. A later number replaces an earlier one,
/// unless the later number is zero.
void merge_usage(std::optional<Usage>& usage, const std::optional<Usage>& later);

}  // namespace paceline::workload
