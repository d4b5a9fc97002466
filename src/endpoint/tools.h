#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include <endpoint/api_request.h>
#include <endpoint/generation.h>

namespace paceline::endpoint {

/// The API in whose form a request offers tools.
enum class ToolForm { chat, responses, messages };

/// A call of a tool, with arguments that conform to the tool's schema.
struct ToolCall {
  std::string name;
  JsonResponse arguments;
};

/// Decides which responses call a tool, and which one: what `tool_choice` names, otherwise the
/// functions of `tools` in turn.
class ToolChooser {
 public:
  /// `share`: of the responses that may call a tool, but need not.
  explicit ToolChooser(double share = 0, std::uint64_t seed = 0) : share_(share), random_(seed) {}

  /// The call of the response; nothing: words. Error: `tools` or `tool_choice` is wrong, or no
  /// arguments can be made for the tool's schema.
  tl::expected<std::optional<ToolCall>, ApiError> choose(simdjson::dom::object body, ToolForm form);

 private:
  bool is_drawn();

  double share_;
  std::mt19937_64 random_;
  std::uint64_t calls_ = 0;
};

}  // namespace paceline::endpoint
