#include <paceline/text_embedding.h>

#include <fmt/format.h>

#include <paceline/http/target.h>
#include <paceline/text/strings.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/response_reader.h>
#include <paceline/workload/synthetic_text.h>

namespace paceline {
namespace {

class TextEmbeddingWorkload : public Workload {
 public:
  TextEmbeddingWorkload(const Api& api, const TextEmbedding& asked)
      : model_(workload::merged_model(asked.model, api.body_patch)),
        url_(http::resource_url(api.url, workload::path_of(ApiKind::embeddings))),
        headers_(workload::json_request_headers(api, ApiKind::embeddings)),
        body_(workload::merged_body(
                  fmt::format(R"({{"model":{},"input":{}}})", text::json_quoted(asked.model),
                              workload::prompt_text(asked.input).user),
                  api.body_patch),
              asked.input.synthetic_tokens) {}

  Description describe() const override {
    Description description{.name = "embeddings/create", .model = model_, .url = url_};
    description.fingerprint = body_.description();
    description.is_streamed = false;
    return description;
  }

  void begin_run(std::uint64_t salt) override { salt_ = salt; }

  void make(std::uint64_t item, Request& request) override {
    request.method = Method::post;
    request.url = url_;
    request.headers = headers_;
    request.name.clear();
    request.response_tokens = 0;
    request.is_streamed = false;
    body_.fill(salt_, item, request.body);
  }

  Outcome read(const Request&, Response& response) override {
    return parser_.read(ApiKind::embeddings, response);
  }

 private:
  std::string model_;
  std::string url_;
  std::shared_ptr<const HeaderList> headers_;
  workload::BodyTemplate body_;
  std::uint64_t salt_ = 0;
  workload::ResponseReader parser_;
};

}  // namespace

std::unique_ptr<Workload> make_workload(const Api& api, const TextEmbedding& embeddings) {
  return std::make_unique<TextEmbeddingWorkload>(api, embeddings);
}

}  // namespace paceline
