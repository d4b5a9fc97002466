#include <paceline/text_generation.h>

#include <fmt/format.h>

#include <string>
#include <utility>

#include <paceline/http/target.h>
#include <paceline/text/strings.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/generation_stream.h>
#include <paceline/workload/response_reader.h>
#include <paceline/workload/synthetic_text.h>

namespace paceline {
namespace {

std::string message(std::string_view role, std::string_view quoted_content) {
  return fmt::format(R"({{"role":"{}","content":{}}})", role, quoted_content);
}

std::string body_text(const TextGeneration& asked) {
  const bool is_chat = asked.api == ApiKind::chat;
  const workload::PromptText prompt = workload::prompt_text(asked.prompt);
  std::string body = fmt::format(R"({{"model":{},"{}":[)", text::json_quoted(asked.model),
                                 is_chat ? "messages" : "input");
  if (!prompt.system.empty()) body += message("system", prompt.system) + ',';
  body += message("user", prompt.user);
  body += fmt::format(R"(],"temperature":{})", asked.temperature);
  if (asked.max_tokens > 0) {
    body +=
        fmt::format(R"(,"{}":{})", is_chat ? "max_tokens" : "max_output_tokens", asked.max_tokens);
  }
  if (asked.min_tokens > 0) body += fmt::format(R"(,"min_tokens":{})", asked.min_tokens);
  if (asked.ignore_eos) body += R"(,"ignore_eos":true)";
  if (asked.is_streamed) body += R"(,"stream":true)";
  if (asked.is_streamed && is_chat) body += R"(,"stream_options":{"include_usage":true})";
  return body + '}';
}

std::optional<LengthAsked> length_asked(const TextGeneration& asked) {
  if (asked.max_tokens == 0) return std::nullopt;
  return LengthAsked{asked.min_tokens > 0 ? asked.min_tokens : asked.max_tokens, asked.max_tokens};
}

class TextGenerationWorkload : public Workload {
 public:
  TextGenerationWorkload(const Api& api, const TextGeneration& asked)
      : kind_(asked.api),
        is_streamed_(asked.is_streamed),
        keeps_text_(asked.keeps_text),
        model_(asked.model),
        url_(http::resource_url(api.url,
                                kind_ == ApiKind::chat ? "/chat/completions" : "/responses")),
        headers_(workload::json_request_headers(api)),
        body_(body_text(asked), asked.prompt.synthetic_tokens),
        length_asked_(paceline::length_asked(asked)) {}

  Description describe() const override {
    Description description;
    description.name = fmt::format("{}/{}", kind_ == ApiKind::chat ? "chat" : "responses",
                                   is_streamed_ ? "stream" : "complete");
    description.model = model_;
    description.url = url_;
    description.fingerprint = body_.description();
    description.is_streamed = is_streamed_;
    return description;
  }

  void begin_run(std::uint64_t salt) override { salt_ = salt; }

  void make(std::uint64_t item, Request& request) override {
    request.method = Method::post;
    request.url = url_;
    request.headers = headers_;
    request.name.clear();
    request.response_tokens = length_asked_ ? length_asked_->at_most : 0;
    request.is_streamed = is_streamed_;
    body_.fill(salt_, item, request.body);
  }

  Outcome read(const Request&, Response& response) override {
    Outcome outcome = parser_.read(kind_, response);
    outcome.length_asked = length_asked_;
    return outcome;
  }

  std::unique_ptr<StreamReader> make_stream_reader() override {
    return std::make_unique<workload::GenerationStream>(
        workload::GenerationStreamOptions{length_asked_, keeps_text_});
  }

 private:
  ApiKind kind_;
  bool is_streamed_;
  bool keeps_text_;
  std::string model_;
  std::string url_;
  std::shared_ptr<const HeaderList> headers_;
  workload::BodyTemplate body_;
  std::optional<LengthAsked> length_asked_;
  std::uint64_t salt_ = 0;
  workload::ResponseReader parser_;
};

}  // namespace

std::unique_ptr<Workload> make_workload(const Api& api, const TextGeneration& generation) {
  return std::make_unique<TextGenerationWorkload>(api, generation);
}

}  // namespace paceline
