#include <endpoint/metrics.h>
#include <fmt/format.h>

#include <iterator>
#include <string_view>

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
  text.gauge("paceline_endpoint_connections", "Number of open connections.", gauges.connections,
             "");
  text.gauge("paceline_endpoint_request_body_bytes", "Bytes of the request bodies in memory.",
             gauges.body_bytes, "");
}

}  // namespace paceline::endpoint
