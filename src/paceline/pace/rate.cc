#include <paceline/pace/rate.h>

namespace paceline {
namespace {

__extension__ using Wide = unsigned __int128;
constexpr std::uint64_t minute_ns = 60'000'000'000;

}  // namespace

std::optional<Rate> Rate::per_minute(std::uint64_t requests) {
  if (requests == 0) return std::nullopt;
  return Rate(requests);
}

std::chrono::nanoseconds Rate::due(std::uint64_t slot) const {
  const Wide scaled = Wide{slot} * minute_ns + (requests_ - 1);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(scaled / requests_));
}

}  // namespace paceline
