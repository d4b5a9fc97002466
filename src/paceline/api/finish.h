#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/workload.h>

namespace paceline::api {

/// The reason in the words of any API, such as "length", "max_tokens" or "end_turn". Returns
/// nothing if the value is not a string, is empty, or is "null".
std::optional<Finish> read_finish(simdjson::simdjson_result<simdjson::dom::element> reason);

/// The arguments of the tool calls in one response. They may come in pieces.
class ToolCalls {
 public:
  /// Begins a call, unless it has begun.
  void begin(std::uint64_t call);
  /// Adds a piece of the arguments of call number `call`.
  void add(std::uint64_t call, std::string_view piece);
  /// Adds a call whose arguments are whole: a string of JSON, or an object.
  void add_whole(simdjson::simdjson_result<simdjson::dom::element> arguments);
  void clear();

  /// Whether there is any call.
  bool are_any() const { return !calls_.empty(); }
  /// Whether the arguments of every call are valid JSON. Nothing without a call, or if the
  /// arguments are too long to be kept. `may_lack_arguments`: whether a call without arguments is
  /// valid.
  std::optional<bool> are_valid(bool may_lack_arguments = false);
  /// Memory that is held, in bytes.
  std::size_t held() const { return held_; }

 private:
  struct Call {
    std::uint64_t number;
    std::string arguments;
  };

  Call* find(std::uint64_t call);

  std::vector<Call> calls_;
  std::size_t held_ = 0;
  bool is_too_long_ = false;
  simdjson::dom::parser parser_;
};

}  // namespace paceline::api
