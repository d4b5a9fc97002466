#include <paceline/run/ranks.h>

#include <utility>

#include <paceline/stats/byte_form.h>

namespace paceline::run {

Result<std::vector<std::string>> Ranks::exchange(const std::string& what, const std::string& text) {
  const auto all = combine(
      what, text, [](const std::vector<std::string>& texts) { return stats::to_bytes(texts); });
  if (!all) return tl::unexpected(all.error());
  auto texts = stats::of_bytes<std::vector<std::string>>(*all);
  if (!texts) return tl::unexpected(unreadable_answer());
  return std::move(*texts);
}

Error unreadable_answer() {
  return {ErrorCode::ranks_differ, "rank 0 makes another call than this rank"};
}

std::string OneRank::text() const {
  return "one process";
}

std::string OneRank::name_of(std::uint64_t /*rank*/) const {
  return "this program";
}

Result<std::string> OneRank::share(const std::string& /*what*/, const std::string& text) {
  return text;
}

Result<std::string> OneRank::combine(const std::string& /*what*/, const std::string& text,
                                     const Combine& combine) {
  return combine({text});
}

}  // namespace paceline::run
