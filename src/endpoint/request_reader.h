#pragma once

#include <simdjson.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <endpoint/api_request.h>
#include <endpoint/generation.h>
#include <endpoint/random_models.h>
#include <endpoint/tools.h>
#include <paceline/endpoint.h>

namespace paceline::endpoint {

/// Remembers prompts, as the prefix cache of a language model's server does, and finds the
/// beginning that a prompt shares with earlier ones.
///
/// The unit is a block of 16 tokens, which is identified by its text and all text before it. The
/// number of blocks is limited: the least recently used one is replaced, within sets of 8.
class PrefixCache {
 public:
  static constexpr std::size_t block_tokens = 16;
  static constexpr std::size_t block_bytes = 4 * block_tokens;

  /// `tokens`: the capacity, which is rounded up to a power of two of blocks. 0: the cache
  /// remembers nothing.
  explicit PrefixCache(std::size_t tokens);

  /// Begins a prompt. Models share no blocks.
  void begin(std::string_view model);
  /// Appends text to the prompt, and remembers each block that is full.
  void add(std::string_view text);
  /// Number of tokens at the beginning of the prompt that earlier prompts share.
  std::size_t cached_tokens() const { return found_ * block_tokens; }

 private:
  static constexpr std::size_t ways = 8;
  /// One cache line of the CPU. The most recently used block is the first.
  struct alignas(64) Set {
    std::array<std::uint64_t, ways> keys;
  };

  void add_block(const char* text);
  bool touch(std::uint64_t key);

  std::vector<Set> sets_;
  std::uint64_t chain_ = 0;
  std::size_t found_ = 0;
  bool all_found_ = true;
  std::array<char, block_bytes> part_{};
  std::size_t part_size_ = 0;
};

/// The approximate number of tokens in a text: OpenAI's rule of thumb is four bytes per token.
std::size_t tokens_of(std::string_view text);

/// Counts the tokens of a prompt, and looks the prompt up in the cache.
class PromptCounter {
 public:
  /// For a prompt of messages. `cache` outlives the counter, and serves one counter at a time.
  PromptCounter(PrefixCache& cache, std::string_view model);
  /// For a prompt without messages, which has no tokens around its text.
  static PromptCounter plain(PrefixCache& cache, std::string_view model);

  void add_message(std::string_view role, std::string_view text);
  /// `message` may be any JSON. Parts without text or image are ignored.
  void add_message(simdjson::dom::element message);
  /// `content` is a text or an array of parts. Other JSON counts as no text.
  void add_message(std::string_view role, simdjson::dom::element content);

  void add_text(std::string_view text);
  /// Adds a token by its number.
  void add_token(std::int64_t number);

  std::size_t tokens() const { return tokens_; }
  std::size_t cached_tokens() const { return cache_.cached_tokens(); }
  /// Why the prompt is refused: its first broken image.
  const std::optional<ApiError>& error() const { return error_; }

 private:
  void add_role(std::string_view role);
  void add_content(simdjson::dom::element content, bool is_nested);
  void add_part(simdjson::dom::element part, bool is_nested);
  void add_image(simdjson::dom::element part);

  PrefixCache& cache_;
  std::size_t tokens_;
  std::optional<ApiError> error_;
};

/// Reads requests for text as the APIs of OpenAI and Anthropic and vLLM do, and decides the length
/// of each response. Reuses its parser and buffers: a short prompt takes about 0.5 us.
class RequestReader {
 public:
  /// `lengths`: lengths of responses whose requests set no limit. `tools`: which responses call
  /// one. `cache_tokens`: as for PrefixCache.
  explicit RequestReader(const LengthModel& lengths, const ToolChooser& tools = ToolChooser(),
                         std::size_t cache_tokens = EndpointOptions{}.cache_tokens)
      : lengths_(lengths), tools_(tools), cache_(cache_tokens) {}

  /// Reads a request of this API into `response`. `body` keeps its text, but may move in memory.
  std::optional<ApiError> read_chat(std::string& body, Generation& response);
  std::optional<ApiError> read_completions(std::string& body, Generation& response);
  std::optional<ApiError> read_responses(std::string& body, Generation& response);
  std::optional<ApiError> read_messages(std::string& body, Generation& response);

 private:
  using Object = simdjson::dom::object;
  using Element = simdjson::dom::element;
  /// The response lengths that the request specifies, in tokens.
  struct Length {
    std::size_t wanted = 0;
    std::size_t least = 0;
    std::optional<std::size_t> most;
    bool ignores_end = false;
  };

  std::optional<ApiError> read_chat_messages(Object body, Generation& response);
  static std::optional<ApiError> take_prompt(const PromptCounter& prompt, Generation& response);
  std::optional<ApiError> read_input(Object body, Generation& response);
  std::optional<ApiError> read_prompts(Object body, Generation& response);
  std::optional<ApiError> add_prompt(Element prompt, bool echoes, Generation& response);
  static std::optional<ApiError> check_echoes(const Generation& response);

  // Defined in request_reader_messages.cc:
  std::optional<ApiError> read_system_and_messages(Object body, Generation& response);
  std::optional<ApiError> read_output_format(Object body);

  // Defined in request_reader_length.cc:
  static std::optional<ApiError> read_choices(Object body, Generation& response);
  std::optional<ApiError> read_length(Object body, std::span<const std::string_view> limits,
                                      Generation& response);
  std::optional<ApiError> read_text_format(Object body);
  std::optional<ApiError> read_format(std::optional<Element> format, std::string_view name);
  static void set_length(const Length& length, Generation& response);
  static void set_json_length(JsonResponse& json, const Length& length, Generation& response);
  std::optional<ApiError> read_streaming(Object body, Generation& response);
  std::optional<ApiError> read_tools(Object body, ToolForm form, Generation& response);
  static void add_tools(Object body, PromptCounter& prompt);
  void begin(Generation& response);

  LengthModel lengths_;
  ToolChooser tools_;
  std::optional<JsonResponse> json_;  // the response, if it is JSON
  PrefixCache cache_;
  simdjson::dom::parser parser_;
  std::uint64_t responses_ = 0;
};

}  // namespace paceline::endpoint
