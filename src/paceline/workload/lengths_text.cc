#include <fmt/format.h>
#include <paceline/text/numbers.h>
#include <paceline/text/strings.h>
#include <paceline/workload/lengths_text.h>

#include <cstdint>
#include <optional>

namespace paceline::workload {
namespace {

tl::unexpected<Error> refuse_length(std::string_view text, std::string_view why) {
  constexpr std::size_t enough = 60;
  return fail(ErrorCode::invalid_value, fmt::format("'{}' {}", text::cut_utf8(text, enough), why));
}

tl::unexpected<Error> refuse_form(std::string_view text) {
  return refuse_length(
      text, fmt::format("is not a length in tokens; give a number from 1 to {}, uniform(LOW,HIGH), "
                        "normal(MEAN,STDDEV) or lognormal(MEDIAN,p99=VALUE), such as "
                        "normal(512,100)",
                        Lengths::longest));
}

/// A distribution as written: its kind, and the two numbers in its parentheses.
struct WrittenDistribution {
  std::string_view kind;
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

/// Nothing if the text has another form.
std::optional<WrittenDistribution> read_distribution(std::string_view text) {
  constexpr std::string_view p99 = "p99=";
  const std::size_t opening = text.find('(');
  const std::size_t comma = text.find(',');
  if (comma == text.npos || opening > comma || !text.ends_with(')')) return std::nullopt;
  const std::string_view kind = text.substr(0, opening);
  const std::string_view first = text.substr(opening + 1, comma - opening - 1);
  std::string_view second = text.substr(comma + 1, text.size() - comma - 2);
  if (second.starts_with(p99) != (kind == "lognormal")) return std::nullopt;
  if (second.starts_with(p99)) second.remove_prefix(p99.size());
  const auto low = text::parse_number(first, std::uint64_t{1}, Lengths::longest);
  const auto high = text::parse_number(second, std::uint64_t{0}, Lengths::longest);
  if (!low || !high) return std::nullopt;
  return WrittenDistribution{kind, *low, *high};
}

Result<Lengths> parse_lengths(std::string_view text) {
  if (const auto tokens = text::parse_number(text, std::uint64_t{1}, Lengths::longest)) {
    return Lengths(*tokens);
  }
  const auto written = read_distribution(text);
  if (!written) return refuse_form(text);
  const auto [kind, first, second] = *written;
  if (kind == "normal") return Lengths::normal(first, second);
  if (kind == "uniform") {
    if (second < first) return refuse_length(text, "has a HIGH below its LOW; swap them");
    return Lengths::uniform(first, second);
  }
  if (kind == "lognormal") {
    if (second < first) {
      return refuse_length(text, "has a p99 below its median, the first number; correct one");
    }
    return Lengths::lognormal(first, second);
  }
  return refuse_form(text);
}

}  // namespace

Result<Synthetic> parse_synthetic(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return refuse_length(text,
                         "is not a pair of lengths in tokens; give one for the prompt and one for "
                         "the response, such as 1000:100");
  }
  auto in = parse_lengths(text.substr(0, colon));
  if (!in) return tl::unexpected(std::move(in.error()));
  auto out = parse_lengths(text.substr(colon + 1));
  if (!out) return tl::unexpected(std::move(out.error()));
  return Synthetic{*in, *out};
}

}  // namespace paceline::workload
