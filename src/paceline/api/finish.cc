#include <paceline/api/finish.h>

#include <algorithm>
#include <array>
#include <utility>

#include <paceline/api/json_reader.h>

namespace paceline::api {
namespace {

/// Longer arguments are not kept, so that no server can fill the memory.
constexpr std::size_t most_argument_bytes = std::size_t{1} << 20U;
constexpr std::size_t most_calls = 128;

struct FinishWord {
  std::string_view word;
  Finish finish;
};
constexpr std::array<FinishWord, 17> finish_words{
    {{"stop", Finish::stop},
     {"end_turn", Finish::stop},
     {"stop_sequence", Finish::stop},
     {"eos", Finish::stop},
     {"eos_token", Finish::stop},
     {"completed", Finish::stop},
     {"length", Finish::length},
     {"max_tokens", Finish::length},
     {"max_output_tokens", Finish::length},
     {"model_length", Finish::length},
     {"model_context_window_exceeded", Finish::length},
     {"tool_calls", Finish::tool_calls},
     {"tool_use", Finish::tool_calls},
     {"function_call", Finish::tool_calls},
     {"content_filter", Finish::content_filter},
     {"refusal", Finish::content_filter},
     {"safety", Finish::content_filter}}};

}  // namespace

std::optional<Finish> read_finish(simdjson::simdjson_result<simdjson::dom::element> reason) {
  std::string_view word;
  // Some servers send "" or "null" for a missing reason.
  if (!read_value(reason, word) || word.empty() || word == "null") return std::nullopt;
  const auto* known = std::find_if(finish_words.begin(), finish_words.end(),
                                   [word](const FinishWord& one) { return one.word == word; });
  return known == finish_words.end() ? Finish::other : known->finish;
}

ToolCalls::Call* ToolCalls::find(std::uint64_t call) {
  const auto found = std::find_if(calls_.begin(), calls_.end(),
                                  [call](const Call& one) { return one.number == call; });
  if (found != calls_.end()) return &*found;
  if (calls_.size() == most_calls) {
    is_too_long_ = true;
    return nullptr;
  }
  return &calls_.emplace_back(Call{call, {}});
}

void ToolCalls::begin(std::uint64_t call) {
  find(call);
}

void ToolCalls::add(std::uint64_t call, std::string_view piece) {
  Call* const known = find(call);
  is_too_long_ = is_too_long_ || held_ + piece.size() > most_argument_bytes;
  if (known == nullptr || is_too_long_) return;
  known->arguments += piece;
  held_ += piece.size();
}

void ToolCalls::add_whole(simdjson::simdjson_result<simdjson::dom::element> arguments) {
  std::string_view text;
  if (read_value(arguments, text)) {
    add(calls_.size(), text);
  } else if (simdjson::dom::object object; read_value(arguments, object)) {
    add(calls_.size(), "{}");
  } else {
    begin(calls_.size());
  }
}

void ToolCalls::clear() {
  calls_.clear();
  held_ = 0;
  is_too_long_ = false;
}

std::optional<bool> ToolCalls::are_valid(bool may_lack_arguments) {
  if (calls_.empty() || is_too_long_) return std::nullopt;
  return std::all_of(calls_.begin(), calls_.end(), [&](const Call& call) {
    if (call.arguments.empty()) return may_lack_arguments;
    return parser_.parse(call.arguments).error() == simdjson::SUCCESS;
  });
}

}  // namespace paceline::api
