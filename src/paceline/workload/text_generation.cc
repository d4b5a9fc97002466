#include <paceline/text_generation.h>

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include <paceline/api/api_form.h>
#include <paceline/api/generation_stream.h>
#include <paceline/api/response_reader.h>
#include <paceline/api/tools.h>
#include <paceline/http/target.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/body_template.h>
#include <paceline/workload/checked_stream.h>
#include <paceline/workload/format_checker.h>
#include <paceline/workload/prompt_text.h>
#include <paceline/workload/refused_workload.h>
#include <paceline/workload/traced_generation.h>

namespace paceline {
namespace {

/// The optional fields of requests that a server may refuse.
struct Fields {
  LimitField limit = LimitField::automatic;
  bool has_stream_options = true;
};

bool has_stream_options(const TextGeneration& asked) {
  return asked.is_streamed && api::generation_form_of(asked.api).has_stream_options();
}

api::Json body_of(const TextGeneration& asked, const Fields& fields, const workload::Trace* trace) {
  const api::GenerationForm& form = api::generation_form_of(asked.api);
  api::Json body{{"model", workload::BodyTemplate::without_placeholders(asked.model)}};
  form.set_prompt(workload::prompt_text(asked.prompt, trace), body);
  if (!asked.tools.empty()) form.set_tools(*api::parse_tools(asked.tools), body);
  if (!asked.response_format.empty()) {
    form.set_response_format(*api::parse_response_format(asked.response_format), body);
  }
  if (asked.temperature) body["temperature"] = *asked.temperature;
  const Lengths limit = asked.max_tokens == 0 ? form.default_limit() : asked.max_tokens;
  const std::string limit_field(form.limit_field(fields.limit));
  if ((trace != nullptr && trace->has_out()) || !limit.fixed()) {
    body[limit_field] = workload::BodyTemplate::length;
  } else if (limit != 0) {
    body[limit_field] = *limit.fixed();
  }
  if (asked.min_tokens > 0) body["min_tokens"] = asked.min_tokens;
  if (asked.ignore_eos) body["ignore_eos"] = true;
  if (asked.is_streamed) body["stream"] = true;
  if (has_stream_options(asked) && fields.has_stream_options) {
    body["stream_options"] = {{"include_usage", true}};
    if (asked.asks_chunk_usage) body["stream_options"]["continuous_usage_stats"] = true;
  }
  return body;
}

/// Whether a server refused a request because of the field.
bool refuses(const Outcome& outcome, std::string_view field) {
  return outcome.failure == Failure::http_4xx &&
         outcome.error.message.find(field) != std::string::npos;
}

/// `least`, `most`: tokens of the response; 0: not asked for.
std::optional<LengthAsked> length_asked(std::uint64_t least, std::uint64_t most) {
  if (most == 0) return std::nullopt;
  return LengthAsked{least > 0 ? least : most, most};
}

/// The checker of the format that is asked for; nullptr without one.
std::shared_ptr<workload::FormatChecker> make_checker(const TextGeneration& asked) {
  if (asked.response_format.empty()) return nullptr;
  return std::make_shared<workload::FormatChecker>(
      api::generation_form_of(asked.api), *api::parse_response_format(asked.response_format));
}

class TextGenerationWorkload : public Workload {
 public:
  TextGenerationWorkload(const Api& api, const TextGeneration& asked,
                         std::shared_ptr<const workload::Trace> trace)
      : asked_(asked),
        patch_(api.body_patch),
        form_(api::generation_form_of(asked.api)),
        url_(http::resource_url(api.url, form_.path())),
        post_(api, form_),
        fields_{asked.limit_field, asked.asks_usage.value_or(true)},
        trace_(std::move(trace)),
        body_(make_body()),
        fingerprint_(fingerprint()),
        shapes_(asked.prompt, asked.max_tokens, trace_),
        checker_(make_checker(asked)) {}

  Description describe() const override {
    Description description;
    description.name =
        fmt::format("{}/{}", form_.name(), asked_.is_streamed ? "stream" : "complete");
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

  void begin_run(std::uint64_t salt) override {
    salt_ = salt;
    // The trial request is not part of a run.
    if (checker_) checker_->finish();
  }

  void make(std::uint64_t item, Request& request) override {
    post_.begin(url_, asked_.is_streamed, request);
    auto shape = shapes_.of(item);
    if (!shape) {
      trouble_ = std::move(shape.error());
      request = {};
      return;
    }
    request.length_asked = length_asked(asked_.min_tokens, shape->out);
    request.prefix_tokens = asked_.prompt.shared_prefix_tokens;
    body_.fill(salt_, item, request.body, *shape);
  }

  Outcome read(const Request& request, Response& response) override {
    if (trace_ && request.url.empty()) return failed(Failure::other, trouble_);
    Outcome outcome = parser_.read(form_, response);
    if (checker_ && request.is_counted && workload::has_format(outcome)) {
      checker_->check(response.body);
    }
    return outcome;
  }

  FormatChecks end_run() override { return checker_ ? checker_->finish() : FormatChecks(); }

  std::unique_ptr<StreamReader> make_stream_reader() override {
    auto reader = std::make_unique<api::GenerationStream>(
        api::GenerationStreamOptions{.has_chunk_usage = asked_.asks_chunk_usage,
                                     .keeps_text = asked_.keeps_text || checker_ != nullptr});
    if (!checker_) return reader;
    return workload::checked_stream(std::move(reader), checker_, asked_.keeps_text);
  }

 private:
  workload::BodyTemplate make_body() const {
    return workload::BodyTemplate(
        workload::template_text(body_of(asked_, fields_, trace_.get()), patch_),
        workload::fillers_of(asked_.prompt, asked_.max_tokens, trace_.get()));
  }

  std::string fingerprint() const {
    std::string body = body_.description();
    if (!trace_) return body;
    return fmt::format(R"({{"trace":{},{})", trace_->hashes().json(), body.substr(1));
  }

  std::string adapt_limit(const Outcome& first) {
    if (fields_.limit != LimitField::automatic || !form_.has_two_limit_fields() ||
        !first.length_asked) {
      return {};
    }
    const bool is_refused = refuses(first, "max_completion_tokens");
    const bool is_ignored =
        !first.failure && first.usage &&
        first.usage->completion_tokens.value_or(0) > first.length_asked->at_most;
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
  const api::GenerationForm& form_;
  std::string url_;
  workload::ApiPost post_;
  Fields fields_;
  std::shared_ptr<const workload::Trace> trace_;
  workload::BodyTemplate body_;
  /// Of the body before any adaptation, so that a later program finds the same job in a log.
  std::string fingerprint_;
  workload::ItemShapes shapes_;
  /// Why the last item has no shape.
  Error trouble_;
  std::shared_ptr<workload::FormatChecker> checker_;
  std::uint64_t salt_ = 0;
  api::ResponseReader parser_;
};

}  // namespace

namespace {

std::optional<Error> refused(std::string_view what, std::string_view form, std::string_view forms) {
  return Error{ErrorCode::invalid_value,
               fmt::format("requests of {} have no {}; choose {}", form, what, forms)};
}

template <typename Parsed>
std::optional<Error> find_error(std::string_view what, Result<Parsed> parsed) {
  if (parsed) return std::nullopt;
  Error error = std::move(parsed.error());
  error.message = fmt::format("the {} {}", what, error.message);
  return error;
}

}  // namespace

std::optional<Error> find_error(const TextGeneration& generation) {
  const api::GenerationForm& form = api::generation_form_of(generation.api);
  const api::GenerationForm::Abilities abilities = form.abilities();
  if (generation.prompt.ids.count > 0 && !abilities.token_ids) {
    return refused("token ids", form.name(), "completions");
  }
  constexpr std::string_view chats = "chat, responses or messages";
  if (generation.prompt.images.count > 0 && !abilities.images) {
    return refused("images", form.name(), chats);
  }
  if (!generation.tools.empty()) {
    if (!abilities.tools) return refused("tools", form.name(), chats);
    if (auto error = find_error("tools are", api::parse_tools(generation.tools))) return error;
  }
  if (generation.response_format.empty()) return std::nullopt;
  const auto format = api::parse_response_format(generation.response_format);
  if (format && !format->schema && !abilities.json_object) {
    return refused("response format without a schema", form.name(), "a JSON schema");
  }
  if (format && format->schema) {
    if (auto error =
            find_error("response format is", workload::JsonSchema::parse(*format->schema))) {
      return error;
    }
  }
  return find_error("response format is", format);
}

std::unique_ptr<Workload> make_workload(const Api& api, const TextGeneration& generation) {
  return workload::make_workload(api, generation, nullptr);
}

std::unique_ptr<Workload> workload::make_workload(const Api& api, const TextGeneration& generation,
                                                  std::shared_ptr<const Trace> trace) {
  if (auto error = find_error(generation)) return make_refused(std::move(*error));
  return std::make_unique<TextGenerationWorkload>(api, generation, std::move(trace));
}

}  // namespace paceline
