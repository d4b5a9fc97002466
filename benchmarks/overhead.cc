// The cost of each layer by itself, so that compare.py shows regressions.

#include <benchmark/benchmark.h>
#include <endpoint/generation.h>
#include <paceline/api/event_stream.h>
#include <paceline/api/generation_stream.h>
#include <paceline/endpoint.h>
#include <paceline/histogram.h>
#include <paceline/log/request_log.h>
#include <paceline/pace/pacer.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>
#include <paceline/workload/batch_file.h>
#include <paceline/workload/synthetic_text.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "self_signed.h"

namespace paceline {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t fast_rpm = 100'000;

/// One decision of the pacer: computes when the next slot may depart, and records its departure.
void pacer(benchmark::State& state) {
  const Arrivals arrivals{static_cast<double>(state.range(0))};
  pace::Pacer pacer(pace::make_schedule(arrivals, *pace::Rate::per_minute(fast_rpm), 1));
  while (state.KeepRunning()) benchmark::DoNotOptimize(pacer.depart(pacer.next_departure()));
}
BENCHMARK(pacer)->ArgName("burstiness")->Arg(0)->Arg(1)->Arg(2);

/// Only sleeps until the next departure. The CPU column is the cost of the sleep on this machine,
/// whichever client sends.
void sleep_until_departure(benchmark::State& state) {
  auto departure = std::chrono::steady_clock::now();
  while (state.KeepRunning()) {
    departure += nanoseconds(std::chrono::minutes(1)) / fast_rpm;
    std::this_thread::sleep_until(departure);
  }
}
BENCHMARK(sleep_until_departure)->Iterations(2'000)->UseRealTime();

std::vector<nanoseconds> latencies() {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> milliseconds(4, 0.5);
  std::vector<nanoseconds> times(4'096);
  for (nanoseconds& time : times) {
    time = nanoseconds(static_cast<std::int64_t>(milliseconds(random) * 1e6));
  }
  return times;
}

void histogram_record(benchmark::State& state) {
  const std::vector<nanoseconds> times = latencies();
  Histogram histogram;
  std::size_t next = 0;
  while (state.KeepRunning()) histogram.record(times[next++ % times.size()]);
  benchmark::DoNotOptimize(histogram.count());
}
BENCHMARK(histogram_record);

void histogram_quantile(benchmark::State& state) {
  Histogram histogram;
  for (const nanoseconds time : latencies()) histogram.record(time);
  while (state.KeepRunning()) benchmark::DoNotOptimize(histogram.quantile(0.99));
}
BENCHMARK(histogram_quantile);

void chat_make(benchmark::State& state) {
  const auto chat = make_workload({"http://127.0.0.1/v1", "key"}, TextGeneration{});
  Request request;
  std::uint64_t item = 0;
  while (state.KeepRunning()) chat->make(item++, request);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.body.size()));
}
BENCHMARK(chat_make);

/// Reads responses as the endpoint writes them.
void chat_read(benchmark::State& state) {
  const auto chat = make_workload({"http://127.0.0.1/v1", "key"}, TextGeneration{});
  Request request;
  chat->make(0, request);
  endpoint::Generation generation;
  generation.tokens = static_cast<std::size_t>(state.range(0));
  Response response;
  response.status = 200;
  endpoint::chat_format().write_whole(generation, response.body);
  while (state.KeepRunning()) benchmark::DoNotOptimize(chat->read(request, response));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(response.body.size()));
}
BENCHMARK(chat_read)->ArgName("tokens")->Arg(16)->Arg(1'024);

/// Completion chunks as servers write them, in pieces of the size that libcurl passes at once.
constexpr std::size_t piece = 16'384;

std::string chunk_text() {
  const std::string event =
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,)"
      R"("model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":" word"},)"
      R"("finish_reason":null}]})"
      "\n\n";
  std::string text;
  while (text.size() < 100 * piece) text += event;
  return text;
}

/// Parses the events of a stream, and ignores their data.
void event_stream(benchmark::State& state) {
  const std::string text = chunk_text();
  std::int64_t events = 0;
  api::EventStream stream([&events](const api::StreamEvent&) { ++events; });
  std::size_t next = 0;
  while (state.KeepRunning()) {
    stream.take(std::string_view(text).substr(next, piece));
    next = next + piece < text.size() ? next + piece : 0;
    if (next == 0) stream.reset();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(piece));
  state.SetItemsProcessed(events);
}
BENCHMARK(event_stream);

/// Like event_stream(); also parses the JSON of each event, finds its text and records its time.
void generation_stream(benchmark::State& state) {
  const std::string text = chunk_text();
  api::GenerationStream stream(api::GenerationStreamOptions{});
  Request request;
  std::int64_t events = 0;
  std::size_t next = text.size();
  while (state.KeepRunning()) {
    if (next >= text.size()) {
      events += static_cast<std::int64_t>(stream.times().events);
      stream.begin(request);
      next = 0;
    }
    stream.take(std::string_view(text).substr(next, piece), Clock::now());
    next += piece;
  }
  events += static_cast<std::int64_t>(stream.times().events);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(piece));
  state.SetItemsProcessed(events);
}
BENCHMARK(generation_stream);

/// The cost of logging one request for a run's thread, with a response of the given size. At most
/// 100,000 requests per second, so that the log's thread keeps up as in a run.
void log_add(benchmark::State& state) {
  constexpr std::int64_t batch = 1'000;
  const auto path = std::filesystem::temp_directory_path() / "paceline_overhead.sqlite";
  std::filesystem::remove(path);
  const auto opened = log::RequestLog::open(path.string());
  if (!opened) {
    state.SkipWithError(opened.error().message.c_str());
    return;
  }
  log::RequestLog& log = **opened;
  const auto run = log.begin_run({}).value();
  const std::string response(static_cast<std::size_t>(state.range(0)), 'x');
  log::RequestRecord record{.status = 200, .tokens_in = 9, .tokens_out = 16, .response = response};
  while (state.KeepRunningBatch(batch)) {
    for (std::int64_t i = 0; i < batch; ++i, ++record.item) log.add(run, record);
    state.PauseTiming();
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
    state.ResumeTiming();
  }
  if (const auto closed = log.close(); !closed) {
    state.SkipWithError(closed.error().message.c_str());
  }
  std::filesystem::remove(path);
}
BENCHMARK(log_add)->ArgName("response")->Arg(0)->Arg(1'024)->Iterations(100'000);

/// A file of requests of about 500 bytes each, deleted with its owner.
class BatchOnDisk {
 public:
  explicit BatchOnDisk(std::size_t lines) {
    std::string text;
    for (std::size_t k = 0; k < lines; ++k) {
      text += R"({"custom_id": "request-)" + std::to_string(k) +
              R"(", "method": "POST", "url": "/v1/chat/completions", "body": {"model": )"
              R"("gpt-4o-mini", "messages": [{"role": "user", "content": ")";
      workload::append_synthetic_text(1, k, 55, text);
      text += "\"}]}}\n";
    }
    std::ofstream(path_, std::ios::binary) << text;
    bytes_ = static_cast<std::int64_t>(text.size());
  }
  ~BatchOnDisk() { std::filesystem::remove(path_); }
  BatchOnDisk(const BatchOnDisk&) = delete;
  BatchOnDisk& operator=(const BatchOnDisk&) = delete;

  std::shared_ptr<const workload::BatchFile> open() const {
    return workload::BatchFile::open(path_).value();
  }
  std::int64_t bytes() const { return bytes_; }

 private:
  std::string path_ = std::filesystem::temp_directory_path() /
                      ("paceline-overhead-" + std::to_string(getpid()) + ".jsonl");
  std::int64_t bytes_ = 0;
};

/// Opens a file, which checks every line.
void batch_open(benchmark::State& state) {
  const BatchOnDisk disk(200'000);
  while (state.KeepRunning()) benchmark::DoNotOptimize(disk.open());
  state.SetBytesProcessed(state.iterations() * disk.bytes());
}
BENCHMARK(batch_open)->Unit(benchmark::kMillisecond);

/// Reads one request of an open file, in the file's order.
void batch_line(benchmark::State& state) {
  constexpr std::size_t lines = 20'000;
  const BatchOnDisk disk(lines);
  workload::BatchReader reader(disk.open());
  std::size_t item = 0;
  while (state.KeepRunning()) benchmark::DoNotOptimize(reader.read(item++ % lines));
  state.SetBytesProcessed(state.iterations() * disk.bytes() / std::int64_t{lines});
}
BENCHMARK(batch_line);

void synthetic_text(benchmark::State& state) {
  std::string text;
  std::uint64_t item = 0;
  while (state.KeepRunning()) {
    text.clear();
    workload::append_synthetic_text(1, item++, static_cast<std::size_t>(state.range(0)), text);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(synthetic_text)->ArgName("tokens")->Arg(100);

/// Whole exchanges over loopback, unpaced: makes and sends requests, reads and counts responses.
void run_exchanges(benchmark::State& state, TransportKind transport, EndpointOptions server = {}) {
  Endpoint endpoint(server);
  if (const auto error = endpoint.start()) return state.SkipWithError(error->message.c_str());
  const auto chat = make_workload({endpoint.url(), ""}, TextGeneration{});
  RunOptions options;
  options.connection.transport = transport;
  options.connection.ca_file = server.cert_file;
  options.parallel = static_cast<std::size_t>(state.range(0));
  options.requests = static_cast<std::uint64_t>(state.max_iterations);
  while (state.KeepRunningBatch(state.max_iterations)) {
    const Tally tally = run::run_stripe(*chat, options);
    if (tally.failed > 0) state.SkipWithError(tally.first_failure->message.c_str());
  }
}

void exchange_curl(benchmark::State& state) {
  run_exchanges(state, TransportKind::curl);
}
void exchange_direct(benchmark::State& state) {
  run_exchanges(state, TransportKind::direct);
}

/// The same over TLS, with HTTP/1.1.
void run_exchanges_over_tls(benchmark::State& state, TransportKind transport) {
  const SelfSigned certificate;
  if (!certificate.is_made()) return state.SkipWithError("openssl made no certificate");
  run_exchanges(state, transport,
                {.cert_file = certificate.cert_file(), .key_file = certificate.key_file()});
}

void exchange_curl_tls(benchmark::State& state) {
  run_exchanges_over_tls(state, TransportKind::curl);
}
void exchange_direct_tls(benchmark::State& state) {
  run_exchanges_over_tls(state, TransportKind::direct);
}

void configure_exchange(benchmark::internal::Benchmark* exchange) {
  exchange->ArgName("parallel")->Arg(1)->Arg(50)->Arg(500)->Arg(5'000);
  exchange->Iterations(50'000)->UseRealTime();
}
BENCHMARK(exchange_curl)->Apply(configure_exchange);
BENCHMARK(exchange_direct)->Apply(configure_exchange);
BENCHMARK(exchange_curl_tls)->Apply(configure_exchange);
BENCHMARK(exchange_direct_tls)->Apply(configure_exchange);

}  // namespace
}  // namespace paceline
