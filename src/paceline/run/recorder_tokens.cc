#include <paceline/run/recorder.h>
#include <paceline/run/response_tokens.h>

#include <algorithm>
#include <cmath>

namespace paceline::run {

std::optional<std::uint64_t> tokens_of(const Outcome& outcome, const TokenTimes* times) {
  if (outcome.usage && outcome.usage->completion_tokens) return outcome.usage->completion_tokens;
  if (times != nullptr) return times->events;
  return std::nullopt;
}

std::optional<std::chrono::nanoseconds> time_per_token(const Outcome& outcome,
                                                       const TokenTimes* times) {
  if (times == nullptr || times->events <= 1) return std::nullopt;
  const std::uint64_t count = outcome.streamed_tokens.value_or(*tokens_of(outcome, times));
  if (count <= 1) return std::nullopt;
  return (times->last - times->first) / static_cast<std::int64_t>(count - 1);
}

namespace {

/// Tokens per second of a response, in millionths.
std::uint64_t rate_of(std::uint64_t tokens, std::chrono::nanoseconds latency) {
  constexpr double millionths = 1e15;
  const double nanoseconds = std::max(static_cast<double>(latency.count()), 1.0);
  const double rate = millionths * static_cast<double>(tokens) / nanoseconds;
  return static_cast<std::uint64_t>(
      std::llround(std::min(rate, static_cast<double>(Moments::largest))));
}

}  // namespace

void Recorder::count_tokens(const PendingRequest& pending, const Response& response,
                            const Outcome& outcome, const TokenTimes* times) {
  TokenTally& tokens = tally_.tokens;
  if (times != nullptr) count_stream(pending, response, outcome, *times);
  if (outcome.finish) ++tokens.finishes[static_cast<std::size_t>(*outcome.finish)];
  if (outcome.tool_calls_valid) {
    ++tokens.responses_with_tool_calls;
    if (*outcome.tool_calls_valid) ++tokens.responses_with_valid_tool_calls;
  }
  const Usage usage = outcome.usage.value_or(Usage{});
  if (usage.prompt_tokens) {
    ++tokens.responses_with_in;
    tokens.in += *usage.prompt_tokens;
  }
  if (usage.cached_tokens) {
    ++tokens.responses_with_cached;
    tokens.cached += *usage.cached_tokens;
  }
  if (usage.reasoning_tokens) {
    ++tokens.responses_with_reasoning;
    tokens.reasoning += *usage.reasoning_tokens;
  }
  const std::optional<std::uint64_t> count = tokens_of(outcome, times);
  if (!count) return;
  ++(usage.completion_tokens ? tokens.responses_with_usage : tokens.responses_counted);
  tokens.out += *count;
  count_arrivals(*count, outcome, times, response.done);
  if (outcome.length_asked) {
    ++tokens.lengths_asked;
    const LengthAsked& asked = *outcome.length_asked;
    if (*count < asked.at_least || *count > asked.at_most) ++tokens.length_mismatches;
  }
}

void Recorder::count_stream(const PendingRequest& pending, const Response& response,
                            const Outcome& outcome, const TokenTimes& times) {
  TokenTally& tokens = tally_.tokens;
  ++tokens.streams;
  if (times.events == 0) ++tokens.streams_without_tokens;
  if (times.events == 0 || pending.tries > 1) return;
  if (outcome.usage && outcome.usage->completion_tokens) {
    tokens.streamed += outcome.streamed_tokens.value_or(*outcome.usage->completion_tokens);
    tokens.timed_parts += times.gaps.size() + 1;
  }
  tokens.ttft.record(times.first - response.sent);
  const bool began_with_thoughts = times.first_answer != times.first;
  if (began_with_thoughts) ++tokens.streams_with_thoughts;
  if (times.first_answer) {
    tokens.ttfa.record(*times.first_answer - response.sent);
    if (began_with_thoughts) tokens.thinking.record(*times.first_answer - times.first);
  }
  for (const Nanoseconds gap : times.gaps) tokens.itl.record(gap);
  if (const auto each = time_per_token(outcome, &times)) tokens.tpot.record(*each);
  tokens.stream_rates.record(rate_of(*tokens_of(outcome, &times), response.done - response.sent));
}

void Recorder::count_prefix(const PendingRequest& pending, const http::Exchange& exchange,
                            const Outcome& outcome, const TokenTimes* times) {
  const std::uint64_t length = exchange.request.prefix_tokens;
  if (length == 0 || !outcome.usage || !outcome.usage->cached_tokens) return;
  PrefixTally& prefixes = tally_.tokens.prefixes;
  // Servers cache whole blocks, and count the tokens of a prefix in their own way.
  const bool is_warm = 2 * *outcome.usage->cached_tokens >= length;
  ++(is_warm ? prefixes.warm : prefixes.cold);
  if (times == nullptr || times->events == 0 || pending.tries > 1) return;
  std::optional<Histogram>& ttft = is_warm ? prefixes.warm_ttft : prefixes.cold_ttft;
  if (!ttft) ttft.emplace();
  ttft->record(times->first - exchange.response.sent);
}

void Recorder::count_arrivals(std::uint64_t tokens, const Outcome& outcome, const TokenTimes* times,
                              TimePoint done) {
  PerSecond& arrivals = tally_.tokens.out_by_second;
  if (times == nullptr || times->events == 0) return arrivals.add(since_start(done), tokens);
  const std::uint64_t streamed = std::min(outcome.streamed_tokens.value_or(tokens), tokens);
  const std::uint64_t events = times->gaps.size() + 1;
  const std::uint64_t each = streamed / events;
  const std::uint64_t remainder = streamed % events;
  Nanoseconds when = since_start(times->first);
  Nanoseconds second = std::chrono::floor<std::chrono::seconds>(when);
  std::uint64_t in_second = tokens - streamed + each;
  // An event gets one token more whenever the remainders up to it make up a whole token.
  std::uint64_t owed = remainder;
  for (const Nanoseconds gap : times->gaps) {
    when += gap;
    if (when >= second + std::chrono::seconds(1)) {
      arrivals.add(second, in_second);
      second = std::chrono::floor<std::chrono::seconds>(when);
      in_second = 0;
    }
    owed += remainder;
    const bool has_one_more = owed >= events;
    if (has_one_more) owed -= events;
    in_second += each + (has_one_more ? 1 : 0);
  }
  arrivals.add(second, in_second);
}

}  // namespace paceline::run
