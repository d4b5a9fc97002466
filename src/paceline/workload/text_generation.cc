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

constexpr std::uint64_t default_limit_of_messages = 1024;

std::string message(std::string_view role, std::string_view quoted_content) {
  return fmt::format(R"({{"role":"{}","content":{}}})", role, quoted_content);
}

/// Both messages as one quoted text.
std::string joined(const workload::PromptText& prompt) {
  if (prompt.system.empty()) return prompt.user;
  return prompt.system.substr(0, prompt.system.size() - 1) + R"(\n\n)" + prompt.user.substr(1);
}

/// The field with the prompt.
std::string prompt_field(ApiKind api, const workload::PromptText& prompt) {
  const std::string user = message("user", prompt.user);
  const std::string system = prompt.system.empty() ? "" : message("system", prompt.system) + ',';
  switch (api) {
    case ApiKind::completions:
      return R"("prompt":)" + joined(prompt);
    case ApiKind::responses:
      return fmt::format(R"("input":[{}{}])", system, user);
    case ApiKind::messages:
      return fmt::format(R"({}"messages":[{}])",
                         prompt.system.empty() ? "" : R"("system":)" + prompt.system + ',', user);
    default:
      return fmt::format(R"("messages":[{}{}])", system, user);
  }
}

/// The optional fields of requests that a server may refuse.
struct Fields {
  LimitField limit = LimitField::automatic;
  bool has_stream_options = true;
};

std::string_view limit_name(const TextGeneration& asked, const Fields& fields) {
  if (asked.api == ApiKind::responses) return "max_output_tokens";
  const bool is_new = asked.api == ApiKind::chat && fields.limit != LimitField::max_tokens;
  return is_new ? "max_completion_tokens" : "max_tokens";
}

std::uint64_t limit_of(const TextGeneration& asked) {
  const bool needs_limit = asked.api == ApiKind::messages;
  return asked.max_tokens == 0 && needs_limit ? default_limit_of_messages : asked.max_tokens;
}

bool has_stream_options(const TextGeneration& asked) {
  return asked.is_streamed && (asked.api == ApiKind::chat || asked.api == ApiKind::completions);
}

std::string body_text(const TextGeneration& asked, const Fields& fields) {
  std::string body = fmt::format(R"({{"model":{},{})", text::json_quoted(asked.model),
                                 prompt_field(asked.api, workload::prompt_text(asked.prompt)));
  if (asked.temperature) body += fmt::format(R"(,"temperature":{})", *asked.temperature);
  if (const std::uint64_t limit = limit_of(asked); limit > 0) {
    body += fmt::format(R"(,"{}":{})", limit_name(asked, fields), limit);
  }
  if (asked.min_tokens > 0) body += fmt::format(R"(,"min_tokens":{})", asked.min_tokens);
  if (asked.ignore_eos) body += R"(,"ignore_eos":true)";
  if (asked.is_streamed) body += R"(,"stream":true)";
  if (has_stream_options(asked) && fields.has_stream_options) {
    body += R"(,"stream_options":{"include_usage":true})";
  }
  return body + '}';
}

/// Whether a server refused a request because of the field.
bool refuses(const Outcome& outcome, std::string_view field) {
  return outcome.failure == Failure::http_4xx &&
         outcome.error.message.find(field) != std::string::npos;
}

std::optional<LengthAsked> length_asked(const TextGeneration& asked) {
  if (asked.max_tokens == 0) return std::nullopt;
  return LengthAsked{asked.min_tokens > 0 ? asked.min_tokens : asked.max_tokens, asked.max_tokens};
}

class TextGenerationWorkload : public Workload {
 public:
  TextGenerationWorkload(const Api& api, const TextGeneration& asked)
      : asked_(asked),
        patch_(api.body_patch),
        url_(http::resource_url(api.url, workload::path_of(asked.api))),
        headers_(workload::json_request_headers(api, asked.api)),
        fields_{asked.limit_field, asked.asks_usage.value_or(true)},
        body_(make_body()),
        fingerprint_(body_.description()),
        length_asked_(paceline::length_asked(asked)) {}

  Description describe() const override {
    Description description;
    description.name = fmt::format("{}/{}", workload::name_of(asked_.api),
                                   asked_.is_streamed ? "stream" : "complete");
    description.model = workload::merged_model(asked_.model, patch_);
    description.url = url_;
    description.fingerprint = fingerprint_;
    description.is_streamed = asked_.is_streamed;
    return description;
  }

  std::string adapt(const Outcome& first) override {
    std::string change = adapt_limit(first);
    if (change.empty()) change = adapt_stream_options(first);
    if (!change.empty()) body_ = make_body();
    return change;
  }

  void begin_run(std::uint64_t salt) override { salt_ = salt; }

  void make(std::uint64_t item, Request& request) override {
    request.method = Method::post;
    request.url = url_;
    request.headers = headers_;
    request.name.clear();
    request.response_tokens = length_asked_ ? length_asked_->at_most : 0;
    request.is_streamed = asked_.is_streamed;
    body_.fill(salt_, item, request.body);
  }

  Outcome read(const Request&, Response& response) override {
    Outcome outcome = parser_.read(asked_.api, response);
    outcome.length_asked = length_asked_;
    return outcome;
  }

  std::unique_ptr<StreamReader> make_stream_reader() override {
    return std::make_unique<workload::GenerationStream>(
        workload::GenerationStreamOptions{length_asked_, asked_.keeps_text});
  }

 private:
  workload::BodyTemplate make_body() const {
    return workload::BodyTemplate(workload::merged_body(body_text(asked_, fields_), patch_),
                                  asked_.prompt.synthetic_tokens);
  }

  std::string adapt_limit(const Outcome& first) {
    if (fields_.limit != LimitField::automatic || asked_.api != ApiKind::chat ||
        asked_.max_tokens == 0) {
      return {};
    }
    const bool is_refused = refuses(first, "max_completion_tokens");
    const bool is_ignored = !first.failure && first.usage &&
                            first.usage->completion_tokens.value_or(0) > asked_.max_tokens;
    if (!is_refused && !is_ignored) return {};
    fields_.limit = LimitField::max_tokens;
    return fmt::format("the server {} max_completion_tokens; max_tokens is sent instead",
                       is_refused ? "refuses" : "ignores");
  }

  std::string adapt_stream_options(const Outcome& first) {
    if (asked_.asks_usage || !has_stream_options(asked_) || !fields_.has_stream_options ||
        !refuses(first, "stream_options")) {
      return {};
    }
    fields_.has_stream_options = false;
    return "the server refuses stream_options; streams are not asked for their usage";
  }

  TextGeneration asked_;
  std::string patch_;
  std::string url_;
  std::shared_ptr<const HeaderList> headers_;
  Fields fields_;
  workload::BodyTemplate body_;
  /// Of the body before any adaptation, so that a later program finds the same job in a log.
  std::string fingerprint_;
  std::optional<LengthAsked> length_asked_;
  std::uint64_t salt_ = 0;
  workload::ResponseReader parser_;
};

}  // namespace

std::unique_ptr<Workload> make_workload(const Api& api, const TextGeneration& generation) {
  return std::make_unique<TextGenerationWorkload>(api, generation);
}

}  // namespace paceline
