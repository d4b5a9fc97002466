#include <paceline/run/stop_rule.h>

#include <fmt/format.h>

namespace paceline {
namespace {

constexpr std::size_t unconnected_at_most = 50;

}  // namespace

std::optional<std::string> StopRule::add(const Outcome& outcome, long status) {
  if (status == 401 || status == 403) return "the server refuses the key: " + outcome.why;
  const bool is_unconnected = outcome.failure == Failure::connect;
  unconnected_in_a_row_ = is_unconnected ? unconnected_in_a_row_ + 1 : 0;
  if (unconnected_in_a_row_ > unconnected_at_most) {
    return fmt::format("nobody answers any more, {} times in a row: {}", unconnected_in_a_row_,
                       outcome.why);
  }
  // A limit that is met is a result, not trouble.
  failed_[next_++ % window] = outcome.failure && outcome.failure != Failure::http_429;
  if (2 * failed_.count() <= window) return std::nullopt;
  return fmt::format("{} of the last {} requests failed, the last because {}", failed_.count(),
                     window, outcome.why);
}

}  // namespace paceline
