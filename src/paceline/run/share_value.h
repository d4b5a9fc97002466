#pragma once

#include <string>
#include <utility>

#include <paceline/run/ranks.h>
#include <paceline/stats/byte_form.h>
#include <paceline/text/result.h>

namespace paceline::run {

/// Gives rank 0's value or error to every rank; the values of the others are not used. The value
/// has stats::Members, or is a number. `what`: as for Ranks::share(). Errors: rank 0's, rank_lost,
/// ranks_differ.
template <typename Value>
Result<Value> share_value(Ranks& ranks, const std::string& what, const Result<Value>& own) {
  const auto shared = ranks.share(what, stats::to_bytes(own));
  if (!shared) return tl::unexpected(shared.error());
  if (ranks.index() == 0) return own;
  auto value = stats::of_bytes<Result<Value>>(*shared);
  if (!value) return tl::unexpected(unreadable_answer());
  return std::move(*value);
}

}  // namespace paceline::run
