#include <programs/cancel_flag.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include <paceline/text/numbers.h>
#include <paceline/text/strings.h>

namespace paceline::programs {

void add_cancel_flag(CLI::App& app, std::optional<Cancellation>& cancellation) {
  const std::string name = "--paceline_cancel";
  const auto set = [&cancellation, name](const std::string& text) {
    const auto refuse = [&name, &text](std::string_view why) {
      constexpr std::size_t enough = 40;
      throw CLI::ValidationError(name, fmt::format("'{}' {}", text::cut_utf8(text, enough), why));
    };
    const std::string_view whole = text;
    const std::size_t sign = whole.find('@');
    if (sign == std::string_view::npos) refuse("is not SHARE@TIME, such as 10%@500ms");
    const auto share = text::parse_share(whole.substr(0, sign));
    if (!share) refuse("needs a share above 0 and at most 100% before the @, such as 0.1 or 10%");
    const auto after = text::parse_duration(whole.substr(sign + 1));
    if (!after) throw CLI::ValidationError(name, after.error().message);
    if (*after < std::chrono::milliseconds(1)) refuse("needs a time of at least 1ms after the @");
    cancellation = {*share, std::chrono::ceil<std::chrono::milliseconds>(*after)};
  };
  app.add_option_function<std::string>(
         name, set,
         "Closes this share of the requests this long after their send, such as 0.1@500ms or "
         "10%@500ms, for servers whose abort paths matter. HTTP/1.1 closes the connection, HTTP/2 "
         "resets the stream. A response that ends earlier counts as any other; cancelled requests "
         "are neither successes nor failures [none]")
      ->type_name("SHARE@TIME");
}

}  // namespace paceline::programs
