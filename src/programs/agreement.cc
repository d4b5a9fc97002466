#include <programs/agreement.h>

#include <fmt/format.h>

#include <cstddef>
#include <utility>
#include <vector>

#include <paceline/stats/byte_form.h>

namespace paceline::programs {

Result<void> agree(run::Ranks& ranks, const std::optional<Error>& own) {
  const auto texts = ranks.exchange("errors", own ? stats::to_bytes(*own) : std::string());
  if (own) return tl::unexpected(*own);
  if (!texts) return tl::unexpected(texts.error());
  for (std::size_t rank = 0; rank < texts->size(); ++rank) {
    if ((*texts)[rank].empty()) continue;
    Error error = stats::of_bytes<Error>((*texts)[rank]).value_or(Error{});
    error.message = fmt::format("{}: {}", ranks.name_of(rank), error.message);
    return tl::unexpected(std::move(error));
  }
  return {};
}

Result<void> check_same(run::Ranks& ranks, const std::string& what, const std::string& text) {
  const auto texts = ranks.exchange(what, text);
  if (!texts) return tl::unexpected(texts.error());
  for (std::size_t rank = 0; rank < texts->size(); ++rank) {
    if ((*texts)[rank] == texts->front()) continue;
    return fail(ErrorCode::ranks_differ,
                fmt::format("{} has other {} than rank 0: '{}' instead of '{}'",
                            ranks.name_of(rank), what, (*texts)[rank], texts->front()));
  }
  return {};
}

}  // namespace paceline::programs
