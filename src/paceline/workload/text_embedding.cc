#include <paceline/text_embedding.h>

#include <nlohmann/json.hpp>

#include <paceline/api/forms.h>
#include <paceline/api/response_reader.h>
#include <paceline/http/target.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/body_template.h>
#include <paceline/workload/synthetic_text.h>

namespace paceline {
namespace {

class TextEmbeddingWorkload : public Workload {
 public:
  TextEmbeddingWorkload(const Api& api, const TextEmbedding& asked)
      : model_(workload::merged_model(asked.model, api.body_patch)),
        url_(http::resource_url(api.url, api::embeddings_form().path())),
        headers_(workload::json_request_headers(api, api::embeddings_form())),
        body_(workload::template_text(
                  {{"model", workload::BodyTemplate::without_placeholders(asked.model)},
                   {"input", workload::prompt_text(asked.input).user}},
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
    return parser_.read(api::embeddings_form(), response);
  }

 private:
  std::string model_;
  std::string url_;
  std::shared_ptr<const HeaderList> headers_;
  workload::BodyTemplate body_;
  std::uint64_t salt_ = 0;
  api::ResponseReader parser_;
};

}  // namespace

std::unique_ptr<Workload> make_workload(const Api& api, const TextEmbedding& embeddings) {
  return std::make_unique<TextEmbeddingWorkload>(api, embeddings);
}

}  // namespace paceline
