#include <endpoint/faults.h>
#include <fmt/format.h>
#include <paceline/stats/uniform.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace paceline {
namespace {

struct Name {
  std::string_view text;
  Fault fault;
};

constexpr std::array<Name, 11> names = {{{"http_500", Fault::http_500},
                                         {"http_503", Fault::http_503},
                                         {"delay", Fault::delay},
                                         {"stall", Fault::stall},
                                         {"reset", Fault::reset},
                                         {"close", Fault::close},
                                         {"half_event", Fault::half_event},
                                         {"bad_json", Fault::bad_json},
                                         {"wrong_length", Fault::wrong_length},
                                         {"slow_drip", Fault::slow_drip},
                                         {"huge_body", Fault::huge_body}}};

std::variant<FaultShare, std::string> parse_one(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  const auto* found = std::find_if(names.begin(), names.end(),
                                   [name](const Name& known) { return known.text == name; });
  if (found == names.end()) {
    return fmt::format("'{}' is not a fault: give some of {}", name, fault_names());
  }
  FaultShare one{found->fault};
  if (colon == std::string_view::npos) return one;
  const auto share = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(share.data(), share.data() + share.size(), one.share);
  if (error != std::errc() || end != share.data() + share.size() || !(one.share > 0) ||
      one.share > 1) {
    return fmt::format(
        "'{}' is not a share of the responses: write one above 0 and up to 1, as in "
        "{}:0.01",
        share, name);
  }
  return one;
}

}  // namespace

std::string fault_names() {
  std::string all;
  for (const Name& name : names) {
    if (!all.empty()) all += ", ";
    all += name.text;
  }
  return all;
}

std::variant<std::vector<FaultShare>, std::string> parse_faults(std::string_view text) {
  std::vector<FaultShare> shares;
  double sum = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    auto one = parse_one(text.substr(begin, end - begin));
    if (auto* why = std::get_if<std::string>(&one)) return std::move(*why);
    shares.push_back(std::get<FaultShare>(one));
    sum += shares.back().share;
    begin = end + 1;
  }
  // Shares such as ten times 0.1 may add up to a little more than they should.
  constexpr double rounding = 1e-9;
  if (sum > 1 + rounding) {
    return fmt::format(
        "the shares of '{}' add up to {}: a response has one fault, so that they are "
        "to be 1 together at most",
        text, sum);
  }
  return shares;
}

std::optional<Fault> FaultDice::next() {
  if (shares_.empty()) return std::nullopt;
  double place = uniform(random_());
  for (const FaultShare& one : shares_) {
    if (place < one.share) return one.fault;
    place -= one.share;
  }
  return std::nullopt;
}

}  // namespace paceline
