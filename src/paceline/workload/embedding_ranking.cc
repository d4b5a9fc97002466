#include <nlohmann/json.hpp>
#include <utility>

#include <paceline/api/forms.h>
#include <paceline/api/response_reader.h>
#include <paceline/http/target.h>
#include <paceline/text_embedding.h>
#include <paceline/text_ranking.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/prompt_text.h>

namespace paceline {
namespace workload {
namespace {

class UnstreamedWorkload : public Workload {
 public:
  UnstreamedWorkload(const Api& api, const api::ApiForm& form, const std::string& model,
                     api::Json body, Fillers fillers, const Prompt& prompt)
      : form_(form),
        model_(merged_model(model, api.body_patch)),
        url_(http::resource_url(api.url, form.path())),
        post_(api, form),
        body_(template_text(std::move(body), api.body_patch), std::move(fillers)),
        shapes_(prompt) {}

  Description describe() const override {
    Description description{
        .name = std::string(form_.name()) + "/create", .model = model_, .url = url_};
    description.fingerprint = body_.description();
    description.is_streamed = false;
    return description;
  }

  void begin_run(std::uint64_t salt) override { salt_ = salt; }

  void make(std::uint64_t item, Request& request) override {
    post_.begin(url_, false, request);
    body_.fill(salt_, item, request.body, *shapes_.of(item));
  }

  Outcome read(const Request&, Response& response) override {
    return parser_.read(form_, response);
  }

 private:
  const api::ApiForm& form_;
  std::string model_;
  std::string url_;
  ApiPost post_;
  BodyTemplate body_;
  ItemShapes shapes_;
  std::uint64_t salt_ = 0;
  api::ResponseReader parser_;
};

}  // namespace
}  // namespace workload

std::unique_ptr<Workload> make_workload(const Api& api, const TextEmbedding& embeddings) {
  api::Json body{{"model", workload::BodyTemplate::without_placeholders(embeddings.model)},
                 {"input", workload::prompt_text(embeddings.input).user}};
  return std::make_unique<workload::UnstreamedWorkload>(
      api, api::embeddings_form(), embeddings.model, std::move(body),
      workload::fillers_of(embeddings.input), embeddings.input);
}

std::unique_ptr<Workload> make_workload(const Api& api, const TextRanking& ranking) {
  workload::Fillers fillers = workload::fillers_of(ranking.query);
  fillers.document_tokens = ranking.document_tokens;
  api::Json body{{"model", workload::BodyTemplate::without_placeholders(ranking.model)},
                 {"query", workload::prompt_text(ranking.query).user}};
  for (std::size_t i = 0; i < ranking.documents; ++i) {
    body["documents"].push_back(workload::BodyTemplate::document);
  }
  return std::make_unique<workload::UnstreamedWorkload>(
      api, api::rerank_form(), ranking.model, std::move(body), std::move(fillers), ranking.query);
}

}  // namespace paceline
