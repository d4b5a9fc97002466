#include <paceline/pace/stages_text.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include <paceline/text/numbers.h>
#include <paceline/text/strings.h>

namespace paceline::pace {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view range_mark = "..";

tl::unexpected<Error> refuse(std::string_view part, std::string_view why) {
  constexpr std::size_t enough = 40;
  return fail(ErrorCode::invalid_value, fmt::format("'{}' {}", text::cut_utf8(part, enough), why));
}

std::optional<std::uint64_t> rate_of(std::string_view text) {
  return text::parse_number<std::uint64_t>(text, 0, most_staged_rpm);
}

Result<Stage> parse_stage(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) {
    return refuse(text, "is not a stage such as 60s@6000 or 5m@6000..60000");
  }
  const auto length = text::parse_duration(text.substr(0, at));
  if (!length) return tl::unexpected(length.error());
  if (*length <= nanoseconds(0) || *length > longest_stage) {
    return refuse(text, "is not longer than 0 and at most 240h");
  }
  const std::string_view rates = text.substr(at + 1);
  const std::size_t mark = rates.find(range_mark);
  const auto first = rate_of(rates.substr(0, mark));
  const auto last =
      mark == std::string_view::npos ? first : rate_of(rates.substr(mark + range_mark.size()));
  if (!first || !last) {
    return refuse(rates, fmt::format("is not a rate or two rates from 0 to {}, such as 6000 or "
                                     "6000..60000",
                                     most_staged_rpm));
  }
  return Stage{*length, *first, *last};
}

/// The shortest exact text of a length, such as "5m", "90s" or "250us".
std::string length_text(nanoseconds length) {
  struct Unit {
    nanoseconds length;
    const char* name;
  };
  using namespace std::chrono_literals;
  for (const auto& [unit, name] :
       {Unit{1h, "h"}, Unit{1min, "m"}, Unit{1s, "s"}, Unit{1ms, "ms"}, Unit{1us, "us"}}) {
    if (length % unit == 0ns) return fmt::format("{}{}", length / unit, name);
  }
  return fmt::format("{}ns", length.count());
}

}  // namespace

Result<std::vector<Stage>> parse_stages(std::string_view text) {
  std::vector<Stage> stages;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const auto stage = parse_stage(text.substr(begin, end - begin));
    if (!stage) return tl::unexpected(stage.error());
    stages.push_back(*stage);
    begin = end + 1;
  }
  if (stages.size() > most_stages) {
    return fail(ErrorCode::invalid_value,
                fmt::format("there are {} stages, more than {}", stages.size(), most_stages));
  }
  const bool has_rate = std::any_of(stages.begin(), stages.end(), [](const Stage& stage) {
    return stage.first_rpm > 0 || stage.last_rpm > 0;
  });
  if (!has_rate) return refuse(text, "has no rate above 0");
  return stages;
}

std::string stages_text(const std::vector<Stage>& stages) {
  std::string text;
  for (const auto& [length, first, last] : stages) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}@{}", length_text(length), first);
    if (last != first) text += fmt::format("{}{}", range_mark, last);
  }
  return text;
}

}  // namespace paceline::pace
