#include <programs/options.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/text/numbers.h>
#include <paceline/text/strings.h>
#include <paceline/workload/lengths_text.h>
#include <programs/flags.h>
#include <programs/help.h>

namespace paceline::programs {
namespace {

/// CLI11 alone would read -1 as a very large number.
const CLI::Range token_count(std::size_t{0}, std::size_t{10'000'000});
const std::map<std::string, LimitField> limit_fields{
    {"auto", LimitField::automatic},
    {"max_completion_tokens", LimitField::max_completion_tokens},
    {"max_tokens", LimitField::max_tokens}};
const std::map<std::string, std::optional<bool>> usage_choices{
    {"auto", std::nullopt}, {"on", true}, {"off", false}};
const std::map<std::string, Nonce> nonces{
    {"none", Nonce::none}, {"start", Nonce::start}, {"end", Nonce::end}};

/// CLI::Range alone accepts nan.
std::string check_temperature(const std::string& text) {
  constexpr double highest = 2;
  double value = 0;
  if (CLI::detail::lexical_cast(text, value) && value >= 0 && value <= highest) return {};
  return fmt::format("'{}' is not a temperature; give a number from 0 to 2, such as 0.7", text);
}

/// The numbers of a text such as "2x512x512", each from 1 on. Nothing if the text has another form.
template <std::size_t count>
std::optional<std::array<std::uint64_t, count>> parse_numbers(std::string_view text, char separator,
                                                              std::uint64_t most) {
  std::array<std::uint64_t, count> numbers{};
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = i + 1 < count ? text.find(separator) : text.size();
    if (end == text.npos) return std::nullopt;
    const auto number = text::parse_number(text.substr(0, end), std::uint64_t{1}, most);
    if (!number) return std::nullopt;
    numbers[i] = *number;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return numbers;
}

/// The exponent of "zipf" or "zipf=1.2".
std::optional<double> parse_zipf(std::string_view text) {
  constexpr std::string_view zipf = "zipf";
  if (text == zipf) return 1;
  if (!text.starts_with(zipf) || text.substr(zipf.size(), 1) != "=") return std::nullopt;
  return text::parse_number(text.substr(zipf.size() + 1), 0.0, 10.0);
}

void set_prefix_groups(std::string_view text, Prompt& prompt) {
  constexpr std::uint64_t most = 10'000'000;
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto numbers = parse_numbers<2>(text.substr(0, colon), 'x', most);
  const auto exponent = colon == text.size() ? 0.0 : parse_zipf(text.substr(colon + 1));
  if (!numbers || !exponent) {
    throw CLI::ValidationError(
        "--paceline_prefix_groups",
        fmt::format("'{}' is not COUNTxTOKENS or COUNTxTOKENS:zipf=S; give numbers up to {} and an "
                    "exponent up to 10, such as 100x1000 or 100x1000:zipf=1.2",
                    text::cut_utf8(text, 40), most));
  }
  if (prompt.shared_prefix_tokens > 0) {
    throw CLI::ValidationError(
        "--paceline_prefix_groups",
        "--paceline_shared_prefix gives all requests one prefix; leave out one of the two flags");
  }
  prompt.prefix_groups = {(*numbers)[0], *exponent};
  prompt.shared_prefix_tokens = static_cast<std::size_t>((*numbers)[1]);
}

void add_text_flags(CLI::App& app, WorkloadFlags& flags) {
  Prompt& prompt = flags.generation.prompt;
  app.add_option("--paceline_system", prompt.system,
                 "System message, such as 'Be brief.'; empty: none [an expert translator]");
  app.add_option("--paceline_prompt", prompt.text,
                 "User message, or text to embed, such as 'Tell me of {n}.' Each {n} becomes the "
                 "item's number [Translate: sentence #{n}: ...]");
  add_choice_flag(app, "--paceline_nonce", nonces, prompt.nonce,
                  "Where to insert a unique nonce that defeats caches: start (prefix caches too), "
                  "end or none [start]");
  app.add_option("--paceline_shared_prefix", prompt.shared_prefix_tokens,
                 "Starts every prompt with about this many tokens, the same in all runs, such as "
                 "1000. To measure hits of a prefix cache, use this flag [0]")
      ->check(token_count)
      ->type_name("TOKENS");
  app.add_option_function<std::string>(
         "--paceline_prefix_groups",
         [&prompt](const std::string& text) { set_prefix_groups(text, prompt); },
         "Starts each prompt with one of COUNT prefixes of about TOKENS tokens, which are the same "
         "in all runs, such as 100x1000. Each prefix begins equally many prompts, or, with :zipf "
         "or "
         ":zipf=S, the k-th one a share that is proportional to 1/k^S, such as 100x1000:zipf=1.2; "
         ":zipf alone is :zipf=1 [none]")
      ->type_name("COUNTxTOKENS");
  app.add_option_function<std::string>(
         "--paceline_synthetic",
         [&flags](const std::string& text) {
           const auto parsed = workload::parse_synthetic(text);
           if (!parsed) {
             throw CLI::ValidationError("--paceline_synthetic", parsed.error().message);
           }
           flags.generation.prompt.synthetic_tokens = parsed->in;
           flags.generation.max_tokens = parsed->out;
         },
         "Synthetic prompts of about IN tokens, different for each request, with at most OUT "
         "tokens in the response, such as 512:128. Each length may be a distribution over the "
         "requests, such as normal(512,100):lognormal(128,p99=600): uniform(LOW,HIGH), "
         "normal(MEAN,STDDEV) or lognormal(MEDIAN,p99=VALUE), from 1 to 10000000 tokens. A request "
         "has the same lengths in every run [none]")
      ->type_name("IN:OUT");
}

void set_ids(const std::string& text, Prompt& prompt) {
  constexpr std::uint64_t most = 10'000'000;
  const auto numbers = parse_numbers<2>(text, ':', most);
  if (!numbers || (*numbers)[1] < 2) {
    throw CLI::ValidationError(
        "--paceline_prompt_ids",
        fmt::format("'{}' is not IN:VOCABULARY; give two numbers, such as 512:128000", text));
  }
  prompt.ids = {static_cast<std::size_t>((*numbers)[0]), (*numbers)[1]};
}

void set_images(const std::string& text, Prompt& prompt) {
  constexpr std::uint64_t longest_side = 8192;
  constexpr std::uint64_t most_images = 100;
  const auto numbers = parse_numbers<3>(text, 'x', longest_side);
  if (!numbers || (*numbers)[0] > most_images) {
    throw CLI::ValidationError(
        "--paceline_images",
        fmt::format("'{}' is not COUNTxWIDTHxHEIGHT; give at most 100 images and 8192 pixels a "
                    "side, such as 1x512x512",
                    text));
  }
  prompt.images = {static_cast<std::size_t>((*numbers)[0]),
                   static_cast<std::uint32_t>((*numbers)[1]),
                   static_cast<std::uint32_t>((*numbers)[2])};
}

void set_documents(const std::string& text, TextRanking& ranking) {
  constexpr std::uint64_t most = 100'000;
  const auto numbers = parse_numbers<2>(text, ':', most);
  if (!numbers) {
    throw CLI::ValidationError(
        "--paceline_documents",
        fmt::format("'{}' is not COUNT:TOKENS; give two numbers up to 100000, such as 10:100",
                    text));
  }
  ranking.documents = static_cast<std::size_t>((*numbers)[0]);
  ranking.document_tokens = static_cast<std::size_t>((*numbers)[1]);
}

void add_content_flags(CLI::App& app, WorkloadFlags& flags) {
  Prompt& prompt = flags.generation.prompt;
  app.add_option_function<std::string>(
         "--paceline_prompt_ids", [&prompt](const std::string& text) { set_ids(text, prompt); },
         "Prompts of exactly IN random token ids below VOCABULARY, different for each request, "
         "such "
         "as 512:128000, for completions and embeddings. Low ids, which are often special tokens, "
         "are left out [none]")
      ->type_name("IN:VOCABULARY");
  app.add_option_function<std::string>(
         "--paceline_images", [&prompt](const std::string& text) { set_images(text, prompt); },
         "PNG images in each prompt, different for each request, such as 1x512x512, for chat, "
         "responses and messages [none]")
      ->type_name("COUNTxWIDTHxHEIGHT");
  app.add_option(
         "--paceline_tools", flags.tools_file,
         "File with the tools that the model may call, a JSON array in the form of any API, "
         "such as tools.json, for chat, responses and messages [none]")
      ->type_name("FILE.json");
  app.add_option(
         "--paceline_response_format", flags.response_format_file,
         "File with the JSON schema of responses, or with the field response_format of chat "
         "completions, such as schema.json [none]")
      ->type_name("FILE.json");
  app.add_option_function<std::string>(
         "--paceline_documents",
         [&flags](const std::string& text) { set_documents(text, flags.ranking); },
         "Documents of rerank/create and their length, such as 100:200 [10:100]")
      ->type_name("COUNT:TOKENS");
}

void add_length_flags(CLI::App& app, TextGeneration& generation) {
  app.add_option_function<std::uint64_t>(
         "--paceline_max_tokens",
         [&generation](std::uint64_t tokens) { generation.max_tokens = tokens; },
         "Most tokens in a response, such as 128 [not sent; the server decides. For messages "
         "1024]")
      ->check(token_count)
      ->type_name("N");
  app.add_option("--paceline_min_tokens", generation.min_tokens,
                 "Fewest tokens in a response, such as 128, for servers with this field, such as "
                 "vLLM [not sent]")
      ->check(token_count)
      ->type_name("N");
  add_choice_flag(app, "--paceline_max_tokens_field", limit_fields, generation.limit_field,
                  "Field of chat completions for --paceline_max_tokens: max_completion_tokens, "
                  "max_tokens, or auto (the former, unless the first response shows that the "
                  "server refuses or ignores it) [auto]");
  add_choice_flag(
      app, "--paceline_stream_usage", usage_choices, generation.asks_usage,
      "Whether chat/stream and completions/stream ask for the usage (stream_options): on, "
      "off, or auto (on, unless the first response shows that the server refuses the "
      "field) [auto]");
  app.add_flag(
      "--paceline_chunk_usage{true}", generation.asks_chunk_usage,
      "Asks for the usage in each chunk of chat/stream and completions/stream, from servers "
      "with the field continuous_usage_stats, such as vLLM. The time between two chunks is "
      "then divided among the tokens of the later one");
  app.add_flag("--paceline_ignore_eos{true}", generation.ignore_eos,
               "Makes responses as long as --paceline_max_tokens, for servers with this field, "
               "such as vLLM and llama.cpp");
}

}  // namespace

void add_prompt_flags(CLI::App& app, WorkloadFlags& flags) {
  add_text_flags(app, flags);
  add_content_flags(app, flags);
  add_length_flags(app, flags.generation);
  app.add_option("--paceline_temperature", flags.generation.temperature,
                 "Sampling temperature, from 0 to 2, such as 0.7 [not sent]")
      ->check(check_temperature)
      ->type_name("NUMBER");
}

Result<void> check_prompt_flags(const WorkloadFlags& flags) {
  const TextGeneration& generation = flags.generation;
  const auto most = generation.max_tokens.fixed();
  const bool has_lengths = flags.trace && flags.trace->has_out();
  if (most == 0U && !has_lengths && (generation.ignore_eos || generation.min_tokens > 0)) {
    return fail(
        ErrorCode::invalid_value,
        "--paceline_ignore_eos and --paceline_min_tokens need --paceline_max_tokens, the length "
        "at which a response ends");
  }
  if (!most && generation.min_tokens > 0) {
    return fail(ErrorCode::invalid_value,
                "--paceline_min_tokens is one length, but --paceline_synthetic has a distribution "
                "of lengths; leave out --paceline_min_tokens, and give --paceline_ignore_eos if "
                "the server has that field");
  }
  if (most && generation.min_tokens > *most) {
    return fail(ErrorCode::invalid_value,
                "--paceline_min_tokens is more than --paceline_max_tokens; lower it");
  }
  return {};
}

}  // namespace paceline::programs
