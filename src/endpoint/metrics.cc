#include <endpoint/metrics.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace paceline {

using std::chrono::nanoseconds;

std::optional<nanoseconds> Arrival::first_token_time() const {
  if (content_events == 0) return std::nullopt;
  return first_content - arrived;
}

std::optional<nanoseconds> Arrival::time_per_token() const {
  if (content_events < 2) return std::nullopt;
  return (last_content - first_content) / (content_events - 1);
}

std::size_t most_in_window(std::span<const TimePoint> arrivals, nanoseconds window) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < arrivals.size(); ++last) {
    while (first < last && arrivals[last] - arrivals[first] >= window) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

namespace endpoint {

std::size_t ArrivalRecord::arrived(TimePoint when) {
  const auto place = count_.load(std::memory_order_relaxed);
  if (place == entries_.size()) return place;
  entries_[place].arrived = when;
  count_.store(place + 1, std::memory_order_release);
  return place;
}

void ArrivalRecord::content(std::size_t place, TimePoint when, std::size_t events) {
  if (place >= entries_.size()) return;
  auto& entry = entries_[place];
  const auto before = entry.content_events.load(std::memory_order_relaxed);
  const auto last = entry.last_content.load(std::memory_order_relaxed);
  if (before == 0) entry.first_content.store(when, std::memory_order_relaxed);
  entry.last_content.store(when, std::memory_order_relaxed);
  entry.content_events.store(before + static_cast<std::uint32_t>(events),
                             std::memory_order_relaxed);
  const std::scoped_lock lock(gaps_mutex_);
  if (before > 0) gaps_.record(when - last);
  for (std::size_t i = 1; i < events; ++i) gaps_.record(nanoseconds(0));
}

void ArrivalRecord::responded(std::size_t place, TimePoint due, TimePoint when) {
  if (place >= entries_.size()) return;
  entries_[place].due.store(due, std::memory_order_relaxed);
  entries_[place].responded.store(when, std::memory_order_relaxed);
}

std::vector<Arrival> ArrivalRecord::all() const {
  const auto count = count_.load(std::memory_order_acquire);
  std::vector<Arrival> copy;
  copy.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& entry = entries_[i];
    copy.push_back({entry.arrived, entry.due.load(std::memory_order_relaxed),
                    entry.responded.load(std::memory_order_relaxed),
                    entry.content_events.load(std::memory_order_relaxed),
                    entry.first_content.load(std::memory_order_relaxed),
                    entry.last_content.load(std::memory_order_relaxed)});
  }
  const auto is_before = [](const Arrival& a, const Arrival& b) { return a.arrived < b.arrived; };
  std::stable_sort(copy.begin(), copy.end(), is_before);
  return copy;
}

Histogram ArrivalRecord::token_gaps() const {
  const std::scoped_lock lock(gaps_mutex_);
  return gaps_;
}

}  // namespace endpoint

}  // namespace paceline

namespace paceline::endpoint {
namespace {

constexpr std::string_view model_label = R"({model_name="paceline"})";

class MetricsText {
 public:
  explicit MetricsText(std::string& out) : out_(out) { out_.clear(); }

  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(out_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }
  void sample(std::string_view labels, std::uint64_t value) {
    fmt::format_to(std::back_inserter(out_), "{}{} {}\n", name_, labels, value);
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value,
             std::string_view labels = model_label) {
    begin(name, "gauge", help);
    sample(labels, value);
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    begin(name, "counter", help);
    sample(model_label, value);
  }

 private:
  std::string& out_;
  std::string_view name_;
};

}  // namespace

void write_metrics(const Metrics& metrics, const Gauges& gauges, std::string& out) {
  MetricsText text(out);
  text.gauge("vllm:num_requests_running", "Number of responses being generated.", gauges.running);
  text.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.",
             gauges.waiting);
  text.counter("vllm:prompt_tokens_total", "Number of prompt tokens read.", metrics.prompt_tokens);
  text.counter("vllm:generation_tokens_total", "Number of tokens generated.",
               metrics.generated_tokens);
  text.counter("vllm:prefix_cache_queries_total",
               "Number of prompt tokens looked up in the prefix cache.", metrics.prompt_tokens);
  text.counter("vllm:prefix_cache_hits_total", "Number of prompt tokens found in the prefix cache.",
               metrics.cached_tokens);
  text.begin("vllm:request_success_total", "counter", "Number of responses sent whole.");
  text.sample(R"({model_name="paceline",finished_reason="stop"})", metrics.stopped);
  text.sample(R"({model_name="paceline",finished_reason="length"})", metrics.capped);
  text.begin("http_requests_total", "counter", "Number of responses by status.");
  for (std::size_t i = 1; i < metrics.responses_by_class.size(); ++i) {
    text.sample(fmt::format(R"({{status="{}xx"}})", i), metrics.responses_by_class[i]);
  }
  text.counter("paceline_endpoint_broken_sessions_total",
               "Number of requests that did not continue their session.", metrics.broken_sessions);
  text.gauge("paceline_endpoint_connections", "Number of open connections.", gauges.connections,
             "");
  text.gauge("paceline_endpoint_request_body_bytes", "Bytes of the request bodies in memory.",
             gauges.body_bytes, "");
}

}  // namespace paceline::endpoint
