#include <paceline/run/ranks.h>

#include <utility>

namespace paceline::run {

std::string OneRank::text() const {
  return "one process";
}

std::string OneRank::name_of(std::uint64_t /*rank*/) const {
  return "this program";
}

Result<std::string> OneRank::share(const std::string& /*what*/, const std::string& text) {
  return text;
}

Result<std::vector<std::string>> OneRank::exchange(const std::string& /*what*/,
                                                   const std::string& text) {
  return std::vector<std::string>{text};
}

std::optional<stats::RunTally> OneRank::gather(
    stats::RunTally tally, const std::shared_ptr<const stats::Groups>& /*groups*/) {
  return {std::move(tally)};
}

}  // namespace paceline::run
