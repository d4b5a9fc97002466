#include <paceline/workload/batch_replay.h>

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <paceline/http/target.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/generation_stream.h>
#include <paceline/workload/response_reader.h>

namespace paceline::workload {
namespace {

class BatchReplayWorkload : public Workload {
 public:
  BatchReplayWorkload(const Api& api, const BatchReplay& replay)
      : api_(api), replay_(replay), reader_(replay.file), headers_(json_request_headers(api)) {}

  Description describe() const override {
    return {.name = "batch/replay",
            .url = api_.url,
            .fingerprint = fmt::format(R"({{"lines":{}}})", replay_.file->hashes().json())};
  }

  void make(std::uint64_t item, Request& request) override {
    request.method = Method::post;
    request.headers = headers_;
    request.url.clear();
    request.body.clear();
    request.name.clear();
    request.is_streamed = false;
    request.response_tokens = 0;
    const auto line = reader_.read(static_cast<std::size_t>(item % replay_.file->size()));
    if (!line) {
      trouble_ = line.error().message;
      return;
    }
    // The URL of the API includes the version.
    constexpr std::string_view version = "/v1";
    request.url = http::resource_url(api_.url, line->url.substr(version.size()));
    request.body = line->body;
    request.name = line->custom_id;
    // Servers ignore "stream" in requests for embeddings.
    request.is_streamed = line->stream && kind_of(request.url) != ApiKind::embeddings;
  }

  Outcome read(const Request& request, Response& response) override {
    if (request.url.empty()) return failed(Failure::other, trouble_);
    return parser_.read(kind_of(request.url), response);
  }

  std::unique_ptr<StreamReader> make_stream_reader() override {
    return std::make_unique<GenerationStream>(
        GenerationStreamOptions{.keeps_text = replay_.keeps_text});
  }

 private:
  Api api_;
  BatchReplay replay_;
  BatchReader reader_;
  std::string trouble_;
  std::shared_ptr<const HeaderList> headers_;
  ResponseReader parser_;
};

}  // namespace

std::unique_ptr<Workload> make_workload(const Api& api, const BatchReplay& replay) {
  return std::make_unique<BatchReplayWorkload>(api, replay);
}

}  // namespace paceline::workload
