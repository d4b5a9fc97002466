#include <paceline/template_post.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include <paceline/api/generation_stream.h>
#include <paceline/api/pointer_form.h>
#include <paceline/api/response_reader.h>
#include <paceline/http/target.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/body_template.h>
#include <paceline/workload/prompt_text.h>
#include <paceline/workload/refused_workload.h>

namespace paceline {
namespace {

using workload::BodyTemplate;

/// The text within the quotes of a JSON string.
std::string json_escaped(const std::string& text) {
  const std::string quoted = api::json_text(text);
  return quoted.substr(1, quoted.size() - 2);
}

/// Whether the place at the end of `text` is inside of a JSON string.
bool ends_in_string(std::string_view text) {
  bool is_inside = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') is_inside = !is_inside;
    if (text[at] == '\\' && is_inside) ++at;
  }
  return is_inside;
}

/// The body as JSON whose strings have the placeholders of BodyTemplate. Discarded if the text is
/// not JSON.
api::Json parse_body(const TemplatePost& post) {
  const std::array<std::pair<std::string_view, std::string>, 4> values{
      {{"{n}", std::string(BodyTemplate::number)},
       {"{nonce}", std::string(BodyTemplate::nonce)},
       {"{prompt}", json_escaped(workload::prompt_text(post.prompt).joined())},
       {"{model}", json_escaped(BodyTemplate::without_placeholders(post.model))}}};
  const std::string given = BodyTemplate::without_placeholders(post.body);
  std::string_view rest = given;
  std::string text;
  while (!rest.empty()) {
    const auto* found = std::find_if(values.begin(), values.end(), [rest](const auto& value) {
      return rest.starts_with(value.first);
    });
    if (found == values.end()) {
      text += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    const bool is_number = found == values.begin() && !ends_in_string(text);
    text += is_number ? '"' + std::string(BodyTemplate::bare_number) + '"' : found->second;
    rest.remove_prefix(found->first.size());
  }
  constexpr bool throws = false;
  return api::Json::parse(text, nullptr, throws);
}

api::ResponsePointers pointers_of(const TemplatePost& post) {
  return {post.text_pointer, post.prompt_tokens_pointer, post.completion_tokens_pointer};
}

class TemplateWorkload : public Workload {
 public:
  TemplateWorkload(const Api& api, const TemplatePost& post)
      : form_(std::make_shared<const api::PointerForm>(pointers_of(post))),
        post_(post),
        url_(http::resource_url(api.url, post.path)),
        api_post_(api, *form_),
        body_(workload::template_text(parse_body(post), api.body_patch),
              workload::fillers_of(post.prompt)),
        shapes_(post.prompt) {}

  Description describe() const override {
    return {.name = post_.is_streamed ? "template/stream" : "template/post",
            .model = post_.model,
            .url = url_,
            .fingerprint = body_.description(),
            .is_streamed = post_.is_streamed};
  }

  void begin_run(std::uint64_t salt) override { salt_ = salt; }

  void make(std::uint64_t item, Request& request) override {
    api_post_.begin(url_, post_.is_streamed, request);
    body_.fill(salt_, item, request.body, *shapes_.of(item));
  }

  Outcome read(const Request&, Response& response) override {
    return parser_.read(*form_, response);
  }

  std::unique_ptr<StreamReader> make_stream_reader() override {
    return std::make_unique<api::GenerationStream>(
        api::GenerationStreamOptions{.form = form_, .keeps_text = post_.keeps_text});
  }

 private:
  std::shared_ptr<const api::PointerForm> form_;
  TemplatePost post_;
  std::string url_;
  workload::ApiPost api_post_;
  BodyTemplate body_;
  workload::ItemShapes shapes_;
  std::uint64_t salt_ = 0;
  api::ResponseReader parser_;
};

}  // namespace

std::optional<Error> find_error(const TemplatePost& post) {
  const auto refused = [](std::string why) {
    return Error{ErrorCode::invalid_value, std::move(why)};
  };
  if (!parse_body(post).is_object()) {
    return refused(
        "the body is not a JSON object; write one such as {\"input\": \"{prompt}\"}, with the "
        "placeholders {n}, {nonce}, {prompt} and {model} in strings");
  }
  if (post.is_streamed && post.text_pointer.empty()) {
    return refused("a stream needs the JSON pointer of the text in its events");
  }
  return api::find_error(pointers_of(post));
}

std::unique_ptr<Workload> make_workload(const Api& api, const TemplatePost& post) {
  if (auto error = find_error(post)) return workload::make_refused(std::move(*error));
  return std::make_unique<TemplateWorkload>(api, post);
}

}  // namespace paceline
